"""Torch networks as teachers. Only this module and `_hooks` use torch here."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from scipy import sparse
from scipy.special import expit, softmax
from sklearn.utils.metaestimators import available_if

from skdistill._rows import is_frame, iter_slices
from skdistill.teachers._checks import check_proba
from skdistill.teachers._face import TeacherFace, predicts_probabilities
from skdistill.teachers._kind import is_skorch_net

__all__ = [
    "TorchTeacher",
    "device_of",
    "evaluation_mode",
    "fit_net",
    "float_rows",
    "import_torch",
]


def import_torch(user: str) -> Any:
    """Return torch, or raise an error with what to install; ``user`` is what needs it."""
    try:
        import torch
    except ImportError as error:
        raise ImportError(f"{user} needs torch: pip install skdistill[torch].") from error
    return torch


def device_of(module: Any) -> Any:
    """The device of a module's parameters; the CPU where it has none."""
    first = next(module.parameters(), None)
    return "cpu" if first is None else first.device


@contextmanager
def evaluation_mode(module: Any) -> Iterator[None]:
    """Put a module into evaluation mode, and every part back as it was.

    Parameters
    ----------
    module : torch.nn.Module
        Dropout and batch normalisation are off inside the ``with`` block.
    """
    modes = [(part, part.training) for part in module.modules()]
    module.eval()
    try:
        yield
    finally:
        for part, training in modes:
            part.training = training


def float_rows(X: Any, dtype: str = "float32") -> np.ndarray:
    """Dense rows as a network reads them."""
    if sparse.issparse(X):
        raise TypeError("Torch networks take dense rows, but X is sparse. Use X.toarray().")
    return np.ascontiguousarray(X.to_numpy() if is_frame(X) else X, dtype=dtype)


def fit_net(net: Any, X: Any, y: np.ndarray) -> Any:
    """Fit a skorch net on rows and targets of the types and shapes that it needs.

    Parameters
    ----------
    net : skorch.NeuralNet
        Unfitted.
    X : array-like or DataFrame of shape (n_samples, n_features)
        Made float32.
    y : ndarray of shape (n_samples,) or (n_samples, n_outputs)
        Labels as they are; values as float32, and as a column where the module
        returns one (torch would broadcast them against each other).

    Returns
    -------
    net : skorch.NeuralNet
        Fitted.
    """
    from skorch.classifier import NeuralNetBinaryClassifier, NeuralNetClassifier

    rows = float_rows(X)
    if isinstance(net, (NeuralNetClassifier, NeuralNetBinaryClassifier)):
        return net.fit(rows, y)
    output = net.initialize().predict(rows[:1])
    values = y.astype(np.float32)
    return net.fit(rows, values.reshape(-1, 1) if output.ndim == 2 and y.ndim == 1 else values)


class TorchTeacher(TeacherFace):
    """A trained torch network as a teacher.

    Parameters
    ----------
    network : torch.nn.Module or skorch.NeuralNet
        Trained. It runs where its parameters are (CPU or CUDA), in evaluation
        mode and without gradients, and is left as it was.
    output : {"logits", "probabilities", "value"}, default=None
        What a bare module returns: unnormalised class scores of shape
        (n_samples, n_classes), or one score a row, for the second of two
        classes; class probabilities likewise; or real values. Required for a
        bare module; leave None for a skorch net.
    classes : array-like of shape (n_classes,), default=None
        The labels, in the order of the module's outputs; 0, 1, ... by default.
        Those of a skorch classifier are its own.
    batch_size : int, default=4096
        Rows a forward pass of a bare module; a skorch net has its own.
    dtype : str, default="float32"
        Type of the tensor that the network is given.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        Only where the classes are known.

    See Also
    --------
    CallableTeacher : Any other function as a teacher.

    Examples
    --------
    >>> import torch
    >>> import numpy as np
    >>> from skdistill import DistilledTreeClassifier, TorchTeacher
    >>> network = torch.nn.Sequential(torch.nn.Linear(3, 2))
    >>> with torch.no_grad():
    ...     _ = network[0].weight.copy_(torch.tensor([[-1.0, 0, 0], [1.0, 0, 0]]))
    ...     _ = network[0].bias.zero_()
    >>> X = np.random.default_rng(0).normal(size=(500, 3))
    >>> teacher = TorchTeacher(network, output="logits")
    >>> tree = DistilledTreeClassifier(teacher, max_leaf_nodes=2, random_state=0).fit(X)
    >>> int(tree.tree_.feature[0]), bool(abs(tree.tree_.threshold[0]) < 0.05)
    (0, True)
    """

    _outputs = ("logits", "probabilities", "value")

    def __init__(
        self,
        network: Any,
        *,
        output: str | None = None,
        classes: Any = None,
        batch_size: int = 4096,
        dtype: str = "float32",
    ):
        self.network = network
        self.output = output
        self.classes = classes
        self.batch_size = batch_size
        self.dtype = dtype

    @property
    def _output(self) -> Any:
        if self.output is not None or not is_skorch_net(self.network):
            return self.output
        from skorch import NeuralNetBinaryClassifier, NeuralNetClassifier

        classifiers = (NeuralNetClassifier, NeuralNetBinaryClassifier)
        return "probabilities" if isinstance(self.network, classifiers) else "value"

    def __getattr__(self, name: str) -> Any:
        network: Any = self.__dict__.get("network")
        if name == "classes_" and self.__dict__.get("classes") is None and is_skorch_net(network):
            return np.asarray(network.classes_)
        return super().__getattr__(name)

    @property
    def _threshold(self) -> float | None:
        """Of a skorch net for two classes; None for others, which take the most probable."""
        if not is_skorch_net(self.network):
            return None
        from skorch import NeuralNetBinaryClassifier

        binary = isinstance(self.network, NeuralNetBinaryClassifier)
        return float(self.network.threshold) if binary else None

    @property
    def _decides_by_proba(self) -> bool:
        if not predicts_probabilities(self):
            return False
        if not is_skorch_net(self.network):
            return True
        from skorch import NeuralNetBinaryClassifier, NeuralNetClassifier

        # A subclass may decide in a way of its own.
        known = (NeuralNetClassifier.predict, NeuralNetBinaryClassifier.predict)
        return type(self.network).predict in known

    def decide(self, probabilities: np.ndarray) -> np.ndarray:
        """Return the label of each row: the most probable one, or by a net's threshold.

        Parameters
        ----------
        probabilities : ndarray of shape (n_samples, n_classes)
            As ``predict_proba`` returns them.

        Returns
        -------
        y : ndarray of shape (n_samples,)
            Labels.
        """
        if self._threshold is None:
            return super().decide(probabilities)
        proba = check_proba(probabilities, self, 2)
        second = (proba[:, 1] > self._threshold).astype(np.intp)
        return np.asarray(self.classes_)[second]

    def __sklearn_is_fitted__(self) -> bool:
        return not is_skorch_net(self.network) or bool(getattr(self.network, "initialized_", False))

    def _rows(self, X: Any) -> np.ndarray:
        return float_rows(X, self.dtype)

    def _forward(self, X: Any) -> np.ndarray:
        """Raw outputs of a bare module, of shape (n_samples, ...)."""
        torch = import_torch("TorchTeacher")
        self._check_output()
        rows = self._rows(X)
        device = device_of(self.network)
        with torch.inference_mode(), evaluation_mode(self.network):
            parts = [
                # A copy: the network may work in place.
                self.network(torch.tensor(rows[part], device=device)).cpu().double().numpy()
                for part in iter_slices(len(rows), self.batch_size)
            ]
        return np.concatenate(parts)

    def predict(self, X: Any) -> np.ndarray:
        """Run the network for labels or values.

        Parameters
        ----------
        X : array-like or DataFrame of shape (n_samples, n_features)
            Numeric rows.

        Returns
        -------
        y : ndarray of shape (n_samples,) or (n_samples, n_outputs)
            The most probable labels, or the values.
        """
        # Labels come from checked probabilities: an argmax makes a class of NaN.
        if self._decides_by_proba:
            return self.decide(self.predict_proba(X))
        if is_skorch_net(self.network):
            if predicts_probabilities(self):
                check_proba(self.predict_proba(X), self)
            with evaluation_mode(self.network.module_):
                return np.asarray(self.network.predict(self._rows(X)))
        values = self._forward(X)
        return values[:, 0] if values.ndim == 2 and values.shape[1] == 1 else values

    @available_if(predicts_probabilities)
    def predict_proba(self, X: Any) -> np.ndarray:
        """Run the network for probabilities.

        Parameters
        ----------
        X : array-like or DataFrame of shape (n_samples, n_features)
            Numeric rows.

        Returns
        -------
        P : ndarray of shape (n_samples, n_classes)
            Soft-max of the logits (logistic of a single one), or what the
            network returns; float64, so that rows sum to one.
        """
        if is_skorch_net(self.network):
            with evaluation_mode(self.network.module_):
                return np.asarray(self.network.predict_proba(self._rows(X)), dtype=np.float64)
        scores = self._forward(X)
        if scores.ndim == 1 or scores.shape[1] == 1:
            return self._two_columns(expit(scores) if self._output == "logits" else scores)
        return softmax(scores, axis=1) if self._output == "logits" else scores

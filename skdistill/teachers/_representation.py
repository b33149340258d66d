"""The activations of a teacher's hidden layers, or the leaves that rows fall into."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
from scipy import sparse
from sklearn.exceptions import NotFittedError

from skdistill._rows import iter_slices, take_rows
from skdistill._validation import Number
from skdistill.exceptions import DistillationWarning
from skdistill.teachers._hooks import torch_representation
from skdistill.teachers._kind import (
    is_fitted_teacher,
    is_instance_of,
    is_skorch_net,
    is_torch_module,
    name_of,
    unfrozen,
)
from skdistill.teachers._layers import Representation, check_finite, listing
from skdistill.teachers._leaves import has_leaves, leaf_representation
from skdistill.teachers._mlp import mlp_representation
from skdistill.teachers._oracle import Oracle
from skdistill.teachers._steps import final_step_and_rows
from skdistill.teachers._torch import TorchTeacher

__all__ = ["hidden_representation", "represent"]

_BATCH_ROWS = 4096
_MLPS = ("MLPClassifier", "MLPRegressor")


def hidden_representation(
    teacher: Any, X: Any, layers: Any = None, *, batch_size: int | None = None
) -> Any:
    """Return the activations of a teacher's hidden layers.

    Networks give their activations; trees, forests and boosting give
    indicators of the leaves that rows fall into. Layers stand side by side.

    Parameters
    ----------
    teacher : object
        Fitted. A ``torch.nn.Module``, a skorch net or a :class:`TorchTeacher`;
        scikit-learn's ``MLPClassifier`` or ``MLPRegressor``, a single tree, a
        random forest, extra trees, gradient boosting with or without
        histograms; a scikit-learn estimator of LightGBM or XGBoost; or one of
        those inside a pipeline, a search, a ``TransformedTargetRegressor``, a
        ``FrozenEstimator``, an :class:`Oracle` or a :class:`CachedTeacher`. It is
        left as it was.
        With a callable for ``layers``, anything at all.
    X : array-like, sparse matrix or DataFrame of shape (n_samples, n_features)
        Rows as the teacher takes them; the steps of a pipeline are applied.
        Torch networks that take images or the like are given arrays of more
        dimensions.
    layers : str, int, list of str or int, or callable, default=None
        Which layers, in this order; None is all that are hidden.

        - Torch: names of submodules as in ``named_modules()``, for what they
          return (of a tuple or list, the first tensor); with ``":input"``
          behind the name, for what they are given. None is what every layer
          with a weight matrix reads, each tensor once, except the network's
          own input: so activation functions, pooling and residual sums count
          as part of what comes before, whether they are submodules or not.
        - ``MLPClassifier``, ``MLPRegressor``: ``"hidden_0"`` or 0 is the first
          hidden layer, after its activation; -1 the last.
        - Trees: ``"tree_0"`` or 0 is the first tree.
        - A callable ``layers(X)`` returns one row a row of X itself, of shape
          (n, ...). It is called in batches, and the teacher not at all.
    batch_size : int, default=None
        Rows at once: by default 4,096, or those of the :class:`TorchTeacher`.

    Returns
    -------
    H : ndarray or csr_matrix of shape (n_samples, total_width)
        Activations, flattened to one row a row: float32 where the network
        computes in float32. Leaves come as a CSR matrix of float32, with a
        single one for each row and tree among the ``total_leaves`` columns.

    Raises
    ------
    NotFittedError
        If the teacher is not fitted.
    TypeError
        If the teacher has no hidden layers that can be read, or one returns no
        numbers.
    ValueError
        If a layer does not exist (those that do are listed) or returns NaN or
        infinity, or if X has no rows.
    ImportError
        If the teacher needs torch and it is not installed.

    Warns
    -----
    DistillationWarning
        If a layer of a network, or the whole of a forest, is the same on all
        rows.

    See Also
    --------
    Oracle : Queries a teacher for its predictions.
    TorchTeacher : Sets the type of tensor that a network is given.

    Notes
    -----
    A torch network is run where its parameters lie, in evaluation mode and
    without gradients; its hooks are taken off and each submodule's mode is put
    back, whatever happens on the way. A submodule that runs several times in
    one pass gives the columns of all its runs, one run after the other. A bare
    module is given float32; ``TorchTeacher(module, dtype="int64")`` changes
    that.

    Cost: one forward pass, and one of three rows before it, which finds the
    widths. Memory: the result, of n_samples x total_width x 4 bytes in float32
    (8 in float64), and one batch; for leaves, n_samples x n_trees x 8 bytes.

    For a forest, ``H @ H.T / H[0].sum()`` is its kernel, the proximity of rows:
    the share of the trees in which two rows share a leaf [1]_.

    References
    ----------
    .. [1] L. Breiman, "Random forests", Machine Learning 45, 2001.
       :doi:`10.1023/A:1010933404324`

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.ensemble import RandomForestClassifier
    >>> from sklearn.neural_network import MLPClassifier
    >>> from skdistill.teachers import hidden_representation
    >>> X, y = load_iris(return_X_y=True)
    >>> network = MLPClassifier((10, 5), solver="lbfgs", max_iter=1000, random_state=0)
    >>> network = network.fit(X, y)
    >>> hidden_representation(network, X).shape
    (150, 15)
    >>> hidden_representation(network, X, "hidden_1").shape
    (150, 5)

    The leaves of a forest, and how near two rows are in its eyes:

    >>> forest = RandomForestClassifier(n_estimators=20, random_state=0).fit(X, y)
    >>> H = hidden_representation(forest, X)
    >>> kernel = H @ H.T / 20
    >>> print(kernel[0, 0], kernel[0, 1] > 0.5, kernel[0, 100])
    1.0 True 0.0
    """
    found = represent(teacher, X, layers, batch_size)
    constant = found.constant_layers()
    # A stump or two in a forest are nothing odd; a dead layer is.
    if constant and (len(constant) == len(found.layers) or not sparse.issparse(found.values)):
        warnings.warn(
            f"Layers of {name_of(teacher)} that are the same on all {found.values.shape[0]} rows, "
            f"and so carry no information about them: {listing(constant)}.",
            DistillationWarning,
            stacklevel=2,
        )
    return found.values


def represent(
    teacher: Any, X: Any, layers: Any = None, batch_size: int | None = None
) -> Representation:
    """Return the hidden representation with the names and widths of its layers.

    Parameters
    ----------
    teacher, X, layers, batch_size
        See :func:`hidden_representation`.

    Returns
    -------
    representation : Representation
        Its layers are named as ``layers`` names them. No layer is warned of.
    """
    if batch_size is not None and not Number(1, whole=True).accepts(batch_size):
        raise ValueError(
            f"The 'batch_size' parameter must be {Number(1, whole=True)}. Got {batch_size!r}."
        )
    if isinstance(teacher, type):
        raise TypeError(f"The teacher must be an instance, but it is the class {name_of(teacher)}.")
    X = X if hasattr(X, "shape") else np.asarray(X)
    X = X.tocsr() if sparse.issparse(X) else X
    if not X.shape or not X.shape[0]:
        raise ValueError(f"X has no rows to represent: its shape is {tuple(X.shape)}.")
    if callable(layers):
        return _call(layers, X, batch_size or _BATCH_ROWS)
    model, rows = _open(teacher, X)
    rows = rows.tocsr() if sparse.issparse(rows) else rows
    if isinstance(model, TorchTeacher):
        size = batch_size or model.batch_size
        return torch_representation(model.network, rows, layers, size, model.dtype)
    size = batch_size or _BATCH_ROWS
    if is_torch_module(model) or is_skorch_net(model):
        return torch_representation(model, rows, layers, size)
    if any(is_instance_of(model, "sklearn.neural_network", name) for name in _MLPS):
        return mlp_representation(model, rows, layers, size)
    if has_leaves(model):
        return leaf_representation(model, rows, layers, size)
    raise TypeError(
        f"{name_of(model)} has no hidden layers that can be read. Supported are torch modules and "
        "skorch nets; MLPClassifier and MLPRegressor; trees, forests and gradient boosting of "
        "scikit-learn, LightGBM and XGBoost; pipelines and searches that end in one of those. "
        "Or pass a function of your own: layers=callable."
    )


def _open(teacher: Any, X: Any) -> tuple[Any, Any]:
    """Return the model inside whatever is wrapped around it, and the rows as it sees them."""
    while True:
        outer = teacher
        teacher = unfrozen(teacher)
        if isinstance(teacher, Oracle):  # and CachedTeacher, which is one
            teacher = teacher.teacher
        if not is_fitted_teacher(teacher):
            raise NotFittedError(
                f"This {name_of(teacher)} is not fitted yet, so it has no hidden layers. Fit it "
                "first."
            )
        if is_instance_of(teacher, "sklearn.compose", "TransformedTargetRegressor"):
            teacher = teacher.regressor_
        teacher, X = final_step_and_rows(teacher, X)
        if teacher is outer:
            return teacher, X


def _call(function: Callable[[Any], Any], X: Any, batch_size: int) -> Representation:
    """Call a function of the user's own for the representation of rows, in batches."""
    name = name_of(function)
    parts = [
        _called(function(take_rows(X, part)), part.stop - part.start, name)
        for part in iter_slices(X.shape[0], batch_size)
    ]
    widths = sorted({part.shape[1] for part in parts})
    if len(widths) > 1:
        raise ValueError(f"layers={name} returned rows of different widths: {listing(widths)}.")
    if any(sparse.issparse(part) for part in parts):
        values = sparse.vstack(parts, format="csr")
    else:
        values = np.concatenate(parts)
    return Representation(values, (name,), (widths[0],))


def _called(found: Any, n_rows: int, name: str) -> Any:
    """Check what a function returned for a batch, and flatten it to shape (n_rows, width)."""
    if hasattr(found, "detach"):
        found = found.detach().cpu().numpy()
    values: Any = found.tocsr() if sparse.issparse(found) else np.asarray(found)
    if not values.shape or values.shape[0] != n_rows:
        raise ValueError(
            f"layers={name} was called with {n_rows} rows and returned an array of shape "
            f"{values.shape}. It must return one row a row."
        )
    if not values.size:
        raise ValueError(f"layers={name} returned no columns: an array of shape {values.shape}.")
    if values.dtype.kind not in "fiub":
        raise TypeError(f"layers={name} must return numbers, but it returned {values.dtype}.")
    values = values if values.dtype.kind == "f" else values.astype(np.float64)
    if sparse.issparse(values):
        if not np.isfinite(values.data).all():
            check_finite(values.toarray(), f"layers={name}")
        return values
    check_finite(values, f"layers={name}")
    return values.reshape(n_rows, -1)

"""A plain function as a teacher."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from sklearn.utils.metaestimators import available_if

from skdistill.teachers._face import TeacherFace, predicts_probabilities

__all__ = ["CallableTeacher"]


class CallableTeacher(TeacherFace):
    """Make a fitted predictor of a function.

    Parameters
    ----------
    function : callable
        ``function(X)`` returns one prediction a row of X. It is called with
        batches of rows as the user holds them (array or DataFrame), and must not
        depend on which rows stand in a batch.
    output : {"value", "label", "probabilities"}, default="value"
        What the function returns: real values of shape (n_samples,) or
        (n_samples, n_outputs); class labels of shape (n_samples,); or class
        probabilities of shape (n_samples, n_classes), or one a row, of shape
        (n_samples,) or (n_samples, 1): that of the second of two classes.
    classes : array-like of shape (n_classes,), default=None
        The labels. For probabilities, the meaning of the columns (by default
        0, 1, ...). For labels, all that may occur; by default those that
        occur.
    batch_size : int, default=None
        Rows of one call. By default batches grow from four rows, and stay small
        where the function is slow; see :class:`Oracle`.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        Only where ``classes`` is given.

    See Also
    --------
    TorchTeacher : The same for torch networks.
    CachedTeacher : Keeps the predictions of a slow teacher.

    Examples
    --------
    Distil one class's probability, not its label:

    >>> from sklearn.datasets import load_breast_cancer
    >>> from sklearn.linear_model import LogisticRegression
    >>> from skdistill import CallableTeacher, DistilledTreeRegressor
    >>> X, y = load_breast_cancer(return_X_y=True)
    >>> model = LogisticRegression(max_iter=10_000).fit(X, y)
    >>> risk = CallableTeacher(lambda X: model.predict_proba(X)[:, 0])
    >>> DistilledTreeRegressor(risk, random_state=0).fit(X).n_queries_
    10000
    """

    def __init__(
        self,
        function: Callable[[Any], Any],
        *,
        output: str = "value",
        classes: Any = None,
        batch_size: int | None = None,
    ):
        self.function = function
        self.output = output
        self.classes = classes
        self.batch_size = batch_size

    _outputs = ("value", "label", "probabilities")

    def predict(self, X: Any) -> Any:
        """Call the function for labels or values.

        Parameters
        ----------
        X : array-like or DataFrame of shape (n_samples, n_features)
            Rows, as the function takes them.

        Returns
        -------
        y : ndarray of shape (n_samples,) or (n_samples, n_outputs)
            Values, or labels.
        """
        self._check_output()
        if self._output == "probabilities":
            return self.decide(self.predict_proba(X))
        predictions: np.ndarray = self.function(X)
        return predictions

    @available_if(predicts_probabilities)
    def predict_proba(self, X: Any) -> np.ndarray:
        """Call the function for probabilities.

        Parameters
        ----------
        X : array-like or DataFrame of shape (n_samples, n_features)
            Rows, as the function takes them.

        Returns
        -------
        P : ndarray of shape (n_samples, n_classes)
            One row of probabilities a row of X.
        """
        self._check_output()
        return self._two_columns(self.function(X))

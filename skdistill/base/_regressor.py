"""Distil a regressor into any scikit-learn student."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.tree import DecisionTreeRegressor
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted

from skdistill._rows import check_columns
from skdistill._validation import Number
from skdistill.base._distiller import BaseDistiller
from skdistill.base._students import STUDENT_RULE, fit_student, student_tags
from skdistill.teachers import one_column, seeded_clone

__all__ = ["DistilledRegressor"]


class DistilledRegressor(BaseDistiller, RegressorMixin, BaseEstimator):
    """Distil a regressor, a simulation or any real function into any student.

    Parameters
    ----------
    teacher : predictor or callable, default=None
        The model to distil. Fitted: used as it is. Unfitted: a clone is fitted
        on ``X, y``. None: the student is fitted on y itself.
    student : estimator, default=None
        Unfitted regressor, a ``DecisionTreeRegressor`` by default. A clone is
        fitted.
    alpha : float, default=0.0
        Share in [0, 1] of the true value in the target of a real row.
    real_weight : float, default=1.0
        How many synthetic rows a real one counts as in the fit.
    transfer_set : "auto", None or transfer set, default="auto"
        Synthetic rows beside those of X: local Gaussian ones up to 10,000 in all,
        where X is dense and has fewer ("auto"); none; or samples of any estimator
        with ``fit`` and ``sample``.
    max_queries : int, default=None
        Maximum number of rows that the teacher is queried with in ``fit``.
    n_jobs : int, default=None
        Batches of rows queried at once.
    random_state : int, RandomState instance or None, default=None
        Seeds the rows, and the student and an unfitted teacher where they
        have no seed of their own.

    Attributes
    ----------
    student_ : estimator
        The fitted student.
    teacher_ : predictor or None
        The fitted teacher.
    transfer_set_ : transfer set or None
        The fitted transfer set that drew the synthetic rows.
    n_queries_ : int
        Rows that the teacher was queried with.
    row_hashes_ : ndarray of uint64
        Sorted hashes of the real rows that the student, or a teacher that was
        fitted with it, has seen: certificates compare fresh rows with them.
        Eight bytes a row.
    fidelity_ : InSampleFidelity
        R² to the teacher on the rows that the student was fitted on.
    n_features_in_ : int
        Number of columns.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the columns, where X has them.

    See Also
    --------
    DistilledTreeRegressor : The same for one readable tree.

    Examples
    --------
    A slow function becomes a fast one:

    >>> import numpy as np
    >>> from sklearn.ensemble import ExtraTreesRegressor
    >>> from skdistill import DistilledRegressor
    >>> def simulation(X):
    ...     return np.sin(X[:, 0]) + X[:, 1] ** 2
    >>> X = np.random.default_rng(0).uniform(-2, 2, size=(500, 2))
    >>> surrogate = DistilledRegressor(simulation, ExtraTreesRegressor(), random_state=0)
    >>> surrogate.fit(X).n_queries_
    10000
    """

    _kind = "regressor"
    _parameter_rules = BaseDistiller._parameter_rules | {
        "student": [STUDENT_RULE],
        "real_weight": [Number(0, closed="neither")],
    }

    def __init__(
        self,
        teacher: Any = None,
        student: Any = None,
        *,
        alpha: float = 0.0,
        real_weight: float = 1.0,
        transfer_set: Any = "auto",
        max_queries: int | None = None,
        n_jobs: int | None = None,
        random_state: Any = None,
    ):
        self.teacher = teacher
        self.student = student
        self.alpha = alpha
        self.real_weight = real_weight
        self.transfer_set = transfer_set
        self.max_queries = max_queries
        self.n_jobs = n_jobs
        self.random_state = random_state

    def fit(self, X: Any, y: Any = None, sample_weight: Any = None) -> DistilledRegressor:
        """Query the teacher for the transfer set, and fit the student on it.

        Parameters
        ----------
        X : array-like, sparse matrix or DataFrame of shape (n_samples, n_features)
            Real rows. The student sees them in the kind that they have.
        y : array-like of shape (n_samples,) or (n_samples, n_outputs), default=None
            True values: needed without a teacher, by an unfitted teacher and
            where ``alpha`` > 0. With a teacher, NaN marks a row without one.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights of the rows; a synthetic row weighs the mean.

        Returns
        -------
        self : object
            The fitted distiller.
        """
        rows = self._label_rows(X, y, sample_weight)
        student = DecisionTreeRegressor() if self.student is None else self.student
        rng = None if self.random_state is None else check_random_state(self.random_state)
        self.student_ = fit_student(seeded_clone(student, rng), rows.X, rows.labels, rows.weight)
        self.fidelity_ = self._measure(rows, one_column(np.asarray(self.student_.predict(rows.X))))
        return self

    def predict(self, X: Any) -> np.ndarray:
        """Predict the value that the teacher would give.

        Parameters
        ----------
        X : array-like, sparse matrix or DataFrame of shape (n_samples, n_features)
            Rows.

        Returns
        -------
        y : ndarray of shape (n_samples,) or (n_samples, n_outputs)
            Values.
        """
        check_is_fitted(self)
        check_columns(
            self, X, allow_nan=self._takes_missing
        )  # the student validates the rows themselves
        return one_column(np.asarray(self.student_.predict(X)))

    def __sklearn_tags__(self) -> Any:
        return student_tags(super().__sklearn_tags__(), self, DecisionTreeRegressor)

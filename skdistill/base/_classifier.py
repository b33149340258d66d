"""Distil a classifier into any scikit-learn student."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin, is_regressor
from sklearn.tree import DecisionTreeClassifier
from sklearn.utils import check_random_state
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_is_fitted

from skdistill._labels import ClassLabels, class_codes
from skdistill._rows import check_columns
from skdistill._validation import Number, OneOf
from skdistill.base._distiller import BaseDistiller
from skdistill.base._students import STUDENT_RULE, fit_student, student_tags, takes_soft_labels
from skdistill.teachers import seeded_clone

__all__ = ["DistilledClassifier"]


def _student_has_proba(self: Any) -> bool:
    student = getattr(self, "student_", self.student)
    return student is None or is_regressor(student) or hasattr(student, "predict_proba")


class DistilledClassifier(BaseDistiller, ClassifierMixin, BaseEstimator):
    """Distil a classifier into any scikit-learn student.

    Parameters
    ----------
    teacher : predictor or callable, default=None
        The model to distil. Fitted: used as it is. Unfitted: a clone is fitted
        on ``X, y``. None: the student is fitted on y itself.
    student : estimator, default=None
        Unfitted classifier, or regressor (which then learns probabilities);
        a ``DecisionTreeClassifier`` by default. A clone is fitted.
    labels : {"auto", "soft", "hard"}, default="auto"
        What the student is fitted on: the teacher's probabilities or its labels.
        "auto" is soft where the teacher has probabilities and the student can
        take them, unless what the teacher predicts is not its most probable
        class (on more than one row in 1,000; a tuned threshold, for example): soft
        labels would lose those decisions. For trees "auto" is hard.
    alpha : float, default=0.0
        Share in [0, 1] of the true label in the target of a real row.
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
    classes_ : ndarray of shape (n_classes,)
        The teacher's.
    student_ : estimator
        The fitted student.
    labels_ : {"soft", "hard"}
        What it was fitted on.
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
        Agreement with the teacher on the rows that the student was fitted on.
    n_features_in_ : int
        Number of columns.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the columns, where X has them.

    See Also
    --------
    DistilledTreeClassifier : The same for one readable tree.
    skdistill.metrics.fidelity_report : Its fidelity on fresh rows.

    References
    ----------
    .. [1] G. Hinton, O. Vinyals, J. Dean, "Distilling the knowledge in a
       neural network", 2015. :arxiv:`1503.02531`

    Examples
    --------
    >>> from sklearn.datasets import load_breast_cancer
    >>> from sklearn.ensemble import RandomForestClassifier
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklearn.preprocessing import StandardScaler
    >>> from skdistill import DistilledClassifier
    >>> X, y = load_breast_cancer(return_X_y=True)
    >>> forest = RandomForestClassifier(random_state=0).fit(X, y)
    >>> student = make_pipeline(StandardScaler(), LogisticRegression())
    >>> small = DistilledClassifier(forest, student, random_state=0).fit(X)
    >>> small.fidelity_ > 0.9
    True
    """

    classes_: Any
    _kind = "classifier"
    _parameter_rules = BaseDistiller._parameter_rules | {
        "student": [STUDENT_RULE],
        "labels": [OneOf("auto", "soft", "hard")],
        "real_weight": [Number(0, closed="neither")],
    }

    def __init__(
        self,
        teacher: Any = None,
        student: Any = None,
        *,
        labels: str = "auto",
        alpha: float = 0.0,
        real_weight: float = 1.0,
        transfer_set: Any = "auto",
        max_queries: int | None = None,
        n_jobs: int | None = None,
        random_state: Any = None,
    ):
        self.teacher = teacher
        self.student = student
        self.labels = labels
        self.alpha = alpha
        self.real_weight = real_weight
        self.transfer_set = transfer_set
        self.max_queries = max_queries
        self.n_jobs = n_jobs
        self.random_state = random_state

    def _use_soft(self, teacher: Any) -> bool:
        if self.labels != "auto":
            return self.labels == "soft"
        student = self.student
        if student is None or isinstance(student, DecisionTreeClassifier):
            return False  # small trees were measured to be more faithful on hard labels
        return hasattr(teacher, "predict_proba") and takes_soft_labels(student)

    def fit(self, X: Any, y: Any = None, sample_weight: Any = None) -> DistilledClassifier:
        """Label the transfer set by the teacher, and fit the student on it.

        Parameters
        ----------
        X : array-like, sparse matrix or DataFrame of shape (n_samples, n_features)
            Real rows. The student sees them in the kind that they have.
        y : array-like of shape (n_samples,), default=None
            True labels: needed without a teacher, by an unfitted teacher and
            where ``alpha`` > 0. With a fitted teacher, -1 marks a row without
            a label (where it is no class).
        sample_weight : array-like of shape (n_samples,), default=None
            Weights of the rows; a synthetic row weighs the mean.

        Returns
        -------
        self : object
            The fitted distiller.
        """
        rows = self._label_rows(X, y, sample_weight)
        labels = rows.labels
        assert isinstance(labels, ClassLabels)
        student = DecisionTreeClassifier() if self.student is None else self.student
        rng = None if self.random_state is None else check_random_state(self.random_state)
        self.classes_ = labels.classes
        self.labels_ = "soft" if labels.soft else "hard"
        self._fitted = fit_student(seeded_clone(student, rng), rows.X, labels, rows.weight)
        self.student_ = self._fitted.estimator
        predicted = class_codes(
            self._fitted.predict(rows.X), self.classes_, "The student's predictions"
        )
        self.fidelity_ = self._measure(rows, predicted)
        return self

    def predict(self, X: Any) -> np.ndarray:
        """Predict the label that the teacher would give.

        Parameters
        ----------
        X : array-like, sparse matrix or DataFrame of shape (n_samples, n_features)
            Rows.

        Returns
        -------
        y : ndarray of shape (n_samples,)
            Labels.
        """
        check_is_fitted(self)
        check_columns(
            self, X, allow_nan=self._takes_missing
        )  # the student validates the rows themselves
        labels: np.ndarray = self._fitted.predict(X)
        return labels

    @available_if(_student_has_proba)
    def predict_proba(self, X: Any) -> np.ndarray:
        """Predict the probabilities that the teacher would give.

        Parameters
        ----------
        X : array-like, sparse matrix or DataFrame of shape (n_samples, n_features)
            Rows.

        Returns
        -------
        P : ndarray of shape (n_samples, n_classes)
            Columns as in ``classes_``.
        """
        check_is_fitted(self)
        check_columns(self, X, allow_nan=self._takes_missing)
        proba: np.ndarray = self._fitted.predict_proba(X)
        return proba

    def __sklearn_tags__(self) -> Any:
        return student_tags(super().__sklearn_tags__(), self, DecisionTreeClassifier)

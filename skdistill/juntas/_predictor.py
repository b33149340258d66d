"""What a junta predicts: classes or values, by its teacher's kind."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from sklearn.metrics import accuracy_score, r2_score
from sklearn.utils import ClassifierTags, RegressorTags
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_is_fitted

from skdistill._rows import check_rows, is_frame
from skdistill.juntas._student import AnchoredStudent
from skdistill.teachers import Oracle, is_fitted_teacher, one_column, teacher_kind

__all__ = ["PredictorMixin"]


def _kind_of(distiller: Any) -> str | None:
    """Classifier or regressor: known from the teacher, or from what a plain function returned."""
    if "_kind" in vars(distiller):
        return distiller._kind
    teacher = distiller.teacher
    return teacher_kind(teacher) if hasattr(teacher, "predict") else None


def _is_classifier(distiller: Any) -> bool:
    return _kind_of(distiller) == "classifier"


class PredictorMixin:
    """A classifier where the teacher is one, and a regressor otherwise."""

    teacher: Any
    teacher_: Any
    classes_: np.ndarray
    _student: AnchoredStudent
    _decode: Callable[[np.ndarray], np.ndarray]

    def predict(self, X: Any) -> np.ndarray:
        """Predict with the student: from its table.

        Where the student has no finite table, the teacher is queried with
        anchored rows: X in the relevant columns, the anchor elsewhere.

        Parameters
        ----------
        X : array-like or DataFrame of shape (n_samples, n_features)
            Only the relevant columns count. A number between two values is
            taken for the nearest one.

        Returns
        -------
        y : ndarray of shape (n_samples,)
            Labels or values.
        """
        check_is_fitted(self, "status_")
        X = check_rows(
            self, X, reset=False, accept_sparse=False, allow_nan=False, accept_polars=False
        )
        student = self._student
        if not student.tabled:
            return _anchored_predictions(self.teacher_, student, X)
        parts = np.empty((X.shape[0], len(student.columns)), dtype=np.int64)
        for place, j in enumerate(student.columns):
            column = X.iloc[:, j] if is_frame(X) else X[:, j]
            parts[:, place] = student.domain.encode(j, column)
        return self._decode(student.best_known(parts))

    @available_if(_is_classifier)
    def predict_proba(self, X: Any) -> np.ndarray:
        """Return one for the predicted class and zero for the others.

        Parameters
        ----------
        X : array-like or DataFrame of shape (n_samples, n_features)
            Rows.

        Returns
        -------
        P : ndarray of shape (n_samples, n_classes)
            Columns as in ``classes_``.
        """
        labels = self.predict(X)
        return (labels[:, np.newaxis] == self.classes_[np.newaxis, :]).astype(np.float64)

    def score(self, X: Any, y: Any, sample_weight: Any = None) -> float:
        """Return the accuracy of labels, or R² of values.

        Parameters
        ----------
        X : array-like or DataFrame of shape (n_samples, n_features)
            Rows.
        y : array-like of shape (n_samples,)
            True labels, or the teacher's predictions for fidelity.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights of the rows.

        Returns
        -------
        score : float
            1 is best.
        """
        metric = accuracy_score if _is_classifier(self) else r2_score
        return float(metric(y, self.predict(X), sample_weight=sample_weight))

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()  # type: ignore[misc]
        teacher, kind = self.teacher, _kind_of(self)
        tags.estimator_type = kind
        if kind == "classifier":
            tags.classifier_tags = ClassifierTags()
        elif kind == "regressor":
            tags.regressor_tags = RegressorTags()
        tags.target_tags.required = hasattr(teacher, "fit") and not is_fitted_teacher(teacher)
        tags.input_tags.sparse = False
        tags.input_tags.allow_nan = False
        return tags


def _anchored_predictions(teacher: Any, student: AnchoredStudent, X: Any) -> np.ndarray:
    """Query the teacher with rows of X that have the anchor outside S.

    Parameters
    ----------
    teacher : predictor
        Fitted.
    student : AnchoredStudent
        Without a table.
    X : ndarray or DataFrame of shape (n, n_features)
        Validated rows.

    Returns
    -------
    predictions : ndarray of shape (n,)
    """
    anchor = student.domain.rows(student.anchor[np.newaxis, :])
    if is_frame(X):
        rows = anchor.iloc[np.zeros(X.shape[0], dtype=np.intp)].reset_index(drop=True)
        for j in student.columns:
            rows[rows.columns[j]] = X.iloc[:, j].reset_index(drop=True)
    else:
        dtype = np.result_type(anchor.dtype, X.dtype)
        rows = np.repeat(anchor.astype(dtype), X.shape[0], axis=0)
        rows[:, student.columns] = X[:, student.columns]
    return one_column(Oracle(teacher).predict(rows))

"""Who is compared with whom, on which rows.

A fitted student knows its teacher. Where it stands at the end of a pipeline or
inside a search, the teacher sees what the student sees: the transformed rows.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from sklearn.base import is_regressor
from sklearn.exceptions import NotFittedError
from sklearn.pipeline import Pipeline

from skdistill._rows import row_hashes

__all__ = [
    "answer",
    "count_seen",
    "final_student",
    "find_pair",
    "is_regression",
    "student_and_rows",
]


def _shells(estimator: Any) -> Iterator[Any]:
    """The pipelines and searches around a student, and last the student itself."""
    while True:
        if hasattr(estimator, "best_estimator_"):
            estimator = estimator.best_estimator_
            continue
        yield estimator
        if not isinstance(estimator, Pipeline):
            return
        estimator = estimator.steps[-1][1]


def final_student(estimator: Any) -> Any:
    """Return the student inside fitted pipelines and searches."""
    *_, student = _shells(estimator)
    return student


def student_and_rows(estimator: Any, X: Any) -> tuple[Any, Any]:
    """Return the student inside pipelines and searches, and the rows as it sees them."""
    for outer in _shells(estimator):
        if isinstance(outer, Pipeline):
            for _, step in outer.steps[:-1]:
                if hasattr(step, "transform"):  # samplers act in fit alone
                    X = step.transform(X)
    return final_student(estimator), X


def find_pair(estimator: Any, X: Any, teacher: Any = None) -> tuple[Any, Any, Any, Any]:
    """Return (student, its rows, teacher, its rows).

    Parameters
    ----------
    estimator : fitted estimator
        A distiller, a pipeline that ends in one, or a search over either.
    X : array-like or DataFrame of shape (n_samples, n_features)
        Rows as ``estimator`` takes them.
    teacher : predictor or callable, default=None
        Another teacher to compare with: it sees X itself.

    Returns
    -------
    student, rows, teacher, teacher_rows : tuple

    Raises
    ------
    NotFittedError
        If the student is not fitted.
    ValueError
        If there is no teacher to compare with.
    """
    if teacher is not None:
        return estimator, X, teacher, X
    student, rows = student_and_rows(estimator, X)
    if hasattr(student, "teacher") and not hasattr(student, "teacher_"):
        raise NotFittedError(
            f"This {type(student).__name__} is not fitted yet, so it has no answers to compare. "
            "Call fit first."
        )
    teacher = getattr(student, "teacher_", None)
    if teacher is None:
        raise ValueError(
            f"{type(student).__name__} has no teacher to compare with (no teacher_, or None). "
            "Give one: FidelityScorer(teacher=...) or fidelity_report(..., teacher=...)."
        )
    return student, rows, teacher, rows


def answer(predictor: Any, X: Any, method: str = "predict") -> np.ndarray:
    """Ask a predictor, or a bare function, about rows."""
    if method == "predict" and not hasattr(predictor, "predict"):
        return np.asarray(predictor(X))
    return np.asarray(getattr(predictor, method)(X))


def is_regression(student: Any) -> bool:
    """Whether a student answers real values."""
    if hasattr(student, "__sklearn_tags__"):
        return is_regressor(student)
    # Rule sets say so by having no classes.
    return getattr(student, "classes_", "unknown") is None


def count_seen(estimator: Any, X: Any) -> int | None:
    """How many rows equal one that a student remembers from its fit.

    Parameters
    ----------
    estimator : fitted estimator
        A student, or a pipeline or search around one.
    X : array-like or DataFrame of shape (n_samples, n_features)
        Rows as ``estimator`` takes them.

    Returns
    -------
    n_seen : int or None
        None where the student remembers no rows.
    """
    known = getattr(final_student(estimator), "row_hashes_", None)
    if known is None or not len(known):
        return None
    _, rows = student_and_rows(estimator, X)
    rows = rows if hasattr(rows, "shape") else np.asarray(rows)
    if getattr(getattr(rows, "dtype", None), "kind", "") == "O":
        return None
    return int(np.isin(row_hashes(rows), known).sum())

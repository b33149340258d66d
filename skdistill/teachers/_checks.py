"""Predictions as they come back from a teacher, checked before they are labels."""

from __future__ import annotations

from typing import Any

import numpy as np

from skdistill.exceptions import TeacherAnswerError
from skdistill.teachers._kind import name_of

__all__ = [
    "as_predictions",
    "check_finite",
    "check_proba",
    "missing_rows",
    "one_column",
    "unmasked",
]


def as_predictions(found: Any, n_rows: int, teacher: Any, method: str) -> np.ndarray:
    """Return predictions as an array with one entry for each row; masked ones become missing.

    Raises
    ------
    TeacherAnswerError
        If there is not one prediction a row, or the teacher has several outputs.
    """
    if isinstance(found, list) and method == "predict_proba":
        raise TeacherAnswerError(
            f"The teacher ({name_of(teacher)}) has several outputs: its predict_proba returns a "
            "list. Distil one output at a time."
        )
    predictions = unmasked(found)
    if predictions.ndim == 0 or len(predictions) != n_rows:
        got = "a single value" if predictions.ndim == 0 else f"{len(predictions)} predictions"
        raise TeacherAnswerError(
            f"The teacher ({name_of(teacher)}) was queried with {n_rows} rows and returned {got}. "
            f"Its {method} must return one prediction a row."
        )
    return predictions


def unmasked(found: Any) -> np.ndarray:
    """An array in which what was masked is missing: a mask hides a value that is not one."""
    if not isinstance(found, np.ma.MaskedArray):
        return np.asarray(found)
    mask = np.ma.getmaskarray(found)
    if not mask.any():
        return np.asarray(found)
    if found.dtype.kind in "fiub":
        return np.where(mask, np.nan, found.data)
    values = found.data.astype(object)
    values[mask] = None
    return values


def missing_rows(predictions: np.ndarray) -> np.ndarray:
    """Which rows have a prediction that is NaN, infinite or None; of shape (n_rows,)."""
    flat = predictions.reshape(len(predictions), -1)
    if predictions.dtype.kind == "f":
        return ~np.isfinite(flat).all(axis=1)
    if predictions.dtype.kind == "O":
        return np.array([any(map(_is_missing, row)) for row in flat], dtype=bool)
    return np.zeros(len(predictions), dtype=bool)


def _is_missing(value: Any) -> bool:
    """None, NaN, NaT or pandas' NA, which does not say whether it equals itself."""
    try:
        return value is None or bool(value != value)
    except TypeError:
        return True


def check_finite(predictions: np.ndarray, teacher: Any) -> None:
    """Refuse predictions that are NaN, infinite or None."""
    bad = int(missing_rows(predictions).sum())
    if bad:
        raise TeacherAnswerError(
            f"The teacher ({name_of(teacher)}) predicted NaN or infinity on {bad} of "
            f"{len(predictions)} rows. Leave those rows out: "
            'Oracle(teacher, on_error="drop"), or give a teacher that predicts everywhere.'
        )


def one_column(predictions: np.ndarray) -> np.ndarray:
    """Return predictions of shape (n, 1) as (n,); others as they are."""
    narrow = predictions.ndim == 2 and predictions.shape[1] == 1
    return predictions[:, 0] if narrow else predictions


def check_proba(proba: np.ndarray, teacher: Any, n_classes: int | None = None) -> np.ndarray:
    """Return probabilities as float64 of shape (n, n_classes).

    Raises
    ------
    TeacherAnswerError
        If they are missing, negative, do not sum to one, or are of another shape.
    """
    check_finite(proba, teacher)
    if proba.ndim != 2 or (n_classes is not None and proba.shape[1] != n_classes):
        expected = "n_classes" if n_classes is None else n_classes
        raise TeacherAnswerError(
            f"The teacher's probabilities ({name_of(teacher)}) have shape {proba.shape}; "
            f"({len(proba)}, {expected}) was expected."
        )
    proba = proba.astype(np.float64, copy=False)
    total = proba.sum(axis=1)
    if proba.min(initial=0.0) < -1e-6 or np.abs(total - 1.0).max(initial=0.0) > 1e-3:
        raise TeacherAnswerError(
            f"The teacher's probabilities ({name_of(teacher)}) are negative or do not sum to 1 "
            f"(sums from {total.min():.3g} to {total.max():.3g}). If they are scores, wrap the "
            'teacher with output="logits" or leave out predict_proba.'
        )
    return proba

"""Predictions as they come back from a teacher, checked before they are labels."""

from __future__ import annotations

import numbers
from typing import Any

import numpy as np

from skdistill.exceptions import TeacherAnswerError
from skdistill.teachers._kind import name_of

__all__ = [
    "as_predictions",
    "check_proba",
    "join_arrays",
    "one_column",
    "plain_array",
    "refuse_missing",
]


def as_predictions(
    found: Any, n_rows: int, teacher: Any, method: str
) -> tuple[np.ndarray, np.ndarray]:
    """Return predictions as an array with one entry for each row.

    Parameters
    ----------
    found : array-like
        What the teacher returned.
    n_rows : int
        How many rows it was queried with.
    teacher : predictor
        Named in errors.
    method : str
        Which one was called.

    Returns
    -------
    predictions : ndarray of shape (n_rows, ...)
    missing : ndarray of shape (n_rows,), dtype bool
        Rows whose prediction is NaN, infinite, None or masked.

    Raises
    ------
    TeacherAnswerError
        If there is not one prediction a row, or the teacher has several outputs.
    """
    if isinstance(found, list) and found and getattr(found[0], "ndim", 0) == 2:
        raise TeacherAnswerError(
            f"The teacher ({name_of(teacher)}) has several outputs: its {method} returns a "
            "list. Distil one output at a time."
        )
    shape = np.shape(found)
    if not shape or shape[0] != n_rows:
        got = f"{shape[0]} predictions" if shape else "a single value"
        raise TeacherAnswerError(
            f"The teacher ({name_of(teacher)}) was queried with {n_rows} rows and returned {got}. "
            f"Its {method} must return one prediction a row."
        )
    return plain_array(found)


def plain_array(found: Any) -> tuple[np.ndarray, np.ndarray]:
    """Return an array of whatever holds values, and which of its rows are missing.

    Parameters
    ----------
    found : array-like, Series or DataFrame of shape (n, ...)
        Perhaps masked, or of objects.

    Returns
    -------
    values : ndarray of shape (n, ...)
        Objects that are all numbers become numbers. Missing rows hold anything.
    missing : ndarray of shape (n,), dtype bool
    """
    if hasattr(found, "toarray"):  # sparse
        found = found.toarray()
    masked = isinstance(found, np.ma.MaskedArray)
    values = np.asarray(np.ma.getdata(found) if masked else found)
    flat = values.reshape(len(values), int(np.prod(values.shape[1:])))
    if values.dtype.kind == "O":
        # The mask of a masked array hides objects that may be anything.
        hidden = np.ma.getmaskarray(found).reshape(flat.shape) if masked else np.zeros(flat.shape)
        absent = [
            any(h or _is_missing(value) for value, h in zip(row, covered, strict=True))
            for row, covered in zip(flat, hidden, strict=True)
        ]
        missing = np.array(absent, dtype=bool)
        return _numbers_of_objects(values, missing), missing
    if values.dtype.kind in "fc":
        missing = ~np.isfinite(flat).all(axis=1)
    elif values.dtype.kind in "mM":
        missing = np.isnat(flat).any(axis=1)
    else:
        missing = np.zeros(len(values), dtype=bool)
    if masked:
        missing |= np.ma.getmaskarray(found).reshape(flat.shape).any(axis=1)
    return values, missing


def _is_missing(value: Any) -> bool:
    """Whether an object is None, NaN, NaT, NA or infinite."""
    if value is None:
        return True
    if isinstance(value, numbers.Real):
        return not np.isfinite(float(value)) if not isinstance(value, numbers.Integral) else False
    try:
        return bool(value != value)
    except (TypeError, ValueError):  # pandas.NA is neither equal to itself nor not
        return type(value).__name__ == "NAType"


def _numbers_of_objects(values: np.ndarray, missing: np.ndarray) -> np.ndarray:
    """Objects of nullable columns as the numbers that they are; others as they came."""
    kept = values[~missing]
    flat = kept.reshape(-1).tolist()
    is_bool = [isinstance(value, (bool, np.bool_)) for value in flat]
    if not flat or not (
        all(is_bool)
        or (not any(is_bool) and all(isinstance(value, numbers.Real) for value in flat))
    ):
        return values
    natural = np.array(flat)
    if natural.dtype.kind == "O":  # whole numbers beyond 64 bits
        return values
    out = np.zeros(values.shape, dtype=natural.dtype)
    out[~missing] = natural.reshape(kept.shape)
    return out


def refuse_missing(missing: np.ndarray, teacher: Any) -> None:
    """Refuse predictions of which some are missing.

    Parameters
    ----------
    missing : ndarray of shape (n_rows,), dtype bool
    teacher : predictor

    Raises
    ------
    TeacherAnswerError
        Counting them.
    """
    if missing.any():
        raise TeacherAnswerError(
            f"The teacher ({name_of(teacher)}) predicted NaN or infinity on {missing.sum()} of "
            f"{len(missing)} rows. Leave those rows out: "
            'Oracle(teacher, on_error="drop"), or give a teacher that predicts everywhere.'
        )


def join_arrays(parts: list[np.ndarray], teacher: Any) -> np.ndarray:
    """Put the predictions of several calls together.

    Parameters
    ----------
    parts : list of ndarray
    teacher : predictor
        Named in errors.

    Returns
    -------
    predictions : ndarray

    Raises
    ------
    TeacherAnswerError
        If they have different shapes, or are numbers here and texts there, which
        numpy would silently make texts.
    """
    if not parts:
        return np.empty(0)
    if len({part.dtype.kind in "US" for part in parts if part.dtype.kind != "O"}) > 1:
        kinds = sorted({str(part.dtype) for part in parts})
        raise TeacherAnswerError(
            f"The teacher ({name_of(teacher)}) predicted numbers for some rows and texts for "
            f"others ({', '.join(kinds)}). Let it return one type for all rows."
        )
    shapes = {part.shape[1:] for part in parts}
    if len(shapes) > 1:
        raise TeacherAnswerError(
            f"The teacher ({name_of(teacher)}) returned predictions of different shapes for parts "
            f"of the rows: {sorted((len(p), *p.shape[1:]) for p in parts)[:4]}. They must not "
            "depend on how many rows there are."
        )
    return np.concatenate(parts)


def one_column(predictions: np.ndarray) -> np.ndarray:
    """Return predictions of shape (n, 1) as (n,); others as they are."""
    narrow = predictions.ndim == 2 and predictions.shape[1] == 1
    return predictions[:, 0] if narrow else predictions


def check_proba(found: Any, teacher: Any, n_classes: int | None = None) -> np.ndarray:
    """Return probabilities as float64 of shape (n, n_classes).

    Parameters
    ----------
    found : array-like of shape (n, n_classes)
    teacher : predictor
        Named in errors.
    n_classes : int, default=None
        Where it is known.

    Returns
    -------
    proba : ndarray of shape (n, n_classes)

    Raises
    ------
    TeacherAnswerError
        If they are missing, negative, do not sum to one, or are of another shape.
    """
    proba, missing = plain_array(found)
    refuse_missing(missing, teacher)
    if proba.ndim != 2 or (n_classes is not None and proba.shape[1] != n_classes):
        expected = "n_classes" if n_classes is None else n_classes
        raise TeacherAnswerError(
            f"The teacher's probabilities ({name_of(teacher)}) have shape {proba.shape}; "
            f"({len(proba)}, {expected}) was expected."
        )
    if proba.dtype.kind not in "fiub":
        raise TeacherAnswerError(
            f"The teacher's probabilities ({name_of(teacher)}) must be numbers, but they are of "
            f"dtype {proba.dtype}."
        )
    proba = proba.astype(np.float64, copy=False)
    total = proba.sum(axis=1)
    if proba.min(initial=0.0) < -1e-6 or np.abs(total - 1.0).max(initial=0.0) > 1e-3:
        raise TeacherAnswerError(
            f"The teacher's probabilities ({name_of(teacher)}) are negative or do not sum to 1 "
            f"(the least is {proba.min():.3g}, sums are from {total.min():.3g} to "
            f"{total.max():.3g}). If they are scores, wrap the teacher with "
            'output="logits" or leave out predict_proba.'
        )
    return proba

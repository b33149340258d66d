"""Predictions of students, checked like those of teachers, and whether two can be compared."""

from __future__ import annotations

import numbers
from typing import Any

import numpy as np

from skdistill.teachers import name_of, one_column, plain_array

__all__ = [
    "as_predictions",
    "check_comparable",
    "check_same_labels",
    "distinct_labels",
    "predictions_of",
]


def predictions_of(student: Any, X: Any, method: str = "predict") -> np.ndarray:
    """Query a student, or a bare function, and check what it returns.

    Parameters
    ----------
    student : predictor or callable
    X : array-like or DataFrame of shape (n, n_features)
        Rows as it takes them.
    method : {"predict", "predict_proba"}, default="predict"

    Returns
    -------
    predictions : ndarray of shape (n,) or (n, n_outputs)
        One row each; a single column is a vector.

    Raises
    ------
    ValueError
        If there is not one prediction a row, or some are missing or infinite.
    TypeError
        If it cannot predict.
    """
    if method == "predict" and not hasattr(student, "predict"):
        if not callable(student):
            raise TypeError(
                "The student must be a predictor (with a predict method) or a function f(X) -> y. "
                f"Got {student!r}."
            )
        found = student(X)
    else:
        found = getattr(student, method)(X)
    owner = f"The student ({name_of(student)})"
    if method == "predict":
        return as_predictions(found, owner, n_rows=X.shape[0])
    if isinstance(found, list):
        raise ValueError(f"{owner} has several outputs: its {method} returns a list.")
    proba = as_predictions(found, owner, n_rows=X.shape[0], flat=False)
    total = proba.sum(axis=1) if proba.ndim == 2 and proba.dtype.kind in "fiub" else np.zeros(1)
    if proba.min(initial=0.0) < -1e-6 or np.abs(total - 1.0).max(initial=0.0) > 1e-3:
        raise ValueError(
            f"{owner} returned probabilities of shape {proba.shape} that are negative or do not "
            "sum to 1 in each row."
        )
    return proba


def as_predictions(
    found: Any, owner: str, *, n_rows: int | None = None, flat: bool = True
) -> np.ndarray:
    """Return predictions as an array; a single column becomes a vector.

    Parameters
    ----------
    found : array-like of shape (n,) or (n, n_outputs)
        Masked entries count as missing.
    owner : str
        Whose they are, for messages.
    n_rows : int, default=None
        How many there must be.
    flat : bool, default=True
        Whether (n, 1) becomes (n,).

    Returns
    -------
    predictions : ndarray of shape (n,) or (n, n_outputs)

    Raises
    ------
    ValueError
        If they are not as many as the rows, of more dimensions, missing or
        infinite.
    """
    shape = np.shape(found)
    if n_rows is not None and (not shape or shape[0] != n_rows):
        raise ValueError(
            f"{owner} was queried with {n_rows} rows, but its predictions have shape {shape}. "
            "It must return one prediction a row."
        )
    if len(shape) not in (1, 2):
        raise ValueError(
            f"{owner} must have predictions of shape (n_samples,) or (n_samples, n_outputs), got "
            f"{shape}."
        )
    values, missing = plain_array(found)
    bad = int(np.count_nonzero(missing))
    if bad:
        raise ValueError(
            f"{owner} predicted NaN, infinity or None on {bad} of {len(values)} rows, which "
            "cannot be compared. Leave those rows out."
        )
    return one_column(values) if flat else values


def check_comparable(
    y_teacher: np.ndarray, y_student: np.ndarray, teacher: str, student: str
) -> None:
    """Refuse predictions that could never be equal, whatever the student learned.

    Parameters
    ----------
    y_teacher, y_student : ndarray of shape (n,) or (n, n_outputs)
    teacher, student : str
        Whose they are, for messages.

    Raises
    ------
    ValueError
        If their shapes differ, or one is text where the other is numbers.
    """
    if y_teacher.shape != y_student.shape:
        raise ValueError(
            f"{teacher} and {student} have predictions of different shapes: {y_teacher.shape} and "
            f"{y_student.shape}."
        )
    numeric = all(y.dtype.kind in "fiub" for y in (y_teacher, y_student))
    if not numeric and len(y_teacher):
        check_same_labels(distinct_labels(y_teacher), distinct_labels(y_student), teacher, student)


def check_same_labels(own: list[Any], others: list[Any], teacher: str, student: str) -> None:
    """Refuse labels of which some are text where the others have them as numbers.

    1, 1.0 and True are equal in Python and pass; "1" is equal to none of them.

    Parameters
    ----------
    own, others : list
        Distinct labels of the teacher and of the student.
    teacher, student : str
        Whose they are, for messages.
    """
    kinds, other_kinds = ({_kind_of(label) for label in labels} for labels in (own, others))
    texts = {str(label) for label in own}
    known = set(own)
    clash = [label for label in others if label not in known and str(label) in texts]
    if not kinds or not other_kinds or (kinds & other_kinds and not clash):
        return
    label = clash[0] if clash else others[0]
    twin = next((each for each in own if str(each) == str(label)), own[0])
    raise ValueError(
        f"{teacher} predicts labels such as {twin!r} ({_kind_of(twin)}), {student} labels such as "
        f"{label!r} ({_kind_of(label)}): they would never be equal. Give both the same labels."
    )


def distinct_labels(labels: np.ndarray) -> list[Any]:
    """Distinct labels as Python has them; objects of several types too."""
    flat = labels.reshape(-1)
    if flat.dtype.kind == "O":
        return list(dict.fromkeys(flat.tolist()))
    return list(np.unique(flat).tolist())


def _kind_of(label: Any) -> str:
    if isinstance(label, (numbers.Number, np.bool_)):
        return "a number"
    return "text" if isinstance(label, str) else type(label).__name__

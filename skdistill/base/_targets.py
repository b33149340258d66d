"""Targets of a student: the teacher's labels, true ones blended in, made exact."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from skdistill.exceptions import DistillationWarning
from skdistill.teachers._ask import Labels, class_codes
from skdistill.teachers._kind import name_of

__all__ = ["blend", "own_labels", "snap", "warn_if_constant", "warn_if_repeats"]

# The label of a row without one, where it is no class of the teacher; as in
# sklearn.semi_supervised.
UNLABELLED = -1


def snap(values: np.ndarray) -> np.ndarray:
    """Round to multiples of 2^-24 of the range, exactly representable.

    Sums of such numbers are exact, so a tree grown on them is the same for
    weighted and for repeated rows, and for rows in any order.

    Parameters
    ----------
    values : ndarray of shape (n,) or (n, n_outputs)
        Each column has its own range; one without stays as it is.

    Returns
    -------
    snapped : ndarray, float64
    """
    values = np.asarray(values, dtype=np.float64)
    spread = np.ptp(values, axis=0)
    varies = spread > np.finfo(np.float64).tiny * 2.0**24
    # The power of two next above the range, times 2^-24: divisions by it are exact.
    mantissa, exponent = np.frexp(np.where(varies, spread, 2.0**24))
    step = np.ldexp(1.0, exponent - (mantissa == 0.5) - 24)
    return np.where(varies, np.rint(values / step) * step, values)


def own_labels(y: np.ndarray, kind: str) -> Labels:
    """Targets where there is no teacher: y itself."""
    if kind == "regressor":
        return Labels(None, None, y)
    classes, codes = np.unique(y, return_inverse=True)
    return Labels(classes, codes, None)


def warn_if_constant(labels: Labels, teacher: Any) -> None:
    answers = labels.codes if labels.targets is None else labels.targets
    if answers is not None and len(answers) > 1 and np.all(answers == answers[:1]):
        warnings.warn(
            f"The teacher ({name_of(teacher)}) gives the same answer on all {len(answers)} rows "
            "of the transfer set: there is nothing to learn from it.",
            DistillationWarning,
            stacklevel=4,
        )


def warn_if_repeats(labels: Labels, y: np.ndarray | None, teacher: Any) -> None:
    """Warn where the teacher says no more than the labels of its own training rows do."""
    if y is None or len(y) < 2:
        return
    if labels.classes is not None:
        repeats = np.array_equal(labels.classes[labels.codes], y)
    else:
        assert labels.targets is not None
        repeats = np.array_equal(labels.targets, y)
    if repeats:
        warnings.warn(
            f"The teacher ({name_of(teacher)}) merely repeats y on all {len(y)} rows, so a student "
            "of its labels learns what it would learn from y alone. Let it label other rows: "
            'transfer_set="auto", or rows that the teacher was not fitted on.',
            DistillationWarning,
            stacklevel=4,
        )


def blend(labels: Labels, y: np.ndarray | None, alpha: float, n_real: int) -> Labels:
    """Mix true labels into the targets of the real rows that have one.

    target = (1 - alpha) * teacher + alpha * truth; y is checked against the
    teacher's classes even where alpha is zero.
    """
    if y is None:
        if alpha > 0:
            raise ValueError(f"alpha={alpha} blends true labels in, so fit needs y. Got y=None.")
        return labels
    if labels.classes is None:
        if alpha == 0:
            return labels
        values = labels.targets.astype(np.float64)  # type: ignore[union-attr]
        if y.shape[1:] != values.shape[1:]:
            raise ValueError(
                f"y has shape {y.shape}, but the teacher answers shape {values.shape[1:]} a row."
            )
        known = ~np.isnan(y.reshape(n_real, -1)).any(axis=1)
        values[:n_real][known] += alpha * (y[known] - values[:n_real][known])
        return Labels(None, None, values)
    known = np.ones(n_real, dtype=bool)
    if y.dtype.kind in "iuf" and UNLABELLED not in labels.classes:
        known = y != UNLABELLED
    truth = class_codes(y[known], labels.classes, "The labels y")
    if alpha == 0:
        return labels
    identity = np.eye(len(labels.classes))
    targets = identity[labels.codes] if labels.targets is None else labels.targets.copy()
    targets[:n_real][known] += alpha * (identity[truth] - targets[:n_real][known])
    return Labels(labels.classes, labels.codes, targets)

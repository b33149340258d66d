"""Fidelity: how well a student's predictions agree with its teacher's."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.metrics import mean_squared_error, r2_score

from skdistill.metrics._predictions import as_predictions, check_comparable

__all__ = ["METRICS", "ON_VALUES", "InSampleFidelity", "fidelity_score"]


class InSampleFidelity(float):
    """A fidelity measured on the very rows that the student was fitted on.

    A float that prints as in-sample: on fresh rows fidelity is usually lower.
    Measure it there with :func:`fidelity_report` or :class:`FidelityScorer`.

    Parameters
    ----------
    value : float
        Agreement in [0, 1], or R² for real values.
    metric : {"agreement", "r2"}
        What was measured.
    n_rows : int
        On how many rows.

    Examples
    --------
    >>> from skdistill.metrics import InSampleFidelity
    >>> InSampleFidelity(0.97, "agreement", 10_000)
    0.970 agreement in-sample (10000 rows the student was fitted on)
    """

    metric: str
    n_rows: int

    def __new__(cls, value: float, metric: str = "agreement", n_rows: int = 0) -> InSampleFidelity:
        self = super().__new__(cls, value)
        self.metric, self.n_rows = metric, n_rows
        return self

    def __getnewargs__(self) -> Any:  # for pickle
        return float(self), self.metric, self.n_rows

    def __repr__(self) -> str:
        return (
            f"{float(self):.3f} {self.metric} in-sample "
            f"({self.n_rows} rows the student was fitted on)"
        )


def _agreement(teacher: np.ndarray, student: np.ndarray, weight: Any) -> float:
    same = teacher == student
    if same.ndim == 2:
        same = same.all(axis=1)
    return float(np.average(same, weights=weight))


def _balanced_agreement(teacher: np.ndarray, student: np.ndarray, weight: Any) -> float:
    classes, codes = np.unique(teacher, return_inverse=True)
    weight = np.ones(len(teacher)) if weight is None else np.asarray(weight, dtype=float)
    total = np.bincount(codes, weight, minlength=len(classes))
    agree = np.bincount(codes, weight * (teacher == student), minlength=len(classes))
    return float(np.mean(agree[total > 0] / total[total > 0]))


def _total_variation(teacher: np.ndarray, student: np.ndarray, weight: Any) -> float:
    return float(np.average(0.5 * np.abs(teacher - student).sum(axis=1), weights=weight))


def _kl_divergence(teacher: np.ndarray, student: np.ndarray, weight: Any) -> float:
    # A student's zero where the teacher has none would cost infinity: it costs
    # as much as the smallest float instead, as in sklearn.metrics.log_loss.
    floor = np.finfo(np.float64).eps
    ratio = np.log(np.maximum(teacher, floor)) - np.log(np.maximum(student, floor))
    return float(np.average((teacher * ratio).sum(axis=1), weights=weight))


def _r2(teacher: np.ndarray, student: np.ndarray, weight: Any) -> float:
    return float(r2_score(teacher, student, sample_weight=weight))


def _rmse(teacher: np.ndarray, student: np.ndarray, weight: Any) -> float:
    return float(np.sqrt(mean_squared_error(teacher, student, sample_weight=weight)))


# name: (function, on probabilities, greater is better)
METRICS = {
    "agreement": (_agreement, False, True),
    "balanced_agreement": (_balanced_agreement, False, True),
    "total_variation": (_total_variation, True, False),
    "kl_divergence": (_kl_divergence, True, False),
    "r2": (_r2, False, True),
    "rmse": (_rmse, False, False),
}

# Those that need numbers.
ON_VALUES = ("r2", "rmse")


def fidelity_score(
    y_teacher: Any, y_student: Any, *, metric: str = "agreement", sample_weight: Any = None
) -> float:
    """Compare a student's predictions with its teacher's.

    Parameters
    ----------
    y_teacher : array-like of shape (n_samples,) or (n_samples, n_classes)
        The teacher's labels, values or probabilities. A single column counts as
        a vector.
    y_student : array-like of the same shape
        The student's.
    metric : str, default="agreement"
        One of

        ======================  =============  =======  ==========================
        metric                  of             best     meaning
        ======================  =============  =======  ==========================
        ``agreement``           labels         1        share of equal labels
        ``balanced_agreement``  labels         1        its mean over the
                                                        teacher's classes
        ``total_variation``     probabilities  0        mean of half the absolute
                                                        differences, in [0, 1]
        ``kl_divergence``       probabilities  0        mean KL(teacher | student),
                                                        in nats
        ``r2``                  values         1        share of the teacher's
                                                        variance
        ``rmse``                values         0        root mean squared error, in
                                                        the teacher's unit
        ======================  =============  =======  ==========================

        Each comes in its own direction: see the column "best".
    sample_weight : array-like of shape (n_samples,), default=None
        Weights of the rows.

    Returns
    -------
    score : float
        In the metric's natural direction.

    Raises
    ------
    TypeError
        If given models instead of their predictions.
    ValueError
        If shapes differ or do not fit the metric, predictions are missing or
        infinite, or labels are text on one side and numbers on the other.

    See Also
    --------
    fidelity_report : All of them, with intervals.
    FidelityScorer : For ``GridSearchCV(scoring=...)``.

    Examples
    --------
    >>> from skdistill.metrics import fidelity_score
    >>> fidelity_score(["a", "b", "b", "b"], ["a", "b", "b", "a"])
    0.75
    >>> fidelity_score([[0.5, 0.5]], [[0.75, 0.25]], metric="total_variation")
    0.25
    """
    if metric not in METRICS:
        raise ValueError(f"metric must be one of {sorted(METRICS)}, got {metric!r}.")
    if hasattr(y_teacher, "predict") or hasattr(y_student, "predict"):
        raise TypeError(
            "fidelity_score compares predictions, not models. Use fidelity_report(student, X) or "
            "FidelityScorer()(student, X), or pass teacher.predict(X), student.predict(X)."
        )
    function, on_probabilities, _ = METRICS[metric]
    teacher = as_predictions(y_teacher, "y_teacher", flat=not on_probabilities)
    student = as_predictions(y_student, "y_student", flat=not on_probabilities)
    check_comparable(teacher, student, "y_teacher", "y_student")
    if not len(teacher):
        raise ValueError("There are no predictions to compare: y_teacher is empty.")
    if on_probabilities and teacher.ndim != 2:
        raise ValueError(
            f"metric={metric!r} compares probabilities of shape (n_samples, n_classes), got "
            f"predictions of shape {teacher.shape}."
        )
    if metric in ON_VALUES and not {teacher.dtype.kind, student.dtype.kind} <= set("fiub"):
        raise ValueError(
            f"metric={metric!r} compares real values, but the predictions are labels such as "
            f"{teacher[0]!r}. Use 'agreement'."
        )
    return function(teacher, student, sample_weight)

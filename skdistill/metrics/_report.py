"""One student, measured against its teacher and the truth on fresh rows."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
from scipy.stats import binomtest

from skdistill._rows import row_hashes
from skdistill.metrics._complexity import student_complexity
from skdistill.metrics._fidelity import fidelity_score
from skdistill.metrics._pair import answer, find_pair, is_regression

__all__ = ["FidelityReport", "Share", "fidelity_report"]


@dataclass(frozen=True)
class Share:
    """A share of rows with its exact binomial (Clopper-Pearson) interval.

    Parameters
    ----------
    value : float
        The share.
    low, high : float or None
        Bounds; None for weighted rows, whose share is not binomial.
    n_rows : int
        Of how many rows.

    Examples
    --------
    >>> from skdistill.metrics import Share
    >>> print(Share(0.5, 0.25, 0.75, 16))
    0.500 [0.250, 0.750] (16 rows)
    """

    value: float
    low: float | None
    high: float | None
    n_rows: int

    def __str__(self) -> str:
        bounds = "" if self.low is None else f" [{self.low:.3f}, {self.high:.3f}]"
        return f"{self.value:.3f}{bounds} ({self.n_rows} rows)"


def _share(hits: np.ndarray, weight: np.ndarray | None, confidence: float) -> Share:
    n = len(hits)
    if weight is not None:
        return Share(float(np.average(hits, weights=weight)), None, None, n)
    interval = binomtest(int(hits.sum()), n).proportion_ci(confidence, method="exact")
    return Share(float(hits.mean()), float(interval.low), float(interval.high), n)


@dataclass(frozen=True)
class FidelityReport:
    """What :func:`fidelity_report` found; prints as text.

    Parameters
    ----------
    kind : {"classes", "values"}
        What the student answers.
    n_rows : int
        Rows compared.
    confidence : float
        Of the intervals.
    scores : dict of str to float
        Metrics of :func:`fidelity_score` by name; for values and where y is
        given also ``teacher_r2_to_y`` and ``student_r2_to_y``.
    fidelity : Share or None
        Agreement with the teacher, for classes.
    teacher_accuracy, student_accuracy : Share or None
        Against y, for classes.
    per_class : dict of label to Share
        Agreement on the rows to which the teacher gives each class.
    complexity : dict of str to number
        See :func:`student_complexity`.
    n_seen : int
        Rows that equal one which the student was fitted on.

    Examples
    --------
    >>> from skdistill.metrics import FidelityReport
    >>> print(FidelityReport("values", 10, 0.95, {"r2": 0.9, "rmse": 2.5}))
    Fidelity on 10 rows
      r2                  0.900
      rmse                2.5
    """

    kind: str
    n_rows: int
    confidence: float
    scores: dict[str, float]
    fidelity: Share | None = None
    teacher_accuracy: Share | None = None
    student_accuracy: Share | None = None
    per_class: dict[Any, Share] = field(default_factory=dict)
    complexity: dict[str, float] = field(default_factory=dict)
    n_seen: int = 0

    def to_dict(self) -> dict[str, Any]:
        """Return everything as nested dicts of plain numbers.

        Returns
        -------
        report : dict
            Fields by name.
        """
        return asdict(self)

    def __str__(self) -> str:
        level = f", {100 * self.confidence:g}% intervals" if self.kind == "classes" else ""
        lines = [f"Fidelity on {self.n_rows} rows{level}"]
        if self.n_seen == self.n_rows:
            lines.append("  IN-SAMPLE: the student was fitted on all of these rows")
        elif self.n_seen:
            lines.append(f"  {self.n_seen} of them equal rows that the student was fitted on")

        def line(name: str, value: Any) -> None:
            lines.append(f"  {name:<20}{value}")

        if self.fidelity is not None:
            line("fidelity", self.fidelity)
        for name, score in self.scores.items():
            if name != "agreement":
                line(name.replace("_", " "), f"{score:.4g}" if name == "rmse" else f"{score:.3f}")
        for label, share in self.per_class.items():
            line(f"  class {label}", share)
        if self.teacher_accuracy is not None:
            line("accuracy of teacher", self.teacher_accuracy)
            line("accuracy of student", self.student_accuracy)
        if self.complexity:
            words = (
                f"{key.replace('_', ' ')} {value:.4g}" for key, value in self.complexity.items()
            )
            line("complexity", ", ".join(words))
        return "\n".join(lines)


def fidelity_report(
    student: Any,
    X: Any,
    y: Any = None,
    *,
    teacher: Any = None,
    sample_weight: Any = None,
    confidence: float = 0.95,
) -> FidelityReport:
    """Measure a student against its teacher, and both against the truth.

    Parameters
    ----------
    student : fitted estimator
        A distiller, a pipeline that ends in one, a search over either, or any
        predictor where ``teacher`` is given.
    X : array-like or DataFrame of shape (n_samples, n_features)
        Rows that the student was not fitted on: only those tell the truth.
    y : array-like of shape (n_samples,), default=None
        True labels or values.
    teacher : predictor or callable, default=None
        Another teacher than the student's own.
    sample_weight : array-like of shape (n_samples,), default=None
        Weights of the rows; shares then have no intervals.
    confidence : float, default=0.95
        Of each interval by itself, in (0, 1).

    Returns
    -------
    report : FidelityReport
        Prints as text; ``to_dict()`` for the rest.

    Raises
    ------
    NotFittedError
        If the student is not fitted.
    ValueError
        If there is no teacher, no row, ``confidence`` is outside (0, 1), or y
        holds none of the teacher's classes.

    See Also
    --------
    FidelityScorer : One number, for searches.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.ensemble import RandomForestClassifier
    >>> from sklearn.model_selection import train_test_split
    >>> from skdistill import DistilledTreeClassifier, fidelity_report
    >>> X, X_test, y, y_test = train_test_split(
    ...     *load_iris(return_X_y=True), random_state=0)
    >>> forest = RandomForestClassifier(random_state=0).fit(X, y)
    >>> tree = DistilledTreeClassifier(forest, max_leaf_nodes=4, random_state=0).fit(X)
    >>> print(fidelity_report(tree, X_test, y_test))  # doctest: +ELLIPSIS
    Fidelity on 38 rows, 95% intervals
      fidelity            ...
    """
    if not 0 < confidence < 1:
        raise ValueError(f"confidence must be in (0, 1), got {confidence!r}.")
    weight = None if sample_weight is None else np.asarray(sample_weight, dtype=float)
    truth = None if y is None else np.asarray(y)
    pair = find_pair(student, X, teacher)
    if is_regression(pair[0]):
        return _report_values(pair, truth, weight, confidence)
    return _report_classes(pair, truth, weight, confidence)


def _report_values(pair: Any, truth: Any, weight: Any, confidence: float) -> FidelityReport:
    student, rows, teacher, teacher_rows = pair
    told, said = answer(teacher, teacher_rows), answer(student, rows)
    compared = {"r2": ("r2", told, said), "rmse": ("rmse", told, said)}
    if truth is not None:
        compared["teacher_r2_to_y"] = ("r2", truth, told)
        compared["student_r2_to_y"] = ("r2", truth, said)
    scores = {
        name: fidelity_score(first, second, metric=metric, sample_weight=weight)
        for name, (metric, first, second) in compared.items()
    }
    return FidelityReport(
        "values",
        len(told),
        confidence,
        scores,
        complexity=student_complexity(student),
        n_seen=_count_seen(student, rows),
    )


def _report_classes(pair: Any, truth: Any, weight: Any, confidence: float) -> FidelityReport:
    student, rows, teacher, teacher_rows = pair
    told, said = answer(teacher, teacher_rows), answer(student, rows)
    scores = {
        metric: fidelity_score(told, said, metric=metric, sample_weight=weight)
        for metric in ("agreement", "balanced_agreement")
    }
    if hasattr(teacher, "predict_proba") and hasattr(student, "predict_proba"):
        soft = (
            answer(teacher, teacher_rows, "predict_proba"),
            answer(student, rows, "predict_proba"),
        )
        for metric in ("total_variation", "kl_divergence"):
            scores[metric] = fidelity_score(*soft, metric=metric, sample_weight=weight)
    same = told == said
    per_class = {}
    for label in np.unique(told).tolist():
        of_class = told == label
        class_weight = None if weight is None else weight[of_class]
        per_class[label] = _share(same[of_class], class_weight, confidence)
    accuracy: list[Share | None] = [None, None]
    if truth is not None:
        _check_truth(truth, teacher)
        accuracy = [_share(each == truth, weight, confidence) for each in (told, said)]
    return FidelityReport(
        "classes",
        len(told),
        confidence,
        scores,
        _share(same, weight, confidence),
        accuracy[0],
        accuracy[1],
        per_class,
        student_complexity(student),
        _count_seen(student, rows),
    )


def _count_seen(student: Any, rows: Any) -> int:
    """How many rows equal one that the student remembers from its fit."""
    known = getattr(student, "row_hashes_", None)
    rows = rows if hasattr(rows, "shape") else np.asarray(rows)
    if known is None or not len(known) or getattr(getattr(rows, "dtype", None), "kind", "") == "O":
        return 0
    return int(np.isin(row_hashes(rows), known).sum())


def _check_truth(truth: np.ndarray, teacher: Any) -> None:
    """Refuse labels of which the teacher knows none: its accuracy would say nothing."""
    classes = getattr(teacher, "classes_", None)
    if classes is not None and not set(truth.tolist()) & set(np.asarray(classes).tolist()):
        raise ValueError(
            f"The labels y, such as {truth[:3].tolist()}, are none of the teacher's classes "
            f"{np.asarray(classes)[:10].tolist()}. Encode y as the teacher was taught."
        )

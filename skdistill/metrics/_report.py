"""One student, measured against its teacher and the truth on fresh rows."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from skdistill._validation import Number
from skdistill.metrics._by_leaf import LeafFidelity, fidelity_by_leaf
from skdistill.metrics._complexity import student_complexity
from skdistill.metrics._fidelity import fidelity_score
from skdistill.metrics._leaves import is_rule_set
from skdistill.metrics._pair import answer, count_seen, find_pair, is_regression
from skdistill.metrics._share import Share, share_of

__all__ = ["FidelityReport", "fidelity_report"]


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
    n_seen : int or None
        Rows that equal one which the student was fitted on; None where the
        student remembers none, so that nobody can tell.
    leaves : tuple of LeafFidelity
        Of students that are trees or rules: each leaf by itself, those where
        most is wrong first.
    n_leaves_shown : int
        Leaves that are printed.

    Examples
    --------
    >>> from skdistill.metrics import FidelityReport
    >>> print(FidelityReport("values", 10, 0.95, {"r2": 0.9, "rmse": 2.5}, n_seen=0))
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
    n_seen: int | None = None
    leaves: tuple[LeafFidelity, ...] = ()
    n_leaves_shown: int = 3

    @property
    def in_sample(self) -> bool | None:
        """Whether the student was fitted on all of these rows; None where nobody can tell."""
        return None if self.n_seen is None else self.n_seen == self.n_rows

    def to_dict(self) -> dict[str, Any]:
        """Return everything as nested dicts and lists of plain values.

        Returns
        -------
        report : dict
            Fields by name, all leaves among them, and ``in_sample``: whether
            these numbers were computed on the rows that the student was fitted
            on (True, False, or None where nobody can tell).
        """
        fields = asdict(self)
        del fields["n_leaves_shown"]
        fields["leaves"] = [leaf | {"rows": list(leaf["rows"])} for leaf in fields["leaves"]]
        return fields | {"in_sample": self.in_sample}

    def __str__(self) -> str:
        level = f", {100 * self.confidence:g}% intervals" if self.kind == "classes" else ""
        lines = [f"Fidelity on {self.n_rows} rows{level}"]
        if self.n_seen is None:
            lines.append("  in-sample or not: the student does not tell which rows it has seen")
        elif self.in_sample:
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
        lines += self._leaf_lines()
        return "\n".join(lines)

    def _leaf_lines(self) -> list[str]:
        """The leaves where most is wrong, each with its rule and rows."""
        shown = [leaf for leaf in self.leaves if leaf.error_share > 0][: self.n_leaves_shown]
        if not shown:
            return []
        lines = [f"  by {shown[0].part}, the worst {len(shown)} of {len(self.leaves)}"]
        for leaf in shown:
            lines.append(f"    {leaf}")
            lines += [f"      {leaf.name}"] if leaf.name else []
            lines += [f"      {row}" for row in leaf.rows]
        return lines


def fidelity_report(
    student: Any,
    X: Any,
    y: Any = None,
    *,
    teacher: Any = None,
    sample_weight: Any = None,
    confidence: float = 0.95,
    leaf_names: Any = None,
    n_leaves_shown: int = 3,
    n_rows_shown: int = 1,
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
    leaf_names : RuleSet or sequence of str, default=None
        What the leaves of a tree are called, from left to right:
        ``extract_rules(tree)`` puts their rules into the report. Rule sets
        and rule lists know theirs.
    n_leaves_shown : int, default=3
        Leaves, or rules, to print: those where most is wrong. The report holds
        all of them.
    n_rows_shown : int, default=1
        Rows to keep and to print of each leaf among those that disagree: those
        on which the teacher is surest, or furthest from the student.

    Returns
    -------
    report : FidelityReport
        Prints as text; ``to_dict()`` for the rest.

    Raises
    ------
    NotFittedError
        If the student is not fitted.
    ValueError
        If there is no teacher, no row, ``confidence`` is outside (0, 1), y or
        the student's classes hold none of the teacher's, or ``leaf_names`` are
        not as many as the leaves.

    See Also
    --------
    FidelityScorer : One number, for searches.
    skdistill.metrics.stability_score : How much the student itself would
        change.

    Notes
    -----
    Leaves that are looked at because they are the worst look worse than they
    are: their intervals are each for a leaf chosen beforehand.

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
    for name, value in (("n_leaves_shown", n_leaves_shown), ("n_rows_shown", n_rows_shown)):
        if not Number(0, whole=True).accepts(value):
            raise ValueError(f"{name} must be an integer >= 0, got {value!r}.")
    weight = None if sample_weight is None else np.asarray(sample_weight, dtype=float)
    truth = None if y is None else np.asarray(y)
    pair = find_pair(student, X, teacher)
    student, rows, teacher, teacher_rows = pair
    told, said = answer(teacher, teacher_rows), answer(student, rows)
    values = is_regression(student)
    measure = _measure_values if values else _measure_classes
    found, sureness = measure(pair, told, said, truth, weight, confidence)
    return FidelityReport(
        "values" if values else "classes",
        len(told),
        confidence,
        complexity=student_complexity(student),
        n_seen=count_seen(student, rows),
        leaves=fidelity_by_leaf(
            student,
            rows,
            told,
            said,
            values=values,
            weight=weight,
            confidence=confidence,
            sureness=sureness,
            leaf_names=leaf_names,
            n_rows_shown=n_rows_shown,
        ),
        n_leaves_shown=n_leaves_shown,
        **found,
    )


def _measure_values(
    pair: Any, told: np.ndarray, said: np.ndarray, truth: Any, weight: Any, confidence: float
) -> tuple[dict[str, Any], None]:
    """Fields of a report on real values."""
    compared = {"r2": ("r2", told, said), "rmse": ("rmse", told, said)}
    if truth is not None:
        compared["teacher_r2_to_y"] = ("r2", truth, told)
        compared["student_r2_to_y"] = ("r2", truth, said)
    scores = {
        name: fidelity_score(first, second, metric=metric, sample_weight=weight)
        for name, (metric, first, second) in compared.items()
    }
    return {"scores": scores}, None


def _measure_classes(
    pair: Any, told: np.ndarray, said: np.ndarray, truth: Any, weight: Any, confidence: float
) -> tuple[dict[str, Any], np.ndarray | None]:
    """Fields of a report on classes, and how sure the teacher is of each row."""
    student, rows, teacher, teacher_rows = pair
    _check_student_classes(student, teacher)
    scores = {
        metric: fidelity_score(told, said, metric=metric, sample_weight=weight)
        for metric in ("agreement", "balanced_agreement")
    }
    told_soft = None
    if hasattr(teacher, "predict_proba"):
        told_soft = answer(teacher, teacher_rows, "predict_proba")
        if _has_distributions(student, teacher):
            said_soft = answer(student, rows, "predict_proba")
            for metric in ("total_variation", "kl_divergence"):
                scores[metric] = fidelity_score(
                    told_soft, said_soft, metric=metric, sample_weight=weight
                )
    same = told == said
    per_class = {}
    for label in np.unique(told).tolist():
        of_class = told == label
        class_weight = None if weight is None else weight[of_class]
        per_class[label] = share_of(same[of_class], class_weight, confidence)
    found = {
        "scores": scores,
        "fidelity": share_of(same, weight, confidence),
        "per_class": per_class,
    }
    if truth is not None:
        _check_truth(truth, teacher)
        found["teacher_accuracy"] = share_of(told == truth, weight, confidence)
        found["student_accuracy"] = share_of(said == truth, weight, confidence)
    return found, None if told_soft is None else told_soft.max(axis=1)


def _has_distributions(student: Any, teacher: Any) -> bool:
    """Whether a student has probabilities that can be compared with its teacher's."""
    if not hasattr(student, "predict_proba"):
        return False
    if is_rule_set(student) and not all(rule.distribution for rule in student.rules):
        return False
    own, others = getattr(student, "classes_", None), getattr(teacher, "classes_", None)
    return own is None or others is None or np.array_equal(own, others)


def _check_student_classes(student: Any, teacher: Any) -> None:
    """Refuse a student that speaks of other classes than its teacher."""
    own, others = getattr(student, "classes_", None), getattr(teacher, "classes_", None)
    if own is None or others is None:
        return
    own, others = np.asarray(own).tolist(), np.asarray(others).tolist()
    if not set(own) & set(others):
        raise ValueError(
            f"The student's classes {own[:10]} are none of the teacher's {others[:10]}, so they "
            "can never agree. Rules that were extracted with class_names speak of those: leave "
            "class_names out."
        )


def _check_truth(truth: np.ndarray, teacher: Any) -> None:
    """Refuse labels of which the teacher knows none: its accuracy would say nothing."""
    classes = getattr(teacher, "classes_", None)
    if classes is not None and not set(truth.tolist()) & set(np.asarray(classes).tolist()):
        raise ValueError(
            f"The labels y, such as {truth[:3].tolist()}, are none of the teacher's classes "
            f"{np.asarray(classes)[:10].tolist()}. Encode y as the teacher was taught."
        )

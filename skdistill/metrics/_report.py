"""One student, measured against its teacher and the true labels on fresh rows."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from skdistill._validation import Number
from skdistill.metrics._by_leaf import LeafFidelity, fidelity_by_leaf
from skdistill.metrics._comparison import Comparison, declared_classes
from skdistill.metrics._complexity import student_complexity
from skdistill.metrics._fidelity import fidelity_score
from skdistill.metrics._known_rows import count_seen
from skdistill.metrics._pair import Pair, find_pair
from skdistill.metrics._predictions import as_predictions, check_comparable
from skdistill.metrics._share import Share, share_of
from skdistill.teachers import as_teacher, gives_both

__all__ = ["FidelityReport", "fidelity_report"]


@dataclass(frozen=True)
class FidelityReport:
    """Result of :func:`fidelity_report`; prints as text.

    Parameters
    ----------
    kind : {"classes", "values"}
        What the student predicts.
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
        Agreement on the rows for which the teacher predicts each class.
    complexity : dict of str to number
        See :func:`student_complexity`.
    n_seen : int or None
        Rows that equal one which the student was fitted on; None where the
        student keeps no record of its rows.
    leaves : tuple of LeafFidelity
        Of students that are trees or rules: each leaf by itself, those with
        the most errors first.
    n_leaves_shown : int
        Leaves that are printed.
    n_left_out : int
        Rows of X that the teacher has no prediction for; none of the numbers
        counts them.
    not_compared : str
        Why probabilities were not compared; empty where they were, or where
        the teacher has none.

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
    n_left_out: int = 0
    not_compared: str = ""

    @property
    def in_sample(self) -> bool | None:
        """Whether the student was fitted on all of these rows; None where that is unknown."""
        return None if self.n_seen is None else self.n_seen == self.n_rows

    def to_dict(self) -> dict[str, Any]:
        """Return everything as nested dicts and lists of plain values.

        Returns
        -------
        report : dict
            Fields by name, all leaves among them, and ``in_sample``: whether
            these numbers were computed on the rows that the student was fitted
            on (True, False, or None where that is unknown).
        """
        fields = asdict(self)
        del fields["n_leaves_shown"]
        fields["leaves"] = [leaf | {"rows": list(leaf["rows"])} for leaf in fields["leaves"]]
        return fields | {"in_sample": self.in_sample}

    def __str__(self) -> str:
        intervals = f", {100 * self.confidence:g}% intervals" if self.kind == "classes" else ""
        lines = [f"Fidelity on {self.n_rows} rows{intervals}"]
        if self.n_left_out:
            lines.append(f"  {self.n_left_out} more rows left out: the teacher has no prediction")
        if self.n_seen is None:
            lines.append("  in-sample or not: the student keeps no record of its rows")
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
        if self.not_compared:
            line("probabilities", f"not compared: {self.not_compared}")
        for label, share in self.per_class.items():
            line(f"  class {label}", share)
        if self.teacher_accuracy is not None:
            line("accuracy of teacher", self.teacher_accuracy)
            line("accuracy of student", self.student_accuracy)
        if self.complexity:
            counts = (
                f"{key.replace('_', ' ')} {value:.4g}" for key, value in self.complexity.items()
            )
            line("complexity", ", ".join(counts))
        lines += self._leaf_lines()
        return "\n".join(lines)

    def _leaf_lines(self) -> list[str]:
        """The leaves with the most errors, each with its rule and rows."""
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
    soft: bool | str = "auto",
    leaf_names: Any = None,
    n_leaves_shown: int = 3,
    n_rows_shown: int = 1,
) -> FidelityReport:
    """Measure a student against its teacher, and both against the true labels.

    Parameters
    ----------
    student : fitted estimator
        A distiller, a pipeline that ends in one, a search over either, or any
        predictor where ``teacher`` is given.
    X : array-like or DataFrame of shape (n_samples, n_features)
        Rows that the student was not fitted on. In-sample, fidelity is higher.
    y : array-like of shape (n_samples,), default=None
        True labels or values.
    teacher : predictor or callable, default=None
        Another teacher than the student's own. It may keep to a budget or a
        batch size, or leave out rows on which it fails (:class:`Oracle`).
    sample_weight : array-like of shape (n_samples,), default=None
        Weights of the rows; shares then have no intervals.
    confidence : float, default=0.95
        Of each interval by itself, in (0, 1).
    soft : bool or "auto", default="auto"
        Whether probabilities are compared too. "auto" compares them where that
        costs no second query: for forests, boosting and other teachers whose
        ``predict`` is known to be the argmax of ``predict_proba``, and for
        teachers of ours that return probabilities. True queries any teacher
        for both.
    leaf_names : RuleSet or sequence of str, default=None
        Names of the leaves of a tree, from left to right:
        ``extract_rules(tree)`` puts their rules into the report. Rule sets
        and rule lists know theirs.
    n_leaves_shown : int, default=3
        Leaves, or rules, to print: those with the most errors. The report
        holds all of them.
    n_rows_shown : int, default=1
        Rows to keep and to print of each leaf among those that disagree: those
        for which the teacher's probability is highest, or the difference
        largest.

    Returns
    -------
    report : FidelityReport
        Prints as text; ``to_dict()`` for everything as plain values.

    Raises
    ------
    NotFittedError
        If the student is not fitted.
    TeacherAnswerError
        If the teacher's predictions are missing, infinite or misshapen.
    TypeError
        If the teacher predicts classes and the student real values, or the
        other way round.
    ValueError
        If there is no teacher, no row, a parameter is out of its range, the
        student's predictions are missing or misshapen, y or the student's
        classes hold none of the teacher's, labels are text here and numbers
        there, or ``leaf_names`` are not as many as the leaves.

    See Also
    --------
    FidelityScorer : One number, for searches.
    skdistill.metrics.stability_score : How much the student changes from run
        to run.

    Notes
    -----
    Fidelity is agreement with the teacher's ``predict``, also where that is not
    the most probable class (a tuned threshold, ``SVC(probability=True)``).

    Leaves that are chosen because they are the worst look worse than they are:
    each interval is for a leaf chosen in advance.

    The teacher is queried with each row once; only where probabilities are
    compared and its labels do not follow from them, twice.

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
    _check_parameters(confidence, soft, n_leaves_shown, n_rows_shown)
    pair = find_pair(student, X, teacher)
    use_soft, reason = _use_soft(pair, soft)
    found = pair.compare(soft=use_soft)
    weight = found.take(
        None if sample_weight is None else np.asarray(sample_weight, dtype=float), "sample_weight"
    )
    truth = found.take(None if y is None else as_predictions(y, "y"), "y")
    values = found.is_values
    if values:
        fields: dict[str, Any] = {"scores": _score_values(found, truth, weight)}
    else:
        fields = _measure_classes(found, truth, weight, confidence)
        reason = reason or (found.why_no_proba() if use_soft else "")
    return FidelityReport(
        "values" if values else "classes",
        len(found.kept),
        confidence,
        complexity=student_complexity(pair.student),
        n_seen=count_seen(pair.student, found.rows),
        leaves=fidelity_by_leaf(
            pair.student,
            found.rows,
            found.y_teacher,
            found.y_student,
            values=values,
            weight=weight,
            confidence=confidence,
            certainty=None if values else found.certainty,
            index=found.kept,
            leaf_names=leaf_names,
            n_rows_shown=n_rows_shown,
        ),
        n_leaves_shown=n_leaves_shown,
        n_left_out=found.n_left_out,
        not_compared="" if values else reason,
        **fields,
    )


def _check_parameters(confidence: Any, soft: Any, n_leaves_shown: Any, n_rows_shown: Any) -> None:
    if not 0 < confidence < 1:
        raise ValueError(f"confidence must be in (0, 1), got {confidence!r}.")
    if not (isinstance(soft, bool) or soft == "auto"):
        raise ValueError(f"soft must be True, False or 'auto', got {soft!r}.")
    for name, value in (("n_leaves_shown", n_leaves_shown), ("n_rows_shown", n_rows_shown)):
        if not Number(0, whole=True).accepts(value):
            raise ValueError(f"{name} must be an integer >= 0, got {value!r}.")


def _use_soft(pair: Pair, soft: bool | str) -> tuple[bool, str]:
    """Whether to query the teacher for probabilities; and why not, where it has some."""
    teacher = as_teacher(pair.teacher)
    if pair.kind == "regressor" or soft is False:
        return False, ""
    if soft is True:
        return True, ""
    if not hasattr(teacher, "predict_proba") or gives_both(teacher):
        return hasattr(teacher, "predict_proba"), ""
    if not hasattr(pair.student, "predict_proba"):
        return False, ""
    return False, "that would query the teacher twice (soft=True)"


def _score_values(found: Comparison, truth: Any, weight: Any) -> dict[str, float]:
    """Metrics of real values."""
    y_teacher, y_student = found.y_teacher, found.y_student
    compared = {"r2": ("r2", y_teacher, y_student), "rmse": ("rmse", y_teacher, y_student)}
    if truth is not None:
        compared["teacher_r2_to_y"] = ("r2", truth, y_teacher)
        compared["student_r2_to_y"] = ("r2", truth, y_student)
    return {
        name: fidelity_score(first, second, metric=metric, sample_weight=weight)
        for name, (metric, first, second) in compared.items()
    }


def _measure_classes(
    found: Comparison, truth: Any, weight: Any, confidence: float
) -> dict[str, Any]:
    """Fields of a report on classes."""
    y_teacher, y_student = found.y_teacher, found.y_student
    scores = {
        metric: fidelity_score(y_teacher, y_student, metric=metric, sample_weight=weight)
        for metric in ("agreement", "balanced_agreement")
    }
    if found.certainty is not None and not found.why_no_proba():
        for metric in ("total_variation", "kl_divergence"):
            scores[metric] = fidelity_score(*found.proba, metric=metric, sample_weight=weight)
    same = y_teacher == y_student
    per_class = {}
    for label in np.unique(y_teacher).tolist():
        of_class = y_teacher == label
        class_weight = None if weight is None else weight[of_class]
        per_class[label] = share_of(same[of_class], class_weight, confidence)
    fields = {
        "scores": scores,
        "fidelity": share_of(same, weight, confidence),
        "per_class": per_class,
    }
    if truth is not None:
        _check_truth(truth, found)
        fields["teacher_accuracy"] = share_of(y_teacher == truth, weight, confidence)
        fields["student_accuracy"] = share_of(y_student == truth, weight, confidence)
    return fields


def _check_truth(truth: np.ndarray, found: Comparison) -> None:
    """Refuse labels of which the teacher knows none: its accuracy would mean nothing."""
    check_comparable(found.y_teacher, truth, "The teacher", "y")
    classes = declared_classes(found.teacher)
    if classes is not None and not set(truth.tolist()) & set(classes):
        raise ValueError(
            f"The labels y, such as {truth[:3].tolist()}, are none of the teacher's classes "
            f"{classes[:10]}. Encode y as the teacher was taught."
        )

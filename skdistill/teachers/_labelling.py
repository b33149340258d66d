"""From checked predictions to labels: which classes there are, and what was decided."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from skdistill._labels import ClassLabels, Labels, Values, class_codes
from skdistill._rows import take_rows
from skdistill.exceptions import TeacherAnswerError
from skdistill.teachers._checks import check_proba, one_column
from skdistill.teachers._decisions import (
    innermost,
    most_probable,
    predicts_most_probable,
    take_kept,
)
from skdistill.teachers._face import TeacherFace
from skdistill.teachers._kind import name_of, teacher_kind, unfrozen

if TYPE_CHECKING:
    from skdistill.teachers._oracle import Oracle

__all__ = [
    "as_classes",
    "as_values",
    "classes_of",
    "decision_rule",
    "gives_both",
    "label",
    "numbered_classes",
]


def label(oracle: Oracle, X: Any, soft: bool) -> tuple[Labels, np.ndarray]:
    """Return (labels of the rows that are kept, their positions); see ``Oracle.label``."""
    teacher, predictor = oracle.teacher, oracle._predictor
    if (oracle.kind or teacher_kind(predictor)) == "regressor":
        values, kept = oracle._kept(X, "predict")
        return as_values(values, teacher), kept
    classes = classes_of(predictor)
    if not soft:
        labels, kept = oracle._kept(X, "predict")
        return as_classes(labels, teacher, classes), kept
    if not hasattr(predictor, "predict_proba"):
        raise ValueError(
            f'labels="soft" needs probabilities, but the teacher ({name_of(teacher)}) has '
            'no predict_proba. Use labels="hard", or wrap it in sklearn.calibration.'
            "CalibratedClassifierCV first."
        )
    proba, kept = oracle._kept(X, "predict_proba")
    proba = check_proba(proba, predictor, None if classes is None else len(classes))
    decide = decision_rule(predictor)
    if decide is not None:
        decisions = decide(proba)
    elif classes is not None and gives_both(oracle):
        decisions, also = most_probable(oracle, take_kept(X, kept), proba, classes)
        kept, proba = kept[also], take_kept(proba, also)
    else:
        # The same rows: they count once.
        decisions, also = oracle._kept(take_rows(X, kept), "predict", count=False)
        kept, proba = kept[also], proba[also]
    if classes is None:
        classes = numbered_classes(decisions, proba.shape[1], teacher)
    return as_classes(decisions, teacher, classes).with_distribution(proba), kept


def as_values(values: np.ndarray, teacher: Any) -> Values:
    """Return real values of shape (n,) or (n, n_outputs)."""
    if values.ndim > 2 or values.dtype.kind not in "fiub":
        raise TeacherAnswerError(
            f"The teacher ({name_of(teacher)}) must predict real values of shape "
            f"(n_samples,) or (n_samples, n_outputs). It predicted {values.dtype} of shape "
            f"{values.shape}."
        )
    return Values(one_column(values))


def as_classes(labels: np.ndarray, teacher: Any, classes: np.ndarray | None) -> ClassLabels:
    """Return one class a row; of those that occur where the teacher names none."""
    labels = one_column(labels)
    if labels.ndim != 1:
        raise TeacherAnswerError(
            f"The teacher ({name_of(teacher)}) must predict one label a row, but its "
            f"predictions have shape {labels.shape}. If they are probabilities, wrap it: "
            'CallableTeacher(function, output="probabilities"). If they are one-hot rows, return '
            "the label: classes[predictions.argmax(axis=1)]."
        )
    if classes is None:
        if labels.dtype.kind == "f" and np.any(labels != np.floor(labels)):
            raise TeacherAnswerError(
                f"The teacher ({name_of(teacher)}) must predict labels, but predicted "
                "continuous values. Use a distilling regressor, or threshold the values in "
                "the teacher."
            )
        return ClassLabels.from_decisions(labels)
    try:
        return ClassLabels(classes, class_codes(labels, classes, "The teacher's predictions"))
    except ValueError as error:
        raise TeacherAnswerError(str(error)) from None


def classes_of(teacher: Any) -> np.ndarray | None:
    """Return the labels that a teacher knows; None where it names none."""
    classes = getattr(teacher, "classes_", None)
    if isinstance(classes, list) and any(np.ndim(labels) for labels in classes):
        raise TeacherAnswerError(
            f"The teacher ({name_of(teacher)}) has {len(classes)} outputs. Distil one output at "
            'a time: CallableTeacher(lambda X: teacher.predict(X)[:, 0], output="label").'
        )
    return None if classes is None else np.asarray(classes)


def numbered_classes(decisions: np.ndarray, n_classes: int, teacher: Any) -> np.ndarray:
    """Return classes 0, 1, ... for a teacher that names none, if that is what it predicts."""
    labels = one_column(decisions)
    numbers = labels.dtype.kind in "iufb" and np.isin(labels, np.arange(n_classes)).all()
    if not numbers:
        raise TeacherAnswerError(
            f"The teacher ({name_of(teacher)}) has probabilities but no classes_, and predicts "
            f"labels such as {np.unique(labels)[:3].tolist()}: which column of its probabilities "
            "belongs to which label is unknown. Give it a classes_ attribute, or use "
            'labels="hard".'
        )
    return np.arange(n_classes)


def decision_rule(predictor: Any) -> Callable[[np.ndarray], np.ndarray] | None:
    """Return how a teacher of our own gets its labels from probabilities; None for others.

    Then one pass of a network gives both. What ``predict`` of most other classifiers
    does is unknown (a tuned threshold, say), so it is called.
    """
    predictor = unfrozen(predictor)
    own = isinstance(predictor, TeacherFace) and predictor._decides_by_proba
    return predictor.decide if own else None


def gives_both(teacher: Any) -> bool:
    """Whether one query of a row gives its label and its probabilities."""
    if decision_rule(teacher) is not None:
        return True
    predictor = innermost(teacher)
    return hasattr(predictor, "predict_proba") and predicts_most_probable(predictor)

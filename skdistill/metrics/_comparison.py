"""What a teacher and a student predict for the same rows, checked and side by side."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from sklearn.base import is_classifier, is_regressor

from skdistill._labels import ClassLabels, Labels, Values
from skdistill.exceptions import DistillationWarning
from skdistill.metrics._predictions import check_comparable, distinct_labels, predictions_of
from skdistill.teachers import as_teacher, labels_of_proba, name_of, teacher_kind, unfrozen

__all__ = ["Comparison", "declared_classes", "kind_of_teacher", "student_kind"]


def student_kind(student: Any) -> str | None:
    """Return "classifier", "regressor", or None where a student declares nothing."""
    if hasattr(student, "__sklearn_tags__"):
        if is_regressor(student):
            return "regressor"
        return "classifier" if is_classifier(student) else None
    # Rule sets of real values are those without classes.
    classes = getattr(student, "classes_", "unknown")
    if isinstance(classes, str):
        return None
    return "regressor" if classes is None else "classifier"


def kind_of_teacher(teacher: Any) -> str | None:
    """Kind that a teacher declares; None for functions, which declare nothing."""
    if not hasattr(unfrozen(teacher), "predict"):
        return None
    return teacher_kind(as_teacher(teacher))


def declared_classes(predictor: Any) -> list[Any] | None:
    classes = getattr(unfrozen(predictor), "classes_", None)
    if classes is None or any(np.ndim(labels) for labels in classes):
        return None
    labels: list[Any] = np.asarray(classes).tolist()
    return labels


@dataclass(frozen=True)
class Comparison:
    """What teacher and student predict for the same rows.

    Parameters
    ----------
    teacher, student : object
    rows : ndarray, csr_matrix or DataFrame of shape (n_kept, n_features)
        Those that the teacher predicts, as the student sees them.
    labels : ClassLabels or Values
        The teacher's.
    kept : ndarray of shape (n_kept,)
        Positions of these rows in X.
    n_left_out : int
        Rows that the teacher has no prediction for.
    kinds : tuple of str or None
        What teacher and student declare that they predict.
    """

    teacher: Any
    student: Any
    rows: Any
    labels: Labels
    kept: np.ndarray
    n_left_out: int
    kinds: tuple[str | None, str | None]

    def of(self, student: Any) -> Comparison:
        """Return the same comparison with another student, which sees the same rows."""
        return replace(self, student=student)

    @property
    def _names(self) -> tuple[str, str]:
        return f"The teacher ({name_of(self.teacher)})", f"the student ({name_of(self.student)})"

    @cached_property
    def y_teacher(self) -> np.ndarray:
        """What the teacher's ``predict`` returns, of shape (n_kept,) or (n_kept, n_outputs)."""
        if isinstance(self.labels, Values):
            return self.labels.values
        return self.labels.decisions()

    @cached_property
    def _found(self) -> np.ndarray:
        """What the student predicts, whatever it is."""
        if self.certainty is not None and not self.why_no_proba():
            labels = labels_of_proba(self.student, self._found_proba)
            if labels is not None:  # one pass of the student gives both
                return labels
        return predictions_of(self.student, self.rows)

    @cached_property
    def _found_proba(self) -> np.ndarray:
        """Probabilities of the student, over its own classes."""
        return predictions_of(self.student, self.rows, "predict_proba")

    @cached_property
    def y_student(self) -> np.ndarray:
        """What the student predicts, of the same shape."""
        found = self._found
        check_comparable(self.y_teacher, found, *self._names)
        if not self.is_values and len(found):
            self._warn_of_strangers(found)
        return found

    def _warn_of_strangers(self, y_student: np.ndarray) -> None:
        """Warn where a student predicts nothing that its teacher could."""
        classes = declared_classes(self.teacher)
        if classes is None:
            return
        own = distinct_labels(y_student)
        if not set(own) & set(classes):
            warnings.warn(
                f"T{self._names[1][1:]} predicts {own[:3]} alone, none of which is a class "
                f"of its teacher, {classes[:10]}.",
                DistillationWarning,
                stacklevel=5,
            )

    @cached_property
    def is_values(self) -> bool:
        """Whether real values are compared: as declared, or as the predictions look."""
        if "regressor" in self.kinds or isinstance(self.labels, Values):
            return True
        if "classifier" in self.kinds:
            return False
        return any(
            y.dtype.kind == "f" and bool(np.any(y != np.floor(y)))
            for y in (self.y_teacher, self._found)
        )

    @cached_property
    def proba(self) -> tuple[np.ndarray, np.ndarray]:
        """Probabilities of teacher and student, over the classes of both.

        Raises
        ------
        ValueError
            If the student has none, or they are of unknown classes.
        """
        assert isinstance(self.labels, ClassLabels)
        if self.labels.proba is None:
            raise AssertionError("probabilities were not queried")
        problem = self.why_no_proba()
        if problem:
            raise ValueError(problem)
        found = self._found_proba
        classes, own = self.labels.classes, self._classes_of_student()
        if found.shape[1] != len(own):
            raise ValueError(
                f"The student ({name_of(self.student)}) has {len(own)} classes, but its "
                f"probabilities have {found.shape[1]} columns."
            )
        if np.array_equal(own, classes):
            return self.labels.proba, found
        # A class that one of them does not have gets probability 0 there.
        every = np.union1d(own, classes)
        return _spread(self.labels.proba, classes, every), _spread(found, own, every)

    @property
    def certainty(self) -> np.ndarray | None:
        """The teacher's highest probability of each row; None without probabilities."""
        proba = getattr(self.labels, "proba", None)
        return None if proba is None else proba.max(axis=1)

    def why_no_proba(self) -> str:
        """Why the student's probabilities cannot be compared; empty where they can."""
        student = self.student
        if not hasattr(student, "predict_proba"):
            return (
                f"Probabilities are compared, but the student ({name_of(student)}) has no "
                "predict_proba. Compare labels instead."
            )
        rules = getattr(student, "rules", None)
        if rules is not None and not all(getattr(rule, "distribution", True) for rule in rules):
            return "Probabilities are compared, but some rules of the student have none."
        if self._classes_of_student() is None:
            return (
                f"The student ({name_of(student)}) has probabilities but no classes_: which "
                "column is which label is unknown. Give it a classes_ attribute."
            )
        return ""

    def _classes_of_student(self) -> Any:
        own = declared_classes(self.student)
        if own is not None:
            return np.asarray(own)
        assert isinstance(self.labels, ClassLabels)
        classes = self.labels.classes
        numbered = classes.dtype.kind in "iub" and np.array_equal(classes, np.arange(len(classes)))
        return classes if numbered else None

    def take(self, values: Any, name: str) -> np.ndarray | None:
        """Return values of the rows of X, such as weights, at the rows that are compared."""
        if values is None:
            return None
        found = np.asarray(values)
        n_rows = len(self.kept) + self.n_left_out
        if found.ndim == 0 or len(found) != n_rows:
            raise ValueError(f"{name} has shape {found.shape}, but X has {n_rows} rows.")
        compared: np.ndarray = found[self.kept]
        return compared


def _spread(proba: np.ndarray, own: np.ndarray, classes: np.ndarray) -> np.ndarray:
    """Put columns of probabilities in the order of ``classes``; absent ones are 0."""
    full = np.zeros((len(proba), len(classes)))
    full[:, np.searchsorted(classes, own)] = proba
    return full

"""Pair a student with its teacher, on the rows that each of them takes.

A fitted student holds its teacher. At the end of a pipeline or inside a search,
the teacher gets what the student gets: the transformed rows.
The teacher is queried through an `Oracle`, the student through
`predictions_of`: what is missing, misshapen or of another kind is an error that
names whose it is. Fidelity is always measured against the teacher's ``predict``.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from sklearn.exceptions import NotFittedError

from skdistill._labels import ClassLabels, Labels, Values
from skdistill._rows import as_rows, take_rows
from skdistill.metrics._comparison import (
    Comparison,
    declared_classes,
    kind_of_teacher,
    student_kind,
)
from skdistill.metrics._known_rows import hash_rows
from skdistill.metrics._predictions import check_same_labels
from skdistill.teachers import Oracle, as_teacher, final_step_and_rows, name_of, one_column

__all__ = ["Pair", "find_pair"]


@dataclass(frozen=True)
class Pair:
    """A teacher and a student, and the same rows as each of them sees them.

    Parameters
    ----------
    teacher : object
        Whatever is called one.
    student : predictor or callable
        The student itself, taken out of pipelines and searches.
    teacher_rows, rows : ndarray, csr_matrix or DataFrame of shape (n, n_features)
        What each is queried with.
    """

    teacher: Any
    student: Any
    teacher_rows: Any
    rows: Any

    @cached_property
    def kinds(self) -> tuple[str | None, str | None]:
        """What teacher and student declare that they predict."""
        return kind_of_teacher(self.teacher), student_kind(self.student)

    @property
    def kind(self) -> str | None:
        """What is compared: "classifier", "regressor", or None where neither declares it.

        Raises
        ------
        TypeError
            If one predicts classes and the other real values.
        """
        of_teacher, of_student = self.kinds
        if None not in (of_teacher, of_student) and of_teacher != of_student:
            nouns = {"classifier": "classes", "regressor": "real values"}
            raise TypeError(
                f"The teacher ({name_of(self.teacher)}) predicts {nouns[str(of_teacher)]}, the "
                f"student ({name_of(self.student)}) {nouns[str(of_student)]}: say what the "
                'teacher predicts with CallableTeacher(function, output="label") or "value", or '
                "compare it with a student of its kind."
            )
        return of_student or of_teacher

    def compare(self, *, soft: bool = False, any_kind: bool = False) -> Comparison:
        """Query both with their rows; the student only with those that the teacher predicts.

        Parameters
        ----------
        soft : bool, default=False
            Whether to query the teacher for probabilities as well.
        any_kind : bool, default=False
            Whether labels may be compared with values.

        Returns
        -------
        comparison : Comparison
        """
        kind = None if any_kind else self.kind
        if soft and not hasattr(as_teacher(self.teacher), "predict_proba"):
            raise ValueError(
                f"Probabilities are compared, but the teacher ({name_of(self.teacher)}) has no "
                "predict_proba. Compare labels instead."
            )
        if kind != "regressor":
            _check_classes(self.teacher, self.student)
        labels, kept = self._label(kind, soft)
        rows = as_rows(self.rows)
        if len(kept) < rows.shape[0]:
            rows = take_rows(rows, kept)
        return Comparison(
            self.teacher, self.student, rows, labels, kept, self.n_rows - len(kept), self.kinds
        )

    @cached_property
    def hashes(self) -> np.ndarray | None:
        """Hashes of the rows as the student sees them; see `hash_rows`."""
        return hash_rows(self.rows)

    @property
    def known_hashes(self) -> np.ndarray | None:
        """Sorted hashes of the rows that the student was fitted on; None if it keeps none."""
        known = getattr(self.student, "row_hashes_", None)
        return None if known is None or not len(known) else known

    @property
    def n_rows(self) -> int:
        """Number of rows, before any is left out."""
        return int(as_rows(self.teacher_rows).shape[0])

    def _label(self, kind: str | None, soft: bool) -> tuple[Labels, np.ndarray]:
        """What the teacher predicts, and for which rows."""
        if kind is None:
            kind = self.kinds[0]
        if kind is not None or soft:
            needed = kind if self.kinds[0] is None else None
            return Oracle(self.teacher, kind=needed).label(self.teacher_rows, soft=soft)
        # A function declares nothing: its predictions show what they are.
        found = one_column(Oracle(self.teacher).predict(self.teacher_rows))
        labels = Values(found) if found.ndim > 1 else ClassLabels.from_decisions(found)
        return labels, np.arange(len(found))


def _check_classes(teacher: Any, student: Any) -> None:
    """Refuse a student whose classes are none of its teacher's."""
    others, own = declared_classes(teacher), declared_classes(student)
    if own is None or others is None:
        return
    if not set(own) & set(others):
        raise ValueError(
            f"The classes of the student ({name_of(student)}), {own[:10]}, are none of the "
            f"teacher's {others[:10]} ({name_of(teacher)}), so they can never agree. Text such as "
            "'1' is not the number 1, and rules that were extracted with class_names predict "
            "those: leave class_names out."
        )
    check_same_labels(
        others, own, f"The teacher ({name_of(teacher)})", f"the student ({name_of(student)})"
    )


def find_pair(estimator: Any, X: Any, teacher: Any = None) -> Pair:
    """Bring a student and a teacher together over the rows of X.

    Parameters
    ----------
    estimator : fitted estimator or callable
        A distiller, a pipeline that ends in one, or a search over either; any
        predictor where ``teacher`` is given.
    X : array-like or DataFrame of shape (n_samples, n_features)
        Rows as ``estimator`` takes them.
    teacher : predictor or callable, default=None
        Another teacher than the student's own: it sees X itself.

    Returns
    -------
    pair : Pair

    Raises
    ------
    NotFittedError
        If the student is not fitted.
    ValueError
        If there is no teacher to compare with.
    """
    X = as_rows(X)
    student, rows = final_step_and_rows(estimator, X)
    if teacher is not None:
        return Pair(teacher, student, X, rows)
    if hasattr(student, "teacher") and not hasattr(student, "teacher_"):
        raise NotFittedError(
            f"This {type(student).__name__} is not fitted yet, so it has no predictions to "
            "compare. Call fit first."
        )
    teacher = getattr(student, "teacher_", None)
    if teacher is None:
        raise ValueError(
            f"{name_of(student)} has no teacher to compare with (no teacher_, or None). Give one: "
            "fidelity_report(..., teacher=teacher), FidelityScorer(teacher=teacher) or "
            "fidelity_certificate(teacher, ...)."
        )
    return Pair(teacher, student, rows, rows)

"""One student beside its teacher on given rows: losses, and which rows are known."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from scipy import sparse

from skdistill._rows import is_frame
from skdistill.metrics._pair import answer, is_regression, student_and_rows
from skdistill.teachers import Oracle, as_teacher, name_of, teacher_kind
from skdistill.theory._hashes import content_order, hash_rows
from skdistill.theory._losses import Disagreement, Loss

__all__ = ["Pair", "pair_up"]


def _as_rows(X: Any) -> Any:
    """Return X as rows that can be counted, sliced and hashed; at least one."""
    if not is_frame(X) and not sparse.issparse(X):
        X = np.asarray(X)
    if len(X.shape) != 2:
        raise ValueError(
            f"X must have shape (n_samples, n_features), got an array of shape {X.shape}."
        )
    if not X.shape[0]:
        raise ValueError("There are no rows to certify on: X is empty.")
    return X.tocsr() if sparse.issparse(X) else X


def _check_answers(answers: np.ndarray, n_rows: int, student: Any) -> np.ndarray:
    if answers.ndim == 0 or len(answers) != n_rows:
        raise ValueError(
            f"The student ({name_of(student)}) was asked {n_rows} rows, but its answers have "
            f"shape {answers.shape}. It must return one answer a row."
        )
    if answers.dtype.kind == "f" and not np.isfinite(answers).all():
        raise ValueError(
            f"The student ({name_of(student)}) answered NaN or infinity on rows of X, which "
            "cannot be compared."
        )
    return answers


def _in_one_order(proba: np.ndarray, own: np.ndarray, classes: np.ndarray) -> np.ndarray:
    """Put columns of probabilities in the order of ``classes``; absent ones are 0."""
    full = np.zeros((len(proba), len(classes)))
    full[:, np.searchsorted(classes, own)] = proba
    return full


@dataclass(frozen=True)
class Pair:
    """A teacher and a student, and the same rows as each of them sees them.

    Parameters
    ----------
    teacher : predictor
        Fitted.
    student : predictor or callable
        The student itself, taken out of pipelines and searches.
    teacher_rows, rows : ndarray, csr_matrix or DataFrame of shape (n, n_features)
        What each is asked.
    """

    teacher: Any
    student: Any
    teacher_rows: Any
    rows: Any

    @cached_property
    def hashes(self) -> np.ndarray:
        """Hashes of the rows as the student sees them."""
        return hash_rows(self.rows)

    @property
    def order(self) -> np.ndarray | slice:
        """An order of the rows by their content; as they came where it has no numbers."""
        if not is_frame(self.rows) and self.rows.dtype.kind not in "fiub":
            return slice(None)
        return content_order(self.hashes)

    @property
    def memory(self) -> np.ndarray | None:
        """Sorted hashes of the rows that the student was fitted on; None if it remembers none."""
        return getattr(self.student, "row_hashes_", None)

    def losses(self, loss: Loss | None) -> tuple[Loss, np.ndarray]:
        """Ask both about their rows.

        Parameters
        ----------
        loss : Loss or None
            None for disagreement, where the answers are labels.

        Returns
        -------
        loss : Loss
            What was counted.
        losses : ndarray of shape (n,)
            In [0, 1]; booleans where the loss is binary.
        """
        method = "predict" if loss is None else loss.asks
        for name, predictor in (("teacher", self.teacher), ("student", self.student)):
            if method != "predict" and not hasattr(predictor, method):
                raise ValueError(
                    f'loss="total_variation" compares probabilities, but the {name} '
                    f'({name_of(predictor)}) has no {method}. Use loss="disagreement".'
                )
        told = getattr(Oracle(self.teacher), method)(self.teacher_rows)
        said = _check_answers(answer(self.student, self.rows, method), len(told), self.student)
        if loss is None:
            loss = _default_loss(self, told, said)
        if method == "predict_proba":
            told, said = _align(self, told, said)
        told, said = _flat(told), _flat(said)
        if told.shape != said.shape:
            raise ValueError(
                f"The answers of teacher and student have different shapes: {told.shape} and "
                f"{said.shape}."
            )
        return loss, loss.rows(told, said)


def pair_up(teacher: Any, student: Any, X: Any) -> Pair:
    """Bring a teacher and a student together over the rows of X.

    Parameters
    ----------
    teacher : object or None
        Whatever is called a teacher; None for the student's own, which in a
        pipeline sees what the student sees.
    student : predictor or callable
        A pipeline or a search is opened.
    X : array-like, sparse matrix or DataFrame of shape (n, n_features)

    Returns
    -------
    pair : Pair
    """
    X = _as_rows(X)
    student, rows = student_and_rows(student, X)
    if teacher is not None:
        return Pair(as_teacher(teacher), student, X, rows)
    teacher = getattr(student, "teacher_", None)
    if teacher is None:
        raise ValueError(
            f"{name_of(student)} has no teacher to compare with (no teacher_, or None). Give one "
            "in place of None."
        )
    return Pair(as_teacher(teacher), student, rows, rows)


def _flat(answers: np.ndarray) -> np.ndarray:
    """A single column as a vector."""
    return answers[:, 0] if answers.ndim == 2 and answers.shape[1] == 1 else answers


def _align(pair: Pair, told: np.ndarray, said: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Bring both probabilities over the classes that either knows."""
    own, other = (getattr(each, "classes_", None) for each in (pair.teacher, pair.student))
    if own is None or other is None or np.array_equal(own, other):
        return told, said
    classes = np.union1d(own, other)
    return (
        _in_one_order(told, np.asarray(own), classes),
        _in_one_order(said, np.asarray(other), classes),
    )


def _default_loss(pair: Pair, told: np.ndarray, said: np.ndarray) -> Loss:
    """Disagreement for labels; for real values the user has to say what counts."""
    labels = "classifier" in (teacher_kind(pair.student), teacher_kind(pair.teacher))
    whole = all(a.dtype.kind != "f" or np.array_equal(a, np.floor(a)) for a in (told, said))
    if is_regression(pair.student) or not (labels or whole):
        raise ValueError(
            "Real values are never quite equal, so say what counts as far away: "
            "loss=Tolerance(...) for the share of rows further apart, or loss=ClippedError(...) "
            "for the mean distance."
        )
    return Disagreement()

"""Asking a teacher: in batches, in parallel where it allows, and checked.

Whatever comes back is looked at before it becomes a label: finite, one answer
a row, classes that the teacher knows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from joblib import Parallel, delayed, effective_n_jobs

from skdistill._rows import iter_slices, take_rows
from skdistill.exceptions import TeacherAnswerError
from skdistill.teachers._kind import name_of

__all__ = ["CHUNK_ROWS", "Labels", "ask", "ask_labels", "class_codes"]

# Rows per question. Fixed, so that the answers do not depend on n_jobs even
# where a teacher's arithmetic depends on the size of its batch.
CHUNK_ROWS = 16_384


@dataclass(frozen=True)
class Labels:
    """A teacher's answers on n rows, as targets for a student.

    Parameters
    ----------
    classes : ndarray of shape (n_classes,) or None
        The teacher's labels; None for real values.
    codes : ndarray of shape (n,) or None
        Index of the hard label in ``classes``; None for real values.
    targets : ndarray or None
        Probabilities of shape (n, n_classes), values of shape (n,) or
        (n, n_outputs), or None where only hard labels were asked.
    """

    classes: np.ndarray | None
    codes: np.ndarray | None
    targets: np.ndarray | None


def _check_answers(answers: Any, n_rows: int, teacher: Any, method: str) -> np.ndarray:
    if isinstance(answers, list) and method == "predict_proba":
        raise TeacherAnswerError(
            f"The teacher ({name_of(teacher)}) has several outputs: its predict_proba returns a "
            "list. Distil one output at a time."
        )
    answers = np.asarray(answers)
    if answers.ndim == 0 or len(answers) != n_rows:
        got = "a single value" if answers.ndim == 0 else f"{len(answers)} answers"
        raise TeacherAnswerError(
            f"The teacher ({name_of(teacher)}) was asked {n_rows} rows and gave {got}. Its "
            f"{method} must return one answer a row."
        )
    missing = _not_finite(answers)
    if missing.any():
        bad = int(missing.reshape(n_rows, -1).any(axis=1).sum())
        raise TeacherAnswerError(
            f"The teacher ({name_of(teacher)}) answered NaN or infinity on {bad} of {n_rows} "
            "rows. Leave those rows out, or give a teacher that answers everywhere."
        )
    return answers


def _not_finite(answers: np.ndarray) -> np.ndarray:
    """Which answers are NaN, infinite or None; an array of their shape."""
    if answers.dtype.kind == "f":
        return ~np.isfinite(answers)
    if answers.dtype.kind == "O":
        flat = [answer is None or answer != answer for answer in answers.ravel()]
        return np.array(flat, dtype=bool).reshape(answers.shape)
    return np.zeros(answers.shape, dtype=bool)


def _question(teacher: Any, method: str) -> Any:
    """A teacher's method, whose own errors say that it was the teacher."""
    asked = getattr(teacher, method)

    def question(X: Any) -> Any:
        try:
            return asked(X)
        except Exception as error:
            error.add_note(
                f"This is the teacher ({name_of(teacher)}), asked about {X.shape[0]} rows: a "
                f"{type(X).__name__} of {X.shape[1]} columns."
            )
            raise

    return question


def ask(teacher: Any, X: Any, method: str = "predict", *, n_jobs: int | None = None) -> np.ndarray:
    """Ask a teacher about rows, in batches.

    Parameters
    ----------
    teacher : predictor
        Fitted.
    X : array-like or DataFrame of shape (n_samples, n_features)
        Handed on in the kind that it has.
    method : {"predict", "predict_proba", "decision_function"}
        What to ask.
    n_jobs : int, default=None
        Batches asked at once, through joblib; threads unless
        ``joblib.parallel_config`` names another backend, for example
        ``"loky"`` for a simulation in pure Python, or ``"dask"``.

    Returns
    -------
    answers : ndarray of shape (n_samples, ...)

    Raises
    ------
    TeacherAnswerError
        If an answer is missing, infinite, or not one a row.

    See Also
    --------
    ask_labels : Answers as targets for a student.

    Notes
    -----
    Memory beside the answers: one batch of 16,384 rows for each job.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.naive_bayes import GaussianNB
    >>> from skdistill.teachers import ask
    >>> X, y = load_iris(return_X_y=True)
    >>> ask(GaussianNB().fit(X, y), X, "predict_proba").shape
    (150, 3)
    """
    X = X if hasattr(X, "shape") else np.asarray(X)
    n_rows = X.shape[0]
    question = _question(teacher, method)
    if n_rows <= CHUNK_ROWS:
        return _check_answers(question(X), n_rows, teacher, method)
    parts = list(iter_slices(n_rows, CHUNK_ROWS))
    if effective_n_jobs(n_jobs) == 1:
        answers = [question(take_rows(X, part)) for part in parts]
    else:
        answers = Parallel(n_jobs=n_jobs, prefer="threads")(
            delayed(question)(take_rows(X, part)) for part in parts
        )
    checked = [
        _check_answers(a, p.stop - p.start, teacher, method)
        for a, p in zip(answers, parts, strict=True)
    ]
    return np.concatenate(checked)


def class_codes(labels: np.ndarray, classes: np.ndarray, owner: str) -> np.ndarray:
    """Return the index of each label in ``classes``.

    Parameters
    ----------
    labels : ndarray of shape (n,)
    classes : ndarray of shape (n_classes,)
        In any order, without repeats.
    owner : str
        Whose labels these are, for the message.

    Returns
    -------
    codes : ndarray of shape (n,), dtype intp

    Raises
    ------
    ValueError
        Listing the labels that are not in ``classes``.
    """
    order = np.argsort(classes, kind="stable")
    ranked = classes[order]
    try:
        place = np.minimum(np.searchsorted(ranked, labels), len(ranked) - 1)
        unknown = ranked[place] != labels
    except TypeError:  # labels of another type cannot even be compared
        unknown, place = np.ones(len(labels), dtype=bool), np.zeros(len(labels), dtype=np.intp)
    if np.any(unknown):
        raise ValueError(
            f"{owner} contain labels that the teacher does not know: "
            f"{np.unique(labels[unknown])[:10].tolist()}. Its classes are {classes.tolist()}."
        )
    return order[place]


def ask_labels(
    teacher: Any, X: Any, *, soft: bool, classification: bool, n_jobs: int | None = None
) -> Labels:
    """Let a teacher label rows.

    Parameters
    ----------
    teacher : predictor
        Fitted.
    X : array-like or DataFrame of shape (n_samples, n_features)
        The transfer set.
    soft : bool
        Ask for probabilities instead of labels (classification alone).
    classification : bool
        Whether the answers are labels or values.
    n_jobs : int, default=None
        See :func:`ask`.

    Returns
    -------
    labels : Labels
        With soft labels, the hard ones are the most probable.

    See Also
    --------
    ask : The bare answers.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.naive_bayes import GaussianNB
    >>> from skdistill.teachers import ask_labels
    >>> X, y = load_iris(return_X_y=True)
    >>> labels = ask_labels(GaussianNB().fit(X, y), X, soft=True, classification=True)
    >>> labels.codes.shape, labels.targets.shape
    ((150,), (150, 3))
    """
    if not classification:
        values = ask(teacher, X, n_jobs=n_jobs)
        if values.ndim > 2 or values.dtype.kind not in "fiub":
            raise TeacherAnswerError(
                f"The teacher ({name_of(teacher)}) must answer real values of shape (n_samples,) "
                f"or (n_samples, n_outputs). It answered {values.dtype} of shape {values.shape}."
            )
        values = values.reshape(len(values), -1) if values.ndim == 2 else values
        values = values[:, 0] if values.ndim == 2 and values.shape[1] == 1 else values
        return Labels(None, None, values)
    classes = _classes_of(teacher)
    if soft:
        return _soft_labels(teacher, X, classes, n_jobs)
    labels = ask(teacher, X, n_jobs=n_jobs)
    if labels.ndim == 2 and labels.shape[1] == 1:
        labels = labels[:, 0]
    if labels.ndim != 1:
        raise TeacherAnswerError(
            f"The teacher ({name_of(teacher)}) must answer one label a row, but its answers have "
            f"shape {labels.shape}. If they are probabilities, wrap it: "
            'CallableTeacher(function, output="probabilities").'
        )
    if classes is None:
        if labels.dtype.kind == "f" and np.any(labels != np.floor(labels)):
            raise TeacherAnswerError(
                f"The teacher ({name_of(teacher)}) must answer labels, but answered continuous "
                "values. Use a distilling regressor, or threshold the values in the teacher."
            )
        classes, codes = np.unique(labels, return_inverse=True)
        return Labels(classes, codes, None)
    try:
        codes = class_codes(labels, classes, "The teacher's answers")
    except ValueError as error:
        raise TeacherAnswerError(str(error)) from None
    return Labels(classes, codes, None)


def _classes_of(teacher: Any) -> np.ndarray | None:
    """The labels that a teacher knows; None where it does not say."""
    classes = getattr(teacher, "classes_", None)
    if isinstance(classes, list) and any(np.ndim(labels) for labels in classes):
        raise TeacherAnswerError(
            f"The teacher ({name_of(teacher)}) has {len(classes)} outputs. Distil one output at "
            'a time: CallableTeacher(lambda X: teacher.predict(X)[:, 0], output="label").'
        )
    return None if classes is None else np.asarray(classes)


def _soft_labels(teacher: Any, X: Any, classes: np.ndarray | None, n_jobs: int | None) -> Labels:
    if not hasattr(teacher, "predict_proba"):
        raise ValueError(
            f'labels="soft" needs probabilities, but the teacher ({name_of(teacher)}) has no '
            'predict_proba. Use labels="hard", or wrap it in sklearn.calibration.'
            "CalibratedClassifierCV first."
        )
    proba = ask(teacher, X, "predict_proba", n_jobs=n_jobs)
    if proba.ndim != 2 or (classes is not None and proba.shape[1] != len(classes)):
        expected = "n_classes" if classes is None else len(classes)
        raise TeacherAnswerError(
            f"The teacher's probabilities ({name_of(teacher)}) have shape {proba.shape}; "
            f"({X.shape[0]}, {expected}) was expected."
        )
    proba = proba.astype(np.float64, copy=False)
    total = proba.sum(axis=1)
    if proba.min(initial=0.0) < -1e-6 or np.abs(total - 1.0).max(initial=0.0) > 1e-3:
        raise TeacherAnswerError(
            f"The teacher's probabilities ({name_of(teacher)}) are negative or do not sum to 1 "
            f"(sums from {total.min():.3g} to {total.max():.3g}). If they are scores, wrap the "
            'teacher with output="logits" or leave out predict_proba.'
        )
    if classes is None:
        classes = np.arange(proba.shape[1])
    return Labels(classes, np.argmax(proba, axis=1), proba)

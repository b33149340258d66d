"""What every method of the fidelity studies is given, and how it is measured.

A :class:`Cell` is one table, teacher and seed. A method is a function of a cell
and a number of leaves that fits a tree and returns a :class:`Student`; what it
takes in CPU seconds is counted without the time of the teacher's predictions,
which is the same for all.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from _lib.data import Split, encoder
from skdistill import CachedTeacher, MungeTransferSet

__all__ = ["Cell", "Method", "Stopwatch", "Student", "agreement", "cells", "measure"]

_ENOUGH_ROWS = 10_000


class Student(NamedTuple):
    """A fitted tree.

    Parameters
    ----------
    predict : callable
        Takes nothing and returns its predictions on the test rows: codes of classes,
        or values.
    n_leaves : int
        How many leaves it has, in all its trees together.
    """

    predict: Callable[[], np.ndarray]
    n_leaves: int


class Stopwatch:
    """A teacher that counts the CPU seconds of its predictions.

    Parameters
    ----------
    teacher : predictor
        Fitted.
    """

    def __init__(self, teacher: Any):
        self.teacher = teacher
        self.seconds = 0.0
        if hasattr(teacher, "classes_"):  # a regressor shows none of this
            self.classes_ = teacher.classes_
            self.predict_proba = partial(self._timed, "predict_proba")

    def _timed(self, method: str, X: Any) -> np.ndarray:
        start = time.process_time()
        predicted = getattr(self.teacher, method)(X)
        self.seconds += time.process_time() - start
        return predicted

    def predict(self, X: Any) -> np.ndarray:
        return self._timed("predict", X)


@dataclass
class Cell:
    """One table, teacher and seed.

    Parameters
    ----------
    name, kind : str
        Of the table and the teacher.
    seed : int
    data : Split
        Rows as users hold them.
    stopwatch : Stopwatch
        Around the teacher.
    """

    name: str
    kind: str
    seed: int
    data: Split
    stopwatch: Stopwatch
    teacher: CachedTeacher = field(init=False)

    def __post_init__(self) -> None:
        self.teacher = CachedTeacher(self.stopwatch)
        self.classes = getattr(self.stopwatch, "classes_", None)
        steps = make_pipeline(encoder(self.data.X), FunctionTransformer(np.ascontiguousarray))
        self._encoder = steps.fit(self.data.X)
        self.X, self.X_test = self.encode(self.data.X), self.encode(self.data.X_test)
        self.labels = self.query(self.data.X)
        self.truth = self.query(self.data.X_test)

    @property
    def key(self) -> dict[str, Any]:
        """What identifies this cell."""
        return {"set": self.name, "teacher": self.kind, "seed": self.seed}

    def encode(self, X: Any) -> np.ndarray:
        """Rows as numbers, categories one-hot: shape (n_samples, n_encoded)."""
        return self._encoder.transform(X)

    def query(self, X: Any) -> np.ndarray:
        """The teacher's predictions on rows as users hold them, coded: shape (n_samples,)."""
        return self.code(self.teacher.predict(X))

    def code(self, labels: np.ndarray) -> np.ndarray:
        """Codes of the teacher's classes; values as they come: shape (n_samples,)."""
        return labels if self.classes is None else np.searchsorted(self.classes, labels)

    def with_munge(self) -> tuple[np.ndarray, np.ndarray]:
        """The training rows and MUNGE rows, 10,000 in all, encoded, with labels."""
        if len(self.X) >= _ENOUGH_ROWS:
            return self.X, self.labels
        munge = MungeTransferSet(random_state=self.seed).fit(self.data.X)
        drawn = munge.sample(_ENOUGH_ROWS - len(self.X))
        X = np.concatenate([self.X, self.encode(drawn)])
        return X, np.concatenate([self.labels, self.query(drawn)])


Method = Callable[[Cell, int], Student]


def cells(
    sets: Sequence[str],
    seeds: Sequence[int],
    kinds: Sequence[str],
    split: Callable[[str, int], Split],
    trained_teacher: Callable[[str, str, int, Split], Any],
) -> Iterator[Cell]:
    """Every table with every kind of teacher, seed by seed.

    Parameters
    ----------
    sets : sequence of str
    seeds : sequence of int
    kinds : sequence of str
    split, trained_teacher : callable
        See ``_lib/data.py``.
    """
    for seed in seeds:
        for name in sets:
            data = split(name, seed)
            for kind in kinds:
                teacher = Stopwatch(trained_teacher(kind, name, seed, data))
                yield Cell(name, kind, seed, data, teacher)


def agreement(truth: np.ndarray, predicted: np.ndarray) -> float:
    """Share of equal codes."""
    return float(np.mean(truth == predicted))


def measure(
    cell: Cell, method: Method, leaves: int, score: Callable[..., float] = agreement
) -> dict[str, Any]:
    """Fit one student.

    Parameters
    ----------
    cell : Cell
    method : callable
    leaves : int
    score : callable, optional
        Of the teacher's and the student's predictions on the test rows; the share
        of equal ones by default.

    Returns
    -------
    record : dict
        The score ("fidelity"), the number of leaves, and the CPU seconds of the
        fit without the teacher's.
    """
    queried, start = cell.stopwatch.seconds, time.process_time()
    student = method(cell, leaves)
    seconds = time.process_time() - start - (cell.stopwatch.seconds - queried)
    fidelity = float(score(cell.truth, student.predict()))
    return {"fidelity": fidelity, "n_leaves": student.n_leaves, "seconds": seconds}

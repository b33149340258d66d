"""Queries in rounds: what a search needs beside the oracle that it holds."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from skdistill._labels import ClassLabels, Labels, Values
from skdistill.exceptions import OutOfQueriesError, TeacherAnswerError
from skdistill.teachers import CallableTeacher, Oracle, name_of, one_column, unfrozen

__all__ = ["QueryRounds"]

# Codes and rows of one query of the oracle take at most so many bytes, whatever
# the number of columns is: a row of a million columns is a few megabytes.
_BLOCK_BYTES = 1 << 26

# Real values that differ by less than this share of the largest one so far
# may come from sums in another order, as in a batch of another size.
ROUNDING = 1e-9


class QueryRounds:
    """Predictions for coded rows as numbers: codes of classes, or values.

    Parameters
    ----------
    teacher : predictor
        Fitted.
    domain : CubeCodes or ColumnCodes
        Turns codes into rows.
    kind : {"classifier", "regressor"} or None
        None is decided by the first predictions: floats are values, all else
        classes.
    tol : float
        Values that differ by at most this are taken for equal.
    max_queries : int or None
        Budget.
    deterministic : bool
        Whether a row with two different predictions is an error.

    Attributes
    ----------
    oracle : Oracle
        Queries the teacher, counts the rows and keeps to the budget.
    n_rounds : int
        Queries of any number of rows that had to wait for earlier predictions.
    classes : ndarray or None
        The class of each code: those of the teacher, or in order of appearance.
    """

    def __init__(
        self,
        teacher: Any,
        domain: Any,
        *,
        kind: str | None,
        tol: float,
        max_queries: int | None,
        deterministic: bool,
    ):
        self.oracle = Oracle(teacher, kind=kind, max_queries=max_queries)
        self.teacher, self.domain, self.tol = teacher, domain, tol
        self.deterministic = deterministic
        self.n_rounds = 0
        self.classes: np.ndarray | None = None
        self._largest = 0.0  # absolute value of a prediction so far
        self._twins: list[tuple[Any, np.ndarray]] = []

    @property
    def kind(self) -> str | None:
        """What is predicted; None until the first predictions tell."""
        return self.oracle.kind

    @property
    def n_queries(self) -> int:
        """Rows that the teacher was queried with."""
        return self.oracle.n_queries_

    def differ(self, first: Any, second: Any) -> np.ndarray:
        """Whether two arrays of predictions differ, entry by entry."""
        if self.kind == "regressor":
            slack = max(self.tol, ROUNDING * self._largest)
            return np.abs(np.asarray(first) - np.asarray(second)) > slack
        return np.asarray(first) != np.asarray(second)

    def query_again(self, block: Any, predictions: np.ndarray) -> None:
        """Remember rows whose predictions must come back the same in the next round."""
        if self.deterministic:
            self._twins.append((block, predictions))

    def check_twins(self) -> None:
        """Query what is still to be queried again."""
        if self._twins:
            self.query()

    def query(self, *blocks: Any) -> list[np.ndarray]:
        """Query the teacher with all blocks in one round.

        Parameters
        ----------
        *blocks : Points, Hybrids or Rows
            Empty ones are fine.

        Returns
        -------
        predictions : list of ndarray, one a block
            Codes of classes (int64) or values (float64).

        Raises
        ------
        OutOfQueriesError
            If the budget does not reach; nothing is queried then.
        TeacherAnswerError
            If a row that was queried again has another prediction.
        """
        twins, self._twins = self._twins, []
        wanted = sum(map(len, blocks))
        extra = sum(len(block) for block, _ in twins)
        # A teacher that is an Oracle may have a budget of its own.
        left = min(self.oracle.left, getattr(unfrozen(self.teacher), "left", math.inf))
        if wanted > left:
            raise OutOfQueriesError(
                f"The budget allows {left} more rows, but {wanted} were to be queried in one round."
            )
        if wanted + extra > left:
            twins, extra = [], 0
        if wanted + extra == 0:
            return [np.empty(0, dtype=np.int64) for _ in blocks]
        every = [*blocks, *(block for block, _ in twins)]
        predictions = np.concatenate([self._label(codes) for codes in self._parts(every)])
        self.n_rounds += 1
        ends = np.cumsum([len(block) for block in every])[:-1]
        parts = np.split(predictions, ends)
        for again, (_, before) in zip(parts[len(blocks) :], twins, strict=True):
            if np.any(self.differ(again, before)):
                raise TeacherAnswerError(self._two_predictions())
        return parts[: len(blocks)]

    def _two_predictions(self) -> str:
        way_out = (
            "raise tol above the rounding of its arithmetic"
            if self.kind == "regressor"
            else "fix the teacher's seed"
        )
        return (
            f"The teacher ({name_of(self.teacher)}) made two different predictions for one row: it "
            f'is not deterministic. Use mode="tolerant", which outvotes noise, or {way_out}.'
        )

    def _parts(self, blocks: list[Any]) -> Iterator[np.ndarray]:
        """Codes of all blocks, in parts bounded by bytes that run over the borders of blocks."""
        size = max(1, _BLOCK_BYTES // self.domain.bytes_per_row)
        waiting: list[np.ndarray] = []
        room = size
        for block in blocks:
            start = 0
            while start < len(block):
                stop = min(start + room, len(block))
                waiting.append(block.codes(self.domain, start, stop))
                room -= stop - start
                start = stop
                if room == 0:
                    yield np.concatenate(waiting) if len(waiting) > 1 else waiting[0]
                    waiting, room = [], size
        if waiting:
            yield np.concatenate(waiting) if len(waiting) > 1 else waiting[0]

    def _label(self, codes: np.ndarray) -> np.ndarray:
        """Query the oracle with one part of the rows; predictions as numbers."""
        labels = self._labels(self.domain.rows(codes))
        if isinstance(labels, Values):
            if labels.values.ndim != 1:
                raise TeacherAnswerError(
                    f"The teacher ({name_of(self.teacher)}) must make one prediction a row, but "
                    f"they have shape {labels.values.shape}. Distil one output at a time."
                )
            values = labels.values.astype(np.float64)
            self._largest = max(self._largest, float(np.abs(values).max(initial=0.0)))
            return values
        # Codes that were given stay as they are: new classes are put at the end.
        known = labels.classes[:0] if self.classes is None else self.classes
        new = [c for c in labels.classes.tolist() if c not in known.tolist()]
        self.classes = np.concatenate([known, np.array(new)]) if new else known
        return labels.recoded(self.classes).codes.astype(np.int64)

    def _labels(self, rows: Any) -> Labels:
        if self.kind is None:  # the first predictions tell
            predictions = one_column(self.oracle.predict(rows))
            if predictions.ndim == 1:
                self._decide("regressor" if predictions.dtype.kind == "f" else "classifier")
            if self.kind == "classifier":
                return ClassLabels.from_decisions(predictions)
            return Values(predictions)
        labels, kept = self.oracle.label(rows)
        if len(kept) < rows.shape[0]:
            raise TeacherAnswerError(
                f"The teacher ({name_of(self.teacher)}) failed on {len(rows) - len(kept)} of "
                f"{len(rows)} rows, but a search needs a prediction for every row that it "
                'queries. Mend those rows, or use on_error="raise" to see the error.'
            )
        return labels

    def _decide(self, kind: str) -> None:
        """Fix the kind of a teacher that did not say it."""
        inner = unfrozen(self.teacher)
        if isinstance(inner, CallableTeacher):  # around the user's function
            output = "label" if kind == "classifier" else "value"
            self.teacher = self.oracle.teacher = CallableTeacher(inner.function, output=output)
        self.oracle.kind = kind

"""The teacher as the search sees it: counted, in rounds, in chunks, and watched."""

from __future__ import annotations

from typing import Any

import numpy as np

from skdistill._labels import class_codes
from skdistill.exceptions import TeacherAnswerError
from skdistill.teachers import Oracle as TeacherOracle
from skdistill.teachers import name_of

__all__ = ["Oracle", "OutOfQueries"]

# Bytes of one question: at most this much is built at once, whatever d is.
_CHUNK_BYTES = 1 << 26
_CHUNK_ROWS = 16_384

# Real answers that differ by less than this share of the largest one so far
# may come from sums in another order, as in a batch of another size.
ROUNDING = 1e-9


class OutOfQueries(Exception):
    """The next question would exceed ``max_queries``."""


class Oracle:
    """Answers of a teacher as numbers: codes of labels, or values.

    Parameters
    ----------
    teacher : predictor
        Fitted.
    domain : BitDomain or ColumnDomain
        Turns codes into rows.
    kind : {"classifier", "regressor"} or None
        None is decided by the first answers: floats are values, all else
        labels.
    tol : float
        Values that differ by at most this are taken for equal.
    max_queries : int or None
        Budget.
    deterministic : bool
        Whether a point that answers in two ways is an error.
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
        self.teacher, self.domain, self.kind, self.tol = teacher, domain, kind, tol
        self.max_queries, self.deterministic = max_queries, deterministic
        self._teacher_oracle = TeacherOracle(teacher)
        self.n_queries = 0
        self.n_rounds = 0
        classes = getattr(teacher, "classes_", None)
        self.classes = None if classes is None else np.asarray(classes)
        self._labels: list[Any] = []  # in order of appearance, where the teacher names none
        self._largest = 0.0  # absolute value of an answer so far
        self._twins: list[tuple[Any, np.ndarray]] = []

    def differ(self, first: Any, second: Any) -> np.ndarray:
        """Whether two arrays of answers differ, entry by entry."""
        if self.kind == "regressor":
            slack = max(self.tol, ROUNDING * self._largest)
            return np.abs(np.asarray(first) - np.asarray(second)) > slack
        return np.asarray(first) != np.asarray(second)

    def ask_again(self, block: Any, answers: np.ndarray) -> None:
        """Remember rows whose answers must come back the same in the next round."""
        if self.deterministic:
            self._twins.append((block, answers))

    def check_twins(self) -> None:
        """Ask what is still to be asked again."""
        if self._twins:
            self.ask()

    def ask(self, *blocks: Any) -> list[np.ndarray]:
        """Ask all the blocks in one round.

        Parameters
        ----------
        *blocks : Points or Hybrids
            Empty ones are fine.

        Returns
        -------
        answers : list of ndarray, one a block
            Codes of labels (int64) or values (float64).

        Raises
        ------
        OutOfQueries
            If the budget does not reach; nothing is asked then.
        TeacherAnswerError
            If a point that was asked again answers otherwise.
        """
        twins, self._twins = self._twins, []
        wanted = sum(map(len, blocks))
        extra = sum(len(block) for block, _ in twins)
        if self.max_queries is not None:
            left = self.max_queries - self.n_queries
            if wanted > left:
                raise OutOfQueries
            if wanted + extra > left:
                twins, extra = [], 0
        if wanted + extra == 0:
            return [np.empty(0, dtype=np.int64) for _ in blocks]
        every = [*blocks, *(block for block, _ in twins)]
        answers = self._encode(np.concatenate(list(self._chunks(every))))
        self.n_queries += wanted + extra
        self.n_rounds += 1
        ends = np.cumsum([len(block) for block in every])[:-1]
        parts = np.split(answers, ends)
        for again, (_, before) in zip(parts[len(blocks) :], twins, strict=True):
            if np.any(self.differ(again, before)):
                raise TeacherAnswerError(self._two_ways())
        return parts[: len(blocks)]

    def _two_ways(self) -> str:
        way_out = (
            "raise tol above the rounding of its arithmetic"
            if self.kind == "regressor"
            else "fix the teacher's seed"
        )
        return (
            f"The teacher ({name_of(self.teacher)}) answered the same row in two ways: it is not "
            f'deterministic. Use mode="tolerant", which outvotes noise, or {way_out}.'
        )

    def _chunks(self, blocks: list[Any]) -> Any:
        """Raw answers, chunk by chunk; chunks run over the borders of blocks."""
        size = int(np.clip(_CHUNK_BYTES // self.domain.bytes_per_row, 1, _CHUNK_ROWS))
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
                    yield self._question(waiting)
                    waiting, room = [], size
        if waiting:
            yield self._question(waiting)

    def _question(self, waiting: list[np.ndarray]) -> np.ndarray:
        codes = waiting[0] if len(waiting) == 1 else np.concatenate(waiting)
        answers = self._teacher_oracle.predict(self.domain.rows(codes))
        if answers.ndim == 2 and answers.shape[1] == 1:
            answers = answers[:, 0]
        if answers.ndim != 1:
            raise TeacherAnswerError(
                f"The teacher ({name_of(self.teacher)}) must give one answer a row, but its "
                f"answers have shape {answers.shape}. Distil one output at a time."
            )
        return answers

    def _encode(self, answers: np.ndarray) -> np.ndarray:
        """Answers as numbers."""
        if self.kind is None:
            self.kind = "regressor" if answers.dtype.kind == "f" else "classifier"
        if self.kind == "regressor":
            if answers.dtype.kind not in "fiub":
                raise TeacherAnswerError(
                    f"The teacher ({name_of(self.teacher)}) must answer real values, but answered "
                    f"{answers.dtype}."
                )
            values = answers.astype(np.float64)
            self._largest = max(self._largest, float(np.abs(values).max(initial=0.0)))
            return values
        if self.classes is not None:
            return class_codes(answers, self.classes, "The teacher's answers").astype(np.int64)
        labels, inverse = np.unique(answers, return_inverse=True)
        codes = np.empty(len(labels), dtype=np.int64)
        for i, label in enumerate(labels.tolist()):
            if label not in self._labels:
                self._labels.append(label)
            codes[i] = self._labels.index(label)
        return codes[inverse]

    def label_order(self) -> tuple[np.ndarray | None, np.ndarray | None]:
        """The classes, and the place of each code among them; None for values."""
        if self.kind == "regressor":
            return None, None
        if self.classes is not None:
            return self.classes, np.arange(len(self.classes))
        classes, place = np.unique(np.array(self._labels), return_inverse=True)
        return classes, place

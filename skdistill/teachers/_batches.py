"""How many rows go into one call of a teacher, and the calls themselves."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from joblib import Parallel, delayed, effective_n_jobs

from skdistill._rows import take_rows
from skdistill.teachers._checks import as_predictions, join_arrays, refuse_missing
from skdistill.teachers._kind import name_of

__all__ = ["Batch", "Call", "Outcome", "iter_batches", "join_batches"]

MOST_ROWS = 16_384
# Smaller batches of an estimator are not worth a thread of their own. Batches are
# multiples of it, since products of matrices may round differently where rows
# stand at other places of their blocks.
PARALLEL_ROWS = 256
# A function of unknown speed is called with so few rows first. While it is fast,
# batches grow by a fixed factor, so a fast function always sees the same ones.
FIRST_ROWS, GROWTH = 4, 8
# What an interruption may cost: a batch of a slow function takes about this.
TARGET_S = 1.0


@dataclass(frozen=True)
class Batch:
    """Predictions for a part of the rows.

    Parameters
    ----------
    part : slice
        Which rows were queried.
    failed : ndarray of shape (n_part,), dtype bool
        Rows without a prediction; all False unless failures are dropped.
    predictions : ndarray of shape (n_part - n_failed, ...)
        Of the others, in their order.
    error : str
        What the first failure said; empty where there is none.
    seconds : float
        How long the call took.
    """

    part: slice
    failed: np.ndarray
    predictions: np.ndarray
    error: str = ""
    seconds: float = 0.0


@dataclass(frozen=True)
class Outcome:
    """Predictions for all rows of a query.

    Parameters
    ----------
    predictions : ndarray of shape (n_rows - n_failed, ...)
        Of the rows that did not fail, in their order.
    failed : ndarray of shape (n_rows,), dtype bool
    error : str
        What the first failure said.
    """

    predictions: np.ndarray
    failed: np.ndarray
    error: str = ""


@dataclass(frozen=True)
class Call:
    """One method of a teacher, with what becomes of its failures.

    Parameters
    ----------
    teacher : predictor
        Fitted.
    method : {"predict", "predict_proba", "decision_function"}
    retries : int
        How often a call that raised is repeated.
    drop : bool
        Whether rows that fail are left out; an error is raised otherwise.
    """

    teacher: Any
    method: str
    retries: int = 0
    drop: bool = False

    def __call__(self, rows: Any, part: slice) -> Batch:
        """Query the teacher with rows, which are the given part of all rows."""
        before = time.perf_counter()
        predictions, failed, error = self._predict(rows)
        return Batch(part, failed, predictions, error, time.perf_counter() - before)

    def _predict(self, rows: Any) -> tuple[np.ndarray, np.ndarray, str]:
        """Return (predictions of the rows that did not fail, mask of those that did, why)."""
        n = rows.shape[0]
        try:
            found, missing = as_predictions(self._try(rows), n, self.teacher, self.method)
        except Exception as error:
            if not self.drop:
                raise
            return self._isolate(rows, error)
        if not self.drop:
            refuse_missing(missing, self.teacher)
            return found, missing, ""
        why = f"it predicted NaN or infinity on {missing.sum()} rows" if missing.any() else ""
        return found[~missing], missing, why

    def _try(self, rows: Any) -> Any:
        for left in range(self.retries, -1, -1):
            try:
                return getattr(self.teacher, self.method)(rows)
            except Exception as error:
                if left:
                    continue
                error.add_note(
                    f"This is the teacher ({name_of(self.teacher)}), queried with "
                    f"{rows.shape[0]} rows: a {type(rows).__name__} of {rows.shape[1]} columns."
                )
                raise
        raise AssertionError("unreachable")

    def _isolate(self, rows: Any, error: Exception) -> tuple[np.ndarray, np.ndarray, str]:
        """Halve a batch that failed until the rows at fault are alone: log2(rows) calls each."""
        n = rows.shape[0]
        if n == 1:
            return np.empty(0), np.ones(1, dtype=bool), f"{type(error).__name__}: {error}"
        halves = [self._predict(take_rows(rows, p)) for p in (slice(n // 2), slice(n // 2, n))]
        found = join_arrays([half[0] for half in halves if len(half[0])], self.teacher)
        why = next((half[2] for half in halves if half[2]), "")
        return found, np.concatenate([half[1] for half in halves]), why


class _Pace:
    """Cut rows into batches that fit the teacher's speed.

    Parameters
    ----------
    n_rows : int
    size : int or None
        Rows of every batch; None chooses them here.
    measured : bool
        Whether batches are made small where the teacher is slow.
    jobs : int
        Batches that are queried at once.
    """

    def __init__(self, n_rows: int, size: int | None, measured: bool, jobs: int):
        self._n, self._start, self._jobs = n_rows, 0, jobs
        self._measured = measured and size is None
        self._first: tuple[int, float] | None = None
        if self._measured:
            self._rows = FIRST_ROWS
        elif size is not None or jobs == 1:
            self._rows = size or MOST_ROWS
        else:
            share = -(-n_rows // (jobs * PARALLEL_ROWS)) * PARALLEL_ROWS
            self._rows = min(share, MOST_ROWS)

    def __iter__(self) -> Iterator[slice]:
        while self._start < self._n:
            rows = self._rows
            if self._measured and self._jobs > 1:  # leave something to the others
                rows = min(rows, -(-(self._n - self._start) // self._jobs))
            start, self._start = self._start, min(self._start + rows, self._n)
            yield slice(start, self._start)

    def observe(self, n: int, seconds: float) -> None:
        """Choose the next batch, from the time that n rows took.

        A call of n rows is taken to cost ``overhead + n * each`` seconds. Batches of
        a slow teacher take a second, or as long again as the overhead: a service that
        needs a second for any request gets large batches, a simulation that needs one
        for every row gets single rows.
        """
        if not self._measured:
            return
        if seconds < TARGET_S / GROWTH:
            rows = float(n * GROWTH)
        elif self._first is None:
            rows = 1.0  # the second point of the line
        else:
            n_first, first = self._first
            each = max((seconds - first) / (n - n_first), 0.0) if n != n_first else first / n
            overhead = max(seconds - n * each, 0.0)
            rows = max(TARGET_S, overhead) / each if each else np.inf
            rows = min(rows, max(n, n_first) * GROWTH)
        if self._first is None:
            self._first = n, seconds
        self._rows = int(np.clip(rows, 1, MOST_ROWS))


def _guarded(call: Call, rows: Any, part: slice) -> Batch | BaseException:
    """Return what was raised instead of raising it: joblib would drop the other batches."""
    try:
        return call(rows, part)
    except BaseException as error:
        return error


def iter_batches(
    call: Call, X: Any, *, size: int | None, measured: bool, n_jobs: int | None
) -> Iterator[Batch]:
    """Query a teacher with all rows, and yield each batch as soon as it is there.

    Parameters
    ----------
    call : Call
    X : ndarray, csr_matrix or DataFrame of shape (n, n_features)
    size : int or None
        Rows of every batch; None chooses them here.
    measured : bool
        Whether batches of this teacher are made small where it is slow.
    n_jobs : int or None
        Batches queried at once, through joblib; threads unless a backend is set.

    Yields
    ------
    batch : Batch
        In the order of their arrival.

    Raises
    ------
    Exception
        What the teacher raised, after the batches that were under way have been
        yielded; no others are queried.
    """
    n, jobs = X.shape[0], effective_n_jobs(n_jobs)
    if n == 0:  # the teacher says what it returns for no rows
        yield call(X, slice(0, 0))
        return
    pace = _Pace(n, size, measured, jobs)
    if jobs == 1:
        for part in pace:
            batch = call(take_rows(X, part), part)
            pace.observe(part.stop - part.start, batch.seconds)
            yield batch
        return
    stopped = threading.Event()

    def tasks() -> Iterator[Any]:
        for part in pace:
            yield delayed(_guarded)(call, take_rows(X, part), part)
            if stopped.is_set():
                return

    raised = None
    queue = Parallel(
        n_jobs=n_jobs,
        prefer="threads",
        return_as="generator_unordered",
        pre_dispatch="n_jobs",
        batch_size=1,
    )
    for batch in queue(tasks()):
        if isinstance(batch, BaseException):
            stopped.set()
            raised = raised or batch
        else:
            pace.observe(batch.part.stop - batch.part.start, batch.seconds)
            yield batch
    if raised is not None:
        raise raised


def join_batches(batches: list[Batch], teacher: Any) -> Outcome:
    """Put batches that cover all rows together, in the order of the rows."""
    batches = sorted(batches, key=lambda batch: batch.part.start)
    found = [batch.predictions for batch in batches if len(batch.predictions)]
    return Outcome(
        join_arrays(found, teacher) if found else batches[0].predictions,
        np.concatenate([batch.failed for batch in batches]),
        next((batch.error for batch in batches if batch.error), ""),
    )

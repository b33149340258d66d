"""How many rows go into one call of a teacher, and the calls themselves."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from joblib import Parallel, delayed, effective_n_jobs

from skdistill._rows import iter_slices, take_rows
from skdistill.exceptions import TeacherAnswerError
from skdistill.teachers._checks import as_predictions, check_finite, missing_rows
from skdistill.teachers._kind import name_of

__all__ = ["Batch", "Call", "iter_batches", "join_batches"]

MOST_ROWS = 16_384
# Fewer rows are not worth a thread of their own.
LEAST_PARALLEL = 256
# A function of unknown speed is called with so few rows first, and then with
# more and more of them until a call takes long enough to be measured. The
# growth is fixed, so that a fast function is always called with the same
# batches: sums in another order may differ in their last digit.
FIRST_ROWS, GROWTH = 4, 8
MEASURABLE_S = 0.1
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
    """

    part: slice
    failed: np.ndarray
    predictions: np.ndarray
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

    def __call__(self, X: Any, part: slice) -> Batch:
        """Query the teacher with the rows of ``part``."""
        rows = take_rows(X, part)
        n = rows.shape[0]
        try:
            predictions = as_predictions(self._try(rows), n, self.teacher, self.method)
        except Exception as error:
            if not self.drop:
                raise
            return self._isolate(X, part, error)
        if not self.drop:
            check_finite(predictions, self.teacher)
            return Batch(part, np.zeros(n, dtype=bool), predictions)
        failed = missing_rows(predictions)
        return Batch(part, failed, predictions[~failed], "NaN or infinity" if failed.any() else "")

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

    def _isolate(self, X: Any, part: slice, error: Exception) -> Batch:
        """Halve a batch that failed until the rows at fault are alone: log2(rows) calls each."""
        n = part.stop - part.start
        if n == 1:
            return Batch(part, np.ones(1, dtype=bool), np.empty(0), f"{error}")
        middle = part.start + n // 2
        halves = [self(X, slice(part.start, middle)), self(X, slice(middle, part.stop))]
        found = [half.predictions for half in halves if len(half.predictions)]
        return Batch(
            part,
            np.concatenate([half.failed for half in halves]),
            np.concatenate(found) if found else np.empty(0),
            next((half.error for half in halves if half.error), ""),
        )


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
        In the order of the rows.
    """
    n, start, jobs = X.shape[0], 0, effective_n_jobs(n_jobs)
    if n == 0:  # the teacher says what it returns for no rows
        yield call(X, slice(0, 0))
        return
    most = MOST_ROWS if size is None else size
    if size is None and measured and n > FIRST_ROWS:
        rows = FIRST_ROWS
        while start < n:
            before = time.perf_counter()
            yield call(X, slice(start, min(start + rows, n)))
            taken = time.perf_counter() - before
            start += rows
            if jobs > 1 or taken >= MEASURABLE_S:
                most = int(np.clip(TARGET_S * rows / max(taken, 1e-9), 1, MOST_ROWS))
                break
            rows = min(rows * GROWTH, MOST_ROWS)
    if size is None and jobs > 1:
        least = 1 if measured else LEAST_PARALLEL
        most = int(np.clip(-(-(n - start) // jobs), min(least, most), most))
    parts = [slice(p.start + start, p.stop + start) for p in iter_slices(max(n - start, 0), most)]
    if jobs == 1 or len(parts) < 2:
        yield from (call(X, part) for part in parts)
    else:
        yield from Parallel(n_jobs=n_jobs, prefer="threads", return_as="generator")(
            delayed(call)(X, part) for part in parts
        )


def join_batches(batches: list[Batch], teacher: Any) -> tuple[np.ndarray, np.ndarray]:
    """Return (predictions of the rows that have one, mask of the rows that failed)."""
    failed = np.concatenate([batch.failed for batch in batches])
    if failed.all() and len(failed):
        error = next(batch.error for batch in batches if batch.error)
        raise TeacherAnswerError(
            f"The teacher ({name_of(teacher)}) failed on all {len(failed)} rows. The first "
            f"failure: {error}"
        )
    found = [batch.predictions for batch in batches if len(batch.predictions)]
    return np.concatenate(found) if found else batches[0].predictions, failed

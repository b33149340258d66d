"""A teacher that is never queried with the same row twice."""

from __future__ import annotations

from typing import Any

from skdistill.teachers._oracle import Oracle
from skdistill.teachers._store import MemoryStore

__all__ = ["CachedTeacher"]


class CachedTeacher(Oracle):
    """Remember a teacher's predictions by the content of the rows.

    A grid search queries the same rows for every candidate, and every fit
    labels the training rows anew. Where the teacher is slow, its predictions
    are worth keeping.

    Parameters
    ----------
    teacher : predictor or callable
        A fitted teacher. A bare callable is taken as one of real values; wrap
        it in :class:`CallableTeacher` to say otherwise.
    batch_size : int or "auto", default="auto"
        Rows of one call; see :class:`Oracle`.
    n_jobs : int, default=None
        Batches queried at once; see :class:`Oracle`.
    retries : int, default=0
        How often a call that raised an error is repeated.
    on_error : {"raise", "drop"}, default="raise"
        What becomes of a row that fails; see :class:`Oracle`.

    Attributes
    ----------
    n_queries_ : int
        Rows that the wrapped teacher was really queried with.
    n_hits_ : int
        Rows whose predictions were known.
    n_failed_ : int
        Rows that were left out.

    See Also
    --------
    CallableTeacher : Make a predictor of a function.
    Oracle : How a teacher is queried.

    Notes
    -----
    The key of a row is a 128-bit hash of the names of its columns, in their
    order, and of its values, where a number is never equal to a text. Two
    different rows are taken for one with probability 2^-128. Memory: 16 bytes a
    row and method, and the predictions. They travel with a pickle, so worker
    processes start with what was known when they were sent; what they learn is
    not sent back. The teacher must be deterministic.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.ensemble import RandomForestClassifier
    >>> from skdistill import CachedTeacher
    >>> X, y = load_iris(return_X_y=True)
    >>> teacher = CachedTeacher(RandomForestClassifier(random_state=0).fit(X, y))
    >>> _ = teacher.predict(X[:100])
    >>> _ = teacher.predict(X)
    >>> teacher.n_queries_, teacher.n_hits_  # iris repeats a row
    (149, 101)
    """

    def __init__(
        self,
        teacher: Any,
        *,
        batch_size: int | str = "auto",
        n_jobs: int | None = None,
        retries: int = 0,
        on_error: str = "raise",
    ):
        super().__init__(
            teacher, batch_size=batch_size, n_jobs=n_jobs, retries=retries, on_error=on_error
        )
        self._store = MemoryStore()

    def clear(self) -> None:
        """Forget all predictions and set the counters to zero."""
        self._store.clear()
        self.n_queries_ = self.n_hits_ = self.n_failed_ = 0

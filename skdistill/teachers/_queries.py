"""One query of an oracle: what the store knows, and what the teacher has to predict."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.base import BaseEstimator

from skdistill._hashes import row_keys
from skdistill._rows import take_rows
from skdistill.teachers._batches import Batch, Call, Outcome, iter_batches, join_batches
from skdistill.teachers._face import TeacherFace
from skdistill.teachers._kind import unfrozen
from skdistill.teachers._store import distinct

if TYPE_CHECKING:
    from skdistill.teachers._oracle import Oracle

__all__ = ["query_store", "query_teacher"]


def query_store(oracle: Oracle, X: Any, method: str, n_jobs: int | None, count: bool) -> Outcome:
    """Query the teacher for the rows that are not in the oracle's store, each distinct one once.

    Parameters
    ----------
    oracle : Oracle
    X : ndarray, csr_matrix or DataFrame of shape (n, n_features)
    method : {"predict", "predict_proba", "decision_function"}
    n_jobs : int or None
        Batches queried at once.
    count : bool
        Whether the rows count; they do not where another method has counted them.

    Returns
    -------
    outcome : Outcome
    """
    keys, store = row_keys(X), oracle._store
    found, known = store.get(method, keys)
    error, n_new = "", 0
    if not known.all():
        if oracle.known_rows_only and oracle._inner() is None:
            error = oracle._predictor.unknown(int((~known).sum()), X)
            if oracle.on_error == "raise":
                raise ValueError(error)
        else:
            new = np.flatnonzero(~known)
            new = new[distinct(keys[new])]
            oracle._check_budget(len(new) if count else 0)
            outcome = query_teacher(oracle, take_rows(X, new), method, n_jobs, count, keys[new])
            error, n_new = outcome.error, int((~outcome.failed).sum())
            found, known = store.get(method, keys)
    oracle._count(hits=int(known.sum()) - n_new if count else 0)
    if len(known) == 0:  # the teacher says what it returns for no rows
        return query_teacher(oracle, X, method, n_jobs, count)
    return Outcome(np.empty(0) if found is None else found, ~known, error)


def query_teacher(
    oracle: Oracle,
    X: Any,
    method: str,
    n_jobs: int | None,
    count: bool,
    keys: np.ndarray | None = None,
) -> Outcome:
    """Query the teacher itself; predictions are stored as they arrive.

    Parameters
    ----------
    oracle : Oracle
    X : ndarray, csr_matrix or DataFrame of shape (n, n_features)
    method : {"predict", "predict_proba", "decision_function"}
    n_jobs : int or None
        Batches queried at once.
    count : bool
        Whether the rows count.
    keys : ndarray of shape (n,), default=None
        Under which predictions are stored.

    Returns
    -------
    outcome : Outcome
    """
    inner = oracle._inner()
    if inner is not None:
        outcome = inner._query(X, method, n_jobs or inner.n_jobs, count)
        oracle._count(queries=X.shape[0] if count else 0)
        if keys is not None:
            oracle._store.add(method, keys[~outcome.failed], outcome.predictions)
        return outcome
    batches = []
    for batch in _batches_of(oracle, X, method, n_jobs):
        oracle._count(queries=len(batch.failed) if count else 0)
        if keys is not None:
            oracle._store.add(method, keys[batch.part][~batch.failed], batch.predictions)
        batches.append(batch)
    return join_batches(batches, oracle.teacher)


def _batches_of(oracle: Oracle, X: Any, method: str, n_jobs: int | None) -> Iterator[Batch]:
    predictor = unfrozen(oracle._predictor)
    own = isinstance(predictor, TeacherFace)
    size = oracle.batch_size if oracle.batch_size != "auto" else None
    if size is None and own:
        size = getattr(predictor, "batch_size", None)
    # Nothing is known of the speed of functions, and of what is no estimator.
    unknown = own or not isinstance(predictor, BaseEstimator)
    return iter_batches(
        Call(oracle._predictor, method, oracle.retries, oracle.on_error == "drop"),
        X,
        size=None if size is None else int(size),
        measured=unknown or oracle._measures_all,
        n_jobs=n_jobs,
    )

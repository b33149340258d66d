"""The losses of one student beside its teacher on given rows."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

import numpy as np

from skdistill._rows import as_rows
from skdistill.metrics import Comparison, Pair, find_pair
from skdistill.theory._losses import Disagreement, Loss

__all__ = ["RowLosses", "measure_losses", "pair_rows"]


@dataclass(frozen=True)
class RowLosses:
    """One loss a row, in an order that does not depend on the losses.

    Parameters
    ----------
    loss : Loss
        What was counted.
    losses : ndarray of shape (n_kept,)
        In [0, 1]; booleans where the loss is binary.
    rows : ndarray of shape (n_kept,)
        Positions in X of the rows that the losses belong to.
    n_left_out : int
        Rows of X that the teacher has no prediction for.
    """

    loss: Loss
    losses: np.ndarray
    rows: np.ndarray
    n_left_out: int


def pair_rows(teacher: Any, student: Any, X: Any) -> Pair:
    """Bring a teacher and a student together over the rows of a certificate.

    Parameters
    ----------
    teacher : object or None
        Whatever is called a teacher; None for the student's own, which in a
        pipeline sees what the student sees.
    student : predictor or callable
        A pipeline or a search is opened.
    X : array-like, sparse matrix or DataFrame of shape (n, n_features)
        At least one row.

    Returns
    -------
    pair : Pair
    """
    X = as_rows(X)
    if len(X.shape) != 2:
        raise ValueError(
            f"X must have shape (n_samples, n_features), got an array of shape {X.shape}."
        )
    if not X.shape[0]:
        raise ValueError("There are no rows to certify on: X is empty.")
    return find_pair(student, X, teacher)


def measure_losses(pair: Pair, loss: Loss | None) -> RowLosses:
    """Query both with their rows.

    Parameters
    ----------
    pair : Pair
    loss : Loss or None
        None for disagreement, where labels are predicted.

    Returns
    -------
    losses : RowLosses
    """
    if loss is None and "regressor" in pair.kinds:
        raise ValueError(_SAY_WHAT_COUNTS)
    soft = loss is not None and loss.needs_proba
    found = pair.compare(soft=soft, any_kind=loss is not None and not soft)
    if loss is None:
        if found.is_values:
            raise ValueError(_SAY_WHAT_COUNTS)
        loss = Disagreement()
    both = found.proba if soft else (found.y_teacher, found.y_student)
    losses, order = loss.rows(*both), _order(pair, found)
    return RowLosses(loss, losses[order], found.kept[order], found.n_left_out)


_SAY_WHAT_COUNTS = (
    "Real values are never quite equal, so say what counts as far away: loss=Tolerance(...) for "
    "the share of rows further apart, or loss=ClippedError(...) for the mean distance."
)


def _order(pair: Pair, found: Comparison) -> np.ndarray | slice:
    """An order of the rows by their content; as they came where it has no numbers."""
    return slice(None) if pair.hashes is None else content_order(pair.hashes[found.kept])


def content_order(hashes: np.ndarray) -> np.ndarray:
    """Return an order of rows that depends on which rows they are, not on how they came.

    A betting bound needs rows in an order that does not depend on their losses,
    and tables often come sorted. So rows are sorted by their hashes, and then
    shuffled by a generator that is seeded with a digest of all hashes: the
    same rows get the same order however they came, and other rows one that is
    as good as newly drawn.

    Parameters
    ----------
    hashes : ndarray of shape (n,), dtype uint64

    Returns
    -------
    order : ndarray of shape (n,), dtype intp
        A permutation.
    """
    order = np.argsort(hashes, kind="stable")
    digest = hashlib.blake2b(hashes[order].tobytes(), digest_size=16).digest()
    rng = np.random.default_rng(int.from_bytes(digest, "little"))
    return order[rng.permutation(len(order))]

"""Rows by their content: hashes, and an order that rows cannot have chosen."""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np
from scipy import sparse

from skdistill._rows import is_frame, row_hashes

__all__ = ["content_order", "hash_rows"]


def hash_rows(X: Any) -> np.ndarray:
    """Return the hashes of rows of any kind, in their order.

    Parameters
    ----------
    X : array-like, sparse matrix or DataFrame of shape (n, n_features)

    Returns
    -------
    hashes : ndarray of shape (n,), dtype uint64
    """
    if sparse.issparse(X):
        return row_hashes(X.tocsr())
    return row_hashes(X if is_frame(X) else np.asarray(X))


def content_order(hashes: np.ndarray) -> np.ndarray:
    """Return an order of rows that depends on which rows they are, not on how they came.

    A betting bound needs rows in an order that knows nothing of their losses,
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

"""MUNGE as a plain loop over passes, rows and attributes: what ours is measured against.

The loops are the algorithm as its published implementations run it: on arrays,
value by value, with numpy's global generator; with probability p an attribute is
drawn from a normal centred on the nearest neighbour's, with standard deviation
|difference| / s. In most of them the row alone changes, in the paper the neighbour
as well: both are here. Beside them stands the fastest plain loop that we could
write, on lists with Python's ``random``. Their neighbour search takes one row of
distances at a time, once for all passes.

Rule: C. Bucila, R. Caruana, A. Niculescu-Mizil, "Model compression", KDD 2006,
section 3.3.
"""

from __future__ import annotations

import random

import numpy as np

__all__ = ["LOCAL_VARIANCE", "LOOPS", "P_SWAP", "loop_search"]

P_SWAP, LOCAL_VARIANCE = 0.5, 1.0


def loop_search(X: np.ndarray) -> np.ndarray:
    """Nearest other row of each row, one row of distances at a time: shape (n,)."""
    nearest = np.empty(len(X), dtype=np.intp)
    for i in range(len(X)):
        distance = ((X - X[i]) ** 2).sum(axis=1)
        distance[i] = np.inf
        nearest[i] = np.argmin(distance)
    return nearest


def published_loop(X: np.ndarray, nearest: np.ndarray, n_passes: int) -> np.ndarray:
    """The plain loop; each row changes alone: shape (n_passes * n, d)."""
    np.random.seed(0)
    n, d = X.shape
    made = np.empty((n_passes * n, d))
    for k in range(n_passes):
        new = X.copy()
        for i in range(n):
            e = nearest[i]
            for j in range(d):
                if np.random.uniform() < P_SWAP:
                    own, other = X[i, j], X[e, j]
                    new[i, j] = np.random.normal(other, abs(own - other) / LOCAL_VARIANCE)
        made[k * n : (k + 1) * n] = new
    return made


def exchanging_loop(X: np.ndarray, nearest: np.ndarray, n_passes: int) -> np.ndarray:
    """The plain loop; a row and its neighbour both change: shape (n_passes * n, d)."""
    np.random.seed(0)
    n, d = X.shape
    made = np.empty((n_passes * n, d))
    for k in range(n_passes):
        new = X.copy()
        for i in range(n):
            e = nearest[i]
            for j in range(d):
                if np.random.uniform() < P_SWAP:
                    own, other = new[i, j], new[e, j]
                    spread = abs(own - other) / LOCAL_VARIANCE
                    new[i, j] = np.random.normal(other, spread)
                    new[e, j] = np.random.normal(own, spread)
        made[k * n : (k + 1) * n] = new
    return made


def tuned_loop(X: np.ndarray, nearest: np.ndarray, n_passes: int) -> np.ndarray:
    """The loop tuned by hand, on lists of floats: shape (n_passes * n, d)."""
    source = random.Random(0)
    uniform, normal = source.random, source.gauss
    rows, partners = X.tolist(), nearest.tolist()
    new = []
    for _ in range(n_passes):
        for row, partner in zip(rows, partners, strict=True):
            made = []
            for value, other in zip(row, rows[partner], strict=True):
                if uniform() < P_SWAP:
                    value = normal(other, abs(value - other) / LOCAL_VARIANCE)
                made.append(value)
            new.append(made)
    return np.array(new)


LOOPS = {
    "plain loop, row alone": published_loop,
    "plain loop, both rows": exchanging_loop,
    "loop tuned by hand, row alone": tuned_loop,
}

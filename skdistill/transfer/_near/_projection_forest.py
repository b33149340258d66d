"""Near neighbours among very many rows: a forest of random projections.

Source: the trees of S. Dasgupta, Y. Freund, "Random projection trees and low
dimensional manifolds", STOC 2008, here with all nodes of a level split along
one direction, at their medians, so that a level is one partition of a matrix.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from joblib import Parallel, delayed

from skdistill._rows import iter_slices

__all__ = ["ProjectionForest"]

# Measured on 1,000,000 rows of 20 numbers: more of either takes longer, less
# finds rows further away (benchmarks/bench_transfer_speed.py).
_N_TREES, _LEAF_ROWS = 4, 64

# Distances held at a time.
_PART_DISTANCES = 1 << 20


@dataclass(frozen=True)
class _Tree:
    """One tree over n rows, its leaves of equal size.

    Parameters
    ----------
    directions : ndarray of shape (width, depth)
    thresholds : list of ndarray, of shapes (1,), (2,), (4,), ...
        Where each node of a level is split.
    leaves : ndarray of shape (2**depth, leaf_rows)
        Row numbers.
    double : ndarray of the same shape, dtype bool
        Whether an entry only fills its leaf up: the row has another place too.
    """

    directions: np.ndarray
    thresholds: list[np.ndarray]
    leaves: np.ndarray
    double: np.ndarray

    def leaf_of(self, rows: np.ndarray) -> np.ndarray:
        """The leaf in which each row belongs."""
        node = np.zeros(len(rows), dtype=np.intp)
        for level, threshold in enumerate(self.thresholds):
            node = 2 * node + (rows @ self.directions[:, level] >= threshold[node])
        return node


def _grow(rows: np.ndarray, leaf_rows: int, rng: np.random.Generator) -> _Tree:
    n = len(rows)
    depth = max(int(np.ceil(np.log2(n / leaf_rows))), 0)
    size = -(-n // 2**depth) * 2**depth
    extra = rng.choice(n, size - n, replace=False) if size > n else np.empty(0, np.intp)
    # Differences of two rows point where rows spread.
    ends = rng.integers(n, size=(2, depth))
    directions = (rows[ends[0]] - rows[ends[1]]).T
    nodes, thresholds = np.arange(size)[np.newaxis, :], []
    for level in range(depth):
        projected = rows @ directions[:, level]
        projected = np.concatenate([projected, projected[extra]])[nodes]
        half = nodes.shape[1] // 2
        order = np.argpartition(projected, half, axis=1)
        thresholds.append(projected[np.arange(len(nodes)), order[:, half]])
        nodes = np.take_along_axis(nodes, order, axis=1).reshape(-1, half)
    source = np.concatenate([np.arange(n), extra])
    return _Tree(directions, thresholds, source[nodes], nodes >= n)


def _smallest(distances: np.ndarray, found: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
    """The k smallest of each row of distances, unsorted, and what was found there."""
    place = np.argpartition(distances, k - 1, axis=-1)[..., :k]
    return np.take_along_axis(distances, place, -1), np.take_along_axis(found, place, -1)


def _near_in_leaves(
    rows: np.ndarray, leaf_rows: int, k: int, seed: np.random.SeedSequence
) -> tuple[np.ndarray, np.ndarray, _Tree]:
    """Grow a tree and find each row's nearest others within its leaf.

    Returns
    -------
    distances : ndarray of shape (n, k)
        Squared; infinite where a leaf has too few rows.
    found : ndarray of shape (n, k)
    tree : _Tree
    """
    n = len(rows)
    tree = _grow(rows, leaf_rows, np.random.default_rng(seed))
    square = np.einsum("ij,ij->i", rows, rows)
    distances = np.full((n, k), np.inf, dtype=rows.dtype)
    found = np.full((n, k), -1, dtype=np.intp)
    size = tree.leaves.shape[1]
    itself = np.arange(size)
    for part in iter_slices(len(tree.leaves), max(_PART_DISTANCES // size**2, 1)):
        leaf, double = tree.leaves[part], tree.double[part]
        members = rows[leaf]
        apart = members @ members.transpose(0, 2, 1)
        apart *= -2
        apart += square[leaf][:, np.newaxis, :]
        apart[:, itself, itself] = np.inf
        if double.any():
            apart += np.where(double, np.inf, 0).astype(rows.dtype)[:, np.newaxis, :]
        names = np.broadcast_to(leaf[:, np.newaxis, :], apart.shape)
        near, who = _smallest(apart, names, min(k, size))
        near += square[leaf][..., np.newaxis]
        distances[leaf[~double], : near.shape[2]] = near[~double]
        found[leaf[~double], : near.shape[2]] = who[~double]
    return distances, found, tree


def _merge(
    best: tuple[np.ndarray, np.ndarray], new: tuple[np.ndarray, np.ndarray]
) -> tuple[np.ndarray, np.ndarray]:
    """The k nearest of two sets of k, each row counted once."""
    k = best[0].shape[1]
    known = (new[1][:, :, np.newaxis] == best[1][:, np.newaxis, :]).any(axis=2)
    distances = np.hstack([best[0], np.where(known, np.inf, new[0])])
    return _smallest(distances, np.hstack([best[1], new[1]]), k)


class ProjectionForest:
    """Approximate neighbours, with the interface of ``sklearn.neighbors.NearestNeighbors``.

    Parameters
    ----------
    n_neighbors : int
        How many by default.
    n_jobs : int or None
        Trees grown at once, in threads; the result does not depend on it.

    Notes
    -----
    Time O(n log n) for the trees and O(n * leaf_rows * width) for the distances
    within leaves. The forest is a fixed function of the rows: its seed is.
    """

    def __init__(self, n_neighbors: int, n_jobs: int | None = None):
        self.n_neighbors = n_neighbors
        self.n_jobs = n_jobs

    def fit(self, rows: np.ndarray) -> ProjectionForest:
        """Grow the trees and find the neighbours of all rows.

        Parameters
        ----------
        rows : ndarray of shape (n, width)
            Distinct, finite; at least ``n_neighbors + 1``.
        """
        self._rows = np.ascontiguousarray(rows, dtype=np.float32)
        k = self.n_neighbors
        # Leaves too small for k neighbours would leave some out.
        leaf_rows = max(_LEAF_ROWS, 4 * (k + 1))
        grown = Parallel(n_jobs=self.n_jobs, prefer="threads", return_as="generator")(
            delayed(_near_in_leaves)(self._rows, leaf_rows, k, seed)
            for seed in np.random.SeedSequence(0).spawn(_N_TREES)
        )
        self._trees: list[_Tree] = []
        nothing = np.full((len(rows), k), np.inf, dtype=np.float32)
        best = nothing, np.full((len(rows), k), -1, dtype=np.intp)
        for distances, found, tree in grown:
            self._trees.append(tree)
            best = _merge(best, (distances, found))
        order = np.argsort(best[0], axis=1)
        self._neighbors = np.take_along_axis(best[1], order, axis=1)
        return self

    def kneighbors(
        self, X: Any = None, n_neighbors: int | None = None, return_distance: bool = False
    ) -> np.ndarray:
        """Return near rows, nearest first.

        Parameters
        ----------
        X : ndarray of shape (m, width), default=None
            None means the fitted rows, each left out of its own neighbours.
        n_neighbors : int, default=None
        return_distance : False
            Distances are not returned.

        Returns
        -------
        found : ndarray of shape (m, n_neighbors), dtype intp
        """
        if X is None:
            return self._neighbors
        k = self.n_neighbors if n_neighbors is None else n_neighbors
        X = np.asarray(X, dtype=self._rows.dtype)
        found = np.empty((len(X), k), dtype=np.intp)
        n_candidates = len(self._trees) * self._trees[0].leaves.shape[1]
        step = max(_PART_DISTANCES // (n_candidates * X.shape[1]), 1)
        for part in iter_slices(len(X), step):
            found[part] = self._near(X[part], k)
        return found

    def _near(self, X: np.ndarray, k: int) -> np.ndarray:
        """The k nearest among the rows of the leaves that a few rows belong in."""
        leaves = [tree.leaves[tree.leaf_of(X)] for tree in self._trees]
        candidates = np.sort(np.hstack(leaves), axis=1)
        apart = self._rows[candidates] - X[:, np.newaxis, :]
        distances = np.einsum("ijk,ijk->ij", apart, apart)
        distances[:, 1:][candidates[:, 1:] == candidates[:, :-1]] = np.inf
        near, found = _smallest(distances, candidates, k)
        return np.take_along_axis(found, np.argsort(near, axis=1), axis=1)

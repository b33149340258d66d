"""Nearest different neighbours of standardised rows, repeats grouped."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.neighbors import NearestNeighbors

from skdistill._hashes import row_hashes
from skdistill.transfer._near._projection_forest import ProjectionForest

__all__ = ["NARROW_EXACT_ROWS", "WIDE_EXACT_ROWS", "NeighborGraph", "build_graph"]

# Below this width a k-d tree beats the brute search (measured at 10,000 rows).
_TREE_WIDTH = 6

# Up to so many distinct rows "auto" searches exactly: a matter of seconds.
WIDE_EXACT_ROWS, NARROW_EXACT_ROWS = 20_000, 100_000


@dataclass(frozen=True)
class NeighborGraph:
    """The k nearest *different* rows of every row, exact repeats grouped.

    Parameters
    ----------
    group : ndarray of shape (n,)
        Which distinct row each row repeats.
    members : ndarray of shape (n,)
        Row numbers, sorted by group.
    start, count : ndarray of shape (n_distinct,)
        Positions of a group's rows in ``members``.
    neighbors : ndarray of shape (n_distinct, k)
        Nearest groups, nearest first; k is 0 where all rows are equal.
    keys : ndarray of shape (n_distinct,), dtype uint64
        Hash of each distinct row, ascending.
    index : NearestNeighbors or ProjectionForest
        The search over distinct rows, for rows that come later.
    """

    group: np.ndarray
    members: np.ndarray
    start: np.ndarray
    count: np.ndarray
    neighbors: np.ndarray
    keys: np.ndarray
    index: Any

    def near_groups(self, matrix: np.ndarray) -> np.ndarray:
        """Return the nearest different groups of rows that come later.

        Parameters
        ----------
        matrix : ndarray of shape (m, width)
            Standardised in the same way.

        Returns
        -------
        groups : ndarray of shape (m, k)
            Nearest first; none equals its row.
        """
        # A row that was fitted is recognised by its content.
        hashes = row_hashes(matrix)
        place = np.minimum(np.searchsorted(self.keys, hashes), len(self.keys) - 1)
        known = self.keys[place] == hashes
        groups = self.neighbors[place]
        if not known.all():
            k = self.neighbors.shape[1]
            groups[~known] = self.index.kneighbors(
                matrix[~known], n_neighbors=k, return_distance=False
            )
        return groups


def _make_index(method: str, rows: np.ndarray, k: int, n_jobs: int | None) -> Any:
    """The fitted search over distinct rows."""
    narrow = rows.shape[1] <= _TREE_WIDTH
    few = len(rows) <= (NARROW_EXACT_ROWS if narrow else WIDE_EXACT_ROWS)
    if method == "approximate" or (method == "auto" and not few):
        return ProjectionForest(n_neighbors=k, n_jobs=n_jobs).fit(rows)
    algorithm = "kd_tree" if narrow else "brute"
    return NearestNeighbors(n_neighbors=k, algorithm=algorithm, n_jobs=n_jobs).fit(rows)


def build_graph(
    matrix: np.ndarray, n_neighbors: int, n_jobs: int | None, method: str = "auto"
) -> NeighborGraph:
    """Group exact repeats and find the nearest different rows.

    Parameters
    ----------
    matrix : ndarray of shape (n, width)
        Standardised rows.
    n_neighbors : int
        How many neighbours, fewer where there are not so many distinct rows.
    n_jobs : int or None
        For the search.
    method : {"auto", "exact", "approximate"}
        Exact search takes O(n log n) at the best in few columns (a k-d tree)
        and O(n² width) in many (brute force in blocks, memory O(n k)), the
        approximate one O(n log n width) in any. "auto" is exact up to 20,000
        distinct rows, and up to 100,000 in up to six columns.

    Returns
    -------
    graph : NeighborGraph
    """
    # Repeats are found by a 64-bit hash of their content.
    keys, first, group = np.unique(row_hashes(matrix), return_index=True, return_inverse=True)
    count = np.bincount(group)
    start = np.cumsum(count) - count
    members = np.argsort(group, kind="stable")
    k = min(n_neighbors, len(first) - 1)
    index = None if k == 0 else _make_index(method, matrix[first], k, n_jobs)
    if index is None:
        neighbors = np.empty((len(first), 0), dtype=np.intp)
    else:
        neighbors = index.kneighbors(return_distance=False)  # leaves each row itself out
    return NeighborGraph(group, members, start, count, neighbors, keys, index)

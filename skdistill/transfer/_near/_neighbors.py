"""Near neighbours of rows with numbers, levels, repeats and gaps.

Distances are taken on a picture of the rows in which every column, whatever
its unit or kind, has variance one: numbers are standardised, levels become
indicators that share the variance, missing entries are one more level. So no
column matters more by accident, and codes of levels never enter a distance.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.neighbors import NearestNeighbors

from skdistill._rows import row_hashes
from skdistill.transfer._near._projection_forest import ProjectionForest
from skdistill.transfer._tables._table import Encoded

__all__ = ["NeighborGraph", "build_graph", "fit_picture"]

# Below this width a k-d tree beats the brute search (measured at 10,000 rows).
_TREE_WIDTH = 6

# Up to so many distinct rows "auto" searches exactly: a matter of seconds.
WIDE_EXACT_ROWS, NARROW_EXACT_ROWS = 20_000, 100_000


@dataclass(frozen=True)
class Picture:
    """How rows are laid out for distances; learned by :func:`fit_picture`.

    Parameters
    ----------
    center, scale : ndarray of shape (n_numeric,)
        Mean and standard deviation of the numbers present.
    gaps : ndarray of int
        Numeric columns with missing entries, and their ``gap_scale``.
    level_scale : list of ndarray
        For each categorical column the weight of its indicators, one a level
        and one for missing.
    """

    center: np.ndarray
    scale: np.ndarray
    gaps: np.ndarray
    gap_scale: np.ndarray
    level_scale: list[np.ndarray]

    def __call__(self, rows: Encoded) -> np.ndarray:
        """Lay rows out; returns an ndarray of shape (n, width), float."""
        numbers = (rows.numbers - self.center) / self.scale
        missing = np.isnan(numbers[:, self.gaps])
        np.nan_to_num(numbers, copy=False, nan=0.0)
        blocks = [numbers, missing / self.gap_scale]
        for k, scale in enumerate(self.level_scale):
            indicators = rows.codes[:, [k]] == np.arange(-1, len(scale) - 1)
            blocks.append(indicators * scale)
        return np.hstack(blocks).astype(rows.numbers.dtype, copy=False)


def _moments(numbers: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean and standard deviation of each column over the entries present."""
    present = ~np.isnan(numbers)
    count = np.maximum(present.sum(axis=0), 1)
    center = np.where(present, numbers, 0.0).sum(axis=0, dtype=np.float64) / count
    spread = np.where(present, numbers - center, 0.0)
    scale = np.sqrt((spread**2).sum(axis=0) / count)
    # A constant column, up to rounding, says nothing about distance.
    scale[scale <= 1e-12 * np.maximum(np.abs(center), 1e-300)] = 1.0
    return center, scale


def fit_picture(rows: Encoded) -> Picture:
    """Learn the layout in which every column has variance one.

    Parameters
    ----------
    rows : Encoded

    Returns
    -------
    picture : Picture
    """
    center, scale = _moments(rows.numbers)
    share = np.isnan(rows.numbers).mean(axis=0)
    gaps = np.flatnonzero(share > 0)
    gap_scale = np.maximum(np.sqrt(share[gaps] * (1 - share[gaps])), 1e-3)
    level_scale = []
    for k in range(rows.codes.shape[1]):
        counts = np.bincount(rows.codes[:, k] + 1)
        p = counts / counts.sum()
        variance = 1.0 - (p**2).sum()  # of all the indicators together
        level_scale.append(np.full(len(p), 1.0 / np.sqrt(variance) if variance > 0 else 1.0))
    return Picture(center, scale, gaps, gap_scale, level_scale)


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
        Where a group's members stand in ``members``.
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

    def near_groups(self, picture: np.ndarray) -> np.ndarray:
        """Return the nearest different groups of rows that come later.

        Parameters
        ----------
        picture : ndarray of shape (m, width)
            Rows as laid out by the same :class:`Picture`.

        Returns
        -------
        groups : ndarray of shape (m, k)
            Nearest first; none equals its row.
        """
        # A row that was fitted is told by its content.
        hashes = row_hashes(picture)
        place = np.minimum(np.searchsorted(self.keys, hashes), len(self.keys) - 1)
        known = self.keys[place] == hashes
        groups = self.neighbors[place]
        if not known.all():
            k = self.neighbors.shape[1]
            groups[~known] = self.index.kneighbors(
                picture[~known], n_neighbors=k, return_distance=False
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
    picture: np.ndarray, n_neighbors: int, n_jobs: int | None, method: str = "auto"
) -> NeighborGraph:
    """Group exact repeats and find the nearest different rows.

    Parameters
    ----------
    picture : ndarray of shape (n, width)
        Rows as laid out by a :class:`Picture`.
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
    keys, first, group = np.unique(row_hashes(picture), return_index=True, return_inverse=True)
    count = np.bincount(group)
    start = np.cumsum(count) - count
    members = np.argsort(group, kind="stable")
    k = min(n_neighbors, len(first) - 1)
    index = None if k == 0 else _make_index(method, picture[first], k, n_jobs)
    if index is None:
        neighbors = np.empty((len(first), 0), dtype=np.intp)
    else:
        neighbors = index.kneighbors(return_distance=False)  # leaves each row itself out
    return NeighborGraph(group, members, start, count, neighbors, keys, index)

"""Near rows, and what is taken over from them: categories, missing values, point masses."""

from __future__ import annotations

import numpy as np

from skdistill.transfer._near._neighbors import build_graph
from skdistill.transfer._tables import Draws, Encoded, PointMasses, fit_standardizer, pick_one

__all__ = ["NearRows", "adopt_categories", "adopt_fixed"]


class NearRows:
    """Rows with their nearest different ones.

    Parameters
    ----------
    rows : Encoded
        Where neighbours come from.
    n_neighbors : int
        How many; fewer where there are not so many different rows.
    n_jobs : int or None
        For the search.

    Attributes
    ----------
    moving : ndarray of shape (n, d)
        Numbers that may move; NaN on missing values and point masses.
    fixed : ndarray of int
        Columns of numbers in which some may not.
    """

    def __init__(self, rows: Encoded, n_neighbors: int, n_jobs: int | None):
        self.rows = rows
        self.masses = PointMasses(rows.numbers)
        self.moving = self.masses.without(rows.numbers)
        self.fixed = np.flatnonzero(np.isnan(self.moving).any(axis=0))
        self._standardize = fit_standardizer(rows)
        self._graph = build_graph(self._standardize(rows), n_neighbors, n_jobs)
        self._first = self._graph.members[self._graph.start]  # one row of each that repeats

    def of_fitted(self, positions: np.ndarray) -> np.ndarray:
        """Return the neighbours of rows given by position, of shape (n, k)."""
        return np.asarray(self._first[self._graph.neighbors[self._graph.group[positions]]])

    def of(self, rows: Encoded) -> np.ndarray:
        """Return the neighbours of any rows, of shape (n, k); none equals its row."""
        if not self._graph.neighbors.shape[1]:
            return np.empty((len(rows), 0), dtype=np.intp)
        return np.asarray(self._first[self._graph.near_groups(self._standardize(rows))])


def _donors(near: np.ndarray, share: float, width: int, draws: Draws) -> np.ndarray:
    """Position of the neighbour that each entry comes from; -1 where it stays.

    Shape (n, width). An entry comes from a neighbour with probability
    ``share``, from each alike.
    """
    k = near.shape[1]
    uniform = draws.random((len(near), width))
    if not k or not share:
        return np.full(uniform.shape, -1, dtype=np.intp)
    pick = pick_one(k, np.minimum(uniform / share, 1.0))
    return np.where(uniform < share, np.take_along_axis(near, pick, axis=1), -1)


def adopt_categories(
    codes: np.ndarray, pool: np.ndarray, near: np.ndarray, share: float, draws: Draws
) -> None:
    """Take categories over from random neighbours, in place.

    Parameters
    ----------
    codes : ndarray of shape (n, c)
        Codes; a missing category is taken over like any other.
    pool : ndarray of shape (m, c)
        Where neighbours come from.
    near : ndarray of shape (n, k)
        Positions in ``pool``.
    share : float
        Probability that an entry is taken over.
    draws : Generator or RowDraws
    """
    if codes.shape[1]:
        donors = _donors(near, share, codes.shape[1], draws)
        taken = pool[donors, np.arange(codes.shape[1])]
        np.copyto(codes, taken, where=donors >= 0)


def adopt_fixed(
    rows: np.ndarray,
    moving: np.ndarray,
    pool: NearRows,
    near: np.ndarray,
    share: float,
    draws: Draws,
) -> None:
    """Take missing values and point masses over from random neighbours, in place.

    Parameters
    ----------
    rows, moving : ndarray of shape (n, d)
        Numbers, and the same with NaN on missing values and point masses.
    pool : NearRows
        Where neighbours come from.
    near : ndarray of shape (n, k)
        Their positions.
    share : float
        Probability that an entry is taken over where it, or the random
        neighbour's, may not move.
    draws : Generator or RowDraws
    """
    columns = pool.fixed
    if len(columns):
        donors = _donors(near, share, len(columns), draws)
        taken = pool.moving[donors, columns]
        other = (donors >= 0) & (np.isnan(moving[:, columns]) | np.isnan(taken))
        moving[:, columns] = np.where(other, taken, moving[:, columns])
        values = pool.rows.numbers[donors, columns]
        rows[:, columns] = np.where(other, values, rows[:, columns])

"""Near rows of rows, and what is taken over from them: levels and gaps."""

from __future__ import annotations

import numpy as np

from skdistill.transfer._draws import Draws, pick_one
from skdistill.transfer._neighbors import build_graph, fit_picture
from skdistill.transfer._table import Encoded

__all__ = ["NearRows", "adopt_gaps", "adopt_levels"]


class NearRows:
    """Rows with their nearest different ones.

    Parameters
    ----------
    rows : Encoded
        Where neighbours stand.
    n_neighbors : int
        How many; fewer where there are not so many different rows.
    n_jobs : int or None
        For the search.

    Attributes
    ----------
    gappy : ndarray of int
        Columns of numbers with missing entries.
    """

    def __init__(self, rows: Encoded, n_neighbors: int, n_jobs: int | None):
        self.rows = rows
        self.gappy = np.flatnonzero(np.isnan(rows.numbers).any(axis=0))
        self._picture = fit_picture(rows)
        self._graph = build_graph(self._picture(rows), n_neighbors, n_jobs)
        self._first = self._graph.members[self._graph.start]  # one row of each that repeats

    def of_fitted(self, positions: np.ndarray) -> np.ndarray:
        """Return the neighbours of rows given by position, of shape (n, k)."""
        return self._first[self._graph.neighbors[self._graph.group[positions]]]

    def of(self, rows: Encoded) -> np.ndarray:
        """Return the neighbours of any rows, of shape (n, k); none equals its row."""
        if not self._graph.neighbors.shape[1]:
            return np.empty((len(rows), 0), dtype=np.intp)
        return self._first[self._graph.near_groups(self._picture(rows))]


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


def adopt_levels(
    codes: np.ndarray, pool: np.ndarray, near: np.ndarray, share: float, draws: Draws
) -> None:
    """Take levels over from random neighbours, in place.

    Parameters
    ----------
    codes : ndarray of shape (n, c)
        Level codes; a missing level is taken over like any other.
    pool : ndarray of shape (m, c)
        Where neighbours stand.
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


def adopt_gaps(
    numbers: np.ndarray,
    pool: np.ndarray,
    near: np.ndarray,
    gappy: np.ndarray,
    share: float,
    draws: Draws,
) -> None:
    """Take gaps over from random neighbours, in place, and a number where there was a gap.

    Parameters
    ----------
    numbers : ndarray of shape (n, d)
        NaN where missing.
    pool : ndarray of shape (m, d)
        Where neighbours stand.
    near : ndarray of shape (n, k)
        Positions in ``pool``.
    gappy : ndarray of int
        Columns with gaps; the others are left as they are.
    share : float
        Probability that an entry is missing where a random neighbour's is.
    draws : Generator or RowDraws
    """
    if len(gappy):
        donors = _donors(near, share, len(gappy), draws)
        own, taken = numbers[:, gappy], pool[donors, gappy]
        other = (donors >= 0) & (np.isnan(own) != np.isnan(taken))
        numbers[:, gappy] = np.where(other, taken, own)

"""What is known of single columns: frequent values, shares of categories, independent draws.

Point masses are single values that many rows share, such as the zeros of a
count. Noise would wash them away, and averages would fill the space beside them.
So a number on a point mass is handled like a category: it stays, or is replaced
by a neighbour's.
"""

from __future__ import annotations

import numpy as np

from skdistill.transfer._tables._table import MISSING, Encoded

__all__ = ["PointMasses", "category_shares", "draw_columns", "has_atoms", "uniform_shares"]

# Minimum share of the rows, and minimum number of them, that make a point mass.
_SHARE, _COUNT = 0.1, 3

# A value that so large a share of a column's rows hold is no accident of rounding.
_ATOM_SHARE = 0.1


def category_shares(codes: np.ndarray) -> list[np.ndarray]:
    """Frequencies of the categories of each column, each array of shape (n_categories,)."""
    counts = [np.bincount(column[column != MISSING]) for column in codes.T]
    return [count / max(count.sum(), 1) for count in counts]


def uniform_shares(codes: np.ndarray) -> list[np.ndarray]:
    """Equal shares for the categories of each column, each array of shape (n_categories,)."""
    return [np.full(len(share), 1 / max(len(share), 1)) for share in category_shares(codes)]


def has_atoms(numbers: np.ndarray) -> np.ndarray:
    """Whether a single value holds more than a tenth of a column's entries.

    Parameters
    ----------
    numbers : ndarray of shape (n, d), float
        NaN where missing.

    Returns
    -------
    atoms : ndarray of shape (d,), dtype bool
        Between such values (zeros of a count, say) there is nothing to sample.
    """
    atoms = np.zeros(numbers.shape[1], dtype=bool)
    for j, column in enumerate(numbers.T):
        present = column[~np.isnan(column)]
        _value, count = np.unique(present, return_counts=True)
        # A value that occurs once is no atom, however few rows there are.
        atoms[j] = len(count) > 0 and count.max() > max(_ATOM_SHARE * len(present), 1)
    return atoms


def draw_columns(rows: Encoded, size: int, rng: np.random.Generator) -> Encoded:
    """Draw every column by itself from its own entries, missing ones included.

    Parameters
    ----------
    rows : Encoded
        Real rows.
    size : int
        Number of rows to draw.
    rng : Generator

    Returns
    -------
    rows : Encoded
        Of the given size, with independent columns.
    """
    n, d, c = len(rows), rows.numbers.shape[1], rows.codes.shape[1]
    numbers = rows.numbers[rng.integers(n, size=(size, d)), np.arange(d)]
    codes = rows.codes[rng.integers(n, size=(size, c)), np.arange(c)]
    return Encoded(numbers, codes)


class PointMasses:
    """The point masses of each column of numbers.

    Parameters
    ----------
    numbers : ndarray of shape (n, d), float
        NaN where missing.
    """

    def __init__(self, numbers: np.ndarray):
        least = max(_COUNT, _SHARE * len(numbers))
        self._values = []
        for column in numbers.T:
            values, counts = np.unique(column[~np.isnan(column)], return_counts=True)
            self._values.append(values[counts >= least])

    def holds(self, numbers: np.ndarray) -> np.ndarray:
        """Which numbers are on a point mass: shape (n, d), dtype bool."""
        held = np.zeros(numbers.shape, dtype=bool)
        for j, values in enumerate(self._values):
            for value in values:  # ten at most
                held[:, j] |= numbers[:, j] == value
        return held

    def without(self, numbers: np.ndarray) -> np.ndarray:
        """Return a copy with NaN where a number is on a point mass."""
        return np.where(self.holds(numbers), np.array(np.nan, numbers.dtype), numbers)

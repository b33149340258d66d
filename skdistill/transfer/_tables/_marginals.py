"""What is known of single columns: levels and their shares, atoms, independent draws."""

from __future__ import annotations

import numpy as np

from skdistill.transfer._tables._table import MISSING, Encoded

__all__ = ["draw_columns", "has_atoms", "level_shares", "uniform_shares"]

# A value that so large a share of a column's rows hold is no accident of rounding.
_ATOM_SHARE = 0.1


def level_shares(codes: np.ndarray) -> list[np.ndarray]:
    """Frequencies of the levels present in each column, each array of shape (n_levels,)."""
    counts = [np.bincount(column[column != MISSING]) for column in codes.T]
    return [count / max(count.sum(), 1) for count in counts]


def uniform_shares(codes: np.ndarray) -> list[np.ndarray]:
    """Equal shares for the levels of each column, each array of shape (n_levels,)."""
    return [np.full(len(share), 1 / max(len(share), 1)) for share in level_shares(codes)]


def has_atoms(numbers: np.ndarray) -> np.ndarray:
    """Whether a single value holds more than a tenth of a column's entries.

    Parameters
    ----------
    numbers : ndarray of shape (n, d), float
        NaN where missing.

    Returns
    -------
    atoms : ndarray of shape (d,), dtype bool
        Between such values (zeros of a count, say) there is nothing to draw.
    """
    atoms = np.zeros(numbers.shape[1], dtype=bool)
    for j, column in enumerate(numbers.T):
        present = column[~np.isnan(column)]
        _value, count = np.unique(present, return_counts=True)
        # A value alone is no atom, however few rows there are.
        atoms[j] = len(count) > 0 and count.max() > max(_ATOM_SHARE * len(present), 1)
    return atoms


def draw_columns(rows: Encoded, size: int, rng: np.random.Generator) -> Encoded:
    """Draw every column by itself from its own entries, gaps included.

    Parameters
    ----------
    rows : Encoded
        Real rows.
    size : int
        How many rows to draw.
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

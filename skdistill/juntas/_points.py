"""Rows that are described, not stored.

A random row is a 64-bit seed: its entry in column j is a function of (seed, j),
so any column of any row can be looked at again without keeping the row. At a
million columns a stored point costs a few bytes instead of a megabyte.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from skdistill._hashes import mix_words

__all__ = ["Hybrids", "Points", "RowCodes", "Rows", "hash_words", "random_seeds"]

_ODD = np.uint64(0x9E3779B97F4A7C15)


def random_seeds(rng: np.random.Generator, n: int) -> np.ndarray:
    """Draw seeds of n random rows, as uint64 of shape (n,)."""
    return rng.integers(0, 2**64, size=n, dtype=np.uint64)


def hash_words(seeds: np.ndarray, counters: np.ndarray) -> np.ndarray:
    """Random 64-bit words, a function of (seed, counter) alone.

    The SplitMix64 generator with random access.

    Parameters
    ----------
    seeds : ndarray of shape (n,), dtype uint64
    counters : ndarray of shape (m,), dtype uint64

    Returns
    -------
    words : ndarray of shape (n, m), dtype uint64
    """
    steps = (counters + np.uint64(1)) * _ODD
    return mix_words(seeds[:, np.newaxis] + steps[np.newaxis, :])


class RowCodes(Protocol):
    """What points need of the codes of a domain."""

    def random_codes(self, seeds: np.ndarray, shifts: np.ndarray | None) -> np.ndarray:
        """Codes of random rows, of shape (n, n_features), moved on by the shifts."""

    def random_column(self, seeds: np.ndarray, shifts: np.ndarray | None, j: int) -> np.ndarray:
        """Codes of the same rows in one column."""

    def shifted(self, base: np.ndarray, shifts: np.ndarray) -> np.ndarray:
        """Codes of one row, moved on by each of the shifts."""

    def shift_column(self, codes: np.ndarray, shifts: np.ndarray, j: int) -> np.ndarray:
        """Codes of one column, moved on."""


@dataclass
class Points:
    """Rows of a domain: random ones or shifts of one base row, with some columns fixed.

    Parameters
    ----------
    parts : ndarray of shape (n, len(columns))
        Codes in the fixed columns.
    columns : sequence of int
        Which columns are fixed.
    seeds : ndarray of shape (n,), dtype uint64, or None
        Of random rows; None where all rows come from ``base``.
    base : ndarray of shape (d,) or None
        Codes of the base row.
    shifts : ndarray of shape (n,) or None
        How far each entry outside the fixed columns is moved on, cyclically,
        among the values of its column; None means not at all.
    """

    parts: np.ndarray
    columns: Sequence[int]
    seeds: np.ndarray | None = None
    base: np.ndarray | None = None
    shifts: np.ndarray | None = None

    def __len__(self) -> int:
        return len(self.parts)

    def take(self, index: np.ndarray) -> Points:
        """The points at some positions."""
        return Points(
            self.parts[index],
            self.columns,
            None if self.seeds is None else self.seeds[index],
            self.base,
            None if self.shifts is None else self.shifts[index],
        )

    def codes(self, domain: RowCodes, start: int, stop: int) -> np.ndarray:
        """Codes of the rows from start to stop, of shape (stop - start, d)."""
        part = slice(start, stop)
        shifts = None if self.shifts is None else self.shifts[part]
        if self.seeds is not None:
            codes = domain.random_codes(self.seeds[part], shifts)
        elif shifts is not None:
            assert self.base is not None
            codes = domain.shifted(self.base, shifts)
        else:
            assert self.base is not None
            codes = np.broadcast_to(self.base, (stop - start, len(self.base))).copy()
        if len(self.columns):
            codes[:, self.columns] = self.parts[part]
        return codes

    def column(self, domain: RowCodes, j: int) -> np.ndarray:
        """Codes of all points in one column, of shape (n,)."""
        for place, fixed in enumerate(self.columns):
            if fixed == j:
                return self.parts[:, place]
        if self.seeds is not None:
            return domain.random_column(self.seeds, self.shifts, j)
        assert self.base is not None
        codes = np.broadcast_to(self.base[j], len(self.parts)).copy()
        return codes if self.shifts is None else domain.shift_column(codes, self.shifts, j)


@dataclass
class Hybrids:
    """Rows between two rows: some of the columns where they differ come from the second.

    Parameters
    ----------
    first, second : ndarray of shape (d,)
        Codes of two rows.
    order : ndarray of shape (n_different,)
        Columns in which they differ, in the order of exchange.
    cuts : ndarray of shape (n,)
        How many of those columns each hybrid takes from ``second``.
    """

    first: np.ndarray
    second: np.ndarray
    order: np.ndarray
    cuts: np.ndarray

    def __len__(self) -> int:
        return len(self.cuts)

    def codes(self, domain: RowCodes, start: int, stop: int) -> np.ndarray:
        """Codes of the rows from start to stop, of shape (stop - start, d)."""
        codes = np.broadcast_to(self.first, (stop - start, len(self.first))).copy()
        for row, cut in zip(codes, self.cuts[start:stop], strict=True):
            taken = self.order[:cut]
            row[taken] = self.second[taken]
        return codes


@dataclass
class Rows:
    """Rows as they are.

    Parameters
    ----------
    matrix : ndarray of shape (n, d)
        Codes.
    """

    matrix: np.ndarray

    def __len__(self) -> int:
        return len(self.matrix)

    def codes(self, domain: RowCodes, start: int, stop: int) -> np.ndarray:
        """Codes of the rows from start to stop, of shape (stop - start, d)."""
        return self.matrix[start:stop]

"""Which rows satisfy which literals, and sums over those rows.

An incidence is the n-by-n_literals matrix of zeros and ones, in the form that
is cheaper to sum. Both forms give the same sums.
"""

from __future__ import annotations

import numpy as np
from scipy import sparse

from skdistill._lattice._literals import Literals

__all__ = ["BinnedIncidence", "DenseIncidence", "incidence"]


class DenseIncidence:
    """One number per row and literal: best where columns have one literal each.

    Parameters
    ----------
    X : ndarray of shape (n, n_features)
    literals : Literals
    """

    def __init__(self, X: np.ndarray, literals: Literals):
        self._satisfied = literals(X).astype(np.float32)

    def sums(self, groups: list[np.ndarray], values: np.ndarray) -> np.ndarray:
        """Sum values over the rows of each group that satisfy each literal.

        Parameters
        ----------
        groups : list of ndarray
            Row numbers.
        values : ndarray of shape (n, width)

        Returns
        -------
        sums : ndarray of shape (n_groups, width, n_literals), float64
        """
        sums = [values[rows].T @ self._satisfied[rows] for rows in groups]
        return np.stack(sums, dtype=np.float64)

    def satisfied(self, rows: np.ndarray, literal: int) -> np.ndarray:
        """Return which of some rows satisfy a literal."""
        satisfied: np.ndarray = self._satisfied[rows, literal] > 0
        return satisfied


class BinnedIncidence:
    """One code per row and column: best where columns have many literals.

    Sums are taken once per code, and accumulated along each column's thresholds:
    O(rows * columns * width), whatever the number of thresholds.

    Parameters
    ----------
    X : ndarray of shape (n, n_features)
    literals : Literals
    """

    def __init__(self, X: np.ndarray, literals: Literals):
        first = literals.first
        count = np.diff(first, append=len(literals))
        # Column j has count[j] + 1 codes; the last one satisfies none of its literals.
        self._start = first + np.arange(len(first))
        self._n_codes = len(literals) + len(first)
        codes = np.empty((len(X), len(first)), dtype=np.int32)
        for j, (start, n) in enumerate(zip(first, count, strict=True)):
            # NaN sorts behind all thresholds, so a missing value satisfies no literal.
            column = X[:, literals.feature[start]].astype(np.float64)
            codes[:, j] = np.searchsorted(literals.threshold[start : start + n], column)
        self._codes = codes + self._start.astype(np.int32)
        self._column = np.repeat(np.arange(len(first)), count)
        self._place = np.arange(len(literals)) + self._column
        self._later = slice(int(count[0]), None)

    def sums(self, groups: list[np.ndarray], values: np.ndarray) -> np.ndarray:
        """Sum values over the rows that satisfy each literal; see :class:`DenseIncidence`."""
        rows = np.concatenate(groups)
        size = np.array([len(group) for group in groups])
        n_columns = self._codes.shape[1]
        where = self._codes[rows].astype(np.int64)
        where += np.repeat(np.arange(len(groups)) * self._n_codes, size)[:, np.newaxis]
        indicator = sparse.csr_array(
            (
                np.ones(where.size, dtype=values.dtype),
                where.ravel(),
                np.arange(len(rows) + 1) * n_columns,
            ),
            shape=(len(rows), len(groups) * self._n_codes),
        )
        by_code = (indicator.T @ values[rows]).reshape(len(groups), self._n_codes, -1)
        along = np.cumsum(by_code, axis=1, dtype=np.float64).transpose(0, 2, 1)
        sums = along[..., self._place]
        # What the columns before had added up.
        sums[..., self._later] -= along[..., self._start[self._column[self._later]] - 1]
        return sums

    def satisfied(self, rows: np.ndarray, literal: int) -> np.ndarray:
        """Return which of some rows satisfy a literal."""
        satisfied: np.ndarray = self._codes[rows, self._column[literal]] <= self._place[literal]
        return satisfied


def incidence(X: np.ndarray, literals: Literals) -> DenseIncidence | BinnedIncidence:
    """Return the incidence of rows and literals in the form that is cheaper to sum.

    Parameters
    ----------
    X : ndarray of shape (n, n_features), dtype float32
    literals : Literals
    """
    dense = len(literals) <= 2 * len(literals.first)
    return DenseIncidence(X, literals) if dense else BinnedIncidence(X, literals)

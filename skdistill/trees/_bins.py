"""Columns cut into at most 255 intervals, once, so that splits are found in histograms."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np

from skdistill._lattice import find_literals

__all__ = ["MISSING", "BinnedRows", "bin_rows"]

# The code of a missing value, above those of all intervals.
MISSING = 255


@dataclass(frozen=True)
class BinnedRows:
    """The interval of every value, column by column.

    Parameters
    ----------
    codes : ndarray of shape (n_features, n), dtype uint8
        Which interval; ``MISSING`` where missing.
    thresholds : list of ndarray
        Of each column: where one interval ends and the next begins.
    missing : ndarray of shape (n_features,), dtype bool
        Which columns have missing values.
    """

    codes: np.ndarray
    thresholds: list[np.ndarray]
    missing: np.ndarray

    def numbers(self) -> np.ndarray:
        """Return the codes as rows for CART: shape (n, n_features), float32, NaN where missing."""
        rows = self.codes.T.astype(np.float32)
        for column in np.flatnonzero(self.missing):
            rows[self.codes[column] == MISSING, column] = np.nan
        return rows

    def take(self, index: np.ndarray) -> BinnedRows:
        """Return the rows at ``index``."""
        return BinnedRows(self.codes[:, index], self.thresholds, self.missing)

    def threshold(self, column: int, cut: int) -> float:
        """Return what a value is compared with; infinity separates the known from the missing."""
        known = self.thresholds[column]
        return float(known[cut]) if cut < len(known) else np.inf


def bin_rows(X: np.ndarray, weight: np.ndarray) -> BinnedRows:
    """Cut every column at its quantiles, or between its values where they are few.

    O(n log n) time a column.

    Parameters
    ----------
    X : ndarray of shape (n, n_features), dtype float32
        NaN where missing.
    weight : ndarray of shape (n,)
        Of the rows, in the quantiles.

    Returns
    -------
    rows : BinnedRows
    """
    literals = find_literals(X, weight, MISSING)
    bounds = np.searchsorted(literals.feature, np.arange(X.shape[1] + 1))
    codes = np.empty((X.shape[1], len(X)), dtype=np.uint8)
    thresholds, has_missing = [], np.zeros(X.shape[1], dtype=bool)
    for column, (start, stop) in enumerate(itertools.pairwise(bounds)):
        cuts = literals.threshold[start:stop]
        thresholds.append(cuts[np.isfinite(cuts)])
        values = X[:, column]
        codes[column] = np.searchsorted(thresholds[-1], values, side="left")
        missing = np.isnan(values)
        has_missing[column] = missing.any()
        codes[column, missing] = MISSING
    return BinnedRows(codes, thresholds, has_missing)

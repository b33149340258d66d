"""Rows as searches over boxes read them: equal ones merged, numbers as places among cuts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import sparse

from skdistill._hashes import row_hashes

__all__ = ["BinnedRows", "bin_rows"]

MAX_BINS = 256


@dataclass(frozen=True)
class BinnedRows:
    """Distinct rows, each column cut into bins.

    Parameters
    ----------
    codes : ndarray of int16 of shape (n_columns, n_rows)
        Bin of each value; the number of bins of the column where it is missing.
    mass : ndarray of shape (n_rows, n_classes)
        Weight of each row times its label's share of each class.
    hashes : ndarray of uint64 of shape (n_rows,)
        Of the values, ascending: the order of the rows.
    columns : ndarray of int of shape (n_columns,)
        Which columns of the encoded rows these are.
    cuts : list of ndarray of shape (n_bins - 1, 2)
        Largest value below and smallest above each cut of a column.
    missing : ndarray of bool of shape (n_columns,)
        Which columns have missing values.
    """

    codes: np.ndarray
    mass: np.ndarray
    hashes: np.ndarray
    columns: np.ndarray
    cuts: list[np.ndarray]
    missing: np.ndarray

    @property
    def n_bins(self) -> np.ndarray:
        """Bins of the known values of each column, of shape (n_columns,)."""
        return np.array([len(cut) + 1 for cut in self.cuts])

    def numbers(self) -> np.ndarray:
        """Bins as float32 numbers of shape (n_rows, n_columns), missing values as NaN."""
        numbers = self.codes.T.astype(np.float32)
        numbers[self.n_bins == self.codes.T] = np.nan
        return numbers


def bin_rows(
    X: Any, mass: np.ndarray, columns: np.ndarray, max_bins: int = MAX_BINS
) -> tuple[BinnedRows, np.ndarray, np.ndarray]:
    """Merge equal rows and cut their columns into bins.

    Parameters
    ----------
    X : ndarray or csr_matrix of shape (n_samples, n_encoded), dtype float32 or float64
        Missing values are NaN.
    mass : ndarray of shape (n_samples, n_classes)
    columns : ndarray of int of shape (n_columns,)
        Which columns count.
    max_bins : int
        Maximum number of bins of a column.

    Returns
    -------
    rows : BinnedRows
        In the order of their hashes, so that neither the order of the samples
        nor how often each stands there makes a difference.
    place : ndarray of int of shape (n_samples,)
        Which merged row each sample has become.
    values : ndarray of shape (n_rows, n_columns)
        The merged rows, not binned, in their own precision.

    Notes
    -----
    A column with more distinct values than bins is cut at quantiles of its
    distinct rows.
    """
    dense = X[:, columns]
    dense = np.asarray(dense.todense()) if sparse.issparse(dense) else np.asarray(dense)
    hashes, first, place = np.unique(row_hashes(dense), return_index=True, return_inverse=True)
    dense = dense[first]
    merged = np.column_stack(
        [np.bincount(place, mass[:, k], minlength=len(first)) for k in range(mass.shape[1])]
    )
    codes = np.empty((len(columns), len(first)), dtype=np.int16)
    cuts = []
    for j in range(len(columns)):
        codes[j], cut = _bin_column(dense[:, j], max_bins)
        cuts.append(cut)
    missing = np.isnan(dense).any(axis=0)
    return BinnedRows(codes, merged, hashes, np.asarray(columns), cuts, missing), place, dense


def _bin_column(values: np.ndarray, max_bins: int) -> tuple[np.ndarray, np.ndarray]:
    """Bin of each value, and the values on both sides of each cut."""
    known = np.sort(values[~np.isnan(values)])
    distinct = np.unique(known)
    if len(distinct) <= max_bins:
        upper = distinct[1:]
    else:
        ranks = np.linspace(0, len(known), max_bins + 1)[1:-1].astype(int)
        upper = np.unique(known[ranks])
        upper = upper[upper > distinct[0]]
    below = distinct[np.searchsorted(distinct, upper) - 1] if len(distinct) else upper
    # NaN is sorted behind every number: its bin is one past the last.
    codes = np.searchsorted(upper, values, side="right")
    codes[np.isnan(values)] = len(upper) + 1
    return codes.astype(np.int16), np.column_stack([below, upper])

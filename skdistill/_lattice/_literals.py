"""Literals: the conditions ``x_j <= t`` that a split may test."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

__all__ = ["Literals", "find_literals", "two_values"]


@dataclass(frozen=True)
class Literals:
    """Conditions on columns, sorted by column.

    Parameters
    ----------
    feature : ndarray of shape (n_literals,), dtype intp
        Column that is tested.
    threshold : ndarray of shape (n_literals,)
        A row satisfies the literal where its value is at most that. A missing
        value satisfies none; an infinite threshold tells known from missing.
    """

    feature: np.ndarray
    threshold: np.ndarray

    def __len__(self) -> int:
        return len(self.feature)

    def __call__(self, X: np.ndarray) -> np.ndarray:
        """Return which rows satisfy which literals: shape (n, n_literals), dtype bool."""
        return X[:, self.feature] <= self.threshold

    @property
    def first(self) -> np.ndarray:
        """Where each column's literals start; a test for missing values counts as a column."""
        return np.flatnonzero(np.diff(self.feature, prepend=-1) | np.isinf(self.threshold))


def two_values(column: np.ndarray) -> np.ndarray | None:
    """Return the coding {0, 1} or {-1, 1} of a column; None where it has any other value."""
    for low, high in ((0.0, 1.0), (-1.0, 1.0)):
        if np.all((column == low) | (column == high)):
            return np.array([low, high])
    return None


def _thresholds(column: np.ndarray, weight: np.ndarray, n_bins: int) -> np.ndarray:
    """At most ``n_bins - 1`` midpoints; infinity too where some values are missing."""
    known = ~np.isnan(column)
    apart = [np.inf] if 0 < known.sum() < len(known) else []  # known or missing?
    values, place = np.unique(column[known], return_inverse=True)
    middle = (values[:-1].astype(np.float64) + values[1:]) / 2.0
    if len(values) <= n_bins:
        return np.append(middle, apart)
    # The midpoint at or after each quantile. Rounding errors in the cumulative sums
    # must not move one: a weight equals repetition.
    mass = np.cumsum(np.bincount(place, weight[known]))
    wanted = np.arange(1, n_bins) / n_bins * mass[-1]
    chosen = np.searchsorted(mass[:-1], wanted - 1e-9 * mass[-1])
    return np.append(middle[np.unique(np.minimum(chosen, len(middle) - 1))], apart)


def find_literals(X: np.ndarray, weight: np.ndarray, n_bins: int) -> Literals:
    """Find the candidate literals of each column.

    Parameters
    ----------
    X : ndarray of shape (n, n_features), dtype float32
        Rows as a tree reads them; NaN where missing.
    weight : ndarray of shape (n,)
        Of the rows, in the quantiles.
    n_bins : int
        A column with at most that many distinct values gets a threshold between
        every two neighbours, any other column ``n_bins - 1`` quantiles; a column
        with missing values also gets an infinite threshold.

    Returns
    -------
    literals : Literals
        None of a constant column.
    """
    found = [_thresholds(column, weight, n_bins) for column in X.T]
    feature = np.repeat(np.arange(X.shape[1]), [len(thresholds) for thresholds in found])
    return Literals(feature, np.concatenate([*found, np.empty(0)]))

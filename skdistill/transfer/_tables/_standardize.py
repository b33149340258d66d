"""Rows as a matrix in which every column, of any kind, has variance one.

Numbers are standardised, categories become one-hot indicators that share the
variance, a missing entry is one more category. So distances never depend on
units by accident, and codes of categories never enter them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from skdistill.transfer._tables._table import Encoded

__all__ = ["Standardizer", "fit_standardizer"]


@dataclass(frozen=True)
class Standardizer:
    """Turns rows into a matrix for distances; learned by :func:`fit_standardizer`.

    Parameters
    ----------
    center, scale : ndarray of shape (n_numeric,)
        Mean and standard deviation of the numbers present.
    missing : ndarray of int
        Numeric columns with missing entries, and their ``missing_scale``.
    category_scale : list of ndarray
        For each categorical column the weight of its indicators, one for each
        category and one for missing values.
    """

    center: np.ndarray
    scale: np.ndarray
    missing: np.ndarray
    missing_scale: np.ndarray
    category_scale: list[np.ndarray]

    def __call__(self, rows: Encoded) -> np.ndarray:
        """Return an ndarray of shape (n, width), float."""
        numbers = (rows.numbers - self.center) / self.scale
        is_missing = np.isnan(numbers[:, self.missing])
        np.nan_to_num(numbers, copy=False, nan=0.0)
        blocks = [numbers, is_missing / self.missing_scale]
        for k, scale in enumerate(self.category_scale):
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


def fit_standardizer(rows: Encoded) -> Standardizer:
    """Learn the units in which every column has variance one.

    Parameters
    ----------
    rows : Encoded

    Returns
    -------
    standardizer : Standardizer
    """
    center, scale = _moments(rows.numbers)
    share = np.isnan(rows.numbers).mean(axis=0)
    missing = np.flatnonzero(share > 0)
    missing_scale = np.maximum(np.sqrt(share[missing] * (1 - share[missing])), 1e-3)
    category_scale = []
    for k in range(rows.codes.shape[1]):
        counts = np.bincount(rows.codes[:, k] + 1)
        p = counts / counts.sum()
        variance = 1.0 - (p**2).sum()  # of all the indicators together
        category_scale.append(np.full(len(p), 1.0 / np.sqrt(variance) if variance > 0 else 1.0))
    return Standardizer(center, scale, missing, missing_scale, category_scale)

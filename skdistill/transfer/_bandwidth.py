"""Bandwidths by rule of thumb, one for each column.

Sources: B. W. Silverman, "Density Estimation for Statistics and Data
Analysis", 1986, section 4.3.2; D. W. Scott, "Multivariate Density Estimation",
1992, section 6.3.1.
"""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["RULES", "column_deviations", "silverman_factor"]


def silverman_factor(n: Any, d: int) -> Any:
    """Silverman's bandwidth of ``n`` rows (or of several n) of ``d`` numbers, in deviations."""
    return (n * (d + 2) / 4) ** (-1 / (d + 4))


def _scott_factor(n: Any, d: int) -> Any:
    """Scott's bandwidth of ``n`` rows of ``d`` numbers, in standard deviations."""
    return n ** (-1 / (d + 4))


RULES = {"silverman": silverman_factor, "scott": _scott_factor}


def column_deviations(numbers: np.ndarray) -> np.ndarray:
    """Standard deviation of each column over the entries present.

    Parameters
    ----------
    numbers : ndarray of shape (n, d), float
        NaN where missing.

    Returns
    -------
    deviations : ndarray of shape (d,), dtype float64
        Zero where a column is constant or has no entries.
    """
    present = ~np.isnan(numbers)
    count = np.maximum(present.sum(axis=0), 1)
    center = np.where(present, numbers, 0).sum(axis=0, dtype=np.float64) / count
    square = np.where(present, numbers - center, 0.0) ** 2
    deviations = np.sqrt(square.sum(axis=0) / count)
    deviations[deviations <= 1e-12 * np.abs(center)] = 0.0  # constant up to rounding
    return deviations

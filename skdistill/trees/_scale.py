"""Values that are not too far from zero, so that their squares lose no digits."""

from __future__ import annotations

import numpy as np

__all__ = ["far_from_zero", "scale_values"]


def scale_values(values: np.ndarray) -> np.ndarray:
    """Shift and scale values so that the widest column spans at most one.

    The scale is a power of two, so sums are the same for weighted and for
    repeated rows.

    Parameters
    ----------
    values : ndarray of shape (n, n_outputs)

    Returns
    -------
    scaled : ndarray of shape (n, n_outputs)
    """
    low, high = values.min(axis=0), values.max(axis=0)
    scaled: np.ndarray = np.ldexp(values - low, -int(np.frexp((high - low).max())[1]))
    return scaled


def far_from_zero(values: np.ndarray) -> np.ndarray:
    """How far each column lies from zero, where that is more than it spans; zero elsewhere.

    Sums and squares of values less that number have more digits left.

    Parameters
    ----------
    values : ndarray of shape (n, n_outputs)

    Returns
    -------
    offset : ndarray of shape (n_outputs,)
    """
    low = values.min(axis=0)
    return np.where(np.abs(low) > np.ptp(values, axis=0), low, 0.0)

"""Values between 0 and 1, so that their squares lose no digits."""

from __future__ import annotations

import numpy as np

__all__ = ["scale_values"]


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
    return np.ldexp(values - low, -int(np.frexp((high - low).max())[1]))

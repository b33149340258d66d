"""Point masses: single values that many rows share, such as the zeros of a count.

Noise would wash them away, and averages would fill the gap beside them. So a
number that stands on a point mass is handled like a level: it stays there, or
gives way to a neighbour's.
"""

from __future__ import annotations

import numpy as np

__all__ = ["PointMasses"]

# The least share of the rows, and the least number of them, that make a point mass.
_SHARE, _COUNT = 0.1, 3


class PointMasses:
    """The point masses of each column of numbers.

    Parameters
    ----------
    numbers : ndarray of shape (n, d), float
        NaN where missing.
    """

    def __init__(self, numbers: np.ndarray):
        least = max(_COUNT, _SHARE * len(numbers))
        self._values = []
        for column in numbers.T:
            values, counts = np.unique(column[~np.isnan(column)], return_counts=True)
            self._values.append(values[counts >= least])

    def stand(self, numbers: np.ndarray) -> np.ndarray:
        """Which numbers stand on a point mass: shape (n, d), dtype bool."""
        standing = np.zeros(numbers.shape, dtype=bool)
        for j, values in enumerate(self._values):
            for value in values:  # ten at most
                standing[:, j] |= numbers[:, j] == value
        return standing

    def without(self, numbers: np.ndarray) -> np.ndarray:
        """Return a copy with NaN where a number stands on a point mass."""
        return np.where(self.stand(numbers), np.array(np.nan, numbers.dtype), numbers)

"""Where the randomness of generators comes from: positions, and draws keyed by rows.

``sample`` draws from a ``numpy.random.Generator``, a block at a time.
``transform`` draws from :class:`RowDraws`, whose numbers are a function of
each row's content: a row's copy depends neither on its place nor on its batch.
Generators are written once, for either.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.special import ndtri

from skdistill._hashes import mix_words, row_hashes

__all__ = ["Draws", "RowDraws", "balanced_rows", "pick_one"]


class RowDraws:
    """Random numbers that are a function of each row's content.

    It stands in for a ``numpy.random.Generator`` wherever one number, or one
    line of numbers, is drawn for each row.

    Parameters
    ----------
    X : ndarray or DataFrame of shape (n, n_features)
        The rows.
    seed : int
        Different seeds give independent numbers.
    """

    def __init__(self, X: Any, seed: int):
        self._keys = row_hashes(X, seed)
        self._used = 0

    def random(self, size: Any, dtype: Any = np.float64) -> Any:
        """Uniform numbers in [0, 1) of shape ``size``, either n or (n, width)."""
        shape = (size,) if np.isscalar(size) else tuple(size)
        if shape[0] != len(self._keys):
            raise ValueError(f"Draws for {len(self._keys)} rows cannot have shape {shape}.")
        width = int(np.prod(shape[1:]))
        offset = np.arange(self._used + 1, self._used + width + 1, dtype=np.uint64)
        self._used += width
        with np.errstate(over="ignore"):
            words = mix_words(mix_words(self._keys[:, np.newaxis] + offset))
        uniform = (words >> np.uint64(11)) * 2.0**-53
        return _below_one(uniform.astype(dtype, copy=False)).reshape(shape)

    def standard_normal(self, size: Any, dtype: Any = np.float64) -> Any:
        """Standard normal numbers of shape ``size``, either n or (n, width)."""
        normal = ndtri(np.maximum(self.random(size), 2.0**-54))
        return normal.astype(dtype, copy=False)


Draws = np.random.Generator | RowDraws


def _below_one(uniform: np.ndarray) -> np.ndarray:
    """Undo a rounding up to one, in place."""
    one = uniform.dtype.type(1)
    np.minimum(uniform, np.nextafter(one, uniform.dtype.type(0)), out=uniform)
    return uniform


def balanced_rows(n: int, size: int, rng: np.random.Generator) -> np.ndarray:
    """Draw positions of rows in random order, each as often as any other, up to once.

    Parameters
    ----------
    n : int
        Number of rows.
    size : int
        How many positions.
    rng : Generator

    Returns
    -------
    positions : ndarray of shape (size,), dtype intp
        Each equally likely everywhere, like draws with replacement, but with
        less left to chance.
    """
    whole, rest = divmod(size, n)
    part = rng.choice(n, rest, replace=False)
    if not whole:
        return part
    return rng.permutation(np.concatenate([np.tile(np.arange(n), whole), part]))


def pick_one(count: Any, uniform: Any) -> np.ndarray:
    """Turn uniform numbers into whole ones in ``0..count - 1``.

    Parameters
    ----------
    count : int or ndarray that broadcasts with ``uniform``
        How many there are to pick from.
    uniform : ndarray
        Numbers in [0, 1).

    Returns
    -------
    picked : ndarray of the same shape, dtype intp
    """
    # A product next below the count may round to it.
    return np.asarray(np.minimum((uniform * count).astype(np.intp), np.asarray(count) - 1))

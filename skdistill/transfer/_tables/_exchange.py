"""Exchange between disjoint pairs of rows, in place."""

from __future__ import annotations

import numpy as np

from skdistill._rows import iter_slices

__all__ = ["exchange_levels", "exchange_numbers", "spread_of"]

# Values of a matrix handled at a time: all that is made of them stays in the
# processor's cache, which halves the time.
_PART_VALUES = 16_384


def spread_of(one: np.ndarray, other: np.ndarray, s: float) -> np.ndarray:
    """Deviation |one - other| / s; zero at a gap, which is exchanged as it is."""
    spread = one - other
    np.abs(spread, out=spread)
    spread /= spread.dtype.type(s)
    if np.isnan(spread.sum()):
        np.nan_to_num(spread, copy=False, nan=0.0)
    return spread


def _swapped(size: int, p: float, rng: np.random.Generator) -> np.ndarray:
    """Each of ``range(size)`` with probability p."""
    if p >= 1:
        return np.arange(size)
    return np.flatnonzero(rng.integers(0, 2**32, size, np.uint32) < np.uint32(p * 2**32))


def _whole_rows(matrix: np.ndarray) -> np.ndarray:
    """Each row of a contiguous matrix as one item of its size: copied four times as fast."""
    size = matrix.itemsize * matrix.shape[1]
    return matrix.view(np.dtype((np.void, size))).reshape(len(matrix))


def exchange_numbers(
    numbers: np.ndarray,
    a: np.ndarray,
    b: np.ndarray,
    p: float,
    s: float,
    rng: np.random.Generator,
) -> None:
    """Let disjoint pairs of rows exchange numbers, in place.

    Parameters
    ----------
    numbers : ndarray of shape (n, n_numeric), in C order
    a, b : ndarray of shape (n_pairs,)
        Rows; none stands twice.
    p : float
        Probability of an exchange, drawn once a pair and attribute.
    s : float
        New values are normal with deviation |difference| / s.
    rng : Generator
    """
    width = numbers.shape[1]
    if not width:
        return
    rows = _whole_rows(numbers)
    for part in iter_slices(len(a), max(_PART_VALUES // width, 1)):
        first, second = rows.take(a[part]), rows.take(b[part])
        left, right = first.view(numbers.dtype), second.view(numbers.dtype)
        # Only exchanged entries are drawn for: half of the normals, with p = 1/2.
        place = _swapped(left.size, p, rng)
        one, other = left.take(place), right.take(place)
        new = rng.standard_normal((2, len(place)), dtype=numbers.dtype)
        new *= spread_of(one, other, s)
        new[0] += other
        new[1] += one
        left[place], right[place] = new
        np.put(rows, a[part], first)
        np.put(rows, b[part], second)


def exchange_levels(
    codes: np.ndarray, a: np.ndarray, b: np.ndarray, p: float, rng: np.random.Generator
) -> None:
    """Let disjoint pairs of rows swap levels, in place; see `exchange_numbers`."""
    width = codes.shape[1]
    if not width:
        return
    for part in iter_slices(len(a), max(_PART_VALUES // width, 1)):
        left, right = codes.take(a[part], axis=0), codes.take(b[part], axis=0)
        place = _swapped(left.size, p, rng)
        one = left.ravel().take(place)
        left.ravel()[place] = right.ravel().take(place)
        right.ravel()[place] = one
        codes[a[part]], codes[b[part]] = left, right

"""Ranges of numbers: real ones, and whole ones."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

__all__ = ["Integers", "Part", "Reals", "as_numbers"]

# Whole numbers beyond are not told apart by a float.
_EXACT = 2**53


class Part(Protocol):
    """What a :class:`Domain` needs of the part for one column.

    Every part maps the unit interval onto its values (the inverse of its
    distribution function), so one uniform number a column is all that random
    rows and space-filling designs need.
    """

    @property
    def size(self) -> float:
        """Number of distinct values; infinite for a range."""

    def from_unit(self, u: np.ndarray) -> np.ndarray:
        """Map numbers in [0, 1) to values; uniform ones follow the part's distribution."""

    def contains(self, values: np.ndarray) -> np.ndarray:
        """Whether each of the values may occur."""


@dataclass(frozen=True, repr=False)
class Reals:
    """A range of real numbers, drawn uniformly.

    The pair ``(low, high)`` is short for it.

    Parameters
    ----------
    low, high : float
        Bounds, both included.

    Raises
    ------
    ValueError
        If the bounds are not finite, or ``low >= high``.

    See Also
    --------
    Distribution : Ranges that are not drawn uniformly.

    Examples
    --------
    >>> from skdistill.domains import Reals
    >>> Reals(5, 50)
    Reals(5, 50)
    >>> Reals(5, 50).from_unit([0.0, 0.5]).tolist()
    [5.0, 27.5]
    """

    low: float
    high: float

    def __post_init__(self) -> None:
        _check_bounds(self.low, self.high, "Reals", "a range needs two different bounds")

    @property
    def size(self) -> float:
        """Number of distinct values: infinite."""
        return math.inf

    def from_unit(self, u: Any) -> np.ndarray:
        """Map numbers in [0, 1) to values.

        Parameters
        ----------
        u : array-like, float
            Of any shape.

        Returns
        -------
        values : ndarray, float
            Of the same shape.
        """
        u = np.asarray(u, dtype=float)
        # So written, no difference of the two bounds can overflow.
        values = u * float(self.high) + (1.0 - u) * float(self.low)
        return np.clip(values, self.low, self.high)

    def contains(self, values: Any) -> np.ndarray:
        """Return which values lie between the bounds.

        Parameters
        ----------
        values : array-like of shape (n,)
            Values of one column.

        Returns
        -------
        inside : ndarray of shape (n,), dtype bool
            False for missing values.
        """
        numbers = as_numbers(values)
        return (numbers >= self.low) & (numbers <= self.high)

    def __repr__(self) -> str:
        return f"Reals({self.low!r}, {self.high!r})"


@dataclass(frozen=True, repr=False)
class Integers:
    """A range of whole numbers, all equally likely.

    Parameters
    ----------
    low, high : int
        Bounds, both included.

    Raises
    ------
    ValueError
        If the bounds are not whole, or ``low >= high``.

    Examples
    --------
    >>> from skdistill.domains import Integers
    >>> dice = Integers(1, 6)
    >>> dice.size
    6
    >>> dice.from_unit([0.0, 0.5, 0.99]).tolist()
    [1, 4, 6]
    """

    low: int
    high: int

    def __post_init__(self) -> None:
        low, high = self.low, self.high
        _check_bounds(low, high, "Integers", "for a single value write a list, as in [3]")
        if low != math.floor(low) or high != math.floor(high):
            raise ValueError(
                f"Integers needs whole bounds, got low={low!r}, high={high!r}. For a range of real "
                "numbers use Reals."
            )
        if max(abs(low), abs(high)) > _EXACT:
            raise ValueError(
                f"Integers needs bounds within 2**53, got low={low!r}, high={high!r}. Use Reals, "
                "or count from another origin."
            )
        object.__setattr__(self, "low", int(low))
        object.__setattr__(self, "high", int(high))

    @property
    def size(self) -> int:
        """Number of distinct values."""
        return self.high - self.low + 1

    def from_unit(self, u: Any) -> np.ndarray:
        """Map numbers in [0, 1) to whole numbers.

        Parameters
        ----------
        u : array-like, float
            Of any shape.

        Returns
        -------
        values : ndarray, int
            Of the same shape.
        """
        step = np.floor(np.asarray(u, dtype=float) * self.size).astype(np.int64)
        return self.low + np.minimum(step, self.size - 1)

    def contains(self, values: Any) -> np.ndarray:
        """Return which values are whole numbers between the bounds.

        Parameters
        ----------
        values : array-like of shape (n,)
            Values of one column.

        Returns
        -------
        inside : ndarray of shape (n,), dtype bool
            False for missing values.
        """
        numbers = as_numbers(values)
        return (numbers >= self.low) & (numbers <= self.high) & (numbers == np.floor(numbers))

    def __repr__(self) -> str:
        return f"Integers({self.low}, {self.high})"


def _check_bounds(low: Any, high: Any, kind: str, advice: str) -> None:
    for name, value in (("low", low), ("high", high)):
        number = isinstance(value, (int, float, np.number)) and not isinstance(value, bool)
        if not number or not math.isfinite(value):
            raise ValueError(f"{kind} needs finite numbers as bounds, got {name}={value!r}.")
    if not low < high:
        raise ValueError(f"{kind} needs low < high, got low={low!r}, high={high!r}: {advice}.")


def as_numbers(values: Any) -> np.ndarray:
    """Values as floats; NaN where one is no number."""
    values = np.asarray(values)
    if values.dtype.kind in "biuf":
        return values.astype(float)
    numbers = np.full(values.shape, np.nan)
    for i, value in enumerate(values.tolist()):
        if isinstance(value, (int, float)):
            numbers[i] = value
    return numbers

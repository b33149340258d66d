"""Distributions of scipy, old and new."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from skdistill.domains._ranges import as_numbers

__all__ = ["Distribution", "is_frozen"]

# The largest float below one: quantile functions are infinite at one itself.
_BELOW_ONE = 1.0 - 2.0**-53


class Distribution:
    """A frozen distribution of :mod:`scipy.stats`.

    Where a part is wanted, the frozen distribution itself will do.

    Parameters
    ----------
    frozen : frozen distribution
        With parameters, as in ``scipy.stats.loguniform(1e-3, 1)``; of real or
        of whole numbers.

    Raises
    ------
    TypeError
        If it has no quantile function.
    ValueError
        If its parameters are none that it takes.

    See Also
    --------
    Reals : A uniform distribution, without scipy.

    Examples
    --------
    >>> from scipy import stats
    >>> from skdistill.domains import Distribution
    >>> rate = Distribution(stats.loguniform(0.01, 1))
    >>> rate.from_unit([0.0, 0.5]).round(3).tolist()
    [0.01, 0.1]
    """

    def __init__(self, frozen: Any):
        if not is_frozen(frozen):
            raise TypeError(
                "Distribution takes a frozen distribution of scipy.stats, as in "
                f"scipy.stats.norm(0, 1), got {frozen!r}."
            )
        self.frozen = frozen
        self._quantile = "ppf" if hasattr(frozen, "ppf") else "icdf"
        self.low, self.high = (float(end) for end in frozen.support())
        if not np.isfinite(self.from_unit([0.25, 0.75])).all() or not self.low < self.high:
            raise ValueError(
                f"{self!r} has no finite quartiles, or a single value: its parameters are none "
                "that describe a range."
            )

    @property
    def is_discrete(self) -> bool:
        """Whether the values are whole numbers."""
        if self._quantile == "icdf":  # scipy's newer kind
            return any(c.__name__ == "DiscreteDistribution" for c in type(self.frozen).__mro__)
        return hasattr(self.frozen, "pmf") and not hasattr(self.frozen, "pdf")

    @property
    def size(self) -> float:
        """Number of distinct values; infinite for real numbers and unbounded ones."""
        return self.high - self.low + 1 if self.is_discrete else math.inf

    def from_unit(self, u: Any) -> np.ndarray:
        """Map numbers in [0, 1) to values.

        Parameters
        ----------
        u : array-like, float
            Of any shape.

        Returns
        -------
        values : ndarray, float
            Quantiles, of the same shape; finite also at zero.
        """
        u = np.asarray(u, dtype=float)
        # Quantiles at zero are the lower end, which may be infinite (or, for
        # scipy's whole numbers, one below it).
        values = getattr(self.frozen, self._quantile)(np.clip(u, 2.0**-54, _BELOW_ONE))
        return np.clip(np.asarray(values, dtype=float), self.low, self.high)

    def contains(self, values: Any) -> np.ndarray:
        """Return which values lie in the support.

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
        inside = (numbers >= self.low) & (numbers <= self.high) & np.isfinite(numbers)
        return inside & (numbers == np.floor(numbers)) if self.is_discrete else inside

    def __repr__(self) -> str:
        family = getattr(self.frozen, "dist", None)
        if family is None:
            return f"Distribution({self.frozen!r})"
        given = [repr(value) for value in self.frozen.args]
        given += [f"{name}={value!r}" for name, value in self.frozen.kwds.items()]
        return f"Distribution({family.name}({', '.join(given)}))"

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and repr(self) == repr(other)

    def __hash__(self) -> int:
        return hash(repr(self))


def is_frozen(thing: Any) -> bool:
    """Whether this is a frozen distribution of scipy.stats, of the older or the newer kind."""
    if isinstance(thing, type) or not hasattr(thing, "support"):
        return False
    frozen = hasattr(thing, "dist") and hasattr(thing, "ppf")
    return frozen or hasattr(thing, "icdf")

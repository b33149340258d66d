"""A few values: categories or numbers, given or observed."""

from __future__ import annotations

import math
from collections.abc import Sequence
from contextlib import suppress
from functools import cached_property
from typing import Any

import numpy as np

from skdistill.domains._ranges import as_numbers

__all__ = ["Categories", "Observed"]


class Categories:
    """A few values, numbers or others.

    A list of values is short for it.

    Parameters
    ----------
    values : sequence
        Distinct numbers, or words and other objects. No missing values.
    probabilities : sequence of float, default=None
        How likely each value is; equally likely by default.

    Attributes
    ----------
    values : ndarray of shape (n_values,)
        Of numbers, or of dtype object.
    probabilities : ndarray of shape (n_values,)
        They sum to one.

    Raises
    ------
    ValueError
        If there is no value, one is missing or stands there twice, or the
        probabilities are none.

    Examples
    --------
    >>> from skdistill.domains import Categories
    >>> home = Categories(["own", "rent"], probabilities=[0.25, 0.75])
    >>> home.from_unit([0.0, 0.24, 0.25, 0.9]).tolist()
    ['own', 'own', 'rent', 'rent']
    """

    def __init__(self, values: Sequence[Any], probabilities: Sequence[float] | None = None):
        self.values = _as_value_array(list(values))
        _check_values(self.values.tolist())
        self._even = probabilities is None
        n = len(self.values)
        shares = np.full(n, 1.0 / n) if probabilities is None else np.asarray(probabilities, float)
        if shares.shape != (n,) or not (shares > 0).all() or not np.isclose(shares.sum(), 1.0):
            raise ValueError(
                f"probabilities must be {n} positive numbers that sum to 1, got {probabilities!r}."
            )
        self.probabilities = shares / shares.sum()

    @property
    def size(self) -> int:
        """Number of distinct values."""
        return len(self.values)

    @property
    def is_numeric(self) -> bool:
        """Whether all values are numbers."""
        return self.values.dtype.kind in "biuf"

    def index_from_unit(self, u: Any) -> np.ndarray:
        """Map numbers in [0, 1) to positions among the values.

        Parameters
        ----------
        u : array-like, float
            Of any shape.

        Returns
        -------
        index : ndarray, int
            Of the same shape.
        """
        u = np.asarray(u, dtype=float)
        if self._even:
            index = np.floor(u * self.size).astype(np.intp)
        else:
            index = np.searchsorted(np.cumsum(self.probabilities), u, side="right")
        return np.minimum(index, self.size - 1)

    def from_unit(self, u: Any) -> np.ndarray:
        """Map numbers in [0, 1) to values.

        Parameters
        ----------
        u : array-like, float
            Of any shape.

        Returns
        -------
        values : ndarray
            Of the same shape.
        """
        return self.values[self.index_from_unit(u)]

    def contains(self, values: Any) -> np.ndarray:
        """Return which values are among the categories.

        Parameters
        ----------
        values : array-like of shape (n,)
            Values of one column.

        Returns
        -------
        inside : ndarray of shape (n,), dtype bool
            False for missing values.
        """
        if self.is_numeric:
            return np.isin(as_numbers(values), self.values.astype(float))
        known = set(self.values.tolist())
        given = np.asarray(values, dtype=object).ravel().tolist()
        return np.array([_is_among(value, known) for value in given], dtype=bool)

    def __repr__(self) -> str:
        given = "" if self._even else f", probabilities={self.probabilities.tolist()}"
        return f"Categories({self.values.tolist()}{given})"

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and repr(self) == repr(other)

    def __hash__(self) -> int:
        return hash(repr(self))


class Observed(Categories):
    """The values of a column of real rows, each as often as it was seen.

    Parameters
    ----------
    column : array-like of shape (n_samples,)
        Without missing values; it is looked through when values are first needed.
    """

    _even = False

    def __init__(self, column: Any):
        self._column: Any = column

    @cached_property
    def _distinct(self) -> tuple[np.ndarray, np.ndarray]:
        found = _count_values(self._column)
        self._column = None  # which may be a view of many rows
        return found

    @property
    def is_numeric(self) -> bool:
        """Whether all values are numbers; known from the dtype where that says it."""
        kind = getattr(getattr(self._column, "dtype", None), "kind", "O")
        return kind in "biuf" or self.values.dtype.kind in "biuf"

    @property
    def values(self) -> np.ndarray:  # type: ignore[override]
        return self._distinct[0]

    @property
    def probabilities(self) -> np.ndarray:
        counts = self._distinct[1]
        return counts / counts.sum()

    def __repr__(self) -> str:
        return f"<the {self.size} values observed>"

    def __eq__(self, other: object) -> bool:
        return self is other

    def __hash__(self) -> int:
        return id(self)


def _as_value_array(values: list[Any]) -> np.ndarray:
    """Return an array of numbers where all values are numbers, of objects otherwise."""
    plain = [value.item() if isinstance(value, np.generic) else value for value in values]
    kinds = {type(value) for value in plain}
    if kinds and kinds <= {bool, int, float}:
        return np.array(plain)
    array = np.empty(len(plain), dtype=object)
    array[:] = plain
    return array


def _count_values(column: Any) -> tuple[np.ndarray, np.ndarray]:
    """Distinct values of a column, ascending where they can be sorted, and their counts."""
    values = np.asarray(column)
    if values.dtype.kind in "biuf":
        return np.unique(values, return_counts=True)
    counts: dict[Any, int] = {}
    for value in values.tolist():
        counts[value] = counts.get(value, 0) + 1
    distinct = list(counts)
    with suppress(TypeError):  # of several types: as they came
        distinct = sorted(distinct)
    return _as_value_array(distinct), np.array([counts[value] for value in distinct])


def _check_values(values: list[Any]) -> None:
    if not values:
        raise ValueError("Categories needs at least one value, got an empty list.")
    for value in values:
        if _is_missing(value) or value in (math.inf, -math.inf):
            raise ValueError(
                f"Categories contains NaN or infinity: {values[:10]}. Leave missing values out."
            )
    try:
        distinct = set(values)
    except TypeError:
        raise TypeError(
            f"Categories needs values that can be hashed (numbers, words), got {values[:10]}."
        ) from None
    if len(distinct) < len(values):
        raise ValueError(f"Categories names a value twice: {values[:10]}.")


def _is_missing(value: Any) -> bool:
    try:
        return value is None or bool(value != value)
    except TypeError:  # pandas.NA
        return True
    except ValueError:  # an array
        return False


def _is_among(value: Any, known: set[Any]) -> bool:
    try:
        return value in known
    except TypeError:
        return False

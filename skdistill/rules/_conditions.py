"""Conditions on one column: an interval of numbers, or some categories."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from skdistill.boxes import PRECISIONS, threshold_text, value_at_or_below
from skdistill.rules._columns import category_codes, is_missing, read_numbers

__all__ = ["Categories", "Condition", "Interval", "met_by_codes"]


@dataclass(frozen=True)
class Interval:
    """A number between two bounds: low < column <= high.

    Parameters
    ----------
    column : str
        Name of the column.
    low, high : float
        Bounds; infinite where there is none.
    missing : bool or None
        Whether a missing value meets the condition; None where the rows that
        the rule was made on had none.
    unseen_missing : bool
        Where ``missing`` is None, whether a missing value meets the condition
        all the same: the way that a tree sends it. Not printed.
    dtype : {"float64", "float32"}, default="float64"
        Precision in which values are compared with the bounds: as doubles, or
        rounded to single precision first, as scikit-learn's trees do.

    Raises
    ------
    ValueError
        If a bound is NaN, or ``dtype`` is no such precision.

    Examples
    --------
    >>> from skdistill.rules import Interval
    >>> print(Interval("age", 20.0, 35.5))
    20 < age <= 35.5
    >>> values = [0.5, 0.5 + 1e-12]  # one number in single precision
    >>> Interval("x", high=0.5).covers(values).tolist()
    [True, False]
    >>> Interval("x", high=0.5, dtype="float32").covers(values).tolist()
    [True, True]
    """

    column: str
    low: float = -math.inf
    high: float = math.inf
    missing: bool | None = None
    unseen_missing: bool = False
    dtype: str = "float64"

    def __post_init__(self) -> None:
        object.__setattr__(self, "column", str(self.column))
        if math.isnan(self.low) or math.isnan(self.high):
            raise ValueError(f"low and high must be numbers, got {self.low!r} and {self.high!r}.")
        if self.dtype not in PRECISIONS:
            raise ValueError(f"dtype must be 'float64' or 'float32', got {self.dtype!r}.")

    @property
    def takes_missing(self) -> bool:
        """Whether a missing value meets the condition."""
        return self.unseen_missing if self.missing is None else self.missing

    def __str__(self) -> str:
        if self.low == math.inf or self.high == -math.inf:  # beyond every number
            return f"{self.column} is missing"
        if self.low == -math.inf and self.high == math.inf:
            return f"{self.column} is known"
        low, high = (
            threshold_text(bound, self.dtype) if math.isfinite(bound) else ""
            for bound in (self.low, self.high)
        )
        text = f"{low} < {self.column} <= {high}"
        if not low:
            text = f"{self.column} <= {high}"
        elif not high:
            text = f"{self.column} > {low}"
        return f"({text} or missing)" if self.missing else text

    def covers(self, values: Any) -> np.ndarray:
        """Return which values meet the condition.

        Parameters
        ----------
        values : array-like of shape (n_samples,)
            Of the column; compared in the precision ``dtype``.

        Returns
        -------
        met : ndarray of shape (n_samples,), dtype bool
            A missing value meets it only where ``missing`` is True, or where
            it is None and ``unseen_missing`` is True.
        """
        number = read_numbers(values, self.dtype)
        if self.low == -math.inf and self.high == math.inf:
            return np.ones(len(number), dtype=bool) if self.takes_missing else ~np.isnan(number)
        met = np.ones(len(number), dtype=bool)
        if self.low > -math.inf:
            met &= number > number.dtype.type(value_at_or_below(self.low, self.dtype))
        if self.high < math.inf:
            met &= number <= number.dtype.type(value_at_or_below(self.high, self.dtype))
        return met | np.isnan(number) if self.takes_missing else met


def _plain(category: Any) -> Any:
    """One of Python's own scalars instead of numpy's; None for everything missing."""
    if is_missing(category):
        return None
    plain = isinstance(category, np.generic) and category.dtype.kind in "biufU"
    return category.item() if plain else category


@dataclass(frozen=True)
class Categories:
    """A column that is one of some categories, or none of them.

    Parameters
    ----------
    column : str
        Name of the column.
    categories : tuple
        The categories named; None stands for missing.
    negated : bool
        Whether the column must be none of them.

    Examples
    --------
    >>> from skdistill.rules import Categories
    >>> print(Categories("sex", ("female",)))
    sex = female
    >>> print(Categories("port", ("C", "Q"), negated=True))
    port not in {C, Q}
    """

    column: str
    categories: tuple[Any, ...]
    negated: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "column", str(self.column))
        object.__setattr__(self, "categories", tuple(map(_plain, self.categories)))

    @property
    def takes_missing(self) -> bool:
        """Whether a missing value meets the condition."""
        return (None in self.categories) != self.negated

    def __str__(self) -> str:
        names = ["missing" if each is None else str(each) for each in self.categories]
        if len(names) == 1:
            return f"{self.column} {'!=' if self.negated else '='} {names[0]}"
        return f"{self.column} {'not in' if self.negated else 'in'} {{{', '.join(names)}}}"

    def covers(self, values: Any) -> np.ndarray:
        """Return which values meet the condition.

        Parameters
        ----------
        values : array-like of shape (n_samples,)
            Of the column.

        Returns
        -------
        met : ndarray of shape (n_samples,), dtype bool
            True where the value is among the categories, or not, if negated.
        """
        return met_by_codes(self, *category_codes(values))


def met_by_codes(condition: Categories, codes: np.ndarray, distinct: list[Any]) -> np.ndarray:
    """Return which values meet a condition, given as `category_codes` numbers them."""
    met = [(category in condition.categories) != condition.negated for category in distinct]
    met.append(condition.takes_missing)  # at -1, the code of missing values
    rows: np.ndarray = np.array(met, dtype=bool)[codes]
    return rows


Condition: TypeAlias = Interval | Categories

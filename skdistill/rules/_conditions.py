"""Conditions on one column, and the merging of all those on a path."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from skdistill.rules._columns import is_missing, level_codes, single_numbers
from skdistill.rules._float32 import float32_at_or_below, threshold_text

__all__ = ["Interval", "Levels"]


@dataclass(frozen=True)
class Interval:
    """A number between two bounds: low < column <= high.

    Parameters
    ----------
    column : str
        Name of the column.
    low, high : float
        Bounds, exactly as the tree has them; infinite where there is none.
    missing : bool or None
        Whether a missing value meets the condition; None where the question
        did not come up.
    unseen_missing : bool
        Where it did not come up, whether a missing value meets the condition
        all the same: the way that a tree sends it. Not printed.

    Examples
    --------
    >>> from skdistill.rules import Interval
    >>> print(Interval("age", 20.0, 35.5))
    20 < age <= 35.5
    """

    column: str
    low: float = -math.inf
    high: float = math.inf
    missing: bool | None = None
    unseen_missing: bool = False

    @property
    def takes_missing(self) -> bool:
        """Whether a missing value meets the condition."""
        return self.unseen_missing if self.missing is None else self.missing

    def __str__(self) -> str:
        if self.low == math.inf or self.high == -math.inf:  # beyond every number
            return f"{self.column} is missing"
        if self.low == -math.inf and self.high == math.inf:
            return f"{self.column} is known"
        if self.low == -math.inf:
            text = f"{self.column} <= {threshold_text(self.high)}"
        elif self.high == math.inf:
            text = f"{self.column} > {threshold_text(self.low)}"
        else:
            text = f"{threshold_text(self.low)} < {self.column} <= {threshold_text(self.high)}"
        return f"({text} or missing)" if self.missing else text

    def covers(self, values: Any) -> np.ndarray:
        """Return which values meet the condition.

        Parameters
        ----------
        values : array-like of shape (n_samples,)
            Of the column; compared as float32, as trees do.

        Returns
        -------
        met : ndarray of shape (n_samples,), dtype bool
            A missing value meets it only where ``missing`` is True, or where
            it is None and ``unseen_missing`` is True.
        """
        number = single_numbers(values)
        if self.low == -math.inf and self.high == math.inf:
            return np.ones(len(number), dtype=bool) if self.takes_missing else ~np.isnan(number)
        met = np.ones(len(number), dtype=bool)
        if self.low > -math.inf:
            met &= number > np.float32(float32_at_or_below(self.low))
        if self.high < math.inf:
            met &= number <= np.float32(float32_at_or_below(self.high))
        return met | np.isnan(number) if self.takes_missing else met


def _plain(level: Any) -> Any:
    """One of Python's own scalars instead of numpy's; None for every kind of gap."""
    if is_missing(level):
        return None
    return level.item() if isinstance(level, np.generic) and level.dtype.kind in "biufU" else level


@dataclass(frozen=True)
class Levels:
    """A column that is one of some levels, or none of them.

    Parameters
    ----------
    column : str
        Name of the column.
    levels : tuple
        The levels named; None stands for missing.
    negated : bool
        Whether the column must be none of them.

    Examples
    --------
    >>> from skdistill.rules import Levels
    >>> print(Levels("sex", ("female",)))
    sex = female
    >>> print(Levels("port", ("C", "Q"), negated=True))
    port not in {C, Q}
    """

    column: str
    levels: tuple[Any, ...]
    negated: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "levels", tuple(map(_plain, self.levels)))

    @property
    def takes_missing(self) -> bool:
        """Whether a missing value meets the condition."""
        return (None in self.levels) != self.negated

    def __str__(self) -> str:
        names = ["missing" if level is None else str(level) for level in self.levels]
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
            True where the value is among the levels, or not, if negated.
        """
        codes, distinct = level_codes(values)
        met = [(level in self.levels) != self.negated for level in distinct]
        return np.array([*met, self.takes_missing], dtype=bool)[codes]  # the last is for gaps

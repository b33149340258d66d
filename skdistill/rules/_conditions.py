"""Conditions on one column, and the merging of all those on a path."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from skdistill._rows import is_frame, take_column

__all__ = ["Interval", "Levels", "column_values", "threshold_text"]


def threshold_text(threshold: float) -> str:
    """Write a threshold with as few digits as tell it from its neighbours.

    scikit-learn's trees compare float32 values with a float64 threshold, so
    every number from the float32 at or below it up to the next one splits
    alike, and so does every decimal that rounds to that float32.

    Parameters
    ----------
    threshold : float
        As in ``tree_.threshold``.

    Returns
    -------
    text : str
        A decimal without needless zeros.

    Examples
    --------
    >>> from skdistill.rules._conditions import threshold_text
    >>> threshold_text(2.449999988079071), threshold_text(float(np.float32(114.8)))
    ('2.45', '114.8')
    """
    below = np.float32(threshold)
    if float(below) > threshold:
        below = np.nextafter(below, np.float32(-np.inf))
    above = np.nextafter(below, np.float32(np.inf))
    decimal = float(threshold)
    for digits in range(1, 17):
        candidate = float(f"{threshold:.{digits}g}")
        if float(below) <= candidate < float(above) or np.float32(candidate) == below:
            decimal = candidate
            break
    return str(int(decimal)) if decimal == int(decimal) else repr(decimal)


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
            A missing value meets it only where ``missing`` is True.
        """
        number = np.asarray(values, dtype=np.float32).astype(np.float64)
        met = (number > self.low) & (number <= self.high)
        return np.where(np.isnan(number), bool(self.missing), met)


@dataclass(frozen=True)
class Levels:
    """A column that is one of some levels, or none of them.

    Parameters
    ----------
    column : str
        Name of the column.
    levels : tuple
        The levels named.
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

    def __str__(self) -> str:
        names = ["missing" if _is_missing(level) else str(level) for level in self.levels]
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
        values = np.asarray(values, dtype=object)
        missing = np.array([_is_missing(value) for value in values], dtype=bool)
        known, met = values[~missing], np.zeros(len(values), dtype=bool)
        for level in self.levels:
            if _is_missing(level):
                met |= missing
            else:
                met[~missing] |= known == level
        return ~met if self.negated else met


def _is_missing(value: Any) -> bool:
    # NaN differs from itself; pandas.NA does not even compare.
    return value is None or str(value) == "<NA>" or bool(value != value)


def column_values(X: Any, column: str, names: list[str]) -> Any:
    """Values of a named column of an array or a frame."""
    if not is_frame(X):
        return np.asarray(X)[:, names.index(column)]
    own = [str(name) for name in X.columns]
    # Rules may speak of columns by other names than the frame does.
    return take_column(X, own.index(column) if column in own else names.index(column))

"""Numbers in columns of text and objects: Python numbers, decimals, digits as text.

They are numbers, and not one category each, if a column holds nothing else
beside missing values. Text that looks like a number but is a code is left to be
a category: leading zeros ("02139", "007"), a leading plus, and integers of more
than 15 digits, which floats do not tell apart.
"""

from __future__ import annotations

import numbers
import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np

__all__ = ["NUMBER_PATTERN", "NumberFormat", "parse_numbers", "read_numbers"]

# In the syntax that Python's re and polars share.
NUMBER_PATTERN = r"\s*-?(?:0|[1-9][0-9]{0,14})(?:\.[0-9]*)?(?:[eE][+-]?[0-9]+)?\s*"

_is_number_text = re.compile(NUMBER_PATTERN, re.ASCII).fullmatch


def _may_be_number(value: Any) -> bool:
    if isinstance(value, str):
        return _is_number_text(value) is not None
    return isinstance(value, (numbers.Real, Decimal, np.bool_))


def parse_numbers(present: np.ndarray) -> np.ndarray | None:
    """Read objects as numbers.

    Parameters
    ----------
    present : ndarray of shape (n,), dtype object
        None of them missing.

    Returns
    -------
    values : ndarray of shape (n,), dtype float64, or None
        None where one of them is no number, or there are none.
    """
    if not len(present) or not _may_be_number(present[0]):
        return None  # by far the most frequent: words
    types = set(map(type, present))
    if not all(issubclass(t, (str, numbers.Real, Decimal, np.bool_)) for t in types):
        return None
    if any(issubclass(t, str) for t in types):
        texts = (value for value in present if isinstance(value, str))
        if not all(map(_is_number_text, texts)):
            return None
    try:
        return present.astype(np.float64)
    except (TypeError, ValueError, OverflowError):
        return None


def read_numbers(values: np.ndarray, missing: np.ndarray, name: Any) -> np.ndarray:
    """Read a column that held numbers when it was fitted.

    Parameters
    ----------
    values : ndarray of shape (n,), dtype object
    missing : ndarray of shape (n,), dtype bool
    name : object
        Of the column, for errors.

    Returns
    -------
    numbers : ndarray of shape (n,), dtype float64
        NaN where missing.

    Raises
    ------
    ValueError
        If a value is no number, or infinite.
    """
    out = np.full(len(values), np.nan)
    present = values[~missing]
    found = parse_numbers(present)
    if found is None and len(present):
        odd = next((v for v in present if not _may_be_number(v)), present[0])
        raise ValueError(
            f"Column {name!r} of X is read as numbers, since it held nothing else in fit, but it "
            f"holds {odd!r}. Clean the column, or convert it to a categorical dtype before fit."
        )
    if found is not None:
        if np.isinf(found).any():
            raise ValueError(f"Input X contains infinity in column {name!r}.")
        out[~missing] = found
    return out


@dataclass(frozen=True)
class NumberFormat:
    """How a column of text or objects writes its numbers.

    Parameters
    ----------
    kind : {"bool", "int", "float", "decimal", "text"}
        Type of the objects.
    decimals : int or None
        Of decimals and text: maximum number of digits after the point; None
        where there are exponents, and any number of digits may be needed.
    fixed : bool
        Whether all have that number.
    """

    kind: str
    decimals: int | None = None
    fixed: bool = False

    @classmethod
    def of(cls, present: np.ndarray) -> NumberFormat:
        """Learn from objects that are numbers; none of them missing."""
        types = set(map(type, present))

        def only(*kinds: Any) -> bool:
            return all(issubclass(t, kinds) for t in types)

        if only(bool, np.bool_):
            return cls("bool")
        if only(numbers.Integral, np.bool_):
            return cls("int")
        if only(str):
            texts = [text.strip() for text in present]
            if any("e" in text or "E" in text for text in texts):
                return cls("text")
            return cls._of_counts("text", {len(text.partition(".")[2]) for text in texts})
        if only(Decimal, numbers.Integral):
            tuples = [Decimal(value).as_tuple() for value in present]
            return cls._of_counts("decimal", {max(-int(t.exponent), 0) for t in tuples})
        return cls("float")

    @classmethod
    def _of_counts(cls, kind: str, counts: set[int]) -> NumberFormat:
        return cls(kind, max(counts), len(counts) == 1)

    def union(self, other: NumberFormat) -> NumberFormat:
        """Return the format that holds the numbers of both."""
        if self == other:
            return self
        if self.kind != other.kind:
            return NumberFormat("float")
        if self.decimals is None or other.decimals is None:
            return NumberFormat(self.kind)
        return NumberFormat(self.kind, max(self.decimals, other.decimals))

    @property
    def whole(self) -> bool:
        """Whether such numbers are integers."""
        return self.kind == "int"

    def write(self, values: np.ndarray, missing: Any) -> np.ndarray:
        """Return numbers as such objects.

        Parameters
        ----------
        values : ndarray of shape (n,)
            NaN where missing; integers are all present.
        missing : object
            What stands where a value is missing.

        Returns
        -------
        objects : ndarray of shape (n,), dtype object
        """
        write: Any = {"bool": _as_bool, "int": round, "float": float, "text": self._text}.get(
            self.kind, lambda value: Decimal(self._text(value))
        )
        out = np.empty(len(values), dtype=object)
        out[:] = [missing if value != value else write(value) for value in values.tolist()]
        return out

    def _text(self, value: float) -> str:
        if self.decimals is None:
            return repr(value)
        value = round(value, self.decimals) + 0.0  # no "-0"
        text = f"{value:.{self.decimals}f}"
        return text if self.fixed or "." not in text else text.rstrip("0").rstrip(".")


def _as_bool(value: float) -> bool:
    return value > 0.5

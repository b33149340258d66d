"""Data frames of pandas and polars behind one protocol.

Neither library is imported before a frame of it is there. ``library_of(X)``
returns the :class:`~skdistill._typing.FrameLibrary` of a frame; everything
above deals in numpy arrays.
"""

from __future__ import annotations

import hashlib
import math
import numbers
import struct
from dataclasses import dataclass
from typing import Any

import numpy as np

from skdistill._frames._written import NumberFormat
from skdistill._typing import FrameLibrary

__all__ = ["NAT", "ColumnType", "is_frame", "is_pandas", "is_polars", "library_of", "typed_words"]

# How numpy writes a missing date as an integer.
NAT = -(2**63)

# Beyond, floats do not distinguish integers.
_EXACT = 2**53


@dataclass(frozen=True)
class ColumnType:
    """What a new column needs to be like one that was seen.

    Parameters
    ----------
    dtype : object
        Of the frame's library.
    missing : object
        What stands where a value is missing; None where none is.
    written : NumberFormat or None
        How numbers are written in a column of text or objects.
    """

    dtype: Any
    missing: Any
    written: NumberFormat | None = None


def typed_words(values: list[Any]) -> np.ndarray:
    """Hash objects to 64-bit words: equal ones alike, but a number never like a text.

    Numbers of every type have the word of their float, as in a numeric column (1, 1.0
    and True are equal in Python), numbers that no float equals one of their own.
    Everything missing (None, NaN, NaT, NA) is alike. Cost: one hash for each distinct
    value.
    """
    words: dict[Any, int] = {}
    out = np.empty(len(values), dtype=np.uint64)
    for i, value in enumerate(values):
        if type(value) not in _PLAIN:
            value = _plain(value)
        elif value != value:
            value = None
        word = words.get(value)
        if word is None:
            word = words[value] = _word(value)
        out[i] = word
    return out


_PLAIN = {str, int, float, bool, type(None)}


def _plain(value: Any) -> Any:
    """A hashable object for any other one; equal only where content and type are."""
    if isinstance(value, str):  # of numpy, say
        return str(value)
    try:
        if value != value:  # NaN and NaT; decimals that signal
            return None
    except (TypeError, ValueError, ArithmeticError):
        if type(value).__name__ == "NAType" or isinstance(value, numbers.Number):
            return None
    if isinstance(value, (np.number, np.bool_)):
        value = value.item()
    if isinstance(value, numbers.Number) and not isinstance(value, complex):
        return value
    return type(value).__name__, repr(value)


def _word(value: Any) -> int:
    """The 64-bit word of what `_plain` returns."""
    if value is None:
        return int.from_bytes(struct.pack("<d", math.nan), "little")  # as in numeric columns
    if isinstance(value, numbers.Integral) and _EXACT <= abs(int(value)) < 2**64:
        return int(value) % 2**64  # as in a column of integers
    if isinstance(value, numbers.Number) and not isinstance(value, complex):
        try:
            close: Any = float(value)  # type: ignore[arg-type]
        except OverflowError:
            close = math.inf
        if close == value:
            return int.from_bytes(struct.pack("<d", close + 0.0), "little")
        text = f"exact {value}"
    elif isinstance(value, tuple):
        text = " ".join(value)
    else:
        text = f"{type(value).__name__} {value!r}"
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "little")


def is_pandas(X: Any) -> bool:
    """Whether X is a pandas DataFrame."""
    return hasattr(X, "iloc") and hasattr(X, "columns")


def is_polars(X: Any) -> bool:
    """Whether X is a polars DataFrame."""
    return type(X).__module__.partition(".")[0] == "polars" and hasattr(X, "get_columns")


def is_frame(X: Any) -> bool:
    """Whether X is a data frame, of pandas or of polars."""
    return is_pandas(X) or is_polars(X)


def library_of(X: Any) -> FrameLibrary:
    """Return the library of a frame, which is imported here for the first time."""
    if is_polars(X):
        from skdistill._frames._polars import POLARS

        return POLARS
    from skdistill._frames._pandas import PANDAS

    return PANDAS

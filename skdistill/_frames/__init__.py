"""Data frames of pandas and polars behind one protocol.

Neither library is imported before a frame of it is there. ``library_of(X)``
returns the :class:`~skdistill._typing.FrameLibrary` of a frame; everything
above deals in numpy arrays.
"""

from __future__ import annotations

import hashlib
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

    Numbers of every type hash by their value (1, 1.0 and True are equal in Python),
    and like the same number in a numeric column; everything missing (None, NaN)
    hashes alike. Cost: one hash for each distinct value.
    """
    words: dict[Any, int] = {}
    out = np.empty(len(values), dtype=np.uint64)
    for i, value in enumerate(values):
        key = None if value is None or value != value else value
        try:
            word = words.get(key)
        except TypeError:  # a list, say
            key = repr(key)
            word = words.get(key)
        if word is None:
            word = words[key] = _word(key)
        out[i] = word
    return out


def _word(value: Any) -> int:
    """Hash one object: a number by its bits as a float, anything else by its type and repr."""
    if value is None:
        value = float("nan")
    elif isinstance(value, np.bool_):
        value = bool(value)
    is_complex = isinstance(value, numbers.Complex) and not isinstance(value, numbers.Real)
    if isinstance(value, numbers.Number) and not is_complex:
        if isinstance(value, numbers.Integral) and _EXACT <= abs(int(value)) < 2**64:
            return int(value) % 2**64  # as in a column of integers
        number: Any = _as_float(value)
        if number == value or number != number:
            # The sum turns -0.0 into 0.0.
            return int.from_bytes(struct.pack("<d", number + 0.0), "little")
        text = f"number {value}"
    else:
        text = f"{type(value).__name__} {value!r}"
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "little")


def _as_float(value: Any) -> float:
    try:
        return float(value)
    except OverflowError:
        return float("inf")


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

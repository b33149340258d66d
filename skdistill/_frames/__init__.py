"""Data frames of the two libraries that users hold, behind one face.

Neither library is imported before a frame of it is there. ``library_of(X)``
gives the functions that speak the frame's own tongue; everything above deals
in numpy arrays.
"""

from __future__ import annotations

import hashlib
import math
import numbers
import struct
from importlib import import_module
from types import ModuleType
from typing import Any

import numpy as np

__all__ = ["NAT", "Library", "is_frame", "is_pandas", "is_polars", "library_of", "typed_words"]

# How numpy writes a missing date as an integer.
NAT = -(2**63)


class Library(ModuleType):
    """A module that is pickled by its name, with whatever holds it."""

    def __reduce__(self) -> Any:
        return import_module, (self.__name__,)


def typed_words(values: list[Any]) -> np.ndarray:
    """Hash objects to 64-bit words: equal ones alike, but a number never like a text.

    Numbers of every type have the word of their float (1, 1.0 and True are equal in
    Python), numbers that no float equals one of their own. Everything missing (None,
    NaN, NaT, NA) is alike. Cost: one hash for each distinct value.
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


def library_of(X: Any) -> ModuleType:
    """Return the functions for frames like X: ``skdistill._frames._pandas`` or ``._polars``.

    Both modules have the same functions:

    * ``column(X, j)``: the column at position j.
    * ``take(X, index)``, ``stack(first, second)``: rows by slice, mask or
      position; one frame under another.
    * ``kind_of(dtype)``: ``"number"`` (booleans too), ``"time"`` (dates, durations),
      ``"level"`` (categories, text) or ``"other"``.
    * ``is_whole(dtype)``: whether it holds whole numbers alone.
    * ``numbers(column)``: an array; floats with NaN where values are missing.
    * ``ticks(column)``: times or large integers as int64, `NAT` where missing.
    * ``factorize(column)``: codes (-1 where missing) and the distinct levels.
    * ``is_missing(column)``: a mask, of NaN and nulls alike.
    * ``gap_of(column)``: what stands where a value is missing; None if nothing does.
    * ``from_numbers(values, dtype, gap)``, ``from_ticks(ticks, dtype)``,
      ``from_codes(codes, levels, dtype, gap)``: columns again.
    * ``build(columns, like)``: a frame with the names of another.
    * ``hash_levels(column)``: a 64-bit word for each row's level.
    """
    if is_polars(X):
        from skdistill._frames import _polars

        return _polars
    from skdistill._frames import _pandas

    return _pandas

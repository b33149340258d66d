"""Data frames of the two libraries that users hold, behind one face.

Neither library is imported before a frame of it is there. ``library_of(X)``
gives the functions that speak the frame's own tongue; everything above deals
in numpy arrays.
"""

from __future__ import annotations

from importlib import import_module
from types import ModuleType
from typing import Any

__all__ = ["NAT", "Library", "is_frame", "is_pandas", "is_polars", "library_of"]

# How numpy writes a missing date as an integer.
NAT = -(2**63)


class Library(ModuleType):
    """A module that is pickled by its name, with whatever holds it."""

    def __reduce__(self) -> Any:
        return import_module, (self.__name__,)


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

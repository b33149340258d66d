"""What `library_of` promises, for polars."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
import polars as pl

from skdistill._frames import NAT, Library, typed_words

__all__ = [
    "build",
    "column",
    "factorize",
    "from_codes",
    "from_numbers",
    "from_ticks",
    "gap_of",
    "hash_levels",
    "is_missing",
    "is_whole",
    "kind_of",
    "numbers",
    "stack",
    "take",
    "ticks",
]


sys.modules[__name__].__class__ = Library  # what learns of a frame is pickled


def column(X: Any, j: int) -> Any:
    return X.to_series(j)


def take(X: Any, index: Any) -> Any:
    if isinstance(index, slice):
        return X[index]
    index = np.asarray(index)
    return X.filter(index) if index.dtype == bool else X[index.astype(np.int64, copy=False)]


def stack(first: Any, second: Any) -> Any:
    return pl.concat([first, second])


def kind_of(dtype: Any) -> str:
    if dtype.is_numeric() or dtype in (pl.Boolean, pl.Null):
        return "number"
    if dtype.is_temporal():
        return "time"
    return "level" if dtype in (pl.String, pl.Categorical, pl.Enum) else "other"


def numbers(column: Any) -> np.ndarray:
    dtype, gaps = column.dtype, column.null_count() > 0
    if dtype.is_decimal() or dtype == pl.Null or (dtype == pl.Boolean and gaps):
        column = column.cast(pl.Float64)
    return column.to_numpy()


def ticks(column: Any) -> np.ndarray:
    return column.to_physical().cast(pl.Int64).fill_null(NAT).to_numpy()


def factorize(column: Any) -> tuple[np.ndarray, list[Any]]:
    if column.dtype in (pl.Categorical, pl.Enum):
        column = column.cast(pl.String)
    elif column.dtype.is_float():
        column = column.fill_nan(None)
    levels = column.drop_nulls().unique(maintain_order=True)
    if not len(levels):
        return np.full(len(column), -1, dtype=np.int32), []
    place = pl.Series(np.arange(len(levels), dtype=np.int32))
    codes = column.replace_strict(levels, place, return_dtype=pl.Int32)
    return codes.fill_null(-1).to_numpy(), levels.to_list()


def is_whole(dtype: Any) -> bool:
    return dtype.is_integer()


def is_missing(column: Any) -> np.ndarray:
    missing = column.is_null()
    if column.dtype.is_float():
        missing = missing | column.is_nan().fill_null(True)
    return missing.to_numpy()


def gap_of(column: Any) -> Any:
    if column.null_count() or not column.dtype.is_float():
        return None
    return np.nan if column.is_nan().any() else None


def from_numbers(values: np.ndarray, dtype: Any, gap: Any) -> Any:
    # NaN is a number here; where gaps were null, they are null again.
    return pl.Series(values, nan_to_null=gap is None).cast(dtype)


def from_ticks(ticks: np.ndarray, dtype: Any) -> Any:
    column = pl.Series(ticks)
    return column.set(column == NAT, None).cast(dtype)


def from_codes(codes: np.ndarray, levels: list[Any], dtype: Any, gap: Any) -> Any:
    place = pl.Series(np.where(codes < 0, len(levels), codes).astype(np.uint32))
    return pl.Series([*levels, None], dtype=dtype).gather(place)


def build(columns: list[Any], like: Any) -> Any:
    return pl.DataFrame([column.alias(n) for column, n in zip(columns, like, strict=True)])


def hash_levels(column: Any) -> np.ndarray:
    codes, levels = factorize(column)
    # polars' own hash changes from version to version.
    return typed_words([*levels, None])[codes]

"""What `library_of` promises, for pandas."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
import pandas as pd

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
    return X.iloc[:, j]


def take(X: Any, index: Any) -> Any:
    return X.iloc[index]


def stack(first: Any, second: Any) -> Any:
    return pd.concat([first, second], ignore_index=True)


def kind_of(dtype: Any) -> str:
    name = getattr(dtype, "name", str(dtype))
    if name in ("category", "object", "str") or str(dtype).startswith("string"):
        return "level"
    kind = getattr(dtype, "kind", "O")
    return "number" if kind in "fiub" else "time" if kind in "mM" else "other"


def numbers(column: Any) -> np.ndarray:
    dtype = getattr(column.dtype, "numpy_dtype", column.dtype)
    if not isinstance(dtype, np.dtype) or (dtype.kind != "f" and column.hasnans):
        dtype = np.dtype(np.float64)
    if isinstance(column.dtype, np.dtype) or dtype.kind != "f":
        return column.to_numpy(dtype)
    return column.to_numpy(dtype, na_value=np.nan)


def ticks(column: Any) -> np.ndarray:
    if column.dtype.kind not in "mM":
        values = column.fillna(0).to_numpy(np.int64)
        return np.where(column.isna().to_numpy(), NAT, values)
    if column.dtype.kind == "M" and getattr(column.dtype, "tz", None) is not None:
        column = column.dt.tz_convert("UTC").dt.tz_localize(None)
    return np.asarray(column.to_numpy()).view(np.int64)


def factorize(column: Any) -> tuple[np.ndarray, list[Any]]:
    if isinstance(column.dtype, pd.CategoricalDtype):
        codes, categories = column.cat.codes.to_numpy(), column.cat.categories
        seen = np.flatnonzero(np.bincount(codes[codes >= 0], minlength=len(categories)))
        place = np.full(len(categories) + 1, -1, dtype=np.int32)
        place[seen] = np.arange(len(seen))
        return place[codes], categories[seen].tolist()
    codes, levels = pd.factorize(column.astype(object))
    return codes.astype(np.int32), list(levels)


def is_whole(dtype: Any) -> bool:
    return getattr(dtype, "kind", "O") in "iu"


def is_missing(column: Any) -> np.ndarray:
    return column.isna().to_numpy()


def gap_of(column: Any) -> Any:
    missing = is_missing(column)
    return column.iloc[int(np.argmax(missing))] if missing.any() else None


def from_numbers(values: np.ndarray, dtype: Any, gap: Any) -> Any:
    if isinstance(dtype, np.dtype):
        return values.astype(dtype, copy=False)
    return pd.array(values, dtype=dtype, copy=False)


def from_ticks(ticks: np.ndarray, dtype: Any) -> Any:
    if isinstance(dtype, pd.DatetimeTZDtype):
        times = pd.DatetimeIndex(ticks.view(f"M8[{dtype.unit}]"))
        return times.tz_localize("UTC").tz_convert(dtype.tz).array
    if dtype.kind in "mM":
        return ticks.view(dtype) if isinstance(dtype, np.dtype) else pd.array(ticks, dtype=dtype)
    if isinstance(dtype, np.dtype):
        return ticks.astype(dtype, copy=False)
    missing = ticks == NAT
    return pd.arrays.IntegerArray(np.where(missing, 0, ticks).astype(dtype.numpy_dtype), missing)


def from_codes(codes: np.ndarray, levels: list[Any], dtype: Any, gap: Any) -> Any:
    if isinstance(dtype, pd.CategoricalDtype):
        place = np.append(dtype.categories.get_indexer(levels), -1).astype(np.int32)
        return pd.Categorical.from_codes(place[codes], dtype=dtype)
    words = np.empty(len(levels) + 1, dtype=object)  # the code -1 takes the last one
    words[:-1], words[-1] = levels, gap
    values = words[codes]
    if dtype.name == "object":  # which a frame would turn into text
        return pd.Series(values, dtype=object, copy=False)
    return pd.array(values, dtype=dtype, copy=False)


def build(columns: list[Any], like: Any) -> Any:
    index = pd.RangeIndex(len(columns[0]))
    frame = pd.DataFrame(dict(enumerate(columns)), index=index, copy=False)
    frame.columns = like
    return frame


def hash_levels(column: Any) -> np.ndarray:
    if column.dtype == object:  # which may hold what pandas cannot hash, a list say
        return typed_words(column.tolist())
    codes, levels = factorize(column)
    return typed_words([*levels, None])[codes]

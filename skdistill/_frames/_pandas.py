"""Frames of pandas."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from skdistill._frames import NAT, ColumnType, typed_words
from skdistill._frames._written import NumberFormat, parse_numbers, read_numbers

__all__ = ["PANDAS", "PandasLibrary"]

# Values of a frame that are copied at a time.
_PART_VALUES = 4_000_000


class PandasLibrary:
    """See :class:`~skdistill._typing.FrameLibrary`."""

    name = "pandas"

    def __reduce__(self) -> str:
        return "PANDAS"  # a pickle holds the name of the singleton

    def column(self, X: Any, j: int) -> Any:
        return X.iloc[:, j]

    def take(self, X: Any, index: Any) -> Any:
        return X.iloc[index]

    def stack(self, first: Any, second: Any) -> Any:
        return pd.concat([first, second], ignore_index=True)

    def build(self, columns: list[Any], names: Any) -> Any:
        index = pd.RangeIndex(len(columns[0]))
        frame = pd.DataFrame(dict(enumerate(columns)), index=index, copy=False)
        frame.columns = names
        return frame

    def kind_of(self, dtype: Any) -> str:
        if isinstance(dtype, pd.CategoricalDtype):
            return "category"
        kind = getattr(dtype, "kind", "O")
        if kind in "fiub":
            return "number"
        if kind in "mM":
            return "time"
        is_text = getattr(dtype, "name", "") == "object" or isinstance(dtype, pd.StringDtype)
        return "text" if is_text or str(dtype).startswith("string") else "other"

    def kinds(self, X: Any) -> list[str]:
        return [self.kind_of(dtype) for dtype in X.dtypes]

    def column_kind(self, column: Any) -> str:
        kind = self.kind_of(column.dtype)
        if kind != "text":
            return kind
        return "category" if parse_numbers(_present(column)) is None else "number"

    def numbers(self, column: Any) -> np.ndarray:
        if self.kind_of(column.dtype) == "text":
            return read_numbers(column.to_numpy(object), self.is_missing(column), column.name)
        dtype = getattr(column.dtype, "numpy_dtype", column.dtype)
        if not isinstance(dtype, np.dtype) or (dtype.kind != "f" and column.hasnans):
            dtype = np.dtype(np.float64)
        if isinstance(column.dtype, np.dtype) or dtype.kind != "f":
            return np.asarray(column.to_numpy(dtype))
        return np.asarray(column.to_numpy(dtype, na_value=np.nan))

    def iter_floats(self, X: Any) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        # Columns one by one would cost a Series each, which is most of the
        # time of a prediction of one row.
        dtypes = list(X.dtypes)
        plain = [isinstance(dtype, np.dtype) and dtype.kind == "f" for dtype in dtypes]
        positions = np.flatnonzero(plain)
        step = max(_PART_VALUES // max(len(X), 1), 1)
        if len(positions) == len(dtypes) <= step:
            yield positions, X.to_numpy()
            return
        for start in range(0, len(positions), step):
            part = positions[start : start + step]
            yield part, X.iloc[:, part].to_numpy()
        for j, dtype in enumerate(dtypes):
            if not isinstance(dtype, np.dtype) and getattr(dtype, "kind", "O") == "f":
                yield np.array([j]), self.numbers(X.iloc[:, j])[:, np.newaxis]

    def ticks(self, column: Any) -> np.ndarray:
        if self.kind_of(column.dtype) == "text":
            missing = self.is_missing(column)
            out = np.full(len(column), NAT)
            out[~missing] = [int(value) for value in _present(column)]
            return out
        if column.dtype.kind not in "mM":
            values = column.fillna(0).to_numpy(np.int64)
            return np.where(column.isna().to_numpy(), NAT, values)
        if column.dtype.kind == "M" and getattr(column.dtype, "tz", None) is not None:
            column = column.dt.tz_convert("UTC").dt.tz_localize(None)
        return np.asarray(column.to_numpy()).view(np.int64)

    def factorize(self, column: Any) -> tuple[np.ndarray, list[Any]]:
        if isinstance(column.dtype, pd.CategoricalDtype):
            codes, categories = column.cat.codes.to_numpy(), column.cat.categories
            seen = np.flatnonzero(np.bincount(codes[codes >= 0], minlength=len(categories)))
            place = np.full(len(categories) + 1, -1, dtype=np.int32)
            place[seen] = np.arange(len(seen))
            return place[codes], categories[seen].tolist()
        codes, found = pd.factorize(column.astype(object))
        return codes.astype(np.int32), list(found)

    def hash_categories(self, column: Any) -> np.ndarray:
        if column.dtype == object:  # which may hold what pandas cannot hash, a list say
            return typed_words(column.tolist())
        codes, categories = self.factorize(column)
        return np.asarray(typed_words([*categories, None])[codes])

    def is_missing(self, column: Any) -> np.ndarray:
        return np.asarray(column.isna())

    def missing_columns(self, X: Any) -> np.ndarray:
        return np.flatnonzero(X.isna().to_numpy().any(axis=0))

    def type_of(self, column: Any) -> ColumnType:
        missing = self.is_missing(column)
        value = column.iloc[int(np.argmax(missing))] if missing.any() else None
        written = None
        if self.column_kind(column) == "number" and self.kind_of(column.dtype) == "text":
            written = NumberFormat.of(_present(column))
        return ColumnType(column.dtype, value, written)

    def is_whole(self, column_type: ColumnType) -> bool:
        if column_type.written is not None:
            return column_type.written.whole
        return getattr(column_type.dtype, "kind", "O") in "iu"

    def from_numbers(self, values: np.ndarray, column_type: ColumnType) -> Any:
        dtype = column_type.dtype
        if column_type.written is not None:
            objects = column_type.written.write(values, column_type.missing)
            return _of_objects(objects, dtype)
        if isinstance(dtype, np.dtype):
            return values.astype(dtype, copy=False)
        return pd.array(values, dtype=dtype, copy=False)

    def from_ticks(self, ticks: np.ndarray, column_type: ColumnType) -> Any:
        dtype, missing = column_type.dtype, ticks == NAT
        if column_type.written is not None:
            objects = ticks.astype(object)
            objects[missing] = column_type.missing
            return _of_objects(objects, dtype)
        if isinstance(dtype, pd.DatetimeTZDtype):
            times = pd.DatetimeIndex(ticks.view(f"M8[{dtype.unit}]"))
            return times.tz_localize("UTC").tz_convert(dtype.tz).array
        if dtype.kind in "mM":
            is_plain = isinstance(dtype, np.dtype)
            return ticks.view(dtype) if is_plain else pd.array(ticks, dtype=dtype)
        if isinstance(dtype, np.dtype):
            return ticks.astype(dtype, copy=False)
        values = np.where(missing, 0, ticks).astype(dtype.numpy_dtype)
        return pd.arrays.IntegerArray(values, missing)

    def from_codes(self, codes: np.ndarray, categories: list[Any], column_type: ColumnType) -> Any:
        dtype = column_type.dtype
        if isinstance(dtype, pd.CategoricalDtype):
            place = np.append(dtype.categories.get_indexer(categories), -1).astype(np.int32)
            return pd.Categorical.from_codes(place[codes], dtype=dtype)
        words = np.empty(len(categories) + 1, dtype=object)  # the code -1 takes the last one
        words[:-1], words[-1] = categories, column_type.missing
        return _of_objects(words[codes], dtype)


def _present(column: Any) -> np.ndarray:
    """Objects of a column that are not missing."""
    values = np.asarray(column.to_numpy(object))
    missing = np.asarray(column.isna())
    return values[~missing] if missing.any() else values


def _of_objects(values: np.ndarray, dtype: Any) -> Any:
    """A column of text or objects; a frame would turn bare objects into text."""
    if dtype.name == "object":
        return pd.Series(values, dtype=object, copy=False)
    return pd.array(values, dtype=dtype, copy=False)


PANDAS = PandasLibrary()

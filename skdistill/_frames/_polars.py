"""Frames of polars."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import polars as pl

from skdistill._frames import NAT, ColumnType, typed_words
from skdistill._frames._written import NUMBER_PATTERN, NumberFormat, parse_numbers, read_numbers

__all__ = ["POLARS", "PolarsLibrary"]


class PolarsLibrary:
    """See :class:`~skdistill._typing.FrameLibrary`."""

    name = "polars"

    def __reduce__(self) -> str:
        return "POLARS"  # a pickle holds the name of the singleton

    def column(self, X: Any, j: int) -> Any:
        return X.to_series(j)

    def take(self, X: Any, index: Any) -> Any:
        if isinstance(index, slice):
            return X[index]
        index = np.asarray(index)
        return X.filter(index) if index.dtype == bool else X[index.astype(np.int64, copy=False)]

    def stack(self, first: Any, second: Any) -> Any:
        return pl.concat([first, second])

    def build(self, columns: list[Any], names: Any) -> Any:
        return pl.DataFrame([column.alias(n) for column, n in zip(columns, names, strict=True)])

    def kind_of(self, dtype: Any) -> str:
        if dtype.is_numeric() or dtype in (pl.Boolean, pl.Null):
            return "number"
        if dtype.is_temporal():
            return "time"
        if dtype in (pl.Categorical, pl.Enum):
            return "category"
        return "text" if dtype in (pl.String, pl.Object) else "other"

    def kinds(self, X: Any) -> list[str]:
        return [self.kind_of(dtype) for dtype in X.dtypes]

    def column_kind(self, column: Any) -> str:
        kind = self.kind_of(column.dtype)
        if kind != "text":
            return kind
        if column.dtype == pl.Object:
            return "other" if parse_numbers(_present(column)) is None else "number"
        texts = column.drop_nulls()
        is_number = len(texts) > 0 and texts.str.contains(f"^(?:{NUMBER_PATTERN})$").all()
        return "number" if is_number else "category"

    def numbers(self, column: Any) -> np.ndarray:
        dtype = column.dtype
        if self.kind_of(dtype) == "text":
            values = np.array([*column.to_list(), None], dtype=object)[:-1]
            return read_numbers(values, self.is_missing(column), column.name)
        if dtype.is_decimal() or dtype == pl.Null or (dtype == pl.Boolean and column.null_count()):
            column = column.cast(pl.Float64)
        return np.asarray(column.to_numpy())

    def iter_floats(self, X: Any) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        for j, dtype in enumerate(X.dtypes):
            if dtype.is_float():
                yield np.array([j]), self.numbers(X.to_series(j))[:, np.newaxis]

    def ticks(self, column: Any) -> np.ndarray:
        if self.kind_of(column.dtype) == "text":
            values = [NAT if value is None else int(value) for value in column.to_list()]
            return np.array(values, dtype=np.int64)
        return np.asarray(column.to_physical().cast(pl.Int64).fill_null(NAT).to_numpy())

    def factorize(self, column: Any) -> tuple[np.ndarray, list[Any]]:
        if column.dtype == pl.Object:
            return _factorize_objects(column.to_list())
        if column.dtype in (pl.Categorical, pl.Enum):
            column = column.cast(pl.String)
        elif column.dtype.is_float():
            column = column.fill_nan(None)
        found = column.drop_nulls().unique(maintain_order=True)
        if not len(found):
            return np.full(len(column), -1, dtype=np.int32), []
        place = pl.Series(np.arange(len(found), dtype=np.int32))
        codes = column.replace_strict(found, place, return_dtype=pl.Int32)
        return codes.fill_null(-1).to_numpy(), found.to_list()

    def hash_categories(self, column: Any) -> np.ndarray:
        codes, categories = self.factorize(column)
        # polars' own hash changes from version to version.
        return np.asarray(typed_words([*categories, None])[codes])

    def is_missing(self, column: Any) -> np.ndarray:
        missing = column.is_null()
        if column.dtype.is_float():
            missing = missing | column.is_nan().fill_null(True)
        return np.asarray(missing.to_numpy())

    def missing_columns(self, X: Any) -> np.ndarray:
        found = [self.is_missing(X.to_series(j)).any() for j in range(X.shape[1])]
        return np.flatnonzero(found)

    def type_of(self, column: Any) -> ColumnType:
        dtype, missing, written = column.dtype, None, None
        if dtype.is_float() and not column.null_count() and column.is_nan().any():
            missing = np.nan
        if self.kind_of(dtype) == "text" and self.column_kind(column) == "number":
            written = NumberFormat.of(_present(column))
        return ColumnType(dtype, missing, written)

    def is_whole(self, column_type: ColumnType) -> bool:
        if column_type.written is not None:
            return column_type.written.whole
        return bool(column_type.dtype.is_integer())

    def from_numbers(self, values: np.ndarray, column_type: ColumnType) -> Any:
        if column_type.written is not None:
            return _of_objects(column_type.written.write(values, None), column_type.dtype)
        # NaN is a number here; where missing values were null, they are null again.
        return pl.Series(values, nan_to_null=column_type.missing is None).cast(column_type.dtype)

    def from_ticks(self, ticks: np.ndarray, column_type: ColumnType) -> Any:
        if column_type.written is not None:
            objects = ticks.astype(object)
            objects[ticks == NAT] = None
            return _of_objects(objects, column_type.dtype)
        column = pl.Series(ticks)
        return column.set(column == NAT, None).cast(column_type.dtype)

    def from_codes(self, codes: np.ndarray, categories: list[Any], column_type: ColumnType) -> Any:
        if column_type.dtype == pl.Object:
            return _of_objects([[*categories, None][code] for code in codes], pl.Object)
        place = pl.Series(np.where(codes < 0, len(categories), codes).astype(np.uint32))
        return pl.Series([*categories, None], dtype=column_type.dtype).gather(place)


def _present(column: Any) -> np.ndarray:
    """Values of a column that are not null."""
    return np.array([*(v for v in column.to_list() if v is not None), None], dtype=object)[:-1]


def _of_objects(values: Any, dtype: Any) -> Any:
    return pl.Series(list(values), dtype=dtype)


def _factorize_objects(values: list[Any]) -> tuple[np.ndarray, list[Any]]:
    """Codes (-1 for None and NaN) and distinct objects, in the order of their first places."""
    place: dict[Any, int] = {}
    codes = [
        -1 if value is None or value != value else place.setdefault(value, len(place))
        for value in values
    ]
    return np.array(codes, dtype=np.int32), list(place)


POLARS = PolarsLibrary()

"""How the user's columns become numbers and codes, and columns again.

An :class:`ArrayLayout` does so for a whole array, a :class:`FrameLayout` column
by column. Both make new rows in two steps: a buffer for all of them is allocated
in the types that they will have, parts are written into it, and then the whole
is finished; so no more than one part is ever held twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from skdistill._frames import NAT, ColumnType, is_frame, library_of
from skdistill._typing import FrameLibrary

__all__ = ["MISSING", "ArrayLayout", "FrameLayout", "learn_layout"]

# The code of a missing value, for whom it is a category like any other.
MISSING = -1

# Beyond, floats do not distinguish integers.
_EXACT = 2.0**53


@dataclass(frozen=True)
class NumberColumn:
    """Numbers of a frame, Booleans too, and those written as text; floats where values may miss.

    Parameters
    ----------
    storage : dtype
        Of the array in which new values are gathered.
    """

    library: FrameLibrary
    type: ColumnType
    storage: np.dtype

    def encode(self, column: Any) -> np.ndarray:
        return self.library.numbers(column)

    def write(self, buffer: np.ndarray, values: np.ndarray) -> None:
        buffer[...] = values

    def finish(self, buffer: np.ndarray) -> Any:
        return self.library.from_numbers(buffer, self.type)


@dataclass(frozen=True)
class TickColumn:
    """Times, and whole numbers too large for floats, as steps from the first one seen.

    Parameters
    ----------
    first, last : int
        Smallest and largest tick seen.
    step : int
        The greatest common divisor of the distances seen: new times stay on
        the grid of the old ones, as on whole days.
    """

    library: FrameLibrary
    type: ColumnType
    first: int
    last: int
    step: int
    storage: ClassVar[np.dtype] = np.dtype(np.int64)

    def encode(self, column: Any) -> np.ndarray:
        ticks = self.library.ticks(column)
        # Distances of 64-bit numbers may need all 64 bits: none is a sign then.
        inside = np.clip(ticks, self.first, self.last).view(np.uint64)
        steps = (inside - np.uint64(self.first % 2**64)) / np.uint64(self.step)
        return np.where(ticks == NAT, np.nan, steps)

    def write(self, buffer: np.ndarray, values: np.ndarray) -> None:
        missing = np.isnan(values)
        steps = np.where(missing, 0.0, values).astype(np.uint64) * np.uint64(self.step)
        ticks = steps + np.uint64(self.first % 2**64)
        buffer[...] = np.where(missing, NAT, ticks.view(np.int64))

    def finish(self, buffer: np.ndarray) -> Any:
        return self.library.from_ticks(buffer, self.type)


@dataclass(frozen=True)
class CategoryColumn:
    """Categories of a frame, by their positions among those seen."""

    library: FrameLibrary
    type: ColumnType
    name: Any
    categories: list[Any]
    storage: ClassVar[np.dtype] = np.dtype(np.int32)

    def encode(self, column: Any) -> np.ndarray:
        codes, found = self.library.factorize(column)
        return np.asarray(_place(found, self.categories, repr(self.name))[codes])

    def write(self, buffer: np.ndarray, values: np.ndarray) -> None:
        buffer[...] = values

    def finish(self, buffer: np.ndarray) -> Any:
        return self.library.from_codes(buffer, self.categories, self.type)


def _place(found: Sequence[Any], categories: list[Any], name: str) -> np.ndarray:
    """Position of each category among the known ones, and -1 at the end, for the code -1."""
    known = {category: code for code, category in enumerate(categories)}
    unknown = [category for category in found if category not in known]
    if unknown:
        raise ValueError(
            f"Column {name} has categories that fit did not see: {unknown[:10]}. The categories "
            f"seen are {categories[:20]}."
        )
    return np.array([*(known[category] for category in found), MISSING], dtype=np.int32)


@dataclass(frozen=True)
class ArrayLayout:
    """Columns of an array of one dtype."""

    dtype: np.dtype
    categorical: np.ndarray
    categories: list[list[Any]]

    def encode(self, X: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return numbers of shape (n, n_numeric) and codes of shape (n, n_categorical)."""
        dtype = self.dtype if self.dtype.kind == "f" else np.float64
        numbers = np.array(X[:, ~self.categorical], dtype=dtype, order="C")
        codes = np.empty((len(X), len(self.categories)), dtype=np.int32)
        for k, j in enumerate(np.flatnonzero(self.categorical)):
            found, inverse = _factorize(X[:, j])
            codes[:, k] = _place(found, self.categories[k], str(j))[inverse]
        return numbers, codes

    def allocate(self, n_rows: int) -> np.ndarray:
        """Return a buffer for rows."""
        return np.empty((n_rows, len(self.categorical)), dtype=self.dtype)

    def write(
        self, buffer: np.ndarray, part: slice, numbers: np.ndarray, codes: np.ndarray
    ) -> None:
        """Write rows into a part of the buffer."""
        if not self.categories:
            buffer[part] = numbers
            return
        buffer[part, ~self.categorical] = numbers
        missing = np.nan if self.dtype.kind == "f" else 0
        for k, j in enumerate(np.flatnonzero(self.categorical)):
            buffer[part, j] = np.array([*self.categories[k], missing], dtype=self.dtype)[
                codes[:, k]
            ]

    def finish(self, buffer: np.ndarray) -> np.ndarray:
        """Return the rows."""
        return buffer


@dataclass(frozen=True)
class FrameLayout:
    """Columns of a frame, each with a dtype of its own."""

    library: FrameLibrary
    names: Any
    categorical: np.ndarray
    columns: list[Any]

    def encode(self, X: Any) -> tuple[np.ndarray, np.ndarray]:
        """Return numbers of shape (n, n_numeric) and codes of shape (n, n_categorical)."""
        if not is_frame(X) or library_of(X) is not self.library:
            kind = self.library.name
            raise TypeError(
                f"fit saw a {kind} frame, but X is a {type(X).__module__.partition('.')[0]} "
                f"{type(X).__name__}. Pass a {kind} frame with the same columns."
            )
        encoded = [c.encode(self.library.column(X, j)) for j, c in enumerate(self.columns)]
        numbers = [encoded[j] for j in np.flatnonzero(~self.categorical)]
        codes = [encoded[j] for j in np.flatnonzero(self.categorical)]
        narrow = numbers and all(values.dtype == np.float32 for values in numbers)
        return (
            _as_matrix(numbers, len(X), np.float32 if narrow else np.float64),
            _as_matrix(codes, len(X), np.int32),
        )

    def allocate(self, n_rows: int) -> list[np.ndarray]:
        """Return a buffer for rows: one array a column."""
        return [np.empty(n_rows, dtype=column.storage) for column in self.columns]

    def write(
        self, buffer: list[np.ndarray], part: slice, numbers: np.ndarray, codes: np.ndarray
    ) -> None:
        """Write rows into a part of the buffer."""
        sources = {False: iter(numbers.T), True: iter(codes.T)}
        for column, values, mark in zip(self.columns, buffer, self.categorical, strict=True):
            column.write(values[part], next(sources[bool(mark)]))

    def finish(self, buffer: list[np.ndarray]) -> Any:
        """Return the rows; the buffer is emptied, a column at a time."""
        buffer.reverse()
        return self.library.build([c.finish(buffer.pop()) for c in self.columns], self.names)


def _as_matrix(columns: list[np.ndarray], n_rows: int, dtype: Any) -> np.ndarray:
    matrix = np.empty((n_rows, len(columns)), dtype=dtype)
    for j, values in enumerate(columns):
        matrix[:, j] = values
    return matrix


def _factorize(values: np.ndarray) -> tuple[list[Any], np.ndarray]:
    """Distinct values of an array's column, and the code of each entry; -1 where missing."""
    if values.dtype.kind != "f":
        found, inverse = np.unique(values, return_inverse=True)
        return found.tolist(), inverse
    present = ~np.isnan(values)
    codes = np.full(len(values), MISSING, dtype=np.int32)
    found, codes[present] = np.unique(values[present], return_inverse=True)
    return found.tolist(), codes


def _sorted_categories(categories: list[Any], name: Any) -> list[Any]:
    try:
        return sorted(categories)
    except TypeError as error:
        raise TypeError(
            f"Column {name!r} mixes types that cannot be sorted ({error}). Turn its values into "
            "strings, or into one numeric type."
        ) from error


def _learn_column(library: FrameLibrary, column: Any, name: Any, categorical: bool) -> Any:
    """Learn how a frame's column is encoded."""
    column_type = library.type_of(column)
    if categorical:
        found = library.factorize(column)[1]
        return CategoryColumn(library, column_type, name, _sorted_categories(found, name))
    if library.column_kind(column) == "number":
        values = library.numbers(column)
        largest = np.fmax.reduce(np.abs(values), initial=0)
        if not (library.is_whole(column_type) and _EXACT <= largest < 2.0**63):
            return NumberColumn(library, column_type, values.dtype)
    ticks = library.ticks(column)
    ticks = ticks[ticks != NAT]
    if not len(ticks):
        return TickColumn(library, column_type, 0, 0, 1)
    first, last = int(ticks.min()), int(ticks.max())
    distances = ticks.view(np.uint64) - np.uint64(first % 2**64)
    return TickColumn(library, column_type, first, last, max(int(np.gcd.reduce(distances)), 1))


def learn_layout(X: Any, categorical: np.ndarray) -> ArrayLayout | FrameLayout:
    """Learn the columns of X.

    Parameters
    ----------
    X : ndarray or DataFrame of shape (n_samples, n_features)
        Validated rows.
    categorical : ndarray of shape (n_features,), dtype bool
        Which columns are categorical.

    Returns
    -------
    layout : ArrayLayout or FrameLayout
    """
    if isinstance(X, np.ndarray):
        categories = [_factorize(X[:, j])[0] for j in np.flatnonzero(categorical)]
        return ArrayLayout(X.dtype, categorical, categories)
    library = library_of(X)
    columns = [
        _learn_column(library, library.column(X, j), name, mark)
        for j, (name, mark) in enumerate(zip(X.columns, categorical, strict=True))
    ]
    return FrameLayout(library, X.columns, categorical, columns)

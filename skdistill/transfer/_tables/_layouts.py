"""How the user's columns become numbers and codes, and columns again.

An :class:`ArrayLayout` does so for a whole array, a :class:`FrameLayout` column
by column. Both make new rows in two steps: room for all of them is allocated in
the types that they will have, parts are written into it, and then the whole is
finished; so no more than one part is ever held twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any, ClassVar

import numpy as np

from skdistill._frames import NAT, is_frame, library_of

__all__ = ["MISSING", "ArrayLayout", "FrameLayout", "learn_layout"]

# The code of a missing level, for those it is a level like any other.
MISSING = -1

# Beyond, whole numbers are not told apart by a float.
_EXACT = 2.0**53


@dataclass(frozen=True)
class NumberColumn:
    """Numbers and Booleans of a frame; floats where values may be missing.

    Parameters
    ----------
    storage : dtype
        Of the array in which new values are gathered.
    gap : object
        What stands where a value is missing.
    """

    functions: ModuleType
    dtype: Any
    storage: np.dtype
    gap: Any

    def encode(self, column: Any) -> np.ndarray:
        return self.functions.numbers(column)

    def write(self, room: np.ndarray, values: np.ndarray) -> None:
        room[...] = values

    def finish(self, room: np.ndarray) -> Any:
        return self.functions.from_numbers(room, self.dtype, self.gap)


@dataclass(frozen=True)
class TickColumn:
    """Times, and whole numbers too large for floats, as steps from the first one seen.

    Parameters
    ----------
    first, last : int
        Least and largest tick seen.
    step : int
        The greatest common divisor of the distances seen: new times stay on
        the grid of the old ones, as on whole days.
    """

    functions: ModuleType
    dtype: Any
    first: int
    last: int
    step: int
    storage: ClassVar[np.dtype] = np.dtype(np.int64)

    def encode(self, column: Any) -> np.ndarray:
        ticks = self.functions.ticks(column)
        # Distances of 64-bit numbers may need all 64 bits: none is a sign then.
        inside = np.clip(ticks, self.first, self.last).view(np.uint64)
        steps = (inside - np.uint64(self.first % 2**64)) / np.uint64(self.step)
        return np.where(ticks == NAT, np.nan, steps)

    def write(self, room: np.ndarray, values: np.ndarray) -> None:
        missing = np.isnan(values)
        steps = np.where(missing, 0.0, values).astype(np.uint64) * np.uint64(self.step)
        ticks = steps + np.uint64(self.first % 2**64)
        room[...] = np.where(missing, NAT, ticks.view(np.int64))

    def finish(self, room: np.ndarray) -> Any:
        return self.functions.from_ticks(room, self.dtype)


@dataclass(frozen=True)
class LevelColumn:
    """Levels of a frame, by their place among those seen."""

    functions: ModuleType
    dtype: Any
    name: Any
    levels: list[Any]
    gap: Any
    storage: ClassVar[np.dtype] = np.dtype(np.int32)

    def encode(self, column: Any) -> np.ndarray:
        codes, found = self.functions.factorize(column)
        return _place(found, self.levels, repr(self.name))[codes]

    def write(self, room: np.ndarray, values: np.ndarray) -> None:
        room[...] = values

    def finish(self, room: np.ndarray) -> Any:
        return self.functions.from_codes(room, self.levels, self.dtype, self.gap)


def _place(found: Sequence[Any], levels: list[Any], name: str) -> np.ndarray:
    """Position of each level found among the known ones, and -1 at the end, for the code -1."""
    known = {level: code for code, level in enumerate(levels)}
    unknown = [level for level in found if level not in known]
    if unknown:
        raise ValueError(
            f"Column {name} has levels that fit did not see: {unknown[:10]}. The levels seen are "
            f"{levels[:20]}."
        )
    return np.array([*(known[level] for level in found), MISSING], dtype=np.int32)


@dataclass(frozen=True)
class ArrayLayout:
    """Columns of an array of one dtype."""

    dtype: np.dtype
    categorical: np.ndarray
    levels: list[list[Any]]

    def encode(self, X: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return numbers of shape (n, n_numeric) and codes of shape (n, n_categorical)."""
        dtype = self.dtype if self.dtype.kind == "f" else np.float64
        numbers = np.array(X[:, ~self.categorical], dtype=dtype, order="C")
        codes = np.empty((len(X), len(self.levels)), dtype=np.int32)
        for k, j in enumerate(np.flatnonzero(self.categorical)):
            found, inverse = _factorize(X[:, j])
            codes[:, k] = _place(found, self.levels[k], str(j))[inverse]
        return numbers, codes

    def allocate(self, n_rows: int) -> np.ndarray:
        """Return room for rows."""
        return np.empty((n_rows, len(self.categorical)), dtype=self.dtype)

    def write(self, room: np.ndarray, part: slice, numbers: np.ndarray, codes: np.ndarray) -> None:
        """Write rows into a part of the room."""
        if not self.levels:
            room[part] = numbers
            return
        room[part, ~self.categorical] = numbers
        gap = np.nan if self.dtype.kind == "f" else 0
        for k, j in enumerate(np.flatnonzero(self.categorical)):
            room[part, j] = np.array([*self.levels[k], gap], dtype=self.dtype)[codes[:, k]]

    def finish(self, room: np.ndarray) -> np.ndarray:
        """Return the rows."""
        return room


@dataclass(frozen=True)
class FrameLayout:
    """Columns of a frame, each with a dtype of its own."""

    functions: ModuleType
    names: Any
    categorical: np.ndarray
    columns: list[Any]

    def encode(self, X: Any) -> tuple[np.ndarray, np.ndarray]:
        """Return numbers of shape (n, n_numeric) and codes of shape (n, n_categorical)."""
        if not is_frame(X) or library_of(X) is not self.functions:
            kind = self.functions.__name__.rpartition("_")[2]
            raise TypeError(
                f"fit has seen a {kind} frame, but X is a {type(X).__module__.partition('.')[0]} "
                f"{type(X).__name__}. Pass a {kind} frame with the same columns."
            )
        encoded = [c.encode(self.functions.column(X, j)) for j, c in enumerate(self.columns)]
        numbers = [encoded[j] for j in np.flatnonzero(~self.categorical)]
        codes = [encoded[j] for j in np.flatnonzero(self.categorical)]
        narrow = numbers and all(values.dtype == np.float32 for values in numbers)
        return (
            _as_matrix(numbers, len(X), np.float32 if narrow else np.float64),
            _as_matrix(codes, len(X), np.int32),
        )

    def allocate(self, n_rows: int) -> list[np.ndarray]:
        """Return room for rows, an array a column."""
        return [np.empty(n_rows, dtype=column.storage) for column in self.columns]

    def write(
        self, room: list[np.ndarray], part: slice, numbers: np.ndarray, codes: np.ndarray
    ) -> None:
        """Write rows into a part of the room."""
        sources = {False: iter(numbers.T), True: iter(codes.T)}
        for column, values, level in zip(self.columns, room, self.categorical, strict=True):
            column.write(values[part], next(sources[bool(level)]))

    def finish(self, room: list[np.ndarray]) -> Any:
        """Return the rows; the room is emptied, a column at a time."""
        room.reverse()
        return self.functions.build([c.finish(room.pop()) for c in self.columns], self.names)


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


def _sorted_levels(levels: list[Any], name: Any) -> list[Any]:
    try:
        return sorted(levels)
    except TypeError as error:
        raise TypeError(
            f"Column {name!r} mixes types that cannot be sorted ({error}). Turn its values into "
            "strings, or into one numeric type."
        ) from error


def _learn_column(functions: ModuleType, column: Any, dtype: Any, name: Any, level: bool) -> Any:
    """Learn how a frame's column is encoded."""
    gap = functions.gap_of(column)
    if level:
        levels = functions.factorize(column)[1]
        return LevelColumn(functions, dtype, name, _sorted_levels(levels, name), gap)
    values = None
    if functions.kind_of(dtype) == "number":
        values = functions.numbers(column)
        largest = np.fmax.reduce(np.abs(values), initial=0)
        if not (functions.is_whole(dtype) and _EXACT <= largest < 2.0**63):
            return NumberColumn(functions, dtype, values.dtype, gap)
    ticks = functions.ticks(column)
    ticks = ticks[ticks != NAT]
    if not len(ticks):
        return TickColumn(functions, dtype, 0, 0, 1)
    first, last = int(ticks.min()), int(ticks.max())
    distances = ticks.view(np.uint64) - np.uint64(first % 2**64)
    return TickColumn(functions, dtype, first, last, max(int(np.gcd.reduce(distances)), 1))


def learn_layout(X: Any, categorical: np.ndarray) -> ArrayLayout | FrameLayout:
    """Learn the columns of X.

    Parameters
    ----------
    X : ndarray or DataFrame of shape (n_samples, n_features)
        Validated rows.
    categorical : ndarray of shape (n_features,), dtype bool
        Which columns hold levels.

    Returns
    -------
    layout : ArrayLayout or FrameLayout
    """
    if isinstance(X, np.ndarray):
        levels = [_factorize(X[:, j])[0] for j in np.flatnonzero(categorical)]
        return ArrayLayout(X.dtype, categorical, levels)
    functions = library_of(X)
    columns = [
        _learn_column(functions, functions.column(X, j), dtype, name, level)
        for j, (dtype, name, level) in enumerate(zip(X.dtypes, X.columns, categorical, strict=True))
    ]
    return FrameLayout(functions, X.columns, categorical, columns)

"""Rows as two plain matrices, and back again.

A generator of rows thinks in numbers and in levels. A :class:`Table` is learned
from the user's rows once: it knows each column's kind, turns rows into a float
matrix and an integer matrix of level codes, and turns new ones into rows of
the same kind (array or DataFrame, dtypes, categories, bounds).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from skdistill._rows import categorical_columns, is_frame

__all__ = ["Encoded", "Table", "learn_table"]

# The code of a missing level, for those it is a level like any other.
MISSING = -1


@dataclass(frozen=True)
class Encoded:
    """Rows as numbers and codes.

    Parameters
    ----------
    numbers : ndarray of shape (n, n_numeric), float
        NaN where missing.
    codes : ndarray of shape (n, n_categorical), dtype int32
        Index into the column's levels; -1 where missing.
    """

    numbers: np.ndarray
    codes: np.ndarray

    def __len__(self) -> int:
        return len(self.numbers)

    def copy(self) -> Encoded:
        """Return a copy in C order."""
        return Encoded(self.numbers.copy(), self.codes.copy())

    def take(self, index: Any) -> Encoded:
        """Return the rows at ``index``: positions or a mask; views for a slice."""
        return Encoded(self.numbers[index], self.codes[index])


@dataclass(frozen=True)
class Table:
    """What is known of the user's columns.

    Parameters
    ----------
    categorical : ndarray of shape (n_features,), dtype bool
        Which columns hold levels.
    levels : list of ndarray
        The sorted levels seen in each categorical column.
    whole : ndarray of shape (n_numeric,), dtype bool
        Which numeric columns hold whole numbers by their dtype.
    low, high : ndarray of shape (n_numeric,)
        Bounds seen.
    columns : Index or None
        A frame's columns; None for arrays.
    dtypes : list
        A frame's dtypes, or the one dtype of an array.
    """

    categorical: np.ndarray
    levels: list[np.ndarray]
    whole: np.ndarray
    low: np.ndarray
    high: np.ndarray
    columns: Any
    dtypes: list[Any]

    def encode(self, X: Any) -> Encoded:
        """Turn rows into numbers and codes.

        Parameters
        ----------
        X : ndarray or DataFrame of shape (n, n_features)
            Validated rows with the columns that were learned.

        Returns
        -------
        encoded : Encoded
            Copies, in C order.
        """
        numeric = np.flatnonzero(~self.categorical)
        if self.columns is None:
            dtype = X.dtype if X.dtype.kind == "f" else np.float64
            numbers = np.array(X[:, numeric], dtype=dtype, order="C")
        else:
            numbers = _frame_numbers(X, numeric)
        codes = np.empty((X.shape[0], len(self.levels)), dtype=np.int32)
        for k, j in enumerate(np.flatnonzero(self.categorical)):
            codes[:, k] = _level_codes(_column(X, j), self.levels[k], self._name(j))
        return Encoded(numbers, codes)

    def decode(self, encoded: Encoded) -> Any:
        """Turn numbers and codes into rows of the kind that was learned.

        Numbers are brought inside the bounds seen, whole columns are rounded.

        Parameters
        ----------
        encoded : Encoded
            May be overwritten.

        Returns
        -------
        X : ndarray or DataFrame of shape (n, n_features)
        """
        numbers = encoded.numbers
        np.clip(numbers, self.low, self.high, out=numbers)
        if self.whole.any():
            numbers[:, self.whole] = np.rint(numbers[:, self.whole])
        if self.columns is None:
            return self._decode_array(numbers, encoded.codes)
        return self._decode_frame(numbers, encoded.codes)

    def allocate(self, n_rows: int) -> Chunk:
        """Return room for ``n_rows`` decoded rows, to be filled in parts."""
        return Chunk(self, n_rows)

    def _decode_array(self, numbers: np.ndarray, codes: np.ndarray) -> np.ndarray:
        dtype = self.dtypes[0]
        if not self.levels:
            return numbers.astype(dtype, copy=False)
        X = np.empty((len(numbers), len(self.categorical)), dtype=dtype)
        X[:, ~self.categorical] = numbers
        for k, j in enumerate(np.flatnonzero(self.categorical)):
            values = self.levels[k].astype(dtype).take(codes[:, k], mode="clip")
            X[:, j] = (
                np.where(codes[:, k] == MISSING, np.nan, values) if dtype.kind == "f" else values
            )
        return X

    def _decode_frame(self, numbers: np.ndarray, codes: np.ndarray) -> Any:
        import pandas as pd

        columns = {}
        place = np.cumsum(self.categorical) - 1
        for j, dtype in enumerate(self.dtypes):
            if self.categorical[j]:
                k = place[j]
                # pandas takes -1 as missing too, and keeps the dtype's own order.
                values = pd.Categorical.from_codes(codes[:, k], categories=self.levels[k])
                columns[j] = pd.Series(values).astype(dtype)
                continue
            values = numbers[:, j - place[j] - 1]
            missing = np.isnan(values)
            if missing.any() and dtype.kind != "f":
                columns[j] = pd.Series(values, dtype="Float64").mask(missing).astype(dtype)
            else:
                columns[j] = pd.Series(values).astype(dtype)
        frame = pd.DataFrame(columns)
        frame.columns = self.columns
        return frame

    def _name(self, j: Any) -> str:
        return repr(self.columns[j]) if self.columns is not None else str(j)


class Chunk:
    """Rows of the user's kind, filled in parts."""

    def __init__(self, table: Table, n_rows: int):
        self.table, self.parts = table, [table.decode(_empty(table, n_rows * 0))]

    def fill(self, place: slice, rows: Encoded) -> None:
        self.parts.append(self.table.decode(rows))

    def finish(self) -> Any:
        if self.table.columns is None:
            return np.concatenate(self.parts)
        import pandas as pd

        return pd.concat(self.parts[1:] or self.parts, ignore_index=True)


def _empty(table: Table, n: int) -> Encoded:
    k = len(table.levels)
    return Encoded(
        np.empty((n, len(table.categorical) - k), table.low.dtype), np.empty((n, k), np.int32)
    )


def _column(X: Any, j: Any) -> np.ndarray:
    if not is_frame(X):
        return X[:, j]
    values = X.iloc[:, j].astype(object).to_numpy(copy=True)
    values[X.iloc[:, j].isna().to_numpy()] = None
    return values


def _is_missing(values: np.ndarray) -> np.ndarray:
    if values.dtype.kind == "f":
        return np.isnan(values)
    if values.dtype.kind == "O":
        return np.array([value is None for value in values], dtype=bool)
    return np.zeros(len(values), dtype=bool)


def _level_codes(values: np.ndarray, levels: np.ndarray, name: str) -> np.ndarray:
    """Index of each value among the sorted levels; -1 where missing."""
    codes = np.full(len(values), MISSING, dtype=np.int32)
    present = ~_is_missing(values)
    found = values[present]
    if len(levels):
        place = np.minimum(np.searchsorted(levels, found), len(levels) - 1)
        unknown = levels[place] != found
    else:
        place, unknown = np.zeros(len(found), np.intp), np.ones(len(found), bool)
    if np.any(unknown):
        raise ValueError(
            f"Column {name} has levels that fit did not see: "
            f"{np.unique(found[unknown])[:10].tolist()}. The levels seen are "
            f"{levels[:20].tolist()}."
        )
    codes[present] = place
    return codes


def _frame_numbers(X: Any, numeric: np.ndarray) -> np.ndarray:
    """The numeric columns of a frame as one matrix; float32 if all of them are."""
    part = X.iloc[:, numeric]
    narrow = len(part.columns) and all(str(dtype) == "float32" for dtype in part.dtypes)
    numbers = part.to_numpy(dtype=np.float32 if narrow else np.float64, na_value=np.nan)
    return np.array(numbers, order="C")


def _categorical_mask(X: Any, categorical_features: Any) -> np.ndarray:
    """Read the ``categorical_features`` parameter against the columns of X."""
    n_features = X.shape[1]
    by_dtype = categorical_columns(X)
    if categorical_features is None:
        mask = np.zeros(n_features, dtype=bool)
    elif isinstance(categorical_features, str):
        mask = by_dtype
    else:
        given = np.asarray(categorical_features)
        mask = np.zeros(n_features, dtype=bool)
        if given.dtype == bool:
            if given.shape != (n_features,):
                raise ValueError(
                    f"categorical_features has shape {given.shape}, but X has {n_features} columns."
                )
            mask = given
        elif given.dtype.kind in "iu":
            if given.size and (given.min() < -n_features or given.max() >= n_features):
                raise ValueError(
                    f"categorical_features {given.tolist()} are not all among the {n_features} "
                    "columns of X."
                )
            mask[given] = True
        elif given.size:
            names = list(X.columns) if is_frame(X) else []
            unknown = [name for name in given.tolist() if name not in names]
            if unknown:
                raise ValueError(
                    f"categorical_features names columns that X does not have: {unknown}. "
                    + (f"Its columns are {names}." if names else "X is an array: give positions.")
                )
            mask[[names.index(name) for name in given.tolist()]] = True
    unread = np.flatnonzero(by_dtype & ~mask)
    if len(unread):
        names = [X.columns[j] for j in unread]
        raise ValueError(
            f"Columns {names} hold levels, not numbers. Add them to categorical_features, or use "
            'categorical_features="from_dtype".'
        )
    return mask


def learn_table(X: Any, categorical_features: Any = "from_dtype") -> Table:
    """Learn the kinds, levels and bounds of the columns of X.

    Parameters
    ----------
    X : ndarray or DataFrame of shape (n_samples, n_features)
        Validated rows.
    categorical_features : "from_dtype", None, mask, positions or names
        Which columns hold levels.

    Returns
    -------
    table : Table
    """
    mask = _categorical_mask(X, categorical_features)
    levels = []
    for j in np.flatnonzero(mask):
        values = _column(X, j)
        try:
            levels.append(np.unique(values[~_is_missing(values)]))
        except TypeError as error:
            name = X.columns[j] if is_frame(X) else j
            raise TypeError(
                f"Column {name!r} mixes types that cannot be sorted ({error}). Turn its values "
                "into strings, or into one numeric type."
            ) from error
    frame = is_frame(X)
    dtypes = list(X.dtypes) if frame else [X.dtype]
    numeric = [X.dtypes.iloc[j] if frame else X.dtype for j in np.flatnonzero(~mask)]
    whole = np.array([dtype.kind in "iub" for dtype in numeric], dtype=bool)
    numbers = _frame_numbers(X, np.flatnonzero(~mask)) if frame else X[:, ~mask]
    low, high = _bounds(numbers)
    return Table(mask, levels, whole, low, high, X.columns if frame else None, dtypes)


def _bounds(numbers: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Least and largest value of each column; unbounded where all are missing."""
    if not numbers.size:
        return np.zeros(numbers.shape[1]), np.zeros(numbers.shape[1])
    low, high = np.fmin.reduce(numbers, axis=0), np.fmax.reduce(numbers, axis=0)
    if numbers.dtype.kind == "f":
        low = np.where(np.isnan(low), -np.inf, low).astype(numbers.dtype)
        high = np.where(np.isnan(high), np.inf, high).astype(numbers.dtype)
    return low, high

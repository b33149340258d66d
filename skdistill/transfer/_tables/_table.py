"""Rows as two plain matrices, and back again.

Generators work on numbers and codes of categories. A :class:`Table` is learned
from the user's rows once: it turns rows into a float matrix and an integer
matrix of codes, and turns new ones into rows of the same kind (array or
DataFrame, dtypes, categories, bounds, whole numbers).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from skdistill._frames import is_frame
from skdistill._rows import categorical_columns, iter_slices
from skdistill.transfer._tables._layouts import MISSING, ArrayLayout, FrameLayout, learn_layout

__all__ = ["MISSING", "Encoded", "RowBuffer", "Table", "learn_table"]

# Rows brought inside the bounds at a time: they stay in the processor's cache.
_PART_ROWS = 8_192


@dataclass(frozen=True)
class Encoded:
    """Rows as numbers and codes.

    Parameters
    ----------
    numbers : ndarray of shape (n, n_numeric), float
        NaN where missing.
    codes : ndarray of shape (n, n_categorical), dtype int32
        Index into the column's categories; -1 where missing.
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
        if isinstance(index, np.ndarray) and index.dtype != bool:
            # Four times as fast as by brackets.
            return Encoded(self.numbers.take(index, axis=0), self.codes.take(index, axis=0))
        return Encoded(self.numbers[index], self.codes[index])


@dataclass(frozen=True)
class Table:
    """What is known of the user's columns.

    Parameters
    ----------
    categorical : ndarray of shape (n_features,), dtype bool
        Which columns are categorical.
    layout : ArrayLayout or FrameLayout
        How columns become numbers and codes, and columns again.
    whole : ndarray of shape (n_numeric,), dtype bool
        Which numeric columns hold only integers: so do new rows.
    low, high : ndarray of shape (n_numeric,)
        Bounds seen; infinite where all values are missing.
    """

    categorical: np.ndarray
    layout: ArrayLayout | FrameLayout
    whole: np.ndarray
    low: np.ndarray
    high: np.ndarray

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
        return Encoded(*self.layout.encode(X))

    def decode(self, rows: Encoded) -> Any:
        """Turn numbers and codes into rows of the kind that was learned.

        Numbers are clipped to the bounds seen, columns of integers are rounded.

        Parameters
        ----------
        rows : Encoded
            Not changed.

        Returns
        -------
        X : ndarray or DataFrame of shape (n, n_features)
        """
        buffer = self.allocate(len(rows))
        buffer.fill(slice(0, len(rows)), rows)
        return buffer.finish()

    def allocate(self, n_rows: int) -> RowBuffer:
        """Return a buffer for ``n_rows`` decoded rows, to be filled in parts."""
        return RowBuffer(self, n_rows)


class RowBuffer:
    """Decoded rows while they are being gathered; see :meth:`Table.allocate`."""

    def __init__(self, table: Table, n_rows: int):
        self._layout: Any = table.layout
        self._whole = table.whole
        self._buffer = table.layout.allocate(n_rows)
        # Bounds of whole parts: without broadcasting over short rows, a
        # comparison takes a tenth of the time.
        height = (min(n_rows, _PART_ROWS), 1)
        self._low, self._high = np.tile(table.low, height), np.tile(table.high, height)

    def fill(self, place: slice, rows: Encoded) -> None:
        """Decode rows into their positions; they are not changed."""
        whole = self._whole
        for part in iter_slices(len(rows), _PART_ROWS):
            numbers = rows.numbers[part]
            numbers = np.maximum(numbers, self._low[: len(numbers)])
            np.minimum(numbers, self._high[: len(numbers)], out=numbers)
            if whole.all():
                np.rint(numbers, out=numbers)
            elif whole.any():
                numbers[:, whole] = np.rint(numbers[:, whole])
            goal = slice(place.start + part.start, place.start + part.stop)
            self._layout.write(self._buffer, goal, numbers, rows.codes[part])

    def finish(self) -> Any:
        """Return all rows; the buffer cannot be used again."""
        return self._layout.finish(self._buffer)


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
            f"Columns {names} are categorical, not numeric. Add them to categorical_features, or "
            'use categorical_features="from_dtype".'
        )
    return mask


def learn_table(X: Any, categorical_features: Any = "from_dtype") -> tuple[Table, Encoded]:
    """Learn the kinds, categories and bounds of the columns of X.

    Parameters
    ----------
    X : ndarray or DataFrame of shape (n_samples, n_features)
        Validated rows.
    categorical_features : "from_dtype", None, mask, positions or names
        Which columns are categorical.

    Returns
    -------
    table : Table
    rows : Encoded
        X, encoded.
    """
    mask = _categorical_mask(X, categorical_features)
    layout = learn_layout(X, mask)
    rows = Encoded(*layout.encode(X))
    numbers = rows.numbers
    whole = [bool(np.all((c == np.rint(c)) | np.isnan(c))) for c in numbers.T]
    low = np.fmin.reduce(numbers, axis=0, initial=np.inf)
    high = np.fmax.reduce(numbers, axis=0, initial=-np.inf)
    empty = np.isnan(numbers).all(axis=0)
    table = Table(
        mask,
        layout,
        np.array(whole, dtype=bool),
        np.where(empty, -np.inf, low).astype(numbers.dtype),
        np.where(empty, np.inf, high).astype(numbers.dtype),
    )
    return table, rows

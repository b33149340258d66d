"""Where queries come from: the values that each column may take.

Inside the search a row is a vector of *codes*: the index of a level, or the
value itself in a column with a continuous range. A domain draws codes, moves
them on among the levels, and turns them into rows as the teacher takes them.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from skdistill._rows import is_categorical_dtype, is_frame
from skdistill.juntas._points import hash_words

__all__ = ["BitDomain", "Box", "ColumnDomain"]


class Box:
    """A continuous range of one column, or of every column.

    Parameters
    ----------
    low, high : float or array-like of shape (n_features,)
        Bounds; queries are drawn uniformly between them.

    See Also
    --------
    JuntaDistiller : Takes it as ``domain``, or as one entry of it.

    Examples
    --------
    >>> from skdistill.juntas import Box
    >>> Box(0, 1)
    Box(low=0, high=1)
    """

    def __init__(self, low: Any, high: Any):
        self.low = low
        self.high = high

    def __repr__(self) -> str:
        return f"Box(low={self.low!r}, high={self.high!r})"


class BitDomain:
    """Two levels in every column, each drawn with probability one half.

    Parameters
    ----------
    n_features : int
        Number of columns.
    levels : tuple of two numbers
        (0, 1) or (-1, 1).
    template : ndarray or DataFrame
        Rows whose kind and dtype the queries get.
    """

    def __init__(self, n_features: int, levels: tuple[int, int], template: Any):
        self.n_features = n_features
        self.levels = levels
        self.template = template[:0]
        self.n_levels = np.full(n_features, 2)
        self.max_levels = 2
        self.finite = True
        self.varying = n_features
        self.source = f"the uniform distribution on {{{levels[0]}, {levels[1]}}}^{n_features}"
        if not is_frame(template):
            kind = template.dtype.kind
            if kind in "bu" and levels[0] < 0:
                raise ValueError(
                    f'domain="sign" asks rows of -1 and 1, but X has dtype {template.dtype}. '
                    "Pass X as signed integers or floats."
                )

    @property
    def bytes_per_row(self) -> int:
        dtype = np.dtype(float) if is_frame(self.template) else self.template.dtype
        return self.n_features * (2 + dtype.itemsize)

    def random_codes(self, seeds: np.ndarray, shifts: np.ndarray | None) -> np.ndarray:
        """Codes of random rows, of shape (n, n_features), dtype uint8."""
        n_words = -(-self.n_features // 64)
        words = hash_words(seeds, np.arange(n_words, dtype=np.uint64))
        if shifts is not None:
            words ^= -(shifts & 1).astype(np.uint64)[:, np.newaxis]  # all ones where odd
        packed = words.astype("<u8", copy=False).view(np.uint8)
        return np.unpackbits(packed, axis=1, count=self.n_features, bitorder="little")

    def random_column(self, seeds: np.ndarray, shifts: np.ndarray | None, j: int) -> np.ndarray:
        word = hash_words(seeds, np.array([j // 64], dtype=np.uint64))[:, 0]
        bit = ((word >> np.uint64(j % 64)) & np.uint64(1)).astype(np.uint8)
        return bit if shifts is None else self.shift_column(bit, shifts, j)

    def shifted(self, base: np.ndarray, shifts: np.ndarray) -> np.ndarray:
        return base[np.newaxis, :] ^ (shifts & 1).astype(np.uint8)[:, np.newaxis]

    def shift_column(self, codes: np.ndarray, shifts: np.ndarray, j: int) -> np.ndarray:
        return codes ^ (shifts & 1).astype(np.uint8)

    def anchor(self, seed: np.ndarray) -> np.ndarray:
        return self.random_codes(seed, None)[0]

    def rows(self, codes: np.ndarray) -> Any:
        """Rows as the teacher takes them."""
        low, high = self.levels
        if is_frame(self.template):
            return _frame_of(
                self.template,
                [np.array(self.levels)[codes[:, j]] for j in range(self.n_features)],
            )
        dtype = self.template.dtype
        if (low, high) == (0, 1):
            same = dtype.itemsize == 1 and dtype.kind in "biu"
            return codes.view(dtype) if same else codes.astype(dtype)
        rows = codes.astype(dtype)
        rows *= high - low
        rows += low
        return rows

    def values(self, j: int) -> np.ndarray:
        return np.array(self.levels)

    def weights(self, j: int) -> np.ndarray:
        return np.array([0.5, 0.5])

    def is_ordered(self, j: int) -> bool:
        return True

    def encode(self, j: int, column: Any) -> np.ndarray:
        return _nearest(np.array(self.levels, dtype=float), column)


class ColumnDomain:
    """Any mixture of columns: levels, ranges, or the values seen in a background.

    Parameters
    ----------
    X : ndarray or DataFrame of shape (n, n_features)
        Rows whose kind and dtype the queries get; the background.
    entries : list of (ndarray, Box or None), one a column
        The levels that a column takes with equal probability, a range, or
        None for the values of the background with the frequencies they have.
    source : str
        What the rows are, for the certificate.
    """

    def __init__(self, X: Any, entries: list[Any], source: str):
        self.template = X[:0]
        self.n_features = len(entries)
        self.source = source
        self._seen = np.array([entry is None for entry in entries])
        self._box = np.array([isinstance(entry, Box) for entry in entries])
        self._low = np.array([float(e.low) if isinstance(e, Box) else 0.0 for e in entries])
        self._high = np.array([float(e.high) if isinstance(e, Box) else 1.0 for e in entries])
        self.n_rows = X.shape[0]
        self._set_levels(X, entries)
        self.finite = not self._box.any()
        self.max_levels = int(self.n_levels.max(initial=1))
        self.varying = int(np.sum((self.n_levels > 1) | self._box))
        self._dtype: Any = (
            np.min_scalar_type(max(self.max_levels - 1, 1)) if self.finite else np.float64
        )
        self._identity = np.arange(self.n_features)

    def _set_levels(self, X: Any, entries: list[Any]) -> None:
        """Levels of each column, and the background in their codes."""
        self.levels: list[np.ndarray | None] = [None] * self.n_features
        self._ordered = np.ones(self.n_features, dtype=bool)
        self._background = np.zeros((self.n_rows, self.n_features), dtype=np.int32)
        self._matrix: np.ndarray | None = None
        if not is_frame(X) and self._seen.all():
            self._background, self._matrix, counts = _dense_ranks(X)
            self.n_levels = counts
            return
        for j, entry in enumerate(entries):
            if isinstance(entry, Box):
                continue
            column = X.iloc[:, j] if is_frame(X) else X[:, j]
            if is_frame(X) and is_categorical_dtype(column.dtype):
                self._ordered[j] = False
            if entry is not None:
                self.levels[j] = entry
                self._ordered[j] = entry.dtype.kind in "biuf"
            elif is_frame(X) and is_categorical_dtype(column.dtype):
                self._background[:, j], values = column.astype(object).factorize(sort=True)
                self.levels[j] = np.asarray(values, dtype=object)
            else:
                values, codes = np.unique(np.asarray(column), return_inverse=True)
                self.levels[j], self._background[:, j] = values, codes
        self.n_levels = np.array([0 if v is None else len(v) for v in self.levels])

    @property
    def bytes_per_row(self) -> int:
        return self.n_features * (24 + np.dtype(self._dtype).itemsize)

    def _draw(self, words: np.ndarray, columns: np.ndarray, shifts: np.ndarray | None) -> Any:
        """Codes from random words, of shape (n, len(columns))."""
        uniform = (words >> np.uint64(11)).astype(np.float64) * 2.0**-53
        n_levels, seen, box = self.n_levels[columns], self._seen[columns], self._box[columns]
        codes = np.empty(uniform.shape, dtype=self._dtype)
        given = ~seen & ~box
        if seen.any():
            row = (uniform[:, seen] * self.n_rows).astype(np.intp)
            codes[:, seen] = self._background[row, columns[seen]]
        if given.any():
            codes[:, given] = uniform[:, given] * n_levels[given]
            codes[:, given] = np.floor(codes[:, given])
        if box.any():
            place = uniform[:, box]
            if shifts is not None:
                place = (place + shifts[:, np.newaxis] / 2.0) % 1.0
            low, high = self._low[columns][box], self._high[columns][box]
            codes[:, box] = low + place * (high - low)
        if shifts is not None and not box.all():
            codes[:, ~box] = self._moved(codes[:, ~box], shifts[:, np.newaxis], n_levels[~box])
        return codes

    def _moved(self, codes: np.ndarray, shifts: np.ndarray, n_levels: Any) -> np.ndarray:
        moved = (codes.astype(np.int64) + shifts.astype(np.int64)) % n_levels
        return moved.astype(self._dtype)

    def random_codes(self, seeds: np.ndarray, shifts: np.ndarray | None) -> np.ndarray:
        """Codes of random rows, of shape (n, n_features)."""
        counters = np.arange(self.n_features, dtype=np.uint64)
        return self._draw(hash_words(seeds, counters), self._identity, shifts)

    def random_column(self, seeds: np.ndarray, shifts: np.ndarray | None, j: int) -> np.ndarray:
        words = hash_words(seeds, np.array([j], dtype=np.uint64))
        return self._draw(words, np.array([j]), shifts)[:, 0]

    def shifted(self, base: np.ndarray, shifts: np.ndarray) -> np.ndarray:
        return self._moved(base[np.newaxis, :], shifts[:, np.newaxis], self.n_levels)

    def shift_column(self, codes: np.ndarray, shifts: np.ndarray, j: int) -> np.ndarray:
        return self._moved(codes, shifts, self.n_levels[j])

    def anchor(self, seed: np.ndarray) -> np.ndarray:
        """A random row; where there is a background, one of its own rows."""
        codes = self.random_codes(seed, None)[0]
        if self._seen.any():
            row = int(hash_words(seed, np.array([2**40], dtype=np.uint64))[0, 0] % self.n_rows)
            codes[self._seen] = self._background[row, self._seen]
        return codes

    def rows(self, codes: np.ndarray) -> Any:
        """Rows as the teacher takes them."""
        if is_frame(self.template):
            return _frame_of(
                self.template, [self._decode(j, codes[:, j]) for j in range(self.n_features)]
            )
        if self._matrix is not None:
            return self._matrix[codes, self._identity]
        rows = np.empty(codes.shape, dtype=self._row_dtype())
        for j in range(self.n_features):
            rows[:, j] = self._decode(j, codes[:, j])
        return rows

    def _row_dtype(self) -> Any:
        """The dtype of X, unless a level or a range does not fit into it."""
        dtype = self.template.dtype
        if dtype.kind == "f":
            return dtype
        if self._box.any():
            dtype = np.result_type(dtype, np.float64)
        for levels, seen in zip(self.levels, self._seen, strict=True):
            if levels is not None and not seen and np.any(levels.astype(dtype) != levels):
                dtype = np.result_type(dtype, levels.dtype)
        return dtype

    def _decode(self, j: int, codes: np.ndarray) -> np.ndarray:
        levels = self._levels_of(j)
        return codes if levels is None else levels[codes.astype(np.intp)]

    def _levels_of(self, j: int) -> np.ndarray | None:
        if self._matrix is not None:
            return self._matrix[: self.n_levels[j], j]
        return self.levels[j]

    def values(self, j: int) -> np.ndarray:
        """Levels of one column, in the order of their codes."""
        levels = self._levels_of(j)
        assert levels is not None
        return levels

    def weights(self, j: int) -> np.ndarray:
        """Probability of each level of one column."""
        n_levels = int(self.n_levels[j])
        if not self._seen[j]:
            return np.full(n_levels, 1.0 / n_levels)
        return np.bincount(self._background[:, j], minlength=n_levels) / self.n_rows

    def is_ordered(self, j: int) -> bool:
        """Whether the levels of a column are numbers."""
        return bool(self._ordered[j])

    def encode(self, j: int, column: Any) -> np.ndarray:
        """Codes of values in one column: the nearest level where they are numbers."""
        levels = self._levels_of(j)
        if levels is None:
            return np.asarray(column, dtype=np.float64)
        if self._ordered[j]:
            return _nearest(levels.astype(np.float64), column)
        place = {level: code for code, level in enumerate(levels.tolist())}
        known = [place.get(value, -1) for value in np.asarray(column, dtype=object).tolist()]
        codes = np.array(known, dtype=np.intp)
        if np.any(codes < 0):
            unknown = np.asarray(column, dtype=object)[codes < 0]
            raise ValueError(
                f"Column {j} has the level {unknown[0]!r}, which is not among those that the "
                f"teacher was asked about: {levels[:10].tolist()}."
            )
        return codes


def _nearest(levels: np.ndarray, column: Any) -> np.ndarray:
    """Code of the nearest level for each value; the order of levels is free."""
    order = np.argsort(levels, kind="stable")
    middle = (levels[order][1:] + levels[order][:-1]) / 2
    return order[np.searchsorted(middle, np.asarray(column, dtype=np.float64), side="left")]


def _dense_ranks(X: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Code every column of X by the ranks of its distinct values.

    Returns
    -------
    codes : ndarray of shape (n, d)
    levels : ndarray of shape (max_levels, d)
        Column j has its distinct values first, in ascending order.
    counts : ndarray of shape (d,)
    """
    order = np.argsort(X, axis=0, kind="stable")
    ranked = np.take_along_axis(X, order, axis=0)
    step = np.zeros(X.shape, dtype=bool)
    step[1:] = ranked[1:] != ranked[:-1]
    rank = np.cumsum(step, axis=0, dtype=np.int32)
    counts = rank[-1].astype(np.int64) + 1
    codes = np.empty(X.shape, dtype=np.min_scalar_type(max(int(counts.max()) - 1, 1)))
    np.put_along_axis(codes, order, rank.astype(codes.dtype), axis=0)
    levels = np.zeros((int(counts.max()), X.shape[1]), dtype=X.dtype)
    np.put_along_axis(levels, rank, ranked, axis=0)
    return codes, levels, counts


def _frame_of(template: Any, columns: list[np.ndarray]) -> Any:
    """A data frame with the columns and dtypes of an empty template."""
    import pandas as pd

    parts = {}
    for j, values in enumerate(columns):
        dtype = template.dtypes.iloc[j]
        whole = getattr(dtype, "kind", "O") in "iub"
        if whole and values.dtype.kind == "f" and np.any(values != np.floor(values)):
            dtype = np.dtype(np.float64)
        parts[j] = pd.Series(values).astype(dtype)
    frame = pd.DataFrame(parts)
    frame.columns = template.columns
    return frame

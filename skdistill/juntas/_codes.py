"""Rows of an input space as codes: what the search draws, shifts and exchanges.

Inside the search a row is a vector of *codes*: the position of a value among
those of its column, or the value itself where the column has a range. Codes are
drawn from seeds, moved on cyclically among the values, and turned into rows as
the teacher takes them.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from skdistill._rows import is_frame
from skdistill.domains import (
    Categories,
    Distribution,
    Domain,
    Integers,
    Observed,
    RowKind,
    as_domain,
)
from skdistill.juntas._points import hash_words

__all__ = ["ColumnCodes", "CubeCodes", "code_domain"]

# A column of more whole numbers is searched like a range.
_MOST_VALUES = 1 << 12


def code_domain(domain: Any, X: Any, names: list[str] | None) -> CubeCodes | ColumnCodes:
    """Code the rows of the ``domain`` parameter of a :class:`JuntaDistiller`.

    Parameters
    ----------
    domain : object
        As :func:`skdistill.domains.as_domain` takes it.
    X : ndarray or DataFrame of shape (n, n_features)
        Validated rows.
    names : list of str or None
        Names of the columns, where X has them.

    Returns
    -------
    codes : CubeCodes or ColumnCodes
    """
    space = as_domain(domain, X, names=names, rest="background")
    first = space.parts[0]
    if len(set(map(id, space.parts))) == 1:
        if first == Integers(0, 1):
            return CubeCodes(space.n_features, (0, 1), X)
        if first == Categories([-1, 1]):
            return CubeCodes(space.n_features, (-1, 1), X)
    return ColumnCodes(space, X)


class CubeCodes:
    """Two values in every column, each drawn with probability one half; packed as bits.

    Parameters
    ----------
    n_features : int
        Number of columns.
    values : tuple of two numbers
        (0, 1) or (-1, 1).
    template : ndarray or DataFrame
        Rows whose kind and dtype the queries get.
    """

    def __init__(self, n_features: int, values: tuple[int, int], template: Any):
        self.n_features = n_features
        self._values = np.array(values)
        self.template = template[:0]
        self.n_values = np.full(n_features, 2)
        self.max_values = 2
        self.finite = True
        self.varying = n_features
        self.source = f"the uniform distribution on {{{values[0]}, {values[1]}}}^{n_features}"
        if is_frame(template):
            self._parts = [Categories(list(values))] * n_features
            self._kind = RowKind(template, self._parts)
        elif template.dtype.kind in "bu" and values[0] < 0:
            raise ValueError(
                f'domain="sign" queries rows of -1 and 1, but X has dtype {template.dtype}. '
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
        return np.asarray(self.random_codes(seed, None)[0])

    def rows(self, codes: np.ndarray) -> Any:
        """Rows as the teacher takes them."""
        low, high = self._values.tolist()
        if is_frame(self.template):
            return self._kind.build(self._parts, list(codes.T))
        dtype = self.template.dtype
        if (low, high) == (0, 1):
            same = dtype.itemsize == 1 and dtype.kind in "biu"
            return codes.view(dtype) if same else codes.astype(dtype)
        rows = codes.astype(dtype)
        rows *= high - low
        rows += low
        return rows

    def values(self, j: int) -> np.ndarray:
        return self._values

    def weights(self, j: int) -> np.ndarray:
        return np.array([0.5, 0.5])

    def is_ordered(self, j: int) -> bool:
        return True

    def encode(self, j: int, column: Any) -> np.ndarray:
        return _nearest(self._values.astype(float), column)


class ColumnCodes:
    """Columns of values, ranges, or the values observed in a background.

    Parameters
    ----------
    domain : Domain
        Its observed parts are the columns of X.
    X : ndarray or DataFrame of shape (n, n_features)
        Rows whose kind and dtype the queries get; the background.
    """

    def __init__(self, domain: Domain, X: Any):
        self.template = X[:0]
        self.n_features = domain.n_features
        self._parts = _listed(domain.parts)
        self._seen = np.array([isinstance(part, Observed) for part in self._parts])
        self._range = np.array([not isinstance(part, Categories) for part in self._parts])
        self._even = np.array([_is_even(part) for part in self._parts])
        self.n_rows = X.shape[0]
        self._identity = np.arange(self.n_features)
        self._matrix: np.ndarray | None = None
        self._ordered = np.ones(self.n_features, dtype=bool)
        if not is_frame(X) and self._seen.all():
            self._background, self._matrix, self.n_values = _dense_ranks(X)
            self._parts = []  # which hold all of X
        else:
            self._learn(X)
        self.finite = not self._range.any()
        self.max_values = int(self.n_values.max(initial=1))
        self.varying = int(np.sum((self.n_values > 1) | self._range))
        if self.varying == 0 and not self._seen.any():
            raise ValueError(
                "The domain has a single value in every column: there is nothing to query. Give at "
                "least two values, or leave columns out."
            )
        self._dtype: Any = (
            np.min_scalar_type(max(self.max_values - 1, 1)) if self.finite else np.float64
        )
        whole = self._seen.all()
        self.source = f"the product of {'the columns of X' if whole else _GIVEN}"

    def _learn(self, X: Any) -> None:
        """Number of values of each column, and the background in their codes."""
        self._background = np.zeros((self.n_rows, self.n_features), dtype=np.int32)
        self.n_values = np.zeros(self.n_features, dtype=np.int64)
        self._kind = RowKind(X, self._parts)
        for j, part in enumerate(self._parts):
            if self._range[j]:
                continue
            self.n_values[j] = part.size
            self._ordered[j] = part.is_numeric and not self._kind.categorical[j]
            if self._seen[j]:
                place = {value: code for code, value in enumerate(part.values.tolist())}
                self._background[:, j] = [
                    place[value] for value in self._kind.values(X, j).tolist()
                ]

    @property
    def bytes_per_row(self) -> int:
        return int(self.n_features * (24 + np.dtype(self._dtype).itemsize))

    def _draw(
        self, words: np.ndarray, columns: np.ndarray, shifts: np.ndarray | None
    ) -> np.ndarray:
        """Codes from random words, of shape (n, len(columns))."""
        uniform = (words >> np.uint64(11)).astype(np.float64) * 2.0**-53
        seen, ranges = self._seen[columns], self._range[columns]
        codes = np.empty(uniform.shape, dtype=self._dtype)
        if seen.any():
            row = (uniform[:, seen] * self.n_rows).astype(np.intp)
            codes[:, seen] = self._background[row, columns[seen]]
        even = self._even[columns]
        if even.any():
            codes[:, even] = np.floor(uniform[:, even] * self.n_values[columns][even])
        for place in np.flatnonzero(~seen & ~ranges & ~even):
            codes[:, place] = self._parts[columns[place]].index_from_unit(uniform[:, place])
        for place in np.flatnonzero(ranges):
            u = uniform[:, place]
            u = u if shifts is None else (u + shifts / 2.0) % 1.0
            codes[:, place] = self.from_unit(columns[place], u)
        if shifts is not None and not ranges.all():
            n_values = self.n_values[columns][~ranges]
            codes[:, ~ranges] = self._moved(codes[:, ~ranges], shifts[:, np.newaxis], n_values)
        return codes

    def from_unit(self, j: int, u: np.ndarray) -> np.ndarray:
        """Values of a range from uniform numbers."""
        return np.asarray(self._parts[j].from_unit(u))

    def _moved(self, codes: np.ndarray, shifts: np.ndarray, n_values: Any) -> np.ndarray:
        moved = (codes.astype(np.int64) + shifts.astype(np.int64)) % n_values
        return np.asarray(moved, dtype=self._dtype)

    def random_codes(self, seeds: np.ndarray, shifts: np.ndarray | None) -> np.ndarray:
        """Codes of random rows, of shape (n, n_features)."""
        counters = np.arange(self.n_features, dtype=np.uint64)
        return self._draw(hash_words(seeds, counters), self._identity, shifts)

    def random_column(self, seeds: np.ndarray, shifts: np.ndarray | None, j: int) -> np.ndarray:
        words = hash_words(seeds, np.array([j], dtype=np.uint64))
        return np.asarray(self._draw(words, np.array([j]), shifts)[:, 0])

    def shifted(self, base: np.ndarray, shifts: np.ndarray) -> np.ndarray:
        return self._moved(base[np.newaxis, :], shifts[:, np.newaxis], self.n_values)

    def shift_column(self, codes: np.ndarray, shifts: np.ndarray, j: int) -> np.ndarray:
        return self._moved(codes, shifts, self.n_values[j])

    def anchor(self, seed: np.ndarray) -> np.ndarray:
        """A random row; where there is a background, one of its own rows."""
        codes = np.asarray(self.random_codes(seed, None)[0])
        if self._seen.any():
            row = int(hash_words(seed, np.array([2**40], dtype=np.uint64))[0, 0] % self.n_rows)
            codes[self._seen] = self._background[row, self._seen]
        return codes

    def rows(self, codes: np.ndarray) -> Any:
        """Rows as the teacher takes them."""
        if self._matrix is not None:
            return self._matrix[codes, self._identity]
        columns = [
            codes[:, j] if self._range[j] else codes[:, j].astype(np.intp)
            for j in range(self.n_features)
        ]
        return self._kind.build(self._parts, columns)

    def values(self, j: int) -> np.ndarray:
        """Values of one column, in the order of their codes."""
        if self._matrix is not None:
            return self._matrix[: self.n_values[j], j]
        return np.asarray(self._parts[j].values)

    def weights(self, j: int) -> np.ndarray:
        """Probability of each value of one column."""
        if self._seen[j]:
            counts = np.bincount(self._background[:, j], minlength=self.n_values[j])
            return np.asarray(counts / self.n_rows)
        return np.asarray(self._parts[j].probabilities)

    def is_ordered(self, j: int) -> bool:
        """Whether the values of a column are numbers."""
        return bool(self._ordered[j])

    def encode(self, j: int, column: Any) -> np.ndarray:
        """Codes of values in one column: the nearest one where they are numbers."""
        if self._range[j]:
            return np.asarray(column, dtype=np.float64)
        values = self.values(j)
        if self._ordered[j]:
            return _nearest(values.astype(np.float64), column)
        place = {value: code for code, value in enumerate(values.tolist())}
        given = np.asarray(column, dtype=object).tolist()
        unknown = [value for value in given if value not in place]
        if unknown:
            raise ValueError(
                f"Column {j} has the category {unknown[0]!r}, which is not among those that the "
                f"teacher was queried with: {values[:10].tolist()}."
            )
        return np.array([place[value] for value in given], dtype=np.intp)


_GIVEN = "the given domain of each column"


def _listed(parts: list[Any]) -> list[Any]:
    """The same parts, with whole numbers listed as values where they are few."""
    done: dict[int, Any] = {}
    for part in parts:
        if isinstance(part, Categories) or id(part) in done:
            continue
        if part.size <= _MOST_VALUES:
            values = int(part.low) + np.arange(int(part.size))
            shares = part.frozen.pmf(values) if isinstance(part, Distribution) else None
            done[id(part)] = Categories(values.tolist(), shares)
    return [done.get(id(part), part) for part in parts]


def _is_even(part: Any) -> bool:
    """Whether these are values that are equally likely."""
    given = isinstance(part, Categories) and not isinstance(part, Observed)
    return given and bool(np.ptp(part.probabilities) == 0)


def _nearest(values: np.ndarray, column: Any) -> np.ndarray:
    """Code of the nearest value for each number; the order of values is free."""
    order = np.argsort(values, kind="stable")
    middle = (values[order][1:] + values[order][:-1]) / 2
    return order[np.searchsorted(middle, np.asarray(column, dtype=np.float64), side="left")]


def _dense_ranks(X: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Code every column of X by the ranks of its distinct values.

    Returns
    -------
    codes : ndarray of shape (n, d)
    values : ndarray of shape (max_values, d)
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
    values = np.zeros((int(counts.max()), X.shape[1]), dtype=X.dtype)
    np.put_along_axis(values, rank, ranked, axis=0)
    return codes, values, counts

"""Hashes of rows by their content, and keys that name their columns too.

Samples, stores of predictions and certificates recognise a row by them, whatever
batch it stands in and whatever library holds it.
"""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np
from scipy import sparse

from skdistill._frames import ColumnType, is_frame, is_polars, library_of, typed_words
from skdistill._rows import as_rows, iter_slices

__all__ = ["mix_words", "row_hashes", "row_keys"]

_ODD = np.uint64(0x9E3779B97F4A7C15)


def mix_words(words: np.ndarray) -> np.ndarray:
    """Mix 64-bit words so that every input bit reaches every output bit.

    The finaliser of SplitMix64 (Steele, Lea & Flood, OOPSLA 2014).
    """
    words = (words ^ (words >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    words = (words ^ (words >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray(words ^ (words >> np.uint64(31)))


# Up to here every whole number is a double of its own.
_EXACT = 2.0**53


def _words(column: np.ndarray) -> np.ndarray:
    """64-bit words of a numeric column: equal numbers give equal words."""
    values = np.asarray(column, dtype=np.float64) + 0.0  # -0.0 becomes 0.0
    if np.isnan(values).any():
        values = np.where(np.isnan(values), np.nan, values)  # one NaN for all
    words = np.ascontiguousarray(values).view(np.uint64)
    if column.dtype.kind in "iu" and column.dtype.itemsize == 8:
        large = np.abs(values) >= _EXACT
        if large.any():
            words[large] = typed_words(column[large].tolist())
    return words


def _time_words(ticks: np.ndarray, dtype: Any) -> np.ndarray:
    """64-bit words of times: a tick of one unit, or a number, is not a tick of another."""
    words = typed_words([f"time in {dtype}"])
    return mix_words(np.ascontiguousarray(ticks).view(np.uint64) ^ words)


def _array_words(column: np.ndarray) -> np.ndarray:
    """64-bit words of a column of an array, which may hold texts or objects."""
    if column.dtype.kind in "fiub":
        return _words(column)
    if column.dtype.kind in "mM":
        return _time_words(
            column.astype(column.dtype.newbyteorder("=")).view(np.int64), column.dtype
        )
    return typed_words(column.tolist())


def _frame_words(X: Any, j: int) -> np.ndarray:
    """64-bit words of a frame's column: equal numbers, times or categories give equal words."""
    library = library_of(X)
    column = library.column(X, j)
    dtype = column.dtype
    kind = library.kind_of(dtype)
    if kind == "time":
        return _time_words(library.ticks(column), dtype)
    if kind == "other":  # lists, periods
        return typed_words(list(column))
    if kind != "number":
        return library.hash_categories(column)
    values = library.numbers(column)
    # Nullable whole numbers and decimals are read as doubles, which may merge neighbours.
    whole = library.is_whole(ColumnType(dtype, None))
    inexact = not whole and "ecimal" in str(dtype)
    if whole and values.dtype.kind == "f":
        inexact = bool((np.abs(values) >= _EXACT).any())
    if inexact or values.dtype.kind not in "fiub":
        return typed_words(list(column))
    return _words(values)


def row_hashes(X: Any, seed: int = 0) -> np.ndarray:
    """Hash every row by its content.

    Parameters
    ----------
    X : ndarray, csr_matrix or DataFrame of shape (n_samples, n_features)
    seed : int
        Different seeds give independent hashes.

    Returns
    -------
    hashes : ndarray of shape (n_samples,), dtype uint64
        Equal rows have equal hashes, whatever batch they stand in.

    Notes
    -----
    Time O(n_samples * n_features), memory O(n_samples) beside X (sparse rows
    are made dense in blocks of 4,096).
    """
    hashes: np.ndarray = _seeded_hashes(X, [seed])[0]
    return hashes


def _seeded_hashes(X: Any, seeds: list[int]) -> np.ndarray:
    """Hash every row once for each seed; of shape (n_seeds, n_samples)."""
    n, width = X.shape[0], X.shape[1]
    totals = np.empty((len(seeds), n), dtype=np.uint64)
    if sparse.issparse(X):
        for part in iter_slices(n, max(1, min(4096, 2**25 // max(width, 1)))):
            totals[:, part] = _seeded_hashes(X[part].toarray(), seeds)
        return totals
    with np.errstate(over="ignore"):
        for total, seed in zip(totals, seeds, strict=True):
            total[:] = np.uint64(seed) * _ODD + _ODD
        for j in range(width):
            words = _frame_words(X, j) if is_frame(X) else _array_words(X[:, j])
            words = words + np.uint64(j + 1)
            for total in totals:
                total[:] = mix_words(total * _ODD + words)
    return totals


def row_keys(X: Any) -> np.ndarray:
    """Identify every row by the kind of table, its columns and their order, and its content.

    Parameters
    ----------
    X : array-like, sparse matrix or DataFrame of shape (n_samples, n_features)

    Returns
    -------
    keys : ndarray of shape (n_samples,)
        Structured, of two 64-bit words ``a`` and ``b``. A number is never equal
        to a text, so 1 and "1" differ; equal numbers of any dtype do not. Nor are
        rows of an array equal to those of a sparse matrix or a frame: a teacher may
        refuse one and take the other.
    """
    X = as_rows(X)
    if is_frame(X):
        columns: Any = [(type(name).__name__, str(name)) for name in X.columns]
        identity = ("polars" if is_polars(X) else "pandas", columns)
    else:
        identity = ("sparse" if sparse.issparse(X) else "array", X.shape[1:])
        if len(X.shape) > 2:
            X = X.reshape(X.shape[0], -1)
    words = np.frombuffer(hashlib.blake2b(repr(identity).encode()).digest()[:16], np.uint64)
    keys = np.empty(X.shape[0], dtype=[("a", np.uint64), ("b", np.uint64)])
    for name, word, hashes in zip(("a", "b"), words, _seeded_hashes(X, [0, 1]), strict=True):
        keys[name] = mix_words(hashes ^ word)
    return keys

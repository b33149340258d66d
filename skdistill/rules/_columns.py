"""Columns that rules read, out of rows of any kind: by name, or by position in arrays."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from scipy import sparse

from skdistill._frames import is_frame, library_of
from skdistill._rows import as_rows, take_column
from skdistill._typing import FrameLibrary

__all__ = [
    "category_codes",
    "is_missing",
    "locate_columns",
    "read_columns",
    "read_numbers",
    "repeated",
]


def repeated(names: Iterable[Any]) -> list[Any]:
    """Return the names that occur more than once, each once."""
    seen: dict[Any, int] = {}
    for name in names:
        seen[name] = seen.get(name, 0) + 1
    return [name for name, count in seen.items() if count > 1]


def locate_columns(
    own: Sequence[str], needed: Iterable[str], names: Sequence[str], *, generated: bool
) -> dict[str, int]:
    """Find columns among those of a frame.

    Parameters
    ----------
    own : sequence of str
        Names of the frame's columns.
    needed : iterable of str
        Names of the columns to find.
    names : sequence of str
        Names of all the columns that the rules were made on.
    generated : bool
        Whether these are no names of the user's, but stand for positions.

    Returns
    -------
    positions : dict of str to int

    Raises
    ------
    ValueError
        If the frame lacks a name or has it twice; or, where names are
        generated and it has none of them, if it has another number of columns.
    """
    needed = list(dict.fromkeys(needed))
    places = {name: j for j, name in enumerate(own)}
    absent = [name for name in needed if name not in places]
    if not absent:
        if len(places) < len(own) and (twice := [n for n in repeated(own) if n in needed]):
            raise ValueError(
                f"X has several columns named {twice}, and the rules cannot tell which of them to "
                "read. Give the columns different names."
            )
        return {name: places[name] for name in needed}
    if not generated or not places.keys().isdisjoint(names):
        raise ValueError(
            f"X has no columns {absent}, which the rules read. Its columns are {list(own)[:20]}. "
            "Rename them, or pass an array with the columns in the order of feature_names."
        )
    if len(own) != len(names):
        raise ValueError(
            f"X has {len(own)} columns, but the rules were made on {len(names)} columns without "
            "names, so rows with other names are read by position."
        )
    return {name: names.index(name) for name in needed}


def read_columns(
    X: Any, needed: Iterable[str], names: Sequence[str], *, generated: bool = False
) -> dict[str, Any]:
    """Take named columns out of rows.

    Parameters
    ----------
    X : array-like, sparse matrix or DataFrame of shape (n_samples, n_features)
    needed : iterable of str
        Names of the columns to take.
    names : sequence of str
        Names of all columns, in the order of the rows that rules were made on.
    generated : bool, default=False
        Whether these are no names of the user's, but stand for positions.

    Returns
    -------
    columns : dict of str to array or Series of length n_samples
        By name from frames, and by position from everything else; see
        `locate_columns` for frames that have none of the names.

    Raises
    ------
    ValueError
        If X does not have these columns, or not so many.
    """
    needed = list(dict.fromkeys(needed))
    if is_frame(X):
        own = [str(name) for name in X.columns]
        found = locate_columns(own, needed, names, generated=generated)
        return {name: take_column(X, j) for name, j in found.items()}
    if isinstance(X, (list, tuple)):  # numpy would turn numbers beside texts into text
        X = np.asarray(X, dtype=object)
    X = as_rows(X)
    if X.ndim != 2 or X.shape[1] != len(names):
        raise ValueError(
            f"X has shape {X.shape}, but the rules read rows with {len(names)} columns."
        )
    places = {name: names.index(name) for name in needed}
    if sparse.issparse(X):
        X = X.tocsc()
        return {name: X[:, [j]].toarray().ravel() for name, j in places.items()}
    X = np.asarray(X)
    return {name: X[:, j] for name, j in places.items()}


def is_missing(value: Any) -> bool:
    """Whether one value is missing: None, NaN, NaT or ``pandas.NA``."""
    # NaN differs from itself; pandas.NA does not even compare.
    return value is None or type(value).__name__ == "NAType" or bool(value != value)


def _library(column: Any) -> FrameLibrary:
    """Functions for a column of a frame."""
    # A frame of one column takes pandas as long as to compare a row with all rules.
    return library_of(column if hasattr(column, "iloc") else column.to_frame())


def read_numbers(values: Any, dtype: str) -> np.ndarray:
    """Return numbers in the precision that they are compared in.

    Parameters
    ----------
    values : array-like or Series of shape (n_samples,)
    dtype : {"float32", "float64"}

    Returns
    -------
    numbers : ndarray of shape (n_samples,)
        NaN where a value is missing.

    Raises
    ------
    TypeError
        If the values are dates or durations.
    """
    if hasattr(values, "to_frame"):
        values = _library(values).numbers(values)
    values = np.asarray(values)
    if values.dtype.kind in "mM":  # which numpy would turn into counts of some unit
        raise TypeError(
            f"Rules compare this column with numbers, but it holds {values.dtype}. Turn it into "
            "the numbers that the student was fitted on."
        )
    with np.errstate(over="ignore"):
        numbers: np.ndarray = values.astype(dtype, copy=False)
    return numbers


def category_codes(values: Any) -> tuple[np.ndarray, list[Any]]:
    """Number the distinct categories of a column.

    Parameters
    ----------
    values : array-like or Series of shape (n_samples,)

    Returns
    -------
    codes : ndarray of int of shape (n_samples,)
        Positions in ``categories``; -1 where a value is missing.
    categories : list
    """
    if hasattr(values, "to_frame"):
        return _library(values).factorize(values)
    items = values if isinstance(values, list) else np.asarray(values).tolist()
    place: dict[Any, int] = dict.fromkeys(items, -1)
    categories = [item for item in place if not is_missing(item)]
    place.update({category: code for code, category in enumerate(categories)})
    codes = np.fromiter(map(place.__getitem__, items), dtype=np.intp, count=len(items))
    return codes, categories

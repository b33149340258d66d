"""Columns that rules speak of, out of rows of any kind."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from scipy import sparse

from skdistill._frames import is_frame, library_of
from skdistill._rows import take_column

__all__ = ["column_values", "gather_columns", "is_missing", "level_codes", "single_numbers"]


def gather_columns(X: Any, needed: Iterable[str], names: Sequence[str]) -> dict[str, Any]:
    """Take named columns out of rows.

    Parameters
    ----------
    X : array-like, sparse matrix or DataFrame of shape (n_samples, n_features)
    needed : iterable of str
        Names of the columns to take.
    names : sequence of str
        Names of all columns, in the order of the rows that rules were made on.

    Returns
    -------
    columns : dict of str to array or Series of length n_samples
        By name where a frame has all the names needed, by place otherwise.

    Raises
    ------
    ValueError
        If a frame has neither the names nor as many columns as there are names.
    """
    needed = list(dict.fromkeys(needed))
    if sparse.issparse(X):
        X = X.tocsc()
        return {name: X[:, [names.index(name)]].toarray().ravel() for name in needed}
    if not is_frame(X):
        X = np.asarray(X)
        if X.ndim != 2 or X.shape[1] != len(names):
            raise ValueError(
                f"X has shape {X.shape}, but the rules speak of rows with {len(names)} columns."
            )
        return {name: X[:, names.index(name)] for name in needed}
    own = [str(name) for name in X.columns]
    if set(needed) <= set(own):
        return {name: take_column(X, own.index(name)) for name in needed}
    if len(own) != len(names):
        absent = [name for name in needed if name not in own]
        raise ValueError(
            f"X has no columns {absent}, of which the rules speak, and with {len(own)} columns "
            f"instead of {len(names)} they cannot be taken by their places."
        )
    # Rules may speak of columns by other names than the frame does.
    return {name: take_column(X, names.index(name)) for name in needed}


def column_values(X: Any, column: str, names: Sequence[str]) -> Any:
    """Values of one named column of an array or a frame; see `gather_columns`."""
    return gather_columns(X, [column], names)[column]


def is_missing(value: Any) -> bool:
    """Whether one value is a gap: None, NaN, NaT or ``pandas.NA``."""
    # NaN differs from itself; pandas.NA does not even compare.
    return value is None or str(value) == "<NA>" or bool(value != value)


def single_numbers(values: Any) -> np.ndarray:
    """Return numbers as trees compare them.

    Parameters
    ----------
    values : array-like or Series of shape (n_samples,)

    Returns
    -------
    numbers : ndarray of shape (n_samples,), dtype float32
        NaN where a value is missing.
    """
    if hasattr(values, "to_frame"):
        values = library_of(values.to_frame()).numbers(values)
    with np.errstate(over="ignore"):
        return np.asarray(values).astype(np.float32, copy=False)


def level_codes(values: Any) -> tuple[np.ndarray, list[Any]]:
    """Number the distinct levels of a column.

    Parameters
    ----------
    values : array-like or Series of shape (n_samples,)

    Returns
    -------
    codes : ndarray of int of shape (n_samples,)
        Places in ``levels``; -1 where a value is missing.
    levels : list
    """
    if hasattr(values, "to_frame"):
        return library_of(values.to_frame()).factorize(values)
    items = values if isinstance(values, list) else np.asarray(values).tolist()
    place: dict[Any, int] = dict.fromkeys(items, -1)
    levels = [item for item in place if not is_missing(item)]
    place.update({level: code for code, level in enumerate(levels)})
    return np.fromiter(map(place.__getitem__, items), dtype=np.intp, count=len(items)), levels

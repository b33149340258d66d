"""Rows of every kind that users hold: arrays, sparse matrices, data frames.

Teachers see what users hold, so the workflow never converts rows on the way to
them. These helpers check, take and stack rows of any kind.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from scipy import sparse
from sklearn.utils.validation import check_array, validate_data

from skdistill._frames import (
    is_frame,
    is_pandas,
    is_polars,
    library_of,
)

__all__ = [
    "ENOUGH_ROWS",
    "as_rows",
    "categorical_columns",
    "check_columns",
    "check_rows",
    "default_size",
    "has_missing",
    "is_categorical_dtype",
    "is_frame",
    "iter_slices",
    "like_rows",
    "stack_rows",
    "take_column",
    "take_rows",
]


# Enough rows for a small tree: over real tables, more brought nothing beyond
# the noise (benchmarks/bench_munge_amounts.py).
ENOUGH_ROWS = 10_000


def default_size(n_rows: int) -> int:
    """Return how many synthetic rows ``n_samples="auto"`` means.

    So many that both together are 10,000, and as many again where the real
    ones are enough by themselves.

    Parameters
    ----------
    n_rows : int
        Number of real rows.

    Returns
    -------
    n_samples : int
        Number of synthetic rows.

    Examples
    --------
    >>> from skdistill.transfer import default_size
    >>> default_size(150), default_size(30_000)
    (9850, 30000)
    """
    return ENOUGH_ROWS - n_rows if n_rows < ENOUGH_ROWS else n_rows


def as_rows(X: Any) -> Any:
    """Return rows in the kind that they have; lists become arrays, masked values missing."""
    if is_frame(X) or sparse.issparse(X):
        return X.tocsr() if sparse.issparse(X) else X
    if isinstance(X, np.ma.MaskedArray):
        return _without_mask(X)
    return X if hasattr(X, "shape") else np.asarray(X)


def _without_mask(X: np.ma.MaskedArray) -> np.ndarray:
    """Return a plain array with NaN where values are masked: integers become floats."""
    mask, values = np.ma.getmaskarray(X), np.asarray(X.data)
    if not mask.any():
        return values
    if values.dtype.kind not in "fiub":
        values = values.astype(object)  # NaN would become the text "nan"
    return np.where(mask, np.nan, values)


def take_rows(X: Any, index: Any) -> Any:
    """Return the rows of X at ``index`` (a slice, a mask or positions)."""
    return library_of(X).take(X, index) if is_frame(X) else X[index]


def stack_rows(first: Any, second: Any) -> Any:
    """Stack two sets of rows of one kind; dtypes and categories are kept."""
    if is_frame(first):
        return library_of(first).stack(first, second)
    if sparse.issparse(first):
        return sparse.vstack([first, second], format="csr")
    return np.concatenate([first, second])


def like_rows(rows: Any, X: Any) -> Any:
    """Return drawn rows in the kind of X.

    Parameters
    ----------
    rows : array-like or DataFrame of shape (n, n_features)
        What a generator made, perhaps as floats.
    X : ndarray, csr_matrix or DataFrame of shape (n_samples, n_features)
        Its names and dtypes are taken over; whole columns get whole numbers.

    Returns
    -------
    rows : ndarray, csr_matrix or DataFrame of shape (n, n_features)

    Raises
    ------
    ValueError
        If X has categorical columns and the rows come without.
    """
    if is_frame(X) and not is_frame(rows):
        categorical = categorical_columns(X)
        if categorical.any():
            names = [name for name, mark in zip(X.columns, categorical, strict=True) if mark]
            raise ValueError(
                f"The transfer set samples only numbers, but X has categorical columns {names}. "
                "Use a MungeTransferSet."
            )
        library = library_of(X)
        columns = []
        for j in range(X.shape[1]):
            column = library.column(X, j)
            values = _as_kind(np.asarray(rows[:, j]), library.numbers(column[:0]).dtype)
            columns.append(library.from_numbers(values, library.type_of(column)))
        return library.build(columns, X.columns)
    return (
        _as_kind(rows, X.dtype).astype(X.dtype, copy=False) if isinstance(X, np.ndarray) else rows
    )


def _as_kind(values: np.ndarray, dtype: np.dtype) -> np.ndarray:
    """Round numbers to the nearest ones that the dtype has."""
    if dtype.kind in "iu":
        bounds = np.iinfo(dtype)
        values = np.clip(np.rint(values), bounds.min, bounds.max)
    elif dtype.kind == "b":
        values = values > 0.5
    return values


def is_categorical_dtype(dtype: Any) -> bool:
    """Whether a pandas dtype holds categories (category, object, string), not numbers.

    What an object or text column holds is looked at in `categorical_columns`.
    """
    from skdistill._frames._pandas import PANDAS

    return PANDAS.kind_of(dtype) in ("category", "text")


def take_column(X: Any, j: int) -> Any:
    """Return column j of an array or a frame."""
    return library_of(X).column(X, j) if is_frame(X) else X[:, j]


def iter_slices(n_rows: int, size: int) -> Iterator[slice]:
    """Cut ``range(n_rows)`` into consecutive slices of at most ``size`` rows."""
    for start in range(0, n_rows, size):
        yield slice(start, min(start + size, n_rows))


def categorical_columns(X: Any) -> np.ndarray:
    """Boolean mask over the columns of X: which hold categories.

    Columns of text and objects are looked at: they are numbers where they hold
    numbers alone (Python's, decimals, digits as text such as "3.5"), beside
    missing values. Codes with leading zeros ("02139") are categories, and so is
    whatever has a categorical dtype.

    Parameters
    ----------
    X : array-like or DataFrame of shape (n_samples, n_features)
        Rows to fit on. (A part of them may look different: call it once, in fit.)

    Returns
    -------
    mask : ndarray of shape (n_features,), dtype bool
        All False for arrays: their dtype is numeric.
    """
    if is_frame(X):
        library = library_of(X)
        kinds = library.kinds(X)
        for j, kind in enumerate(kinds):
            if kind == "text":
                kinds[j] = library.column_kind(library.column(X, j))
        return np.array([kind == "category" for kind in kinds], dtype=bool)
    return np.zeros(X.shape[1], dtype=bool)


def check_rows(
    estimator: Any,
    X: Any,
    *,
    reset: bool,
    accept_sparse: bool = True,
    allow_nan: bool = True,
    accept_times: bool = False,
    accept_polars: bool = True,
    ensure_min_samples: int = 1,
) -> Any:
    """Validate rows and keep their kind.

    A data frame stays a data frame; everything else becomes a numeric array
    or a CSR matrix. Masked values become missing ones. Infinite values never
    pass (those in columns of objects are found where they are read as numbers).

    Parameters
    ----------
    estimator : estimator
        Whose ``n_features_in_`` and ``feature_names_in_`` are set (``reset``)
        or compared.
    X : array-like, sparse matrix or DataFrame of shape (n_samples, n_features)
    reset : bool
        Whether this is ``fit``.
    accept_sparse : bool
        Whether sparse rows pass.
    allow_nan : bool
        Whether missing values pass.
    accept_times : bool
        Whether columns of dates and durations pass.
    accept_polars : bool
        Whether frames of polars stay frames; they become arrays else.
    ensure_min_samples : int
        Minimum number of rows.

    Returns
    -------
    X : ndarray, csr_matrix or DataFrame
    """
    if isinstance(X, np.ma.MaskedArray):
        X = _without_mask(X)
    if not is_frame(X) or (is_polars(X) and not accept_polars):
        return validate_data(
            estimator,
            X,
            reset=reset,
            accept_sparse="csr" if accept_sparse else False,
            dtype="numeric",
            ensure_all_finite="allow-nan" if allow_nan else True,
            ensure_min_samples=ensure_min_samples,
        )
    validate_data(estimator, X, reset=reset, skip_check_array=True)
    if X.shape[0] < ensure_min_samples or X.shape[1] < 1:
        # An array of the same shape raises scikit-learn's own error.
        check_array(
            np.empty(X.shape),
            ensure_min_samples=ensure_min_samples,
            estimator=estimator,
            ensure_all_finite=False,
        )
    _check_kinds(estimator, X, accept_times)
    library = library_of(X)
    for positions, values in library.iter_floats(X):
        _check_finite(X, positions, values)
    if not allow_nan:
        missing = library.missing_columns(X)
        if len(missing):
            raise ValueError(
                f"Input X contains NaN in column {X.columns[missing[0]]!r}, but "
                f"{type(estimator).__name__} was fitted on rows without missing values and its "
                "teacher does not take them."
            )
    return X


def _check_kinds(estimator: Any, X: Any, accept_times: bool) -> None:
    """Refuse columns that are neither numbers nor categories, nor perhaps times."""
    library = library_of(X)
    for j, kind in enumerate(library.kinds(X)):
        if kind == "text" and not is_pandas(X):  # an object column of polars may hold anything
            kind = library.column_kind(library.column(X, j))
        if kind == "other" or (kind == "time" and not accept_times):
            raise TypeError(
                f"Column {X.columns[j]!r} of X holds {list(X.dtypes)[j]}, which "
                f"{type(estimator).__name__} cannot read. Turn it into numbers first, for example "
                "days since a date or the hour of the day."
            )


def _check_finite(X: Any, positions: np.ndarray, values: np.ndarray) -> None:
    """Refuse infinite values; ``values`` are the columns of X at ``positions``."""
    with np.errstate(over="ignore", invalid="ignore"):
        total = values.sum()
    if not np.isfinite(total):  # else neither NaN nor infinity is there
        infinite = np.isinf(values).any(axis=0)
        if infinite.any():
            name = X.columns[positions[np.argmax(infinite)]]
            raise ValueError(f"Input X contains infinity in column {name!r}.")


def check_columns(estimator: Any, X: Any, *, allow_nan: bool = True) -> None:
    """Refuse rows with other columns than ``fit`` saw, and missing values where none may be.

    The values are not looked at else: whoever predicts validates them.
    """
    rows = as_rows(X)
    if len(rows.shape) != 2:  # in scikit-learn's own words
        check_array(rows, estimator=estimator, ensure_all_finite=False)
    validate_data(estimator, X, reset=False, skip_check_array=True)
    if not allow_nan and has_missing(rows):
        where = ""
        if is_frame(X):
            where = f" in column {X.columns[library_of(X).missing_columns(X)[0]]!r}"
        raise ValueError(
            f"Input X contains NaN{where}, but {type(estimator).__name__} was fitted on rows "
            "without missing values and its teacher does not take them."
        )


def has_missing(X: Any) -> bool:
    """Whether any entry of validated rows is missing."""
    if is_frame(X):
        return len(library_of(X).missing_columns(X)) > 0
    values = X.data if sparse.issparse(X) else X
    return values.dtype.kind == "f" and bool(np.isnan(np.sum(values)))

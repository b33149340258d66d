"""What rows say of the input space that they come from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

import numpy as np

from skdistill._frames import is_frame, library_of
from skdistill._rows import categorical_columns, take_column
from skdistill.domains._categories import Categories, Observed
from skdistill.domains._ranges import Integers, Reals
from skdistill.domains._specs import as_table, part_of_column

__all__ = ["bounds_of_columns", "cube_coding", "holds_integers", "learn_parts", "observed_parts"]

# After n whole values the chance that the next is not whole is 1 / (n + 2)
# (rule of succession): below 5% from here on.
_ENOUGH_VALUES = 20


def holds_integers(values: np.ndarray, *, integer_dtype: bool = False) -> bool:
    """Whether a column is one of whole numbers, as far as its values are evidence.

    Parameters
    ----------
    values : ndarray of shape (n,)
        NaN where missing.
    integer_dtype : bool
        Whether its dtype takes whole numbers alone.

    Returns
    -------
    whole : bool
        True for integer dtypes, and for 20 values or more that are all whole.
    """
    if integer_dtype or values.dtype.kind in "biu":
        return True
    present = values[~np.isnan(values)]
    return len(present) >= _ENOUGH_VALUES and bool(np.all(present == np.rint(present)))


def learn_parts(
    X: Any,
    *,
    bounds: Any = None,
    integer_features: Any = "auto",
    categorical_features: Any = "from_dtype",
    given: Mapping[int, Any] | None = None,
    partial: bool = False,
) -> list[Any]:
    """Learn the part of every column.

    Parameters
    ----------
    X : ndarray or DataFrame of shape (n_samples, n_features)
    bounds, integer_features, categorical_features : object
        As in :meth:`Domain.from_rows`.
    given : mapping of positions to parts, default=None
        Columns whose part is known already.
    partial : bool, default=False
        Whether a column whose range cannot be told (dates, missing values
        alone, whole numbers beyond 2^53) gets None; it is an error otherwise.

    Returns
    -------
    parts : list of Reals, Integers, Categories or None
    """
    n_features = X.shape[1]
    names = list(X.columns) if is_frame(X) else None
    if X.shape[0] == 0:
        raise ValueError("A domain cannot be learned from 0 rows (n_samples = 0).")
    categorical = categorical_columns(X)
    if categorical_features is None or not isinstance(categorical_features, str):
        chosen = feature_mask(categorical_features, names, n_features, "categorical_features")
        if (categorical & ~chosen).any():
            odd = [
                name for name, c, g in zip(names or [], categorical, chosen, strict=True) if c > g
            ]
            raise ValueError(
                f"Columns {odd} hold categories, not numbers. Add them to categorical_features."
            )
        categorical = chosen
    ends = bounds_of_columns(bounds, names, n_features)
    whole: Any = [None] * n_features
    if not isinstance(integer_features, str):
        whole = feature_mask(integer_features, names, n_features, "integer_features").tolist()
    elif integer_features != "auto":
        raise ValueError(
            'integer_features must be "auto", a mask, positions or names, got '
            f"{integer_features!r}."
        )
    parts: list[Any] = []
    for j in range(n_features):
        if given and j in given:
            parts.append(given[j])
            continue
        label = f"column {j}" if names is None else f"column {names[j]!r}"
        column = take_column(X, j)
        if categorical[j]:
            if ends[j] is not None:
                raise ValueError(f"bounds names {label}, which holds categories.")
            parts.append(_categories_of(column, X, label, partial))
            continue
        if partial and ends[j] is None and not _is_bounded(column, X):
            parts.append(None)
            continue
        values, integer_dtype = _numbers(column, X, label)
        if whole[j] is None or integer_dtype:
            is_whole = holds_integers(values, integer_dtype=integer_dtype)
        else:
            is_whole = whole[j]
        parts.append(_range_of(values, is_whole, ends[j], label))
    return parts


def _numbers(column: Any, X: Any, label: str) -> tuple[np.ndarray, bool]:
    """Numbers of a column, and whether its dtype takes whole ones alone."""
    if not is_frame(X):
        if column.dtype.kind not in "biuf":
            raise TypeError(
                f"The {label} holds {column.dtype}, not numbers. Pass X as a DataFrame, whose "
                "columns of words are categories."
            )
        return column, column.dtype.kind in "biu"
    library, dtype = library_of(X), column.dtype
    if library.column_kind(column) != "number":
        raise TypeError(
            f"The {label} holds {dtype}, which has no domain. Turn it into numbers first, for "
            "example days since a date."
        )
    values = library.numbers(column)
    return values, library.is_whole(library.type_of(column)) or values.dtype.kind in "biu"


def _is_bounded(column: Any, X: Any) -> bool:
    """Whether a column holds numbers whose least and largest are exact."""
    if is_frame(X) and library_of(X).column_kind(column) != "number":
        return False
    values = library_of(X).numbers(column) if is_frame(X) else column
    if values.dtype.kind in "biu":
        return bool(max(-int(values.min()), int(values.max())) <= 2**53)
    return not np.isnan(values).all()


def _range_of(values: np.ndarray, whole: bool, ends: tuple[Any, Any] | None, label: str) -> Any:
    """The range of a column of numbers; a single value where all are equal.

    Parameters
    ----------
    values : ndarray of shape (n,)
        NaN where missing.
    whole : bool
        Whether it holds whole numbers alone.
    ends : tuple of two numbers or None
        Bounds given by the user.
    label : str
        The column, for messages.

    Returns
    -------
    part : Reals, Integers or Categories
    """
    if ends is None:
        present = values if values.dtype.kind in "biu" else values[~np.isnan(values)]
        if not len(present):
            raise ValueError(
                f"The {label} holds missing values alone, so its range is unknown. Give it in "
                "bounds, or leave the column out."
            )
        ends = present.min().item(), present.max().item()
        if not np.isfinite(ends).all():
            raise ValueError(f"The {label} contains infinity, so it has no range.")
        if present.dtype.kind == "b":
            ends = int(ends[0]), int(ends[1])
        if ends[0] == ends[1]:
            return Categories([int(ends[0]) if whole else ends[0]])
    try:
        low, high = ends
        if whole and max(abs(low), abs(high)) <= 2**53:
            return Integers(low, high)
        return Reals(low, high)
    except (TypeError, ValueError) as error:
        raise ValueError(f"bounds of {label} are invalid: {error}") from None


def _categories_of(column: Any, X: Any, label: str, partial: bool) -> Categories | None:
    """Distinct values of a column of categories, sorted where they can be."""
    if is_frame(X):
        found = library_of(X).factorize(column)[1]
    else:
        found = np.unique(column[column == column]).tolist()
    with suppress(TypeError):  # of several types: as they came
        found = sorted(found)
    if not len(found):
        if partial:
            return None
        raise ValueError(
            f"The {label} holds missing values alone, so its categories are unknown. Leave it out, "
            "or give them in domain."
        )
    return Categories(found)


def feature_mask(
    given: Any, names: list[Any] | None, n_features: int, parameter: str
) -> np.ndarray:
    """Read a parameter that chooses columns: None, a mask, positions or names."""
    mask = np.zeros(n_features, dtype=bool)
    if given is None:
        return mask
    chosen = np.asarray(given)
    if chosen.dtype == bool:
        if chosen.shape != (n_features,):
            raise ValueError(
                f"{parameter} has shape {chosen.shape}, but X has {n_features} columns."
            )
        return chosen
    for name in list(given):
        try:
            mask[part_of_column(name, names, n_features)] = True
        except ValueError as error:
            raise ValueError(f"{parameter} is invalid: {error}") from None
    return mask


def bounds_of_columns(
    bounds: Any, names: list[Any] | None, n_features: int
) -> list[tuple[Any, Any] | None]:
    """Read bounds given by name, by position, or one for each column."""
    if bounds is None:
        return [None] * n_features
    if isinstance(bounds, Mapping):
        ends: list[Any] = [None] * n_features
        for name, pair in bounds.items():
            try:
                ends[part_of_column(name, names, n_features)] = pair
            except ValueError as error:
                raise ValueError(f"bounds is invalid: {error}") from None
    elif isinstance(bounds, (Sequence, np.ndarray)) and not isinstance(bounds, str):
        ends = list(bounds)
    else:
        raise ValueError(
            f"bounds must be a mapping or a sequence of pairs (low, high), got {bounds!r}."
        )
    if len(ends) != n_features:
        raise ValueError(
            f"bounds has {len(ends)} entries, but X has {n_features} columns. Give one pair "
            "(low, high) for each, or a mapping from names to pairs."
        )
    for pair in ends:
        if pair is not None and (isinstance(pair, str) or np.shape(pair) != (2,)):
            raise ValueError(f"bounds must be pairs (low, high), got {pair!r}.")
    return [None if pair is None else tuple(pair) for pair in ends]


def observed_parts(X: Any) -> list[Observed]:
    """The values of every column as often as they were seen; looked through when needed."""
    if not is_frame(X):
        return [Observed(X[:, j]) for j in range(X.shape[1])]
    library = library_of(X)
    return [Observed(library.column(X, j)) for j in range(X.shape[1])]


def cube_coding(X: Any) -> str | None:
    """Read the coding of a cube from rows.

    Parameters
    ----------
    X : array-like or DataFrame of shape (n_samples, n_features)
        Rows of numbers.

    Returns
    -------
    coding : {"binary", "sign"} or None
        "binary" where all values are 0 or 1, "sign" where all are -1 or 1,
        None where X is no part of a cube, or holds ones alone, which may be
        either.

    See Also
    --------
    as_domain : From the coding to the cube.

    Examples
    --------
    >>> from skdistill.domains import cube_coding
    >>> cube_coding([[0, 1], [1, 1]]), cube_coding([[-1, 1], [1, 1]])
    ('binary', 'sign')
    >>> cube_coding([[0, 1], [-1, 1]]) is None
    True
    """
    X = as_table(X)
    if categorical_columns(X).any():
        return None
    seen: set[float] = set()
    for j in range(X.shape[1]):
        values = take_column(X, j)
        if is_frame(X):
            if library_of(X).column_kind(values) != "number":
                return None
            values = library_of(X).numbers(values)
        seen.update(np.unique(values).tolist())
        if not seen <= {-1, 0, 1} or {-1, 0} <= seen:
            return None
    return "sign" if -1 in seen else "binary" if 0 in seen else None

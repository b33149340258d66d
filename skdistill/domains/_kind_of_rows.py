"""Columns of values as rows of a kind: an array or a data frame, with its names and dtypes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from skdistill._frames import ColumnType, is_frame, is_pandas, library_of
from skdistill._rows import categorical_columns
from skdistill.domains._categories import Categories
from skdistill.domains._distribution import Distribution
from skdistill.domains._ranges import Integers

__all__ = ["build_rows", "check_fit", "empty_rows", "first_places", "row_dtype"]


def empty_rows(parts: Sequence[Any], names: list[Any] | None, like: str | None) -> Any:
    """Return an empty array or frame that can hold values of the parts.

    Parameters
    ----------
    parts : sequence of Part, one a column
    names : list or None
        Names of the columns.
    like : {"array", "pandas", "polars"} or None
        None is a pandas frame where there are names, and an array otherwise.

    Returns
    -------
    rows : ndarray or DataFrame of shape (0, n_features)
    """
    like = ("array" if names is None else "pandas") if like is None else like
    if like == "array":
        words = [part for part in parts if not _is_number(part)]
        if words:
            raise ValueError(
                f"{words[0]!r} holds values that are no numbers, which an array cannot hold. Name "
                'the columns, as in Domain({"colour": ["red", "blue"]}): then rows are data frames.'
            )
        dtype = np.result_type(*{_dtype_of(part) for part in parts})
        return np.empty((0, len(parts)), dtype=dtype)
    if names is None:
        raise ValueError(f"like={like!r} needs names of the columns, got names=None.")
    return _empty_pandas(parts, names) if like == "pandas" else _empty_polars(parts, names)


def _empty_pandas(parts: Sequence[Any], names: list[Any]) -> Any:
    try:
        import pandas as pd
    except ImportError:
        raise ImportError(
            "Rows with named columns are pandas data frames, but pandas is not installed. Pass "
            'like="array", or like="polars".'
        ) from None
    columns = {
        j: np.empty(0, _dtype_of(part))
        if _is_number(part)
        else pd.Categorical([], categories=part.values)
        for j, part in enumerate(parts)
    }
    frame = pd.DataFrame(columns)
    frame.columns = pd.Index(names)
    return frame


def _empty_polars(parts: Sequence[Any], names: list[Any]) -> Any:
    import polars as pl

    schema: dict[str, Any] = {}
    for part, name in zip(parts, names, strict=True):
        if _is_number(part):
            schema[str(name)] = pl.Series(np.empty(0, _dtype_of(part))).dtype
        else:
            schema[str(name)] = pl.Enum(part.values.tolist())
    return pl.DataFrame(schema=schema)


def _is_number(part: Any) -> bool:
    return not isinstance(part, Categories) or part.is_numeric


def _dtype_of(part: Any) -> np.dtype:
    """The dtype of a part's numbers."""
    if isinstance(part, Categories):
        return part.values.dtype
    whole = isinstance(part, Integers) or (isinstance(part, Distribution) and part.is_discrete)
    return np.dtype(np.int64 if whole else np.float64)


def check_fit(parts: Sequence[Any], template: Any) -> None:
    """Raise where a column cannot hold what its part says.

    Parameters
    ----------
    parts : sequence of Part, one a column
    template : ndarray or DataFrame of shape (n, n_features)
    """
    if not is_frame(template):
        for j in first_places(parts).values():
            part = parts[j]
            if not _is_number(part):
                raise ValueError(
                    f"The domain of column {j} has values that are no numbers "
                    f"({part.values[:3].tolist()}), which an array X cannot hold. Pass X as a "
                    "DataFrame."
                )
        return
    categorical = categorical_columns(template)
    library = library_of(template)
    for part, name, dtype, words in zip(
        parts, template.columns, template.dtypes, categorical, strict=True
    ):
        if library.kind_of(dtype) == "time":
            raise TypeError(
                f"Column {name!r} holds {dtype}, which has no domain. Turn it into numbers first, "
                "for example days since a date."
            )
        if words and not isinstance(part, Categories):
            raise ValueError(
                f"Column {name!r} holds categories, but its domain is {part!r}. Give a list of "
                "categories."
            )
        if not words and not _is_number(part):
            raise ValueError(
                f"Column {name!r} holds numbers ({dtype}), but its domain has "
                f"{part.values[:3].tolist()}. Turn the column into categories first."
            )
        if type(dtype).__name__ in ("CategoricalDtype", "Enum"):
            known = list(dtype.categories)
            unknown = [value for value in part.values.tolist() if value not in known]
            if unknown:
                raise ValueError(
                    f"The domain of column {name!r} has {unknown[:5]}, but the categories of its "
                    f"dtype are {known[:10]}. Add them to the dtype first."
                )


def first_places(parts: Sequence[Any]) -> dict[int, int]:
    """The first column of each object in a list, by its id.

    A cube of a million columns is one part a million times: it is looked at once.
    """
    n = len(parts)
    return dict(zip(map(id, reversed(parts)), range(n - 1, -1, -1), strict=True))


def row_dtype(parts: Sequence[Any], dtype: np.dtype) -> np.dtype:
    """The dtype of an array, unless values of a part do not fit into it."""
    if dtype.kind == "f":
        return dtype
    for part in (parts[j] for j in first_places(parts).values()):
        own = _dtype_of(part)
        if not isinstance(part, Categories) and (own.kind == "f" or part.size == np.inf):
            dtype = np.result_type(dtype, own)
            continue
        ends = part.values if isinstance(part, Categories) else np.array([part.low, part.high])
        if np.any(ends.astype(dtype) != ends):
            dtype = np.result_type(dtype, ends.dtype)
    return dtype


def build_rows(parts: Sequence[Any], template: Any, columns: Sequence[Any]) -> Any:
    """Put columns of values together.

    Parameters
    ----------
    parts : sequence of Part, one a column
    template : ndarray or DataFrame
        Its kind, names and dtypes are taken over.
    columns : sequence of ndarray of shape (n,), one a column
        Values; positions among the values where the part is a :class:`Categories`.

    Returns
    -------
    rows : ndarray or DataFrame of shape (n, n_features)
    """
    values = [
        part.values[column] if isinstance(part, Categories) else column
        for part, column in zip(parts, columns, strict=True)
    ]
    if not is_frame(template):
        rows = np.empty((len(columns[0]), len(parts)), dtype=row_dtype(parts, template.dtype))
        for j, column in enumerate(values):
            rows[:, j] = column
        return rows
    library, categorical = library_of(template), categorical_columns(template)
    built = []
    for j, (part, dtype) in enumerate(zip(parts, template.dtypes, strict=True)):
        if categorical[j]:
            like = ColumnType(dtype, None)
            built.append(library.from_codes(columns[j], part.values.tolist(), like))
            continue
        column = library.column(template, j)
        stored = library.numbers(column).dtype
        fitting = row_dtype([part], stored)
        like = library.type_of(column)
        if fitting != stored:
            like = ColumnType(_frame_dtype(template, fitting), None)
        built.append(library.from_numbers(values[j].astype(fitting), like))
    return library.build(built, template.columns)


def _frame_dtype(template: Any, dtype: np.dtype) -> Any:
    """The dtype of a frame's column for an array's dtype."""
    if is_pandas(template):
        return dtype
    import polars as pl

    return pl.Series(np.empty(0, dtype)).dtype

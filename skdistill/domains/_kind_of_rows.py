"""Columns of values as rows of a kind: an array or a data frame, with its names and dtypes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from skdistill._frames import ColumnType, is_frame, is_pandas, library_of
from skdistill._rows import categorical_columns, take_column
from skdistill.domains._categories import Categories
from skdistill.domains._distribution import Distribution
from skdistill.domains._ranges import Integers

__all__ = ["RowKind", "empty_rows", "first_places", "holds_whole_only", "row_dtype"]

_INTEGER = np.dtype(np.int64)


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


class RowKind:
    """Arrays or frames: how values become rows like those that were seen.

    Parameters
    ----------
    rows : ndarray or DataFrame of shape (n, n_features)
        Only their kind, names and dtypes are kept.
    parts : sequence of Part, one a column

    Attributes
    ----------
    template : ndarray or DataFrame of shape (0, n_features)
        The kind of the rows.
    categorical : ndarray of shape (n_features,), dtype bool
        Which columns hold categories.

    Raises
    ------
    ValueError
        If a column cannot hold what its part says.
    TypeError
        If a column holds dates.
    """

    def __init__(self, rows: Any, parts: Sequence[Any]):
        self.template = rows[:0]
        self.categorical = categorical_columns(rows)
        self._types: list[Any] = []
        if not is_frame(rows):
            self._check_array(parts)
            return
        library = library_of(rows)
        kinds = library.kinds(rows)
        for j, (name, part) in enumerate(zip(rows.columns, parts, strict=True)):
            seen = library.type_of(library.column(rows, j))
            self._types.append(ColumnType(seen.dtype, None, seen.written))
            self._check_column(name, kinds[j], j, part)
            # Digits as text are categories where the domain has them as words.
            if kinds[j] == "text" and not _is_number(part):
                self.categorical[j] = True

    def _check_array(self, parts: Sequence[Any]) -> None:
        for j in first_places(parts).values():
            if not _is_number(parts[j]):
                raise ValueError(
                    f"The domain of column {j} has values that are no numbers "
                    f"({parts[j].values[:3].tolist()}), which an array X cannot hold. Pass X as a "
                    "DataFrame."
                )

    def _check_column(self, name: Any, kind: str, j: int, part: Any) -> None:
        dtype = self._types[j].dtype
        if kind == "time":
            raise TypeError(
                f"Column {name!r} holds {dtype}, which has no domain. Turn it into numbers first, "
                "for example days since a date."
            )
        if self.categorical[j] and not isinstance(part, Categories):
            raise ValueError(
                f"Column {name!r} holds categories, but its domain is {part!r}. Give a list of "
                "categories."
            )
        if kind == "number" and not _is_number(part):
            raise ValueError(
                f"Column {name!r} holds numbers ({dtype}), but its domain has "
                f"{part.values[:3].tolist()}. Turn the column into categories first."
            )
        is_text = self._types[j].written is not None
        whole = is_text and holds_whole_only(library_of(self.template), self._types[j])
        if whole and _is_number(part) and row_dtype([part], _INTEGER) != _INTEGER:
            raise ValueError(
                f"Column {name!r} holds whole numbers as text, but its domain is {part!r}. Turn "
                "the column into floats first."
            )
        if type(dtype).__name__ in ("CategoricalDtype", "Enum"):
            known = list(dtype.categories)
            unknown = [value for value in part.values.tolist() if value not in known]
            if unknown:
                raise ValueError(
                    f"The domain of column {name!r} has {unknown[:5]}, but the categories of its "
                    f"dtype are {known[:10]}. Add them to the dtype first."
                )

    def values(self, X: Any, j: int) -> np.ndarray:
        """Values of column j of such rows: numbers, or objects where it is categorical."""
        column = take_column(X, j)
        if not is_frame(X) or self.categorical[j]:
            return np.asarray(column)
        try:
            return library_of(X).numbers(column)
        except ValueError:  # words in a column of numbers
            return np.asarray(column)

    def build(self, parts: Sequence[Any], columns: Sequence[Any]) -> Any:
        """Put columns of values together.

        Parameters
        ----------
        parts : sequence of Part, one a column
        columns : sequence of ndarray of shape (n,), one a column
            Values; positions among the values where the part is a :class:`Categories`.

        Returns
        -------
        rows : ndarray or DataFrame of shape (n, n_features)
        """
        template = self.template
        values = [
            part.values[column] if isinstance(part, Categories) else column
            for part, column in zip(parts, columns, strict=True)
        ]
        if not is_frame(template):
            rows = np.empty((len(columns[0]), len(parts)), dtype=row_dtype(parts, template.dtype))
            for j, column in enumerate(values):
                rows[:, j] = column
            return rows
        library = library_of(template)
        built = []
        for j, (part, like) in enumerate(zip(parts, self._types, strict=True)):
            if self.categorical[j]:
                built.append(library.from_codes(columns[j], part.values.tolist(), like))
                continue
            if like.written is None:
                stored = library.numbers(library.column(template, j)).dtype
                fitting = row_dtype([part], stored)
                if fitting != stored:
                    like = ColumnType(_frame_dtype(template, fitting), None)
                values[j] = values[j].astype(fitting)
            built.append(library.from_numbers(values[j], like))
        return library.build(built, template.columns)


def holds_whole_only(library: Any, column_type: ColumnType) -> bool:
    """Whether such a column of a frame takes whole numbers alone, by its dtype or in writing."""
    written = column_type.written
    digits = written is not None and written.decimals == 0
    return digits or bool(library.is_whole(column_type))


def _frame_dtype(template: Any, dtype: np.dtype) -> Any:
    """The dtype of a frame's column for an array's dtype."""
    if is_pandas(template):
        return dtype
    import polars as pl

    return pl.Series(np.empty(0, dtype)).dtype

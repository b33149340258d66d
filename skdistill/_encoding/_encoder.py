"""A fitted encoder of data frames: categories as ranks or as one-hot indicators."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.utils.validation import check_array

from skdistill._frames import is_frame, library_of
from skdistill._typing import FrameLibrary

__all__ = ["EncodedColumn", "FrameEncoder", "encode"]


@dataclass(frozen=True)
class EncodedColumn:
    """What a column that a tree reads means in X.

    Parameters
    ----------
    name : object
        Name of the column of X.
    place : int
        Position of that column in X.
    category : tuple
        Of an indicator: the one category that it is 1 for; None stands for
        missing. Empty otherwise.
    categories : tuple
        Of ranks: the category of each rank, from 0; None stands for missing.
        Empty otherwise, and for numbers both are.
    """

    name: Any
    place: int
    category: tuple[Any, ...] = ()
    categories: tuple[Any, ...] = ()

    @property
    def label(self) -> str:
        """What nodes, plots and exports call the column."""
        if not self.category:
            return str(self.name)
        (category,) = self.category
        return f"{self.name}={'missing' if category is None else category}"


@dataclass(frozen=True)
class FrameEncoder:
    """A fitted encoder: each column of a frame is a number, a rank, or indicators.

    Made by `fit_encoder`, which decides once which columns are categorical; the
    same decision holds for all rows that come later.

    Parameters
    ----------
    names : tuple
        Of the columns of X.
    ranks : dict of int to tuple
        By position in X: the categories in the order of their ranks; None
        stands for missing.
    indicators : dict of int to tuple
        By position in X: the categories that have an indicator each.
    nullable : frozenset of int
        Positions where missing values may be ``pandas.NA``, or numbers are objects.
    library : {"pandas", "polars"}
        Which frames it was fitted on.

    Attributes
    ----------
    columns : list of EncodedColumn
        What each encoded column means.
    places : ndarray of shape (n_encoded,)
        Position in X of the column that each encoded column was made of.
    """

    names: tuple[Any, ...]
    ranks: dict[int, tuple[Any, ...]]
    indicators: dict[int, tuple[Any, ...]]
    nullable: frozenset[int] = frozenset()
    library: str = "pandas"

    @property
    def columns(self) -> list[EncodedColumn]:
        own, more = [], []
        for j, name in enumerate(self.names):
            if j in self.indicators:
                first, *others = self.indicators[j]
                own.append(EncodedColumn(name, j, category=(first,)))
                more += [EncodedColumn(name, j, category=(category,)) for category in others]
            else:
                own.append(EncodedColumn(name, j, categories=self.ranks.get(j, ())))
        return own + more

    @property
    def places(self) -> np.ndarray:
        return np.array([column.place for column in self.columns])

    @property
    def category_order(self) -> dict[Any, list[Any]]:
        """Categories of each column of ranks, from rank 0; None stands for missing."""
        return {self.names[j]: list(categories) for j, categories in self.ranks.items()}

    @property
    def labels(self) -> np.ndarray:
        """Names of the encoded columns, of shape (n_encoded,), dtype object."""
        return np.array([column.label for column in self.columns], dtype=object)

    def transform(self, X: Any) -> np.ndarray:
        """Return rows as a tree reads them.

        Parameters
        ----------
        X : DataFrame of shape (n_samples, n_features)
            Columns in the order of ``fit``.

        Returns
        -------
        X : ndarray of shape (n_samples, n_encoded), dtype float32
            NaN where a number is missing, and where a rank is unknown; all
            indicators of an unknown category are 0.

        Raises
        ------
        TypeError
            If X is no data frame.
        ValueError
            If a column of numbers holds something else, or infinity.
        """
        if not is_frame(X):
            raise TypeError(
                f"X must be a data frame with the columns {list(self.names)[:10]}, as in fit, "
                f"since some of them are categorical. Got {type(X).__name__}."
            )
        library = library_of(X)
        n, width = len(self.names), sum(len(found) - 1 for found in self.indicators.values())
        out = np.empty((X.shape[0], n + width), dtype=np.float32, order="F")
        after = n
        for j, name in enumerate(self.names):
            column = library.column(X, j)
            if j in self.ranks:
                codes, table = _rank_table(library, column, self.ranks[j])
                out[:, j] = table.take(codes, mode="wrap")  # -1 is the last
            elif j in self.indicators:
                codes, table = _indicator_table(library, column, self.indicators[j])
                stop = after + table.shape[1] - 1
                out[:, j], out[:, after:stop] = table[codes, 0], table[codes, 1:]
                after = stop
            else:
                out[:, j] = _numbers(library, column, name)
        return out

    def constraints(self, monotonic_cst: Any) -> np.ndarray:
        """Turn monotonicity in each column of X into that in each encoded column.

        Parameters
        ----------
        monotonic_cst : array-like of int of shape (n_features,)

        Returns
        -------
        constraints : ndarray of shape (n_encoded,)
            Zero for categorical columns.

        Raises
        ------
        ValueError
            If there is not one for each column, or one on a categorical column.
        """
        given: np.ndarray = np.asarray(monotonic_cst)
        if given.shape != (len(self.names),):
            raise ValueError(
                f"monotonic_cst has shape {given.shape}, but X has {len(self.names)} columns."
            )
        categorical = sorted([*self.ranks, *self.indicators])
        forbidden = [self.names[j] for j in categorical if given[j]]
        if forbidden:
            raise ValueError(
                f"monotonic_cst must be 0 for the columns {forbidden}: categories have no order. "
                "Turn them into numbers first, or leave them free."
            )
        return given.take(self.places)


def _rank_table(
    library: FrameLibrary, column: Any, categories: Sequence[Any]
) -> tuple[np.ndarray, np.ndarray]:
    """Codes of the rows, and the rank of each code; the last is that of missing values."""
    codes, found = library.factorize(column)
    rank = {category: float(k) for k, category in enumerate(categories)}
    table = [rank.get(category, np.nan) for category in [*found, None]]
    return codes, np.array(table, dtype=np.float32)


def _indicator_table(
    library: FrameLibrary, column: Any, categories: Sequence[Any]
) -> tuple[np.ndarray, np.ndarray]:
    """Codes of the rows, and the indicators of each code; the last are those of missing values."""
    codes, found = library.factorize(column)
    place = {category: k for k, category in enumerate(categories)}
    table = np.zeros((len(found) + 1, len(categories)), dtype=np.float32)
    for code, category in enumerate([*found, None]):
        if category in place:
            table[code, place[category]] = 1.0
    return codes, table


def _numbers(library: FrameLibrary, column: Any, name: Any) -> np.ndarray:
    """Return a column of numbers in single precision, checked."""
    kind = library.kind_of(column.dtype)
    if kind in ("time", "other"):
        raise ValueError(f"Column {name!r} of X held numbers in fit, but it holds {column.dtype}.")
    values = library.numbers(column)
    with np.errstate(over="ignore"):
        numbers = values.astype(np.float32)
    if np.isinf(numbers).any():
        raise ValueError(
            "Input X contains infinity or a value too large for dtype('float32') in column "
            f"{name!r}."
        )
    return numbers


def encode(encoder: FrameEncoder | None, X: Any) -> Any:
    """Return rows as a tree reads them: float32, missing values and unknown ranks as NaN.

    Parameters
    ----------
    encoder : FrameEncoder or None
    X : ndarray, csr_matrix or DataFrame of shape (n_samples, n_features)

    Returns
    -------
    X : ndarray or csr_matrix of shape (n_samples, n_encoded)
    """
    if encoder is not None:
        return encoder.transform(X)
    if is_frame(X):
        library = library_of(X)
        columns = [_numbers(library, library.column(X, j), X.columns[j]) for j in range(X.shape[1])]
        return np.column_stack(columns)
    return check_array(X, dtype=np.float32, accept_sparse="csr", ensure_all_finite="allow-nan")

"""An input space: one part for each column, drawn independently."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from skdistill._frames import is_frame, library_of
from skdistill._rows import take_column
from skdistill._validation import Number
from skdistill.domains._categories import Categories
from skdistill.domains._kind_of_rows import (
    build_rows,
    check_fit,
    empty_rows,
    first_places,
    row_dtype,
)
from skdistill.domains._learn import learn_parts
from skdistill.domains._random import generator_of
from skdistill.domains._ranges import Part
from skdistill.domains._specs import as_part, as_table, part_of_column

__all__ = ["Domain"]

# Uniform numbers that are held at once while rows are drawn.
_BLOCK_VALUES = 1 << 22


class Domain:
    """An input space: what each column of X may hold.

    The columns are independent of each other. Rows come as arrays where the
    columns have no names, and as data frames where they have.

    Parameters
    ----------
    parts : mapping of names to parts, or sequence of parts
        One for each column: a pair ``(low, high)`` for a range of real
        numbers, :class:`Integers`, a list of values or :class:`Categories`,
        "binary" for 0 and 1, "sign" for -1 and 1, or a frozen distribution of
        ``scipy.stats``.
    names : sequence of str, default=None
        Names of the columns, where ``parts`` is a sequence.
    like : {"array", "pandas", "polars"}, ndarray or DataFrame, default=None
        Kind of the rows; rows of your own also hand on their dtypes and
        names. By default a pandas frame where there are names.

    Attributes
    ----------
    parts : list of Reals, Integers, Categories or Distribution
        One for each column.
    names : list or None
        Names of the columns.
    n_features : int
        Number of columns.
    size : int or inf
        Number of different points.

    Raises
    ------
    ValueError
        If a part is none, there is no column, or the names do not fit.

    See Also
    --------
    as_domain : From short words such as "binary", or to the columns of X.
    Design : Points that fill the space evenly.

    Examples
    --------
    >>> from scipy import stats
    >>> from skdistill.domains import Domain, Integers
    >>> domain = Domain({
    ...     "speed": (5, 50),
    ...     "lanes": Integers(1, 4),
    ...     "road": ["dry", "wet"],
    ...     "leak": stats.loguniform(1e-4, 1e-1),
    ... })
    >>> domain
    Domain({'speed': Reals(5, 50), 'lanes': Integers(1, 4),
            'road': Categories(['dry', 'wet']), 'leak': Distribution(loguniform(0.0001, 0.1))})
    >>> domain.sample(3, random_state=0).dtypes.astype(str).tolist()
    ['float64', 'int64', 'category', 'float64']
    """

    def __init__(
        self,
        parts: Mapping[Any, Any] | Sequence[Any],
        names: Sequence[Any] | None = None,
        *,
        like: Any = None,
    ):
        if isinstance(parts, Mapping):
            if names is not None:
                raise ValueError("names are the keys of the mapping already: leave names=None.")
            names, parts = list(parts), list(parts.values())
        if isinstance(parts, str) or not isinstance(parts, Sequence) or not len(parts):
            raise ValueError(
                "parts must be a mapping from names or a sequence, with at least one entry, got "
                f"{parts!r}."
            )
        if is_frame(like):
            names = list(like.columns) if names is None else names
        self.names = None if names is None else list(names)
        self._check_names(len(parts))
        read = {key: as_part(parts[j], self._label(j)) for key, j in first_places(parts).items()}
        self.parts: list[Any] = list(map(read.__getitem__, map(id, parts)))
        if like is None or isinstance(like, str):
            if like not in (None, "array", "pandas", "polars"):
                raise ValueError(f'like must be "array", "pandas" or "polars", got {like!r}.')
            self._template = empty_rows(self.parts, self.names, like)
        else:
            self._template = as_table(like)[:0]
        if self._template.shape[1] != len(self.parts):
            raise ValueError(
                f"The domain has {len(self.parts)} columns, but the rows have "
                f"{self._template.shape[1]}."
            )
        check_fit(self.parts, self._template)

    def _check_names(self, n_features: int) -> None:
        names = self.names
        if names is None:
            return
        if len(names) != n_features:
            raise ValueError(f"There are {n_features} parts, but {len(names)} names: {names[:10]}.")
        if len(set(names)) < len(names):
            twice = next(name for name in names if names.count(name) > 1)
            raise ValueError(f"The name {twice!r} stands for two columns. Rename one of them.")

    def _label(self, j: int) -> str:
        return f"column {j}" if self.names is None else f"column {self.names[j]!r}"

    @classmethod
    def from_rows(
        cls,
        X: Any,
        *,
        bounds: Any = None,
        integer_features: Any = "auto",
        categorical_features: Any = "from_dtype",
    ) -> Domain:
        """Learn the box that holds the rows of X.

        Parameters
        ----------
        X : array-like or DataFrame of shape (n_samples, n_features)
            Missing values are left out.
        bounds : mapping or sequence of (low, high), default=None
            Bounds other than those of X, by name or by position; a sequence
            has one entry for each column, None where X decides.
        integer_features : "auto", mask, positions or names, default="auto"
            Columns of whole numbers. "auto" takes those of an integer dtype,
            and those of at least 20 values that are all whole.
        categorical_features : "from_dtype", None, mask, positions or names, \
                default="from_dtype"
            Columns of categories. "from_dtype" takes a frame's categorical,
            string and object columns.

        Returns
        -------
        domain : Domain
            Its rows have the kind, names and dtypes of X.

        Raises
        ------
        ValueError
            If a column holds missing values alone, or a parameter names a
            column that X does not have.
        TypeError
            If a column holds dates.

        Notes
        -----
        After 20 values that are all whole, the chance that the next one is not
        is below 5% (rule of succession: 1/22). Two rows, or the corners of a
        box, are no such evidence.

        Examples
        --------
        >>> from skdistill.domains import Domain
        >>> Domain.from_rows([[5.0, 0.0], [50.0, 1.0]])
        Domain([Reals(5.0, 50.0), Reals(0.0, 1.0)])
        >>> Domain.from_rows([[5, 0], [50, 1]], bounds={1: (0, 9)})
        Domain([Integers(5, 50), Integers(0, 9)])
        """
        X = as_table(X)
        parts = learn_parts(
            X,
            bounds=bounds,
            integer_features=integer_features,
            categorical_features=categorical_features,
        )
        return cls(parts, like=X)

    @property
    def n_features(self) -> int:
        """Number of columns."""
        return len(self.parts)

    @property
    def size(self) -> float:
        """Number of different points, or infinity."""
        sizes = [part.size for part in self.parts]
        return math.inf if math.inf in sizes else math.prod(int(size) for size in sizes)

    def from_unit(self, U: Any) -> Any:
        """Map points of the unit cube to rows, through the inverse of each distribution.

        Parameters
        ----------
        U : array-like of shape (n, n_features)
            Numbers in [0, 1).

        Returns
        -------
        X : ndarray or DataFrame of shape (n, n_features)
            Rows.

        Examples
        --------
        >>> from skdistill.domains import Domain
        >>> Domain([(0, 10), ["a", "b"]], names=["x", "y"]).from_unit([[0.5, 0.9]])
             x  y
        0  5.0  b
        """
        U = np.asarray(U, dtype=float)
        if U.ndim != 2 or U.shape[1] != self.n_features:
            raise ValueError(
                f"U must have shape (n, {self.n_features}), one column for each part, got "
                f"{U.shape}."
            )
        if not ((U >= 0) & (U <= 1)).all():
            raise ValueError("U must hold numbers in [0, 1].")
        return self._rows(U)

    def _rows(self, U: np.ndarray) -> Any:
        if is_frame(self._template):
            columns = [
                part.index_from_unit(u) if isinstance(part, Categories) else part.from_unit(u)
                for part, u in zip(self.parts, U.T, strict=True)
            ]
            return build_rows(self.parts, self._template, columns)
        rows = np.empty(U.shape, dtype=row_dtype(self.parts, self._template.dtype))
        for part, columns in self._groups():
            rows[:, columns] = part.from_unit(U[:, columns])
        return rows

    def _groups(self) -> list[tuple[Part, Any]]:
        """Parts, each with the columns that share it; a cube is one group, whatever its width."""
        first = first_places(self.parts)
        if len(first) == 1:
            return [(self.parts[0], slice(None))]
        columns: dict[int, list[int]] = {key: [] for key in first}
        for j, part in enumerate(self.parts):
            columns[id(part)].append(j)
        return [(self.parts[at[0]], at) for at in columns.values()]

    def sample(
        self, n_samples: int, random_state: Any = None, *, fixed: Mapping[Any, Any] | None = None
    ) -> Any:
        """Draw independent random rows.

        Parameters
        ----------
        n_samples : int
            How many.
        random_state : int, Generator, RandomState instance or None, default=None
            Seeds the rows.
        fixed : mapping of names or positions to values, default=None
            Columns that are held at one value: rows of a subcube.

        Returns
        -------
        X : ndarray or DataFrame of shape (n_samples, n_features)
            Rows.

        Raises
        ------
        ValueError
            If ``fixed`` names no column, or a value that the column cannot hold.

        Examples
        --------
        >>> from skdistill.domains import as_domain
        >>> cube = as_domain("sign", n_features=3)
        >>> cube.sample(4, random_state=0, fixed={1: -1})[:, 1].tolist()
        [-1, -1, -1, -1]
        """
        if not Number(0, whole=True).accepts(n_samples):
            raise ValueError(f"n_samples must be an integer >= 0, got {n_samples!r}.")
        domain = self if not fixed else self._with_fixed(fixed)
        rng = generator_of(random_state)
        step = max(1, _BLOCK_VALUES // self.n_features)
        if n_samples <= step or is_frame(self._template):
            return domain._rows(rng.random((n_samples, self.n_features)))
        sizes = [min(step, n_samples - start) for start in range(0, n_samples, step)]
        return np.concatenate([domain._rows(rng.random((n, self.n_features))) for n in sizes])

    def _with_fixed(self, fixed: Mapping[Any, Any]) -> Domain:
        parts = list(self.parts)
        for key, value in fixed.items():
            j = part_of_column(key, self.names, self.n_features)
            if not parts[j].contains([value])[0]:
                raise ValueError(f"{value!r} is no value of {self._label(j)}: {parts[j]!r}.")
            whole = isinstance(value, float) and value.is_integer() and parts[j].size < math.inf
            parts[j] = Categories([int(value) if whole else value])
        return Domain(parts, self.names, like=self._template)

    def contains(self, X: Any) -> np.ndarray:
        """Return which rows lie in the domain.

        Parameters
        ----------
        X : array-like or DataFrame of shape (n_samples, n_features)
            Rows; a frame has the columns of the domain in their order.

        Returns
        -------
        inside : ndarray of shape (n_samples,), dtype bool
            False for rows with missing values.

        Raises
        ------
        ValueError
            If X has other columns.

        Examples
        --------
        >>> from skdistill.domains import Domain
        >>> Domain([(0, 1), [3, 5]]).contains([[0.5, 3], [0.5, 4], [1.5, 5]]).tolist()
        [True, False, False]
        """
        X = as_table(X)
        inside = np.ones(X.shape[0], dtype=bool)
        for part, columns in self._columns_of(X):
            inside &= part.contains(columns.ravel()).reshape(columns.shape).all(axis=1)
        return inside

    def check(self, X: Any) -> None:
        """Raise an error where a value of X is not in the domain.

        Parameters
        ----------
        X : array-like or DataFrame of shape (n_samples, n_features)
            Rows.

        Raises
        ------
        ValueError
            Naming the column and the first such value.

        Examples
        --------
        >>> from skdistill.domains import as_domain
        >>> as_domain("binary", n_features=2).check([[0, 1], [1, 1]])
        """
        X = as_table(X)
        if self.contains(X).all():
            return
        for j, part in enumerate(self.parts):
            column = take_column(X, j)
            inside = part.contains(np.asarray(column))
            if not inside.all():
                value = np.asarray(column)[int(np.argmin(inside))]
                value = value.item() if isinstance(value, np.generic) else value
                raise ValueError(
                    f"C{self._label(j)[1:]} holds {value!r}, which is not in the domain: {part!r}."
                )

    def _columns_of(self, X: Any) -> Any:
        """Pairs of a part and the columns of X that share it, of shape (n, n_columns)."""
        if X.shape[1] != self.n_features:
            raise ValueError(f"X must have {self.n_features} columns, got shape {X.shape}.")
        if not is_frame(X):
            return [(part, X[:, columns]) for part, columns in self._groups()]
        if self.names is not None and list(X.columns) != self.names:
            raise ValueError(
                f"X has the columns {list(X.columns)[:10]}, but the domain {self.names[:10]}."
            )
        library = library_of(X)
        columns = [np.asarray(library.column(X, j))[:, np.newaxis] for j in range(X.shape[1])]
        return zip(self.parts, columns, strict=True)

    def __repr__(self) -> str:
        if self.n_features > 10:
            return f"<Domain of {self.n_features} columns>"
        if self.names is None:
            return f"Domain({self.parts!r})"
        return f"Domain({dict(zip(self.names, self.parts, strict=True))!r})"

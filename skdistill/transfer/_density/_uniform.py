"""The bounding box of the real rows, or another box, evenly filled.

Source: M. W. Craven, J. W. Shavlik, "Extracting tree-structured
representations of trained networks", NIPS 1995 (instances drawn for a teacher
to label).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from skdistill._frames import library_of
from skdistill._rows import check_rows, is_frame, take_column
from skdistill._validation import Instance, OneOf
from skdistill.domains import Categories, Integers, given_parts, learn_parts, row_dtype
from skdistill.transfer._base import COMMON_RULES, BaseTransferSet
from skdistill.transfer._tables import MISSING, Encoded

__all__ = ["UniformTransferSet"]

_ANY = Instance("an input space", lambda value: not isinstance(value, (bool, float, int)))
_COLUMNS = Instance(
    "a mask, positions or names of columns",
    lambda value: hasattr(value, "__len__") and not isinstance(value, str),
)
_PAIRS = Instance(
    "a mapping or a sequence of pairs (low, high)",
    lambda value: isinstance(value, (Mapping, list, tuple, np.ndarray)),
)


class UniformTransferSet(BaseTransferSet):
    """Synthetic rows spread evenly over the box that holds the real ones, or over another.

    Numbers are uniform between the bounds seen, whole ones over all whole
    numbers there, categories over those seen. A column has as many missing
    values as it had, in random rows.

    Parameters
    ----------
    teacher : predictor or callable, default=None
        Labels the rows in :meth:`fit_resample`, nothing else. Fitted, or
        unfitted (then a clone is fitted on ``X, y``).
    domain : mapping or object, default=None
        Columns with another domain than X shows: a mapping from names or
        positions to a pair ``(low, high)``, a list of values,
        :class:`~skdistill.domains.Integers` or a frozen distribution of
        ``scipy.stats``; or a whole :class:`~skdistill.domains.Domain`, or what
        :func:`~skdistill.domains.as_domain` takes.
    bounds : mapping or sequence of (low, high), default=None
        Bounds other than those of X, by name or by position; whole numbers
        stay whole. A sequence has one entry for each column, None where X
        decides.
    integer_features : "auto", mask, positions or names, default="auto"
        Columns of whole numbers. "auto" takes those of an integer dtype, and
        those of at least 20 values that are all whole: two rows with the ends
        of a range are no evidence.
    n_samples : int or "auto", default="auto"
        Number of samples drawn by default. "auto": so many that those of X and
        these are 10,000 together; as many as X has where it has 10,000 by
        itself.
    categorical_features : "from_dtype", None, mask, positions or names, \
            default="from_dtype"
        Columns of categories. "from_dtype" takes a frame's categorical, string
        and object columns.
    random_state : int, RandomState instance or None, default=None
        Seeds :meth:`sample`.

    Attributes
    ----------
    domain_ : list of Reals, Integers, Categories, Distribution or None
        What each column is drawn from; None for dates, for whole numbers
        beyond 2^53, and where all values are missing.
    n_samples_ : int
        Number of samples drawn by default.
    categorical_features_ : ndarray of shape (n_features,), dtype bool
        Which columns hold categories.
    teacher_ : predictor
        The fitted teacher; after :meth:`fit_resample` alone.
    n_features_in_ : int
        Number of columns.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the columns, where X has them.

    See Also
    --------
    MarginalTransferSet : With the distribution of each column.
    skdistill.domains.Design : Points that fill a domain more evenly than random ones.

    Notes
    -----
    Most of the box is empty of data, the more so the more columns there are: a
    student of such rows spends its leaves where no real row falls. This is for
    teachers that are right everywhere, such as functions and simulations, and
    for comparison.

    References
    ----------
    .. [1] M. W. Craven, J. W. Shavlik, "Extracting tree-structured
       representations of trained networks", NIPS 1995, 24-30.

    Examples
    --------
    >>> from skdistill.transfer import UniformTransferSet
    >>> box = UniformTransferSet(random_state=0).fit([[0.0, 5], [1.0, 9]])
    >>> new = box.sample(1000)
    >>> new.mean(axis=0).round(1)
    array([0.5, 7. ])
    >>> wider = UniformTransferSet(bounds={1: (0, 20)}, integer_features=[1])
    >>> wider.fit([[0.0, 5], [1.0, 9]]).domain_
    [Reals(0.0, 1.0), Integers(0, 20)]
    """

    _parameter_rules = {
        **COMMON_RULES,
        "domain": [OneOf(None), _ANY],
        "bounds": [OneOf(None), _PAIRS],
        "integer_features": [OneOf("auto"), _COLUMNS],
    }

    def __init__(
        self,
        teacher: Any = None,
        *,
        domain: Any = None,
        bounds: Any = None,
        integer_features: Any = "auto",
        n_samples: Any = "auto",
        categorical_features: Any = "from_dtype",
        random_state: Any = None,
    ):
        self.teacher = teacher
        self.domain = domain
        self.bounds = bounds
        self.integer_features = integer_features
        self.n_samples = n_samples
        self.categorical_features = categorical_features
        self.random_state = random_state

    def fit(self, X: Any, y: Any = None) -> UniformTransferSet:
        """Learn the box.

        Parameters
        ----------
        X : array-like or DataFrame of shape (n_samples, n_features)
            Real rows. Missing values are legal; infinite ones are not.
        y : Ignored
            Not used.

        Returns
        -------
        self : UniformTransferSet
            The fitted transfer set.
        """
        super().fit(X, y)
        rows = self._rows
        del self._rows
        X = check_rows(self, X, reset=False, accept_sparse=False, accept_times=True)
        self.domain_ = learn_parts(
            X,
            given=given_parts(self.domain, X),
            bounds=self.bounds,
            integer_features=self.integer_features,
            categorical_features=np.asarray(self.categorical_features_),
            partial=True,
        )
        categorical = self.categorical_features_
        for j, part in enumerate(self.domain_):
            if part is not None:
                _check_column(part, X, j, bool(categorical[j]))
        self._parts = [
            _encoded_range(numbers) if self.domain_[j] is None else self.domain_[j]
            for j, numbers in zip(
                np.flatnonzero(~categorical).tolist(), rows.numbers.T, strict=True
            )
        ]
        self._codes = [
            _codes_of(self.domain_[j], take_column(X, j), codes)
            for j, codes in zip(np.flatnonzero(categorical).tolist(), rows.codes.T, strict=True)
        ]
        ends = np.array([_ends_of(part) for part in self._parts]).reshape(-1, 2)
        self._table = replace(
            self._table,
            low=ends[:, 0].astype(self._dtype),
            high=ends[:, 1].astype(self._dtype),
            whole=np.array([_is_whole(part) for part in self._parts], dtype=bool),
        )
        return self

    def _learn(self, rows: Encoded) -> None:
        self._rows = rows
        self._dtype = rows.numbers.dtype
        missing = [np.isnan(rows.numbers).mean(axis=0), (rows.codes == MISSING).mean(axis=0)]
        self._missing = np.concatenate(missing)

    def _draw_block(self, size: int, rng: np.random.Generator) -> tuple[Encoded, None]:
        d = len(self._parts)
        u = rng.random((size, d))
        numbers = np.empty((size, d), dtype=self._dtype)
        for k, part in enumerate(self._parts):
            numbers[:, k] = part.from_unit(u[:, k])
        codes = np.empty((size, len(self._codes)), dtype=np.int32)
        for k, (part, places) in enumerate(self._codes):
            codes[:, k] = places[part.index_from_unit(rng.random(size))]
        if self._missing.any():
            missing = rng.random((size, len(self._missing))) < self._missing
            numbers[missing[:, :d]] = np.nan
            codes[missing[:, d:]] = MISSING
        return Encoded(numbers, codes), None


def _encoded_range(numbers: np.ndarray) -> Any:
    """The range of dates, as whole steps; a constant where all values are missing."""
    if np.isnan(numbers).all():
        return Categories([0])
    low, high = float(np.nanmin(numbers)), float(np.nanmax(numbers))
    if low == high:
        return Categories([low])
    return Integers(int(low), int(high)) if max(-low, high) <= 2**53 else _Steps(low, high)


class _Steps:
    """Whole numbers too large to be told apart by a float."""

    def __init__(self, low: float, high: float):
        self.low, self.high = low, high

    def from_unit(self, u: np.ndarray) -> np.ndarray:
        return np.clip(np.rint(u * self.high + (1 - u) * self.low), self.low, self.high)


def _ends_of(part: Any) -> tuple[float, float]:
    """Least and largest value of a part of numbers."""
    if isinstance(part, Categories):
        return float(part.values.min()), float(part.values.max())
    return float(part.low), float(part.high)


def _is_whole(part: Any) -> bool:
    """Whether a part of numbers has whole ones alone."""
    if isinstance(part, Categories):
        return bool(np.all(part.values == np.rint(part.values.astype(float))))
    return isinstance(part, (Integers, _Steps)) or bool(getattr(part, "is_discrete", False))


def _codes_of(
    part: Categories | None, column: Any, codes: np.ndarray
) -> tuple[Categories, np.ndarray]:
    """A column's categories, with the code of each."""
    if part is None:
        return Categories([0]), np.array([MISSING], dtype=np.int32)
    known = dict(zip(np.asarray(column).tolist(), codes.tolist(), strict=True))
    return part, np.array([known[value] for value in part.values.tolist()], dtype=np.int32)


def _check_column(part: Any, X: Any, j: int, categorical: bool) -> None:
    """Raise where a column of X cannot hold the values of its part."""
    column = take_column(X, j)
    label = f"column {list(X.columns)[j]!r}" if is_frame(X) else f"column {j}"
    if categorical:
        seen = np.asarray(column)
        values = part.values.tolist() if isinstance(part, Categories) else None
        if values is None or not set(values) <= set(seen.tolist()):
            raise ValueError(
                f"The domain of {label} must be a list of categories that X has, got {part!r}."
            )
        return
    if isinstance(part, Categories) and not part.is_numeric:
        raise ValueError(f"The {label} holds numbers, but its domain is {part!r}.")
    stored = column.dtype
    if is_frame(X):
        library = library_of(X)
        stored = library.numbers(column[:0]).dtype
        stored = np.dtype(np.int64) if library.is_whole(library.type_of(column)) else stored
    if stored.kind in "biu" and row_dtype([part], stored) != stored:
        raise ValueError(
            f"The {label} of X has dtype {column.dtype}, which cannot hold the values of {part!r}. "
            "Pass X as floats."
        )

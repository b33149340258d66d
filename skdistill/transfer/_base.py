"""The protocol of transfer sets: ``fit`` on real rows, ``sample`` new ones."""

from __future__ import annotations

from abc import ABCMeta, abstractmethod
from collections.abc import Iterator
from operator import itemgetter
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.utils import check_random_state
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_is_fitted

from skdistill._rows import check_rows, default_size, stack_rows
from skdistill._validation import Instance, Number, OneOf, validate_parameters
from skdistill.teachers import Oracle, TeacherHolderMixin, as_teacher, resolve_teacher, teacher_kind
from skdistill.transfer._tables import Encoded, iter_chunks, learn_table, seeds_of

__all__ = ["COMMON_RULES", "BaseTransferSet", "transformer_without_teacher"]

_LIST_LIKE = Instance(
    "a mask, positions or names of columns",
    lambda value: hasattr(value, "__len__") and not isinstance(value, str),
)

COMMON_RULES = {
    "n_samples": [Number(0, whole=True), OneOf("auto")],
    "categorical_features": [OneOf("from_dtype", None), _LIST_LIKE],
}


def _has_teacher(transfer_set: Any) -> bool:
    return transfer_set.teacher is not None


def transformer_without_teacher(cls: type) -> type:
    """Class decorator: ``transform`` exists only where there is no teacher.

    A step of an imbalanced-learn pipeline must be a transformer or a sampler,
    never both. (Applied to the finished class, since scikit-learn wraps
    ``transform`` for ``set_output`` when the class is made.)
    """
    for name in ("transform", "fit_transform"):
        setattr(cls, name, available_if(lambda self: not _has_teacher(self))(getattr(cls, name)))
    return cls


class BaseTransferSet(TeacherHolderMixin, BaseEstimator, metaclass=ABCMeta):
    """Base of the generators of unlabelled rows.

    A subclass learns from encoded rows in ``_learn``, which by default keeps
    them as ``_rows``, and makes new ones, a
    block at a time, in ``_draw_block``; this class handles the kinds of rows
    (arrays, frames, categories, missing values, dtypes, bounds), randomness,
    chunks, and the teacher's labels for ``fit_resample``.

    See Also
    --------
    MungeTransferSet : Rows by exchange between near neighbours.

    Notes
    -----
    ``_block_rows``, an attribute of the class, is the number of rows drawn at a
    time. Each block has a random generator of its own, so samples depend only
    on the seed, never on the size of the chunks in which they are taken.

    Examples
    --------
    Real rows, drawn again with replacement:

    >>> from skdistill.transfer import BaseTransferSet
    >>> class Bootstrap(BaseTransferSet):
    ...     _parameter_rules = {}
    ...
    ...     def __init__(self, teacher=None, *, n_samples=100,
    ...                  categorical_features="from_dtype", random_state=None):
    ...         self.teacher = teacher
    ...         self.n_samples = n_samples
    ...         self.categorical_features = categorical_features
    ...         self.random_state = random_state
    ...
    ...     def _draw_block(self, size, rng):
    ...         parents = rng.integers(len(self._rows), size=size)
    ...         return self._rows.take(parents), parents
    >>> again = Bootstrap(random_state=0).fit([[1.0, 2.0], [3.0, 4.0]])
    >>> again.sample().shape
    (100, 2)
    >>> [len(chunk) for chunk in again.iter_samples(chunk_size=40)]
    [40, 40, 20]
    """

    teacher: Any
    n_samples: Any
    categorical_features: Any
    random_state: Any
    _rows: Encoded
    _block_rows: int = 16_384
    _queries_teacher: bool = False  # whether fit queries the teacher

    def _learn(self, rows: Encoded) -> None:
        """Learn from encoded rows and set attributes."""
        self._rows = rows

    @abstractmethod
    def _draw_block(self, size: int, rng: np.random.Generator) -> tuple[Encoded, np.ndarray | None]:
        """Return ``size`` new encoded rows, and their parents.

        Parents are positions in the rows given to ``fit``; None where rows
        have none.
        """

    def fit(self, X: Any, y: Any = None) -> Any:
        """Learn where rows come from.

        Parameters
        ----------
        X : array-like or DataFrame of shape (n_samples, n_features)
            Real rows. Missing values are legal; infinite ones are not.
        y : Ignored
            Not used.

        Returns
        -------
        self : object
            The fitted transfer set.
        """
        self._learn(self._read_rows(X))
        return self

    def _read_rows(self, X: Any) -> Encoded:
        """Validate parameters and rows, and learn the columns."""
        validate_parameters(self)
        self._check_teacher()
        X = check_rows(self, X, reset=True, accept_sparse=False, accept_times=True)
        self._table, rows = learn_table(X, self.categorical_features)
        self.categorical_features_ = self._table.categorical
        self._n_rows = len(rows)
        self.n_samples_ = (
            default_size(len(rows)) if isinstance(self.n_samples, str) else int(self.n_samples)
        )
        return rows

    def _check_teacher(self) -> None:
        """Refuse at once what cannot be a teacher, such as a number of rows in its place."""
        if self.teacher is None:
            return
        try:
            as_teacher(self.teacher)
        except TypeError as error:
            raise TypeError(
                f"The first parameter of {type(self).__name__} is the teacher, and all others are "
                f"passed by name, such as n_samples=500. {error}"
            ) from error

    def sample(
        self,
        n_samples: int | None = None,
        random_state: Any = None,
        *,
        return_parents: bool = False,
    ) -> Any:
        """Return new rows of the same kind as those given to ``fit``.

        Parameters
        ----------
        n_samples : int, default=None
            Number of rows; ``n_samples_`` by default.
        random_state : int, RandomState instance or None, default=None
            None takes the constructor's: with a number there, the same rows
            each time.
        return_parents : bool, default=False
            Whether to return, for each new row, which row it came from.

        Returns
        -------
        X : ndarray or DataFrame of shape (n_samples, n_features)
            New rows, without labels.
        parents : ndarray of shape (n_samples,), dtype int
            Positions in the rows given to ``fit``; only with
            ``return_parents``.

        Raises
        ------
        ValueError
            If ``return_parents`` is set where rows have no parents.
        """
        n_samples = self._check_count(n_samples)
        chunks = self._chunks(n_samples, max(n_samples, 1), random_state, return_parents)
        return next(chunks)

    def iter_samples(
        self,
        n_samples: int | None = None,
        *,
        chunk_size: int = 100_000,
        random_state: Any = None,
        return_parents: bool = False,
    ) -> Iterator[Any]:
        """Return the rows of :meth:`sample` in chunks, for tables beyond memory.

        Parameters
        ----------
        n_samples : int, default=None
            Number of rows in all; ``n_samples_`` by default.
        chunk_size : int, default=100_000
            Number of rows at a time. Whatever it is, the rows are the same.
        random_state : int, RandomState instance or None, default=None
            As for :meth:`sample`.
        return_parents : bool, default=False
            As for :meth:`sample`: the chunks are pairs then.

        Returns
        -------
        chunks : iterator of ndarray or DataFrame of shape (chunk_size, n_features)
            The last one may be shorter.
        """
        n_samples = self._check_count(n_samples)
        if not Number(1, whole=True).accepts(chunk_size):
            raise ValueError(f"chunk_size must be an integer >= 1, got {chunk_size!r}.")
        chunks = self._chunks(n_samples, int(chunk_size), random_state, return_parents)
        return chunks if n_samples else iter(())

    def _check_count(self, n_samples: Any) -> int:
        check_is_fitted(self)
        n_samples = self.n_samples_ if n_samples is None else n_samples
        if not Number(0, whole=True).accepts(n_samples):
            raise ValueError(f"n_samples must be an integer >= 0, got {n_samples!r}.")
        return int(n_samples)

    def _chunks(
        self, n_samples: int, chunk_size: int, random_state: Any, return_parents: bool
    ) -> Iterator[Any]:
        """Decoded chunks, with their parents where these are wanted."""
        chunks = iter_chunks(
            self._table,
            self._draw_block,
            n_samples,
            block_rows=self._block_rows,
            chunk_size=chunk_size,
            seeds=seeds_of(self.random_state if random_state is None else random_state),
        )
        return map(self._with_parents if return_parents else itemgetter(0), chunks)

    def _with_parents(self, chunk: tuple[Any, np.ndarray | None]) -> tuple[Any, np.ndarray]:
        rows, parents = chunk
        if parents is None:
            raise ValueError(
                f"Samples of a {type(self).__name__} come from no single row: there are no "
                "parents to return."
            )
        return rows, parents

    @available_if(_has_teacher)
    def fit_resample(self, X: Any, y: Any = None) -> tuple[Any, np.ndarray]:
        """Return X and new rows, all with the teacher's labels.

        This is imbalanced-learn's protocol: as the step before a student in one
        of its pipelines, it makes the student learn the teacher. It exists only
        where ``teacher`` is set.

        Parameters
        ----------
        X : array-like or DataFrame of shape (n_samples, n_features)
            Real rows.
        y : array-like of shape (n_samples,), default=None
            Labels, needed only by an unfitted teacher.

        Returns
        -------
        X_resampled : ndarray or DataFrame of shape (n_samples + n_new, n_features)
            The rows of X, then the new ones.
        y_resampled : ndarray of shape (n_samples + n_new,)
            The teacher's labels, or values.
        """
        self.fit(X, y)
        X = check_rows(self, X, reset=False, accept_sparse=False, accept_times=True)
        if not self._queries_teacher:  # else fit has resolved it
            rng = None if self.random_state is None else check_random_state(self.random_state)
            self.teacher_ = resolve_teacher(self.teacher, X, y, rng=rng)
        rows = stack_rows(X, self.sample())
        return rows, Oracle(self.teacher_, n_jobs=getattr(self, "n_jobs", None)).predict(rows)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.input_tags.sparse = False
        tags.input_tags.string = False
        if self.teacher is not None and teacher_kind(self.teacher) is not None:
            tags.target_tags.required = False
        return tags

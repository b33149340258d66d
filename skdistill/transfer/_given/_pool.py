"""Real rows without labels, where the user has them.

Source: J. Ba, R. Caruana, "Do deep nets really need to be deep?", NIPS 2014
(students learn from a teacher's labels of unlabelled data).
"""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from skdistill._frames import is_frame, is_pandas, is_polars
from skdistill._rows import as_rows, check_rows, stack_rows
from skdistill._validation import Instance, OneOf
from skdistill.exceptions import DistillationWarning
from skdistill.transfer._base import COMMON_RULES, BaseTransferSet
from skdistill.transfer._tables import Encoded, learn_table

__all__ = ["PoolTransferSet"]

_ROWS = Instance(
    "an array or a data frame of rows",
    lambda value: hasattr(value, "shape") or isinstance(value, (list, tuple)),
)


class PoolTransferSet(BaseTransferSet):
    """Real unlabelled rows, sampled from a pool: better than any synthetic ones.

    Rows are drawn without replacement until none is left; a longer sample
    starts over, with a warning.

    Parameters
    ----------
    teacher : predictor or callable, default=None
        Labels the rows in :meth:`fit_resample`; not used otherwise. Fitted, or
        unfitted (then a clone is fitted on ``X, y``).
    pool : array-like or DataFrame of shape (n_pool, n_features), default=None
        Rows with the columns of X, in the same order and of the same dtypes.
        They come out as they are, and may leave the bounds of X. None takes X
        itself.
    n_samples : int or "auto", default="auto"
        Rows drawn by default: so many that those of X and these are 10,000
        together (as many as X has where it has 10,000 by itself), but no more
        than the pool has.
    categorical_features : "from_dtype", None, mask, positions or names, \
            default="from_dtype"
        Categorical columns. "from_dtype" takes a frame's columns of a
        categorical dtype, of text, and of objects, unless text or objects hold
        only numbers.
    random_state : int, RandomState instance or None, default=None
        Seeds :meth:`sample`.

    Attributes
    ----------
    n_samples_ : int
        Number of samples drawn by default.
    categorical_features_ : ndarray of shape (n_features,), dtype bool
        Which columns are categorical.
    teacher_ : predictor
        The fitted teacher; only after :meth:`fit_resample`.
    n_features_in_ : int
        Number of columns.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the columns, where X has them.

    See Also
    --------
    BootstrapTransferSet : Rows of X, drawn with replacement.
    MixtureTransferSet : A pool and synthetic rows together.

    Notes
    -----
    ``clone`` passes the pool on by reference. The rows given to ``fit`` only
    define the columns. Rows have no parents, since they
    do not come from X.

    References
    ----------
    .. [1] J. Ba, R. Caruana, "Do deep nets really need to be deep?", NIPS
       2014, 2654-2662.

    Examples
    --------
    >>> import numpy as np
    >>> from skdistill import PoolTransferSet
    >>> unlabelled = np.arange(12.0).reshape(6, 2)
    >>> pool = PoolTransferSet(pool=unlabelled, random_state=0).fit([[0.0, 1.0]])
    >>> np.sort(pool.sample(6), axis=0).tolist() == unlabelled.tolist()
    True
    """

    _parameter_rules = {"pool": [OneOf(None), _ROWS], **COMMON_RULES}

    def __init__(
        self,
        teacher: Any = None,
        *,
        pool: Any = None,
        n_samples: Any = "auto",
        categorical_features: Any = "from_dtype",
        random_state: Any = None,
    ):
        self.teacher = teacher
        self.pool = pool
        self.n_samples = n_samples
        self.categorical_features = categorical_features
        self.random_state = random_state

    def _learn(self, rows: Encoded) -> None:
        if self.pool is not None:
            X = self._table.decode(rows)
            both = stack_rows(X, self._check_pool(X))
            self._table, rows = learn_table(both, self._table.categorical)
            rows = rows.take(np.arange(self._n_rows, len(rows)))
        self._rows = rows
        self._block_rows = len(rows)  # a pass over the pool
        if isinstance(self.n_samples, str):
            self.n_samples_ = min(self.n_samples_, len(rows))

    def _check_pool(self, X: Any) -> Any:
        """Return the pool as validated rows of the kind of X."""
        pool: Any = as_rows(self.pool)
        if is_frame(X) and (is_pandas(pool), is_polars(pool)) != (is_pandas(X), is_polars(X)):
            raise TypeError(
                f"The pool must be a data frame of the same library as X, {type(X)}. Got "
                f"{type(pool)}."
            )
        if is_frame(pool) and not is_frame(X):
            raise TypeError(f"X is an array, and so must be the pool. Got {type(pool)}.")
        if is_frame(X) and list(pool.columns) != list(X.columns):
            raise ValueError(
                f"The pool must have the columns of X, {list(X.columns)}, in this order. Got "
                f"{list(pool.columns)}."
            )
        try:
            pool = check_rows(self, pool, reset=False, accept_sparse=False, accept_times=True)
        except (TypeError, ValueError) as error:
            raise type(error)(f"The pool cannot be read: {error}") from error
        if not is_frame(X):
            if not np.can_cast(pool.dtype, X.dtype, "same_kind"):
                raise ValueError(
                    f"The pool has dtype {pool.dtype}, which does not go into that of X, "
                    f"{X.dtype}. Convert X or the pool."
                )
            return pool.astype(X.dtype, copy=False)
        odd = [
            f"{name!r}: {theirs} where X has {ours}"
            for name, ours, theirs in zip(X.columns, X.dtypes, pool.dtypes, strict=True)
            if ours != theirs
        ]
        if odd:
            raise ValueError(
                f"The pool must have the dtypes of X. Columns that differ: {'; '.join(odd)}. "
                "Convert the pool, for example with astype or cast."
            )
        return pool

    def _draw_block(self, size: int, rng: np.random.Generator) -> tuple[Encoded, None]:
        return self._rows.take(rng.permutation(len(self._rows))[:size]), None

    def _check_count(self, n_samples: Any) -> int:
        count = super()._check_count(n_samples)
        if count > len(self._rows):
            warnings.warn(
                f"The pool has {len(self._rows)} rows, but n_samples={count}: some are drawn more "
                "than once. Mix the pool with synthetic rows (MixtureTransferSet) instead.",
                DistillationWarning,
                stacklevel=3,
            )
        return count

    def __sklearn_clone__(self) -> Any:
        # Like a fitted teacher, the pool is passed on, never copied.
        shell = type(self)(**self.get_params(deep=False))
        shell.pool = None
        fresh = super(PoolTransferSet, shell).__sklearn_clone__()
        fresh.pool = self.pool
        return fresh

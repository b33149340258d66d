"""Rows on the segments between a row and a near one.

Source: N. V. Chawla, K. W. Bowyer, L. O. Hall, W. P. Kegelmeyer, "SMOTE:
synthetic minority over-sampling technique", JAIR 16, 2002.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from skdistill._validation import Number
from skdistill.transfer._base import COMMON_RULES, BaseTransferSet, transformer_without_teacher
from skdistill.transfer._near._near_rows import NearRows
from skdistill.transfer._tables import (
    Draws,
    Encoded,
    RowCopyMixin,
    RowDraws,
    balanced_rows,
    pick_one,
)

__all__ = ["InterpolationTransferSet"]


@transformer_without_teacher
class InterpolationTransferSet(RowCopyMixin, BaseTransferSet):
    """New rows between a row and one of its nearest neighbours (SMOTE, without classes).

    Numbers lie at a random place of the segment between the two; each
    category is that of the one or of the other, the likelier the nearer.

    Parameters
    ----------
    teacher : predictor or callable, default=None
        Labels the rows in :meth:`fit_resample`; not used otherwise. Fitted, or
        unfitted (then a clone is fitted on ``X, y``).
    n_neighbors : int, default=5
        The other end is a random one of so many nearest different rows.
    n_samples : int or "auto", default="auto"
        Number of samples drawn by default. "auto" adds to the rows of X until
        there are 10,000; from 10,000 rows on, it draws as many as X has.
    categorical_features : "from_dtype", None, mask, positions or names, \
            default="from_dtype"
        Categorical columns. "from_dtype" takes a frame's columns of a
        categorical dtype, of text, and of objects, unless text or objects hold
        only numbers.
    n_jobs : int, default=None
        Jobs of the neighbour search.
    random_state : int, RandomState instance or None, default=None
        Seeds :meth:`sample` and :meth:`transform`.

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
    MungeTransferSet : Neighbours exchange attributes instead.
    LocalGaussianTransferSet : All neighbours at once, and beyond them.

    Notes
    -----
    Rows between others never leave what is between them, so the spread of
    each column shrinks a little.

    The nominal rule of SMOTE-NC gives a row the most frequent category among
    its neighbours, which starves rare ones. Here a category comes from the
    neighbour with probability u, where u is the row's place on the segment,
    drawn for each column anew. So does a number where one of both is missing,
    and the missing value itself.

    References
    ----------
    .. [1] N. V. Chawla, K. W. Bowyer, L. O. Hall, W. P. Kegelmeyer, "SMOTE:
       synthetic minority over-sampling technique", Journal of Artificial
       Intelligence Research 16, 2002, 321-357. :doi:`10.1613/jair.953`

    Examples
    --------
    >>> from skdistill.transfer import InterpolationTransferSet
    >>> between = InterpolationTransferSet(random_state=0).fit([[0.5, 1.2], [1.5, 3.2]])
    >>> new = between.sample(100)
    >>> bool((abs(new[:, 1] - 2 * new[:, 0] - 0.2) < 1e-12).all())  # on the segment
    True
    """

    _parameter_rules = {"n_neighbors": [Number(1, whole=True)], **COMMON_RULES}

    def __init__(
        self,
        teacher: Any = None,
        *,
        n_neighbors: int = 5,
        n_samples: Any = "auto",
        categorical_features: Any = "from_dtype",
        n_jobs: int | None = None,
        random_state: Any = None,
    ):
        self.teacher = teacher
        self.n_neighbors = n_neighbors
        self.n_samples = n_samples
        self.categorical_features = categorical_features
        self.n_jobs = n_jobs
        self.random_state = random_state

    def _learn(self, rows: Encoded) -> None:
        self._near = NearRows(rows, self.n_neighbors, self.n_jobs)
        self._incomplete = np.flatnonzero(np.isnan(rows.numbers).any(axis=0))

    def _draw_block(self, size: int, rng: np.random.Generator) -> tuple[Encoded, np.ndarray]:
        parents = balanced_rows(self._n_rows, size, rng)
        rows = self._near.rows.take(parents)
        return self._between(rows, self._near.of_fitted(parents), rng), parents

    def _copy(self, rows: Encoded, draws: RowDraws) -> Encoded:
        return self._between(rows, self._near.of(rows), draws)

    def _between(self, rows: Encoded, near: np.ndarray, draws: Draws) -> Encoded:
        """Move copies of rows, in place, towards one of their neighbours at ``near``."""
        n, k = near.shape
        if not k:
            return rows
        other = self._near.rows.take(near[np.arange(n), pick_one(k, draws.random(n))])
        numbers, codes, incomplete = rows.numbers, rows.codes, self._incomplete
        place = draws.random((n, 1), dtype=numbers.dtype)
        beyond = draws.random((n, codes.shape[1] + len(incomplete))) < place
        np.copyto(codes, other.codes, where=beyond[:, : codes.shape[1]])
        # A missing value at either end makes the sum missing: then it is one of both ends.
        ends = np.where(
            beyond[:, codes.shape[1] :], other.numbers[:, incomplete], numbers[:, incomplete]
        )
        whole = ~np.isnan(numbers[:, incomplete] + other.numbers[:, incomplete])
        step = other.numbers
        step -= numbers
        step *= place
        numbers += step
        numbers[:, incomplete] = np.where(whole, numbers[:, incomplete], ends)
        return rows

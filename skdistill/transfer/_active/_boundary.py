"""Rows along the teacher's decision boundary.

After the idea of: E. Junque de Fortuny, D. Martens, "Active learning-based
pedagogical rule extraction", IEEE Transactions on Neural Networks and Learning
Systems 26(11), 2015: new rows lie where the teacher's label changes.
"""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from sklearn.neighbors import NearestNeighbors

from skdistill._validation import Number
from skdistill.exceptions import DistillationWarning
from skdistill.teachers import name_of, teacher_kind, unfrozen
from skdistill.transfer._active._active_set import ACTIVE_RULES, Queries, QueriesTeacherMixin
from skdistill.transfer._active._bisection import bisect
from skdistill.transfer._base import BaseTransferSet
from skdistill.transfer._given._inner import draw_inner, fit_inner, join, merge
from skdistill.transfer._near._near_rows import NearRows
from skdistill.transfer._tables import Encoded, fit_standardizer, pick_one

__all__ = ["BoundaryTransferSet"]

# A new row lies on the way from one crossing to one of so many nearest others.
_BESIDE = 5


class BoundaryTransferSet(QueriesTeacherMixin, BaseTransferSet):
    """New rows near the teacher's decision boundary, mixed with rows like the real ones.

    Between a row and a near row that the teacher labels otherwise lies a
    change of label. It is closed in by halving the way between both, for any
    number of classes and any kind of columns. New rows lie around such
    crossings; the others come from ``base``, so that the student is not taught
    only the boundary.

    Parameters
    ----------
    teacher : predictor or callable, default=None
        A classifier, whose boundary is sought. Fitted, or unfitted (then a
        clone is fitted on ``X, y``). In a distiller, the distiller's
        teacher.
    base : transfer set or generator, default=None
        Where the other rows come from; a :class:`MungeTransferSet` by default.
        A clone is fitted, with this set's ``categorical_features``.
    density : float, default=0.9
        Share of rows that come from ``base``, in [0, 1].
    width : float, default=0.1
        How far rows lie off the boundary: standard deviation of a step towards
        either end of the pair, over the distance of the pair.
    n_neighbors : int, default=5
        A row is paired with a random one of so many nearest rows with another
        label.
    n_steps : int, default=6
        Halvings of the way between a pair, and so queries a crossing.
    max_queries : int, default=10_000
        Maximum number of rows with which the teacher is queried in :meth:`fit`:
        up to half of them real ones, to learn their labels.
    n_samples : int or "auto", default="auto"
        Number of samples drawn by default. "auto" adds to the rows of X until
        there are 10,000; from 10,000 rows on, it draws as many as X has.
    categorical_features : "from_dtype", None, mask, positions or names, \
            default="from_dtype"
        Categorical columns. "from_dtype" takes a frame's columns of a
        categorical dtype, of text, and of objects, unless text or objects hold
        only numbers.
    n_jobs : int, default=None
        Jobs of the neighbour search and of the teacher's batches.
    random_state : int, RandomState instance or None, default=None
        Seeds :meth:`fit` and :meth:`sample`.

    Attributes
    ----------
    base_ : BaseTransferSet
        The fitted base.
    n_crossings_ : int
        Changes of label that were closed in.
    n_queries_ : int
        Rows with which the teacher was queried.
    n_samples_ : int
        Number of samples drawn by default.
    categorical_features_ : ndarray of shape (n_features,), dtype bool
        Which columns are categorical.
    teacher_ : predictor
        The fitted teacher.
    n_features_in_ : int
        Number of columns.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the columns, where X has them.

    See Also
    --------
    UncertaintyTransferSet : Rows of the base that the teacher is unsure of.
    CommitteeTransferSet : Rows on which students disagree.

    Notes
    -----
    A new row is a crossing, moved a random part of the way to one of its five
    nearest crossings, then off the boundary by ``width``. Of the categories in
    which the two ends of a crossing still differ, it has those of either.

    The cost is ``max_queries`` queries and a search for neighbours among the
    rows that the teacher labelled: O(n²) in many columns, n at most half of
    ``max_queries``. Sampling makes no queries.

    References
    ----------
    .. [1] E. Junque de Fortuny, D. Martens, "Active learning-based pedagogical
       rule extraction", IEEE Transactions on Neural Networks and Learning
       Systems 26(11), 2015, 2664-2677. :doi:`10.1109/TNNLS.2015.2389037`

    Examples
    --------
    >>> import numpy as np
    >>> from skdistill import BoundaryTransferSet
    >>> def teacher(X):
    ...     return X[:, 0] > 0.3
    >>> X = np.random.default_rng(0).normal(size=(200, 2))
    >>> near = BoundaryTransferSet(teacher, density=0, width=0.01, random_state=0).fit(X)
    >>> rows = near.sample(500)
    >>> bool(np.abs(rows[:, 0] - 0.3).max() < 0.1), near.n_queries_ <= 10_000
    (True, True)
    """

    _parameter_rules = ACTIVE_RULES | {
        "width": [Number(0, float("inf"), closed="left")],
        "n_neighbors": [Number(1, whole=True)],
        "n_steps": [Number(1, whole=True)],
    }

    def __init__(
        self,
        teacher: Any = None,
        *,
        base: Any = None,
        density: float = 0.9,
        width: float = 0.1,
        n_neighbors: int = 5,
        n_steps: int = 6,
        max_queries: int = 10_000,
        n_samples: Any = "auto",
        categorical_features: Any = "from_dtype",
        n_jobs: int | None = None,
        random_state: Any = None,
    ):
        self.teacher = teacher
        self.base = base
        self.density = density
        self.width = width
        self.n_neighbors = n_neighbors
        self.n_steps = n_steps
        self.max_queries = max_queries
        self.n_samples = n_samples
        self.categorical_features = categorical_features
        self.n_jobs = n_jobs
        self.random_state = random_state

    def _check_kind(self, teacher: Any) -> str:
        if teacher_kind(unfrozen(teacher)) == "regressor":
            raise TypeError(
                f"{type(self).__name__} seeks where labels change, but the teacher "
                f"({name_of(unfrozen(teacher))}) is a regressor. Use a CommitteeTransferSet, or a "
                "teacher of labels: CallableTeacher(function, output='label')."
            )
        return "classifier"

    def _learn_by_queries(self, rows: Encoded, queries: Queries, rng: np.random.Generator) -> None:
        self.base_, rows = fit_inner(self.base, self, rows, rng)
        queries.table = self._table  # the base's, which may have more categories
        standardize = fit_standardizer(rows)
        known, labels, parents = self._labelled(rows, queries, rng)
        near, far = _pairs(
            standardize(known),
            labels,
            n_neighbors=self.n_neighbors,
            n_pairs=queries.left // self.n_steps,
            n_jobs=self.n_jobs,
            rng=rng,
        )
        self.n_crossings_ = len(near)
        if not len(near):
            self._warn(labels)
            return
        one, other = bisect(
            known.take(near),
            known.take(far),
            labels[near],
            queries.decisions,
            n_steps=self.n_steps,
            whole=self._table.whole,
            rng=rng,
        )
        self._sides = one, other
        self._direction = np.nan_to_num(known.numbers[far] - known.numbers[near])
        self._origin = None if parents is None else parents[near]
        self._middle = _between(one.numbers, other.numbers)
        self._near = NearRows(Encoded(self._middle, one.codes), _BESIDE, self.n_jobs)

    def _labelled(
        self, rows: Encoded, queries: Queries, rng: np.random.Generator
    ) -> tuple[Encoded, np.ndarray, np.ndarray | None]:
        """Rows with the teacher's labels and their parents, of several labels if possible."""
        labels: list[np.ndarray] = []
        positions = queries.label_part(
            len(rows), lambda part: labels.append(queries.decisions(rows.take(part))), rng
        )
        parents: np.ndarray | None = positions
        known, found = rows.take(positions), np.concatenate(labels)
        if np.all(found == found[0]) and queries.left >= 2:
            # No real row lies beyond a boundary: perhaps one of the base does.
            more, ancestors = draw_inner(self.base_, queries.left // 2, rng)
            found = np.concatenate([found, queries.decisions(more)])
            known = join([known, more])
            parents = None if ancestors is None else np.concatenate([positions, ancestors])
        return known, found, parents

    def _warn(self, labels: np.ndarray) -> None:
        if np.all(labels == labels[0]):
            reason = f"the teacher predicts the same label on all {len(labels)} rows queried"
        else:
            reason = f"max_queries={self.max_queries} leaves nothing to look for one"
        warnings.warn(
            f"No boundary was found: {reason}. All rows come from the base.",
            DistillationWarning,
            stacklevel=4,
        )

    def _draw_block(self, size: int, rng: np.random.Generator) -> tuple[Encoded, np.ndarray | None]:
        if not self.n_crossings_:
            return draw_inner(self.base_, size, rng)
        from_base = rng.binomial(size, self.density)
        close = self._draw_close(size - from_base, rng)
        return merge(close, draw_inner(self.base_, from_base, rng), rng) if from_base else close

    def _draw_close(self, size: int, rng: np.random.Generator) -> tuple[Encoded, np.ndarray | None]:
        """Draw rows around crossings, and their parents."""
        one, other = self._sides
        chosen = rng.integers(self.n_crossings_, size=size)
        side = rng.random(size)[:, np.newaxis] < 0.5
        numbers = self._middle[chosen]
        beside = self._near.of_fitted(chosen)
        if beside.shape[1]:  # there are several crossings
            pick = pick_one(beside.shape[1], rng.random((size, 1)))
            goal = self._middle[np.take_along_axis(beside, pick, axis=1)[:, 0]]
            numbers += np.nan_to_num(goal - numbers) * rng.random((size, 1), dtype=numbers.dtype)
        off = rng.standard_normal((size, 1), dtype=numbers.dtype)
        numbers += self._direction[chosen] * (self.width * off)
        # A value is missing where the side that was chosen lacks it.
        ends = np.where(side, other.numbers[chosen], one.numbers[chosen])
        np.copyto(numbers, ends, where=np.isnan(ends) | np.isnan(numbers))
        codes = np.where(side, other.codes[chosen], one.codes[chosen])
        return Encoded(numbers, codes), None if self._origin is None else self._origin[chosen]


def _between(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Mean of both where both are there, else the one that is."""
    middle = one + (other - one) / 2
    middle = np.where(np.isnan(one), other, middle)
    return np.where(np.isnan(other), one, middle)


def _pairs(
    matrix: np.ndarray,
    labels: np.ndarray,
    *,
    n_neighbors: int,
    n_pairs: int,
    n_jobs: int | None,
    rng: np.random.Generator,
) -> tuple[np.ndarray, np.ndarray]:
    """Pair rows with near rows of another label.

    Parameters
    ----------
    matrix : ndarray of shape (n, width)
        Rows laid out for distances.
    labels : ndarray of shape (n,)
    n_neighbors : int
        Nearest rows of other labels that may be taken.
    n_pairs : int
        Maximum number of pairs.
    n_jobs : int or None
    rng : Generator

    Returns
    -------
    near, far : ndarray of shape (at most n_pairs,)
        Positions; no pair occurs twice.
    """
    classes, codes = np.unique(labels, return_inverse=True)
    if len(classes) < 2 or n_pairs < 1:
        return np.empty(0, np.intp), np.empty(0, np.intp)
    ends = []
    for k in range(len(classes)):
        own, others = np.flatnonzero(codes == k), np.flatnonzero(codes != k)
        search = NearestNeighbors(n_neighbors=min(n_neighbors, len(others)), n_jobs=n_jobs)
        found = others[search.fit(matrix[others]).kneighbors(matrix[own], return_distance=False)]
        ends.append(np.column_stack([np.repeat(own, found.shape[1]), found.ravel()]))
    pairs = np.concatenate(ends)
    # Two rows may be each other's neighbours: kept once, from either end.
    _, first = np.unique(np.sort(pairs, axis=1), axis=0, return_index=True)
    pairs = pairs[rng.permutation(first)[:n_pairs]]
    return pairs[:, 0], pairs[:, 1]

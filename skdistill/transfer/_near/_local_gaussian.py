"""Rows moved along random combinations of the differences to their neighbours.

Sources: P. Vincent, Y. Bengio, "Manifold Parzen windows", NIPS 2002 (a kernel
whose covariance is that of the neighbours' differences); B. W. Silverman,
"Density Estimation for Statistics and Data Analysis", 1986 (the floor).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from skdistill._validation import Number
from skdistill.transfer._base import COMMON_RULES, BaseTransferSet, transformer_without_teacher
from skdistill.transfer._near._near_rows import NearRows, adopt_categories, adopt_fixed
from skdistill.transfer._tables import (
    Draws,
    Encoded,
    RowCopyMixin,
    RowDraws,
    balanced_rows,
    rule_of_thumb,
)

__all__ = ["LocalGaussianTransferSet"]


@transformer_without_teacher
class LocalGaussianTransferSet(RowCopyMixin, BaseTransferSet):
    r"""New rows around real ones, in the directions in which their neighbours lie.

    A row moves by a random combination of the differences to its nearest
    neighbours, so that it spreads along what the data look like there, and by
    a floor of noise that is the same everywhere:

    .. math::

       x + \frac{h}{\sqrt{k}} \sum_{j=1}^{k} w_j (x_{(j)} - x)
       + f \cdot h_S \sigma \varepsilon

    with independent standard normal :math:`w` and :math:`\varepsilon`, and
    Silverman's rule of thumb :math:`h_S` for one column. Categories are
    taken over from a random neighbour, never averaged.

    Parameters
    ----------
    teacher : predictor or callable, default=None
        Labels the rows in :meth:`fit_resample`; not used otherwise. Fitted, or
        unfitted (then a clone is fitted on ``X, y``).
    n_neighbors : int, default=10
        How many nearest different rows, k.
    spread : float, default=1.0
        How far along their differences, h >= 0. It is also the probability
        with which a category comes from a random one of them (at 1 and above,
        always).
    floor : float, default=1.0
        How much noise there is in every direction, f >= 0, in bandwidths of
        the column. Zero keeps rows in the span of their neighbours.
    n_samples : int or "auto", default="auto"
        Number of samples drawn by default. "auto" adds to the rows of X until
        there are 10,000; from 10,000 rows on, it draws as many as X has.
    categorical_features : "from_dtype", None, mask, positions or names, default="from_dtype"
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
    bandwidth_ : ndarray of shape (n_numeric,)
        Standard deviation of the floor of noise in each column of numbers, in
        its own unit; zero where a column is constant.
    teacher_ : predictor
        The fitted teacher; only after :meth:`fit_resample`.
    n_features_in_ : int
        Number of columns.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the columns, where X has them.

    See Also
    --------
    KernelDensityTransferSet : The same noise around every row.
    InterpolationTransferSet : Rows between a row and one neighbour.

    Notes
    -----
    The covariance of a row's new places is
    :math:`(h^2 / k) \sum_j (x_{(j)} - x)(x_{(j)} - x)^T` plus the floor's
    diagonal: a Parzen window with a local covariance [1]_, whose matrix is
    never formed. Drawing costs k multiplications a value; the neighbour search
    is made once, at ``fit``.

    A value that a tenth of the rows share is a point mass: it is not moved.
    Where a row or a random neighbour has one, or a missing value, the entry is
    taken over with half that probability. Every row is drawn from equally often, up to
    once. New numbers stay within the bounds seen, whole columns stay whole.

    References
    ----------
    .. [1] P. Vincent, Y. Bengio, "Manifold Parzen windows", NIPS 2002,
       825-832.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from skdistill import LocalGaussianTransferSet
    >>> X, _ = load_iris(return_X_y=True, as_frame=True)
    >>> new = LocalGaussianTransferSet(random_state=0).fit(X).sample(1000)
    >>> new.shape, list(new.columns) == list(X.columns)
    ((1000, 4), True)
    """

    _parameter_rules = {
        "n_neighbors": [Number(1, whole=True)],
        "spread": [Number(0, float("inf"), closed="left")],
        "floor": [Number(0, float("inf"), closed="left")],
        **COMMON_RULES,
    }

    def __init__(
        self,
        teacher: Any = None,
        *,
        n_neighbors: int = 10,
        spread: float = 1.0,
        floor: float = 1.0,
        n_samples: Any = "auto",
        categorical_features: Any = "from_dtype",
        n_jobs: int | None = None,
        random_state: Any = None,
    ):
        self.teacher = teacher
        self.n_neighbors = n_neighbors
        self.spread = spread
        self.floor = floor
        self.n_samples = n_samples
        self.categorical_features = categorical_features
        self.n_jobs = n_jobs
        self.random_state = random_state

    def _learn(self, rows: Encoded) -> None:
        self._near = NearRows(rows, self.n_neighbors, self.n_jobs)
        self.bandwidth_ = self.floor * rule_of_thumb(rows.numbers)[1]

    def _draw_block(self, size: int, rng: np.random.Generator) -> tuple[Encoded, np.ndarray]:
        parents = balanced_rows(self._n_rows, size, rng)
        return self._move(
            self._near.rows.take(parents), self._near.of_fitted(parents), rng
        ), parents

    def _copy(self, rows: Encoded, draws: RowDraws) -> Encoded:
        return self._move(rows, self._near.of(rows), draws)

    def _move(self, rows: Encoded, near: np.ndarray, draws: Draws) -> Encoded:
        """Move copies of rows, in place, among their neighbours at ``near``, of shape (n, k)."""
        pool, numbers = self._near.rows, rows.numbers
        share = min(self.spread, 1.0)
        adopt_categories(rows.codes, pool.codes, near, share, draws)
        moving = self._near.masses.without(numbers)
        # Half as likely: the neighbour's value may be fixed as well as one's own.
        adopt_fixed(numbers, moving, self._near, near, share / 2, draws)
        weights = draws.standard_normal(near.shape, dtype=numbers.dtype)
        weights *= self.spread / np.sqrt(max(near.shape[1], 1))
        noise = draws.standard_normal(numbers.shape, dtype=numbers.dtype)
        noise *= self.bandwidth_.astype(numbers.dtype)
        noise += combine_differences(moving, self._near.moving, near, weights)
        noise[np.isnan(moving)] = 0
        numbers += noise
        return rows


# So many neighbours' values at a time stay in the processor's cache.
_CACHED_VALUES = 65_536


def combine_differences(
    numbers: np.ndarray, pool: np.ndarray, near: np.ndarray, weights: np.ndarray
) -> np.ndarray:
    """Sum each row's differences to its neighbours with its weights.

    Parameters
    ----------
    numbers : ndarray of shape (n, d)
        Rows; NaN where missing.
    pool : ndarray of shape (m, d)
        Where neighbours come from.
    near : ndarray of shape (n, k)
        Each row's neighbours, as positions in ``pool``.
    weights : ndarray of shape (n, k)
        Their weights.

    Returns
    -------
    combined : ndarray of shape (n, d)
        A difference to or from a missing entry counts as zero.
    """
    combined = np.empty_like(numbers)
    n, k = near.shape
    step = max(_CACHED_VALUES // max(k * numbers.shape[1], 1), 1)
    for start in range(0, n, step):
        part = slice(start, start + step)
        differences = pool[near[part]]
        differences -= numbers[part, np.newaxis]
        if np.isnan(differences.sum()):
            np.nan_to_num(differences, copy=False, nan=0.0)
        np.einsum("nk,nkd->nd", weights[part], differences, out=combined[part])
    return combined

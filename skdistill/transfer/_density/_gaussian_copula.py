"""A normal copula behind the marginals of any columns.

Sources: R. B. Nelsen, "An Introduction to Copulas", 2006; U. Olsson, "Maximum
likelihood estimation of the polychoric correlation coefficient", Psychometrika
44, 1979 (levels as intervals of a normal variable).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import ndtr

from skdistill.transfer._base import BaseTransferSet
from skdistill.transfer._density._latent import latent_correlation, rank_scores, step_scores
from skdistill.transfer._near._neighbors import fit_picture
from skdistill.transfer._rules import COMMON_RULES
from skdistill.transfer._tables._marginals import has_atoms
from skdistill.transfer._tables._table import MISSING, Encoded

__all__ = ["GaussianCopulaTransferSet"]

# Scores of a column's rows, NaN where missing, and their expansion; see `step_scores`.
_Behind = tuple[np.ndarray, np.ndarray]

# Enough rows to tell in which order levels go with the other columns.
_ORDERING_ROWS = 10_000


class GaussianCopulaTransferSet(BaseTransferSet):
    """Rows with the marginals of the real ones, tied together by a normal copula.

    Behind every column stands a normal variable. Numbers follow it through the
    column's own distribution, and levels are intervals of it. Columns with gaps
    have another one that says where these are.

    Parameters
    ----------
    teacher : predictor or callable, default=None
        Labels the rows in :meth:`fit_resample`, nothing else. Fitted, or
        unfitted (then a clone is fitted on ``X, y``).
    n_samples : int or "auto", default="auto"
        Rows made by default: so many that those of X and these are 10,000
        together; as many as X has where it has 10,000 by itself.
    categorical_features : "from_dtype", None, mask, positions or names, \
            default="from_dtype"
        Columns that hold levels. "from_dtype" takes a frame's categorical,
        string and object columns.
    random_state : int, RandomState instance or None, default=None
        Seeds :meth:`sample`.

    Attributes
    ----------
    correlation_ : ndarray of shape (n_latent, n_latent)
        Correlations of the normal variables: those of the columns of numbers,
        of the columns of levels, then one for each column with gaps.
    n_samples_ : int
        What ``n_samples`` came to.
    categorical_features_ : ndarray of shape (n_features,), dtype bool
        Which columns were taken as levels.
    teacher_ : predictor
        The teacher that labelled; after :meth:`fit_resample` alone.
    n_features_in_ : int
        Number of columns.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the columns, where X has them.

    See Also
    --------
    MarginalTransferSet : The same marginals, all independent.
    GaussianMixtureTransferSet : Several normals, for data in clusters.

    Notes
    -----
    Each column keeps its distribution [1]_; numbers are interpolated between
    those seen, except where one value holds more than a tenth of the rows. The
    normal variables correlate so that the rank correlations of the real rows
    come again; where a column takes few values, ranks correlate less than what
    is behind them, by an amount that is known [2]_ and undone. What a copula
    cannot show: valleys, rings, and other shapes that no correlation describes.

    Levels are put in the order in which the other columns tell them apart
    best. Cost: O(n_samples log n_samples * n_features), once.

    References
    ----------
    .. [1] R. B. Nelsen, "An Introduction to Copulas", Springer 2006.
       :doi:`10.1007/0-387-28678-0`
    .. [2] U. Olsson, "Maximum likelihood estimation of the polychoric
       correlation coefficient", Psychometrika 44, 1979, 443-460.
       :doi:`10.1007/BF02296207`

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.datasets import load_iris
    >>> from skdistill.transfer import GaussianCopulaTransferSet
    >>> X, _ = load_iris(return_X_y=True)
    >>> copula = GaussianCopulaTransferSet(random_state=0).fit(X)
    >>> copula.correlation_[2].round(2)  # petal length with all columns
    array([ 0.89, -0.32,  1.  ,  0.95])
    """

    _parameter_rules = {**COMMON_RULES}

    def __init__(
        self,
        teacher: Any = None,
        *,
        n_samples: Any = "auto",
        categorical_features: Any = "from_dtype",
        random_state: Any = None,
    ):
        self.teacher = teacher
        self.n_samples = n_samples
        self.categorical_features = categorical_features
        self.random_state = random_state

    def _learn(self, rows: Encoded) -> None:
        numbers, codes = rows.numbers, rows.codes
        self._dtype = numbers.dtype
        atoms = has_atoms(numbers)
        self._sorted = [np.sort(column[~np.isnan(column)]) for column in numbers.T]
        self._smooth = [~atom and len(v) > 1 for atom, v in zip(atoms, self._sorted, strict=True)]
        behind = [_number_scores(column) for column in numbers.T]
        self._levels = []
        for column, order in zip(codes.T, _level_orders(rows), strict=True):
            steps, scores = _Steps.of(column, order)
            self._levels.append(steps)
            behind.append(scores)
        missing = np.hstack([np.isnan(numbers), codes == MISSING])
        self._gappy = np.flatnonzero(missing.any(axis=0))
        self._gap_ends = 1.0 - missing[:, self._gappy].mean(axis=0)
        for gaps in missing[:, self._gappy].T:
            behind.append(_Steps.of(gaps.astype(np.int32), np.arange(2))[1])
        self.correlation_ = latent_correlation(
            np.column_stack([scores for scores, _terms in behind]),
            np.array([terms for _scores, terms in behind]),
        )
        self._factor = np.linalg.cholesky(self.correlation_).astype(self._dtype)

    def _draw_block(self, size: int, rng: np.random.Generator) -> tuple[Encoded, None]:
        d, c = len(self._sorted), len(self._levels)
        normal = rng.standard_normal((len(self._factor), size), dtype=self._dtype)
        uniform = ndtr(self._factor @ normal)
        numbers = np.empty((size, d), dtype=self._dtype)
        codes = np.empty((size, c), dtype=np.int32)
        for j, values in enumerate(self._sorted):
            numbers[:, j] = _quantiles(values, uniform[j], self._smooth[j])
        for k, steps in enumerate(self._levels):
            codes[:, k] = steps(uniform[d + k])
        for g, column in enumerate(self._gappy):
            gaps = uniform[d + c + g] >= self._gap_ends[g]
            if column < d:
                numbers[gaps, column] = np.nan
            else:
                codes[gaps, column - d] = MISSING
        return Encoded(numbers, codes), None


@dataclass(frozen=True)
class _Steps:
    """A column of levels as intervals of a uniform variable.

    Parameters
    ----------
    ends : ndarray of shape (n_levels - 1,)
        Where one level ends and the next begins.
    codes : ndarray of shape (n_levels,)
        The levels' codes, in that order.
    """

    ends: np.ndarray
    codes: np.ndarray

    @classmethod
    def of(cls, column: np.ndarray, order: np.ndarray) -> tuple[_Steps, _Behind]:
        """Learn from codes (MISSING where there is a gap); also score them."""
        present = column != MISSING
        counts = np.bincount(column[present], minlength=len(order))[order]
        shares, known = counts / max(present.sum(), 1), counts > 0
        if not known.any():
            return cls(np.empty(0), np.array([MISSING])), rank_scores(np.full(len(column), np.nan))
        scores, terms = step_scores(shares[known])
        by_code = np.full(len(order) + 1, np.nan)  # the last one for MISSING
        by_code[order[known]] = scores
        return cls(np.cumsum(shares[known])[:-1], order[known]), (by_code[column], terms)

    def __call__(self, uniform: np.ndarray) -> np.ndarray:
        return self.codes[np.searchsorted(self.ends, uniform, side="right")]


def _number_scores(column: np.ndarray) -> _Behind:
    """Score a column of numbers (NaN where missing)."""
    present = ~np.isnan(column)
    values, place, counts = np.unique(column[present], return_inverse=True, return_counts=True)
    if not 0 < len(values) < 0.5 * place.size:
        return rank_scores(column)
    steps, terms = step_scores(counts / place.size)
    scores = np.full(len(column), np.nan)
    scores[present] = steps[place]
    return scores, terms


def _level_orders(rows: Encoded) -> list[np.ndarray]:
    """Put the levels of each column in the order in which the other columns part them best."""
    some = rows.take(np.linspace(0, len(rows) - 1, min(len(rows), _ORDERING_ROWS)).astype(np.intp))
    picture = fit_picture(rows)
    orders = []
    for k in range(rows.codes.shape[1]):
        others = some.copy()
        others.codes[:, k] = MISSING  # a constant, which tells nothing
        n_levels = rows.codes[:, k].max() + 1
        orders.append(_order_along(some.codes[:, k], n_levels, picture(others)))
    return orders


def _order_along(codes: np.ndarray, n_levels: int, picture: np.ndarray) -> np.ndarray:
    """Sort levels by their means along the line that parts these best.

    Parameters
    ----------
    codes : ndarray of shape (n,)
        Level codes, or MISSING.
    n_levels : int
    picture : ndarray of shape (n, width)
        What else is known of the rows.

    Returns
    -------
    order : ndarray of shape (n_levels,)
    """
    if n_levels < 3:
        return np.arange(n_levels)
    indicators = codes[:, np.newaxis] == np.arange(n_levels)
    counts = indicators.sum(axis=0)[:, np.newaxis]
    means = indicators.T @ (picture - picture.mean(axis=0)) / np.maximum(counts, 1)
    _u, _s, axes = np.linalg.svd(means * np.sqrt(counts), full_matrices=False)
    return np.argsort(means @ axes[0], kind="stable")


def _quantiles(values: np.ndarray, uniform: np.ndarray, smooth: bool) -> np.ndarray:
    """Quantiles of sorted values, interpolated between them or not."""
    n = len(values)
    if not n:
        return np.full(len(uniform), np.nan)
    if not smooth:
        return values[np.minimum((uniform * n).astype(np.intp), n - 1)]
    place = np.clip(uniform * n - 0.5, 0, n - 1)
    below = np.minimum(place.astype(np.intp), n - 2)
    share = place - below
    return values[below] * (1 - share) + values[below + 1] * share

"""A normal copula behind the marginals of any columns.

Sources: R. B. Nelsen, "An Introduction to Copulas", 2006; U. Olsson, "Maximum
likelihood estimation of the polychoric correlation coefficient", Psychometrika
44, 1979 (categories as intervals of a normal variable).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import ndtr

from skdistill.transfer._base import COMMON_RULES, BaseTransferSet
from skdistill.transfer._density._latent import latent_correlation, rank_scores, step_scores
from skdistill.transfer._tables import MISSING, Encoded, fit_standardizer, has_atoms

__all__ = ["GaussianCopulaTransferSet"]

# Scores of a column's rows, NaN where missing, and their expansion; see `step_scores`.
_Behind = tuple[np.ndarray, np.ndarray]

# Enough rows to find in which order categories go with the other columns.
_ORDERING_ROWS = 10_000


class GaussianCopulaTransferSet(BaseTransferSet):
    """Rows with the marginals of the real ones, tied together by a normal copula.

    Behind every column stands a normal variable. Numbers follow it through the
    column's own distribution, and categories are intervals of it. Columns with
    missing values have another one for where these are.

    Parameters
    ----------
    teacher : predictor or callable, default=None
        Labels the rows in :meth:`fit_resample`; not used otherwise. Fitted, or
        unfitted (then a clone is fitted on ``X, y``).
    n_samples : int or "auto", default="auto"
        Number of samples drawn by default. "auto" adds to the rows of X until
        there are 10,000; from 10,000 rows on, it draws as many as X has.
    categorical_features : "from_dtype", None, mask, positions or names, \
            default="from_dtype"
        Categorical columns. "from_dtype" takes a frame's columns of a
        categorical dtype, of text, and of objects, unless text or objects hold
        only numbers.
    random_state : int, RandomState instance or None, default=None
        Seeds :meth:`sample`.

    Attributes
    ----------
    correlation_ : ndarray of shape (n_latent, n_latent)
        Correlations of the normal variables: those of the columns of numbers,
        of the categorical columns, then one for each column with missing values.
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

    Categories are put in the order in which the other columns separate them
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
        self._categories = []
        for column, order in zip(codes.T, _category_orders(rows), strict=True):
            steps, scores = _Steps.of(column, order)
            self._categories.append(steps)
            behind.append(scores)
        missing = np.hstack([np.isnan(numbers), codes == MISSING])
        self._incomplete = np.flatnonzero(missing.any(axis=0))
        self._missing_starts = 1.0 - missing[:, self._incomplete].mean(axis=0)
        for mask in missing[:, self._incomplete].T:
            behind.append(_Steps.of(mask.astype(np.int32), np.arange(2))[1])
        self.correlation_ = latent_correlation(
            np.column_stack([scores for scores, _terms in behind]),
            np.array([terms for _scores, terms in behind]),
        )
        self._factor = np.linalg.cholesky(self.correlation_).astype(self._dtype)

    def _draw_block(self, size: int, rng: np.random.Generator) -> tuple[Encoded, None]:
        d, c = len(self._sorted), len(self._categories)
        normal = rng.standard_normal((len(self._factor), size), dtype=self._dtype)
        uniform = ndtr(self._factor @ normal)
        numbers = np.empty((size, d), dtype=self._dtype)
        codes = np.empty((size, c), dtype=np.int32)
        for j, values in enumerate(self._sorted):
            numbers[:, j] = _quantiles(values, uniform[j], self._smooth[j])
        for k, steps in enumerate(self._categories):
            codes[:, k] = steps(uniform[d + k])
        for g, column in enumerate(self._incomplete):
            absent = uniform[d + c + g] >= self._missing_starts[g]
            if column < d:
                numbers[absent, column] = np.nan
            else:
                codes[absent, column - d] = MISSING
        return Encoded(numbers, codes), None


@dataclass(frozen=True)
class _Steps:
    """A categorical column as intervals of a uniform variable.

    Parameters
    ----------
    ends : ndarray of shape (n_categories - 1,)
        Where one category ends and the next begins.
    codes : ndarray of shape (n_categories,)
        Codes of the categories, in that order.
    """

    ends: np.ndarray
    codes: np.ndarray

    @classmethod
    def of(cls, column: np.ndarray, order: np.ndarray) -> tuple[_Steps, _Behind]:
        """Learn from codes (MISSING where missing); also score them."""
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


def _category_orders(rows: Encoded) -> list[np.ndarray]:
    """Order the categories of each column so that the other columns separate them best."""
    some = rows.take(np.linspace(0, len(rows) - 1, min(len(rows), _ORDERING_ROWS)).astype(np.intp))
    standardize = fit_standardizer(rows)
    orders = []
    for k in range(rows.codes.shape[1]):
        others = some.copy()
        others.codes[:, k] = MISSING  # a constant, which has no information
        n_categories = rows.codes[:, k].max() + 1
        orders.append(_order_along(some.codes[:, k], n_categories, standardize(others)))
    return orders


def _order_along(codes: np.ndarray, n_categories: int, matrix: np.ndarray) -> np.ndarray:
    """Sort categories by their means along the line that separates these best.

    Parameters
    ----------
    codes : ndarray of shape (n,)
        Codes of categories, or MISSING.
    n_categories : int
    matrix : ndarray of shape (n, width)
        What else is known of the rows.

    Returns
    -------
    order : ndarray of shape (n_categories,)
    """
    if n_categories < 3:
        return np.arange(n_categories)
    indicators = codes[:, np.newaxis] == np.arange(n_categories)
    counts = indicators.sum(axis=0)[:, np.newaxis]
    means = indicators.T @ (matrix - matrix.mean(axis=0)) / np.maximum(counts, 1)
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
    return np.asarray(values[below] * (1 - share) + values[below + 1] * share)

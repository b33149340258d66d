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
from skdistill.transfer._latent import latent_correlation, normal_scores, step_scores
from skdistill.transfer._marginals import has_atoms
from skdistill.transfer._neighbors import fit_picture
from skdistill.transfer._rules import COMMON_RULES
from skdistill.transfer._table import MISSING, Encoded

__all__ = ["GaussianCopulaTransferSet"]

# Enough rows to tell in which order levels go with the other columns.
_ORDERING_ROWS = 10_000


class GaussianCopulaTransferSet(BaseTransferSet):
    """Rows with the marginals of the real ones, tied together by a normal copula.

    Behind every column stands a normal variable. Numbers follow it through the
    column's own distribution; levels are intervals of it, and so are the gaps
    of a column.

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
        of the columns of levels, then one for each column of numbers with gaps.
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
    those seen, except where one value holds more than a tenth of the rows.
    Their correlation is that of normal scores. Where a column takes few
    values, scores correlate less than what is behind them, by an amount that
    is known [2]_ and undone. What a copula cannot show: valleys, rings, and
    other shapes that no correlation describes.

    Levels are put in the order in which the other columns tell them apart
    best. A missing level is one of them. Cost: O(n_samples log n_samples *
    n_features), once.

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
    array([ 0.89, -0.32,  1.  ,  0.94])
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
        numbers = rows.numbers
        self._dtype = numbers.dtype
        self._gappy = np.flatnonzero(np.isnan(numbers).any(axis=0))
        atoms = has_atoms(numbers)
        self._sorted = [np.sort(column[~np.isnan(column)]) for column in numbers.T]
        self._smooth = [~atom and len(v) > 1 for atom, v in zip(atoms, self._sorted, strict=True)]
        columns = [_number_scores(column) for column in numbers.T]
        picture = fit_picture(rows)
        some = np.linspace(0, len(rows) - 1, min(len(rows), _ORDERING_ROWS)).astype(np.intp)
        self._levels = []
        for k in range(rows.codes.shape[1]):
            codes = rows.codes.copy()[some]
            own = codes[:, k].copy()
            codes[:, k] = MISSING  # a constant, which tells nothing
            order = _level_order(own, picture(Encoded(numbers[some], codes)), rows.codes[:, k])
            steps, scores = _Steps.of(rows.codes[:, k], order)
            self._levels.append(steps)
            columns.append(scores)
        for gaps in np.isnan(numbers[:, self._gappy]).T:
            steps, scores = _Steps.of(gaps.astype(np.int32), np.array([0, 1]))
            self._levels.append(steps)
            columns.append(scores)
        self.correlation_ = latent_correlation(
            np.column_stack([scores for scores, _terms in columns]),
            np.array([terms for _scores, terms in columns]),
        )
        self._factor = np.linalg.cholesky(self.correlation_).astype(self._dtype)

    def _draw_block(self, size: int, rng: np.random.Generator) -> tuple[Encoded, None]:
        d, c = len(self._sorted), len(self._levels) - len(self._gappy)
        normal = rng.standard_normal((len(self._factor), size), dtype=self._dtype)
        uniform = ndtr(self._factor @ normal)
        numbers = np.empty((size, d), dtype=self._dtype)
        codes = np.empty((size, c), dtype=np.int32)
        for j, values in enumerate(self._sorted):
            numbers[:, j] = _quantiles(values, uniform[j], self._smooth[j])
        for k, steps in enumerate(self._levels[:c]):
            codes[:, k] = steps(uniform[d + k])
        for g, j in enumerate(self._gappy):
            numbers[self._levels[c + g](uniform[d + c + g]) == 1, j] = np.nan
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
    def of(cls, codes: np.ndarray, order: np.ndarray) -> tuple[_Steps, tuple]:
        """Learn from a column; also return its scores and their expansion."""
        counts = np.bincount(codes - MISSING)[order - MISSING]
        order = order[counts > 0]
        shares = counts[counts > 0] / len(codes)
        scores, terms = step_scores(shares)
        by_code = np.zeros(order.max() - MISSING + 1)
        by_code[order - MISSING] = scores
        return cls(np.cumsum(shares)[:-1], order), (by_code[codes - MISSING], terms)

    def __call__(self, uniform: np.ndarray) -> np.ndarray:
        return self.codes[np.searchsorted(self.ends, uniform, side="right")]


def _number_scores(column: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Normal scores of a column of numbers (NaN where missing), and their expansion."""
    present = ~np.isnan(column)
    scores = np.full(len(column), np.nan)
    values, place, counts = np.unique(column[present], return_inverse=True, return_counts=True)
    if 0 < len(values) < 0.5 * place.size:
        steps, terms = step_scores(counts / place.size)
        scores[present] = steps[place]
    else:
        scores[present], terms = normal_scores(column[present])
    return scores, terms


def _level_order(own: np.ndarray, picture: np.ndarray, codes: np.ndarray) -> np.ndarray:
    """Put codes in the order of their means along the line that parts them best."""
    present = np.unique(codes)
    indicators = own[:, np.newaxis] == present
    counts = np.maximum(indicators.sum(axis=0), 1)[:, np.newaxis]
    means = indicators.T @ picture - indicators.sum(axis=0)[:, np.newaxis] * picture.mean(axis=0)
    means = means / counts
    _u, _s, axes = np.linalg.svd(means * np.sqrt(counts), full_matrices=False)
    return present[np.argsort(means @ axes[0], kind="stable")]


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

"""Correlations of the normal variables behind columns of any kind.

Every column is seen as a normal variable: cut at thresholds, so that a
category, or a repeated number, is an interval of it, or stretched into the column's own
shape. Ranks see no stretching. So from the correlation of the columns' ranks
follows that of the variables behind them.

Sources: H. Liu, F. Han, M. Yuan, J. Lafferty, L. Wasserman, "High-dimensional
semiparametric Gaussian copula graphical models", Annals of Statistics 40, 2012
(from ranks, for columns without repeats); U. Olsson, "Maximum likelihood
estimation of the polychoric correlation coefficient", Psychometrika 44, 1979
(categories as intervals); H. O. Lancaster, "Some properties of the bivariate normal
distribution considered in the form of a contingency table", Biometrika 44, 1957
(the expansion in Hermite polynomials).
"""

from __future__ import annotations

from functools import cache

import numpy as np
from scipy.special import ndtri
from scipy.stats import rankdata

from skdistill.transfer._tables import column_deviations

__all__ = ["latent_correlation", "rank_scores", "step_scores"]

# Terms of the expansion, and the largest correlation, where it still converges.
_N_TERMS = 40
_LARGEST = 0.999


def step_scores(shares: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Score the intervals of a normal variable by their rank, and expand the scores.

    Parameters
    ----------
    shares : ndarray of shape (n_intervals,)
        Positive, with sum one.

    Returns
    -------
    scores : ndarray of shape (n_intervals,)
        The share of what lies below, counting half of the interval itself,
        less one half.
    terms : ndarray of shape (n_terms,)
        Coefficients of the scores, as a function of the variable, in
        normalised Hermite polynomials of degree 1, 2, ...
    """
    ends = np.concatenate([[0.0], np.cumsum(shares)])
    ends[-1] = 1.0  # whatever the rounding errors of the sum
    scores = (ends[1:] + ends[:-1]) / 2 - 0.5
    t = ndtri(np.minimum(ends, 1.0))
    density = np.exp(-0.5 * t**2) / np.sqrt(2 * np.pi)
    t = np.where(np.isfinite(t), t, 0.0)  # where the density is zero
    before, now = np.zeros_like(t), density  # h_m(t) times the density
    terms = np.empty(_N_TERMS)
    for m in range(1, _N_TERMS + 1):
        terms[m - 1] = -(scores * np.diff(now)).sum() / np.sqrt(m)
        before, now = now, (t * now - np.sqrt(m - 1) * before) / np.sqrt(m)
    return scores, terms


@cache
def _terms_of_ranks() -> np.ndarray:
    """Terms of a variable without repeats: of so many steps that they are none."""
    return step_scores(np.full(4096, 1 / 4096))[1]


def rank_scores(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Score numbers without many repeats by their rank.

    Parameters
    ----------
    values : ndarray of shape (n,)
        NaN where missing.

    Returns
    -------
    scores : ndarray of shape (n,)
        In (-1/2, 1/2); NaN where missing.
    terms : ndarray of shape (n_terms,)
        As of :func:`step_scores`.
    """
    present = ~np.isnan(values)
    scores = np.full(len(values), np.nan)
    if present.any():
        scores[present] = (rankdata(values[present]) - 0.5) / present.sum() - 0.5
    return scores, _terms_of_ranks()


def _pairwise_correlation(scores: np.ndarray) -> np.ndarray:
    """Correlation of every two columns over the rows where both are present."""
    present = (~np.isnan(scores)).astype(np.float64)
    s = np.nan_to_num(scores)
    n = np.maximum(present.T @ present, 1)
    mean = s.T @ present / n  # [i, j]: of column i where j is present
    square = (s**2).T @ present / n - mean**2
    cross = s.T @ s / n - mean * mean.T
    scale = np.sqrt(np.maximum(square * square.T, 0.0))
    return np.asarray(np.divide(cross, scale, out=np.zeros_like(cross), where=scale > 1e-12))


def latent_correlation(scores: np.ndarray, terms: np.ndarray) -> np.ndarray:
    """Correlate the normal variables behind columns.

    Parameters
    ----------
    scores : ndarray of shape (n, p)
        Scores of the rows; NaN where missing.
    terms : ndarray of shape (p, n_terms)
        The expansion of each column's scores.

    Returns
    -------
    correlation : ndarray of shape (p, p)
        Positive definite.

    Notes
    -----
    With correlation r behind them, the covariance of two columns' scores is
    the sum of r^m times the product of their m-th terms. It grows with r, so
    bisection solves it, for all pairs at once.
    """
    # The variance from the scores, not from the terms: these are cut short.
    deviation = column_deviations(scores)
    product = deviation[:, np.newaxis] * deviation
    covariance = _pairwise_correlation(scores) * product
    low, high = np.full(covariance.shape, -_LARGEST), np.full(covariance.shape, _LARGEST)
    for _ in range(40):
        r = (low + high) / 2
        value = np.zeros_like(r)
        for term in terms.T[::-1]:  # Horner's rule
            value += term[:, np.newaxis] * term
            value *= r
        above = value > covariance
        high[above], low[~above] = r[above], r[~above]
    r = (low + high) / 2
    r[product < 1e-9] = 0.0  # a constant has no information
    np.fill_diagonal(r, 1.0)
    return _nearest_correlation(r)


def _nearest_correlation(r: np.ndarray) -> np.ndarray:
    """Lift negative eigenvalues, then bring the diagonal back to one."""
    values, vectors = np.linalg.eigh((r + r.T) / 2)
    lifted = (vectors * np.maximum(values, 1e-6)) @ vectors.T
    scale = np.sqrt(np.diag(lifted))
    return np.asarray(lifted / scale / scale[:, np.newaxis])

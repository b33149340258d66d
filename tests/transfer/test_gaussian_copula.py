"""Copulas: marginals, correlations behind columns of every kind, missing values."""

import numpy as np
import pytest
from scipy import stats

from skdistill.transfer import GaussianCopulaTransferSet
from skdistill.transfer._density._latent import latent_correlation, rank_scores, step_scores


def normal_rows(r, n=20_000, seed=0):
    """Two normal columns with correlation r."""
    return np.random.default_rng(seed).multivariate_normal([0, 0], [[1, r], [r, 1]], size=n)


def test_marginals_and_rank_correlations():
    """Columns of any shape keep their distribution, and their rank correlations."""
    z = np.random.default_rng(0).multivariate_normal(
        np.zeros(3), [[1, 0.8, -0.5], [0.8, 1, 0], [-0.5, 0, 1]], size=3000
    )
    X = np.column_stack([np.exp(z[:, 0]), z[:, 1] ** 3, np.floor(3 * z[:, 2])])
    new = GaussianCopulaTransferSet(random_state=0).fit(X).sample(30_000)
    for j in range(3):
        assert stats.ks_2samp(new[:, j], X[:, j]).pvalue > 0.001
    expected, got = stats.spearmanr(X)[0], stats.spearmanr(new)[0]
    np.testing.assert_allclose(got, expected, atol=0.03)


@pytest.mark.parametrize("r", [-0.9, -0.4, 0.0, 0.5, 0.95])
def test_correlation_behind_cut_columns(r):
    """Found from a number and a category, and from two categories, however they are cut."""
    x, y = normal_rows(r).T
    few, rare = (x > 0.3).astype(int), np.digitize(y, [-1.5, 1.0, 2.0])
    columns = [rank_scores(x), rank_scores(y)]
    for codes in (few, rare):
        scores, terms = step_scores(np.bincount(codes) / len(codes))
        columns.append((scores[codes], terms))
    found = latent_correlation(
        np.column_stack([scores for scores, _ in columns]), np.array([t for _, t in columns])
    )
    for i, j in [(0, 1), (0, 3), (2, 1), (2, 3)]:
        assert found[i, j] == pytest.approx(r, abs=0.03)
    assert (np.linalg.eigvalsh(found) > 0).all()


@pytest.mark.parametrize("shares", [[0.5, 0.5], [0.05, 0.9, 0.05], [0.2, 0.3, 0.1, 0.4]])
def test_scores_and_their_expansion(shares):
    """Scores are ranks, half of ties counted; the terms those of a quadrature."""
    shares = np.array(shares)
    scores, terms = step_scores(shares)
    ends = stats.norm.ppf(np.concatenate([[0], np.cumsum(shares)[:-1], [1]]))
    sample = np.repeat(np.arange(len(shares)), np.rint(1000 * shares).astype(int))
    ranks = (stats.rankdata(sample) - 0.5) / 1000 - 0.5
    np.testing.assert_allclose(scores[sample], ranks, atol=1e-9)
    grid = np.linspace(-9, 9, 400_001)
    step = scores[np.searchsorted(ends[1:-1], grid)] * stats.norm.pdf(grid) * (grid[1] - grid[0])
    for m in (1, 2, 3, 7):
        hermite = np.polynomial.hermite_e.HermiteE.basis(m)(grid)
        scale = np.sqrt(np.prod(np.arange(1, m + 1, dtype=float)))
        assert terms[m - 1] == pytest.approx((step * hermite).sum() / scale, abs=1e-4)


def test_categories_keep_their_relation_to_numbers():
    """Categories without a natural order are put into one that the numbers show."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=4000)
    category = np.array([20.0, 5.0, 11.0])[
        np.digitize(x + 0.3 * rng.normal(size=4000), [-0.5, 0.7])
    ]
    X = np.column_stack([x, category])
    new = GaussianCopulaTransferSet(categorical_features=[1], random_state=0).fit(X).sample(20_000)
    for value in (5.0, 11.0, 20.0):
        assert (new[:, 1] == value).mean() == pytest.approx((category == value).mean(), abs=0.01)
        old = x[category == value]
        assert new[new[:, 1] == value, 0].mean() == pytest.approx(old.mean(), abs=0.06)
        assert new[new[:, 1] == value, 0].std() == pytest.approx(old.std(), abs=0.06)


def test_missing_go_with_the_other_columns():
    """Values that are missing where another column is large stay so; categories too."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=4000)
    X = np.column_stack([x, rng.normal(size=4000), rng.integers(0, 2, 4000)])
    X[x + rng.normal(size=4000) > 1, 1] = np.nan
    X[x - rng.normal(size=4000) > 1, 2] = np.nan
    copula = GaussianCopulaTransferSet(categorical_features=[2], random_state=0).fit(X)
    assert copula.correlation_.shape == (5, 5)
    new = copula.sample(20_000)
    for j in (1, 2):
        assert np.isnan(new[:, j]).mean() == pytest.approx(np.isnan(X[:, j]).mean(), abs=0.02)
        old, drawn = X[np.isnan(X[:, j]), 0], new[np.isnan(new[:, j]), 0]
        assert drawn.mean() == pytest.approx(old.mean(), abs=0.1)


def test_new_numbers_between_old_ones_but_not_between_atoms():
    """Continuous columns get new values; a column half of zeros gets zeros, and nothing near."""
    rng = np.random.default_rng(0)
    atoms = np.where(rng.random(500) < 0.5, 0.0, rng.gamma(2.0, size=500) + 1)
    X = np.column_stack([rng.normal(size=500), atoms])
    new = GaussianCopulaTransferSet(random_state=0).fit(X).sample(5000)
    assert np.isin(new[:, 0], X[:, 0]).mean() < 0.1
    assert np.isin(new[:, 1], X[:, 1]).all()
    assert (new[:, 1] == 0).mean() == pytest.approx((atoms == 0).mean(), abs=0.03)


def test_correlated_beyond_rank():
    """Columns that repeat each other give a matrix that can still be drawn from."""
    x = np.random.default_rng(0).normal(size=200)
    X = np.column_stack([x, x, -2 * x, x > 0, x > 0])
    copula = GaussianCopulaTransferSet(categorical_features=[3, 4], random_state=0).fit(X)
    assert (np.linalg.eigvalsh(copula.correlation_) > 0).all()
    np.testing.assert_allclose(np.diag(copula.correlation_), 1)
    new = copula.sample(2000)
    assert stats.spearmanr(new[:, 0], new[:, 2])[0] < -0.98
    assert (new[:, 3] == new[:, 4]).mean() > 0.9


def test_ranks_without_repeats_have_the_known_relation():
    """Spearman's correlation is 6 / pi * arcsin(r / 2): the expansion says the same."""
    x = np.random.default_rng(0).normal(size=(3000, 2))
    for weight in (0.2, 1.0, 4.0):
        X = np.column_stack([np.exp(x[:, 0]), (weight * x[:, 0] + x[:, 1]) ** 3])
        spearman = stats.spearmanr(X)[0]
        copula = GaussianCopulaTransferSet().fit(X)
        assert copula.correlation_[0, 1] == pytest.approx(
            2 * np.sin(np.pi / 6 * spearman), abs=1e-4
        )

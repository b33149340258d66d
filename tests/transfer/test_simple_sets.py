"""Marginals, the box, and the real rows again."""

import numpy as np
import pytest
from scipy import stats

from skdistill.transfer import BootstrapTransferSet, MarginalTransferSet, UniformTransferSet


def tied_rows(n=3000, seed=0):
    """Columns that are functions of each other: a number, its square, its sign as a category."""
    x = np.random.default_rng(seed).normal(size=n)
    X = np.column_stack([x, x**2, x > 0.5])
    X[x > 1, 1] = np.nan
    return X


def test_marginals_alone():
    """Each column has its own distribution, missing values included, and is independent."""
    X = tied_rows()
    new = MarginalTransferSet(categorical_features=[2], random_state=0).fit(X).sample(20_000)
    assert stats.ks_2samp(new[:, 0], X[:, 0]).pvalue > 0.001
    assert stats.ks_2samp(new[:, 1], X[:, 1], nan_policy="omit").pvalue > 0.001
    assert np.isnan(new[:, 1]).mean() == pytest.approx(np.isnan(X[:, 1]).mean(), abs=0.01)
    assert new[:, 2].mean() == pytest.approx(X[:, 2].mean(), abs=0.01)
    known = ~np.isnan(new[:, 1])
    assert abs(stats.spearmanr(new[known, 0] ** 2, new[known, 1])[0]) < 0.03
    assert abs(np.corrcoef(new[:, 0], new[:, 2])[0, 1]) < 0.03
    assert abs(np.corrcoef(new[:, 0], np.isnan(new[:, 1]))[0, 1]) < 0.03
    assert set(new[:, 0]) <= set(X[:, 0])


def test_the_box_is_filled_evenly():
    """Uniform between the bounds, over integers and categories; as many missing values."""
    rng = np.random.default_rng(0)
    X = np.column_stack(
        [rng.normal(size=500), rng.integers(-2, 3, 500), rng.choice([3, 50], 500, p=[0.9, 0.1])]
    )
    X[rng.random(500) < 0.3, 0] = np.nan
    new = UniformTransferSet(categorical_features=[2], random_state=0).fit(X).sample(20_000)
    low, high = np.nanmin(X[:, 0]), np.nanmax(X[:, 0])
    present = new[~np.isnan(new[:, 0]), 0]
    assert stats.kstest(present, stats.uniform(low, high - low).cdf).pvalue > 0.001
    assert len(present) / 20_000 == pytest.approx(1 - np.isnan(X[:, 0]).mean(), abs=0.01)
    for column, values in ((1, [-2, -1, 0, 1, 2]), (2, [3, 50])):
        found, counts = np.unique(new[:, column], return_counts=True)
        np.testing.assert_array_equal(found, values)
        assert stats.chisquare(counts).pvalue > 0.001
    assert abs(np.corrcoef(new[:, 1], new[:, 2])[0, 1]) < 0.03


def test_the_box_of_extreme_numbers():
    """Bounds whose difference overflows are no trouble."""
    X = np.array([[-1.5e308], [1.5e308]])
    new = UniformTransferSet(random_state=0).fit(X).sample(1000)
    assert np.isfinite(new).all()
    assert new.min() < -1e308
    assert new.max() > 1e308


def test_real_rows_again():
    """Whole rows, with replacement, each as likely as any other."""
    X = tied_rows(50)
    again = BootstrapTransferSet(categorical_features=[2], random_state=0).fit(X)
    new, parents = again.sample(50_000, return_parents=True)
    np.testing.assert_array_equal(new, X[parents])
    assert stats.chisquare(np.bincount(parents, minlength=50)).pvalue > 0.001
    assert len(set(again.sample(50, return_parents=True)[1])) < 45

"""Kernel densities of mixed columns, and noise of a chosen size."""

import numpy as np
import pytest
from scipy import stats

from skdistill import KernelDensityTransferSet
from skdistill.transfer import NoiseTransferSet


def spread_out(n=400, seed=0):
    """Normal columns of several units, with bounds so far out that noise does not meet them."""
    X = np.random.default_rng(seed).normal(size=(n, 3)) * [1, 50, 1e-3]
    X[:2] = np.array([[30], [-30]]) * [1, 50, 1e-3]
    return X


@pytest.mark.parametrize(
    ("bandwidth", "factor"),
    [
        ("scott", 400 ** (-1 / 7)),
        (0.5, 0.5),
        (0, 0.0),
    ],
)
def test_variance_is_that_of_the_data_plus_the_squared_bandwidth(bandwidth, factor):
    """In each column's own unit, without covariance."""
    X = spread_out()
    kde = KernelDensityTransferSet(bandwidth=bandwidth, random_state=0).fit(X)
    np.testing.assert_allclose(kde.bandwidth_, factor * X.std(axis=0))
    new, parents = kde.sample(400 * 100, return_parents=True)
    assert np.ptp(np.bincount(parents)) <= 3  # one for each block
    noise = (new - X[parents])[parents > 1] / X.std(axis=0)
    np.testing.assert_allclose(np.cov(noise.T), np.eye(3) * factor**2, atol=0.02)
    if factor:
        for column in noise.T:
            assert stats.kstest(column / factor, "norm").pvalue > 0.001
    total = X[2:].var(axis=0) + kde.bandwidth_**2
    np.testing.assert_allclose(new[parents > 1].var(axis=0), total, rtol=0.05)


def test_silvermans_rule_of_thumb():
    """0.9 n^(-1/5) min(deviation, interquartile range / 1.349), averaged over scaled columns."""
    X = spread_out(400)
    scaled = np.minimum(stats.iqr(X, axis=0) / 1.349 / X.std(axis=0), 1)
    kde = KernelDensityTransferSet(random_state=0).fit(X)
    np.testing.assert_allclose(kde.bandwidth_, 0.9 * 400**-0.2 * scaled.mean() * X.std(axis=0))
    # However many columns there are.
    wide = KernelDensityTransferSet().fit(np.tile(X, 5)).bandwidth_
    np.testing.assert_allclose(wide, np.tile(kde.bandwidth_, 5))


def test_point_masses_get_no_noise():
    """A value that a tenth of the rows share stays what it is; others move."""
    X = spread_out(400)
    X[:60, 0] = 3.0
    new, parents = KernelDensityTransferSet(random_state=0).fit(X).sample(5000, return_parents=True)
    mass = X[parents, 0] == 3.0
    assert 600 < mass.sum() < 900
    np.testing.assert_array_equal(new[:, 0] == 3.0, mass)
    assert (new[:, 1] != X[parents, 1])[parents > 1].all()


def test_bandwidth_of_each_column():
    """In its own unit; for categories the probability of another one."""
    rng = np.random.default_rng(0)
    X = np.column_stack([spread_out(300)[:, 0], rng.integers(0, 4, 300), spread_out(300)[:, 1]])
    kde = KernelDensityTransferSet(
        bandwidth=[0.2, 0.3, 0.0],
        category_kernel="aitchison-aitken",
        categorical_features=[1],
        random_state=0,
    ).fit(X)
    np.testing.assert_array_equal(kde.bandwidth_, [0.2, 0.3, 0.0])
    new, parents = kde.sample(30_000, return_parents=True)
    inner = parents > 1
    assert (new[inner, 0] - X[parents[inner], 0]).std() == pytest.approx(0.2, rel=0.02)
    np.testing.assert_array_equal(new[:, 2], X[parents, 2])
    changed = new[:, 1] != X[parents, 1]
    assert stats.binomtest(int(changed.sum()), 30_000, 0.3).pvalue > 0.001
    for bad, message in [
        ([0.1, 0.1], r"shape \(2,\), but X has 3 columns"),
        ([0.1, 0.8, 0.1], r"at most 1 - 1 / n_categories: \[0.75\]"),
        ([-0.1, 0.1, 0.1], "must be finite and >= 0"),
    ]:
        with pytest.raises(ValueError, match=message):
            kde.set_params(bandwidth=bad).fit(X)


@pytest.mark.parametrize("n_categories", [2, 3, 5])
def test_aitchison_aitken_switching_rates(n_categories):
    """A category stays with probability 1 - lambda, and each other has lambda / (c - 1)."""
    X = np.repeat(np.arange(n_categories), 1000)[:, np.newaxis].astype(float)
    kde = KernelDensityTransferSet(
        bandwidth=[0.3],
        category_kernel="aitchison-aitken",
        categorical_features=[0],
        random_state=0,
    ).fit(X)
    new, parents = kde.sample(n_categories * 10_000, return_parents=True)
    counts = np.zeros((n_categories, n_categories))
    np.add.at(counts, (X[parents, 0].astype(int), new[:, 0].astype(int)), 1)
    expected = np.full((n_categories, n_categories), 0.3 / (n_categories - 1))
    np.fill_diagonal(expected, 0.7)
    for row, chances in zip(counts, expected, strict=True):
        assert stats.chisquare(row, chances * row.sum()).pvalue > 0.001


def test_swapped_categories_keep_their_frequencies():
    """Drawn from the column itself: so many change, and the marginal stays."""
    rng = np.random.default_rng(0)
    X = rng.choice([0.0, 1.0, 2.0], p=[0.9, 0.08, 0.02], size=(5000, 1))
    kde = KernelDensityTransferSet(bandwidth=0.6, categorical_features=[0], random_state=0).fit(X)
    new, parents = kde.sample(50_000, return_parents=True)
    share = np.bincount(X[:, 0].astype(int)) / 5000
    np.testing.assert_allclose(np.bincount(new[:, 0].astype(int)) / 50_000, share, atol=0.005)
    changed = (new[:, 0] != X[parents, 0]).mean()
    assert changed == pytest.approx(0.36 * (1 - (share**2).sum()), abs=0.01)
    assert kde.bandwidth_[0] == pytest.approx(0.36 * 2 / 3)


def test_categories_follow_the_rule_of_numbers():
    """Their probability shrinks like the square of the factor, which the numbers set."""
    rng = np.random.default_rng(0)
    numbers, categories = rng.normal(size=(1000, 4)), rng.integers(0, 2, size=(1000, 1))
    X = np.hstack([numbers, categories])
    kde = KernelDensityTransferSet(categorical_features=[4]).fit(X)
    factor = (kde.bandwidth_[:4] / X[:, :4].std(axis=0)).mean()
    assert kde.bandwidth_[4] == pytest.approx(factor**2 / 2)
    kde.set_params(bandwidth="scott").fit(X)
    assert kde.bandwidth_[4] == pytest.approx((1000 ** (-1 / 8)) ** 2 / 2)
    kde.set_params(bandwidth="silverman", categorical_features=[0]).fit(X[:, 4:])
    assert kde.bandwidth_[0] == pytest.approx((0.9 * 1000**-0.2) ** 2 / 2)


def test_missing_stay_missing():
    """The pattern of missing values is that of the parents."""
    X = np.random.default_rng(0).normal(size=(100, 3))
    X[:, 2] = np.round(X[:, 2])
    X[::3, 1:] = np.nan
    for each in (KernelDensityTransferSet, NoiseTransferSet):
        fitted = each(categorical_features=[2], random_state=0).fit(X)
        new, parents = fitted.sample(500, return_parents=True)
        np.testing.assert_array_equal(np.isnan(new), np.isnan(X[parents]))


@pytest.mark.parametrize("scale", [0.0, 0.1, 0.7])
def test_noise_is_in_deviations_of_the_column(scale):
    """Whatever the number of rows; categories are redrawn with their probability."""
    X = np.column_stack([spread_out(), np.random.default_rng(1).integers(0, 2, 400)])
    noisy = NoiseTransferSet(
        scale=scale, p_redraw=0.4, categorical_features=[3], random_state=0
    ).fit(X)
    new, parents = noisy.sample(40_000, return_parents=True)
    noise = (new - X[parents])[parents > 1]
    np.testing.assert_allclose(noise[:, :3].std(axis=0), scale * X[:, :3].std(axis=0), rtol=0.03)
    assert (noise[:, 3] != 0).mean() == pytest.approx(0.2, abs=0.01)
    copy = noisy.transform(X) - X
    np.testing.assert_allclose(copy[2:, :3].std(axis=0), scale * X[:, :3].std(axis=0), rtol=0.15)


@pytest.mark.parametrize(
    ("which", "parameter", "values"),
    [
        (KernelDensityTransferSet, "bandwidth", ["wide", -1, None, float("inf"), {"a": 1}]),
        (KernelDensityTransferSet, "category_kernel", ["gauss", None]),
        (NoiseTransferSet, "scale", [-1, float("inf"), "s"]),
        (NoiseTransferSet, "p_redraw", [-0.1, 1.1, None]),
    ],
)
def test_parameters(which, parameter, values):
    """Each is named with what it got."""
    for value in values:
        with pytest.raises(ValueError, match=f"'{parameter}' parameter of {which.__name__}"):
            which(**{parameter: value}).fit(np.zeros((5, 2)))

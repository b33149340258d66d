"""Rows moved along the differences to their neighbours: covariance, floor, categories."""

import numpy as np
import pytest
from scipy import stats
from sklearn.neighbors import NearestNeighbors

from skdistill import LocalGaussianTransferSet
from skdistill.transfer._near._local_gaussian import combine_differences


def rule_of_thumb(X):
    """0.9 n^(-1/5) min(1, interquartile range / 1.349 deviations), its mean over the columns."""
    deviations = X.std(axis=0)
    low, high = np.quantile(X, [0.25, 0.75], axis=0)
    return 0.9 * len(X) ** -0.2 * np.minimum((high - low) / 1.349 / deviations, 1).mean()


def local_covariance(X, i, k, h, floor):
    """What the covariance around row i should be, from the formula."""
    scaled = (X - X.mean(axis=0)) / X.std(axis=0)
    _distance, index = NearestNeighbors(n_neighbors=k + 1).fit(scaled).kneighbors(scaled[[i]])
    difference = X[index[0, 1:]] - X[i]
    bandwidth = floor * rule_of_thumb(X) * X.std(axis=0)
    return h**2 / k * difference.T @ difference + np.diag(bandwidth**2)


@pytest.mark.parametrize(
    ("k", "h", "floor"), [(10, 0.5, 0.5), (4, 1.5, 0.0), (1, 0.3, 0.0), (7, 0, 1)]
)
def test_covariance_around_a_row(k, h, floor):
    """The places of one row's copies have its mean and the covariance of the formula."""
    X = np.random.default_rng(0).normal(size=(60, 3)) * [1, 10, 100]
    X[0] = [40, -300, 5000]  # far out, so that the bounds are far from the others
    X[1] = -X[0]
    near = LocalGaussianTransferSet(n_neighbors=k, spread=h, floor=floor, random_state=0).fit(X)
    new, parents = near.sample(60 * 4000, return_parents=True)
    for i in (5, 20):
        copies = new[parents == i]
        assert abs(len(copies) - 4000) < 20
        expected = local_covariance(X, i, k, h, floor)
        scale = np.sqrt(np.diag(expected))
        np.testing.assert_allclose((copies.mean(axis=0) - X[i]) / scale, 0, atol=0.06)
        error = (np.cov(copies.T) - expected) / scale / scale[:, np.newaxis]
        np.testing.assert_allclose(error, 0, atol=0.12)


def test_bandwidth_is_silvermans():
    """bandwidth_ is in each column's own unit, zero where it is constant."""
    X = np.random.default_rng(0).normal(size=(50, 2)) * [1, 1000]
    X = np.column_stack([X, np.full(50, 7.0)])
    near = LocalGaussianTransferSet(floor=2.0).fit(X)
    expected = 2 * rule_of_thumb(X[:, :2]) * X[:, :2].std(axis=0)
    np.testing.assert_allclose(near.bandwidth_, [*expected, 0.0])


def test_without_spread_and_floor_rows_are_the_real_ones():
    """Each of them, equally often."""
    X = np.random.default_rng(0).normal(size=(40, 3))
    near = LocalGaussianTransferSet(spread=0, floor=0, random_state=0).fit(X)
    new, parents = near.sample(100, return_parents=True)
    np.testing.assert_array_equal(new, X[parents])
    counts = np.bincount(parents, minlength=40)
    assert set(counts) == {2, 3}


def test_rows_stay_in_the_span_of_their_neighbours():
    """Without a floor, rows of a plane stay in it."""
    rng = np.random.default_rng(0)
    plane = rng.normal(size=(100, 2)) @ rng.normal(size=(2, 5))
    new = LocalGaussianTransferSet(floor=0, random_state=0).fit(plane).sample(500)
    inside = (new > plane.min(axis=0)).all(axis=1) & (new < plane.max(axis=0)).all(axis=1)
    assert inside.sum() > 300
    centred = np.vstack([plane, new[inside]])
    assert np.linalg.svd(centred)[1][2] < 1e-10


@pytest.mark.parametrize(("spread", "share"), [(0.0, 0.0), (0.3, 0.3), (5.0, 1.0)])
def test_categories_and_missing_come_from_neighbours(spread, share):
    """With probability min(spread, 1), and from near rows alone."""
    rng = np.random.default_rng(0)
    group = np.repeat([0.0, 1000.0], 100)
    X = np.column_stack([group + rng.normal(size=200), np.arange(200.0), np.zeros(200)])
    X[:, 2] = np.where(group > 0, np.nan, X[:, 2])
    near = LocalGaussianTransferSet(
        spread=spread, floor=0, categorical_features=[1], random_state=0
    ).fit(X)
    new, parents = near.sample(4000, return_parents=True)
    changed = new[:, 1] != X[parents, 1]
    assert stats.binomtest(int(changed.sum()), 4000, share).pvalue > 0.001
    np.testing.assert_array_equal(new[:, 1] >= 100, X[parents, 1] >= 100)
    np.testing.assert_array_equal(np.isnan(new[:, 2]), X[parents, 0] > 500)


def test_missing_are_taken_over_both_ways():
    """A number becomes missing, and a missing value a number, with the same probability."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(400, 2))
    X[::2, 1] = np.nan
    new, parents = (
        LocalGaussianTransferSet(spread=1.0, floor=0, n_neighbors=399, random_state=0)
        .fit(X)
        .sample(8000, return_parents=True)
    )
    before, after = np.isnan(X[parents, 1]), np.isnan(new[:, 1])
    assert abs(after.mean() - 0.5) < 0.1
    assert (before & ~after).sum() > 800
    assert (~before & after).sum() > 800


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_combined_differences(dtype):
    """The sum over neighbours equals a loop over them, in one piece or in many."""
    rng = np.random.default_rng(0)
    pool = rng.normal(size=(3000, 7)).astype(dtype)
    pool[rng.random(pool.shape) < 0.1] = np.nan
    near = rng.integers(3000, size=(3000, 5))
    weights = rng.normal(size=(3000, 5)).astype(dtype)
    expected = np.zeros_like(pool)
    for j in range(5):
        expected += weights[:, [j]] * np.nan_to_num(pool[near[:, j]] - pool)
    got = combine_differences(pool, pool, near, weights)
    assert got.dtype == dtype
    np.testing.assert_allclose(got, expected, rtol=1e-4, atol=1e-5)


def test_parameters():
    """Each is named with what it got."""
    X = np.zeros((5, 2))
    for name, values in {
        "n_neighbors": [0, 1.5, None],
        "spread": [-0.1, float("inf"), float("nan")],
        "floor": [-1, "s"],
    }.items():
        for value in values:
            with pytest.raises(ValueError, match=f"'{name}' parameter of LocalGaussian"):
                LocalGaussianTransferSet(**{name: value}).fit(X)


def test_point_masses_stand_still():
    """A value that many rows share is kept or exchanged, never moved or averaged."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(200, 3))
    X[:120, 0] = 0.0  # more than half of the rows
    X[rng.permutation(200)[:30], 1] = 0.5
    new, parents = (
        LocalGaussianTransferSet(random_state=0).fit(X).sample(20_000, return_parents=True)
    )
    for column, mass in ((0, 0.0), (1, 0.5)):
        shared, was = new[:, column] == mass, X[parents, column] == mass
        # Gone and come alike, up to who is a neighbour of how many.
        assert shared.mean() == pytest.approx((X[:, column] == mass).mean(), abs=0.06)
        assert 0.02 < (shared != was).mean() < 0.5
        moved = new[~shared, column]
        assert len(np.unique(moved)) > 0.4 * len(moved)
    assert len(np.unique(new[:, 2])) > 15_000  # no masses: all move

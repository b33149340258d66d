"""Rows between rows."""

import numpy as np
import pytest
from scipy import stats
from sklearn.neighbors import NearestNeighbors

from skdistill.transfer import InterpolationTransferSet


@pytest.mark.parametrize("k", [1, 5])
def test_rows_lie_on_segments_to_one_of_the_neighbours(k):
    """Row i is x + u (x' - x) with one u for all columns, evenly spread, x' among the k nearest."""
    X = np.random.default_rng(0).normal(size=(80, 4)) * [1, 10, 100, 1000]
    between = InterpolationTransferSet(n_neighbors=k, random_state=0).fit(X)
    new, parents = between.sample(2000, return_parents=True)
    scaled = (X - X.mean(axis=0)) / X.std(axis=0)
    _distance, index = NearestNeighbors(n_neighbors=k + 1).fit(scaled).kneighbors(scaled)
    ends = X[index[parents, 1:]] - X[parents][:, np.newaxis]  # (n, k, 4)
    step = (new - X[parents])[:, np.newaxis]
    place = (step * ends / X.var(axis=0)).sum(axis=2) / (ends**2 / X.var(axis=0)).sum(axis=2)
    off = np.abs(step - place[..., np.newaxis] * ends).max(axis=2)
    nearest = off.argmin(axis=1)
    assert off.min(axis=1).max() < 1e-9
    assert len(np.unique(nearest)) == k
    u = place[np.arange(2000), nearest]
    assert stats.kstest(u, "uniform").pvalue > 0.001


def test_categories_and_missing_come_from_either_end_the_likelier_the_nearer():
    """On one segment of two rows: the category of the other end with probability u."""
    X = np.array([[0.5, 1.0, 5.0, 2.5], [1.5, 2.0, np.nan, 3.5]])
    between = InterpolationTransferSet(categorical_features=[1], random_state=0).fit(X)
    new, parents = between.sample(20_000, return_parents=True)
    u = np.abs(new[:, 0] - X[parents, 0])
    for changed in (new[:, 1] != X[parents, 1], np.isnan(new[:, 2]) != np.isnan(X[parents, 2])):
        for low in np.arange(0, 1, 0.1):
            here = (u >= low) & (u < low + 0.1)
            assert changed[here].mean() == pytest.approx(low + 0.05, abs=0.05)
    assert set(new[~np.isnan(new[:, 2]), 2]) == {5.0}
    np.testing.assert_allclose(new[:, 3], 2 + new[:, 0])


def test_rare_categories_stay():
    """The majority of the neighbours does not rule: frequencies are kept."""
    rng = np.random.default_rng(0)
    X = np.column_stack([rng.normal(size=2000), rng.random(2000) < 0.05])
    new = InterpolationTransferSet(categorical_features=[1], random_state=0).fit(X).sample(20_000)
    assert new[:, 1].mean() == pytest.approx(X[:, 1].mean(), abs=0.01)


def test_transform_keeps_the_row_s_own_segment():
    """Each copy lies between its row and a fitted one."""
    X = np.random.default_rng(0).normal(size=(50, 2))
    between = InterpolationTransferSet(n_neighbors=1, random_state=0).fit(X)
    late = X + 0.01
    new = between.transform(late)
    scaled = X / X.std(axis=0)
    nearest = NearestNeighbors(n_neighbors=1).fit(scaled).kneighbors(late / X.std(axis=0))[1][:, 0]
    inside = ((late > X.min(axis=0)) & (late < X.max(axis=0))).all(axis=1)
    share = ((new - late) / (X[nearest] - late))[inside]
    assert len(share) > 40
    np.testing.assert_allclose(share[:, 0], share[:, 1], rtol=1e-6)
    assert ((share >= 0) & (share <= 1)).all()

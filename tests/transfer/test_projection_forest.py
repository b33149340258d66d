"""Approximate neighbours, against exact ones."""

import numpy as np
import pytest
from sklearn.neighbors import NearestNeighbors

from skdistill import MungeTransferSet
from skdistill.transfer._near import _neighbors
from skdistill.transfer._near._neighbors import build_graph
from skdistill.transfer._near._projection_forest import ProjectionForest


def sheet(n, width=12, seed=0):
    """Rows near a bent sheet of three dimensions."""
    rng = np.random.default_rng(seed)
    hidden = np.random.default_rng(99).normal(size=(3, width))
    return np.tanh(rng.normal(size=(n, 3)) @ hidden) + 0.05 * rng.normal(size=(n, width))


def test_neighbours_are_near():
    """Different rows, nearest first, a few per cent further than the exact ones."""
    X = sheet(5000)
    found = ProjectionForest(5).fit(X).kneighbors()
    assert found.shape == (5000, 5)
    assert (np.diff(np.sort(np.column_stack([np.arange(5000), found]), axis=1)) > 0).all()
    distance = np.linalg.norm(X[:, np.newaxis] - X[found], axis=2)
    assert (np.diff(distance, axis=1) > -1e-5).all()
    exact = NearestNeighbors(n_neighbors=5).fit(X).kneighbors()[0]
    assert 1 <= distance.mean() / exact.mean() < 1.05


@pytest.mark.parametrize("n", [2, 3, 40, 64])
def test_few_rows_are_searched_exactly(n):
    """All rows in one leaf: nothing is missed, whatever k."""
    X = sheet(n)
    for k in {1, n // 2, n - 1}:
        found = ProjectionForest(k).fit(X).kneighbors()
        exact = NearestNeighbors(n_neighbors=k, algorithm="brute").fit(X)
        np.testing.assert_array_equal(found, exact.kneighbors(return_distance=False))


@pytest.mark.parametrize("k", [1, 60, 200])
def test_leaves_grow_with_the_neighbours(k):
    """There are always enough in a leaf, for fitted rows and for later ones."""
    X = sheet(1003)
    forest = ProjectionForest(k).fit(X)
    for found in (forest.kneighbors(), forest.kneighbors(X + 1e-3, n_neighbors=k + 1)):
        assert found.min() >= 0
        assert (np.diff(np.sort(found, axis=1), axis=1) > 0).all()


def test_later_rows():
    """A row that was moved by little finds where it came from, and near rows beside."""
    X = sheet(4000)
    later = sheet(300, seed=1)
    forest = ProjectionForest(3).fit(X)
    np.testing.assert_array_equal(forest.kneighbors(X + 1e-6)[:, 0], np.arange(4000))
    distance = np.linalg.norm(later[:, np.newaxis] - X[forest.kneighbors(later)], axis=2)
    exact = NearestNeighbors(n_neighbors=3).fit(X).kneighbors(later)[0]
    assert 1 <= distance.mean() / exact.mean() < 1.1


def test_jobs_and_repetition_make_no_difference():
    """The forest is a fixed function of the rows."""
    X = sheet(1500)
    first = ProjectionForest(4).fit(X).kneighbors()
    for n_jobs in (None, 2):
        np.testing.assert_array_equal(ProjectionForest(4, n_jobs).fit(X).kneighbors(), first)


def test_auto_is_exact_for_few_rows_and_approximate_for_many(monkeypatch):
    """The number of distinct rows decides; the user may."""
    X = np.repeat(sheet(300), 3, axis=0)

    def index_of(method):
        return type(build_graph(X, 5, None, method).index)

    assert index_of("auto") is index_of("exact") is NearestNeighbors
    assert index_of("approximate") is ProjectionForest
    monkeypatch.setattr(_neighbors, "WIDE_EXACT_ROWS", 299)
    assert index_of("auto") is ProjectionForest
    assert index_of("exact") is NearestNeighbors


def test_munge_with_approximate_neighbours():
    """Whatever the search, exchange conserves every column, and rows stay near the sheet."""
    X = sheet(3000)
    for method in ("exact", "approximate"):
        munge = MungeTransferSet(algorithm=method, local_variance=np.inf, random_state=0).fit(X)
        new = munge.sample(len(X))
        np.testing.assert_array_equal(np.sort(new, axis=0), np.sort(X, axis=0))
        nearest = NearestNeighbors(n_neighbors=1).fit(X)
        assert nearest.kneighbors(new)[0].mean() < 0.5 < nearest.kneighbors(shuffled(X))[0].mean()
        copy = munge.transform(X)
        assert (copy != X).any(axis=1).all()


def shuffled(X):
    """Every column in an order of its own."""
    return np.random.default_rng(0).permuted(X, axis=0)

"""Pictures, neighbours and disjoint pairs, against brute force."""

import numpy as np
import pytest

from skdistill.transfer._near._neighbors import build_graph
from skdistill.transfer._tables import Encoded, fit_standardizer


def with_repeats(n, width, seed=0):
    """Rows on a coarse grid: many repeats, many ties."""
    return np.random.default_rng(seed).integers(0, 3, size=(n, width)).astype(float)


@pytest.mark.parametrize("width", [2, 9])  # a k-d tree, and brute force
@pytest.mark.parametrize("k", [1, 5, 1000])
def test_neighbors_are_the_nearest_different_rows(width, k):
    """Distances to the neighbours are the smallest positive ones, exact repeats left out."""
    X = with_repeats(80, width)
    graph = build_graph(X, k, None)
    distinct = np.unique(X, axis=0)
    assert len(graph.start) == len(distinct)
    k = min(k, len(distinct) - 1)
    assert graph.neighbors.shape == (len(distinct), k)
    for i, row in enumerate(X):
        found = graph.members[graph.start[graph.neighbors[graph.group[i]]]]
        to_all = np.sort(np.linalg.norm(distinct - row, axis=1))
        assert to_all[0] == 0  # the row itself
        np.testing.assert_allclose(np.linalg.norm(X[found] - row, axis=1), to_all[1 : k + 1])


def test_groups_hold_exact_repeats():
    """Members of a group are equal rows, and every row is in one group."""
    X = with_repeats(80, 2)
    graph = build_graph(X, 3, None)
    assert sorted(graph.members) == list(range(len(X)))
    for g, (start, count) in enumerate(zip(graph.start, graph.count, strict=True)):
        members = graph.members[start : start + count]
        assert (graph.group[members] == g).all()
        assert (X[members] == X[members[0]]).all()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("width", [3, 40])
def test_near_groups_leave_the_row_itself_out(width, dtype):
    """A fitted row finds what the graph found for it, whatever rounding distances carry."""
    X = np.random.default_rng(0).normal(size=(600, width)).astype(dtype)
    graph = build_graph(X, 3, None)
    np.testing.assert_array_equal(graph.near_groups(X), graph.neighbors[graph.group])
    later = X[:50] + dtype(0.01)
    nearest = np.argsort(np.linalg.norm(X - later[:, np.newaxis], axis=2), axis=1)[:, :3]
    np.testing.assert_array_equal(graph.members[graph.start[graph.near_groups(later)]], nearest)


def test_picture_gives_every_column_variance_one():
    """Numbers, missing values and each set of indicators have variance one, whatever their unit."""
    rng = np.random.default_rng(0)
    numbers = rng.normal(size=(500, 2)) * [1e6, 1e-6] + [1e7, 0.0]
    numbers[rng.random(500) < 0.2, 1] = np.nan
    codes = rng.choice(4, size=(500, 1), p=[0.6, 0.2, 0.1, 0.1]).astype(np.int32) - 1
    rows = Encoded(numbers, codes)
    drawn = fit_standardizer(rows)(rows)
    known = ~np.isnan(numbers[:, 1])
    np.testing.assert_allclose(drawn[:, 0].var(), 1)
    np.testing.assert_allclose(drawn[known, 1].var(), 1)
    np.testing.assert_allclose(drawn[:, 2].var(), 1)  # missing or not
    np.testing.assert_allclose(drawn[:, 3:].var(axis=0).sum(), 1)  # the categories together


def test_codes_of_categories_never_enter_a_distance():
    """Renaming categories, and so reordering their codes, changes no distance."""
    rng = np.random.default_rng(0)
    codes = rng.integers(0, 5, size=(60, 2)).astype(np.int32)
    renamed = np.array([3, 0, 4, 1, 2], dtype=np.int32)[codes]
    distances = []
    for each in (codes, renamed):
        rows = Encoded(np.zeros((60, 0)), each)
        drawn = fit_standardizer(rows)(rows)
        distances.append(np.linalg.norm(drawn - drawn[:, np.newaxis], axis=2))
    np.testing.assert_allclose(*distances)


def test_a_constant_column_says_nothing():
    """A column that is constant up to rounding does not blow rounding up to distances."""
    rows = Encoded(np.full((50, 1), 0.1) * np.linspace(1, 1 + 1e-15, 50)[:, np.newaxis], None)
    rows = Encoded(rows.numbers, np.zeros((50, 0), dtype=np.int32))
    assert np.ptp(fit_standardizer(rows)(rows)) < 1e-12

"""Disjoint pairs of near rows, and what they exchange."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from skdistill.transfer._near._neighbors import build_graph
from skdistill.transfer._near._pairs import (
    Partners,
    _any_order,
    disjoint_layers,
    exchange_categories,
    exchange_numbers,
)


@settings(max_examples=60, deadline=None)
@given(
    n=st.integers(2, 60),
    n_values=st.integers(2, 60),
    k=st.integers(1, 8),
    n_copies=st.integers(1, 3),
    seed=st.integers(0, 2**31 - 1),
)
def test_layers_cover_every_row_with_disjoint_pairs(n, n_values, k, n_copies, seed):
    """Every row is paired at least once, never twice in a layer, always with a near one."""
    rng = np.random.default_rng(seed)
    X = rng.integers(0, n_values, size=(n, 1)).astype(float)
    X[0] = -1.0  # at least two distinct rows
    graph = build_graph(X, k, None)
    partners = Partners(graph, n_copies)
    for copies in range(1, n_copies + 1):
        reached = np.zeros(copies * n, dtype=int)
        for a, b in disjoint_layers(partners, copies * n, rng):
            rows = np.concatenate([a, b])
            assert len(np.unique(rows)) == len(rows)
            reached[rows] += 1
            np.testing.assert_array_equal(a // n, b // n)  # in the same copy
            for one, other in zip(a % n, b % n, strict=True):
                assert graph.group[other] in graph.neighbors[graph.group[one]]
                assert X[one] != X[other]
        assert (reached >= 1).all()


def test_orders_favour_nobody():
    """Every row stands in every place alike, and before every other one in half of the orders."""
    rng = np.random.default_rng(0)
    place = np.array([np.argsort(_any_order(7, rng)) for _ in range(8000)])
    assert (np.sort(place, axis=1) == np.arange(7)).all()
    for column in place.T:
        assert stats.chisquare(np.bincount(column)).pvalue > 0.001
    for i in range(1, 7):
        assert stats.binomtest(int((place[:, 0] < place[:, i]).sum()), 8000).pvalue > 0.001


@pytest.mark.parametrize("repeats", [False, True])
def test_partners_are_drawn_alike(repeats):
    """Each of the near rows, repeats of one counted apart, is drawn equally often."""
    X = np.array([[0.0], [1.0], [1.0], [9.0]]) if repeats else np.array([[0.0], [1.0], [3.0]])
    partners = Partners(build_graph(X, 2, None), 2)
    drawn = partners.draw(np.full(6000, len(X)), np.random.default_rng(0)) - len(X)
    counts = np.bincount(drawn, minlength=len(X))
    expected = [0, 1500, 1500, 3000] if repeats else [0, 3000, 3000]
    assert counts[0] == 0
    assert stats.chisquare(counts[1:], expected[1:]).pvalue > 0.001


@pytest.mark.parametrize("kind", [np.float32, np.float64, np.int32])
def test_many_parts_are_one_exchange(kind):
    """Tables larger than one part: every pair is served once, and nobody else."""
    rng = np.random.default_rng(0)
    table = np.arange(60_000 * 3, dtype=kind).reshape(-1, 3)
    rows = rng.permutation(60_000)[:50_000]
    a, b = rows[:25_000], rows[25_000:]
    new = table.copy()
    if kind == np.int32:
        exchange_categories(new, a, b, 1.0, rng)
    else:
        exchange_numbers(new, a, b, 1.0, np.inf, rng)
    np.testing.assert_array_equal(new[a], table[b])
    np.testing.assert_array_equal(new[b], table[a])
    rest = np.setdiff1d(np.arange(60_000), rows)
    np.testing.assert_array_equal(new[rest], table[rest])

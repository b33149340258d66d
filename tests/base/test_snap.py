"""Targets on a grid: sums of them are exact, so trees depend on no order and no repeats."""

import itertools
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.tree import DecisionTreeRegressor

from skdistill.base import snap

finite = st.floats(-1e300, 1e300)
vectors = arrays(np.float64, st.integers(1, 30), elements=finite)
# Values within a few orders of magnitude of their range, as targets are.
targets = arrays(np.float64, st.integers(2, 60), elements=st.floats(-1e3, 1e3, width=32))


def spread_of(values):
    return Fraction(float(values.max())) - Fraction(float(values.min()))


@settings(deadline=None)
@given(vectors)
def test_idempotent(values):
    once = snap(values)
    np.testing.assert_array_equal(snap(once), once)


@settings(deadline=None)
@given(vectors)
def test_error_is_a_grain_of_the_range(values):
    """|snapped - value| <= range * 2^-24, in exact arithmetic, whatever the scale."""
    snapped = snap(values)
    bound = spread_of(values) * Fraction(1, 2**24)
    for value, new in zip(values.tolist(), snapped.tolist(), strict=True):
        assert abs(Fraction(new) - Fraction(value)) <= bound


@settings(deadline=None)
@given(targets, st.randoms(use_true_random=False))
def test_sums_are_exact(values, random):
    """Every partial sum is exact in float64: order and grouping change nothing."""
    spread = spread_of(values)
    assume(spread > 0 and np.abs(values).max() <= 2**10 * spread)
    snapped = snap(values)
    exact = sum(map(Fraction, snapped.tolist()))
    shuffled = snapped.tolist()
    random.shuffle(shuffled)
    assert Fraction(float(np.sum(snapped))) == exact
    assert Fraction(list(itertools.accumulate(shuffled))[-1]) == exact
    # a weight is a repeat
    weight = np.arange(len(snapped)) % 4
    assert float(weight @ snapped) == float(np.repeat(snapped, weight).sum())


@settings(deadline=None)
@given(targets, st.integers(-30, 30))
def test_powers_of_two_scale_through(values, power):
    """The grid belongs to the range, not to the unit."""
    np.testing.assert_array_equal(snap(values * 2.0**power), snap(values) * 2.0**power)


@settings(deadline=None)
@given(vectors)
def test_order_is_kept(values):
    order = np.argsort(values, kind="stable")
    assert (np.diff(snap(values)[order]) >= 0).all()


def test_columns_have_their_own_range():
    values = np.column_stack(
        [np.linspace(0, 1, 7) / 3, np.linspace(0, 1e6, 7) / 3, np.full(7, 0.1)]
    )
    snapped = snap(values)
    for j in range(3):
        np.testing.assert_array_equal(snapped[:, j], snap(values[:, j]))
    assert np.abs(snapped - values)[:, 0].max() <= 2**-24 / 3
    np.testing.assert_array_equal(snapped[:, 2], 0.1)  # no range, no grid


def test_simple_numbers_stay():
    """Labels, halves and whole numbers lie on the grid already."""
    for values in ([0.0, 1.0], [0.0, 0.5, 0.25, 1.0], [-3.0, 8.0, 1e6], [7.0], [True, False]):
        np.testing.assert_array_equal(snap(np.array(values)), np.array(values, dtype=float))
    assert snap(np.array([1, 2], dtype=np.float32)).dtype == np.float64


@pytest.mark.parametrize("power", [-40, -1, 0, 7, 300])
def test_a_range_that_is_a_power_of_two(power):
    """Its grid is 2^-24 of that range itself, not of the next power: odd multiples stay."""
    grid = np.ldexp(np.array([0.0, 1.0, 3.0, 2.0**23 + 1, 2.0**24 - 1, 2.0**24]), power - 24)
    np.testing.assert_array_equal(snap(grid), grid)
    between = np.ldexp(np.array([0.0, 0.75, 3.25, 2.0**24]), power - 24)
    np.testing.assert_array_equal(snap(between), np.ldexp([0.0, 1.0, 3.0, 2.0**24], power - 24))


@pytest.mark.parametrize("seed", range(5))
def test_what_it_is_for(seed):
    """A regression tree on snapped targets is the same for weighted and for repeated rows."""
    rng = np.random.default_rng(seed)
    X = rng.integers(0, 3, size=(80, 4)).astype(float)  # many ties
    y = snap(rng.normal(size=80))
    weight = rng.integers(1, 5, size=80)
    order = rng.permutation(np.repeat(np.arange(80), weight))
    one = DecisionTreeRegressor(random_state=0).fit(X, y, sample_weight=weight)
    two = DecisionTreeRegressor(random_state=0).fit(X[order], y[order])
    np.testing.assert_array_equal(one.tree_.feature, two.tree_.feature)
    np.testing.assert_array_equal(one.tree_.threshold, two.tree_.threshold)

"""Bounds from counts: exact, and wrong at most as often as they say."""

import itertools
from fractions import Fraction
from math import comb

import numpy as np
import pytest
from scipy.integrate import trapezoid
from scipy.stats import binomtest, hypergeom

from skdistill.theory import (
    binomial_upper_bound,
    hypergeometric_upper_bound,
    sequential_binomial_bound,
)
from tests.theory._exact import miss_at_any_look, miss_at_one_look

SHARES = (0.001, 0.01, 0.03, 0.1, 0.25, 0.5, 0.9)


@pytest.mark.parametrize("delta", [0.2, 0.05, 0.001])
@pytest.mark.parametrize(("k", "n"), [(0, 1), (0, 100), (3, 100), (99, 100), (100, 100), (7, 9999)])
def test_binomial_bound_is_scipys_exact_one(k, n, delta):
    """The one-sided exact interval of scipy, found by root finding there."""
    exact = binomtest(k, n, alternative="less").proportion_ci(1 - delta, method="exact").high
    assert binomial_upper_bound(k, n, delta) == pytest.approx(exact, rel=1e-9)


def test_binomial_bound_is_half_of_scipys_two_sided_interval():
    """At delta it is the upper end of the interval of confidence 1 - 2 delta."""
    interval = binomtest(12, 345).proportion_ci(0.9, method="exact")
    assert binomial_upper_bound(12, 345, 0.05) == pytest.approx(interval.high, rel=1e-9)


@pytest.mark.parametrize("delta", [0.3, 0.05, 0.01])
@pytest.mark.parametrize("n", [5, 50, 1000])
def test_binomial_bound_never_misses_more_than_delta(n, delta):
    """Chance of a miss, without simulation: 7 shares in each of 9 settings."""
    misses = [miss_at_one_look(binomial_upper_bound, p, n, delta) for p in SHARES]
    assert max(misses) <= delta + 1e-12
    # Nor is it idle: exact bounds come near delta where n is large.
    if n == 1000:
        assert max(misses) > 0.7 * delta


def _brute_hypergeometric(k, n, pool, delta):
    """Largest number of errors that is still possible, with whole numbers alone."""

    def cdf(errors):
        ways = sum(comb(errors, i) * comb(pool - errors, n - i) for i in range(k + 1))
        return Fraction(ways, comb(pool, n))

    exact = Fraction(str(delta))
    return max(m for m in range(k, pool - n + k + 1) if cdf(m) >= exact)


@pytest.mark.parametrize("delta", [0.3, 0.05])
def test_hypergeometric_bound_equals_brute_force(delta):
    """All samples of a few small pools, against exact fractions."""
    for pool in (1, 2, 7, 12, 30):
        for n in {1, pool // 3, pool // 2, pool} - {0}:
            for k in range(n + 1):
                expected = _brute_hypergeometric(k, n, pool, delta)
                assert hypergeometric_upper_bound(k, n, pool, delta) == expected


@pytest.mark.parametrize("delta", [0.3, 0.05, 0.01])
@pytest.mark.parametrize(("pool", "n"), [(20, 5), (100, 30), (1000, 100), (1000, 900)])
def test_hypergeometric_bound_never_misses_more_than_delta(pool, n, delta):
    """Chance of a miss for many numbers of errors in the pool, without simulation."""
    bounds = hypergeometric_upper_bound(np.arange(n + 1), n, pool, delta)
    for errors in np.unique(np.linspace(0, pool, 25).astype(int)):
        chance = hypergeom.pmf(np.arange(n + 1), pool, errors, n)
        assert chance[bounds < errors].sum() <= delta + 1e-9


def test_a_pool_is_tighter_than_all_rows_and_ends_in_a_count():
    """Knowing half of the pool helps; knowing all of it leaves no doubt."""
    n_rows = np.array([100, 500, 900, 1000])
    errors = n_rows // 50
    pool = hypergeometric_upper_bound(errors, n_rows, 1000)
    assert np.all(pool <= np.ceil(binomial_upper_bound(errors, n_rows) * 1000))
    assert pool[-1] == 20
    # A pool without end is the binomial.
    huge = hypergeometric_upper_bound(3, 100, 10**7) / 10**7
    assert huge == pytest.approx(binomial_upper_bound(3, 100), rel=1e-3)


@pytest.mark.parametrize("delta", [0.2, 0.05, 0.01])
def test_sequential_bound_holds_at_all_looks_together(delta):
    """A look after every row up to 1,000: the exact chance of any miss stays below delta."""
    for p in SHARES:
        assert miss_at_any_look(sequential_binomial_bound, p, 1000, delta) <= delta


def test_looking_repeatedly_at_a_fixed_size_bound_misses_far_more():
    """The same looks at Clopper-Pearson bounds miss several times delta."""
    once = miss_at_one_look(binomial_upper_bound, 0.1, 1000, 0.05)
    often = miss_at_any_look(binomial_upper_bound, 0.1, 1000, 0.05)
    assert once <= 0.05
    assert often > 4 * 0.05


def test_sequential_bound_is_the_root_of_its_martingale():
    """At the bound, the mixture integrated by numbers is 1 / delta."""
    for k, n, delta in [(0, 50, 0.05), (3, 40, 0.05), (30, 100, 0.01)]:
        bound = sequential_binomial_bound(k, n, delta)
        q = np.linspace(0, bound, 200_001)
        ratio = (q / bound) ** k * ((1 - q) / (1 - bound)) ** (n - k)
        assert trapezoid(ratio, q) / bound == pytest.approx(1 / delta, rel=1e-4)


def test_sequential_bound_costs_little_and_shrinks():
    """Never below the bound for one look, and at most 1.6 times it from 100 rows on."""
    n_rows = np.array([100, 1000, 10_000, 100_000])
    for share in (0.0, 0.03, 0.3):
        errors = (share * n_rows).astype(int)
        once = binomial_upper_bound(errors, n_rows)
        always = sequential_binomial_bound(errors, n_rows)
        assert np.all(always > once)
        assert np.all(always < 1.6 * once)
        assert np.all(np.diff(always) < 0)


def test_bounds_take_arrays_and_give_numbers_for_numbers():
    """Counts broadcast against each other."""
    for bound in (binomial_upper_bound, sequential_binomial_bound):
        table = bound(np.array([[0], [1]]), np.array([10, 20, 30]))
        assert table.shape == (2, 3)
        assert isinstance(bound(1, 20), float)
        assert table[1, 1] == bound(1, 20)
    assert isinstance(hypergeometric_upper_bound(0, 5, 10), int)
    assert hypergeometric_upper_bound([0, 1], 5, 10).shape == (2,)


ALL = (
    binomial_upper_bound,
    sequential_binomial_bound,
    lambda k, n, delta=0.05: hypergeometric_upper_bound(k, n, 100, delta),
)


@pytest.mark.parametrize(
    ("bound", "delta"), list(itertools.product(ALL, [0, 1, -0.1, 1.5, np.nan, "0.05", None]))
)
def test_delta_outside_the_open_interval(bound, delta):
    """Delta of 0 or 1 promises all or nothing."""
    with pytest.raises(ValueError, match=r"delta must be a number in \(0, 1\), got"):
        bound(1, 10, delta)


@pytest.mark.parametrize("bound", ALL)
def test_impossible_counts(bound):
    """No rows, more errors than rows, negative and broken ones."""
    with pytest.raises(ValueError, match="n_rows must be at least 1"):
        bound(0, 0)
    for k in (-1, 11):
        with pytest.raises(ValueError, match="between 0 and n_rows"):
            bound(k, 10)
    with pytest.raises(ValueError, match="n_errors must be whole numbers, got float64"):
        bound(0.5, 10)


def test_impossible_pools():
    """More drawn than there is, and half rows."""
    with pytest.raises(ValueError, match="pool_size must be at least the number of rows"):
        hypergeometric_upper_bound(0, 11, 10)
    with pytest.raises(ValueError, match="pool_size must be a whole number"):
        hypergeometric_upper_bound(0, 1, 10.0)

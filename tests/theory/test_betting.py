"""Betting bounds: wrong at most as often as they say, and tight."""

import numpy as np
import pytest
from scipy.stats import binom

from skdistill.theory import (
    betting_upper_bound,
    binomial_upper_bound,
    sequential_betting_bound,
)

# name: (draw, mean); losses as they come from students, and some nasty ones.
LOSSES = {
    "rare disagreement": (lambda rng, s: (rng.random(s) < 0.03) * 1.0, 0.03),
    "very rare": (lambda rng, s: (rng.random(s) < 0.005) * 1.0, 0.005),
    "coin": (lambda rng, s: (rng.random(s) < 0.5) * 1.0, 0.5),
    "soft, skewed": (lambda rng, s: rng.beta(0.3, 9.7, s), 0.03),
    "soft, steady": (lambda rng, s: rng.beta(3, 97, s), 0.03),
    "uniform": (lambda rng, s: rng.random(s), 0.5),
    "mostly bad": (lambda rng, s: rng.beta(9, 1, s), 0.9),
    "constant": (lambda rng, s: np.full(s, 0.2), 0.2),
    "small or all": (lambda rng, s: np.where(rng.random(s) < 0.02, 1.0, 0.01), 0.0298),
    "U-shaped": (lambda rng, s: rng.beta(0.2, 0.6, s), 0.25),
}
SETTINGS = [(name, n, delta) for name in LOSSES for n in (20, 100, 400) for delta in (0.2, 0.05)]
REPEATS = 300


def _is_violation(misses, repeats, delta, n_settings):
    """Whether so many misses would be a wonder (1 in 1,000 over all settings) at rate delta."""
    return binom.sf(misses - 1, repeats, delta) < 0.001 / n_settings


@pytest.mark.parametrize("bound", [betting_upper_bound, sequential_betting_bound])
def test_coverage_in_60_settings(bound):
    """No setting misses significantly more often than delta, nor do all together."""
    rng = np.random.default_rng(0)
    misses = []
    for name, n, delta in SETTINGS:
        draw, mean = LOSSES[name]
        bounds = bound(draw(rng, (REPEATS, n)), delta)
        misses.append(np.count_nonzero(bounds < mean))
        assert not _is_violation(misses[-1], REPEATS, delta, len(SETTINGS)), (name, n, delta)
    for delta in (0.2, 0.05):
        total = sum(m for m, setting in zip(misses, SETTINGS, strict=True) if setting[2] == delta)
        assert not _is_violation(total, REPEATS * len(SETTINGS) // 2, delta, 1)


def test_the_coverage_test_has_teeth():
    """It catches the bound of the normal approximation, which is wrong at small means."""
    rng = np.random.default_rng(0)
    losses = (rng.random((REPEATS, 100)) < 0.005) * 1.0
    bounds = losses.mean(axis=1) + 1.645 * losses.std(axis=1) / 10
    assert _is_violation(np.count_nonzero(bounds < 0.005), REPEATS, 0.05, len(SETTINGS))


@pytest.mark.parametrize("n", [30, 150, 290])
def test_coverage_without_replacement(n):
    """Samples of a pool of 300 losses, against the mean of that pool."""
    rng = np.random.default_rng(n)
    for draw, _ in LOSSES.values():
        pool = draw(rng, 300)
        samples = rng.permuted(np.tile(pool, (REPEATS, 1)), axis=1)[:, :n]
        bounds = betting_upper_bound(samples, 0.1, pool_size=300)
        misses = np.count_nonzero(bounds < pool.mean() - 1e-12)
        assert not _is_violation(misses, REPEATS, 0.1, 3 * len(LOSSES))
        if n == 290:  # hardly anything is left to doubt
            assert np.all(bounds <= (samples.sum(axis=1) + 10) / 300 + 1e-9)


def _hoeffding_width(n, delta):
    return np.sqrt(-np.log(delta) / (2 * n))


@pytest.mark.parametrize("name", ["soft, skewed", "soft, steady"])
def test_soft_bound_is_at_most_055_of_hoeffdings(name):
    """Mean 0.03, n = 1,000, in the mean over 200 samples: the whole bound."""
    losses = LOSSES[name][0](np.random.default_rng(1), (200, 1000))
    hoeffding = losses.mean(axis=1) + _hoeffding_width(1000, 0.05)
    assert np.mean(betting_upper_bound(losses, 0.05)) <= 0.55 * np.mean(hoeffding)


def test_width_is_at_most_055_of_hoeffdings_even_for_counts():
    """Mean 0.03, n = 1,000: the widest case at that mean is 0 or 1."""
    losses = LOSSES["rare disagreement"][0](np.random.default_rng(2), (200, 1000))
    width = np.mean(betting_upper_bound(losses, 0.05) - losses.mean(axis=1))
    assert width <= 0.55 * _hoeffding_width(1000, 0.05)
    # The exact bound shows how much there is to gain at most.
    exact = binomial_upper_bound(losses.sum(axis=1).astype(int), 1000, 0.05)
    assert width <= 1.35 * np.mean(exact - losses.mean(axis=1))


def test_bound_is_the_root_of_a_plain_loop():
    """The vectorised game, against one written row by row."""
    losses = np.random.default_rng(3).beta(0.5, 5, size=80)
    delta, bound = 0.05, None

    def most_capital(m):
        capital = most = 1.0
        for t in range(1, len(losses) + 1):
            past = losses[: t - 1]
            means = [(0.5 + past[:i].sum()) / (i + 1) for i in range(1, t)]
            variance = (0.25 + np.sum((past - means) ** 2)) / t
            stake = np.sqrt(2 * np.log(1 / delta) / (t * np.log(1 + t) * variance))
            capital *= 1 + min(stake, 0.75 / (1 - m)) * (m - losses[t - 1])
            most = max(most, capital)
        return most

    bound = sequential_betting_bound(losses, delta)
    assert most_capital(bound + 1e-6) >= 1 / delta > most_capital(bound - 1e-6)


def test_sequential_bounds_never_grow():
    """The bound after more rows is at most that after fewer, whatever comes."""
    losses = np.concatenate([np.zeros(100), np.ones(100)])
    bounds = [sequential_betting_bound(losses[:n]) for n in range(10, 201, 10)]
    assert np.all(np.diff(bounds) <= 1e-9)


def test_sorted_losses_break_the_game():
    """Why the order must not depend on the losses: the docstrings say so."""
    losses = np.sort(LOSSES["uniform"][0](np.random.default_rng(4), (REPEATS, 200)), axis=1)
    misses = np.count_nonzero(betting_upper_bound(losses, 0.05) < 0.5)
    assert _is_violation(misses, REPEATS, 0.05, 1)


def test_more_rows_and_less_confidence_are_tighter():
    """What must be so for any bound."""
    losses = np.tile([0.0, 0.1], 1000)
    assert betting_upper_bound(losses) < betting_upper_bound(losses[:200])
    assert betting_upper_bound(losses, 0.2) < betting_upper_bound(losses, 0.01)
    assert betting_upper_bound(np.zeros(1000)) < 0.005
    assert betting_upper_bound([1.0, 1.0]) == 1.0


@pytest.mark.parametrize("bound", [betting_upper_bound, sequential_betting_bound])
def test_bad_losses(bound):
    """Nothing, gaps, and losses that are none."""
    for nothing in ([], 0.5):
        with pytest.raises(ValueError, match="no losses to bound"):
            bound(nothing)
    with pytest.raises(ValueError, match="contain NaN"):
        bound([0.1, np.nan])
    for wrong in ([0.1, 1.1], [-0.1, 0.0], [0.5, np.inf]):
        with pytest.raises(ValueError, match=r"must lie in \[0, 1\]"):
            bound(wrong)
    for delta in (0.0, 1.0, np.nan):
        with pytest.raises(ValueError, match="delta must be"):
            bound([0.5], delta)


@pytest.mark.parametrize("pool_size", [1, 2.5, 0])
def test_bad_pool(pool_size):
    """Smaller than the sample, or no whole number."""
    with pytest.raises(ValueError, match="pool_size must be"):
        betting_upper_bound([0.1, 0.2], pool_size=pool_size)

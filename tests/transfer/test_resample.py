"""Rows kept by weight."""

import numpy as np
import pytest

from skdistill.transfer._active._resample import keep_by_weight


@pytest.fixture
def rng():
    return np.random.default_rng(0)


@pytest.mark.parametrize("size", [0, 1, 7, 1000])
def test_kept_as_often_as_weights_say(rng, size):
    """Row i comes size * weight_i / sum times, rounded down or up."""
    weight = rng.random(50)
    weight[:5] = 0
    counts = np.bincount(keep_by_weight(weight, size, rng), minlength=50)
    due = size * weight / weight.sum()
    assert counts.sum() == size
    assert np.all(counts >= np.floor(due - 1e-9))
    assert np.all(counts <= np.ceil(due + 1e-9))


def test_expected_share(rng):
    """On average over draws the share is that of the weights; zero weights are all alike."""
    weight = np.array([1.0, 2.0, 3.0, 4.0])
    counts = sum(np.bincount(keep_by_weight(weight, 3, rng), minlength=4) for _ in range(4000))
    np.testing.assert_allclose(counts / 12_000, weight / 10, atol=0.01)
    assert sorted(keep_by_weight(np.zeros(4), 4, rng)) == [0, 1, 2, 3]


@pytest.mark.parametrize("power", [1, 5, 50])
def test_none_twice_where_there_are_four_candidates(rng, power):
    """However uneven the weights, 100 of 400 are 100 different ones, the heaviest among them."""
    weight = rng.random(400) ** power
    kept = keep_by_weight(weight, 100, rng)
    assert len(np.unique(kept)) == 100
    assert np.argmax(weight) in kept or power == 1


def test_others_fill_up(rng):
    """Where too few weigh anything, all of these are kept, and others at random."""
    weight = np.zeros(40)
    weight[:3] = [1e-9, 1.0, 5.0]
    counts = np.zeros(40)
    for _ in range(3000):
        kept = keep_by_weight(weight, 10, rng)
        assert {0, 1, 2} <= set(kept)
        counts += np.bincount(kept, minlength=40)
    np.testing.assert_allclose(counts[3:] / 3000, 7 / 37, atol=0.04)

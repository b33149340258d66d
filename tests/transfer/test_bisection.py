"""Halving the way between rows of different labels."""

import numpy as np
import pytest

from skdistill.transfer._active._bisection import bisect, halfway
from skdistill.transfer._tables import Encoded


def encoded(numbers, codes=None):
    numbers = np.asarray(numbers, dtype=float)
    if codes is None:
        codes = np.empty((len(numbers), 0))
    return Encoded(numbers, np.asarray(codes, dtype=np.int32))


@pytest.fixture
def rng():
    return np.random.default_rng(0)


NONE_WHOLE = np.zeros(2, dtype=bool)


def test_distance_halves_at_every_step(rng):
    """After k steps the ends of a pair are 2^-k of their distance apart, around the plane."""
    near = encoded(rng.uniform(-1, 0, size=(100, 2)))
    far = encoded(rng.uniform(0, 1, size=(100, 2)))

    def query(rows):
        return rows.numbers.sum(axis=1) > 0

    for k in (1, 4, 10):
        one, two = bisect(near, far, query(near), query, n_steps=k, whole=NONE_WHOLE, rng=rng)
        np.testing.assert_allclose(
            one.numbers - two.numbers, (near.numbers - far.numbers) / 2**k, atol=1e-12
        )
        assert not query(one).any()
        assert query(two).all()


def test_ends_are_not_changed(rng):
    """The rows handed in stay as they are."""
    near, far = encoded([[0.0, 0.0]]), encoded([[1.0, 1.0]])
    bisect(
        near,
        far,
        np.array([0]),
        lambda rows: np.ones(len(rows)),
        n_steps=3,
        whole=NONE_WHOLE,
        rng=rng,
    )
    assert near.numbers.tolist() == [[0, 0]]
    assert far.numbers.tolist() == [[1, 1]]


def test_half_of_the_categories_come_from_either_row(rng):
    """Of d categories that differ, d/2 come from the far row, up to rounding; others stay."""
    near = encoded(np.zeros((2000, 0)), np.zeros((2000, 5)))
    far = encoded(np.zeros((2000, 0)), np.tile([1, 1, 1, 0, 1], (2000, 1)))
    middle = halfway(near, far, np.zeros(0, bool), rng)
    taken = middle.codes.sum(axis=1)
    assert set(taken) == {2}
    assert not middle.codes[:, 3].any()
    assert np.all(np.abs(middle.codes[:, [0, 1, 2, 4]].mean(axis=0) - 0.5) < 0.05)
    odd = encoded(np.zeros((2000, 0)), np.tile([1, 1, 1, 0, 0], (2000, 1)))
    taken = halfway(near, odd, np.zeros(0, bool), rng).codes.sum(axis=1)
    assert set(taken) == {1, 2}
    assert abs((taken == 1).mean() - 0.5) < 0.05


def test_categories_are_switched_until_one_differs(rng):
    """A label that hangs on one category: the two ends differ in that one alone."""
    n = 50
    near = encoded(np.zeros((n, 0)), np.zeros((n, 6)))
    far = encoded(np.zeros((n, 0)), np.ones((n, 6)))
    queried = []

    def query(rows):
        queried.append(len(rows))
        return rows.codes[:, 2]

    one, two = bisect(near, far, query(near), query, n_steps=8, whole=np.zeros(0, bool), rng=rng)
    differ = one.codes != two.codes
    assert differ[:, 2].all()
    assert differ.sum() == n
    assert sum(queried) < n * 8  # once only one category differs there is nothing to query


def test_missing_are_switched_like_categories(rng):
    """An entry that one row lacks is either there or not, and never an average."""
    near, far = encoded(np.full((500, 1), np.nan)), encoded(np.full((500, 1), 4.0))
    middle = halfway(near, far, np.zeros(1, bool), rng).numbers[:, 0]
    assert 0.4 < np.isnan(middle).mean() < 0.6
    assert set(middle[~np.isnan(middle)]) == {4.0}
    both = encoded(np.full((5, 1), np.nan))
    assert np.isnan(halfway(both, both, np.zeros(1, bool), rng).numbers).all()


def test_whole_numbers_stay_whole(rng):
    """The teacher is queried with whole numbers, until two neighbours are left."""
    near, far = encoded(np.zeros((40, 1))), encoded(np.full((40, 1), 37.0))

    def query(rows):
        assert np.array_equal(rows.numbers, np.rint(rows.numbers))
        return rows.numbers[:, 0] > 20.5

    one, two = bisect(near, far, query(near), query, n_steps=12, whole=np.ones(1, bool), rng=rng)
    assert set(one.numbers[:, 0]) == {20.0}
    assert set(two.numbers[:, 0]) == {21.0}


def test_several_classes(rng):
    """A third label on the way is as good as the second: the two ends still differ."""
    near, far = encoded(np.zeros((30, 1))), encoded(np.linspace(2.5, 3, 30)[:, None])

    def query(rows):
        return np.floor(rows.numbers[:, 0])

    one, two = bisect(near, far, query(near), query, n_steps=20, whole=np.zeros(1, bool), rng=rng)
    assert np.all(query(one) == 0)
    assert np.all(query(two) != 0)
    np.testing.assert_allclose(two.numbers - one.numbers, 0, atol=1e-5)

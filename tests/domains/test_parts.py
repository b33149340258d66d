"""What one column may hold: values from uniform numbers, and which values it has."""

import math
import pickle

import numpy as np
import pytest
from scipy import stats

from skdistill.domains import Categories, Distribution, Domain, Integers, Reals

UNIT = (np.arange(20_000) + 0.5) / 20_000


def test_reals_are_uniform_and_reach_their_bounds():
    """The inverse of the uniform distribution function; extreme bounds do not overflow."""
    part = Reals(-2, 5)
    np.testing.assert_allclose(part.from_unit(UNIT), stats.uniform(-2, 7).ppf(UNIT))
    assert part.from_unit([0.0, 1.0]).tolist() == [-2, 5]
    assert math.isinf(part.size)
    wide = Reals(-1.7e308, 1.7e308).from_unit([0.0, 0.5, 1.0])
    assert wide.tolist() == [-1.7e308, 0.0, 1.7e308]
    narrow = Reals(0.1, np.nextafter(0.1, 1))
    assert set(narrow.from_unit(UNIT).tolist()) == {narrow.low, narrow.high}


def test_integers_are_equally_likely():
    """Every whole number between the bounds, both included, with the same share of [0, 1)."""
    part = Integers(-3, 6)
    values, counts = np.unique(part.from_unit(UNIT), return_counts=True)
    assert values.tolist() == list(range(-3, 7))
    assert set(counts.tolist()) == {2000}
    assert part.size == 10
    assert part.from_unit([1.0]).tolist() == [6]
    assert part.from_unit(UNIT).dtype == np.int64
    large = Integers(-(2**53), 2**53)
    assert large.from_unit([0.0, 1.0]).tolist() == [-(2**53), 2**53]


def test_categories_follow_their_probabilities():
    """Even by default; numbers stay numbers, and types are never mixed."""
    part = Categories(["a", "b", "c"], [0.5, 0.2, 0.3])
    values, counts = np.unique(part.from_unit(UNIT).astype(str), return_counts=True)
    assert values.tolist() == ["a", "b", "c"]
    np.testing.assert_allclose(counts / len(UNIT), [0.5, 0.2, 0.3], atol=1e-4)
    assert Categories([1, "1"]).values.tolist() == [1, "1"]
    assert Categories([1, 2.5]).is_numeric
    assert not Categories([1, "1"]).is_numeric
    assert Categories([False, True]).values.dtype == bool
    assert Categories(np.array(["u", "v"])).values.tolist() == ["u", "v"]
    assert Categories(range(3)) == Categories([0, 1, 2])
    assert Categories([3]).from_unit([0.0, 0.9]).tolist() == [3, 3]


@pytest.mark.parametrize(
    "frozen",
    [
        stats.loguniform(1e-3, 10),
        stats.norm(2, 3),
        stats.triang(0.3, loc=1, scale=4),
        stats.randint(2, 9),
        stats.poisson(4),
        stats.binom(5, 0.3),
    ],
)
def test_distributions_are_those_of_scipy(frozen):
    """Quantiles; finite also at the ends; whole numbers where they are whole."""
    part = Distribution(frozen)
    np.testing.assert_allclose(part.from_unit(UNIT), frozen.ppf(UNIT))
    ends = part.from_unit([0.0, 1.0])
    assert np.isfinite(ends).all()
    assert (ends >= frozen.support()[0]).all()
    assert part.is_discrete == hasattr(frozen, "pmf")
    assert part.contains(frozen.rvs(100, random_state=0)).all()
    if part.is_discrete:
        assert not part.contains([2.5])[0]


def test_sizes_of_distributions():
    """Finite where a discrete support is."""
    assert Distribution(stats.randint(2, 9)).size == 7
    assert math.isinf(Distribution(stats.poisson(4)).size)
    assert math.isinf(Distribution(stats.norm()).size)


def test_distributions_of_the_newer_kind():
    """scipy.stats.Normal and others, where scipy has them."""
    if not hasattr(stats, "Normal"):
        pytest.skip("scipy has no distributions of the newer kind")
    frozen = stats.Normal(mu=1.0, sigma=2.0)
    part = Domain({"x": frozen}).parts[0]
    np.testing.assert_allclose(part.from_unit(UNIT), stats.norm(1, 2).ppf(UNIT), rtol=1e-8)
    assert not part.is_discrete


@pytest.mark.parametrize(
    ("part", "inside", "outside"),
    [
        (Reals(0, 1), [0, 0.5, 1], [-0.1, 1.1, np.nan]),
        (Integers(0, 3), [0, 3.0], [0.5, 4, np.nan]),
        (Categories([2, 4]), [2.0, 4], [3, np.nan]),
        (Categories(["a", "b"]), ["a", "b"], ["c", None, 1.5]),
        (Distribution(stats.expon()), [0, 5], [-1, np.nan, np.inf]),
    ],
)
def test_contains(part, inside, outside):
    """Values between the bounds, whole where they must be; missing ones never."""
    assert part.contains(inside).all()
    assert not part.contains(np.array(outside, dtype=object)).any()


def test_parts_are_values():
    """Equal by content, hashable, and the same after pickling."""
    parts = [Reals(0, 1), Integers(0, 1), Categories(["a", 1]), Distribution(stats.norm(0, 1))]
    for part in parts:
        again = pickle.loads(pickle.dumps(part))
        assert again == part
        assert hash(again) == hash(part)
        assert sum(other == part for other in parts) == 1
    assert Reals(0, 1) == Reals(0.0, 1.0)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Reals(1, 1), "low < high"),
        (lambda: Reals(2, 1), "low < high"),
        (lambda: Reals(0, np.inf), "high=inf"),
        (lambda: Reals(np.nan, 1), "low=nan"),
        (lambda: Reals("0", 1), "low='0'"),
        (lambda: Reals(False, True), "low=False"),
        (lambda: Integers(0, 0), "as in"),
        (lambda: Integers(0.5, 3), "whole bounds"),
        (lambda: Integers(0, 2**60), r"2\*\*53"),
        (lambda: Categories([]), "empty"),
        (lambda: Categories([1, np.nan]), "NaN"),
        (lambda: Categories(["a", None]), "NaN"),
        (lambda: Categories([1, np.inf]), "infinity"),
        (lambda: Categories(["a", "a"]), "twice"),
        (lambda: Categories([1, True]), "twice"),
        (lambda: Categories(["a", "b"], [0.5, 0.6]), "sum to 1"),
        (lambda: Categories(["a", "b"], [1.0, 0.0]), "positive"),
        (lambda: Categories(["a", "b"], [1.0]), "2 positive"),
        (lambda: Distribution(stats.norm(0, -1)), "invalid|quartiles"),
    ],
)
def test_bad_parts(make, words):
    """Each message names what is wrong."""
    with pytest.raises(ValueError, match=words):
        make()


@pytest.mark.parametrize("thing", [stats.norm, "norm", 3, object()])
def test_what_is_no_distribution(thing):
    """Families without parameters, words, numbers."""
    with pytest.raises(TypeError, match="frozen"):
        Distribution(thing)


def test_values_that_cannot_be_hashed():
    """Lists inside lists."""
    with pytest.raises(TypeError, match="hashed"):
        Categories([["a"], ["b"]])

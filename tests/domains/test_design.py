"""Designs: scipy's points, one in each stratum, none twice, and to be continued."""

import pickle

import numpy as np
import pytest
from scipy import stats
from scipy.stats import qmc

from skdistill.domains import Categories, Design, Domain, Integers

CUBE = [(0, 1)] * 3
METHODS = ["sobol", "halton", "lhs", "random"]


def _engine(kind, d, seed):
    try:
        return kind(d, rng=seed)
    except TypeError:  # before scipy 1.15
        return kind(d, seed=seed)


@pytest.mark.parametrize(("method", "kind"), [("sobol", qmc.Sobol), ("halton", qmc.Halton)])
def test_points_are_those_of_scipy(method, kind):
    """With the same seed; scaled as qmc.scale does; in parts as at once."""
    reference = _engine(kind, 3, 7).random(32)
    bounds = [(-1, 1), (5, 50), (0, 1e-3)]
    design = Design(bounds, method, random_state=7)
    X = np.concatenate([design.draw(8), design.draw(0), design.draw(8), design.draw(16)])
    low, high = np.array(bounds).T
    np.testing.assert_allclose(X, qmc.scale(reference, low, high))
    assert design.n_points == 32


def test_through_inverse_distributions():
    """Quantiles of the same points."""
    frozen = stats.loguniform(1e-3, 1)
    X = Design({"x": frozen, "k": Integers(1, 6)}, random_state=1).draw(64)
    U = _engine(qmc.Sobol, 2, 1).random(64)
    np.testing.assert_allclose(X["x"], frozen.ppf(U[:, 0]))
    assert X["k"].tolist() == (1 + np.floor(U[:, 1] * 6)).astype(int).tolist()


@pytest.mark.parametrize("method", ["sobol", "lhs"])
def test_one_point_in_each_stratum(method):
    """Every column of 64 points has one in each of 64 equal slices."""
    X = Design(CUBE, method, random_state=0).draw(64)
    for column in X.T:
        assert np.array_equal(np.sort(np.floor(column * 64)), np.arange(64))


@pytest.mark.parametrize("sizes", [(10, 10), (7, 14, 21), (1, 3), (50, 50, 100)])
def test_latin_hypercubes_are_extended(sizes):
    """By a multiple of the points that are there: exact again, and the first points stay."""
    design = Design(CUBE, "lhs", random_state=0)
    X = np.concatenate([design.draw(n) for n in sizes])
    total = sum(sizes)
    for column in X.T:
        assert np.array_equal(np.sort(np.floor(column * total)), np.arange(total))
    assert np.array_equal(X[: sizes[0]], Design(CUBE, "lhs", random_state=0).draw(sizes[0]))


def test_latin_hypercubes_extended_by_any_number():
    """New points go to empty slices: at most the collisions of the old ones remain."""
    design = Design(CUBE, "lhs", random_state=0)
    X = np.concatenate([design.draw(30), design.draw(11)])
    for column in X.T:
        old, new = np.floor(column[:30] * 41), np.floor(column[30:] * 41)
        assert len(np.unique(new)) == 11
        assert not np.isin(new, old).any()


def test_space_is_filled_more_evenly_than_at_random():
    """Centred discrepancy, against independent points."""
    chance = np.median(
        [qmc.discrepancy(Design(CUBE, "random", random_state=i).draw(64)) for i in range(9)]
    )
    for method in ("sobol", "halton", "lhs"):
        assert qmc.discrepancy(Design(CUBE, method, random_state=0).draw(64)) < 0.6 * chance


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    "parts",
    [
        [Integers(1, 5), [0, 1], Categories([1, 2, 3], [0.9, 0.05, 0.05])],
        [stats.randint(0, 10), "sign"],
        ["binary"] * 5,
    ],
)
def test_no_point_comes_twice(method, parts):
    """A finite space is drawn to its last point, in parts of any size; then there is an error."""
    design = Design(parts, method, random_state=0)
    size = int(design.domain.size)
    X = np.concatenate([design.draw(n) for n in (1, size // 2, 0, size - size // 2 - 1)])
    assert len(np.unique(X, axis=0)) == len(X) == size
    assert design.domain.contains(X).all()
    assert design.draw(0).shape == (0, len(parts))
    with pytest.raises(ValueError, match=f"{size} different points, of which {size} were drawn"):
        design.draw(1)
    with pytest.raises(ValueError, match=f"at most {size}"):
        Design(parts, method).draw(size + 1)


@pytest.mark.parametrize("method", METHODS)
def test_no_point_comes_twice_in_mixed_spaces(method):
    """Where a range makes the space infinite, rows differ though categories repeat."""
    pytest.importorskip("pandas")
    design = Design({"x": (0, 1), "c": ["a", "b"], "n": Integers(0, 2)}, method, random_state=0)
    X = design.draw(40)
    more = design.draw(60)
    assert more.dtypes.equals(X.dtypes)
    assert len({*X.itertuples(index=False), *more.itertuples(index=False)}) == 100
    assert design.n_points == 100


def test_narrow_floats_make_no_twins():
    """Rows are compared as they are handed out: in single precision neighbours meet."""
    rows = np.zeros((1, 1), dtype=np.float32)
    design = Design(Domain([(1.0, 1.0 + 2.0**-17)], like=rows), random_state=0)
    X = design.draw(60)
    assert X.dtype == np.float32
    assert len(np.unique(X)) == 60


def test_rare_values_come_to_an_end():
    """An infinite support whose probability is spent is an error, not an endless search."""
    design = Design([stats.poisson(0.01)], random_state=0)
    with pytest.raises(ValueError, match="nearly all the probability"):
        design.draw(1000)


def test_large_finite_spaces():
    """No list of all points is made where one point in a million is drawn."""
    X = Design([Integers(0, 10**6)] * 6, random_state=0).draw(256)
    assert len(np.unique(X, axis=0)) == 256


def test_frames_and_kinds():
    """Names and dtypes as for random rows, for pandas and polars."""
    spec = {"x": (0, 1), "c": ["a", "b"], "n": Integers(0, 2)}
    for library in ("pandas", "polars"):
        pytest.importorskip(library)
        domain = Domain(spec, like=library)
        X, Y = Design(domain, random_state=0).draw(8), domain.sample(8)
        assert type(X) is type(Y)
        assert list(X.columns) == list(spec)
        assert list(X.dtypes) == list(Y.dtypes)


def test_one_point_and_one_column():
    """The smallest designs."""
    for method in METHODS:
        assert Design([(2, 3)], method, random_state=0).draw(1).shape == (1, 1)
        assert Design([[5]], method).draw(1).tolist() == [[5]]


@pytest.mark.parametrize("method", METHODS)
def test_seeds_and_pickles(method):
    """The same seed, the same points; a pickled design goes on where it was."""
    design = Design(CUBE, method, random_state=3)
    first = design.draw(16)
    assert np.array_equal(first, Design(CUBE, method, random_state=3).draw(16))
    assert not np.array_equal(first, Design(CUBE, method, random_state=4).draw(16))
    again = pickle.loads(pickle.dumps(design))
    assert np.array_equal(again.draw(8), design.draw(8))


def test_bad_designs():
    """Unknown methods, too many columns, no numbers."""
    with pytest.raises(ValueError, match='method must be "sobol"'):
        Design(CUBE, "grid")
    with pytest.raises(ValueError, match="21,201"):
        Design([(0, 1)] * 21_202)
    for n in (-1, 2.5, "8"):
        with pytest.raises(ValueError, match="n must"):
            Design(CUBE).draw(n)
    with pytest.raises(ValueError, match="low < high"):
        Design({"a": (1, 0)})

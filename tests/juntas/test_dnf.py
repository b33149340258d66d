"""Minimal formulas, against brute force and sympy."""

import itertools

import numpy as np
import pytest

from skdistill.datasets import make_junta
from skdistill.juntas import Dnf, JuntaDistiller
from skdistill.juntas._dnf import minimal_dnf, prime_implicants
from skdistill.juntas._set_cover import smallest_cover
from skdistill.rules import Categories
from tests.juntas._teachers import template

BIT = np.array([0, 1])


def _dnf(on, time_limit=10.0):
    names = [f"x{j}" for j in range(on.ndim)]
    return minimal_dnf(on, names, [np.arange(n) for n in on.shape], 1, time_limit)


def _cells(shape):
    return np.indices(shape).reshape(len(shape), -1).T


def _brute_primes(on):
    """All maximal products of sets of values inside the cells, by definition."""
    options = [
        [set(c) for n in range(1, size + 1) for c in itertools.combinations(range(size), n)]
        for size in on.shape
    ]
    inside = [cube for cube in itertools.product(*options) if on[np.ix_(*map(list, cube))].all()]

    def contains(big, small):
        return big != small and all(s <= b for s, b in zip(small, big, strict=True))

    return [cube for cube in inside if not any(contains(other, cube) for other in inside)]


@pytest.mark.parametrize("shape", [(2, 2, 2), (2, 2, 2, 2), (3, 2, 2), (3, 4)])
@pytest.mark.parametrize("seed", range(4))
def test_prime_implicants_are_all_the_maximal_cubes(shape, seed):
    """Brute force over all cubes."""
    on = np.random.default_rng(seed).random(shape) < 0.6
    masks = [tuple(sum(1 << level for level in part) for part in c) for c in _brute_primes(on)]
    assert sorted(map(tuple, prime_implicants(on).tolist())) == sorted(masks)


@pytest.mark.parametrize("seed", range(8))
def test_covers_are_as_small_as_can_be(seed):
    """Against all subsets of columns."""
    rng = np.random.default_rng(seed)
    covers = rng.random((14, 10)) < 0.3
    covers[np.arange(14), rng.integers(10, size=14)] = True
    cost = rng.integers(1, 5, size=10)
    chosen, proven = smallest_cover(covers, cost, 10.0)
    assert proven
    assert covers[:, chosen].any(axis=1).all()
    best = min(
        (n, cost[list(c)].sum())
        for n in range(1, 11)
        for c in itertools.combinations(range(10), n)
        if covers[:, list(c)].any(axis=1).all()
    )
    assert (len(chosen), cost[chosen].sum()) == best


@pytest.mark.parametrize("shape", [(2,) * 5, (2,) * 8, (3, 4, 2), (4, 3, 3)])
@pytest.mark.parametrize("density", [0.1, 0.5, 0.9])
def test_the_formula_is_the_table(shape, density):
    """On every cell."""
    on = np.random.default_rng(1).random(shape) < density
    dnf = _dnf(on)
    assert dnf.proven
    assert np.array_equal(dnf.covers(_cells(shape)), on.ravel())


@pytest.mark.parametrize("k", [2, 3])
def test_no_smaller_formula_exists(k):
    """All Boolean functions of two inputs, and some of three, against all sets of cubes."""
    cubes = [np.isin(_cells((2,) * k), [0, 1]).all(axis=1)]
    cubes = []
    for pattern in itertools.product((0, 1, None), repeat=k):
        met = np.ones(2**k, dtype=bool)
        for j, value in enumerate(pattern):
            if value is not None:
                met &= _cells((2,) * k)[:, j] == value
        cubes.append(met)
    rng = np.random.default_rng(0)
    codes = range(1, 2 ** (2**k)) if k == 2 else rng.integers(1, 2 ** (2**k), size=12)
    for code in codes:
        on = (int(code) >> np.arange(2**k) & 1).astype(bool)
        usable = [c for c in cubes if not np.any(c & ~on)]
        fewest = next(
            n
            for n in range(1, 2**k + 1)
            if any(
                np.array_equal(np.any(chosen, axis=0), on)
                for chosen in itertools.combinations(usable, n)
            )
        )
        assert len(_dnf(on.reshape((2,) * k))) == fewest


@pytest.mark.parametrize("k", [2, 3, 4])
def test_as_many_terms_as_sympy(k):
    """sympy's Quine-McCluskey is minimal on small tables, and never smaller than ours."""
    logic = pytest.importorskip("sympy.logic.boolalg")
    symbols = pytest.importorskip("sympy").symbols(f"x0:{k}")
    rng = np.random.default_rng(k)
    equal = 0
    for _ in range(30):
        on = rng.random((2,) * k) < 0.5
        theirs = logic.SOPform(symbols, [cell.tolist() for cell in np.argwhere(on)])
        if theirs in (logic.true, logic.false):
            terms = int(theirs == logic.true)
        else:
            terms = len(theirs.args) if isinstance(theirs, logic.Or) else 1
        assert len(_dnf(on)) <= terms
        equal += len(_dnf(on)) == terms
    assert equal >= 29


def test_parity_needs_every_cell():
    """2^(k - 1) terms of k literals, and no cube is larger."""
    junta = make_junta(8, 8, family="parity", random_state=0)
    dnf = _dnf(junta.table == 1)
    assert (len(dnf), dnf.n_literals, dnf.n_primes) == (128, 128 * 8, 128)


def test_no_time_is_said():
    """Where the time limit ends the proof the formula is right but flagged."""
    on = np.random.default_rng(0).random((2,) * 8) < 0.85
    dnf = _dnf(on, time_limit=0.0)
    assert not dnf.proven
    assert "time limit" in str(dnf)
    assert np.array_equal(dnf.covers(_cells(on.shape)), on.ravel())


def test_how_it_prints():
    """Bits as names, other values as conditions, in the user's names."""
    assert str(_dnf(np.zeros((2, 2), dtype=bool))) == "never 1"
    assert str(_dnf(np.ones((2, 2), dtype=bool))) == "always 1"
    values = [BIT, np.array(["low", "mid", "high"])]
    on = np.array([[False, False, True], [True, False, True]])
    text = str(minimal_dnf(on, ["owner", "risk"], values, "reject", 10.0))
    assert text == "reject if\n  risk = high\n  or owner and risk != mid"


def test_formulas_compare_and_cover_frames():
    """Frames by name, arrays by given names."""
    pd = pytest.importorskip("pandas")
    dnf = Dnf("yes", ((Categories("b", (1,)),),), True, 1)
    assert dnf.covers(pd.DataFrame({"a": [0, 0], "b": [0, 1]})).tolist() == [False, True]
    assert dnf.covers([[0, 0], [0, 1]], feature_names=["a", "b"]).tolist() == [False, True]
    assert dnf == Dnf("yes", ((Categories("b", (1,)),),), True, 1)


def test_too_many_subcubes():
    """An error that says how many, and what to read instead."""
    with pytest.raises(ValueError, match=r"subcubes.*truth table"):
        prime_implicants(np.zeros((8, 8, 8, 8), dtype=bool))


def test_which_answer():
    """The second of two by default; of several the user must say."""
    junta = make_junta(30, 3, n_classes=3, random_state=0)
    search = JuntaDistiller(junta, domain="binary", random_state=0).fit(template(30))
    with pytest.raises(ValueError, match="3 classes"):
        search.to_dnf()
    with pytest.raises(ValueError, match="must be a prediction"):
        search.to_dnf(7)
    X = np.random.default_rng(0).integers(0, 2, size=(200, 30))
    held = np.column_stack([search.to_dnf(label).covers(X) for label in range(3)])
    assert np.array_equal(np.argmax(held, axis=1), junta.predict(X))
    assert (held.sum(axis=1) == 1).all()


def test_signs_print_as_bits():
    """-1 is "not"; but only where the other level is 1."""
    on = np.array([True, False])
    assert str(minimal_dnf(on, ["a"], [np.array([-1, 1])], 1, 1.0)) == "1 if\n  not a"
    assert str(minimal_dnf(on, ["a"], [np.array([1, 2])], 1, 1.0)) == "1 if\n  a = 1"

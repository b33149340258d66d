"""Sample sizes: the closed forms, and that so many rows really are enough."""

import math

import numpy as np
import pytest

from skdistill.theory import log_class_size, sample_complexity

GRID = [(0.01, 0.05), (0.1, 0.01), (0.3, 0.3), (0.5, 0.001)]


@pytest.mark.parametrize(("epsilon", "delta"), GRID)
@pytest.mark.parametrize("size", [0.0, 3.0, 250.0])
def test_finite_classes_by_their_closed_forms(epsilon, delta, size):
    """The formulas as they stand in the docstring, and that one row less breaks them."""
    n = sample_complexity(epsilon, delta, log_class_size=size)
    assert n == math.ceil((size + math.log(1 / delta)) / -math.log(1 - epsilon))
    assert size + n * math.log1p(-epsilon) <= math.log(delta) + 1e-12
    assert size + (n - 1) * math.log1p(-epsilon) > math.log(delta)
    n = sample_complexity(epsilon, delta, log_class_size=size, realizable=False)
    assert n == math.ceil(2 * (size + math.log(1 / delta)) / epsilon**2)


@pytest.mark.parametrize(("epsilon", "delta"), GRID)
@pytest.mark.parametrize("d", [1, 10, 300])
def test_vc_classes_are_the_least_from_which_on_the_inequality_holds(epsilon, delta, d):
    """At n and everywhere after, but not at n - 1."""

    def realizable(n):
        growth = d * np.log(2 * np.e * n / d)
        return np.log(2) + growth - (epsilon * n - 1) * np.log(2) <= np.log(delta)

    def agnostic(n):
        growth = d * np.log(np.e * n / d)
        return np.sqrt(2 * growth / n) + np.sqrt(2 * np.log(1 / delta) / n) <= epsilon

    for holds, case in ((realizable, True), (agnostic, False)):
        n = sample_complexity(epsilon, delta, vc_dim=d, realizable=case)
        assert np.all(holds(n + np.arange(0, 20 * n, max(1, n // 50))))
        assert not holds(n - 1)


@pytest.mark.parametrize(("epsilon", "delta"), GRID[:3])
@pytest.mark.parametrize("d", [1, 10, 300])
def test_vc_constants_beat_the_textbooks(epsilon, delta, d):
    """Blumer et al. (1989) and Anthony and Bartlett (1999) ask for more."""
    blumer = max(4 / epsilon * math.log2(2 / delta), 8 * d / epsilon * math.log2(13 / epsilon))
    assert sample_complexity(epsilon, delta, vc_dim=d) <= blumer
    anthony = 64 / epsilon**2 * (2 * d * math.log(12 / epsilon) + math.log(4 / delta))
    assert sample_complexity(epsilon, delta, vc_dim=d, realizable=False) <= anthony


def test_perfect_distillation_needs_no_rows():
    """A teacher at hand and a student equal to it: nothing is left to chance."""
    assert sample_complexity(0.01, 0.01, log_class_size=9.0, access="teacher") == 0
    assert sample_complexity(0.01, 0.01, vc_dim=9, access="teacher") == 0
    # Where no student is equal, the rows decide which is best.
    assert sample_complexity(
        0.1, 0.1, log_class_size=9.0, access="teacher", realizable=False
    ) == sample_complexity(0.1, 0.1, log_class_size=9.0, realizable=False)


def _all_conjunctions(d):
    """Truth tables of all 3^d conjunctions over {0, 1}^d, shape (3^d, 2^d)."""
    points = (np.arange(2**d)[:, None] >> np.arange(d)) & 1
    tables = []
    for code in range(3**d):
        sign = (code // 3 ** np.arange(d)) % 3
        tables.append(np.all((sign == 2) | (points == sign), axis=1))
    return np.array(tables)


@pytest.mark.parametrize("realizable", [True, False])
def test_so_many_rows_are_enough(realizable):
    """Learn conjunctions by the worst student that fits; failures stay below delta."""
    rng, epsilon, delta = np.random.default_rng(0), 0.2, 0.2
    students = _all_conjunctions(4)
    n = sample_complexity(
        epsilon, delta, log_class_size=math.log(len(students)), realizable=realizable
    )
    failures = 0
    for _ in range(100):
        weight = rng.dirichlet(np.full(16, 0.3))
        teacher = students[rng.integers(81)] if realizable else rng.random(16) < 0.5
        error = (students != teacher) @ weight
        seen = (students != teacher)[:, rng.choice(16, n, p=weight)].sum(axis=1)
        # Of all that do best on the rows, an adversary picks the worst.
        failures += error[seen == seen.min()].max() > error.min() + epsilon
    assert failures <= 20


@pytest.mark.parametrize("name", ["epsilon", "delta"])
@pytest.mark.parametrize("value", [0, 1, -0.5, 2.0, np.nan, np.inf, None, "0.1", True])
def test_epsilon_and_delta_outside_the_open_interval(name, value):
    """Both are probabilities that leave room."""
    numbers = {"epsilon": 0.1, "delta": 0.1, name: value}
    with pytest.raises(ValueError, match=rf"{name} must be a number in \(0, 1\), got"):
        sample_complexity(**numbers, log_class_size=1.0)


def test_the_class_must_be_given_once():
    """Neither, both, or broken sizes."""
    with pytest.raises(ValueError, match="not neither"):
        sample_complexity(0.1, 0.1)
    with pytest.raises(ValueError, match="not both"):
        sample_complexity(0.1, 0.1, log_class_size=1.0, vc_dim=1)
    for size in (-1.0, np.inf, np.nan):
        with pytest.raises(ValueError, match="log_class_size must be"):
            sample_complexity(0.1, 0.1, log_class_size=size)
    for dimension in (0, 1.5, -3):
        with pytest.raises(ValueError, match="vc_dim must be"):
            sample_complexity(0.1, 0.1, vc_dim=dimension)
    with pytest.raises(ValueError, match="access must be 'labels' or 'teacher', got 'weights'"):
        sample_complexity(0.1, 0.1, vc_dim=1, access="weights")


def test_more_to_choose_from_needs_more_rows():
    """Bigger classes, smaller epsilon and smaller delta all cost rows."""
    tree = log_class_size.tree(10, 8)
    base = sample_complexity(0.1, 0.1, log_class_size=tree)
    assert sample_complexity(0.1, 0.1, log_class_size=tree + 5) > base
    assert sample_complexity(0.05, 0.1, log_class_size=tree) > base
    assert sample_complexity(0.1, 0.01, log_class_size=tree) > base

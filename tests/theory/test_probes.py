"""Linear probes: the threshold is sharp, and the counting lemma counts."""

import itertools

import numpy as np
import pytest

from skdistill.theory import linear_probe_budget, linear_probe_threshold


def _cube(d):
    return (np.arange(2**d)[:, None] >> np.arange(d)) & 1


def _clauses(points, width):
    """All clauses of a width as 0/1 columns, by their set of features."""
    for chosen in itertools.combinations(range(points.shape[1]), width):
        for signs in itertools.product((0, 1), repeat=width):
            yield chosen, np.all(points[:, list(chosen)] == signs, axis=1) * 1.0


def _polynomials(points, degree):
    signs = 1.0 - 2.0 * points
    columns = [
        signs[:, list(chosen)].prod(axis=1)
        for size in range(degree + 1)
        for chosen in itertools.combinations(range(points.shape[1]), size)
    ]
    return np.column_stack(columns)


@pytest.mark.parametrize("width", [1, 2, 3, 4])
def test_threshold_is_what_shorter_interactions_reach(width):
    """The best polynomial of degree w - 1 misses a clause of w literals by exactly 4^-w."""
    points = _cube(5)
    phi = _polynomials(points, width - 1)
    for _, clause in itertools.islice(_clauses(points, width), 10):
        fit = phi @ np.linalg.lstsq(phi, clause, rcond=None)[0]
        assert np.mean((fit - clause) ** 2) == pytest.approx(linear_probe_threshold(width))


def _best_probe(phi, clause, tau):
    """Least mean squared error over weights of norm at most tau, by its dual."""
    n = len(phi)
    values, vectors = np.linalg.eigh(phi.T @ phi / n)
    projected = vectors.T @ (phi.T @ clause / n)

    def weights(penalty):
        return projected / np.maximum(values + penalty, 1e-12)

    low, high = 0.0, 1e6
    if np.linalg.norm(weights(0.0)[values > 1e-10]) <= tau:
        high = 0.0
    for _ in range(80):
        middle = (low + high) / 2
        too_long = np.linalg.norm(weights(middle)) > tau
        low, high = (middle, high) if too_long else (low, middle)
    v = np.where(values > 1e-10, weights(high), 0.0)
    return np.mean((phi @ (vectors @ v) - clause) ** 2)


@pytest.mark.parametrize("kind", ["random", "clauses", "polynomials"])
@pytest.mark.parametrize("slack", [0.5, 0.9])
def test_counting_lemma(kind, slack):
    """No representation of bounded norm holds more clauses than the budget says."""
    rng, d, tau = np.random.default_rng(0), 6, 1.0
    points = _cube(d)
    if kind == "random":
        phi = np.tanh(rng.normal(size=(6, 12)).T @ (1 - 2 * points.T)).T * 2
    elif kind == "clauses":
        some = [c for _, c in itertools.islice(_clauses(points, 2), 0, 60, 3)]
        phi = np.column_stack(some)
    else:
        phi = _polynomials(points, 2)
    norm = np.sqrt(np.mean(np.sum(phi**2, axis=1)))
    budget = linear_probe_budget(d, 2, tau=tau, norm=norm, slack=slack)
    for width in (1, 2):
        held = [
            _best_probe(phi, clause, tau) <= budget.thresholds[width - 1]
            for _, clause in _clauses(points, width)
        ]
        assert sum(held) <= budget.clauses[width - 1]
        if kind == "clauses" and width == 2:
            assert sum(held) >= 20  # what it was made of is found


def test_budget_by_hand():
    """d = 100, tau B = 2, slack 1/2: 4 * 4 / (1/4) = 64 sets of width 1, each with 2 clauses."""
    budget = linear_probe_budget(100, 3, tau=1.0, norm=2.0)
    assert budget.clauses == (128, 256 * 4, 1024 * 8)
    assert budget.probes == (200, min(4 * 4950, 128 * 2 * 99), 1024 * 2 * 98)
    assert budget.thresholds == (0.25 / 4, 0.25 / 16, 0.25 / 64)
    assert budget.n_probes == sum(budget.probes)


def test_budget_never_exceeds_all_clauses():
    """A huge representation may hold everything, but no more."""
    budget = linear_probe_budget(5, 5, tau=100.0, norm=100.0)
    assert budget.probes == (10, 40, 80, 80, 32)
    assert budget.clauses == budget.probes
    # A tiny one holds nothing, and the search ends at once.
    assert linear_probe_budget(5, 3, tau=0.1, norm=0.1).probes == (10, 0, 0)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"width": 0}, "width must be"),
        ({"width": 11}, "width must be"),
        ({"n_features": 0}, "n_features must be"),
        ({"tau": 0.0}, "tau must be"),
        ({"norm": np.inf}, "norm must be"),
        ({"slack": 1.0}, "slack must be"),
    ],
)
def test_broken_numbers(arguments, message):
    """Every message names the parameter."""
    good = {"n_features": 10, "width": 2, "tau": 1.0, "norm": 1.0}
    with pytest.raises(ValueError, match=message):
        linear_probe_budget(**(good | arguments))
    with pytest.raises(ValueError, match="width must be"):
        linear_probe_threshold(0)

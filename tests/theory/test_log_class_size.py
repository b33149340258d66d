"""Class sizes: never below the number of functions, counted by brute force."""

import itertools
import math

import numpy as np
import pytest

from skdistill.theory import log_class_size


def _points(d, n_levels=2):
    return np.array(list(itertools.product(range(n_levels), repeat=d)))


def _n_juntas(d, k, n_levels=2, n_classes=2):
    """Different truth tables of functions of at most k features."""
    points, tables = _points(d, n_levels), set()
    for chosen in itertools.combinations(range(d), k):
        cell = points[:, list(chosen)] @ (n_levels ** np.arange(k))
        for answers in itertools.product(range(n_classes), repeat=n_levels**k):
            tables.add(np.take(answers, cell.astype(int)).tobytes())
    return len(tables)


@pytest.mark.parametrize("case", [(3, 1), (3, 2), (4, 2), (2, 2), (3, 0), (2, 1, 3), (2, 1, 2, 3)])
def test_juntas(case):
    """At least the number of functions, at most once for each choice of features."""
    count = _n_juntas(*case)
    d, k = case[:2]
    options = dict(zip(("n_levels", "n_classes"), case[2:], strict=False))
    size = log_class_size.junta(d, k, **options)
    assert math.log(count) <= size + 1e-9 <= math.log(count) + math.log(math.comb(d, k)) + 1e-6


def _trees(d, n_leaves, thresholds):
    """Truth tables of all trees of at most so many leaves, as sets of cells answered 1."""
    points = _points(d, thresholds + 1)
    everything = frozenset(range(len(points)))

    def grow(cells, leaves):
        tables = {frozenset(), cells}
        if leaves > 1:
            for j, t in itertools.product(range(d), range(thresholds)):
                left = frozenset(c for c in cells if points[c, j] <= t)
                for share in range(1, leaves):
                    for a in grow(left, share):
                        for b in grow(cells - left, leaves - share):
                            tables.add(a | b)
        return tables

    return grow(everything, n_leaves)


@pytest.mark.parametrize(
    ("d", "leaves", "thresholds"), [(3, 1, 1), (3, 3, 1), (2, 4, 1), (2, 3, 2)]
)
def test_trees(d, leaves, thresholds):
    """At least the number of functions, at most all functions."""
    count = len(_trees(d, leaves, thresholds))
    size = log_class_size.tree(d, leaves, n_thresholds=thresholds)
    assert math.log(count) <= size + 1e-9
    assert size <= (thresholds + 1) ** d * math.log(2) + 1e-9


def test_tree_by_its_formula():
    """Catalan(3) = 5 shapes, 3 inner nodes over 7 features with 4 thresholds, 4 answers of 3."""
    expected = math.log(5 * (7 * 4) ** 3 * 3**4)
    assert log_class_size.tree(7, 4, n_thresholds=4, n_classes=3) == pytest.approx(expected)


def _n_dnfs(d, n_terms, width):
    points, terms = _points(d), []
    for signs in itertools.product((0, 1, 2), repeat=d):
        if sum(s != 2 for s in signs) <= width:
            signs = np.array(signs)
            terms.append(np.all((signs == 2) | (points == signs), axis=1))
    tables = {np.zeros(2**d, bool).tobytes()}
    for chosen in itertools.combinations(terms, n_terms):
        tables.add(np.any(chosen, axis=0).tobytes())
    return len(tables | {term.tobytes() for term in terms})


@pytest.mark.parametrize(("d", "terms", "width"), [(2, 1, 2), (3, 1, 2), (3, 2, 3), (4, 2, 2)])
def test_dnfs(d, terms, width):
    """At least the number of functions; the width matters."""
    size = log_class_size.dnf(d, terms, width=width)
    assert math.log(_n_dnfs(d, terms, width)) <= size + 1e-9
    assert size <= log_class_size.dnf(d, terms) + 1e-9
    assert log_class_size.dnf(d, terms, width=d) == log_class_size.dnf(d, terms)


def test_dnf_by_its_formula():
    """C(T + s, s) with T = 3^10 terms, or those of at most 2 of 100 features."""
    assert log_class_size.dnf(10, 5) == pytest.approx(math.log(math.comb(3**10 + 5, 5)))
    terms = 1 + 2 * 100 + 4 * math.comb(100, 2)
    expected = math.log(math.comb(terms + 3, 3))
    assert log_class_size.dnf(100, 3, width=2) == pytest.approx(expected)


def test_large_classes_stay_finite():
    """A million features, a thousand terms or leaves."""
    assert log_class_size.junta(10**6, 10) == pytest.approx(
        math.log(math.comb(10**6, 10)) + 1024 * math.log(2)
    )
    assert math.isfinite(log_class_size.tree(10**6, 1000, n_thresholds=255))
    assert math.isfinite(log_class_size.dnf(10**6, 1000))
    assert math.isfinite(log_class_size.dnf(10**6, 1000, width=5))


@pytest.mark.parametrize(
    ("count", "message"),
    [
        (lambda: log_class_size.junta(3, 4), "k must be an integer"),
        (lambda: log_class_size.junta(0, 0), "n_features must be"),
        (lambda: log_class_size.junta(3, 1, n_levels=1), "n_levels must be"),
        (lambda: log_class_size.tree(3, 0), "n_leaves must be"),
        (lambda: log_class_size.tree(3, 2, n_classes=1), "n_classes must be"),
        (lambda: log_class_size.tree(3, 2, n_thresholds=0.5), "n_thresholds must be"),
        (lambda: log_class_size.dnf(3, 0), "n_terms must be"),
        (lambda: log_class_size.dnf(3, 1, width=0), "width must be"),
    ],
)
def test_broken_counts(count, message):
    """Every message names the parameter."""
    with pytest.raises(ValueError, match=message):
        count()

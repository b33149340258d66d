"""Rows that are described by seeds are rows like any others."""

import numpy as np
import pytest

from skdistill.domains import Categories
from skdistill.juntas._codes import code_domain
from skdistill.juntas._points import Hybrids, Points, hash_words, random_seeds


def _domains():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(40, 7)).round(1)
    given = {0: [0, 1, 2], 2: (-1.0, 2.0), 3: [5.0, 7.0], 5: Categories([1, 2], [0.9, 0.1])}
    return {
        "bits": code_domain("binary", np.zeros((1, 200), dtype=np.int8), None),
        "background": code_domain("background", X, None),
        "mixed": code_domain(given, X, None),
    }


@pytest.mark.parametrize("name", ["bits", "background", "mixed"])
@pytest.mark.parametrize("shifted", [False, True])
def test_one_column_is_the_column_of_the_whole_row(name, shifted):
    """Random access gives what the full rows hold, with fixed columns and shifts."""
    domain = _domains()[name]
    rng = np.random.default_rng(1)
    shifts = rng.integers(0, 3, size=50) if shifted else None
    parts = np.ones((50, 1), dtype=np.uint8)
    points = Points(parts, [3], seeds=random_seeds(rng, 50), shifts=shifts)
    codes = points.codes(domain, 0, 50)
    for j in range(domain.n_features):
        assert np.array_equal(points.column(domain, j), codes[:, j])
    assert np.array_equal(points.codes(domain, 10, 20), codes[10:20])
    assert np.array_equal(points.take(np.array([4, 2])).codes(domain, 0, 2), codes[[4, 2]])


@pytest.mark.parametrize("name", ["bits", "background"])
def test_shifts_of_a_base_row_visit_every_level(name):
    """All cyclic shifts of a row together hold each level of each column."""
    domain = _domains()[name]
    base = domain.anchor(random_seeds(np.random.default_rng(0), 1))
    n = domain.max_values
    points = Points(np.empty((n, 0)), [], base=base, shifts=np.arange(n))
    codes = points.codes(domain, 0, n)
    assert np.array_equal(codes[0], base)
    for j in range(domain.n_features):
        assert len(np.unique(codes[:, j])) == domain.n_values[j]
        assert np.array_equal(points.column(domain, j), codes[:, j])


def test_bits_are_fair_and_independent():
    """Means and pairwise products of many bits, within five standard errors."""
    domain = _domains()["bits"]
    codes = domain.random_codes(random_seeds(np.random.default_rng(0), 4000), None) * 2.0 - 1
    error = 5 / np.sqrt(4000)
    assert np.abs(codes.mean(axis=0)).max() < error
    products = codes.T @ codes / 4000
    assert np.abs(products - np.eye(200)).max() < error


def test_words_depend_on_seed_and_counter_alone():
    """Neither on the batch nor on the other counters."""
    seeds = random_seeds(np.random.default_rng(0), 5)
    whole = hash_words(seeds, np.arange(10, dtype=np.uint64))
    assert np.array_equal(hash_words(seeds[2:3], np.array([7], np.uint64)), whole[2:3, 7:8])
    assert len(np.unique(whole)) == whole.size


def test_a_background_column_has_its_own_frequencies():
    """Levels are drawn as often as X has them, and only those."""
    X = np.repeat([[0.0], [3.0], [9.0]], [10, 30, 60], axis=0)
    domain = code_domain("background", X, None)
    rows = domain.rows(domain.random_codes(random_seeds(np.random.default_rng(0), 5000), None))
    values, counts = np.unique(rows, return_counts=True)
    assert values.tolist() == [0.0, 3.0, 9.0]
    assert np.allclose(counts / 5000, [0.1, 0.3, 0.6], atol=0.03)
    assert np.allclose(domain.weights(0), [0.1, 0.3, 0.6])


def test_hybrids_exchange_columns_in_order():
    """The first ``cut`` of the differing columns come from the second row."""
    first, second = np.zeros(6, np.uint8), np.array([0, 1, 1, 0, 1, 1], np.uint8)
    hybrids = Hybrids(first, second, np.array([1, 2, 4, 5]), np.array([0, 1, 3, 4]))
    assert hybrids.codes(None, 0, 4).tolist() == [
        [0, 0, 0, 0, 0, 0],
        [0, 1, 0, 0, 0, 0],
        [0, 1, 1, 0, 1, 0],
        [0, 1, 1, 0, 1, 1],
    ]

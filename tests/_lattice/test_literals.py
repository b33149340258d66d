"""Literals that a split may test, and the rows that satisfy them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from skdistill._lattice import (
    BinnedIncidence,
    DenseIncidence,
    Literals,
    find_literals,
    incidence,
    two_values,
)

SMALL = st.sampled_from([-1.5, -1.0, 0.0, 0.1, 2.0, 2.5, 7.0, np.nan]).map(np.float32)
TABLES = hnp.arrays(np.float32, st.tuples(st.integers(1, 25), st.integers(1, 4)), elements=SMALL)


def test_few_values_are_split_between_all_neighbours():
    """As many bins as values: half-way between neighbours, column by column."""
    X = np.array([[0, 1, 5], [1, 1, 2], [4, 1, 2], [1, 1, 3]], dtype=np.float32)
    literals = find_literals(X, np.ones(4), n_bins=3)
    assert literals.feature.tolist() == [0, 0, 2, 2]
    assert literals.threshold.tolist() == [0.5, 2.5, 2.5, 4.0]
    assert literals.first.tolist() == [0, 2]
    assert len(literals) == 4


def test_many_values_are_split_at_quantiles():
    """Each interval holds about as many rows as any other."""
    X = np.random.default_rng(0).lognormal(size=(1000, 1)).astype(np.float32)
    threshold = find_literals(X, np.ones(1000), n_bins=10).threshold
    count = np.histogram(X[:, 0], [-np.inf, *threshold, np.inf])[0]
    assert count.tolist() == [100] * 10


def test_frequent_values_share_their_quantiles():
    """A value that holds most rows takes most quantiles: thresholds do not repeat."""
    column = np.array([0.0] * 90 + list(range(1, 11)), dtype=np.float32)
    threshold = find_literals(column[:, np.newaxis], np.ones(100), n_bins=10).threshold
    assert threshold.tolist() == [0.5]
    # Where the most frequent value is the last one, it is cut off from the others.
    threshold = find_literals(-column[:, np.newaxis], np.ones(100), n_bins=10).threshold
    assert threshold.tolist() == [-0.5]


@settings(max_examples=100, deadline=None)
@given(X=TABLES, n_bins=st.integers(2, 5), data=st.data())
def test_weighted_rows_are_repeated_rows(X, n_bins, data):
    """Whole weights, in any unit, give the thresholds of repeated rows."""
    weight = data.draw(hnp.arrays(np.int64, len(X), elements=st.integers(1, 4)))
    repeated = np.repeat(X, weight, axis=0)
    expected = find_literals(repeated, np.ones(len(repeated)), n_bins)
    for unit in (1.0, 0.1, 1e6):
        found = find_literals(X, weight * unit, n_bins)
        np.testing.assert_array_equal(found.feature, expected.feature)
        np.testing.assert_array_equal(found.threshold, expected.threshold)


@settings(max_examples=100, deadline=None)
@given(X=TABLES, n_bins=st.integers(2, 5))
def test_thresholds_lie_strictly_between_values(X, n_bins):
    """Every finite threshold splits the known values; constant columns have no literals."""
    literals = find_literals(X, np.ones(len(X)), n_bins)
    for j, threshold in zip(literals.feature, literals.threshold, strict=True):
        known = X[~np.isnan(X[:, j]), j]
        if np.isinf(threshold):
            assert len(known) < len(X)
        else:
            assert known.min() < threshold < known.max()
            assert threshold not in known
    constant = [len(np.unique(column)) == 1 for column in X.T]
    assert not set(literals.feature) & set(np.flatnonzero(constant))
    finite = np.isfinite(literals.threshold)
    assert np.bincount(literals.feature[finite], minlength=1).max(initial=0) <= n_bins - 1
    assert (np.diff(literals.feature) >= 0).all()


def test_missing_values_satisfy_no_literal_and_can_be_split_off():
    """NaN satisfies no literal; an infinite threshold tells the known from the missing."""
    X = np.array([[1.0, 3.0], [2.0, np.nan], [np.nan, 3.0]], dtype=np.float32)
    literals = find_literals(X, np.ones(3), n_bins=2)
    assert literals.feature.tolist() == [0, 0, 1]
    assert literals.threshold.tolist() == [1.5, np.inf, np.inf]
    assert literals.first.tolist() == [0, 1, 2]  # being known is no near copy of a threshold
    assert literals(X).tolist() == [[True, True, True], [False, True, False], [False, False, True]]


def test_neighbouring_floats_are_separated():
    """Even between two float32 values next to each other there is a threshold."""
    one = np.float32(1.0)
    X = np.array([[one], [np.nextafter(one, np.float32(2))]])
    literals = find_literals(X, np.ones(2), n_bins=2)
    assert literals(X).ravel().tolist() == [True, False]


@pytest.mark.parametrize(
    ("column", "coding"),
    [
        ([0, 1, 1], [0, 1]),
        ([-1, 1], [-1, 1]),
        ([1, 1], [0, 1]),
        ([-1, -1], [-1, 1]),
        ([[0, 1], [1, 1]], [0, 1]),
        ([-1, 0, 1], None),
        ([[-1, 0], [1, 1]], None),
        ([0, 2], None),
        ([0.0, np.nan], None),
        ([False, True], [0, 1]),
    ],
)
def test_codings(column, coding):
    """{0, 1} and {-1, 1} are told from each other and from everything else."""
    found = two_values(np.array(column))
    assert (None if found is None else found.tolist()) == coding


@settings(max_examples=100, deadline=None)
@given(X=TABLES, n_bins=st.integers(2, 5), seed=st.integers(0, 100))
def test_both_forms_of_incidence_are_sums_over_rows(X, n_bins, seed):
    """Dense and binned incidences give the sums that a mask gives, for several groups of rows."""
    rng = np.random.default_rng(seed)
    literals = find_literals(X, np.ones(len(X)), n_bins)
    if not len(literals):
        return
    values = rng.normal(size=(len(X), 3))
    groups = [rng.permutation(len(X))[: rng.integers(1, len(X) + 1)] for _ in range(3)]
    mask = literals(X)
    expected = np.stack([values[rows].T @ mask[rows] for rows in groups])
    for matrix in (DenseIncidence(X, literals), BinnedIncidence(X, literals)):
        np.testing.assert_allclose(matrix.sums(groups, values), expected, atol=1e-12)
        for literal in range(len(literals)):
            np.testing.assert_array_equal(
                matrix.satisfied(groups[0], literal), mask[groups[0], literal]
            )


def test_the_cheaper_form_is_taken():
    """Columns with one literal each are dense, columns with many are binned."""
    X = np.random.default_rng(0).normal(size=(50, 2)).astype(np.float32)
    assert isinstance(incidence(X, find_literals(X, np.ones(50), 10)), BinnedIncidence)
    X = (X > 0).astype(np.float32)
    assert isinstance(incidence(X, find_literals(X, np.ones(50), 10)), DenseIncidence)
    nothing = Literals(np.empty(0, dtype=np.intp), np.empty(0))
    assert incidence(X, nothing).sums([np.arange(3)], X).shape == (1, 2, 0)

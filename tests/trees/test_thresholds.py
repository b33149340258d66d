"""Short thresholds send every row where the long ones sent it."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from sklearn.tree import DecisionTreeClassifier

from skdistill.boxes import short_between
from skdistill.trees._thresholds import shorten_thresholds

FINITE = st.floats(-(2.0**100), 2.0**100, width=32)
ROWS = hnp.arrays(
    np.float32,
    st.tuples(st.integers(2, 40), st.integers(1, 3)),
    elements=st.one_of(FINITE, st.sampled_from([0.1, 0.30000001, 1.0, np.nan]).map(np.float32)),
)


@settings(max_examples=150, deadline=None)
@given(X=ROWS, seed=st.integers(0, 1000), splitter=st.sampled_from(["best", "random"]))
def test_rows_keep_their_leaf(X, seed, splitter):
    """For any rows; every threshold is a float32; the old tree is untouched."""
    y = np.random.default_rng(seed).integers(0, 3, len(X))
    plain = DecisionTreeClassifier(splitter=splitter, random_state=seed).fit(X, y)
    before = plain.tree_.threshold.copy()
    short = shorten_thresholds(plain.tree_, X)
    np.testing.assert_array_equal(short.apply(X), plain.tree_.apply(X))
    np.testing.assert_array_equal(short.predict(X), plain.tree_.predict(X))
    np.testing.assert_array_equal(plain.tree_.threshold, before)
    inner = short.children_left != -1
    threshold = short.threshold[inner]
    np.testing.assert_array_equal(threshold.astype(np.float32).astype(np.float64), threshold)


@settings(max_examples=300, deadline=None)
@given(low=FINITE, high=FINITE)
def test_shortest_lies_in_the_gap(low, high):
    """The number lies in [low, high) and is a float32, even between neighbours."""
    if low == high:
        return
    low, high = min(low, high), max(low, high)
    found = short_between(low, high, (low + high) / 2)
    assert low <= found < high
    assert float(np.float32(found)) == found


@pytest.mark.parametrize(
    ("low", "high", "text"),
    [
        (1.9, 3.0, "2.45"),
        (114.4, 115.3, "115"),
        (0.04936, 0.04941, "0.0494"),
        (1000.0, 2000.0, "1500"),
    ],
)
def test_wide_gaps_are_cut_near_their_middle(low, high, text):
    """As few digits as the gap needs, three at least."""
    found = short_between(low, high, (low + high) / 2)
    assert np.float32(found) == np.float32(text)


def test_neighbouring_numbers_are_still_separated():
    """Between two neighbouring float32 values there is only the lower one."""
    low = np.float32(1000.1)
    high = np.nextafter(low, np.float32(2000))
    X = np.array([[low], [high]] * 5, dtype=np.float32)
    plain = DecisionTreeClassifier().fit(X, [0, 1] * 5)
    short = shorten_thresholds(plain.tree_, X)
    assert short.threshold[0] == low
    np.testing.assert_array_equal(short.apply(X), plain.tree_.apply(X))


def test_missing_against_known_has_no_threshold():
    """A split between the missing and the known stays one."""
    X = np.array([[1.0], [2.0], [np.nan], [np.nan]], dtype=np.float32)
    plain = DecisionTreeClassifier().fit(X, [0, 0, 1, 1])
    short = shorten_thresholds(plain.tree_, X)
    assert np.isinf(short.threshold[0])
    np.testing.assert_array_equal(short.apply(X), plain.tree_.apply(X))

"""Conditions: what they print and which values meet them."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from skdistill.rules._float32 import threshold_text

from skdistill.rules import Interval, Levels
from skdistill.rules._columns import column_values

INF = float("inf")
SINGLE = st.floats(-(2.0**100), 2.0**100, width=32)


def around(threshold):
    """The float32 values next to a threshold: those that a wrong text would misplace."""
    nearest = np.float32(threshold)
    below = np.nextafter(nearest, np.float32(-np.inf))
    above = np.nextafter(nearest, np.float32(np.inf))
    return np.array([np.nextafter(below, np.float32(-np.inf)), below, nearest, above])


@settings(max_examples=300, deadline=None)
@given(threshold=st.floats(-(2.0**100), 2.0**100))
@example(threshold=0.04937944374978542)
@example(threshold=16777217.5)
@example(threshold=2.449999988079071)
def test_text_routes_every_float32_alike(threshold):
    """Read as a double, or as the float32 that it rounds to, it splits like the threshold."""
    text = float(threshold_text(threshold))
    values = around(threshold)
    wanted = values.astype(np.float64) <= threshold
    as_double = values.astype(np.float64) <= text
    as_single = values <= np.float32(text)
    assert (as_double == wanted).all() or (as_single == wanted).all()


@settings(max_examples=300, deadline=None)
@given(low=SINGLE, high=SINGLE)
def test_text_of_a_middle_separates_its_neighbours(low, high):
    """CART's thresholds lie half-way between two values: the text still separates them."""
    low, high = min(low, high), max(low, high)
    middle = low / 2 + high / 2
    if not low <= middle < high:
        return
    text = float(threshold_text(middle))
    as_single = np.float32(low) <= np.float32(text) < np.float32(high)
    assert low <= text < high or as_single


@settings(max_examples=200, deadline=None)
@given(hundredths=st.integers(-999_999, 999_999))
def test_short_decimals_stay_short(hundredths):
    """A decimal of the user's that was stored as float32 prints as it was written."""
    number = hundredths / 100
    assert float(threshold_text(float(np.float32(number)))) == number


@pytest.mark.parametrize(
    ("threshold", "text"),
    [(2.449999988079071, "2.45"), (0.5, "0.5"), (-3.0, "-3"), (1500.0, "1500"), (0.0, "0")],
)
def test_texts(threshold, text):
    """No digits that say nothing, no trailing zeros."""
    assert threshold_text(threshold) == text


@pytest.mark.parametrize(
    ("condition", "text"),
    [
        (Interval("age", high=30.0), "age <= 30"),
        (Interval("age", low=30.0), "age > 30"),
        (Interval("age", 20.0, 30.0), "20 < age <= 30"),
        (Interval("age", 20.0, 30.0, missing=True), "(20 < age <= 30 or missing)"),
        (Interval("age", 20.0, 30.0, missing=False), "20 < age <= 30"),
        (Interval("age", missing=False), "age is known"),
        (Interval("age", low=INF, missing=True), "age is missing"),
        (Interval("age", high=-INF, missing=True), "age is missing"),
        (Levels("sex", ("female",)), "sex = female"),
        (Levels("sex", ("female",), negated=True), "sex != female"),
        (Levels("port", ("C", "Q")), "port in {C, Q}"),
        (Levels("port", ("C", None), negated=True), "port not in {C, missing}"),
        (Levels("port", (float("nan"),)), "port = missing"),
    ],
)
def test_conditions_print(condition, text):
    """Every form that a condition can take."""
    assert str(condition) == text


def test_intervals_cover():
    """Open below, closed above; a gap only where it is said to."""
    values = [1.0, 2.0, 2.5, 3.0, 4.0, np.nan]
    for missing in (True, False, None):
        met = Interval("x", 2.0, 3.0, missing).covers(values)
        assert met.tolist() == [False, False, True, True, False, bool(missing)]
    assert Interval("x", low=INF, missing=True).covers(values).tolist() == [False] * 5 + [True]
    assert Interval("x", missing=False).covers(values).tolist() == [True] * 5 + [False]


def test_intervals_compare_as_trees_do():
    """Values are rounded to float32 first."""
    threshold = float(np.float32(114.8))  # above 114.8
    assert Interval("x", high=threshold).covers([114.8, 114.80001]).tolist() == [True, False]


def test_levels_cover():
    """Equality of levels, whatever their type; every kind of gap is missing."""
    values = ["a", "b", None, float("nan")]
    assert Levels("x", ("a",)).covers(values).tolist() == [True, False, False, False]
    assert Levels("x", ("a",), negated=True).covers(values).tolist() == [False, True, True, True]
    assert Levels("x", ("b", None)).covers(values).tolist() == [False, True, True, True]
    assert Levels("x", (2, 3)).covers([1, 2, 3]).tolist() == [False, True, True]


def test_levels_cover_pandas_columns():
    """pandas.NA compares with nothing, and is missing."""
    pd = pytest.importorskip("pandas")
    for dtype in ("string", "category", "object"):
        column = pd.Series(["a", None, "b"]).astype(dtype)
        assert Levels("x", ("a",)).covers(column).tolist() == [True, False, False]
        assert Levels("x", (None,)).covers(column).tolist() == [False, True, False]
    assert Interval("x", 1.0, missing=True).covers(
        pd.Series([1, None, 2], dtype="Float64")
    ).tolist() == [False, True, True]


def test_columns_by_name_and_by_place():
    """A frame's own names first; where rules speak of others, the place."""
    pd = pytest.importorskip("pandas")
    X = np.arange(6).reshape(3, 2)
    assert column_values(X, "b", ["a", "b"]).tolist() == [1, 3, 5]
    frame = pd.DataFrame(X, columns=["b", "a"])
    assert column_values(frame, "b", ["a", "b"]).tolist() == [0, 2, 4]
    assert column_values(frame, "second", ["first", "second"]).tolist() == [1, 3, 5]

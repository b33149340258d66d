"""Conditions: what they print and which values meet them."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from skdistill.boxes import threshold_text
from skdistill.rules import Categories, Interval

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
    text = float(threshold_text(threshold, "float32"))
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
    text = float(threshold_text(middle, "float32"))
    as_single = np.float32(low) <= np.float32(text) < np.float32(high)
    assert low <= text < high or as_single


@settings(max_examples=200, deadline=None)
@given(hundredths=st.integers(-999_999, 999_999))
def test_short_decimals_stay_short(hundredths):
    """A decimal of the user's that was stored as float32 prints as it was written."""
    number = hundredths / 100
    assert float(threshold_text(float(np.float32(number)), "float32")) == number


@pytest.mark.parametrize(
    ("threshold", "text"),
    [(2.449999988079071, "2.45"), (0.5, "0.5"), (-3.0, "-3"), (1500.0, "1500"), (0.0, "0")],
)
def test_texts(threshold, text):
    """No needless digits, no trailing zeros."""
    assert threshold_text(threshold, "float32") == text


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
        (Categories("sex", ("female",)), "sex = female"),
        (Categories("sex", ("female",), negated=True), "sex != female"),
        (Categories("port", ("C", "Q")), "port in {C, Q}"),
        (Categories("port", ("C", None), negated=True), "port not in {C, missing}"),
        (Categories("port", (float("nan"),)), "port = missing"),
    ],
)
def test_conditions_print(condition, text):
    """Every form that a condition can take."""
    assert str(condition) == text


def test_intervals_cover():
    """Open below, closed above; a missing value only where the condition takes it."""
    values = [1.0, 2.0, 2.5, 3.0, 4.0, np.nan]
    for missing in (True, False, None):
        met = Interval("x", 2.0, 3.0, missing).covers(values)
        assert met.tolist() == [False, False, True, True, False, bool(missing)]
    assert Interval("x", low=INF, missing=True).covers(values).tolist() == [False] * 5 + [True]
    assert Interval("x", missing=False).covers(values).tolist() == [True] * 5 + [False]


def test_intervals_compare_as_trees_do():
    """Values are rounded to float32 first, where that is their precision."""
    threshold = float(np.float32(114.8))  # above 114.8
    single = Interval("x", high=threshold, dtype="float32")
    assert single.covers([114.8, 114.80001]).tolist() == [True, False]


@settings(max_examples=200, deadline=None)
@given(threshold=st.floats(-1e30, 1e30), dtype=st.sampled_from(["float32", "float64"]))
@example(threshold=1.0, dtype="float64")
@example(threshold=0.1, dtype="float32")
def test_intervals_compare_in_their_precision(threshold, dtype):
    """On both sides of the threshold, among doubles and among float32 values."""
    values = np.concatenate([around(threshold).astype(float), [threshold]])
    values = np.concatenate([values, np.nextafter(values, np.inf), np.nextafter(values, -np.inf)])
    compared = values.astype(dtype).astype(float)
    met = Interval("x", high=threshold, dtype=dtype).covers(values)
    np.testing.assert_array_equal(met, compared <= threshold)
    above = Interval("x", low=threshold, dtype=dtype).covers(values)
    np.testing.assert_array_equal(above, compared > threshold)


def test_precisions_that_are_none():
    """Bounds are numbers, and the precision one of two."""
    with pytest.raises(ValueError, match="dtype must be 'float64' or 'float32', got 'single'"):
        Interval("x", dtype="single")
    with pytest.raises(ValueError, match="low and high must be numbers"):
        Interval("x", low=float("nan"))


def test_categories_cover():
    """Equality of categories, whatever their type; None and NaN are missing, a text never is."""
    values = ["a", "b", None, float("nan")]
    assert Categories("x", ("a",)).covers(values).tolist() == [True, False, False, False]
    assert Categories("x", ("a",), negated=True).covers(values).tolist() == [
        False,
        True,
        True,
        True,
    ]
    assert Categories("x", ("b", None)).covers(values).tolist() == [False, True, True, True]
    assert Categories("x", (2, 3)).covers([1, 2, 3]).tolist() == [False, True, True]
    assert Categories("x", ("<NA>",)).covers(["<NA>", None]).tolist() == [True, False]


def test_categories_cover_pandas_columns():
    """pandas.NA compares with nothing, and is missing."""
    pd = pytest.importorskip("pandas")
    for dtype in ("string", "category", "object"):
        column = pd.Series(["a", None, "b"]).astype(dtype)
        assert Categories("x", ("a",)).covers(column).tolist() == [True, False, False]
        assert Categories("x", (None,)).covers(column).tolist() == [False, True, False]
    assert Interval("x", 1.0, missing=True).covers(
        pd.Series([1, None, 2], dtype="Float64")
    ).tolist() == [False, True, True]


def test_times_are_no_numbers():
    """numpy would count nanoseconds."""
    pd = pytest.importorskip("pandas")
    with pytest.raises(TypeError, match="holds datetime64"):
        Interval("x", 1.0).covers(pd.Series(pd.to_datetime(["2020-01-01"])))

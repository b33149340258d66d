"""Cutoffs among doubles split as float32 comparisons do, for every double."""

import math

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from skdistill.boxes import cutoff, short_between, threshold_text, value_above, value_at_or_below

SINGLE = st.floats(-(2.0**100), 2.0**100, width=32)
MAX = float(np.finfo(np.float32).max)


def at_most(x, threshold):
    """What scikit-learn compares."""
    with np.errstate(over="ignore"):
        return bool(float(np.float32(x)) <= threshold)


@settings(max_examples=500, deadline=None)
@given(threshold=st.floats(allow_nan=False, allow_infinity=False))
@example(threshold=2.5)
@example(threshold=0.0)
@example(threshold=-0.0)
@example(threshold=MAX)
@example(threshold=-MAX)
@example(threshold=1e300)
@example(threshold=-1e300)
@example(threshold=1e-46)
@example(threshold=float(np.nextafter(np.float32(1), np.float32(2))))
def test_the_cut_is_the_last_double(threshold):
    """It counts as at most the threshold, and the next double does not."""
    last = cutoff(threshold, "float32")
    assert at_most(last, threshold)
    # Rounding never goes down where numbers go up, so one double on either side is enough.
    assert not at_most(np.nextafter(last, np.inf), threshold)


@settings(max_examples=200, deadline=None)
@given(threshold=st.floats(-1e30, 1e30))
def test_the_cut_splits_single_precision_alike(threshold):
    """As a float32 the cut is the largest one at most the threshold."""
    below = value_at_or_below(threshold, "float32")
    assert float(np.float32(cutoff(threshold, "float32"))) == below <= threshold
    above = value_above(threshold, "float32")
    assert above == float(np.nextafter(np.float32(below), np.float32(np.inf))) > threshold


@pytest.mark.parametrize("infinite", [-np.inf, np.inf])
def test_no_bound_stays_none(infinite):
    """Infinite bounds mean no number at all."""
    assert cutoff(infinite, "float32") == cutoff(infinite, "float64") == infinite


@settings(max_examples=300, deadline=None)
@given(threshold=st.floats(allow_nan=False, allow_infinity=False))
@example(threshold=0.1 + 0.2)
@example(threshold=5e-324)
@example(threshold=-1e300)
def test_doubles_are_their_own_thresholds(threshold):
    """Cutoff, text and largest number at most the threshold are the threshold itself."""
    assert cutoff(threshold, "float64") == value_at_or_below(threshold, "float64") == threshold
    assert value_above(threshold, "float64") == math.nextafter(threshold, math.inf)
    assert float(threshold_text(threshold)) == threshold


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@settings(max_examples=200, deadline=None)
@given(
    numbers=st.lists(
        st.floats(-(2.0**100), 2.0**100, width=32), min_size=2, max_size=2, unique=True
    )
)
@example(numbers=[0.0, 1.401298464324817e-45])
@example(numbers=[1.0, 1.0000001192092896])
def test_short_decimals_lie_between(dtype, numbers):
    """At least the lower number and below the upper one, in their precision."""
    low, high = sorted(numbers)
    threshold = short_between(low, high, low / 2 + high / 2, dtype)
    assert low <= threshold < high
    assert float(np.dtype(dtype).type(threshold)) == threshold

"""Cuts among doubles split as float32 comparisons do, for every double."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from skdistill.rules._float32 import cutoff, float32_at_or_below

MAX = float(np.finfo(np.float32).max)


def at_most(x, threshold):
    """What scikit-learn asks."""
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
    last = cutoff(threshold)
    assert at_most(last, threshold)
    # Rounding never goes down where numbers go up, so one double on either side is enough.
    assert not at_most(np.nextafter(last, np.inf), threshold)


@settings(max_examples=200, deadline=None)
@given(threshold=st.floats(-1e30, 1e30))
def test_the_cut_splits_single_precision_alike(threshold):
    """As a float32 the cut is the largest one at most the threshold."""
    below = float32_at_or_below(threshold)
    assert float(np.float32(cutoff(threshold))) == below <= threshold
    assert float(np.nextafter(np.float32(below), np.float32(np.inf))) > threshold


@pytest.mark.parametrize("infinite", [-np.inf, np.inf])
def test_no_bound_stays_none(infinite):
    """Infinite bounds mean no number at all."""
    assert cutoff(infinite) == infinite

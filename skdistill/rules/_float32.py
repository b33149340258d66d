"""Thresholds among float32 values: their shortest text, and the same split of doubles.

scikit-learn's trees round every value to float32 and compare it with a float64
threshold. So all thresholds from one float32 value up to the next split alike.
"""

from __future__ import annotations

import numpy as np

__all__ = ["cutoff", "float32_at_or_below", "short_between", "threshold_text"]


def float32_at_or_below(threshold: float) -> float:
    """Return the largest float32 value that is not above a threshold."""
    with np.errstate(over="ignore"):
        below = np.float32(threshold)
    if float(below) > threshold:
        below = np.nextafter(below, np.float32(-np.inf))
    return float(below)


def threshold_text(threshold: float) -> str:
    """Write a threshold with as few digits as tell it from its neighbours.

    Parameters
    ----------
    threshold : float
        As in ``tree_.threshold``.

    Returns
    -------
    text : str
        A decimal without needless zeros, which splits float32 values alike:
        read as a double, or as the float32 that it rounds to.

    Examples
    --------
    >>> from skdistill.rules._float32 import threshold_text
    >>> threshold_text(2.449999988079071), threshold_text(float(np.float32(114.8)))
    ('2.45', '114.8')
    """
    below = np.float32(float32_at_or_below(threshold))
    above = np.nextafter(below, np.float32(np.inf))
    decimal = float(threshold)
    for digits in range(1, 17):
        candidate = float(f"{threshold:.{digits}g}")
        if float(below) <= candidate < float(above) or np.float32(candidate) == below:
            decimal = candidate
            break
    return str(int(decimal)) if decimal == int(decimal) else repr(decimal)


def cutoff(threshold: float) -> float:
    """Return the largest double that counts as at most the threshold.

    ``float32(x) <= threshold`` and ``x <= cutoff(threshold)`` are the same for
    every double x, so code without single precision splits as the tree does.

    Parameters
    ----------
    threshold : float
        As in ``tree_.threshold``; not NaN.

    Returns
    -------
    largest : float

    Notes
    -----
    Values half-way between two float32 values round to the one whose last bit
    is zero. The half-way point itself is always a double. As a float32 the
    result is the largest float32 at most the threshold, so it splits columns
    of single precision alike too.

    Examples
    --------
    >>> from skdistill.rules._float32 import cutoff
    >>> cutoff(2.5), bool(np.float32(cutoff(2.5)) <= 2.5)
    (2.5000001192092896, True)
    """
    if np.isinf(threshold):
        return float(threshold)
    below = np.float32(float32_at_or_below(threshold))
    largest = float(np.finfo(np.float32).max)
    step = 2.0**104  # between float32 values beyond which all round to infinity
    if float(below) == largest:
        half_way = largest + step / 2
    elif np.isneginf(below):
        return float(-(largest + step / 2))  # and what is below rounds to infinity
    else:
        half_way = (float(below) + float(np.nextafter(below, np.float32(np.inf)))) / 2
    even = int(below.view(np.uint32)) % 2 == 0
    return half_way if even else float(np.nextafter(half_way, -np.inf))


def short_between(low: float, high: float, middle: float) -> float:
    """Return a short decimal near the middle of a gap, as the float32 next to it.

    Parameters
    ----------
    low, high : float
        Neighbouring float32 values.
    middle : float
        Between them.

    Returns
    -------
    threshold : float
        At least `low` and below `high`. Rows are compared as float32, and so
        are thresholds by some exports: one that *is* a float32 splits alike
        everywhere. Three digits at least, so that a wide gap is still cut near
        its middle.

    Examples
    --------
    >>> from skdistill.rules._float32 import short_between
    >>> short_between(1.0, 2.0, 1.4567)
    1.4600000381469727
    """
    for digits in range(3, 10):
        single = float(np.float32(f"{middle:.{digits}g}"))
        if low <= single < high:
            return single
    # Neighbouring float32 values: nothing lies between them.
    return float(np.nextafter(np.float32(high), np.float32(-np.inf)))

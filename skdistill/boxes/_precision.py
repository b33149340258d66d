"""Thresholds among numbers of single or double precision.

scikit-learn's trees round every value to float32 and compare it with a float64
threshold. So all thresholds from one float32 value up to the next split alike.
Thresholds on doubles are compared as they are.
"""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = [
    "PRECISIONS",
    "cutoff",
    "short_between",
    "threshold_text",
    "value_above",
    "value_at_or_below",
]

PRECISIONS = ("float32", "float64")


def value_at_or_below(threshold: float, dtype: str) -> float:
    """Return the largest number of a precision that is not above a threshold."""
    if dtype == "float64":
        return float(threshold)
    with np.errstate(over="ignore"):
        below = np.float32(threshold)
    if float(below) > threshold:
        below = np.nextafter(below, np.float32(-np.inf))
    return float(below)


def value_above(threshold: float, dtype: str) -> float:
    """Return the smallest number of a precision that is above a threshold."""
    number: Any = np.dtype(dtype).type
    with np.errstate(over="ignore"):
        return float(np.nextafter(number(value_at_or_below(threshold, dtype)), number(np.inf)))


def threshold_text(threshold: float, dtype: str = "float64") -> str:
    """Write a threshold with as few digits as tell it from its neighbours.

    Parameters
    ----------
    threshold : float
        Finite.
    dtype : {"float32", "float64"}, default="float64"
        How values are compared with it.

    Returns
    -------
    text : str
        A decimal without needless zeros. Of doubles it is the threshold itself.
        Of float32 values it splits them alike: read as a double, or as the
        float32 that it rounds to.

    Examples
    --------
    >>> from skdistill.boxes import threshold_text
    >>> threshold_text(2.449999988079071), threshold_text(2.449999988079071, "float32")
    ('2.449999988079071', '2.45')
    """
    decimal = float(threshold)
    if dtype == "float32":
        below, above = value_at_or_below(threshold, dtype), value_above(threshold, dtype)
        for digits in range(1, 17):
            candidate = float(f"{threshold:.{digits}g}")
            if below <= candidate < above or float(np.float32(candidate)) == below:
                decimal = candidate
                break
    if decimal == np.rint(decimal) and abs(decimal) < 1e16:
        return str(int(decimal))
    return repr(decimal)


def cutoff(threshold: float, dtype: str) -> float:
    """Return the largest double that counts as at most the threshold.

    ``float32(x) <= threshold`` and ``x <= cutoff(threshold, "float32")`` are the
    same for every double x, so code without single precision splits as a tree does.

    Parameters
    ----------
    threshold : float
        Not NaN.
    dtype : {"float32", "float64"}
        How values are compared with the threshold.

    Returns
    -------
    largest : float
        For doubles the threshold itself.

    Notes
    -----
    Values half-way between two float32 values round to the one whose last bit
    is zero. The half-way point itself is always a double. As a float32 the
    result is the largest float32 at most the threshold, so it splits columns
    of single precision alike too.

    Examples
    --------
    >>> import numpy as np
    >>> from skdistill.boxes import cutoff
    >>> cutoff(2.5, "float32"), bool(np.float32(cutoff(2.5, "float32")) <= 2.5)
    (2.5000001192092896, True)
    """
    if dtype == "float64" or np.isinf(threshold):
        return float(threshold)
    below = np.float32(value_at_or_below(threshold, dtype))
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


def short_between(low: float, high: float, middle: float, dtype: str = "float32") -> float:
    """Return a short decimal near the middle between two values, in their precision.

    Parameters
    ----------
    low, high : float
        Neighbouring values of a column.
    middle : float
        Between them.
    dtype : {"float32", "float64"}, default="float32"
        Precision of the values.

    Returns
    -------
    threshold : float
        At least `low` and below `high`. Where rows are compared as float32, so
        are thresholds by some exports: one that *is* a float32 splits alike
        everywhere. Three digits at least, so that a wide interval is still cut
        near its middle.

    Examples
    --------
    >>> from skdistill.boxes import short_between
    >>> short_between(1.0, 2.0, 1.4567), short_between(1.0, 2.0, 1.4567, "float64")
    (1.4600000381469727, 1.46)
    """
    number: Any = np.dtype(dtype).type
    for digits in range(3, 18):
        threshold = float(number(f"{middle:.{digits}g}"))
        if low <= threshold < high:
            return threshold
    # Neighbouring numbers: nothing lies between them.
    return float(np.nextafter(number(high), number(-np.inf)))

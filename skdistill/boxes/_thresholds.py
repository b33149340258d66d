"""From boxes of bins to thresholds that lie between the values of the rows."""

from __future__ import annotations

import math

import numpy as np

from skdistill.boxes._binned import BinnedRows
from skdistill.boxes._box_list import BoxList
from skdistill.boxes._climb import Bins
from skdistill.boxes._precision import short_between

__all__ = ["Bounds", "box_thresholds"]

# low < value <= high, and whether a missing value lies within.
Bounds = tuple[float, float, bool]


def box_thresholds(boxes: BoxList, values: np.ndarray) -> list[dict[int, Bounds]]:
    """Turn the bins of every box of a list into thresholds.

    Parameters
    ----------
    boxes : BoxList
    values : ndarray of shape (n_rows, n_columns), dtype float32 or float64
        Of the rows that were binned, before they were.

    Returns
    -------
    bounds : list of dict of int to Bounds
        One dict a box, by column of the rows before they were merged and
        chosen. Every row is in the same first box as before: thresholds lie
        near the middle between the rows on both sides, among those that no
        earlier box covers, and bounds that part none of them are left out.
    """
    reach = np.ones(len(values), dtype=bool)
    found = []
    for box, covers in zip(boxes.boxes, boxes.covers, strict=True):
        bounds = {column: _bounds(boxes.rows, column, bins) for column, bins in box.items()}
        centred = _centre(values[reach], bounds)
        found.append({int(boxes.rows.columns[column]): own for column, own in centred.items()})
        reach &= ~covers
    return found


def _bounds(rows: BinnedRows, column: int, bins: Bins) -> Bounds:
    """Thresholds of an interval of bins; infinite where there is none."""
    low, high, takes_missing = bins
    cuts = rows.cuts[column]
    if low >= high:  # missing values alone
        return math.inf, math.inf, True
    return (
        float(cuts[low - 1, 0]) if low > 0 else -math.inf,
        float(cuts[high - 1, 0]) if high <= len(cuts) else math.inf,
        takes_missing,
    )


def _meets(value: np.ndarray, bounds: Bounds) -> np.ndarray:
    low, high, takes_missing = bounds
    met = (value > low) & (value <= high)
    return met | np.isnan(value) if takes_missing else met


def _centre(values: np.ndarray, bounds: dict[int, Bounds]) -> dict[int, Bounds]:
    """Move each threshold into the middle between the rows that the other bounds leave."""
    centred = dict(bounds)
    met = {column: _meets(values[:, column], own) for column, own in bounds.items()}
    for column, (low, high, takes_missing) in bounds.items():
        others = np.ones(len(values), dtype=bool)
        for other, mask in met.items():
            if other != column:
                others &= mask
        value = values[others, column]
        known = value[~np.isnan(value)]
        if low < math.inf:
            low, high = _middle(known, low, -math.inf), _middle(known, high, math.inf)
        all_known = len(known) == len(value)
        if low == -math.inf and high == math.inf and (takes_missing or all_known):
            del centred[column]
            met[column] = np.ones(len(values), dtype=bool)
            continue
        centred[column] = low, high, takes_missing
        met[column] = _meets(values[:, column], centred[column])
    return centred


def _middle(known: np.ndarray, threshold: float, without: float) -> float:
    """A short number that parts the values as a threshold does; ``without`` if it parts none."""
    if math.isinf(threshold):
        return threshold
    at_most = known <= threshold
    fails = known[at_most] if without < 0 else known[~at_most]
    if not len(fails):
        return without
    if at_most.all() or not at_most.any():
        return threshold
    below, above = float(known[at_most].max()), float(known[~at_most].min())
    return short_between(below, above, (below + above) / 2, known.dtype.name)

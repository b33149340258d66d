"""From boxes of bins to conditions on the user's columns."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from skdistill.boxes._binned import BinnedRows
from skdistill.boxes._box_list import BoxList
from skdistill.rules._conditions import Interval, Levels
from skdistill.rules._float32 import short_between
from skdistill.rules._paths import PathColumn, Step, merge_steps

__all__ = ["box_conditions"]

# Largest value that fails a bound from below, or meets it, and the next one above.
_Bound = tuple[float, float]


def box_conditions(
    rules: BoxList, values: np.ndarray, columns: Sequence[PathColumn]
) -> list[tuple[Interval | Levels, ...]]:
    """Tell the boxes of a list in words.

    Parameters
    ----------
    rules : BoxList
    values : ndarray of shape (n_rows, n_columns), dtype float32
        Of the rows that were binned, before they were.
    columns : sequence of PathColumn
        What each encoded column means.

    Returns
    -------
    conditions : list of tuple of Interval or Levels
        One tuple a box. Every row is answered by the same box as before:
        thresholds lie near the middle between the rows that they part among
        those that come so far, and bounds that part none are left out.
    """
    reach = np.ones(len(values), dtype=bool)
    told = []
    for box, covers in zip(rules.boxes, rules.covers, strict=True):
        here = values[reach]
        bounds = {column: _bounds(rules.rows, column, bins) for column, bins in box.items()}
        thresholds = _settle(here, bounds)
        steps = []
        for column, (low, high, gaps) in thresholds.items():
            encoded = int(rules.rows.columns[column])
            steps += _steps(encoded, low, high, _takes_nan(columns[encoded], low, high, gaps))
        told.append(merge_steps(steps, columns))
        reach &= ~covers
    return told


def _bounds(
    rows: BinnedRows, column: int, bins: tuple[int, int, bool]
) -> tuple[float, float, bool]:
    """Thresholds of an interval of bins; infinite where there is none."""
    low, high, gaps = bins
    cuts = rows.cuts[column]
    if low >= high:  # missing values alone
        return math.inf, math.inf, True
    return (
        float(cuts[low - 1, 0]) if low > 0 else -math.inf,
        float(cuts[high - 1, 0]) if high <= len(cuts) else math.inf,
        gaps,
    )


def _meets(value: np.ndarray, bound: tuple[float, float, bool]) -> np.ndarray:
    low, high, gaps = bound
    met = (value > low) & (value <= high)
    return met | np.isnan(value) if gaps else met


def _settle(
    values: np.ndarray, bounds: dict[int, tuple[float, float, bool]]
) -> dict[int, tuple[float, float, bool]]:
    """Move each threshold into the middle of its gap among the rows that the others leave."""
    settled = dict(bounds)
    met = {column: _meets(values[:, column], bound) for column, bound in bounds.items()}
    for column, (low, high, gaps) in bounds.items():
        others = np.ones(len(values), dtype=bool)
        for other, mask in met.items():
            if other != column:
                others &= mask
        value = values[others, column]
        known = value[~np.isnan(value)].astype(np.float64)
        if low < math.inf:
            low, high = _middle(known, low, -math.inf), _middle(known, high, math.inf)
        needless = low == -math.inf and high == math.inf and (gaps or len(known) == len(value))
        if needless:
            del settled[column]
            met[column] = np.ones(len(values), dtype=bool)
            continue
        settled[column] = low, high, gaps
        met[column] = _meets(values[:, column], settled[column])
    return settled


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
    return short_between(below, above, (below + above) / 2)


def _takes_nan(column: PathColumn, low: float, high: float, gaps: bool) -> bool:
    """Where a level that was never seen goes: to the side whose levels are not named."""
    if not column.levels:
        return gaps
    met = sum(low < rank <= high for rank in range(len(column.levels)))
    return 2 * met > len(column.levels)


def _steps(column: int, low: float, high: float, takes_nan: bool) -> list[Step]:
    steps = []
    if low > -math.inf:
        steps.append(Step(column, low, False, takes_nan))
    if high < math.inf or not steps:
        steps.append(Step(column, high, True, takes_nan))
    return steps if low < math.inf else steps[:1]

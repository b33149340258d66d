"""The best conjunction near a given one: one column's interval after the other.

A conjunction of intervals is worth the sum of the gains of the rows that it
covers. With all other conditions fixed, the best interval on a column is the
segment of its bins with the largest sum, which one pass over them finds [1]_.

References
----------
.. [1] M. Mampaey, S. Nijssen, A. Feelders, A. Knobbe, "Efficient algorithms
   for finding richer subgroup descriptions in numeric and nominal data",
   ICDM 2012. :doi:`10.1109/ICDM.2012.117`
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

__all__ = ["Bins", "Box", "Climber", "covered"]

# First bin, one past the last bin, whether missing values meet it.
Bins = tuple[int, int, bool]
# By column.
Box = Mapping[int, Bins]

# Conditions of one kind come as close to each other as rounding errors.
_EPSILON = 1e-9


def _meets(codes: np.ndarray, n_bins: int, condition: Bins) -> np.ndarray:
    low, high, takes_missing = condition
    met = (codes >= low) & (codes < high)
    return met | (codes == n_bins) if takes_missing else met


def covered(codes: np.ndarray, n_bins: np.ndarray, box: Box) -> np.ndarray:
    """Return which rows lie in a box.

    Parameters
    ----------
    codes : ndarray of shape (n_columns, n_rows)
        Bins; the number of bins of the column where a value is missing.
    n_bins : ndarray of shape (n_columns,)
    box : Box

    Returns
    -------
    inside : ndarray of shape (n_rows,), dtype bool
    """
    inside = np.ones(codes.shape[1], dtype=bool)
    for column, condition in box.items():
        inside &= _meets(codes[column], int(n_bins[column]), condition)
    return inside


class Climber:
    """Coordinate ascent over boxes on given rows.

    Parameters
    ----------
    codes : ndarray of shape (n_columns, n_rows)
        As in `covered`.
    n_bins : ndarray of shape (n_columns,)
    cost : float
        Of a condition, in units of gain. One with two bounds costs half as
        much again where another with a single one would do.
    max_length : int
        Maximum number of conditions.
    """

    def __init__(self, codes: np.ndarray, n_bins: np.ndarray, cost: float, max_length: int):
        self.codes, self.n_bins, self.cost, self.max_length = codes, n_bins, cost, max_length
        # Missing values stand in the bin after a column's last.
        self.width = int(n_bins.max()) + 1
        self._flat = codes.astype(np.intp) + self.width * np.arange(len(n_bins))[:, np.newaxis]

    def climb(self, gain: np.ndarray, box: Box, max_steps: int = 50) -> tuple[Box, float]:
        """Change one condition at a time, always the one that gains most.

        Parameters
        ----------
        gain : ndarray of shape (n_rows,)
            Of each row, if it were covered.
        box : Box
            Where to begin.
        max_steps : int

        Returns
        -------
        box : Box
            Where no change of one condition gains any more.
        worth : float
            Gain of the rows in it, less what its conditions cost.

        Notes
        -----
        A step costs O(n_columns * (rows in the box + bins)).
        """
        found = dict(box)
        for _ in range(max_steps):
            edits = _Edits(self, gain, found)
            column = int(np.argmax(edits.worth))
            if edits.worth[column] <= edits.now + _EPSILON * (1 + abs(edits.now)):
                return found, edits.now
            condition = edits.condition(column)
            if condition is None:
                found.pop(column, None)
            else:
                found[column] = condition
        return found, _Edits(self, gain, found).now

    def sums_by_bin(self, gain: np.ndarray, box: Box) -> tuple[np.ndarray, float]:
        """Add up the gains in each bin, of rows that meet all conditions on other columns.

        Parameters
        ----------
        gain : ndarray of shape (n_rows,)
        box : Box

        Returns
        -------
        sums : ndarray of shape (n_columns, max(n_bins) + 1)
        inside : float
            Gain of the rows in the box.
        """
        n_unmet = np.zeros(self.codes.shape[1], dtype=np.int16)
        unmet = {}
        for column, condition in box.items():
            unmet[column] = ~_meets(self.codes[column], int(self.n_bins[column]), condition)
            n_unmet += unmet[column]
        inside = np.flatnonzero(n_unmet == 0)
        weight = gain[inside]
        n_columns, width = len(self.n_bins), self.width
        places = self._flat if len(inside) == len(gain) else self._flat[:, inside]
        everywhere = np.broadcast_to(weight, (n_columns, len(weight))).ravel()
        sums = np.bincount(places.ravel(), everywhere, minlength=n_columns * width)
        # Of no rows at all numpy counts in whole numbers.
        sums = sums.reshape(n_columns, width).astype(np.float64, copy=False)
        for column, fails in unmet.items():
            near = np.flatnonzero(fails & (n_unmet == 1))
            sums[column] += np.bincount(self.codes[column][near], gain[near], minlength=width)
        return sums, float(weight.sum())


class _Edits:
    """For each column its best condition, and what the box would then be worth.

    Parameters
    ----------
    climber : Climber
    gain : ndarray of shape (n_rows,)
    box : Box

    Attributes
    ----------
    now : float
        Worth of the box as it is.
    worth : ndarray of shape (n_columns,)
    """

    def __init__(self, climber: Climber, gain: np.ndarray, box: Box):
        n_bins, cost = climber.n_bins, climber.cost
        sums, inside = climber.sums_by_bin(gain, box)
        column = np.arange(len(n_bins))
        missing = sums[column, n_bins]
        sums[column, n_bins] = 0.0
        # prefix[:, b] is the gain of the bins before b.
        prefix = np.zeros((len(column), sums.shape[1] + 1))
        np.cumsum(sums, axis=1, out=prefix[:, 1:])
        floor = np.minimum.accumulate(prefix, axis=1)
        total = prefix[:, -1]
        two_sided = (prefix - floor).max(axis=1) - 0.5 * cost
        one_sided = np.maximum(prefix.max(axis=1), total - floor[:, -1])
        others = np.full(len(column), len(box))
        others[list(box)] -= 1
        best = np.maximum(one_sided, two_sided)
        worth = best + np.maximum(missing, 0.0) - cost * (others + 1)
        worth[others >= climber.max_length] = -np.inf
        without = total + missing - cost * others
        self.now = inside - cost * len(box)
        self.worth = np.maximum(worth, without)
        self._drops = without >= worth
        self._prefix, self._floor, self._missing, self._n_bins = prefix, floor, missing, n_bins
        self._one_sided, self._two_sided = one_sided, two_sided

    def condition(self, column: int) -> Bins | None:
        """The best condition on a column; None where it is best to have none."""
        if self._drops[column]:
            return None
        line, floor, end = self._prefix[column], self._floor[column], int(self._n_bins[column])
        takes_missing = bool(self._missing[column] > 0)
        one, two = self._one_sided[column], self._two_sided[column]
        if max(one, two) <= 0:  # missing values alone
            return 0, 0, True
        if one < two:
            high = int(np.argmax(line - floor))
            return int(np.argmin(line[: high + 1])), min(high, end), takes_missing
        if line.max() >= line[-1] - floor[-1]:
            return 0, min(int(np.argmax(line)), end), takes_missing
        return int(np.argmin(line)), end, takes_missing

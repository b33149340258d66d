"""The anchored student: g_S(x) = f(x on S, the anchor elsewhere).

S is the set of proven variables. Where its columns have few values, the
student is a table with one cell for each combination of them, filled as far as
it was queried.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from skdistill.juntas._points import Points

__all__ = ["AnchoredStudent", "digits_of"]


def digits_of(index: np.ndarray, sizes: list[int]) -> np.ndarray:
    """Codes of cells, of shape (n, len(sizes)), from their mixed-radix numbers."""
    digits = np.empty((len(index), len(sizes)), dtype=np.int64)
    for place in range(len(sizes) - 1, -1, -1):
        index, digits[:, place] = np.divmod(index, sizes[place])
    return digits


class AnchoredStudent:
    """The student of a set S of columns, which grows.

    Parameters
    ----------
    domain : CubeCodes or ColumnCodes
    anchor : ndarray of shape (d,)
        Codes of the anchor row.
    max_cells : int
        With more cells there is no table: every value is then queried anew.

    Attributes
    ----------
    columns : list of int
        S, in the order of discovery.
    sizes : list of int
        Levels of each; 0 for a continuous range.
    values : ndarray of shape (n_cells,)
        The student's predictions; valid where ``known``.
    """

    def __init__(self, domain: Any, anchor: np.ndarray, max_cells: int):
        self.domain, self.anchor, self.max_cells = domain, anchor, max_cells
        self.columns: list[int] = []
        self.sizes: list[int] = []
        self.tabled = True
        self.values: np.ndarray = np.zeros(1)
        self.known = np.zeros(1, dtype=bool)

    @property
    def n_cells(self) -> int:
        """Number of cells; 0 where a column has a continuous range."""
        total = 1
        for size in self.sizes:
            total *= size
        return total

    def parts_of(self, codes: np.ndarray) -> np.ndarray:
        """The columns of S of full rows, of shape (n, |S|)."""
        return codes[:, self.columns]

    def index(self, parts: np.ndarray) -> np.ndarray:
        """Numbers of the cells of rows given in S, of shape (n,)."""
        number = np.zeros(len(parts), dtype=np.int64)
        for place, size in enumerate(self.sizes):
            number = number * size + parts[:, place].astype(np.int64)
        return number

    def cells(self, index: np.ndarray) -> Points:
        """Anchored rows of the cells with these numbers."""
        return self.anchored(digits_of(index, self.sizes))

    def anchored(self, parts: np.ndarray) -> Points:
        """Anchored rows with these codes in S."""
        return Points(parts, self.columns.copy(), base=self.anchor)

    def missing(self, parts: np.ndarray) -> np.ndarray:
        """Numbers of the cells of these rows that are not yet known."""
        index = self.index(parts)
        return np.unique(index[~self.known[index]])

    def learn(self, index: np.ndarray, predictions: np.ndarray) -> None:
        """Fill cells."""
        if not self.known.any():
            self.values = self.values.astype(predictions.dtype)
        self.values[index] = predictions
        self.known[index] = True

    def grow(self, column: int) -> None:
        """Add a column to S; what was known stays known where it has the anchor's value."""
        size = int(self.domain.n_values[column])
        self.columns.append(column)
        self.sizes.append(size)
        self.tabled = self.tabled and 0 < self.n_cells <= self.max_cells
        if not self.tabled:
            return
        value = int(self.anchor[column])
        values = np.zeros((len(self.values), size), dtype=self.values.dtype)
        known = np.zeros(values.shape, dtype=bool)
        values[:, value], known[:, value] = self.values, self.known
        self.values, self.known = values.ravel(), known.ravel()

    def best_known(self, parts: np.ndarray) -> np.ndarray:
        """Predictions for rows given in S, from the finest student that knows them.

        Where a cell was never queried, the columns found last fall back to the
        anchor's value, one after the other: that is the student of an earlier S.
        """
        parts = parts.astype(np.int64, copy=True)
        index = self.index(parts)
        for place in range(len(self.columns) - 1, -1, -1):
            unknown = ~self.known[index]
            if not unknown.any():
                break
            parts[unknown, place] = int(self.anchor[self.columns[place]])
            index = self.index(parts)
        return self.values[index]

"""A tree over binned rows that is still being changed."""

from __future__ import annotations

from typing import Any

import numpy as np

from skdistill.trees._assembly import Splits
from skdistill.trees._bins import MISSING, BinnedRows

__all__ = ["BinnedTree"]

_LEAF = -1


class BinnedTree:
    """Splits by interval, in lists that grow and shrink.

    Parameters
    ----------
    left, right, feature, cut : list of int
        Children, -1 in a leaf; column; a row goes left where its interval is
        at most ``cut``.
    missing_left : list of bool
        Whether missing values go left. Node 0 is the root; places are in no
        order otherwise, and may be unused.

    Attributes
    ----------
    touched : set of int
        Nodes that were changed, since whoever looks at them last emptied it.
    """

    def __init__(
        self,
        left: list[int],
        right: list[int],
        feature: list[int],
        cut: list[int],
        missing_left: list[bool],
    ):
        self.left, self.right, self.feature, self.cut = left, right, feature, cut
        self.missing_left = missing_left
        self.touched = set(range(len(left)))
        # Leaves that something was grafted on; it may be cut off again.
        self._fresh: set[int] = set()

    @classmethod
    def read(cls, tree: Any) -> BinnedTree:
        """Read a scikit-learn ``Tree`` that was grown on codes (``BinnedRows.numbers``)."""
        finite = np.where(np.isfinite(tree.threshold), tree.threshold, MISSING - 1)
        return cls(
            tree.children_left.tolist(),
            tree.children_right.tolist(),
            tree.feature.tolist(),
            np.floor(finite).astype(int).tolist(),
            tree.missing_go_to_left.astype(bool).tolist(),
        )

    def copy(self) -> BinnedTree:
        """Return a tree that can be changed without changing this one."""
        other = BinnedTree(
            self.left.copy(),
            self.right.copy(),
            self.feature.copy(),
            self.cut.copy(),
            self.missing_left.copy(),
        )
        other.touched, other._fresh = self.touched.copy(), self._fresh.copy()
        return other

    def become(self, other: BinnedTree) -> None:
        """Take over another tree."""
        self.__dict__.update(other.copy().__dict__)

    def goes_left(self, node: int, codes: np.ndarray) -> np.ndarray:
        """Which of some intervals of the node's column go left."""
        left = codes <= self.cut[node]
        return left | (codes == MISSING) if self.missing_left[node] else left

    def order(self, root: int = 0) -> list[int]:
        """Nodes below a root, it included: parents first, left to right."""
        found, stack = [], [root]
        while stack:
            node = stack.pop()
            found.append(node)
            if self.left[node] != _LEAF:
                stack += [self.right[node], self.left[node]]
        return found

    def rows_by_node(
        self, rows: BinnedRows, index: np.ndarray, root: int = 0
    ) -> dict[int, np.ndarray]:
        """Return which of the rows at ``index`` reach each node below a root, it included."""
        reached = {root: index}
        for node in self.order(root):
            if self.left[node] != _LEAF:
                here = reached[node]
                goes = self.goes_left(node, rows.codes[self.feature[node]][here])
                reached[self.left[node]], reached[self.right[node]] = here[goes], here[~goes]
        return reached

    def unsettled(self) -> set[int]:
        """Take the nodes above or below which something was changed, or they themselves.

        Only for these can another split be better than it was before.
        """
        touched, self.touched, self._fresh = self.touched | self._fresh, set(), set()
        order = self.order()
        above, below = set(), touched.copy()
        for node in order:
            if self.left[node] != _LEAF and (node in touched or node in above):
                above |= {self.left[node], self.right[node]}
        for node in reversed(order):
            children = {self.left[node], self.right[node]}
            if self.left[node] != _LEAF and below & children:
                below.add(node)
        return above | below

    def n_leaves(self, root: int = 0) -> int:
        """Count the leaves below a root."""
        return sum(self.left[node] == _LEAF for node in self.order(root))

    def parents(self) -> dict[int, int]:
        """Return the node above each node but the root."""
        inner = [node for node in self.order() if self.left[node] != _LEAF]
        return {child: node for node in inner for child in (self.left[node], self.right[node])}

    def depths(self) -> dict[int, int]:
        """Return the splits above each node."""
        depth = {0: 0}
        for node in self.order():
            if self.left[node] != _LEAF:
                depth[self.left[node]] = depth[self.right[node]] = depth[node] + 1
        return depth

    def _lists(self) -> tuple[list[Any], ...]:
        return self.left, self.right, self.feature, self.cut, self.missing_left

    def cut_off(self, node: int) -> None:
        """Turn a node into a leaf."""
        if node in self._fresh:
            self._fresh.discard(node)
        elif self.left[node] != _LEAF:
            self.touched.add(node)
        self.left[node] = self.right[node] = _LEAF

    def replace(self, node: int, other: int) -> None:
        """Put another node, with all that is below it, in the place of a node."""
        self.touched.add(node)
        for values in self._lists():
            values[node] = values[other]

    def graft(self, node: int, other: BinnedTree) -> None:
        """Put another tree in the place of a node."""
        offset = len(self.left)
        if self.left[node] == _LEAF and node not in self.touched:
            self._fresh.add(node)
        else:
            self.touched.add(node)

        def place(k: int) -> int:
            return node if k == 0 else offset + k - 1

        for k in range(len(other.left)):
            inner = other.left[k] != _LEAF
            values = (
                place(other.left[k]) if inner else _LEAF,
                place(other.right[k]) if inner else _LEAF,
                other.feature[k],
                other.cut[k],
                other.missing_left[k],
            )
            for column, value in zip(self._lists(), values, strict=True):
                if k == 0:
                    column[node] = value
                else:
                    column.append(value)

    def splits(self, rows: BinnedRows) -> Splits:
        """Return the tree in scikit-learn's order, with thresholds in the columns' own units."""
        found, new = Splits(), {}
        for node in self.order():
            new[node] = found.leaf()
        for node, here in new.items():
            if self.left[node] != _LEAF:
                column = self.feature[node]
                threshold = rows.threshold(column, self.cut[node])
                found.split(here, column, threshold, self.missing_left[node])
                found.left[here] = new[self.left[node]]
                found.right[here] = new[self.right[node]]
        return found

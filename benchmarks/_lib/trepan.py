"""A tree in the manner of TREPAN, which queries the teacher on drawn rows in each node.

M. Craven, J. Shavlik, "Extracting tree-structured representations of trained
networks", NIPS 1995. Nodes are opened best first, by reach times disagreement;
before a node is split, rows are drawn until it holds ``least_rows``, each
column by itself from the real rows that reach the node, so that they meet all
conditions on the way. Splits are plain ones by information gain, not m-of-n.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from sklearn.tree import DecisionTreeClassifier

from _lib.cells import Cell

__all__ = ["TrepanTree"]


@dataclass
class _Node:
    """A leaf, or a split where ``column`` is not None."""

    real: np.ndarray  # positions of the real rows
    X: np.ndarray  # real and drawn rows, encoded
    codes: np.ndarray
    column: int | None = None
    threshold: float = 0.0
    children: tuple[_Node, _Node] | None = None

    @property
    def prediction(self) -> int:
        return int(np.bincount(self.codes).argmax())

    @property
    def priority(self) -> float:
        """Real rows that reach it times the share of wrong predictions, real and drawn."""
        return len(self.real) * float(np.mean(self.codes != self.prediction))


class TrepanTree:
    """Grow a tree for one cell.

    Parameters
    ----------
    leaves : int
        The most leaves.
    least_rows : int, default=1000
        Rows of a node, real and drawn, before it is split.
    """

    def __init__(self, leaves: int, least_rows: int = 1000):
        self.leaves = leaves
        self.least_rows = least_rows

    def fit(self, cell: Cell) -> TrepanTree:
        self._rng = np.random.default_rng(cell.seed)
        self.root = self._node(cell, np.arange(len(cell.X)))
        queue, self.n_leaves, count = [(-self.root.priority, 0, self.root)], 1, 0
        while queue and self.n_leaves < self.leaves:
            node = heapq.heappop(queue)[2]
            if not self._split(cell, node):
                continue
            self.n_leaves += 1
            for child in node.children or ():
                count += 1
                heapq.heappush(queue, (-child.priority, count, child))
        return self

    def _node(self, cell: Cell, real: np.ndarray) -> _Node:
        """A leaf with its real rows and as many drawn ones as it lacks."""
        X, codes, lacking = cell.X[real], cell.labels[real], self.least_rows - len(real)
        if lacking > 0:
            drawn = self._draw(cell.data.X, real, lacking)
            X = np.concatenate([X, cell.encode(drawn)])
            codes = np.concatenate([codes, cell.query(drawn)])
        return _Node(real, X, codes)

    def _draw(self, X: Any, real: np.ndarray, n_samples: int) -> Any:
        """Each column by itself from some real rows."""
        places = self._rng.choice(real, size=(n_samples, X.shape[1]))
        if isinstance(X, pd.DataFrame):
            columns = [X.iloc[places[:, j], j].reset_index(drop=True) for j in range(X.shape[1])]
            return pd.concat(columns, axis=1)
        return np.take_along_axis(X, places, axis=0)

    def _split(self, cell: Cell, node: _Node) -> bool:
        """Cut a leaf in two; False where it is pure, or no real rows are cut off."""
        stump = DecisionTreeClassifier(max_depth=1, criterion="entropy", random_state=cell.seed)
        tree = stump.fit(node.X, node.codes).tree_
        if tree.node_count == 1:
            return False
        column, threshold = int(tree.feature[0]), float(tree.threshold[0])
        left = cell.X[node.real, column] <= threshold
        if left.all() or not left.any():
            return False
        node.column, node.threshold = column, threshold
        node.children = (self._node(cell, node.real[left]), self._node(cell, node.real[~left]))
        return True

    def predict(self, X: np.ndarray) -> np.ndarray:
        codes = np.empty(len(X), dtype=np.intp)
        todo = [(self.root, np.arange(len(X)))]
        while todo:
            node, rows = todo.pop()
            if node.children is None:
                codes[rows] = node.prediction
                continue
            left = X[rows, node.column] <= node.threshold
            todo += [(node.children[0], rows[left]), (node.children[1], rows[~left])]
        return codes

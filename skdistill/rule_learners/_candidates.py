"""Candidate conjunctions: every node of several wide trees on the labelled rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy import sparse
from sklearn.tree import DecisionTreeClassifier

from skdistill._labels import ClassLabels
from skdistill.base import grow_classification_tree
from skdistill.boxes import BinnedRows, Box

__all__ = ["CandidatePool", "grow_trees", "mass_labels"]

# Rows that a tree is grown on: more find no better places to begin a search.
_MAX_GROWN = 50_000


def mass_labels(mass: np.ndarray) -> tuple[ClassLabels, np.ndarray]:
    """Weights of classes as labels and weights of rows.

    Parameters
    ----------
    mass : ndarray of shape (n_rows, n_classes)

    Returns
    -------
    labels : ClassLabels
        Soft where a row has mass in several classes.
    weight : ndarray of shape (n_rows,)
    """
    weight = mass.sum(axis=1)
    soft = (np.count_nonzero(mass, axis=1) > 1).any()
    targets = mass / weight[:, np.newaxis] if soft else None
    return ClassLabels(np.arange(mass.shape[1]), mass.argmax(axis=1), targets), weight


def grow_trees(
    rows: BinnedRows, *, n_trees: int, max_leaves: int, rng: np.random.RandomState
) -> list[DecisionTreeClassifier]:
    """Grow diverse trees on labelled rows.

    Parameters
    ----------
    rows : BinnedRows
    n_trees : int
        The first sees all columns; the others half of them at each split, and
        each row not at all, once or twice.
    max_leaves : int
        Of each tree.
    rng : RandomState

    Returns
    -------
    trees : list of DecisionTreeClassifier
        They read ``rows.numbers()``.
    """
    X, mass = rows.numbers(), rows.mass
    trees = []
    for k in range(n_trees):
        times = np.ones(len(X)) if k == 0 else rng.randint(3, size=len(X)).astype(float)
        if len(X) > _MAX_GROWN:  # the rows stand in the order of their hashes
            times[rng.permutation(len(X))[_MAX_GROWN:]] = 0.0
        used: np.ndarray = (times > 0) & (mass.max(axis=1) > 0)
        if not used.any():  # of a handful of rows
            used, times = mass.max(axis=1) > 0, np.ones(len(X))
        labels, weight = mass_labels(mass[used])
        tree = DecisionTreeClassifier(
            max_leaf_nodes=max_leaves,
            max_features=None if k == 0 else 0.5,
            random_state=rng.randint(2**31 - 1),
        )
        trees.append(grow_classification_tree(tree, X[used], labels, weight * times[used]))
    return trees


class CandidatePool:
    """The nodes of some trees as boxes, and the rows in each.

    Parameters
    ----------
    trees : sequence of fitted DecisionTreeClassifier
        Grown on ``rows.numbers()``.
    rows : BinnedRows

    Attributes
    ----------
    boxes : list of Box
    lengths : ndarray of shape (n_boxes,)
        Conditions of each.

    Notes
    -----
    A row is in one leaf of a tree, so the sums over all nodes of all trees
    cost O(n_rows * n_trees + n_nodes * depth), not O(n_rows * n_nodes).
    """

    def __init__(self, trees: Sequence[Any], rows: BinnedRows):
        X = rows.numbers()
        self.boxes: list[Box] = []
        leaves, below, n_leaves = [], [], 0
        for tree in trees:
            boxes, leaf_of, leaves_below = _nodes(tree.tree_, rows)
            leaves.append(leaf_of[tree.tree_.apply(X)] + n_leaves)
            below.append(leaves_below)
            self.boxes += boxes
            n_leaves += leaves_below.shape[1]
        index = np.concatenate(leaves)
        row = np.tile(np.arange(len(X)), len(leaves))
        shape = (n_leaves, len(X))
        self._leaves = sparse.csr_matrix((np.ones(len(index)), (index, row)), shape=shape)
        self._below = sparse.block_diag(below, format="csr")
        self.lengths = np.array([len(box) for box in self.boxes])

    def sums(self, gain: np.ndarray) -> np.ndarray:
        """Add up the gains in each box.

        Parameters
        ----------
        gain : ndarray of shape (n_rows, n_classes)

        Returns
        -------
        sums : ndarray of shape (n_boxes, n_classes)
        """
        sums: np.ndarray = self._below @ (self._leaves @ gain)
        return sums

    def best(
        self, gain: np.ndarray, *, cost: float, max_length: int, n_best: int
    ) -> list[tuple[float, Box, int]]:
        """Return the boxes with the largest gains.

        Parameters
        ----------
        gain : ndarray of shape (n_rows, n_classes)
            Of a row, if it were covered by a rule for a class.
        cost : float
            Of a condition.
        max_length : int
            Maximum number of conditions.
        n_best : int
            Maximum number of boxes; those whose gain is no more than their cost
            are left out.

        Returns
        -------
        found : list of (float, Box, int)
            Gain less cost, box, class; the best first. Of several with the same
            gain there is one, since they mostly cover the same rows.
        """
        worth = self.sums(gain) - cost * self.lengths[:, np.newaxis]
        worth[(self.lengths == 0) | (self.lengths > max_length)] = -np.inf
        flat = worth.ravel()
        n_kept = min(8 * n_best, len(flat))
        kept = np.argpartition(-flat, n_kept - 1)[:n_kept] if n_kept < len(flat) else slice(None)
        kept = np.arange(len(flat))[kept]
        found: list[tuple[float, Box, int]] = []
        seen: set[tuple[float, int]] = set()
        for place in kept[np.lexsort((kept, -flat[kept]))].tolist():
            node, label = divmod(place, worth.shape[1])
            value = float(flat[place])
            if value <= 0 or len(found) == n_best:
                break
            if (key := (round(value, 9), label)) not in seen:
                seen.add(key)
                found.append((value, self.boxes[node], label))
        return found


def _nodes(tree: Any, rows: BinnedRows) -> tuple[list[Box], np.ndarray, Any]:
    """Box of each node, number of each leaf, and which leaves lie below which node."""
    left, right = tree.children_left.tolist(), tree.children_right.tolist()
    n_bins = rows.n_bins.tolist()
    boxes: list[dict[int, tuple[int, int, bool]]] = [{} for _ in left]
    paths: list[list[int]] = [[] for _ in left]
    is_leaf = tree.children_left == -1
    leaf_of = np.cumsum(is_leaf) - 1
    above: list[int] = []
    leaf: list[int] = []
    for node in range(len(left)):  # parents come before their children
        path = [*paths[node], node]
        if is_leaf[node]:
            above += path
            leaf += [int(leaf_of[node])] * len(path)
            continue
        column, bins = int(tree.feature[node]), n_bins[tree.feature[node]]
        # Bins are whole numbers; an infinite threshold parts missing values from known ones.
        cut = int(min(np.floor(tree.threshold[node]) + 1, bins))
        low, high, missing = boxes[node].get(column, (0, bins, bool(rows.missing[column])))
        goes_left = bool(tree.missing_go_to_left[node])
        boxes[left[node]] = boxes[node] | {column: (low, min(high, cut), missing and goes_left)}
        right_box = {column: (max(low, cut), high, missing and not goes_left)}
        boxes[right[node]] = boxes[node] | right_box
        paths[left[node]] = paths[right[node]] = path
    shape = (len(left), int(is_leaf.sum()))
    return (
        list(boxes),
        leaf_of,
        sparse.csr_matrix((np.ones(len(above)), (above, leaf)), shape=shape),
    )

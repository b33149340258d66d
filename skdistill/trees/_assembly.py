"""From splits found by any search to a genuine scikit-learn tree."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from skdistill._lattice import FoundTree
from skdistill._sklearn import assemble_tree
from skdistill.trees._growth import GrowthTask
from skdistill.trees._scale import far_from_zero

__all__ = ["Splits", "fill_tree", "filled", "node_sums", "tree_splits"]


@dataclass
class Splits:
    """The bare shape of a tree: nodes in scikit-learn's order, parents before children.

    Parameters
    ----------
    left, right, feature : list of int
        Children, -1 in a leaf; column, -2 in a leaf.
    threshold : list of float
        A row goes left where its value is at most that.
    missing_left : list of bool
        Whether a missing value goes left.
    """

    left: list[int] = field(default_factory=list)
    right: list[int] = field(default_factory=list)
    feature: list[int] = field(default_factory=list)
    threshold: list[float] = field(default_factory=list)
    missing_left: list[bool] = field(default_factory=list)

    @classmethod
    def read(cls, tree: Any) -> Splits:
        """Read the shape of a scikit-learn ``Tree``."""
        return cls(
            tree.children_left.tolist(),
            tree.children_right.tolist(),
            tree.feature.tolist(),
            tree.threshold.tolist(),
            tree.missing_go_to_left.astype(bool).tolist(),
        )

    def leaf(self) -> int:
        """Append a leaf; returns its place."""
        self.left.append(-1)
        self.right.append(-1)
        self.feature.append(-2)
        self.threshold.append(-2.0)
        self.missing_left.append(False)
        return len(self.left) - 1

    def split(self, node: int, feature: int, threshold: float, missing_left: bool = False) -> None:
        """Turn a leaf into an inner node; its children are to be set."""
        self.feature[node], self.threshold[node] = int(feature), float(threshold)
        self.missing_left[node] = bool(missing_left)


def tree_splits(tree: FoundTree) -> Splits:
    """Lay a tree out as scikit-learn does: a node, its left subtree, its right one."""
    splits = Splits()

    def place(node: FoundTree) -> int:
        here = splits.leaf()
        if node.children:
            splits.split(here, node.feature, node.threshold)
            splits.left[here], splits.right[here] = (place(child) for child in node.children)
        return here

    place(tree)
    return splits


def node_sums(tree: Any, leaf: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """Sum columns over the rows that pass through each node.

    Parameters
    ----------
    tree : sklearn.tree._tree.Tree
        Children come after their parents, as in every tree of scikit-learn's.
    leaf : ndarray of shape (n,)
        Leaf of each row.
    columns : ndarray of shape (n, n_columns)

    Returns
    -------
    sums : ndarray of shape (node_count, n_columns)
    """
    count = tree.node_count
    sums = np.column_stack([np.bincount(leaf, column, minlength=count) for column in columns.T])
    left, right = tree.children_left.tolist(), tree.children_right.tolist()
    for node in reversed(range(count)):
        if left[node] != -1:
            sums[node] = sums[left[node]] + sums[right[node]]
    return sums


def fill_tree(
    splits: Splits,
    X: np.ndarray,
    targets: np.ndarray,
    weight: np.ndarray,
    *,
    classification: bool,
) -> Any:
    """Build a scikit-learn ``Tree`` whose nodes hold the means of the rows that reach them.

    Parameters
    ----------
    splits : Splits
    X : ndarray or csr_matrix of shape (n, n_features), dtype float32
        Rows. A node that none of them reaches, or none of any weight, holds
        what its parent does.
    targets : ndarray of shape (n, n_targets)
        Label distributions, or values.
    weight : ndarray of shape (n,)
    classification : bool
        Whether the targets are distributions over classes, and impurities
        Gini's; values and squared errors otherwise.

    Returns
    -------
    tree : sklearn.tree._tree.Tree
    """
    count, width = len(splits.left), targets.shape[1]
    arrays = {
        "left_child": np.array(splits.left),
        "right_child": np.array(splits.right),
        "feature": np.array(splits.feature),
        "threshold": np.array(splits.threshold),
        "impurity": np.zeros(count),
        "n_node_samples": np.ones(count),
        "weighted_n_node_samples": np.ones(count),
        "missing_go_to_left": np.array(splits.missing_left),
    }
    shape = (count, 1, width) if classification else (count, width, 1)
    classes = np.array([width]) if classification else np.ones(width)
    bare = assemble_tree(arrays | {"value": np.zeros(shape)}, X.shape[1], classes)
    offset = np.zeros(width) if classification else far_from_zero(targets)
    targets = targets - offset
    columns = np.column_stack([np.ones(X.shape[0]), weight, weight[:, np.newaxis] * targets])
    square = weight * (targets**2).sum(axis=1)
    sums = node_sums(bare, bare.apply(X), np.column_stack([columns, square]))
    total = np.where(sums[:, 1] > 0, sums[:, 1], 1.0)
    mean, square = sums[:, 2:-1] / total[:, np.newaxis], sums[:, -1] / total
    for node in np.flatnonzero(sums[:, 1] == 0):  # parents come first
        parent = np.flatnonzero((bare.children_left == node) | (bare.children_right == node))[0]
        mean[node], square[node] = mean[parent], square[parent]
    arrays["n_node_samples"], arrays["weighted_n_node_samples"] = sums[:, 0], sums[:, 1]
    if classification:
        arrays["impurity"] = 1.0 - (mean**2).sum(axis=1)
    else:
        arrays["impurity"] = np.maximum(square - (mean**2).sum(axis=1), 0.0) / width
    return assemble_tree(arrays | {"value": (mean + offset).reshape(shape)}, X.shape[1], classes)


def filled(splits: Splits, task: GrowthTask) -> Any:
    """Return splits as a scikit-learn ``Tree`` whose nodes hold the means of a task's rows."""
    return fill_tree(splits, task.X, task.targets, task.weight, classification=task.classification)

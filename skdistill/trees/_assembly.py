"""From splits found by any search to a genuine scikit-learn tree."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from skdistill._sklearn import assemble_tree

__all__ = ["Splits", "fill_tree"]


@dataclass
class Splits:
    """The bare shape of a tree: nodes in scikit-learn's order, parents before children.

    Parameters
    ----------
    left, right, feature : list of int
        Children, -1 in a leaf; column, -2 in a leaf.
    threshold : list of float
        A row goes left where its value is at most that.
    """

    left: list[int] = field(default_factory=list)
    right: list[int] = field(default_factory=list)
    feature: list[int] = field(default_factory=list)
    threshold: list[float] = field(default_factory=list)

    def leaf(self) -> int:
        """Append a leaf; returns its place."""
        self.left.append(-1)
        self.right.append(-1)
        self.feature.append(-2)
        self.threshold.append(-2.0)
        return len(self.left) - 1

    def split(self, node: int, feature: int, threshold: float) -> None:
        """Turn a leaf into an inner node; its children are to be set."""
        self.feature[node], self.threshold[node] = int(feature), float(threshold)


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
    X : ndarray of shape (n, n_features), dtype float32
        Rows; every leaf is reached by at least one.
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
        "missing_go_to_left": np.zeros(count),
    }
    shape = (count, 1, width) if classification else (count, width, 1)
    classes = np.array([width]) if classification else np.ones(width)
    bare = assemble_tree(arrays | {"value": np.zeros(shape)}, X.shape[1], classes)
    leaf = bare.apply(X)
    # Sums over the rows of each leaf, then of each parent: children come after it.
    columns = np.column_stack([np.ones(len(X)), weight, weight[:, np.newaxis] * targets])
    square = weight * (targets**2).sum(axis=1)
    sums = np.column_stack(
        [np.bincount(leaf, column, minlength=count) for column in (*columns.T, square)]
    )
    for node in reversed(range(count)):
        if splits.left[node] != -1:
            sums[node] = sums[splits.left[node]] + sums[splits.right[node]]
    mean = sums[:, 2:-1] / sums[:, [1]]
    square = sums[:, -1] / sums[:, 1]
    arrays["n_node_samples"], arrays["weighted_n_node_samples"] = sums[:, 0], sums[:, 1]
    if classification:
        arrays["impurity"] = 1.0 - (mean**2).sum(axis=1)
    else:
        arrays["impurity"] = np.maximum(square - (mean**2).sum(axis=1), 0.0) / width
    return assemble_tree(arrays | {"value": mean.reshape(shape)}, X.shape[1], classes)

"""From a truth table to a genuine scikit-learn tree."""

from __future__ import annotations

from typing import Any

import numpy as np

from skdistill._sklearn import assemble_tree, plain_tree
from skdistill.juntas._smallest_tree import ExactTree, smallest_tree

__all__ = ["tree_of_table"]


def tree_of_table(
    predictions: np.ndarray,
    categories: list[np.ndarray],
    weights: list[np.ndarray],
    features: np.ndarray,
    n_features: int,
    classes: np.ndarray | None,
) -> Any:
    """Build the smallest exact tree of a truth table.

    Parameters
    ----------
    predictions : ndarray of shape (L_1, ..., L_k)
        Places in ``classes``, or values.
    categories : list of k ndarrays
        Ascending numbers: a threshold lies halfway between two of them.
    weights : list of k ndarrays
        Probability of each category, for the counts and shares of the nodes.
    features : ndarray of shape (k,)
        Positions of the columns.
    n_features : int
        Columns of the rows that the tree takes.
    classes : ndarray of shape (n_classes,) or None
        None for values.

    Returns
    -------
    tree : DecisionTreeClassifier or DecisionTreeRegressor
        Fitted.
    """
    codes = predictions if classes is not None else np.unique(predictions, return_inverse=True)[1]
    exact = smallest_tree(np.asarray(codes).reshape(predictions.shape))
    arrays = _node_arrays(exact, categories, features)
    arrays |= _node_values(exact, predictions, weights, classes)
    n_classes = np.array([1 if classes is None else len(classes)])
    tree = assemble_tree(arrays, n_features, n_classes)
    return plain_tree(tree, classes=classes, params={})


def _node_arrays(
    exact: ExactTree, categories: list[np.ndarray], features: np.ndarray
) -> dict[str, np.ndarray]:
    """Children, columns and thresholds in scikit-learn's terms."""
    inner = np.flatnonzero(exact.variable >= 0)
    feature = np.full(len(exact.variable), -2)
    threshold = np.full(len(exact.variable), -2.0)
    for node in inner:
        values = np.asarray(categories[exact.variable[node]], dtype=np.float64)
        cut = exact.cut[node]
        feature[node] = features[exact.variable[node]]
        threshold[node] = (values[cut] + values[cut + 1]) / 2
    return {
        "left_child": exact.left,
        "right_child": exact.right,
        "feature": feature,
        "threshold": threshold,
        "missing_go_to_left": np.zeros(len(feature), dtype=np.uint8),
    }


def _node_values(
    exact: ExactTree,
    predictions: np.ndarray,
    weights: list[np.ndarray],
    classes: np.ndarray | None,
) -> dict[str, np.ndarray]:
    """Shares, counts and impurities of the nodes under the domain's distribution."""
    joint = np.ones((1,) * predictions.ndim)
    for axis, weight in enumerate(weights):
        joint = joint * weight.reshape([-1 if i == axis else 1 for i in range(predictions.ndim)])
    joint = np.broadcast_to(joint, predictions.shape)
    n_nodes = len(exact.left)
    width = 1 if classes is None else len(classes)
    value = np.empty((n_nodes, 1, width))
    impurity, count, total = np.empty(n_nodes), np.empty(n_nodes, np.int64), np.empty(n_nodes)
    for node in range(n_nodes):
        box = tuple(
            slice(int(a), int(b) + 1)
            for a, b in zip(exact.low[node], exact.high[node], strict=True)
        )
        inside, weight = predictions[box].ravel(), joint[box].ravel()
        count[node], total[node] = inside.size, weight.sum()
        if classes is None:
            value[node, 0, 0] = np.average(inside, weights=weight)
            impurity[node] = np.average((inside - value[node, 0, 0]) ** 2, weights=weight)
        else:
            value[node, 0] = np.bincount(inside, weight, minlength=width) / total[node]
            impurity[node] = 1.0 - (value[node, 0] ** 2).sum()
    weighted = total * predictions.size
    return {
        "value": value,
        "impurity": np.maximum(impurity, 0.0),
        "n_node_samples": count,
        "weighted_n_node_samples": weighted,
    }

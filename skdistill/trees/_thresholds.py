"""Thresholds with no more digits than the rows call for.

CART splits half-way between two values, which reads 0.04937944374978542 where
0.0494 separates the same rows. Every threshold is moved to the shortest
decimal between those two values: no row that the tree was fitted on changes its leaf,
and every plot, rule and export shows the short number.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import sparse

from skdistill._sklearn import assemble_tree, tree_arrays
from skdistill.boxes import short_between

__all__ = ["shorten_thresholds"]


def _neighbours(arrays: dict[str, np.ndarray], X: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Largest value below and smallest above the threshold of every inner node.

    One sweep a depth over the rows that are still in inner nodes:
    O(n_rows * depth) time, O(n_rows) memory.
    """
    feature, threshold = arrays["feature"], arrays["threshold"]
    low = np.full(len(feature), -np.inf)
    high = np.full(len(feature), np.inf)
    rows, node = np.arange(len(X)), np.zeros(len(X), dtype=np.intp)
    while True:
        inner = arrays["left_child"][node] != -1
        rows, node = rows[inner], node[inner]
        if not len(rows):
            return low, high
        value = X[rows, feature[node]].astype(np.float64)
        missing = np.isnan(value)
        left = np.where(missing, arrays["missing_go_to_left"][node] == 1, value <= threshold[node])
        below, above = left & ~missing, ~left & ~missing
        np.maximum.at(low, node[below], value[below])
        np.minimum.at(high, node[above], value[above])
        node = np.where(left, arrays["left_child"][node], arrays["right_child"][node])


def shorten_thresholds(tree: Any, X: Any) -> Any:
    """Return a tree whose thresholds have as few digits as the rows allow.

    Parameters
    ----------
    tree : sklearn.tree._tree.Tree
        Not changed.
    X : ndarray or csr_matrix of shape (n_samples, n_features), dtype float32
        The rows that it was fitted on: every one of them reaches the same leaf
        in both trees. For sparse rows the tree is returned as it is: their
        columns are mostly zeros and ones, with short thresholds anyway.

    Returns
    -------
    tree : sklearn.tree._tree.Tree
    """
    if sparse.issparse(X):
        return tree
    arrays = tree_arrays(tree)
    low, high = _neighbours(arrays, X)
    # Where the missing are split from the known there is no number to shorten.
    numbers = np.flatnonzero((arrays["left_child"] != -1) & np.isfinite(arrays["threshold"]))
    for node in numbers:
        arrays["threshold"][node] = short_between(low[node], high[node], arrays["threshold"][node])
    return assemble_tree(arrays, tree.n_features, tree.n_classes)

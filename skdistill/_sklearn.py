"""Every private piece of scikit-learn that skdistill leans on, in one file.

Everything else in the package uses scikit-learn's public interface. What is
here was tested on each supported version (see ``tests/test_sklearn.py``): the
default clone, the checks of sample weights, the leaves of gradient boosting
with histograms, and the node arrays of a tree, from which :func:`assemble_tree`
builds a genuine ``sklearn.tree`` object.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import copy
from typing import Any

import numpy as np
from sklearn.base import _clone_parametrized as clone_parametrized
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor
from sklearn.tree._tree import Tree
from sklearn.utils.metaestimators import _BaseComposition as BaseComposition
from sklearn.utils.validation import _check_sample_weight

__all__ = [
    "NODE_FIELDS",
    "BaseComposition",
    "assemble_tree",
    "check_sample_weight",
    "clone_parametrized",
    "hist_boosting_leaves",
    "tree_arrays",
    "tree_from_regression",
]

NODE_FIELDS = (
    "left_child",
    "right_child",
    "feature",
    "threshold",
    "impurity",
    "n_node_samples",
    "weighted_n_node_samples",
    "missing_go_to_left",
)


def check_sample_weight(sample_weight: Any, X: Any) -> np.ndarray:
    """Return weights as a float64 array of shape (n_samples,), never all zero."""
    weight: np.ndarray = _check_sample_weight(
        sample_weight, X, dtype=np.float64, ensure_non_negative=True
    )
    if not np.any(weight):
        raise ValueError("Sample weights must contain at least one non-zero number.")
    return weight


def tree_arrays(tree: Tree) -> dict[str, np.ndarray]:
    """Return copies of a tree's node arrays, by the names in ``NODE_FIELDS``.

    Parameters
    ----------
    tree : sklearn.tree._tree.Tree
        The ``tree_`` of any fitted scikit-learn tree.

    Returns
    -------
    arrays : dict of str to ndarray of shape (node_count,)
        And ``"value"`` of shape (node_count, n_outputs, n_classes).
    """
    nodes = tree.__getstate__()["nodes"]
    arrays = {name: nodes[name].copy() for name in NODE_FIELDS}
    arrays["value"] = tree.value.copy()
    return arrays


def _depth(left: np.ndarray, right: np.ndarray) -> int:
    """Depth of a tree given by its children, level by level."""
    depth, level = 0, np.array([0])
    while True:
        level = level[left[level] != -1]
        if not len(level):
            return depth
        level = np.concatenate([left[level], right[level]])
        depth += 1


def assemble_tree(arrays: Mapping[str, np.ndarray], n_features: int, n_classes: np.ndarray) -> Tree:
    """Build a scikit-learn ``Tree`` from node arrays.

    Parameters
    ----------
    arrays : mapping of str to ndarray of shape (node_count,)
        The fields in ``NODE_FIELDS`` and ``"value"`` of shape
        (node_count, n_outputs, max(n_classes)). Node 0 is the root; a leaf has
        -1 for both children and -2 for ``feature`` and ``threshold``.
    n_features : int
        Number of columns that the tree reads.
    n_classes : ndarray of shape (n_outputs,)
        Classes per output; 1 for each output of a regression.

    Returns
    -------
    tree : sklearn.tree._tree.Tree
    """
    # The dtype of the nodes differs between versions: an empty tree shows it.
    n_classes = np.asarray(n_classes, dtype=np.intp)
    tree = Tree(n_features, n_classes, len(n_classes))
    template = tree.__getstate__()["nodes"]
    count = len(arrays["left_child"])
    nodes = np.zeros(count, dtype=template.dtype)
    for name in NODE_FIELDS:
        nodes[name] = arrays[name]
    state = {
        "max_depth": _depth(nodes["left_child"], nodes["right_child"]),
        "node_count": count,
        "nodes": nodes,
        "values": np.ascontiguousarray(arrays["value"], dtype=np.float64),
    }
    tree.__setstate__(state)
    return tree


def tree_from_regression(
    regressor: DecisionTreeRegressor, n_classes: int
) -> tuple[Tree, np.ndarray]:
    """Turn a regression tree on class probabilities into a classification tree.

    The regression's squared error, summed over the classes, *is* the expected
    Gini impurity up to a term that no split changes, so the tree is the one
    that CART would grow on labels drawn from those probabilities.

    Parameters
    ----------
    regressor : DecisionTreeRegressor
        Fitted on probabilities of shape (n_samples, n_classes), or, with two
        classes, on the second one's alone.
    n_classes : int
        Number of classes.

    Returns
    -------
    tree : sklearn.tree._tree.Tree
        With ``value`` of shape (node_count, 1, n_classes) and Gini impurities.
    distribution : ndarray of shape (node_count, n_classes)
    """
    arrays = tree_arrays(regressor.tree_)
    mean = arrays["value"][:, :, 0]
    if mean.shape[1] == 1 and n_classes == 2:
        mean = np.hstack([1.0 - mean, mean])
    # Means of numbers in [0, 1] may leave it by a rounding error.
    mean = np.clip(mean, 0.0, 1.0)
    arrays["value"] = mean[:, np.newaxis, :]
    arrays["impurity"] = 1.0 - (mean**2).sum(axis=1)
    return assemble_tree(arrays, regressor.n_features_in_, np.array([n_classes])), mean


def plain_tree(tree: Any, *, classes: np.ndarray | None, params: Mapping[str, Any]) -> Any:
    """Wrap a ``Tree`` into a plain, fitted scikit-learn estimator.

    Parameters
    ----------
    tree : sklearn.tree._tree.Tree
        Shared, not copied.
    classes : ndarray of shape (n_classes,) or None
        Labels of a classification tree; None for a regression tree.
    params : mapping
        Constructor parameters of the estimator.

    Returns
    -------
    estimator : DecisionTreeClassifier or DecisionTreeRegressor
    """
    estimator: Any
    if classes is None:
        estimator = DecisionTreeRegressor(**params)
    else:
        estimator = DecisionTreeClassifier(**params)
        estimator.classes_ = classes
        estimator.n_classes_ = len(classes)
    estimator.tree_ = tree
    estimator.n_features_in_ = tree.n_features
    estimator.n_outputs_ = tree.n_outputs
    estimator.max_features_ = tree.n_features
    return estimator


def hist_boosting_leaves(model: Any) -> tuple[Callable[[Any], np.ndarray], list[int]]:
    """Number the leaves of gradient boosting with histograms, which has no ``apply``.

    Parameters
    ----------
    model : HistGradientBoostingClassifier or HistGradientBoostingRegressor
        Fitted; it is not changed.

    Returns
    -------
    apply : callable
        Rows as the model takes them to an array of shape (n, n_trees): which
        leaf of each tree, from 0, in the order of the tree's nodes.
    counts : list of int
        Leaves of each tree.
    """
    trees, counts = [], []
    for tree in (tree for iteration in model._predictors for tree in iteration):
        # The same tree, whose leaves predict their number.
        numbered = copy(tree)
        numbered.nodes = tree.nodes.copy()
        leaves = np.flatnonzero(tree.nodes["is_leaf"])
        numbered.nodes["value"][leaves] = np.arange(len(leaves))
        trees.append(numbered)
        counts.append(len(leaves))
    levels = model._bin_mapper.make_known_categories_bitsets()

    def apply(X: Any) -> np.ndarray:
        rows = model._preprocess_X(X, reset=False)
        found = np.empty((rows.shape[0], len(trees)), dtype=np.intp)
        for j, tree in enumerate(trees):
            found[:, j] = tree.predict(rows, *levels, 1)
        return found

    return apply, counts

"""The leaves of trees, forests and boosting as indicators.

Each tree is one layer: its hidden representation of a row is the leaf that the
row falls into, as a vector with a single one.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
from scipy import sparse

from skdistill._rows import iter_slices, take_rows
from skdistill._sklearn import hist_boosting_leaves
from skdistill.teachers._kind import is_instance_of, name_of
from skdistill.teachers._layers import Representation, choose_numbered

__all__ = ["has_leaves", "leaf_representation"]

# Rows to the identifiers of their leaves, of shape (n, n_trees); and the
# identifiers of all leaves of each tree, ascending.
Reader = tuple[Callable[[Any], np.ndarray], list[np.ndarray]]


def _leaf_nodes(trees: Any) -> list[np.ndarray]:
    """Positions of the leaves among the nodes of scikit-learn trees."""
    return [np.flatnonzero(tree.tree_.children_left == -1) for tree in trees]


def _read_tree(model: Any) -> Reader:
    return model.apply, _leaf_nodes([model])


def _read_ensemble(model: Any) -> Reader:
    return model.apply, _leaf_nodes(np.ravel(model.estimators_))


def _read_hist_boosting(model: Any) -> Reader:
    read, counts = hist_boosting_leaves(model)
    return read, [np.arange(count) for count in counts]


def _read_lightgbm(model: Any) -> Reader:
    trees = model.booster_.dump_model()["tree_info"]
    leaves = [np.arange(tree["num_leaves"]) for tree in trees]
    return lambda X: model.predict(X, pred_leaf=True), leaves


def _read_xgboost(model: Any) -> Reader:
    if model.get_params().get("booster") == "gblinear":
        raise TypeError(
            f"This {name_of(model)} boosts linear models (booster='gblinear'), so it has no "
            "leaves. Pass a function of your own: layers=callable."
        )
    dumped = model.get_booster().get_dump()
    leaves = [np.sort(np.array(re.findall(r"(\d+):leaf=", tree), dtype=int)) for tree in dumped]
    return model.apply, leaves


_READERS = (
    ("sklearn.tree", "BaseDecisionTree", _read_tree),
    ("sklearn.ensemble", "RandomForestClassifier", _read_ensemble),
    ("sklearn.ensemble", "RandomForestRegressor", _read_ensemble),
    ("sklearn.ensemble", "ExtraTreesClassifier", _read_ensemble),
    ("sklearn.ensemble", "ExtraTreesRegressor", _read_ensemble),
    ("sklearn.ensemble", "GradientBoostingClassifier", _read_ensemble),
    ("sklearn.ensemble", "GradientBoostingRegressor", _read_ensemble),
    ("sklearn.ensemble", "HistGradientBoostingClassifier", _read_hist_boosting),
    ("sklearn.ensemble", "HistGradientBoostingRegressor", _read_hist_boosting),
    ("lightgbm", "LGBMModel", _read_lightgbm),
    ("xgboost", "XGBModel", _read_xgboost),
)


def _reader_of(model: Any) -> Callable[[Any], Reader] | None:
    found = (read for module, name, read in _READERS if is_instance_of(model, module, name))
    return next(found, None)


def has_leaves(model: Any) -> bool:
    """Whether a model is a tree or made of trees, of a kind that can be read."""
    return _reader_of(model) is not None


def leaf_representation(model: Any, X: Any, layers: Any, batch_size: int) -> Representation:
    """Turn the leaves that rows fall into to indicators.

    Parameters
    ----------
    model : estimator
        Fitted; see :func:`has_leaves`.
    X : array-like, sparse matrix or DataFrame of shape (n_samples, n_features)
    layers : None, str, int, or sequence of str or int
        ``"tree_0"`` or 0 is the first tree. With several trees an iteration
        (one a class), they count on within the iteration.
    batch_size : int

    Returns
    -------
    representation : Representation
        float32, in CSR form: a single one for each row and tree.
    """
    make_reader = _reader_of(model)
    assert make_reader is not None
    read, leaves = make_reader(model)
    n_rows = X.shape[0]
    # An early stop may leave trees in the dump that predict no more.
    leaves = leaves[: _node_ids(read, take_rows(X, slice(0, 1))).shape[1]]
    names = [f"tree_{j}" for j in range(len(leaves))]
    chosen = choose_numbered(layers, names, name_of(model))
    leaves = [leaves[j] for j in chosen]
    columns, starts = _column_of_each_node(leaves)
    widths = tuple(len(nodes) for nodes in leaves)
    n_entries = n_rows * len(chosen)
    index = np.int32 if max(n_entries, sum(widths)) < 2**31 else np.int64
    indices = np.empty((n_rows, len(chosen)), dtype=index)
    for part in iter_slices(n_rows, batch_size):
        indices[part] = columns[_node_ids(read, take_rows(X, part))[:, chosen] + starts]
    values = sparse.csr_matrix(
        (
            np.ones(n_entries, dtype=np.float32),
            indices.ravel(),
            np.arange(0, n_entries + 1, len(chosen), dtype=index),
        ),
        shape=(n_rows, sum(widths)),
    )
    # A row's entries follow the order of the trees, and so of the columns.
    values.has_sorted_indices = values.has_canonical_format = True
    return Representation(values, tuple(names[j] for j in chosen), widths)


def _node_ids(read: Callable[[Any], np.ndarray], X: Any) -> np.ndarray:
    """Leaves of shape (n, n_trees), whatever shape and type the library returns."""
    return np.asarray(read(X)).reshape(X.shape[0], -1).astype(np.intp, copy=False)


def _column_of_each_node(leaves: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Number the leaves of all trees, one after the other.

    Parameters
    ----------
    leaves : list of ndarray
        Identifiers of the leaves of each tree, ascending.

    Returns
    -------
    columns : ndarray
        Number of the leaf at ``starts[tree] + identifier``; what is no leaf is
        never read.
    starts : ndarray of shape (n_trees,)
    """
    sizes = np.array([nodes[-1] + 1 for nodes in leaves])
    starts = np.cumsum(sizes) - sizes
    columns = np.zeros(sizes.sum(), dtype=np.intp)
    where = np.concatenate([nodes + start for nodes, start in zip(leaves, starts, strict=True)])
    columns[where] = np.arange(len(where))
    return columns, starts

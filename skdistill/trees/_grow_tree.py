"""From labelled rows to a tree of the wanted size, and those of all smaller sizes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from sklearn.utils import check_random_state

from skdistill._encoding import FrameEncoder
from skdistill._sklearn import assemble_tree, plain_tree, tree_arrays
from skdistill.base import LabelledRows
from skdistill.trees._default_grower import resolve_grower
from skdistill.trees._growth import GrowthTask
from skdistill.trees._size_path import SizedTree, keeps_direction, size_path
from skdistill.trees._thresholds import shorten_thresholds

__all__ = ["grow_tree"]


def grow_tree(
    distiller: Any, rows: LabelledRows, encoded: Any, params: dict[str, Any]
) -> tuple[Any, list[SizedTree]]:
    """Grow a distiller's tree by the grower that it names, on the columns that it allows.

    Parameters
    ----------
    distiller : DistilledTreeClassifier or DistilledTreeRegressor
        Its encoder is fitted.
    rows : LabelledRows
    encoded : ndarray or csr_matrix of shape (n, n_encoded)
        The rows as the tree reads them.
    params : dict
        Parameters of scikit-learn's tree.

    Returns
    -------
    tree : DecisionTreeClassifier or DecisionTreeRegressor
    path : list of SizedTree
    """
    rng = check_random_state(distiller.random_state)
    whole = GrowthTask(
        encoded,
        rows.labels,
        rows.sample_weight,
        rows.n_real,
        params,
        rng,
        real_weight=float(distiller.real_weight),
    )
    task, columns = whole, None
    if distiller.allowed_features is not None:
        columns = _allowed_columns(
            distiller.allowed_features,
            distiller.encoder_,
            distiller.n_features_in_,
            getattr(distiller, "feature_names_in_", None),
        )
        monotonic = params["monotonic_cst"]
        part = None if monotonic is None else np.asarray(monotonic)[columns]
        task = replace(whole, X=encoded[:, columns], params=params | {"monotonic_cst": part})
    trees = resolve_grower(distiller.grower, task).grow(task)
    if columns is not None:
        trees = [_widen_tree(tree, columns, encoded.shape[1]) for tree in trees]
    trees = [shorten_thresholds(tree, encoded) for tree in trees]
    path = size_path(trees, whole)
    if not keeps_direction(trees[0], whole):  # the largest that does
        trees[0] = path[-1].tree.tree_
    return plain_tree(trees[0], classes=rows.labels.classes, params=params), path


def _allowed_columns(
    allowed: Any, encoder: FrameEncoder | None, n_features: int, names: np.ndarray | None
) -> np.ndarray:
    """Turn names, places or a mask of columns of X into places of a tree's columns.

    Parameters
    ----------
    allowed : sequence of str, of int, or mask of shape (n_features,)
    encoder : FrameEncoder or None
    n_features : int
        Columns of X.
    names : ndarray of shape (n_features,) or None
        Their names, where they have some.

    Returns
    -------
    columns : ndarray of int
        Rising.

    Raises
    ------
    ValueError
        If there is no such column, or none at all.
    """
    given = np.asarray(allowed)
    places = np.arange(n_features)
    if given.ndim != 1 or not len(given):
        raise ValueError(
            f"allowed_features must list at least one column, by name or by place. Got {allowed!r}."
        )
    if given.dtype == bool:
        if len(given) != n_features:
            raise ValueError(
                f"allowed_features is a mask of {len(given)} columns, but X has {n_features}."
            )
        chosen = given
    elif given.dtype.kind in "iu":
        chosen = np.isin(places, np.where(given < 0, given + n_features, given))
        beyond = given[(given < -n_features) | (given >= n_features)].tolist()
        if beyond:
            raise ValueError(
                f"allowed_features names the columns {beyond}, but X has {n_features}."
            )
    else:
        known = [] if names is None else list(names)
        unknown = [name for name in allowed if name not in known]
        if unknown:
            has = f"those of X are {known[:10]}" if known else "X has no names of columns"
            raise ValueError(f"allowed_features names the columns {unknown}, but {has}.")
        chosen = np.array([name in set(allowed) for name in known])
    if not chosen.any():
        raise ValueError("allowed_features allows no column: a tree needs at least one.")
    if encoder is None:
        return np.flatnonzero(chosen)
    return np.flatnonzero(chosen[encoder.places])


def _widen_tree(tree: Any, columns: np.ndarray, n_features: int) -> Any:
    """Return a tree that was grown on some columns as one that reads all of them.

    Parameters
    ----------
    tree : sklearn.tree._tree.Tree
    columns : ndarray of int of shape (`tree.n_features`,)
        Their places.
    n_features : int

    Returns
    -------
    tree : sklearn.tree._tree.Tree
    """
    arrays = tree_arrays(tree)
    inner = arrays["feature"] >= 0
    arrays["feature"][inner] = columns[arrays["feature"][inner]]
    return assemble_tree(arrays, n_features, tree.n_classes)

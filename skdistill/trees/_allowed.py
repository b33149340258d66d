"""Columns that a tree may use, where it may not use all."""

from __future__ import annotations

from typing import Any

import numpy as np

from skdistill._sklearn import assemble_tree, tree_arrays

__all__ = ["allowed_columns", "widen_tree"]


def allowed_columns(
    allowed: Any, encoder: Any, n_features: int, names: np.ndarray | None
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


def widen_tree(tree: Any, columns: np.ndarray, n_features: int) -> Any:
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

"""From labelled rows to a tree of the size asked for, and those of all smaller sizes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from sklearn.utils import check_random_state

from skdistill._sklearn import plain_tree
from skdistill.base import LabelledRows
from skdistill.trees._allowed import allowed_columns, widen_tree
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
        columns = allowed_columns(
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
        trees = [widen_tree(tree, columns, encoded.shape[1]) for tree in trees]
    trees = [shorten_thresholds(tree, encoded) for tree in trees]
    path = size_path(trees, whole)
    if not keeps_direction(trees[0], whole):  # the largest that does
        trees[0] = path[-1].tree.tree_
    return plain_tree(trees[0], classes=rows.labels.classes, params=params), path

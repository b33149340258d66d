"""Trees of every size, out of a few grown ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from skdistill._labels import ClassLabels
from skdistill._sklearn import NODE_FIELDS, assemble_tree, plain_tree, tree_arrays
from skdistill.metrics import InSampleFidelity
from skdistill.trees._assembly import node_sums
from skdistill.trees._growth import GrowthTask
from skdistill.trees._monotone import is_monotone
from skdistill.trees._scale import far_from_zero
from skdistill.trees._subtrees import Subtrees

__all__ = ["SizedTree", "best_subtrees", "cut_tree", "keeps_direction", "size_path"]

# Up to here there is a tree of every size.
_EVERY_SIZE = 64


@dataclass(frozen=True)
class SizedTree:
    """The best tree of one size.

    Parameters
    ----------
    n_leaves : int
        Its size.
    fidelity : float
        On the rows that were searched: agreement with the teacher, or R².
    tree : DecisionTreeClassifier or DecisionTreeRegressor
        Plain and fitted; it reads rows as the distilled tree's own ``tree_``
        does.

    Examples
    --------
    >>> from sklearn.tree import DecisionTreeClassifier
    >>> from skdistill.trees import SizedTree
    >>> stump = DecisionTreeClassifier(max_depth=1).fit([[0.0], [1.0]], [0, 1])
    >>> SizedTree(2, 1.0, stump).n_leaves
    2
    """

    n_leaves: int
    fidelity: float
    tree: Any


def best_subtrees(tree: Any, task: GrowthTask) -> Subtrees:
    """Find the best pruned subtrees of a tree, of every size up to the task's.

    Parameters
    ----------
    tree : sklearn.tree._tree.Tree
        Its nodes hold the means of the task's rows.
    task : GrowthTask

    Returns
    -------
    subtrees : Subtrees
    """
    error = _errors(tree, task, task.targets, task.weight)
    limits = task.limits
    error = np.where(
        limits.too_small(tree.n_node_samples, tree.weighted_n_node_samples), np.inf, error
    )
    error[0] = error[0] if np.isfinite(error[0]) else np.finfo(float).max
    split = tree.n_node_samples >= limits.split_rows
    return Subtrees(
        np.where(split, tree.children_left, -1).tolist(),
        tree.children_right.tolist(),
        range(tree.node_count),
        error.tolist(),
        limits.leaves or tree.n_leaves,
    )


def cut_tree(tree: Any, inner: Sequence[int]) -> Any:
    """Return the subtree in which only some nodes stay split.

    Parameters
    ----------
    tree : sklearn.tree._tree.Tree
    inner : sequence of int
        With each node also its parent.

    Returns
    -------
    tree : sklearn.tree._tree.Tree
    """
    split = np.zeros(tree.node_count, dtype=bool)
    split[list(inner)] = True
    kept = split.copy()
    kept[0] = True
    kept[tree.children_left[split]] = kept[tree.children_right[split]] = True
    arrays = tree_arrays(tree)
    place = np.cumsum(kept) - 1
    for name in ("left_child", "right_child"):
        arrays[name] = np.where(split, place[arrays[name]], -1)
    arrays["feature"] = np.where(split, arrays["feature"], -2)
    arrays["threshold"] = np.where(split, arrays["threshold"], -2.0)
    arrays = {name: arrays[name][kept] for name in (*NODE_FIELDS, "value")}
    return assemble_tree(arrays, tree.n_features, tree.n_classes)


def size_path(sources: Sequence[Any], task: GrowthTask) -> list[SizedTree]:
    """Find the most faithful tree of every size among the pruned subtrees of some trees.

    Parameters
    ----------
    sources : sequence of sklearn.tree._tree.Tree
        Their nodes hold the means of the task's rows.
    task : GrowthTask

    Returns
    -------
    path : list of SizedTree
        Smallest first; each errs less than all smaller ones. Beyond 64 leaves
        sizes grow by a quarter, so that the path is not much larger than its
        largest tree.
    """
    found = [best_subtrees(tree, task) for tree in sources]
    path: list[SizedTree] = []
    least = np.inf
    # Sums in another order are not to decide.
    slack = 1e-9 * min(subtrees.error[0] for subtrees in found)
    losses = [_shares(tree, task) for tree in sources]
    for k in _sizes(max(len(subtrees.error) for subtrees in found)):
        errors = np.array([s.error[min(k, len(s.error)) - 1] for s in found])
        best = int(np.argmax(errors <= errors.min() + slack))
        if not errors[best] < least - slack:
            continue
        inner = found[best].inner(k)
        tree = cut_tree(sources[best], inner)
        if not keeps_direction(tree, task):
            continue
        least = errors[best]
        leaf = tree.children_left == -1
        lost = losses[best][_kept_nodes(sources[best], inner)[leaf]].sum()
        plain = plain_tree(tree, classes=task.labels.classes, params=task.params)
        path.append(SizedTree(int(tree.n_leaves), _measured(1.0 - float(lost), task), plain))
    return path


def _measured(fidelity: float, task: GrowthTask) -> InSampleFidelity:
    metric = "agreement" if task.classification else "r2"
    return InSampleFidelity(fidelity, metric, task.X.shape[0])


def _sizes(most: int) -> list[int]:
    """All sizes that people read, and a few larger ones."""
    sizes = list(range(1, min(most, _EVERY_SIZE) + 1))
    while sizes[-1] < most:
        sizes.append(min(most, sizes[-1] * 5 // 4))
    return sizes


def keeps_direction(tree: Any, task: GrowthTask) -> bool:
    """Whether a tree's predictions move only as ``monotonic_cst`` lets them."""
    monotonic = task.limits.monotonic
    if monotonic is None or tree.n_outputs > 1:
        return True
    return is_monotone(
        tree.children_left.tolist(),
        tree.children_right.tolist(),
        tree.feature.tolist(),
        tree.threshold.tolist(),
        tree.value[:, 0, -1].tolist(),
        monotonic,
    )


def _kept_nodes(tree: Any, inner: Sequence[int]) -> np.ndarray:
    """Places of the nodes of a cut tree in the whole one."""
    kept = np.zeros(tree.node_count, dtype=bool)
    kept[0] = True
    split = list(inner)
    kept[split] = kept[tree.children_left[split]] = kept[tree.children_right[split]] = True
    return np.flatnonzero(kept)


def _errors(tree: Any, task: GrowthTask, targets: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Weight that each node disagrees with, or its squared error, if it were a leaf."""
    leaf = tree.apply(task.X)
    if task.classification:
        sums = node_sums(tree, leaf, np.column_stack([weight, weight[:, np.newaxis] * targets]))
        predictions = tree.value[:, 0, :].argmax(axis=1)
        agreed: np.ndarray = sums[np.arange(len(sums)), 1 + predictions]
        return np.asarray(np.maximum(sums[:, 0] - agreed, 0.0))
    offset = far_from_zero(targets)
    targets, values = targets - offset, tree.value[:, :, 0] - offset
    if not np.ptp(targets, axis=0).any():  # all the same: what a tree is off by is rounding
        return np.zeros(tree.node_count)
    weighted = weight[:, np.newaxis] * targets
    square = (weighted * targets).sum(axis=1)
    sums = node_sums(tree, leaf, np.column_stack([weight, weighted, square]))
    cross = (values * sums[:, 1:-1]).sum(axis=1)
    error: np.ndarray = sums[:, -1] - 2.0 * cross + sums[:, 0] * (values**2).sum(axis=1)
    return np.asarray(np.maximum(error, 0.0))


def _shares(tree: Any, task: GrowthTask) -> np.ndarray:
    """What each node, as a leaf, adds to one less the fidelity of a tree.

    By the weights of the rows alone and the teacher's labels, as fidelity is
    measured: weights of classes and soft labels are for growing.
    """
    n = task.X.shape[0]
    weight = np.ones(n) if task.sample_weight is None else task.sample_weight
    if isinstance(task.labels, ClassLabels):
        targets = task.labels.hard().distribution()
        return np.asarray(_errors(tree, task, targets, weight) / weight.sum())
    targets = task.targets - far_from_zero(task.targets)
    around = targets - np.average(targets, axis=0, weights=weight)
    variance = float((weight[:, np.newaxis] * around**2).sum())
    return _errors(tree, task, task.targets, weight) / (variance or 1.0)

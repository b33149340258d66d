"""The leaves of a forest: which rows they hold, their boxes, their moments."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

__all__ = ["Leaves", "learn_leaves"]


@dataclass(frozen=True)
class Leaves:
    """The leaves of all trees, numbered through.

    Parameters
    ----------
    of_row : ndarray of shape (n_trees, n)
        Each row's leaf in each tree.
    members : ndarray of shape (n_trees * n,)
        Rows, leaf by leaf.
    start, count : ndarray of shape (n_leaves,)
        Where a leaf's rows stand in ``members``.
    low, high : ndarray of shape (n_leaves, d)
        Bounds of the leaf's box in the first d columns that the trees see.
    """

    of_row: np.ndarray
    members: np.ndarray
    start: np.ndarray
    count: np.ndarray
    low: np.ndarray
    high: np.ndarray

    def moments(self, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Mean and deviation of columns in each leaf over the entries present.

        Parameters
        ----------
        values : ndarray of shape (n, d), float
            NaN where missing.

        Returns
        -------
        mean, deviation : ndarray of shape (n_leaves, d)
        """
        shape = (len(self.start), values.shape[1])
        mean, deviation = np.empty(shape), np.empty(shape)
        leaf = np.repeat(np.arange(len(self.start)), self.count)
        for j, column in enumerate(values.T):
            v = column[self.members].astype(np.float64)
            present = ~np.isnan(v)
            n = np.maximum(np.bincount(leaf, present, len(self.start)), 1)
            v[~present] = 0.0
            mean[:, j] = np.bincount(leaf, v, len(self.start)) / n
            v = np.where(present, v - mean[leaf, j], 0.0)
            deviation[:, j] = np.sqrt(np.bincount(leaf, v**2, len(self.start)) / n)
        return mean, deviation


def learn_leaves(forest: Any, layout: np.ndarray, d: int, least: int) -> Leaves:
    """Put rows into the leaves of a forest, joined until each holds enough.

    Parameters
    ----------
    forest : RandomForestClassifier
        Fitted.
    layout : ndarray of shape (n, width), dtype float32
        Rows as the forest sees them.
    d : int
        How many columns, the first ones, get bounds.
    least : int
        A split both of whose sides do not hold so many rows is undone.

    Returns
    -------
    leaves : Leaves
    """
    of_row, members, counts, lows, highs = [], [], [], [], []
    n_leaves = 0
    for estimator in forest.estimators_:
        tree = estimator.tree_
        reached = tree.apply(layout)
        leaf_of, low, high = _joined(tree, np.bincount(reached, minlength=tree.node_count), least)
        low, high = low[:, :d], high[:, :d]
        used, leaf, count = np.unique(leaf_of[reached], return_inverse=True, return_counts=True)
        of_row.append(leaf + n_leaves)
        members.append(np.argsort(leaf, kind="stable"))
        counts.append(count)
        lows.append(low[used])
        highs.append(high[used])
        n_leaves += len(used)
    count = np.concatenate(counts)
    return Leaves(
        of_row=np.array(of_row),
        members=np.concatenate(members),
        start=np.cumsum(count) - count,
        count=count,
        low=np.concatenate(lows),
        high=np.concatenate(highs),
    )


def _joined(tree: Any, held: np.ndarray, least: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Walk down a tree, level by level, and stop where a side holds too few rows.

    Parameters
    ----------
    tree : sklearn.tree._tree.Tree
    held : ndarray of shape (node_count,)
        How many rows each leaf holds.
    least : int

    Returns
    -------
    leaf_of : ndarray of shape (node_count,)
        Where each node's rows end.
    low, high : ndarray of shape (node_count, n_features)
        Boxes of the nodes.
    """
    left, right, feature = tree.children_left, tree.children_right, tree.feature
    levels = [np.array([0])]
    while True:
        inner = levels[-1][left[levels[-1]] >= 0]
        if not len(inner):
            break
        levels.append(np.concatenate([left[inner], right[inner]]))
    held = held.copy()
    for nodes in levels[::-1]:
        inner = nodes[left[nodes] >= 0]
        held[inner] = held[left[inner]] + held[right[inner]]
    leaf_of = np.arange(tree.node_count)
    low = np.full((tree.node_count, tree.n_features), -np.inf)
    high = np.full((tree.node_count, tree.n_features), np.inf)
    for nodes in levels:
        inner = nodes[left[nodes] >= 0]
        apart = (np.minimum(held[left[inner]], held[right[inner]]) >= least) & (
            leaf_of[inner] == inner
        )
        for child, bound in ((left, high), (right, low)):
            kids = child[inner]
            low[kids], high[kids] = low[inner], high[inner]
            bound[kids, feature[inner]] = tree.threshold[inner]
            leaf_of[kids] = np.where(apart, kids, leaf_of[inner])
    return leaf_of, low, high

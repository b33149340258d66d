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
        Positions of a leaf's rows in ``members``.
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


def learn_leaves(forest: Any, layout: np.ndarray, d: int, min_rows: int) -> Leaves:
    """Put rows into the leaves of a forest, joined until each holds enough.

    Parameters
    ----------
    forest : RandomForestClassifier
        Fitted.
    layout : ndarray of shape (n, width), dtype float32
        Rows as the forest sees them, without missing values.
    d : int
        How many columns, the first ones, get bounds.
    min_rows : int
        A split with fewer rows on one side is undone: all go to the other
        side, or stay if there are too few as well.

    Returns
    -------
    leaves : Leaves
    """
    of_row, members, counts, lows, highs = [], [], [], [], []
    n_leaves = 0
    for estimator in forest.estimators_:
        tree = _pruned(estimator.tree_, layout, min_rows)
        used, leaf, count = np.unique(
            _descend(tree, layout), return_inverse=True, return_counts=True
        )
        low, high = _boxes(tree, d)
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


@dataclass(frozen=True)
class _Splits:
    """A tree's splits: both children are -1 in a leaf, and the same where a split is undone."""

    left: np.ndarray
    right: np.ndarray
    feature: np.ndarray
    threshold: np.ndarray

    def by_depth(self) -> list[np.ndarray]:
        """Nodes in use, by depth."""
        layers = [np.array([0])]
        while True:
            inner = layers[-1][self.left[layers[-1]] >= 0]
            if not len(inner):
                return layers
            layers.append(np.unique(np.concatenate([self.left[inner], self.right[inner]])))


def _pruned(tree: Any, layout: np.ndarray, min_rows: int) -> _Splits:
    """Undo the splits of a tree that leave a side with too few rows."""
    left, right = tree.children_left.copy(), tree.children_right.copy()
    splits = _Splits(left, right, tree.feature, tree.threshold)
    held = np.bincount(tree.apply(layout), minlength=tree.node_count)
    for nodes in splits.by_depth()[::-1]:
        inner = nodes[left[nodes] >= 0]
        held[inner] = held[left[inner]] + held[right[inner]]
    few_left, few_right = held[left] < min_rows, held[right] < min_rows
    both = few_left & few_right
    left[:], right[:] = (
        np.where(both, -1, np.where(few_left, right, left)),
        np.where(both, -1, np.where(few_right, left, right)),
    )
    return splits


def _descend(splits: _Splits, layout: np.ndarray) -> np.ndarray:
    """Return the leaf that each row reaches, of shape (n,)."""
    node = np.zeros(len(layout), dtype=np.intp)
    moving = np.arange(len(layout))
    while True:
        moving = moving[splits.left[node[moving]] >= 0]
        if not len(moving):
            return node
        at = node[moving]
        is_left = layout[moving, splits.feature[at]] <= splits.threshold[at]
        node[moving] = np.where(is_left, splits.left[at], splits.right[at])


def _boxes(splits: _Splits, d: int) -> tuple[np.ndarray, np.ndarray]:
    """Bounds of every node in the first ``d`` columns, each of shape (n_nodes, d)."""
    low = np.full((len(splits.left), d), -np.inf)
    high = np.full((len(splits.left), d), np.inf)
    for nodes in splits.by_depth():
        inner = nodes[splits.left[nodes] >= 0]
        for child, bound in ((splits.left[inner], high), (splits.right[inner], low)):
            low[child], high[child] = low[inner], high[inner]
            real = (splits.left[inner] != splits.right[inner]) & (splits.feature[inner] < d)
            at = inner[real]
            bound[child[real], splits.feature[at]] = splits.threshold[at]
    return low, high

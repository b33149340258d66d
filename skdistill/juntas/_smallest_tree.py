"""The smallest exact decision tree of a truth table, by dynamic programming.

A subcube allows an interval of values in each variable: 3^k of them for two
values. Its smallest tree is one leaf if all its cells have one prediction, and else
the best split into two smaller subcubes, whose trees are known already
(Guijarro, Lavin & Raghavan, 1999).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

__all__ = ["ExactTree", "smallest_tree"]

MAX_SUBCUBES = 1 << 23


@dataclass(frozen=True)
class ExactTree:
    """Node arrays of a tree over the codes of a truth table; node 0 is the root.

    Parameters
    ----------
    left, right : ndarray of shape (n_nodes,)
        Children; -1 for a leaf.
    variable : ndarray of shape (n_nodes,)
        Which is tested; -2 for a leaf.
    cut : ndarray of shape (n_nodes,)
        Codes up to this one go left.
    low, high : ndarray of shape (n_nodes, k)
        The subcube of each node.
    """

    left: np.ndarray
    right: np.ndarray
    variable: np.ndarray
    cut: np.ndarray
    low: np.ndarray
    high: np.ndarray


class _Intervals:
    """All intervals [a, b] of the values of one variable, numbered."""

    def __init__(self, size: int):
        self.a, self.b = (part.astype(np.int64) for part in np.triu_indices(size))
        self.number = np.zeros((size, size), dtype=np.int64)
        self.number[self.a, self.b] = np.arange(len(self.a))
        self.length = self.b - self.a


def smallest_tree(predictions: np.ndarray) -> ExactTree:
    """Find an exact decision tree with as few leaves as can be.

    Parameters
    ----------
    predictions : ndarray of shape (L_1, ..., L_k)
        Codes of the predictions.

    Returns
    -------
    tree : ExactTree

    Raises
    ------
    ValueError
        If there are too many subcubes.

    Notes
    -----
    Time O(S * sum of (L - 1)) for S = product of L (L + 1) / 2 subcubes.
    """
    intervals = [_Intervals(size) for size in predictions.shape]
    shape = tuple(len(axis.a) for axis in intervals)
    if float(np.prod([float(n) for n in shape])) > MAX_SUBCUBES:
        raise ValueError(
            f"The smallest tree looks at all {np.prod([float(n) for n in shape]):.3g} subcubes of "
            f"the truth table, more than {MAX_SUBCUBES}. Read the truth table instead."
        )
    pure = _extreme(predictions, intervals, np.minimum) == _extreme(
        predictions, intervals, np.maximum
    )
    split = _best_splits(pure.ravel(), intervals, shape)
    return _unfold(pure.ravel(), split, intervals, shape)


def _extreme(predictions: np.ndarray, intervals: list[_Intervals], take: np.ufunc) -> np.ndarray:
    """Smallest or largest prediction of every subcube, axis after axis."""
    found = predictions
    for axis, part in enumerate(intervals):
        source = np.moveaxis(found, axis, 0)
        table = np.empty((len(part.a), *source.shape[1:]), dtype=predictions.dtype)
        for length in range(len(source)):
            for i in np.flatnonzero(part.length == length):
                a, b = part.a[i], part.b[i]
                table[i] = source[a] if a == b else take(table[part.number[a, b - 1]], source[b])
        found = np.moveaxis(table, 0, axis)
    return np.ascontiguousarray(found)


def _best_splits(
    pure: np.ndarray, intervals: list[_Intervals], shape: tuple[int, ...]
) -> np.ndarray:
    """The first split of the smallest tree of every subcube: offset of its variable + cut."""
    stride = np.array([int(np.prod(shape[i + 1 :], dtype=np.int64)) for i in range(len(shape))])
    total = np.zeros(shape, dtype=np.int16)
    for axis, part in enumerate(intervals):
        length = part.length.astype(np.int16)
        total += length.reshape([-1 if i == axis else 1 for i in range(len(shape))])
    total = total.ravel()
    leaves = np.ones(len(pure), dtype=np.int32)
    split = np.full(len(pure), -1, dtype=np.int32)
    order = np.argsort(total, kind="stable")
    borders = np.searchsorted(total[order], np.arange(total.max(initial=0) + 2))
    offsets = np.cumsum([0, *(int(part.b.max()) for part in intervals)])
    for size in range(1, len(borders) - 1):
        cubes = order[borders[size] : borders[size + 1]]
        cubes = cubes[~pure[cubes]]
        best = np.full(len(cubes), np.iinfo(np.int32).max, dtype=np.int32)
        choice = np.zeros(len(cubes), dtype=np.int32)
        for axis, part in enumerate(intervals):
            state = cubes // stride[axis] % shape[axis]
            a, b = part.a[state], part.b[state]
            for cut in range(int(part.b.max())):
                inside = np.flatnonzero((a <= cut) & (cut < b))
                if not len(inside):
                    continue
                here, s = cubes[inside], stride[axis]
                rest = here - state[inside] * s
                cost = (
                    leaves[rest + part.number[a[inside], cut] * s]
                    + leaves[rest + part.number[cut + 1, b[inside]] * s]
                )
                better = cost < best[inside]
                best[inside[better]] = cost[better]
                choice[inside[better]] = offsets[axis] + cut
        leaves[cubes], split[cubes] = best, choice
    return split


def _unfold(
    pure: np.ndarray, split: np.ndarray, intervals: list[_Intervals], shape: tuple[int, ...]
) -> ExactTree:
    """Node arrays from the splits, depth first as scikit-learn orders them."""
    k = len(shape)
    offsets = np.cumsum([0, *(int(part.b.max()) for part in intervals)])
    nodes: list[tuple[int, int]] = []
    bounds: list[tuple[list[int], list[int]]] = []
    left: list[int] = []
    right: list[int] = []
    top = ([0] * k, [int(part.b.max()) for part in intervals])
    stack: list[tuple[list[int], list[int], int, bool]] = [(*top, -1, False)]
    while stack:
        low, high, parent, is_left = stack.pop()
        me = len(nodes)
        if parent >= 0:
            (left if is_left else right)[parent] = me
        left.append(-1)
        right.append(-1)
        bounds.append((low, high))
        place = [int(p.number[a, b]) for p, a, b in zip(intervals, low, high, strict=True)]
        cube = int(np.ravel_multi_index(place, shape)) if k else 0
        if pure[cube]:
            nodes.append((-2, -2))
            continue
        axis = int(np.searchsorted(offsets, split[cube], side="right")) - 1
        cut = int(split[cube] - offsets[axis])
        nodes.append((axis, cut))
        low_right, high_left = low.copy(), high.copy()
        low_right[axis], high_left[axis] = cut + 1, cut
        stack.append((low_right, high, me, False))
        stack.append((low, high_left, me, True))
    variable, cut_at = np.array(nodes, dtype=np.int64).T
    low_all = np.array([b[0] for b in bounds], dtype=np.int64).reshape(len(nodes), k)
    high_all = np.array([b[1] for b in bounds], dtype=np.int64).reshape(len(nodes), k)
    return ExactTree(np.array(left), np.array(right), variable, cut_at, low_all, high_all)

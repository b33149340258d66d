"""The best trees within a lattice of conjunctions, by exact dynamic programming.

For every conjunction and every number of leaves k, the least error is that of a
leaf, or of the best split with i leaves on one side and k - i on the other. All
splits of a level are computed at once: O(splits * K²) for trees of up to K
leaves, or as many as reduce the error below. Source: E. Boix-Adserà, "Towards a
theory of model distillation", arXiv:2403.09053, section 4, where the error is
that against the target tree.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from skdistill._lattice._lattice import Lattice

__all__ = ["BestTrees", "FoundNode"]


@dataclass
class FoundNode:
    """A node of a tree found in a lattice.

    Parameters
    ----------
    level, place : int
        Its conjunction; a place of -1 is a child of a last split.
    error : float
        Error of the subtree.
    literal : int
        -1 in a leaf.
    children : tuple of FoundNode
        Left, where the literal holds, then right; none in a leaf.
    """

    level: int
    place: int
    error: float
    literal: int = -1
    children: tuple[FoundNode, ...] = ()

    def inner(self) -> list[FoundNode]:
        """Inner nodes of the subtree, parents first."""
        below = [node for child in self.children for node in child.inner()]
        return [self, *below] if self.children else []


class BestTrees:
    """The least error at each conjunction with at most k leaves, k = 1, ..., K.

    Parameters
    ----------
    lattice : Lattice
        Grown.
    max_leaves : int
        K.

    Attributes
    ----------
    error : ndarray of shape (K,)
        The least error of a tree with at most k leaves, at index k - 1.
    """

    def __init__(self, lattice: Lattice, max_leaves: int):
        self.lattice, self.max_leaves = lattice, max_leaves
        self._least: list[np.ndarray] = [np.empty((0, 1))] * len(lattice.levels)
        for level in reversed(range(len(lattice.levels))):
            self._least[level] = self._solve(level)
        missing = max_leaves - self._least[0].shape[1]
        self.error = np.pad(self._least[0][0], (0, max(0, missing)), mode="edge")

    def _solve(self, level: int) -> np.ndarray:
        """Least errors of a level's conjunctions with at most 1, 2, ... leaves: (n, most)."""
        here = self.lattice.levels[level]
        error = np.array(here.error)[:, np.newaxis]
        parents = np.array([k for k, splits in here.splits.items() for _ in splits], dtype=np.intp)
        if not len(parents):
            return error
        children = [pair for splits in here.splits.values() for pair in splits.values()]
        left, right = self._sides(level, np.array(children))
        most = min(self.max_leaves, 2 * left.shape[1])
        least = np.repeat(error, most, axis=1)
        starts = np.flatnonzero(np.diff(parents, prepend=-1))
        for k in range(2, most + 1):
            best = np.minimum.reduceat(_joined(left, right, k).min(axis=1), starts)
            least[parents[starts], k - 1] = np.minimum(least[parents[starts], k - 1], best)
        # No conjunction gains by more leaves than these.
        gains = (least[:, :-1] - least[:, 1:] > 1e-12 * error).any(axis=0)
        return least[:, : 1 + np.max(np.flatnonzero(gains) + 1, initial=0)]

    def _sides(self, level: int, children: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Least errors of both children of some splits, each of shape (n_splits, most)."""
        if level + 1 == len(self.lattice.levels):  # the children are leaves
            return children[:, :1], children[:, 1:]
        least = self._least[level + 1]
        return least[children[:, 0]], least[children[:, 1]]

    def tree(self, n_leaves: int) -> FoundNode:
        """Trace the smallest tree that is as good as any with at most ``n_leaves`` leaves."""
        return self._trace(0, 0, n_leaves)

    def _trace(self, level: int, place: int, n_leaves: int) -> FoundNode:
        least = self._least[level][place, :n_leaves]
        # Fewer leaves where they do as well.
        k = int(np.flatnonzero(least <= least[-1] + 1e-9 * least[0])[0]) + 1
        node = FoundNode(level, place, float(least[k - 1]))
        if k == 1:
            return node
        splits = self.lattice.levels[level].splits[place]
        children = np.array(list(splits.values()))
        left, right = self._sides(level, children)
        joined = _joined(left, right, k)
        best, i = np.unravel_index(np.argmin(joined), joined.shape)
        node.literal = list(splits)[best]
        if level + 1 == len(self.lattice.levels):
            node.children = tuple(FoundNode(level + 1, -1, float(e)) for e in children[best])
        else:
            n_left = max(1, k - right.shape[1]) + int(i)
            node.children = tuple(
                self._trace(level + 1, int(child), n)
                for child, n in zip(children[best], (n_left, k - n_left), strict=True)
            )
        return node


def _joined(left: np.ndarray, right: np.ndarray, k: int) -> np.ndarray:
    """Least errors of splits with at most k leaves, by how many the left child has.

    Parameters
    ----------
    left, right : ndarray of shape (n_splits, most)
        Least errors of the children with at most 1, 2, ... leaves.
    k : int
        At most twice as many.

    Returns
    -------
    joined : ndarray of shape (n_splits, n_ways)
        From max(1, k - most) leaves in the left child to min(most, k - 1).
    """
    most = left.shape[1]
    low, high = max(1, k - most), min(most, k - 1)
    errors: np.ndarray = left[:, low - 1 : high] + right[:, k - high - 1 : k - low][:, ::-1]
    return errors

"""The best trees within a lattice of conjunctions, by exact dynamic programming.

For every conjunction and every number of leaves k the least error is that of a
leaf, or of the best split with i leaves on one side and k - i on the other. All
splits of a level are computed at once: O(splits * K²) for trees of up to K
leaves. Source: E. Boix-Adserà, "Towards a theory of model distillation",
arXiv:2403.09053, section 4, where the error is that against the true tree.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from skdistill.trees._lattice import Lattice, Level

__all__ = ["BestTrees", "FoundNode"]


@dataclass
class FoundNode:
    """A node of a tree found in a lattice.

    Parameters
    ----------
    level, place : int
        Its conjunction; a place of -1 is a half of a last split.
    error : float
        Error of the subtree.
    literal : int
        -1 in a leaf.
    halves : tuple of FoundNode
        Yes first; none in a leaf.
    """

    level: int
    place: int
    error: float
    literal: int = -1
    halves: tuple[FoundNode, ...] = ()

    def inner(self) -> list[FoundNode]:
        """Inner nodes of the subtree, parents first."""
        below = [node for half in self.halves for node in half.inner()]
        return [self, *below] if self.halves else []


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
        self._least: list[np.ndarray] = [np.zeros((0, max_leaves))] * len(lattice.levels)
        for level in reversed(range(len(lattice.levels))):
            self._least[level] = self._solve(level)
        self.error = self._least[0][0]

    def _solve(self, level: int) -> np.ndarray:
        """Least errors of the conjunctions of a level, of shape (n, K)."""
        here = self.lattice.levels[level]
        least = np.repeat(np.array(here.error)[:, np.newaxis], self.max_leaves, axis=1)
        parents = np.array([k for k, splits in here.splits.items() for _ in splits], dtype=np.intp)
        if not len(parents) or self.max_leaves == 1:
            return least
        halves = np.array([pair for splits in here.splits.values() for pair in splits.values()])
        joined = self._join(level, halves)
        starts = np.flatnonzero(np.diff(parents, prepend=-1))
        best = np.minimum.reduceat(joined, starts, axis=0)
        least[parents[starts], 1:] = np.minimum(least[parents[starts], 1:], best)
        return least

    def _join(self, level: int, halves: np.ndarray) -> np.ndarray:
        """Least error of every split with at most 2, ..., K leaves: (n_splits, K - 1)."""
        if level + 1 == len(self.lattice.levels):
            return np.repeat(halves.sum(axis=1, keepdims=True), self.max_leaves - 1, axis=1)
        yes, no = (self._least[level + 1][halves[:, side]] for side in (0, 1))
        joined = np.empty((len(halves), self.max_leaves - 1))
        for k in range(2, self.max_leaves + 1):
            # i leaves on the yes side, k - i on the no side.
            joined[:, k - 2] = (yes[:, : k - 1] + no[:, k - 2 :: -1]).min(axis=1)
        return joined

    def tree(self, n_leaves: int) -> FoundNode:
        """Trace the smallest tree that is as good as any with at most ``n_leaves`` leaves."""
        return self._trace(0, 0, n_leaves)

    def _trace(self, level: int, place: int, k: int) -> FoundNode:
        least = self._least[level][place]
        # Fewer leaves where they do as well.
        k = int(np.flatnonzero(least[:k] <= least[k - 1] + 1e-9 * least[0])[0]) + 1
        node = FoundNode(level, place, float(least[k - 1]))
        if k == 1:
            return node
        here: Level = self.lattice.levels[level]
        splits = here.splits[place]
        halves = np.array(list(splits.values()))
        best = int(np.argmin(self._join_to(level, halves, k)))
        node.literal = list(splits)[best]
        if level + 1 == len(self.lattice.levels):
            node.halves = tuple(FoundNode(level + 1, -1, float(e)) for e in halves[best])
            return node
        yes, no = (self._least[level + 1][place] for place in halves[best])
        i = int(np.argmin(yes[: k - 1] + no[k - 2 :: -1])) + 1
        node.halves = (
            self._trace(level + 1, int(halves[best][0]), i),
            self._trace(level + 1, int(halves[best][1]), k - i),
        )
        return node

    def _join_to(self, level: int, halves: np.ndarray, k: int) -> np.ndarray:
        """Least error of a few splits with at most k leaves."""
        if level + 1 == len(self.lattice.levels):
            return halves.sum(axis=1)
        yes, no = (self._least[level + 1][halves[:, side]] for side in (0, 1))
        return (yes[:, : k - 1] + no[:, k - 2 :: -1]).min(axis=1)

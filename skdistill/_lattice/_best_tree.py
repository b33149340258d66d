"""The best trees within a lattice of conjunctions, by exact dynamic programming.

For every conjunction and every number of leaves k the least error is that of a
leaf, or of the best split with i leaves on one side and k - i on the other. All
splits of a level are computed at once: O(splits * K²) for trees of up to K
leaves, or as many as are of any use below. Source: E. Boix-Adserà, "Towards a
theory of model distillation", arXiv:2403.09053, section 4, where the error is
that against the true tree.
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
        halves = [pair for splits in here.splits.values() for pair in splits.values()]
        yes, no = self._sides(level, np.array(halves))
        most = min(self.max_leaves, 2 * yes.shape[1])
        least = np.repeat(error, most, axis=1)
        starts = np.flatnonzero(np.diff(parents, prepend=-1))
        for k in range(2, most + 1):
            best = np.minimum.reduceat(_joined(yes, no, k).min(axis=1), starts)
            least[parents[starts], k - 1] = np.minimum(least[parents[starts], k - 1], best)
        # No conjunction gains by more leaves than these.
        gains = (least[:, :-1] - least[:, 1:] > 1e-12 * error).any(axis=0)
        return least[:, : 1 + np.max(np.flatnonzero(gains) + 1, initial=0)]

    def _sides(self, level: int, halves: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Least errors of both halves of some splits, each of shape (n_splits, most)."""
        if level + 1 == len(self.lattice.levels):  # the halves are leaves
            return halves[:, :1], halves[:, 1:]
        least = self._least[level + 1]
        return least[halves[:, 0]], least[halves[:, 1]]

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
        halves = np.array(list(splits.values()))
        yes, no = self._sides(level, halves)
        joined = _joined(yes, no, k)
        best, i = np.unravel_index(np.argmin(joined), joined.shape)
        node.literal = list(splits)[best]
        if level + 1 == len(self.lattice.levels):
            node.halves = tuple(FoundNode(level + 1, -1, float(e)) for e in halves[best])
        else:
            n_yes = max(1, k - no.shape[1]) + int(i)
            node.halves = tuple(
                self._trace(level + 1, int(half), n)
                for half, n in zip(halves[best], (n_yes, k - n_yes), strict=True)
            )
        return node


def _joined(yes: np.ndarray, no: np.ndarray, k: int) -> np.ndarray:
    """Least errors of splits with at most k leaves, by how many the yes half has.

    Parameters
    ----------
    yes, no : ndarray of shape (n_splits, most)
        Least errors of the halves with at most 1, 2, ... leaves.
    k : int
        At most twice as many.

    Returns
    -------
    joined : ndarray of shape (n_splits, n_ways)
        From max(1, k - most) leaves in the yes half to min(most, k - 1).
    """
    most = yes.shape[1]
    low, high = max(1, k - most), min(most, k - 1)
    return yes[:, low - 1 : high] + no[:, k - high - 1 : k - low][:, ::-1]

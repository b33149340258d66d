"""The best pruned subtree of every size, by exact dynamic programming.

What CART prunes by is impurity, and what it grows best-first wastes leaves on
siblings of one label. Here a wide tree is cut back to the subtree that errs
least among all with at most k leaves, for every k at once: the least error of
a node with k leaves is that of a leaf (k = 1), or of its left child with i and
its right one with k - i. The cost is O(K) vector operations a node, O(n_nodes *
K²) numbers in all.

Source: M. Bohanec, I. Bratko, "Trading accuracy for simplicity in decision
trees", Machine Learning 15 (1994), where the error is that on the true labels.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

__all__ = ["Subtrees"]

_TOLERANCE = 1e-9


class Subtrees:
    """Least errors of the subtrees that share a tree's root.

    Parameters
    ----------
    left, right : sequence of int
        Children of each node, -1 in a leaf.
    order : sequence of int
        The nodes in use, parents first; the first is the root.
    error : sequence of float
        Of each node as a leaf; infinite where it must not be one.
    max_leaves : int
        K.

    Attributes
    ----------
    error : ndarray of shape (most,)
        The least error with at most 1, 2, ..., ``most`` <= K leaves; more are
        of no use.
    """

    def __init__(
        self,
        left: Sequence[int],
        right: Sequence[int],
        order: Sequence[int],
        error: Sequence[float],
        max_leaves: int,
    ):
        self._left, self._right, self._root = left, right, order[0]
        self._slack = _TOLERANCE * max(float(error[order[0]]), np.finfo(float).tiny)
        self._least: dict[int, np.ndarray] = {}
        for node in reversed(order):
            own = float(error[node])
            if left[node] == -1:
                self._least[node] = np.array([own])
                continue
            joined = _joined(self._least[left[node]], self._least[right[node]], max_leaves)
            least = np.concatenate([[own], joined])[:max_leaves]
            # More leaves are worth having only where they err less.
            self._least[node] = self._strict(np.minimum.accumulate(least))
        self.error = self._least[self._root]

    def _strict(self, least: np.ndarray) -> np.ndarray:
        """Drop what is no better than a smaller subtree at the end of a row."""
        gains = np.flatnonzero(~(least <= least[-1] + self._slack))
        return least[: gains[-1] + 2] if len(gains) else least[:1]

    def inner(self, n_leaves: int) -> list[int]:
        """Return the nodes that stay split in the best subtree with at most ``n_leaves`` leaves.

        Parameters
        ----------
        n_leaves : int

        Returns
        -------
        nodes : list of int
            Parents first. The smallest subtree among equals.
        """
        kept, stack = [], [(self._root, n_leaves)]
        while stack:
            node, allowed = stack.pop()
            least = self._least[node][:allowed]
            # Fewer leaves where they do as well.
            k = int(np.flatnonzero(least <= least[-1] + self._slack)[0]) + 1
            if k == 1:
                continue
            kept.append(node)
            left, right = self._least[self._left[node]], self._least[self._right[node]]
            i = np.arange(max(1, k - len(right)), min(len(left), k - 1) + 1)
            # Sizes above a child's longest row are never needed: it has no use for them.
            if len(i):
                best = int(i[np.argmin(left[i - 1] + right[k - i - 1])])
                sizes = best, k - best
            else:
                sizes = len(left), len(right)
            stack += [(self._right[node], sizes[1]), (self._left[node], sizes[0])]
        return kept


def _joined(left: np.ndarray, right: np.ndarray, max_leaves: int) -> np.ndarray:
    """Least errors of two children together, with 2, 3, ... leaves."""
    shorter, longer = sorted((left, right), key=len)
    most = min(max_leaves, len(left) + len(right))
    joined = np.full(max(0, most - 1), np.inf)
    for i, error in enumerate(shorter.tolist()):  # i + 1 leaves in the shorter one
        part = longer[: max(0, most - 1 - i)]
        joined[i : i + len(part)] = np.minimum(joined[i : i + len(part)], error + part)
    return joined

"""Trees that are still being found, and their refinement by queries.

A conjunction of w literals holds on 2^-w of the rows of the cube, so deep in a
tree there are few to decide by. Since the teacher may be asked anywhere, an
impure node gets fresh rows inside its own subcube, and is probed again there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from skdistill._lattice._best_tree import FoundNode
from skdistill._lattice._literals import Literals
from skdistill.trees._assembly import Splits

__all__ = ["FoundTree", "found_tree", "refine", "tree_splits"]


@dataclass
class FoundTree:
    """A node of a tree by columns and thresholds, whatever search it came from.

    Parameters
    ----------
    depth : int
        Literals on the path to it.
    error : float
        Of the subtree, as a share of all rows.
    feature, threshold : int, float
        -2 in a leaf.
    halves : tuple of FoundTree
        At most the threshold first; none in a leaf.
    """

    depth: int
    error: float
    feature: int = -2
    threshold: float = -2.0
    halves: tuple[FoundTree, ...] = ()

    @property
    def n_leaves(self) -> int:
        """Leaves of the subtree."""
        return sum(half.n_leaves for half in self.halves) or 1


def found_tree(node: FoundNode, literals: Literals, mass: float, depth: int = 0) -> FoundTree:
    """Read a tree found in a lattice.

    Parameters
    ----------
    node : FoundNode
    literals : Literals
    mass : float
        What an error of 1 counts, as one over the weight of all rows.
    depth : int
        Literals above the lattice's root.
    """
    tree = FoundTree(depth + node.level, node.error * mass)
    if node.halves:
        tree.feature = int(literals.feature[node.literal])
        tree.threshold = float(literals.threshold[node.literal])
        tree.halves = tuple(found_tree(half, literals, mass, depth) for half in node.halves)
    return tree


def tree_splits(tree: FoundTree) -> Splits:
    """Lay a tree out as scikit-learn does: a node, its left subtree, its right one."""
    splits = Splits()

    def place(node: FoundTree) -> int:
        here = splits.leaf()
        if node.halves:
            splits.split(here, node.feature, node.threshold)
            splits.left[here], splits.right[here] = (place(half) for half in node.halves)
        return here

    place(tree)
    return splits


def _impure(
    node: FoundTree, fixed: dict[int, bool], least_depth: int, tolerance: float
) -> list[tuple[FoundTree, dict[int, bool]]]:
    """Topmost nodes that still err, at a depth or deeper or leaves, with their paths."""
    if node.error <= tolerance:
        return []
    if node.depth >= least_depth or not node.halves:
        return [(node, fixed)]
    return [
        found
        for half, below in zip(node.halves, (True, False), strict=False)
        for found in _impure(half, fixed | {node.feature: below}, least_depth, tolerance)
    ]


def refine(
    tree: FoundTree,
    solve: Callable[[dict[int, bool], FoundTree, int], FoundTree],
    *,
    max_depth: int,
    max_leaves: int,
    span: int,
    max_refinements: int,
    tolerance: float = 1e-9,
) -> int:
    """Probe the impure nodes of a tree again, each in its own subcube; in place.

    Parameters
    ----------
    tree : FoundTree
    solve : callable
        ``solve(fixed, node, max_leaves)`` returns the best subtree for a node,
        by fresh rows in its subcube (columns that are low, or not).
    max_depth, max_leaves : int
        Of the whole tree.
    span : int
        Levels of one lattice: nodes half as deep are probed again first.
    max_refinements : int
        The most nodes probed again, those of largest error first.

    Returns
    -------
    n_refinements : int
    """
    step = max(1, span // 2)
    waiting = _impure(tree, {}, step, tolerance)
    done = 0
    while waiting and done < max_refinements:
        waiting.sort(key=lambda pair: -pair[0].error)
        node, fixed = waiting.pop(0)
        if not 0 < node.depth < max_depth:
            continue
        room = max_leaves - tree.n_leaves + node.n_leaves
        better = solve(fixed, node, room)
        done += 1
        node.error, node.halves = better.error, better.halves
        node.feature, node.threshold = better.feature, better.threshold
        waiting += [
            (below, path)
            for below, path in _impure(node, fixed, node.depth + step, tolerance)
            if below.depth > len(fixed)
        ]
    return done

"""Trees by columns and thresholds, independent of the lattice that they were found in."""

from __future__ import annotations

from dataclasses import dataclass

from skdistill._lattice._best_trees import FoundNode
from skdistill._lattice._literals import Literals

__all__ = ["FoundTree", "found_tree"]


@dataclass
class FoundTree:
    """A node of a tree by column and threshold, with the subtrees below it.

    Parameters
    ----------
    depth : int
        Literals on the path to it.
    error : float
        Of the subtree, as a share of all rows.
    feature, threshold : int, float
        -2 in a leaf.
    children : tuple of FoundTree
        Left (values up to the threshold), then right; none in a leaf.
    """

    depth: int
    error: float
    feature: int = -2
    threshold: float = -2.0
    children: tuple[FoundTree, ...] = ()

    @property
    def n_leaves(self) -> int:
        """Leaves of the subtree."""
        return sum(child.n_leaves for child in self.children) or 1


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

    Returns
    -------
    tree : FoundTree
    """
    tree = FoundTree(depth + node.level, node.error * mass)
    if node.children:
        tree.feature = int(literals.feature[node.literal])
        tree.threshold = float(literals.threshold[node.literal])
        tree.children = tuple(found_tree(child, literals, mass, depth) for child in node.children)
    return tree

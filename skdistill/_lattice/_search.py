"""Searching a lattice for the best tree, and widening it where the tree still errs."""

from __future__ import annotations

import numpy as np

from skdistill._lattice._best_trees import BestTrees, FoundNode
from skdistill._lattice._lattice import Lattice
from skdistill._lattice._problem import Problem

__all__ = ["search_trees"]


def _doubtful(node: FoundNode, tolerance: float) -> list[tuple[int, int]]:
    """Inner nodes both of whose children still err: their splits are likely wrong.

    Where one child has no error, the split may well be right, and a split of the
    other child wrong.
    """
    return [
        (inner.level, inner.place)
        for inner in node.inner()
        if all(child.error > tolerance for child in inner.children)
    ]


def search_trees(
    problem: Problem,
    *,
    depth: int,
    max_leaves: int,
    n_probe: int,
    n_label: int,
    n_rounds: int,
    rng: np.random.Generator,
    min_leaf: float = 0.0,
    max_frontier: int = 2_000,
) -> tuple[Lattice, BestTrees]:
    """Grow a lattice of conjunctions and find the best trees of every size in it.

    A fixed beam keeps a wrong split where the right one scores a little worse.
    So each round doubles the beam at the doubtful nodes of the best tree; what
    was scored before is kept.

    Parameters
    ----------
    problem : Problem
    depth : int
        The longest conjunctions.
    max_leaves : int
        Of the largest tree.
    n_probe, n_label : int
        Splits kept of each conjunction by probe residual, and by impurity.
    n_rounds : int
        Maximum number of rounds of widening.
    rng : Generator
    min_leaf : float
        Minimum weight of a leaf, which has at least one row.
    max_frontier : int
        Maximum number of conjunctions expanded at a level.

    Returns
    -------
    lattice : Lattice
    best : BestTrees
    """
    lattice = Lattice(
        problem,
        depth=depth,
        n_probe=n_probe,
        n_label=n_label,
        min_leaf=min_leaf,
        max_frontier=max_frontier,
        max_width=2**n_rounds,
        rng=rng,
    )
    lattice.grow()
    best = BestTrees(lattice, max_leaves)
    tolerance = 1e-9 * float(problem.weight.sum())
    for _ in range(n_rounds):
        if best.error[-1] <= tolerance:
            break
        if not lattice.widen(_doubtful(best.tree(max_leaves), tolerance)):
            break
        lattice.grow()
        best = BestTrees(lattice, max_leaves)
    return lattice, best

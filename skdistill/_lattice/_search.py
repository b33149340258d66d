"""Searching a lattice for the best tree, and widening it where the tree still errs."""

from __future__ import annotations

import numpy as np

from skdistill._lattice._best_tree import BestTrees, FoundNode
from skdistill._lattice._lattice import Lattice, Problem

__all__ = ["search_trees"]


def _doubtful(node: FoundNode, tolerance: float) -> list[tuple[int, int]]:
    """Inner nodes both of whose halves still err: their splits are likely wrong.

    Where one half is right, the split may well be, and the other half's own
    split is to blame.
    """
    return [
        (inner.level, inner.place)
        for inner in node.inner()
        if all(half.error > tolerance for half in inner.halves)
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

    A fixed beam keeps a wrong split where the right one looks a little worse.
    So each round after the first doubles the beam at those nodes of the best
    tree that are in doubt; what was scored before is kept.

    Parameters
    ----------
    problem : Problem
    depth : int
        The longest conjunctions.
    max_leaves : int
        The largest trees.
    n_probe, n_label : int
        Splits kept of each conjunction by probe residual, and by impurity.
    n_rounds : int
        The most rounds of widening.
    rng : Generator
    min_leaf : float
        Least weight of a leaf, which has a row at least.
    max_frontier : int
        The most conjunctions expanded at a level.

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

"""The best tree within a lattice of conjunctions, by labels alone."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.base import BaseEstimator

from skdistill._lattice import Problem, find_literals, found_tree, search_trees
from skdistill._validation import Number, validate_parameters
from skdistill.base import snap
from skdistill.trees._assembly import filled, tree_splits
from skdistill.trees._growth import GrowthTask, dense_rows
from skdistill.trees._scale import scale_values
from skdistill.trees._size_path import best_subtrees, cut_tree

__all__ = ["LatticeGrower"]


class LatticeGrower(BaseEstimator):
    """Keep several splits of every conjunction, and find the best tree among them exactly.

    Each conjunction of literals is split by the few that leave the purest
    halves; equal conjunctions are one. Of all trees within this lattice, the
    one that errs least with so many leaves is found by dynamic programming.

    Parameters
    ----------
    n_candidates : int, default=4
        Splits kept of each conjunction.
    depth : int, default=6
        Maximum length of conjunctions; ``max_depth`` where that is smaller.
    binning : int, default=16
        Maximum number of intervals that a column is cut into.
    n_rounds : int, default=2
        Times that the beam is doubled where the best tree is in doubt.
    max_frontier : int, default=500
        Maximum number of conjunctions expanded at each depth.
    max_rows : int, default=10000
        Maximum number of rows searched; a random part where there are more.

    See Also
    --------
    AlternatingGrower : More faithful with more than eight leaves or so.
    LinearProbeTreeClassifier : The same lattice, guided by hidden layers.

    Notes
    -----
    Cost: O(conjunctions * rows in each * columns) time. Where trees have to be
    deep, CART finds what lies below ``depth``, and this does not.

    References
    ----------
    .. [1] E. Boix-Adserà, "Towards a theory of model distillation",
       arXiv:2403.09053, 2024, section 4.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from skdistill.trees import GrowthTask, LatticeGrower
    >>> task = GrowthTask.from_labels(*load_iris(return_X_y=True), max_leaf_nodes=3)
    >>> int(LatticeGrower().grow(task)[0].n_leaves)
    3
    """

    _parameter_rules = {
        "n_candidates": [Number(1, whole=True)],
        "depth": [Number(1, whole=True)],
        "binning": [Number(2, whole=True)],
        "n_rounds": [Number(0, whole=True)],
        "max_frontier": [Number(1, whole=True)],
        "max_rows": [Number(2, whole=True)],
    }

    def __init__(
        self,
        n_candidates: int = 4,
        *,
        depth: int = 6,
        binning: int = 16,
        n_rounds: int = 2,
        max_frontier: int = 500,
        max_rows: int = 10_000,
    ):
        self.n_candidates = n_candidates
        self.depth = depth
        self.binning = binning
        self.n_rounds = n_rounds
        self.max_frontier = max_frontier
        self.max_rows = max_rows

    def grow(self, task: GrowthTask) -> list[Any]:
        """Grow a tree.

        Parameters
        ----------
        task : GrowthTask
            Labelled rows, and what the tree must keep to.

        Returns
        -------
        trees : list of one sklearn.tree._tree.Tree

        Raises
        ------
        TypeError
            If the rows are sparse.
        ValueError
            If a parameter is none that works.
        """
        validate_parameters(self)
        dense_rows(task, self)
        part, limits = task.take(task.draw(self.max_rows)), task.limits
        targets = part.targets if task.classification else scale_values(snap(part.targets))
        # Weights about one, so that their unit does not matter; a power of two keeps all digits.
        power = -int(np.frexp(part.weight.mean())[1])
        weight = np.ldexp(part.weight, power)
        literals = find_literals(part.X, weight, self.binning)
        problem = Problem.of_rows(
            part.X, literals, targets, weight, classification=task.classification
        )
        depth = min(self.depth, limits.depth or self.depth)
        _, best = search_trees(
            problem,
            depth=depth,
            max_leaves=min(limits.leaves or 2**depth, 2**depth),
            n_probe=0,
            n_label=self.n_candidates,
            n_rounds=self.n_rounds,
            rng=np.random.default_rng(task.rng.randint(2**31 - 1, size=4).tolist()),
            min_leaf=float(np.ldexp(part.limits.leaf_weight, power)),
            max_frontier=self.max_frontier,
        )
        tree = filled(tree_splits(found_tree(best.tree(best.max_leaves), literals, 1.0)), task)
        # The lattice knows no minimum number of rows.
        subtrees = best_subtrees(tree, task)
        return [cut_tree(tree, subtrees.inner(len(subtrees.error)))]

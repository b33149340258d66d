"""The default: exact pruning, alternating optimisation, and a search around the best tree."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator

from skdistill._validation import Instance, Number, OneOf, validate_parameters
from skdistill.trees._alternate import alternate, grow_below, improve
from skdistill.trees._assembly import filled
from skdistill.trees._binned_tree import BinnedTree
from skdistill.trees._bins import bin_rows
from skdistill.trees._cart_grower import CartGrower
from skdistill.trees._growth import GrowthTask, dense_rows
from skdistill.trees._pruned_grower import PrunedGrower
from skdistill.trees._search_rows import SearchRows

__all__ = ["AlternatingGrower"]

# The most rows that CART regrows a part of a tree on.
_KICK_ROWS = 5_000


class AlternatingGrower(BaseEstimator):
    """Improve a few starts by alternating optimisation, and search around the best.

    parameters to be documented
    """

    _parameter_rules = {
        "starts": [
            OneOf(None),
            Instance(
                "a list of growers",
                lambda value: (
                    isinstance(value, Sequence)
                    and len(value) > 0
                    and all(hasattr(grower, "grow") for grower in value)
                ),
            ),
        ],
        "n_kicks": [Number(0, whole=True)],
        "n_rounds": [Number(0, whole=True)],
        "width": [Number(1, whole=True)],
        "max_rows": [Number(1, whole=True)],
    }

    def __init__(
        self,
        starts: Any = None,
        *,
        n_kicks: int = 20,
        n_rounds: int = 3,
        width: int = 8,
        max_rows: int = 20_000,
    ):
        self.starts = starts
        self.n_kicks = n_kicks
        self.n_rounds = n_rounds
        self.width = width
        self.max_rows = max_rows

    def grow(self, task: GrowthTask) -> list[Any]:
        validate_parameters(self)
        dense_rows(task, self)
        bins = bin_rows(task.X, task.weight)
        n = len(task.X)
        part = np.arange(n)
        if n > self.max_rows:
            part = np.sort(task.rng.choice(n, self.max_rows, replace=False))
        here = bins if n <= self.max_rows else bins.take(part)
        search = SearchRows(task.take(part).with_rows(here.numbers()), here)
        max_leaves = task.limits.leaves or len(part)
        wide, found = [], []
        for grower in self._starts(task):
            trees = grower.grow(search.task)
            wide += [BinnedTree.read(tree) for tree in trees[1:]]
            found.append(
                improve(
                    BinnedTree.read(trees[0]),
                    search,
                    max_leaves,
                    width=self.width,
                    n_rounds=self.n_rounds,
                )
            )
        tree, error = min(found, key=lambda pair: pair[1])
        tree, error = self._kick(tree, error, search, max_leaves)
        if len(part) < n:
            everything = SearchRows(task, bins)
            tree = alternate(tree, everything, 3)
            everything.prune(tree, max_leaves)
        return [filled(one.splits(bins), task) for one in (tree, *wide[:1])]

    def _starts(self, task: GrowthTask) -> list[Any]:
        if self.starts is not None:
            return list(self.starts)
        starts: list[Any] = [PrunedGrower(self.width)]
        if task.limits.leaves is not None:
            starts.append(CartGrower())
        if task.classification and task.labels.targets is None:
            other = "gini" if task.params["criterion"] != "gini" else "entropy"
            starts.append(PrunedGrower(self.width, other))
        return starts

    def _kick(
        self, tree: BinnedTree, error: float, search: SearchRows, max_leaves: int
    ) -> tuple[BinnedTree, float]:
        """Regrow parts of the tree at random, and keep what is no worse."""
        rng = search.task.rng
        best = tree, error
        for _ in range(self.n_kicks):
            inner = [node for node in tree.order() if tree.left[node] != -1]
            if not inner or error <= search.slack:
                break
            node = inner[rng.randint(len(inner))]
            wide = grow_below(
                tree, search, 4 * tree.n_leaves(node), nodes=[node], share=0.5, max_features=0.5
            )
            search.prune(wide, max_leaves)
            if not search.is_monotone(wide):
                continue
            trial, found = improve(wide, search, max_leaves, width=4, n_rounds=0)
            if trial.n_leaves() < max_leaves:
                trial, found = improve(trial, search, max_leaves, width=4, n_rounds=1)
            if found <= error + search.slack:
                tree, error = trial, found
            if error < best[1] - search.slack:
                best = tree, error
        return best

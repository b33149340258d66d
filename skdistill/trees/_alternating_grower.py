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

# A regrown part may be as many times as wide as the old one, before it is cut back.
_KICK_WIDTH = 4
# Rows that a part is regrown on: half of them, and no more than that.
_KICK_ROWS = 2_000
# Maximum number of passes of the last polish, where only a part of the rows was searched.
_LAST_PASSES = 3


class AlternatingGrower(BaseEstimator):
    """Improve a few starts by alternating optimisation, then search around the best.

    CART chooses each split as if nothing came after it. Here every split is
    chosen again with all the others fixed, until none can be improved; leaves
    that this frees are spent where the tree still errs. Then parts of the tree
    are regrown at random, and kept where the whole tree gets no worse. The
    measure is always disagreement with the teacher (or squared error).

    Parameters
    ----------
    starts : list of growers, default=None
        Where to start: by default a wide tree that is pruned exactly, and plain
        CART. Any object with such a ``grow`` works.
    n_kicks : int, default=20
        How often a part of the best tree is regrown.
    n_rounds : int, default=3
        Maximum number of times that CART continues below all leaves of a start.
    width : int, default=8
        How many times the budget of leaves a start may have before it is
        pruned, and the leaves that CART grows below a leaf.
    held_out : float, default=0.0
        Share in [0, 1) of the real rows that the search does not use. They
        decide between the trees that it finds, and the chosen one is then
        improved on all rows. With 0 the search's own rows decide (see Notes).
    max_rows : int, default=10000
        Maximum number of rows searched; a random part where there are more. The tree
        is then polished on all.

    See Also
    --------
    PrunedGrower : Its first step alone, for a fraction of the cost.
    CartGrower : The cheapest.

    Notes
    -----
    Columns are cut once, into at most 255 intervals, and splits are found in
    histograms: a pass over the tree costs O(rows that matter * columns) for
    each depth. Most of the time goes into the CARTs that starts and regrown parts
    come from.

    Which rows decide between trees was measured (``held_out=0.25`` in
    ``benchmarks/bench_fidelity.py``): held-out ones do no better than all rows,
    synthetic ones among them, since they are fewer.

    References
    ----------
    .. [1] M. Á. Carreira-Perpiñán, P. Tavallali, "Alternating optimization of
       decision trees, with application to learning sparse oblique trees",
       NeurIPS 2018.
    .. [2] H. R. Lourenço, O. C. Martin, T. Stützle, "Iterated local search",
       Handbook of Metaheuristics, 2003. :doi:`10.1007/0-306-48056-5_11`

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from skdistill.trees import AlternatingGrower, GrowthTask
    >>> task = GrowthTask.from_labels(*load_iris(return_X_y=True), max_leaf_nodes=3)
    >>> int(AlternatingGrower().grow(task)[0].n_leaves)
    3
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
        "held_out": [Number(0, 1, closed="left")],
        "max_rows": [Number(2, whole=True)],
    }

    def __init__(
        self,
        starts: Any = None,
        *,
        n_kicks: int = 20,
        n_rounds: int = 3,
        width: int = 8,
        held_out: float = 0.0,
        max_rows: int = 10_000,
    ):
        self.starts = starts
        self.n_kicks = n_kicks
        self.n_rounds = n_rounds
        self.width = width
        self.held_out = held_out
        self.max_rows = max_rows

    def grow(self, task: GrowthTask) -> list[Any]:
        """Grow a tree.

        Parameters
        ----------
        task : GrowthTask
            Labelled rows, and what the tree must keep to.

        Returns
        -------
        trees : list of sklearn.tree._tree.Tree
            The tree, and the wide one of the first start.

        Raises
        ------
        TypeError
            If the rows are sparse.
        ValueError
            If a parameter is none that works.
        """
        validate_parameters(self)
        dense_rows(task, self)
        bins = bin_rows(task.X, task.weight)
        n, max_leaves = len(task.X), task.limits.leaves or len(task.X)
        part = task.draw(self.max_rows)
        binned = bins if len(part) == n else bins.take(part)
        seen = SearchRows(task.take(part).with_rows(binned.numbers()), binned)
        held = self._hold_out(seen)
        search = seen if not len(held) else seen.without(held)

        found, wide = self._improved_starts(task, search, max_leaves)
        found.append(self._kick(*min(found, key=lambda pair: pair[1]), search, max_leaves))
        if len(held):
            scores = [seen.error_on(held, tree, search) for tree, _ in found]
            # The last is the best of the search, and wins where rows cannot decide.
            tree = found[len(found) - 1 - int(np.argmin(scores[::-1]))][0]
            tree, _ = improve(tree, seen, max_leaves, width=self.width, n_rounds=1)
        else:
            tree = found[-1][0]
        if len(part) < n:
            everything = SearchRows(task, bins)
            tree = alternate(tree, everything, _LAST_PASSES)
            everything.prune(tree, max_leaves)
        return [filled(one.splits(bins), task) for one in (tree, *wide[:1])]

    def _hold_out(self, seen: SearchRows) -> np.ndarray:
        """Real rows that the search is not to see, equal ones together."""
        if not self.held_out:
            return np.empty(0, dtype=np.intp)
        real = seen.index[: seen.task.n_real]
        held = seen.some(real, self.held_out)
        return held if len(held) < len(seen.index) else held[:0]

    def _improved_starts(
        self, task: GrowthTask, search: SearchRows, max_leaves: int
    ) -> tuple[list[tuple[BinnedTree, float]], list[BinnedTree]]:
        """Trees with their errors, and what else the growers returned."""
        found, others = [], []
        for grower in self._starts(task):
            first, *rest = [BinnedTree.read(tree) for tree in grower.grow(search.task)]
            others += rest
            found.append(
                improve(first, search, max_leaves, width=self.width, n_rounds=self.n_rounds)
            )
        return found, others

    def _starts(self, task: GrowthTask) -> list[Any]:
        if self.starts is not None:
            return list(self.starts)
        # Without a budget, CART is what is pruned already.
        return [PrunedGrower(self.width), *([CartGrower()] if task.limits.leaves else [])]

    def _kick(
        self, tree: BinnedTree, error: float, search: SearchRows, max_leaves: int
    ) -> tuple[BinnedTree, float]:
        """Regrow parts of the tree at random, and keep what is no worse."""
        rng = search.task.rng
        tree = tree.copy()
        best = tree, error
        for _ in range(self.n_kicks):
            inner = [node for node in tree.order() if tree.left[node] != -1]
            if not inner or error <= search.slack:
                break
            # Large parts more often: there is more in them to be found.
            size = np.array([tree.n_leaves(node) for node in inner])
            k = int(rng.choice(len(inner), p=size / size.sum()))
            wide = grow_below(
                tree,
                search,
                _KICK_WIDTH * int(size[k]),
                nodes=[inner[k]],
                most_rows=_KICK_ROWS,
                max_features=1 / 3,
            )
            search.prune(wide, max_leaves)
            if not search.is_monotone(wide):
                continue
            trial, found = improve(wide, search, max_leaves, width=_KICK_WIDTH, n_rounds=0)
            if trial.n_leaves() < max_leaves:
                trial, found = improve(trial, search, max_leaves, width=_KICK_WIDTH, n_rounds=1)
            if found <= error + search.slack:
                tree, error = trial, found
            if error < best[1] - search.slack:
                best = tree.copy(), error
        return best

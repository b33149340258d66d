"""Alternating optimisation of a tree of given shape, and its regrowth.

One node is revisited at a time, leaves before the root: with everything else
fixed, each row has a loss in the left subtree and one in the right, and the
split that parts them best is found in histograms of the difference. Rows that
fare alike on both sides do not matter. No step raises the error.

Source: M. Á. Carreira-Perpiñán, P. Tavallali, "Alternating optimization of
decision trees, with application to learning sparse oblique trees", NeurIPS
2018; here with axis-aligned splits, exact over the intervals of all columns.
"""

from __future__ import annotations

from itertools import islice
from typing import Any

import numpy as np

from skdistill.trees._binned_tree import BinnedTree
from skdistill.trees._search_rows import Cut, SearchRows

__all__ = ["alternate", "grow_below", "improve"]

# CART goes on below a leaf that has this part of the mean error of all leaves.
_FAIR_PART = 0.5
# Cuts tried at a node where limits refuse the best.
_TRIALS = 10


def alternate(tree: BinnedTree, search: SearchRows, max_passes: int = 20) -> BinnedTree:
    """Revisit every node until nothing improves, but for those where nothing was changed.

    A pass costs O(rows * depth) for the paths, and O(rows that matter *
    columns) a depth for the histograms.

    Parameters
    ----------
    tree : BinnedTree
        Changed in place; every leaf is reached by some row.
    search : SearchRows
    max_passes : int

    Returns
    -------
    tree : BinnedTree
        The same one.
    """
    for _ in range(max_passes):
        if not _pass(tree, search):
            break
    return tree


def _pass(tree: BinnedTree, search: SearchRows) -> bool:
    """Revisit every node once, deepest first; returns whether anything changed."""
    reached = tree.rows_by_node(search.bins, search.index)
    predictions = search.predictions(tree, reached)
    depth = tree.depths()
    unsettled, parent = tree.unsettled(), tree.parents()
    changed = False
    for node in sorted(reached, key=lambda node: -depth[node]):
        if tree.left[node] == -1 or node not in unsettled:
            continue
        if _revisit(tree, node, reached[node], search, predictions):
            changed = True
            while node:  # what is above it, is unsettled within the same pass
                node = parent[node]
                unsettled.add(node)
    return changed


def _revisit(
    tree: BinnedTree,
    node: int,
    rows: np.ndarray,
    search: SearchRows,
    predictions: dict[int, int | np.ndarray],
) -> bool:
    """Give one node its best split, or put its better child in its place."""
    left, right = tree.left[node], tree.right[node]
    on_left = search.losses(tree, left, rows, predictions)
    gain = on_left - search.losses(tree, right, rows, predictions)
    goes = tree.goes_left(node, search.bins.codes[tree.feature[node]][rows])
    value = float(gain[goes].sum())
    one_side = min(0.0, float(gain.sum()))
    cuts = list(islice(search.cuts(rows, gain), 1 if search.limits.free else _TRIALS))
    if one_side <= value + search.slack and (not cuts or one_side <= cuts[0].value + search.slack):
        # One child does as well for all rows: the split is not needed.
        trial = tree.copy()
        trial.replace(node, right if one_side >= -search.slack else left)
        return _take(tree, trial, node, rows, search, predictions)
    for cut in cuts:
        if cut.value >= value - search.slack:
            return False
        trial = tree.copy()
        trial.feature[node], trial.cut[node] = cut.feature, cut.cut
        trial.missing_left[node] = _missing_left(cut, rows, search)
        if _take(tree, trial, node, rows, search, predictions):
            return True
    return False


def _missing_left(cut: Cut, rows: np.ndarray, search: SearchRows) -> bool:
    """Where missing values go; with the larger part where there were none."""
    if search.bins.missing[cut.feature]:
        return cut.missing_left
    return search.most_go_left(cut.feature, cut.cut, rows)


def _take(
    tree: BinnedTree,
    trial: BinnedTree,
    node: int,
    rows: np.ndarray,
    search: SearchRows,
    predictions: dict[int, int | np.ndarray],
) -> bool:
    """Tidy a changed subtree and take it over, if it keeps to the limits."""
    _drop_empty(trial, node, rows, search)
    reached = trial.rows_by_node(search.bins, rows, node)
    leaves = [place for place in reached if trial.left[place] == -1]
    sums = np.array([search.sums(reached[leaf]) for leaf in leaves])
    counts = np.array([len(reached[leaf]) for leaf in leaves])
    if len(leaves) > 1 and search.limits.too_small(counts, sums[:, 0]).any():
        return False
    least = search.limits.split_rows
    if any(trial.left[place] != -1 and len(reached[place]) < least for place in reached):
        return False
    if not search.is_monotone(trial):
        return False
    tree.become(trial)
    tree.touched.add(node)
    predictions.update(search.predictions(trial, reached))
    return True


def _drop_empty(tree: BinnedTree, root: int, rows: np.ndarray, search: SearchRows) -> None:
    """Replace nodes of which one side is reached by no row by their other side."""
    reached = tree.rows_by_node(search.bins, rows, root)
    for node in reversed(tree.order(root)):  # children first
        left, right = tree.left[node], tree.right[node]
        if left == -1 or not len(reached[node]):
            continue
        if not len(reached[left]):
            tree.replace(node, right)
        elif not len(reached[right]):
            tree.replace(node, left)


def grow_below(
    tree: BinnedTree,
    search: SearchRows,
    n_leaves: int,
    *,
    nodes: list[int] | None = None,
    most_rows: int | None = None,
    **params: Any,
) -> BinnedTree:
    """Return a wider tree, in which CART has gone on below some leaves.

    Parameters
    ----------
    tree : BinnedTree
        Not changed.
    search : SearchRows
    n_leaves : int
        The most leaves below each of them.
    nodes : list of int, default=None
        Where to grow, in the place of what is there; the leaves by default.
    most_rows : int, default=None
        CART sees a random half of a node's rows, and about so many at most; all
        of them by default.
    **params
        Of CART, other than the task's.

    Returns
    -------
    tree : BinnedTree
    """
    wide = tree.copy()
    reached, depth = tree.rows_by_node(search.bins, search.index), tree.depths()
    chosen = _erring_leaves(tree, reached, search) if nodes is None else nodes
    for node in chosen:
        rows = reached[node]
        if most_rows is not None and len(rows):
            rows = search.some(rows, min(0.5, most_rows / len(rows)))
        grown = _grow(rows, depth[node], search, n_leaves, params)
        if grown is not None and grown.left[0] != -1:
            wide.graft(node, grown)
    return wide


def _erring_leaves(
    tree: BinnedTree, reached: dict[int, np.ndarray], search: SearchRows
) -> list[int]:
    """Leaves in which there is something to be gained: where a fair part of all error lies."""
    leaves = [node for node in reached if tree.left[node] == -1]
    error = search.errors(np.array([search.sums(reached[leaf]) for leaf in leaves]))
    least = _FAIR_PART * error.sum() / len(leaves)
    return [leaf for leaf, lost in zip(leaves, error.tolist(), strict=True) if lost > least]


def _grow(
    rows: np.ndarray, depth: int, search: SearchRows, n_leaves: int, params: dict
) -> BinnedTree | None:
    """CART on the rows of one node; None where there is nothing to split."""
    task, limits = search.task, search.limits
    weight = float(search.sums(rows)[0])
    pure = search.errors(search.sums(rows)[np.newaxis])[0] <= search.slack
    deepest = None if limits.depth is None else limits.depth - depth
    if pure or n_leaves < 2 or weight <= 0 or deepest == 0 or search.alike(rows):
        return None
    # Limits that the parameters set for all rows, scaled to these.
    share = float(task.weight.sum()) / weight
    params = {
        "max_leaf_nodes": n_leaves,
        "max_depth": deepest,
        "min_samples_leaf": max(1, min(limits.leaf_rows, len(rows) // 2)),
        "min_weight_fraction_leaf": min(0.5, limits.leaf_weight / weight),
        "min_impurity_decrease": task.params["min_impurity_decrease"] * share,
        "ccp_alpha": task.params["ccp_alpha"] * share,
    } | params
    return _place_missing(BinnedTree.read(task.cart(rows=rows, **params)), rows, search)


def _place_missing(tree: BinnedTree, rows: np.ndarray, search: SearchRows) -> BinnedTree:
    """Let every missing value of CART's rows have a place, and every leaf a row.

    scikit-learn 1.6 sends some of them elsewhere than it grew for.
    """
    if search.bins.missing.any():
        search.place_missing(tree, rows)
        _drop_empty(tree, 0, rows, search)
    return tree


def improve(
    tree: BinnedTree, search: SearchRows, max_leaves: int, *, width: int, n_rounds: int
) -> tuple[BinnedTree, float]:
    """Alternate, then spend freed leaves where they help most, until nothing improves.

    Below the leaves that err CART goes on, and of the wider tree the best subtree is
    kept, so leaves move to where the disagreement is.

    Parameters
    ----------
    tree : BinnedTree
        Changed.
    search : SearchRows
    max_leaves : int
    width : int
        The most leaves that CART grows below a leaf.
    n_rounds : int
        The most times that it grows.

    Returns
    -------
    tree : BinnedTree
    error : float
    """
    _place_missing(tree, search.index, search)
    error = search.prune(alternate(tree, search), max_leaves)
    for _ in range(n_rounds):
        if error <= search.slack:
            break
        wide = grow_below(tree, search, width)
        if search.prune(wide, max_leaves) >= error - search.slack:
            break
        if not search.is_monotone(wide):
            break
        tree = wide
        error = search.prune(alternate(tree, search), max_leaves)
    return tree, error

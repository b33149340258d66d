"""Alternating optimisation: every step is the best of its kind, and none does harm."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from skdistill._labels import ClassLabels, Values
from skdistill.trees import GrowthTask, _alternate
from skdistill.trees._alternate import alternate, grow_below, improve
from skdistill.trees._binned_tree import BinnedTree
from skdistill.trees._bins import MISSING, bin_rows
from skdistill.trees._search_rows import SearchRows

KINDS = ("hard", "soft", "values", "several")
LIMITS = [
    {"min_samples_leaf": 6},
    {"min_samples_leaf": 0.08},
    {"min_weight_fraction_leaf": 0.1},
    {"min_samples_split": 25},
    {"max_depth": 3},
    {"monotonic_cst": [1, 0, -1, 0]},
]


def make_search(kind, seed, n=120, **params):
    """Rows with missing values, weights and labels that several columns explain in part."""
    rng = np.random.default_rng(seed)
    X = rng.integers(0, 12, (n, 4)).astype(np.float32)
    X[:, 3] = rng.normal(size=n)
    if "monotonic_cst" not in params:
        X[rng.random(n) < 0.2, 1] = np.nan
        X[rng.random(n) < 0.1, 3] = np.nan
    weight = rng.integers(1, 4, n).astype(float)
    rest = np.nan_to_num(X[:, 1], nan=6.0)
    score = np.sin(X[:, 0]) + (rest > 5) * (X[:, 2] - 6) / 3 + rng.normal(size=n) / 2
    n_classes = 2 if "monotonic_cst" in params else 3
    codes = np.digitize(score, [0.0] if n_classes == 2 else [-0.5, 0.7])
    plain = DecisionTreeClassifier if kind in ("hard", "soft") else DecisionTreeRegressor
    if kind == "hard":
        labels = ClassLabels(np.arange(n_classes), codes)
    elif kind == "soft":
        targets = 0.6 * np.eye(n_classes)[codes] + 0.4 * rng.dirichlet(np.ones(n_classes), n)
        labels = ClassLabels(np.arange(n_classes), targets.argmax(axis=1), targets)
    else:
        labels = Values(score if kind == "values" else np.column_stack([score, -rest]))
    params = plain(**params).get_params()
    task = GrowthTask(X, labels, weight, n, params, np.random.RandomState(seed))
    bins = bin_rows(X, weight)
    return SearchRows(task.with_rows(bins.numbers()), bins)


def start(search, n_leaves=10, **params):
    """A tree to improve: CART with random splits, cut back until it is monotone."""
    wide = BinnedTree.read(search.task.cart(max_leaf_nodes=n_leaves, splitter="random", **params))
    if search.is_monotone(wide):
        return wide
    for k in range(n_leaves, 0, -1):
        tree = wide.copy()
        search.prune(tree, k)
        if search.is_monotone(tree):
            return tree
    raise AssertionError("a single leaf is monotone")


def every_cut(search):
    """Every split there is: which rows go left, by column, interval and side of missing values."""
    for column, codes in enumerate(search.bins.codes):
        missing = codes == MISSING
        for cut in range(len(search.bins.thresholds[column])):
            yield (column, cut, False), (codes <= cut)
            if missing.any():
                yield (column, cut, True), (codes <= cut) | missing
        if missing.any():
            yield (column, MISSING - 1, False), ~missing


def leaf_losses(search, prediction):
    """Loss of every row under a prediction, from the definition."""
    task = search.task
    if task.classification:
        return task.weight * (1.0 - task.targets[:, prediction])
    return task.weight * ((search._targets - prediction) ** 2).sum(axis=1)


def tree_losses(search, tree, predictions, root, rows):
    """Loss of some rows below a node, one leaf after the other."""
    losses = np.zeros(len(search.index))
    for node, here in tree.rows_by_node(search.bins, rows, root).items():
        if tree.left[node] == -1:
            losses[here] = leaf_losses(search, predictions[node])[here]
    return losses[rows]


@settings(max_examples=40, deadline=None)
@given(kind=st.sampled_from(KINDS), share=st.floats(0.05, 1.0), seed=st.integers(0, 1000))
def test_cuts_are_the_best_of_their_columns(kind, share, seed):
    """Brute force over all columns, intervals and directions of missing values."""
    search = make_search(kind, seed)
    rng = np.random.default_rng(seed)
    rows = np.flatnonzero(rng.random(len(search.index)) < share)
    gain = rng.integers(-3, 4, len(rows)).astype(float)
    best = {}
    for (column, cut, missing_left), left in every_cut(search):
        value = gain[left[rows]].sum()
        best.setdefault(column, []).append((value, cut, missing_left))
    found = list(search.cuts(rows, gain))
    assert sorted(cut.feature for cut in found) == sorted(best)
    values = [cut.value for cut in found]
    assert values == sorted(values)
    for cut in found:
        all_of_them = best[cut.feature]
        least = min(value for value, _, _ in all_of_them)
        np.testing.assert_allclose(cut.value, least, atol=1e-6)
        equal = [c[1:] for c in all_of_them if c[0] <= least + 1e-9]
        assert (cut.cut, cut.missing_left) in equal


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", range(3))
def test_a_revisit_takes_the_best_split(kind, seed):
    """Of all splits with both children as they are, and of putting either in its place."""
    search = make_search(kind, seed)
    tree = start(search)
    inner = [node for node in tree.order() if tree.left[node] != -1]
    changes = 0
    for node in inner:
        tried = tree.copy()
        reached = tried.rows_by_node(search.bins, search.index)
        predictions, rows = search.predictions(tried, reached), reached[node]
        on = [
            tree_losses(search, tried, predictions, child, rows)
            for child in (tried.left[node], tried.right[node])
        ]
        below = tree_losses(search, tried, predictions, node, rows)
        np.testing.assert_allclose(below, search.losses(tried, node, rows, predictions))
        elsewhere = search.error(tried) - below.sum()
        options = [np.where(left[rows], *on).sum() for _, left in every_cut(search)]
        best = elsewhere + min(*options, on[0].sum(), on[1].sum())
        before = search.error(tried)
        changed = _alternate._revisit(tried, node, rows, search, predictions)
        after = search.error(tried)
        # Leaves predict anew where rows have moved, so it may be better still.
        assert after <= best + 1e-6 * before
        assert changed or before <= best + 1e-6 * before
        changes += changed
    assert changes > 0


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("params", [{}, *LIMITS], ids=str)
def test_no_revisit_raises_the_error(kind, params, monkeypatch):
    """Neither a node nor a pass; and whatever limits there are, they are kept."""
    if kind == "several" and "monotonic_cst" in params:
        return  # scikit-learn has no such tree
    search = make_search(kind, 1, **params)
    tree = start(search)
    errors, revisit = [search.error(tree)], _alternate._revisit

    def watched(tree, node, *rest):
        legal(tree, search)
        changed = revisit(tree, node, *rest)
        errors.append(search.error(tree))
        assert errors[-1] <= errors[-2] + 1e-9 * errors[0]
        assert changed or errors[-1] == errors[-2]
        return changed

    monkeypatch.setattr(_alternate, "_revisit", watched)
    before, depth = tree.n_leaves(), max(tree.depths().values())
    alternate(tree, search)
    legal(tree, search)
    assert tree.n_leaves() <= before
    assert max(tree.depths().values()) <= depth
    assert errors[-1] < errors[0]


def legal(tree, search):
    """Assert that a tree keeps to the limits of a search, from their definitions."""
    limits, weight = search.limits, search.task.weight
    reached = tree.rows_by_node(search.bins, search.index)
    for node, rows in reached.items():
        if tree.left[node] != -1:
            assert len(rows) >= limits.split_rows
        elif node != 0:
            assert len(rows) >= max(1, limits.leaf_rows)
            assert weight[rows].sum() >= limits.leaf_weight - 1e-9
    if limits.depth is not None:
        assert max(tree.depths().values()) <= limits.depth
    if limits.monotonic is not None:
        assert_monotone(tree, search)


def assert_monotone(tree, search):
    """Assert that predictions move one way between neighbouring codes, on random rows."""
    rng = np.random.default_rng(0)
    predictions = search.predictions(tree, tree.rows_by_node(search.bins, search.index))
    if search.task.classification:
        reached = tree.rows_by_node(search.bins, search.index)
        sums = {node: search.sums(reached[node]) for node in predictions}
        predictions = {node: s[-1] / s[0] for node, s in sums.items()}
    tops = [len(thresholds) for thresholds in search.bins.thresholds]
    points = np.column_stack([rng.integers(0, top + 1, 200) for top in tops])
    for column in np.flatnonzero(search.limits.monotonic):
        points = points[points[:, column] < tops[column]]
        moved = points.copy()
        moved[:, column] = rng.integers(points[:, column], tops[column]) + 1
        values = []
        for codes in (points, moved):
            rows = type(search.bins)(
                codes.T.astype(np.uint8), search.bins.thresholds, search.bins.missing
            )
            value = np.empty(len(codes))
            for node, here in tree.rows_by_node(rows, np.arange(len(codes))).items():
                if tree.left[node] == -1:
                    value[here] = predictions[node]
            values.append(value)
        rise = search.limits.monotonic[column] * (values[1] - values[0])
        assert (rise >= -1e-9).all()


@pytest.mark.parametrize("kind", ["hard", "soft"])
def test_needless_splits_are_bypassed(kind):
    """At the end no node can give way to one of its children without loss."""
    for seed in range(4):
        search = make_search(kind, seed)
        tree = alternate(start(search, 14), search, max_passes=1000)
        reached = tree.rows_by_node(search.bins, search.index)
        predictions = search.predictions(tree, reached)
        for node in tree.order():
            if tree.left[node] == -1:
                continue
            here = tree_losses(search, tree, predictions, node, reached[node]).sum()
            for child in (tree.left[node], tree.right[node]):
                other = tree_losses(search, tree, predictions, child, reached[node]).sum()
                assert other > here + 1e-9


def test_siblings_of_one_label_become_one_leaf():
    """A split between two leaves that predict the same is dropped at once."""
    task = GrowthTask.from_labels([[0.0], [1.0], [2.0], [3.0]] * 5, [0, 0, 1, 1] * 5)
    bins = bin_rows(task.X, task.weight)
    search = SearchRows(task.with_rows(bins.numbers()), bins)
    # x <= 0 | (x <= 1 | (x <= 2 | rest)): two splits more than it takes.
    tree = BinnedTree(
        [1, -1, 3, -1, 5, -1, -1], [2, -1, 4, -1, 6, -1, -1], [0, -2] * 3 + [-2],
        [0, -2, 1, -2, 2, -2, -2], [False] * 7,
    )  # fmt: skip
    assert search.error(tree) == 0
    alternate(tree, search)
    assert search.error(tree) == 0
    assert tree.n_leaves() == 2


def test_a_misplaced_root_is_put_right():
    """An exclusive-or whose root was cut at random is found exactly."""
    grid = np.array(list(itertools.product(range(8), range(8), range(3))), dtype=float)
    y = (grid[:, 0] > 3) ^ (grid[:, 1] > 3)
    task = GrowthTask.from_labels(grid, y, max_leaf_nodes=4)
    bins = bin_rows(task.X, task.weight)
    search = SearchRows(task.with_rows(bins.numbers()), bins)
    # The root at x0 <= 1, each child near the right place in x1.
    tree = BinnedTree(
        [1, 3, 5, -1, -1, -1, -1], [2, 4, 6, -1, -1, -1, -1], [0, 1, 1, -2, -2, -2, -2],
        [1, 3, 4, -2, -2, -2, -2], [False] * 7,
    )  # fmt: skip
    assert search.error(tree) > 0
    alternate(tree, search)
    assert search.error(tree) == 0
    assert (tree.feature[0], tree.cut[0]) == (0, 3)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("params", [{}, *LIMITS], ids=str)
def test_improve_keeps_the_budget(kind, params):
    """Trees regrown below their leaves err no more, are no larger and no less legal."""
    if kind == "several" and "monotonic_cst" in params:
        return
    search = make_search(kind, 2, **params)
    tree = start(search, 6)
    legal(tree, search)
    before = search.error(tree)
    untouched = tree.copy()
    wide = grow_below(tree, search, 5)
    assert tree.__dict__ == untouched.__dict__
    assert wide.n_leaves() > tree.n_leaves() or params.get("max_depth")
    if params.get("max_depth"):
        assert max(wide.depths().values()) <= params["max_depth"]
    assert search.error(wide) <= before + 1e-9
    tree, error = improve(tree, search, 6, width=5, n_rounds=3)
    legal(tree, search)
    assert tree.n_leaves() <= 6
    assert error <= before
    np.testing.assert_allclose(error, search.error(tree))


@pytest.mark.parametrize("kind", ["hard", "values"])
def test_pruning_in_place(kind):
    """The reported error is the tree's, and no larger budget errs more."""
    search = make_search(kind, 3)
    wide = start(search, 20)
    errors = []
    for k in range(1, 21):
        tree = wide.copy()
        errors.append(search.prune(tree, k))
        assert tree.n_leaves() <= k
        np.testing.assert_allclose(errors[-1], search.error(tree), atol=1e-9)
    assert (np.diff(errors) <= 0).all()
    np.testing.assert_allclose(errors[-1], search.error(wide), atol=1e-9)
    np.testing.assert_allclose(errors[0], search.total)


def test_equal_rows_are_drawn_together():
    """About the share wanted; of equal rows all or none, whatever their weights."""
    X = np.random.default_rng(0).normal(size=(3000, 5)).round(2)
    X[:, 1] = np.nan
    X = np.concatenate([X, X[::3], X[::3]])
    task = GrowthTask.from_labels(X, np.zeros(len(X)))
    bins = bin_rows(task.X, task.weight)
    search = SearchRows(task.with_rows(bins.numbers()), bins)
    seen = []
    for share in (0.1, 0.5, 0.9):
        drawn = np.zeros(len(X), dtype=bool)
        drawn[search.some(search.index, share)] = True
        assert abs(drawn[:3000].mean() - share) < 0.05
        np.testing.assert_array_equal(drawn[3000:4000], drawn[:3000:3])
        np.testing.assert_array_equal(drawn[4000:], drawn[:3000:3])
        seen.append(drawn[:3000])
    assert len(search.some(search.index, 1.0)) == len(X)
    assert len(search.some(search.index, 0.0)) == 0
    # Each draw is another one.
    first, second = (np.isin(search.index, search.some(search.index, 0.5)) for _ in range(2))
    assert 0.3 < (first == second).mean() < 0.7

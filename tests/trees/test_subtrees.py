"""The best pruned subtrees of all sizes are those that exhaustive search finds."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from skdistill._labels import ClassLabels, Values
from skdistill.trees import GrowthTask, PrunedGrower
from skdistill.trees._size_path import best_subtrees, cut_tree
from skdistill.trees._subtrees import Subtrees


def random_tree(n_leaves, rng):
    """Children of the nodes of a random tree, and its nodes, parents first."""
    left, right, leaves = [-1], [-1], [0]
    for _ in range(n_leaves - 1):
        node = leaves.pop(rng.integers(len(leaves)))
        left[node], right[node] = len(left), len(left) + 1
        leaves += [left[node], right[node]]
        left += [-1, -1]
        right += [-1, -1]
    return left, right, list(range(len(left)))


def all_subtrees(left, right, node=0):
    """The nodes that stay split, and the leaves, of every pruned subtree below a node."""
    yield (), (node,)
    if left[node] == -1:
        return
    for inner, leaves in all_subtrees(left, right, left[node]):
        for others, more in all_subtrees(left, right, right[node]):
            yield (node, *inner, *others), leaves + more


def least(subtrees, error_of, k):
    """Least error of those with at most k leaves, and the least size that has it."""
    found = [(error_of(leaves), len(leaves)) for _, leaves in subtrees if len(leaves) <= k]
    best = min(error for error, _ in found)
    return best, min(size for error, size in found if error <= best + 1e-9 * (1 + abs(best)))


@settings(max_examples=80, deadline=None)
@given(
    n_leaves=st.integers(1, 8),
    max_leaves=st.integers(1, 9),
    whole=st.booleans(),
    illegal=st.sampled_from([0.0, 0.2, 0.6]),
    seed=st.integers(0, 10_000),
)
@example(n_leaves=8, max_leaves=8, whole=True, illegal=0.0, seed=0)
@example(n_leaves=8, max_leaves=5, whole=False, illegal=0.6, seed=1)
def test_every_size_against_exhaustive_search(n_leaves, max_leaves, whole, illegal, seed):
    """Errors may be anything: equal, rising below a node, or infinite."""
    rng = np.random.default_rng(seed)
    left, right, order = random_tree(n_leaves, rng)
    error = rng.integers(0, 5, len(order)).astype(float) if whole else rng.random(len(order))
    error[rng.random(len(order)) < illegal] = np.inf
    error[0] = 6.0  # a tree may always be one leaf
    found = Subtrees(left, right, order, error.tolist(), max_leaves)
    subtrees = list(all_subtrees(left, right))
    assert 1 <= len(found.error) <= min(n_leaves, max_leaves)
    assert (np.diff(found.error) <= 0).all()
    for k in range(1, max_leaves + 1):
        best, size = least(subtrees, lambda leaves: error[list(leaves)].sum(), k)
        np.testing.assert_allclose(found.error[min(k, len(found.error)) - 1], best)
        inner = found.inner(k)
        kept = {tuple(sorted(nodes)): leaves for nodes, leaves in subtrees}[tuple(sorted(inner))]
        np.testing.assert_allclose(error[list(kept)].sum(), best)
        assert len(kept) == size  # the smallest among equals
        assert inner == [] or inner[0] == 0
    # A longer row is one that errs less.
    assert len(found.error) == least(subtrees, lambda leaves: error[list(leaves)].sum(), k)[1]


def make_task(kind, rng, **params):
    """Rows with noisy labels, weighted, and what a tree on them must keep to."""
    n = 60
    X = rng.integers(0, 6, (n, 3)).astype(np.float32)
    weight = rng.integers(1, 4, n).astype(float)
    score = X[:, 0] - X[:, 1] + rng.normal(size=n) * 2
    classes = np.arange(3)
    if kind == "hard":
        labels = ClassLabels(classes, np.digitize(score, [-1.0, 1.0]))
    elif kind == "soft":
        targets = rng.dirichlet([0.5, 0.5, 0.5], size=n)
        labels = ClassLabels(classes, targets.argmax(axis=1), targets)
    else:
        several = np.column_stack([score, rng.normal(size=n)])
        labels = Values(score if kind == "values" else several)
    kinds = {"hard": DecisionTreeClassifier, "soft": DecisionTreeClassifier}
    plain = kinds.get(kind, DecisionTreeRegressor)(**params).get_params()
    return GrowthTask(X, labels, weight, n, plain, np.random.RandomState(0))


def error_by_rows(task, leaf):
    """Error of a partition of the rows, from its definition."""
    total = 0.0
    for place in np.unique(leaf):
        here = leaf == place
        weight, targets = task.weight[here], task.targets[here]
        mean = weight @ targets / weight.sum()
        if task.classification:
            total += weight @ (1.0 - targets[:, mean.argmax()])
        else:
            total += weight @ ((targets - mean) ** 2).sum(axis=1)
    return total


@pytest.mark.parametrize("kind", ["hard", "soft", "values", "several"])
@pytest.mark.parametrize("least_leaf", [{}, {"min_samples_leaf": 3}, {"min_samples_leaf": 0.07}])
def test_pruning_of_grown_trees(kind, least_leaf):
    """Of a wide tree, each size, with nodes in it that must not be leaves."""
    rng = np.random.default_rng(len(kind))
    wide = PrunedGrower().grow(make_task(kind, rng, max_leaf_nodes=2))[1]  # 16 leaves
    wide = cut_tree(wide, [k for k in range(15) if wide.children_left[k] != -1])
    task = make_task(kind, np.random.default_rng(len(kind)), max_leaf_nodes=7, **least_leaf)
    found = best_subtrees(wide, task)
    path = wide.decision_path(task.X).toarray().astype(bool)
    rows = task.limits.leaf_rows
    left, right = wide.children_left, wide.children_right
    assert found.error[-1] < found.error[0]
    assert (rows > 1) == (wide.n_node_samples < rows).any()

    def error_of(leaves):
        if min(path[:, leaf].sum() for leaf in leaves) < rows and leaves != (0,):
            return np.inf
        return error_by_rows(task, path[:, list(leaves)].argmax(axis=1))

    subtrees = list(all_subtrees(left, right))
    assert len(subtrees) > 20
    for k in range(1, 8):
        best, size = least(subtrees, error_of, k)
        np.testing.assert_allclose(found.error[min(k, len(found.error)) - 1], best)
        tree = cut_tree(wide, found.inner(k))
        assert tree.n_leaves == size
        np.testing.assert_allclose(error_by_rows(task, tree.apply(task.X)), best)


@pytest.mark.parametrize("kind", ["hard", "values"])
def test_no_worse_than_cost_complexity_pruning(kind):
    """Of the same wide tree, any subtree that minimal cost-complexity pruning takes."""
    task = make_task(kind, np.random.default_rng(3), max_leaf_nodes=6)
    _, wide = PrunedGrower().grow(task)
    subtrees = best_subtrees(wide, task)
    plain = DecisionTreeClassifier if kind == "hard" else DecisionTreeRegressor
    y = task.labels.codes if kind == "hard" else task.labels.targets
    shared = {"max_leaf_nodes": 48, "random_state": 0}
    alphas = plain(**shared).cost_complexity_pruning_path(task.X, y, task.weight).ccp_alphas
    compared = 0
    for alpha in alphas[:-1]:
        tree = plain(**shared, ccp_alpha=alpha).fit(task.X, y, task.weight).tree_
        k = tree.n_leaves
        if k > len(subtrees.error):
            continue
        compared += 1
        pruned = error_by_rows(task, tree.apply(task.X))
        assert subtrees.error[k - 1] <= pruned + 1e-9
    assert compared > 1


def test_a_cut_tree_holds_what_the_whole_one_does():
    """Values, counts and impurities of its nodes are those of the whole tree's."""
    task = make_task("hard", np.random.default_rng(5), max_leaf_nodes=6)
    small, wide = PrunedGrower().grow(task)
    assert small.n_leaves <= 6 < wide.n_leaves
    path = small.decision_path(task.X).toarray().astype(bool)
    for node in range(small.node_count):
        here = path[:, node]
        mean = task.weight[here] @ task.targets[here] / task.weight[here].sum()
        np.testing.assert_allclose(small.value[node, 0], mean)
        assert small.n_node_samples[node] == here.sum()
        assert small.weighted_n_node_samples[node] == task.weight[here].sum()
    leaf = small.children_left == -1
    np.testing.assert_array_equal(small.feature[leaf], -2)
    np.testing.assert_array_equal(small.threshold[leaf], -2.0)
    np.testing.assert_array_equal(small.children_right[leaf], -1)

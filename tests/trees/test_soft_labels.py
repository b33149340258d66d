"""CART on soft labels minimises the expected Gini impurity."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.datasets import load_iris
from sklearn.tree import DecisionTreeClassifier

from skdistill import CallableTeacher, DistilledTreeClassifier
from skdistill.trees import CartGrower, PrunedGrower


def teacher_of(X, P):
    """A teacher that predicts P on the very rows of X."""
    stored = {row.tobytes(): p for row, p in zip(X, P, strict=True)}
    return CallableTeacher(
        lambda rows: np.array([stored[row.tobytes()] for row in rows]), output="probabilities"
    )


def soft_tree(X, P, **params):
    """CART on the soft labels P of the rows X alone."""
    return cart(X, P, labels="soft", **params).fit(X)


def cart(X, P, **params):
    """An unfitted tree on the labels P of the rows X, grown by CART."""
    return DistilledTreeClassifier(
        teacher_of(X, P), grower=CartGrower(), transfer_set=None, random_state=0, **params
    )


def random_labels(n, n_classes, seed):
    """Rows and probabilities that depend on them, with noise."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, 3)).astype(np.float32)
    scores = X @ rng.normal(size=(3, n_classes)) * 2 + rng.normal(size=(n, n_classes))
    P = np.exp(scores)
    return X, P / P.sum(axis=1, keepdims=True)


def gini(P, weight):
    """Expected Gini impurity of rows, times their weight."""
    mean = weight @ P / weight.sum()
    return weight.sum() * (1 - (mean**2).sum())


@settings(max_examples=40, deadline=None)
@given(
    n=st.integers(4, 25),
    n_classes=st.integers(2, 4),
    weighted=st.booleans(),
    seed=st.integers(0, 10_000),
)
def test_the_split_minimises_expected_gini(n, n_classes, weighted, seed):
    """Against every split of every column, by brute force, with and without weights."""
    X, P = random_labels(n, n_classes, seed)
    weight = np.random.default_rng(seed).integers(1, 5, n).astype(float)
    weight = weight if weighted else np.ones(n)
    tree = cart(X, P, labels="soft", max_leaf_nodes=2).fit(X, sample_weight=weight)
    costs = []
    for column in X.T:
        for cut in np.sort(column)[:-1]:
            left = column <= cut
            costs.append(gini(P[left], weight[left]) + gini(P[~left], weight[~left]))
    left = tree.apply(X) == 1
    found = gini(P[left], weight[left]) + gini(P[~left], weight[~left])
    np.testing.assert_allclose(found, min(costs), rtol=1e-6)


@pytest.mark.parametrize("n_classes", [2, 3])
def test_values_and_impurities_are_those_of_the_labels(n_classes):
    """Each node holds the mean label of its rows and its Gini impurity."""
    X, P = random_labels(200, n_classes, 0)
    tree = soft_tree(X, P, max_leaf_nodes=8)
    path = tree.decision_path(X).toarray().astype(bool)
    for node in range(tree.tree_.node_count):
        mean = P[path[:, node]].mean(axis=0)
        np.testing.assert_allclose(tree.tree_.value[node, 0], mean, atol=1e-6)
        np.testing.assert_allclose(tree.tree_.impurity[node], 1 - (mean**2).sum(), atol=1e-6)
    np.testing.assert_array_equal(tree.predict(X), np.argmax(tree.predict_proba(X), axis=1))
    np.testing.assert_allclose(
        tree.fidelity_, (tree.predict(X) == np.argmax(P, axis=1)).mean(), atol=1e-12
    )


@pytest.mark.parametrize("n_classes", [2, 3])
@pytest.mark.parametrize("class_weight", [None, "balanced", {0: 3.0, 1: 0.5, 2: 1.0}])
def test_it_is_the_tree_on_weighted_copies(n_classes, class_weight):
    """Copies of each row, one a class, weighted by its probability, give the same split."""
    X, P = random_labels(150, n_classes, 1)
    if isinstance(class_weight, dict):
        class_weight = {k: class_weight[k] for k in range(n_classes)}
    tree = soft_tree(X, P, max_depth=1, class_weight=class_weight)
    if class_weight == "balanced":
        factor = 1 / (n_classes * P.mean(axis=0))
    else:
        factor = np.array(
            [1.0] * n_classes if class_weight is None else list(class_weight.values())
        )
    copies = DecisionTreeClassifier(max_depth=1, random_state=0).fit(
        np.repeat(X, n_classes, axis=0),
        np.tile(np.arange(n_classes), len(X)),
        sample_weight=(P * factor).ravel(),
    )
    np.testing.assert_array_equal(tree.apply(X), copies.apply(X))
    np.testing.assert_allclose(tree.predict_proba(X), copies.predict_proba(X), atol=1e-6)


def test_min_samples_leaf_counts_rows():
    """Leaves hold as many rows as required, which copies of rows would not keep."""
    X, P = random_labels(300, 3, 2)
    tree = soft_tree(X, P, min_samples_leaf=50, max_leaf_nodes=None)
    assert np.bincount(tree.apply(X))[np.unique(tree.apply(X))].min() >= 50
    assert tree.get_n_leaves() > 2


@pytest.mark.parametrize("n_classes", [2, 3])
@pytest.mark.parametrize(
    "params",
    [
        {"ccp_alpha": 0.005},
        {"ccp_alpha": 0.02},
        {"min_impurity_decrease": 0.005},
        {"min_impurity_decrease": 0.02},
        {"min_samples_leaf": 30},
        {"max_leaf_nodes": 5},
    ],
    ids=str,
)
def test_sure_probabilities_are_hard_labels(n_classes, params):
    """Where all probabilities are 0 or 1 both kinds of labels give the same tree."""
    X, P = random_labels(400, n_classes, 3)
    sure = np.eye(n_classes)[np.argmax(P, axis=1)]
    params = {"min_samples_leaf": 10, "max_leaf_nodes": None} | params
    soft = soft_tree(X, sure, **params)
    hard = cart(X, sure, labels="hard", **params).fit(X)
    assert hard.get_n_leaves() > 2
    np.testing.assert_array_equal(soft.apply(X), hard.apply(X))
    np.testing.assert_allclose(soft.tree_.impurity, hard.tree_.impurity, atol=1e-9)
    np.testing.assert_allclose(soft.tree_.value, hard.tree_.value, atol=1e-9)


def test_pruning_paths_agree_with_hard_labels():
    """cost_complexity_pruning_path of sure soft labels is that of the hard ones."""
    X, P = random_labels(200, 3, 4)
    sure = np.eye(3)[np.argmax(P, axis=1)]
    paths = []
    for labels in ("soft", "hard"):
        tree = cart(X, sure, labels=labels, min_samples_leaf=10)
        paths.append(tree.cost_complexity_pruning_path(X, None))
    np.testing.assert_allclose(paths[0].ccp_alphas, paths[1].ccp_alphas, atol=1e-9)
    np.testing.assert_allclose(paths[0].impurities, paths[1].impurities, atol=1e-9)


def test_alpha_blends_true_labels_in():
    """The root's distribution is (1 - alpha) teacher + alpha truth."""
    X, y = load_iris(return_X_y=True)
    X = X + np.random.default_rng(0).normal(size=X.shape) * 1e-3  # no repeats
    P = np.tile([0.2, 0.3, 0.5], (len(X), 1))
    P[:75] = [0.3, 0.3, 0.4]
    for alpha in (0.0, 0.25, 1.0):
        tree = cart(X, P, labels="soft", alpha=alpha).fit(X, y)
        expected = (1 - alpha) * P.mean(axis=0) + alpha * np.array([1, 1, 1]) / 3
        np.testing.assert_allclose(tree.tree_.value[0, 0], expected, atol=1e-6)


@pytest.mark.parametrize("grower", [CartGrower(), PrunedGrower()], ids=["cart", "pruned"])
@pytest.mark.parametrize("n_classes", [2, 3])
@pytest.mark.parametrize("name", ["min_impurity_decrease", "ccp_alpha"])
def test_least_gain_is_that_of_the_gini(grower, n_classes, name):
    """The best split, by brute force, gains more than one bound and less than another."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(60, 1)).astype(np.float32)
    P = np.eye(n_classes)[(X[:, 0] > 0.2).astype(int)] + rng.random((60, n_classes))
    P /= P.sum(axis=1, keepdims=True)
    P = P[:, rng.permutation(n_classes)]
    weight = rng.integers(1, 4, size=60).astype(float)
    order = np.argsort(X[:, 0])
    least = min(
        gini(P[order[:k]], weight[order[:k]]) + gini(P[order[k:]], weight[order[k:]])
        for k in range(1, 60)
    )
    gain = (gini(P, weight) - least) / weight.sum()
    for factor, n_leaves in ((0.999, 2), (1.001, 1)):
        tree = cart(X, P, labels="soft", max_leaf_nodes=2, **{name: factor * gain})
        tree.set_params(grower=grower).fit(X, sample_weight=weight)
        assert tree.get_n_leaves() == n_leaves

"""Deep trees: impure nodes are searched again on fresh rows of their own subcube."""

import numpy as np
import pytest

from skdistill import CallableTeacher, LinearProbeTreeClassifier, LinearProbeTreeRegressor
from skdistill._labels import ClassLabels
from skdistill._lattice import FoundTree
from skdistill.datasets import make_boolean_tree
from skdistill.probes._cube import Cube
from skdistill.probes._pool import same_classes
from skdistill.probes._refine import refine
from skdistill.trees import tree_splits


def refined(truth, **params):
    """A probe tree by labels alone, unless told otherwise."""
    params = {
        "domain": truth.domain,
        "split_score": "impurity",
        "n_samples": 1000,
        "random_state": 0,
    } | params
    return LinearProbeTreeClassifier(truth, **params).fit(truth.sample(10, random_state=1))


def conjunctions_of(truth):
    """Activations that represent the conjunctions of a tree: the nodes that rows pass through."""
    plain = truth.to_sklearn()
    return lambda X: plain.decision_path(np.asarray(X, dtype=np.float32)).astype(np.float32)


@pytest.fixture(scope="module")
def deep():
    """A tree of depth 6 over 12 columns, and what is found of it by refinement."""
    truth = make_boolean_tree(12, 6, random_state=0)
    return truth, refined(truth, max_depth=12, max_refinements=100, n_rounds=1)


@pytest.mark.parametrize("domain", ["sign", "binary"])
def test_deep_trees_are_exact_with_refinement(deep, domain):
    """Depth 6 by queries, in either coding; one lattice on the same rows is not enough."""
    truth, tree = deep
    if domain == "binary":
        truth = make_boolean_tree(10, 6, domain=domain, random_state=0)
        tree = refined(truth, max_depth=10, max_refinements=100, n_rounds=0)
    fresh = truth.sample(20_000, random_state=2)
    plain = refined(truth, max_depth=7, n_rounds=0)
    np.testing.assert_array_equal(tree.predict(fresh), truth.predict(fresh))
    assert np.mean(plain.predict(fresh) == truth.predict(fresh)) < 0.9
    assert tree.fidelity_ == 1.0
    assert plain.n_refinements_ == 0
    assert 0 < tree.n_refinements_ < 100
    assert tree.n_queries_ == 1000 * (1 + tree.n_refinements_)
    assert set(np.unique(tree.tree_.threshold)) == {-2.0, 0.0 if domain == "sign" else 0.5}


def test_represented_conjunctions_of_a_deep_tree():
    """Depth 7 from activations that represent its conjunctions: all 128 leaves, in place."""
    truth = make_boolean_tree(16, 7, random_state=0)
    tree = refined(
        truth,
        split_score="residual",
        layers=conjunctions_of(truth),
        max_depth=7,
        max_refinements=10,
        n_candidates=1,
        n_rounds=0,
    )
    fresh = truth.sample(20_000, random_state=2)
    np.testing.assert_array_equal(tree.predict(fresh), truth.predict(fresh))
    assert tree.get_n_leaves() == 128
    assert tree.n_refinements_ <= 10
    report = tree.lrh_report()
    assert report.depth.tolist() == [1, 2, 3, 4, 5, 6, 7]
    assert report.error.max() < 1e-3


def test_counts_are_those_of_the_whole_cube(deep):
    """Rows of subcubes weigh what their subcube is: leaves hold shares of the cube."""
    truth, tree = deep
    fresh = truth.sample(50_000, random_state=2)
    expected = tree.decision_path(fresh).toarray().mean(axis=0)
    weight = tree.tree_.weighted_n_node_samples
    np.testing.assert_allclose(weight[0], 1000, rtol=0.02)
    np.testing.assert_allclose(weight / weight[0], expected, atol=0.05)
    deep = np.flatnonzero(expected < 2**-5)
    assert len(deep) > 20
    rows = tree.tree_.n_node_samples[deep]
    assert np.median(rows / (1000 * expected[deep])) > 2  # more than rows of the whole cube


@pytest.mark.parametrize(
    ("max_queries", "n_refinements"), [(1000, 0), (2999, 1), (3000, 2), (500, 0)]
)
def test_budget(max_queries, n_refinements):
    """Refinement ends where the next one would exceed the budget."""
    truth = make_boolean_tree(12, 6, random_state=0)
    queried = []

    def predict(X):
        queried.append(len(X))
        return truth.predict(X)

    teacher = CallableTeacher(predict, output="label", classes=[0, 1])
    tree = LinearProbeTreeClassifier(
        teacher,
        domain="sign",
        split_score="impurity",
        n_samples=1000,
        max_depth=7,
        max_refinements=50,
        n_rounds=0,
        max_queries=max_queries,
        random_state=0,
    ).fit(truth.sample(10, random_state=1))
    assert tree.n_refinements_ == n_refinements
    assert tree.n_queries_ == sum(queried) == min(1000, max_queries) + 1000 * n_refinements


def test_bounds_of_the_whole_tree():
    """Depth, leaves and refinements stay within the bounds."""
    truth = make_boolean_tree(12, 6, random_state=1)
    tree = refined(truth, max_depth=6, max_leaf_nodes=20, max_refinements=3, n_rounds=0)
    assert tree.get_n_leaves() <= 20
    assert tree.get_depth() <= 6
    assert tree.n_refinements_ <= 3


def test_a_frame_and_probabilities():
    """Fresh rows are frames too; leaves predict mean probabilities."""
    pd = pytest.importorskip("pandas")
    truth = make_boolean_tree(10, 6, domain="binary", random_state=2)
    names = [f"b{j}" for j in range(10)]
    seen = []

    def proba(X):
        seen.append(X)
        high = 0.1 + 0.8 * truth.predict(X[names].to_numpy())
        return np.column_stack([1 - high, high])

    teacher = CallableTeacher(proba, output="probabilities")
    X = pd.DataFrame(truth.sample(10, random_state=0), columns=names).astype({"b3": bool})
    tree = LinearProbeTreeClassifier(
        teacher,
        labels="soft",
        domain="binary",
        split_score="impurity",
        max_depth=10,
        n_samples=800,
        max_refinements=60,
        n_rounds=0,
        random_state=0,
    ).fit(X)
    assert tree.n_refinements_ > 0
    assert all((part.dtypes == X.dtypes).all() for part in seen)
    fresh = pd.DataFrame(truth.sample(2000, random_state=3), columns=names).astype(X.dtypes)
    assert np.mean(tree.predict(fresh) == truth.predict(fresh.to_numpy())) > 0.95


def test_values():
    """A regression of a deep tree."""
    truth = make_boolean_tree(10, 6, n_classes=30, random_state=0)
    X, fresh = truth.sample(10, random_state=0), truth.sample(5000, random_state=1)
    scores = []
    for max_refinements in (0, 100):
        tree = LinearProbeTreeRegressor(
            CallableTeacher(truth.predict),
            domain="sign",
            split_score="impurity",
            max_depth=10,
            n_samples=600,
            max_refinements=max_refinements,
            n_rounds=0,
            random_state=0,
        ).fit(X)
        scores.append(tree.score(fresh, truth.predict(fresh)))
    assert scores[0] < 0.9 < 0.97 < scores[1]


def test_labels_that_a_subcube_does_not_show():
    """A function without classes: labels keep their meaning in every subcube."""

    def letters(X):
        label = np.where(X[:, 3:8].prod(axis=1) > 0, "b", "c")
        return np.where((X[:, :2] > 0).any(axis=1), label, "a")

    X = 1 - 2 * np.random.default_rng(0).integers(0, 2, (500, 8))
    tree = LinearProbeTreeClassifier(
        CallableTeacher(letters, output="label"),
        domain="sign",
        split_score="impurity",
        n_samples=300,
        max_depth=8,
        max_refinements=40,
        random_state=1,
    ).fit(X)
    np.testing.assert_array_equal(tree.predict(X), letters(X))
    assert tree.n_refinements_ > 0
    classes = np.array(["a", "b", "c"])
    later = ClassLabels(np.array(["b", "c"]), np.array([1, 0, 1]))
    first = ClassLabels(classes, np.array([0, 1, 2]))
    assert same_classes(later, first).codes.tolist() == [2, 1, 2]
    with pytest.raises(ValueError, match=r"\['a'\] in a subcube.*classes="):
        same_classes(first, later)


def test_subcubes():
    """Fixed columns are low or high in either coding, the others are uniform."""
    rng = np.random.default_rng(0)
    for domain, low, high in (("binary", 0, 1), ("sign", -1, 1)):
        X = np.array([[low, high, low], [high, low, high]])
        points = Cube(domain, X).draw(400, rng, {0: True, 2: False})
        assert (points[:, 0] == low).all()
        assert (points[:, 2] == high).all()
        assert 150 < (points[:, 1] == low).sum() < 250
        assert points.dtype == X.dtype


def test_order_and_bounds_of_refinement():
    """The worst node first; what comes back is searched again below; never beyond the bounds."""

    def tree():
        leaves = [FoundTree(2, error) for error in (0.1, 0.0, 0.3, 0.05)]
        children = tuple(
            FoundTree(1, 0.4, j, 0.0, tuple(leaves[2 * j : 2 * j + 2])) for j in (0, 1)
        )
        return FoundTree(0, 0.45, 5, 0.0, children)

    calls = []

    def solve(fixed, node, max_leaves):
        calls.append((fixed, node.error, max_leaves))
        below = (FoundTree(node.depth + 1, 0.0), FoundTree(node.depth + 1, node.error / 4))
        return FoundTree(node.depth, node.error / 4, 7 + node.depth, 0.0, below)

    start = tree()
    bounds = {"max_depth": 3, "max_leaves": 6, "span": 5}
    assert refine(start, solve, max_refinements=9, **bounds) == 3
    assert calls == [
        ({5: False, 1: True}, 0.3, 3),
        ({5: True, 0: True}, 0.1, 2),
        ({5: False, 1: False}, 0.05, 1),
    ]
    assert start.n_leaves == 7
    splits = tree_splits(start)
    assert splits.feature[0] == 5
    assert splits.left[0] == 1
    calls.clear()
    assert refine(tree(), solve, max_refinements=1, **bounds) == 1
    assert len(calls) == 1
    assert refine(tree(), solve, max_refinements=0, **bounds) == 0


def test_a_subcube_without_labels_keeps_its_node():
    """Where the teacher fails on all fresh rows there is nothing better; the next one is due."""
    left, right = FoundTree(1, 0.1), FoundTree(1, 0.3)
    start, tried = FoundTree(0, 0.4, 5, 0.0, (left, right)), []

    def solve(fixed, node, max_leaves):
        tried.append(fixed)
        return None if len(tried) == 1 else FoundTree(1, 0.0)

    bounds = {"max_depth": 3, "max_leaves": 6, "span": 1}
    assert refine(start, solve, max_refinements=9, **bounds) == 2
    assert tried == [{5: False}, {5: True}]
    assert (right.error, left.error) == (0.3, 0.0)

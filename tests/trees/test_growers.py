"""What growers promise, alone and in a distilled tree."""

import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import BaseEstimator, clone
from sklearn.model_selection import GridSearchCV
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from skdistill import CallableTeacher, DistilledTreeClassifier
from skdistill.trees import (
    AlternatingGrower,
    CartGrower,
    GrowthTask,
    LatticeGrower,
    PrunedGrower,
)
from tests.trees._growers import (
    ALL,
    FAST,
    GROWERS,
    LATTICE,
    make_rows,
    shares,
    tree_of,
)


@ALL
@pytest.mark.parametrize("kind", ["three", "values"])
def test_same_seed_same_tree(grower, kind):
    """Bit for bit, from an integer, and from a state drawn from alike."""
    X, three, _, score = make_rows(missing=True)
    y = three if kind == "three" else score
    before = repr(grower), pickle.dumps(grower)
    for state in (lambda: 7, lambda: np.random.RandomState(3)):
        one, other = (
            tree_of(kind, grower, max_leaf_nodes=9, random_state=state()).fit(X, y)
            for _ in range(2)
        )
        assert pickle.dumps(one.tree_) == pickle.dumps(other.tree_)
        sizes = [[pickle.dumps(s.tree.tree_) for s in t.size_path_] for t in (one, other)]
        assert sizes[0] == sizes[1]
    # Growing leaves the grower as it was.
    assert (repr(grower), pickle.dumps(grower)) == before
    assert set(vars(grower)) == set(grower.get_params(deep=False))


@ALL
def test_rows_are_only_read(grower):
    """Rows, labels and weights that cannot be written to are enough."""
    X, three, _, _ = make_rows()
    weight = np.ones(len(X))
    for array in (X, three, weight):
        array.flags.writeable = False
    assert tree_of("three", grower).fit(X, three, sample_weight=weight).get_n_leaves() > 4
    task = GrowthTask.from_labels(X, three, max_leaf_nodes=5)
    rows, labels = task.X.copy(), task.labels.codes.copy()
    grower.grow(task)
    np.testing.assert_array_equal(task.X, rows)
    np.testing.assert_array_equal(task.labels.codes, labels)


@ALL
def test_alone_on_a_task(grower):
    """A grower needs no distiller: it returns genuine trees that hold the labels' means."""
    X, three, _, _ = make_rows()
    weight = np.random.default_rng(0).random(len(X)) + 0.1
    task = GrowthTask.from_labels(X, three, sample_weight=weight, max_leaf_nodes=6)
    genuine = type(DecisionTreeClassifier().fit(X, three).tree_)
    trees = grower.grow(task)
    assert all(isinstance(tree, genuine) for tree in trees)
    assert 2 <= trees[0].n_leaves <= 6
    for tree in trees:
        path = tree.decision_path(task.X).toarray().astype(bool)
        for node in range(tree.node_count):
            here = path[:, node]
            mean = weight[here] @ np.eye(3)[three[here]] / weight[here].sum()
            np.testing.assert_allclose(tree.value[node, 0], mean)
            np.testing.assert_allclose(tree.impurity[node], 1 - (mean**2).sum(), atol=1e-9)
            assert tree.n_node_samples[node] == here.sum()
            np.testing.assert_allclose(tree.weighted_n_node_samples[node], weight[here].sum())


class Watched(BaseEstimator):
    """A grower that remembers what another one grew."""

    def __init__(self, grower=None):
        self.grower = grower

    def grow(self, task):
        trees = self.grower.grow(task)
        SEEN.append((task, trees))
        return trees


SEEN = []


def error_of(tree, task):
    """Weight of the disagreement, or squared error, of a tree on a task's rows."""
    prediction = tree.value[tree.apply(task.X)]
    if task.classification:
        chosen = prediction[:, 0].argmax(axis=1)
        return task.weight @ (1 - task.targets[np.arange(len(chosen)), chosen])
    return task.weight @ ((prediction[:, :, 0] - task.targets) ** 2).sum(axis=1)


@pytest.mark.parametrize("kind", ["three", "soft", "values"])
@pytest.mark.parametrize("start", [CartGrower(), PrunedGrower(), LATTICE], ids=repr)
@pytest.mark.parametrize("params", [{}, {"min_samples_leaf": 8}, {"max_depth": 3}], ids=str)
def test_alternating_is_no_worse_than_its_starts(kind, start, params):
    """On the rows that it sees, with as many leaves; mostly it is better."""
    better = 0
    for seed in range(3):
        X, three, _, score = make_rows(160, seed)
        y = score if kind == "values" else three
        if kind == "soft":
            params = {**params, "labels": "soft", "transfer_set": None}
            params["teacher"] = CallableTeacher(shares, output="probabilities")
        SEEN.clear()
        grower = AlternatingGrower([Watched(start)], n_kicks=2)
        tree = tree_of(kind, grower, max_leaf_nodes=7, random_state=seed, **params).fit(X, y)
        task, trees = SEEN[0]
        before = error_of(trees[0], task)
        rows = GrowthTask(
            X.astype(np.float32), task.labels, task.sample_weight, len(X), task.params, task.rng
        )
        after = error_of(tree.tree_, rows)
        assert after <= before * (1 + 1e-9)
        assert tree.get_n_leaves() <= 7
        better += after < before * (1 - 1e-9)
    assert better > 0


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10_000), n_classes=st.integers(2, 4), leaves=st.integers(2, 9))
def test_no_grower_is_worse_than_plain_cart(seed, n_classes, leaves):
    """On columns of few values, where no two splits of CART's are equal by chance alone."""
    rng = np.random.default_rng(seed)
    X = rng.integers(0, 20, (120, 3)).astype(float)
    score = X[:, 0] * 1.01 - X[:, 1] + np.sin(X[:, 2]) * 4 + rng.normal(size=120)
    y = np.digitize(score, np.quantile(score, np.arange(1, n_classes) / n_classes))
    errors = {}
    for name, grower in GROWERS.items():
        task = GrowthTask.from_labels(X, y, max_leaf_nodes=leaves, random_state=seed % 100)
        errors[name] = error_of(grower.grow(task)[0], task)
    assert errors["fast"] <= errors["cart"] + 1e-9


def test_rows_beyond_max_rows():
    """A part is searched, all are predicted; and the limits are those of all rows."""
    X, three, _, score = make_rows(900)
    for kind, y in (("three", three), ("values", score)):
        for grower in (
            AlternatingGrower(n_kicks=1, max_rows=150),
            LatticeGrower(3, depth=3, max_rows=150),
        ):
            tree = tree_of(kind, grower, max_leaf_nodes=8, min_samples_leaf=0.05).fit(X, y)
            leaf, rows = np.unique(tree.apply(X), return_counts=True)
            assert rows.min() >= 45
            assert len(leaf) == tree.get_n_leaves() > 2
            np.testing.assert_array_equal(tree.tree_.n_node_samples[leaf], rows)


def test_nested_parameters():
    """A grower's parameters are reached through its tree's, and searched."""
    X, three, _, _ = make_rows(120)
    tree = DistilledTreeClassifier(grower=PrunedGrower(), random_state=0)
    tree.set_params(grower__width=3, grower__criterion="entropy")
    assert tree.get_params()["grower__width"] == 3
    assert tree.grower.criterion == "entropy"
    copy = clone(tree)
    assert copy.grower is not tree.grower
    assert copy.grower.get_params() == tree.grower.get_params()
    search = GridSearchCV(
        tree, {"grower__width": [1, 4], "max_leaf_nodes": [3, 5]}, cv=2, n_jobs=1
    ).fit(X, three)
    assert set(search.best_params_) == {"grower__width", "max_leaf_nodes"}
    assert tree.grower.width == 3
    kinds = {"grower": ["auto", CartGrower(), PrunedGrower(), FAST]}
    search = GridSearchCV(tree, kinds, cv=2).fit(X, three)
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()
    nested = AlternatingGrower([PrunedGrower(2)], n_kicks=0)
    tree = DistilledTreeClassifier(grower=nested).set_params(grower__n_kicks=1)
    assert clone(tree).grower.n_kicks == 1
    assert clone(tree).grower.starts[0].width == 2


@ALL
def test_pickle(grower):
    """A fitted tree comes back with its grower and the same predictions."""
    X, three, _, _ = make_rows(100)
    tree = tree_of("three", grower).fit(X, three)
    back = pickle.loads(pickle.dumps(tree))
    np.testing.assert_array_equal(back.predict_proba(X), tree.predict_proba(X))
    assert repr(back.grower) == repr(grower)
    assert [s.n_leaves for s in back.size_path_] == [s.n_leaves for s in tree.size_path_]


@pytest.mark.parametrize(
    ("grower", "name"),
    [
        (PrunedGrower(0), "width"),
        (PrunedGrower(criterion="accuracy"), "criterion"),
        (LatticeGrower(0), "n_candidates"),
        (LatticeGrower(depth=0), "depth"),
        (LatticeGrower(binning=1), "binning"),
        (AlternatingGrower([]), "starts"),
        (AlternatingGrower([None]), "starts"),
        (AlternatingGrower(n_kicks=-1), "n_kicks"),
        (AlternatingGrower(width=0), "width"),
        (AlternatingGrower(max_rows=1.5), "max_rows"),
    ],
    ids=repr,
)
def test_wrong_parameters_of_growers(grower, name):
    """They are named, with the grower, at fit."""
    X, three, _, _ = make_rows(40)
    with pytest.raises(ValueError, match=f"'{name}' parameter of {type(grower).__name__}"):
        tree_of("three", grower).fit(X, three)


@pytest.mark.parametrize("grower", ["cart", None, CartGrower, DecisionTreeClassifier()])
def test_what_is_no_grower(grower):
    """Names other than "auto", classes and estimators are refused."""
    X, three, _, _ = make_rows(40)
    with pytest.raises(ValueError, match="'grower' parameter of DistilledTreeClassifier"):
        tree_of("three", grower).fit(X, three)


def test_a_grower_of_ones_own():
    """Anything with grow will do: here a stump, whatever the budget."""

    class Stump:
        def grow(self, task):
            return [task.cart(max_leaf_nodes=2)]

    X, three, _, _ = make_rows()
    tree = tree_of("three", Stump()).fit(X, three)
    plain = DecisionTreeClassifier(max_leaf_nodes=2, random_state=0).fit(X, three)
    np.testing.assert_array_equal(tree.predict(X), plain.predict(X))
    assert [s.n_leaves for s in tree.size_path_] == [1, 2]


def test_what_auto_is():
    """Alternating optimisation; pruning without a budget; CART where leaves are no means."""
    X, three, _, score = make_rows()
    for kind, y, params, grower in (
        ("three", three, {}, AlternatingGrower()),
        ("values", score, {}, AlternatingGrower()),
        ("three", three, {"max_leaf_nodes": None, "max_depth": 4}, PrunedGrower()),
        ("values", score, {"criterion": "absolute_error"}, CartGrower()),
        ("values", score - score.min(), {"criterion": "poisson"}, CartGrower()),
    ):
        auto = tree_of(kind, "auto", **params).fit(X, y)
        named = tree_of(kind, grower, **params).fit(X, y)
        np.testing.assert_array_equal(auto.apply(X), named.apply(X))
    median = DecisionTreeRegressor(criterion="absolute_error", max_leaf_nodes=16, random_state=0)
    median.fit(X, score)
    auto = tree_of("values", "auto", criterion="absolute_error").fit(X, score)
    np.testing.assert_array_equal(auto.predict(X), median.predict(X))

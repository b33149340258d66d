"""Trees of every size from one fit: what each reports is what it does."""

import itertools

import numpy as np
import pytest
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor
from sklearn.metrics import r2_score
from sklearn.naive_bayes import GaussianNB

from skdistill import DistilledTreeClassifier, DistilledTreeRegressor
from skdistill.trees import (
    AlternatingGrower,
    CartGrower,
    GrowthTask,
    LatticeGrower,
    PrunedGrower,
    SizedTree,
)
from skdistill.trees._size_path import size_path

GROWERS = {
    "cart": CartGrower(),
    "pruned": PrunedGrower(),
    "fast": AlternatingGrower(n_kicks=3),
    "lattice": LatticeGrower(3, depth=4, binning=8, n_rounds=0, max_frontier=60),
}
ALL = pytest.mark.parametrize("grower", GROWERS.values(), ids=GROWERS)


def make_rows(seed=0, n=250):
    """Rows, classes and values that no small tree explains exactly."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, 4))
    X[:, 1] = rng.integers(0, 6, n)
    score = X[:, 0] + np.sin(2 * X[:, 2]) * (X[:, 1] > 2) + rng.normal(size=n) / 3
    return X, np.digitize(score, [-0.5, 0.7]), score


@ALL
@pytest.mark.parametrize("kind", ["classes", "values", "several"])
@pytest.mark.parametrize("weighted", [False, True])
def test_each_fidelity_is_measured_on_the_rows(grower, kind, weighted):
    """By the tree's own predictions; sizes rise within the budget, and so does fidelity."""
    X, classes, score = make_rows()
    weight = np.random.default_rng(1).integers(1, 6, len(X)) * 0.7 if weighted else None
    settings = {"grower": grower, "max_leaf_nodes": 9, "random_state": 0}
    if kind == "classes":
        tree, y = DistilledTreeClassifier(**settings), classes
    else:
        y = score if kind == "values" else np.column_stack([score, 3 * X[:, 0]])
        tree = DistilledTreeRegressor(**settings)
    tree.fit(X, y, sample_weight=weight)
    path = tree.size_path_
    assert all(isinstance(sized, SizedTree) for sized in path)
    sizes = [sized.n_leaves for sized in path]
    fidelity = [sized.fidelity for sized in path]
    assert sizes[0] == 1
    assert sizes == sorted(set(sizes))
    assert sizes[-1] <= 9
    assert fidelity == sorted(set(fidelity))
    for sized in path:
        assert sized.n_leaves == sized.tree.get_n_leaves()
        predicted = sized.tree.predict(X)
        if kind == "classes":
            measured = np.average(predicted == y, weights=weight)
        else:
            # All outputs together, as the tree's loss is.
            w = np.ones(len(X)) if weight is None else weight
            around = y - np.average(y, axis=0, weights=w)
            total = (w @ around**2).sum()
            measured = 1 - (w @ (y - predicted) ** 2).sum() / total
            if kind == "values":
                np.testing.assert_allclose(
                    measured, r2_score(y, predicted, sample_weight=weight), atol=1e-12
                )
        np.testing.assert_allclose(sized.fidelity, measured, atol=1e-12)
    if kind != "several":
        np.testing.assert_allclose(fidelity[-1], tree.fidelity_)


@pytest.mark.parametrize("grower", [CartGrower(), AlternatingGrower(n_kicks=2)], ids=repr)
def test_a_teacher_and_synthetic_rows(grower):
    """With a teacher, fidelity is agreement on real and synthetic rows; the last is the tree."""
    X, classes, score = make_rows()
    forest = RandomForestClassifier(10, max_depth=4, random_state=0).fit(X, classes)
    seen = []

    def watching(rows):
        seen.append(np.array(rows))
        return forest.predict(rows)

    tree = DistilledTreeClassifier(
        watching, grower=grower, max_leaf_nodes=8, max_queries=600, random_state=0
    ).fit(X)
    rows = np.concatenate(seen)
    assert len(rows) == tree.n_queries_ == 600
    for sized in tree.size_path_:
        agree = np.mean(sized.tree.predict(rows) == forest.predict(rows))
        np.testing.assert_allclose(sized.fidelity, agree)
    np.testing.assert_allclose(tree.size_path_[-1].fidelity, tree.fidelity_)
    forest = RandomForestRegressor(10, max_depth=4, random_state=0).fit(X, score)
    tree = DistilledTreeRegressor(
        forest, grower=grower, max_leaf_nodes=8, max_queries=600, random_state=0
    ).fit(X)
    np.testing.assert_allclose(tree.size_path_[-1].fidelity, tree.fidelity_)


@ALL
@pytest.mark.parametrize(
    "params",
    [{"labels": "soft"}, {"class_weight": "balanced"}, {"labels": "soft", "class_weight": {0: 5}}],
    ids=str,
)
def test_fidelity_is_of_labels_whatever_is_optimised(grower, params):
    """Probabilities and weights of classes are for growing; fidelity is plain agreement."""
    X, classes, _ = make_rows()
    teacher = GaussianNB().fit(X, classes)
    if isinstance(params.get("class_weight"), dict):
        params = {**params, "class_weight": {0: 5.0, 1: 1.0, 2: 0.5}}
    tree = DistilledTreeClassifier(
        teacher, grower=grower, transfer_set=None, max_leaf_nodes=9, random_state=0, **params
    ).fit(X)
    assert len(tree.size_path_) > 2
    for sized in tree.size_path_:
        agree = np.mean(sized.tree.predict(X) == teacher.predict(X))
        np.testing.assert_allclose(sized.fidelity, agree)


def all_subtrees(tree, node=0):
    """The leaves of every pruned subtree below a node."""
    yield (node,)
    left, right = tree.children_left[node], tree.children_right[node]
    if left != -1:
        for one, other in itertools.product(all_subtrees(tree, left), all_subtrees(tree, right)):
            yield one + other


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("least", [1, 12])
def test_best_of_all_subtrees_of_several_trees(seed, least):
    """Against every pruned subtree of every source, one by one."""
    X, classes, _ = make_rows(seed, 120)
    task = GrowthTask.from_labels(
        X, classes, max_leaf_nodes=6, min_samples_leaf=least, random_state=seed
    )
    sources = [
        task.cart(max_leaf_nodes=9, min_samples_leaf=1),
        task.cart(max_leaf_nodes=9, min_samples_leaf=3, splitter="random"),
        task.cart(max_leaf_nodes=8, criterion="entropy"),
    ]
    best = np.full(7, np.inf)
    for tree in sources:
        place = tree.decision_path(task.X).toarray().astype(bool)
        prediction = tree.value[:, 0].argmax(axis=1)
        wrong = (place & (prediction != task.labels.codes[:, np.newaxis])).sum(axis=0)
        rows = place.sum(axis=0)
        for leaves in all_subtrees(tree):
            leaves = list(leaves)
            if len(leaves) <= 6 and (rows[leaves].min() >= least or len(leaves) == 1):
                best[len(leaves)] = min(best[len(leaves)], wrong[leaves].sum())
    path = size_path(sources, task)
    expected, least_yet = [], np.inf
    for k in range(1, 7):
        if best[k] < least_yet:
            expected.append((k, 1 - best[k] / 120))
            least_yet = best[k]
    assert [sized.n_leaves for sized in path] == [k for k, _ in expected]
    np.testing.assert_allclose([sized.fidelity for sized in path], [f for _, f in expected])


@ALL
def test_every_tree_keeps_to_the_limits(grower):
    """The smaller trees too, and they predict by the rows of their leaves."""
    X, classes, _ = make_rows()
    tree = DistilledTreeClassifier(
        grower=grower, max_leaf_nodes=8, min_samples_leaf=20, max_depth=3, random_state=0
    ).fit(X, classes)
    for sized in tree.size_path_:
        leaf = sized.tree.apply(X)
        assert np.unique(leaf, return_counts=True)[1].min() >= 20
        assert sized.tree.get_depth() <= 3
        for node in np.unique(leaf):
            share = np.bincount(classes[leaf == node], minlength=3) / (leaf == node).sum()
            np.testing.assert_allclose(sized.tree.tree_.value[node, 0], share)


def test_one_label_has_one_size():
    """Nothing to separate: a single leaf that is never wrong."""
    X, _, _ = make_rows()
    for tree, y in (
        (DistilledTreeClassifier(), np.ones(len(X), dtype=int)),
        (DistilledTreeRegressor(), np.full(len(X), 0.3)),
        (DistilledTreeRegressor(), np.full(len(X), 1e9 + 0.1)),
        (DistilledTreeRegressor(), np.full((len(X), 2), [0.1, -7 / 3])),
    ):
        (sized,) = tree.fit(X, y).size_path_
        assert (sized.n_leaves, sized.fidelity) == (1, 1.0)


def test_trees_of_the_path_read_rows_as_the_tree_does(mixed):
    """Of a frame with categories: columns as the tree's own encoder writes them."""
    X, y = mixed
    tree = DistilledTreeClassifier(max_leaf_nodes=10, random_state=0).fit(X, y)
    largest = tree.size_path_[-1]
    encoded = tree.encoder_.transform(X)
    assert largest.tree.n_features_in_ == tree.tree_.n_features
    agree = np.mean(largest.tree.predict(np.asarray(encoded, dtype=np.float32)) == y)
    np.testing.assert_allclose(largest.fidelity, agree)
    np.testing.assert_allclose(largest.fidelity, tree.fidelity_)


def test_without_a_budget():
    """All sizes up to that of the tree itself."""
    X, classes, _ = make_rows()
    tree = DistilledTreeClassifier(
        grower=CartGrower(), max_leaf_nodes=None, max_depth=4, random_state=0
    ).fit(X, classes)
    sizes = [sized.n_leaves for sized in tree.size_path_]
    assert sizes == sorted(set(sizes))
    assert 4 < sizes[-1] <= tree.get_n_leaves()
    np.testing.assert_allclose(tree.size_path_[-1].fidelity, tree.fidelity_)


def test_large_trees_have_short_paths():
    """Every size up to 64; beyond, few enough that the path is hardly larger than the tree."""
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(1200, 4)), rng.integers(0, 2, 1200)
    tree = DistilledTreeClassifier(max_leaf_nodes=None, random_state=0).fit(X, y)
    sizes = [sized.n_leaves for sized in tree.size_path_]
    assert sizes[-1] == tree.get_n_leaves() > 200
    assert sum(size <= 64 for size in sizes) > 40
    steps = np.diff([size for size in sizes if size >= 64])
    assert len(steps) < 12
    nodes = sum(sized.tree.tree_.node_count for sized in tree.size_path_ if sized.n_leaves > 64)
    assert nodes < 6 * tree.tree_.node_count
    assert tree.size_path_[-1].fidelity == tree.fidelity_ == 1.0

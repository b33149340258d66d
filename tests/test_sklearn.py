"""The private pieces of scikit-learn that the package leans on, on this version of it."""

import pickle

import numpy as np
import pytest
from sklearn.base import BaseEstimator
from sklearn.datasets import load_diabetes, load_iris, load_linnerud, load_wine
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor, export_text

from skdistill._sklearn import (
    NODE_FIELDS,
    assemble_tree,
    check_sample_weight,
    clone_parametrized,
    plain_tree,
    tree_arrays,
    tree_from_regression,
)


def with_gaps(X, seed=0):
    """The same rows with one entry in five missing."""
    X = X.copy()
    X[np.random.default_rng(seed).random(X.shape) < 0.2] = np.nan
    return X


def grown_trees():
    """Trees of every kind: classes, values, several outputs, gaps, weights, a single leaf."""
    X, y = load_wine(return_X_y=True)
    weight = np.random.default_rng(0).random(len(X))
    yield DecisionTreeClassifier(random_state=0).fit(X, y), X
    yield DecisionTreeClassifier(random_state=0).fit(X, y, sample_weight=weight), X
    yield (
        DecisionTreeClassifier(random_state=0, max_leaf_nodes=9).fit(with_gaps(X), y),
        with_gaps(X),
    )
    yield DecisionTreeClassifier(random_state=0).fit(X, np.column_stack([y, y % 2])), X
    yield DecisionTreeClassifier().fit(X, np.zeros(len(X))), X
    X, y = load_diabetes(return_X_y=True)
    yield DecisionTreeRegressor(max_depth=6, random_state=0).fit(X, y), X
    yield DecisionTreeRegressor(max_depth=6, random_state=0).fit(with_gaps(X), y), with_gaps(X)
    X, Y = load_linnerud(return_X_y=True)
    yield DecisionTreeRegressor(max_leaf_nodes=5, random_state=0).fit(X, Y), X


TREES = list(grown_trees())


@pytest.mark.parametrize(("grown", "X"), TREES)
def test_a_tree_survives_its_arrays(grown, X):
    """Taken apart and put together, it is the same tree to every method."""
    tree = grown.tree_
    again = assemble_tree(tree_arrays(tree), tree.n_features, tree.n_classes)
    assert type(again) is type(tree)
    rows = X.astype(np.float32)
    np.testing.assert_array_equal(again.predict(rows), tree.predict(rows))
    np.testing.assert_array_equal(again.apply(rows), tree.apply(rows))
    assert (again.decision_path(rows) != tree.decision_path(rows)).nnz == 0
    np.testing.assert_array_equal(
        again.compute_feature_importances(), tree.compute_feature_importances()
    )
    for name in ("node_count", "max_depth", "n_leaves", "n_outputs", "n_features", "max_n_classes"):
        assert getattr(again, name) == getattr(tree, name), name
    np.testing.assert_array_equal(again.n_classes, tree.n_classes)
    for name in ("missing_go_to_left", "children_left", "children_right", "threshold", "impurity"):
        np.testing.assert_array_equal(getattr(again, name), getattr(tree, name))
    np.testing.assert_array_equal(
        pickle.loads(pickle.dumps(again)).predict(rows), tree.predict(rows)
    )


def test_gaps_go_where_the_arrays_say():
    """missing_go_to_left is carried along, and changing it sends gaps the other way."""
    grown, X = TREES[2]
    arrays = tree_arrays(grown.tree_)
    inner = arrays["left_child"] != -1
    assert 0 < arrays["missing_go_to_left"][inner].mean() < 1
    gaps = np.full((1, X.shape[1]), np.nan, dtype=np.float32)
    ends = []
    for left in (0, 1):
        arrays["missing_go_to_left"][inner] = left
        ends.append(assemble_tree(arrays, X.shape[1], np.array([3])).apply(gaps)[0])
    node_left = node_right = 0
    while arrays["left_child"][node_left] != -1:
        node_left = arrays["left_child"][node_left]
    while arrays["right_child"][node_right] != -1:
        node_right = arrays["right_child"][node_right]
    assert ends == [node_right, node_left]


def test_arrays_are_copies():
    """Whoever changes the arrays does not change the tree."""
    grown, X = TREES[0]
    before = grown.predict_proba(X)
    arrays = tree_arrays(grown.tree_)
    assert sorted(arrays) == sorted([*NODE_FIELDS, "value"])
    for array in arrays.values():
        array[:] = 0
    np.testing.assert_array_equal(grown.predict_proba(X), before)


def test_a_tree_written_by_hand():
    """x0 <= 0.5 -> a; otherwise x1 <= 2 -> b, else a; gaps in x0 go left."""
    arrays = {
        "left_child": np.array([1, -1, 3, -1, -1]),
        "right_child": np.array([2, -1, 4, -1, -1]),
        "feature": np.array([0, -2, 1, -2, -2]),
        "threshold": np.array([0.5, -2, 2.0, -2, -2]),
        "impurity": np.array([0.5, 0, 0.5, 0, 0]),
        "n_node_samples": np.array([4, 1, 3, 2, 1]),
        "weighted_n_node_samples": np.array([4.0, 1, 3, 2, 1]),
        "missing_go_to_left": np.array([1, 0, 0, 0, 0]),
        "value": np.array([[0.5, 0.5], [1, 0], [1 / 3, 2 / 3], [0, 1], [1, 0]])[:, np.newaxis],
    }
    tree = assemble_tree(arrays, 2, np.array([2]))
    assert (tree.max_depth, tree.n_leaves) == (2, 3)
    model = plain_tree(tree, classes=np.array(["a", "b"]), params={"max_depth": 2})
    X = [[0.0, 9.0], [1.0, 2.0], [1.0, 2.1], [np.nan, 0.0]]
    assert model.predict(X).tolist() == ["a", "b", "a", "a"]
    assert model.get_params()["max_depth"] == 2
    assert "feature_1 <= 2.00" in export_text(model)


def test_regression_on_probabilities_is_a_classification_tree():
    """Means become distributions, variances Gini impurities; two classes need one column."""
    X, y = load_iris(return_X_y=True)
    P = np.eye(3)[y]
    regressor = DecisionTreeRegressor(max_leaf_nodes=5, random_state=0).fit(X, P)
    tree, distribution = tree_from_regression(regressor, 3)
    np.testing.assert_array_equal(tree.value[:, 0], distribution)
    np.testing.assert_allclose(distribution.sum(axis=1), 1)
    np.testing.assert_allclose(tree.impurity, regressor.tree_.impurity * 3, atol=1e-12)
    model = plain_tree(tree, classes=np.arange(3), params={})
    np.testing.assert_allclose(model.predict_proba(X), regressor.predict(X))
    two = DecisionTreeRegressor(max_leaf_nodes=3, random_state=0).fit(X, P[:, 2])
    tree, distribution = tree_from_regression(two, 2)
    assert tree.n_classes.tolist() == [2]
    np.testing.assert_allclose(distribution[:, 1], two.tree_.value[:, 0, 0])
    np.testing.assert_allclose(tree.impurity, two.tree_.impurity * 2, atol=1e-12)


@pytest.mark.parametrize(("grown", "X"), TREES)
def test_plain_trees_answer_as_the_grown_one(grown, X):
    """A bare Tree inside a plain estimator answers everything that a fitted one answers."""
    if grown.n_outputs_ > 1:
        return
    plain = plain_tree(
        grown.tree_, classes=getattr(grown, "classes_", None), params=grown.get_params()
    )
    assert type(plain) is type(grown)
    np.testing.assert_array_equal(plain.predict(X), grown.predict(X))
    np.testing.assert_array_equal(plain.apply(X), grown.apply(X))
    assert plain.get_n_leaves() == grown.get_n_leaves()
    assert plain.get_params() == grown.get_params()


def test_sample_weights():
    """Floats of the right length; None is ones; negative and all-zero weights are refused."""
    X = np.zeros((3, 1))
    np.testing.assert_array_equal(check_sample_weight(None, X), np.ones(3))
    weight = check_sample_weight([1, 0, 2], X)
    assert weight.dtype == np.float64
    for wrong, message in (
        ([0, 0, 0], "at least one non-zero"),
        ([1, -1, 1], "[Nn]egative"),
        ([1, 1], "inconsistent|shape"),
        ([1, np.nan, 1], "NaN"),
    ):
        with pytest.raises(ValueError, match=message):
            check_sample_weight(wrong, X)


def test_the_default_clone():
    """What sklearn.base.clone does for an estimator without a clone of its own."""

    class Inner(BaseEstimator):
        def __init__(self, a=1):
            self.a = a

    class Outer(BaseEstimator):
        def __init__(self, inner=None, b=2):
            self.inner = inner
            self.b = b

        def __sklearn_clone__(self):
            raise AssertionError("clone_parametrized must not come back here")

    outer = Outer(Inner(a=5), b=7)
    outer.fitted_ = True
    copy = clone_parametrized(outer)
    assert (copy.inner.a, copy.b) == (5, 7)
    assert copy.inner is not outer.inner
    assert not hasattr(copy, "fitted_")

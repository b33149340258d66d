"""Every grower keeps to what its tree must keep to."""

import numpy as np
import pytest
from sklearn.naive_bayes import GaussianNB

from skdistill.trees import (
    CartGrower,
)
from tests.trees._growers import (
    ALL,
    FAST,
    make_rows,
    tree_of,
)

CONSTRAINTS = [
    {"max_leaf_nodes": 2},
    {"max_leaf_nodes": 7},
    {"max_depth": 1},
    {"max_depth": 3},
    {"min_samples_leaf": 15},
    {"min_samples_leaf": 0.11},
    {"min_weight_fraction_leaf": 0.12},
    {"min_samples_split": 60},
    {"min_samples_split": 0.3},
    {"max_depth": 3, "min_samples_leaf": 10, "min_weight_fraction_leaf": 0.08},
    {"max_leaf_nodes": None, "min_samples_leaf": 12},
]


@ALL
@pytest.mark.parametrize("kind", ["three", "values"])
@pytest.mark.parametrize("params", CONSTRAINTS, ids=str)
def test_limits_of_the_tree(grower, kind, params):
    """Leaves, depth, rows and weight of every node; weights are not rows."""
    X, three, _, score = make_rows()
    weight = np.random.default_rng(1).integers(1, 5, len(X)).astype(float)
    tree = tree_of(kind, grower, **params)
    tree.fit(X, three if kind == "three" else score, sample_weight=weight)
    path = tree.decision_path(X).toarray().astype(bool)
    rows, mass = path.sum(axis=0), weight @ path
    leaf = tree.tree_.children_left == -1
    assert tree.get_n_leaves() >= 2
    np.testing.assert_array_equal(tree.tree_.n_node_samples, rows)
    np.testing.assert_allclose(tree.tree_.weighted_n_node_samples, mass)
    plain = tree.get_params()
    assert tree.get_n_leaves() <= (plain["max_leaf_nodes"] or np.inf)
    assert tree.get_depth() <= (plain["max_depth"] or np.inf)
    assert mass[leaf].min() >= plain["min_weight_fraction_leaf"] * weight.sum() - 1e-9
    least, split = (
        value if isinstance(value, int) else np.ceil(value * len(X))
        for value in (plain["min_samples_leaf"], plain["min_samples_split"])
    )
    assert rows[leaf].min() >= least
    assert rows[~leaf].min() >= split


@ALL
@pytest.mark.parametrize("kind", ["two", "soft", "values"])
def test_monotonic_constraints(grower, kind):
    """Predictions rise with the first column and fall with the second, on a grid."""
    X, _, two, score = make_rows()
    params = {"monotonic_cst": [1, -1, 0, 0], "max_leaf_nodes": 12}
    if kind == "soft":
        teacher = GaussianNB().fit(X, two)
        tree = tree_of(kind, grower, teacher=teacher, labels="soft", transfer_set=None, **params)
        tree.fit(X)
    else:
        tree = tree_of(kind, grower, **params).fit(X, two if kind == "two" else score)
    assert tree.get_n_leaves() > 2
    assert 0 in tree.tree_.feature
    for sized in [*tree.size_path_, None]:
        model = tree if sized is None else sized.tree
        prediction = model.predict if kind == "values" else lambda X: model.predict_proba(X)[:, 1]  # noqa: B023
        for column, way in ((0, 1), (1, -1)):
            steps = np.linspace(X[:, column].min() - 1, X[:, column].max() + 1, 25)
            grid = np.repeat(X[:30], len(steps), axis=0)
            grid[:, column] = np.tile(steps, 30)
            moved = np.diff(prediction(grid).reshape(30, -1), axis=1)
            assert (way * moved >= -1e-12).all()


@ALL
@pytest.mark.parametrize("allowed", [[0, 2], [-2, 0], [True, False, True, False], np.array([2, 0])])
def test_allowed_features_by_place(grower, allowed):
    """The tree reads those columns alone, in any notation."""
    X, three, _, _ = make_rows()
    tree = tree_of("three", grower, allowed_features=allowed, max_leaf_nodes=8).fit(X, three)
    assert set(tree.tree_.feature) == {-2, 0, 2}
    for sized in tree.size_path_:
        assert set(sized.tree.tree_.feature) <= {-2, 0, 2}
    other = X.copy()
    other[:, [1, 3]] = 99.0
    np.testing.assert_array_equal(tree.predict(X), tree.predict(other))
    # The same tree as on those columns alone.
    alone = tree_of("three", grower, max_leaf_nodes=8).fit(X[:, [0, 2]], three)
    np.testing.assert_array_equal(tree.apply(X), alone.apply(X[:, [0, 2]]))
    np.testing.assert_array_equal(tree.tree_.threshold, alone.tree_.threshold)


def test_allowed_features_by_name(mixed):
    """Categorical columns too, whether they are ranks or indicators."""
    X, y = mixed
    tree = tree_of("two", CartGrower(), allowed_features=["sex", "age"]).fit(X, y)
    assert set(tree.tree_feature_names_[tree.tree_.feature[tree.tree_.feature >= 0]]) == {
        "sex", "age",
    }  # fmt: skip
    y = np.where(X["fare"] > 50, "rich", y)
    tree = tree_of("three", "auto", allowed_features=["port", "fare"]).fit(X, y)
    used = set(tree.tree_feature_names_[tree.tree_.feature[tree.tree_.feature >= 0]])
    assert used
    assert used <= {"fare", "port=C", "port=Q", "port=S", "port=missing"}
    numbers = X[["age", "fare"]]
    tree = tree_of("three", FAST, allowed_features=("fare",)).fit(numbers, y)
    assert set(tree.tree_.feature) == {-2, 1}


def test_allowed_features_with_constraints():
    """Constraints speak of all columns of X; those of others are passed over."""
    X, _, _, score = make_rows()
    tree = tree_of("values", FAST, allowed_features=[1, 0], monotonic_cst=[1, 0, 0, -1])
    tree.fit(X, score)
    assert {-2, 0} <= set(tree.tree_.feature) <= {-2, 0, 1}
    grid = np.repeat(X[:20], 30, axis=0)
    grid[:, 0] = np.tile(np.linspace(-3, 3, 30), 20)
    assert (np.diff(tree.predict(grid).reshape(20, 30), axis=1) >= 0).all()


@pytest.mark.parametrize(
    ("allowed", "message"),
    [
        ([], r"allowed_features must list at least one column.*Got \[\]"),
        ([[0, 1]], "must list at least one column"),
        ([True, False], "a mask of 2 columns, but X has 4"),
        ([False] * 4, "allows no column"),
        ([0, 4, -5], r"names the columns \[4, -5\], but X has 4"),
        (["a"], r"names the columns \['a'\], but X has no names"),
    ],
)
def test_wrong_allowed_features(allowed, message):
    """The error names the parameter, what was given and what there is."""
    X, three, _, _ = make_rows(40)
    with pytest.raises(ValueError, match=message):
        tree_of("three", CartGrower(), allowed_features=allowed).fit(X, three)


def test_unknown_names_of_allowed_features(mixed):
    """The columns that there are, are listed."""
    X, y = mixed
    with pytest.raises(ValueError, match=r"\['pay'\], but those of X are \['age', 'sex'"):
        tree_of("two", CartGrower(), allowed_features=["age", "pay"]).fit(X, y)

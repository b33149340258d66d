"""Grown by CART, a distilled tree is scikit-learn's on the teacher's labels."""

import numpy as np
import pytest
from sklearn.datasets import load_diabetes, load_linnerud
from sklearn.ensemble import RandomForestRegressor
from sklearn.linear_model import LinearRegression
from sklearn.naive_bayes import GaussianNB
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from skdistill import CallableTeacher, DistilledTreeClassifier, DistilledTreeRegressor
from skdistill.trees import CartGrower

GROWTH = [
    {},
    {"max_leaf_nodes": None},
    {"max_leaf_nodes": None, "max_depth": 3},
    {"min_samples_leaf": 20},
    {"min_samples_split": 0.2},
    {"min_weight_fraction_leaf": 0.1},
    {"max_features": 1},
    {"splitter": "random"},
    {"min_impurity_decrease": 0.02},
    {"ccp_alpha": 0.02},
]


def same_tree(ours, plain, X):
    """Whether two trees send rows to the same leaves and predict the same there."""
    np.testing.assert_array_equal(ours.apply(X), plain.apply(X))
    np.testing.assert_array_equal(ours.tree_.feature, plain.tree_.feature)
    np.testing.assert_array_equal(ours.tree_.value, plain.tree_.value)
    np.testing.assert_allclose(ours.feature_importances_, plain.feature_importances_)


@pytest.mark.parametrize("params", [*GROWTH, {"criterion": "entropy"}], ids=str)
def test_without_a_teacher_it_is_cart(iris_forest, params):
    """teacher=None learns y itself, to the same leaves as scikit-learn's tree."""
    _, X, y = iris_forest
    params = {"max_leaf_nodes": 16, "random_state": 0} | params
    ours = DistilledTreeClassifier(grower=CartGrower(), **params).fit(X, y)
    same_tree(ours, DecisionTreeClassifier(**params).fit(X, y), X)
    assert ours.n_queries_ == 0
    assert ours.teacher_ is None


@pytest.mark.parametrize("params", [*GROWTH, {"criterion": "friedman_mse"}], ids=str)
@pytest.mark.filterwarnings("ignore:.*friedman_mse.*:FutureWarning")
def test_without_a_teacher_it_is_regression_cart(params):
    """The same for real values."""
    X, y = load_diabetes(return_X_y=True)
    y = y / np.ptp(y)
    params = {"max_leaf_nodes": 16, "random_state": 0} | params
    ours = DistilledTreeRegressor(grower=CartGrower(), **params).fit(X, y)
    same_tree(ours, DecisionTreeRegressor(**params).fit(X, y), X)


def test_with_a_teacher_it_is_cart_on_its_labels(cancer_forest):
    """Hard labels of the teacher take the place of y, with sample weights as well."""
    forest, X, y = cancer_forest
    labels = forest.predict(X)
    params = {"max_leaf_nodes": 8, "random_state": 0}
    ours = DistilledTreeClassifier(forest, transfer_set=None, grower=CartGrower(), **params)
    same_tree(ours.fit(X), DecisionTreeClassifier(**params).fit(X, labels), X)
    assert ours.n_queries_ == len(X)
    weight = np.random.default_rng(0).random(len(X)) + 0.1
    same_tree(
        ours.fit(X, y, sample_weight=weight),
        DecisionTreeClassifier(**params).fit(X, labels, sample_weight=weight),
        X,
    )


def test_with_a_teacher_it_is_regression_cart_on_its_values():
    """Values of the teacher take the place of y, up to their rounding to 2^-24 of the range."""
    X, y = load_diabetes(return_X_y=True)
    forest = RandomForestRegressor(n_estimators=20, random_state=0).fit(X, y)
    params = {"max_leaf_nodes": 8, "random_state": 0}
    ours = DistilledTreeRegressor(forest, transfer_set=None, grower=CartGrower(), **params).fit(X)
    plain = DecisionTreeRegressor(**params).fit(X, forest.predict(X))
    np.testing.assert_array_equal(ours.apply(X), plain.apply(X))
    np.testing.assert_allclose(ours.predict(X), plain.predict(X), atol=np.ptp(y) * 2.0**-23)


def test_several_values_a_row():
    """A teacher of several outputs gives a tree of several outputs."""
    X, Y = load_linnerud(return_X_y=True)
    teacher = LinearRegression().fit(X, Y)
    tree = DistilledTreeRegressor(teacher, max_leaf_nodes=6, random_state=0).fit(X)
    assert tree.predict(X).shape == Y.shape
    assert tree.n_outputs_ == 3
    assert 0 < tree.fidelity_ < 1


def test_short_thresholds_separate_the_same_rows(cancer_forest):
    """Thresholds differ from CART's in digits alone: the rows go the same way."""
    _, X, y = cancer_forest
    ours = DistilledTreeClassifier(grower=CartGrower(), max_leaf_nodes=12, random_state=0)
    ours = ours.fit(X, y)
    plain = DecisionTreeClassifier(max_leaf_nodes=12, random_state=0).fit(X, y)
    inner = plain.tree_.feature >= 0
    short, long = ours.tree_.threshold[inner], plain.tree_.threshold[inner]
    assert (short != long).any()
    np.testing.assert_allclose(short, long, rtol=0.02)
    digits = [len(str(np.float32(t)).replace(".", "").strip("0")) for t in short]
    assert max(digits) <= 4


def test_classes_that_the_teacher_never_gives():
    """They stay in classes_, with probability zero; for hard and for soft labels."""
    X = np.random.default_rng(0).normal(size=(300, 2))

    def probabilities(X):
        high = np.where(X[:, 0] > 0, 0.8, 0.3)
        return np.column_stack([1 - high, np.zeros(len(X)), high, np.zeros(len(X))])

    teacher = CallableTeacher(probabilities, output="probabilities", classes=["a", "b", "c", "d"])
    for labels in ("hard", "soft"):
        tree = DistilledTreeClassifier(teacher, labels=labels, max_leaf_nodes=4).fit(X)
        assert tree.classes_.tolist() == ["a", "b", "c", "d"]
        assert tree.n_classes_ == 4
        proba = tree.predict_proba(X)
        assert proba.shape == (300, 4)
        np.testing.assert_array_equal(proba[:, [1, 3]], 0)
        np.testing.assert_allclose(proba.sum(axis=1), 1)
        assert set(tree.predict(X)) == {"a", "c"}


def test_labels_stand_in_the_teachers_order():
    """classes_ are the teacher's, also where it does not sort them."""
    X = np.random.default_rng(0).normal(size=(200, 2))
    teacher = CallableTeacher(
        lambda X: np.where(X[:, 0] > 0, "low", "high"), output="label", classes=["low", "high"]
    )
    tree = DistilledTreeClassifier(teacher, max_leaf_nodes=2, random_state=0).fit(X)
    assert tree.classes_.tolist() == ["low", "high"]
    sure = np.abs(X[:, 0]) > 0.1
    np.testing.assert_array_equal(tree.predict(X)[sure], teacher.predict(X)[sure])
    proba = tree.predict_proba(X[sure])
    np.testing.assert_array_equal(proba[:, 0] > 0.5, X[sure, 0] > 0)


@pytest.mark.parametrize("labels", ["hard", "soft"])
def test_balanced_class_weight(labels, cancer_forest):
    """ "balanced" evens out what the teacher predicts: the root is uniform."""
    forest, X, _ = cancer_forest
    tree = DistilledTreeClassifier(
        forest, labels=labels, class_weight="balanced", transfer_set=None
    ).fit(X)
    np.testing.assert_allclose(tree.tree_.value[0, 0], [0.5, 0.5], atol=1e-6)


def test_class_weight_as_in_cart(iris_forest):
    """Hard labels with class weights give scikit-learn's tree; weights move the predictions."""
    forest, X, _ = iris_forest
    weight = {0: 1.0, 1: 0.2, 2: 5.0}
    params = {"class_weight": weight, "max_leaf_nodes": 3, "random_state": 0}
    ours = DistilledTreeClassifier(forest, transfer_set=None, grower=CartGrower(), **params)
    same_tree(ours.fit(X), DecisionTreeClassifier(**params).fit(X, forest.predict(X)), X)


@pytest.mark.parametrize("labels", ["hard", "soft"])
@pytest.mark.parametrize("sign", [-1, 1])
def test_monotonic_constraints(cancer_forest, labels, sign):
    """The probability of the second class goes one way along a constrained column."""
    forest, X, _ = cancer_forest
    constraint = np.zeros(X.shape[1], dtype=int)
    column = 20  # worst radius: the larger, the less benign
    constraint[column] = sign
    tree = DistilledTreeClassifier(
        forest,
        labels=labels,
        monotonic_cst=constraint,
        max_leaf_nodes=20,
        max_queries=2000,
        random_state=0,
    ).fit(X)
    for row in X[:20]:
        grid = np.tile(row, (50, 1))
        grid[:, column] = np.linspace(X[:, column].min(), X[:, column].max(), 50)
        assert (sign * np.diff(tree.predict_proba(grid)[:, 1]) >= 0).all()
    assert (column in tree.tree_.feature) == (sign == -1)


def test_fidelity_and_its_leaves(iris_forest):
    """fidelity_ is the agreement on the rows it was fitted on, and the leaves' mean of it."""
    forest, X, _ = iris_forest
    weight = np.random.default_rng(0).integers(1, 4, len(X)).astype(float)
    tree = DistilledTreeClassifier(forest, transfer_set=None, max_leaf_nodes=3, random_state=0)
    tree.fit(X, sample_weight=weight)
    same = tree.predict(X) == forest.predict(X)
    assert 0.9 < tree.fidelity_ < 1
    np.testing.assert_allclose(tree.fidelity_, np.average(same, weights=weight))
    leaf = tree.apply(X)
    for node, value in enumerate(tree.leaf_fidelity_):
        here = leaf == node
        if here.any():
            np.testing.assert_allclose(value, np.average(same[here], weights=weight[here]))
        else:
            assert np.isnan(value)


def test_regressor_fidelity_is_r2():
    """fidelity_ of values is R² against the teacher."""
    X, y = load_diabetes(return_X_y=True)
    teacher = LinearRegression().fit(X, y)
    tree = DistilledTreeRegressor(teacher, transfer_set=None, max_leaf_nodes=8).fit(X)
    np.testing.assert_allclose(tree.fidelity_, tree.score(X, teacher.predict(X)), atol=1e-6)
    assert tree.fidelity_.metric == "r2"


def test_wrong_parameters(iris_forest):
    """Our own parameters are checked at fit with their names, scikit-learn's by scikit-learn."""
    forest, X, _ = iris_forest
    for params in (
        {"labels": "both"},
        {"alpha": 2},
        {"transfer_set": "munge"},
        {"max_queries": 0},
        {"max_leaf_nodes": 1},
        {"criterion": "accuracy"},
    ):
        (name,) = params
        with pytest.raises(ValueError, match=f"'{name}' parameter of"):
            DistilledTreeClassifier(forest, **params).fit(X)
    with pytest.raises(ValueError, match="Soft labels are grown by the Gini impurity"):
        DistilledTreeClassifier(forest, labels="soft", criterion="entropy").fit(X)


def test_missing_values_at_predict():
    """They pass where fit saw some, or where teacher and tree take them; else it is an error."""
    X = np.random.default_rng(0).normal(size=(200, 2))
    y = (X[:, 0] > 0).astype(int)
    holes = X.copy()
    holes[::5, 0] = np.nan
    teacher = GaussianNB().fit(X, y)  # takes no missing values
    tree = DistilledTreeClassifier(teacher, random_state=0).fit(X)
    with pytest.raises(ValueError, match="NaN"):
        tree.predict(holes)
    plain = DistilledTreeClassifier(grower=CartGrower(), random_state=0).fit(holes, y)
    assert plain.missing_columns_.tolist() == [True, False]
    reference = DecisionTreeClassifier(max_leaf_nodes=16, random_state=0).fit(holes, y)
    np.testing.assert_array_equal(plain.predict(holes), reference.predict(holes))

"""Probe trees of tables: numbers, missing values, categories, pipelines, boosting."""

import numpy as np
import pytest
from scipy import sparse
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import (
    HistGradientBoostingClassifier,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.feature_selection import SelectFromModel
from sklearn.impute import SimpleImputer
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier, export_text

from skdistill import (
    CallableTeacher,
    LinearProbeTreeClassifier,
    LinearProbeTreeRegressor,
    MungeTransferSet,
    extract_rules,
)

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


def fidelity(tree, X):
    """Agreement with the teacher on some rows."""
    return np.mean(tree.predict(X) == tree.teacher_.predict(X))


def pipeline_on(table, y, model):
    """A pipeline that reads the raw columns of the mixed table."""
    columns = ColumnTransformer(
        [
            ("numbers", make_pipeline(SimpleImputer(), StandardScaler()), ["age", "fare"]),
            ("categories", OneHotEncoder(handle_unknown="ignore"), ["sex", "port"]),
        ]
    )
    return make_pipeline(columns, model).fit(table, y)


def boosting_on(table, y):
    """Gradient boosting that reads missing values and categories itself."""
    table["port"] = table["port"].astype("category")
    model = HistGradientBoostingClassifier(
        categorical_features="from_dtype", max_iter=10, random_state=0
    )
    return model.fit(table, y)


@pytest.mark.parametrize("split_score", ["auto", "both", "residual", "impurity"])
@pytest.mark.parametrize("kind", ["network", "forest", "boosting"])
def test_frames_with_missing_values_and_categories(mixed, kind, split_score):
    """Raw frames go to the teacher; the rules name the same columns and categories."""
    table, y = mixed
    models = {
        "network": MLPClassifier((20,), max_iter=150, random_state=0),
        "forest": RandomForestClassifier(10, min_samples_leaf=5, random_state=0),
    }
    if kind == "boosting":
        teacher = boosting_on(table, y)
    else:
        teacher = pipeline_on(table, y, models[kind])
    tree = LinearProbeTreeClassifier(
        teacher, split_score=split_score, max_depth=4, max_leaf_nodes=8, random_state=0
    ).fit(table)
    assert fidelity(tree, table) == tree.fidelity_ > 0.95
    assert tree.n_queries_ == len(table)
    assert tree.missing_columns_[: len(tree.tree_feature_names_)].any()
    assert set(tree.classes_) == {"no", "yes"}
    rules = str(extract_rules(tree))
    assert "sex" in rules
    assert "fare" in rules or "age" in rules
    probed = split_score in ("both", "residual")
    assert np.isfinite(tree.probe_residuals_[1:]).all() == probed
    assert (tree.n_probes_ > 0) == probed
    if probed:
        tree.lrh_report()
    np.testing.assert_array_equal(tree.to_sklearn().predict(table), tree.predict(table))


def test_missing_values_are_split_off():
    """Known or missing is a literal of its own; missing values satisfy no other."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(600, 3))
    X[rng.random((600, 3)) < 0.2] = np.nan

    def predict(X):
        return np.where(np.isnan(X[:, 0]), X[:, 1] > 0, X[:, 2] > 0.5)

    tree = LinearProbeTreeClassifier(predict, max_depth=3, binning=64, random_state=0).fit(X)
    assert tree.fidelity_ > 0.97
    assert np.isinf(tree.tree_.threshold[tree.tree_.feature == 0]).any()
    assert tree.missing_columns_.all()
    assert fidelity(tree, X) == tree.fidelity_
    assert "x0" in export_text(tree, feature_names=["x0", "x1", "x2"])
    covered = extract_rules(tree).covers(X)
    assert covered.shape == (600, tree.get_n_leaves())
    np.testing.assert_array_equal(covered.sum(axis=1), 1)


def test_at_least_as_faithful_as_cart(iris_forest):
    """On the same labels, sizes and thresholds: the best of a wide beam, at every size."""
    forest, X, _ = iris_forest
    labels = forest.predict(X)
    tree = LinearProbeTreeClassifier(
        forest, max_depth=4, max_leaf_nodes=10, n_candidates=3, binning=150, random_state=0
    ).fit(X)
    for sized in tree.size_path_[1:]:
        cart = DecisionTreeClassifier(max_depth=4, max_leaf_nodes=sized.n_leaves, random_state=0)
        assert sized.fidelity >= cart.fit(X, labels).score(X, labels)
    assert tree.size_path_[-1].fidelity == tree.fidelity_


def test_thresholds_are_in_the_users_units(cancer_forest):
    """Quantiles of the rows: as many intervals as requested, and the rows go where they went."""
    forest, X, _ = cancer_forest
    trees = [
        LinearProbeTreeClassifier(forest, max_depth=3, binning=bins, random_state=0).fit(X)
        for bins in (2, 8)
    ]
    for column, threshold in zip(trees[0].tree_.feature, trees[0].tree_.threshold, strict=True):
        if column >= 0:
            np.testing.assert_allclose(np.mean(X[:, column] <= threshold), 0.5, atol=0.03)
    assert trees[0].fidelity_ < trees[1].fidelity_


def test_transfer_set_and_rows_that_are_probed(iris_forest):
    """Synthetic rows are searched too; n_samples are probed, all are fitted."""
    forest, X, _ = iris_forest
    transfer_set = MungeTransferSet(n_samples=300, random_state=0)
    params = {"max_depth": 3, "split_score": "both", "random_state": 0}
    tree = LinearProbeTreeClassifier(forest, transfer_set=transfer_set, **params).fit(X)
    assert tree.n_queries_ == tree.tree_.n_node_samples[0] == 450
    assert tree.transfer_set_ is not None
    few = LinearProbeTreeClassifier(forest, transfer_set=transfer_set, n_samples=100, **params).fit(
        X
    )
    assert few.tree_.n_node_samples[0] == 450
    assert fidelity(few, X) > 0.9
    assert fidelity(tree, X) > 0.95


def test_categories_alone_are_two_valued(mixed):
    """One-hot indicators have two values: "auto" probes them."""
    table, y = mixed
    table = table[["sex", "port"]]
    columns = ColumnTransformer([("categories", OneHotEncoder(), ["sex", "port"])])
    teacher = make_pipeline(columns, RandomForestClassifier(5, random_state=0)).fit(table, y)
    tree = LinearProbeTreeClassifier(teacher, max_depth=3, binning=None, random_state=0)
    tree.fit(table)
    assert tree.fidelity_ == 1.0
    assert tree.n_probes_ > 0
    assert "port=missing" in tree.tree_feature_names_
    assert all("sex" in str(rule) or "port" in str(rule) for rule in tree.to_rules())


@pytest.mark.parametrize("kind", [LinearProbeTreeClassifier, LinearProbeTreeRegressor])
@pytest.mark.parametrize("blamed", ["home", "age", "income"])
def test_importances_are_those_of_the_columns_of_x(kind, blamed):
    """With a categorical column first: importances, and what selects by them, name X's columns."""
    pd = pytest.importorskip("pandas")
    rng = np.random.default_rng(0)
    table = pd.DataFrame(
        {
            "home": pd.Categorical(rng.choice(["own", "rent", "loan", "free"], 400)),
            "age": rng.uniform(20, 60, 400),
            "income": rng.normal(size=400),
        }
    )

    def rule(rows):
        true = {
            "home": (rows["home"] == "rent") | (rows["home"] == "free"),
            "age": rows["age"] > 40.5,
            "income": rows["income"] > 0,
        }[blamed]
        return true.to_numpy().astype(float)

    teacher = CallableTeacher(rule, output="label") if "Cl" in kind.__name__ else rule
    tree = kind(teacher, max_depth=2, random_state=0).fit(table)
    assert tree.fidelity_ > 0.9
    importances = dict(zip(tree.feature_names_in_, tree.feature_importances_, strict=True))
    assert importances[blamed] > 0.99
    np.testing.assert_allclose(sum(importances.values()), 1.0)
    chosen = SelectFromModel(tree, prefit=True, threshold=0.5).fit(table)
    assert chosen.get_feature_names_out().tolist() == [blamed]
    assert all(blamed in str(rule) for rule in extract_rules(tree))


def test_sparse_rows(iris_forest):
    """Rows in CSR form give the tree of dense ones."""
    forest, X, _ = iris_forest
    trees = [
        LinearProbeTreeClassifier(forest, max_depth=3, split_score="both", random_state=0).fit(rows)
        for rows in (X.astype(np.float32), sparse.csr_matrix(X.astype(np.float32)))
    ]
    np.testing.assert_array_equal(trees[0].tree_.feature, trees[1].tree_.feature)
    np.testing.assert_array_equal(trees[0].tree_.threshold, trees[1].tree_.threshold)


def test_several_values_a_row():
    """A teacher of several outputs gives a tree of several outputs."""
    rng = np.random.default_rng(0)
    X = rng.uniform(-1, 1, size=(400, 3))
    Y = np.column_stack([X[:, 0] > 0, 3.0 * (X[:, 1] > 0.2), -X[:, 0]])
    teacher = RandomForestRegressor(10, random_state=0).fit(X, Y)
    tree = LinearProbeTreeRegressor(teacher, max_depth=3, split_score="both", random_state=0)
    tree.fit(X)
    assert tree.predict(X).shape == (400, 3)
    assert tree.fidelity_ > 0.9
    assert [sized.n_leaves for sized in tree.size_path_] == list(range(1, 9))


def test_weights_move_the_tree():
    """Where rows of one region weigh more, the tree is faithful there."""
    rng = np.random.default_rng(0)
    X = rng.uniform(-1, 1, size=(500, 2))

    def predict(X):
        return np.where(X[:, 0] > 0, X[:, 1] > 0.5, X[:, 1] > -0.5)

    teacher = CallableTeacher(predict, output="label", classes=[False, True])
    for heavy in (X[:, 0] > 0, X[:, 0] <= 0):
        tree = LinearProbeTreeClassifier(teacher, max_depth=1, random_state=0)
        tree.fit(X, sample_weight=np.where(heavy, 5.0, 0.5))
        assert fidelity(tree, X[heavy]) > 0.97
        expected = 0.5 if heavy[X[:, 0] > 0].all() else -0.5
        np.testing.assert_allclose(tree.tree_.threshold[0], expected, atol=0.1)


def test_any_teacher_by_labels(iris_forest):
    """A teacher without hidden layers: labels choose the splits, as "auto" does on tables."""
    _, X, y = iris_forest
    teacher = SVC().fit(X, y)
    for split_score in ("auto", "impurity"):
        tree = LinearProbeTreeClassifier(teacher, split_score=split_score, random_state=0).fit(X)
        assert fidelity(tree, X) > 0.97

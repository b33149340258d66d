"""Leaf indicators of trees, forests and boosting."""

import numpy as np
import pytest
from scipy import sparse
from sklearn.ensemble import (
    ExtraTreesClassifier,
    ExtraTreesRegressor,
    GradientBoostingClassifier,
    GradientBoostingRegressor,
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from skdistill import DistilledTreeClassifier
from skdistill.exceptions import DistillationWarning
from skdistill.teachers import hidden_representation
from skdistill.teachers._representation import represent

SEEDED = {"random_state": 0}
FEW = {"n_estimators": 6, "max_depth": 4, **SEEDED}
WITH_APPLY = [
    DecisionTreeClassifier(**SEEDED),
    DecisionTreeRegressor(max_depth=4, **SEEDED),
    RandomForestClassifier(**FEW),
    RandomForestRegressor(**FEW),
    ExtraTreesClassifier(**FEW),
    ExtraTreesRegressor(**FEW),
    GradientBoostingClassifier(**FEW),
    GradientBoostingRegressor(**FEW),
]


def same_leaf(H, widths, j):
    """Which pairs of rows share the leaf of tree j, by the indicators."""
    end = np.cumsum(widths)[j]
    part = H[:, end - widths[j] : end]
    return (part @ part.T).toarray().astype(bool)


@pytest.mark.parametrize("model", WITH_APPLY, ids=lambda model: type(model).__name__)
def test_scikit_learn_apply(model, iris):
    """Rows share a column exactly where ``apply`` gives them one leaf; every leaf has one."""
    X, y = iris
    model.fit(X, y)
    found = represent(model, X, batch_size=40)
    H, widths = found.values, found.widths
    leaves = model.apply(X).reshape(len(X), -1)
    trees = np.ravel(getattr(model, "estimators_", [model]))
    assert isinstance(H, sparse.csr_matrix)
    assert H.dtype == np.float32
    assert list(widths) == [tree.get_n_leaves() for tree in trees]
    assert H.shape == (len(X), sum(widths))
    assert found.layers == tuple(f"tree_{j}" for j in range(len(trees)))
    np.testing.assert_array_equal(H.data, 1.0)
    np.testing.assert_array_equal(np.diff(H.indptr), len(trees))
    for j in range(len(trees)):
        same = leaves[:, j, None] == leaves[None, :, j]
        np.testing.assert_array_equal(same_leaf(H, widths, j), same)
    checked = sparse.csr_matrix((H.data, H.indices, H.indptr), shape=H.shape)
    assert checked.has_sorted_indices
    assert checked.has_canonical_format
    for batch_size in (1, 149, 1000):
        assert (hidden_representation(model, X, batch_size=batch_size) != H).nnz == 0


def test_columns_are_leaves_in_the_order_of_nodes(iris):
    """A forest's predictions are its leaves' values, summed by the indicators."""
    X, y = iris
    forest = RandomForestClassifier(**FEW).fit(X, y)
    values = [tree.tree_.value[tree.tree_.children_left == -1, 0] for tree in forest.estimators_]
    H = hidden_representation(forest, X)
    np.testing.assert_allclose(H @ np.vstack(values) / 6, forest.predict_proba(X), atol=1e-12)


def test_columns_do_not_depend_on_the_rows(iris):
    """Leaves that no row reaches have their columns, too."""
    X, y = iris
    forest = RandomForestClassifier(**FEW).fit(X, y)
    H = hidden_representation(forest, X)
    assert (hidden_representation(forest, X[[3, 80]]) != H[[3, 80]]).nnz == 0
    assert hidden_representation(forest, X[:1]).shape == (1, H.shape[1])


def test_the_kernel(iris):
    """The recipe of the docstring is the share of trees in which two rows share a leaf."""
    X, y = iris
    forest = RandomForestClassifier(**FEW).fit(X, y)
    H = hidden_representation(forest, X)
    leaves = forest.apply(X)
    expected = (leaves[:, None] == leaves[None]).mean(axis=2)
    np.testing.assert_allclose((H @ H.T / H[0].sum()).toarray(), expected, atol=1e-6)


def test_trees_are_chosen(iris):
    X, y = iris
    forest = RandomForestClassifier(**FEW).fit(X, y)
    found = represent(forest, X)
    H, ends = found.values, np.cumsum(found.widths)
    two = sparse.hstack([H[:, ends[3] : ends[4]], H[:, : ends[0]]])
    for layers in ([4, 0], ["tree_4", "tree_0"], [-2, "tree_0"]):
        assert (hidden_representation(forest, X, layers) != two).nnz == 0
    with pytest.raises(ValueError, match="RandomForestClassifier has no layer 'tree_6'"):
        hidden_representation(forest, X, "tree_6")


@pytest.mark.parametrize("kind", ["binary", "classes", "values", "missing", "categories"])
def test_hist_boosting(kind, iris):
    """Leaf values, summed by the indicators, give the raw scores; the model is not changed."""
    X, y = (X.copy() for X in iris)
    params = {"max_iter": 5, "max_leaf_nodes": 6, "min_samples_leaf": 5, **SEEDED}
    if kind == "missing":
        X[np.random.default_rng(0).random(X.shape) < 0.2] = np.nan
    if kind == "categories":
        X[:, 1] = np.round(X[:, 1] * 3) % 5
        params["categorical_features"] = [1]
    y = {"binary": y == 1, "values": X[:, 0] + np.nan_to_num(X[:, 1]) ** 2}.get(kind, y)
    cls = HistGradientBoostingRegressor if kind == "values" else HistGradientBoostingClassifier
    model = cls(**params).fit(X, y)
    before = model.predict(X)
    H = hidden_representation(model, X, batch_size=64)
    trees = [tree for iteration in model._predictors for tree in iteration]
    values = [tree.nodes["value"][tree.nodes["is_leaf"].astype(bool)] for tree in trees]
    per_iteration = len(model._predictors[0])
    raw = np.zeros((len(X), per_iteration))
    start = 0
    for j, leaves in enumerate(values):
        raw[:, j % per_iteration] += H[:, start : start + len(leaves)] @ leaves
        start += len(leaves)
    expected = model.predict(X) if kind == "values" else model.decision_function(X)
    raw += model._baseline_prediction.reshape(1, -1)
    np.testing.assert_allclose(raw.squeeze(), expected, atol=1e-10)
    np.testing.assert_array_equal(model.predict(X), before)
    assert H.shape[1] == start
    assert H.nnz == len(X) * len(values)


@pytest.mark.parametrize("kind", ["binary", "classes", "values"])
def test_lightgbm(kind, iris):
    """The booster's own leaf values, by the indicators, give its raw score."""
    lightgbm = pytest.importorskip("lightgbm")
    X, y = iris
    params = {"n_estimators": 5, "num_leaves": 6, "verbose": -1, "n_jobs": 1, **SEEDED}
    cls = lightgbm.LGBMRegressor if kind == "values" else lightgbm.LGBMClassifier
    y = {"binary": y == 1, "values": X[:, 0] + X[:, 1] ** 2}.get(kind, y)
    model = cls(**params).fit(X, y)
    found = represent(model, X, batch_size=64)
    booster = model.booster_
    n_classes = booster.num_model_per_iteration()
    raw = np.zeros((len(X), n_classes))
    start = 0
    for j, width in enumerate(found.widths):
        leaves = np.array([booster.get_leaf_output(j, leaf) for leaf in range(width)])
        raw[:, j % n_classes] += found.values[:, start : start + width] @ leaves
        start += width
    np.testing.assert_allclose(raw.squeeze(), model.predict(X, raw_score=True), atol=1e-6)
    assert found.values.shape[1] == start
    assert booster.num_trees() == len(found.widths)


def test_boosters_stopped_early(diabetes):
    """Trees past the best iteration predict no more, and have no columns."""
    xgboost = pytest.importorskip("xgboost")
    X, y = diabetes
    model = xgboost.XGBRegressor(n_estimators=100, early_stopping_rounds=5, n_jobs=1)
    model.fit(X[:160], y[:160], eval_set=[(X[160:], y[160:])], verbose=False)
    n_trees = model.best_iteration + 1
    assert n_trees < model.get_booster().num_boosted_rounds()
    assert len(represent(model, X).widths) == n_trees


@pytest.mark.parametrize("kind", ["binary", "classes", "values", "single", "forest", "dart"])
def test_xgboost(kind, iris):
    """The booster's leaf values from its table of trees, by the indicators, give its margin."""
    xgboost = pytest.importorskip("xgboost")
    pytest.importorskip("pandas")
    X, y = iris
    params = {"n_estimators": 5, "max_depth": 3, "n_jobs": 1, **SEEDED}
    if kind in ("values", "single", "dart"):
        cls, y = xgboost.XGBRegressor, X[:, 0] + X[:, 1] ** 2
    else:
        cls = xgboost.XGBRFClassifier if kind == "forest" else xgboost.XGBClassifier
        y = y == 1 if kind == "binary" else y
    if kind == "single":
        params["n_estimators"] = 1
    if kind == "dart":
        params["booster"] = "dart"
    model = cls(**params).fit(X, y)
    found = represent(model, X, batch_size=64)
    table = model.get_booster().trees_to_dataframe()
    table = table[table["Feature"] == "Leaf"].sort_values(["Tree", "Node"])
    assert list(found.widths) == table.groupby("Tree").size().tolist()
    # Trees of one class stand together within an iteration.
    trees = np.arange(len(found.widths))
    owner = {"classes": trees % 3, "forest": trees // 5}.get(kind, 0 * trees)
    columns = np.repeat(owner, found.widths)
    leaves = table["Gain"].to_numpy()[:, np.newaxis] * (columns[:, np.newaxis] == np.unique(owner))
    margin = model.predict(X, output_margin=True).reshape(len(X), -1)
    base = margin - found.values @ leaves
    assert margin.shape == base.shape
    assert np.all(np.ptp(margin, axis=0) > 0.1)
    assert np.all(np.ptp(base, axis=0) < 1e-5)


def test_xgboost_of_linear_models(iris):
    xgboost = pytest.importorskip("xgboost")
    model = xgboost.XGBRegressor(booster="gblinear", n_estimators=2, n_jobs=1).fit(*iris)
    with pytest.raises(TypeError, match=r"gblinear.*no leaves"):
        hidden_representation(model, iris[0])


def test_boosters_on_data_frames(iris):
    """Categories and names reach the booster as it was fitted on them."""
    pd = pytest.importorskip("pandas")
    lightgbm = pytest.importorskip("lightgbm")
    frame = pd.DataFrame({"size": iris[0][:, 0], "kind": pd.Categorical(iris[0][:, 3].round())})
    model = lightgbm.LGBMClassifier(n_estimators=4, verbose=-1, n_jobs=1).fit(frame, iris[1])
    H = hidden_representation(model, frame, batch_size=33)
    leaves = model.predict(frame, pred_leaf=True)
    expected = (leaves[:, None] == leaves[None]).sum(axis=2)
    np.testing.assert_array_equal((H @ H.T).toarray(), expected)


def test_sparse_rows(iris):
    X, y = iris
    forest = RandomForestClassifier(**FEW).fit(X, y)
    H = hidden_representation(forest, X)
    for rows in (sparse.csr_matrix(X), sparse.csc_array(X)):
        assert (hidden_representation(forest, rows, batch_size=64) != H).nnz == 0


def test_distilled_trees(iris):
    """Our own trees are trees like any other."""
    X, y = iris
    tree = DistilledTreeClassifier(max_leaf_nodes=5, random_state=0).fit(X, y)
    H = hidden_representation(tree, X)
    assert H.shape == (150, 5)
    leaves = tree.apply(X)
    np.testing.assert_array_equal((H @ H.T).toarray(), leaves[:, None] == leaves[None])


def test_forests_that_say_nothing(iris):
    """Where all rows share every leaf, a warning says so; a stump among others does not."""
    X, y = iris
    constant = RandomForestClassifier(n_estimators=3, random_state=0).fit(X, np.zeros(len(y)))
    with pytest.warns(DistillationWarning, match="'tree_0', 'tree_1', 'tree_2'"):
        assert hidden_representation(constant, X).shape == (150, 3)
    boosting = GradientBoostingClassifier(n_estimators=3, random_state=0)
    boosting.fit(X, y).estimators_[0, 0] = DecisionTreeRegressor().fit(X, np.zeros(len(y)))
    assert "tree_0" in represent(boosting, X).constant_layers()
    hidden_representation(boosting, X)

"""Every tool for scikit-learn's trees reads a distilled one."""

import os
import pickle
import subprocess
import sys

import numpy as np
import pytest
from sklearn.base import clone, is_classifier, is_regressor
from sklearn.datasets import load_diabetes
from sklearn.ensemble import RandomForestRegressor
from sklearn.pipeline import Pipeline
from sklearn.tree import (
    DecisionTreeClassifier,
    DecisionTreeRegressor,
    export_graphviz,
    export_text,
    plot_tree,
)

from skdistill import DistilledTreeClassifier, DistilledTreeRegressor
from skdistill.trees import CartGrower


@pytest.fixture(scope="module", params=["hard", "soft"])
def tree(request, iris_forest):
    """A distilled tree on iris."""
    forest, X, _ = iris_forest
    return DistilledTreeClassifier(
        forest, labels=request.param, max_leaf_nodes=6, random_state=0
    ).fit(X)


@pytest.fixture(scope="module")
def regression_tree():
    """A distilled regression tree on diabetes, and its rows."""
    X, y = load_diabetes(return_X_y=True)
    forest = RandomForestRegressor(n_estimators=10, random_state=0).fit(X, y)
    return DistilledTreeRegressor(forest, max_leaf_nodes=8, random_state=0).fit(X), X


def test_it_is_a_scikit_learn_tree(tree, regression_tree):
    """By inheritance, by tags, and with a genuine tree_."""
    assert isinstance(tree, DecisionTreeClassifier)
    assert is_classifier(tree)
    assert isinstance(regression_tree[0], DecisionTreeRegressor)
    assert is_regressor(regression_tree[0])
    plain = DecisionTreeClassifier().fit([[0], [1]], [0, 1])
    assert type(tree.tree_) is type(plain.tree_)


def test_paths_and_leaves(tree, iris_forest):
    """decision_path, apply, depth and leaves agree with one another."""
    _, X, _ = iris_forest
    leaf, path = tree.apply(X), tree.decision_path(X).toarray()
    assert set(leaf) <= set(np.flatnonzero(tree.tree_.children_left == -1))
    assert (path[np.arange(len(X)), leaf] == 1).all()
    assert (path[:, 0] == 1).all()
    assert path.sum(axis=1).max() <= tree.get_depth() + 1
    assert tree.get_n_leaves() == (tree.tree_.children_left == -1).sum() == 6
    np.testing.assert_allclose(tree.feature_importances_.sum(), 1)
    np.testing.assert_array_equal(tree.predict_proba(X), tree.tree_.value[leaf, 0])


def test_text_and_graphviz(tree, iris_forest):
    """export_text and export_graphviz write one line a leaf, with names."""
    names = ["sepal length", "sepal width", "petal length", "petal width"]
    text = export_text(tree, feature_names=names, class_names=["s", "ve", "vi"])
    assert text.count("class:") == 6
    assert "petal" in text
    dot = export_graphviz(tree, feature_names=names, class_names=True)
    assert dot.count("->") == tree.tree_.node_count - 1


def test_plot_tree(tree, regression_tree):
    """plot_tree draws one box a node."""
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    for each in (tree, regression_tree[0]):
        figure, ax = plt.subplots()
        boxes = plot_tree(each, ax=ax)
        assert sum("samples" in box.get_text() for box in boxes) == each.tree_.node_count
        plt.close(figure)


def test_pruning_path(iris_forest):
    """Greater alphas leave fewer leaves, down to one; the path is for the teacher's labels."""
    forest, X, y = iris_forest
    tree = DistilledTreeClassifier(forest, max_leaf_nodes=None, transfer_set=None, random_state=0)
    path = tree.cost_complexity_pruning_path(X, np.roll(y, 1))
    plain = DecisionTreeClassifier(random_state=0)
    expected = plain.cost_complexity_pruning_path(X, forest.predict(X))
    np.testing.assert_allclose(path.ccp_alphas, expected.ccp_alphas)
    np.testing.assert_allclose(path.impurities, expected.impurities)
    sizes = [
        clone(tree).set_params(ccp_alpha=alpha + 1e-9).fit(X).get_n_leaves()
        for alpha in path.ccp_alphas
    ]
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[-1] == 1


def test_to_sklearn_is_plain_small_and_equal(tree, regression_tree, iris_forest):
    """The plain type, the same tree_, the same predictions, and no teacher in the pickle."""
    forest, X, _ = iris_forest
    plain = tree.to_sklearn()
    assert type(plain) is DecisionTreeClassifier
    assert plain.tree_ is tree.tree_
    np.testing.assert_array_equal(plain.predict(X), tree.predict(X))
    np.testing.assert_array_equal(plain.predict_proba(X), tree.predict_proba(X))
    assert plain.get_params()["max_leaf_nodes"] == 6
    stored = pickle.dumps(plain)
    assert len(stored) < 5_000 < 50_000 < len(pickle.dumps(forest))
    assert b"skdistill" not in stored
    np.testing.assert_array_equal(pickle.loads(stored).predict(X), tree.predict(X))
    values, X = regression_tree
    plain = values.to_sklearn()
    assert type(plain) is DecisionTreeRegressor
    np.testing.assert_array_equal(plain.predict(X), values.predict(X))
    assert clone(plain).fit(X, X[:, 0]).get_n_leaves() == 8  # its parameters are its own


def test_to_sklearn_keeps_names(iris_forest):
    """Names of a frame's columns go along."""
    pd = pytest.importorskip("pandas")
    _, X, y = iris_forest
    frame = pd.DataFrame(X, columns=list("abcd"))
    tree = DistilledTreeClassifier(max_leaf_nodes=3).fit(frame, y)
    plain = tree.to_sklearn()
    assert plain.feature_names_in_.tolist() == list("abcd")
    np.testing.assert_array_equal(plain.predict(frame), tree.predict(frame))


def test_to_sklearn_of_categories_is_a_pipeline(mixed):
    """Where there are categories, encoder and tree travel together."""
    X, y = mixed
    tree = DistilledTreeClassifier(max_leaf_nodes=12, random_state=0).fit(X, y)
    plain = tree.to_sklearn()
    assert type(plain) is Pipeline
    assert type(plain[-1]) is DecisionTreeClassifier
    stored = pickle.dumps(plain)
    assert b"skdistill" not in stored
    np.testing.assert_array_equal(pickle.loads(stored).predict(X), tree.predict(X))
    text = export_text(plain[-1], feature_names=list(tree.tree_feature_names_))
    assert "sex >  0.50" in text
    assert "port" in text


LOAD = """
import pickle, sys
sys.modules["skdistill"] = None  # whoever imports it fails
with open(sys.argv[1], "rb") as file:
    models, X = pickle.load(file)
with open(sys.argv[1], "wb") as file:
    pickle.dump([model.predict(X) for model in models], file)
"""


def test_a_pickle_needs_scikit_learn_alone(mixed, tmp_path):
    """In a process without this package, on nullable, missing and unseen values."""
    pd = pytest.importorskip("pandas")
    X, y = mixed
    X = X.assign(
        age=pd.array(X["age"], dtype="Float64"),
        port=pd.array(X["port"], dtype="string[python]"),
        sex=pd.Categorical(X["sex"]),
        fare=[None if k % 7 == 0 else str(round(fare)) for k, fare in enumerate(X["fare"])],
    )
    three = np.where(X["age"].fillna(0) > 50, "old", y)
    new = X.assign(port=X["port"].where(X.index % 3 > 0, "Z"), sex=X["sex"].where(X.index % 5 > 0))
    trees = [
        DistilledTreeClassifier(grower=CartGrower(), random_state=0).fit(X, y),
        DistilledTreeClassifier(grower=CartGrower(), random_state=0).fit(X, three),
        DistilledTreeRegressor(grower=CartGrower(), random_state=0).fit(X, (y == "yes") * 1.0),
    ]
    stored = tmp_path / "models.pickle"
    stored.write_bytes(pickle.dumps(([tree.to_sklearn() for tree in trees], new)))
    outside = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    subprocess.run([sys.executable, "-c", LOAD, stored], check=True, cwd=tmp_path, env=outside)
    for tree, predicted in zip(trees, pickle.loads(stored.read_bytes()), strict=True):
        np.testing.assert_array_equal(predicted, tree.predict(new))


def test_unfitted_to_sklearn():
    """There is nothing to export before fit."""
    with pytest.raises(ValueError, match="not fitted"):
        DistilledTreeClassifier().to_sklearn()


def run_onnx(model, X):
    """Predictions of a model after a round trip through ONNX."""
    skl2onnx = pytest.importorskip("skl2onnx")
    onnxruntime = pytest.importorskip("onnxruntime")
    onnx = skl2onnx.to_onnx(
        model, X[:1], options={id(model): {"zipmap": False}} if is_classifier(model) else None
    )
    session = onnxruntime.InferenceSession(
        onnx.SerializeToString(), providers=["CPUExecutionProvider"]
    )
    return session.run(None, {session.get_inputs()[0].name: X})


def test_onnx(tree, regression_tree, iris_forest):
    """Equal predictions in onnxruntime: on the rows, and around every threshold."""
    _, X, _ = iris_forest
    inner = tree.tree_.feature >= 0
    near = np.tile(X.mean(axis=0), (inner.sum(), 1)).astype(np.float32)
    near[np.arange(len(near)), tree.tree_.feature[inner]] = tree.tree_.threshold[inner]
    above = np.where(near == near, np.nextafter(near, np.float32(np.inf)), near)
    X = np.vstack([X.astype(np.float32), near, above])
    labels, proba = run_onnx(tree.to_sklearn(), X)
    np.testing.assert_array_equal(labels, tree.predict(X))
    np.testing.assert_allclose(proba, tree.predict_proba(X), atol=1e-6)
    values, X = regression_tree
    X = X.astype(np.float32)
    (predicted,) = run_onnx(values.to_sklearn(), X)
    np.testing.assert_allclose(predicted[:, 0], values.predict(X), rtol=1e-5)


def test_onnx_of_categories(mixed):
    """Ranks and indicators of known categories go along."""
    types = pytest.importorskip("skl2onnx.common.data_types")
    skl2onnx = pytest.importorskip("skl2onnx")
    onnxruntime = pytest.importorskip("onnxruntime")
    X, y = mixed
    X = X.dropna().astype({"age": np.float32, "sex": object, "fare": np.float32})
    two = y[X.index]
    for labels in (two, np.where(X["fare"] > 50, "rich", two)):
        tree = DistilledTreeClassifier(max_leaf_nodes=8, random_state=0).fit(X, labels)
        plain = tree.to_sklearn()
        words, numbers = types.StringTensorType([None, 1]), types.FloatTensorType([None, 1])
        inputs = [(name, words if name in ("sex", "port") else numbers) for name in X]
        onnx = skl2onnx.to_onnx(plain, initial_types=inputs, options={id(plain): {"zipmap": False}})
        session = onnxruntime.InferenceSession(
            onnx.SerializeToString(), providers=["CPUExecutionProvider"]
        )
        predicted = session.run(None, {name: X[[name]].to_numpy() for name in X})[0]
        np.testing.assert_array_equal(predicted, tree.predict(X))


def test_shap(tree, regression_tree, iris_forest):
    """TreeExplainer takes a distilled tree as it is; its values add up to the predictions."""
    shap = pytest.importorskip("shap")
    _, X, _ = iris_forest
    for model in (tree, tree.to_sklearn()):
        explainer = shap.TreeExplainer(model)
        values = explainer.shap_values(X[::10])
        total = values.sum(axis=1) + explainer.expected_value
        np.testing.assert_allclose(total, tree.predict_proba(X[::10]), atol=1e-6)
    values, X = regression_tree
    explainer = shap.TreeExplainer(values)
    total = explainer.shap_values(X[::20]).sum(axis=1) + explainer.expected_value
    np.testing.assert_allclose(total, values.predict(X[::20]), rtol=1e-5)

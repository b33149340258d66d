"""The curve of fidelity against size."""

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.compose import ColumnTransformer
from sklearn.datasets import load_breast_cancer, load_diabetes
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LinearRegression
from sklearn.metrics import r2_score
from sklearn.model_selection import KFold, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.tree import DecisionTreeClassifier

from skdistill import (
    DistilledTreeClassifier,
    DistilledTreeRegressor,
    FidelityScorer,
    LinearProbeTreeClassifier,
    LinearProbeTreeRegressor,
)
from skdistill.inspection import FidelityComplexityDisplay


@pytest.fixture(scope="module")
def cancer():
    """A forest on breast cancer, and its student."""
    X, y = load_breast_cancer(return_X_y=True)
    forest = RandomForestClassifier(n_estimators=10, random_state=0).fit(X, y)
    return DistilledTreeClassifier(forest, transfer_set=None, random_state=0), X, y


def test_scores_and_lines(pyplot, cancer):
    """Scores are those of cross_val_score, lines their means; no y is needed."""
    tree, X, _ = cancer
    display = FidelityComplexityDisplay.from_estimator(tree, X, n_leaves=[2, 4, 16], cv=KFold(3))
    assert display.in_sample.shape == display.held_out.shape == (3, 3)
    for row, size in enumerate([2, 4, 16]):
        tree.set_params(max_leaf_nodes=size)
        expected = cross_val_score(tree, X, scoring=FidelityScorer(), cv=KFold(3))
        np.testing.assert_allclose(display.held_out[row], expected)
    in_sample, held_out = display.lines_
    np.testing.assert_array_equal(held_out.get_xdata(), [2, 4, 16])
    np.testing.assert_allclose(held_out.get_ydata(), display.held_out.mean(axis=1))
    np.testing.assert_allclose(in_sample.get_ydata(), display.in_sample.mean(axis=1))
    assert in_sample.get_ydata()[-1] > held_out.get_ydata()[-1]
    ax = display.ax_
    assert display.figure_ is ax.figure
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("leaves allowed", "fidelity")
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["in-sample", "held-out"]
    assert [text.get_text() for text in ax.get_xticklabels()] == ["2", "4", "16"]
    assert len(ax.collections) == 2  # a band around each line


def test_the_teacher_is_not_refitted(pyplot, cancer):
    """The forest predicts as before, and the estimator given stays unfitted."""
    tree, X, _ = cancer
    before = tree.teacher.predict_proba(X)
    FidelityComplexityDisplay.from_estimator(tree, X, n_leaves=[2], cv=2)
    np.testing.assert_array_equal(tree.teacher.predict_proba(X), before)
    assert not hasattr(tree, "tree_")


def test_axes_and_drawing_again(pyplot, cancer):
    """Axes given are drawn on; plot draws the same curve on new ones."""
    tree, X, _ = cancer
    _, ax = pyplot.subplots()
    display = FidelityComplexityDisplay.from_estimator(tree, X, n_leaves=(2, 8), cv=2, ax=ax)
    assert display.ax_ is ax
    n_figures = len(pyplot.get_fignums())
    assert display.plot() is display
    assert display.ax_ is not ax
    assert len(pyplot.get_fignums()) == n_figures + 1


def test_other_scores_and_students(pyplot, cancer):
    """Any scoring and anything with max_leaf_nodes; values as well as classes."""
    _, X, y = cancer
    display = FidelityComplexityDisplay.from_estimator(
        DecisionTreeClassifier(random_state=0), X, y, n_leaves=[2, 8], cv=2, scoring="accuracy"
    )
    assert display.ax_.get_ylabel() == "score"
    X, y = load_diabetes(return_X_y=True)
    tree = DistilledTreeRegressor(LinearRegression().fit(X, y), transfer_set=None)
    display = FidelityComplexityDisplay.from_estimator(tree, X, n_leaves=[2, 16], cv=3)
    assert (np.diff(display.held_out.mean(axis=1)) > 0).all()


def test_from_numbers(pyplot):
    """Scores computed elsewhere are drawn as they are."""
    display = FidelityComplexityDisplay(
        n_leaves=np.array([2, 4]),
        in_sample=np.array([[0.8, 0.9], [0.9, 1.0]]),
        held_out=np.array([[0.7, 0.8], [0.8, 0.9]]),
        score_name="agreement",
    ).plot()
    assert display.ax_.get_ylabel() == "agreement"
    np.testing.assert_allclose(display.lines_[1].get_ydata(), [0.75, 0.85])


@pytest.mark.parametrize("max_leaf_nodes", [2, 10])
def test_size_path_of_a_distilled_tree(pyplot, max_leaf_nodes):
    """Each size against its plain tree; the largest is the tree itself."""
    X, y = load_breast_cancer(return_X_y=True)
    forest = RandomForestClassifier(n_estimators=10, random_state=0).fit(X[:300], y[:300])
    tree = DistilledTreeClassifier(forest, max_leaf_nodes=max_leaf_nodes, random_state=0)
    display = FidelityComplexityDisplay.from_size_path(tree.fit(X[:300]), X[300:])
    y_teacher = forest.predict(X[300:])
    expected = [np.mean(size.tree.predict(X[300:]) == y_teacher) for size in tree.size_path_]
    np.testing.assert_allclose(display.held_out, expected)
    assert display.n_leaves[-1] == tree.get_n_leaves()
    assert display.held_out[-1] == FidelityScorer()(tree, X[300:])
    assert (np.diff(display.in_sample) >= 0).all()
    X, y = load_diabetes(return_X_y=True)
    tree = DistilledTreeRegressor(LinearRegression().fit(X, y), max_leaf_nodes=max_leaf_nodes)
    display = FidelityComplexityDisplay.from_size_path(tree.fit(X[:300]), X[300:])
    assert display.held_out[-1] == FidelityScorer()(tree, X[300:])


@pytest.fixture(scope="module")
def probed():
    """A tree that knows its path of sizes, its teacher, and fresh rows."""
    X, y = load_breast_cancer(return_X_y=True)
    X = X[:, :8]
    forest = RandomForestClassifier(n_estimators=10, random_state=0).fit(X[:300], y[:300])
    tree = LinearProbeTreeClassifier(
        forest, split_score="impurity", max_leaf_nodes=8, max_depth=4, random_state=0
    ).fit(X[:300])
    return tree, forest, X


def test_size_path(pyplot, probed):
    """Both curves against each plain tree of the path; one value a size."""
    tree, forest, X = probed
    display = FidelityComplexityDisplay.from_size_path(tree, X[300:])
    assert display.n_leaves.tolist() == [size.n_leaves for size in tree.size_path_]
    np.testing.assert_allclose(display.in_sample, [size.fidelity for size in tree.size_path_])
    y_teacher = forest.predict(X[300:])
    expected = [np.mean(size.tree.predict(X[300:]) == y_teacher) for size in tree.size_path_]
    np.testing.assert_allclose(display.held_out, expected)
    assert len(set(expected)) > 2
    # The largest is the tree itself.
    assert display.held_out[-1] == FidelityScorer()(tree, X[300:])
    in_sample, held_out = display.lines_
    np.testing.assert_allclose(held_out.get_ydata(), expected)
    np.testing.assert_allclose(in_sample.get_ydata(), display.in_sample)
    assert len(display.ax_.collections) == 0  # no folds, no band
    labels = [text.get_text() for text in display.ax_.get_legend().get_texts()]
    assert labels == ["in-sample", "held-out"]


def test_size_path_alone(pyplot, probed):
    """Without rows the in-sample curve alone, and it is called so."""
    tree, _, _ = probed
    _, ax = pyplot.subplots()
    display = FidelityComplexityDisplay.from_size_path(tree, ax=ax)
    assert display.ax_ is ax
    assert display.held_out is None
    assert len(display.lines_) == 1
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["in-sample"]


def test_size_path_on_rows_of_the_fit(pyplot, probed):
    """Rows that the tree has seen are not called held-out."""
    tree, _, X = probed
    display = FidelityComplexityDisplay.from_size_path(tree, X[290:320])
    labels = [text.get_text() for text in display.ax_.get_legend().get_texts()]
    assert labels[1] == "rows given, 10 of 30 in-sample"


def test_size_path_leaves_the_tree_as_it_is(pyplot, probed):
    """The teacher is queried once with each row, and the tree predicts as before."""
    tree, forest, X = probed
    before, queried = tree.predict(X), []

    def teacher(rows):
        queried.extend(rows[:, 0])
        return forest.predict(rows)

    weight = np.random.default_rng(0).random(len(X) - 300)
    display = FidelityComplexityDisplay.from_size_path(
        tree, X[300:], teacher=teacher, sample_weight=weight
    )
    np.testing.assert_array_equal(queried, X[300:, 0])
    same = tree.size_path_[1].tree.predict(X[300:]) == forest.predict(X[300:])
    np.testing.assert_allclose(display.held_out[1], np.average(same, weights=weight))
    np.testing.assert_array_equal(tree.predict(X), before)


def test_size_path_of_frames_and_pipelines(pyplot):
    """Levels are read as the tree reads them; in a pipeline the tree sees what it is handed."""
    pd = pytest.importorskip("pandas")
    rng = np.random.default_rng(0)
    X = pd.DataFrame({"a": rng.normal(size=400), "port": rng.choice(["A", "B", "C"], 400)})
    target = (X["a"] > 0) & (X["port"] != "B")
    teacher = make_pipeline(
        ColumnTransformer([("a", "passthrough", ["a"]), ("port", OneHotEncoder(), ["port"])]),
        RandomForestClassifier(n_estimators=5, random_state=0),
    ).fit(X, target)
    tree = LinearProbeTreeClassifier(teacher, split_score="impurity", max_depth=3, random_state=0)
    display = FidelityComplexityDisplay.from_size_path(tree.fit(X[:200]), X[200:])
    for size, fidelity in zip(display.n_leaves, display.held_out, strict=True):
        # A tree of few leaves, grown anew.
        smaller = clone(tree).set_params(max_leaf_nodes=int(size)).fit(X[:200])
        assert fidelity == FidelityScorer()(smaller, X[200:])
    assert display.held_out[-1] > 0.95

    rows, y = load_breast_cancer(return_X_y=True)
    scaled = StandardScaler().fit(rows[:300])
    forest = RandomForestClassifier(n_estimators=5, random_state=0)
    forest.fit(scaled.transform(rows[:300]), y[:300])
    pipeline = make_pipeline(
        StandardScaler(),
        LinearProbeTreeClassifier(
            forest, split_score="impurity", max_depth=2, transfer_set=None, random_state=0
        ),
    ).fit(rows[:300])
    display = FidelityComplexityDisplay.from_size_path(pipeline, rows[300:])
    assert display.held_out[-1] == FidelityScorer()(pipeline, rows[300:])


def test_size_path_of_values(pyplot):
    """R² for real values."""
    X, y = load_diabetes(return_X_y=True)
    forest = RandomForestRegressor(n_estimators=5, random_state=0).fit(X[:300], y[:300])
    tree = LinearProbeTreeRegressor(forest, split_score="impurity", max_depth=3, random_state=0)
    display = FidelityComplexityDisplay.from_size_path(tree.fit(X[:300]), X[300:])
    y_teacher = forest.predict(X[300:])
    expected = [r2_score(y_teacher, size.tree.predict(X[300:])) for size in tree.size_path_]
    np.testing.assert_allclose(display.held_out, expected)


def test_one_dimension_beside_folds(pyplot):
    """Single values and folds in one plot; many sizes are written as powers of two."""
    display = FidelityComplexityDisplay(
        n_leaves=np.arange(1, 25),
        in_sample=np.linspace(0.5, 1.0, 24),
        held_out=np.linspace(0.5, 0.9, 48).reshape(24, 2),
    ).plot()
    assert [len(line.get_xdata()) for line in display.lines_] == [24, 24]
    assert len(display.ax_.collections) == 1
    labels = [text.get_text() for text in display.ax_.get_xticklabels()]
    assert labels == ["1", "2", "4", "8", "16", "24"]


def test_trees_without_a_path(pyplot, cancer):
    """They are y_teacher what to use; unfitted ones too."""
    tree, X, _ = cancer
    with pytest.raises(NotFittedError):
        FidelityComplexityDisplay.from_size_path(LinearProbeTreeClassifier(tree.teacher), X)
    plain = DecisionTreeClassifier().fit(X, tree.teacher.predict(X))
    with pytest.raises(AttributeError, match=r"has no size_path_.*from_estimator"):
        FidelityComplexityDisplay.from_size_path(plain, X)

"""The curve of fidelity against size."""

import numpy as np
import pytest
from sklearn.datasets import load_breast_cancer, load_diabetes
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LinearRegression
from sklearn.model_selection import KFold, cross_val_score
from sklearn.tree import DecisionTreeClassifier

from skdistill import DistilledTreeClassifier, DistilledTreeRegressor, FidelityScorer
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
    """The forest answers as before, and the estimator given stays unfitted."""
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

"""Smallest exact trees: genuine scikit-learn trees, against plain recursion."""

from functools import cache

import numpy as np
import pytest
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor, export_text

from skdistill import extract_rules
from skdistill.datasets import make_junta
from skdistill.juntas import JuntaDistiller
from skdistill.juntas._smallest_tree import smallest_tree
from tests.juntas._teachers import template


def _fewest_leaves(answers):
    """By definition: try every split of every box."""

    @cache
    def leaves(low, high):
        inside = answers[tuple(slice(a, b + 1) for a, b in zip(low, high, strict=True))]
        if (inside == inside.flat[0]).all():
            return 1
        found = []
        for j in range(answers.ndim):
            for cut in range(low[j], high[j]):
                left = leaves(low, (*high[:j], cut, *high[j + 1 :]))
                found.append(left + leaves((*low[:j], cut + 1, *low[j + 1 :]), high))
        return min(found)

    return leaves((0,) * answers.ndim, tuple(n - 1 for n in answers.shape))


@pytest.mark.parametrize("shape", [(), (2,), (2, 2, 2), (2,) * 5, (3, 4), (4, 2, 3)])
@pytest.mark.parametrize("seed", range(4))
def test_as_few_leaves_as_can_be(shape, seed):
    """Against the plain recursion over all boxes."""
    answers = np.random.default_rng(seed).integers(0, 3, size=shape)
    tree = smallest_tree(answers)
    assert (tree.left == -1).sum() == _fewest_leaves(answers)


def test_known_sizes():
    """Parity needs all cells, a conjunction k + 1 leaves."""
    for k in range(1, 7):
        parity = make_junta(k, k, family="parity", random_state=0).table
        both = make_junta(k, k, family="conjunction", random_state=0).table
        assert (smallest_tree(parity).left == -1).sum() == 2**k
        assert (smallest_tree(both).left == -1).sum() == k + 1


def test_too_many_subcubes():
    """An error that says how many."""
    with pytest.raises(ValueError, match="subcubes"):
        smallest_tree(np.zeros((30, 30, 30), dtype=int))


@pytest.mark.parametrize("n_classes", [2, 3])
def test_a_genuine_tree(n_classes):
    """Equal answers everywhere, and scikit-learn's own tools read it."""
    junta = make_junta(60, 5, n_classes=n_classes, random_state=n_classes)
    search = JuntaDistiller(junta, domain="sign", random_state=0).fit(template(60))
    tree = search.to_tree()
    assert type(tree) is DecisionTreeClassifier
    X = np.random.default_rng(0).choice([-1, 1], size=(500, 60))
    assert np.array_equal(tree.predict(X), junta.predict(X))
    assert np.allclose(tree.predict_proba(X).max(axis=1), 1.0)
    assert set(tree.tree_.feature[tree.tree_.feature >= 0]) == set(junta.features)
    assert np.allclose(tree.tree_.threshold[tree.tree_.feature >= 0], 0.0)
    assert len(extract_rules(tree)) == tree.get_n_leaves()
    assert export_text(tree).count("class:") == tree.get_n_leaves()
    n_node_samples = tree.tree_.n_node_samples
    inner = np.flatnonzero(tree.tree_.children_left >= 0)
    left, right = tree.tree_.children_left[inner], tree.tree_.children_right[inner]
    assert np.array_equal(n_node_samples[inner], n_node_samples[left] + n_node_samples[right])
    assert n_node_samples[0] == 2**5


def test_shares_follow_the_background():
    """The root holds the teacher's classes as often as the domain has them."""
    X = np.array([[0, 0]] * 9 + [[1, 1]])
    search = JuntaDistiller(lambda X: X[:, 1] == 1, random_state=0).fit(X)
    assert np.allclose(search.to_tree().tree_.value[0, 0], [0.9, 0.1])


def test_real_answers_give_a_regression_tree():
    """With the values as they are, and variances of their cells."""

    def teacher(X):
        return 1.5 * X[:, 2] + 4.0 * X[:, 5]

    search = JuntaDistiller(teacher, domain="binary", random_state=0).fit(template(9, float))
    tree = search.to_tree()
    assert type(tree) is DecisionTreeRegressor
    X = np.random.default_rng(0).integers(0, 2, size=(50, 9)).astype(float)
    assert np.allclose(tree.predict(X), teacher(X))
    assert np.isclose(tree.tree_.impurity[0], np.var([0, 1.5, 4, 5.5]))


def test_names_of_columns():
    """Rules speak of the columns of the user's frame."""
    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame({"rich": [0, 1] * 5, "old": [0, 0, 1, 1, 0] * 2, "tall": [0, 1] * 5})
    search = JuntaDistiller(lambda X: X["rich"] & X["old"], domain="binary", random_state=0)
    tree = search.fit(frame).to_tree()
    assert tree.feature_names_in_.tolist() == ["rich", "old", "tall"]
    assert np.array_equal(tree.predict(frame), frame["rich"] & frame["old"])
    text = str(extract_rules(tree))
    assert "rich" in text
    assert "old" in text
    assert "tall" not in text

"""Random Boolean trees are full, without redundant nodes, and what they say."""

import numpy as np
import pytest
from sklearn.tree import export_text

from skdistill.datasets import BooleanTree, make_boolean_tree
from skdistill.teachers import as_teacher


def cube(d):
    """All rows of {-1, 1}^d."""
    return 2 * np.indices((2,) * d).reshape(d, -1).T - 1


def walk(tree, row):
    """A tree's label, node by node."""
    node = 0
    while node < len(tree.features):
        node = 2 * node + (2 if row[tree.features[node]] > 0 else 1)
    return tree.labels[node - len(tree.features)]


@pytest.mark.parametrize(("d", "depth"), [(1, 1), (2, 2), (4, 4), (6, 2), (8, 3)])
@pytest.mark.parametrize("n_classes", [2, 3])
def test_no_node_is_redundant(d, depth, n_classes):
    """Brute force: within each node's subcube, the label depends on the node's input."""
    X = cube(d)
    for seed in range(5):
        tree = make_boolean_tree(d, depth, n_classes=n_classes, random_state=seed)
        y = tree.predict(X).reshape((2,) * d)
        for start in range(len(tree.features)):
            node, inside = start, [slice(None)] * d
            while node:
                node, side = (node - 1) // 2, (node + 1) % 2
                inside[tree.features[node]] = slice(side, side + 1)
            sub = y[tuple(inside)]
            moved = sub.take(0, axis=tree.features[start]) != sub.take(1, axis=tree.features[start])
            assert moved.any()


def test_paths_test_an_input_once_and_siblings_differ():
    """Each leaf's conjunction has as many literals as the tree is deep."""
    for seed in range(20):
        tree = make_boolean_tree(7, 5, random_state=seed)
        assert (np.abs(tree.leaf_literals).sum(axis=1) == 5).all()
        assert (tree.labels[::2] != tree.labels[1::2]).all()
        assert tree.labels.mean() == 0.5
        assert set(tree.relevant_features) == set(tree.features)


def test_labels_are_those_of_a_walk_down_the_tree():
    """And of the only leaf whose literals a row satisfies."""
    tree = make_boolean_tree(9, 4, n_classes=5, random_state=1)
    X = cube(9)
    y = tree.predict(X)
    assert y.tolist() == [walk(tree, row) for row in X]
    inside = X @ tree.leaf_literals.T == 4
    assert (inside.sum(axis=1) == 1).all()
    assert np.array_equal(tree.labels[inside.argmax(axis=1)], y)
    assert np.array_equal(tree.classes_, np.unique(y))


@pytest.mark.parametrize("domain", ["sign", "binary"])
def test_samples_and_the_scikit_learn_tree(domain):
    """Uniform points of the tree's domain, on which both trees are one."""
    tree = make_boolean_tree(30, 5, domain=domain, n_classes=4, random_state=3)
    X = tree.sample(4000, random_state=0)
    assert np.unique(X).tolist() == ([-1, 1] if domain == "sign" else [0, 1])
    assert np.abs((X > 0).mean(axis=0) - 0.5).max() < 0.04
    assert np.array_equal(X, tree.sample(4000, random_state=0))
    plain = tree.to_sklearn()
    assert np.array_equal(plain.predict(X), tree.predict(X))
    assert (plain.get_depth(), plain.get_n_leaves()) == (tree.depth, tree.n_leaves) == (5, 32)
    shares = np.bincount(tree.labels, minlength=4)[tree.classes_] / 32
    assert np.allclose(plain.tree_.value[0, 0], shares)
    assert f"feature_{tree.features[0]} <=" in export_text(plain)


def test_a_tree_is_a_teacher():
    """It has a predict and classes, in frames too."""
    pd = pytest.importorskip("pandas")
    tree = make_boolean_tree(5, 2, random_state=0)
    X = tree.sample(50, random_state=1)
    assert np.array_equal(as_teacher(tree).predict(X), tree.predict(X))
    assert np.array_equal(tree.predict(pd.DataFrame(X)), tree.predict(X))


def test_same_seed_same_tree():
    """Bit for bit, whatever the domain; other seeds give others."""
    first, second = (
        make_boolean_tree(random_state=7),
        make_boolean_tree(domain="binary", random_state=7),
    )
    assert np.array_equal(first.features, second.features)
    assert np.array_equal(first.labels, second.labels)
    assert not np.array_equal(first.features, make_boolean_tree(random_state=8).features)


def test_a_tree_that_tests_every_input_on_each_path():
    """The hardest case for drawing without redundant nodes."""
    tree = make_boolean_tree(8, 8, random_state=0)
    assert isinstance(tree, BooleanTree)
    assert tree.n_leaves == 256
    assert tree.relevant_features.tolist() == list(range(8))


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        ({"n_features": 0}, "n_features"),
        ({"n_features": 3, "depth": 4}, "depth"),
        ({"depth": 0}, "depth"),
        ({"depth": 13}, "depth"),
        ({"domain": "hex"}, "domain"),
        ({"n_classes": 1}, "n_classes"),
    ],
)
def test_bad_arguments(arguments, word):
    """Named in the message."""
    with pytest.raises(ValueError, match=word):
        make_boolean_tree(**arguments)

"""Random juntas depend on exactly the inputs they name."""

import numpy as np
import pytest

from skdistill.datasets import Junta, make_junta

FAMILIES = ["random", "parity", "conjunction", "majority", "tree", "multiplexer"]


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("seed", range(3))
def test_every_named_input_matters_and_no_other(family, seed):
    """Brute force over all rows of a small cube."""
    junta = make_junta(8, 3, family=family, random_state=seed)
    cube = np.indices((2,) * 8).reshape(8, -1).T
    labels = junta.predict(cube).reshape((2,) * 8)
    moves = [np.any(labels.take(0, axis=j) != labels.take(1, axis=j)) for j in range(8)]
    assert np.flatnonzero(moves).tolist() == junta.features.tolist()


def test_families_are_what_they_say():
    """Closed forms of parity, majority and conjunction."""
    bits = np.indices((2,) * 5).reshape(5, -1).T
    parity = make_junta(5, 5, family="parity", random_state=0)
    assert np.array_equal(parity.predict(bits), bits.sum(axis=1) % 2)
    majority = make_junta(5, 5, family="majority", random_state=0)
    assert np.array_equal(majority.predict(bits), bits.sum(axis=1) >= 3)
    assert make_junta(5, 5, family="conjunction", random_state=0).table.sum() == 1


def test_a_tree_has_one_leaf_more_than_inputs():
    """Its table takes at most k + 1 values, one a leaf."""
    junta = make_junta(6, 6, family="tree", n_classes=1000, random_state=0)
    assert len(np.unique(junta.table)) <= 7


def test_several_labels_and_none_at_all():
    """Multiclass tables, and the constant function."""
    junta = make_junta(50, 4, n_classes=3, random_state=0)
    assert junta.classes_.tolist() == [0, 1, 2]
    constant = make_junta(50, 0, random_state=0)
    assert constant.predict(np.zeros((3, 50))).tolist() == [0, 0, 0]


def test_same_seed_same_junta():
    """Bit for bit."""
    first, second = (make_junta(100, 5, random_state=7) for _ in range(2))
    assert np.array_equal(first.features, second.features)
    assert np.array_equal(first.table, second.table)


def test_frames_and_signs():
    """Values above zero count as one, in arrays of either domain and in frames."""
    pd = pytest.importorskip("pandas")
    junta = Junta(np.array([1]), np.array([0, 1]), 2)
    assert junta.predict(np.array([[1, -1], [-1, 1]])).tolist() == [0, 1]
    assert junta.predict(pd.DataFrame({"a": [0, 0], "b": [1, 0]})).tolist() == [1, 0]


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        ({"n_features": 0}, "n_features"),
        ({"n_features": 5, "n_relevant": 6}, "n_relevant"),
        ({"family": "knot"}, "family"),
        ({"n_classes": 1}, "n_classes"),
        ({"n_relevant": 4, "family": "multiplexer"}, "3, 6, 11 or 20"),
    ],
)
def test_bad_arguments(arguments, word):
    """Named in the message."""
    with pytest.raises(ValueError, match=word):
        make_junta(**arguments)

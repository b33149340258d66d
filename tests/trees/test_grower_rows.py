"""Every grower takes every kind of rows, weights, labels and values."""

import numpy as np
import pytest
from scipy import sparse

from skdistill import CallableTeacher
from skdistill.trees import (
    CartGrower,
    PrunedGrower,
)
from tests.trees._growers import (
    ALL,
    FAST,
    LATTICE,
    MISSING_IS_SOUND,
    make_rows,
    shares,
    tree_of,
)


@ALL
@pytest.mark.parametrize("kind", ["three", "soft", "values"])
def test_weights_are_repeats(grower, kind):
    """Whole weights, with zeros, give the tree of repeated rows in any order."""
    X, three, _, score = make_rows(150, missing=MISSING_IS_SOUND)
    rng = np.random.default_rng(0)
    weight = rng.integers(0, 4, len(X))
    order = rng.permutation(np.repeat(np.arange(len(X)), weight))
    params = {"max_leaf_nodes": 9}
    y = score if kind == "values" else three
    if kind == "soft":
        params |= {"labels": "soft", "class_weight": "balanced", "transfer_set": None}
        params["teacher"] = CallableTeacher(shares, output="probabilities")
    one = tree_of(kind, grower, **params).fit(X, y, sample_weight=weight)
    other = tree_of(kind, grower, **params).fit(X[order], y[order])
    np.testing.assert_array_equal(one.apply(X), other.apply(X))
    np.testing.assert_allclose(one.tree_.value, other.tree_.value, atol=1e-12)
    np.testing.assert_allclose(one.tree_.threshold, other.tree_.threshold)


@ALL
@pytest.mark.parametrize("scale", [1e-12, 1.0, 1e12])
@pytest.mark.parametrize("kind", ["three", "values"])
def test_the_unit_of_weights_does_not_matter(grower, kind, scale):
    """Tiny and huge weights give the tree of the same weights about one."""
    X, three, _, score = make_rows()
    weight = np.random.default_rng(2).integers(1, 9, len(X)).astype(float)
    trees = [
        tree_of(kind, grower, max_leaf_nodes=9).fit(
            X, three if kind == "three" else score, sample_weight=weight * unit
        )
        for unit in (1.0, 2.0 ** np.round(np.log2(scale)))
    ]
    np.testing.assert_array_equal(trees[0].apply(X), trees[1].apply(X))
    np.testing.assert_allclose(trees[0].fidelity_, trees[1].fidelity_)


@pytest.mark.parametrize("grower", [PrunedGrower(), FAST, LATTICE], ids=repr)
@pytest.mark.parametrize("power", [-100, -30, 30, 100])
def test_the_unit_of_values_does_not_matter(grower, power):
    """Nor where they start; scikit-learn's own trees take values of 1e-9 for equal."""
    X, _, _, score = make_rows()
    score = np.round(score * 2**12) / 2**12
    one = tree_of("values", grower, max_leaf_nodes=9, min_impurity_decrease=2e-3)
    one.fit(X, score)
    assert one.get_n_leaves() > 4
    least = 2e-3 * 4.0**power
    other = tree_of("values", grower, max_leaf_nodes=9, min_impurity_decrease=least)
    other.fit(X, np.ldexp(score, power))
    np.testing.assert_array_equal(one.apply(X), other.apply(X))
    np.testing.assert_array_equal(np.ldexp(one.tree_.value, power), other.tree_.value)
    far = other.fit(X, np.ldexp(score + 1024, power))
    np.testing.assert_allclose(far.fidelity_, one.fidelity_, rtol=0.03)


@ALL
def test_class_weights_count(grower):
    """A class that weighs much is hardly missed; "balanced" hears the rare one."""
    X, _, two, _ = make_rows(300)
    rare = two & (X[:, 2] > 0.8)
    recall = {}
    for weight in (None, "balanced", {0: 1.0, 1: 50.0}):
        tree = tree_of("two", grower, class_weight=weight, max_leaf_nodes=4).fit(X, rare)
        recall[str(weight)] = (tree.predict(X)[rare == 1] == 1).mean()
    assert recall["balanced"] > 0.8
    assert recall[str({0: 1.0, 1: 50.0})] >= 0.99
    assert recall["None"] <= recall["balanced"]


@ALL
def test_a_class_that_weighs_nothing(grower):
    """Its rows are no rows: nothing predicts it, and nothing divides by zero."""
    X, three, _, _ = make_rows(150)
    tree = tree_of("three", grower, class_weight={0: 1.0, 1: 0.0, 2: 2.0}).fit(X, three)
    assert set(tree.predict(X)) == {0, 2}
    assert np.isfinite(tree.tree_.value).all()
    assert (tree.predict(X) == three)[three != 1].mean() > 0.85


@ALL
def test_soft_labels(grower):
    """Leaves hold mean probabilities, over all classes of the teacher."""
    X, _, _, _ = make_rows()
    teacher = CallableTeacher(shares, output="probabilities", classes=["a", "b", "c"])
    tree = tree_of(
        "soft", grower, teacher=teacher, labels="soft", transfer_set=None, max_leaf_nodes=9
    ).fit(X)
    P, leaf = shares(X), tree.apply(X)
    for node in np.unique(leaf):
        here = leaf == node
        np.testing.assert_allclose(tree.tree_.value[node, 0], P[here].mean(axis=0), atol=1e-6)
    assert tree.fidelity_ == pytest.approx(np.mean(tree.predict(X) == tree.classes_[P.argmax(1)]))
    assert tree.fidelity_ > 0.7


@ALL
def test_several_values_a_row(grower):
    """Regression of several outputs, each the mean of its leaf."""
    X, _, _, score = make_rows()
    Y = np.column_stack([score, np.abs(X[:, 0]), 100 * X[:, 1]])
    tree = tree_of("values", grower, max_leaf_nodes=9).fit(X, Y)
    assert tree.predict(X).shape == Y.shape
    leaf = tree.apply(X)
    for node in np.unique(leaf):
        np.testing.assert_allclose(tree.tree_.value[node, :, 0], Y[leaf == node].mean(axis=0))
    assert tree.get_n_leaves() > 4


@ALL
@pytest.mark.parametrize("kind", ["three", "values"])
def test_missing_values(grower, kind):
    """Missing values go where the tree sends them, in every column; one may be all missing."""
    X, three, _, score = make_rows(missing=True)
    X[:, 3] = np.nan
    y = np.where(np.isnan(X[:, 2]), 2, three) if kind == "three" else score
    tree = tree_of(kind, grower, max_leaf_nodes=8).fit(X, y)
    assert 3 not in tree.tree_.feature
    np.testing.assert_array_equal(tree.apply(X), tree.tree_.apply(X.astype(np.float32)))
    assert tree.fidelity_ > 0.3
    means = [y[tree.apply(X) == node].mean() for node in tree.apply(X)]
    if kind == "values" and (MISSING_IS_SOUND or not isinstance(grower, CartGrower)):
        np.testing.assert_allclose(tree.predict(X), means)


@ALL
def test_known_from_missing(grower):
    """Where only missing values separate the classes, the tree splits by them."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(120, 2))
    X[rng.random(120) < 0.4, 1] = np.nan
    y = np.isnan(X[:, 1])
    tree = tree_of("two", grower, max_leaf_nodes=2).fit(X, y)
    assert tree.fidelity_ == 1.0
    np.testing.assert_array_equal(tree.predict(X), y)


def test_sparse_rows():
    """Plain and pruned growers take them, and so does "auto"; the others name these."""
    X, three, _, score = make_rows()
    X[np.abs(X) < 0.7] = 0.0
    rows = sparse.csr_matrix(X)
    for grower in ("auto", CartGrower(), PrunedGrower()):
        for kind, y in (("three", three), ("values", score)):
            tree = tree_of(kind, grower, max_leaf_nodes=8).fit(rows, y)
            assert tree.get_n_leaves() > 3
            assert tree.__sklearn_tags__().input_tags.sparse
            np.testing.assert_array_equal(tree.predict(rows), tree.predict(X))
    dense = tree_of("three", PrunedGrower(), max_leaf_nodes=8).fit(X, three)
    same = tree_of("three", PrunedGrower(), max_leaf_nodes=8).fit(rows, three)
    np.testing.assert_allclose(dense.fidelity_, same.fidelity_, atol=0.03)
    allowed = tree_of("three", "auto", allowed_features=[0]).fit(rows, three)
    assert set(allowed.tree_.feature) == {-2, 0}
    for grower in (FAST, LATTICE):
        tree = tree_of("three", grower)
        assert not tree.__sklearn_tags__().input_tags.sparse
        with pytest.raises(TypeError, match=rf"{type(grower).__name__} takes dense rows.*Pruned"):
            tree.fit(rows, three)


@ALL
@pytest.mark.parametrize("kind", ["two", "values"])
def test_small_and_plain_rows(grower, kind):
    """One column, constant columns, one label, two rows, one row: a tree all the same."""
    X, _, two, score = make_rows(60)
    y = two if kind == "two" else score
    cases = {
        "one column": (X[:, :1], y, True),
        "constant columns": (np.column_stack([np.ones(60), X[:, 0], np.zeros(60)]), y, True),
        "nothing but constants": (np.ones((60, 3)), y, False),
        "one label": (X, np.full(60, y[0]), False),
        "two rows": (X[:2], np.array([0, 1]), True),
        "two equal rows": (X[[0, 0]], np.array([0, 1]), False),
        "one row": (X[:1], y[:1], False),
    }
    for name, (rows, labels, splits) in cases.items():
        tree = tree_of(kind, grower, max_leaf_nodes=5).fit(rows, labels)
        assert (tree.get_n_leaves() > 1) == splits, name
        assert np.isin(tree.tree_.feature, np.arange(-2, rows.shape[1])).all()
        assert len(tree.size_path_) >= 1
        assert tree.size_path_[0].n_leaves == 1
        np.testing.assert_array_equal(tree.tree_.n_node_samples[0], len(rows))


@ALL
@pytest.mark.parametrize("value", [0.3, 1e9 + 0.1, -7 / 3, 1e-200])
def test_equal_values(grower, value):
    """One leaf that predicts just that; scikit-learn's own tree may split a rounding error."""
    X, _, _, _ = make_rows()
    y = np.full(len(X), value)
    weight = np.random.default_rng(0).random(len(X)) + 0.1
    tree = tree_of("values", grower).fit(X, y, sample_weight=weight)
    assert [sized.n_leaves for sized in tree.size_path_] == [1]
    if isinstance(grower, CartGrower):
        np.testing.assert_allclose(tree.predict(X), value, rtol=1e-14)
    else:
        assert tree.get_n_leaves() == 1
        np.testing.assert_array_equal(tree.predict(X), value)
        assert tree.fidelity_ == 1.0


@pytest.mark.parametrize("grower", [PrunedGrower(), FAST, LATTICE], ids=repr)
def test_values_far_from_zero(grower):
    """A small signal on a large number is split as it is about zero; plain CART sees none."""
    X, _, _, score = make_rows()
    score = np.round(score * 2**10) / 2**10
    one = tree_of("values", grower, max_leaf_nodes=9).fit(X, score)
    other = tree_of("values", grower, max_leaf_nodes=9).fit(X, score + 2**26)
    assert one.get_n_leaves() > 4
    np.testing.assert_array_equal(other.apply(X), one.apply(X))
    np.testing.assert_allclose(other.fidelity_, one.fidelity_)


@ALL
@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.uint8, np.int8, bool])
def test_columns_of_every_dtype(grower, dtype):
    """Rows of small integers, flags and floats of both widths are the same rows."""
    rng = np.random.default_rng(0)
    X = rng.integers(0, 2 if dtype is bool else 120, (150, 4))
    y = ((X[:, 0] > X[:, 1]) ^ (X[:, 2] > (0 if dtype is bool else 90))).astype(int)
    one = tree_of("two", grower, max_leaf_nodes=6).fit(X.astype(dtype), y)
    other = tree_of("two", grower, max_leaf_nodes=6).fit(X.astype(np.float64), y)
    np.testing.assert_array_equal(one.apply(X), other.apply(X))
    np.testing.assert_array_equal(one.tree_.threshold, other.tree_.threshold)


@ALL
def test_more_values_than_intervals(grower):
    """A step anywhere among thousands of values is found to a part in a few hundred."""
    rng = np.random.default_rng(0)
    X = np.sort(rng.random((3000, 1)), axis=0)
    y = (X[:, 0] > 0.617).astype(int)
    tree = tree_of("two", grower, max_leaf_nodes=2).fit(X, y)
    slack = 1 / 8 if grower is LATTICE else 1 / 250
    assert tree.fidelity_ >= 1 - slack

"""Every grower keeps to what its tree must keep to, on every kind of rows."""

import pickle

import numpy as np
import pytest
import sklearn
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse
from sklearn.base import BaseEstimator, clone
from sklearn.model_selection import GridSearchCV
from sklearn.naive_bayes import GaussianNB
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor
from sklearn.utils.fixes import parse_version

from skdistill import CallableTeacher, DistilledTreeClassifier, DistilledTreeRegressor
from skdistill.trees import (
    AlternatingGrower,
    CartGrower,
    GrowthTask,
    LatticeGrower,
    PrunedGrower,
)

# Before, scikit-learn's own trees grow for gaps in one place and send them to another.
GAPS_ARE_SOUND = parse_version(sklearn.__version__) >= parse_version("1.7")
LATTICE = LatticeGrower(3, depth=4, binning=8, n_rounds=0, max_frontier=60)
FAST = AlternatingGrower(n_kicks=4)
GROWERS = {"cart": CartGrower(), "pruned": PrunedGrower(), "fast": FAST, "lattice": LATTICE}
ALL = pytest.mark.parametrize("grower", GROWERS.values(), ids=GROWERS)


def make_rows(n=200, seed=0, gaps=False):
    """Rows, labels of three classes, of two, and values; none of them easy."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, 4))
    X[:, 1] = rng.integers(0, 6, n)
    score = X[:, 0] + np.sin(2 * X[:, 2]) * (X[:, 1] > 2) + rng.normal(size=n) / 2
    if gaps:
        X[rng.random((n, 4)) < 0.15] = np.nan
    return X, np.digitize(score, [-0.5, 0.7]), (score > 0).astype(int), score


def tree_of(kind, grower, **params):
    """An unfitted tree that learns y itself."""
    cls = DistilledTreeRegressor if kind == "values" else DistilledTreeClassifier
    return cls(grower=grower, **{"random_state": 0, **params})


CONSTRAINTS = [
    {"max_leaf_nodes": 2},
    {"max_leaf_nodes": 7},
    {"max_depth": 1},
    {"max_depth": 3},
    {"min_samples_leaf": 15},
    {"min_samples_leaf": 0.11},
    {"min_weight_fraction_leaf": 0.12},
    {"min_samples_split": 60},
    {"min_samples_split": 0.3},
    {"max_depth": 3, "min_samples_leaf": 10, "min_weight_fraction_leaf": 0.08},
    {"max_leaf_nodes": None, "min_samples_leaf": 12},
]


@ALL
@pytest.mark.parametrize("kind", ["three", "values"])
@pytest.mark.parametrize("params", CONSTRAINTS, ids=str)
def test_limits_of_the_tree(grower, kind, params):
    """Leaves, depth, rows and weight of every node; weights are not rows."""
    X, three, _, score = make_rows()
    weight = np.random.default_rng(1).integers(1, 5, len(X)).astype(float)
    tree = tree_of(kind, grower, **params)
    tree.fit(X, three if kind == "three" else score, sample_weight=weight)
    path = tree.decision_path(X).toarray().astype(bool)
    rows, mass = path.sum(axis=0), weight @ path
    leaf = tree.tree_.children_left == -1
    assert tree.get_n_leaves() >= 2
    np.testing.assert_array_equal(tree.tree_.n_node_samples, rows)
    np.testing.assert_allclose(tree.tree_.weighted_n_node_samples, mass)
    plain = tree.get_params()
    assert tree.get_n_leaves() <= (plain["max_leaf_nodes"] or np.inf)
    assert tree.get_depth() <= (plain["max_depth"] or np.inf)
    assert mass[leaf].min() >= plain["min_weight_fraction_leaf"] * weight.sum() - 1e-9
    least, split = (
        value if isinstance(value, int) else np.ceil(value * len(X))
        for value in (plain["min_samples_leaf"], plain["min_samples_split"])
    )
    assert rows[leaf].min() >= least
    assert rows[~leaf].min() >= split


@ALL
@pytest.mark.parametrize("kind", ["two", "soft", "values"])
def test_monotonic_constraints(grower, kind):
    """Answers rise with the first column and fall with the second, on a grid."""
    X, _, two, score = make_rows()
    params = {"monotonic_cst": [1, -1, 0, 0], "max_leaf_nodes": 12}
    if kind == "soft":
        teacher = GaussianNB().fit(X, two)
        tree = tree_of(kind, grower, teacher=teacher, labels="soft", transfer_set=None, **params)
        tree.fit(X)
    else:
        tree = tree_of(kind, grower, **params).fit(X, two if kind == "two" else score)
    assert tree.get_n_leaves() > 2
    assert 0 in tree.tree_.feature
    for sized in [*tree.size_path_, None]:
        model = tree if sized is None else sized.tree
        answer = model.predict if kind == "values" else lambda X: model.predict_proba(X)[:, 1]  # noqa: B023
        for column, way in ((0, 1), (1, -1)):
            steps = np.linspace(X[:, column].min() - 1, X[:, column].max() + 1, 25)
            grid = np.repeat(X[:30], len(steps), axis=0)
            grid[:, column] = np.tile(steps, 30)
            moved = np.diff(answer(grid).reshape(30, -1), axis=1)
            assert (way * moved >= -1e-12).all()


@ALL
@pytest.mark.parametrize("allowed", [[0, 2], [-2, 0], [True, False, True, False], np.array([2, 0])])
def test_allowed_features_by_place(grower, allowed):
    """The tree asks about those columns alone, in any notation."""
    X, three, _, _ = make_rows()
    tree = tree_of("three", grower, allowed_features=allowed, max_leaf_nodes=8).fit(X, three)
    assert set(tree.tree_.feature) == {-2, 0, 2}
    for sized in tree.size_path_:
        assert set(sized.tree.tree_.feature) <= {-2, 0, 2}
    other = X.copy()
    other[:, [1, 3]] = 99.0
    np.testing.assert_array_equal(tree.predict(X), tree.predict(other))
    # The same tree as on those columns alone.
    alone = tree_of("three", grower, max_leaf_nodes=8).fit(X[:, [0, 2]], three)
    np.testing.assert_array_equal(tree.apply(X), alone.apply(X[:, [0, 2]]))
    np.testing.assert_array_equal(tree.tree_.threshold, alone.tree_.threshold)


def test_allowed_features_by_name(mixed):
    """Columns of levels too, whether they are ranks or one column a level."""
    X, y = mixed
    tree = tree_of("two", CartGrower(), allowed_features=["sex", "age"]).fit(X, y)
    assert set(tree.tree_feature_names_[tree.tree_.feature[tree.tree_.feature >= 0]]) == {
        "sex", "age",
    }  # fmt: skip
    y = np.where(X["fare"] > 50, "rich", y)
    tree = tree_of("three", "auto", allowed_features=["port", "fare"]).fit(X, y)
    asked = set(tree.tree_feature_names_[tree.tree_.feature[tree.tree_.feature >= 0]])
    assert asked
    assert asked <= {"fare", "port=C", "port=Q", "port=S", "port=missing"}
    numbers = X[["age", "fare"]]
    tree = tree_of("three", FAST, allowed_features=("fare",)).fit(numbers, y)
    assert set(tree.tree_.feature) == {-2, 1}


def test_allowed_features_with_constraints():
    """Constraints speak of all columns of X; those of others are passed over."""
    X, _, _, score = make_rows()
    tree = tree_of("values", FAST, allowed_features=[1, 0], monotonic_cst=[1, 0, 0, -1])
    tree.fit(X, score)
    assert {-2, 0} <= set(tree.tree_.feature) <= {-2, 0, 1}
    grid = np.repeat(X[:20], 30, axis=0)
    grid[:, 0] = np.tile(np.linspace(-3, 3, 30), 20)
    assert (np.diff(tree.predict(grid).reshape(20, 30), axis=1) >= 0).all()


@pytest.mark.parametrize(
    ("allowed", "message"),
    [
        ([], r"allowed_features must list at least one column.*Got \[\]"),
        ([[0, 1]], "must list at least one column"),
        ([True, False], "a mask of 2 columns, but X has 4"),
        ([False] * 4, "allows no column"),
        ([0, 4, -5], r"names the columns \[4, -5\], but X has 4"),
        (["a"], r"names the columns \['a'\], but X has no names"),
    ],
)
def test_wrong_allowed_features(allowed, message):
    """The error names the parameter, what was given and what there is."""
    X, three, _, _ = make_rows(40)
    with pytest.raises(ValueError, match=message):
        tree_of("three", CartGrower(), allowed_features=allowed).fit(X, three)


def test_unknown_names_of_allowed_features(mixed):
    """The columns that there are, are listed."""
    X, y = mixed
    with pytest.raises(ValueError, match=r"\['pay'\], but those of X are \['age', 'sex'"):
        tree_of("two", CartGrower(), allowed_features=["age", "pay"]).fit(X, y)


@ALL
@pytest.mark.parametrize("kind", ["three", "soft", "values"])
def test_weights_are_repeats(grower, kind):
    """Whole weights, with zeros, give the tree of repeated rows in any order."""
    X, three, _, score = make_rows(150, gaps=GAPS_ARE_SOUND)
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


def shares(X):
    """Probabilities of three classes."""
    X = np.nan_to_num(X)
    score = np.column_stack([X[:, 0], X[:, 2], 0.3 * X[:, 1] - 0.5])
    P = np.exp(score)
    return P / P.sum(axis=1, keepdims=True)


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
    """Its rows are no rows: nobody answers it, and nobody divides by zero."""
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
    """Rows with gaps go where the tree says, in every column; a column may be all gaps."""
    X, three, _, score = make_rows(gaps=True)
    X[:, 3] = np.nan
    y = np.where(np.isnan(X[:, 2]), 2, three) if kind == "three" else score
    tree = tree_of(kind, grower, max_leaf_nodes=8).fit(X, y)
    assert 3 not in tree.tree_.feature
    np.testing.assert_array_equal(tree.apply(X), tree.tree_.apply(X.astype(np.float32)))
    assert tree.fidelity_ > 0.3
    means = [y[tree.apply(X) == node].mean() for node in tree.apply(X)]
    if kind == "values" and (GAPS_ARE_SOUND or not isinstance(grower, CartGrower)):
        np.testing.assert_allclose(tree.predict(X), means)


@ALL
def test_known_from_missing(grower):
    """Where a gap is all that tells, the tree asks for it."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(120, 2))
    X[rng.random(120) < 0.4, 1] = np.nan
    y = np.isnan(X[:, 1])
    tree = tree_of("two", grower, max_leaf_nodes=2).fit(X, y)
    assert tree.fidelity_ == 1.0
    np.testing.assert_array_equal(tree.predict(X), y)


def test_sparse_rows():
    """Plain and pruned growers take them, and so does "auto"; the others say what does."""
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
    """One leaf that answers just that; scikit-learn's own tree may split a rounding error."""
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


@ALL
@pytest.mark.parametrize("kind", ["three", "values"])
def test_same_seed_same_tree(grower, kind):
    """Bit for bit, from an integer, and from a state drawn from alike."""
    X, three, _, score = make_rows(gaps=True)
    y = three if kind == "three" else score
    before = repr(grower), pickle.dumps(grower)
    for state in (lambda: 7, lambda: np.random.RandomState(3)):
        one, other = (
            tree_of(kind, grower, max_leaf_nodes=9, random_state=state()).fit(X, y)
            for _ in range(2)
        )
        assert pickle.dumps(one.tree_) == pickle.dumps(other.tree_)
        sizes = [[pickle.dumps(s.tree.tree_) for s in t.size_path_] for t in (one, other)]
        assert sizes[0] == sizes[1]
    # Growing leaves the grower as it was.
    assert (repr(grower), pickle.dumps(grower)) == before
    assert set(vars(grower)) == set(grower.get_params(deep=False))


@ALL
def test_rows_are_only_read(grower):
    """Rows, labels and weights that cannot be written to are enough."""
    X, three, _, _ = make_rows()
    weight = np.ones(len(X))
    for array in (X, three, weight):
        array.flags.writeable = False
    assert tree_of("three", grower).fit(X, three, sample_weight=weight).get_n_leaves() > 4
    task = GrowthTask.from_labels(X, three, max_leaf_nodes=5)
    rows, labels = task.X.copy(), task.labels.codes.copy()
    grower.grow(task)
    np.testing.assert_array_equal(task.X, rows)
    np.testing.assert_array_equal(task.labels.codes, labels)


@ALL
def test_alone_on_a_task(grower):
    """A grower needs no distiller: it returns genuine trees that hold the labels' means."""
    X, three, _, _ = make_rows()
    weight = np.random.default_rng(0).random(len(X)) + 0.1
    task = GrowthTask.from_labels(X, three, sample_weight=weight, max_leaf_nodes=6)
    genuine = type(DecisionTreeClassifier().fit(X, three).tree_)
    trees = grower.grow(task)
    assert all(isinstance(tree, genuine) for tree in trees)
    assert 2 <= trees[0].n_leaves <= 6
    for tree in trees:
        path = tree.decision_path(task.X).toarray().astype(bool)
        for node in range(tree.node_count):
            here = path[:, node]
            mean = weight[here] @ np.eye(3)[three[here]] / weight[here].sum()
            np.testing.assert_allclose(tree.value[node, 0], mean)
            np.testing.assert_allclose(tree.impurity[node], 1 - (mean**2).sum(), atol=1e-9)
            assert tree.n_node_samples[node] == here.sum()
            np.testing.assert_allclose(tree.weighted_n_node_samples[node], weight[here].sum())


class Watched(BaseEstimator):
    """A grower that remembers what another one grew."""

    def __init__(self, grower=None):
        self.grower = grower

    def grow(self, task):
        trees = self.grower.grow(task)
        SEEN.append((task, trees))
        return trees


SEEN = []


def error_of(tree, task):
    """Weight of the disagreement, or squared error, of a tree on a task's rows."""
    answer = tree.value[tree.apply(task.X)]
    if task.classification:
        chosen = answer[:, 0].argmax(axis=1)
        return task.weight @ (1 - task.targets[np.arange(len(chosen)), chosen])
    return task.weight @ ((answer[:, :, 0] - task.targets) ** 2).sum(axis=1)


@pytest.mark.parametrize("kind", ["three", "soft", "values"])
@pytest.mark.parametrize("start", [CartGrower(), PrunedGrower(), LATTICE], ids=repr)
@pytest.mark.parametrize("params", [{}, {"min_samples_leaf": 8}, {"max_depth": 3}], ids=str)
def test_alternating_is_no_worse_than_its_starts(kind, start, params):
    """On the rows that it sees, with as many leaves; mostly it is better."""
    better = 0
    for seed in range(3):
        X, three, _, score = make_rows(160, seed)
        y = score if kind == "values" else three
        if kind == "soft":
            params = {**params, "labels": "soft", "transfer_set": None}
            params["teacher"] = CallableTeacher(shares, output="probabilities")
        SEEN.clear()
        grower = AlternatingGrower([Watched(start)], n_kicks=2)
        tree = tree_of(kind, grower, max_leaf_nodes=7, random_state=seed, **params).fit(X, y)
        task, trees = SEEN[0]
        before = error_of(trees[0], task)
        rows = GrowthTask(
            X.astype(np.float32), task.labels, task.sample_weight, len(X), task.params, task.rng
        )
        after = error_of(tree.tree_, rows)
        assert after <= before * (1 + 1e-9)
        assert tree.get_n_leaves() <= 7
        better += after < before * (1 - 1e-9)
    assert better > 0


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10_000), n_classes=st.integers(2, 4), leaves=st.integers(2, 9))
def test_no_grower_is_worse_than_plain_cart(seed, n_classes, leaves):
    """On columns of few values, where no two splits of CART's are equal by chance alone."""
    rng = np.random.default_rng(seed)
    X = rng.integers(0, 20, (120, 3)).astype(float)
    score = X[:, 0] * 1.01 - X[:, 1] + np.sin(X[:, 2]) * 4 + rng.normal(size=120)
    y = np.digitize(score, np.quantile(score, np.arange(1, n_classes) / n_classes))
    errors = {}
    for name, grower in GROWERS.items():
        task = GrowthTask.from_labels(X, y, max_leaf_nodes=leaves, random_state=seed % 100)
        errors[name] = error_of(grower.grow(task)[0], task)
    assert errors["fast"] <= errors["cart"] + 1e-9


def test_rows_beyond_max_rows():
    """A part is searched, all are answered for; and the limits are those of all rows."""
    X, three, _, score = make_rows(900)
    for kind, y in (("three", three), ("values", score)):
        for grower in (
            AlternatingGrower(n_kicks=1, max_rows=150),
            LatticeGrower(3, depth=3, max_rows=150),
        ):
            tree = tree_of(kind, grower, max_leaf_nodes=8, min_samples_leaf=0.05).fit(X, y)
            leaf, rows = np.unique(tree.apply(X), return_counts=True)
            assert rows.min() >= 45
            assert len(leaf) == tree.get_n_leaves() > 2
            np.testing.assert_array_equal(tree.tree_.n_node_samples[leaf], rows)


def test_nested_parameters():
    """A grower's parameters are reached through its tree's, and searched."""
    X, three, _, _ = make_rows(120)
    tree = DistilledTreeClassifier(grower=PrunedGrower(), random_state=0)
    tree.set_params(grower__width=3, grower__criterion="entropy")
    assert tree.get_params()["grower__width"] == 3
    assert tree.grower.criterion == "entropy"
    copy = clone(tree)
    assert copy.grower is not tree.grower
    assert copy.grower.get_params() == tree.grower.get_params()
    search = GridSearchCV(
        tree, {"grower__width": [1, 4], "max_leaf_nodes": [3, 5]}, cv=2, n_jobs=1
    ).fit(X, three)
    assert set(search.best_params_) == {"grower__width", "max_leaf_nodes"}
    assert tree.grower.width == 3
    kinds = {"grower": ["auto", CartGrower(), PrunedGrower(), FAST]}
    search = GridSearchCV(tree, kinds, cv=2).fit(X, three)
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()
    nested = AlternatingGrower([PrunedGrower(2)], n_kicks=0)
    tree = DistilledTreeClassifier(grower=nested).set_params(grower__n_kicks=1)
    assert clone(tree).grower.n_kicks == 1
    assert clone(tree).grower.starts[0].width == 2


@ALL
def test_pickle(grower):
    """A fitted tree comes back with its grower and the same answers."""
    X, three, _, _ = make_rows(100)
    tree = tree_of("three", grower).fit(X, three)
    back = pickle.loads(pickle.dumps(tree))
    np.testing.assert_array_equal(back.predict_proba(X), tree.predict_proba(X))
    assert repr(back.grower) == repr(grower)
    assert [s.n_leaves for s in back.size_path_] == [s.n_leaves for s in tree.size_path_]


@pytest.mark.parametrize(
    ("grower", "name"),
    [
        (PrunedGrower(0), "width"),
        (PrunedGrower(criterion="accuracy"), "criterion"),
        (LatticeGrower(0), "n_candidates"),
        (LatticeGrower(depth=0), "depth"),
        (LatticeGrower(binning=1), "binning"),
        (AlternatingGrower([]), "starts"),
        (AlternatingGrower([None]), "starts"),
        (AlternatingGrower(n_kicks=-1), "n_kicks"),
        (AlternatingGrower(width=0), "width"),
        (AlternatingGrower(max_rows=1.5), "max_rows"),
    ],
    ids=repr,
)
def test_wrong_parameters_of_growers(grower, name):
    """They are named, with the grower, at fit."""
    X, three, _, _ = make_rows(40)
    with pytest.raises(ValueError, match=f"'{name}' parameter of {type(grower).__name__}"):
        tree_of("three", grower).fit(X, three)


@pytest.mark.parametrize("grower", ["cart", None, CartGrower, DecisionTreeClassifier()])
def test_what_is_no_grower(grower):
    """Names other than "auto", classes and estimators are refused."""
    X, three, _, _ = make_rows(40)
    with pytest.raises(ValueError, match="'grower' parameter of DistilledTreeClassifier"):
        tree_of("three", grower).fit(X, three)


def test_a_grower_of_ones_own():
    """Anything with grow will do: here a stump, whatever the budget."""

    class Stump:
        def grow(self, task):
            return [task.cart(max_leaf_nodes=2)]

    X, three, _, _ = make_rows()
    tree = tree_of("three", Stump()).fit(X, three)
    plain = DecisionTreeClassifier(max_leaf_nodes=2, random_state=0).fit(X, three)
    np.testing.assert_array_equal(tree.predict(X), plain.predict(X))
    assert [s.n_leaves for s in tree.size_path_] == [1, 2]


def test_what_auto_is():
    """Alternating optimisation; pruning without a budget; CART where leaves are no means."""
    X, three, _, score = make_rows()
    for kind, y, params, grower in (
        ("three", three, {}, AlternatingGrower()),
        ("values", score, {}, AlternatingGrower()),
        ("three", three, {"max_leaf_nodes": None, "max_depth": 4}, PrunedGrower()),
        ("values", score, {"criterion": "absolute_error"}, CartGrower()),
        ("values", score - score.min(), {"criterion": "poisson"}, CartGrower()),
    ):
        auto = tree_of(kind, "auto", **params).fit(X, y)
        named = tree_of(kind, grower, **params).fit(X, y)
        np.testing.assert_array_equal(auto.apply(X), named.apply(X))
    median = DecisionTreeRegressor(criterion="absolute_error", max_leaf_nodes=16, random_state=0)
    median.fit(X, score)
    auto = tree_of("values", "auto", criterion="absolute_error").fit(X, score)
    np.testing.assert_array_equal(auto.predict(X), median.predict(X))

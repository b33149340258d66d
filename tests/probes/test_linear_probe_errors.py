"""Bad input: what is refused, and that the message tells the way out."""

import warnings

import numpy as np
import pytest
from scipy import sparse
from sklearn.exceptions import NotFittedError
from sklearn.naive_bayes import GaussianNB
from sklearn.neural_network import MLPClassifier
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeRegressor

from skdistill import CallableTeacher, LinearProbeTreeClassifier, LinearProbeTreeRegressor
from skdistill.exceptions import DistillationWarning, TeacherAnswerError

BOTH = (LinearProbeTreeClassifier, LinearProbeTreeRegressor)


def bits(n=200, d=4, seed=0):
    """Rows of zeros and ones."""
    return np.random.default_rng(seed).integers(0, 2, size=(n, d))


def labels_of(X):
    """The AND of the first two columns."""
    return (X[:, 0] > 0) & (X[:, 1] > 0)


AND = CallableTeacher(labels_of, output="label", classes=[False, True])


@pytest.fixture(scope="module")
def network():
    """A network that has learned the AND of two bits."""
    X = bits()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return MLPClassifier((8,), max_iter=200, random_state=0).fit(X, labels_of(X))


@pytest.mark.parametrize("estimator", BOTH)
@pytest.mark.parametrize(
    ("params", "wanted"),
    [
        ({"domain": "cube"}, "'auto' or 'binary' or 'sign'"),
        ({"domain": "boolean"}, "'auto' or 'binary' or 'sign'"),
        ({"max_depth": 0}, "an integer >= 1"),
        ({"max_depth": None}, "an integer >= 1"),
        ({"max_depth": 2.5}, "an integer >= 1"),
        ({"max_leaf_nodes": 0}, "an integer >= 1"),
        ({"split_score": "probes"}, "'auto' or 'both' or 'residual' or 'impurity'"),
        ({"n_candidates": 0}, "an integer >= 1"),
        ({"n_rounds": -1}, "an integer >= 0"),
        ({"n_samples": 1}, "'auto', or an integer >= 2"),
        ({"n_samples": "all"}, "'auto', or an integer >= 2"),
        ({"ridge": -1e-3}, "a number >= 0"),
        ({"ridge": np.nan}, "a number >= 0"),
        ({"rank": 0}, "an integer >= 1"),
        ({"binning": 1}, "an integer >= 2"),
        ({"max_refinements": -1}, "an integer >= 0"),
        ({"max_refinements": True}, "an integer >= 0"),
        ({"max_queries": 0}, "an integer >= 1"),
        ({"transfer_set": "munge"}, "'auto' or None"),
    ],
    ids=lambda value: str(value) if isinstance(value, dict) else "",
)
def test_parameters(estimator, params, wanted):
    """Each message names the estimator, the parameter, what it takes and what it got."""
    ((name, value),) = params.items()
    with pytest.raises(ValueError, match=f"'{name}' parameter of {estimator.__name__}") as caught:
        estimator(AND, **params).fit(bits())
    assert wanted in str(caught.value)
    assert f"Got {value!r}" in str(caught.value)


def test_labels_parameter():
    """The classifier's own."""
    with pytest.raises(ValueError, match="'labels' parameter of LinearProbeTreeClassifier"):
        LinearProbeTreeClassifier(AND, labels="both").fit(bits())


@pytest.mark.parametrize("estimator", BOTH)
def test_without_a_teacher(estimator):
    """There are no activations to read."""
    with pytest.raises(ValueError, match="activations of a teacher, but teacher=None"):
        estimator().fit(bits(), labels_of(bits()))


def test_layers_that_do_not_exist(network):
    """The error lists those that do."""
    tree = LinearProbeTreeClassifier(network, layers=["hidden_0", "hidden_3"])
    with pytest.raises(ValueError, match=r"no layer 'hidden_3'.*'hidden_0'"):
        tree.fit(bits())


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_activations_that_are_not_finite(bad):
    """Broken weights, or a function of the user's own, are refused by name."""

    def hidden(X):
        H = X.astype(float)
        H[3, 1] = bad
        return H

    with pytest.raises(ValueError, match="hidden gives NaN or infinity on 1 of 200 rows"):
        LinearProbeTreeClassifier(AND, layers=hidden).fit(bits())


@pytest.mark.parametrize("split_score", ["both", "residual"])
@pytest.mark.filterwarnings("ignore::skdistill.exceptions.DistillationWarning")
def test_constant_layers(split_score):
    """Dead layers: labels choose the splits, and the report says that nothing was probed."""
    tree = LinearProbeTreeClassifier(
        AND, layers=lambda X: np.ones((len(X), 3)), split_score=split_score, random_state=0
    ).fit(bits())
    np.testing.assert_array_equal(tree.predict(bits(seed=1)), labels_of(bits(seed=1)))
    assert tree.n_probes_ == 0
    assert np.isnan(tree.probe_residuals_).all()
    for method in (tree.lrh_report, tree.to_rules):
        with pytest.raises(ValueError, match="the layers are the same on all rows"):
            method()


def test_constant_layers_are_warned_of():
    """A warning tells it."""
    tree = LinearProbeTreeClassifier(AND, layers=lambda X: np.ones((len(X), 3)))
    with pytest.warns(DistillationWarning, match="the same on all 200 rows"):
        tree.fit(bits())


@pytest.mark.parametrize("n", [2, 3, 5, 12])
def test_fewer_rows_than_rank(n):
    """A wide layer on few rows: the tree is found, and every node has a residual."""
    rng = np.random.default_rng(0)
    X = np.vstack([np.ones((1, 4)), np.zeros((1, 4)), bits(n - 2)])
    noise = rng.normal(size=(4, 500))
    tree = LinearProbeTreeClassifier(
        AND, layers=lambda X: np.sin(50 * X @ noise), rank=256, split_score="both"
    ).fit(X)
    assert tree.fidelity_ == 1.0
    known = tree.probe_residuals_[1:]
    assert np.isfinite(known).all()
    assert len(known) >= 2
    assert tree.lrh_report().n_conjunctions[0] == 2


def test_columns_of_other_values():
    """binning=None takes two-valued columns alone."""
    X = np.random.default_rng(0).normal(size=(50, 2))
    tree = LinearProbeTreeClassifier(AND, binning=None)
    with pytest.raises(
        ValueError, match=r"binning=None takes only columns of 0 and 1.*Set binning"
    ):
        tree.fit(X)
    assert tree.set_params(binning=4).fit(X).fidelity_ > 0.5
    tree.set_params(binning=None, split_score="impurity")
    assert tree.fit(2 * bits() - 1).fidelity_ == 1.0


@pytest.mark.parametrize(
    ("X", "message"),
    [
        (np.array([[0, 1], [2, 1]]), "Column 0 holds 2"),
        (np.array([[0.0, 1.0], [1.0, 0.25]]), "Column 1 holds 0.25"),
        (np.array([[0, 1], [1, -1]]), "Column 1 holds -1"),
        (np.array([[0, 1], [1, np.nan]]), "Column 1 holds nan"),
    ],
)
def test_points_that_are_no_cubes(X, message):
    """The message names the domain, the column, and the way out."""
    with pytest.raises(ValueError, match=f"columns of 0 and 1. {message}") as caught:
        LinearProbeTreeClassifier(AND, domain="binary").fit(X)
    assert 'Use domain="auto"' in str(caught.value)


@pytest.mark.parametrize(("domain", "other"), [("binary", "sign"), ("sign", "binary")])
def test_points_of_the_other_cube(domain, other):
    """Rows of -1 and 1 under domain="binary", or the reverse: the message names the right one."""
    X = bits() if other == "binary" else 2 * bits() - 1
    tree = LinearProbeTreeClassifier(AND, domain=domain, split_score="impurity")
    with pytest.raises(ValueError, match=f"Use domain='{other}', or domain=\"auto\""):
        tree.fit(X)
    assert tree.set_params(domain=other, max_depth=2, random_state=0).fit(X).fidelity_ == 1.0


@pytest.mark.parametrize("dtype", [bool, np.uint8])
@pytest.mark.parametrize("frame", [False, True])
def test_dtypes_that_hold_no_minus_one(dtype, frame):
    """Unsigned numbers and booleans would turn -1 into another value: the rows are widened."""
    X = np.ones((3, 2), dtype=dtype)
    if frame:
        X = pytest.importorskip("pandas").DataFrame(X, columns=["a", "b"]).astype({"a": float})
    seen = []

    def teacher(X):
        seen.append(np.asarray(X, dtype=float))
        return labels_of(np.asarray(X))

    tree = LinearProbeTreeClassifier(teacher, domain="sign", split_score="impurity")
    tree.set_params(n_samples=50, random_state=0).fit(X)
    assert np.unique(np.concatenate(seen)).tolist() == [-1, 1]
    assert tree.fidelity_ == 1.0


def test_sparse_cubes():
    """Rows that are drawn are dense."""
    with pytest.raises(TypeError, match=r"needs dense rows.*toarray"):
        LinearProbeTreeClassifier(AND, domain="binary").fit(sparse.csr_matrix(bits()))


def test_categorical_frames():
    """The message names the categorical columns."""
    pd = pytest.importorskip("pandas")
    X = pd.DataFrame({"a": [0, 1], "b": ["no", "yes"]})
    with pytest.raises(ValueError, match=r"categorical columns: \['b'\].*Use domain=\"auto\""):
        LinearProbeTreeClassifier(lambda X: X["a"], domain="binary").fit(X)


def test_refinement_needs_a_cube():
    """Refused before the teacher is queried."""
    queried = []
    tree = LinearProbeTreeClassifier(lambda X: queried.append(X), max_refinements=3)
    with pytest.raises(
        ValueError, match=r'max_refinements=3 draws.*needs domain="binary" or "sign"'
    ):
        tree.fit(bits())
    assert not queried


@pytest.mark.parametrize("split_score", ["both", "residual"])
def test_a_teacher_without_hidden_layers(split_score):
    """The error names models that have some; the same teacher works by labels alone."""
    X = bits()
    teacher = SVC().fit(X, labels_of(X))
    tree = LinearProbeTreeClassifier(teacher, split_score=split_score)
    with pytest.raises(TypeError, match=r"SVC has no .*layers=callable"):
        tree.fit(X)
    tree.set_params(split_score="impurity").fit(X)
    np.testing.assert_array_equal(tree.predict(X), labels_of(X))
    with pytest.raises(ValueError, match="splits were chosen by the labels alone"):
        tree.lrh_report()
    tree.set_params(split_score=split_score, layers=lambda X: X).fit(X)
    assert tree.lrh_report().depth.tolist() == [1, 2]


def test_before_fit():
    """The report and the rules need a fitted tree."""
    for method in ("lrh_report", "to_rules", "to_sklearn"):
        with pytest.raises(NotFittedError):
            getattr(LinearProbeTreeClassifier(AND), method)()


def test_unfitted_teachers_need_labels():
    """An unfitted teacher learns y, which it is not given; on a cube it learns X and y."""
    with pytest.raises(ValueError, match="y"):
        LinearProbeTreeClassifier(GaussianNB(), split_score="impurity").fit(bits())
    tree = LinearProbeTreeRegressor(DecisionTreeRegressor(), domain="binary", random_state=0)
    tree.fit(bits(), labels_of(bits()).astype(float))
    assert tree.fidelity_ == 1.0


def test_predictions_that_are_not_finite():
    """A teacher of values that fails somewhere."""
    with pytest.raises(TeacherAnswerError, match="NaN or infinity"):
        LinearProbeTreeRegressor(lambda X: np.where(X[:, 0] > 0, np.nan, 1.0)).fit(bits())


@pytest.mark.filterwarnings("ignore::skdistill.exceptions.DistillationWarning")
@pytest.mark.parametrize("estimator", BOTH)
def test_a_constant_teacher(estimator):
    """A leaf, of which nothing can be probed; the report is empty and does not hold."""
    tree = estimator(
        lambda X: np.ones(len(X)), layers=lambda X: X, domain="binary", random_state=0
    ).fit(bits())
    assert tree.get_n_leaves() == 1
    assert tree.fidelity_ == 1.0
    assert [sized.n_leaves for sized in tree.size_path_] == [1]
    report = tree.lrh_report()
    assert report.depth.size == 0
    assert not report.holds
    assert "single leaf" in str(report)
    assert len(tree.to_rules()) == 0


def test_constant_columns():
    """Nothing to split: a leaf that predicts the most frequent class."""
    X, seen = np.ones((30, 3)), []

    def teacher(X):
        first = len(seen)
        seen.extend(X.tolist())
        return np.arange(first, len(seen)) % 3 == 0

    tree = LinearProbeTreeClassifier(teacher, split_score="impurity")
    tree.fit(X)
    assert seen == X.tolist()
    assert tree.get_n_leaves() == 1
    np.testing.assert_array_equal(tree.predict(X), False)


@pytest.mark.parametrize(("domain", "threshold"), [("binary", 0.5), ("sign", 0.0)])
def test_a_row_of_ones_is_enough(domain, threshold):
    """A one belongs to both codings: the domain decides, nothing is guessed from X."""
    tree = LinearProbeTreeClassifier(
        AND, domain=domain, split_score="impurity", random_state=0
    ).fit(np.ones((1, 4)))
    assert set(tree.tree_.threshold[tree.tree_.feature >= 0]) == {threshold}
    assert tree.fidelity_ == 1.0


def test_a_transfer_set_beside_the_cube_is_refused(boolean_network):
    """Rows of the cube come from nowhere else."""
    network = boolean_network[0] if isinstance(boolean_network, tuple) else boolean_network
    with pytest.raises(ValueError, match=r"draws its rows from the cube.*transfer_set='auto'"):
        LinearProbeTreeClassifier(network, domain="binary", transfer_set="auto").fit(
            np.zeros((3, network.n_features_in_))
        )


def test_layers_that_are_not_read_are_told(cancer):
    """By labels alone no layer is read, so a wrong name would pass unnoticed."""
    X, y = cancer
    tree = LinearProbeTreeClassifier(SVC().fit(X, y), layers="foo", max_depth=2)
    with pytest.warns(DistillationWarning, match=r"layers='foo' is not read"):
        tree.fit(X)

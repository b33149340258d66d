"""What is wrapped around a teacher with hidden layers, functions of one's own, and refusals."""

import sys
import warnings

import numpy as np
import pytest
from scipy import sparse
from sklearn.compose import TransformedTargetRegressor
from sklearn.ensemble import RandomForestClassifier
from sklearn.exceptions import NotFittedError
from sklearn.frozen import FrozenEstimator
from sklearn.model_selection import GridSearchCV
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from skdistill import CachedTeacher, CallableTeacher, TorchTeacher
from skdistill.exceptions import DistillationWarning
from skdistill.teachers import hidden_representation
from skdistill.teachers._representation import represent


@pytest.fixture(scope="module")
def network(cancer):
    return MLPClassifier((6, 4), solver="lbfgs", max_iter=200, random_state=0).fit(*cancer)


# ----- what is wrapped around -----


@pytest.mark.parametrize(
    "wrap",
    [
        FrozenEstimator,
        CachedTeacher,
        lambda model: CachedTeacher(FrozenEstimator(CachedTeacher(model))),
        lambda model: make_pipeline("passthrough", FrozenEstimator(model)),
    ],
)
def test_wrappers_that_hand_rows_on(wrap, network, cancer):
    teacher = wrap(network)
    if hasattr(teacher, "steps"):
        teacher.fit(*cancer)
    expected = hidden_representation(network, cancer[0])
    np.testing.assert_array_equal(hidden_representation(teacher, cancer[0]), expected)


@pytest.mark.parametrize(
    "wrap", [lambda p: p, FrozenEstimator, CachedTeacher, lambda p: make_pipeline(p)]
)
def test_pipelines_apply_their_steps(wrap, cancer):
    """The network in a pipeline sees scaled rows, however the pipeline is wrapped."""
    X, y = cancer
    X = 100 * X + 7
    network = MLPClassifier(4, solver="lbfgs", max_iter=1000, random_state=0)
    pipeline = make_pipeline(StandardScaler(), network).fit(X, y)
    scaled = pipeline[0].transform(X)
    expected = np.maximum(scaled @ network.coefs_[0] + network.intercepts_[0], 0)
    np.testing.assert_allclose(hidden_representation(wrap(pipeline), X), expected, atol=1e-12)


def test_searches(cancer):
    """In a search, the best estimator is opened; a pipeline inside is gone through."""
    forest = make_pipeline(StandardScaler(), RandomForestClassifier(5, random_state=0))
    search = GridSearchCV(forest, {"randomforestclassifier__max_depth": [1, 3]}, cv=2)
    with pytest.raises(NotFittedError, match="GridSearchCV is not fitted"):
        hidden_representation(search, cancer[0])
    search.fit(*cancer)
    inside = search.best_estimator_[-1]
    expected = hidden_representation(inside, search.best_estimator_[0].transform(cancer[0]))
    for teacher in (search, FrozenEstimator(search), CachedTeacher(search)):
        found = hidden_representation(teacher, cancer[0])
        assert (found != expected).nnz == 0


def test_transformed_targets(diabetes):
    X, y = diabetes
    network = MLPRegressor(hidden_layer_sizes=5, solver="lbfgs", max_iter=2000, random_state=0)
    model = TransformedTargetRegressor(network, func=np.log1p, inverse_func=np.expm1).fit(X, y)
    H = hidden_representation(model, X)
    inside = model.regressor_
    found = (H @ inside.coefs_[-1] + inside.intercepts_[-1])[:, 0]
    np.testing.assert_allclose(np.expm1(found), model.predict(X), rtol=1e-10)


def test_data_frames(cancer):
    """Columns reach the steps of a pipeline by name, in the teacher's own kind."""
    pd = pytest.importorskip("pandas")
    from sklearn.compose import make_column_transformer
    from sklearn.preprocessing import OneHotEncoder

    frame = pd.DataFrame({"size": cancer[0][:, 0], "home": np.where(cancer[1], "own", "rent")})
    frame["home"] = frame["home"].astype("category")
    encode = make_column_transformer((StandardScaler(), ["size"]), (OneHotEncoder(), ["home"]))
    for model in (MLPClassifier(3, max_iter=20), RandomForestClassifier(4, random_state=0)):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # 20 steps are few
            teacher = make_pipeline(encode, model).fit(frame, cancer[1])
        expected = hidden_representation(teacher[-1], encode.transform(frame))
        found = hidden_representation(teacher, frame, batch_size=50)
        assert abs(found - expected).max() < 1e-12
        shuffled = hidden_representation(teacher, frame[["home", "size"]])
        assert abs(shuffled - expected).max() < 1e-12


# ----- functions of one's own -----


def test_a_function_of_ones_own(cancer):
    """It is called instead of the teacher, whatever that is; what it returns is flattened."""
    X = cancer[0]
    found = hidden_representation(None, X, lambda X: X[:, :2].astype(np.float32), batch_size=7)
    assert found.dtype == np.float32
    np.testing.assert_array_equal(found, X[:, :2].astype(np.float32))
    found = hidden_representation(SVC(), X, lambda X: X[:, :4].reshape(-1, 2, 2) > 0)
    assert found.dtype == np.float64
    np.testing.assert_array_equal(found, X[:, :4] > 0)
    found = hidden_representation(SVC(), X.tolist(), lambda X: X[:, 0])
    np.testing.assert_array_equal(found, X[:, :1])


def test_a_function_may_return_sparse_rows(cancer):
    X = cancer[0]
    found = hidden_representation(None, X, lambda X: sparse.coo_matrix(X > 0), batch_size=100)
    assert found.format == "csr"
    np.testing.assert_array_equal(found.toarray(), X > 0)
    broken = sparse.csr_matrix(np.where(X > 0, np.nan, 0))
    with pytest.raises(ValueError, match="NaN or infinity on"):
        hidden_representation(None, X, lambda X: broken)
    with pytest.warns(DistillationWarning, match="'<lambda>'"):
        hidden_representation(None, X, lambda X: sparse.csr_matrix(np.ones((len(X), 2))))


def test_a_function_sees_data_frames():
    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame({"a": [1.0, 2.0, 3.0], "b": [0, 1, 0]})
    found = hidden_representation(None, frame, lambda X: X[["b", "a"]], batch_size=2)
    np.testing.assert_array_equal(found, [[0, 1], [1, 2], [0, 3]])


def leave_out(X):
    return X[1:]


@pytest.mark.parametrize(
    ("function", "error", "words"),
    [
        (leave_out, ValueError, r"layers=leave_out was called with 240 rows .* shape \(239, 5\)"),
        (lambda X: 1.0, ValueError, r"one row a row"),
        (lambda X: X[:, :0], ValueError, "no columns"),
        (lambda X: np.where(X > 1, np.inf, X), ValueError, r"NaN or infinity on \d+ of 240"),
        (lambda X: X.astype(str), TypeError, "must return numbers"),
    ],
)
def test_functions_that_give_no_table(function, error, words, cancer):
    with pytest.raises(error, match=words):
        hidden_representation(None, cancer[0], function)


def test_functions_of_changing_width(cancer):
    with pytest.raises(ValueError, match="different widths: 1, 2"):
        hidden_representation(
            None, cancer[0], lambda X: X[:, : 2 if len(X) > 50 else 1], batch_size=100
        )


# ----- refusals -----


@pytest.mark.parametrize("teacher", [SVC(), CallableTeacher(np.sum), np.sum, object()])
def test_no_hidden_layers(teacher, cancer):
    if isinstance(teacher, SVC):
        teacher = make_pipeline(StandardScaler(), teacher).fit(*cancer)
    with pytest.raises(TypeError, match=r"no hidden layers .* forests .* layers=callable"):
        hidden_representation(teacher, cancer[0])


def test_unfitted_and_classes(cancer):
    with pytest.raises(NotFittedError, match="MLPClassifier is not fitted"):
        hidden_representation(MLPClassifier(), cancer[0])
    with pytest.raises(NotFittedError, match="Pipeline is not fitted"):
        hidden_representation(make_pipeline(StandardScaler(), MLPClassifier()), cancer[0])
    with pytest.raises(TypeError, match="is the class MLPClassifier"):
        hidden_representation(MLPClassifier, cancer[0])


def test_no_rows(network, cancer):
    for X in (cancer[0][:0], sparse.csr_matrix((0, 5)), []):
        with pytest.raises(ValueError, match="X has no rows"):
            hidden_representation(network, X)


@pytest.mark.parametrize("batch_size", [0, -1, 2.5, True, "all"])
def test_batch_sizes_that_are_none(batch_size, network, cancer):
    with pytest.raises(ValueError, match="'batch_size' parameter must be an integer >= 1"):
        hidden_representation(network, cancer[0], batch_size=batch_size)


@pytest.mark.parametrize(
    ("layers", "error", "words"),
    [
        ("hidden_2", ValueError, "no layer 'hidden_2'. Its layers are 'hidden_0', 'hidden_1'"),
        ([0, 7, -3], ValueError, "no layer 7, -3"),
        ([], ValueError, "is empty"),
        ([0, 0], ValueError, "twice"),
        ([-1, "hidden_1"], ValueError, "twice"),
        (1.5, TypeError, "'layers' parameter must be"),
        ([True], TypeError, "'layers' parameter must be"),
    ],
)
def test_layers_that_do_not_exist(layers, error, words, network, cancer):
    with pytest.raises(error, match=words):
        hidden_representation(network, cancer[0], layers)


def test_without_torch(monkeypatch, cancer):
    """The error says what to install; all that needs no torch works."""
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(ImportError, match=r"hidden_representation needs torch: pip install skdis"):
        hidden_representation(TorchTeacher(np.sum, output="value"), cancer[0])
    forest = RandomForestClassifier(3, random_state=0).fit(*cancer)
    assert hidden_representation(forest, cancer[0]).nnz == 3 * len(cancer[0])


# ----- constant layers -----


def test_constant_layers_are_told(cancer):
    """A dead layer is named; one row alone says nothing."""
    X, y = cancer
    network = MLPClassifier((4, 3), max_iter=1, solver="lbfgs").set_params(random_state=0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        network.fit(X, y)
    network.intercepts_[1][:] = -1e6  # no unit of the second hidden layer is ever on
    with pytest.warns(DistillationWarning, match="same on all 240 rows.*: 'hidden_1'") as caught:
        hidden_representation(network, X)
    assert caught[0].filename == __file__
    assert "hidden_0" not in str(caught[0].message)
    hidden_representation(network, X, 0)
    hidden_representation(network, X[:1])


def test_constant_layers_by_brute_force():
    """In dense and sparse tables: constant is what has one distinct row; late changes count."""
    rng = np.random.default_rng(0)
    values = rng.integers(0, 2, size=(3000, 9)).astype(float)
    values[:, 2:5] = [3.0, 0.0, -1.0]
    values[:, 5:7] = 0.0
    values[2999, 6] = 1.0
    values[:, 7:] = [0.0, -2.0]
    names, widths = tuple("abcd"), (2, 3, 2, 2)
    ends = np.cumsum(widths)
    expected = [
        name
        for name, start, end in zip(names, ends - widths, ends, strict=True)
        if len(np.unique(values[:, start:end], axis=0)) == 1
    ]
    assert expected == ["b", "d"]
    for table in (values, sparse.csr_matrix(values)):
        found = represent(None, table, lambda X: X)
        assert type(found)(found.values, names, widths).constant_layers() == expected

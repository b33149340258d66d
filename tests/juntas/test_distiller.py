"""The estimator: a classifier or regressor by its teacher's kind, and a selector."""

import pickle

import numpy as np
import pytest
from sklearn.base import clone, is_classifier, is_regressor
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from skdistill import CachedTeacher, CallableTeacher, FidelityScorer, fidelity_report
from skdistill.datasets import make_junta
from skdistill.exceptions import DistillationWarning, TeacherAnswerError
from skdistill.juntas import JuntaDistiller
from skdistill.teachers import Oracle
from tests.juntas._teachers import Counted, found, template


def _trained(junta, n=2000, dtype=np.int8, **parameters):
    X = np.random.default_rng(0).integers(0, 2, size=(n, junta.n_features)).astype(dtype)
    return DecisionTreeClassifier(random_state=0, **parameters).fit(X, junta.predict(X)), X


def test_kind_follows_the_teacher():
    """Before fit for estimators, after fit for bare functions."""
    assert is_classifier(JuntaDistiller(DecisionTreeClassifier()))
    assert is_regressor(JuntaDistiller(DecisionTreeRegressor()))
    assert hasattr(JuntaDistiller(DecisionTreeClassifier()), "predict_proba")
    assert not hasattr(JuntaDistiller(DecisionTreeRegressor()), "predict_proba")
    for function, check in (
        (lambda X: X[:, 0] == 1, is_classifier),
        (lambda X: X[:, 0] / 2, is_regressor),
    ):
        search = JuntaDistiller(function, domain="binary", random_state=0)
        assert not is_classifier(search)
        assert not is_regressor(search)
        assert check(search.fit(template(5)))
    values = CallableTeacher(lambda X: X[:, 0] == 1)  # says that its answers are values
    assert is_regressor(JuntaDistiller(values, domain="binary").fit(template(5)))


def test_refitting_with_another_teacher_changes_the_kind():
    """Nothing of the old kind is left."""
    search = JuntaDistiller(lambda X: X[:, 0] == 1, domain="binary", random_state=0)
    assert search.fit(template(5)).classes_.tolist() == [False, True]
    search.set_params(teacher=lambda X: X[:, 0] / 2).fit(template(5))
    assert is_regressor(search)
    assert not hasattr(search, "classes_")


def test_selector():
    """Support, transform, names; also with set_output and in front of a classifier."""
    junta = make_junta(30, 3, family="majority", random_state=0)
    teacher, X = _trained(junta)
    search = JuntaDistiller(teacher, random_state=0).fit(X)
    assert found(search) == set(junta.features.tolist())
    assert np.array_equal(search.transform(X), X[:, junta.features])
    assert search.get_feature_names_out().tolist() == [f"x{j}" for j in junta.features]
    frame = search.set_output(transform="pandas").transform(X)
    assert list(frame.columns) == [f"x{j}" for j in junta.features]
    pipeline = make_pipeline(JuntaDistiller(teacher, random_state=0), LogisticRegression())
    pipeline.fit(X, junta.predict(X))
    assert pipeline[-1].n_features_in_ == 3


def test_predictor_at_the_end_of_a_pipeline():
    """Labels, probabilities of zero and one, accuracy; the report of fidelity."""
    junta = make_junta(20, 3, random_state=0)
    teacher, X = _trained(junta)
    pipeline = make_pipeline("passthrough", JuntaDistiller(teacher, random_state=0)).fit(X)
    assert pipeline.score(X, junta.predict(X)) == 1.0
    proba = pipeline.predict_proba(X)
    assert np.array_equal(proba.argmax(axis=1), junta.predict(X))
    assert set(np.unique(proba)) == {0.0, 1.0}
    assert fidelity_report(pipeline[-1], X).fidelity.value == 1.0


def test_an_unfitted_teacher_is_fitted_and_searched():
    """A grid over its parameters is honest, and the fitted one stays untouched."""
    junta = make_junta(20, 2, family="parity", random_state=0)
    X = np.random.default_rng(0).integers(0, 2, size=(300, 20)).astype(float)
    y = junta.predict(X)
    inner = DecisionTreeClassifier(random_state=0)
    grid = GridSearchCV(
        JuntaDistiller(inner, domain="binary", epsilon=0.1, max_variables=8, random_state=0),
        {"teacher__max_depth": [2, 6]},
        scoring=FidelityScorer(),
        cv=3,
    )
    with pytest.warns(DistillationWarning):  # a shallow tree cannot learn a parity
        grid.fit(X, y)
    assert not hasattr(inner, "tree_")
    assert grid.best_estimator_.teacher_.get_depth() in (2, 6)


def test_a_fitted_teacher_survives_clones_and_is_never_changed():
    """Frozen in clones; its parameters cannot be reached."""
    junta = make_junta(20, 3, random_state=0)
    teacher, X = _trained(junta)
    before = pickle.dumps(teacher)
    search = clone(JuntaDistiller(teacher, random_state=0)).fit(X)
    assert search.score(X, junta.predict(X)) == 1.0
    assert pickle.dumps(teacher) == before
    with pytest.raises(ValueError, match="already fitted"):
        search.set_params(teacher__max_depth=1)


def test_pickle_keeps_everything():
    """Answers, table, witnesses."""
    junta = make_junta(20, 3, random_state=0)
    teacher, X = _trained(junta)
    search = JuntaDistiller(teacher, random_state=0).fit(X)
    again = pickle.loads(pickle.dumps(search))
    assert np.array_equal(again.predict(X), search.predict(X))
    assert str(again.truth_table_) == str(search.truth_table_)
    assert [str(w) for w in again.witnesses_] == [str(w) for w in search.witnesses_]


def test_queries_are_counted_and_come_in_batches():
    """Rows are, not calls; a round takes one call at least."""
    teacher = Counted(make_junta(500, 4, random_state=0))
    search = JuntaDistiller(teacher, domain="binary", random_state=0).fit(template(500))
    assert search.n_queries_ == teacher.n_rows
    assert search.n_rounds_ <= len(teacher.batches)
    assert len(teacher.batches) < search.n_queries_ / 4


def test_well_trained_models_are_recovered():
    """A network and a forest that learned a junta: exact in at most 1,000 queries."""
    from sklearn.ensemble import RandomForestClassifier

    junta = make_junta(20, 3, random_state=1)
    X = np.random.default_rng(0).integers(0, 2, size=(2000, 20)).astype(float)
    for model in (
        RandomForestClassifier(100, random_state=0),
        MLPClassifier((64,), alpha=1e-2, max_iter=60, random_state=0),
    ):
        model.fit(X, junta.predict(X))
        for mode in ("exact", "certified"):
            search = JuntaDistiller(
                model, mode=mode, max_variables=3, domain="binary", random_state=0
            ).fit(X[:1])
            assert np.array_equal(search.truth_table_.predictions, junta.table)
            assert search.n_queries_ <= 1000


def test_badly_trained_models_are_refused():
    """Too few rows: the model depends on more than the junta's columns."""
    junta = make_junta(20, 3, random_state=1)
    X = np.random.default_rng(0).integers(0, 2, size=(150, 20)).astype(float)
    model = MLPClassifier((64,), max_iter=60, random_state=0).fit(X, junta.predict(X))
    for mode in ("exact", "certified", "tolerant"):
        search = JuntaDistiller(model, mode=mode, max_variables=4, domain="binary", random_state=0)
        with pytest.warns(DistillationWarning, match="JuntaDistiller ended"):
            search.fit(X[:1])
        assert search.status_ in ("max_variables_exceeded", "inconclusive")


def test_a_torch_network_is_recovered():
    """In batches on its own device."""
    torch = pytest.importorskip("torch")
    from skdistill import TorchTeacher

    network = torch.nn.Sequential(torch.nn.Linear(200, 4), torch.nn.ReLU(), torch.nn.Linear(4, 1))
    with torch.no_grad():  # x17 xor x90, by hand
        network[0].weight.zero_()
        network[0].bias.copy_(torch.tensor([0.0, -1.0, 0.0, 0.0]))
        network[0].weight[0, [17, 90]] = 1.0
        network[0].weight[1, [17, 90]] = 1.0
        network[2].weight.copy_(torch.tensor([[1.0, -2.0, 0.0, 0.0]]))
        network[2].bias.fill_(-0.5)
    teacher = TorchTeacher(network, output="logits")
    search = JuntaDistiller(teacher, domain="binary", random_state=0)
    search.fit(template(200, np.float32))
    assert search.truth_table_.predictions.tolist() == [[0, 1], [1, 0]]
    assert search.get_support(indices=True).tolist() == [17, 90]


def _bit(X):
    return X[:, 0] > 0


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ({"teacher": None}, "needs one"),
        ({"mode": "exact"}, "Give max_variables"),
        ({"mode": "quick"}, "'mode'"),
        ({"max_variables": -1}, "'max_variables'"),
        ({"epsilon": 0.0}, "'epsilon'"),
        ({"epsilon": 1.0}, "'epsilon'"),
        ({"confidence": 0.0}, "'confidence'"),
        ({"confidence": 1.5}, "'confidence'"),
        ({"tol": -1.0}, "'tol'"),
        ({"n_ways": 0}, "'n_ways'"),
        ({"n_parallel": 0}, "'n_parallel'"),
        ({"max_queries": 0}, "'max_queries'"),
        ({"mode": "exact", "max_variables": 25}, "33,554,432 cells"),
        ({"mode": "exact", "max_variables": 2, "domain": (0, 1)}, "continuous"),
        ({"mode": "tolerant", "domain": (0, 1)}, "continuous"),
    ],
)
def test_bad_parameters(parameters, words):
    """Found at fit; the message names the parameter or the way out."""
    search = JuntaDistiller(**({"teacher": _bit, "domain": "binary"} | parameters))
    with pytest.raises(ValueError, match=words):
        search.fit(template(40))


def test_other_columns_than_the_teacher():
    """Too many, too few, in another order."""
    pd = pytest.importorskip("pandas")
    X = np.random.default_rng(0).integers(0, 2, size=(50, 4))
    teacher = DecisionTreeClassifier().fit(X, X[:, 1])
    with pytest.raises(ValueError, match=r"5 features.* fitted on 4"):
        JuntaDistiller(teacher, domain="binary").fit(template(5))
    frame = pd.DataFrame(X, columns=list("abcd"))
    named = DecisionTreeClassifier().fit(frame, X[:, 1])
    with pytest.raises(ValueError, match="another order"):
        JuntaDistiller(named, domain="binary").fit(frame[list("bacd")])
    search = JuntaDistiller(named, domain="binary").fit(frame)
    with pytest.raises(ValueError, match="feature names"):
        search.predict(frame[list("bacd")])


def test_answers_that_cannot_be_read():
    """Several outputs, NaN, labels with a tolerance."""
    rows = template(5)
    with pytest.raises(TeacherAnswerError, match="one prediction a row"):
        JuntaDistiller(lambda X: X[:, :2], domain="binary").fit(rows)
    with pytest.raises(TeacherAnswerError, match="NaN"):
        JuntaDistiller(lambda X: np.full(len(X), np.nan), domain="binary").fit(rows)
    classifier = DecisionTreeClassifier().fit([[0, 0], [1, 1]], [0, 1])
    with pytest.raises(ValueError, match=r"tol=0\.1 is for real values"):
        JuntaDistiller(classifier, domain="binary", tol=0.1).fit(template(2))


def test_nan_in_the_background():
    """Refused, with the way out."""
    X = np.array([[0.0, np.nan], [1.0, 2.0]])
    with pytest.raises(ValueError, match="Fill or drop missing values"):
        JuntaDistiller(_bit).fit(X)


def test_an_oracle_with_a_budget_of_its_own():
    """Its budget ends the search; rows are counted once, in both."""
    oracle = Oracle(make_junta(200, 5, random_state=1), max_queries=60)
    search = JuntaDistiller(oracle, domain="binary", random_state=0)
    with pytest.warns(DistillationWarning, match="budget of the teacher's Oracle"):
        search.fit(template(200))
    assert search.status_ == "max_queries_reached"
    assert search.n_queries_ == oracle.n_queries_ <= 60


def test_rows_without_a_prediction():
    """A search cannot leave rows out."""

    def fragile(X):
        return np.where(X[:, 0] == 1, np.nan, 1.0)

    oracle = Oracle(fragile, on_error="drop")
    with pytest.raises(TeacherAnswerError, match="needs a prediction for every row"):
        JuntaDistiller(oracle, domain="binary", random_state=0).fit(template(4))


def test_stored_predictions_are_counted_once():
    """A cached teacher is queried for new rows alone."""
    teacher = Counted(make_junta(60, 3, random_state=0))
    cached = CachedTeacher(teacher)
    first = JuntaDistiller(cached, domain="binary", random_state=0).fit(template(60))
    before = teacher.n_rows
    again = JuntaDistiller(cached, domain="binary", random_state=0).fit(template(60))
    assert teacher.n_rows == before
    assert found(again) == found(first)


def test_the_kind_of_a_function_is_told_by_its_predictions():
    """The teacher that is kept has it too."""
    search = JuntaDistiller(lambda X: X[:, 0] == 1, domain="binary", random_state=0)
    assert is_classifier(search.fit(template(5)).teacher_)
    search = JuntaDistiller(lambda X: X[:, 0] / 2, domain="binary", random_state=0)
    assert is_regressor(search.fit(template(5)).teacher_)


def test_new_classes_that_appear_late():
    """Classes are told apart whatever comes first; the codes of early ones stay."""

    def teacher(X):
        return np.array(["b", "aa", "c"])[(X[:, 3] + X[:, 3] * X[:, 7]).astype(int)]

    search = JuntaDistiller(teacher, domain="binary", random_state=0).fit(template(20, np.int64))
    assert search.classes_.tolist() == ["aa", "b", "c"]
    assert search.truth_table_.predictions.tolist() == [["b", "b"], ["aa", "c"]]

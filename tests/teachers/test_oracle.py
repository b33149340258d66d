"""Predictions are checked, whatever the teacher returns, before they become labels."""

import copy
import pickle

import numpy as np
import pytest
from sklearn.base import clone, is_classifier, is_regressor
from sklearn.linear_model import LinearRegression
from sklearn.model_selection import FixedThresholdClassifier
from sklearn.naive_bayes import GaussianNB

from skdistill import (
    CallableTeacher,
    DistilledTreeClassifier,
    DistilledTreeRegressor,
)
from skdistill.exceptions import DistillationWarning, OutOfQueriesError, TeacherAnswerError
from skdistill.teachers import Oracle
from skdistill.trees import CartGrower
from tests.teachers._kinds import Broken, BrokenSoft, Counting, Plain, Service


def hard(teacher, X):
    return Oracle(teacher, kind="classifier").label(X)[0]


def soft(teacher, X):
    return Oracle(teacher, kind="classifier").label(X, soft=True)[0]


def values(teacher, X):
    return Oracle(teacher, kind="regressor").label(X)[0]


BAD = {
    "nan": (lambda X: np.where(X[:, 0] > 5.8, np.nan, 1.0), r"NaN or infinity on \d+ of"),
    "inf": (lambda X: np.where(X[:, 0] > 5.8, np.inf, 1.0), r"NaN or infinity on \d+ of"),
    "none": (lambda X: np.array(["a", None] * len(X))[: len(X)], r"NaN or infinity on \d+ of"),
    "masked": (lambda X: np.ma.masked_greater(X[:, 0], 5.8), r"NaN or infinity on \d+ of"),
    "masked words": (
        lambda X: np.ma.array(np.full(len(X), "a"), mask=X[:, 0] > 5.8),
        r"NaN or infinity on \d+ of",
    ),
    "short": (lambda X: np.ones(len(X) - 1), "queried with 4 rows and returned 3 predictions"),
    "long": (lambda X: np.ones(len(X) + 1), "queried with 4 rows and returned 5 predictions"),
    "single": (lambda X: 1.0, "queried with 4 rows and returned a single value"),
}


@pytest.mark.parametrize("label", [hard, values])
@pytest.mark.parametrize("name", BAD)
def test_broken_predictions(name, label, iris):
    """Missing, infinite, or not one a row: an error of its own that is a ValueError too."""
    function, message = BAD[name]
    with pytest.raises(TeacherAnswerError, match=rf"The teacher \(Broken\) .*{message}"):
        label(Broken(function), iris[0])
    assert issubclass(TeacherAnswerError, ValueError)


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_every_batch_is_checked(n_jobs):
    """Not only the first."""
    rows = np.arange(1000.0)[:, None]
    teacher = Broken(lambda X: np.where(X[:, 0] == 995, np.nan, 0.0))
    with pytest.raises(TeacherAnswerError, match="on 1 of 100 rows"):
        Oracle(teacher, batch_size=100, n_jobs=n_jobs).predict(rows)


def test_labels_must_be_labels(iris):
    """Continuous values are none, nor is a matrix, be it one-hot; a text is no value."""
    X, _ = iris
    with pytest.raises(TeacherAnswerError, match=r"predicted continuous values.*threshold"):
        hard(Broken(lambda X: X[:, 0]), X)
    for matrix in (lambda X: X[:, :2], lambda X: np.eye(3)[np.zeros(len(X), int)]):
        for classes in (None, [0, 1, 2]):
            with pytest.raises(TeacherAnswerError, match=r"one label a row.*shape .*one-hot"):
                hard(Broken(matrix, classes), X)
    with pytest.raises(TeacherAnswerError, match=r"must predict real values.*\(150, 1, 1\)"):
        values(Broken(lambda X: X[:, :1, None]), X)
    with pytest.raises(TeacherAnswerError, match=r"must predict real values.*predicted <U1"):
        values(Broken(lambda X: np.full(len(X), "a")), X)


def test_numbers_and_words_do_not_mix():
    """A teacher that predicts 1 here and "1" there is refused, not made text."""
    teacher = Broken(lambda X: np.ones(len(X)) if X[0, 0] < 50 else np.full(len(X), "1"))
    rows = np.arange(100.0)[:, None]
    with pytest.raises(TeacherAnswerError, match="numbers for some rows and texts for others"):
        Oracle(teacher, batch_size=10).predict(rows)
    teacher = Broken(lambda X: np.ones((len(X), 1 + int(X[0, 0] >= 50))))
    with pytest.raises(TeacherAnswerError, match="different shapes for parts"):
        Oracle(teacher, batch_size=10).predict(rows)


def test_unknown_labels(iris):
    """A teacher that contradicts its own classes is an error that lists the labels."""
    teacher = Broken(lambda X: np.where(X[:, 0] > 5, 3, 1), classes=[0, 1, 2])
    with pytest.raises(TeacherAnswerError, match=r"predictions .* \[3\]. Its classes are \[0"):
        hard(teacher, iris[0])


def test_values(iris):
    """A single column of values is a plain vector; several stay; objects become numbers."""
    pd = pytest.importorskip("pandas")
    X, _ = iris
    for function, shape in (
        (lambda X: X[:, 0], (150,)),
        (lambda X: X[:, :1], (150,)),
        (lambda X: X[:, :2], (150, 2)),
        (lambda X: X[:, 0] > 5, (150,)),
        (lambda X: X[:, 0].astype(object), (150,)),
        (lambda X: pd.Series(X[:, 0], dtype="Float64"), (150,)),
        (lambda X: X[:, 0].tolist(), (150,)),
    ):
        found = values(Broken(function), X).values
        assert found.shape == shape
        np.testing.assert_array_equal(found, np.asarray(function(X), float).reshape(shape))


def test_hard_labels(iris):
    """Codes are positions in the teacher's classes; a column of labels is flattened."""
    X, y = iris
    names = np.array(["u", "v", "w"])
    by_row = dict(zip(map(bytes, X), names[y], strict=True))
    X = X[np.unique([bytes(row) for row in X], return_index=True)[1]]
    y = [by_row[bytes(row)] for row in X]
    for reshape in (lambda a: a, lambda a: a[:, None], lambda a: a.astype(object), list):
        for classes in (None, ["w", "x", "u", "v"]):
            teacher = Broken(
                lambda rows, reshape=reshape: reshape(
                    np.array([by_row[bytes(row)] for row in rows])
                ),
                classes,
            )
            labels = hard(teacher, X)
            assert not labels.soft
            assert labels.decisions().tolist() == y
            assert labels.classes.tolist() == (classes or ["u", "v", "w"])


def test_soft_labels(iris):
    """Probabilities as float64, and the decisions of predict."""
    X, y = iris
    model = GaussianNB().fit(X, y)
    labels = soft(model, X)
    np.testing.assert_array_equal(labels.proba, model.predict_proba(X))
    np.testing.assert_array_equal(labels.decisions(), model.predict(X))

    class Single(Counting):
        def predict_proba(self, X):
            return super().predict_proba(X).astype(np.float32)

    assert soft(Single(model), X).proba.dtype == np.float64


def test_decisions_are_those_of_predict(cancer):
    """Also where they are not the most probable class; rows are counted once."""
    X, y = cancer
    tuned = FixedThresholdClassifier(GaussianNB(), threshold=0.99).fit(X, y)
    oracle = Oracle(tuned)
    labels, kept = oracle.label(X, soft=True)
    np.testing.assert_array_equal(labels.decisions(), tuned.predict(X))
    assert (labels.decisions() != labels.classes[labels.proba.argmax(axis=1)]).any()
    assert oracle.n_queries_ == len(kept) == len(X)


def test_words_without_classes_are_refused(iris):
    """Probabilities of a teacher that names no classes: 0, 1, ... if it predicts them."""

    class Nameless(Plain):
        labels = np.array([0, 1])

        def predict(self, X):
            return self.labels[super().predict(X - 5)]

        def predict_proba(self, X):
            return np.eye(2)[super().predict(X - 5)]

    X, _ = iris
    assert soft(Nameless(), X).classes.tolist() == [0, 1]
    words = Nameless()
    words.labels = np.array(["no", "yes"])
    with pytest.raises(TeacherAnswerError, match=r"no classes_, and predicts .*'no', 'yes'.*Give"):
        soft(words, X)
    assert hard(words, X).classes.tolist() == ["no", "yes"]
    words.labels = np.array([1, 2])
    with pytest.raises(TeacherAnswerError, match="no classes_"):
        soft(words, X)
    with pytest.raises(TeacherAnswerError, match="no classes_"):
        DistilledTreeClassifier(words, labels="soft", transfer_set=None).fit(X)


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (lambda X: X[:, 0], r"have shape \(150,\); \(150, 3\) was expected"),
        (lambda X: X[:, :2] / X[:, :2].sum(1, keepdims=True), r"\(150, 2\); \(150, 3\)"),
        (lambda X: X[:, :3], r"negative or do not sum to 1 .*sums are from .*output=\"logits\""),
        (lambda X: np.tile([1.5, -0.25, -0.25], (len(X), 1)), "negative or do not sum to 1"),
        (lambda X: np.full((len(X), 3), np.nan), "NaN or infinity on 4 of 4"),
        (lambda X: np.full((len(X), 3), "a"), "must be numbers"),
        (lambda X: [X[:, :2], X[:, :2]], "has several outputs: its predict_proba returns a list"),
    ],
)
def test_broken_probabilities(function, message, iris):
    with pytest.raises(TeacherAnswerError, match=message):
        soft(BrokenSoft(function, classes=[0, 1, 2]), iris[0])


def test_no_probabilities(iris):
    with pytest.raises(ValueError, match=r'\(Broken\) has no predict_proba.*"hard".*Calibrated'):
        soft(Broken(lambda X: X[:, 0]), iris[0])


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"kind": "cluster"}, "'kind' .* 'classifier' or 'regressor'.* Got 'cluster'"),
        ({"batch_size": 0}, "'batch_size' .* 'auto', or an integer >= 1. Got 0"),
        ({"batch_size": 2.5}, "'batch_size' .* Got 2.5"),
        ({"max_queries": -1}, "'max_queries' .* Got -1"),
        ({"retries": -1}, "'retries' .* an integer >= 0. Got -1"),
        ({"on_error": "ignore"}, "'on_error' .* 'raise' or 'drop'. Got 'ignore'"),
        ({"n_jobs": "all"}, "'n_jobs' .* Got 'all'"),
        ({"store": "answers.sqlite"}, "'store' .* AnswerStore .* Got 'answers.sqlite'"),
    ],
)
def test_parameters(parameters, message, iris):
    """Checked before the teacher is queried."""
    teacher = Counting(Plain())
    with pytest.raises(ValueError, match=message):
        Oracle(teacher, **parameters).predict(iris[0])
    assert teacher.calls == []


def test_rows_must_be_a_table(iris):
    teacher = Oracle(Plain())
    with pytest.raises(ValueError, match=r"shape \(n_samples, n_features\), .* shape \(4,\)"):
        teacher.predict(iris[0][0])
    np.testing.assert_array_equal(teacher.predict(iris[0].tolist()), np.ones(150))


def test_budget(iris):
    """Nothing is queried where it does not reach; parts of it count for the whole."""
    X, _ = iris
    service = Service()
    oracle = Oracle(service, max_queries=100, batch_size=20)
    oracle.predict(X[:60])
    assert (oracle.n_queries_, oracle.left) == (60, 40)
    with pytest.raises(OutOfQueriesError, match=r"max_queries=100 allows 40 more rows, but 41 "):
        oracle.predict(X[:41])
    assert sum(service.calls) == oracle.n_queries_ == 60
    part = oracle.within(30)
    part.predict(X[:20])
    assert (part.left, part.n_queries_, oracle.left, oracle.n_queries_) == (10, 20, 20, 80)
    with pytest.raises(OutOfQueriesError, match="max_queries=30 allows 10"):
        part.predict(X[:11])
    large = oracle.within(None)
    with pytest.raises(OutOfQueriesError, match="max_queries=100 allows 20"):
        large.predict(X[:21])
    assert sum(service.calls) == 80
    few = DistilledTreeRegressor(Oracle(service, max_queries=9), transfer_set=None).fit(X)
    assert sum(service.calls) - 80 == few.n_queries_ == 9


def test_it_is_a_predictor(cancer):
    """Seen through, never copied, never changed."""
    X, y = cancer
    model = GaussianNB().fit(X, y)
    oracle = Oracle(model)
    assert is_classifier(oracle)
    assert is_regressor(Oracle(LinearRegression().fit(X, y)))
    np.testing.assert_array_equal(oracle.theta_, model.theta_)
    np.testing.assert_array_equal(oracle.predict_proba(X), model.predict_proba(X))
    assert not hasattr(oracle, "decision_function")
    assert not hasattr(oracle, "partial_fit")
    assert clone(oracle) is oracle
    for other in (pickle.loads(pickle.dumps(oracle)), copy.copy(oracle)):
        np.testing.assert_array_equal(other.predict(X), model.predict(X))
    with pytest.raises(ValueError, match="needs a fitted teacher, but this GaussianNB"):
        Oracle(GaussianNB()).predict(X)


def test_oracles_nest(cancer):
    """A distiller's own oracle leaves batches, budget and retries to the one that you pass."""
    X, y = cancer
    teacher = Counting(GaussianNB().fit(X, y))
    oracle = Oracle(teacher, batch_size=100)
    tree = DistilledTreeClassifier(oracle, grower=CartGrower(), transfer_set=None).fit(X)
    assert teacher.calls == [100, 100, 40]
    assert tree.n_queries_ == oracle.n_queries_ == 240
    outer = Oracle(Oracle(Service(), batch_size=7))
    np.testing.assert_array_equal(outer.predict(X[:20]), 2 * X[:20, 0])
    assert outer.teacher.teacher.calls == [7, 7, 6]


def test_soft_labels_of_a_function_take_one_pass(cancer):
    """Labels of our own teachers come from their probabilities, also through an oracle."""
    X, _ = cancer
    calls = []

    def shares(X):
        calls.append(len(X))
        return 1 / (1 + np.exp(-X[:, 0]))

    teacher = CallableTeacher(shares, output="probabilities", batch_size=120)
    for held in (teacher, Oracle(teacher), Oracle(Oracle(teacher))):
        calls.clear()
        labels = soft(held, X)
        assert calls == [120, 120]
        np.testing.assert_array_equal(labels.decisions(), (X[:, 0] > 0).astype(int))


FAILING = {
    "raises": lambda X: 1 / 0 if (X[:, 0] > 1).any() else X[:, 1],
    "returns NaN": lambda X: np.where(X[:, 0] > 1, np.nan, X[:, 1]),
    "masks": lambda X: np.ma.masked_where(X[:, 0] > 1, X[:, 1]),
}


@pytest.mark.parametrize("n_jobs", [1, 2])
@pytest.mark.parametrize("name", FAILING)
def test_failing_rows_are_left_out(name, n_jobs, cancer):
    """Exactly those, counted, and students are fitted on the others with a warning."""
    X, _ = cancer
    kept = np.flatnonzero(X[:, 0] <= 1)
    oracle = Oracle(FAILING[name], on_error="drop", n_jobs=n_jobs)
    labels, positions = oracle.label(X)
    np.testing.assert_array_equal(positions, kept)
    np.testing.assert_array_equal(labels.values, X[kept, 1])
    assert (oracle.n_queries_, oracle.n_failed_) == (len(X), len(X) - len(kept))
    with pytest.raises(TeacherAnswerError, match=f"failed on {len(X) - len(kept)} of 240 rows"):
        oracle.predict(X)
    settings = {"grower": CartGrower(), "transfer_set": None, "random_state": 0}
    tree = DistilledTreeRegressor(oracle, **settings)
    with pytest.warns(DistillationWarning, match=rf"failed on {len(X) - len(kept)} of 240 rows"):
        tree.fit(X)
    rest = DistilledTreeRegressor(lambda X: X[:, 1], **settings).fit(X[kept])
    np.testing.assert_array_equal(tree.predict(X), rest.predict(X))


def test_labels_keep_their_type_where_rows_are_left_out(iris):
    """A mask, or None, makes no floats of whole numbers and no text of None."""
    X, _ = iris
    masked = Broken(lambda X: np.ma.array((X[:, 0] > 6).astype(int), mask=X[:, 1] > 3))
    nothing = Broken(lambda X: np.where(X[:, 1] > 3, None, (X[:, 0] > 6).astype(int)))
    for teacher in (masked, nothing):
        labels, kept = Oracle(teacher, kind="classifier", on_error="drop").label(X)
        np.testing.assert_array_equal(kept, np.flatnonzero(X[:, 1] <= 3))
        assert labels.classes.dtype.kind == "i"
        np.testing.assert_array_equal(labels.decisions(), X[kept, 0] > 6)


def test_all_rows_fail(iris):
    """That is an error all the same, with the first failure."""
    with pytest.raises(TeacherAnswerError, match=r"failed on all 150 rows.*ZeroDivisionError"):
        Oracle(lambda X: 1 / 0, on_error="drop").label(iris[0])


def test_soft_labels_with_failing_rows(cancer):
    """A row that fails for either method is left out of both."""
    X, y = cancer
    model = GaussianNB().fit(X, y)

    class Failing(Counting):
        def predict(self, X):
            labels = super().predict(X).astype(float)
            labels[X[:, 1] > 1] = np.nan
            return labels

        def predict_proba(self, X):
            proba = super().predict_proba(X)
            proba[X[:, 0] > 1] = np.nan
            return proba

    oracle = Oracle(Failing(model), on_error="drop")
    labels, kept = oracle.label(X, soft=True)
    np.testing.assert_array_equal(kept, np.flatnonzero((X[:, 0] <= 1) & (X[:, 1] <= 1)))
    np.testing.assert_array_equal(labels.proba, model.predict_proba(X[kept]))
    np.testing.assert_array_equal(labels.decisions(), model.predict(X[kept]))
    assert oracle.n_queries_ == len(X)
    assert oracle.n_failed_ == len(X) - len(kept)


def test_errors_name_the_teacher():
    """A note on the error that the teacher raised says which call failed."""
    with pytest.raises(ConnectionError, match="gone") as caught:
        Oracle(Service(ConnectionError("gone"), at=1), batch_size=5).predict(np.ones((9, 2)))
    assert (
        "teacher (CallableTeacher), queried with 4 rows: a ndarray of 2"
        in caught.value.__notes__[0]
    )


@pytest.mark.parametrize("retries", [0, 1])
def test_retries(retries):
    """A call that raised is repeated; what is not an Exception is not."""
    service = Service(ConnectionError("gone"), at=1)
    oracle = Oracle(service, batch_size=5, retries=retries)
    rows = np.arange(15.0)[:, None]
    if retries:
        np.testing.assert_array_equal(oracle.predict(rows), 2 * rows[:, 0])
        assert service.calls == [5, 5, 5, 5]
        assert oracle.n_queries_ == 15
    else:
        with pytest.raises(ConnectionError):
            oracle.predict(rows)
        assert service.calls == [5, 5]
    interrupted = Service(KeyboardInterrupt(), at=0)
    with pytest.raises(KeyboardInterrupt):
        Oracle(interrupted, retries=5, on_error="drop").predict(rows)
    assert interrupted.calls == [4]


def test_a_budget_of_the_teacher_is_one_of_the_student():
    """A distiller draws no more rows than the oracle that it was given allows."""
    oracle = Oracle(lambda X: X[:, 0], max_queries=60)
    rows = np.random.default_rng(0).normal(size=(40, 2))
    tree = DistilledTreeRegressor(oracle, grower=CartGrower(), random_state=0).fit(rows)
    assert oracle.n_queries_ == tree.n_queries_ == 60
    with pytest.raises(OutOfQueriesError, match="max_queries=60 allows 0 more rows"):
        Oracle(oracle).predict(rows)

"""A teacher that is never queried with the same row twice."""

import pickle
import tempfile
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from sklearn.base import clone, is_classifier, is_regressor
from sklearn.ensemble import RandomForestClassifier
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.naive_bayes import GaussianNB
from sklearn.svm import LinearSVC

from skdistill import (
    CachedTeacher,
    CallableTeacher,
    DistilledTreeClassifier,
    DistilledTreeRegressor,
    FidelityScorer,
)
from skdistill.exceptions import TeacherAnswerError
from skdistill.teachers import MemoryStore, Oracle, SQLiteStore
from skdistill.trees import CartGrower
from tests.teachers._kinds import Broken, Counting, Plain


@pytest.fixture(params=["memory", "file"])
def store(request, tmp_path):
    """Each kind of store."""
    return None if request.param == "memory" else tmp_path / "answers.sqlite"


def test_predictions_are_the_teachers_own(cancer, store):
    """Stored or not, in any order and mixture."""
    X, y = cancer
    inner = Counting(LogisticRegression().fit(X, y))
    cached = CachedTeacher(inner, store=store)
    rng = np.random.default_rng(0)
    for _ in range(8):
        rows = X[rng.integers(0, len(X), size=rng.integers(1, 300))]
        np.testing.assert_array_equal(cached.predict(rows), inner.predictor.predict(rows))
        # Matrix products may round differently in batches of another size.
        np.testing.assert_allclose(
            cached.predict_proba(rows), inner.predictor.predict_proba(rows), rtol=1e-13
        )
    assert sum(inner.calls) == cached.n_queries_ <= 2 * len(X)


def test_counts(cancer, store):
    """Each distinct row is queried once a method; every other prediction is a hit."""
    X, y = cancer
    inner = Counting(LogisticRegression().fit(X, y))
    cached = CachedTeacher(inner, store=store)

    def counts():
        assert sum(inner.calls) == cached.n_queries_
        return cached.n_queries_, cached.n_hits_

    cached.predict(X[:100])
    assert counts() == (100, 0)
    cached.predict(X[50:150])
    assert counts() == (150, 50)
    cached.predict(X[:150][::-1])
    assert counts() == (150, 200)
    cached.predict_proba(X[:10])  # another method, another table
    assert counts() == (160, 200)
    cached.clear()
    inner.calls.clear()
    assert counts() == (0, 0)
    cached.predict(X[:10])
    assert counts() == (10, 0)


def test_duplicates_within_one_query(cancer, store):
    X, y = cancer
    inner = Counting(LogisticRegression().fit(X, y))
    cached = CachedTeacher(inner, store=store)
    rows = np.repeat(X[:7], [1, 2, 3, 4, 5, 6, 7], axis=0)
    np.testing.assert_array_equal(cached.predict(rows), inner.predictor.predict(rows))
    assert (cached.n_queries_, cached.n_hits_) == (7, 21)


def test_labelling_softly_counts_rows_once(cancer, store):
    """Probabilities and decisions of the same rows: one query, one hit."""
    X, y = cancer
    cached = CachedTeacher(LogisticRegression().fit(X, y), store=store)
    Oracle(cached).label(X, soft=True)
    assert (cached.n_queries_, cached.n_hits_) == (240, 0)
    Oracle(cached).label(X, soft=True)
    assert (cached.n_queries_, cached.n_hits_) == (240, 240)


def test_one_row_at_a_time(store):
    """As in active learning; whatever order, nothing is lost when runs are merged."""
    rng = np.random.default_rng(0)
    cached = CachedTeacher(lambda X: X[:, 0] * 3, store=store)
    rows = rng.integers(0, 150, size=400).astype(float)
    for value in rows:
        assert cached.predict([[value]]) == [3 * value]
    assert cached.n_queries_ == len(np.unique(rows))
    np.testing.assert_array_equal(cached.predict(rows[:, None]), 3 * rows)
    assert cached.n_queries_ == len(np.unique(rows))


def test_rows_that_failed_are_queried_again(store):
    """What was left out is not known; a later query repeats it, and fails for it alone."""
    failing = [True]

    def function(X):
        return np.where((X[:, 0] > 5) & failing[0], np.nan, X[:, 0])

    cached = CachedTeacher(function, store=store, on_error="drop")
    rows = np.arange(10.0)[:, None]
    for _ in range(2):
        labels, kept = Oracle(cached).label(rows)
        assert kept.tolist() == labels.values.tolist() == [0, 1, 2, 3, 4, 5]
    assert (cached.n_queries_, cached.n_hits_, cached.n_failed_) == (14, 6, 8)
    failing[0] = False
    np.testing.assert_array_equal(cached.predict(rows), rows[:, 0])
    assert cached.n_queries_ == 18


def test_frames_reach_the_teacher_as_frames(cancer):
    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame(cancer[0], columns=list("abcde"))
    cached = CachedTeacher(LogisticRegression().fit(frame, cancer[1]))
    np.testing.assert_array_equal(cached.predict(frame), cached.teacher.predict(frame))
    assert cached.feature_names_in_.tolist() == list("abcde")


@pytest.mark.parametrize("soft", [False, True])
def test_pickle_takes_the_predictions_along(soft, cancer, store):
    """Workers start with what was known; strings, probabilities and counts survive."""
    X, y = cancer
    cached = CachedTeacher(LogisticRegression().fit(X, y), store=store)
    method = "predict_proba" if soft else "predict"
    predictions = getattr(cached, method)(X[:60])
    back = pickle.loads(pickle.dumps(cached))
    np.testing.assert_array_equal(getattr(back, method)(X[:60]), predictions)
    assert (back.n_queries_, back.n_hits_) == (60, 60)
    assert (cached.n_queries_, cached.n_hits_) == (60, 0)


def test_threads_share_one_store(cancer, store):
    """Queried by several threads at once, each row is still queried once."""
    X, y = cancer
    inner = Counting(LogisticRegression().fit(X, y))
    cached = CachedTeacher(inner, store=store)
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(cached.predict, [X, X[::-1], X, X[:100]]))
    np.testing.assert_array_equal(found[1], found[0][::-1])
    assert cached.n_queries_ == sum(inner.calls) == len(X)
    assert cached.n_hits_ == 2 * len(X) + 100


def test_string_labels_grow(store):
    """Later labels may be longer strings than the first ones."""
    names = ["a", "bb", "cccc"]
    function = CallableTeacher(
        lambda X: np.array([names[int(x)] for x in X[:, 0]]), output="label", batch_size=1
    )
    cached = CachedTeacher(function, store=store)
    assert cached.predict([[0.0]]).tolist() == ["a"]
    assert cached.predict([[0.0], [2.0], [1.0]]).tolist() == ["a", "cccc", "bb"]


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (lambda X: 5.0, "queried with 2 rows and returned a single value"),
        (lambda X: np.ones(5), "queried with 2 rows and returned 5 predictions"),
        (lambda X: np.full(len(X), np.nan), "predicted NaN or infinity on 2 of 2 rows"),
    ],
)
def test_broken_teachers(function, message, store):
    """Broken predictions are an error at once, and none is stored."""
    cached = CachedTeacher(Broken(lambda X: X[:, 0]), store=store)
    rows = np.arange(5.0)[:, None]
    cached.predict(rows[:3])
    cached.teacher.function = function
    with pytest.raises(TeacherAnswerError, match=message):
        cached.predict(rows)
    assert (cached.n_queries_, cached.n_hits_) == (3, 0)
    cached.teacher.function = lambda X: X[:, 0]
    np.testing.assert_array_equal(cached.predict(rows), [0, 1, 2, 3, 4])


def test_unfitted_teachers_are_refused(cancer):
    X, y = cancer
    cached = CachedTeacher(GaussianNB())
    with pytest.raises(ValueError, match=r"needs a fitted teacher, but this GaussianNB is not"):
        cached.predict(X)
    with pytest.raises(ValueError, match=r"what it holds is not fitted"):
        DistilledTreeClassifier(cached).fit(X, y)


def test_it_cannot_be_used_to_train(cancer):
    """Learned attributes are visible; whatever could change the teacher is not."""
    X, y = cancer
    inner = LogisticRegression().fit(X, y)
    cached = CachedTeacher(inner)
    np.testing.assert_array_equal(cached.coef_, inner.coef_)
    np.testing.assert_array_equal(cached.classes_, [0, 1])
    assert cached.n_features_in_ == 5
    for name in ("fit", "sparsify", "densify", "C", "_fit", "unknown_"):
        with pytest.raises(AttributeError, match=name):
            getattr(cached, name)
    assert clone(cached) is cached
    parameters = cached.get_params()
    assert parameters.pop("teacher") is inner
    assert set(parameters) == {"store", "version", "batch_size", "n_jobs", "retries", "on_error"}
    with pytest.raises(ValueError, match="cannot change"):
        cached.set_params(teacher=GaussianNB())


def test_kind_follows_the_teacher(cancer):
    """A classifier, a regressor, with or without probabilities, as the teacher is."""
    X, y = cancer
    soft, hard, real = GaussianNB().fit(X, y), LinearSVC().fit(X, y), LinearRegression().fit(X, y)
    for hold in (lambda t: t, FrozenEstimator):
        assert is_classifier(CachedTeacher(hold(soft)))
        assert hasattr(CachedTeacher(hold(soft)), "predict_proba")
        assert not hasattr(CachedTeacher(hold(hard)), "predict_proba")
        assert is_regressor(CachedTeacher(hold(real)))
    plain = CachedTeacher(Plain())
    assert not is_classifier(plain)
    assert not is_regressor(plain)
    assert DistilledTreeClassifier(plain, transfer_set=None).fit(X).fidelity_ == 1.0
    assert DistilledTreeRegressor(plain, transfer_set=None).fit(X).fidelity_ == 1.0
    assert is_regressor(CachedTeacher(len))  # a bare function gives values


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_a_search_queries_fewer_rows(n_jobs, cancer, store):
    """Every candidate labels the same rows: once instead of each time; workers share a file."""
    X, y = cancer
    forest = RandomForestClassifier(n_estimators=5, random_state=0).fit(X, y)
    inner = Counting(forest)
    grid, settings = {"max_leaf_nodes": [2, 4, 8]}, {"cv": 2, "error_score": "raise"}

    def search(teacher, n_jobs=1):
        tree = DistilledTreeClassifier(
            teacher, grower=CartGrower(), random_state=0, max_queries=600
        )
        return GridSearchCV(tree, grid, scoring=FidelityScorer(), n_jobs=n_jobs, **settings).fit(X)

    plain = search(inner)
    without = sum(inner.calls)
    inner.calls.clear()
    cached = CachedTeacher(inner, store=store)
    remembered = search(cached, n_jobs)
    np.testing.assert_array_equal(
        plain.cv_results_["mean_test_score"], remembered.cv_results_["mean_test_score"]
    )
    np.testing.assert_array_equal(plain.predict(X), remembered.predict(X))
    # 600 rows in each of 6 fits and in the last one; 120 in each of 6 scores
    assert without == 7 * 600 + 6 * 120
    if n_jobs == 1:
        assert sum(inner.calls) == cached.n_queries_
        assert cached.n_queries_ < 0.5 * without
        assert cached.n_queries_ + cached.n_hits_ == without
    elif store is not None:
        # The file has what the workers queried, so nothing is left for a second search.
        again = CachedTeacher(inner, store=store)
        search(again, n_jobs=1)
        assert (again.n_queries_, again.n_hits_) == (0, without)


def keys_of(pairs):
    return np.array(pairs, dtype=[("a", np.uint64), ("b", np.uint64)])


@pytest.mark.parametrize("new", [MemoryStore, lambda: SQLiteStore(tempfile.mktemp(".sqlite"))])
def test_both_words_of_a_key_count(new):
    """Rows whose first 64 bits agree by chance never get each other's prediction."""
    store = new()
    assert store.get("predict", keys_of([(5, 1), (7, 2)]))[1].tolist() == [False, False]
    store.add("predict", keys_of([(7, 2), (5, 1), (9, 3)]), np.array([20.0, 10.0, 30.0]))
    found, known = store.get("predict", keys_of([(7, 2), (5, 9), (5, 1), (9, 9), (0, 0), (9, 3)]))
    assert known.tolist() == [True, False, True, False, False, True]
    assert found.tolist() == [20.0, 10.0, 30.0]
    found, known = store.get("predict_proba", keys_of([(7, 2)]))
    assert known.tolist() == [False]


def test_a_store_of_your_own(cancer):
    """Any object with the four methods."""
    X, y = cancer

    class Dictionary:
        def __init__(self):
            self.teacher, self.kept = None, {}

        def bind(self, teacher):
            self.teacher = teacher

        def get(self, method, keys):
            names = [(method, bytes(key)) for key in keys]
            known = np.array([name in self.kept for name in names], dtype=bool)
            return np.array([self.kept[n] for n in names if n in self.kept]), known

        def add(self, method, keys, predictions):
            self.kept.update(zip([(method, bytes(k)) for k in keys], predictions, strict=True))

        def clear(self):
            self.kept.clear()

    store = Dictionary()
    teacher = LogisticRegression().fit(X, y)
    for _ in range(2):
        np.testing.assert_array_equal(
            CachedTeacher(teacher, store=store).predict(X), teacher.predict(X)
        )
    assert len(store.kept) == len(X)
    assert store.teacher["n_features_in_"] == "5"


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"store": 3}, "'store' .* must be None, or a path, or an AnswerStore .* Got 3"),
        ({"version": 3}, "'version' .* must be None, or a string. Got 3"),
        ({"batch_size": -1}, "'batch_size'"),
    ],
)
def test_parameters(parameters, message):
    with pytest.raises(ValueError, match=message):
        CachedTeacher(Plain(), **parameters).predict([[0.0]])


def test_empty_frames():
    pd = pytest.importorskip("pandas")
    cached = CachedTeacher(CallableTeacher(lambda X: X["a"]))
    assert cached.predict(pd.DataFrame({"a": []})).shape == (0,)
    assert (cached.n_queries_, cached.n_hits_) == (0, 0)

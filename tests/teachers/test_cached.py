"""A teacher that is never asked the same row twice."""

import pickle
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from scipy import sparse
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
from skdistill.teachers._cached import _Memory
from tests.teachers._kinds import Broken, Counting, Plain


@pytest.fixture
def counted(cancer):
    """A counting teacher and a cache around it."""
    X, y = cancer
    inner = Counting(LogisticRegression().fit(X, y))
    return inner, CachedTeacher(inner)


def test_answers_are_the_teachers_own(cancer, counted):
    """From memory or not, in any order and mixture, the answers are those of the teacher."""
    X, _ = cancer
    inner, cached = counted
    rng = np.random.default_rng(0)
    for _ in range(8):
        rows = X[rng.integers(0, len(X), size=rng.integers(1, 300))]
        np.testing.assert_array_equal(cached.predict(rows), inner.predictor.predict(rows))
        np.testing.assert_array_equal(
            cached.predict_proba(rows), inner.predictor.predict_proba(rows)
        )
    assert sum(inner.asked) == cached.n_queries_


def test_counts(cancer, counted):
    """Each distinct row is asked once a method; every other answer is a hit."""
    X, _ = cancer
    inner, cached = counted
    cached.predict(X[:100])
    assert (cached.n_queries_, cached.n_hits_, inner.asked) == (100, 0, [100])
    cached.predict(X[50:150])
    assert (cached.n_queries_, cached.n_hits_, inner.asked) == (150, 50, [100, 50])
    cached.predict(X[:150][::-1])
    assert (cached.n_queries_, cached.n_hits_, inner.asked) == (150, 200, [100, 50])
    cached.predict_proba(X[:10])  # another question, another memory
    assert (cached.n_queries_, cached.n_hits_, inner.asked) == (160, 200, [100, 50, 10])
    cached.clear()
    assert (cached.n_queries_, cached.n_hits_) == (0, 0)
    cached.predict(X[:10])
    assert (cached.n_queries_, inner.asked[-1]) == (10, 10)


def test_duplicates_within_one_question(cancer, counted):
    X, _ = cancer
    inner, cached = counted
    rows = np.repeat(X[:7], [1, 2, 3, 4, 5, 6, 7], axis=0)
    np.testing.assert_array_equal(cached.predict(rows), inner.predictor.predict(rows))
    assert (cached.n_queries_, cached.n_hits_) == (7, 21)


def test_content_counts_not_type(cancer):
    """float32, float64, int, frame, sparse and list of the same numbers are the same rows."""
    pd = pytest.importorskip("pandas")
    X = np.round(cancer[0]).astype(np.float32)
    cached = CachedTeacher(CallableTeacher(lambda rows: np.arange(rows.shape[0])))
    answers = cached.predict(X)
    asked = cached.n_queries_
    assert asked == len(np.unique(X, axis=0))
    for same in (
        X.astype(np.float64),
        X.astype(np.int64),
        X.astype(object),
        pd.DataFrame(X),
        pd.DataFrame(X.astype(int)),
        pd.DataFrame(X.astype(int), columns=list("abcde")).astype("Int64"),
        sparse.csr_matrix(X),
        sparse.csc_matrix(X),
        X.tolist(),
        np.asfortranarray(X),
        X * np.float32(1.0) + np.float32(-0.0),
    ):
        np.testing.assert_array_equal(cached.predict(same), answers)
    assert cached.n_queries_ == asked
    cached.predict(X[:, ::-1])  # the same numbers in other columns are other rows
    assert cached.n_queries_ > asked


def test_frames_with_levels_and_gaps():
    """Levels are told by their name whatever their code, gaps are equal to each other."""
    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame(
        {
            "size": [1.0, np.nan, 2.0, np.nan],
            "colour": pd.Categorical(["red", "blue", None, "blue"]),
        }
    )
    cached = CachedTeacher(CallableTeacher(lambda rows: rows["size"].fillna(9).to_numpy()))
    np.testing.assert_array_equal(cached.predict(frame), [1, 9, 2, 9])
    assert (cached.n_queries_, cached.n_hits_) == (3, 1)
    recoded = frame.assign(colour=frame["colour"].cat.set_categories(["pink", "blue", "red"]))
    cached.predict(recoded.iloc[::-1])
    cached.predict(frame.astype({"colour": object}))
    assert (cached.n_queries_, cached.n_hits_) == (3, 9)
    cached.predict(frame.assign(colour="pink"))
    assert cached.n_queries_ == 6


def test_frames_reach_the_teacher_as_frames(cancer):
    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame(cancer[0], columns=list("abcde"))
    cached = CachedTeacher(LogisticRegression().fit(frame, cancer[1]))
    np.testing.assert_array_equal(cached.predict(frame), cached.teacher.predict(frame))
    assert cached.feature_names_in_.tolist() == list("abcde")


def test_large_whole_numbers_are_told_apart():
    """Beyond 2^53 two neighbours share one float; they are two rows all the same."""
    rows = 2**60 + np.arange(10)[:, None]
    cached = CachedTeacher(CallableTeacher(lambda X: X[:, 0] % 10))
    np.testing.assert_array_equal(cached.predict(rows), rows[:, 0] % 10)
    assert cached.n_queries_ == 10
    cached.predict(rows.astype(np.uint64))
    assert cached.n_queries_ == 10


@pytest.mark.parametrize("soft", [False, True])
def test_pickle_takes_the_answers_along(soft, cancer, counted):
    """Workers start with what was known; strings, probabilities and counts survive."""
    X, _ = cancer
    _, cached = counted
    method = "predict_proba" if soft else "predict"
    answers = getattr(cached, method)(X[:60])
    back = pickle.loads(pickle.dumps(cached))
    np.testing.assert_array_equal(getattr(back, method)(X[:60]), answers)
    assert (back.n_queries_, back.n_hits_) == (60, 60)
    assert (cached.n_queries_, cached.n_hits_) == (60, 0)


def test_threads_share_one_memory(cancer):
    """Asked by several threads at once, each row is still asked once."""
    X, y = cancer
    inner = Counting(LogisticRegression().fit(X, y))
    cached = CachedTeacher(inner)
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(cached.predict, [X, X[::-1], X, X[:100]]))
    np.testing.assert_array_equal(answers[1], answers[0][::-1])
    assert cached.n_queries_ == sum(inner.asked) == len(X)
    assert cached.n_hits_ == 2 * len(X) + 100


def test_string_labels_grow():
    """Later answers may be longer strings than the first ones."""
    names = np.array(["a", "bb", "cccc"])
    cached = CachedTeacher(CallableTeacher(lambda X: names[X[:, 0].astype(int)], output="label"))
    assert cached.predict([[0.0]]).tolist() == ["a"]
    assert cached.predict([[0.0], [2.0], [1.0]]).tolist() == ["a", "cccc", "bb"]


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (lambda X: 5.0, "was asked 2 rows and gave a single value"),
        (lambda X: np.ones(5), "was asked 2 rows and gave 5 answers"),
        (lambda X: np.full(len(X), np.nan), "answered NaN or infinity on 2 of 2 rows"),
    ],
)
def test_broken_teachers(function, message):
    """Broken answers are an error at once: none is kept, and none is taken for an answer."""
    cached = CachedTeacher(Broken(lambda X: X[:, 0]))
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
    """Learned attributes shine through; whatever could change the teacher does not."""
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
    assert cached.get_params() == {"teacher": inner}
    with pytest.raises(ValueError, match="cannot change"):
        cached.set_params(teacher=GaussianNB())


def test_face_follows_the_teacher(cancer):
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
def test_a_search_asks_fewer_rows(n_jobs, cancer):
    """Every candidate labels the same rows: they are asked once instead of each time."""
    X, y = cancer
    forest = RandomForestClassifier(n_estimators=5, random_state=0).fit(X, y)
    inner = Counting(forest)
    grid, settings = {"max_leaf_nodes": [2, 4, 8]}, {"cv": 2, "error_score": "raise"}

    def search(teacher, n_jobs=1):
        tree = DistilledTreeClassifier(teacher, random_state=0, max_queries=600)
        return GridSearchCV(tree, grid, scoring=FidelityScorer(), n_jobs=n_jobs, **settings).fit(X)

    plain = search(inner)
    without = sum(inner.asked)
    inner.asked.clear()
    cached = CachedTeacher(inner)
    remembered = search(cached, n_jobs)
    np.testing.assert_array_equal(
        plain.cv_results_["mean_test_score"], remembered.cv_results_["mean_test_score"]
    )
    np.testing.assert_array_equal(plain.predict(X), remembered.predict(X))
    # 600 rows in each of 6 fits and in the last one; 120 in each of 6 scores
    assert without == 7 * 600 + 6 * 120
    if n_jobs == 1:
        assert sum(inner.asked) == cached.n_queries_
        assert cached.n_queries_ < 0.5 * without
        assert cached.n_queries_ + cached.n_hits_ == without


def test_shared_first_words_are_asked_anew():
    """Rows whose 64-bit words agree by chance are never answered from each other's memory."""
    memory = _Memory()
    keys = np.array([(5, 1), (7, 2)], dtype=memory.keys.dtype)
    place, known = memory.find(keys)
    assert not known.any()
    memory.add(keys[::-1], np.array([20.0, 10.0]))
    place, known = memory.find(np.array([(7, 2), (5, 1), (5, 9), (9, 9), (0, 0)], keys.dtype))
    assert known.tolist() == [True, True, False, False, False]
    np.testing.assert_array_equal(memory.answers[place[:2]], [20.0, 10.0])
    cached = CachedTeacher(CallableTeacher(lambda X: X[:, 0]))
    # A stranger with the same first word as the row 3.0, but another second one.
    cached.predict([[3.0]])
    cached._memories["predict"].keys["b"] += np.uint64(1)
    cached._memories["predict"].answers[:] = -1.0
    np.testing.assert_array_equal(cached.predict([[3.0], [4.0]]), [3.0, 4.0])


def test_empty_frames():
    pd = pytest.importorskip("pandas")
    cached = CachedTeacher(CallableTeacher(lambda X: X["a"]))
    assert cached.predict(pd.DataFrame({"a": []})).shape == (0,)
    assert (cached.n_queries_, cached.n_hits_) == (0, 0)

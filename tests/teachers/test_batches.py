"""How many rows go into a call, how many calls run at once, and what an interruption costs."""

import threading

import joblib
import numpy as np
import pytest
from scipy import sparse
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.neural_network import MLPClassifier

from skdistill import CachedTeacher, CallableTeacher, DistilledTreeRegressor
from skdistill.teachers import Oracle, _batches
from skdistill.trees import CartGrower
from tests.teachers._kinds import Counting, Service


class Estimator(Counting, LogisticRegression):
    """An estimator of scikit-learn that records its calls."""

    def __init__(self):
        LogisticRegression.__init__(self)
        self.calls = []

    def predict(self, X):
        self.calls.append(X.shape[0])
        return LogisticRegression.predict(self, X)


@pytest.mark.parametrize("n", [1, 16_384, 16_385, 40_000])
def test_estimators_get_large_batches(n):
    """Consecutive ones of at most 16,384 rows."""
    rows = np.random.default_rng(0).normal(size=(n, 2))
    teacher = Estimator().fit(np.array([[-1.0, 0], [1, 0]]), [0, 1])
    np.testing.assert_array_equal(Oracle(teacher).predict(rows), rows[:, 0] > 0)
    assert teacher.calls == [16_384] * (n // 16_384) + [n % 16_384] * (n % 16_384 > 0)


@pytest.mark.parametrize("size", [1, 7, 100, 1000])
@pytest.mark.parametrize("n_jobs", [1, 2])
def test_a_batch_size_is_kept(size, n_jobs):
    """Exactly, but for the last batch; through all wrappers."""
    rows = np.arange(250.0)[:, None]
    expected = sorted([size] * (250 // size) + [250 % size] * (250 % size > 0))
    service = Service()
    for oracle in (
        Oracle(service, batch_size=size, n_jobs=n_jobs),
        Oracle(CallableTeacher(service, batch_size=size), n_jobs=n_jobs),
        Oracle(Oracle(service, batch_size=size), n_jobs=n_jobs),
        CachedTeacher(service, batch_size=size, n_jobs=n_jobs),
        CachedTeacher(Oracle(service, batch_size=size), n_jobs=n_jobs),
    ):
        service.calls.clear()
        np.testing.assert_array_equal(oracle.predict(rows), 2 * rows[:, 0])
        assert sorted(service.calls) == expected
    service.calls.clear()
    oracle = Oracle(service, batch_size=size)
    DistilledTreeRegressor(oracle, grower=CartGrower(), transfer_set=None, n_jobs=n_jobs).fit(rows)
    assert sorted(service.calls) == expected


class Clock:
    """Time that passes only in calls of a function: ``overhead + each`` seconds a row."""

    def __init__(self, monkeypatch, overhead, each):
        self.now, self.overhead, self.each = 0.0, overhead, each
        self.calls = []
        monkeypatch.setattr(_batches.time, "perf_counter", lambda: self.now)

    def __call__(self, X):
        self.calls.append(len(X))
        self.now += self.overhead + self.each * len(X)
        return X[:, 0]


@pytest.mark.parametrize(
    ("overhead", "each", "expected"),
    [
        (0, 0, [4, 32, 256, 2048, 16_384, 1276]),  # fast: a fixed sequence
        (0.01, 1e-6, [4, 32, 256, 2048, 16_384, 1276]),
        (0, 0.01, [4, 32, 100, 100, 100]),  # a second each
        (0, 1.0, [4, 1, 1, 1, 1]),
        (0, 60.0, [4, 1, 1, 1, 1]),
        (0.3, 0, [4, 1, 32, 256, 2048, 16_384, 1275]),  # a service with a latency
        (3.0, 0, [4, 1, 32, 256, 2048, 16_384, 1275]),
        (3.0, 0.1, [4, 1, 30, 30, 30]),  # as long as the latency
    ],
)
def test_batches_fit_the_speed_of_a_function(overhead, each, expected, monkeypatch):
    """The first ones are small; slow functions get batches of a second, services large ones."""
    clock = Clock(monkeypatch, overhead, each)
    n = 20_000 if len(expected) > 5 else sum(expected)
    rows = np.arange(float(n))[:, None]
    np.testing.assert_array_equal(Oracle(clock).predict(rows), rows[:, 0])
    assert clock.calls == expected


def test_batches_get_smaller_where_a_function_slows_down(monkeypatch):
    clock = Clock(monkeypatch, 0, 1e-5)
    oracle = Oracle(clock)
    oracle.predict(np.ones((2000, 1)))
    assert max(clock.calls) > 1000

    class Slower(Clock):
        def __call__(self, X):
            self.each = 1e-5 if len(self.calls) < 3 else 0.1
            return super().__call__(X)

    slower = Slower(monkeypatch, 0, 0)
    Oracle(slower).predict(np.ones((3000, 1)))
    assert slower.calls[:4] == [4, 32, 256, 2048]
    assert max(slower.calls[4:]) <= 32  # about three seconds


def test_a_cache_measures_estimators_too(monkeypatch):
    """Whoever caches one has a slow one, so an interruption must not cost 16,384 rows."""
    teacher = Estimator().fit(np.array([[-1.0, 0], [1, 0]]), [0, 1])
    rows = np.random.default_rng(0).normal(size=(1000, 2))
    CachedTeacher(teacher).predict(rows)
    assert teacher.calls == [4, 32, 256, 708]


@pytest.mark.parametrize(
    "wrap",
    [
        lambda teacher: Oracle(teacher, n_jobs=2),
        lambda teacher: Oracle(Oracle(teacher), n_jobs=2),
        lambda teacher: CachedTeacher(teacher, n_jobs=2),
        lambda teacher: Oracle(CachedTeacher(teacher), n_jobs=2),
    ],
)
@pytest.mark.parametrize("estimator", [True, False])
def test_two_jobs_run_at_once(estimator, wrap):
    """On 2,000 rows: each of two calls waits until the other one has begun."""
    both = threading.Barrier(2)
    waiting = threading.Event()

    def meet():
        if not waiting.is_set():  # only once: the number of calls may be odd
            both.wait(timeout=30)
            waiting.set()

    class Meeting(Estimator):
        def predict(self, X):
            meet()
            return super().predict(X)

    def function(X):
        meet()
        return X[:, 0] > 0

    rows = np.random.default_rng(0).normal(size=(2000, 2))
    teacher = function
    if estimator:
        teacher = Meeting().fit(np.array([[-1.0, 0], [1, 0]]), [0, 1])
    np.testing.assert_array_equal(wrap(teacher).predict(rows), rows[:, 0] > 0)


@pytest.mark.parametrize("kind", ["array", "frame", "sparse"])
@pytest.mark.parametrize("n", [3, 300, 5000])
def test_jobs_and_kinds_of_rows(kind, n, cancer):
    """The same predictions from one job, several threads or processes, to the last bit."""
    X, y = cancer
    rows = np.random.default_rng(0).normal(size=(n, X.shape[1]))
    model = LogisticRegression().fit(X, y)
    networks = [model, MLPClassifier((8,), max_iter=2, random_state=0).fit(X, y)]
    if kind == "frame":
        pd = pytest.importorskip("pandas")
        X, rows = (pd.DataFrame(table, columns=list("abcde")) for table in (X, rows))
        networks = [HistGradientBoostingClassifier(max_iter=3).fit(X, y)]
    if kind == "sparse":
        rows = sparse.csr_matrix(rows)
        networks = [model]
    for teacher in networks:
        one = Oracle(teacher).predict_proba(rows)
        np.testing.assert_array_equal(one, Oracle(teacher, n_jobs=2).predict_proba(rows))
        np.testing.assert_allclose(one, teacher.predict_proba(rows), rtol=1e-12)
    if n == 5000 and kind != "sparse":
        with joblib.parallel_config(backend="loky"):
            np.testing.assert_array_equal(one, Oracle(teacher, n_jobs=2).predict_proba(rows))


@pytest.mark.parametrize("batch_size", ["auto", 1, 33, 999])
@pytest.mark.parametrize("n_jobs", [1, 2, 3])
def test_results_do_not_depend_on_batches(batch_size, n_jobs):
    """Nor on jobs, for any function that treats rows one by one."""
    rows = np.random.default_rng(0).normal(size=(500, 3))
    oracle = Oracle(
        lambda X: np.sin(X[:, 0]) * X[:, 1],
        batch_size=batch_size,
        n_jobs=n_jobs,
    )
    np.testing.assert_array_equal(oracle.predict(rows), np.sin(rows[:, 0]) * rows[:, 1])
    assert oracle.n_queries_ == 500


@pytest.mark.parametrize("error", [KeyboardInterrupt, ConnectionError, SystemExit])
@pytest.mark.parametrize("n_jobs", [1, 2])
@pytest.mark.parametrize("file", [True, False])
def test_an_interruption_loses_the_batch_under_way(error, n_jobs, file, tmp_path):
    """In batch 3 of 4: the others are kept, and only its rows are queried again."""
    rows = np.arange(400.0)[:, None]
    service = Service(error(), at=2)
    store = tmp_path / "answers.sqlite" if file else None
    teacher = CachedTeacher(service, store=store, batch_size=100, n_jobs=n_jobs)
    with pytest.raises(error):
        teacher.predict(rows)
    # With two jobs the fourth batch may have been under way, or not yet begun.
    assert teacher.n_queries_ in ((200,) if n_jobs == 1 else (200, 300))
    if file:  # another process would see the same
        again = CachedTeacher(service, store=store, batch_size=100)
    else:
        again = teacher
    done = teacher.n_queries_
    service.calls.clear()
    service.at = None
    np.testing.assert_array_equal(again.predict(rows), 2 * rows[:, 0])
    assert sum(service.calls) == 400 - done


def test_finished_batches_are_kept_while_an_early_one_is_slow():
    """With several jobs, batches are stored as they arrive, not in their order."""
    second_done = threading.Event()

    def function(X):
        if X[0, 0] == 0:
            assert second_done.wait(timeout=30)
            raise ConnectionError("the first batch fails last")
        if X[0, 0] == 20:
            second_done.set()
        return X[:, 0]

    teacher = CachedTeacher(function, batch_size=10, n_jobs=2)
    with pytest.raises(ConnectionError):
        teacher.predict(np.arange(30.0)[:, None])
    assert teacher.n_queries_ == 20
    np.testing.assert_array_equal(teacher.predict([[25.0], [15.0]]), [25, 15])
    assert (teacher.n_queries_, teacher.n_hits_) == (20, 2)

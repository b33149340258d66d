"""Predictions in a file: exact, shared, readable, and still there after a kill."""

import multiprocessing
import os
import pickle
import signal
import sqlite3
import subprocess
import sys
import textwrap
import threading

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skdistill import CachedTeacher, CallableTeacher
from skdistill.teachers import Oracle, SQLiteStore
from tests.teachers._kinds import Plain, Service


def keys_of(n, seed=0):
    keys = np.empty(n, dtype=[("a", np.uint64), ("b", np.uint64)])
    rng = np.random.default_rng(seed)
    for name in ("a", "b"):
        keys[name] = rng.integers(0, 2**64, size=n, dtype=np.uint64)
    return keys


@pytest.fixture
def path(tmp_path):
    return tmp_path / "answers.sqlite"


DTYPES = {
    "float64": np.array([0.1, -1e300, 5e-324, -0.0]),
    "float32": np.array([0.1, 1e-40, 3.4e38, 2], np.float32),
    "float16": np.array([0.1, 1, 2, 3], np.float16),
    "int64": np.array([2**63 - 1, -(2**63), 0, 2**53 + 1]),
    "uint64": np.array([2**64 - 1, 2**63, 0, 1], np.uint64),
    "int8": np.array([-128, 127, 0, 1], np.int8),
    "bool": np.array([True, False, True, True]),
    "text": np.array(["a", "größer", "", "1\0b"]),
    "bytes": np.array([b"a", b"bcd", b"", b"\xff"]),
    "objects": np.array(["1", "longer", "", "x"], dtype=object),
    "mixed": np.array(["1", 1, 2.5, "1.0"], dtype=object),
    "days": np.array(["2020-01-01", "1969-12-31", "2262-01-01", "1970-01-01"], "datetime64[D]"),
    "column": np.arange(4.0)[:, None],
    "matrix": np.arange(12.0).reshape(4, 3),
    "words": np.array([["a", "b"], ["", "cc"], ["d", "e"], ["f", "g"]]),
    "cube": np.arange(24).reshape(4, 3, 2),
}


@pytest.mark.parametrize("name", DTYPES)
def test_every_type_is_restored_exactly(name, path):
    """Values, dtype and shape, in any order, from another connection."""
    values, keys = DTYPES[name], keys_of(4)
    SQLiteStore(path).add("predict", keys, values)
    order = [3, 0, 2, 1, 0]
    found, known = SQLiteStore(path).get("predict", keys[order])
    assert known.all()
    assert found.dtype == values.dtype
    assert found.shape == (5, *values.shape[1:])
    np.testing.assert_array_equal(found, values[order])
    if values.dtype.kind == "O":
        assert [type(v) for v in found] == [type(v) for v in values[order]]
    found, known = SQLiteStore(path).get("predict", keys_of(2, seed=1))
    assert found.shape == (0, *values.shape[1:])
    assert not known.any()


@pytest.mark.parametrize(
    ("first", "second", "dtype"),
    [
        (["a"], ["longer"], "<U6"),
        ([1], [1.5], "float64"),
        ([1.5], [2**40], "float64"),
        ([True], [2], "int64"),
    ],
)
def test_types_are_joined_as_numpy_does(first, second, dtype, path):
    store, keys = SQLiteStore(path), keys_of(2)
    store.add("predict", keys[:1], np.array(first))
    store.add("predict", keys[1:], np.array(second))
    found, _ = store.get("predict", keys)
    assert found.dtype == np.dtype(dtype)
    assert found.tolist() == first + second


@pytest.mark.parametrize(
    ("first", "second"),
    [([1], ["1"]), (["a"], [1.5]), ([1.0], [[1.0]]), ([[1.0, 2.0]], [[1.0, 2.0, 3.0]])],
)
def test_other_types_and_shapes_are_refused(first, second, path):
    """A number next to a text, or other columns: that is another teacher."""
    store, keys = SQLiteStore(path), keys_of(2)
    store.add("predict", keys[:1], np.array(first))
    with pytest.raises(ValueError, match=r"answers.sqlite' holds predictions of dtype .*another"):
        store.add("predict", keys[1:], np.array(second))
    assert store.get("predict", keys)[1].tolist() == [True, False]


@pytest.mark.parametrize("values", [np.array([1j]), np.array([{1}, {2}]), np.array([None, True])])
def test_what_sqlite_cannot_hold_is_refused(values, path):
    with pytest.raises(TypeError, match="SQLite file"):
        SQLiteStore(path).add("predict", keys_of(len(values)), values)


def test_large_look_ups(path):
    """More rows than one statement takes, and rows that are not there in between."""
    keys, values = keys_of(150_000), np.arange(150_000.0)
    store = SQLiteStore(path)
    store.add("predict", keys[::2], values[::2])
    found, known = store.get("predict", keys)
    np.testing.assert_array_equal(known, np.arange(150_000) % 2 == 0)
    np.testing.assert_array_equal(found, values[::2])


def test_pandas_reads_it(path, iris):
    """A table a method, with the columns that one expects."""
    pd = pytest.importorskip("pandas")
    X, y = iris
    model = GaussianNB().fit(X, np.array(["setosa", "versicolor", "virginica"])[y])
    teacher = CachedTeacher(model, store=path)
    teacher.predict(X)
    teacher.predict_proba(X)
    connection = sqlite3.connect(path)
    labels = pd.read_sql("SELECT * FROM predict", connection)
    proba = pd.read_sql("SELECT * FROM predict_proba", connection)
    both = labels.merge(proba, on="key")
    meta = pd.read_sql("SELECT * FROM meta", connection).set_index("name")["value"]
    types = connection.execute("SELECT typeof(key), typeof(y2) FROM predict_proba").fetchone()
    connection.close()
    assert labels.columns.tolist() == ["key", "y0"]
    assert proba.columns.tolist() == ["key", "y0", "y1", "y2"]
    assert proba.dtypes[1:].unique().tolist() == [np.float64]
    assert types == ("blob", "real")
    np.testing.assert_allclose(proba[["y0", "y1", "y2"]].sum(axis=1), 1)
    columns = both[["y0_y", "y1", "y2"]].to_numpy()
    assert (model.classes_[columns.argmax(axis=1)] == both["y0_x"]).all()
    assert meta["teacher"] == "sklearn.naive_bayes.GaussianNB"
    assert meta["classes_"] == "['setosa', 'versicolor', 'virginica']"


def test_paths(tmp_path, monkeypatch):
    """Texts and paths; a relative one stays where it was meant; a missing folder is an error."""
    monkeypatch.chdir(tmp_path)
    store = SQLiteStore("answers.sqlite")
    monkeypatch.chdir("/")
    store.add("predict", keys_of(1), np.ones(1))
    assert (tmp_path / "answers.sqlite").exists()
    with pytest.raises(OSError, match=r"Cannot open .*none.*unable to open"):
        SQLiteStore(tmp_path / "none" / "answers.sqlite").get("predict", keys_of(1))


def test_files_of_something_else_are_left_alone(path):
    path.write_text("age,label\n1,2\n" * 100)
    with pytest.raises(ValueError, match="' is not a SQLite file"):
        CachedTeacher(len, store=path).predict([[1.0]])
    assert path.read_text().startswith("age")
    path.unlink()
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE predict (a)")
    connection.close()
    with pytest.raises(ValueError, match=r"of something else, with the tables \['predict'\]"):
        CachedTeacher(len, store=path).clear()


def test_close_and_open_again(path):
    store = SQLiteStore(path)
    store.add("predict", keys_of(1), np.ones(1))
    store.close()
    store.close()
    assert store.get("predict", keys_of(1))[1].all()
    assert repr(store) == f"SQLiteStore({str(path)!r})"
    back = pickle.loads(pickle.dumps(SQLiteStore(path, timeout=7.0)))
    assert (back.path, back.timeout) == (str(path), 7.0)


def test_an_error_leaves_no_part_of_a_batch(path):
    """A batch is there or it is not."""
    store = SQLiteStore(path)
    too_large = np.array([1, 2**70], dtype=object)
    with pytest.raises(OverflowError):
        store.add("predict", keys_of(2), too_large)
    assert store.get("predict", keys_of(2)) == (None, pytest.approx(np.zeros(2, dtype=bool)))


def test_threads_share_a_store(path):
    """Each thread may write; all see everything."""
    store, keys = SQLiteStore(path), keys_of(400)
    start = threading.Barrier(4)

    def work(i):
        start.wait(timeout=30)
        for j in range(i, 400, 4):
            store.add("predict", keys[j : j + 1], np.array([float(j)]))

    threads = [threading.Thread(target=work, args=(i,)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    np.testing.assert_array_equal(store.get("predict", keys)[0], np.arange(400.0))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*:DeprecationWarning")
def test_forked_processes(path):
    """A child gets a connection of its own, and leaves that of its parent alone."""
    keys = keys_of(100)
    store = SQLiteStore(path)
    store.add("predict", keys[:10], np.arange(10.0))

    def child():
        assert store.get("predict", keys)[1].sum() == 10
        store.add("predict", keys[10:], np.arange(10.0, 100.0))

    process = multiprocessing.get_context("fork").Process(target=child)
    process.start()
    process.join(60)
    assert process.exitcode == 0
    np.testing.assert_array_equal(store.get("predict", keys)[0], np.arange(100.0))
    store.add("predict", keys_of(1, seed=1), np.zeros(1))


WRITER = """
import sys
import numpy as np
from skdistill import CachedTeacher

def double(X):
    return 2 * X[:, 0]

start, stop = int(sys.argv[2]), int(sys.argv[3])
teacher = CachedTeacher(double, store=sys.argv[1], batch_size=7, version="1")
for first in range(start, stop, 50):
    rows = np.arange(first, first + 50.0)[:, None]
    np.testing.assert_array_equal(teacher.predict(rows), 2 * rows[:, 0])
print(teacher.n_queries_)
"""


def run(code, *arguments):
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    return subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(code), *map(str, arguments)],
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
    )


def test_processes_write_one_file(path):
    """At the same time, overlapping; nothing is lost, and nobody waits in vain."""
    writers = [run(WRITER, path, start, start + 600) for start in (0, 300)]
    counts = [int(writer.communicate(timeout=120)[0]) for writer in writers]
    assert all(writer.returncode == 0 for writer in writers)
    assert 900 <= sum(counts) <= 1200
    keys = sqlite3.connect(path).execute("SELECT count(*), sum(y0) FROM predict").fetchone()
    assert keys == (900, 2 * sum(range(900)))


KILLED = """
import os, signal, sys
import numpy as np
from skdistill import CachedTeacher

calls = []

def slow(X):
    calls.append(len(X))
    if len(calls) == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return 2 * X[:, 0]

CachedTeacher(slow, store=sys.argv[1], batch_size=100, version="1").predict(
    np.arange(400.0)[:, None])
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs SIGKILL")
def test_a_killed_process_loses_the_batch_under_way(path):
    """SIGKILL in batch 3 of 4: the next run queries 200 rows and finds 200."""
    process = run(KILLED, path)
    process.communicate(timeout=120)
    assert process.returncode == -signal.SIGKILL
    service = Service()
    service.__name__ = service.__qualname__ = "slow"
    service.__module__ = "__main__"
    teacher = CachedTeacher(service, store=path, version="1", batch_size=100)
    rows = np.arange(400.0)[:, None]
    np.testing.assert_array_equal(teacher.predict(rows), 2 * rows[:, 0])
    assert (service.calls, teacher.n_hits_) == ([100, 100], 200)


def simulate(X, scale=1.0):
    return X[:, 0] * scale


def partial(scale):
    import functools

    return functools.partial(simulate, scale=scale)


def closure(scale):
    return lambda X: X[:, 0] * scale


class Scaled:
    """A callable object that counts its calls, which are no part of what it computes."""

    def __init__(self, scale):
        self.scale = scale
        self.calls = 0

    def __call__(self, X):
        self.calls += 1
        return X[:, 0] * self.scale

    run = __call__


def of_module(constant, weights=(1.0, 2.0), power=1):
    """A function that reads constants of its module, counts its calls and calls a helper."""
    scope = {"SCALE": constant, "WEIGHTS": np.array(weights), "calls": 0, "__name__": "module"}
    exec(
        f"def helper(x):\n    return x ** {power}\n"
        "def f(X):\n    global calls\n    calls += 1\n"
        "    return helper(X[:, 0]) * SCALE * WEIGHTS[0]",
        scope,
    )
    return scope["f"]


def other_teachers(X, y):
    """Pairs of teachers that differ in something that can be seen."""
    model = LogisticRegression().fit(X, y)
    words = np.array(["no", "yes"])
    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame(X, columns=list("abcde"))
    named = LogisticRegression().fit(frame, y)
    return {
        "class": (model, GaussianNB().fit(X, y), "teacher was"),
        "classes": (model, LogisticRegression().fit(X, words[y]), "classes_ was"),
        "columns": (named, LogisticRegression().fit(frame[list("edcba")], y), "feature_names_in_"),
        "parameter": (model, LogisticRegression(C=2.0).fit(X, y), "parameter C was '1.0'"),
        "step": (
            make_pipeline(StandardScaler(), LogisticRegression()).fit(X, y),
            make_pipeline(LogisticRegression()).fit(X, y),
            "teacher was",
        ),
        "function": (simulate, closure(1.0), "teacher was"),
        "code": (lambda X: X[:, 0], lambda X: X[:, 1], "code in Python"),
        "closure": (closure(1.0), closure(2.0), "code in Python"),
        "constant": (of_module(1.0), of_module(10.0), "constant SCALE was '1.0'"),
        "array": (of_module(1.0), of_module(1.0, weights=(3.0, 2.0)), "constant WEIGHTS was"),
        "helper": (of_module(1.0), of_module(1.0, power=2), "code in Python"),
        "object": (Scaled(1.0), Scaled(10.0), "parameter scale was '1.0'"),
        "method": (Scaled(1.0).run, Scaled(10.0).run, "parameter scale was '1.0'"),
        "partial": (partial(1.0), partial(2.0), "argument scale was '1.0'"),
        "output": (
            CallableTeacher(simulate),
            CallableTeacher(simulate, output="label"),
            "output was 'value'",
        ),
        "stored": (CachedTeacher.from_answers(X, y), model, "teacher was"),
    }


@pytest.mark.parametrize("name", other_teachers(np.eye(5)[:4], np.array([0, 1, 0, 1])))
@pytest.mark.parametrize("hold", [lambda t: t, Oracle])
def test_another_teacher_is_refused(name, hold, path, cancer):
    """By its name, classes, columns, parameters or code, with what differs; not the same one."""
    pd = pytest.importorskip("pandas")
    one, two, message = other_teachers(*cancer)[name]
    X = pd.DataFrame(cancer[0], columns=list("abcde")) if name == "columns" else cancer[0]
    CachedTeacher(hold(one), store=path).predict(X)
    again = CachedTeacher(other_teachers(*cancer)[name][0], store=path)
    again.predict(X)
    assert again.n_hits_ == len(X)
    other = CachedTeacher(two, store=path)
    with pytest.raises(ValueError, match=f"holds the predictions of another teacher.*{message}"):
        other.predict(X)
    other.clear()
    assert other.predict(X[list("edcba")] if name == "columns" else X).shape == (len(X),)


def test_version(path, cancer):
    """What a description cannot see: you name it. Then parameters and code are yours to change."""
    X, y = cancer
    half = LogisticRegression().fit(X[:120], y[:120])
    CachedTeacher(half, store=path, version="may").predict(X)
    with pytest.raises(ValueError, match="version was 'may' and is 'june'"):
        CachedTeacher(LogisticRegression().fit(X, y), store=path, version="june").predict(X)
    with pytest.raises(ValueError, match="version was 'may' and is ''"):
        CachedTeacher(half, store=path).predict(X)
    same = CachedTeacher(LogisticRegression(C=3).fit(X, y), store=path, version="may")
    same.predict(X)
    assert (same.n_queries_, same.n_hits_) == (0, 240)


def test_a_function_keeps_its_file_when_its_text_changes(path):
    """Comments, docstrings and lines do not count; what it computes does."""
    texts = [
        'def f(X):\n    "Old."\n    return X[:, 0] if len(X) in {1, 2} else X[:, 1]',
        "def f(X):\n    # new\n    return (\n        X[:, 0] if len(X) in {1, 2} else X[:, 1])",
        "def f(X):\n    return X[:, 0] if len(X) in {1, 3} else X[:, 1]",
    ]
    functions = []
    for text in texts:
        scope = {}
        exec(text, scope)
        functions.append(scope["f"])
    rows = np.ones((5, 2))
    CachedTeacher(functions[0], store=path).predict(rows)
    CachedTeacher(functions[1], store=path).predict(rows)
    with pytest.raises(ValueError, match="code in Python"):
        CachedTeacher(functions[2], store=path).predict(rows)


def test_memory_is_bound_to_a_teacher_too():
    """A store that two teachers share."""
    from skdistill.teachers import MemoryStore

    store = MemoryStore()
    CachedTeacher(Plain(), store=store).predict([[1.0]])
    CachedTeacher(Plain(), store=store).predict([[1.0]])
    with pytest.raises(ValueError, match="MemoryStore holds the predictions of another teacher"):
        CachedTeacher(simulate, store=store).predict([[1.0]])

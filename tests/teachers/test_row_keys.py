"""Which rows are the same one: by columns and content, as a teacher would see them."""

import datetime
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from scipy import sparse
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression

from skdistill import CachedTeacher
from skdistill._hashes import mix_words, row_keys

pd = pytest.importorskip("pandas")
pl = pytest.importorskip("polars")


def n_distinct(X):
    return len(np.unique(row_keys(X)))


def same(one, two):
    return row_keys(one).tolist() == row_keys(two).tolist()


def test_numbers_of_every_type():
    """Equal numbers are equal, whatever array or order in memory holds them."""
    X = np.round(np.random.default_rng(0).normal(size=(50, 3)) * 3)
    for other in (
        X.astype(np.float32),
        X.astype(np.int8),
        X.astype(object),
        X.tolist(),
        np.asfortranarray(X),
        X * 1.0 + -0.0,
        np.ma.array(X),
    ):
        assert same(X, other)
    assert same(X > 0, (X > 0).astype(int))
    frame = pd.DataFrame(X, columns=list("abc"))
    for other in (
        frame.astype(np.float32),
        frame.astype("Int64"),
        frame.astype(object),
        frame.set_index(np.arange(50)[::-1]),
    ):
        assert same(frame, other)
    assert same(sparse.csr_matrix(X), sparse.csc_array(X))


def test_column_identity():
    """Names, their order, and the kind of table belong to a row."""
    X = np.random.default_rng(0).integers(0, 2, size=(20, 2))
    frame = pd.DataFrame(X, columns=["a", "b"])
    tables = [
        X,
        X[:, ::-1],
        sparse.csr_matrix(X),
        frame,
        frame[["b", "a"]],
        frame.set_axis(["a", "c"], axis=1),
        frame.set_axis(["a", "a"], axis=1),
        frame.set_axis([0, 1], axis=1),
        frame.set_axis(["0", "1"], axis=1),
        pl.DataFrame(frame.to_dict("list")),
        X[:, :1],
        X[:, [0, 1, 1]],
    ]
    keys = [set(row_keys(table).tolist()) for table in tables]
    assert all(
        not keys[i] & keys[j] for i in range(len(keys)) for j in range(i) if {i, j} != {0, 1}
    )
    assert same(X[:, ::-1], np.ascontiguousarray(X[:, ::-1]))
    assert keys[0] == keys[1]  # without names, there are only positions


DISTINCT = {
    "number and text": [1, "1", "1.0", 1.5, "one"],
    "missing and text": [None, "", "nan", "None", "NaN", 0],
    "large whole numbers": [2**53, 2**53 + 1, 2**60, 2**60 + 1, -(2**60) - 1, 2**64 - 1, 10**400],
    "not quite floats": [0.1, Decimal("0.1"), Fraction(1, 3), 1 / 3, Decimal("0.3")],
    "texts": ["a", "A", "a ", b"a", "ä", "[1, 2]"],
    "containers": [(1, 2), "(1, 2)", [1, 2], "[1, 2]"],
    "times": [
        datetime.date(2020, 1, 1),
        datetime.datetime(2020, 1, 1),
        "2020-01-01",
        datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC),
        datetime.timedelta(1),
        86400,
    ],
    "bits": [1.0, 4607182418800017408 + 1, "1.0"],
    "complex": [1 + 2j, "(1+2j)", 1],
}


@pytest.mark.parametrize("name", DISTINCT)
def test_different_values_differ(name):
    """In arrays of objects, and in columns of both libraries as far as they hold them."""
    values = DISTINCT[name]
    column = np.empty((len(values), 1), dtype=object)
    column[:, 0] = values
    assert n_distinct(column) == len(values)
    assert n_distinct(pd.DataFrame({"a": pd.Series(list(values), dtype=object)})) == len(values)
    assert n_distinct(column[::-1]) == len(values)
    for value, key in zip(values, row_keys(column), strict=True):  # the same alone
        one = np.empty((1, 1), dtype=object)
        one[0, 0] = value
        assert row_keys(one)[0] == key


EQUAL = {
    "one": [1, 1.0, True, np.int8(1), np.float32(1), Decimal(1), Fraction(1), -0.0 + 1],
    "zero": [0, 0.0, -0.0, False, Decimal("-0")],
    "huge": [2**70, Decimal(2**70), float(2**70)],
    "text": ["a", np.str_("a")],
    "missing": [None, np.nan, pd.NA, pd.NaT, np.datetime64("NaT"), Decimal("nan"), float("nan")],
}


@pytest.mark.parametrize("name", EQUAL)
def test_equal_values_are_equal(name):
    column = np.empty((len(EQUAL[name]), 1), dtype=object)
    column[:, 0] = EQUAL[name]
    assert n_distinct(column) == 1


def test_categories():
    """By their value and type, not their code; 1 and "1" are two."""
    mixed = pd.DataFrame({"a": pd.Categorical([1, "1", 1, None], categories=["1", 1, "x"])})
    keys = row_keys(mixed)
    assert keys[0] == keys[2]
    assert len(np.unique(keys)) == 3
    recoded = pd.DataFrame({"a": mixed["a"].cat.set_categories([1, "y", "1"])})
    assert same(mixed, recoded)
    assert same(mixed, mixed.astype(object))
    texts = pl.DataFrame({"a": ["u", "v", None]})
    for dtype in (pl.Categorical, pl.Enum(["v", "u"])):
        assert same(texts, texts.with_columns(pl.col("a").cast(dtype)))


def test_large_numbers_beside_missing_ones():
    """Nullable columns go through doubles elsewhere, which would merge neighbours."""
    numbers = [2**60, 2**60 + 1, None, 2**53 + 1]
    for frame in (
        pd.DataFrame({"a": pd.array(numbers, dtype="Int64")}),
        pd.DataFrame({"a": pd.array(numbers, dtype="UInt64")}),
        pl.DataFrame({"a": pl.Series(numbers, dtype=pl.Int64)}),
        pl.DataFrame({"a": pl.Series(numbers, dtype=pl.UInt64)}),
    ):
        assert n_distinct(frame) == 4
        assert set(row_keys(frame[:2]).tolist()) <= set(row_keys(frame).tolist())
    digits = [Decimal("0.1234567890123456789"), Decimal("0.1234567890123456788"), None]
    assert n_distinct(pl.DataFrame({"a": digits})) == 3
    assert n_distinct(np.array([[2**64 - 1], [2**64 - 2]], dtype=np.uint64)) == 2
    assert same(np.array([[2**60 + 1]]), np.array([[2**60 + 1]], dtype=object))
    assert not same(np.array([[2**60 + 1]]), np.array([[float(2**60)]]))


def test_times_of_every_unit():
    """A tick of one unit is not a tick of another, nor a number."""
    ticks = np.arange(3)[:, None]
    tables = [ticks, *(ticks.astype(f"datetime64[{unit}]") for unit in ("s", "ns", "D"))]
    tables += [ticks.astype("timedelta64[s]")]
    keys = [set(row_keys(table).tolist()) for table in tables]
    assert len(set.union(*keys)) == 15
    frames = [
        pd.DataFrame({"a": pd.to_datetime([1, 2, None], unit="s")}),
        pd.DataFrame({"a": pd.to_datetime([1, 2, None], unit="s", utc=True)}),
        pd.DataFrame({"a": pd.to_timedelta([1, 2, None], unit="s")}),
        pl.DataFrame({"a": [datetime.date(2020, 1, 1), None, datetime.date(2020, 1, 2)]}),
        pd.DataFrame({"a": pd.period_range("2020", periods=3)}),
        pl.DataFrame({"a": [[1, 2], [1], None]}),
    ]
    assert len(set.union(*(set(row_keys(frame).tolist()) for frame in frames))) == 18


def test_masked_arrays():
    """What is masked is missing, not what lies under the mask."""
    numbers = np.ma.array([[1.0, 2.0], [3.0, 4.0]], mask=[[0, 1], [0, 0]])
    assert same(numbers, np.array([[1.0, np.nan], [3.0, 4.0]]))
    words = np.ma.array([["a", "b"], ["c", "d"]], mask=[[0, 1], [0, 0]])
    assert same(words, np.array([["a", None], ["c", "d"]], dtype=object))


def test_many_dimensions():
    """Images, for networks: each is a row; its shape belongs to it."""
    images = np.random.default_rng(0).normal(size=(4, 2, 3))
    assert n_distinct(images) == 4
    assert not same(images, images.reshape(4, 6))
    assert not same(images, images.reshape(4, 3, 2))


@pytest.fixture
def fitted(cancer):
    """A model of named columns, its rows, and its cache, which knows all of them."""
    X, y = cancer
    frame = pd.DataFrame(X, columns=list("abcde"))
    model = LogisticRegression().fit(frame, y)
    cached = CachedTeacher(model)
    np.testing.assert_array_equal(cached.predict(frame), model.predict(frame))
    return model, frame, cached


@pytest.mark.parametrize(
    "change",
    [
        lambda frame: frame[list("edcba")],
        lambda frame: frame.rename(columns={"a": "z"}),
        lambda frame: frame[list("abcd")],
        lambda frame: frame.assign(f=0.0),
        lambda frame: frame.astype(str) + "x",
    ],
    ids=["reordered", "renamed", "fewer", "more", "texts"],
)
def test_what_a_teacher_refuses_is_refused(change, fitted):
    """A cache that knows all rows refuses just what its teacher refuses."""
    model, frame, cached = fitted
    with pytest.raises(ValueError):  # noqa: PT011
        model.predict(change(frame))
    with pytest.raises(ValueError):  # noqa: PT011
        cached.predict(change(frame))


def test_sparse_rows_are_refused_where_the_teacher_refuses_them(cancer):
    X, y = cancer
    cached = CachedTeacher(HistGradientBoostingClassifier(max_iter=2).fit(X, y))
    cached.predict(X)
    with pytest.raises(TypeError, match=r"[Ss]parse"):
        cached.predict(sparse.csr_matrix(X))


def test_columns_in_another_order_get_their_own_predictions(cancer):
    """An array has no names, so the teacher reads positions; a function may read names."""
    X, _ = cancer
    frame = pd.DataFrame(X, columns=list("abcde"))
    cached = CachedTeacher(lambda frame: frame["a"] - frame["e"])
    np.testing.assert_array_equal(cached.predict(frame), X[:, 0] - X[:, 4])
    np.testing.assert_array_equal(cached.predict(frame[list("edcba")]), X[:, 0] - X[:, 4])
    renamed = frame.rename(columns={"a": "e", "e": "a"})
    np.testing.assert_array_equal(cached.predict(renamed), X[:, 4] - X[:, 0])
    assert cached.n_queries_ == 3 * len(X)
    kinds = CachedTeacher(lambda X: np.array([isinstance(v, str) for v in X[:, 0]]) * 1.0)
    objects = np.array([[1], ["1"], [2]], dtype=object)
    assert kinds.predict(objects[:1]).tolist() == [0.0]
    assert kinds.predict(objects).tolist() == [0.0, 1.0, 0.0]


def test_missing_values_in_frames():
    """A row that has them is stored like any other."""
    frame = pd.DataFrame(
        {
            "size": [1.0, np.nan, 2.0, np.nan],
            "colour": pd.Categorical(["red", "blue", None, "blue"]),
        }
    )
    cached = CachedTeacher(lambda rows: rows["size"].fillna(9).to_numpy())
    np.testing.assert_array_equal(cached.predict(frame), [1, 9, 2, 9])
    assert (cached.n_queries_, cached.n_hits_) == (3, 1)
    cached.predict(frame.astype({"colour": object}))
    assert (cached.n_queries_, cached.n_hits_) == (3, 5)
    cached.predict(frame.assign(colour="pink"))
    assert cached.n_queries_ == 6


def test_polars_frames_are_cached():
    frame = pl.DataFrame({"a": [1, 2, 2], "b": ["u", None, None]})
    cached = CachedTeacher(lambda rows: rows["a"].to_numpy() * 2.0)
    assert cached.predict(frame).tolist() == [2, 4, 4]
    assert cached.predict(frame.reverse()).tolist() == [4, 4, 2]
    assert (cached.n_queries_, cached.n_hits_) == (2, 4)


def colliding_rows():
    """Two rows whose first 64-bit words are equal: the second column undoes the first one."""
    odd = np.uint64(0x9E3779B97F4A7C15)
    words = np.array([1.5, 2.5]).view(np.uint64)
    with np.errstate(over="ignore"):
        for other in np.arange(3.0, 100.0).view(np.uint64):
            # A row's hash is mix(mix(odd² + w1 + 1) * odd + w2 + 2), where mix is one to one.
            one, two = mix_words(odd * odd + np.array([words[0], other]) + np.uint64(1))
            twin = np.array([other, words[1] + (one - two) * odd])
            if np.isfinite(twin.view(float)).all():
                return np.array([words.view(float), twin.view(float)])
    raise AssertionError("no finite twin")


@pytest.mark.parametrize("file", [False, True])
def test_both_words_of_a_key_count(file, tmp_path):
    """Rows that share the first word are other rows, in every store."""
    rows = colliding_rows()
    keys = row_keys(rows)
    assert keys["a"][0] == keys["a"][1]
    assert keys["b"][0] != keys["b"][1]
    store = tmp_path / "answers.sqlite" if file else None
    teacher = CachedTeacher(lambda X: X[:, 0], store=store)
    for row in (rows[:1], rows[1:], rows, rows[::-1]):
        np.testing.assert_array_equal(teacher.predict(row), row[:, 0])
    assert teacher.n_queries_ == 2

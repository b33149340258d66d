"""What holds for every transfer set that learns from rows alone, whatever its density."""

import inspect
import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LinearRegression
from sklearn.naive_bayes import GaussianNB

from skdistill import MungeTransferSet
from skdistill.transfer._tables import RowDraws
from tests._instances import density_sets

SETS = [MungeTransferSet(), *(each for each in density_sets() if each.teacher is None)]
COPYING = [each for each in SETS if hasattr(each, "transform")]


def name_of(transfer_set):
    """The class of a transfer set, for the names of tests."""
    return type(transfer_set).__name__


def seeded(transfer_set, **params):
    """A clone with a fixed seed, and other parameters where it has them."""
    known = transfer_set.get_params()
    fresh = clone(transfer_set).set_params(random_state=0)
    return fresh.set_params(**{key: value for key, value in params.items() if key in known})


every_set = pytest.mark.parametrize("transfer_set", SETS, ids=name_of)
every_copying_set = pytest.mark.parametrize("transfer_set", COPYING, ids=name_of)


def mixed_rows(n=200, seed=0, dtype=np.float64):
    """Numbers of several scales, with missing values and zeros, and two categorical columns."""
    rng = np.random.default_rng(seed)
    X = np.column_stack(
        [
            rng.normal(size=n) * 1e6,
            rng.gamma(1.0, size=n) * rng.integers(0, 2, n),
            rng.normal(size=n) + 1e3,
            rng.choice([0.0, 7.0, 90.0], n),
            rng.choice([1.0, 2.0], n),
        ]
    )
    X[rng.random(n) < 0.2, 2] = np.nan
    X[rng.random(n) < 0.2, 4] = np.nan
    return X.astype(dtype)


CATEGORICAL = [3, 4]


@st.composite
def tables(draw):
    """Small arrays of any dtype with repeats and missing values; the categorical columns."""
    n, width = draw(st.integers(1, 25)), draw(st.integers(1, 4))
    rng = np.random.default_rng(draw(st.integers(0, 2**31 - 1)))
    n_values = draw(st.lists(st.integers(1, 30), min_size=width, max_size=width))
    scale = draw(st.sampled_from([1.0, 1e-6, 1e6]))
    dtype = draw(st.sampled_from([np.float64, np.float32, np.int64]))
    X = np.column_stack([rng.integers(-k, k, n) * scale + 3 * scale for k in n_values])
    if dtype is not np.int64 and draw(st.booleans()):
        X[rng.random(X.shape) < 0.3] = np.nan
    categories = draw(st.sets(st.integers(0, width - 1)))
    return X.astype(dtype), sorted(categories)


def assert_possible(new, X, categories):
    """New rows hold nothing that X rules out."""
    assert new.dtype == X.dtype
    assert new.shape[1] == X.shape[1]
    for j in range(X.shape[1]):
        old, column = X[:, j].astype(float), new[:, j].astype(float)
        assert not np.isinf(column).any()
        assert np.isnan(old).any() or not np.isnan(column).any()
        old, column = old[~np.isnan(old)], column[~np.isnan(column)]
        if not len(old):
            assert not len(column)
        elif j in categories:
            assert set(column) <= set(old)
        elif len(column):
            assert old.min() <= column.min() <= column.max() <= old.max()
            # A few whole floats are no evidence that others are whole too.
            evident = X.dtype.kind in "biu" or len(old) >= 20
            if evident and (old == np.rint(old)).all():
                assert (column == np.rint(column)).all()


@every_set
@settings(max_examples=12, deadline=None)
@given(table=tables(), size=st.integers(0, 40))
def test_new_rows_hold_nothing_that_the_real_ones_rule_out(transfer_set, table, size):
    """Dtype, bounds, categories, integers, missing values and constants, for any table."""
    X, categories = table
    fitted = seeded(transfer_set, categorical_features=categories).fit(X)
    if name_of(transfer_set) == "PoolTransferSet":
        size = min(size, len(X))
    new = fitted.sample(size)
    assert len(new) == size
    assert_possible(new, X, categories)


@every_set
def test_large_samples_hold_all_that_there_is(transfer_set):
    """Every category and missing values come again; columns keep some of their spread."""
    X = mixed_rows()
    new = seeded(transfer_set, categorical_features=CATEGORICAL).fit(X).sample(len(X))
    assert_possible(new, X, CATEGORICAL)
    for j in CATEGORICAL:
        np.testing.assert_array_equal(np.unique(new[:, j]), np.unique(X[:, j]))
    np.testing.assert_array_equal(np.isnan(new).any(axis=0), np.isnan(X).any(axis=0))
    ratio = np.nanstd(new, axis=0) / np.nanstd(X, axis=0)
    assert (ratio[:3] > 0.6).all()
    assert (ratio[:3] < 2.5).all()


@every_set
def test_frames_stay_frames(transfer_set, frame):
    """Columns, dtypes, categories, missing values are kept; the caller's frame is untouched."""
    before = frame.copy(deep=True)
    fitted = seeded(transfer_set).fit(frame)
    new = fitted.sample(len(frame))
    assert frame.equals(before)
    assert new.dtypes.equals(frame.dtypes)
    assert list(new["size"].cat.categories) == ["s", "m", "l", "xl"]
    assert len(new) == len(frame)
    for name in ("size", "code", "text", "thing"):
        assert set(new[name].dropna()) <= set(frame[name].dropna())
    for name in ("double", "single", "byte", "whole"):
        assert frame[name].min() <= new[name].min()
        assert new[name].max() <= frame[name].max()
    np.testing.assert_array_equal(new.isna().any(), frame.isna().any())
    assert pickle.loads(pickle.dumps(fitted)).sample(50).equals(fitted.sample(50))


@every_set
def test_polars_frames_stay_polars_frames(transfer_set):
    """The same for the other library: schema and categories are kept."""
    pl = pytest.importorskip("polars")
    rng = np.random.default_rng(0)
    X = pl.DataFrame(
        {
            "number": rng.normal(size=60),
            "count": rng.integers(0, 5, 60),
            "missing": [None if i % 7 == 0 else float(i) for i in range(60)],
            "word": rng.choice(["a", "b"], 60),
        }
    )
    new = seeded(transfer_set).fit(X).sample(60)
    assert new.schema == X.schema
    assert set(new["word"]) == {"a", "b"}
    assert new["missing"].null_count() > 0


@every_set
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_floats_keep_their_width_inside(transfer_set, dtype):
    """Nothing wider than what came in is made on the way, or handed out."""
    X = mixed_rows(dtype=dtype)
    fitted = seeded(transfer_set, categorical_features=CATEGORICAL).fit(X)
    rows, parents = fitted._draw_block(100, np.random.default_rng(0))
    assert rows.numbers.dtype == dtype
    assert rows.numbers.shape == (100, 3)
    assert rows.codes.dtype == np.int32
    assert rows.codes.shape == (100, 2)
    assert parents is None or parents.shape == (100,)
    assert fitted.sample(10).dtype == dtype


@every_set
def test_same_seed_same_rows(transfer_set):
    """A seed fixes fit and sample; another one gives other rows; the object's state is not used."""
    X = mixed_rows()
    one = seeded(transfer_set, categorical_features=CATEGORICAL).fit(X)
    other = seeded(transfer_set, categorical_features=CATEGORICAL).fit(X)
    np.testing.assert_array_equal(one.sample(150), other.sample(150))
    np.testing.assert_array_equal(one.sample(150), one.sample(150))
    np.testing.assert_array_equal(one.sample(50, random_state=3), other.sample(50, random_state=3))
    assert not np.array_equal(one.sample(50), one.sample(50, random_state=3), equal_nan=True)


@every_set
@pytest.mark.parametrize("chunk_size", [1, 37, 64, 1000])
def test_rows_do_not_depend_on_chunks(transfer_set, chunk_size):
    """Chunks of any size put together are the sample, over several blocks; so are parents."""
    fitted = seeded(transfer_set, categorical_features=CATEGORICAL).fit(mixed_rows())
    if fitted._block_rows == type(fitted)._block_rows:
        fitted._block_rows = 64
    whole = fitted.sample(200)
    chunks = list(fitted.iter_samples(200, chunk_size=chunk_size))
    assert [len(chunk) for chunk in chunks[:-1]] == [chunk_size] * (len(chunks) - 1)
    np.testing.assert_array_equal(np.concatenate(chunks), whole)


@every_set
def test_parents(transfer_set):
    """Parents are positions in the real rows; where there are none, an error says so."""
    X = mixed_rows(60)
    fitted = seeded(transfer_set, categorical_features=CATEGORICAL).fit(X)
    if fitted._draw_block(5, np.random.default_rng(0))[1] is None:
        with pytest.raises(ValueError, match=f"{name_of(transfer_set)} come from no single row"):
            fitted.sample(5, return_parents=True)
        return
    new, parents = fitted.sample(60, return_parents=True)
    np.testing.assert_array_equal(new, fitted.sample(60))
    assert parents.shape == (60,)
    assert parents.max() < 60
    assert parents.min() >= (-1 if name_of(transfer_set) == "MixtureTransferSet" else 0)
    nearer = np.abs(new[:, 0] - X[parents, 0]) < np.abs(new[:, 0] - X[parents[::-1], 0])
    assert name_of(transfer_set) == "MixtureTransferSet" or nearer.mean() > 0.6


@every_set
def test_one_row_is_all_there_can_be(transfer_set):
    """A single row comes again, missing value and category included."""
    X = np.array([[3.0, np.nan, 5.0]])
    fitted = seeded(transfer_set, categorical_features=[2], n_samples=1).fit(X)
    np.testing.assert_array_equal(fitted.sample(1), X)


@every_set
def test_equal_rows_are_all_there_can_be(transfer_set):
    """So do rows that are all the same."""
    X = np.tile([[0.1, -2e5, 4.0]], (30, 1))
    new = seeded(transfer_set, categorical_features=[2]).fit(X).sample(30)
    np.testing.assert_array_equal(new, X)


@every_set
def test_columns_without_numbers_or_without_anything(transfer_set):
    """Tables of categories alone, and columns with no entry at all."""
    rng = np.random.default_rng(0)
    X = rng.integers(0, 3, size=(50, 3)).astype(float)
    new = seeded(transfer_set, categorical_features=[0, 1, 2]).fit(X).sample(50)
    assert_possible(new, X, [0, 1, 2])
    X[:, 1] = np.nan
    for categories in ([], [0, 1, 2]):
        new = seeded(transfer_set, categorical_features=categories).fit(X).sample(50)
        assert np.isnan(new[:, 1]).all()
        assert_possible(new, X, categories)


@every_set
def test_units_do_not_matter(transfer_set):
    """Columns in other units give the same rows in these units, bit for bit in powers of two."""
    X = mixed_rows()
    unit = np.array([2.0**-20, 2.0**7, 0.5, 1.0, 1.0])
    one = seeded(transfer_set, categorical_features=CATEGORICAL).fit(X)
    other = seeded(transfer_set, categorical_features=CATEGORICAL).fit(X * unit)
    np.testing.assert_array_equal(one.sample(150) * unit, other.sample(150))


@every_set
def test_infinite_values_are_refused(transfer_set):
    """Infinity never passes, and the message says so."""
    X = mixed_rows()
    X[3, 1] = np.inf
    with pytest.raises(ValueError, match="infinity"):
        seeded(transfer_set).fit(X)


@every_set
@pytest.mark.parametrize(
    ("parameter", "value"),
    [("n_samples", -1), ("n_samples", "many"), ("categorical_features", "sex")],
)
def test_common_parameters_are_checked(transfer_set, parameter, value):
    """The message names the class, the parameter and what it got."""
    wrong = seeded(transfer_set, **{parameter: value})
    message = f"'{parameter}' parameter of {name_of(transfer_set)} must be"
    with pytest.raises(ValueError, match=message) as caught:
        wrong.fit(mixed_rows())
    assert repr(value) in str(caught.value)


@every_set
@pytest.mark.parametrize("teacher", [500, "auto", [[1.0, 2.0]], GaussianNB], ids=repr)
def test_what_cannot_predict_is_no_teacher(transfer_set, teacher):
    """Such as a number of rows, or a class; the error names the right way."""
    with pytest.raises(TypeError, match=r"first parameter of \w+ is the teacher.*by name"):
        seeded(transfer_set, teacher=teacher).fit([[1.0], [2.0]])


@every_set
def test_all_but_the_teacher_is_passed_by_name(transfer_set):
    parameters = list(inspect.signature(type(transfer_set)).parameters.values())
    assert parameters[0].name == "teacher"
    assert all(other.kind is other.KEYWORD_ONLY for other in parameters[1:])


@every_set
def test_masked_values_are_missing_ones(transfer_set):
    X = mixed_rows(60)
    masked = np.ma.MaskedArray(np.nan_to_num(X, nan=1.0), np.isnan(X))
    expected = seeded(transfer_set).fit(X).sample(50)
    np.testing.assert_array_equal(seeded(transfer_set).fit(masked).sample(50), expected)


@every_set
def test_unfitted(transfer_set):
    """Sampling before fit says so."""
    with pytest.raises(NotFittedError):
        seeded(transfer_set).sample(3)


@every_set
def test_a_teacher_labels_old_rows_and_new_ones(transfer_set):
    """fit_resample exists with a teacher alone, and transform without one."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(80, 2))
    y = X[:, 0] > 0
    assert not hasattr(transfer_set, "fit_resample")
    teaching = seeded(transfer_set, teacher=GaussianNB().fit(X, y), n_samples=40)
    rows, labels = teaching.fit_resample(X)
    np.testing.assert_array_equal(rows[:80], X)
    np.testing.assert_array_equal(rows[80:], teaching.sample(40))
    np.testing.assert_array_equal(labels, teaching.teacher.predict(rows))
    assert not hasattr(teaching, "transform")
    values = seeded(transfer_set, teacher=LinearRegression()).fit_resample(X, X[:, 1])[1]
    assert len(values) == 80 + teaching.fit(X).set_params(n_samples="auto").fit(X).n_samples_


@every_copying_set
def test_a_copy_depends_on_its_row_alone(transfer_set):
    """Order, batch and repeats of rows make no difference to transform."""
    X = mixed_rows()
    fitted = seeded(transfer_set, categorical_features=CATEGORICAL).fit(X)
    new = fitted.transform(X)
    assert_possible(new, X, CATEGORICAL)
    assert new.shape == X.shape
    order = np.random.default_rng(0).permutation(len(X))
    np.testing.assert_allclose(fitted.transform(X[order]), new[order])
    np.testing.assert_allclose(fitted.transform(X[40:50]), new[40:50])
    np.testing.assert_allclose(fitted.transform(np.tile(X[:3], (2, 1))), np.tile(new[:3], (2, 1)))
    assert (np.nan_to_num(new) != np.nan_to_num(X)).any(axis=1).mean() > 0.5
    assert (fitted.set_params(random_state=1).transform(X)[:, 0] != new[:, 0]).any()


@every_copying_set
def test_copies_of_frames(transfer_set, frame):
    """A frame's copy is a frame of its kind, and stays near its rows."""
    fitted = seeded(transfer_set).fit(frame)
    new = fitted.transform(frame)
    assert new.dtypes.equals(frame.dtypes)
    assert len(new) == len(frame)
    assert list(fitted.get_feature_names_out()) == list(frame.columns)
    assert np.corrcoef(new["single"], frame["single"])[0, 1] > 0.3


def test_draws_by_row():
    """They are uniform or normal, differ from call to call, and follow the rows."""
    X = np.random.default_rng(0).normal(size=(5000, 2))
    draws = RowDraws(X, 0)
    first, second = draws.random((5000, 3)), draws.random(5000)
    assert first.shape == (5000, 3)
    assert abs(np.corrcoef(np.column_stack([first, second]).T) - np.eye(4)).max() < 0.05
    np.testing.assert_allclose(np.quantile(first, [0.1, 0.5, 0.9]), [0.1, 0.5, 0.9], atol=0.01)
    normal = draws.standard_normal((5000, 2), dtype=np.float32)
    assert normal.dtype == np.float32
    np.testing.assert_allclose([normal.mean(), normal.std()], [0, 1], atol=0.03)
    again = RowDraws(X[::-1], 0)
    np.testing.assert_array_equal(again.random((5000, 3)), first[::-1])
    with pytest.raises(ValueError, match="cannot have shape"):
        draws.random(7)

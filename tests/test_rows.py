"""Rows of every kind: taken, stacked, cut, checked, cast and hashed alike."""

import os
import subprocess
import sys
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from scipy import sparse
from sklearn.base import BaseEstimator

from skdistill._hashes import mix_words, row_hashes
from skdistill._rows import (
    categorical_columns,
    check_rows,
    has_missing,
    is_categorical_dtype,
    is_frame,
    iter_slices,
    like_rows,
    stack_rows,
    take_rows,
)

tables = arrays(
    np.float64,
    array_shapes(min_dims=2, max_dims=2, max_side=8),
    elements=st.floats(allow_nan=True, allow_infinity=False, width=32),
)


class Holder(BaseEstimator):
    """Somebody whose columns are remembered."""


@pytest.fixture
def frame():
    """One column of every kind."""
    pd = pytest.importorskip("pandas")
    return pd.DataFrame(
        {
            "number": [1.5, np.nan, -2.0, 0.0],
            "single": np.array([1, 2, 3, 4], dtype=np.float32),
            "whole": [1, 2, 3, 4],
            "nullable": pd.array([1, None, 3, 4], dtype="Int64"),
            "flag": [True, False, True, True],
            "category": pd.Categorical(["u", "v", None, "u"]),
            "text": ["a", "b", "c", None],
            "string": pd.array(["a", "b", "c", "d"], dtype="string"),
        },
        index=[10, 10, 3, 4],
    )


def test_is_frame(frame):
    assert is_frame(frame)
    for other in (np.ones((2, 2)), sparse.eye(2), [[1]], frame["whole"]):
        assert not is_frame(other)


@pytest.mark.parametrize(
    "index", [slice(1, 3), np.array([3, 0, 0]), np.array([True, False, False, True])], ids=str
)
def test_take_rows(index, frame):
    """By position whatever the frame's own index says; the kind is kept."""
    dense = np.arange(12.0).reshape(4, 3)
    np.testing.assert_array_equal(take_rows(dense, index), dense[index])
    taken = take_rows(sparse.csr_matrix(dense), index)
    np.testing.assert_array_equal(taken.toarray(), dense[index])
    taken = take_rows(frame, index)
    assert taken["whole"].tolist() == np.array([1, 2, 3, 4])[index].tolist()
    assert taken.dtypes.equals(frame.dtypes)


def test_stack_rows(frame):
    dense = np.arange(6, dtype=np.float32).reshape(2, 3)
    stacked = stack_rows(dense, dense + 1)
    np.testing.assert_array_equal(stacked, np.vstack([dense, dense + 1]))
    assert stacked.dtype == np.float32
    both = stack_rows(sparse.csr_matrix(dense), sparse.csr_matrix(dense))
    assert both.format == "csr"
    np.testing.assert_array_equal(both.toarray(), np.vstack([dense, dense]))
    longer = stack_rows(frame, frame.iloc[::-1])
    assert longer.dtypes.equals(frame.dtypes)
    assert longer.index.tolist() == list(range(8))
    assert longer["whole"].tolist() == [1, 2, 3, 4, 4, 3, 2, 1]


@given(n=st.integers(0, 200), size=st.integers(1, 50))
def test_iter_slices(n, size):
    """Together they are range(n), in order, none larger than the size."""
    parts = list(iter_slices(n, size))
    assert [i for part in parts for i in range(n)[part]] == list(range(n))
    assert all(0 < part.stop - part.start <= size for part in parts)


def test_categorical_columns(frame):
    assert categorical_columns(frame).tolist() == [False] * 5 + [True] * 3
    assert not categorical_columns(np.ones((3, 2))).any()
    assert [is_categorical_dtype(dtype) for dtype in frame.dtypes] == [False] * 5 + [True] * 3


def test_numbers_in_objects_are_no_categories():
    """Whatever the type of each, beside missing values; words among them are categories."""
    pd = pytest.importorskip("pandas")
    table = pd.DataFrame(
        {
            "mixed": [1, 2.5, "3", Decimal("4.25"), np.float32(0.5), True, None, pd.NA],
            "word": [1, 2.5, "3", Decimal("4.25"), np.float32(0.5), True, None, "many"],
            "missing": [None] * 8,
        },
        dtype=object,
    )
    assert categorical_columns(table).tolist() == [False, True, True]


@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.int64, bool, object])
def test_masked_values_are_missing_ones(dtype):
    """In every kind of array; without a mask the values are as they are."""
    values = np.array([[1, 0], [0, 1], [1, 1]]).astype(dtype)
    mask = np.array([[False, True], [False, False], [True, False]])
    expected = np.where(mask, np.nan, values.astype(float))
    rows = check_rows(Holder(), np.ma.MaskedArray(values, mask), reset=True)
    assert type(rows) is np.ndarray
    np.testing.assert_array_equal(rows, expected)
    with pytest.raises(ValueError, match="Input X contains NaN"):
        check_rows(Holder(), np.ma.MaskedArray(values, mask), reset=True, allow_nan=False)
    plain = check_rows(Holder(), np.ma.MaskedArray(values), reset=True, allow_nan=False)
    assert type(plain) is np.ndarray
    np.testing.assert_array_equal(plain, values.astype(plain.dtype))


def test_has_missing(frame):
    assert has_missing(frame)
    assert not has_missing(frame[["whole", "flag"]])
    assert has_missing(np.array([[1.0, np.nan]]))
    assert not has_missing(np.array([[1.0, 2.0]]))
    assert not has_missing(np.array([[1, 2]]))
    assert has_missing(sparse.csr_matrix([[0.0, np.nan]]))
    assert not has_missing(sparse.csr_matrix([[0.0, 1.0]]))


def test_check_rows_keeps_the_kind(frame):
    """Frames stay, arrays become numeric, sparse becomes CSR; columns are remembered."""
    holder = Holder()
    assert check_rows(holder, frame, reset=True) is frame
    assert holder.n_features_in_ == 8
    assert holder.feature_names_in_.tolist() == frame.columns.tolist()
    assert check_rows(holder, frame, reset=False) is frame
    single = np.ones((3, 2), dtype=np.float32)
    checked = check_rows(Holder(), single, reset=True)
    assert checked is single
    assert check_rows(Holder(), [[1, 2]], reset=True).dtype.kind == "i"
    assert check_rows(Holder(), np.array([["1", 2.5]], dtype=object), reset=True).dtype == float
    assert check_rows(Holder(), sparse.csc_matrix(single), reset=True).format == "csr"
    with pytest.raises(TypeError, match=r"[Ss]parse data was passed"):
        check_rows(Holder(), sparse.csc_matrix(single), reset=True, accept_sparse=False)


def test_check_rows_refuses(frame):
    pd = pytest.importorskip("pandas")
    holder = Holder()
    check_rows(holder, frame, reset=True)
    with pytest.raises(ValueError, match="feature names should match"):
        check_rows(holder, frame.rename(columns={"flag": "flags"}), reset=False)
    with pytest.raises(ValueError, match="Input X contains NaN in column 'number', but Holder was"):
        check_rows(holder, frame, reset=False, allow_nan=False)
    with pytest.raises(ValueError, match="Input X contains infinity in column 'number'"):
        check_rows(holder, frame.assign(number=np.inf), reset=False)
    with pytest.raises(ValueError, match=r"Found array with 0 sample\(s\) .* minimum of 1"):
        check_rows(Holder(), frame.iloc[:0], reset=True)
    with pytest.raises(ValueError, match=r"Found array with 4 sample\(s\) .* minimum of 9"):
        check_rows(Holder(), frame, reset=True, ensure_min_samples=9)
    for values in (pd.date_range("2024", periods=4), pd.to_timedelta([1, 2, 3, 4], unit="D")):
        with pytest.raises(TypeError, match=r"Column 'when' of X holds .*days since a date"):
            check_rows(Holder(), frame.assign(when=values), reset=True)
    with pytest.raises(ValueError, match="Input X contains NaN"):
        check_rows(Holder(), np.array([[np.nan]]), reset=True, allow_nan=False)
    with pytest.raises(ValueError, match="Input X contains infinity"):
        check_rows(Holder(), np.array([[np.inf]]), reset=True)


@settings(deadline=None)
@given(tables)
def test_equal_rows_have_equal_hashes(table):
    """Exactly the equal ones, whatever batch, kind or type they come in."""
    hashes = row_hashes(table)
    assert hashes.dtype == np.uint64
    assert hashes.shape == (len(table),)
    text = [tuple("nan" if v != v else v + 0.0 for v in row) for row in table.tolist()]
    for i, j in np.ndindex(len(table), len(table)):
        assert (hashes[i] == hashes[j]) == (text[i] == text[j])
    np.testing.assert_array_equal(row_hashes(table[::-1])[::-1], hashes)
    np.testing.assert_array_equal(row_hashes(table[:1]), hashes[:1])
    np.testing.assert_array_equal(row_hashes(np.asfortranarray(table)), hashes)
    np.testing.assert_array_equal(row_hashes(table.astype(np.float32)), hashes)
    np.testing.assert_array_equal(row_hashes(sparse.csr_matrix(table)), hashes)
    np.testing.assert_array_equal(row_hashes(-0.0 + table), hashes)


def test_hashes_of_frames(frame):
    """Categories are hashed by name, missing values alike, numbers as in arrays."""
    hashes = row_hashes(frame)
    assert len(set(hashes.tolist())) == 4
    np.testing.assert_array_equal(row_hashes(frame.iloc[[2, 0]]), hashes[[2, 0]])
    renamed = frame.set_axis(list("abcdefgh"), axis=1)
    np.testing.assert_array_equal(row_hashes(renamed), hashes)
    categories = frame.assign(
        category=frame["category"].astype(object),
        text=frame["text"].astype("category"),
        string=frame["string"].astype(object),
    )
    np.testing.assert_array_equal(row_hashes(categories), hashes)
    numbers = frame[["number", "single", "whole", "flag"]]
    np.testing.assert_array_equal(row_hashes(numbers), row_hashes(numbers.to_numpy(float)))


def test_equal_numbers_have_equal_hashes_in_objects_too():
    """As numbers of any type; text is never equal to a number."""
    pd = pytest.importorskip("pandas")
    numbers = pd.DataFrame({"x": [1.5, 2.0, np.nan, -0.0, 2**40]})
    objects = pd.DataFrame({"x": [1.5, 2, None, Decimal(0), 2**40]}, dtype=object)
    np.testing.assert_array_equal(row_hashes(objects), row_hashes(numbers))
    np.testing.assert_array_equal(row_hashes(objects.to_numpy()), row_hashes(numbers))
    large = [2**60, 2**60 + 1, 2**63 - 1]
    objects = pd.DataFrame({"x": large}, dtype=object)
    np.testing.assert_array_equal(row_hashes(objects), row_hashes(pd.DataFrame({"x": large})))
    text = pd.DataFrame({"x": ["1.5", "2", "1.50"]})
    assert not np.isin(row_hashes(text), row_hashes(numbers)).any()
    assert len(set(row_hashes(text).tolist())) == 3


def test_hashes_of_whole_numbers():
    """Every 64-bit integer has a word of its own; small ones share it with their float."""
    edge = np.array([0, 1, -1, 2**53 - 1, 2**53, 2**53 + 1, 2**62, 2**62 + 1, -(2**62), 2**63 - 1])
    hashes = row_hashes(edge[:, None])
    assert len(set(hashes.tolist())) == len(edge)
    small = edge[:4]
    np.testing.assert_array_equal(row_hashes(small[:, None].astype(float)), hashes[:4])
    unsigned = np.array([2**53 + 1, 2**63 - 1], dtype=np.uint64)
    np.testing.assert_array_equal(row_hashes(unsigned[:, None]), hashes[[5, 9]])


def test_seeds_and_columns_are_independent():
    """Another seed, or the same numbers in another order, gives unrelated words."""
    table = np.random.default_rng(0).integers(0, 3, size=(4000, 3)).astype(float)
    one, two = row_hashes(table, 0), row_hashes(table, 1)
    assert not np.isin(one, two).any()
    assert len(np.unique(one)) == len(np.unique(two)) == 27
    swapped = row_hashes(table[:, ::-1])
    same = (table == table[:, ::-1]).all(axis=1)
    np.testing.assert_array_equal(swapped == one, same)


def test_bits_avalanche():
    """Each of the 64 input bits flips about half of the output bits, each output bit too."""
    words = np.random.default_rng(0).integers(0, 2**63, size=2000).astype(np.uint64)
    base = mix_words(words)
    shifts = np.arange(64, dtype=np.uint64)
    for bit in shifts:
        changed = base ^ mix_words(words ^ (np.uint64(1) << bit))
        flips = ((changed[:, None] >> shifts) & np.uint64(1)).mean(axis=0)
        assert flips.min() > 0.4
        assert flips.max() < 0.6


def test_no_collisions_among_neighbours():
    """A grid of a quarter million close rows: as many hashes as rows."""
    side = np.arange(512.0)
    table = np.column_stack([np.repeat(side, 512), np.tile(side, 512)])
    assert len(np.unique(row_hashes(table))) == 512**2


def test_hashes_agree_between_processes():
    """They travel with a pickled cache, so they must not depend on a process's hash seed."""
    pd = pytest.importorskip("pandas")
    code = (
        "import pandas as pd; from skdistill._hashes import row_hashes;"
        "print(row_hashes(pd.DataFrame({'a': [1.5, 2.0], 'b': ['u', None]})).tolist())"
    )
    other = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONHASHSEED": "12345", "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    here = row_hashes(pd.DataFrame({"a": [1.5, 2.0], "b": ["u", None]}))
    assert other.stdout.strip() == str(here.tolist())


def test_like_rows(frame):
    """What a generator of floats drew takes names and types over; categories it cannot draw."""
    pd = pytest.importorskip("pandas")
    numbers = frame[["number", "single", "whole", "nullable", "flag"]]
    drawn = np.array([[0.3, 0.3, 2.6, 1.4, 0.7], [-0.3, 0.1, -7.5, 2.0, -0.4]])
    got = like_rows(drawn, numbers)
    assert got.dtypes.equals(numbers.dtypes)
    assert got["whole"].tolist() == [3, -8]
    assert got["nullable"].tolist() == [1, 2]
    assert got["flag"].tolist() == [True, False]
    assert got["number"].tolist() == [0.3, -0.3]
    assert like_rows(got, numbers) is got
    with pytest.raises(ValueError, match=r"categorical columns \['category', 'text', 'string'\]"):
        like_rows(np.ones((2, 8)), frame)
    twice = pd.DataFrame(np.ones((2, 2)), columns=["same", "same"])
    assert like_rows(drawn[:, :2], twice).columns.tolist() == ["same", "same"]


def test_like_arrays():
    """Whole numbers are rounded, not cut, and end at the bounds of their type."""
    drawn = np.array([[-1.6, 300.2, 1.5]])
    assert like_rows(drawn, np.ones((1, 3), np.uint8)).tolist() == [[0, 255, 2]]
    assert like_rows(drawn, np.ones((1, 3), np.int64)).tolist() == [[-2, 300, 2]]
    assert like_rows(drawn, np.ones((1, 3), bool)).tolist() == [[False, True, True]]
    assert like_rows(drawn, np.ones((1, 3), np.float32)).dtype == np.float32
    assert like_rows(drawn, np.ones((1, 3))) is drawn
    rows = sparse.csr_matrix(drawn)
    assert like_rows(rows, rows) is rows

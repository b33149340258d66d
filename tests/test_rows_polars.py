"""Frames of polars: taken, stacked, checked, cast and hashed like those of pandas."""

import datetime

import numpy as np
import pytest
from sklearn.base import BaseEstimator

from skdistill._hashes import row_hashes
from skdistill._rows import (
    categorical_columns,
    check_rows,
    has_missing,
    is_frame,
    like_rows,
    stack_rows,
    take_column,
    take_rows,
)

pl = pytest.importorskip("polars")


class Holder(BaseEstimator):
    """Somebody whose columns are remembered."""


@pytest.fixture
def frame():
    """One column of every kind."""
    return pl.DataFrame(
        {
            "number": [1.5, float("nan"), -2.0, 0.0],
            "whole": [1, 2, 3, 4],
            "nullable": [1, None, 3, 4],
            "flag": [True, False, True, True],
            "category": pl.Series(["u", "v", None, "u"], dtype=pl.Categorical),
            "choice": pl.Series(["b", "a", "b", "b"], dtype=pl.Enum(["b", "a", "c"])),
            "text": ["a", "b", "c", None],
        }
    )


@pytest.mark.parametrize(
    "index", [slice(1, 3), np.array([3, 0, 0]), np.array([True, False, False, True])], ids=str
)
def test_take_and_stack(index, frame):
    """Rows by slice, position or mask; dtypes and categories are kept."""
    assert is_frame(frame)
    assert not is_frame(frame["whole"])
    taken = take_rows(frame, index)
    assert taken["whole"].to_list() == np.array([1, 2, 3, 4])[index].tolist()
    longer = stack_rows(frame, taken)
    assert longer.schema == frame.schema
    assert longer["whole"].to_list() == [1, 2, 3, 4, *taken["whole"].to_list()]
    assert take_column(frame, 3).to_list() == [True, False, True, True]


def test_kinds_and_missing(frame):
    """Categories are known by dtype; missing values are nulls and NaN."""
    assert categorical_columns(frame).tolist() == [False] * 4 + [True] * 3
    assert has_missing(frame)
    assert not has_missing(frame[["whole", "flag", "choice"]])
    for name in ("number", "nullable", "category", "text"):
        assert has_missing(frame[[name]])


def test_check_rows(frame):
    """Frames stay as they are, or become arrays where frames of polars are not taken."""
    holder = Holder()
    assert check_rows(holder, frame, reset=True) is frame
    assert holder.feature_names_in_.tolist() == frame.columns
    with pytest.raises(ValueError, match="feature names should match"):
        check_rows(holder, frame.rename({"flag": "flags"}), reset=False)
    with pytest.raises(ValueError, match="Input X contains NaN in column 'number', but Holder was"):
        check_rows(holder, frame, reset=False, allow_nan=False)
    with pytest.raises(ValueError, match="Input X contains infinity in column 'number'"):
        check_rows(holder, frame.with_columns(number=pl.lit(np.inf)), reset=False)
    with pytest.raises(ValueError, match=r"Found array with 0 sample\(s\)"):
        check_rows(Holder(), frame[:0], reset=True)
    dated = frame.with_columns(when=pl.lit(datetime.date(2024, 1, 1)))
    with pytest.raises(TypeError, match="Column 'when' of X holds Date, which Holder cannot read"):
        check_rows(Holder(), dated, reset=True)
    assert check_rows(Holder(), dated, reset=True, accept_times=True) is dated
    numbers = frame[["whole", "flag"]]
    array = check_rows(Holder(), numbers, reset=True, accept_polars=False)
    np.testing.assert_array_equal(array, [[1, 1], [2, 0], [3, 1], [4, 1]])


def test_hashes(frame):
    """By content: the same in any batch, equal categories alike whatever their dtype."""
    hashes = row_hashes(frame)
    assert len(set(hashes.tolist())) == 4
    np.testing.assert_array_equal(row_hashes(frame[[2, 0]]), hashes[[2, 0]])
    texts = frame.with_columns(pl.col("category", "choice").cast(pl.String))
    np.testing.assert_array_equal(row_hashes(texts), hashes)
    numbers = frame[["number", "whole", "nullable", "flag"]]
    as_array = np.column_stack([take_column(numbers, j).cast(pl.Float64) for j in range(4)])
    np.testing.assert_array_equal(row_hashes(numbers), row_hashes(as_array))


def test_like_rows(frame):
    """What a generator of floats drew takes names and types over; categories it cannot draw."""
    numbers = frame[["number", "whole", "nullable", "flag"]]
    drawn = np.array([[0.3, 2.6, 1.4, 0.7], [-0.3, -7.5, 2.0, -0.4]])
    got = like_rows(drawn, numbers)
    assert got.schema == numbers.schema
    assert got.rows() == [(0.3, 3, 1, True), (-0.3, -8, 2, False)]
    assert like_rows(got, numbers) is got
    with pytest.raises(ValueError, match=r"categorical columns \['category', 'choice', 'text'\]"):
        like_rows(np.ones((2, 7)), frame)

"""Frames of both libraries: every dtype in and out, times, missing values, whole numbers."""

import datetime

import numpy as np
import pytest

from skdistill import MungeTransferSet
from skdistill.transfer._tables import learn_table

SWAP = float("inf")  # of local_variance: numbers are swapped exactly


def days(n, first="2024-01-01", seed=0):
    """Distinct days in random order."""
    steps = np.random.default_rng(seed).permutation(10 * n)[:n]
    return np.datetime64(first) + steps.astype("timedelta64[D]")


@pytest.fixture
def times():
    """A pandas frame of times, each kind with a missing value."""
    pd = pytest.importorskip("pandas")
    table = pd.DataFrame(
        {
            "number": np.random.default_rng(0).normal(size=60),
            "day": pd.Series(days(60)).astype("datetime64[s]"),
            "fine": pd.Series(days(60, seed=1)).astype("datetime64[ns]"),
            "there": pd.to_datetime(days(60, seed=2)).tz_localize("Europe/Berlin"),
            "span": pd.to_timedelta(np.arange(60.0), unit="h"),
        }
    )
    table.loc[::7, ["day", "fine", "there", "span"]] = None
    return table


def every_polars_kind():
    """A polars frame with a column of every kind, and missing values where there may be."""
    pl = pytest.importorskip("polars")
    rng, n = np.random.default_rng(0), 80
    table = pl.DataFrame(
        {
            "double": rng.normal(size=n),
            "single": rng.normal(size=n).astype(np.float32),
            "byte": rng.integers(0, 200, n).astype(np.uint8),
            "flag": rng.random(n) > 0.5,
            "whole": rng.integers(-50, 50, n),
            "maybe": rng.random(n) > 0.5,
            "text": rng.choice(["a", "b", "c"], n),
            "category": pl.Series(rng.choice(["u", "v"], n), dtype=pl.Categorical),
            "choice": pl.Series(rng.choice(["x", "y"], n), dtype=pl.Enum(["y", "x", "z"])),
            "day": pl.Series(days(n)).cast(pl.Date),
            "moment": pl.Series(days(n)).cast(pl.Datetime("us", "Europe/Berlin")),
            "span": pl.Series(days(n)).cast(pl.Int64).cast(pl.Duration("ms")),
            "hour": pl.Series([datetime.time(i % 24) for i in range(n)]),
            "price": pl.Series([f"{i}.25" for i in range(n)]).cast(pl.Decimal(10, 2)),
            "nothing": pl.Series([None] * n),
        }
    )
    gappy = [name for name in table.columns if name not in ("byte", "flag", "single")]
    holes = pl.int_range(pl.len()) % 9 == 4
    return table.with_columns(
        pl.when(holes).then(None).otherwise(pl.col(name)).alias(name) for name in gappy
    )


def test_polars_round_trip():
    """Encoding and decoding gives the very frame; schema, categories, nulls and all."""
    testing = pytest.importorskip("polars.testing")
    table = every_polars_kind()
    known, rows = learn_table(table)
    testing.assert_frame_equal(known.decode(rows), table)
    testing.assert_frame_equal(known.decode(known.encode(table[::-1])), table[::-1])


def test_polars_marginals():
    """Without noise each column holds the values of old, how often each."""
    table = every_polars_kind()
    new = MungeTransferSet(local_variance=SWAP, random_state=0).fit(table).sample(len(table))
    assert new.schema == table.schema
    assert not new.equals(table)
    for name in table.columns:
        if name != "nothing":
            assert new[name].sort().equals(table[name].sort()), name


def test_polars_nan_and_null():
    """NaN stays NaN where there was no null; where there was one, missing values are null."""
    pl = pytest.importorskip("polars")
    table = pl.DataFrame({"nan": [1.0, np.nan, 3.0], "null": [1.0, None, 3.0]})
    known, rows = learn_table(table)
    assert np.isnan(rows.numbers).sum() == 2
    again = known.decode(rows)
    assert again["nan"].null_count() == 0
    assert again["nan"].is_nan().sum() == 1
    assert again["null"].null_count() == 1


def test_polars_categories_by_choice_and_unseen_ones():
    """Numbers may be declared categories; a category that fit did not see is an error."""
    pl = pytest.importorskip("polars")
    table = pl.DataFrame(
        {"code": [1, 2, 3, 2, 1, None], "x": [0.1, 0.5, 0.2, 0.7, 0.3, 0.9]},
    )
    munge = MungeTransferSet(categorical_features=["code"], random_state=0).fit(table)
    new = munge.sample(6)
    assert new.schema == table.schema
    assert new["code"].sort().equals(table["code"].sort())
    with pytest.raises(
        ValueError, match=r"Column 'code' has categories that fit did not see: \[7\]"
    ):
        munge.transform(table.with_columns(pl.lit(7).alias("code")))
    with pytest.raises(ValueError, match=r"feature names should match"):
        munge.transform(table.rename({"x": "y"}))
    with pytest.raises(ValueError, match="infinity in column 'x'"):
        munge.transform(table.with_columns(pl.lit(np.inf).alias("x")))


def test_pandas_times(times):
    """Units and zones are kept; times stay on the grid of those seen, in bounds."""
    munge = MungeTransferSet(local_variance=0.5, random_state=0).fit(times)
    new = munge.sample(300)
    assert new.dtypes.equals(times.dtypes)
    for name in ("day", "fine", "there", "span"):
        assert times[name].min() <= new[name].min()
        assert new[name].max() <= times[name].max()
        assert new[name].isna().sum() > 0
        assert not set(new[name].dropna()) <= set(times[name].dropna())  # new ones too
    for name in ("day", "fine"):
        assert (new[name].dropna().dt.normalize() == new[name].dropna()).all()
    assert (new["there"].dropna().dt.minute == 0).all()  # whole hours: summer time shifts days
    copy = MungeTransferSet(p_swap=0).fit(times).transform(times)
    assert copy.equals(times)


def test_times_to_the_last_nanosecond():
    """No precision is lost on the way through floats, however fine and far the times."""
    pd = pytest.importorskip("pandas")
    ticks = np.array([0, 1, 3, 2**52 + 7]) + 1_700_000_000_000_000_001
    table = pd.DataFrame({"at": ticks.view("M8[ns]"), "x": [0.5, 1.5, 2.5, 9.25]})
    new = MungeTransferSet(p_swap=0).fit(table).sample(4)
    assert new.equals(table)


def test_large_whole_numbers():
    """Identifiers beyond 2**53 keep every digit, in columns with missing values and without."""
    pd = pytest.importorskip("pandas")
    numbers = [2**62 + 5, 2**62 + 6, -(2**61) - 1, 7]
    table = pd.DataFrame(
        {"plain": numbers, "gappy": pd.array([*numbers[:3], None], dtype="Int64"), "x": range(4)}
    )
    table["small"] = np.array([1, 2, 3, 4], dtype=np.int8)
    known, rows = learn_table(table)
    again = known.decode(rows)
    # In steps of a float's own precision: here, within 512 of 2**62 + 2**61.
    assert abs(int(again["plain"][0]) - numbers[0]) <= 512
    assert again["gappy"].isna().tolist() == [False, False, False, True]
    near = pd.DataFrame({"id": [2**62 + 5, 2**62 + 6, 2**62 + 9]})
    known, rows = learn_table(near)
    assert known.decode(rows).equals(near)


@pytest.mark.parametrize("nothing", [None, np.nan])
def test_missing_of_objects_keep_their_kind(nothing):
    """None stays None and NaN stays NaN: encoders tell them apart."""
    pd = pytest.importorskip("pandas")
    table = pd.DataFrame({"category": pd.Series(["a", nothing, "b"] * 10, dtype=object)})
    table["x"] = np.random.default_rng(0).normal(size=30)
    new = MungeTransferSet(random_state=0).fit(table).sample(30)
    missing = new["category"][new["category"].isna()]
    assert len(missing) == 10
    assert all(value is None if nothing is None else value != value for value in missing)


@pytest.mark.parametrize("kind", ["array", "frame"])
def test_whole_floats_stay_whole(kind):
    """Columns of whole numbers stay so whatever their dtype, others do not."""
    rng = np.random.default_rng(0)
    X = np.column_stack([rng.integers(0, 9, 200), rng.normal(size=200)]).astype(float)
    X[::6, 0] = np.nan
    if kind == "frame":
        X = pytest.importorskip("pandas").DataFrame(X, columns=["count", "size"])
    new = np.asarray(MungeTransferSet(local_variance=0.7, random_state=0).fit(X).sample(2000))
    count, size = new[~np.isnan(new).any(axis=1)].T
    assert set(count) == set(range(9))
    assert (size != np.rint(size)).mean() > 0.9


def test_columns_without_any_value():
    """Columns that are missing all over stay so, in every dtype that can be missing."""
    pd = pytest.importorskip("pandas")
    empty = pd.DataFrame(
        {
            "x": np.arange(6.0),
            "float": [np.nan] * 6,
            "Int64": pd.array([None] * 6, dtype="Int64"),
            "time": pd.to_datetime([None] * 6),
            "category": pd.Categorical([None] * 6, categories=["a"]),
            "text": pd.array([None] * 6, dtype="string"),
        }
    )
    new = MungeTransferSet(random_state=0).fit(empty).sample(20)
    assert new.dtypes.equals(empty.dtypes)
    assert new.drop(columns="x").isna().all().all()


def test_column_names_that_are_no_strings():
    """Columns are told by place."""
    pd = pytest.importorskip("pandas")
    table = pd.DataFrame(np.random.default_rng(0).normal(size=(30, 3)))
    assert list(MungeTransferSet(random_state=0).fit(table).sample(10).columns) == [0, 1, 2]


def test_order_of_columns():
    """Columns in another order give rows of the same law: the same graph of neighbours."""
    pd = pytest.importorskip("pandas")
    rng = np.random.default_rng(0)
    table = pd.DataFrame(rng.normal(size=(80, 3)), columns=list("abc"))
    table["category"] = pd.Categorical(rng.choice(["u", "v"], 80))
    one = MungeTransferSet().fit(table)
    two = MungeTransferSet().fit(table[["category", "c", "a", "b"]])

    def near(munge):
        graph = munge._graph
        rows = graph.members[graph.start[graph.neighbors[graph.group]]]
        return np.sort(rows, axis=1)

    np.testing.assert_array_equal(near(one), near(two))

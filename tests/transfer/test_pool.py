"""Real rows from a pool: which, how often, and what a pool must look like."""

import numpy as np
import pytest
from sklearn.base import clone

from skdistill import PoolTransferSet
from skdistill.exceptions import DistillationWarning

X = np.random.default_rng(0).normal(size=(30, 2))


def pool_of(n, seed=1):
    """Rows that can be told apart."""
    return np.column_stack([np.arange(n) + 0.5, np.random.default_rng(seed).normal(size=n)])


def as_set(rows):
    """Rows as a set."""
    return {tuple(row) for row in rows}


@pytest.mark.parametrize("n", [10, 150])
def test_no_row_comes_twice_before_all_have_come(n):
    """A sample of n_pool rows is a permutation of the pool; a part of it has no repeats."""
    pool = pool_of(n)
    fitted = PoolTransferSet(pool=pool, random_state=0).fit(X)
    assert fitted.n_samples_ == n
    np.testing.assert_array_equal(np.sort(fitted.sample(), axis=0), np.sort(pool, axis=0))
    part = fitted.sample(n // 2)
    assert len(as_set(part)) == n // 2
    assert as_set(part) <= as_set(pool)
    assert as_set(part) != as_set(fitted.sample(n // 2, random_state=1))


def test_the_pool_runs_out_with_a_warning():
    """Then it starts over: every row comes as often as any other, up to once."""
    fitted = PoolTransferSet(pool=pool_of(20), random_state=0).fit(X)
    with pytest.warns(DistillationWarning, match="20 rows, but n_samples=50"):
        new = fitted.sample(50)
    counts = np.unique(new[:, 0], return_counts=True)[1]
    assert sorted(set(counts)) == [2, 3]
    with pytest.warns(DistillationWarning, match="MixtureTransferSet"):
        chunks = list(fitted.iter_samples(50, chunk_size=7))
    np.testing.assert_array_equal(np.concatenate(chunks), new)


def test_auto_takes_no_more_than_there_are():
    """So many that rows and pool are 10,000, or the whole pool."""
    assert PoolTransferSet(pool=pool_of(200)).fit(X).n_samples_ == 200
    assert PoolTransferSet(pool=pool_of(12_000)).fit(X).n_samples_ == 9970
    assert PoolTransferSet(pool=pool_of(50), n_samples=70).fit(X).n_samples_ == 70
    assert PoolTransferSet().fit(X).n_samples_ == 30


def test_rows_come_as_they_are():
    """Outside the bounds of X, with other categories, fractions and missing values."""
    whole = np.round(X)
    pool = np.array([[1e9, 0.25], [np.nan, 7.0], [-3.0, 99.0]])
    for categories in ([], [1]):
        fitted = PoolTransferSet(pool=pool, categorical_features=categories, random_state=0)
        new = fitted.fit(whole).sample(3)
        np.testing.assert_array_equal(np.sort(new, axis=0), np.sort(pool, axis=0))


def test_frames_come_as_they_are(frame):
    """Categories, dates and numbers that X does not have; dtypes are those of X."""
    pd = pytest.importorskip("pandas")
    frame["day"] = pd.date_range("2020-01-01", periods=len(frame), freq="D")
    pool = frame.iloc[::-1].reset_index(drop=True)
    pool["double"] *= 100
    pool["text"] = pool["text"].str.upper()
    pool["day"] += pd.Timedelta("36h")
    new = PoolTransferSet(pool=pool, random_state=0).fit(frame).sample(len(pool))
    assert new.dtypes.equals(frame.dtypes)

    def ordered(rows):
        return rows.sort_values("single").reset_index(drop=True)

    pd.testing.assert_frame_equal(ordered(new), ordered(pool))


def test_a_clone_holds_the_very_pool():
    """It is never copied."""
    pool = pool_of(5)
    given = PoolTransferSet(pool=pool, n_samples=3)
    fresh = clone(given)
    assert fresh.pool is pool is given.pool
    assert fresh.n_samples == 3
    assert not hasattr(clone(given.fit(X)), "n_samples_")


def test_a_pool_must_be_of_the_kind_of_x(frame):
    """Another width, other names, another order, other dtypes, another kind: each is told."""
    pd = pytest.importorskip("pandas")
    pl = pytest.importorskip("polars")
    with pytest.raises(ValueError, match=r"pool cannot be read: .*3 features.* 2 features"):
        PoolTransferSet(pool=np.zeros((4, 3))).fit(X)
    with pytest.raises(ValueError, match=r"pool cannot be read: .*infinity"):
        PoolTransferSet(pool=np.full((4, 2), np.inf)).fit(X)
    with pytest.raises(ValueError, match="float64, which does not go into that of X, int64"):
        PoolTransferSet(pool=pool_of(4)).fit(np.round(X).astype(int))
    with pytest.raises(TypeError, match="X is an array, and so must be the pool"):
        PoolTransferSet(pool=pd.DataFrame(X)).fit(X)
    for pool in (X, pl.DataFrame({"double": [1.0]})):
        with pytest.raises(TypeError, match="a data frame of the same library as X"):
            PoolTransferSet(pool=pool).fit(frame)
    with pytest.raises(ValueError, match=r"must have the columns of X, \['double', 'single'"):
        PoolTransferSet(pool=frame[frame.columns[::-1]]).fit(frame)
    with pytest.raises(ValueError, match=r"Columns that differ: 'byte': int64 where X has uint8"):
        PoolTransferSet(pool=frame.astype({"byte": "int64"})).fit(frame)
    with pytest.raises(ValueError, match="'pool' parameter of PoolTransferSet"):
        PoolTransferSet(pool="rows").fit(X)


def test_lists_of_rows():
    """Are rows too."""
    new = PoolTransferSet(pool=[[1, 2], [3, 4]], random_state=0).fit([[0, 0]]).sample()
    assert as_set(new) == {(1, 2), (3, 4)}

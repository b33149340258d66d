"""What MUNGE conserves, and how it draws."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from sklearn.datasets import load_breast_cancer, load_wine

from skdistill import MungeTransferSet
from skdistill.transfer import default_size
from skdistill.transfer._near._pairs import exchange_categories, exchange_numbers

SWAP = float("inf")  # of local_variance: numbers are swapped exactly


def rows_with_missing(n=120, width=4, seed=0):
    """Numbers of several scales, with repeats and missing values."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, width)) * 10.0 ** np.arange(width)
    X[rng.random(X.shape) < 0.1] = np.nan
    X[1::10] = X[::10]
    return X


def sorted_rows(X):
    """Rows in lexical order, for comparison as sets with repeats."""
    return X[np.lexsort(X.T)]


@pytest.mark.parametrize("p_swap", [0.3, 1.0])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_exact_swaps_conserve_every_column(p_swap, dtype):
    """Without noise each pass is a permutation of each column, missing values included."""
    X = rows_with_missing().astype(dtype)
    munge = MungeTransferSet(p_swap=p_swap, local_variance=SWAP, random_state=0).fit(X)
    new = munge.sample(3 * len(X))
    assert new.dtype == dtype
    for part in np.split(new, 3):
        np.testing.assert_array_equal(np.sort(part, axis=0), np.sort(X, axis=0))
        assert (sorted_rows(part) != sorted_rows(X)).any() or p_swap == 1


@settings(max_examples=25, deadline=None)
@given(
    n=st.integers(1, 40),
    n_values=st.integers(1, 40),
    p_swap=st.floats(0, 1),
    n_neighbors=st.integers(1, 50),
    seed=st.integers(0, 2**31 - 1),
)
def test_exact_swaps_conserve_any_column(n, n_values, p_swap, n_neighbors, seed):
    """The same for any table with repeats, any share of swaps, any number of neighbours."""
    X = np.random.default_rng(seed).integers(0, n_values, size=(n, 2)).astype(float)
    munge = MungeTransferSet(
        p_swap=p_swap,
        local_variance=SWAP,
        n_neighbors=n_neighbors,
        categorical_features=[1],
        random_state=seed,
    )
    new = munge.fit(X).sample(n)
    np.testing.assert_array_equal(np.sort(new, axis=0), np.sort(X, axis=0))


@settings(max_examples=15, deadline=None)
@given(n=st.integers(2, 60), width=st.integers(1, 3), seed=st.integers(0, 2**31 - 1))
def test_columns_are_conserved_in_the_limit_of_large_s(n, width, seed):
    """The larger s, the nearer each sorted column is to the real one, duplicated columns too."""
    X = np.random.default_rng(seed).normal(size=(n, width))
    X = np.hstack([X, X[:, :1]])
    away = []
    for s in (1e2, 1e4, 1e6):
        new = MungeTransferSet(local_variance=s, random_state=seed).fit(X).sample(n)
        away.append(np.abs(np.sort(new, axis=0) - np.sort(X, axis=0)).max())
        assert away[-1] <= 6 * np.ptp(X, axis=0).max() / s
    assert away[2] <= away[0]


def test_noise_widens_by_the_difference_of_a_pair():
    """An exchange adds (difference / s)**2 to the variance of each row; none with s infinite."""
    X = pairs_far_apart(400, 3.0)
    for s, added in ((1.0, 9.0), (2.0, 2.25), (SWAP, 0.0)):
        munge = MungeTransferSet(p_swap=1, local_variance=s, n_neighbors=1, random_state=0).fit(X)
        new, parents = munge.sample(50 * len(X), return_parents=True)
        apart = (new - X[parents ^ 1])[(parents > 3) & (parents < len(X) - 4)]  # not at the bounds
        np.testing.assert_allclose((apart**2).mean(), added, rtol=0.05)


def test_whole_swaps_conserve_the_rows():
    """With p_swap=1 both rows of a pair exchange everything: each pass permutes the rows."""
    X = np.random.default_rng(0).normal(size=(150, 5))
    munge = MungeTransferSet(p_swap=1, local_variance=SWAP, random_state=0).fit(X)
    for part in np.split(munge.sample(2 * len(X)), 2):
        np.testing.assert_array_equal(sorted_rows(part), sorted_rows(X))
        assert (part != X).any()


def test_no_swaps_give_the_real_rows():
    """With p_swap=0 a pass is X itself, and a part of one holds rows of X without repeats."""
    X = np.random.default_rng(0).normal(size=(50, 3))
    munge = MungeTransferSet(p_swap=0, random_state=0).fit(X)
    np.testing.assert_array_equal(munge.sample(100), np.vstack([X, X]))
    part = munge.sample(20)
    assert len(np.unique(part, axis=0)) == 20
    assert {tuple(row) for row in part} <= {tuple(row) for row in X}


def test_frames_keep_kinds_categories_and_marginals(frame):
    """Dtypes, categories, columns and, without noise, the count of every value are kept."""
    before = frame.copy(deep=True)
    munge = MungeTransferSet(local_variance=SWAP, random_state=0).fit(frame)
    new = munge.sample(2 * len(frame))
    assert frame.equals(before)
    assert list(new.columns) == list(frame.columns)
    assert new.dtypes.equals(frame.dtypes)
    assert list(new["size"].cat.categories) == ["s", "m", "l", "xl"]
    assert new["size"].cat.ordered
    for name in frame:
        for part in (new[name].iloc[: len(frame)], new[name].iloc[len(frame) :]):
            assert part.value_counts().to_dict() == frame[name].value_counts().to_dict()
    assert not new.iloc[: len(frame)].reset_index(drop=True).equals(frame)


@pytest.mark.parametrize("local_variance", [0.5, 5.0])
def test_noise_stays_in_bounds_and_categories_and_missing_stay_exact(frame, local_variance):
    """Noise moves numbers alone, inside the bounds seen; whole columns stay whole."""
    munge = MungeTransferSet(p_swap=1, local_variance=local_variance, random_state=0).fit(frame)
    new = munge.sample(len(frame))
    for name in ("size", "code", "text", "thing"):
        assert new[name].value_counts().to_dict() == frame[name].value_counts().to_dict()
    np.testing.assert_array_equal(new.isna().sum(), frame.isna().sum())
    for name in ("double", "single", "byte", "whole"):
        assert frame[name].min() <= new[name].min()
        assert new[name].max() <= frame[name].max()
    old = np.isin(
        new["double"].dropna(), frame["double"]
    )  # exchanged for a missing value, or at a bound
    assert 0 < old.sum() < len(old) / 2


@pytest.mark.parametrize("dtype", [np.int16, np.uint8, np.float32, np.float64, bool])
def test_arrays_keep_their_dtype(dtype):
    """An array in, an array of the same dtype out, within the bounds of each column."""
    X = (np.random.default_rng(0).random((60, 4)) * [1, 5, 50, 200]).astype(dtype)
    new = MungeTransferSet(local_variance=0.3, random_state=0).fit(X).sample(200)
    assert new.dtype == X.dtype
    assert (new >= X.min(axis=0)).all()
    assert (new <= X.max(axis=0)).all()


@pytest.mark.parametrize("given_as", ["mask", "positions", "negative"])
def test_categorical_features_of_arrays_are_swapped_never_averaged(given_as):
    """Codes in an array are categories where the user says so, in any of the ways to say it."""
    rng = np.random.default_rng(0)
    X = np.column_stack([rng.normal(size=90), rng.choice([1.0, 7.0, 1000.0], 90)])
    X[::9, 1] = np.nan
    which = {"mask": [False, True], "positions": [1], "negative": [-1]}[given_as]
    munge = MungeTransferSet(local_variance=0.5, categorical_features=which, random_state=0)
    new = munge.fit(X).sample(90)
    np.testing.assert_array_equal(munge.categorical_features_, [False, True])
    np.testing.assert_array_equal(np.sort(new[:, 1]), np.sort(X[:, 1]))


def test_categorical_features_by_name(frame):
    """Names add to what a frame holds: here the bytes are categories too."""
    names = ["byte", "size", "code", "text", "thing"]
    munge = MungeTransferSet(local_variance=0.5, categorical_features=names, random_state=0)
    new = munge.fit(frame).sample(len(frame))
    assert new["byte"].value_counts().to_dict() == frame["byte"].value_counts().to_dict()


def pairs_far_apart(n_pairs, distance):
    """Rows 2i and 2i + 1 lie ``distance`` apart, and far from all others; none is whole."""
    return (np.arange(n_pairs)[:, np.newaxis] * 1e4 + [0.25, distance + 0.25]).reshape(-1, 1)


@pytest.mark.parametrize("s", [0.5, 1.0, 5.0])
def test_numbers_are_normal_around_the_others(s):
    """A row of a pair is drawn from a normal centred on the other, deviation |difference| / s."""
    X = pairs_far_apart(3, 2.0)  # the outer pairs keep the bounds away from the middle one
    munge = MungeTransferSet(p_swap=1, local_variance=s, n_neighbors=1, random_state=0).fit(X)
    new = munge.sample(2000 * len(X)).reshape(2000, len(X)) - 1e4 - 0.25
    first, second = new[:, 2], new[:, 3]
    assert stats.kstest(first, stats.norm(2.0, 2.0 / s).cdf).pvalue > 0.01
    assert stats.kstest(second, stats.norm(0.0, 2.0 / s).cdf).pvalue > 0.01
    assert abs(np.corrcoef(first, second)[0, 1]) < 0.08  # drawn independently


@pytest.mark.parametrize("p", [0.1, 0.5, 0.9])
def test_attributes_are_exchanged_with_probability_p(p):
    """Each attribute of each pair is exchanged independently, in both rows or in neither."""
    rng = np.random.default_rng(0)
    numbers = np.tile([[0.0] * 3, [1.0] * 3], (4000, 1))
    codes = np.tile(np.array([[0, 0], [1, 1]], dtype=np.int32), (4000, 1))
    a, b = np.arange(0, 8000, 2), np.arange(1, 8000, 2)
    exchange_numbers(numbers, a, b, p, SWAP, rng)
    exchange_categories(codes, a, b, p, rng)
    for table in (numbers, codes):
        np.testing.assert_array_equal(table[a] + table[b], 1)
        for column in (table[a] == 1).T:
            assert stats.binomtest(int(column.sum()), 4000, p).pvalue > 0.001
    both = (numbers[a][:, 0] == 1) & (codes[a][:, 0] == 1)
    assert stats.binomtest(int(both.sum()), 4000, p**2).pvalue > 0.001


def test_a_missing_is_exchanged_for_a_number():
    """Where one of a pair is missing they swap exactly, whatever the noise."""
    X = np.array([[0.0, np.nan], [0.5, 3.0], [0.2, 8.0]])
    munge = MungeTransferSet(p_swap=1, local_variance=0.1, n_neighbors=2, random_state=0).fit(X)
    for seed in range(20):
        new = munge.sample(3, random_state=seed)
        assert np.isnan(new[:, 1]).sum() == 1
        assert np.isnan(new[:, 0]).sum() == 0
        assert ((new[:, 1] >= 3) | np.isnan(new[:, 1])).all()


def test_both_rows_change_so_the_spread_does_not_shrink():
    """Mean and deviation of each column survive; one-way copies shrink the deviation."""
    X = load_wine().data
    new = MungeTransferSet(local_variance=5, random_state=0).fit(X).sample(50 * len(X))
    np.testing.assert_allclose(new.mean(axis=0), X.mean(axis=0), rtol=0.01)
    np.testing.assert_allclose(new.std(axis=0), X.std(axis=0), rtol=0.03)


def test_neighbours_are_near():
    """New rows keep what columns say of each other; rows exchanged at random would not."""
    x = np.linspace(0, 10, 400)
    X = np.column_stack([x, np.sin(x)])
    new = MungeTransferSet(local_variance=5, random_state=0).fit(X).sample(4000)
    assert np.abs(new[:, 1] - np.sin(new[:, 0])).max() < 0.2


def test_scale_and_place_of_a_column_do_not_matter():
    """Other units give the same rows in those units."""
    X = np.random.default_rng(0).normal(size=(200, 4))
    scale, shift = np.array([2.0**-20, 1.0, 8.0, 2.0**12]), np.array([0.0, 4.0, -2.0, 1024.0])
    munge = MungeTransferSet(random_state=0)
    one, other = munge.fit(X).sample(500), munge.fit(X * scale + shift).sample(500)
    np.testing.assert_allclose((other - shift) / scale, one, atol=1e-9)


def test_seeds():
    """A number in the constructor gives the same rows each time; None does not."""
    X = load_breast_cancer().data[:100]
    munge = MungeTransferSet(random_state=0).fit(X)
    np.testing.assert_array_equal(munge.sample(150), munge.sample(150))
    np.testing.assert_array_equal(munge.sample(150), munge.sample(150, random_state=0))
    assert (munge.sample(150, random_state=1) != munge.sample(150)).any()
    free = MungeTransferSet().fit(X)
    assert (free.sample(50) != free.sample(50)).any()
    one = free.sample(50, random_state=np.random.RandomState(3))
    np.testing.assert_array_equal(one, free.sample(50, random_state=3))


def test_results_do_not_depend_on_n_jobs():
    """The search in parallel finds the same neighbours."""
    X = load_breast_cancer().data
    one, two = (MungeTransferSet(n_jobs=n, random_state=0).fit(X).sample(600) for n in (1, 2))
    np.testing.assert_array_equal(one, two)


@pytest.mark.parametrize("n", [1, 7])
def test_equal_rows_end_and_come_back(n):
    """One row, or repeats of one: there is no neighbour, so rows come back as they are."""
    X = np.tile([[1.5, -2.0, np.nan]], (n, 1))
    munge = MungeTransferSet(random_state=0).fit(X)
    assert munge.n_distinct_ == 1
    np.testing.assert_array_equal(munge.sample(20), np.tile(X[:1], (20, 1)))
    np.testing.assert_array_equal(munge.transform(X), X)


def test_constant_and_empty_columns_come_back():
    """A constant column stays so, one without any value too."""
    rng = np.random.default_rng(0)
    X = np.column_stack([np.full(40, 0.1), rng.normal(size=40), np.full(40, np.nan)])
    new = MungeTransferSet(p_swap=1, random_state=0).fit(X).sample(100)
    assert (new[:, 0] == 0.1).all()
    assert len(np.unique(new[:, 1])) > 90  # some draws meet at the bounds
    assert np.isnan(new[:, 2]).all()


def test_how_many_rows():
    """ "auto" makes up for what X lacks to 10,000; a number is a number; zero is legal."""
    assert [default_size(n) for n in (1, 400, 6000, 10_000, 50_000)] == [
        9999, 9600, 4000, 10_000, 50_000,
    ]  # fmt: skip
    X = np.random.default_rng(0).normal(size=(400, 2))
    munge = MungeTransferSet(random_state=0).fit(X)
    assert munge.n_samples_ == len(munge.sample()) == 9600
    assert MungeTransferSet(n_samples=7).fit(X).sample().shape == (7, 2)
    assert munge.sample(0).shape == (0, 2)
    assert munge.sample(np.int64(3)).shape == (3, 2)

"""Marginals, the box, and the real rows again."""

import numpy as np
import pytest
from scipy import stats

from skdistill.domains import Domain, Integers, Reals
from skdistill.transfer import BootstrapTransferSet, MarginalTransferSet, UniformTransferSet


def tied_rows(n=3000, seed=0):
    """Columns that are functions of each other: a number, its square, its sign as a category."""
    x = np.random.default_rng(seed).normal(size=n)
    X = np.column_stack([x, x**2, x > 0.5])
    X[x > 1, 1] = np.nan
    return X


def test_marginals_alone():
    """Each column has its own distribution and missing values, and nothing ties it to others."""
    X = tied_rows()
    new = MarginalTransferSet(categorical_features=[2], random_state=0).fit(X).sample(20_000)
    assert stats.ks_2samp(new[:, 0], X[:, 0]).pvalue > 0.001
    assert stats.ks_2samp(new[:, 1], X[:, 1], nan_policy="omit").pvalue > 0.001
    assert np.isnan(new[:, 1]).mean() == pytest.approx(np.isnan(X[:, 1]).mean(), abs=0.01)
    assert new[:, 2].mean() == pytest.approx(X[:, 2].mean(), abs=0.01)
    known = ~np.isnan(new[:, 1])
    assert abs(stats.spearmanr(new[known, 0] ** 2, new[known, 1])[0]) < 0.03
    assert abs(np.corrcoef(new[:, 0], new[:, 2])[0, 1]) < 0.03
    assert abs(np.corrcoef(new[:, 0], np.isnan(new[:, 1]))[0, 1]) < 0.03
    assert set(new[:, 0]) <= set(X[:, 0])


def test_the_box_is_filled_evenly():
    """Uniform between bounds, over whole numbers and categories; as many missing values."""
    rng = np.random.default_rng(0)
    X = np.column_stack(
        [rng.normal(size=500), rng.integers(-2, 3, 500), rng.choice([3, 50], 500, p=[0.9, 0.1])]
    )
    X[rng.random(500) < 0.3, 0] = np.nan
    new = UniformTransferSet(categorical_features=[2], random_state=0).fit(X).sample(20_000)
    low, high = np.nanmin(X[:, 0]), np.nanmax(X[:, 0])
    present = new[~np.isnan(new[:, 0]), 0]
    assert stats.kstest(present, stats.uniform(low, high - low).cdf).pvalue > 0.001
    assert len(present) / 20_000 == pytest.approx(1 - np.isnan(X[:, 0]).mean(), abs=0.01)
    for column, values in ((1, [-2, -1, 0, 1, 2]), (2, [3, 50])):
        found, counts = np.unique(new[:, column], return_counts=True)
        np.testing.assert_array_equal(found, values)
        assert stats.chisquare(counts).pvalue > 0.001
    assert abs(np.corrcoef(new[:, 1], new[:, 2])[0, 1]) < 0.03


def test_the_box_of_extreme_numbers():
    """Bounds whose difference overflows are no trouble."""
    X = np.array([[-1.5e308], [1.5e308]])
    new = UniformTransferSet(random_state=0).fit(X).sample(1000)
    assert np.isfinite(new).all()
    assert new.min() < -1e308
    assert new.max() > 1e308


def test_real_rows_again():
    """Whole rows, with replacement, each as likely as any other."""
    X = tied_rows(50)
    again = BootstrapTransferSet(categorical_features=[2], random_state=0).fit(X)
    new, parents = again.sample(50_000, return_parents=True)
    np.testing.assert_array_equal(new, X[parents])
    assert stats.chisquare(np.bincount(parents, minlength=50)).pvalue > 0.001
    assert len(set(again.sample(50, return_parents=True)[1])) < 45


def test_two_rows_are_a_range_and_no_grid():
    """Bounds given as floats: new rows lie between whole numbers; integer dtypes stay whole."""
    ends = np.array([[5.0, 0.0], [50.0, 1.0]])
    box = UniformTransferSet(random_state=0).fit(ends)
    assert box.domain_ == [Reals(5.0, 50.0), Reals(0.0, 1.0)]
    new = box.sample(2000)
    for column, (low, high) in zip(new.T, [(5, 50), (0, 1)], strict=True):
        assert stats.kstest(column, stats.uniform(low, high - low).cdf).pvalue > 0.001
    whole = UniformTransferSet(random_state=0).fit(ends.astype(int))
    assert whole.domain_ == [Integers(5, 50), Integers(0, 1)]
    assert whole.sample(100).dtype == ends.astype(int).dtype
    told = UniformTransferSet(integer_features=[1], random_state=0).fit(ends)
    assert told.domain_ == [Reals(5.0, 50.0), Integers(0, 1)]
    assert set(told.sample(100)[:, 1]) == {0, 1}


def test_the_box_can_be_given():
    """By bounds, by the domain of some columns, or by a whole domain; beyond what X shows too."""
    pd = pytest.importorskip("pandas")
    rng = np.random.default_rng(0)
    X = pd.DataFrame(
        {
            "load": rng.uniform(1, 2, 60),
            "lanes": rng.integers(2, 4, 60),
            "road": pd.Categorical(rng.choice(["dry", "wet", "icy"], 60)),
            "leak": rng.uniform(size=60),
        }
    )
    X.loc[::3, "load"] = np.nan
    domain = {"load": (0, 10), "road": ["dry", "icy"], "leak": stats.loguniform(1e-3, 1)}
    box = UniformTransferSet(domain=domain, bounds={"lanes": (1, 8)}, random_state=0).fit(X)
    new = box.sample(6000)
    assert new.dtypes.equals(X.dtypes)
    present = new["load"].dropna()
    assert stats.kstest(present, stats.uniform(0, 10).cdf).pvalue > 0.001
    assert len(present) / 6000 == pytest.approx(2 / 3, abs=0.03)
    assert stats.chisquare(new["lanes"].value_counts().reindex(range(1, 9))).pvalue > 0.001
    assert set(new["road"]) == {"dry", "icy"}
    assert stats.kstest(new["leak"], stats.loguniform(1e-3, 1).cdf).pvalue > 0.001
    whole = Domain({"a": (0, 1), "b": [3, 5]}, like="array")
    rows = UniformTransferSet(domain=whole, random_state=0).fit(np.zeros((2, 2))).sample(50)
    assert whole.contains(rows).all()
    cube = UniformTransferSet(domain="sign", random_state=0).fit(np.ones((1, 3))).sample(50)
    assert set(cube.ravel()) == {-1, 1}


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ({"domain": {"speed": (0, 1)}}, "no column 'speed'"),
        ({"domain": {"n": (0, 1)}}, "'n' of X has dtype int64"),
        ({"domain": {"c": (0, 1)}}, "'c' must be a list of categories"),
        ({"domain": {"c": ["u", "new"]}}, "that X has"),
        ({"domain": {"x": ["u", "v"]}}, "'x' holds numbers"),
        ({"domain": {"x": (1, 0)}}, "low < high"),
        ({"domain": 3}, "'domain'"),
        ({"bounds": {"x": (1, 0)}}, "low < high"),
        ({"bounds": {"c": (0, 1)}}, "holds categories"),
        ({"bounds": {"x": (0, 1, 2)}}, "pairs"),
        ({"bounds": "all"}, "'bounds'"),
        ({"integer_features": "most"}, "'integer_features'"),
        ({"integer_features": ["y"]}, "no column 'y'"),
    ],
)
def test_boxes_that_X_cannot_hold(parameters, words):
    """Each message names the column or the parameter."""
    pd = pytest.importorskip("pandas")
    X = pd.DataFrame({"x": [0.0, 1.5], "n": np.array([1, 2], np.int64), "c": ["u", "v"]})
    with pytest.raises(ValueError, match=words):
        UniformTransferSet(**parameters).fit(X)

"""Mixtures: shares, order, nested parameters, and parts that know more than the rows."""

import numpy as np
import pytest
from scipy import stats
from sklearn.base import clone
from sklearn.model_selection import ParameterGrid
from sklearn.neighbors import KernelDensity

from skdistill import LocalGaussianTransferSet, MixtureTransferSet, PoolTransferSet
from skdistill.transfer import BootstrapTransferSet, MarginalTransferSet, NoiseTransferSet

X = np.random.default_rng(0).normal(size=(100, 2)) + 0.5


def pools(*sizes):
    """Named pools whose rows tell where they come from: the first column is 1000, 2000, ..."""
    return [
        (f"p{i}", PoolTransferSet(pool=np.column_stack([np.full(n, 1000.5 * i), np.arange(n) / 2])))
        for i, n in enumerate(sizes, start=1)
    ]


@pytest.mark.parametrize("weights", [None, [3, 1, 0], [0.2, 0.5, 0.3]])
def test_shares_are_the_weights_in_every_part_of_a_sample(weights):
    """Counts are the shares, to the row in every block, and rows stand in random order."""
    mixture = MixtureTransferSet(
        transfer_sets=pools(50_000, 50_000, 50_000), weights=weights, random_state=0
    ).fit(X)
    share = np.ones(3) / 3 if weights is None else np.array(weights) / np.sum(weights)
    np.testing.assert_allclose(mixture.weights_, share)
    new = mixture.sample(20_000)
    kinds = np.rint(new[:, 0] / 1000.5).astype(int) - 1
    assert np.abs(np.bincount(kinds, minlength=3) - 20_000 * share).max() <= 2
    for part in np.split(kinds, 20):
        counts = np.bincount(part, minlength=3)
        assert stats.chisquare(counts[share > 0], 1000 * share[share > 0]).pvalue > 1e-4


def test_a_pool_comes_without_repeats_across_blocks():
    """A pool larger than a block of rows is not drawn anew in each."""
    mixture = MixtureTransferSet(
        transfer_sets=[*pools(30_000), ("b", BootstrapTransferSet())], random_state=0
    ).fit(X)
    new = mixture.sample(60_000)
    drawn = new[new[:, 0] > 500, 1]
    assert len(drawn) == len(np.unique(drawn)) == 30_000


def test_a_pool_that_is_too_small_says_so():
    """As it does by itself."""
    mixture = MixtureTransferSet(
        transfer_sets=[*pools(30), ("b", BootstrapTransferSet())], random_state=0
    ).fit(X)
    assert len(mixture.sample(60)) == 60
    with pytest.warns(UserWarning, match="30 rows, but n_samples=50"):
        mixture.sample(100)


def test_parents_where_there_are_some():
    """Of parts with parents they are positions in X; of others -1."""
    parts = [("same", BootstrapTransferSet()), ("free", MarginalTransferSet())]
    mixture = MixtureTransferSet(transfer_sets=parts, random_state=0).fit(X)
    new, parents = mixture.sample(400, return_parents=True)
    assert (parents >= 0).sum() == 200
    np.testing.assert_array_equal(new[parents >= 0], X[parents[parents >= 0]])
    alone = MixtureTransferSet(transfer_sets=parts[1:]).fit(X)
    with pytest.raises(ValueError, match="come from no single row"):
        alone.sample(3, return_parents=True)


def test_parts_that_know_more_than_the_rows(frame):
    """Categories, bounds and dates of a pool come through, whatever else is in the mixture."""
    pd = pytest.importorskip("pandas")
    frame["day"] = pd.date_range("2020-01-01", periods=len(frame), freq="D")
    pool = frame.copy()
    pool["double"] *= 1000
    pool["thing"] = np.where(pool["thing"] == "p", "a", "z")
    pool["day"] -= pd.Timedelta("36h")
    parts = [("pool", PoolTransferSet(pool=pool)), ("near", LocalGaussianTransferSet())]
    mixture = MixtureTransferSet(transfer_sets=parts, random_state=0).fit(frame)
    new, parents = mixture.sample(2 * len(frame), return_parents=True)
    real, near = new[parents < 0], new[parents >= 0]
    assert new.dtypes.equals(frame.dtypes)
    columns = list(frame.columns)
    pd.testing.assert_frame_equal(
        real.sort_values("single")[columns].reset_index(drop=True),
        pool.sort_values("single")[columns].reset_index(drop=True),
    )
    assert set(near["thing"]) == {"p", "q"}
    assert near["day"].between(frame["day"].min(), frame["day"].max()).all()
    assert near["double"].abs().max() <= frame["double"].abs().max()


def test_nested_parameters():
    """Parts are set by name, inside and as a whole; clones are apart."""
    mixture = MixtureTransferSet(
        transfer_sets=[("near", NoiseTransferSet()), ("free", MarginalTransferSet())]
    )
    names = set(mixture.get_params())
    assert {"near", "free", "near__scale", "weights", "teacher"} <= names
    fresh = clone(mixture).set_params(near__scale=0.7, free=BootstrapTransferSet(), n_samples=5)
    assert fresh.transfer_sets[0][1].scale == 0.7
    assert isinstance(fresh.transfer_sets[1][1], BootstrapTransferSet)
    assert mixture.transfer_sets[0][1].scale == 0.1
    for params in ParameterGrid({"near__scale": [0.0, 0.4], "weights": [[1, 0]]}):
        new = clone(mixture).set_params(random_state=0, **params).fit(X).sample(50)
        assert np.isin(new, X).all() == (params["near__scale"] == 0)
    with pytest.raises(ValueError, match="far"):
        mixture.set_params(far__scale=1)


def test_parts_are_cloned_and_seeded():
    """What was given stays unfitted; a seed of the mixture reaches what is random in its parts."""
    part = LocalGaussianTransferSet()
    mixtures = [
        MixtureTransferSet(transfer_sets=[("near", part)], random_state=seed).fit(X)
        for seed in (0, 0, 1)
    ]
    assert not hasattr(part, "n_samples_")
    np.testing.assert_array_equal(mixtures[0].sample(20), mixtures[1].sample(20))
    assert (mixtures[0].sample(20) != mixtures[2].sample(20)).any()


def test_other_generators_and_mixtures_of_mixtures():
    """Anything with fit and sample may be a part."""
    inner = MixtureTransferSet(transfer_sets=pools(40))
    mixture = MixtureTransferSet(
        transfer_sets=[("kde", KernelDensity(bandwidth=0.01)), ("inner", inner)], random_state=0
    ).fit(X)
    new = mixture.sample(80)
    assert (new[:, 0] == 1000.5).sum() == 40
    assert mixture.set_params(inner__p1__pool=X[:7] + 5000).fit(X).sample(14).max() > 4000


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"transfer_sets": None}, "'transfer_sets' parameter of MixtureTransferSet"),
        ({"transfer_sets": []}, r"a list of \(name, transfer set\) pairs"),
        ({"transfer_sets": [NoiseTransferSet()]}, r"a list of \(name, transfer set\) pairs"),
        ({"transfer_sets": [("a", NoiseTransferSet)]}, r"a list of \(name, transfer set\) pairs"),
        ({"transfer_sets": [("a", NoiseTransferSet()), ("a", NoiseTransferSet())]}, "not unique"),
        ({"transfer_sets": [("weights", NoiseTransferSet())]}, "conflict with constructor"),
        ({"weights": [1]}, r"weights has shape \(1,\), but there are 2 transfer sets"),
        ({"weights": [-1, 2]}, "finite and >= 0, and not all zero"),
        ({"weights": [0, 0]}, "finite and >= 0, and not all zero"),
        ({"weights": "even"}, "'weights' parameter of MixtureTransferSet"),
    ],
)
def test_bad_parts(params, message):
    """Each message says what is wrong."""
    good = [("a", NoiseTransferSet()), ("b", MarginalTransferSet())]
    mixture = MixtureTransferSet(**{"transfer_sets": good, **params})
    with pytest.raises(ValueError, match=message):
        mixture.fit(X)

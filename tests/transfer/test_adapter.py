"""Generators of other libraries."""

import random

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.datasets import load_iris
from sklearn.ensemble import RandomForestClassifier
from sklearn.mixture import GaussianMixture
from sklearn.neighbors import KernelDensity

from skdistill import AdapterTransferSet, BoundaryTransferSet, DistilledTreeClassifier


class GlobalNoise:
    """A generator that draws from numpy's and Python's global states, in fit and in sample."""

    def fit(self, X):
        self.given = X
        self.scale = np.random.random()
        return self

    def sample(self, num_rows):
        chosen = np.random.randint(len(self.given), size=num_rows)
        rows = self.given.iloc[chosen] if hasattr(self.given, "iloc") else self.given[chosen]
        random.random()
        return rows


class Named(GlobalNoise):
    """A generator that is given the positions of categorical columns."""

    def fit(self, X, discrete_columns=()):
        self.discrete = list(discrete_columns)
        return super().fit(X)


def test_gaussian_mixture_means():
    """Rows have the mixture's mean and covariance, though it gives pairs and sorts them."""
    X = load_iris().data
    adapted = AdapterTransferSet(generator=GaussianMixture(2, random_state=0), random_state=0)
    rows = adapted.fit(X).sample(40_000)
    np.testing.assert_allclose(rows.mean(axis=0), X.mean(axis=0), atol=0.03)
    np.testing.assert_allclose(np.cov(rows.T), np.cov(X.T), atol=0.08)
    # Not sorted by component: both halves are alike.
    assert abs(rows[:10_000, 2].mean() - rows[10_000:20_000, 2].mean()) < 0.1
    assert rows.min() >= X.min()


@pytest.mark.parametrize("generator", [GaussianMixture(2), KernelDensity(bandwidth=0.2)])
def test_scikit_learn_generators(generator):
    """Seeds hold, the one given stays unfitted, frames come back as frames."""
    X = load_iris(as_frame=True).data
    X["whole"] = np.arange(len(X))
    sets = [AdapterTransferSet(generator=generator, random_state=4).fit(X) for _ in range(2)]
    rows = sets[0].sample(20_000)
    assert (rows.dtypes == X.dtypes).all()
    assert rows.equals(sets[1].sample(20_000))
    np.testing.assert_array_equal(
        rows, np.concatenate(list(sets[1].iter_samples(20_000, chunk_size=9_999)))
    )
    assert not rows.equals(sets[0].sample(20_000, random_state=5))
    assert (rows.min() >= X.min()).all()
    assert (rows.max() <= X.max()).all()
    assert not any(name.endswith("_") for name in vars(generator))


def test_global_states_are_seeded_and_restored(frame):
    """A generator that uses global states gives the same rows, and leaves no trace."""
    before = random.getstate(), np.random.get_state()[1].copy()
    first = AdapterTransferSet(generator=GlobalNoise(), random_state=0).fit(frame)
    second = AdapterTransferSet(generator=GlobalNoise(), random_state=0).fit(frame)
    assert first.generator_.scale == second.generator_.scale
    assert first.sample(50).equals(second.sample(50))
    assert random.getstate() == before[0]
    np.testing.assert_array_equal(np.random.get_state()[1], before[1])
    assert (first.sample(50).dtypes == frame.dtypes).all()


class Broken(GlobalNoise):
    """Draws a number and fails."""

    def sample(self, num_rows):
        raise RuntimeError(np.random.random())


def test_states_are_restored_after_an_error():
    """Also where the generator fails."""
    adapted = AdapterTransferSet(generator=Broken(), random_state=0).fit(np.ones((5, 2)))
    before = np.random.get_state()[1].copy()
    with pytest.raises(RuntimeError):
        adapted.sample(3)
    np.testing.assert_array_equal(np.random.get_state()[1], before)


class TorchNoise(GlobalNoise):
    """A generator that draws from torch's global state."""

    def sample(self, num_rows):
        import torch

        return torch.rand(num_rows, self.given.shape[1]).numpy()


def test_torch_is_seeded_and_restored():
    """Torch's global state is seeded too, where torch is there."""
    torch = pytest.importorskip("torch")
    before = torch.get_rng_state()
    X = np.random.default_rng(0).random((20, 2))
    sets = [AdapterTransferSet(generator=TorchNoise(), random_state=0).fit(X) for _ in range(2)]
    np.testing.assert_array_equal(sets[0].sample(30), sets[1].sample(30))
    assert torch.equal(torch.get_rng_state(), before)


def test_columns_of_categories_are_given(frame):
    """A generator with an argument for them gets numbers, codes, and the codes' positions."""
    adapted = AdapterTransferSet(generator=Named(), random_state=0).fit(frame)
    n_categories = int(adapted.categorical_features_.sum())
    width = frame.shape[1]
    assert adapted.generator_.discrete == list(range(width - n_categories, width))
    assert adapted.generator_.given.shape == frame.shape
    rows = adapted.sample(200)
    assert (rows.dtypes == frame.dtypes).all()
    # It copies whole rows, so every row is a real one, missing values and all.
    known = set(map(str, frame.astype(object).where(frame.notna(), None).to_numpy().tolist()))
    drawn = rows.astype(object).where(rows.notna(), None).to_numpy().tolist()
    assert {str(row) for row in drawn} <= known


def test_categories_in_arrays():
    """Columns of an array that are declared categorical come back with categories seen."""
    rng = np.random.default_rng(0)
    X = np.column_stack([rng.normal(size=60), rng.choice([3.0, 7.0], 60)])
    adapted = AdapterTransferSet(generator=Named(), categorical_features=[1], random_state=0)
    assert set(adapted.fit(X).sample(100)[:, 1]) == {3.0, 7.0}
    assert adapted.generator_.discrete == [1]


def test_numbers_alone(frame):
    """scikit-learn's densities refuse categories, and the error names the columns."""
    with pytest.raises(ValueError, match=r"categorical columns \['size', 'code', 'text', 'thing'"):
        AdapterTransferSet(generator=KernelDensity()).fit(frame)


class Short(GlobalNoise):
    def sample(self, n):
        return super().sample(n)[: n - 1]


def test_errors():
    """No generator, no methods, rows of another shape, parents."""
    X = load_iris().data
    with pytest.raises(ValueError, match="generator=None"):
        AdapterTransferSet().fit(X)
    with pytest.raises(ValueError, match="'generator' parameter"):
        AdapterTransferSet(generator=RandomForestClassifier()).fit(X)
    with pytest.raises(ValueError, match="was to sample 7 rows of 4 columns"):
        AdapterTransferSet(generator=Short()).fit(X).sample(7)
    adapted = AdapterTransferSet(generator=GaussianMixture()).fit(X)
    with pytest.raises(ValueError, match="no parents"):
        adapted.sample(5, return_parents=True)
    assert adapted.sample(0).shape == (0, 4)


def test_as_a_base_and_in_a_distiller():
    """A bare generator is adapted where a base is wanted; rows then have no parents."""
    X, y = load_iris(return_X_y=True)
    forest = RandomForestClassifier(10, random_state=0).fit(X, y)
    near = BoundaryTransferSet(forest, base=GaussianMixture(3), max_queries=500, random_state=0)
    assert isinstance(near.fit(X).base_, AdapterTransferSet)
    assert near.sample(100).shape == (100, 4)
    adapted = AdapterTransferSet(generator=GaussianMixture(3), n_samples=300)
    tree = DistilledTreeClassifier(forest, transfer_set=adapted, random_state=0).fit(X)
    assert tree.n_queries_ == 450


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", ["CTGAN", "TVAE"])
def test_ctgan(name, frame):
    """CTGAN's networks: seeds hold in fit and sample, categories and dtypes are kept."""
    ctgan = pytest.importorskip("ctgan")
    table = frame.drop(
        columns=["double", "maybe", "whole"]
    )  # it takes no missing values in numbers
    sizes = {"CTGAN": {"generator_dim": (8,), "discriminator_dim": (8,), "pac": 1}}
    own = sizes.get(name, {"compress_dims": (8,), "decompress_dims": (8,)})
    network = getattr(ctgan, name)(embedding_dim=4, epochs=1, batch_size=40, **own)
    sets = [AdapterTransferSet(generator=network, random_state=0).fit(table) for _ in range(2)]
    assert clone(sets[0]).generator is network
    rows = sets[0].sample(60)
    assert rows.equals(sets[1].sample(60))
    assert rows.equals(sets[0].sample(60))
    assert not rows.equals(sets[0].sample(60, random_state=1))
    assert (rows.dtypes == table.dtypes).all()
    assert set(rows["thing"]) <= {"p", "q"}
    assert rows["byte"].between(table["byte"].min(), table["byte"].max()).all()

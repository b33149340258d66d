"""Mixtures of normals: their number, their moments, their order."""

import numpy as np
import pytest
from sklearn.datasets import make_blobs
from sklearn.mixture import GaussianMixture

from skdistill.transfer import GaussianMixtureTransferSet


@pytest.mark.parametrize("k", [1, 2, 4])
@pytest.mark.parametrize("unit", [1.0, 1e4])
def test_bic_finds_the_blobs(k, unit):
    """As many components as there are blobs, whatever the unit; the criterion says so."""
    X, _ = make_blobs(300, centers=k, cluster_std=0.3, random_state=0)
    mixture = GaussianMixtureTransferSet(random_state=0).fit(X * unit)
    assert mixture.n_components_ == k == np.argmin(mixture.bic_) + 1
    assert len(mixture.bic_) == k + 2
    assert mixture.weights_.sum() == pytest.approx(1)


@pytest.mark.parametrize("shape", ["full", "tied", "diag", "spherical"])
def test_moments_are_those_of_scikit_learns_mixture(shape):
    """Mean and covariance of many rows equal the mixture's, fitted on standardised columns."""
    rng = np.random.default_rng(0)
    X = np.vstack(
        [rng.normal(size=(150, 2)) @ [[1, 0.8], [0, 0.3]], rng.normal([6, 2], size=(250, 2))]
    ) * [1, 50]
    X = np.vstack([X, [[50, 2500], [-50, -2500]]])  # bounds far out
    ours = GaussianMixtureTransferSet(n_components=3, covariance_type=shape, random_state=0)
    new = ours.fit(X).sample(100_000)
    scale = X.std(axis=0)
    model = GaussianMixture(3, covariance_type=shape, random_state=0)
    seed = np.random.RandomState(0).randint(2**31 - 1)
    model.set_params(random_state=seed).fit((X - X.mean(axis=0)) / scale)
    np.testing.assert_allclose(np.sort(ours.weights_), np.sort(model.weights_), atol=1e-6)
    full = {
        "full": lambda c: c,
        "tied": lambda c: np.tile(c, (3, 1, 1)),
        "diag": lambda c: np.array([np.diag(v) for v in c]),
        "spherical": lambda c: np.array([np.eye(2) * v for v in c]),
    }[shape](model.covariances_)
    mean = model.weights_ @ model.means_
    centred = model.means_ - mean
    within = np.einsum("k,kij->ij", model.weights_, full)
    covariance = within + (centred.T * model.weights_) @ centred
    drawn = (new - X.mean(axis=0)) / scale
    np.testing.assert_allclose(drawn.mean(axis=0), mean, atol=0.02)
    np.testing.assert_allclose(np.cov(drawn.T), covariance, atol=0.04)


def test_rows_are_not_sorted_by_component():
    """Any part of a sample holds every component in its share."""
    X, _ = make_blobs([150, 50], centers=[[0, 0], [9, 9]], random_state=0)
    new = GaussianMixtureTransferSet(random_state=0).fit(X).sample(20_000)
    second = new[:, 0] > 4.5
    for part in np.split(second, 20):
        assert part.mean() == pytest.approx(0.25, abs=0.06)


def test_categories_and_missing_go_with_their_component():
    """Their frequencies in each blob are those of the real rows there."""
    X, blob = make_blobs([300, 300], centers=[[0, 0], [9, 9]], random_state=0)
    rng = np.random.default_rng(0)
    category = np.where(blob == 0, rng.choice([1, 2], 600), rng.choice([2, 3], 600, p=[0.1, 0.9]))
    X = np.column_stack([X, category, rng.normal(size=600)])
    X[(blob == 1) & (rng.random(600) < 0.4), 3] = np.nan
    X[(blob == 0) & (rng.random(600) < 0.2), 2] = np.nan
    mixture = GaussianMixtureTransferSet(
        n_components=2, categorical_features=[2], random_state=0
    ).fit(X)
    new = mixture.sample(40_000)
    for side in (lambda rows: rows[:, 0] < 4.5, lambda rows: rows[:, 0] >= 4.5):
        old, drawn = X[side(X)], new[side(new)]
        for value in (1, 2, 3):
            share = (old[:, 2] == value).mean()
            assert (drawn[:, 2] == value).mean() == pytest.approx(share, abs=0.02)
        for j in (2, 3):
            assert np.isnan(drawn[:, j]).mean() == pytest.approx(
                np.isnan(old[:, j]).mean(), abs=0.02
            )


def test_categories_alone_have_components_too():
    """In a table of categories, components keep together what goes together."""
    rng = np.random.default_rng(0)
    kind = rng.integers(0, 2, 400)
    X = np.column_stack([np.where(rng.random(400) < 0.05, 1 - kind, kind) for _ in range(4)])
    mixture = GaussianMixtureTransferSet(
        n_components=2, categorical_features=[0, 1, 2, 3], random_state=0
    ).fit(X)
    new = mixture.sample(5000)
    np.testing.assert_allclose(np.corrcoef(new.T), np.corrcoef(X.T), atol=0.06)


def test_few_rows_in_many_columns():
    """No more components than rows allow, and the search is not led astray."""
    X = np.random.default_rng(0).normal(size=(40, 30))
    mixture = GaussianMixtureTransferSet(random_state=0).fit(X)
    assert mixture.n_components_ == 1
    assert GaussianMixtureTransferSet(n_components=99).fit(X[:3]).n_components_ == 3
    assert GaussianMixtureTransferSet(max_components=1).fit(X).bic_.shape == (1,)


@pytest.mark.parametrize(
    ("parameter", "values"),
    [
        ("n_components", [0, "aic", 1.5]),
        ("max_components", [0, None]),
        ("covariance_type", ["round"]),
    ],
)
def test_parameters(parameter, values):
    """Each is named with what it got."""
    for value in values:
        with pytest.raises(ValueError, match=f"'{parameter}' parameter of GaussianMixtureTr"):
            GaussianMixtureTransferSet(**{parameter: value}).fit(np.zeros((5, 2)))

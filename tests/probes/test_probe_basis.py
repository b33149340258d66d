"""Linear probes in closed form are least squares."""

import numpy as np
import pytest
from scipy import sparse

from skdistill.probes import _basis as _probe_basis
from skdistill.probes._basis import probe_basis
from skdistill.probes._lrh_report import probe_errors


def conjunctions(X, depth):
    """Indicators of all conjunctions of at most ``depth`` literals that are not constant."""
    literals = [X[:, [j]] == side for j in range(X.shape[1]) for side in (0, 1)]
    found, level = [], [np.ones((len(X), 1), dtype=bool)]
    for _ in range(depth):
        level = [f & literal for f in level for literal in literals]
        found += level
    F = np.unique(np.hstack(found), axis=1).astype(float)
    return F[:, (F.mean(axis=0) > 0) & (F.mean(axis=0) < 1)]


def least_squares(A, F, weight, penalty=0.0):
    """Weighted residual of the best probe with an intercept, by numpy's lstsq.

    ``penalty`` is on the squared coefficients of the standardised activations.
    """
    mean = weight @ A / weight.sum()
    scale = np.sqrt(weight @ (A - mean) ** 2 / weight.sum())
    root = np.sqrt(weight)[:, np.newaxis]
    A = root * (A - mean)[:, scale > 0] / scale[scale > 0]
    F = root * (F - weight @ F / weight.sum())
    rows = np.vstack([A, np.sqrt(penalty) * np.eye(A.shape[1])])
    wanted = np.vstack([F, np.zeros((A.shape[1], F.shape[1]))])
    left = wanted - rows @ np.linalg.lstsq(rows, wanted, rcond=None)[0]
    return (left**2).sum(axis=0), A


def network(X, width, rng):
    """Activations of a random hidden layer of some width, with a dead unit."""
    H = np.maximum(X @ rng.normal(size=(X.shape[1], width)) + rng.normal(size=width), 0)
    return np.column_stack([H, np.full(len(X), 3.0)])


def residuals(B, F, weight):
    """What the basis says: ||f - mean||² - ||Bᵀf||²."""
    variance = weight @ F**2 - (weight @ F) ** 2 / weight.sum()
    return variance - ((B.T @ F) ** 2).sum(axis=0)


@pytest.mark.parametrize("form", ["dense", "sparse"])
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("d", [3, 6, 8])
def test_residuals_are_those_of_least_squares(d, weighted, form):
    """On every conjunction, without ridge, with and without weights."""
    rng = np.random.default_rng(d)
    X = rng.integers(0, 2, size=(120, d)).astype(float)
    A, F = network(X, 20, rng), conjunctions(X, min(d, 3))
    weight = rng.uniform(0.2, 3.0, 120) if weighted else np.ones(120)
    given = A if form == "dense" else sparse.csr_matrix(A)
    B = probe_basis(given, weight, rank=256, ridge=0.0, rng=rng)
    expected, _ = least_squares(A, F, weight)
    np.testing.assert_allclose(residuals(B, F, weight), expected, atol=1e-8)
    # 20 units hold all functions of 3 bits, and not all of 6.
    assert (expected.max() < 1e-8) == (d == 3)


def test_leaves_of_a_forest():
    """Indicators of leaves, of lower rank than columns: still least squares."""
    rng = np.random.default_rng(0)
    X = rng.integers(0, 2, size=(150, 6)).astype(float)
    leaves = [X[:, :3] @ [4, 2, 1], X[:, 3:] @ [4, 2, 1], X[:, [0, 3]] @ [2, 1]]
    A = np.hstack([leaf[:, np.newaxis] == np.unique(leaf) for leaf in leaves]).astype(np.float32)
    F = conjunctions(X, 3)
    weight = rng.integers(1, 4, 150).astype(float)
    B = probe_basis(sparse.csr_matrix(A), weight, rank=256, ridge=0.0, rng=rng)
    expected, _ = least_squares(A.astype(float), F, weight)
    np.testing.assert_allclose(residuals(B, F, weight), expected, atol=1e-3)
    assert (expected < 1e-6).any()


@pytest.mark.parametrize("weighted", [False, True])
def test_ridge_is_ridge_regression(weighted):
    """The residual is the least of squared error and penalty together."""
    rng = np.random.default_rng(1)
    X = rng.integers(0, 2, size=(90, 6)).astype(float)
    A, F = network(X, 12, rng), conjunctions(X, 2)
    weight = rng.uniform(0.2, 3.0, 90) if weighted else np.ones(90)
    B = probe_basis(A, weight, rank=256, ridge=0.01, rng=rng)
    _, standardised = least_squares(A, F, weight)
    penalty = 0.01 * np.linalg.norm(standardised, 2) ** 2
    expected, _ = least_squares(A, F, weight, penalty)
    np.testing.assert_allclose(residuals(B, F, weight), expected, atol=1e-8)


@pytest.mark.parametrize("form", ["dense", "sparse"])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_randomised_path_is_close_to_the_exact_one(form, dtype, monkeypatch):
    """Where the rank is below the width, on a spectrum that falls as those of networks do."""
    rng = np.random.default_rng(2)
    X = rng.integers(0, 2, size=(400, 8)).astype(float)
    A = network(X, 200, rng).astype(dtype)
    A += 0.01 * rng.normal(size=A.shape).astype(dtype)
    F, weight = conjunctions(X, 3), rng.uniform(0.5, 2.0, 400)
    given = A if form == "dense" else sparse.csr_matrix(A)
    quick = probe_basis(given, weight, rank=30, ridge=1e-4, rng=rng)
    monkeypatch.setattr(_probe_basis, "_OVERSAMPLING", 400)  # then all directions are computed
    exact = probe_basis(given, weight, rank=30, ridge=1e-4, rng=rng)
    assert quick.shape == exact.shape == (400, 30)
    share = [residuals(B, F, weight) / residuals(B[:, :0], F, weight) for B in (quick, exact)]
    np.testing.assert_allclose(share[0], share[1], atol=0.04)
    assert share[1].min() < 0.1 < 0.4 < share[1].max()


def test_constant_activations_give_no_directions():
    """Nothing to read: a basis without columns, and one without the dead units."""
    rng = np.random.default_rng(0)
    dead = np.full((20, 3), 0.1, dtype=np.float32)
    for A in (dead, sparse.csr_matrix(dead), np.zeros((20, 3))):
        assert probe_basis(A, np.ones(20), rank=5, ridge=0.0, rng=rng).shape == (20, 0)
    alive = np.column_stack([dead, rng.normal(size=20)])
    assert probe_basis(alive, np.ones(20), rank=5, ridge=0.0, rng=rng).shape == (20, 1)


def test_scales_of_units_do_not_matter():
    """A unit in other units, or shifted, holds the same."""
    rng = np.random.default_rng(3)
    X = rng.integers(0, 2, size=(100, 5)).astype(float)
    A, F = network(X, 8, rng), conjunctions(X, 2)
    other = A * 10.0 ** rng.integers(-4, 5, A.shape[1]) + rng.normal(size=A.shape[1])
    bases = [probe_basis(V, np.ones(100), rank=4, ridge=1e-3, rng=rng) for V in (A, other)]
    found = [residuals(B, F, np.ones(100)) for B in bases]
    np.testing.assert_allclose(found[0], found[1], atol=1e-4)


@pytest.mark.parametrize("ridge", [0.0, 0.01])
@pytest.mark.parametrize("weighted", [False, True])
def test_left_out_errors_are_those_of_refitting(weighted, ridge):
    """Each row predicted by a probe that was fitted without it, by brute force."""
    rng = np.random.default_rng(4)
    n = 60
    X = rng.integers(0, 2, size=(n, 6)).astype(float)
    A, F = network(X, 10, rng), conjunctions(X, 2)
    weight = rng.uniform(0.2, 3.0, n) if weighted else np.ones(n)
    B = probe_basis(A, weight, rank=256, ridge=ridge, rng=rng)
    _, whole = least_squares(A, F, weight)
    penalty = ridge * np.linalg.norm(whole, 2) ** 2
    S = whole / np.sqrt(weight)[:, np.newaxis]  # standardised, once for all rows
    left = np.empty_like(F)
    for i in range(n):
        kept = np.arange(n) != i
        root = np.sqrt(weight[kept])[:, np.newaxis]
        rows = np.hstack([np.ones((n - 1, 1)), S[kept]]) * root
        shrink = np.sqrt(penalty) * np.eye(rows.shape[1])[1:]  # the intercept is free
        wanted = np.vstack([F[kept] * root, np.zeros((len(shrink), F.shape[1]))])
        probe = np.linalg.lstsq(np.vstack([rows, shrink]), wanted, rcond=None)[0]
        left[i] = F[i] - np.append(1.0, S[i]) @ probe
    expected = weight @ left**2 / weight.sum()
    np.testing.assert_allclose(probe_errors(F, B, weight), expected, rtol=1e-6)
    in_sample = residuals(B, F, weight) / weight.sum()
    if not ridge:
        assert (expected > in_sample).all()


def test_a_wide_basis_does_not_flatter_itself():
    """Noise with as many columns as half the rows fits anything, but predicts nothing."""
    rng = np.random.default_rng(5)
    X = rng.integers(0, 2, size=(200, 6)).astype(float)
    F = conjunctions(X, 2)
    B = probe_basis(rng.normal(size=(200, 100)), np.ones(200), rank=100, ridge=0.0, rng=rng)
    variance = F.var(axis=0)
    assert (residuals(B, F, np.ones(200)) / 200 / variance).mean() < 0.55
    assert (probe_errors(F, B, np.ones(200)) / variance).min() > 0.95

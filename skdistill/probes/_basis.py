"""Linear probes in closed form: an orthonormal basis of what a model represents.

The best linear probe of a function f from activations A leaves the residual
``||f||² - ||Bᵀf||²``, where B is an orthonormal basis of the centred columns of
A. So one decomposition serves every f, and the residual of a conjunction is a sum
over rows of B. Source: E. Boix-Adserà, "Towards a theory of model distillation",
arXiv:2403.09053, section 4.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import linalg, sparse

__all__ = ["probe_basis"]

# Passes of subspace iteration: the tail of the spectrum is flat in networks.
_PASSES = 2
_OVERSAMPLING = 16


def _scales(A: Any, weight: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Weighted mean and standard deviation of each activation, in float64."""
    total = weight.sum()
    if sparse.issparse(A):
        mean = (A.T @ weight) / total
        square = (A.multiply(A).T @ weight) / total
    else:
        mean = weight @ A / total
        square = np.einsum("i,ij,ij->j", weight, A, A, optimize=True) / total
    variance = np.maximum(square - mean**2, 0.0)
    # Below this the variance is rounding: the activation is constant.
    floor = 1e-6 if A.dtype == np.float32 else 1e-12
    variance[variance <= floor * np.maximum(square, np.finfo(np.float64).tiny)] = 0.0
    return mean, np.sqrt(variance)


class _Standardised:
    """``W^½ (A - mean) / scale`` as an operator: a sparse A stays sparse."""

    def __init__(self, A: Any, mean: np.ndarray, scale: np.ndarray, root: np.ndarray):
        self.A, self.root = A, root[:, np.newaxis].astype(A.dtype)
        self.inverse = (1.0 / scale)[:, np.newaxis].astype(A.dtype)
        self.mean = mean[np.newaxis].astype(A.dtype)

    def times(self, Q: np.ndarray) -> np.ndarray:
        Q = self.inverse * Q
        product: np.ndarray = self.root * (self.A @ Q - self.mean @ Q)
        return product

    def transposed_times(self, Q: np.ndarray) -> np.ndarray:
        Q = self.root * Q
        product: np.ndarray = self.inverse * (self.A.T @ Q - self.mean.T * Q.sum(axis=0))
        return product

    def dense(self) -> np.ndarray:
        A = self.A.toarray() if sparse.issparse(self.A) else self.A
        standardised: np.ndarray = self.root * (A - self.mean) * self.inverse.T
        return standardised


def _leading(S: _Standardised, width: int, rng: np.random.Generator) -> Any:
    """Leading left singular vectors and values, by randomised subspace iteration.

    Halko, Martinsson, Tropp, "Finding structure with randomness", SIAM Review
    53 (2011), algorithms 4.4 and 5.1.
    """
    n_columns = S.A.shape[1]
    Q = S.times(rng.standard_normal((n_columns, width)).astype(S.A.dtype))
    for _ in range(_PASSES):
        Q = linalg.qr(Q, mode="economic", overwrite_a=True, check_finite=False)[0]
        Z = linalg.qr(S.transposed_times(Q), mode="economic", overwrite_a=True, check_finite=False)[
            0
        ]
        Q = S.times(Z)
    Q = linalg.qr(Q, mode="economic", overwrite_a=True, check_finite=False)[0]
    small = S.transposed_times(Q).T
    # The left side of the small factor, by its Gram matrix in float64.
    small = small.astype(np.float64)
    value, vector = np.linalg.eigh(small @ small.T)
    order = np.argsort(value)[::-1]
    return Q @ vector[:, order], np.sqrt(np.maximum(value[order], 0.0))


def probe_basis(
    A: Any,
    weight: np.ndarray,
    *,
    rank: int,
    ridge: float,
    rng: np.random.Generator,
) -> np.ndarray:
    """Return a basis B such that a probe of f leaves ``||f - mean||² - ||Bᵀf||²``.

    Parameters
    ----------
    A : ndarray or csr_matrix of shape (n, n_activations)
        Activations, float32 or float64.
    weight : ndarray of shape (n,)
        Weights of the rows; norms are weighted by them.
    rank : int
        Maximum number of directions: those of largest variance, once every
        activation has variance one.
    ridge : float
        Shrinks a direction of variance v by v / (v + ridge * largest v).
    rng : Generator
        For the randomised decomposition, where the matrix is large.

    Returns
    -------
    B : ndarray of shape (n, n_directions)
        Weighted by the square root of ``weight``, so that ``Bᵀf`` of an
        indicator f is the sum of B over its rows. No columns where all
        activations are constant.

    Notes
    -----
    Costs O(n * n_activations * rank) time.
    """
    mean, scale = _scales(A, weight)
    varies = np.flatnonzero(scale)
    if len(varies) < A.shape[1]:
        A, mean, scale = A[:, varies], mean[varies], scale[varies]
    if not len(varies):
        return np.zeros((len(weight), 0))
    S = _Standardised(A, mean, scale, np.sqrt(weight))
    width = min(rank + _OVERSAMPLING, *A.shape)
    if min(A.shape) <= 2 * width and max(A.shape) * min(A.shape) <= 10**7:
        U, s, _ = linalg.svd(S.dense().astype(np.float64), full_matrices=False)
    else:
        U, s = _leading(S, width, rng)
    noise = np.finfo(A.dtype).eps * max(A.shape) ** 0.5
    kept = s[:rank] > max(noise, 1e-7) * s[0]
    U, s = U[:, :rank][:, kept], s[:rank][kept]
    shrink = s / np.sqrt(s**2 + ridge * s[0] ** 2)
    return np.ascontiguousarray(np.sqrt(weight)[:, np.newaxis] * U * shrink)

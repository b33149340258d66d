"""The transfer sets of the study, by name, and the baselines written plainly.

The baselines are what others use, as they use it: Gaussian kernels with one
averaged bandwidth (the favourite of the PRELIM study), MUNGE that copies from
the nearest neighbour to the row alone, and MUNGE on five neighbours likewise.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from sklearn.neighbors import KernelDensity, NearestNeighbors
from sklearn.preprocessing import StandardScaler

from _lib.few_rows import Cell
from skdistill import transfer

__all__ = ["BASELINE", "CEILING", "GENERATORS", "draw"]

BASELINE = "KDE, one bandwidth"
CEILING = "real rows"


class AveragedKernelDensity:
    """Gaussian kernels on standardised columns, with the mean of the columns' bandwidths.

    The bandwidth of a column is Silverman's: 0.9 min(deviation, interquartile
    range / 1.349) n^(-1/5).
    """

    def __init__(self, random_state: int):
        self.random_state = random_state

    def fit(self, X: np.ndarray) -> AveragedKernelDensity:
        self.scaler_ = StandardScaler().fit(X)
        Z = self.scaler_.transform(X)
        deviation = Z.std(axis=0, ddof=1)
        between = np.subtract(*np.percentile(Z, [75, 25], axis=0)) / 1.349
        narrow = np.where(between > 0, np.minimum(deviation, between), deviation)
        bandwidth = np.mean(0.9 * narrow * len(Z) ** -0.2)
        self.density_ = KernelDensity(bandwidth=bandwidth).fit(Z)
        return self

    def sample(self, n_samples: int) -> np.ndarray:
        rows = self.density_.sample(n_samples, random_state=self.random_state)
        return self.scaler_.inverse_transform(rows)


class OneSidedMunge:
    """Each value is drawn around a neighbour's with probability 1/2; the neighbour stays.

    Parameters
    ----------
    random_state : int
    n_neighbors : int
        The neighbour is a random one of so many nearest.
    local_variance : float
        The larger, the nearer the new value lies to the neighbour's.
    """

    def __init__(self, random_state: int, n_neighbors: int = 1, local_variance: float = 5.0):
        self.random_state = random_state
        self.n_neighbors = n_neighbors
        self.local_variance = local_variance

    def fit(self, X: np.ndarray) -> OneSidedMunge:
        Z = StandardScaler().fit_transform(X)
        index = NearestNeighbors(n_neighbors=self.n_neighbors).fit(Z)
        self.rows_, self.near_ = X, index.kneighbors(return_distance=False)
        return self

    def sample(self, n_samples: int) -> np.ndarray:
        rng = np.random.default_rng(self.random_state)
        own = rng.integers(len(self.rows_), size=n_samples)
        other = self.near_[own, rng.integers(self.n_neighbors, size=n_samples)]
        a, b = self.rows_[own], self.rows_[other]
        around = b + np.abs(a - b) / self.local_variance * rng.standard_normal(a.shape)
        return np.where(rng.random(a.shape) < 0.5, around, a)


def _shipped(name: str, **params: Any) -> Callable[[Cell], Any]:
    """An unfitted transfer set of the package."""

    def make(cell: Cell) -> Any:
        return getattr(transfer, name)(random_state=cell.seed, **params)

    return make


def _asking(name: str, **params: Any) -> Callable[[Cell], Any]:
    """One that queries the cell's teacher."""

    def make(cell: Cell) -> Any:
        return getattr(transfer, name)(cell.teacher, random_state=cell.seed, **params)

    return make


def _pool(cell: Cell) -> Any:
    return transfer.PoolTransferSet(pool=cell.pool, random_state=cell.seed)


def _both(cell: Cell) -> Any:
    parts = [
        ("local", transfer.LocalGaussianTransferSet()),
        ("kernels", transfer.KernelDensityTransferSet()),
    ]
    return transfer.MixtureTransferSet(transfer_sets=parts, random_state=cell.seed)


GENERATORS: dict[str, Callable[[Cell], Any]] = {
    BASELINE: lambda cell: AveragedKernelDensity(cell.seed),
    "MUNGE, one-sided, k=1, s=5": lambda cell: OneSidedMunge(cell.seed),
    "MUNGE, one-sided, k=5, s=1": lambda cell: OneSidedMunge(cell.seed, 5, 1.0),
    CEILING: _pool,
    "LocalGaussian": _shipped("LocalGaussianTransferSet"),
    "LocalGaussian, k=5, h=0.7": _shipped("LocalGaussianTransferSet", n_neighbors=5, spread=0.7),
    "LocalGaussian, half, and KernelDensity": _both,
    "KernelDensity": _shipped("KernelDensityTransferSet"),
    "Munge": _shipped("MungeTransferSet"),
    "Munge, k=1, s=5": _shipped("MungeTransferSet", n_neighbors=1, local_variance=5.0),
    "Munge, k=5, s=5": _shipped("MungeTransferSet", n_neighbors=5, local_variance=5.0),
    "Munge, k=20": _shipped("MungeTransferSet", n_neighbors=20),
    "GaussianMixture": _shipped("GaussianMixtureTransferSet"),
    "GaussianCopula": _shipped("GaussianCopulaTransferSet"),
    "Interpolation": _shipped("InterpolationTransferSet"),
    "ForestDensity": _shipped("ForestDensityTransferSet"),
    "Noise": _shipped("NoiseTransferSet"),
    "Marginal": _shipped("MarginalTransferSet"),
    "Uniform": _shipped("UniformTransferSet"),
    "Boundary": _asking("BoundaryTransferSet"),
    "Uncertainty": _asking("UncertaintyTransferSet"),
    "Committee": _asking("CommitteeTransferSet"),
}


def draw(name: str, cell: Cell, n_samples: int) -> np.ndarray:
    """Fit a transfer set on the labelled rows of a cell and draw from it.

    Parameters
    ----------
    name : str
        One of ``GENERATORS``.
    cell : Cell
    n_samples : int
        The pool of real rows may have fewer.

    Returns
    -------
    rows : ndarray of shape (n_samples, d)
    """
    if name == CEILING:
        n_samples = min(n_samples, len(cell.pool))
    return np.asarray(GENERATORS[name](cell).fit(cell.X).sample(n_samples))

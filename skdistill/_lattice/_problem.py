"""What a search over conjunctions is given, and the errors that it compares."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from skdistill._lattice._incidence import BinnedIncidence, DenseIncidence, incidence
from skdistill._lattice._literals import Literals

__all__ = ["TINY", "Problem", "impurity", "leaf_error"]

TINY = 1e-12


@dataclass(frozen=True)
class Problem:
    """Labelled rows and literals, as a search reads them.

    Parameters
    ----------
    incidence : DenseIncidence or BinnedIncidence
        Which rows satisfy which literals.
    literals : Literals
    targets : ndarray of shape (n, n_targets)
        One-hot or soft labels, or values, of each row.
    weight : ndarray of shape (n,)
    basis : ndarray of shape (n, rank)
        Orthonormal basis of what a model represents, weighted by the square
        root of ``weight``: the residual of the best linear probe of an
        indicator f is ``||f - mean||² - ||Bᵀf||²``. Without columns, splits are
        chosen by labels alone.
    classification : bool
        Whether a leaf's error is disagreement, or squared error.
    """

    incidence: DenseIncidence | BinnedIncidence
    literals: Literals
    targets: np.ndarray
    weight: np.ndarray
    basis: np.ndarray
    classification: bool

    @classmethod
    def of_rows(
        cls,
        X: np.ndarray,
        literals: Literals,
        targets: np.ndarray,
        weight: np.ndarray,
        *,
        classification: bool,
        basis: np.ndarray | None = None,
    ) -> Problem:
        """Return the problem of rows of shape (n, n_features), dtype float32."""
        basis = np.zeros((len(X), 0)) if basis is None else basis
        return cls(incidence(X, literals), literals, targets, weight, basis, classification)


def leaf_error(sums: np.ndarray, classification: bool) -> np.ndarray:
    """Return the error of the best prediction of a leaf.

    Parameters
    ----------
    sums : ndarray of shape (..., 2 + n_targets, n)
        Weight, weighted squared norm of the targets, and weighted targets.
    classification : bool
        Disagreement with the most frequent class; squared error otherwise.
    """
    if classification:
        disagreement: np.ndarray = np.maximum(sums[..., 0, :] - sums[..., 2:, :].max(axis=-2), 0.0)
        return disagreement
    return impurity(sums)


def impurity(sums: np.ndarray) -> np.ndarray:
    """Squared error of the targets about their mean (Gini impurity times mass if one-hot)."""
    mean_square = (sums[..., 2:, :] ** 2).sum(axis=-2) / np.maximum(sums[..., 0, :], TINY)
    squared_error: np.ndarray = np.maximum(sums[..., 1, :] - mean_square, 0.0)
    return squared_error

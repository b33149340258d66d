"""Noise on rows: normal on numbers, redrawn categories; missing values stay missing."""

from __future__ import annotations

import numpy as np

from skdistill.transfer._tables._draws import Draws
from skdistill.transfer._tables._marginals import PointMasses
from skdistill.transfer._tables._table import MISSING, Encoded

__all__ = ["perturb"]


def perturb(
    rows: Encoded,
    masses: PointMasses,
    deviations: np.ndarray,
    redraw: np.ndarray,
    shares: list[np.ndarray],
    draws: Draws,
) -> Encoded:
    """Add noise to rows, in place.

    Parameters
    ----------
    rows : Encoded
        Copies of real rows.
    masses : PointMasses
        Numbers on one get no noise.
    deviations : ndarray of shape (n_numeric,)
        Standard deviation of the normal noise.
    redraw : ndarray of shape (n_categorical,)
        Probability that a category is drawn anew, perhaps the same.
    shares : list of ndarray of shape (n_categories,)
        Where it is drawn from.
    draws : Generator or RowDraws

    Returns
    -------
    rows : Encoded
        The same object.
    """
    numbers, codes = rows.numbers, rows.codes
    noise = draws.standard_normal(numbers.shape, dtype=numbers.dtype)
    noise *= deviations.astype(numbers.dtype)
    noise[masses.holds(numbers)] = 0
    numbers += noise
    uniform = draws.random(codes.shape)
    for k, share in enumerate(shares):
        # Given that it lies below ``redraw``, the same number is uniform there.
        chosen = np.flatnonzero((uniform[:, k] < redraw[k]) & (codes[:, k] != MISSING))
        place = np.cumsum(share).searchsorted(uniform[chosen, k] / redraw[k], side="right")
        codes[chosen, k] = np.minimum(place, len(share) - 1)
    return rows

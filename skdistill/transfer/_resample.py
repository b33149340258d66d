"""Rows kept by weight, with as little chance as possible."""

from __future__ import annotations

import numpy as np

__all__ = ["keep_by_weight"]


def keep_by_weight(weight: np.ndarray, size: int, rng: np.random.Generator) -> np.ndarray:
    """Draw positions in proportion to weights, by systematic resampling.

    Parameters
    ----------
    weight : ndarray of shape (n,)
        At least zero; all alike where all are zero.
    size : int
        How many positions.
    rng : Generator

    Returns
    -------
    positions : ndarray of shape (size,), dtype intp
        In random order. Row i is expected size * weight_i / sum(weight) times
        and comes that often, rounded down or up: nothing repeats before its
        weight is due twice.
    """
    total = weight.sum()
    share = weight / total if total > 0 else np.full(len(weight), 1.0 / len(weight))
    # In a random order, so that rows next to each other are not kept together or not at all.
    order = rng.permutation(len(weight))
    bounds = np.cumsum(share[order])
    marks = (rng.random() + np.arange(size)) * (bounds[-1] / max(size, 1))
    kept = np.minimum(np.searchsorted(bounds, marks, side="right"), len(weight) - 1)
    return rng.permutation(order[kept])

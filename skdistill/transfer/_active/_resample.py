"""Rows kept by weight, with as little chance as possible."""

from __future__ import annotations

import numpy as np

__all__ = ["CHOICE", "keep_by_weight"]

# Candidates for each row that is kept: with so many, none is kept twice.
CHOICE = 4


def _capped_shares(weight: np.ndarray, cap: float) -> np.ndarray:
    """Shares in proportion to weights, none above ``cap``, of shape (n,).

    What is cut off goes to the others in proportion, and where these weigh
    nothing, to all of them alike. ``cap`` is at least 1 / n.
    """
    share, free = np.zeros(len(weight)), np.ones(len(weight), dtype=bool)
    left = 1.0
    while free.any():
        total = weight[free].sum()
        part = weight[free] / total if total > 0 else 1.0 / free.sum()
        share[free] = left * part
        above = free & (share > cap)
        if not above.any():
            break
        share[above] = cap
        free &= ~above
        left = max(1.0 - cap * (~free).sum(), 0.0)
    return share


def keep_by_weight(weight: np.ndarray, size: int, rng: np.random.Generator) -> np.ndarray:
    """Draw positions in proportion to weights, by systematic resampling.

    Parameters
    ----------
    weight : ndarray of shape (n,)
        At least zero.
    size : int
        How many positions.
    rng : Generator

    Returns
    -------
    positions : ndarray of shape (size,), dtype intp
        In random order. Row i is expected size * weight_i / sum(weight) times
        and comes that often, rounded down or up, but never much more than four
        times as often as the mean row: what it would come beyond goes to the
        others. So none comes twice where there are four candidates a row.
    """
    n = len(weight)
    cap = np.ceil(CHOICE * size / n) / max(size, 1)
    # In a random order, so that rows next to each other are not kept together or not at all.
    order = rng.permutation(n)
    bounds = np.cumsum(_capped_shares(weight[order], max(cap, 1.0 / n)))
    marks = (rng.random() + np.arange(size)) * (bounds[-1] / max(size, 1))
    kept = np.minimum(np.searchsorted(bounds, marks, side="right"), n - 1)
    return rng.permutation(order[kept])

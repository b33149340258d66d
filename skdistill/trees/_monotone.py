"""Whether a tree predicts monotonically."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

__all__ = ["is_monotone"]


def is_monotone(
    left: Sequence[int],
    right: Sequence[int],
    feature: Sequence[int],
    threshold: Sequence[float],
    predictions: Sequence[float],
    monotonic: np.ndarray,
) -> bool:
    """Whether no step along a constrained column goes the wrong way.

    Two leaves are compared where rows of both differ in that column alone, that
    is where their boxes overlap in every other column. O(leaves² * columns).

    Parameters
    ----------
    left, right, feature : sequence of int
        Children of each node, -1 in a leaf; column.
    threshold : sequence of float
        A row goes left where its value, or its interval, is at most that.
    predictions : sequence of float
        The prediction of each leaf: a value, or the share of the second class.
    monotonic : ndarray of shape (n_features,)
        1, -1 or 0 for each column.

    Returns
    -------
    monotone : bool
    """
    everything = np.full(len(monotonic), np.inf)
    boxes = {0: (-everything, everything)}
    leaves, stack = [], [0]
    while stack:
        node = stack.pop()
        if left[node] == -1:
            leaves.append(node)
            continue
        low, high = boxes[node]
        column, cut = feature[node], threshold[node]
        for child in (left[node], right[node]):
            boxes[child] = (low.copy(), high.copy())
            stack.append(child)
        boxes[left[node]][1][column] = min(high[column], cut)
        boxes[right[node]][0][column] = max(low[column], cut)
    below, above = (np.array([boxes[leaf][side] for leaf in leaves]) for side in (0, 1))
    value = np.array([predictions[leaf] for leaf in leaves])
    rise = value - value[:, np.newaxis]  # from leaf i to leaf j
    # Columns in which the boxes (low, high] of leaves i and j do not meet.
    meet = np.maximum(below[:, np.newaxis], below) < np.minimum(above[:, np.newaxis], above)
    apart = (~meet).sum(axis=2)
    for column in np.flatnonzero(monotonic).tolist():
        beside = apart == ~meet[:, :, column]  # they meet in all the other columns
        beyond = below[:, column] >= above[:, np.newaxis, column]  # leaf j above leaf i
        if np.any(beside & beyond & (monotonic[column] * rise < -1e-12)):
            return False
    return True

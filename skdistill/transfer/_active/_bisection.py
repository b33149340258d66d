"""Halving the way between two rows of any columns, many pairs at once."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from skdistill.transfer._tables import Encoded

__all__ = ["bisect", "halfway"]


def halfway(near: Encoded, far: Encoded, whole: np.ndarray, rng: np.random.Generator) -> Encoded:
    """Return rows half way between the rows of two sets.

    Parameters
    ----------
    near, far : Encoded
        n rows each.
    whole : ndarray of shape (n_numeric,), dtype bool
        Columns of whole numbers.
    rng : Generator

    Returns
    -------
    middle : Encoded
        Numbers are the mean of both, whole ones rounded at random where that
        is a tie. Of the categories in which a pair differs a random half comes
        from either row, and of the entries that one of both lacks too.
    """
    numbers = near.numbers + (far.numbers - near.numbers) / 2
    coin = rng.random((len(numbers), int(whole.sum()))) < 0.5
    numbers[:, whole] = np.floor(numbers[:, whole] + 0.5 * coin)
    one_missing = np.isnan(near.numbers) != np.isnan(far.numbers)
    switch = np.hstack([one_missing, near.codes != far.codes])
    keys = np.where(switch, rng.random(switch.shape), np.inf)
    rank = np.argsort(np.argsort(keys, axis=1), axis=1)
    count = switch.sum(axis=1) / 2.0 + 0.5 * (rng.random(len(numbers)) < 0.5)
    from_far = switch & (rank < np.floor(count)[:, np.newaxis])
    width = numbers.shape[1]
    numbers = np.where(one_missing, near.numbers, numbers)
    numbers = np.where(from_far[:, :width], far.numbers, numbers)
    return Encoded(numbers, np.where(from_far[:, width:], far.codes, near.codes))


def _equal(one: Encoded, other: Encoded) -> np.ndarray:
    """Which rows of two sets are equal, a missing entry to a missing one."""
    same = (one.numbers == other.numbers) | (np.isnan(one.numbers) & np.isnan(other.numbers))
    return np.asarray(same.all(axis=1) & (one.codes == other.codes).all(axis=1))


def bisect(
    near: Encoded,
    far: Encoded,
    labels: np.ndarray,
    label: Callable[[Encoded], np.ndarray],
    *,
    n_steps: int,
    whole: np.ndarray,
    rng: np.random.Generator,
) -> tuple[Encoded, Encoded]:
    """Close in on a change of label between the rows of each pair.

    Parameters
    ----------
    near, far : Encoded
        n rows each; the label of ``far`` is another one than that of ``near``.
    labels : ndarray of shape (n,)
        Those of ``near``.
    label : callable
        ``label(rows)`` returns labels. It is called once a step, with the
        middles of all pairs that have one.
    n_steps : int
        Halvings.
    whole : ndarray of shape (n_numeric,), dtype bool
        Columns of whole numbers.
    rng : Generator

    Returns
    -------
    near, far : Encoded
        The label still changes between them, and each number has come nearer
        by 2^n_steps.
    """
    near, far = near.copy(), far.copy()
    for _ in range(n_steps):
        middle = halfway(near, far, whole, rng)
        # Rows with nothing between them (one category, one unit) are not queried.
        open_pairs = np.flatnonzero(~_equal(middle, near) & ~_equal(middle, far))
        if not len(open_pairs):
            continue
        middle = middle.take(open_pairs)
        stays = label(middle) == labels[open_pairs]
        for side, moved in ((near, stays), (far, ~stays)):
            side.numbers[open_pairs[moved]] = middle.numbers[moved]
            side.codes[open_pairs[moved]] = middle.codes[moved]
    return near, far

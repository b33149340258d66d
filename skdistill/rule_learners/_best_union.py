"""The best few of many conjunctions for one class, by mixed-integer programming."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp

__all__ = ["Union", "best_union"]


@dataclass(frozen=True)
class Union:
    """Which candidates were chosen.

    Parameters
    ----------
    chosen : ndarray of int
        Their places, ascending.
    proven : bool
        Whether no other choice is worth more.
    """

    chosen: np.ndarray
    proven: bool


def best_union(
    covers: np.ndarray,
    gain: np.ndarray,
    lengths: np.ndarray,
    *,
    cost: float,
    max_rules: int,
    max_conditions: int,
    time_limit: float,
) -> Union | None:
    """Choose the candidates whose union gains most.

    Parameters
    ----------
    covers : ndarray of bool of shape (n_candidates, n_rows)
    gain : ndarray of shape (n_rows,)
        Of each row, if any of the chosen covers it; positive or negative.
    lengths : ndarray of int of shape (n_candidates,)
        Conditions of each.
    cost : float
        Of a condition.
    max_rules, max_conditions : int
        Maximum numbers of candidates, and of conditions in all.
    time_limit : float
        Seconds that the solver may take.

    Returns
    -------
    union : Union or None
        None where the solver found nothing in its time.

    Notes
    -----
    With x_j for "candidate j is chosen" and z_p for "the rows p are covered",
    maximise sum_p gain_p z_p - cost sum_j length_j x_j. Rows that the same
    candidates cover are one p. Where gain_p > 0, z_p <= sum of x_j over those
    that cover p; where gain_p < 0, z_p >= x_j for each of them.
    """
    patterns, sums = _patterns(covers, gain)
    n, m = len(patterns), len(covers)
    rewards = np.flatnonzero(sums > 0)
    row, column = np.nonzero(patterns)
    good = np.isin(row, rewards)
    bad = np.flatnonzero(~good)
    of_reward = np.searchsorted(rewards, row[good])
    # z_p - sum_j x_j <= 0 for what is worth covering, x_j - z_p <= 0 for what is not.
    gains = sparse.csr_matrix(
        (-np.ones(good.sum()), (of_reward, column[good])), shape=(len(rewards), m)
    )
    picks = sparse.csr_matrix(
        (np.ones(len(rewards)), (np.arange(len(rewards)), rewards)), (len(rewards), n)
    )
    one = np.arange(len(bad))
    loses = sparse.csr_matrix((np.ones(len(bad)), (one, column[bad])), shape=(len(bad), m))
    pays = sparse.csr_matrix((-np.ones(len(bad)), (one, row[bad])), shape=(len(bad), n))
    budget = np.zeros((2, m + n))
    budget[0, :m], budget[1, :m] = 1.0, lengths
    linear = sparse.block_array([[gains, picks], [loses, pays]], format="csr")
    solved = milp(
        np.concatenate([cost * lengths, -sums]),
        integrality=np.repeat([1, 0], [m, n]),
        bounds=Bounds(0, 1),
        constraints=[
            LinearConstraint(linear, ub=0.0),
            LinearConstraint(budget, ub=[max_rules, max_conditions]),
        ],
        options={"time_limit": time_limit},
    )
    if solved.x is None:
        return None
    return Union(np.flatnonzero(solved.x[:m] > 0.5), proven=solved.status == 0)


def _patterns(covers: np.ndarray, gain: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Rows that the same candidates cover, and their gain together.

    Returns
    -------
    patterns : ndarray of bool of shape (n_patterns, n_candidates)
        Those that some candidate covers and where gains do not cancel.
    sums : ndarray of shape (n_patterns,)
    """
    packed = np.packbits(covers, axis=0).T
    found, place = np.unique(packed, axis=0, return_inverse=True)
    sums = np.bincount(place.ravel(), gain, minlength=len(found))
    patterns = np.unpackbits(found, axis=1, count=len(covers)).astype(bool)
    kept = patterns.any(axis=1) & (sums != 0)
    return patterns[kept], sums[kept]

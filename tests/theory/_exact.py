"""Probabilities of missing, computed without any chance; for the tests of bounds."""

import numpy as np
from scipy.stats import binom


def most_errors_refuting(bound, p, n_rows, delta):
    """For each n, the largest k with bound(k, n) < p; -1 where there is none.

    A bound grows with k, so bisection over k finds it.
    """
    low, high = np.full(len(n_rows), -1), n_rows.copy()  # at k = n the bound is 1
    while np.any(high - low > 1):
        middle = (low + high) // 2
        refutes = bound(np.maximum(middle, 0), n_rows, delta) < p
        refutes &= middle >= 0
        low, high = np.where(refutes, middle, low), np.where(refutes, high, middle)
    return low


def miss_at_one_look(bound, p, n, delta):
    """P[bound(K, n) < p] for K ~ Bin(n, p)."""
    k = most_errors_refuting(bound, p, np.array([n]), delta)[0]
    return binom.cdf(k, n, p) if k >= 0 else 0.0


def miss_at_any_look(bound, p, horizon, delta, first=1):
    """P[bound(K_n, n) < p for some n from first to horizon], by dynamic programming.

    The chance of each count of errors is carried from row to row; what has
    missed once is taken out.
    """
    refuting = most_errors_refuting(bound, p, np.arange(1, horizon + 1), delta)
    chance = np.zeros(horizon + 2)
    chance[0], missed = 1.0, 0.0
    for n in range(1, horizon + 1):
        chance[1:] = chance[1:] * (1 - p) + chance[:-1] * p
        chance[0] *= 1 - p
        k = refuting[n - 1]
        if n >= first and k >= 0:
            missed += chance[: k + 1].sum()
            chance[: k + 1] = 0.0
    return missed

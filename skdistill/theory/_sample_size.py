"""How many rows a certificate will need."""

from __future__ import annotations

import numpy as np
from scipy.stats import binom

from skdistill._validation import Number
from skdistill.theory._checks import OPEN_UNIT, check_number

__all__ = ["certificate_sample_size"]


def _rows_for(n_errors: np.ndarray, epsilon: float, delta: float) -> np.ndarray:
    """Fewest rows on which each number of errors certifies epsilon at level delta.

    That is the least n with P[Bin(n, epsilon) <= n_errors] <= delta, by
    bisection between numbers too small and large enough.
    """
    low, high = n_errors.copy(), 2 * n_errors + 2
    while np.any(short := binom.cdf(n_errors, high, epsilon) > delta):
        low, high = np.where(short, high, low), np.where(short, 2 * high, high)
    while np.any(high - low > 1):
        middle = (low + high) // 2
        enough = binom.cdf(n_errors, middle, epsilon) <= delta
        low, high = np.where(enough, low, middle), np.where(enough, middle, high)
    return high


def certificate_sample_size(
    epsilon: float, delta: float = 0.05, *, expected: float = 0.0, power: float = 0.9
) -> int:
    """Return how many fresh rows a certificate of disagreement will need.

    With k errors allowed, the exact binomial bound is at most epsilon from
    n_k rows on, the least n with P[Bin(n, epsilon) <= k] <= delta. If the
    student really disagrees on a share ``expected``, at most k errors are seen
    with probability P[Bin(n_k, expected) <= k]. The answer is n_k for the least
    k where this reaches ``power``.

    Parameters
    ----------
    epsilon : float
        What is to be certified: disagreement on at most this share of rows, in
        (0, 1).
    delta : float, default=0.05
        Of the certificate, in (0, 1).
    expected : float, default=0.0
        The disagreement that you expect, in [0, epsilon). With 0 not a single
        error is planned for.
    power : float, default=0.9
        Required probability of success, in (0, 1).

    Returns
    -------
    n_rows : int
        Draw exactly so many: one row more may allow no further error, and then
        lowers the power a little.

    Raises
    ------
    ValueError
        If a number is out of its range.

    See Also
    --------
    fidelity_certificate : What the rows are for.

    Notes
    -----
    No student is fitted on these rows, so their number does not depend on how
    complex the student is. Time grows as 1 / (epsilon - expected)^2.

    Examples
    --------
    >>> from skdistill.theory import certificate_sample_size
    >>> certificate_sample_size(0.05)  # ln(0.05) / ln(1 - 0.05), rounded up
    59
    >>> certificate_sample_size(0.05, delta=0.05, expected=0.03, power=0.9)
    832
    """
    check_number("epsilon", epsilon, OPEN_UNIT)
    check_number("delta", delta, OPEN_UNIT)
    check_number("power", power, OPEN_UNIT)
    check_number("expected", expected, Number(0, 1, closed="left"))
    if expected >= epsilon:
        raise ValueError(
            f"expected must be below epsilon, got {expected!r} and epsilon={epsilon!r}: what is "
            "not true cannot be certified."
        )
    most = 1
    while True:
        # Steps of whole rows make the power wobble in k: look at every k.
        n_errors = np.arange(most)
        n_rows = _rows_for(n_errors, epsilon, delta)
        enough = binom.cdf(n_errors, n_rows, expected) >= power
        if enough.any():
            return int(n_rows[np.argmax(enough)])
        most *= 2

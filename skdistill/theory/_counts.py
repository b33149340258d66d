"""Upper bounds on the share of errors, from the number that was seen.

All are one-sided: the true share is above the bound with probability at most
delta, whatever the share is.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.special import betainc, betainccinv, betaln, xlog1py, xlogy
from scipy.stats import hypergeom

from skdistill.theory._checks import OPEN_UNIT, check_counts, check_number

__all__ = ["binomial_upper_bound", "hypergeometric_upper_bound", "sequential_binomial_bound"]


def binomial_upper_bound(n_errors: Any, n_rows: Any, delta: float = 0.05) -> Any:
    """Bound the share of errors from independent rows: Clopper and Pearson, one-sided.

    The bound is the largest share p under which as few errors as were seen
    still have a probability of delta, P[Bin(n, p) <= k] >= delta; a larger
    true share would have shown more of them with probability 1 - delta. Since
    P[Bin(n, p) <= k] = P[Beta(k + 1, n - k) >= p], it is a quantile of that
    Beta distribution.

    Parameters
    ----------
    n_errors : int or array-like of int
        Errors seen, k.
    n_rows : int or array-like of int
        Independent rows looked at, n.
    delta : float, default=0.05
        Allowed probability that the bound is wrong, in (0, 1).

    Returns
    -------
    bound : float or ndarray
        Upper bound on the share of errors.

    Raises
    ------
    ValueError
        If delta is outside (0, 1), there is no row, or the errors are not
        between 0 and the number of rows.

    See Also
    --------
    hypergeometric_upper_bound : Where the rows were drawn from a finite pool.
    sequential_binomial_bound : Where one looks more than once.

    References
    ----------
    C. J. Clopper and E. S. Pearson, "The use of confidence or fiducial limits
    illustrated in the case of the binomial", Biometrika 26 (1934),
    doi:10.1093/biomet/26.4.404.

    Examples
    --------
    >>> from skdistill.theory import binomial_upper_bound
    >>> round(binomial_upper_bound(0, 100, delta=0.05), 4)  # about 3 / n
    0.0295
    >>> binomial_upper_bound([0, 5, 100], 100).round(3)
    array([0.03 , 0.102, 1.   ])
    """
    check_number("delta", delta, OPEN_UNIT)
    k, n = check_counts(n_errors, n_rows)
    bound = np.where(k < n, betainccinv(k + 1, np.maximum(n - k, 1), delta), 1.0)
    return bound[()] if bound.ndim else float(bound)


def hypergeometric_upper_bound(
    n_errors: Any, n_rows: Any, pool_size: Any, delta: float = 0.05
) -> Any:
    """Bound the number of errors in a finite pool from rows drawn without replacement.

    The bound is the largest number M of errors in the pool under which as few
    as were seen still have a probability of delta,
    P[Hypergeometric(N, M, n) <= k] >= delta. That probability falls as M grows,
    so bisection finds it. Rows that were looked at are no longer in doubt: with
    the whole pool seen, the bound is what was counted.

    Parameters
    ----------
    n_errors : int or array-like of int
        Errors seen, k.
    n_rows : int or array-like of int
        Rows drawn, n.
    pool_size : int or array-like of int
        Rows in the pool, N, those drawn included.
    delta : float, default=0.05
        Allowed probability that the bound is wrong, in (0, 1).

    Returns
    -------
    bound : int or ndarray of int
        Upper bound on the number of errors in the pool.

    Raises
    ------
    ValueError
        If delta is outside (0, 1), the counts are impossible, or more rows
        were drawn than the pool holds.

    See Also
    --------
    binomial_upper_bound : Where there is no end of rows.

    Examples
    --------
    >>> from skdistill.theory import hypergeometric_upper_bound
    >>> hypergeometric_upper_bound(3, 400, 1000)  # binomial: 19.3 of 1000
    16
    >>> hypergeometric_upper_bound(3, 1000, 1000)
    3
    """
    check_number("delta", delta, OPEN_UNIT)
    k, n = check_counts(n_errors, n_rows)
    pool = np.asarray(pool_size)
    if pool.dtype.kind not in "iu":
        raise ValueError(f"pool_size must be a whole number, got {pool_size!r}.")
    k, n, pool = np.broadcast_arrays(k, n, pool.astype(np.float64))
    if np.any(n > pool):
        raise ValueError(
            f"pool_size must be at least the number of rows drawn from it, got {pool_size!r} for "
            f"{int(np.max(n))} rows."
        )
    low, high = k.copy(), pool - n + k  # all that nobody has seen are errors
    while np.any(low < high):
        middle = np.ceil((low + high) / 2)
        possible = hypergeom.cdf(k, pool, middle, n) >= delta * (1 - 1e-12)
        low, high = np.where(possible, middle, low), np.where(possible, high, middle - 1)
    bound = low.astype(np.int64)
    return bound if bound.ndim else int(bound)


def _log_mixture(k: np.ndarray, n: np.ndarray, p: np.ndarray) -> np.ndarray:
    """Log of the mean likelihood over [0, p], relative to that at p."""
    mean = betaln(k + 1, n - k + 1) + np.log(betainc(k + 1, n - k + 1, p)) - np.log(p)
    log_mixture: np.ndarray = mean - xlogy(k, p) - xlog1py(n - k, -p)
    return log_mixture


def sequential_binomial_bound(n_errors: Any, n_rows: Any, delta: float = 0.05) -> Any:
    """Bound the share of errors at every look at once: a one-sided mixture martingale.

    For a true share p, the likelihood ratio of any other share q against it is
    a martingale in the number of rows, and so is its mean over all q in
    [0, p],

        M_n(p) = 1/p * integral_0^p (q/p)^k ((1-q)/(1-p))^(n-k) dq.

    By Ville's inequality it ever reaches 1/delta with probability at most
    delta. The bound is the largest p with M_n(p) < 1/delta, so it holds at all
    n together, and one may stop on what one sees. The integral is an incomplete
    Beta function; M_n(p) grows in p from (k+1)/(n+1) on, so bisection finds the
    bound.

    Parameters
    ----------
    n_errors : int or array-like of int
        Errors seen so far, k.
    n_rows : int or array-like of int
        Independent rows looked at so far, n.
    delta : float, default=0.05
        Allowed probability that the bound is wrong at any look, in (0, 1).

    Returns
    -------
    bound : float or ndarray
        Upper bound on the share of errors. The least one over all looks so far
        holds too.

    Raises
    ------
    ValueError
        As in :func:`binomial_upper_bound`.

    See Also
    --------
    SequentialCertificate : Keeps the count.
    sequential_betting_bound : For losses between 0 and 1.

    References
    ----------
    H. Robbins, "Statistical methods related to the law of the iterated
    logarithm", Annals of Mathematical Statistics 41 (1970),
    doi:10.1214/aoms/1177696786, is the mixture over all q; leaving out those
    above p, which speak for a larger share, makes it one-sided and tighter.

    Examples
    --------
    >>> from skdistill.theory import binomial_upper_bound, sequential_binomial_bound
    >>> round(binomial_upper_bound(30, 1000), 4), round(sequential_binomial_bound(30, 1000), 4)
    (0.0405, 0.0485)
    """
    check_number("delta", delta, OPEN_UNIT)
    k, n = check_counts(n_errors, n_rows)
    low, high = (k + 1) / (n + 1), np.ones_like(k)
    for _ in range(60):
        middle = (low + high) / 2
        # At p = 1 a single agreement refutes; the mixture is infinite there.
        with np.errstate(divide="ignore"):
            refuted = _log_mixture(k, n, middle) >= -np.log(delta)
        low, high = np.where(refuted, low, middle), np.where(refuted, middle, high)
    return high[()] if high.ndim else float(high)

"""Upper bounds on a mean of losses between 0 and 1, by betting against it.

After I. Waudby-Smith and A. Ramdas, "Estimating means of bounded random
variables by betting", J. R. Statist. Soc. B 86 (2024),
doi:10.1093/jrsssb/qkad009.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from skdistill.theory._checks import AT_LEAST_ONE, OPEN_UNIT, check_number

__all__ = ["betting_upper_bound", "check_losses", "sequential_betting_bound"]

# The largest share of the capital that one row can lose.
_MOST_AT_STAKE = 0.75
# Before the first row: the variance of a fair coin, and a mean to match.
_PRIOR_MEAN, _PRIOR_VARIANCE = 0.5, 0.25


def check_losses(losses: Any) -> np.ndarray:
    """Return losses as floats; they must be finite, in [0, 1] and at least one."""
    values = np.asarray(losses, dtype=np.float64)
    if values.ndim == 0 or not values.shape[-1]:
        raise ValueError("There are no losses to bound: give at least one row.")
    if np.isnan(values).any():
        raise ValueError("The losses contain NaN. Leave those rows out, or count them as 1.")
    if values.min() < 0 or values.max() > 1:
        raise ValueError(
            f"Losses must lie in [0, 1], got values from {values.min():.4g} to "
            f"{values.max():.4g}. Cap them and divide by the cap."
        )
    return values


def _stakes(losses: np.ndarray, delta: float, horizon: np.ndarray | float) -> np.ndarray:
    """What to bet on each row, from the rows before it alone.

    The growth of the capital is best near sqrt(2 ln(1/delta) / (n sigma^2));
    the variance is estimated as one goes.

    Parameters
    ----------
    losses : ndarray of shape (..., n)
    delta : float
    horizon : float or ndarray of shape (n,)
        n where one look is taken at the end; t ln(1 + t) where one may look
        after any row t.

    Returns
    -------
    stakes : ndarray of shape (..., n)
    """
    t = np.arange(1, losses.shape[-1] + 1)
    mean = (_PRIOR_MEAN + np.cumsum(losses, axis=-1)) / (t + 1)
    variance = (_PRIOR_VARIANCE + np.cumsum((losses - mean) ** 2, axis=-1)) / (t + 1)
    before = np.empty_like(variance)
    before[..., 0], before[..., 1:] = _PRIOR_VARIANCE, variance[..., :-1]
    stakes: np.ndarray = np.sqrt(-2.0 * np.log(delta) / (horizon * before))
    return stakes


def _refuted(
    mean: np.ndarray, losses: np.ndarray, stakes: np.ndarray, delta: float, pool_size: int | None
) -> np.ndarray:
    """Whether betting that the mean is below ``mean`` ever made 1 into 1/delta.

    Parameters
    ----------
    mean : ndarray of shape (...,)
        The mean that is bet against.
    losses, stakes : ndarray of shape (..., n)
    delta : float
    pool_size : int or None
        With a pool, what a row is expected to cost depends on what is left.

    Returns
    -------
    refuted : ndarray of shape (...,), dtype bool
    """
    expected = mean[..., np.newaxis]
    if pool_size is not None:
        n = losses.shape[-1]
        seen = np.cumsum(losses, axis=-1) - losses
        expected = (pool_size * expected - seen) / (pool_size - np.arange(n))
    expected = np.clip(expected, 0.0, 1.0 - 1e-12)
    growth = np.minimum(stakes, _MOST_AT_STAKE / (1.0 - expected))
    growth = growth * (expected - losses)
    log_capital = np.cumsum(np.log1p(growth, out=growth), axis=-1, out=growth)
    refuted: np.ndarray = log_capital.max(axis=-1) >= -np.log(delta)
    return refuted


def _bound(losses: np.ndarray, stakes: np.ndarray, delta: float, pool_size: int | None) -> Any:
    """The least mean that is refuted, rounded up, by bisection."""
    low, high = np.zeros(losses.shape[:-1]), np.ones(losses.shape[:-1])
    if pool_size is not None:  # at worst, all rows that nobody has seen cost 1
        unseen = pool_size - losses.shape[-1]
        high = np.minimum((losses.sum(axis=-1) + unseen) / pool_size, 1.0)
    for _ in range(32):
        middle = (low + high) / 2
        refuted = _refuted(middle, losses, stakes, delta, pool_size)
        low, high = np.where(refuted, low, middle), np.where(refuted, middle, high)
    return high if high.ndim else float(high)


def betting_upper_bound(losses: Any, delta: float = 0.05, *, pool_size: int | None = None) -> Any:
    """Bound the mean of losses in [0, 1] from one look at a fixed number of rows.

    Start with capital 1 and bet, row by row, that losses are smaller than m:
    after a loss x the capital is multiplied by 1 + stake * (m - x). If the mean
    is m, the game is fair (or worse), so the capital ever reaches 1/delta with
    probability at most delta. Every m that lets it reach 1/delta is refuted,
    and so is all above it; the bound is the least of these. The stakes follow
    the variance of the losses, so a small or steady loss gets a tight bound,
    where Hoeffding's inequality must expect the worst.

    Parameters
    ----------
    losses : array-like of shape (n,) or (..., n)
        One loss a row, in [0, 1]; the last axis is one sample. Their order must
        not depend on their values: shuffle rows that came sorted.
    delta : float, default=0.05
        Allowed probability that the bound is wrong, in (0, 1).
    pool_size : int, default=None
        Rows in the pool that the n were drawn from without replacement. The
        bound is then on the mean over the pool, and gets tighter as less of it
        remains unseen. None: independent rows without end.

    Returns
    -------
    bound : float or ndarray of shape (...,)
        Upper bound on the mean loss.

    Raises
    ------
    ValueError
        If losses are missing or outside [0, 1], delta is outside (0, 1), or
        the pool is smaller than the sample.

    See Also
    --------
    binomial_upper_bound : Exact for losses that are 0 or 1.
    sequential_betting_bound : To look after every row.

    Notes
    -----
    Stakes are sqrt(2 ln(1/delta) / (n v)) with v the variance of the rows
    before, at most 3/4 of what could be lost. From the paper: the game, the
    stakes, and the game without replacement. One-sided here, so that the whole
    of delta goes to the side that matters. Time O(n) for each of 32 bisections.

    References
    ----------
    I. Waudby-Smith and A. Ramdas, "Estimating means of bounded random variables
    by betting", J. R. Statist. Soc. B 86 (2024), doi:10.1093/jrsssb/qkad009.

    Examples
    --------
    >>> import numpy as np
    >>> from skdistill.theory import betting_upper_bound
    >>> losses = np.random.default_rng(0).beta(0.3, 9.7, size=1000)
    >>> hoeffding = losses.mean() + np.sqrt(np.log(1 / 0.05) / (2 * 1000))
    >>> print(f"{losses.mean():.3f} {betting_upper_bound(losses):.3f} {hoeffding:.3f}")
    0.031 0.035 0.069
    """
    check_number("delta", delta, OPEN_UNIT)
    values = check_losses(losses)
    n = values.shape[-1]
    if pool_size is not None:
        check_number("pool_size", pool_size, AT_LEAST_ONE)
        if pool_size < n:
            raise ValueError(
                f"pool_size must be at least the number of rows drawn from it, got {pool_size} "
                f"for {n} rows."
            )
    return _bound(values, _stakes(values, delta, float(n)), delta, pool_size)


def sequential_betting_bound(losses: Any, delta: float = 0.05) -> Any:
    """Bound the mean of losses in [0, 1], however often one looks.

    The game of :func:`betting_upper_bound` with stakes that do not know when it
    ends: n is replaced by t ln(1 + t) at row t. The bounds after every row hold
    together with probability 1 - delta; each is the least so far.

    Parameters
    ----------
    losses : array-like of shape (n,) or (..., n)
        One loss a row, in [0, 1], in the order in which they came, which must
        not depend on their values.
    delta : float, default=0.05
        Allowed probability that the bound is wrong at any look, in (0, 1).

    Returns
    -------
    bound : float or ndarray of shape (...,)
        Upper bound on the mean loss after the last row.

    Raises
    ------
    ValueError
        If losses are missing or outside [0, 1], or delta is outside (0, 1).

    See Also
    --------
    sequential_binomial_bound : Tighter for losses that are 0 or 1.
    SequentialCertificate : Keeps the losses.

    References
    ----------
    As in :func:`betting_upper_bound`.

    Examples
    --------
    >>> import numpy as np
    >>> from skdistill.theory import sequential_betting_bound
    >>> losses = np.random.default_rng(0).beta(0.3, 9.7, size=1000)
    >>> [round(sequential_betting_bound(losses[:n]), 3) for n in (10, 100, 1000)]
    [0.341, 0.081, 0.036]
    """
    check_number("delta", delta, OPEN_UNIT)
    values = check_losses(losses)
    t = np.arange(1, values.shape[-1] + 1)
    return _bound(values, _stakes(values, delta, t * np.log1p(t)), delta, None)

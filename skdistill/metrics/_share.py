"""A share of rows, and how sure one may be of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import betaincinv

__all__ = ["Share", "share_of"]


@dataclass(frozen=True)
class Share:
    """A share of rows with its exact binomial (Clopper-Pearson) interval.

    Parameters
    ----------
    value : float
        The share.
    low, high : float or None
        Bounds; None for weighted rows, whose share is not binomial.
    n_rows : int
        Of how many rows.

    Examples
    --------
    >>> from skdistill.metrics import Share
    >>> print(Share(0.5, 0.25, 0.75, 16))
    0.500 [0.250, 0.750] (16 rows)
    """

    value: float
    low: float | None
    high: float | None
    n_rows: int

    def __str__(self) -> str:
        bounds = "" if self.low is None else f" [{self.low:.3f}, {self.high:.3f}]"
        return f"{self.value:.3f}{bounds} ({self.n_rows} rows)"


def share_of(hits: np.ndarray, weight: np.ndarray | None, confidence: float) -> Share:
    """Return the share of hits among some rows.

    Parameters
    ----------
    hits : ndarray of shape (n,), dtype bool
        At least one.
    weight : ndarray of shape (n,) or None
    confidence : float
        In (0, 1).

    Returns
    -------
    share : Share
    """
    n = len(hits)
    if weight is not None:
        # Rows of no weight at all count alike: there is nothing else to go by.
        value = np.average(hits, weights=weight) if weight.any() else np.mean(hits)
        return Share(float(value), None, None, n)
    k, tail = int(np.count_nonzero(hits)), (1.0 - confidence) / 2.0
    low = float(betaincinv(k, n - k + 1, tail)) if k > 0 else 0.0
    high = float(betaincinv(k + 1, n - k, 1.0 - tail)) if k < n else 1.0
    return Share(k / n, low, high, n)

"""Checks of the numbers that a statement with confidence is made of."""

from __future__ import annotations

from typing import Any

import numpy as np

from skdistill._validation import Number

__all__ = ["AT_LEAST_ONE", "NOT_NEGATIVE", "OPEN_UNIT", "POSITIVE", "check_counts", "check_number"]

OPEN_UNIT = Number(0, 1, closed="neither")
POSITIVE = Number(0, None, closed="neither")
NOT_NEGATIVE = Number(0, None)
AT_LEAST_ONE = Number(1, None, whole=True)


def check_number(name: str, value: Any, rule: Number) -> Any:
    """Return ``value`` where ``rule`` accepts it; a ValueError names it otherwise."""
    if not rule.accepts(value) or value == float("inf"):
        raise ValueError(f"{name} must be {rule}, got {value!r}.")
    return value


def check_counts(n_errors: Any, n_rows: Any) -> tuple[np.ndarray, np.ndarray]:
    """Return counts of errors among rows as two float arrays of one shape.

    Parameters
    ----------
    n_errors, n_rows : int or array-like of int
        Broadcast against each other.

    Returns
    -------
    n_errors, n_rows : ndarray
        With 0 <= n_errors <= n_rows and n_rows >= 1 everywhere.
    """
    errors, rows = np.broadcast_arrays(np.asarray(n_errors), np.asarray(n_rows))
    for name, values in (("n_errors", errors), ("n_rows", rows)):
        if values.dtype.kind not in "iu":
            raise ValueError(f"{name} must be whole numbers, got {values.dtype} values.")
    if np.any(rows < 1):
        raise ValueError(f"n_rows must be at least 1, got {rows.min()}.")
    if np.any(errors < 0) or np.any(errors > rows):
        raise ValueError("n_errors must lie between 0 and n_rows.")
    return errors.astype(np.float64), rows.astype(np.float64)

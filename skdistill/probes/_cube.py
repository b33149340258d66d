"""Uniform points of a Boolean cube, in the coding and kind of the user's rows."""

from __future__ import annotations

from typing import Any

import numpy as np

from skdistill._encoding import encode
from skdistill._lattice._literals import two_values
from skdistill._rows import categorical_columns, is_frame, like_rows

__all__ = ["cube_coding", "draw_cube"]


def cube_coding(X: Any) -> tuple[float, float]:
    """Read the coding of Boolean inputs, {0, 1} or {-1, 1}, from rows.

    Parameters
    ----------
    X : ndarray or DataFrame of shape (n_samples, n_features)

    Returns
    -------
    low, high : float
        -1 and 1 where any row holds a -1; 0 and 1 where any holds a 0.

    Raises
    ------
    ValueError
        If a column holds anything else, or all hold ones alone.
    """
    levels = categorical_columns(X)
    if levels.any():
        names = [name for name, level in zip(X.columns, levels, strict=True) if level]
        raise ValueError(
            'domain="boolean" needs columns of 0 and 1, or of -1 and 1, but X has columns of '
            f'levels: {names}. Use domain="auto", which splits any column.'
        )
    rows = encode(None, X) if is_frame(X) else X
    coding = two_values(rows)
    if coding is None:
        odd = [j for j in range(rows.shape[1]) if two_values(rows[:, j]) is None]
        what = "some columns hold 0 and others -1"
        if odd:
            name = repr(X.columns[odd[0]]) if is_frame(X) else odd[0]
            values = ", ".join(f"{value:.6g}" for value in np.unique(rows[:, odd[0]])[:5])
            what = f"column {name} holds {values}"
        raise ValueError(
            f'domain="boolean" needs columns of 0 and 1, or of -1 and 1, but {what}. '
            'Use domain="auto", which splits any column.'
        )
    if np.all(rows == 1):
        raise ValueError(
            'domain="boolean" reads the coding of the cube from X, but X holds ones alone: that '
            "may be {0, 1} or {-1, 1}. Add a row that holds the other value."
        )
    return float(coding[0]), float(coding[1])


def draw_cube(
    X: Any, n_samples: int, rng: np.random.Generator, fixed: dict[int, bool] | None = None
) -> Any:
    """Draw uniform points of the cube, or of a subcube.

    Parameters
    ----------
    X : ndarray or DataFrame of shape (n, n_features)
        Rows whose coding, kind and dtypes are kept.
    n_samples : int
    rng : Generator
    fixed : dict of int to bool, default=None
        Columns that are held: low where True, high where False.

    Returns
    -------
    points : ndarray or DataFrame of shape (n_samples, n_features)
    """
    low, high = cube_coding(X)
    bits = rng.integers(0, 2, size=(n_samples, X.shape[1]), dtype=np.int8)
    points = np.where(bits, np.float32(high), np.float32(low))
    for column, is_low in (fixed or {}).items():
        points[:, column] = low if is_low else high
    return like_rows(points, X)

"""Uniform points of a cube of two-valued columns, in the kind of the user's rows."""

from __future__ import annotations

from typing import Any

import numpy as np

from skdistill._encoding import encode
from skdistill._rows import categorical_columns, is_frame, like_rows

__all__ = ["CODINGS", "Cube"]

# The values that each column takes, by the words of ``domain``.
CODINGS = {"binary": (0.0, 1.0), "sign": (-1.0, 1.0)}


class Cube:
    """All points whose columns have two values each.

    Parameters
    ----------
    domain : {"binary", "sign"}
        Columns of 0 and 1, or of -1 and 1.
    X : ndarray or DataFrame of shape (n_samples, n_features)
        Rows whose kind, names and dtypes the points get.

    Attributes
    ----------
    middle : float
        Half-way between the two values of a column.

    Raises
    ------
    ValueError
        If a column of X holds another value, or its dtype cannot hold both.
    """

    def __init__(self, domain: str, X: Any):
        self.domain, self.low, self.high = domain, *CODINGS[domain]
        self.middle = (self.low + self.high) / 2.0
        self._template = X[:0]
        self._check(X)

    def _check(self, X: Any) -> None:
        words = f"domain={self.domain!r} needs columns of {self.low:.0f} and {self.high:.0f}"
        categorical = categorical_columns(X)
        if categorical.any():
            names = [name for name, odd in zip(X.columns, categorical, strict=True) if odd]
            raise ValueError(
                f"{words}, but X has categorical columns: {names}. "
                'Use domain="auto", which splits any column.'
            )
        rows = encode(None, X) if is_frame(X) else X
        odd = ~((rows == self.low) | (rows == self.high)).all(axis=0)
        if odd.any():
            j = int(np.flatnonzero(odd)[0])
            values = ", ".join(f"{value:.6g}" for value in np.unique(rows[:, j])[:5])
            others = [word for word, pair in CODINGS.items() if np.isin(rows, pair).all()]
            way_out = [f"domain={word!r}" for word in others] + [
                'domain="auto", which splits any column'
            ]
            raise ValueError(
                f"{words}, but column {self._name(X, j)} holds {values}. "
                f"Use {', or '.join(way_out)}."
            )
        # Unsigned numbers and booleans would turn -1 into another value.
        corners = np.array([[self.low], [self.high]]) * np.ones(X.shape[1])
        held = like_rows(corners, self._template)
        lost = ((encode(None, held) if is_frame(X) else held) != corners).any(axis=0)
        if lost.any():
            j = int(np.flatnonzero(lost)[0])
            dtype = X.dtypes[j] if not hasattr(X, "iloc") else X.dtypes.iloc[j]
            raise ValueError(
                f"{words}, but column {self._name(X, j)} has dtype {dtype}, which has no "
                f"{self.low:.0f}. Pass X as signed integers or floats."
            )

    def _name(self, X: Any, j: int) -> str:
        return repr(X.columns[j]) if is_frame(X) else str(j)

    def draw(
        self, n_samples: int, rng: np.random.Generator, fixed: dict[int, bool] | None = None
    ) -> Any:
        """Draw uniform points of the cube, or of a subcube.

        Parameters
        ----------
        n_samples : int
        rng : Generator
        fixed : dict of int to bool, default=None
            Columns that are fixed: low where True, high where False.

        Returns
        -------
        points : ndarray or DataFrame of shape (n_samples, n_features)
        """
        shape = n_samples, self._template.shape[1]
        bits = rng.integers(0, 2, size=shape, dtype=np.int8)
        points = np.where(bits, np.float32(self.high), np.float32(self.low))
        for column, is_low in (fixed or {}).items():
            points[:, column] = self.low if is_low else self.high
        return like_rows(points, self._template)

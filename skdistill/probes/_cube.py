"""Uniform points of a cube of two-valued columns, and of its subcubes."""

from __future__ import annotations

from typing import Any

import numpy as np

from skdistill._rows import categorical_columns
from skdistill.domains import as_domain, cube_coding

__all__ = ["CODINGS", "Cube"]

# The two values of each column, by the words of ``domain``.
CODINGS = {"binary": (0, 1), "sign": (-1, 1)}


class Cube:
    """All rows of zeros and ones, or of minus ones and ones.

    Parameters
    ----------
    domain : {"binary", "sign"}
        Which; see :func:`skdistill.domains.as_domain`.
    X : ndarray or DataFrame of shape (n_samples, n_features)
        Rows whose kind, names and dtypes the points get.

    Attributes
    ----------
    middle : float
        Half-way between the two values of a column.

    Raises
    ------
    ValueError
        If a column of X is categorical, or holds another value.
    """

    def __init__(self, domain: str, X: Any):
        self.low, self.high = CODINGS[domain]
        self.middle = (self.low + self.high) / 2.0
        words = f"domain={domain!r} needs columns of {self.low} and {self.high}"
        categorical = categorical_columns(X)
        # Their indicators would be columns of another coding.
        if categorical.any():
            names = [name for name, odd in zip(X.columns, categorical, strict=True) if odd]
            raise ValueError(
                f"{words}, but X has categorical columns: {names}. "
                'Use domain="auto", which splits any column.'
            )
        self._domain = as_domain(domain, X)
        try:
            self._domain.check(X)
        except ValueError as error:
            other = cube_coding(X)
            way_out = "" if other is None else f"domain={other!r}, or "
            raise ValueError(
                f'{words}. {error} Use {way_out}domain="auto", which splits any column.'
            ) from None
        self._keys = self._domain.names or range(self._domain.n_features)

    def draw(
        self, n_samples: int, rng: np.random.Generator, fixed: dict[int, bool] | None = None
    ) -> Any:
        """Draw uniform points of the cube, or of a subcube.

        Parameters
        ----------
        n_samples : int
        rng : Generator
        fixed : dict of int to bool, default=None
            Positions of columns that are fixed: low where True, high where False.

        Returns
        -------
        points : ndarray or DataFrame of shape (n_samples, n_features)
        """
        # By name where there are names: a name may be a number too.
        values = {
            self._keys[column]: self.low if is_low else self.high
            for column, is_low in (fixed or {}).items()
        }
        return self._domain.sample(n_samples, rng, fixed=values)

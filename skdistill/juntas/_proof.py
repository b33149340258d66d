"""What a search proves: witnesses of relevant columns, and a statement on the student."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

__all__ = ["PromiseCertificate", "Witness"]


@dataclass(frozen=True)
class PromiseCertificate:
    """The student equals its teacher, if the teacher keeps a promise; prints as a sentence.

    Parameters
    ----------
    max_variables : int
        The promise: the teacher's prediction depends on at most so many columns.
    n_variables : int
        How many were found.
    delta : float
        Chance that one is missing though the promise is kept; 0 where no
        chance is involved.
    n_rows : int
        Number of rows that were queried.

    See Also
    --------
    skdistill.theory.FidelityCertificate : What needs no promise.

    Examples
    --------
    >>> from skdistill.juntas import PromiseCertificate
    >>> print(PromiseCertificate(6, 6, 0.0, 180))
    If the teacher depends on at most 6 columns, the student equals it on every row: 6 columns
    are proven by witnesses, and 180 rows were queried (no chance involved).
    """

    max_variables: int
    n_variables: int
    delta: float
    n_rows: int

    @property
    def bound(self) -> float:
        """Upper bound on the disagreement: none at all."""
        return 0.0

    def __str__(self) -> str:
        sure = (
            "no chance involved"
            if self.delta == 0
            else f"with confidence {1 - self.delta:g}: a missing one is overlooked with "
            f"probability at most {self.delta:g}"
        )
        one = self.n_variables == 1
        return (
            f"If the teacher depends on at most {self.max_variables} columns, the student equals "
            f"it on every row: {self.n_variables} column{'' if one else 's'} "
            f"{'is' if one else 'are'} proven by witnesses, and {self.n_rows} rows were queried "
            f"({sure})."
        )


class Witness:
    """Two rows that differ in one column alone and get different predictions.

    Parameters
    ----------
    feature : int
        Position of the column.
    name : str
        Its name.
    predictions : tuple
        The teacher's two predictions.
    codes : ndarray of shape (2, n_features)
        The two rows, as the domain codes them.
    domain : object
        Turns codes into rows.

    Examples
    --------
    >>> import numpy as np
    >>> from skdistill.juntas import JuntaDistiller
    >>> search = JuntaDistiller(lambda X: X[:, 2] > 0, domain="binary", random_state=0)
    >>> witness = search.fit(np.zeros((1, 5), dtype=int)).witnesses_[0]
    >>> print(witness)
    x2 = 0 -> False, x2 = 1 -> True, all else equal
    """

    def __init__(self, feature: int, name: str, predictions: Any, codes: np.ndarray, domain: Any):
        self.feature = feature
        self.name = name
        self.predictions = predictions
        self._codes = codes
        self._domain = domain

    @property
    def rows(self) -> Any:
        """The two rows, in the kind of X."""
        return self._domain.rows(self._codes)

    @property
    def values(self) -> tuple[Any, Any]:
        """The two values of the column."""
        rows = self.rows
        column = rows.iloc[:, self.feature] if hasattr(rows, "iloc") else rows[:, self.feature]
        first, second = column.tolist()
        return first, second

    def __str__(self) -> str:
        parts = [
            f"{self.name} = {value} -> {prediction}"
            for value, prediction in sorted(
                zip(self.values, self.predictions, strict=True), key=str
            )
        ]
        return f"{', '.join(parts)}, all else equal"

    def __repr__(self) -> str:
        return f"<Witness: {self}>"

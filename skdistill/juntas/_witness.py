"""The proof that a column is relevant."""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["Witness"]


class Witness:
    """Two rows that differ in one column alone and get different answers.

    Parameters
    ----------
    feature : int
        Position of the column.
    name : str
        Its name.
    answers : tuple
        The teacher's two answers.
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

    def __init__(self, feature: int, name: str, answers: Any, codes: np.ndarray, domain: Any):
        self.feature = feature
        self.name = name
        self.answers = answers
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
            f"{self.name} = {value} -> {answer}"
            for value, answer in sorted(zip(self.values, self.answers, strict=True), key=str)
        ]
        return f"{', '.join(parts)}, all else equal"

    def __repr__(self) -> str:
        return f"<Witness: {self}>"

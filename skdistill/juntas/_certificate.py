"""What the exact mode may claim."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["PromiseCertificate"]


@dataclass(frozen=True)
class PromiseCertificate:
    """The student equals its teacher, if the teacher keeps a promise; prints as a sentence.

    Parameters
    ----------
    max_variables : int
        The promise: the teacher's answer depends on at most so many columns.
    n_variables : int
        How many were found.
    delta : float
        Chance that one is missing though the promise is kept; 0 where no
        chance is involved.
    n_rows : int
        Rows asked.

    See Also
    --------
    skdistill.theory.FidelityCertificate : What needs no promise.

    Examples
    --------
    >>> from skdistill.juntas import PromiseCertificate
    >>> print(PromiseCertificate(6, 6, 0.0, 180))
    If the teacher depends on at most 6 columns, the student equals it on every row: 6 columns
    are proven by witnesses, and 180 rows were asked (no chance involved).
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
            f"{'is' if one else 'are'} proven by witnesses, and {self.n_rows} rows were asked "
            f"({sure})."
        )

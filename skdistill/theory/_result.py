"""The result of a certificate: a frozen record that prints as one sentence."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

__all__ = ["FidelityCertificate", "GroupCertificates"]

_METHODS = {
    "clopper-pearson": "exact binomial bound",
    "hypergeometric": "exact hypergeometric bound",
    "betting": "betting bound",
    "sequential-binomial": "binomial mixture bound, valid at every look",
    "sequential-betting": "betting bound, valid at every look",
}


def _round_up(value: float, digits: int = 3) -> str:
    """Print a bound with few digits, never smaller than it is."""
    if value <= 0:
        return "0"
    scale = 10.0 ** (digits - 1 - math.floor(math.log10(value)))
    # Products such as 0.29 * 100 miss the whole number by a hair.
    return f"{math.ceil(value * scale - 1e-9) / scale:.{digits}g}"


def _confidence(delta: float) -> str:
    """Print 1 - delta in percent, never larger than it is."""
    return f"{math.floor((1 - delta) * 1e5 + 1e-6) / 1e3:g}%"


@dataclass(frozen=True)
class FidelityCertificate:
    """A bound on the distance of a student from its teacher; prints as a sentence.

    Parameters
    ----------
    bound : float
        Upper bound on the share of rows with disagreement, or on the mean of
        the loss in its own unit.
    estimate : float
        The same as seen on the rows.
    n_rows : int
        Rows compared.
    n_disagreements : int or None
        Rows with disagreement; None for losses that are averaged.
    delta : float
        Probability with which the bound may be wrong.
    method : str
        How the bound was found.
    loss : str
        Description of what was counted.
    source : str
        Where the rows came from, as given by the caller.
    n_known : int or None
        Rows that equal one that the student was fitted on (repeats of discrete
        rows included); None where it remembers none.
    pool_size : int or None
        Rows in the pool that the bound is about; None for all rows like these.
    n_left_out : int
        Rows for which the teacher has no prediction; the bound is about rows
        that are not of their kind.

    See Also
    --------
    fidelity_certificate : Issues it.

    Examples
    --------
    >>> from skdistill.theory import FidelityCertificate
    >>> print(FidelityCertificate(
    ...     0.0405, 0.03, 1000, 30, 0.05, "clopper-pearson", "disagree", "X", 0))
    With 95% confidence (delta = 0.05), student and teacher disagree on at most 4.05% of rows
    like these: on 30 of 1000 rows of X, none of which the student was fitted on (exact binomial
    bound).
    """

    bound: float
    estimate: float
    n_rows: int
    n_disagreements: int | None
    delta: float
    method: str
    loss: str
    source: str = "X"
    n_known: int | None = None
    pool_size: int | None = None
    n_left_out: int = 0

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as a dict of plain numbers and strings.

        Returns
        -------
        certificate : dict
            Fields by name.
        """
        return asdict(self)

    @property
    def _claim(self) -> str:
        """The bound as text, with the estimate."""
        if self.n_disagreements is None:
            where = "rows like these" if self.pool_size is None else f"a pool of {self.pool_size}"
            return (
                f"{self.loss} between student and teacher is at most {_round_up(self.bound)} in "
                f"the mean over {where}: {self.estimate:.3g} over {self.n_rows}"
            )
        if self.pool_size is None:
            most = f"{_round_up(100 * self.bound)}% of rows like these"
        else:
            count = round(self.bound * self.pool_size)
            most = f"{count} ({_round_up(100 * self.bound)}%) of a pool of {self.pool_size} rows"
        return (
            f"student and teacher {self.loss} on at most {most}: on {self.n_disagreements} of "
            f"{self.n_rows}"
        )

    @property
    def _freshness(self) -> str:
        """How many rows are known, as text."""
        if self.n_known is None:
            known = "assumed to be fresh since the student keeps no record of its rows"
        elif self.n_known == 0:
            known = "none of which the student was fitted on"
        else:
            known = f"{self.n_known} of which equal rows that the student was fitted on"
        if not self.n_left_out:
            return known
        return f"{known}, {self.n_left_out} more left out without a prediction of the teacher"

    def __str__(self) -> str:
        return (
            f"With {_confidence(self.delta)} confidence (delta = {self.delta:.3g}), {self._claim} "
            f"rows of {self.source}, {self._freshness} ({_METHODS[self.method]})."
        )


@dataclass(frozen=True)
class GroupCertificates(Mapping[Any, FidelityCertificate]):
    """One certificate a group, which hold all together; a mapping that prints.

    Parameters
    ----------
    certificates : dict of label to FidelityCertificate
        Each at delta divided by the number of groups (Bonferroni).
    delta : float
        Probability with which any of them may be wrong.
    source : str, default="X"
        Where the rows came from, as given by the caller.

    See Also
    --------
    fidelity_certificate : Issues it where ``groups`` are given.

    Examples
    --------
    >>> from skdistill.theory import FidelityCertificate, GroupCertificates
    >>> north = FidelityCertificate(
    ...     0.08, 0.02, 100, 2, 0.025, "clopper-pearson", "disagree", "X", 0)
    >>> both = GroupCertificates({"north": north, "south": north}, delta=0.05)
    >>> both.worst
    'north'
    >>> print(both)
    With 95% confidence (delta = 0.05), all of these hold at once:
      north: student and teacher disagree on at most 8% of rows like these: on 2 of 100 rows
      south: student and teacher disagree on at most 8% of rows like these: on 2 of 100 rows
    Rows of X, none of which the student was fitted on (exact binomial bound).
    """

    certificates: dict[Any, FidelityCertificate]
    delta: float
    source: str = "X"

    def __getitem__(self, label: Any) -> FidelityCertificate:
        return self.certificates[label]

    def __iter__(self) -> Iterator[Any]:
        return iter(self.certificates)

    def __len__(self) -> int:
        return len(self.certificates)

    @property
    def worst(self) -> Any:
        """The label of the group with the largest bound."""
        return max(self.certificates, key=lambda label: self.certificates[label].bound)

    def to_dict(self) -> dict[Any, dict[str, Any]]:
        """Return the certificates as dicts of plain numbers and strings.

        Returns
        -------
        certificates : dict of label to dict
            Fields by name, for each group.
        """
        return {label: each.to_dict() for label, each in self.certificates.items()}

    def __str__(self) -> str:
        n_known = [each.n_known for each in self.certificates.values() if each.n_known is not None]
        any_one = next(iter(self.certificates.values()))
        whole = replace(
            any_one,
            n_known=sum(n_known) if n_known else None,
            source=self.source,
            n_left_out=sum(each.n_left_out for each in self.certificates.values()),
        )
        return "\n".join(
            [
                f"With {_confidence(self.delta)} confidence (delta = {self.delta:.3g}), all of "
                "these hold at once:",
                *(f"  {label}: {each._claim} rows" for label, each in self.certificates.items()),
                f"Rows of {whole.source}, {whole._freshness} ({_METHODS[whole.method]}).",
            ]
        )

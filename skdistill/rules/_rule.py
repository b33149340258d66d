"""One rule as people read it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from skdistill.rules._columns import category_codes, read_numbers
from skdistill.rules._conditions import Condition, Interval, met_by_codes

__all__ = ["Rule", "held_by"]


def _value_text(outcome: Any) -> str:
    """Write a label as it is, and real values with six digits."""
    if isinstance(outcome, tuple):
        return f"({', '.join(map(_value_text, outcome))})"
    return f"{outcome:.6g}" if isinstance(outcome, float) else str(outcome)


@dataclass(frozen=True)
class Rule:
    """If all the conditions hold, then the outcome.

    Parameters
    ----------
    conditions : tuple of Interval or Categories
        At most one a column, except for categories; none at all means always.
    outcome : object
        A class label, or a value.
    coverage : float
        Share of the rows that the student was fitted on, by weight.
    fidelity : float or None
        Share of the covered ones for which the teacher predicts the outcome;
        None for real values.
    distribution : dict of label to float
        Predicted distribution over the classes; empty for real values.
    support : int or None
        Number of the covered rows; None where it was not counted.

    Examples
    --------
    >>> from skdistill.rules import Interval, Rule
    >>> print(Rule((Interval("age", high=30.0),), "young", 0.25, 1.0, {}))
    if age <= 30 then young (coverage 0.25, fidelity 1.00)
    """

    conditions: tuple[Condition, ...]
    outcome: Any
    coverage: float
    fidelity: float | None
    distribution: dict[Any, float] = field(hash=False)
    support: int | None = None

    @property
    def premise_text(self) -> str:
        """The conditions in words; empty where there are none."""
        return " and ".join(map(str, self.conditions))

    @property
    def outcome_text(self) -> str:
        """The outcome in words."""
        return _value_text(self.outcome)

    @property
    def figures_text(self) -> str:
        """Coverage and fidelity in words."""
        fidelity = "" if self.fidelity is None else f", fidelity {self.fidelity:.2f}"
        return f"(coverage {self.coverage:.2f}{fidelity})"

    def __str__(self) -> str:
        premise = f"if {self.premise_text} then" if self.conditions else "always"
        return f"{premise} {self.outcome_text} {self.figures_text}"

    def __len__(self) -> int:
        return len(self.conditions)


def held_by(rules: Sequence[Rule], columns: Mapping[str, Any], n_rows: int) -> np.ndarray:
    """Return which rules hold for which rows.

    Parameters
    ----------
    rules : sequence of Rule
    columns : dict of str to array or Series of length n_rows
        Those that the rules read.
    n_rows : int

    Returns
    -------
    held : ndarray of shape (n_rows, n_rules), dtype bool, in Fortran order
    """
    held = np.ones((n_rows, len(rules)), dtype=bool, order="F")
    # Each column is converted once.
    numbers: dict[tuple[str, str], np.ndarray] = {}
    coded: dict[str, tuple[np.ndarray, list[Any]]] = {}
    for k, rule in enumerate(rules):
        for condition in rule.conditions:
            name, values = condition.column, columns[condition.column]
            if isinstance(condition, Interval):
                key = name, condition.dtype
                if key not in numbers:
                    numbers[key] = read_numbers(values, condition.dtype)
                held[:, k] &= condition.covers(numbers[key])
                continue
            if name not in coded:
                coded[name] = category_codes(values)
            held[:, k] &= met_by_codes(condition, *coded[name])
    return held

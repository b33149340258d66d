"""Rules as people read them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, overload

import numpy as np

from skdistill.rules._conditions import Interval, Levels, column_values

__all__ = ["Rule", "RuleSet"]


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
    conditions : tuple of Interval or Levels
        At most one a column, except for levels; none at all means always.
    outcome : object
        A class label, or a value.
    coverage : float
        Share of the rows that the tree was fitted on, by weight.
    fidelity : float or None
        Share of the covered ones on which the teacher says the outcome; None
        for real values.
    distribution : dict of label to float
        Predicted distribution over the classes; empty for real values.

    Examples
    --------
    >>> from skdistill.rules import Interval, Rule
    >>> print(Rule((Interval("age", high=30.0),), "young", 0.25, 1.0, {}))
    if age <= 30 then young (coverage 0.25, fidelity 1.00)
    """

    conditions: tuple[Interval | Levels, ...]
    outcome: Any
    coverage: float
    fidelity: float | None
    distribution: dict[Any, float] = field(hash=False)

    def __str__(self) -> str:
        premise = " and ".join(map(str, self.conditions))
        outcome = _value_text(self.outcome)
        fidelity = "" if self.fidelity is None else f", fidelity {self.fidelity:.2f}"
        head = f"if {premise} then {outcome}" if premise else f"always {outcome}"
        return f"{head} (coverage {self.coverage:.2f}{fidelity})"

    def __len__(self) -> int:
        return len(self.conditions)


class RuleSet(Sequence[Rule]):
    """Rules of which exactly one holds for every row.

    Parameters
    ----------
    rules : sequence of Rule
        In the order of the tree's leaves, left to right.
    feature_names : sequence of str
        Names of the columns of X, in their order.

    See Also
    --------
    extract_rules : Where rule sets come from.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.tree import DecisionTreeClassifier
    >>> from skdistill import extract_rules
    >>> iris = load_iris(as_frame=True)
    >>> tree = DecisionTreeClassifier(max_leaf_nodes=3).fit(iris.data, iris.target)
    >>> rules = extract_rules(tree, class_names=iris.target_names)
    >>> len(rules), rules[0].outcome
    (3, 'setosa')
    """

    def __init__(self, rules: Sequence[Rule], feature_names: Sequence[str]):
        self.rules = tuple(rules)
        self.feature_names = list(feature_names)

    @overload
    def __getitem__(self, index: int) -> Rule: ...
    @overload
    def __getitem__(self, index: slice) -> RuleSet: ...
    def __getitem__(self, index: int | slice) -> Rule | RuleSet:
        if isinstance(index, slice):
            return RuleSet(self.rules[index], self.feature_names)
        return self.rules[index]

    def __len__(self) -> int:
        return len(self.rules)

    def __iter__(self) -> Iterator[Rule]:
        return iter(self.rules)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, RuleSet) and self.rules == other.rules

    def __hash__(self) -> int:
        return hash(tuple(map(str, self.rules)))

    def __str__(self) -> str:
        return "\n".join(map(str, self.rules))

    def __repr__(self) -> str:
        return f"<RuleSet of {len(self)} rules on {len(self.feature_names)} columns>\n{self}"

    def covers(self, X: Any) -> np.ndarray:
        """Return which rules hold for which rows.

        Parameters
        ----------
        X : array-like or DataFrame of shape (n_samples, n_features)
            Rows with the columns that the tree was fitted on.

        Returns
        -------
        held : ndarray of shape (n_samples, n_rules), dtype bool
            Exactly one True a row where the set is a whole tree's.
        """
        n_rows = X.shape[0] if hasattr(X, "shape") else len(X)
        held = np.ones((n_rows, len(self)), dtype=bool)
        for k, rule in enumerate(self.rules):
            for condition in rule.conditions:
                values = column_values(X, condition.column, self.feature_names)
                held[:, k] &= condition.covers(values)
        return held

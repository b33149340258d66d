"""Rules that predict together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, overload

import numpy as np

from skdistill.rules._columns import read_columns, repeated
from skdistill.rules._explain import Explanation, explain_row
from skdistill.rules._export._json import read_json
from skdistill.rules._export._mixin import ExportsMixin
from skdistill.rules._rule import Rule, held_by
from skdistill.rules._simplify import SimplificationStep, simplify_rules

__all__ = ["RuleSet"]


class RuleSet(ExportsMixin, Sequence[Rule]):
    """Rules that predict rows: of a whole tree, or a list in order.

    Data frames are read by name, and everything else by position.

    Parameters
    ----------
    rules : sequence of Rule
        Those of a tree stand in the order of its leaves, left to right.
    feature_names : sequence of str
        Names of the columns of X, in their order; all different.
    ordered : bool, default=False
        Whether the first rule that holds predicts, as in a list of "else if".
        Otherwise at most one may hold for a row that is to be predicted.
    generated_names : bool, default=False
        Whether the names stand for positions (``x0``, ``x1``, ...), since the
        rows had none. Then a data frame with other names is read by position.

    Attributes
    ----------
    rules : tuple of Rule
        The rules.
    feature_names : list of str
        Names of the columns.
    ordered : bool
        Whether the first rule that holds predicts.
    generated_names : bool
        Whether the names stand for positions.
    classes_ : list or None
        Labels in the order of ``predict_proba``; None for real values.
    n_conditions : int
        Over all rules.
    steps_ : tuple of SimplificationStep
        How ``simplify`` made it, and what each step cost; empty otherwise.

    Raises
    ------
    ValueError
        If names are repeated, or a rule reads a column that is none of them.

    See Also
    --------
    extract_rules : Where rule sets come from.

    Notes
    -----
    A rule set is a predictor: it stands wherever a teacher or a student may.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.tree import DecisionTreeClassifier
    >>> from skdistill import extract_rules
    >>> iris = load_iris(as_frame=True)
    >>> tree = DecisionTreeClassifier(max_leaf_nodes=3, random_state=0)
    >>> tree = tree.fit(iris.data[["petal length (cm)"]], iris.target)
    >>> rules = extract_rules(tree, class_names=iris.target_names)
    >>> len(rules), rules[0].outcome
    (3, 'setosa')
    >>> rules.predict([[1.4], [6.0]]).tolist()
    ['setosa', 'virginica']
    >>> print(rules.to_markdown())
    | rule | outcome | coverage | support | fidelity (in-sample) |
    | --- | --- | ---: | ---: | ---: |
    | petal length (cm) <= 2.45 | setosa | 0.33 | 50 | 1.00 |
    | 2.45 < petal length (cm) <= 4.75 | versicolor | 0.30 | 45 | 0.98 |
    | petal length (cm) > 4.75 | virginica | 0.37 | 55 | 0.89 |
    """

    def __init__(
        self,
        rules: Sequence[Rule],
        feature_names: Sequence[str],
        *,
        ordered: bool = False,
        generated_names: bool = False,
    ):
        self.rules = tuple(rules)
        self.feature_names = list(map(str, feature_names))
        self.ordered = ordered
        self.generated_names = generated_names
        self.steps_: tuple[SimplificationStep, ...] = ()
        if twice := repeated(self.feature_names):
            raise ValueError(
                f"feature_names has the names {twice} more than once, so rules cannot tell these "
                "columns apart. Give each column a different name."
            )
        unknown = {column: None for column in self._columns() if column not in self.feature_names}
        if unknown:
            raise ValueError(
                f"The rules read the columns {list(unknown)}, which are not in feature_names "
                f"{self.feature_names[:20]}."
            )

    def _columns(self) -> list[str]:
        """Columns that the rules read, as often as they do."""
        return [condition.column for rule in self.rules for condition in rule.conditions]

    def _with_rules(self, rules: Sequence[Rule], ordered: bool) -> RuleSet:
        return RuleSet(
            rules, self.feature_names, ordered=ordered, generated_names=self.generated_names
        )

    @overload
    def __getitem__(self, index: int) -> Rule: ...
    @overload
    def __getitem__(self, index: slice) -> RuleSet: ...
    def __getitem__(self, index: int | slice) -> Rule | RuleSet:
        if isinstance(index, slice):
            return self._with_rules(self.rules[index], self.ordered)
        return self.rules[index]

    def __len__(self) -> int:
        return len(self.rules)

    def __iter__(self) -> Iterator[Rule]:
        return iter(self.rules)

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, RuleSet)
            and self.rules == other.rules
            and self.feature_names == other.feature_names
            and self.ordered == other.ordered
            and self.generated_names == other.generated_names
        )

    def __hash__(self) -> int:
        return hash(tuple(map(str, self.rules)))

    def __str__(self) -> str:
        if not self.ordered:
            return "\n".join(map(str, self.rules))
        return "\n".join(
            f"{self.premise_text(k)}{' then' if rule.conditions else ''} "
            f"{rule.outcome_text} {rule.figures_text}"
            for k, rule in enumerate(self.rules)
        )

    def __repr__(self) -> str:
        columns = len(self.feature_names)
        return f"<RuleSet of {len(self)} rules on {columns} columns; figures in-sample>\n{self}"

    @property
    def classes_(self) -> list[Any] | None:
        for rule in self.rules:
            if rule.distribution:
                return list(rule.distribution)
        outcomes = list(dict.fromkeys(rule.outcome for rule in self.rules))
        values = any(isinstance(outcome, (float, tuple)) for outcome in outcomes)
        return None if values else outcomes

    @property
    def n_conditions(self) -> int:
        return sum(map(len, self.rules))

    def premise_text(self, index: int) -> str:
        """Return what must hold for a rule, in words.

        Parameters
        ----------
        index : int
            Position of the rule.

        Returns
        -------
        text : str
            Of an ordered set with "if", "else if" or "else" in front.
        """
        text = self.rules[index].premise_text
        if not self.ordered:
            return text or "always"
        if index % len(self) == 0:
            return f"if {text}" if text else "always"
        return f"else if {text}" if text else "else"

    def covers(self, X: Any) -> np.ndarray:
        """Return which rules hold for which rows.

        Parameters
        ----------
        X : array-like, sparse matrix or DataFrame of shape (n_samples, n_features)
            Rows. A data frame needs the columns that the rules read, in any
            order and with others beside them; an array needs all columns, in
            the order of ``feature_names``.

        Returns
        -------
        held : ndarray of shape (n_samples, n_rules), dtype bool
            Exactly one True a row where the set is a whole tree's. In an
            ordered set the first one predicts.

        Raises
        ------
        ValueError
            If a data frame lacks a column or has it twice, or an array has
            another number of columns.
        """
        columns = read_columns(
            X, self._columns(), self.feature_names, generated=self.generated_names
        )
        n_rows = X.shape[0] if hasattr(X, "shape") else len(X)
        return held_by(self.rules, columns, n_rows)

    def apply(self, X: Any) -> np.ndarray:
        """Return which rule predicts each row.

        Parameters
        ----------
        X : array-like, sparse matrix or DataFrame of shape (n_samples, n_features)
            Rows, as in ``covers``.

        Returns
        -------
        index : ndarray of shape (n_samples,)
            Position of the rule; -1 where none holds.

        Raises
        ------
        ValueError
            If several rules of a set without order hold for a row, or as in
            ``covers``.
        """
        held = self.covers(X)
        if not len(self):
            return np.full(len(held), -1)
        if not self.ordered and (several := held.sum(axis=1) > 1).any():
            row = int(np.argmax(several))
            raise ValueError(
                f"The rules {np.flatnonzero(held[row]).tolist()} all hold for row {row}, and the "
                "set has no order. Give it one: "
                "RuleSet(rules, rules.feature_names, ordered=True)."
            )
        return np.where(held.any(axis=1), np.argmax(held, axis=1), -1)

    def predict(self, X: Any) -> np.ndarray:
        """Return the outcome for each row.

        Parameters
        ----------
        X : array-like, sparse matrix or DataFrame of shape (n_samples, n_features)
            Rows, as in ``covers``.

        Returns
        -------
        y : ndarray of shape (n_samples,) or (n_samples, n_outputs)
            Outcomes; those of a tree's rules are the tree's own predictions.

        Raises
        ------
        ValueError
            If no rule holds for a row, or several of a set without order, or
            as in ``covers``.
        """
        which = self._predicting(X)
        predicted: np.ndarray = _outcome_array([rule.outcome for rule in self.rules])[which]
        return predicted

    def predict_proba(self, X: Any) -> np.ndarray:
        """Return the predicted distribution for each row.

        Parameters
        ----------
        X : array-like, sparse matrix or DataFrame of shape (n_samples, n_features)
            Rows, as in ``covers``.

        Returns
        -------
        P : ndarray of shape (n_samples, n_classes)
            In the order of ``classes_``.

        Raises
        ------
        ValueError
            If a rule has no distribution, or as in ``predict``.
        """
        bare = [k for k, rule in enumerate(self.rules) if not rule.distribution]
        if bare:
            raise ValueError(f"The rules {bare} have no distribution over classes: use predict.")
        shares = [[rule.distribution[c] for c in self.classes_ or ()] for rule in self.rules]
        proba: np.ndarray = np.array(shares)[self._predicting(X)]
        return proba

    def _predicting(self, X: Any) -> np.ndarray:
        """Position of the rule that predicts each row; there must be one."""
        which = self.apply(X)
        if (which < 0).any():
            raise ValueError(
                f"No rule holds for {np.count_nonzero(which < 0)} rows, the first of which is row "
                f"{int(np.argmax(which < 0))}. Rules of a whole tree predict every row that the "
                "tree does; to others add a rule without conditions at the end of an ordered set."
            )
        return which

    def explain(self, x: Any, X: Any = None) -> Explanation:
        """Explain the prediction for one row, and what would give it another.

        Parameters
        ----------
        x : mapping, Series, frame of one row or array-like of shape (n_features,)
            The row. Mappings, Series and frames are read by name.
        X : array-like or DataFrame of shape (n_samples, n_features), default=None
            Rows from which to measure how far apart values lie: the size of a
            change is then in standard deviations of its column, otherwise a
            share of the larger number. Another category has size one.

        Returns
        -------
        explanation : Explanation
            The rule that predicts and its fidelity, and the change of the
            fewest columns, then of the smallest size, with which a rule of
            another outcome would predict; prints as text.

        Raises
        ------
        ValueError
            If no rule holds for the row, or several of a set without order, or
            the row lacks a column that the rules read.

        Notes
        -----
        Every cell that the rules tell apart is tried, in up to three columns at
        once and up to 200,000 changes: so no smaller number of columns would do
        where a change is found. A change need not be possible in the world.
        """
        return explain_row(self, x, X)

    def simplify(self, X: Any, y: Any = None, *, tolerance: float = 0.0) -> RuleSet:
        """Return fewer and shorter rules with a reported loss of fidelity, or none.

        Rules of one outcome are joined where a single rule is the same; the
        outcome that takes the most conditions becomes the default, where no
        rule holds; rules, conditions and bounds that the rows do not need are
        dropped; thresholds get the fewest digits.

        Parameters
        ----------
        X : array-like or DataFrame of shape (n_samples, n_features)
            Rows on which to stay faithful, such as the transfer set: the more,
            the better.
        y : array-like of shape (n_samples,), default=None
            The teacher's predictions for them, as labels of the rules. By
            default the rules' own predictions are what should not change.
        tolerance : float, default=0.0
            Maximum fidelity to y (agreement, or R² for real values) that may
            be lost on these rows in all. With 0 no prediction on them changes.

        Returns
        -------
        rules : RuleSet
            In order, the last without conditions; ``steps_`` has every step
            and what it cost. Coverage, support and fidelity are those on X, so
            fidelity is in-sample where the student has seen X; distributions
            are means of those that the rows had before.

        Raises
        ------
        ValueError
            If ``tolerance`` is outside [0, 1], no rule holds for a row, or y
            has other labels than the rules.

        Notes
        -----
        Greedy, so not always the shortest there is. Time O(n_samples * steps
        that are tried), memory O(n_samples * conditions). The promise is about
        the rows given: on others predictions may change.
        """
        rules, steps = simplify_rules(self, X, y, tolerance)
        simpler = self._with_rules(rules, ordered=True)
        simpler.steps_ = tuple(steps)
        return simpler

    def to_frame(self) -> Any:
        """Return the rules as a table.

        Returns
        -------
        table : pandas.DataFrame
            One row a rule, with the columns ``rule`` (its conditions in words),
            ``outcome``, ``coverage``, ``support`` (number of rows),
            ``fidelity``, ``length`` (number of conditions), and for classes
            ``p(<label>)``, the predicted distribution. Coverage, support and
            fidelity are in-sample, of the rows that the rules were made on;
            ``table.attrs["figures"]`` says so too.
        """
        import pandas as pd

        table = pd.DataFrame(
            {
                "rule": [self.premise_text(k) for k in range(len(self))],
                "outcome": [rule.outcome for rule in self.rules],
                "coverage": [rule.coverage for rule in self.rules],
                "support": pd.array([rule.support for rule in self.rules], dtype="Int64"),
                "fidelity": np.array([rule.fidelity for rule in self.rules], dtype=float),
                "length": [len(rule) for rule in self.rules],
            }
        )
        if any(rule.distribution for rule in self.rules):
            for label in self.classes_ or ():
                shares = [rule.distribution.get(label, np.nan) for rule in self.rules]
                table[f"p({label})"] = shares
        table.attrs["figures"] = "in-sample: of the rows that the rules were made on"
        return table

    @classmethod
    def from_json(cls, text: str) -> RuleSet:
        """Read a rule set that ``to_json`` wrote.

        Parameters
        ----------
        text : str
            JSON.

        Returns
        -------
        rules : RuleSet
            Equal to the one that was written.

        Raises
        ------
        ValueError
            If the text holds no rule set, or one of a later version.
        """
        rules, feature_names, options = read_json(text)
        return cls(rules, feature_names, **options)


def _outcome_array(outcomes: list[Any]) -> np.ndarray:
    """Outcomes as an array; of objects where numpy would turn numbers into text."""
    array = np.array(outcomes)
    mixed = array.dtype.kind in "US" and not all(isinstance(value, str) for value in outcomes)
    return np.array(outcomes, dtype=object) if mixed else array

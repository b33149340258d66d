"""Rule sets as a Python function of a pandas DataFrame."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from skdistill.rules._export._dialect import (
    Dialect,
    check_identifier,
    column_kinds,
    identifiers,
    literal,
    one_line,
    one_outcome,
    premise_in,
)

__all__ = ["to_pandas"]


class _Pandas(Dialect[str]):
    """Numbers are arrays of doubles, categories Series of objects."""

    def __init__(self, names: dict[str, str], kinds: dict[str, str]):
        self.names, self.kinds = names, kinds

    def at_most(self, column: str, value: float) -> str:
        return f"({self.names[column]} <= {value!r})"

    def above(self, column: str, value: float) -> str:
        return f"({self.names[column]} > {value!r})"

    def one_of(self, column: str, categories: Sequence[Any]) -> str:
        return f"{self.names[column]}.isin({[literal(each, 'Python') for each in categories]!r})"

    def none_of(self, column: str, categories: Sequence[Any]) -> str:
        return f"~{self.one_of(column, categories)}"

    def missing(self, column: str) -> str:
        return f"pd.isna({self.names[column]})"

    def known(self, column: str) -> str:
        return f"pd.notna({self.names[column]})"

    def every(self, parts: Sequence[str]) -> str:
        return " & ".join(parts)

    def either(self, parts: Sequence[str]) -> str:
        return f"({' | '.join(parts)})"


def to_pandas(rules: Any, name: str) -> str:
    """Write a rule set as pandas source; see :meth:`skdistill.RuleSet.to_pandas`."""
    check_identifier(name)
    one_outcome(rules, "pandas source")
    kinds = column_kinds(rules)
    words = identifiers(kinds, taken=[name])
    dialect = _Pandas(words, kinds)
    lines = [
        "import numpy as np",
        "import pandas as pd",
        "",
        "",
        f"def {name}(df):",
        '    """Predict every row of a DataFrame, in a Series with its index."""',
    ]
    for column, kind in kinds.items():
        read = (
            '.to_numpy(dtype="float64", na_value=np.nan)'
            if kind == "number"
            else (".astype(object).reset_index(drop=True)")
        )
        lines.append(f"    {words[column]} = df[{column!r}]{read}")
    lines += ["    rule = np.full(len(df), -1)"]
    for k, rule in reversed(list(enumerate(rules))):  # the first that holds writes last
        premise = premise_in(dialect, rule.conditions)
        place = ":" if premise is None else premise
        lines.append(f"    rule[{place}] = {k}  # {one_line(str(rule))}")
    outcomes = [literal(rule.outcome, "Python") for rule in rules]
    mixed = len({isinstance(outcome, str) for outcome in outcomes}) > 1
    kind = ", dtype=object" if mixed else ""
    lines += [
        f"    outcomes = np.array({outcomes!r}{kind})",
        "    predicted = pd.Series(outcomes[rule], index=df.index)",
        "    return predicted.where(rule >= 0) if (rule < 0).any() else predicted",
    ]
    return "\n".join(lines) + "\n"

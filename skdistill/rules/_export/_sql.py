"""Rule sets as a SQL expression."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from skdistill.rules._export._dialect import (
    Dialect,
    literal,
    one_line,
    one_outcome,
    premise_in,
)

__all__ = ["to_sql"]

_CLOSING = {'"': '"', "`": "`", "[": "]"}


class _Sql(Dialect[str]):
    def __init__(self, quote: str):
        self.quote = quote

    def name(self, column: str) -> str:
        closing = _CLOSING[self.quote]
        return f"{self.quote}{column.replace(closing, 2 * closing)}{closing}"

    def value(self, value: Any) -> str:
        value = literal(value, "SQL")
        if isinstance(value, bool):
            return "TRUE" if value else "FALSE"
        if isinstance(value, str):
            if self.quote == "`":  # databases in which backslashes escape
                escaped = value.replace("\\", "\\\\").replace("'", "\\'")
            else:
                escaped = value.replace("'", "''")
            return f"'{escaped}'"
        return repr(value) if isinstance(value, int) else _double(value)

    def at_most(self, column: str, value: float) -> str:
        return f"{self.name(column)} <= {self.value(value)}"

    def above(self, column: str, value: float) -> str:
        return f"{self.name(column)} > {self.value(value)}"

    def one_of(self, column: str, categories: Sequence[Any]) -> str:
        if len(categories) == 1:
            return f"{self.name(column)} = {self.value(categories[0])}"
        return f"{self.name(column)} IN ({', '.join(map(self.value, categories))})"

    def none_of(self, column: str, categories: Sequence[Any]) -> str:
        differs = (
            f"{self.name(column)} <> {self.value(categories[0])}"
            if len(categories) == 1
            else f"{self.name(column)} NOT IN ({', '.join(map(self.value, categories))})"
        )
        return self.either([self.missing(column), differs])

    def missing(self, column: str) -> str:
        return f"{self.name(column)} IS NULL"

    def known(self, column: str) -> str:
        return f"{self.name(column)} IS NOT NULL"

    def every(self, parts: Sequence[str]) -> str:
        return " AND ".join(parts)

    def either(self, parts: Sequence[str]) -> str:
        return f"({' OR '.join(parts)})"


def _double(value: float) -> str:
    """A double that every database reads to the last bit."""
    text = repr(value)
    # The shortest decimal may lie so near the middle between two doubles that
    # SQLite before 3.47 reads the other one; that of 17 digits never does.
    if math.isfinite(value):
        distance = abs(Fraction(value) - Fraction(text)) / Fraction(math.ulp(value))
        text = f"{value:.17g}" if distance > Fraction(49, 100) else text
    # With an exponent it is a double everywhere, never a decimal.
    return text if "e" in text else f"{text}e0"


def to_sql(rules: Any, table: str | None, quote: str, name: str) -> str:
    """Write a rule set as SQL; see :meth:`skdistill.RuleSet.to_sql`."""
    if quote not in _CLOSING:
        raise ValueError(f"quote must be one of '\"', '`' or '[', got {quote!r}.")
    one_outcome(rules, "SQL")
    sql = _Sql(quote)
    lines, otherwise = [], "NULL"
    for rule in rules:
        premise = premise_in(sql, rule.conditions)
        if premise is None:
            otherwise = sql.value(rule.outcome)
            break  # no rule is reached after one that always holds
        lines.append(f"  WHEN {premise} THEN {sql.value(rule.outcome)} -- {one_line(str(rule))}")
    case = "\n".join(["CASE", *lines, f"  ELSE {otherwise}", "END"]) if lines else otherwise
    if table is None:
        return case
    dotted = ".".join(map(sql.name, table.split(".")))
    return f"SELECT *,\n{case} AS {sql.name(name)}\nFROM {dotted}"

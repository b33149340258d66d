"""Rule sets as a SQL expression."""

from __future__ import annotations

from collections.abc import Sequence
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
        # With an exponent it is a double everywhere, never a decimal.
        text = repr(value)
        return text if isinstance(value, int) or "e" in text else f"{text}e0"

    def at_most(self, column: str, value: float) -> str:
        return f"{self.name(column)} <= {self.value(value)}"

    def above(self, column: str, value: float) -> str:
        return f"{self.name(column)} > {self.value(value)}"

    def one_of(self, column: str, levels: Sequence[Any]) -> str:
        if len(levels) == 1:
            return f"{self.name(column)} = {self.value(levels[0])}"
        return f"{self.name(column)} IN ({', '.join(map(self.value, levels))})"

    def none_of(self, column: str, levels: Sequence[Any]) -> str:
        differs = (
            f"{self.name(column)} <> {self.value(levels[0])}"
            if len(levels) == 1
            else f"{self.name(column)} NOT IN ({', '.join(map(self.value, levels))})"
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
            break  # nothing comes after what holds always
        lines.append(f"  WHEN {premise} THEN {sql.value(rule.outcome)} -- {one_line(str(rule))}")
    case = "\n".join(["CASE", *lines, f"  ELSE {otherwise}", "END"]) if lines else otherwise
    if table is None:
        return case
    dotted = ".".join(map(sql.name, table.split(".")))
    return f"SELECT *,\n{case} AS {sql.name(name)}\nFROM {dotted}"

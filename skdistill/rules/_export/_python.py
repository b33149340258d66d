"""Rule sets as a Python function of one row."""

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
    premise_in,
)

__all__ = ["outcome_source", "to_python"]


class _Python(Dialect[str]):
    """Numbers are NaN where they are missing, categories None."""

    def __init__(self, names: dict[str, str], kinds: dict[str, str]):
        self.names, self.kinds = names, kinds

    def at_most(self, column: str, value: float) -> str:
        return f"{self.names[column]} <= {value!r}"

    def above(self, column: str, value: float) -> str:
        return f"{self.names[column]} > {value!r}"

    def one_of(self, column: str, categories: Sequence[Any]) -> str:
        if len(categories) == 1:
            return f"{self.names[column]} == {literal(categories[0], 'Python')!r}"
        return f"{self.names[column]} in {_tuple_source(categories)}"

    def none_of(self, column: str, categories: Sequence[Any]) -> str:
        if len(categories) == 1:
            return f"{self.names[column]} != {literal(categories[0], 'Python')!r}"
        return f"{self.names[column]} not in {_tuple_source(categories)}"

    def missing(self, column: str) -> str:
        word = self.names[column]
        return f"{word} != {word}" if self.kinds[column] == "number" else f"{word} is None"

    def known(self, column: str) -> str:
        word = self.names[column]
        return f"{word} == {word}" if self.kinds[column] == "number" else f"{word} is not None"

    def every(self, parts: Sequence[str]) -> str:
        return " and ".join(parts)

    def either(self, parts: Sequence[str]) -> str:
        return f"({' or '.join(parts)})"


def _tuple_source(categories: Sequence[Any]) -> str:
    return f"({', '.join(repr(literal(each, 'Python')) for each in categories)})"


def outcome_source(outcome: Any) -> str:
    """Write an outcome as Python source."""
    if isinstance(outcome, tuple):
        return f"({', '.join(repr(literal(value, 'Python')) for value in outcome)},)"
    return repr(literal(outcome, "Python"))


_NUMBER = """\
    def number(value):
        return float("nan") if value is None else float(value)
"""
_CATEGORY = """\
    def category(value):
        return None if value != value else value
"""


def to_python(rules: Any, name: str) -> str:
    """Write a rule set as Python source; see :meth:`skdistill.RuleSet.to_python`."""
    check_identifier(name)
    kinds = column_kinds(rules)
    words = identifiers(kinds, taken=[name])
    lines = [
        f"def {name}(row):",
        '    """Predict one row: a mapping of columns to values, missing ones None or NaN."""',
    ]
    if "number" in kinds.values():
        lines += ["", *_NUMBER.splitlines()]
    if set(kinds.values()) - {"number"}:
        lines += ["", *_CATEGORY.splitlines()]
    lines += [""] if kinds else []
    for column, kind in kinds.items():
        reader = "number" if kind == "number" else "category"
        lines.append(f"    {words[column]} = {reader}(row[{column!r}])")
    dialect = _Python(words, kinds)
    for rule in rules:
        premise, outcome = premise_in(dialect, rule.conditions), outcome_source(rule.outcome)
        if premise is None:
            lines.append(f"    return {outcome}  # {one_line(str(rule))}")
            break
        lines += [f"    # {one_line(str(rule))}", f"    if {premise}:", f"        return {outcome}"]
    else:
        lines.append("    return None")
    return "\n".join(lines) + "\n"

"""Rule sets as a C function."""

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

__all__ = ["to_c"]


def _string(text: str) -> str:
    """A string literal in ASCII: other bytes of UTF-8 in octal, which has a fixed width."""
    plain = set(range(32, 127)) - {ord('"'), ord("\\"), ord("?")}  # ?? might start a trigraph
    body = "".join(chr(b) if b in plain else f"\\{b:03o}" for b in text.encode())
    return f'"{body}"'


def _comment(text: str) -> str:
    return f"/* {one_line(text).replace('*/', '* /').replace('/*', '/ *')} */"


class _C(Dialect[str]):
    def __init__(self, names: dict[str, str], kinds: dict[str, str]):
        self.names = {column: f"row->{word}" for column, word in names.items()}
        self.kinds = kinds

    def at_most(self, column: str, value: float) -> str:
        return f"{self.names[column]} <= {value!r}"

    def above(self, column: str, value: float) -> str:
        return f"{self.names[column]} > {value!r}"

    def _is(self, column: str, category: Any) -> str:
        category = literal(category, "C")
        if self.kinds[column] == "text":
            return f"strcmp({self.names[column]}, {_string(str(category))}) == 0"
        if isinstance(category, str):
            raise TypeError(
                f"C is written with categories of one kind, but those of column {column!r} are "
                "partly text. Turn all of them into text before the tree is fitted."
            )
        return f"{self.names[column]} == {float(category)!r}"

    def one_of(self, column: str, categories: Sequence[Any]) -> str:
        either = " || ".join(self._is(column, category) for category in categories)
        if self.kinds[column] == "text":
            return f"({self.known(column)} && ({either}))"
        return f"({either})"

    def none_of(self, column: str, categories: Sequence[Any]) -> str:
        return f"!{self.one_of(column, categories)}"

    def missing(self, column: str) -> str:
        if self.kinds[column] == "text":
            return f"{self.names[column]} == NULL"
        return f"isnan({self.names[column]})"

    def known(self, column: str) -> str:
        if self.kinds[column] == "text":
            return f"{self.names[column]} != NULL"
        return f"!isnan({self.names[column]})"

    def every(self, parts: Sequence[str]) -> str:
        return " && ".join(parts)

    def either(self, parts: Sequence[str]) -> str:
        return f"({' || '.join(f'({part})' for part in parts)})"


def to_c(rules: Any, name: str) -> str:
    """Write a rule set as C source; see :meth:`skdistill.RuleSet.to_c`."""
    check_identifier(name)
    one_outcome(rules, "C")
    kinds = column_kinds(rules)
    words = identifiers(kinds, taken=[name])
    lines = ["#include <math.h>", "#include <string.h>", "", "typedef struct {"]
    for column, kind in kinds.items():
        ctype, missing = ("const char *", "NULL") if kind == "text" else ("double ", "NAN")
        lines.append(f"    {ctype}{words[column]};  {_comment(f'{column}, missing: {missing}')}")
    if not kinds:
        lines.append("    char unused;")
    lines += [f"}} {name}_row;", ""]
    labels = rules.classes_
    if labels is not None:
        texts = ", ".join(_string(str(label)) for label in labels)
        lines += [f"const char *const {name}_labels[] = {{{texts}}};", ""]
        place = {label: code for code, label in enumerate(labels)}
        lines += ["/* The position of the prediction among the labels; -1 where no rule holds. */"]
    else:
        lines += ["/* The value; NAN where no rule holds. */"]
    lines += [f"{'double' if labels is None else 'int'} {name}(const {name}_row *row)", "{"]
    dialect = _C(words, kinds)
    for rule in rules:
        outcome = repr(float(rule.outcome)) if labels is None else str(place[rule.outcome])
        premise = premise_in(dialect, rule.conditions)
        lines.append(f"    {_comment(str(rule))}")
        if premise is None:
            lines.append(f"    return {outcome};")
            break
        lines.append(f"    if ({premise}) return {outcome};")
    else:
        lines.append(f"    return {'NAN' if labels is None else '-1'};")
    if not any("row->" in line for line in lines):
        lines.insert(lines.index("{") + 1, "    (void)row;")
    return "\n".join([*lines, "}", ""])

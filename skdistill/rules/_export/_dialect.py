"""What a condition means, defined once for all languages that rules are written in.

A dialect knows how its language compares a column with a number or with
categories; ``premise_in`` puts a rule's conditions together from those pieces.
"""

from __future__ import annotations

import keyword
import math
import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from typing import Any, Generic, TypeVar

from skdistill.boxes import cutoff
from skdistill.rules._conditions import Categories, Condition, Interval

__all__ = [
    "Dialect",
    "check_identifier",
    "column_kinds",
    "identifiers",
    "literal",
    "one_line",
    "one_outcome",
    "premise_in",
]

E = TypeVar("E")


class Dialect(ABC, Generic[E]):
    """Pieces of a condition in one language; E is text, or an expression object.

    All take the name of a column. Numbers are compared as doubles. Comparisons
    with numbers and ``one_of`` must not hold for a missing value, ``none_of``
    must.
    """

    @abstractmethod
    def at_most(self, column: str, value: float) -> E: ...
    @abstractmethod
    def above(self, column: str, value: float) -> E: ...
    @abstractmethod
    def one_of(self, column: str, categories: Sequence[Any]) -> E: ...
    @abstractmethod
    def none_of(self, column: str, categories: Sequence[Any]) -> E: ...
    @abstractmethod
    def missing(self, column: str) -> E: ...
    @abstractmethod
    def known(self, column: str) -> E: ...
    @abstractmethod
    def every(self, parts: Sequence[E]) -> E: ...
    @abstractmethod
    def either(self, parts: Sequence[E]) -> E: ...


def premise_in(dialect: Dialect[E], conditions: Iterable[Condition]) -> E | None:
    """Write the conditions of a rule; None where it holds always."""
    parts: list[E] = []
    for condition in conditions:
        if isinstance(condition, Interval):
            parts += _interval_in(dialect, condition)
        else:
            parts.append(_categories_in(dialect, condition))
    return dialect.every(parts) if parts else None


def _interval_in(dialect: Dialect[E], interval: Interval) -> list[E]:
    column, takes_missing = interval.column, interval.takes_missing
    if interval.low == math.inf or interval.high == -math.inf:
        beyond = dialect.missing(column)
        return [beyond] if takes_missing else [beyond, dialect.known(column)]  # which never holds
    bounds = []
    if interval.low > -math.inf:
        bounds.append(dialect.above(column, cutoff(interval.low, interval.dtype)))
    if interval.high < math.inf:
        bounds.append(dialect.at_most(column, cutoff(interval.high, interval.dtype)))
    if not bounds:
        return [] if takes_missing else [dialect.known(column)]
    if not takes_missing:
        return bounds
    return [dialect.either([dialect.missing(column), dialect.every(bounds)])]


def _categories_in(dialect: Dialect[E], condition: Categories) -> E:
    column = condition.column
    named = [category for category in condition.categories if category is not None]
    if None not in condition.categories:
        return (dialect.none_of if condition.negated else dialect.one_of)(column, named)
    if condition.negated:
        known = dialect.known(column)
        return dialect.every([known, dialect.none_of(column, named)]) if named else known
    missing = dialect.missing(column)
    return dialect.either([missing, dialect.one_of(column, named)]) if named else missing


def column_kinds(rules: Any) -> dict[str, str]:
    """Columns that a rule set reads, in the order of the rows, and what they hold.

    Parameters
    ----------
    rules : RuleSet

    Returns
    -------
    kinds : dict of str to {"number", "text", "category"}
        "text" where all categories named are strings, "category" where some are
        not.

    Raises
    ------
    TypeError
        If rules compare a column with numbers and with categories.
    """
    named: dict[str, list[Any] | None] = {}
    for rule in rules:
        for condition in rule.conditions:
            numeric = isinstance(condition, Interval)
            own = named.setdefault(condition.column, None if numeric else [])
            if numeric != (own is None):
                raise TypeError(
                    f"The rules compare column {condition.column!r} both with numbers and with "
                    "categories, which no export can write. Use one kind of condition a column."
                )
            if own is not None:
                own += [category for category in condition.categories if category is not None]
    kinds = {
        name: "number"
        if own is None
        else "text"
        if all(isinstance(category, str) for category in own)
        else "category"
        for name, own in named.items()
    }
    return {name: kinds[name] for name in rules.feature_names if name in kinds}


def literal(value: Any, language: str) -> str | int | float | bool:
    """Return a category or an outcome as a plain scalar; refuse what cannot be written."""
    value = value.item() if hasattr(value, "item") else value
    if isinstance(value, (str, int, float)):
        return value
    raise TypeError(
        f"{language} is written with texts, numbers and Booleans, but a category or an outcome is "
        f"{value!r} of type {type(value).__name__}. Turn it into text before the tree is fitted."
    )


def one_outcome(rules: Any, language: str) -> None:
    """Refuse rule sets of which a rule has several values."""
    if any(isinstance(rule.outcome, tuple) for rule in rules):
        raise TypeError(
            f"{language} is written for one outcome a row, but these rules have several values. "
            "Use to_python or to_json, or one tree for each value."
        )


def one_line(text: str) -> str:
    """Text for a comment: control characters, which might end the line, become spaces."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


# Words of C and C++, macros without capitals, and names that the exports use.
_WORDS = """
alignas alignof auto bool catch char class const const_cast constexpr decltype default delete do
double dynamic_cast else enum explicit export extern false float for friend goto if inline int
linux long mutable namespace new noexcept nullptr operator private protected public register
reinterpret_cast restrict return short signed sizeof static static_assert static_cast struct switch
template this throw true try typedef typeid typename union unix unsigned using virtual void
volatile while asm
category df isnan len nan np number outcomes pd predicted row rule strcmp
"""
_RESERVED = frozenset([*keyword.kwlist, *keyword.softkwlist, *_WORDS.split()])


def identifiers(names: Iterable[str], taken: Iterable[str] = ()) -> dict[str, str]:
    """Give every column a name that Python and C take.

    Parameters
    ----------
    names : iterable of str
    taken : iterable of str
        Further names to keep clear of.

    Returns
    -------
    identifiers : dict of str to str
        All different, in lower case.
    """
    used, found = set(_RESERVED) | set(taken), {}
    for name in names:
        stem = re.sub(r"[^0-9a-z]+", "_", name.lower()).strip("_") or "column"
        stem = f"x_{stem}" if stem[0].isdigit() else stem
        word, count = stem, 1
        while word in used:
            count += 1
            word = f"{stem}_{count}"
        used.add(word)
        found[name] = word
    return found


def check_identifier(name: str) -> None:
    """Refuse names that a function cannot have."""
    if not re.fullmatch(r"[A-Za-z_][0-9A-Za-z_]*", name) or name in _RESERVED:
        raise ValueError(f"name must be an identifier of the language, got {name!r}.")

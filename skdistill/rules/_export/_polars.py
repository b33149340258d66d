"""Rule sets as a polars expression."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from operator import and_, or_
from typing import Any

from skdistill.rules._export._dialect import (
    Dialect,
    column_kinds,
    literal,
    one_outcome,
    premise_in,
)

__all__ = ["to_polars"]


class _Polars(Dialect[Any]):
    def __init__(self, kinds: dict[str, str]):
        import polars as pl

        self.pl, self.columns = pl, {}
        for name, kind in kinds.items():
            column = pl.col(name)
            if kind == "number":  # where NaN would be above all numbers
                column = column.cast(pl.Float64).fill_nan(None)
            self.columns[name] = column.cast(pl.String) if kind == "text" else column

    def at_most(self, column: str, value: float) -> Any:
        return self.columns[column] <= self.pl.lit(value, dtype=self.pl.Float64)

    def above(self, column: str, value: float) -> Any:
        return self.columns[column] > self.pl.lit(value, dtype=self.pl.Float64)

    def one_of(self, column: str, categories: Sequence[Any]) -> Any:
        return self.columns[column].is_in([literal(each, "polars") for each in categories])

    def none_of(self, column: str, categories: Sequence[Any]) -> Any:
        return ~self.one_of(column, categories) | self.missing(column)

    def missing(self, column: str) -> Any:
        return self.columns[column].is_null()

    def known(self, column: str) -> Any:
        return self.columns[column].is_not_null()

    def every(self, parts: Sequence[Any]) -> Any:
        return reduce(and_, parts)

    def either(self, parts: Sequence[Any]) -> Any:
        return reduce(or_, parts)


def to_polars(rules: Any, name: str) -> Any:
    """Write a rule set as an expression; see :meth:`skdistill.RuleSet.to_polars`."""
    import polars as pl

    one_outcome(rules, "A polars expression")
    dialect = _Polars(column_kinds(rules))
    chain: Any = pl
    otherwise = None
    for rule in rules:
        premise = premise_in(dialect, rule.conditions)
        outcome = literal(rule.outcome, "polars")
        if premise is None:
            otherwise = outcome
            break
        chain = chain.when(premise).then(pl.lit(outcome))
    if chain is pl:  # as many predictions as there are rows, in a select of its own too
        return pl.repeat(otherwise, pl.len()).alias(name)
    return chain.otherwise(pl.lit(otherwise)).alias(name)

"""Joining rules of one outcome that differ in one column: exact for every row."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from skdistill.rules._conditions import Categories, Condition, Interval
from skdistill.rules._rule import Rule

__all__ = ["join_rules", "union_of"]


def union_of(first: Condition, second: Condition) -> tuple[Condition, ...] | None:
    """Return the condition that holds where either of two on one column does.

    Parameters
    ----------
    first, second : Interval or Categories
        On the same column.

    Returns
    -------
    union : tuple of Interval or Categories
        Empty where one of the two always holds; None where no single condition
        is the same.
    """
    if isinstance(first, Interval) and isinstance(second, Interval):
        return _union_of_intervals(first, second)
    if isinstance(first, Categories) and isinstance(second, Categories):
        return _union_of_categories(first, second)
    return None


def _union_of_intervals(first: Interval, second: Interval) -> tuple[Condition, ...] | None:
    if first.dtype != second.dtype:
        return None
    if first.low > second.low:
        first, second = second, first
    apart = [each for each in (first, second) if each.low == math.inf or each.high == -math.inf]
    named = first.missing is not None or second.missing is not None
    takes_missing = first.takes_missing or second.takes_missing
    if len(apart) == 1:  # one says that the column is missing
        (known,) = [each for each in (first, second) if each not in apart]
        low, high = known.low, known.high
    elif apart or first.high < second.low:
        return None
    else:
        low, high = first.low, max(first.high, second.high)
    if low == -math.inf and high == math.inf and (takes_missing or not named):
        return ()  # missing values that the rows never had may as well be let in
    flag: dict[str, Any] = {"missing" if named else "unseen_missing": takes_missing}
    return (Interval(first.column, low, high, **flag, dtype=first.dtype),)


def _union_of_categories(first: Categories, second: Categories) -> tuple[Condition, ...] | None:
    if first.negated and second.negated:
        left = [each for each in first.categories if each in second.categories]
    elif first.negated or second.negated:
        none, some = (first, second) if first.negated else (second, first)
        left = [each for each in none.categories if each not in some.categories]
    else:
        named = tuple(dict.fromkeys(first.categories + second.categories))
        return (Categories(first.column, named),)
    return (Categories(first.column, tuple(left), negated=True),) if left else ()


def _joined(first: Rule, second: Rule, conditions: tuple[Condition, ...]) -> Rule:
    """One rule for the rows of two, with figures averaged by coverage."""
    coverage = first.coverage + second.coverage
    share = first.coverage / coverage if coverage > 0 else 0.5

    def mean(one: float, other: float) -> float:
        return one * share + other * (1 - share)

    known = first.fidelity is not None and second.fidelity is not None
    counted = first.support is not None and second.support is not None
    distribution = {
        label: mean(value, second.distribution[label])
        for label, value in first.distribution.items()
        if label in second.distribution
    }
    return Rule(
        conditions,
        first.outcome,
        coverage,
        mean(first.fidelity, second.fidelity) if known else None,  # type: ignore[arg-type]
        distribution,
        first.support + second.support if counted else None,  # type: ignore[operator]
    )


def join_rules(rules: Sequence[Rule], ordered: bool) -> tuple[list[Rule], list[str]]:
    """Join rules of the same outcome as long as any two can be.

    Parameters
    ----------
    rules : sequence of Rule
        Disjoint ones where they have no order.
    ordered : bool
        Then only neighbours are joined: no rule between them may hold first.

    Returns
    -------
    rules : list of Rule
        The same rows as before get the same outcomes, and no row gets one that
        had none, beside those with a missing value where the rows had none.
    done : list of str
        What was joined.

    Notes
    -----
    A pass costs O(conditions), and there are no more passes than the deepest
    rule has conditions.
    """
    rules, done = list(rules), []
    while joined := _join_pass(rules, ordered):
        rules = [joined.get(k, rule) for k, rule in enumerate(rules)]  # type: ignore[misc]
        done += [f"join two rules for {rule.outcome_text}" for rule in joined.values() if rule]
        rules = [rule for rule in rules if rule is not None]
    return rules, done


def _join_pass(rules: Sequence[Rule], ordered: bool) -> dict[int, Rule | None]:
    """Pairs to be joined: the new rule in the place of the first, None in that of the second."""
    joined: dict[int, Rule | None] = {}
    seen: dict[Any, list[tuple[int, Condition]]] = {}
    for j, rule in enumerate(rules):
        for place, condition in enumerate(rule.conditions):
            others = rule.conditions[:place] + rule.conditions[place + 1 :]
            key = (rule.outcome, condition.column, frozenset(others))
            partners = seen.setdefault(key, [])
            for i, partner in partners:
                if i in joined or j in joined or (ordered and j != i + 1):
                    continue
                union = union_of(partner, condition)
                if union is not None:
                    conditions = rule.conditions[:place] + union + rule.conditions[place + 1 :]
                    joined |= {i: _joined(rules[i], rule, conditions), j: None}
            partners.append((j, condition))
    return joined

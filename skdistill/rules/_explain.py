"""Why a row gets its prediction, and the smallest change that would give it another."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise, product
from typing import Any

import numpy as np

from skdistill._frames import is_frame
from skdistill.boxes import cutoff, threshold_text, value_above, value_at_or_below
from skdistill.rules._columns import is_missing, locate_columns, read_columns, read_numbers
from skdistill.rules._conditions import Categories, Condition, Interval
from skdistill.rules._rule import Rule, held_by

__all__ = ["Explanation", "explain_row"]

# Up to so many columns are changed at once, and so many changes tried.
_MAX_COLUMNS, _MAX_TRIALS = 3, 200_000


@dataclass(frozen=True)
class Explanation:
    """Why a rule set gives a row its prediction; prints as text.

    Parameters
    ----------
    index : int
        Position of the rule that predicts.
    rule : Rule
        That rule.
    ordered : bool
        Whether rules before it were tried first, and did not hold.
    changes : dict of str to str
        What the fewest columns would have to be for another prediction; empty
        where no such change was found.
    values : dict of str to object
        Values of these columns that give the other prediction.
    other : Rule or None
        The rule that would predict then.

    Examples
    --------
    >>> from skdistill.rules import Explanation, Interval, Rule
    >>> rule = Rule((Interval("age", high=30.0),), "young", 0.25, 0.98, {})
    >>> print(Explanation(0, rule, False, {}, {}, None))
    young, because age <= 30 (coverage 0.25, fidelity 0.98).
    No small change was found that gives another prediction.
    """

    index: int
    rule: Rule
    ordered: bool
    changes: dict[str, str]
    values: dict[str, Any]
    other: Rule | None

    def __str__(self) -> str:
        earlier = "no earlier rule holds" if self.ordered and self.index else ""
        reasons = [reason for reason in (self.rule.premise_text, earlier) if reason]
        because = f", because {' and '.join(reasons)}" if reasons else ", always"
        text = f"{self.rule.outcome_text}{because} {self.rule.figures_text}."
        if self.other is None:
            return f"{text}\nNo small change was found that gives another prediction."
        changes = " and ".join(f"{column} were {to}" for column, to in self.changes.items())
        return f"{text}\nIt would be {self.other.outcome_text} if {changes}."


@dataclass(frozen=True)
class _Change:
    """Another value of one column: what it is, in words, and how far away."""

    value: Any
    words: str
    size: float


class _Elsewhere:
    """A category that no rule names."""

    def __repr__(self) -> str:
        return "<any other category>"


def explain_row(rules: Any, x: Any, X: Any) -> Explanation:
    """Explain one row; see :meth:`skdistill.RuleSet.explain`."""
    row = _row_values(rules, x)
    held = held_by(rules, {name: _column([value]) for name, value in row.items()}, 1)[0]
    if not held.any() or (not rules.ordered and held.sum() > 1):
        raise ValueError(
            "No rule holds for this row, so there is nothing to explain."
            if not held.any()
            else f"The rules {np.flatnonzero(held).tolist()} all hold for this row, and the set "
            "has no order."
        )
    index = int(np.argmax(held))
    scales = _scales(rules, row, X)
    changes = {name: _changes(rules, name, row[name], scales.get(name)) for name in row}
    found = _smallest_change(rules, row, changes, rules[index].outcome)
    if found is None:
        return Explanation(index, rules[index], rules.ordered, {}, {}, None)
    chosen, other = found
    return Explanation(
        index,
        rules[index],
        rules.ordered,
        {name: change.words for name, change in chosen.items()},
        {name: change.value for name, change in chosen.items()},
        rules[other],
    )


def _row_values(rules: Any, x: Any) -> dict[str, Any]:
    """Values of the columns that the rules read."""
    needed = list(dict.fromkeys(c.column for rule in rules for c in rule.conditions))
    names = rules.feature_names
    if isinstance(x, Mapping):
        absent = [name for name in needed if name not in {*map(str, x)}]
        if absent:
            raise ValueError(f"x has no values for {absent}, which the rules read.")
        found = locate_columns([*map(str, x)], needed, names, generated=False)
        values = list(x.values())
        return {name: values[j] for name, j in found.items()}
    if hasattr(x, "index") and hasattr(x, "iloc") and not is_frame(x):  # a row of a pandas frame
        own = [str(name) for name in x.index]
        found = locate_columns(own, needed, names, generated=rules.generated_names)
        return {name: x.iloc[j] for name, j in found.items()}
    if not is_frame(x):
        x = np.asarray(x, dtype=object)
        x = x[None, :] if x.ndim == 1 else x
    if x.shape[0] != 1:
        raise ValueError(f"explain takes one row, got {x.shape[0]}.")
    columns = read_columns(x, needed, names, generated=rules.generated_names)
    return {name: np.asarray(column, dtype=object)[0] for name, column in columns.items()}


def _column(values: Sequence[Any]) -> np.ndarray:
    """Values as an array of objects, None where they are missing."""
    column = np.empty(len(values), dtype=object)
    column[:] = [None if is_missing(value) else value for value in values]
    return column


def _conditions_on(rules: Any, name: str) -> list[Condition]:
    return [c for rule in rules for c in rule.conditions if c.column == name]


def _cuts(conditions: Sequence[Any]) -> list[tuple[float, float, str]]:
    """(last double below, bound, precision) of each bound, ascending."""
    bounds = {(bound, c.dtype) for c in conditions for bound in (c.low, c.high)}
    return sorted((cutoff(b, dtype), b, dtype) for b, dtype in bounds if math.isfinite(b))


def _scales(rules: Any, row: dict[str, Any], X: Any) -> dict[str, float]:
    """Standard deviations of the columns of numbers, as far as rows are given."""
    if X is None:
        return {}
    numbers = [name for name in row if isinstance(_conditions_on(rules, name)[0], Interval)]
    scales = {}
    columns = read_columns(X, numbers, rules.feature_names, generated=rules.generated_names)
    for name, column in columns.items():
        known = read_numbers(column, "float64")
        known = known[~np.isnan(known)]
        scales[name] = float(known.std()) if len(known) and known.std() > 0 else 1.0
    return scales


def _size(here: float, there: float, scale: float | None) -> float:
    """How large a change is: in units of the scale, or as a share of the larger number."""
    unit = scale or max(abs(here), abs(there)) or 1.0
    return abs(there - here) / unit


def _changes(rules: Any, name: str, value: Any, scale: float | None) -> list[_Change]:
    """The nearest value in every other cell that the rules tell apart in a column."""
    conditions = _conditions_on(rules, name)
    if isinstance(conditions[0], Categories):
        return _category_changes(conditions, value)
    cuts, changes = _cuts(conditions), []
    missing = is_missing(value)
    number = math.nan if missing else float(value)
    ends: list[Any] = [None, *cuts, None]
    for low, high in pairwise(ends):
        above = low is None or number > low[0]
        if not missing and above and (high is None or number <= high[0]):
            continue  # the cell that the value is in
        if high is not None and (low is None or (not missing and not number <= high[0])):
            to, words = value_at_or_below(*high[1:]), f"at most {threshold_text(*high[1:])}"
        elif low is not None:
            to, words = value_above(*low[1:]), f"above {threshold_text(*low[1:])}"
        else:  # the only cell there is
            to, words = 0.0, "known"
        changes.append(_Change(to, words, 1.0 if missing else _size(number, to, scale)))
    named = any(c.missing is not None for c in conditions if isinstance(c, Interval))
    if named and not missing:
        changes.append(_Change(None, "missing", 1.0))
    return changes


def _category_changes(conditions: Sequence[Any], value: Any) -> list[_Change]:
    named = list(dict.fromkeys(category for c in conditions for category in c.categories))
    value = None if is_missing(value) else value
    changes = [
        _Change(category, "missing" if category is None else str(category), 1.0)
        for category in named
        if category != value
    ]
    if value is None or value in named:
        known = ", ".join(str(category) for category in named if category is not None)
        changes.append(_Change(_Elsewhere(), f"none of {{{known}}}", 1.0))
    return changes


def _smallest_change(
    rules: Any, row: dict[str, Any], changes: dict[str, list[_Change]], outcome: Any
) -> tuple[dict[str, _Change], int] | None:
    """The change of fewest columns that gives another outcome, then the smallest.

    All cells of all sets of columns are tried, small sets first: exact for
    the number of columns.
    """
    differs = np.array([rule.outcome != outcome for rule in rules])
    for size in range(1, min(_MAX_COLUMNS, len(row)) + 1):
        chosen = [dict(zip(names, picked, strict=True)) for names, picked in _picks(changes, size)]
        if not chosen or len(chosen) > _MAX_TRIALS:
            return None
        columns = {
            name: _column([pick[name].value if name in pick else row[name] for pick in chosen])
            for name in row
        }
        held = held_by(rules, columns, len(chosen))
        first = np.argmax(held, axis=1)
        other = held.any(axis=1) & differs[first]
        if other.any():
            lengths = np.array([sum(c.size for c in pick.values()) for pick in chosen])
            best = int(np.argmin(np.where(other, lengths, np.inf)))
            return chosen[best], int(first[best])
    return None


def _picks(changes: dict[str, list[_Change]], size: int) -> Any:
    """Every way to change a number of columns, as long as there are not too many."""
    count = 0
    for names in combinations(changes, size):
        for picked in product(*(changes[name] for name in names)):
            count += 1
            yield names, picked
            if count > _MAX_TRIALS:
                return

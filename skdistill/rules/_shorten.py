"""Dropping what given rows do not need, and rounding what they do."""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np

from skdistill.boxes import threshold_text
from skdistill.rules._conditions import Condition, Interval
from skdistill.rules._trials import Trial, TrialRows

__all__ = ["drop_needless", "round_thresholds"]

# Takes down a step and its cost; and says whether a trial may be accepted.
Report = Callable[[str, float], None]
Allowed = Callable[[Trial], bool]


def drop_needless(
    conditions: list[list[Condition] | None],
    names: list[str],
    rows: TrialRows,
    allowed: Allowed,
    report: Report,
) -> None:
    """Drop rules, conditions and bounds, the cheapest for what it saves first.

    Parameters
    ----------
    conditions : list of (list of Interval or Categories)
        Of each rule, the last without any; changed in place, None for a rule
        that was dropped.
    names : list of str
        Each rule in words, for the report.
    rows : TrialRows
        Of the same rules; changed in place.
    allowed : callable of Trial -> bool
        Whether its loss of fidelity is within the tolerance.
    report : callable of (str, float)
        Called with every step and its cost.

    Notes
    -----
    Lazy greedy: each possible step is tried once, and again only when its turn
    has come. A trial costs O(n_samples).
    """
    while True:
        queue: list[tuple[float, int, int, int, str]] = []
        for rule, place, what, saved in _possible(conditions):
            trial = _try(conditions, rows, rule, place, what)
            if allowed(trial):
                queue.append((max(trial.cost, 0.0) / saved, -saved, rule, place, what))
        heapq.heapify(queue)
        progress = False
        while queue:
            key, saved, rule, place, what = heapq.heappop(queue)
            if not _still_there(conditions, rule, place, what):
                continue
            trial = _try(conditions, rows, rule, place, what)
            now = max(trial.cost, 0.0) / -saved
            if not allowed(trial):
                continue
            if now > key and queue and now > queue[0][0]:
                heapq.heappush(queue, (now, saved, rule, place, what))
                continue
            report(_drop(conditions, names, rows, trial, rule, place, what), trial.cost)
            progress = True
            if what == "condition":  # places in this rule have moved
                queue = [entry for entry in queue if entry[2] != rule]
                heapq.heapify(queue)
        if not progress:
            return


def _possible(
    conditions: list[list[Condition] | None],
) -> Iterator[tuple[int, int, str, int]]:
    """(rule, place of the condition, what to drop, what it saves in half conditions)."""
    for k, rule in enumerate(conditions[:-1]):
        if rule is None:
            continue
        yield k, -1, "rule", 2 * len(rule) + 2
        for place, condition in enumerate(rule):
            yield k, place, "condition", 2
            if isinstance(condition, Interval) and all(
                map(math.isfinite, (condition.low, condition.high))
            ):
                yield k, place, "low", 1
                yield k, place, "high", 1


def _still_there(
    conditions: list[list[Condition] | None], rule: int, place: int, what: str
) -> bool:
    kept = conditions[rule]
    if kept is None:
        return False
    if what in ("low", "high"):
        return math.isfinite(getattr(kept[place], what))
    return True


def _without(condition: Condition, bound: str) -> Interval:
    assert isinstance(condition, Interval)
    if bound == "low":
        return replace(condition, low=-math.inf)
    return replace(condition, high=math.inf)


def _try(
    conditions: list[list[Condition] | None],
    rows: TrialRows,
    rule: int,
    place: int,
    what: str,
) -> Trial:
    if what == "rule":
        mask = np.zeros(rows.n_rows, dtype=bool)
    elif what == "condition":
        mask = rows.holds(rule, without=place)
    else:
        kept = conditions[rule]
        assert kept is not None
        mask = rows.holds_with(rule, place, _without(kept[place], what))
    return rows.try_masks({rule: mask})


def _drop(
    conditions: list[list[Condition] | None],
    names: list[str],
    rows: TrialRows,
    trial: Trial,
    rule: int,
    place: int,
    what: str,
) -> str:
    """Take the step and return it in words."""
    kept = conditions[rule]
    assert kept is not None
    rows.accept(trial)
    if what == "rule":
        conditions[rule], rows.met[rule] = None, []
        return f"drop the rule {names[rule]}"
    old = kept[place]
    if what == "condition":
        del kept[place], rows.met[rule][place]
        return f"drop {old} from a rule for {names[rule].rpartition(' then ')[2]}"
    kept[place] = _without(old, what)
    rows.met[rule][place] = rows.mask(kept[place])
    return f"widen {old} to {kept[place]}"


def round_thresholds(
    conditions: list[list[Condition] | None],
    rows: TrialRows,
    allowed: Allowed,
    report: Report,
) -> None:
    """Give every threshold the fewest digits that the tolerance allows.

    Parameters
    ----------
    conditions, rows, allowed, report
        See `drop_needless`. All bounds of one value and precision on one column
        move together.
    """
    cuts = {
        (condition.column, bound, condition.dtype)
        for rule in conditions
        for condition in rule or ()
        if isinstance(condition, Interval)
        for bound in (condition.low, condition.high)
        if math.isfinite(bound)
    }
    for column, value, dtype in sorted(cuts):
        for rounded in _shorter(value, dtype):
            changed = _move(conditions, column, value, rounded, dtype)
            if changed is None:
                continue
            masks = {rule: _held_with(rows, rule, new) for rule, new in changed.items()}
            trial = rows.try_masks(masks)
            if not allowed(trial):
                continue
            rows.accept(trial)
            for rule, new in changed.items():
                for place, condition in new.items():
                    kept = conditions[rule]
                    assert kept is not None
                    kept[place] = condition
                    rows.met[rule][place] = rows.mask(condition)
            old, short = threshold_text(value, dtype), threshold_text(rounded, dtype)
            report(f"round {column} at {old} to {short}", trial.cost)
            break


def _digits(value: float, dtype: str) -> int:
    decimal, _, _ = threshold_text(value, dtype).partition("e")
    return len(decimal.replace("-", "").replace(".", "").strip("0"))


def _shorter(value: float, dtype: str) -> Iterator[float]:
    """Decimals near a threshold, those with fewest digits first, then the nearest."""
    magnitude = math.floor(math.log10(abs(value))) if value else 0
    for digits in range(1, _digits(value, dtype)):
        unit = 10.0 ** (magnitude - digits + 1)
        near = [math.floor(value / unit) * unit, math.ceil(value / unit) * unit]
        near = [float(np.dtype(dtype).type(f"{each:.{digits}g}")) for each in near]
        yield from sorted(set(near), key=lambda each: abs(each - value))


def _move(
    conditions: list[list[Condition] | None],
    column: str,
    value: float,
    rounded: float,
    dtype: str,
) -> dict[int, dict[int, Interval]] | None:
    """Conditions that a moved cut changes, by rule and place; None if one were empty."""
    changed: dict[int, dict[int, Interval]] = {}
    for k, rule in enumerate(conditions):
        for place, condition in enumerate(rule or ()):
            if not isinstance(condition, Interval) or condition.column != column:
                continue
            if condition.dtype != dtype or value not in (condition.low, condition.high):
                continue
            low = rounded if condition.low == value else condition.low
            high = rounded if condition.high == value else condition.high
            if low >= high:
                return None
            changed.setdefault(k, {})[place] = replace(condition, low=low, high=high)
    return changed


def _held_with(rows: TrialRows, rule: int, new: dict[int, Interval]) -> np.ndarray:
    held = np.ones(rows.n_rows, dtype=bool)
    for place, met in enumerate(rows.met[rule]):
        held &= rows.mask(new[place]) if place in new else met
    return held

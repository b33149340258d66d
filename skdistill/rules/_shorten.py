"""Dropping what given rows do not need, and rounding what they do."""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np

from skdistill.rules._answers import ListAnswers, Trial
from skdistill.rules._conditions import Interval, Levels
from skdistill.rules._float32 import threshold_text

__all__ = ["drop_needless", "round_thresholds"]

Condition = Interval | Levels
# Tells of a step taken: what, its cost; and whether a trial may be accepted.
Report = Callable[[str, float], None]
Allowed = Callable[[Trial], bool]


def drop_needless(
    conditions: list[list[Condition] | None],
    names: list[str],
    answers: ListAnswers,
    allowed: Allowed,
    report: Report,
) -> None:
    """Drop rules, conditions and bounds, the cheapest for what it saves first.

    Parameters
    ----------
    conditions : list of (list of Interval or Levels)
        Of each rule, the last without any; changed in place, None for a rule
        that was dropped.
    names : list of str
        What each rule says, for the report.
    answers : ListAnswers
        Of the same rules; changed in place.
    allowed : callable of Trial -> bool
        Whether its cost may be paid.
    report : callable of (str, float)
        Told every step and its cost.

    Notes
    -----
    Lazy greedy: each possible step is tried once, and again only when its turn
    has come. A trial costs O(n_samples).
    """
    while True:
        queue: list[tuple[float, int, int, int, str]] = []
        for rule, place, what, saved in _possible(conditions):
            trial = _try(conditions, answers, rule, place, what)
            if allowed(trial):
                queue.append((max(trial.cost, 0.0) / saved, -saved, rule, place, what))
        heapq.heapify(queue)
        progress = False
        while queue:
            key, saved, rule, place, what = heapq.heappop(queue)
            if not _still_there(conditions, rule, place, what):
                continue
            trial = _try(conditions, answers, rule, place, what)
            now = max(trial.cost, 0.0) / -saved
            if not allowed(trial):
                continue
            if now > key and queue and now > queue[0][0]:
                heapq.heappush(queue, (now, saved, rule, place, what))
                continue
            report(_drop(conditions, names, answers, trial, rule, place, what), trial.cost)
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
    answers: ListAnswers,
    rule: int,
    place: int,
    what: str,
) -> Trial:
    if what == "rule":
        mask = np.zeros(answers.n_rows, dtype=bool)
    elif what == "condition":
        mask = answers.holds(rule, without=place)
    else:
        kept = conditions[rule]
        assert kept is not None
        mask = answers.holds_with(rule, place, _without(kept[place], what))
    return answers.try_masks({rule: mask})


def _drop(
    conditions: list[list[Condition] | None],
    names: list[str],
    answers: ListAnswers,
    trial: Trial,
    rule: int,
    place: int,
    what: str,
) -> str:
    """Take the step and return it in words."""
    kept = conditions[rule]
    assert kept is not None
    answers.accept(trial)
    if what == "rule":
        conditions[rule], answers.met[rule] = None, []
        return f"drop the rule {names[rule]}"
    old = kept[place]
    if what == "condition":
        del kept[place], answers.met[rule][place]
        return f"drop {old} from a rule for {names[rule].rpartition(' then ')[2]}"
    kept[place] = _without(old, what)
    answers.met[rule][place] = answers.mask(kept[place])
    return f"widen {old} to {kept[place]}"


def round_thresholds(
    conditions: list[list[Condition] | None],
    answers: ListAnswers,
    allowed: Allowed,
    report: Report,
) -> None:
    """Give every threshold the fewest digits at a cost that may be paid.

    Parameters
    ----------
    conditions, answers, allowed, report
        See `drop_needless`. All bounds with one value on one column move
        together.
    """
    cuts = {
        (condition.column, bound)
        for rule in conditions
        for condition in rule or ()
        if isinstance(condition, Interval)
        for bound in (condition.low, condition.high)
        if math.isfinite(bound)
    }
    for column, value in sorted(cuts):
        for rounded in _shorter(value):
            changed = _move(conditions, column, value, rounded)
            if changed is None:
                continue
            masks = {rule: _held_with(answers, rule, new) for rule, new in changed.items()}
            trial = answers.try_masks(masks)
            if not allowed(trial):
                continue
            answers.accept(trial)
            for rule, new in changed.items():
                for place, condition in new.items():
                    kept = conditions[rule]
                    assert kept is not None
                    kept[place] = condition
                    answers.met[rule][place] = answers.mask(condition)
            text = f"round {column} at {threshold_text(value)} to {threshold_text(rounded)}"
            report(text, trial.cost)
            break


def _digits(value: float) -> int:
    return len(threshold_text(value).replace("-", "").replace(".", "").strip("0"))


def _shorter(value: float) -> Iterator[float]:
    """Decimals near a threshold, those with fewest digits first, then the nearest."""
    magnitude = math.floor(math.log10(abs(value))) if value else 0
    for digits in range(1, _digits(value)):
        unit = 10.0 ** (magnitude - digits + 1)
        near = [math.floor(value / unit) * unit, math.ceil(value / unit) * unit]
        near = [float(np.float32(f"{each:.{digits}g}")) for each in near]
        yield from sorted(set(near), key=lambda each: abs(each - value))


def _move(
    conditions: list[list[Condition] | None], column: str, value: float, rounded: float
) -> dict[int, dict[int, Interval]] | None:
    """Conditions that a moved cut changes, by rule and place; None if one were empty."""
    changed: dict[int, dict[int, Interval]] = {}
    for k, rule in enumerate(conditions):
        for place, condition in enumerate(rule or ()):
            if not isinstance(condition, Interval) or condition.column != column:
                continue
            if value not in (condition.low, condition.high):
                continue
            low = rounded if condition.low == value else condition.low
            high = rounded if condition.high == value else condition.high
            if low >= high:
                return None
            changed.setdefault(k, {})[place] = replace(condition, low=low, high=high)
    return changed


def _held_with(answers: ListAnswers, rule: int, new: dict[int, Interval]) -> np.ndarray:
    held = np.ones(answers.n_rows, dtype=bool)
    for place, met in enumerate(answers.met[rule]):
        held &= answers.mask(new[place]) if place in new else met
    return held

"""Simplification of rule sets, with the fidelity that every step loses."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from skdistill.rules._columns import read_columns
from skdistill.rules._join import join_rules
from skdistill.rules._rule import Rule
from skdistill.rules._shorten import drop_needless, round_thresholds
from skdistill.rules._trials import Trial, TrialRows

__all__ = ["SimplificationStep", "simplify_rules"]


@dataclass(frozen=True)
class SimplificationStep:
    """One step of :meth:`skdistill.RuleSet.simplify`, and the fidelity that it lost.

    Parameters
    ----------
    what : str
        What was done, in words.
    cost : float
        Fidelity lost on the given rows; negative where it was gained.
    n_rules, n_conditions : int
        How many are left after it.

    Examples
    --------
    >>> from skdistill.rules import SimplificationStep
    >>> print(SimplificationStep("drop age <= 30", 0.002, 4, 7))
    drop age <= 30 (fidelity lost 0.0020; 4 rules, 7 conditions left)
    """

    what: str
    cost: float
    n_rules: int
    n_conditions: int

    def __str__(self) -> str:
        left = f"{self.n_rules} rules, {self.n_conditions} conditions left"
        return f"{self.what} (fidelity lost {self.cost:.4f}; {left})"


def simplify_rules(
    rules: Any, X: Any, y: Any, tolerance: float
) -> tuple[list[Rule], list[SimplificationStep]]:
    """Simplify a rule set; see :meth:`skdistill.RuleSet.simplify`.

    Parameters
    ----------
    rules : RuleSet
    X : array-like or DataFrame of shape (n_samples, n_features)
    y : array-like of shape (n_samples,) or (n_samples, n_outputs), or None
    tolerance : float

    Returns
    -------
    rules : list of Rule
        In order, the last without conditions.
    steps : list of SimplificationStep
    """
    _check_tolerance(tolerance)
    predicted = rules.predict(X)
    target = predicted if y is None else _check_labels(rules, y, predicted)
    kept, steps = _exact_steps(rules)
    needed = [condition.column for rule in kept for condition in rule.conditions]
    columns = read_columns(X, needed, rules.feature_names, generated=rules.generated_names)
    conditions: list[Any] = [list(rule.conditions) for rule in kept]
    outcomes = [rule.outcome for rule in kept]
    rows = TrialRows(conditions, outcomes, columns, target, rules.classes_ is None)
    lost = 0.0

    def allowed(trial: Trial) -> bool:
        if tolerance == 0:
            return not trial.changes
        return lost + trial.cost <= tolerance + 1e-12  # costs are sums of floats

    def report(what: str, cost: float) -> None:
        nonlocal lost
        lost += cost
        left = [rule for rule in conditions if rule is not None]
        steps.append(SimplificationStep(what, cost, len(left), sum(map(len, left))))

    drop_needless(conditions, [_words(rule) for rule in kept], rows, allowed, report)
    round_thresholds(conditions, rows, allowed, report)
    simpler = [
        replace(rule, conditions=tuple(left))
        for rule, left in zip(kept, conditions, strict=True)
        if left is not None
    ]
    place = np.cumsum([left is not None for left in conditions]) - 1
    labels = None if y is None else target
    return _with_figures(simpler, place[rows.first], rules, X, labels), steps


def _check_tolerance(tolerance: float) -> None:
    if isinstance(tolerance, bool) or not 0 <= tolerance <= 1:
        raise ValueError(f"tolerance must be a number in [0, 1], got {tolerance!r}.")


def _check_labels(rules: Any, y: Any, predicted: np.ndarray) -> np.ndarray:
    """The teacher's predictions, as far as the rules could make them too."""
    target = np.asarray(y)
    if target.shape != predicted.shape:
        raise ValueError(f"y has shape {target.shape}, but the rules predict {predicted.shape}.")
    classes = rules.classes_
    strange = set() if classes is None else set(target.tolist()) - set(classes)
    if strange:
        raise ValueError(
            f"y holds the labels {sorted(map(str, strange))[:10]}, but the classes of the rules "
            f"are {classes}. Give y in these labels, or class_names to extract_rules."
        )
    return target


def _words(rule: Rule) -> str:
    return f"if {rule.premise_text} then {rule.outcome_text}"


def _exact_steps(rules: Any) -> tuple[list[Rule], list[SimplificationStep]]:
    """Join what can be joined and put a default last: no prediction changes."""
    kept, done = join_rules(_reachable(rules), rules.ordered)
    counts = _counts_after(rules, kept, len(done))
    steps = [
        SimplificationStep(what, 0.0, *count) for what, count in zip(done, counts, strict=True)
    ]
    if kept[-1].conditions:
        default = kept[-1].outcome if rules.ordered else _costliest_outcome(kept)
        gone = kept[-1:] if rules.ordered else [rule for rule in kept if rule.outcome == default]
        kept = [rule for rule in kept if not any(rule is each for each in gone)]
        if not rules.ordered:  # short rules that cover many rows come first
            kept.sort(key=lambda rule: (len(rule), -rule.coverage))
        kept.append(Rule((), default, 0.0, None, dict(gone[0].distribution)))
        what = f"predict {kept[-1].outcome_text} where no rule holds"
        steps.append(SimplificationStep(what, 0.0, len(kept), sum(map(len, kept))))
    return kept, steps


def _reachable(rules: Any) -> list[Rule]:
    """The rules up to the first that always holds."""
    always = [k for k, rule in enumerate(rules) if not rule.conditions]
    return list(rules)[: always[0] + 1] if always else list(rules)


def _counts_after(rules: Any, kept: list[Rule], n_joins: int) -> list[tuple[int, int]]:
    """Rules left after each join; conditions are counted once all are done."""
    n_conditions = sum(map(len, kept))
    return [(len(rules) - k - 1, n_conditions) for k in range(n_joins)]


def _costliest_outcome(rules: list[Rule]) -> Any:
    """The outcome whose rules have the most conditions together."""
    total: dict[Any, tuple[int, float]] = {}
    for rule in rules:
        length, coverage = total.get(rule.outcome, (0, 0.0))
        total[rule.outcome] = (length + len(rule), coverage + rule.coverage)
    return max(total, key=lambda outcome: total[outcome])


def _with_figures(
    simpler: list[Rule], first: np.ndarray, rules: Any, X: Any, labels: np.ndarray | None
) -> list[Rule]:
    """Count coverage, support, fidelity and distribution on the given rows.

    Fidelity is agreement with the labels; without them the mean of what the
    rules that predicted these rows before have. Distributions are means too.
    """
    counts = np.bincount(first, minlength=len(simpler))
    crossed = np.zeros((len(simpler), len(rules)))
    np.add.at(crossed, (first, rules.apply(X)), 1.0)
    crossed /= np.maximum(counts, 1)[:, None]  # which old rules predicted a new one's rows
    figured = []
    for k, rule in enumerate(simpler):
        distribution, fidelity = rule.distribution, None
        if counts[k] and distribution:
            origin = [(float(crossed[k, i]), rules[i]) for i in np.flatnonzero(crossed[k])]
            distribution = {
                label: sum(share * old.distribution[label] for share, old in origin)
                for label in distribution
            }
            if labels is None:
                fidelity = _expected_fidelity(rule.outcome, origin)
            else:
                agree = [label == rule.outcome for label in labels[first == k].tolist()]
                fidelity = float(np.mean(agree))
        coverage, support = float(counts[k] / len(first)), int(counts[k])
        figured.append(
            Rule(rule.conditions, rule.outcome, coverage, fidelity, distribution, support)
        )
    return figured


def _expected_fidelity(outcome: Any, origin: list[tuple[float, Rule]]) -> float | None:
    """Fidelity of an outcome that the rules which predicted before lead one to expect."""
    total = 0.0
    for share, old in origin:
        expected = old.fidelity if old.outcome == outcome else old.distribution[outcome]
        if expected is None:
            return None
        total += share * expected
    return total

"""Rule sets as JSON, and back; the layout is described in ``RuleSet.to_json``."""

from __future__ import annotations

import json
import math
from typing import Any

from skdistill.rules._conditions import Categories, Condition, Interval
from skdistill.rules._export._dialect import literal
from skdistill.rules._rule import Rule

__all__ = ["read_json", "to_json"]

_FORMAT, _VERSION = "skdistill.RuleSet", 1


def _bound(value: float) -> float | str:
    return value if math.isfinite(value) else str(value)  # JSON has no infinity


def _condition_out(condition: Condition) -> dict[str, Any]:
    written: dict[str, Any] = {"column": condition.column}
    if isinstance(condition, Categories):
        named = [None if c is None else literal(c, "JSON") for c in condition.categories]
        written["not_in" if condition.negated else "in"] = named
        return written
    if condition.low != -math.inf:
        written["above"] = _bound(condition.low)
    if condition.high != math.inf:
        written["at_most"] = _bound(condition.high)
    written["missing"] = condition.missing
    if condition.unseen_missing:
        written["unseen_missing"] = True
    written["dtype"] = condition.dtype
    return written


def _condition_in(written: dict[str, Any]) -> Condition:
    for key in ("in", "not_in"):
        if key in written:
            return Categories(written["column"], tuple(written[key]), key == "not_in")
    return Interval(
        written["column"],
        float(written.get("above", -math.inf)),
        float(written.get("at_most", math.inf)),
        written.get("missing"),
        bool(written.get("unseen_missing", False)),
        written["dtype"],
    )


def _outcome_out(outcome: Any) -> Any:
    if isinstance(outcome, tuple):
        return [literal(value, "JSON") for value in outcome]
    return literal(outcome, "JSON")


def to_json(rules: Any, indent: int | None) -> str:
    """Write a rule set as JSON; see :meth:`skdistill.RuleSet.to_json`."""
    classes = rules.classes_
    written = []
    for rule in rules:
        fidelity = None if rule.fidelity is None or math.isnan(rule.fidelity) else rule.fidelity
        shares = [rule.distribution[label] for label in classes] if rule.distribution else None
        written.append(
            {
                "if": [_condition_out(condition) for condition in rule.conditions],
                "then": _outcome_out(rule.outcome),
                "coverage": rule.coverage,
                "support": rule.support,
                "fidelity": fidelity,
                "distribution": shares,
            }
        )
    document = {
        "format": _FORMAT,
        "version": _VERSION,
        "ordered": rules.ordered,
        "feature_names": list(rules.feature_names),
        "generated_names": rules.generated_names,
        "classes": None if classes is None else [literal(label, "JSON") for label in classes],
        "rules": written,
    }
    return json.dumps(document, indent=indent, allow_nan=False, ensure_ascii=False)


def read_json(text: str) -> tuple[list[Rule], list[str], dict[str, bool]]:
    """Read what ``to_json`` wrote.

    Returns
    -------
    rules : list of Rule
    feature_names : list of str
    options : dict of str to bool
        Further arguments of the rule set.

    Raises
    ------
    ValueError
        If the text is no JSON, no rule set, or of a version that is not known.
    """
    document = json.loads(text)
    if not isinstance(document, dict) or document.get("format") != _FORMAT:
        raise ValueError(f'This JSON holds no rule set: it has no "format": "{_FORMAT}".')
    if document.get("version") != _VERSION:
        raise ValueError(
            f"This rule set is of version {document.get('version')!r}, but version {_VERSION} is "
            "read here. Read it with the release that wrote it, or a later one."
        )
    try:
        rules = [_rule_in(rule, document["classes"]) for rule in document["rules"]]
        options = {name: bool(document[name]) for name in ("ordered", "generated_names")}
        return rules, list(document["feature_names"]), options
    except (KeyError, TypeError) as error:
        raise ValueError(f"This rule set lacks a part that it must have: {error}.") from error


def _rule_in(written: dict[str, Any], classes: list[Any] | None) -> Rule:
    outcome, shares = written["then"], written.get("distribution")
    return Rule(
        tuple(_condition_in(condition) for condition in written["if"]),
        tuple(outcome) if isinstance(outcome, list) else outcome,
        float(written["coverage"]),
        written.get("fidelity"),
        dict(zip(classes or (), shares, strict=True)) if shares else {},
        written.get("support"),
    )

"""Rules: what a tree says, in the user's own columns and units."""

from skdistill.rules._conditions import Interval, Levels
from skdistill.rules._explain import Explanation
from skdistill.rules._extract import extract_rules
from skdistill.rules._extract import node_rules as node_rules
from skdistill.rules._rule import Rule
from skdistill.rules._ruleset import RuleSet
from skdistill.rules._simplify import SimplificationStep

__all__ = [
    "Explanation",
    "Interval",
    "Levels",
    "Rule",
    "RuleSet",
    "SimplificationStep",
    "extract_rules",
]

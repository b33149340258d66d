"""Rules: what a tree says, in the user's own columns and units."""

from skdistill.rules._conditions import Interval, Levels
from skdistill.rules._extract import extract_rules
from skdistill.rules._ruleset import Rule, RuleSet

__all__ = ["Interval", "Levels", "Rule", "RuleSet", "extract_rules"]

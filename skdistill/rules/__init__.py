"""Rules: what a tree or a rule learner predicts, in the user's own columns and units."""

from skdistill.rules._columns import category_codes as category_codes
from skdistill.rules._columns import read_columns as read_columns
from skdistill.rules._columns import read_numbers as read_numbers
from skdistill.rules._columns import repeated as repeated
from skdistill.rules._conditions import Categories, Interval
from skdistill.rules._explain import Explanation
from skdistill.rules._extract import extract_rules
from skdistill.rules._extract import node_rules as node_rules
from skdistill.rules._paths import PathColumn as PathColumn
from skdistill.rules._paths import bounds_conditions as bounds_conditions
from skdistill.rules._paths import path_columns as path_columns
from skdistill.rules._rule import Rule
from skdistill.rules._rule import held_by as held_by
from skdistill.rules._ruleset import RuleSet
from skdistill.rules._simplify import SimplificationStep

# What other packages need of this one beside the API is imported above "as"
# itself; only __all__ is documented for users.
__all__ = [
    "Categories",
    "Explanation",
    "Interval",
    "Rule",
    "RuleSet",
    "SimplificationStep",
    "extract_rules",
]

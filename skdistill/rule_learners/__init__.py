"""Rule lists and rule sets, learned from a teacher directly."""

from skdistill.rule_learners._rule_list import RuleListClassifier
from skdistill.rule_learners._rule_set import RuleSetClassifier

__all__ = ["RuleListClassifier", "RuleSetClassifier"]

"""Complexity of students: how much there is to read."""

from __future__ import annotations

from typing import Any

from skdistill.metrics._leaves import RuleLeaves, TreeLeaves, is_rule_set
from skdistill.teachers import final_step

__all__ = ["student_complexity"]


def student_complexity(student: Any) -> dict[str, float]:
    """Count what a reader of a student has to read.

    Parameters
    ----------
    student : fitted estimator
        With a scikit-learn ``tree_``, itself or as its ``student_``; a rule
        set, or a student with one as its ``rules_``; or a pipeline or search
        that ends in one of these.

    Returns
    -------
    complexity : dict of str to number
        ``leaves``, ``depth``, ``mean_path_length`` (conditions passed by the
        mean row of the transfer set) and ``features_used`` of a tree;
        ``rules``, ``conditions`` and ``features_used`` of rules. Features are
        columns of X, also where a tree reads one as several indicators. Empty
        where there is nothing to count.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.tree import DecisionTreeClassifier
    >>> from skdistill.metrics import student_complexity
    >>> tree = DecisionTreeClassifier(max_depth=1).fit(*load_iris(return_X_y=True))
    >>> student_complexity(tree)
    {'leaves': 2, 'depth': 1, 'mean_path_length': 1.0, 'features_used': 1}
    """
    student = final_step(student)
    rules = getattr(student, "rules_", student)
    if is_rule_set(rules):
        return {
            "rules": len(rules),
            "conditions": int(rules.n_conditions),
            "features_used": len(RuleLeaves(rules).columns_used()),
        }
    while hasattr(student, "student_"):
        student = final_step(student.student_)
    tree = getattr(student, "tree_", None)
    if tree is None or not hasattr(tree, "children_left"):
        return {}
    inner = tree.children_left != -1
    weight = tree.weighted_n_node_samples
    return {
        "leaves": int(tree.n_leaves),
        "depth": int(tree.max_depth),
        # A row passes a condition at every inner node that it reaches.
        "mean_path_length": float(weight[inner].sum() / weight[0]),
        "features_used": len(TreeLeaves(student).columns_used()),
    }

"""How a student divides the rows: the leaves of a tree, or rules.

Both are read through one interface, so that reports need not know which it is.
A rule set is whatever has ``rules``, ``apply`` and ``premise_text``.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from skdistill._rows import as_rows
from skdistill.teachers import final_step_and_rows

__all__ = ["RuleLeaves", "TreeLeaves", "find_leaves", "is_rule_set"]


class TreeLeaves:
    """The leaves of a scikit-learn tree, numbered from left to right.

    That is the order in which rules are extracted.

    Parameters
    ----------
    tree : fitted estimator
        With ``tree_`` and ``apply``.

    Attributes
    ----------
    nodes : list of int
        The node that each leaf is.
    columns : list of str
        Names of the columns of X.
    """

    part = "leaf"

    def __init__(self, tree: Any):
        self.tree = tree
        n_features = getattr(tree, "n_features_in_", tree.tree_.n_features)
        names = getattr(tree, "feature_names_in_", [f"x{j}" for j in range(n_features)])
        self.columns = [str(name) for name in names]
        # A tree may read encoded columns, some of them one-hot indicators:
        # `tree_columns_` has the position in X that each comes from.
        self._places = getattr(tree, "tree_columns_", np.arange(n_features)).tolist()
        self._split_names = [
            str(name) for name in getattr(tree, "tree_feature_names_", self.columns)
        ]
        self.nodes: list[int] = []
        self._paths: list[list[str]] = []
        left, right, feature = (
            getattr(tree.tree_, name).tolist()
            for name in ("children_left", "children_right", "feature")
        )
        stack: list[tuple[int, list[str]]] = [(0, [])]
        while stack:
            node, path = stack.pop()
            if left[node] == -1:
                self.nodes.append(node)
                self._paths.append(list(dict.fromkeys(path)))
                continue
            path = [*path, self.columns[self._places[feature[node]]]]
            stack += [(right[node], path), (left[node], path)]

    def __len__(self) -> int:
        return len(self.nodes)

    def apply(self, X: Any) -> np.ndarray:
        """Return the number of the leaf of each row, of shape (n_samples,)."""
        place = np.full(self.tree.tree_.node_count, -1)
        place[self.nodes] = np.arange(len(self.nodes))
        leaf: np.ndarray = place[self.tree.apply(X)]
        return leaf

    def names(self) -> list[str] | None:
        """Names of the leaves, where the tree has some."""
        own = getattr(self.tree, "leaf_names", None)
        return None if own is None else [str(name) for name in own()]

    def columns_of(self, leaf: int) -> list[str]:
        """Columns that are tested on the way to a leaf, in their order."""
        return self._paths[leaf]

    def columns_used(self) -> list[str]:
        """Columns that are tested anywhere."""
        return list(dict.fromkeys(name for path in self._paths for name in path))

    def root(self) -> tuple[str, float | None]:
        """The first split: its column, and the threshold where it has one."""
        feature, threshold = int(self.tree.tree_.feature[0]), self.tree.tree_.threshold[0]
        if feature < 0:
            return "none", None
        column = self.columns[self._places[feature]]
        # Thresholds of indicators and of ranks of categories mean nothing in X.
        ordered = getattr(self.tree, "category_order_", {})
        name = self._split_names[feature]
        in_unit = name == column and column not in {str(each) for each in ordered}
        return name, float(threshold) if in_unit else None


class RuleLeaves:
    """The rules of a rule set, by their positions.

    Parameters
    ----------
    rules : RuleSet
    """

    part = "rule"

    def __init__(self, rules: Any):
        self.rules = rules
        self.columns = [str(name) for name in rules.feature_names]

    def __len__(self) -> int:
        return len(self.rules)

    def apply(self, X: Any) -> np.ndarray:
        """Return the position of the rule that predicts each row, of shape (n_samples,)."""
        position: np.ndarray = self.rules.apply(X)
        return position

    def names(self) -> list[str]:
        """The condition of each rule, as text."""
        return [self.rules.premise_text(k) for k in range(len(self.rules))]

    def columns_of(self, leaf: int) -> list[str]:
        """Columns that a rule tests."""
        return list(dict.fromkeys(c.column for c in self.rules.rules[leaf].conditions))

    def columns_used(self) -> list[str]:
        """Columns that any rule tests."""
        return list(dict.fromkeys(n for k in range(len(self)) for n in self.columns_of(k)))

    def root(self) -> tuple[str, float | None]:
        """Columns of the first rule that has any; rules have no first threshold."""
        for leaf in range(len(self)):
            if names := self.columns_of(leaf):
                return " and ".join(sorted(names)), None
        return "none", None


def is_rule_set(student: Any) -> bool:
    """Whether a student is a set of rules, or has the methods of one."""
    return all(hasattr(student, name) for name in ("rules", "apply", "premise_text"))


def find_leaves(student: Any, X: Any) -> tuple[TreeLeaves | RuleLeaves | None, Any]:
    """Find the tree or the rules inside a student.

    Parameters
    ----------
    student : fitted estimator
        A tree, a rule set, or a distiller, pipeline or search around one.
    X : array-like or DataFrame of shape (n_samples, n_features)
        Rows as the student takes them.

    Returns
    -------
    leaves : TreeLeaves, RuleLeaves or None
        None where there are none.
    rows : ndarray, sparse matrix or DataFrame
        The rows as the tree or the rules take them.
    """
    student, X = final_step_and_rows(student, X)
    while hasattr(student, "student_"):
        student, X = final_step_and_rows(student.student_, X)
    rows = as_rows(X)
    rules = getattr(student, "rules_", student)
    if is_rule_set(rules):
        return RuleLeaves(rules), rows
    if hasattr(getattr(student, "tree_", None), "children_left") and hasattr(student, "apply"):
        return TreeLeaves(student), rows
    return None, rows

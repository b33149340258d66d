"""From the leaves of any scikit-learn tree to rules."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from sklearn.base import is_classifier
from sklearn.pipeline import Pipeline
from sklearn.utils import get_tags
from sklearn.utils.validation import check_is_fitted

from skdistill.rules._paths import merge_steps, node_paths, path_columns
from skdistill.rules._rule import Rule
from skdistill.rules._ruleset import RuleSet

__all__ = ["extract_rules"]


def extract_rules(
    tree: Any,
    *,
    feature_names: Any = None,
    class_names: Any = None,
    unseen_missing: bool = True,
) -> RuleSet:
    """Read a tree as rules, one a leaf.

    Conditions on one column are merged into one interval, indicators of levels
    become levels again, and thresholds are printed with as few digits as split
    the same rows.

    Parameters
    ----------
    tree : fitted estimator
        A distilled tree, any ``DecisionTreeClassifier`` or
        ``DecisionTreeRegressor``, a distiller with such a ``student_``, or a
        pipeline that ends in one (its rules speak of what the tree sees).
    feature_names : sequence of str, default=None
        Names of the columns; by default those of the data frame that the tree
        was fitted on, else ``x0``, ``x1``, ...
    class_names : sequence of str, default=None
        Names of the classes, in the order of ``classes_``; by default the
        labels themselves.
    unseen_missing : bool, default=True
        Whether a missing number in a column that had none in ``fit`` goes where
        the tree sends it, if the tree takes it at all. With False no rule
        holds for it, which also makes code written from the rules shorter.
        Plain trees of scikit-learn do not tell which columns had gaps.

    Returns
    -------
    rules : RuleSet
        In the order of the leaves, left to right. Coverage and fidelity are of
        the rows that the tree was fitted on, so they are in-sample: held-out
        fidelity is for :func:`skdistill.fidelity_report`. For a tree that no
        teacher labelled, fidelity is the share of the leaf's own label.

    Raises
    ------
    TypeError
        If there is no tree to read.
    ValueError
        If the names are not as many as the columns or classes.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.tree import DecisionTreeClassifier
    >>> from skdistill import extract_rules
    >>> iris = load_iris(as_frame=True)
    >>> tree = DecisionTreeClassifier(max_leaf_nodes=3, random_state=0)
    >>> tree = tree.fit(iris.data[["petal length (cm)"]], iris.target)
    >>> print(extract_rules(tree, class_names=iris.target_names))
    if petal length (cm) <= 2.45 then setosa (coverage 0.33, fidelity 1.00)
    if 2.45 < petal length (cm) <= 4.75 then versicolor (coverage 0.30, fidelity 0.98)
    if petal length (cm) > 4.75 then virginica (coverage 0.37, fidelity 0.89)
    """
    check_is_fitted(tree)
    tree = tree.steps[-1][1] if isinstance(tree, Pipeline) else tree
    tree = getattr(tree, "student_", tree)
    if not hasattr(getattr(tree, "tree_", None), "children_left"):
        raise TypeError(
            f"extract_rules reads fitted scikit-learn trees, but {type(tree).__name__} has no "
            "tree_. Distil it into one first: DistilledTreeClassifier(model).fit(X)."
        )
    return node_rules(
        tree,
        tree.tree_.children_left == -1,
        feature_names=feature_names,
        class_names=class_names,
        unseen_missing=unseen_missing,
    )


def node_rules(
    tree: Any,
    chosen: np.ndarray,
    *,
    feature_names: Any = None,
    class_names: Any = None,
    unseen_missing: bool = True,
) -> RuleSet:
    """Read chosen nodes of a tree as rules; see :func:`extract_rules`.

    Parameters
    ----------
    tree : fitted scikit-learn tree
    chosen : ndarray of shape (node_count,), dtype bool
        Which nodes; all the leaves make a rule set of which one rule holds for
        every row.
    feature_names, class_names : sequence of str, default=None
    unseen_missing : bool, default=True

    Returns
    -------
    rules : RuleSet
        Left to right, a node before those below it.
    """
    raw_names, names = _raw_names(tree, feature_names), _class_names(tree, class_names)
    columns = path_columns(
        getattr(tree, "encoder_", None),
        raw_names,
        getattr(tree, "missing_columns_", _columns_with_gaps(tree.tree_)),
        unseen=unseen_missing and _takes_gaps(tree),
    )
    rules = [
        _rule(tree, node, merge_steps(steps, columns), names)
        for node, steps in node_paths(tree.tree_)
        if chosen[node]
    ]
    return RuleSet(rules, raw_names)


def _columns_with_gaps(tree: Any) -> np.ndarray:
    """Mask of the columns of which a plain tree itself tells that they had gaps."""
    # Only a split between the missing and the known has no finite threshold.
    apart = (tree.feature >= 0) & np.isinf(tree.threshold)
    return np.isin(np.arange(tree.n_features), tree.feature[apart])


def _takes_gaps(tree: Any) -> bool:
    """Whether a tree answers rows with gaps, also in columns that had none before."""
    if getattr(tree, "_saw_missing", False):
        return True
    return bool(get_tags(tree).input_tags.allow_nan) and tree.monotonic_cst is None


def _raw_names(tree: Any, feature_names: Any) -> list[str]:
    """Names of the columns of X as the user holds it."""
    n_features = tree.n_features_in_
    if feature_names is None:
        feature_names = getattr(tree, "feature_names_in_", [f"x{j}" for j in range(n_features)])
    if len(feature_names) != n_features:
        raise ValueError(
            f"feature_names has {len(feature_names)} names, but the tree was fitted on "
            f"{n_features} columns."
        )
    return [str(name) for name in feature_names]


def _class_names(tree: Any, class_names: Any) -> list[Any] | None:
    if not is_classifier(tree):
        return None
    if tree.n_outputs_ > 1:
        raise TypeError("extract_rules reads trees of one output; this one has several.")
    if class_names is None:
        return tree.classes_.tolist()
    names = [str(name) for name in class_names]
    if len(names) != len(tree.classes_):
        raise ValueError(
            f"class_names has {len(names)} names, but the tree knows the "
            f"{len(tree.classes_)} classes {tree.classes_.tolist()}."
        )
    return names


def _rule(tree: Any, leaf: int, conditions: Any, names: list[Any] | None) -> Rule:
    weight = tree.tree_.weighted_n_node_samples
    coverage = float(weight[leaf] / weight[0])
    support = int(tree.tree_.n_node_samples[leaf])
    value = tree.tree_.value[leaf]
    if names is None:
        values = value[:, 0]
        outcome = float(values[0]) if len(values) == 1 else tuple(values.tolist())
        return Rule(conditions, outcome, coverage, None, {}, support)
    share = value[0] / value[0].sum()
    best = int(np.argmax(share))
    fidelity = float(getattr(tree, "leaf_fidelity_", {leaf: np.nan})[leaf])
    fidelity = float(share[best]) if math.isnan(fidelity) else fidelity
    distribution = dict(zip(names, share.tolist(), strict=True))
    return Rule(conditions, names[best], coverage, fidelity, distribution, support)

"""From the leaves of any scikit-learn tree to rules."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from sklearn.base import is_classifier
from sklearn.pipeline import Pipeline
from sklearn.utils import get_tags
from sklearn.utils.validation import check_is_fitted

from skdistill.rules._conditions import Interval, Levels
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
        Whether a missing value in a column that had none in ``fit`` goes where
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
    columns = _columns(tree, feature_names)
    names = _class_names(tree, class_names)
    missing = getattr(tree, "missing_columns_", _columns_with_gaps(tree.tree_))
    rules = [
        _rule(tree, node, _merge(steps, columns), names)
        for node, steps in _paths(tree.tree_, missing, unseen_missing and _takes_gaps(tree))
        if chosen[node]
    ]
    return RuleSet(rules, _raw_names(tree, feature_names))


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


def _columns(tree: Any, feature_names: Any) -> list[tuple[str, Any]]:
    """For each column that nodes speak of: (name, None) or (name, (level,))."""
    names = _raw_names(tree, feature_names)
    encoder = getattr(tree, "encoder_", None)
    if encoder is None:
        return [(name, None) for name in names]
    renamed = dict(zip(map(str, tree.feature_names_in_), names, strict=True))
    one_hot = encoder.named_transformers_["levels"]
    columns: list[tuple[str, Any]] = [
        (renamed[str(name)], None) for name in encoder.transformers_[0][2]
    ]
    for name, levels in zip(one_hot.feature_names_in_, one_hot.categories_, strict=True):
        columns += [(renamed[str(name)], (level,)) for level in levels]
    return columns


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


# One step of a path: (column, threshold, went left?, do gaps go this way?, had the column any?)
Step = tuple[int, float, bool, bool, bool]


def _paths(tree: Any, missing: np.ndarray, takes_gaps: bool) -> list[tuple[int, list[Step]]]:
    """Nodes from left to right, parents first, each with the steps that lead to it."""
    left, right = tree.children_left, tree.children_right
    gaps_left = tree.missing_go_to_left
    paths: list[tuple[int, list[Step]]] = []
    stack: list[tuple[int, list[Step]]] = [(0, [])]
    while stack:
        node, steps = stack.pop()
        paths.append((node, steps))
        if left[node] == -1:
            continue
        column, threshold = int(tree.feature[node]), float(tree.threshold[node])
        asked = bool(missing[column])
        for child, went_left in ((right[node], False), (left[node], True)):
            gaps = (asked or takes_gaps) and bool(gaps_left[node]) == went_left
            stack.append((child, [*steps, (column, threshold, went_left, gaps, asked)]))
    return paths


def _merge(steps: list[Step], columns: list[tuple[str, Any]]) -> tuple[Interval | Levels, ...]:
    """Merge the steps of a path: one interval a number, one set a column of levels."""
    bounds: dict[int, list[Any]] = {}
    yes: dict[str, tuple[Any, ...]] = {}
    no: dict[str, list[Any]] = {}
    order: list[tuple[str, Any]] = []
    for column, threshold, went_left, gaps, asked in steps:
        name, level = columns[column]
        if level is None:
            if column not in bounds:
                bounds[column] = [-math.inf, math.inf, True, asked]
                order.append(("number", column))
            bound = bounds[column]
            if went_left:
                bound[1] = min(bound[1], threshold)
            else:
                bound[0] = max(bound[0], threshold)
            bound[2] = bound[2] and gaps
            continue
        if name not in yes and name not in no:
            order.append(("levels", name))
        if went_left:
            no.setdefault(name, []).append(level[0])
        else:
            yes[name] = level
    merged: list[Interval | Levels] = []
    for kind, key in order:
        if kind == "levels":
            # One level met says all that the levels not met say.
            levels = yes.get(key) or tuple(no[key])
            merged.append(Levels(key, levels, negated=key not in yes))
            continue
        low, high, gaps, asked = bounds[key]
        said = {"missing": gaps} if asked else {"unseen_missing": gaps}
        merged.append(Interval(columns[key][0], low, high, **said))
    return tuple(merged)


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

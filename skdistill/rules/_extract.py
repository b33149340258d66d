"""From the leaves of any scikit-learn tree to rules."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from sklearn.base import is_classifier
from sklearn.pipeline import Pipeline
from sklearn.utils import get_tags
from sklearn.utils.validation import check_is_fitted

from skdistill.rules._columns import repeated
from skdistill.rules._paths import (
    PathColumn,
    merge_steps,
    node_paths,
    path_columns,
)
from skdistill.rules._raw_units import RawColumn, raw_columns, raw_thresholds
from skdistill.rules._rule import Rule
from skdistill.rules._ruleset import RuleSet

__all__ = ["extract_rules", "node_rules"]


def extract_rules(
    tree: Any,
    *,
    feature_names: Any = None,
    class_names: Any = None,
    unseen_missing: bool = True,
) -> RuleSet:
    """Read a tree as rules, one a leaf.

    Conditions on one column are merged into one interval, indicators of
    categories become categories again, and thresholds are printed with as few
    digits as split the same rows.

    Parameters
    ----------
    tree : fitted estimator
        A distilled tree, any ``DecisionTreeClassifier`` or
        ``DecisionTreeRegressor``, a distiller with such a ``student_``, or a
        pipeline that ends in one. Of a pipeline the rules are in the units of
        its own columns, where every step before the tree scales each column by
        itself (``StandardScaler``, ``MinMaxScaler``, ``RobustScaler``,
        ``MaxAbsScaler``, ``"passthrough"``, and a ``ColumnTransformer`` of
        these).
    feature_names : sequence of str, default=None
        Names of the columns, all different; by default those of the data frame
        that the tree was fitted on, else ``x0``, ``x1``, ...
    class_names : sequence of str, default=None
        Names of the classes, all different, in the order of ``classes_``; by
        default the labels themselves.
    unseen_missing : bool, default=True
        Whether a missing number in a column that had none in ``fit`` goes where
        the tree sends it, if the tree takes it at all. With False no rule
        holds for it, which also makes code written from the rules shorter.
        Plain trees of scikit-learn do not record which columns had missing values.

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
        If the names are not as many as the columns or classes, or some are
        equal; or if a pipeline's step cannot be undone column by column.

    Notes
    -----
    Trees compare values in single precision, and so do their rules. Rules of a
    pipeline with scalers compare doubles with the last one that the scaled tree
    sends left: so they predict what the pipeline does for every row in double
    precision, to the last bit.

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
    steps, tree = _unwrap(tree)
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
        steps=steps,
    )


def node_rules(
    tree: Any,
    chosen: np.ndarray,
    *,
    feature_names: Any = None,
    class_names: Any = None,
    unseen_missing: bool = True,
    steps: Sequence[tuple[str, Any]] = (),
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
    steps : sequence of (str, transformer), default=()
        Fitted steps of a pipeline before the tree.

    Returns
    -------
    rules : RuleSet
        Left to right, a node before those below it.
    """
    # The first estimator of a pipeline is the one that has seen its columns.
    first = next((step for _, step in steps if hasattr(step, "n_features_in_")), tree)
    names, generated = _raw_names(first, feature_names)
    raw = raw_columns(steps, len(names))
    columns = path_columns(
        getattr(tree, "encoder_", None),
        [names[column.position] for column in raw],
        getattr(tree, "missing_columns_", _columns_with_missing(tree.tree_)),
        unseen_missing=unseen_missing and _takes_missing(tree),
    )
    paths = [(node, path) for node, path in node_paths(tree.tree_) if chosen[node]]
    if any(column.scalers for column in raw):
        columns, paths = _in_raw_units(tree, raw, columns, paths)
    labels = _class_names(tree, class_names)
    rules = [_rule(tree, node, merge_steps(path, columns), labels) for node, path in paths]
    return RuleSet(rules, names, generated_names=generated)


def _unwrap(model: Any) -> tuple[list[tuple[str, Any]], Any]:
    """Return what a pipeline or a distiller ends in, and the steps before it."""
    if isinstance(model, Pipeline):
        before = model.steps[:-1]
        if type(model).__module__.partition(".")[0] == "imblearn":  # resampling is for fit alone
            before = [(n, step) for n, step in before if not hasattr(step, "fit_resample")]
        inner, tree = _unwrap(model.steps[-1][1])
        return [*before, *inner], tree
    if hasattr(model, "student_"):
        return _unwrap(model.student_)
    return [], model


def _in_raw_units(
    tree: Any, raw: Sequence[RawColumn], columns: list[PathColumn], paths: list[tuple[int, Any]]
) -> tuple[list[PathColumn], list[tuple[int, Any]]]:
    """Move thresholds on scaled columns into the units of the raw ones."""
    encoder = getattr(tree, "encoder_", None)
    sources = range(len(raw)) if encoder is None else encoder.places.tolist()
    moved: dict[tuple[int, float], float] = {}
    columns = list(columns)
    for j, source in enumerate(sources):
        if not raw[source].scalers:
            continue
        columns[j] = replace(columns[j], dtype="float64")
        own = sorted({step.threshold for _, path in paths for step in path if step.column == j})
        for old, new in zip(own, raw_thresholds(raw[source], own) if own else [], strict=True):
            moved[j, old] = new
    return columns, [
        (
            node,
            [
                step._replace(threshold=moved.get((step.column, step.threshold), step.threshold))
                for step in path
            ],
        )
        for node, path in paths
    ]


def _columns_with_missing(tree: Any) -> np.ndarray:
    """Mask of the columns of which a plain tree itself shows that they had missing values."""
    # Only a split between the missing and the known has no finite threshold.
    apart = (tree.feature >= 0) & np.isinf(tree.threshold)
    return np.isin(np.arange(tree.n_features), tree.feature[apart])


def _takes_missing(tree: Any) -> bool:
    """Whether a tree predicts rows with missing values, also in columns that had none before."""
    if getattr(tree, "_saw_missing", False):
        return True
    return bool(get_tags(tree).input_tags.allow_nan) and tree.monotonic_cst is None


def _raw_names(seen_by: Any, feature_names: Any) -> tuple[list[str], bool]:
    """Names of the columns of X as the user holds it, and whether they are generated."""
    n_features, generated = seen_by.n_features_in_, False
    source = "feature_names"
    if feature_names is None:
        source = "The data frame that the tree was fitted on"
        feature_names = getattr(seen_by, "feature_names_in_", None)
        if feature_names is None:
            generated, feature_names = True, [f"x{j}" for j in range(n_features)]
    if len(feature_names) != n_features:
        raise ValueError(
            f"feature_names has {len(feature_names)} names, but the tree was fitted on "
            f"{n_features} columns."
        )
    names = [str(name) for name in feature_names]
    if twice := repeated(names):
        raise ValueError(
            f"{source} has the names {twice} more than once, so rules cannot tell these columns "
            "apart. Pass feature_names with a different name for each column."
        )
    return names, generated


def _class_names(tree: Any, class_names: Any) -> list[Any] | None:
    if not is_classifier(tree):
        return None
    if tree.n_outputs_ > 1:
        raise TypeError("extract_rules reads trees of one output; this one has several.")
    if class_names is None:
        return list(tree.classes_.tolist())
    names = [str(name) for name in class_names]
    if len(names) != len(tree.classes_):
        raise ValueError(
            f"class_names has {len(names)} names, but the tree knows the "
            f"{len(tree.classes_)} classes {tree.classes_.tolist()}."
        )
    if twice := repeated(names):
        raise ValueError(
            f"class_names has the names {twice} more than once, so the classes "
            f"{tree.classes_.tolist()} could not be told apart. Give each its own name."
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

"""What rule learners share: from labelled rows to boxes, and from boxes to a rule set."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import sparse
from sklearn.tree import DecisionTreeClassifier
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted

from skdistill._encoding import encode, fit_encoder, ordering_values
from skdistill._frames import is_frame
from skdistill._rows import check_columns
from skdistill._validation import Instance, Number, OneOf
from skdistill.base import (
    BaseDistiller,
    LabelledRows,
    fold_class_weight,
    grow_classification_tree,
    teacher_limits,
)
from skdistill.boxes import BinnedRows, Bounds, Limits, bin_rows, box_thresholds
from skdistill.rule_learners._candidates import CandidatePool, grow_trees, mass_labels
from skdistill.rules import (
    Interval,
    Rule,
    RuleSet,
    bounds_conditions,
    category_codes,
    held_by,
    path_columns,
    read_columns,
    read_numbers,
    repeated,
)

__all__ = ["RULE_PARAMETERS", "RuleStudentMixin"]

# Columns that rules are sought in; of more, those that trees use most.
_MAX_COLUMNS = 64
_MAX_GROWN = 50_000
_MAX_LEAVES = 128

RULE_PARAMETERS = BaseDistiller._parameter_rules | {
    "max_rules": [Number(1, whole=True)],
    "max_rule_length": [OneOf(None), Number(1, whole=True)],
    "max_conditions": [OneOf(None), Number(0, whole=True)],
    "condition_cost": [Number(0, 1)],
    "n_trees": [Number(1, whole=True)],
    "labels": [OneOf("auto", "soft", "hard")],
    "real_weight": [Number(0, closed="neither")],
    "class_weight": [
        OneOf(None, "balanced"),
        Instance("a dict of class to weight", lambda value: isinstance(value, dict)),
    ],
}


class RuleStudentMixin:
    """What classifiers add to a distiller whose student is a rule set.

    It stands before ``BaseDistiller`` among the bases of an estimator, which
    finds the boxes in ``_search(rows, pool, limits, rng)``.
    """

    rules_: RuleSet
    classes_: np.ndarray

    def fit(self: Any, X: Any, y: Any = None, sample_weight: Any = None) -> Any:
        """Let the teacher label the transfer set, and find rules that predict the same.

        Parameters
        ----------
        X : array-like, sparse matrix or DataFrame of shape (n_samples, n_features)
            Real rows. The teacher sees them in the kind that they have.
        y : array-like of shape (n_samples,), default=None
            True labels: needed without a teacher, by an unfitted teacher and
            where ``alpha`` > 0. With a fitted teacher, -1 marks a row without
            a label (where it is no class).
        sample_weight : array-like of shape (n_samples,), default=None
            Weights of the rows; a synthetic row weighs the mean.

        Returns
        -------
        self : object
            The fitted distiller.
        """
        if is_frame(X) and (twice := repeated(map(str, X.columns))):
            raise ValueError(
                f"X has the column names {twice} more than once, so rules cannot tell these "
                "columns apart. Give each column a different name."
            )
        rows = self._label_rows(X, y, sample_weight)
        rng = check_random_state(self.random_state)
        self.classes_ = rows.labels.classes
        values = ordering_values(rows.labels)
        self.encoder_ = fit_encoder(rows.X, values, rows.sample_weight, n_real=rows.n_real)
        encoded = encode(self.encoder_, rows.X)
        mass = _mass(rows, self.class_weight)
        columns = _useful_columns(encoded, mass, rng)
        binned, place, merged = bin_rows(encoded, mass, columns)
        trees = grow_trees(binned, n_trees=self.n_trees, max_leaves=_MAX_LEAVES, rng=rng)
        pool = CandidatePool(trees, binned)
        found = self._search(binned, pool, _limits(self, binned), rng)
        which = found.first()[place]
        self._codes = outcomes = np.array([*found.labels, found.default])
        self._shares = _shares(mass, which, outcomes)
        self.rules_ = _rule_set(self, rows, which, box_thresholds(found, merged), encoded)
        self.fidelity_ = self._measure(rows, outcomes[which])
        return self

    def predict(self: Any, X: Any) -> np.ndarray:
        """Predict the label that the teacher would predict.

        Parameters
        ----------
        X : array-like, sparse matrix or DataFrame of shape (n_samples, n_features)
            Rows.

        Returns
        -------
        y : ndarray of shape (n_samples,)
            Labels.
        """
        which = self._which_rule(X)
        labels: np.ndarray = self.classes_[self._codes[which]]
        return labels

    def predict_proba(self: Any, X: Any) -> np.ndarray:
        """Predict the probabilities that the teacher would predict.

        Parameters
        ----------
        X : array-like, sparse matrix or DataFrame of shape (n_samples, n_features)
            Rows.

        Returns
        -------
        P : ndarray of shape (n_samples, n_classes)
            Columns as in ``classes_``: the mean labels of the rows of the
            transfer set for which the rule is the first that holds.
        """
        which = self._which_rule(X)
        proba: np.ndarray = self._shares[which]
        return proba

    def _which_rule(self: Any, X: Any) -> np.ndarray:
        """Position of the first rule that holds for each row; validates the rows, once."""
        check_is_fitted(self)
        rules: RuleSet = self.rules_
        if not is_frame(X) or not X.shape[0]:
            applied: np.ndarray = rules.apply(self._check_predict_rows(X))
            return applied
        # Of a frame the values are checked only in the columns that rules read:
        # to look at a column costs as much as to compare it.
        check_columns(self, X)
        kinds = {condition.column: condition for rule in rules for condition in rule.conditions}
        columns = read_columns(X, kinds, rules.feature_names, generated=rules.generated_names)
        for name, condition in kinds.items():
            if isinstance(condition, Interval):
                columns[name] = read_numbers(columns[name], "float64")
            _check_column(self, name, columns[name])
        first: np.ndarray = held_by(rules.rules, columns, X.shape[0]).argmax(axis=1)
        return first

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()  # type: ignore[misc]
        tags.input_tags.sparse = tags.input_tags.allow_nan = True
        return teacher_limits(tags, self)


def _check_column(student: Any, name: str, values: Any) -> None:
    """Refuse infinite values, and missing ones where the student or its teacher takes none."""
    numeric = isinstance(values, np.ndarray) and values.dtype.kind == "f"
    if numeric and np.isinf(values).any():
        raise ValueError(f"Input X contains infinity in column {name!r}.")
    if student._takes_missing:
        return
    if np.isnan(values).any() if numeric else (category_codes(values)[0] < 0).any():
        raise ValueError(
            f"Input X contains missing values in column {name!r}, but {type(student).__name__} "
            "was fitted on rows without any and its teacher does not take them."
        )


def _names(student: Any) -> tuple[list[str], bool]:
    """Names of the columns of X, and whether they are generated."""
    if hasattr(student, "feature_names_in_"):
        return list(map(str, student.feature_names_in_)), False
    return [f"x{j}" for j in range(student.n_features_in_)], True


def _rule_set(
    student: Any,
    rows: LabelledRows,
    which: np.ndarray,
    bounds: list[dict[int, Bounds]],
    encoded: Any,
) -> RuleSet:
    """The boxes in words, with the figures of the rows for which each is the first that holds."""
    has_missing = np.zeros(encoded.shape[1], dtype=bool)
    if not sparse.issparse(encoded):
        has_missing = np.isnan(encoded).any(axis=0)
    names, generated = _names(student)
    read = path_columns(student.encoder_, names, has_missing, unseen_missing=False)
    conditions = [*(bounds_conditions(own, read) for own in bounds), ()]
    figures = _figures(rows, which, student._codes)
    labels, rules = student.classes_.tolist(), []
    for k, (coverage, fidelity, support) in enumerate(figures):
        distribution = dict(zip(labels, student._shares[k].tolist(), strict=True))
        label = labels[student._codes[k]]
        rules.append(Rule(conditions[k], label, coverage, fidelity, distribution, support))
    return RuleSet(rules, names, ordered=True, generated_names=generated)


def _limits(student: Any, rows: BinnedRows) -> Limits:
    plenty = rows.codes.shape[0] * student.max_rules
    length, conditions = student.max_rule_length, student.max_conditions
    return Limits(
        max_rules=student.max_rules,
        max_length=plenty if length is None else length,
        max_conditions=plenty if conditions is None else conditions,
        cost=student.condition_cost * float(rows.mass.sum()),
    )


def _shares(mass: np.ndarray, which: np.ndarray, outcomes: np.ndarray) -> np.ndarray:
    """Mean labels of the rows of each rule, of shape (n_rules, n_classes)."""
    n_rules = len(outcomes)
    held = np.column_stack([np.bincount(which, own, minlength=n_rules) for own in mass.T])
    total = held.sum(axis=1, keepdims=True)
    # An unused default rule has no rows to take a mean over: its own class has all.
    alone = np.eye(mass.shape[1])[outcomes]
    return np.where(total > 0, held / np.where(total > 0, total, 1.0), alone)


def _figures(
    rows: LabelledRows, which: np.ndarray, outcomes: np.ndarray
) -> list[tuple[float, float | None, int]]:
    """Coverage, fidelity and support of each rule.

    Coverage counts rows as the fit does, so a real row is ``real_weight``
    synthetic ones, as in the nodes of a tree. Fidelity is of the rows as the
    user weighs them, as ``fidelity_`` is.
    """
    n_rules = len(outcomes)
    count = np.bincount(which, minlength=n_rules)
    fitted = np.bincount(which, rows.weight, minlength=n_rules).astype(float)
    total = np.bincount(which, rows.sample_weight, minlength=n_rules).astype(float)
    agrees = (rows.teacher.codes == outcomes[which]).astype(float)  # type: ignore[union-attr]
    if rows.sample_weight is not None:
        agrees *= rows.sample_weight
    agreed = np.bincount(which, agrees, minlength=n_rules)
    return [
        (
            float(fitted[k] / fitted.sum()),
            float(agreed[k] / total[k]) if count[k] else None,
            int(count[k]),
        )
        for k in range(n_rules)
    ]


def _mass(rows: LabelledRows, class_weight: Any) -> np.ndarray:
    """What each class of each row weighs in the search, of shape (n, n_classes).

    That is the weight of the row and of the class times the label's share.
    """
    targets, weight = fold_class_weight(rows.labels, class_weight, rows.weight)
    mass: np.ndarray = targets * weight[:, np.newaxis]
    return mass


def _useful_columns(X: Any, mass: np.ndarray, rng: np.random.RandomState) -> np.ndarray:
    """The columns that rules are sought in: all, or those that a few trees use most."""
    if X.shape[1] <= _MAX_COLUMNS:
        return np.arange(X.shape[1])
    used: np.ndarray = mass.max(axis=1) > 0
    if X.shape[0] > _MAX_GROWN:
        used[rng.permutation(X.shape[0])[_MAX_GROWN:]] = False
    labels, weight = mass_labels(mass[used])
    importance = np.zeros(X.shape[1])
    for _ in range(4):
        tree: Any = DecisionTreeClassifier(
            max_leaf_nodes=_MAX_LEAVES, max_features=0.5, random_state=rng.randint(2**31 - 1)
        )
        tree = grow_classification_tree(tree, X[used], labels, weight)
        importance += tree.tree_.compute_feature_importances()
    return np.sort(np.argsort(-importance, kind="stable")[:_MAX_COLUMNS])

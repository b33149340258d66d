"""What rule learners share: the road to binned rows, and from boxes to a rule set."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import sparse
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.tree import DecisionTreeClassifier
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted

from skdistill._encoding import encode, fit_encoder, ordering_values
from skdistill._validation import Instance, Number, OneOf
from skdistill.base import (
    BaseDistiller,
    LabelledRows,
    fold_class_weight,
    grow_classification_tree,
    teacher_limits,
)
from skdistill.boxes._binned import BinnedRows, bin_rows
from skdistill.boxes._box_list import BoxList, Limits
from skdistill.rule_learners._box_conditions import box_conditions
from skdistill.rule_learners._candidates import CandidatePool, grow_trees, mass_labels
from skdistill.rules._paths import path_columns
from skdistill.rules._rule import Rule
from skdistill.rules._ruleset import RuleSet

__all__ = ["BaseRuleClassifier"]

# Columns that rules are sought in; of more, those that trees use most.
_MAX_COLUMNS = 64
_MAX_GROWN = 50_000
_MAX_LEAVES = 128


class BaseRuleClassifier(BaseDistiller, ClassifierMixin, BaseEstimator):
    """Base of classifiers whose student is a rule set.

    A subclass finds the boxes in ``_search``.
    """

    rules_: RuleSet
    classes_: np.ndarray
    max_rules: int
    max_rule_length: int | None
    max_conditions: int | None
    condition_cost: float
    n_trees: int
    labels: str
    class_weight: Any
    real_weight: float

    _kind = "classifier"
    _parameter_rules = BaseDistiller._parameter_rules | {
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

    def _search(
        self, rows: BinnedRows, pool: CandidatePool, limits: Limits, rng: np.random.RandomState
    ) -> BoxList:
        """Find the boxes."""
        raise NotImplementedError

    def fit(self, X: Any, y: Any = None, sample_weight: Any = None) -> Any:
        """Let the teacher label the transfer set, and find rules that say the same.

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
        rows = self._label_rows(X, y, sample_weight)
        rng = check_random_state(self.random_state)
        self.classes_ = rows.labels.classes
        values = ordering_values(rows.labels)
        self.encoder_ = fit_encoder(rows.X, values, rows.sample_weight, n_real=rows.n_real)
        encoded = encode(self.encoder_, rows.X)
        mass = _mass(rows, self.class_weight)
        columns = _useful_columns(encoded, mass, rng)
        binned, place, first_rows = bin_rows(encoded, mass, columns)
        trees = grow_trees(binned, n_trees=self.n_trees, max_leaves=_MAX_LEAVES, rng=rng)
        pool = CandidatePool(trees, binned)
        found = self._search(binned, pool, self._limits(binned), rng)
        which = found.first()[place]
        self._tell(found, first_rows, encoded, rows, mass, which)
        answers = np.array([*found.labels, found.default])[which]
        self.fidelity_ = self._measure(rows, answers)
        return self

    def _limits(self, rows: BinnedRows) -> Limits:
        plenty = rows.codes.shape[0] * self.max_rules
        return Limits(
            max_rules=self.max_rules,
            max_length=plenty if self.max_rule_length is None else self.max_rule_length,
            max_conditions=plenty if self.max_conditions is None else self.max_conditions,
            price=self.condition_cost * float(rows.mass.sum()),
        )

    def _tell(
        self,
        found: BoxList,
        values: np.ndarray,
        encoded: Any,
        rows: LabelledRows,
        mass: np.ndarray,
        which: np.ndarray,
    ) -> None:
        """Set ``rules_`` with the figures of the rows that each rule answers."""
        names = self._names()
        gaps = np.zeros(encoded.shape[1], dtype=bool)
        if not sparse.issparse(encoded):
            gaps = np.isnan(encoded).any(axis=0)
        columns = path_columns(self.encoder_, names, gaps, unseen=False)
        conditions = [*box_conditions(found, values, columns), ()]
        outcomes, classes = [*found.labels, found.default], self.classes_.tolist()
        count = np.bincount(which, minlength=len(outcomes))
        held = np.column_stack([np.bincount(which, m, minlength=len(outcomes)) for m in mass.T])
        weight = np.ones(len(which)) if rows.sample_weight is None else rows.sample_weight
        agrees = rows.teacher.codes == np.array(outcomes)[which]
        total = np.bincount(which, weight, minlength=len(outcomes))
        agreed = np.bincount(which, weight * agrees, minlength=len(outcomes))
        told, shares = [], []
        for k, (own, code) in enumerate(zip(conditions, outcomes, strict=True)):
            # A default that no row needs is as sure as its word.
            share = held[k] / held[k].sum() if held[k].any() else np.eye(len(classes))[code]
            fidelity = float(agreed[k] / total[k]) if count[k] else None
            distribution = dict(zip(classes, share.tolist(), strict=True))
            coverage = float(total[k] / total.sum())
            told.append(Rule(own, classes[code], coverage, fidelity, distribution, int(count[k])))
            shares.append(share)
        self.rules_ = RuleSet(told, names, ordered=True)
        self._codes, self._shares = np.array(outcomes), np.array(shares)

    def _names(self) -> list[str]:
        unnamed = [f"x{j}" for j in range(self.n_features_in_)]
        return list(map(str, getattr(self, "feature_names_in_", unnamed)))

    def predict(self, X: Any) -> np.ndarray:
        """Predict the label that the teacher would give.

        Parameters
        ----------
        X : array-like, sparse matrix or DataFrame of shape (n_samples, n_features)
            Rows.

        Returns
        -------
        y : ndarray of shape (n_samples,)
            Labels.
        """
        check_is_fitted(self)
        return self.classes_[self._codes[self.rules_.apply(self._check_predict_rows(X))]]

    def predict_proba(self, X: Any) -> np.ndarray:
        """Predict the probabilities that the teacher would give.

        Parameters
        ----------
        X : array-like, sparse matrix or DataFrame of shape (n_samples, n_features)
            Rows.

        Returns
        -------
        P : ndarray of shape (n_samples, n_classes)
            Columns as in ``classes_``: the mean labels of the rows of the
            transfer set that the rule answers.
        """
        check_is_fitted(self)
        return self._shares[self.rules_.apply(self._check_predict_rows(X))]

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = tags.input_tags.allow_nan = True
        return teacher_limits(tags, self)


def _mass(rows: LabelledRows, class_weight: Any) -> np.ndarray:
    """What each class of each row weighs in the search, of shape (n, n_classes).

    That is the weight of the row and of the class times the label's share.
    """
    targets, weight = fold_class_weight(rows.labels, class_weight, rows.weight)
    return targets * weight[:, np.newaxis]


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

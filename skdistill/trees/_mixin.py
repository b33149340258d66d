"""What every distilled tree is: a genuine scikit-learn tree that knows its teacher."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import sparse
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor
from sklearn.utils.validation import check_is_fitted

from skdistill._encoding import (
    encode,
    encode_constraints,
    fit_encoder,
    has_nullable,
    level_order,
    ordering_values,
    tree_feature_names,
    without_na,
)
from skdistill._labels import ClassLabels
from skdistill._sklearn import plain_tree
from skdistill.base import LabelledRows
from skdistill.rules import extract_rules

__all__ = ["DistilledTreeMixin", "leaf_predictions"]


def leaf_predictions(tree: Any, kind: str) -> np.ndarray:
    """What each node answers: codes of classes, or values of shape (node_count[, n_outputs])."""
    if kind == "classifier":
        return tree.value[:, 0, :].argmax(axis=1)
    return tree.value[:, 0, 0] if tree.value.shape[1] == 1 else tree.value[:, :, 0]


class DistilledTreeMixin:
    """What every distilled tree is, whatever grew it.

    Stands before ``BaseDistiller`` and a scikit-learn tree class in the bases:
    the estimator then *is* such a tree, whose ``tree_`` the tools of the
    ecosystem read.
    """

    tree_: Any
    # Whether categories become ranks where there is a number to order them by; or indicators.
    _order_categories = True
    # From BaseDistiller, beside which this mixin stands.
    _kind: str
    _measure: Any
    _check_predict_rows: Any
    _takes_missing: bool

    def _set_tree(self, grown: Any, rows: LabelledRows, encoded: Any) -> None:
        """Take over a grown tree and measure it on the rows it was fitted on."""
        self.tree_ = grown.tree_
        self.max_features_ = grown.max_features_
        self.n_outputs_ = grown.n_outputs_
        leaf = self.tree_.apply(encoded)
        predicted = leaf_predictions(self.tree_, self._kind)[leaf]
        self.fidelity_ = self._measure(rows, predicted)
        if not isinstance(rows.teacher, ClassLabels):
            return
        # Of each leaf alone, for its rule.
        weight = np.ones(len(leaf)) if rows.sample_weight is None else rows.sample_weight
        count = self.tree_.node_count
        total = np.bincount(leaf, weight, minlength=count)
        agree = np.bincount(leaf, weight * (predicted == rows.teacher.codes), minlength=count)
        self.leaf_fidelity_ = np.divide(agree, total, out=np.full(count, np.nan), where=total > 0)

    def _encode_rows(self, rows: LabelledRows) -> Any:
        """Learn the columns of the rows and return them as the tree reads them."""
        values = ordering_values(rows.labels) if self._order_categories else None
        self.encoder_ = fit_encoder(rows.X, values, rows.sample_weight)
        self.tree_level_order_ = level_order(self.encoder_)
        self._nullable = has_nullable(rows.X)
        self.tree_feature_names_ = tree_feature_names(self.encoder_, rows.X)
        encoded = encode(self.encoder_, rows.X)
        dense = isinstance(encoded, np.ndarray)
        self.missing_columns_ = (
            np.isnan(encoded).any(axis=0) if dense else np.zeros(encoded.shape[1], dtype=bool)
        )
        return encoded

    def _validate_X_predict(self, X: Any, check_input: bool = True) -> Any:
        # scikit-learn's trees validate here, for predict, apply and the rest.
        if getattr(self, "encoder_", None) is None:
            return super()._validate_X_predict(X, check_input)  # type: ignore[misc]
        return encode(self.encoder_, self._check_predict_rows(X))

    def _support_missing_values(self, X: Any) -> bool:
        # scikit-learn's trees ask their tags, but ours also tell of the teacher.
        return self._takes_missing and not sparse.issparse(X)

    def _plain_params(self) -> dict[str, Any]:
        """The parameters that scikit-learn's own tree has too, for encoded rows."""
        plain = DecisionTreeClassifier if self._kind == "classifier" else DecisionTreeRegressor
        params, own = plain().get_params(), self.get_params(deep=False)  # type: ignore[attr-defined]
        params |= {name: own[name] for name in params if name in own}
        if self.encoder_ is not None and params["monotonic_cst"] is not None:
            params["monotonic_cst"] = encode_constraints(self.encoder_, params["monotonic_cst"])
        return params

    def leaf_names(self) -> list[str]:
        """Return what must hold in each leaf, in words.

        Returns
        -------
        names : list of str
            From left to right.
        """
        rules = extract_rules(self)
        return [rules.premise_text(k) for k in range(len(rules))]

    def to_sklearn(self) -> Any:
        """Return a plain scikit-learn tree without teacher, for export.

        It shares ``tree_``, is a few kilobytes when pickled and goes through
        converters (skl2onnx, m2cgen, PMML) that know scikit-learn alone.

        Returns
        -------
        tree : DecisionTreeClassifier, DecisionTreeRegressor or Pipeline
            A pipeline of encoder and tree where X has categorical columns.
        """
        check_is_fitted(self)
        tree = plain_tree(
            self.tree_, classes=getattr(self, "classes_", None), params=self._plain_params()
        )
        if self.encoder_ is not None:
            steps = [("encoder", self.encoder_), ("tree", tree)]
            if self._nullable:  # the encoder knows no pandas.NA
                steps.insert(0, ("gaps", FunctionTransformer(without_na)))
            return Pipeline(steps)
        if hasattr(self, "feature_names_in_"):
            tree.feature_names_in_ = self.feature_names_in_
        return tree

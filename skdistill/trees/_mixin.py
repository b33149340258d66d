"""What every distilled tree is: a genuine scikit-learn tree that knows its teacher."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import sparse
from sklearn.pipeline import Pipeline
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor
from sklearn.utils.validation import check_is_fitted

from skdistill._encoding import encode, fit_encoder, ordering_values, to_transformer
from skdistill._labels import ClassLabels
from skdistill._rows import check_columns, is_frame
from skdistill._sklearn import plain_tree
from skdistill.base import LabelledRows
from skdistill.rules import extract_rules

__all__ = ["DistilledTreeMixin", "leaf_predictions"]


def leaf_predictions(tree: Any, kind: str) -> np.ndarray:
    """What each node predicts: codes of classes, or values of shape (node_count[, n_outputs])."""
    value: np.ndarray = tree.value  # of shape (node_count, n_outputs, n_classes)
    if kind == "classifier":
        return np.asarray(value[:, 0, :].argmax(axis=1))
    return np.squeeze(value[:, :, 0], axis=1) if value.shape[1] == 1 else value[:, :, 0].copy()


class DistilledTreeMixin:
    """What every distilled tree is, whatever grew it.

    Stands before ``BaseDistiller`` and a scikit-learn tree class in the bases:
    the estimator then *is* such a tree, whose ``tree_`` the tools of the
    ecosystem read.
    """

    tree_: Any
    # Whether categories become ranks where there is a number to order them by; else indicators.
    _order_categories = True
    # From BaseDistiller, beside which this mixin stands.
    _kind: str
    _measure: Any
    _takes_missing: bool
    n_features_in_: int

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
        # Fidelity of each leaf, for its rule.
        weight = np.ones(len(leaf)) if rows.sample_weight is None else rows.sample_weight
        count = self.tree_.node_count
        total = np.bincount(leaf, weight, minlength=count)
        agree = np.bincount(leaf, weight * (predicted == rows.teacher.codes), minlength=count)
        self.leaf_fidelity_ = np.divide(agree, total, out=np.full(count, np.nan), where=total > 0)

    def _encode_rows(self, rows: LabelledRows) -> Any:
        """Learn the columns of the rows and return them as the tree reads them."""
        values = ordering_values(rows.labels) if self._order_categories else None
        self.encoder_ = fit_encoder(rows.X, values, rows.sample_weight, n_real=rows.n_real)
        encoded, n = encode(self.encoder_, rows.X), rows.X.shape[1]
        if self.encoder_ is None:
            names = rows.X.columns if is_frame(rows.X) else [f"x{j}" for j in range(n)]
            self.category_order_ = {}
            self.tree_columns_ = np.arange(n)
            self.tree_feature_names_ = np.array([str(name) for name in names], dtype=object)
        else:
            self.category_order_ = self.encoder_.category_order
            self.tree_columns_ = self.encoder_.places
            self.tree_feature_names_ = self.encoder_.labels
        dense = isinstance(encoded, np.ndarray)
        self.missing_columns_ = (
            np.isnan(encoded).any(axis=0) if dense else np.zeros(encoded.shape[1], dtype=bool)
        )
        return encoded

    @property
    def feature_importances_(self) -> np.ndarray:
        """Importance of each column of X: the total decrease of impurity by its splits.

        Where a column of X became several indicators, theirs are summed; those of
        each column of the tree are ``tree_.compute_feature_importances()``.

        Returns
        -------
        importances : ndarray of shape (`n_features_in_`,)
            They sum to 1, unless the tree is a single leaf.
        """
        check_is_fitted(self)
        own = self.tree_.compute_feature_importances()
        return np.bincount(self.tree_columns_, own, minlength=self.n_features_in_)

    def _validate_X_predict(self, X: Any, check_input: bool = True) -> Any:
        # scikit-learn's trees validate here, for predict, apply and the rest.
        encoder = getattr(self, "encoder_", None)
        if encoder is None:
            return super()._validate_X_predict(X, check_input)  # type: ignore[misc]
        check_columns(self, X, allow_nan=self._support_missing_values(X))
        return encoder.transform(X)  # which validates the values

    def _support_missing_values(self, X: Any) -> bool:
        # scikit-learn's trees read their tags, but ours are limited by the teacher too.
        if sparse.issparse(X) or getattr(self, "monotonic_cst", None) is not None:
            return False
        return self._takes_missing

    def _plain_params(self) -> dict[str, Any]:
        """The parameters that scikit-learn's own tree has too, for encoded rows."""
        plain = DecisionTreeClassifier if self._kind == "classifier" else DecisionTreeRegressor
        params: dict[str, Any] = plain().get_params()
        own = self.get_params(deep=False)  # type: ignore[attr-defined]
        params |= {name: own[name] for name in params if name in own}
        if self.encoder_ is not None and params["monotonic_cst"] is not None:
            params["monotonic_cst"] = self.encoder_.constraints(params["monotonic_cst"])
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
            A pipeline of encoder and tree where X has categorical columns, or numbers
            in columns of text or objects. It predicts the same on all rows, with
            missing values and unseen categories too.

        Raises
        ------
        TypeError
            If a column has categories of several types, such as text and numbers.
        """
        check_is_fitted(self)
        params = self._plain_params()
        if self.encoder_ is not None:
            # With constraints scikit-learn's tree would refuse NaN, which unseen categories are.
            params["monotonic_cst"] = None
        tree = plain_tree(self.tree_, classes=getattr(self, "classes_", None), params=params)
        if self.encoder_ is not None:
            return Pipeline([("encoder", to_transformer(self.encoder_)), ("tree", tree)])
        if hasattr(self, "feature_names_in_"):
            tree.feature_names_in_ = self.feature_names_in_
        return tree

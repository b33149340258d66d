"""From a finished student to what people read: its table, its tree, its predictions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from sklearn.compose import ColumnTransformer
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OrdinalEncoder
from sklearn.utils.validation import check_is_fitted

from skdistill.juntas._dnf import Dnf, minimal_dnf
from skdistill.juntas._export import tree_of_table
from skdistill.juntas._student import AnchoredStudent
from skdistill.juntas._truth_table import TruthTable

__all__ = ["ReadableMixin", "table_of", "tree_of"]


class ReadableMixin:
    """The table of a proven student, its shortest formula and its smallest tree."""

    status_: str
    n_features_in_: int
    _student: AnchoredStudent
    _classes: np.ndarray | None
    _no_table: str
    _names: Callable[[], list[str] | None]
    _decode: Callable[[np.ndarray], np.ndarray]

    @property
    def truth_table_(self) -> TruthTable:
        """One row for each cell, in the names of the columns of X."""
        if "status_" not in vars(self):
            raise AttributeError("JuntaDistiller is not fitted yet: call fit first.")
        if self._no_table:
            raise AttributeError(
                f"There is no truth table (status_={self.status_!r}): {self._no_table}."
            )
        return table_of(self._student, self._names(), self._decode)

    def to_dnf(self, label: Any = None, *, time_limit: float = 10.0) -> Dnf:
        """Return a minimal disjunctive normal form of one class.

        Parameters
        ----------
        label : object, default=None
            The class (or value) to describe; by default the second of two.
        time_limit : float, default=10.0
            Seconds for the proof that no DNF has fewer terms; where they end
            first, the best one found comes with ``proven=False``.

        Returns
        -------
        dnf : Dnf
            Prints in the names of the columns.

        Raises
        ------
        AttributeError
            If there is no truth table.
        ValueError
            If there are more than two classes and no label is given, or it is
            none of them.
        """
        check_is_fitted(self, "status_")
        table = self.truth_table_
        options = np.unique(table.predictions) if self._classes is None else self._classes
        if label is None:
            if len(options) > 2:
                raise ValueError(
                    f"The teacher predicts {len(options)} classes. Choose the one that the formula "
                    f"describes, as in to_dnf({options.tolist()[0]!r}): {options[:10].tolist()}."
                )
            label = options[-1]
        elif label not in options.tolist():
            raise ValueError(
                f"label must be a prediction of the teacher, {options[:10].tolist()}, got "
                f"{label!r}."
            )
        on = np.asarray(table.predictions == label)
        return minimal_dnf(on, table.names, table.categories, label, time_limit)

    def to_tree(self) -> Any:
        """Return the smallest exact decision tree, as a genuine scikit-learn tree.

        Among all trees that split the categories of a column in their order it has
        as few leaves as can be. Counts and shares of its nodes are those of
        the domain.

        Returns
        -------
        tree : DecisionTreeClassifier, DecisionTreeRegressor or Pipeline
            Fitted. A pipeline of encoder and tree where a relevant column has
            categories that are no numbers.

        Raises
        ------
        AttributeError
            If there is no truth table.
        """
        check_is_fitted(self, "status_")
        names = getattr(self, "feature_names_in_", None)
        domain = self._student.domain
        return tree_of(self.truth_table_, domain, self._classes, self.n_features_in_, names)


def table_of(
    student: AnchoredStudent, names: list[str] | None, decode: Callable[[np.ndarray], np.ndarray]
) -> TruthTable:
    """The table of a complete student, its columns in the order of X, numbers ascending."""
    features = np.array(student.columns, dtype=np.intp)
    order = np.argsort(features)
    predictions = student.values.reshape(student.sizes).transpose(order)
    categories = []
    for axis, j in enumerate(features[order]):
        values = student.domain.values(int(j))
        if student.domain.is_ordered(int(j)):
            rank = np.argsort(values, kind="stable")
            values, predictions = values[rank], np.take(predictions, rank, axis=axis)
        categories.append(values)
    named = [f"x{j}" if names is None else names[j] for j in features[order]]
    return TruthTable(named, categories, decode(predictions), features[order])


def tree_of(
    table: TruthTable, domain: Any, classes: np.ndarray | None, n_features: int, names: Any
) -> Any:
    """The smallest exact tree of a table; behind an encoder where categories are no numbers."""
    features = np.asarray(table.features)
    ordered = [domain.is_ordered(int(j)) for j in features]
    weights = []
    for j, values, number in zip(features, table.categories, ordered, strict=True):
        weight = domain.weights(int(j))
        if number:
            weight = weight[np.argsort(domain.values(int(j)), kind="stable")]
        weights.append(weight)
        assert len(weight) == len(values)
    predictions = table.predictions
    if classes is not None:
        predictions = (
            np.searchsorted(classes, predictions)
            if _ascending(classes)
            else _places(predictions, classes)
        )
    if all(ordered):
        tree = tree_of_table(predictions, table.categories, weights, features, n_features, classes)
        if names is not None:
            tree.feature_names_in_ = names
        return tree
    codes = [
        values if number else np.arange(len(values))
        for values, number in zip(table.categories, ordered, strict=True)
    ]
    # The encoder puts columns of categories first.
    first = np.argsort(ordered, kind="stable")
    place = np.argsort(first)
    tree = tree_of_table(predictions, codes, weights, place, len(features), classes)
    return Pipeline([("encoder", _encoder(table, ordered, first)), ("tree", tree)])


def _ascending(classes: np.ndarray) -> bool:
    return bool(np.all(classes[:-1] < classes[1:]))


def _places(predictions: np.ndarray, classes: np.ndarray) -> np.ndarray:
    place = {label: i for i, label in enumerate(classes.tolist())}
    return np.array([place[a] for a in predictions.ravel().tolist()]).reshape(predictions.shape)


def _encoder(table: TruthTable, ordered: list[bool], first: np.ndarray) -> ColumnTransformer:
    """Levels to their numbers; numbers as they are. Fitted on the table itself."""
    words = [table.names[i] for i in first if not ordered[i]]
    numbers = [table.names[i] for i in first if ordered[i]]
    categories = [table.categories[i] for i in first if not ordered[i]]
    encoder = ColumnTransformer(
        [
            ("categories", OrdinalEncoder(categories=categories), words),
            ("numbers", "passthrough", numbers),
        ],
        verbose_feature_names_out=False,
    )
    return encoder.fit(table.to_frame()[table.names])

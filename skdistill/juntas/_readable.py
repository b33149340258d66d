"""From a finished student to what people read: its table, its tree, its answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from sklearn.compose import ColumnTransformer
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OrdinalEncoder
from sklearn.utils.validation import check_is_fitted

from skdistill._rows import is_frame
from skdistill.juntas._dnf import Dnf, minimal_dnf
from skdistill.juntas._export import tree_of_table
from skdistill.juntas._student import AnchoredStudent
from skdistill.juntas._truth_table import TruthTable
from skdistill.teachers import Oracle

__all__ = ["ReadableMixin", "anchored_answers", "table_of", "tree_of"]


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
        """One row a cell, in the names of the columns of X."""
        if "status_" not in vars(self):
            raise AttributeError("JuntaDistiller is not fitted yet: call fit first.")
        if self._no_table:
            raise AttributeError(
                f"There is no truth table (status_={self.status_!r}): {self._no_table}."
            )
        return table_of(self._student, self._names(), self._decode)

    def to_dnf(self, label: Any = None, *, time_limit: float = 10.0) -> Dnf:
        """Return a minimal disjunctive normal form of one answer.

        Parameters
        ----------
        label : object, default=None
            The answer to describe; by default the second of two.
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
            If there are more than two answers and no label is given, or it is
            none of them.
        """
        check_is_fitted(self, "status_")
        table = self.truth_table_
        options = np.unique(table.answers) if self._classes is None else self._classes
        if label is None:
            if len(options) > 2:
                raise ValueError(
                    f"The teacher has {len(options)} answers: say which one the formula is for, "
                    f"as in to_dnf({options[0]!r}). They are {options[:10].tolist()}."
                )
            label = options[-1]
        elif label not in options.tolist():
            raise ValueError(f"{label!r} is no answer of the teacher: {options[:10].tolist()}.")
        on = np.asarray(table.answers == label)
        return minimal_dnf(on, table.names, table.levels, label, time_limit)

    def to_tree(self) -> Any:
        """Return the smallest exact decision tree, as a genuine scikit-learn tree.

        Among all trees that split the levels of a column in their order it has
        as few leaves as can be. Counts and shares of its nodes are those of
        the domain.

        Returns
        -------
        tree : DecisionTreeClassifier, DecisionTreeRegressor or Pipeline
            Fitted. A pipeline of encoder and tree where a relevant column has
            levels that are no numbers.

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
    answers = student.values.reshape(student.sizes).transpose(order)
    levels = []
    for axis, j in enumerate(features[order]):
        values = student.domain.values(int(j))
        if student.domain.is_ordered(int(j)):
            rank = np.argsort(values, kind="stable")
            values, answers = values[rank], np.take(answers, rank, axis=axis)
        levels.append(values)
    named = [f"x{j}" if names is None else names[j] for j in features[order]]
    return TruthTable(named, levels, decode(answers), features[order])


def tree_of(
    table: TruthTable, domain: Any, classes: np.ndarray | None, n_features: int, names: Any
) -> Any:
    """The smallest exact tree of a table; behind an encoder where levels are no numbers."""
    features = np.asarray(table.features)
    ordered = [domain.is_ordered(int(j)) for j in features]
    weights = []
    for j, values, number in zip(features, table.levels, ordered, strict=True):
        weight = domain.weights(int(j))
        if number:
            weight = weight[np.argsort(domain.values(int(j)), kind="stable")]
        weights.append(weight)
        assert len(weight) == len(values)
    answers = table.answers
    if classes is not None:
        answers = (
            np.searchsorted(classes, answers) if _ascending(classes) else _places(answers, classes)
        )
    if all(ordered):
        tree = tree_of_table(answers, table.levels, weights, features, n_features, classes)
        if names is not None:
            tree.feature_names_in_ = names
        return tree
    codes = [
        values if number else np.arange(len(values))
        for values, number in zip(table.levels, ordered, strict=True)
    ]
    # The encoder puts columns of levels first.
    first = np.argsort(ordered, kind="stable")
    place = np.argsort(first)
    tree = tree_of_table(answers, codes, weights, place, len(features), classes)
    return Pipeline([("encoder", _encoder(table, ordered, first)), ("tree", tree)])


def _ascending(classes: np.ndarray) -> bool:
    return bool(np.all(classes[:-1] < classes[1:]))


def _places(answers: np.ndarray, classes: np.ndarray) -> np.ndarray:
    place = {label: i for i, label in enumerate(classes.tolist())}
    return np.array([place[a] for a in answers.ravel().tolist()]).reshape(answers.shape)


def _encoder(table: TruthTable, ordered: list[bool], first: np.ndarray) -> ColumnTransformer:
    """Levels to their numbers; numbers as they are. Fitted on the table itself."""
    words = [table.names[i] for i in first if not ordered[i]]
    numbers = [table.names[i] for i in first if ordered[i]]
    categories = [table.levels[i] for i in first if not ordered[i]]
    encoder = ColumnTransformer(
        [
            ("levels", OrdinalEncoder(categories=categories), words),
            ("numbers", "passthrough", numbers),
        ],
        verbose_feature_names_out=False,
    )
    return encoder.fit(table.to_frame()[table.names])


def anchored_answers(teacher: Any, student: AnchoredStudent, X: Any) -> np.ndarray:
    """Ask the teacher about rows of X with the anchor outside S.

    Parameters
    ----------
    teacher : predictor
        Fitted.
    student : AnchoredStudent
        Without a table.
    X : ndarray or DataFrame of shape (n, n_features)
        Validated rows.

    Returns
    -------
    answers : ndarray of shape (n,)
    """
    anchor = student.domain.rows(student.anchor[np.newaxis, :])
    if is_frame(X):
        rows = anchor.iloc[np.zeros(X.shape[0], dtype=np.intp)].reset_index(drop=True)
        for j in student.columns:
            rows[rows.columns[j]] = X.iloc[:, j].reset_index(drop=True)
    else:
        dtype = np.result_type(anchor.dtype, X.dtype)
        rows = np.repeat(anchor.astype(dtype), X.shape[0], axis=0)
        rows[:, student.columns] = X[:, student.columns]
    answers = Oracle(teacher).predict(rows)
    return answers[:, 0] if answers.ndim == 2 and answers.shape[1] == 1 else answers

"""Rows that are probed, and what is known of each size and node of a tree."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from skdistill._labels import ClassLabels, Labels
from skdistill.base import LabelledRows
from skdistill.trees._scale import scale_values

__all__ = ["Pool", "SizedTree", "node_indicators", "same_classes"]


@dataclass(frozen=True)
class SizedTree:
    """The best tree of one size.

    Parameters
    ----------
    n_leaves : int
        Its size.
    fidelity : float
        On the rows that were searched: agreement with the teacher, or R².
    tree : DecisionTreeClassifier or DecisionTreeRegressor
        Plain and fitted; it reads rows as the distilled tree's own ``tree_``
        does.

    Examples
    --------
    >>> from sklearn.tree import DecisionTreeClassifier
    >>> from skdistill.trees import SizedTree
    >>> stump = DecisionTreeClassifier(max_depth=1).fit([[0.0], [1.0]], [0, 1])
    >>> SizedTree(2, 1.0, stump).n_leaves
    2
    """

    n_leaves: int
    fidelity: float
    tree: Any


@dataclass(frozen=True)
class Pool:
    """Labelled rows as a search reads them.

    Parameters
    ----------
    X : ndarray of shape (n, n_features), dtype float32
    targets : ndarray of shape (n, n_targets)
        Label distributions, or values.
    labels : Labels
        The same as the teacher gave them.
    weight : ndarray of shape (n,)
    """

    X: np.ndarray
    targets: np.ndarray
    labels: Labels
    weight: np.ndarray

    def take(self, index: np.ndarray) -> Pool:
        """Return the rows at ``index``."""
        return Pool(self.X[index], self.targets[index], self.labels.take(index), self.weight[index])

    def replace(self, fixed: dict[int, bool], fresh: Pool, mass: float) -> Pool:
        """Put fresh rows of a subcube, of that weight in all, where others were."""
        inside = np.ones(len(self.X), dtype=bool)
        for column, low in fixed.items():
            inside &= (self.X[:, column] <= _middle(fresh.X, self.X)) == low
        rest = self.take(np.flatnonzero(~inside))
        weight = np.concatenate([rest.weight, np.full(len(fresh.X), mass / len(fresh.X))])
        return Pool(
            np.concatenate([rest.X, fresh.X]),
            np.concatenate([rest.targets, fresh.targets]),
            rest.labels.concat(fresh.labels),  # type: ignore[arg-type]
            weight,
        )

    def scaled_targets(self) -> np.ndarray:
        """Targets with values between 0 and 1, so that their squares lose no digits."""
        return self.targets if isinstance(self.labels, ClassLabels) else scale_values(self.targets)

    def scaled_weight(self) -> np.ndarray:
        """Weights about one, so that their unit does not matter; whole ones as they are.

        Sums of whole weights are exact, and the same as for repeated rows.
        """
        whole = np.array_equal(self.weight, np.rint(self.weight))
        return self.weight if whole else self.weight / np.median(self.weight)

    def labelled(self) -> LabelledRows:
        """Return the same rows as the measures of fidelity take them."""
        return LabelledRows(self.X, self.labels, self.weight)


def _middle(*rows: np.ndarray) -> float:
    """Half-way between the two values of a cube's coding."""
    return float(min(X.min() for X in rows) + max(X.max() for X in rows)) / 2.0


def same_classes(labels: Labels, like: Labels) -> Labels:
    """Number further labels by the classes of the first ones.

    Parameters
    ----------
    labels : ClassLabels or Values
        Of a teacher that may not tell its classes: then they are those that
        were seen.
    like : ClassLabels or Values
        The first ones.

    Returns
    -------
    labels : ClassLabels or Values
    """
    if not isinstance(labels, ClassLabels) or not isinstance(like, ClassLabels):
        return labels
    new = np.setdiff1d(labels.classes, like.classes)
    if len(new):
        raise ValueError(
            f"The teacher predicts {new[:10].tolist()} inside a subcube, but never did on the "
            "first rows. Tell all its classes: "
            'CallableTeacher(function, output="label", classes=...).'
        )
    return labels.recoded(like.classes)


def node_indicators(tree: Any, X: np.ndarray) -> np.ndarray:
    """Which rows pass through which nodes: shape (n, node_count), float64.

    Parameters
    ----------
    tree : sklearn.tree._tree.Tree
    X : ndarray of shape (n, n_features), dtype float32
    """
    return tree.decision_path(X).toarray().astype(np.float64)

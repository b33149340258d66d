"""Few labelled rows of a real table, a teacher trained on them, and small trees.

The setting of V. Arzamasov, B. Jochum and K. Böhm, "Pedagogical rule
extraction to learn interpretable models", 2021 (PRELIM): a teacher sees N
labelled rows; a small tree learns from rows that the teacher labels, and is
compared with the tree that learns the N rows by itself.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from lightgbm import LGBMClassifier
from sklearn.ensemble import RandomForestClassifier
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from _lib.data import load

__all__ = ["LEAVES", "SETS", "Cell", "Scores", "make_cell", "scores", "small_tree"]

SETS = ("banana", "phoneme", "magic", "spambase", "ring", "twonorm", "texture", "satimage")
LEAVES = (8, 16)
# Test rows at most, and their share of a table at most.
_TEST_ROWS, _TEST_SHARE = 4000, 0.4
# Real rows without labels at most.
_POOL_ROWS = 10_000


@dataclass(frozen=True)
class Scores:
    """Of one student on the test rows, all in [0, 1]."""

    accuracy: float
    balanced_accuracy: float
    fidelity: float


@dataclass
class Cell:
    """One table, number of rows, seed and kind of teacher.

    Parameters
    ----------
    X, y : ndarray of shape (n, d) and (n,)
        The labelled rows; labels are 0 and 1.
    X_test, y_test : ndarray
        Test rows.
    pool : ndarray of shape (n_pool, d)
        Real rows without labels, none of them among the others.
    """

    name: str
    n: int
    seed: int
    kind: str
    X: np.ndarray
    y: np.ndarray
    X_test: np.ndarray
    y_test: np.ndarray
    pool: np.ndarray
    _direct: dict[int, Scores] | None = field(default=None, repr=False)

    @cached_property
    def teacher(self) -> Any:
        """Trained on the labelled rows."""
        if self.kind == "forest":
            model: Any = RandomForestClassifier(500, random_state=self.seed)
        else:
            model = LGBMClassifier(random_state=self.seed, n_jobs=1, verbose=-1)
        return model.fit(self.X, self.y)

    def query(self, rows: np.ndarray) -> np.ndarray:
        """The teacher's probability of label 1, shape (n_rows,)."""
        return self.teacher.predict_proba(rows)[:, 1]

    @cached_property
    def labels(self) -> np.ndarray:
        """The teacher's labels of the test rows, shape (n_test,)."""
        return self.query(self.X_test) > 0.5


def make_cell(name: str, n: int, seed: int, kind: str) -> Cell:
    """Cut a table into n labelled rows, test rows, and real rows without labels.

    Tables of more than two classes become one class against the rest; which
    one goes round with the seed. Labelled rows are stratified.

    Parameters
    ----------
    name : str
        One of ``SETS``.
    n : int
    seed : int
    kind : {"forest", "boosting"}
        500 trees, or LightGBM; both with the defaults of their libraries.

    Returns
    -------
    cell : Cell
    """
    X, y = load(name)
    n_classes = y.max() + 1
    if n_classes > 2:
        y = (y == seed % n_classes).astype(int)
    rng = np.random.default_rng([seed, n, SETS.index(name)])
    order = rng.permutation(len(X))
    ones, zeros = order[y[order] == 1], order[y[order] == 0]
    n_ones = max(2, round(n * y.mean()))
    known = rng.permutation(np.concatenate([ones[:n_ones], zeros[: n - n_ones]]))
    rest = rng.permutation(np.setdiff1d(order, known))
    n_test = min(_TEST_ROWS, int(_TEST_SHARE * len(X)))
    test, pool = rest[:n_test], rest[n_test:][: _POOL_ROWS - n]
    return Cell(name, n, seed, kind, X[known], y[known], X[test], y[test], X[pool])


def small_tree(cell: Cell, rows: np.ndarray, labels: np.ndarray) -> Any:
    """A tree of as many leaves as the largest student has.

    Parameters
    ----------
    cell : Cell
    rows : ndarray of shape (n_rows, d)
    labels : ndarray of shape (n_rows,)
        Whole numbers: hard labels. Floats: the probability of label 1, to which
        a regression tree is fitted, which minimises the expected Gini impurity.

    Returns
    -------
    tree : DecisionTreeClassifier or DecisionTreeRegressor
    """
    kind = DecisionTreeRegressor if labels.dtype.kind == "f" else DecisionTreeClassifier
    return kind(max_leaf_nodes=max(LEAVES), random_state=cell.seed).fit(rows, labels)


def scores(cell: Cell, tree: Any) -> dict[int, Scores]:
    """Score a tree and what it was when it had fewer leaves.

    A tree that is grown best-first numbers its nodes as they come, so the tree
    of k leaves is the first 2k - 1 nodes of any larger one.

    Parameters
    ----------
    cell : Cell
    tree : DecisionTreeClassifier or DecisionTreeRegressor
        Grown with ``max_leaf_nodes``.

    Returns
    -------
    scores : dict of int to Scores
        For each of ``LEAVES``.
    """
    nodes = tree.tree_
    parent = np.full(nodes.node_count, -1)
    for children in (nodes.children_left, nodes.children_right):
        inner = np.flatnonzero(children >= 0)
        parent[children[inner]] = inner
    value = nodes.value[:, 0, :]
    if hasattr(tree, "classes_"):
        label = tree.classes_[value.argmax(axis=1)] == 1
    else:
        label = value[:, 0] > 0.5
    at, found = tree.apply(cell.X_test), {}
    for leaves in sorted(LEAVES, reverse=True):
        while (later := at >= 2 * leaves - 1).any():
            at = np.where(later, parent[at], at)
        found[leaves] = _compare(cell, label[at])
    return found


def _compare(cell: Cell, predicted: np.ndarray) -> Scores:
    right = predicted == (cell.y_test == 1)
    by_class = [right[cell.y_test == k].mean() for k in (0, 1)]
    return Scores(right.mean(), np.mean(by_class), np.mean(predicted == cell.labels))

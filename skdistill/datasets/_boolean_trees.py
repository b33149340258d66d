"""Random decision trees over Boolean inputs, as teachers whose truth is known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.tree import DecisionTreeClassifier
from sklearn.utils import check_random_state

from skdistill._rows import is_frame
from skdistill._sklearn import assemble_tree, plain_tree
from skdistill._validation import Number, OneOf

__all__ = ["BooleanTree", "make_boolean_tree"]

_LOW = {"sign": -1, "binary": 0}


@dataclass(frozen=True)
class BooleanTree:
    """A full binary decision tree over Boolean inputs; a teacher whose truth is known.

    Nodes are numbered by depth: node i has the children 2 i + 1, where
    its input is low, and 2 i + 2, where it is high.

    Parameters
    ----------
    features : ndarray of shape (2**depth - 1,)
        The column that each inner node tests.
    labels : ndarray of shape (2**depth,)
        The label of each leaf, from left to right.
    n_features : int
        Columns in all.
    domain : {"sign", "binary"}, default="sign"
        Values of the inputs: -1 and 1, or 0 and 1.

    Examples
    --------
    >>> import numpy as np
    >>> from skdistill.datasets import BooleanTree
    >>> tree = BooleanTree(np.array([2, 0, 1]), np.array([0, 1, 1, 0]), 3)
    >>> tree.depth, tree.n_leaves, tree.relevant_features.tolist()
    (2, 4, [0, 1, 2])
    >>> tree.predict([[1, 1, -1], [1, 1, 1]]).tolist()
    [1, 0]
    """

    features: np.ndarray
    labels: np.ndarray
    n_features: int
    domain: str = "sign"

    @property
    def classes_(self) -> np.ndarray:
        """Labels that occur."""
        return np.unique(self.labels)

    @property
    def depth(self) -> int:
        """Inputs tested on each path."""
        return len(self.labels).bit_length() - 1

    @property
    def n_leaves(self) -> int:
        """Leaves."""
        return len(self.labels)

    @property
    def relevant_features(self) -> np.ndarray:
        """The columns that the tree tests, in order."""
        return np.unique(self.features)

    @property
    def leaf_literals(self) -> np.ndarray:
        """The conjunction of each leaf.

        An int8 array of shape (n_leaves, n_features): 1 where the input must be
        high, -1 where it must be low, 0 where it may be either.
        """
        literals = np.zeros((self.n_leaves, self.n_features), dtype=np.int8)
        leaves = np.arange(self.n_leaves)
        for level in range(self.depth):
            node = 2**level - 1 + (leaves >> (self.depth - level))
            side = (leaves >> (self.depth - level - 1)) & 1
            literals[leaves, self.features[node]] = 2 * side - 1
        return literals

    def predict(self, X: Any) -> np.ndarray:
        """Predict the label of each row.

        Parameters
        ----------
        X : array-like or DataFrame of shape (n_samples, n_features)
            Values above zero count as high, the others as low.

        Returns
        -------
        y : ndarray of shape (n_samples,)
            Labels of the leaves that the rows end in.
        """
        rows = X.to_numpy() if is_frame(X) else np.asarray(X)
        each, node = np.arange(len(rows)), np.zeros(len(rows), dtype=np.intp)
        for _ in range(self.depth):
            node = 2 * node + 1 + (rows[each, self.features[node]] > 0)
        return self.labels[node - len(self.features)]

    def sample(self, n_samples: int = 1, random_state: Any = None) -> np.ndarray:
        """Draw points of the cube uniformly.

        Parameters
        ----------
        n_samples : int, default=1
            Points.
        random_state : int, RandomState instance or None, default=None
            Seed.

        Returns
        -------
        X : ndarray of shape (n_samples, n_features)
            Values as ``domain`` has them, as int8.
        """
        rng = check_random_state(random_state)
        bits = rng.randint(0, 2, size=(n_samples, self.n_features), dtype=np.int8)
        points: np.ndarray = 2 * bits - 1 if self.domain == "sign" else bits
        return points

    def to_sklearn(self) -> DecisionTreeClassifier:
        """Return the same tree as a fitted scikit-learn tree, to print or to draw.

        Returns
        -------
        tree : DecisionTreeClassifier
            Its nodes hold the shares of the classes on the whole cube, and one
            sample a leaf.
        """
        classes, codes = np.unique(self.labels, return_inverse=True)
        levels = [np.eye(len(classes))[codes]]
        while len(levels[0]) > 1:
            levels.insert(0, (levels[0][::2] + levels[0][1::2]) / 2)
        value = np.concatenate(levels)
        inner, count = len(self.features), len(value)
        node = np.arange(inner)
        none = np.full(self.n_leaves, -1)
        size = np.concatenate([np.full(len(p), self.n_leaves // len(p)) for p in levels])
        arrays = {
            "left_child": np.append(2 * node + 1, none),
            "right_child": np.append(2 * node + 2, none),
            "feature": np.append(self.features, none - 1),
            "threshold": np.append(np.full(inner, (_LOW[self.domain] + 1) / 2), none - 1.0),
            "impurity": 1.0 - (value**2).sum(axis=1),
            "n_node_samples": size,
            "weighted_n_node_samples": size.astype(np.float64),
            "missing_go_to_left": np.zeros(count, dtype=np.uint8),
            "value": value[:, np.newaxis, :],
        }
        tree = assemble_tree(arrays, self.n_features, np.array([len(classes)]))
        estimator: DecisionTreeClassifier = plain_tree(tree, classes=classes, params={})
        return estimator


def make_boolean_tree(
    n_features: int = 100,
    depth: int = 3,
    *,
    domain: str = "sign",
    n_classes: int = 2,
    random_state: Any = None,
) -> BooleanTree:
    """Draw a random full decision tree over Boolean inputs.

    Every inner node tests a random input that its path has not tested yet, and
    the labels are random. No node is redundant: both sides of each one compute
    different functions, so the function depends on every input that is tested.

    Parameters
    ----------
    n_features : int, default=100
        Columns.
    depth : int, default=3
        Inputs tested on each path; at most 12, and at most ``n_features``.
    domain : {"sign", "binary"}, default="sign"
        Values of the inputs: -1 and 1, or 0 and 1.
    n_classes : int, default=2
        Labels 0, ..., n_classes - 1.
    random_state : int, RandomState instance or None, default=None
        Seed.

    Returns
    -------
    tree : BooleanTree
        With 2**depth leaves; with two classes, half of them are of each.

    Raises
    ------
    ValueError
        If a number is out of range.

    See Also
    --------
    make_junta : Functions of few inputs of other shapes.

    References
    ----------
    .. [1] E. Boix-Adserà, "Towards a theory of model distillation",
       arXiv:2403.09053, 2024.

    Examples
    --------
    >>> from skdistill.datasets import make_boolean_tree
    >>> tree = make_boolean_tree(100, 3, random_state=0)
    >>> X = tree.sample(1000, random_state=0)
    >>> X.shape, tree.n_leaves, tree.labels.tolist()
    ((1000, 100), 8, [1, 0, 1, 0, 0, 1, 1, 0])
    >>> bool((tree.to_sklearn().predict(X) == tree.predict(X)).all())
    True
    """
    for name, value, rule in (
        ("n_features", n_features, Number(1, whole=True)),
        ("depth", depth, Number(1, min(12, n_features), whole=True)),
        ("domain", domain, OneOf(*_LOW)),
        ("n_classes", n_classes, Number(2, whole=True)),
    ):
        if not rule.accepts(value):
            raise ValueError(f"{name} must be {rule}, got {value!r}.")
    rng = check_random_state(random_state)
    levels, labels = _draw(depth, np.arange(n_features), n_classes, rng)
    return BooleanTree(np.concatenate(levels), labels, n_features, domain)


def _draw(
    depth: int, free: np.ndarray, n_classes: int, rng: np.random.RandomState
) -> tuple[list[np.ndarray], np.ndarray]:
    """The features of a random subtree, by depth, and its 2**depth labels."""
    if depth == 0:
        return [], rng.randint(n_classes, size=1)
    feature = rng.choice(free)
    free = free[free != feature]
    left = _draw(depth - 1, free, n_classes, rng)
    right = _draw(depth - 1, free, n_classes, rng)
    while _equal(left, right):
        right = _draw(depth - 1, free, n_classes, rng)
    below = [np.concatenate(pair) for pair in zip(left[0], right[0], strict=True)]
    return [np.array([feature]), *below], np.concatenate([left[1], right[1]])


def _equal(
    left: tuple[list[np.ndarray], np.ndarray], right: tuple[list[np.ndarray], np.ndarray]
) -> bool:
    """Whether two subtrees without redundant nodes compute the same function.

    They depend on all that they test. Where that is the same, the leaves of
    both that some point shares must agree.
    """
    if not left[0]:
        return bool(left[1] == right[1])
    tested = [np.concatenate(side[0]) for side in (left, right)]
    columns = np.unique(tested[0])
    if not np.array_equal(columns, np.unique(tested[1])):
        return False
    literals = [
        BooleanTree(np.searchsorted(columns, t), side[1], len(columns)).leaf_literals.astype(float)
        for t, side in zip(tested, (left, right), strict=True)
    ]
    # With a conflict, the product is less than the number of columns in both.
    shared = literals[0] @ literals[1].T == np.abs(literals[0]) @ np.abs(literals[1]).T
    return not np.any(shared & (left[1][:, np.newaxis] != right[1]))

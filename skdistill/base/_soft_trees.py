"""Classification trees on hard or soft labels, and weights of classes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor
from sklearn.utils import compute_class_weight

from skdistill._labels import ClassLabels, Labels, Values
from skdistill._sklearn import assemble_tree, plain_tree, tree_arrays, tree_from_regression

__all__ = [
    "class_factors",
    "fold_class_weight",
    "grow_classification_tree",
    "grow_on_distributions",
]


def grow_classification_tree(
    tree: DecisionTreeClassifier, X: Any, labels: ClassLabels, sample_weight: np.ndarray | None
) -> DecisionTreeClassifier:
    """Fit a classification tree on hard or soft labels over all the teacher's classes.

    Parameters
    ----------
    tree : DecisionTreeClassifier
        Unfitted; its parameters decide how to grow. Soft labels are grown by
        the Gini impurity alone.
    X : ndarray or csr_matrix of shape (n, n_features)
        Rows of the transfer set.
    labels : ClassLabels
        Hard or soft.
    sample_weight : ndarray of shape (n,) or None
        Weights of the rows.

    Returns
    -------
    tree : DecisionTreeClassifier
        Fitted, with ``classes_`` those of the teacher, seen or not.

    See Also
    --------
    fit_student : For any student.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.naive_bayes import GaussianNB
    >>> from sklearn.tree import DecisionTreeClassifier
    >>> from skdistill.base import grow_classification_tree
    >>> from skdistill.teachers import Oracle
    >>> X, y = load_iris(return_X_y=True)
    >>> labels, _ = Oracle(GaussianNB().fit(X, y)).label(X, soft=True)
    >>> tree = DecisionTreeClassifier(max_leaf_nodes=3)
    >>> tree = grow_classification_tree(tree, X, labels, None)
    >>> int(tree.get_n_leaves()), tree.classes_.tolist()
    (3, [0, 1, 2])
    """
    classes = labels.classes
    if labels.soft:
        return _grow_soft(tree, X, labels, sample_weight)
    tree.fit(X, labels.decisions(), sample_weight=sample_weight)
    if len(tree.classes_) == len(classes) and np.array_equal(tree.classes_, classes):
        return tree
    # Classes that the teacher knows but never gave have probability zero.
    arrays = tree_arrays(tree.tree_)
    value = np.zeros((len(arrays["value"]), 1, len(classes)))
    place = {label: k for k, label in enumerate(classes.tolist())}
    value[:, :, [place[label] for label in tree.classes_.tolist()]] = arrays["value"]
    arrays["value"] = value
    full = assemble_tree(arrays, tree.n_features_in_, np.array([len(classes)]))
    return plain_tree(full, classes=classes, params=tree.get_params())


def _grow_soft(
    tree: DecisionTreeClassifier,
    X: Any,
    labels: ClassLabels,
    sample_weight: np.ndarray | None,
) -> DecisionTreeClassifier:
    classes, params = labels.classes, tree.get_params()
    if params["criterion"] != "gini":
        raise ValueError(
            f"Soft labels are grown by the Gini impurity. Got criterion={params['criterion']!r}: "
            'use criterion="gini", or labels="hard".'
        )
    targets, weight = labels.distribution(), sample_weight
    if params["class_weight"] is not None:
        targets, weight = fold_class_weight(labels, params["class_weight"], weight)
    regressor = grow_on_distributions(params, X, targets, weight)
    full, _ = tree_from_regression(regressor, len(classes))
    return plain_tree(full, classes=classes, params=params)


def grow_on_distributions(
    params: Mapping[str, Any], X: Any, targets: np.ndarray, sample_weight: np.ndarray | None
) -> DecisionTreeRegressor:
    """Fit a regression tree that is the classification tree of soft labels.

    Parameters
    ----------
    params : mapping
        Of a ``DecisionTreeClassifier`` with the Gini impurity. The weights of its
        classes are in the targets already.
    X : ndarray or csr_matrix of shape (n, n_features)
    targets : ndarray of shape (n, n_classes)
        Distributions over the classes.
    sample_weight : ndarray of shape (n,) or None

    Returns
    -------
    tree : DecisionTreeRegressor
        Fitted on the distributions; on the second class's probability where
        there are two.
    """
    n_classes = targets.shape[1]
    params = {name: value for name, value in params.items() if name != "class_weight"}
    # The regression's impurity is a mean over classes; the Gini is their sum.
    params |= {
        "criterion": "squared_error",
        "min_impurity_decrease": params["min_impurity_decrease"] / n_classes,
        "ccp_alpha": params["ccp_alpha"] / n_classes,
    }
    y = targets[:, 1] if n_classes == 2 else targets
    return DecisionTreeRegressor(**params).fit(X, y, sample_weight=sample_weight)


def fold_class_weight(
    labels: Labels, class_weight: Any, sample_weight: np.ndarray | None
) -> tuple[np.ndarray, np.ndarray]:
    """Return targets and weights of rows in which the weights of the classes are contained.

    Parameters
    ----------
    labels : Labels
        Values, hard labels, or soft ones.
    class_weight : dict, "balanced" or None
    sample_weight : ndarray of shape (n,) or None

    Returns
    -------
    targets : ndarray of shape (n, n_targets)
        Values, or distributions over the classes.
    weight : ndarray of shape (n,)
    """
    targets = labels.targets
    weight = np.ones(len(targets)) if sample_weight is None else sample_weight
    if isinstance(labels, Values) or class_weight is None:
        return targets, weight
    factors = class_factors(class_weight, labels.classes, targets, sample_weight)
    # Few digits: then sums over repeated rows and over weighted ones are the same number.
    factors = _short(factors, 24)
    if not labels.soft:
        return targets, weight * factors[labels.codes]
    # A row weighs what its class-wise copies would weigh together.
    targets = targets * factors
    mass = targets.sum(axis=1)
    # A row of classes that weigh nothing says nothing.
    targets /= np.where(mass > 0, mass, 1.0)[:, np.newaxis]
    return np.round(targets * 2.0**22) / 2.0**22, weight * _short(mass, 20)


def _short(numbers: np.ndarray, n_bits: int) -> np.ndarray:
    """Round numbers to so many significant bits."""
    part, exponent = np.frexp(numbers)
    return np.asarray(np.ldexp(np.round(part * 2.0**n_bits), exponent - n_bits))


def class_factors(
    class_weight: Any, classes: np.ndarray, targets: np.ndarray, sample_weight: np.ndarray | None
) -> np.ndarray:
    """Return the weight of each class; "balanced" by the expected class frequencies.

    Parameters
    ----------
    class_weight : dict or "balanced"
    classes : ndarray of shape (n_classes,)
    targets : ndarray of shape (n, n_classes)
        Probabilities.
    sample_weight : ndarray of shape (n,) or None

    Returns
    -------
    factors : ndarray of shape (n_classes,)
    """
    if isinstance(class_weight, str):
        weight = np.ones(len(targets)) if sample_weight is None else sample_weight
        mass = weight @ targets
        seen = mass > 0
        return np.where(seen, weight.sum() / (len(classes) * np.where(seen, mass, 1.0)), 1.0)
    return np.asarray(compute_class_weight(class_weight, classes=classes, y=classes))

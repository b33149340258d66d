"""Fitting any scikit-learn student on hard or soft labels.

Soft labels reach a tree as the targets of a regression tree (which is CART on
the expected labels), a regressor as its targets, and any other classifier as
rows repeated once a class, weighted by the probability of that class.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.base import is_regressor
from sklearn.multioutput import MultiOutputRegressor
from sklearn.pipeline import Pipeline
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor
from sklearn.utils import compute_class_weight, get_tags

from skdistill._rows import take_rows
from skdistill._sklearn import assemble_tree, plain_tree, tree_arrays, tree_from_regression
from skdistill._validation import Instance
from skdistill.base._road import teacher_limits
from skdistill.teachers._ask import Labels
from skdistill.teachers._kind import name_of
from skdistill.teachers._resolve import weight_arguments

__all__ = [
    "STUDENT_RULE",
    "class_factors",
    "fit_student",
    "fold_class_weight",
    "grow_classification_tree",
    "student_tags",
    "takes_soft_labels",
]

STUDENT_RULE = Instance(
    "an estimator with fit and predict, or None",
    lambda value: (
        value is None
        or (hasattr(value, "fit") and hasattr(value, "predict") and not isinstance(value, type))
    ),
)


def takes_soft_labels(student: Any) -> bool:
    """Whether there is a way to hand soft labels to a student."""
    if isinstance(student, DecisionTreeClassifier) or is_regressor(student):
        return True
    return weight_arguments(student, np.ones(1)) is not None


def grow_classification_tree(
    tree: DecisionTreeClassifier, X: Any, labels: Labels, sample_weight: np.ndarray | None
) -> DecisionTreeClassifier:
    """Fit a classification tree on hard or soft labels over all the teacher's classes.

    Parameters
    ----------
    tree : DecisionTreeClassifier
        Unfitted; its parameters decide how to grow. Soft labels are grown by
        the Gini impurity alone.
    X : ndarray or csr_matrix of shape (n, n_features)
        Rows of the transfer set.
    labels : Labels
        Soft where it has targets.
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
    >>> from skdistill.teachers import ask_labels
    >>> X, y = load_iris(return_X_y=True)
    >>> labels = ask_labels(GaussianNB().fit(X, y), X, soft=True, classification=True)
    >>> tree = DecisionTreeClassifier(max_leaf_nodes=3)
    >>> tree = grow_classification_tree(tree, X, labels, None)
    >>> int(tree.get_n_leaves()), tree.classes_.tolist()
    (3, [0, 1, 2])
    """
    classes = labels.classes
    assert classes is not None
    if labels.targets is not None:
        return _grow_soft(tree, X, classes, labels.targets, sample_weight)
    tree.fit(X, classes[labels.codes], sample_weight=sample_weight)
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
    classes: np.ndarray,
    targets: np.ndarray,
    sample_weight: np.ndarray | None,
) -> DecisionTreeClassifier:
    params = tree.get_params()
    if params["criterion"] != "gini":
        raise ValueError(
            f"Soft labels are grown by the Gini impurity. Got criterion={params['criterion']!r}: "
            'use criterion="gini", or labels="hard".'
        )
    class_weight = params.pop("class_weight")
    if class_weight is not None:
        labels = Labels(classes, None, targets)
        targets, sample_weight = fold_class_weight(labels, class_weight, sample_weight)
    # The regression's impurity is a mean over classes; the Gini is their sum.
    params["criterion"] = "squared_error"
    params["min_impurity_decrease"] /= len(classes)
    params["ccp_alpha"] /= len(classes)
    regressor = DecisionTreeRegressor(**params)
    regressor.fit(X, targets[:, 1] if len(classes) == 2 else targets, sample_weight=sample_weight)
    full, _ = tree_from_regression(regressor, len(classes))
    return plain_tree(full, classes=classes, params=tree.get_params())


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
    if labels.classes is None:
        assert labels.targets is not None
        targets = labels.targets.reshape(len(labels.targets), -1)
        return targets, np.ones(len(targets)) if sample_weight is None else sample_weight
    targets = (
        np.eye(len(labels.classes))[labels.codes] if labels.targets is None else labels.targets
    )
    weight = np.ones(len(targets)) if sample_weight is None else sample_weight
    if class_weight is None:
        return targets, weight
    factors = class_factors(class_weight, labels.classes, targets, sample_weight)
    # Few digits: then sums over repeated rows and over weighted ones are the same number.
    factors = _short(factors, 24)
    if labels.targets is None:
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
    return np.ldexp(np.round(part * 2.0**n_bits), exponent - n_bits)


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
    return compute_class_weight(class_weight, classes=classes, y=classes)


def fit_student(student: Any, X: Any, labels: Labels, sample_weight: np.ndarray | None) -> Any:
    """Fit a student on a teacher's labels.

    Parameters
    ----------
    student : estimator
        Unfitted; it is fitted and returned (a tree, or a regressor of several
        outputs, inside the estimator that it needs).
    X : ndarray, csr_matrix or DataFrame of shape (n, n_features)
        Rows of the transfer set.
    labels : Labels
        Values, hard labels, or soft ones where it has targets.
    sample_weight : ndarray of shape (n,) or None
        Weights of the rows.

    Returns
    -------
    student : estimator
        Fitted.

    Raises
    ------
    ValueError
        If weights or soft labels cannot reach the student.

    See Also
    --------
    grow_classification_tree : For classification trees.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn.naive_bayes import GaussianNB
    >>> from skdistill.base import fit_student
    >>> from skdistill.teachers import ask_labels
    >>> X, y = load_iris(return_X_y=True)
    >>> labels = ask_labels(GaussianNB().fit(X, y), X, soft=True, classification=True)
    >>> student = fit_student(LogisticRegression(max_iter=1000), X, labels, None)
    >>> student.predict_proba(X).shape
    (150, 3)
    """
    if labels.classes is None:
        return student.fit(X, labels.targets, **_weights(student, sample_weight))
    if isinstance(student, DecisionTreeClassifier):
        return grow_classification_tree(student, X, labels, sample_weight)
    if is_regressor(student):
        return _fit_regressor(student, X, labels, sample_weight)
    if labels.targets is None:
        return student.fit(X, labels.classes[labels.codes], **_weights(student, sample_weight))
    row, code = np.nonzero(labels.targets)
    weight = labels.targets[row, code]
    if sample_weight is not None:
        weight = weight * sample_weight[row]
    return student.fit(take_rows(X, row), labels.classes[code], **_weights(student, weight))


def _fit_regressor(student: Any, X: Any, labels: Labels, sample_weight: np.ndarray | None) -> Any:
    """Regression on the probabilities of the classes, of the second one if there are two."""
    classes = labels.classes
    assert classes is not None
    targets = np.eye(len(classes))[labels.codes] if labels.targets is None else labels.targets
    arguments = _weights(student, sample_weight)
    if len(classes) == 2:
        targets = targets[:, 1]
    elif not get_tags(student).target_tags.multi_output:
        student = _one_for_each_output(student)
    return student.fit(X, targets, **arguments)


def _one_for_each_output(student: Any) -> Any:
    """One regressor for each output; in a pipeline, that is its last step alone."""
    if not isinstance(student, Pipeline):
        return MultiOutputRegressor(student)
    *steps, (name, last) = student.steps
    return student.set_params(steps=[*steps, (name, _one_for_each_output(last))])


def _weights(student: Any, sample_weight: np.ndarray | None) -> dict[str, Any]:
    arguments = weight_arguments(student, sample_weight)
    if arguments is None:
        raise ValueError(
            f"The student ({name_of(student)}) takes no sample_weight, so neither weights nor "
            'soft labels can reach it. Use labels="hard" and no weights, or another student.'
        )
    return arguments


def student_tags(tags: Any, distiller: Any, default: type) -> Any:
    """What both the student and the teacher take, the distiller takes."""
    inner = get_tags(default() if distiller.student is None else distiller.student)
    tags.input_tags.sparse = inner.input_tags.sparse
    tags.input_tags.allow_nan = inner.input_tags.allow_nan
    if tags.regressor_tags is not None:
        tags.target_tags.multi_output = inner.target_tags.multi_output
    return teacher_limits(tags, distiller.teacher)

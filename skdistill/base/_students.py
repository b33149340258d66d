"""Fitting any scikit-learn student on hard or soft labels.

What a student can do decides how soft labels reach it: its own ``fit_soft``; the
expected Gini impurity, for a tree; regression on the probabilities, for a
regressor; and for any other classifier rows repeated once for each class,
weighted by the probability of that class.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.base import is_regressor
from sklearn.multioutput import MultiOutputRegressor
from sklearn.pipeline import Pipeline
from sklearn.tree import DecisionTreeClassifier
from sklearn.utils import get_tags

from skdistill._labels import ClassLabels, Labels, Values, class_codes
from skdistill._rows import take_rows
from skdistill._validation import Instance
from skdistill.base._distiller import teacher_limits
from skdistill.base._soft_trees import grow_classification_tree
from skdistill.teachers import name_of, one_column, weight_arguments

__all__ = ["STUDENT_RULE", "FittedStudent", "fit_student", "student_tags", "takes_soft_labels"]

STUDENT_RULE = Instance(
    "an estimator with fit and predict, or None",
    lambda value: (
        value is None
        or (hasattr(value, "fit") and hasattr(value, "predict") and not isinstance(value, type))
    ),
)


@dataclass(frozen=True)
class FittedStudent:
    """A fitted student of classes, whose predictions are read as the teacher's labels.

    Parameters
    ----------
    estimator : estimator
        Fitted.
    classes : ndarray of shape (n_classes,)
        The teacher's.
    columns : ndarray of shape (n_known,)
        Which of them the columns of its ``predict_proba`` are; for a student of
        codes, which of them code 0, 1, ... is.
    of_codes : bool
        Whether the student was fitted on numbers in place of the labels.
    """

    estimator: Any
    classes: np.ndarray
    columns: np.ndarray
    of_codes: bool = False

    def predict(self, X: Any) -> np.ndarray:
        """Return labels of shape (n_samples,)."""
        if is_regressor(self.estimator):
            likeliest: np.ndarray = self.classes[np.argmax(self.predict_proba(X), axis=1)]
            return likeliest
        predicted = one_column(np.asarray(self.estimator.predict(X)))
        if not self.of_codes:
            return predicted
        if predicted.ndim == 2:  # scores of a booster, one a class
            predicted = predicted.argmax(axis=1)
        labels: np.ndarray = self.classes[self.columns[predicted.astype(np.intp)]]
        return labels

    def predict_proba(self, X: Any) -> np.ndarray:
        """Return probabilities of shape (n_samples, n_classes), over all of the classes."""
        if not is_regressor(self.estimator):
            proba: np.ndarray = self.estimator.predict_proba(X)
            if np.array_equal(self.columns, np.arange(len(self.classes))):
                return proba
            full = np.zeros((len(proba), len(self.classes)))
            full[:, self.columns] = proba
            return full
        values = np.asarray(self.estimator.predict(X), dtype=np.float64)
        if len(self.classes) == 2:
            values = np.column_stack([1.0 - values.ravel(), values.ravel()])
        proba = np.clip(values.reshape(len(values), -1), 0.0, None)
        total = proba.sum(axis=1, keepdims=True)
        return np.where(total > 0, proba / np.where(total > 0, total, 1.0), 1.0 / proba.shape[1])


def takes_soft_labels(student: Any) -> bool:
    """Whether there is a way to hand soft labels to a student."""
    special = any(can(student) for can, _ in _WAYS)
    return special or weight_arguments(student, np.ones(1)) is not None


def fit_student(
    student: Any, X: Any, labels: Labels, sample_weight: np.ndarray | None = None
) -> Any:
    """Fit a student on a teacher's labels.

    Parameters
    ----------
    student : estimator
        Unfitted; it is fitted and returned (a tree, or a regressor of several
        outputs, inside the estimator that it needs). One with a method
        ``fit_soft(X, P, sample_weight=None)`` is fitted by it on soft labels:
        column k of P is the k-th class, and its ``predict`` returns such k.
    X : ndarray, csr_matrix or DataFrame of shape (n, n_features)
        Rows of the transfer set.
    labels : ClassLabels or Values
        Hard or soft labels, or real values.
    sample_weight : ndarray of shape (n,), default=None
        Weights of the rows.

    Returns
    -------
    student : FittedStudent or estimator
        For classes, a FittedStudent; for real values the fitted estimator.

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
    >>> from skdistill.teachers import Oracle
    >>> X, y = load_iris(return_X_y=True)
    >>> labels, _ = Oracle(GaussianNB().fit(X, y)).label(X, soft=True)
    >>> student = fit_student(LogisticRegression(max_iter=1000), X, labels)
    >>> student.predict_proba(X).shape
    (150, 3)
    """
    if isinstance(labels, Values):
        return student.fit(X, labels.values, **_weights(student, sample_weight))
    for can, fit in _WAYS:
        if can(student):
            return fit(student, X, labels, sample_weight)
    if not labels.soft:
        return _fit_codes(student, X, labels.codes, labels.classes, sample_weight)
    proba = labels.distribution()
    row, code = np.nonzero(proba)
    weight = proba[row, code]
    if sample_weight is not None:
        weight = weight * sample_weight[row]
    return _fit_codes(student, take_rows(X, row), code, labels.classes, weight)


def _fit_codes(
    student: Any, X: Any, codes: np.ndarray, classes: np.ndarray, weight: np.ndarray | None
) -> FittedStudent:
    """Fit on labels, or on the numbers 0, 1, ... of those that occur where labels are refused."""
    arguments = _weights(student, weight)
    try:
        student.fit(X, classes[codes], **arguments)
    except (ValueError, TypeError) as error:
        # XGBoost takes the numbers 0, 1, ... alone, without one that never occurs.
        seen, numbers = np.unique(codes, return_inverse=True)
        if np.array_equal(classes[codes], numbers):
            raise
        try:
            student.fit(X, numbers, **arguments)
        except Exception:  # so it was not the labels that it refused
            raise error from None
        return FittedStudent(student, classes, seen, of_codes=True)
    known = getattr(student, "classes_", None)
    if known is None:
        return FittedStudent(student, classes, np.unique(codes))
    return FittedStudent(student, classes, class_codes(np.asarray(known), classes, "The student"))


def _fit_soft(student: Any, X: Any, labels: ClassLabels, weight: np.ndarray | None) -> Any:
    """Use the student's own way for soft labels, or for hard ones as one-hot rows."""
    proba = labels.distribution()
    if weight is None:
        student.fit_soft(X, proba)
    else:
        student.fit_soft(X, proba, sample_weight=weight)
    return FittedStudent(student, labels.classes, np.arange(len(labels.classes)), of_codes=True)


def _fit_tree(student: Any, X: Any, labels: ClassLabels, weight: np.ndarray | None) -> Any:
    tree = grow_classification_tree(student, X, labels, weight)
    return FittedStudent(tree, labels.classes, np.arange(len(labels.classes)))


def _fit_regressor(student: Any, X: Any, labels: ClassLabels, weight: np.ndarray | None) -> Any:
    """Regression on the probabilities of the classes, of the second one if there are two."""
    targets = labels.distribution()
    arguments = _weights(student, weight)
    if len(labels.classes) == 2:
        targets = targets[:, 1]
    elif not get_tags(student).target_tags.multi_output:
        student = _one_for_each_output(student)
    student.fit(X, targets, **arguments)
    return FittedStudent(student, labels.classes, np.arange(len(labels.classes)))


# What a student can do, and how it is then fitted; the first that applies.
_WAYS: list[tuple[Callable[[Any], bool], Callable[..., FittedStudent]]] = [
    (lambda student: hasattr(student, "fit_soft"), _fit_soft),
    (lambda student: isinstance(student, DecisionTreeClassifier), _fit_tree),
    (is_regressor, _fit_regressor),
]


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
            'soft labels can reach it. Use labels="hard" and no weights (real_weight=1), or '
            "another student."
        )
    return arguments


def student_tags(tags: Any, distiller: Any, default: type) -> Any:
    """What both the student and the teacher take, the distiller takes."""
    inner = get_tags(default() if distiller.student is None else distiller.student)
    tags.input_tags.sparse = inner.input_tags.sparse
    tags.input_tags.allow_nan = inner.input_tags.allow_nan
    if tags.regressor_tags is not None:
        tags.target_tags.multi_output = inner.target_tags.multi_output
    return teacher_limits(tags, distiller)

"""Which classifiers predict their most probable class, so that one query gives both."""

from __future__ import annotations

import sys
from inspect import getattr_static
from typing import TYPE_CHECKING, Any

import numpy as np

from skdistill._hashes import row_keys
from skdistill._rows import take_rows
from skdistill.teachers._checks import one_column
from skdistill.teachers._kind import unfrozen
from skdistill.teachers._store import distinct

if TYPE_CHECKING:
    from skdistill.teachers._oracle import Oracle

__all__ = [
    "innermost",
    "labels_of_proba",
    "most_probable",
    "predicts_most_probable",
    "take_kept",
]

# Read in the sources of these libraries, and tested: `predict` is the argmax of
# `predict_proba` up to near ties, which rounding may decide otherwise. Nothing
# of the kind holds for SVC(probability=True), or where a threshold was tuned.
_KNOWN = {
    "sklearn.calibration": ("CalibratedClassifierCV",),
    "sklearn.discriminant_analysis": (
        "LinearDiscriminantAnalysis",
        "QuadraticDiscriminantAnalysis",
    ),
    "sklearn.ensemble": (
        "AdaBoostClassifier",
        "BaggingClassifier",
        "ExtraTreesClassifier",
        "GradientBoostingClassifier",
        "HistGradientBoostingClassifier",
        "RandomForestClassifier",
        "VotingClassifier",
    ),
    "sklearn.linear_model": ("LogisticRegression", "LogisticRegressionCV"),
    "sklearn.naive_bayes": ("BernoulliNB", "CategoricalNB", "GaussianNB", "MultinomialNB"),
    "sklearn.neighbors": ("KNeighborsClassifier",),
    "sklearn.neural_network": ("MLPClassifier",),
    "sklearn.tree": ("DecisionTreeClassifier",),
    "lightgbm.sklearn": ("LGBMClassifier",),
    "xgboost.sklearn": ("XGBClassifier",),
}
# These hand on what a part of them predicts.
_DELEGATES = {
    ("sklearn.pipeline", "Pipeline"): lambda outer: outer.steps[-1][1],
    ("sklearn.model_selection", "GridSearchCV"): lambda outer: outer.best_estimator_,
    ("sklearn.model_selection", "RandomizedSearchCV"): lambda outer: outer.best_estimator_,
    ("sklearn.ensemble", "StackingClassifier"): lambda outer: outer.final_estimator_,
}
_METHODS = ("predict", "predict_proba")
# These take the argmax of `predict_proba` itself, so that ties need no query.
_EXACT = {
    "BaggingClassifier",
    "CalibratedClassifierCV",
    "DecisionTreeClassifier",
    "ExtraTreesClassifier",
    "LGBMClassifier",
    "RandomForestClassifier",
    "VotingClassifier",
}


def predicts_most_probable(predictor: Any) -> bool:
    """Whether a classifier is known to predict the argmax of its probabilities.

    Parameters
    ----------
    predictor : predictor
        Fitted.

    Returns
    -------
    known : bool
        True only where both methods are those of a class whose source is known:
        a subclass that overrides one of them, or a class that nobody looked
        into, may decide by a threshold.
    """
    return _known_class(predictor) is not None


def labels_of_proba(predictor: Any, proba: np.ndarray) -> np.ndarray | None:
    """Return what ``predict`` returns where that follows from probabilities; None elsewhere.

    Parameters
    ----------
    predictor : predictor
    proba : ndarray of shape (n, n_classes)
        What its ``predict_proba`` returned.

    Returns
    -------
    labels : ndarray of shape (n,) or None
    """
    if _known_class(predictor) not in _EXACT:
        return None
    labels: np.ndarray = np.asarray(predictor.classes_)[np.argmax(proba, axis=1)]
    return labels


def _known_class(predictor: Any) -> str | None:
    """Name of the known class that a predictor's labels come from; None for others."""
    predictor = unfrozen(predictor)
    for (module, name), part in _DELEGATES.items():
        if _keeps_methods_of(predictor, module, name):
            return _known_class(part(predictor))
    return next(
        (
            name
            for module, names in _KNOWN.items()
            for name in names
            if _keeps_methods_of(predictor, module, name)
        ),
        None,
    )


def _keeps_methods_of(predictor: Any, module: str, name: str) -> bool:
    """Whether an object predicts with the very methods of a class of a library."""
    cls = getattr(sys.modules.get(module), name, None)
    if cls is None or not isinstance(predictor, cls):
        return False
    own = getattr(predictor, "__dict__", {})
    return all(
        method not in own and getattr_static(type(predictor), method) is getattr_static(cls, method)
        for method in _METHODS
    )


def most_probable(
    oracle: Oracle, X: Any, proba: np.ndarray, classes: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return the labels of a teacher that predicts the argmax, which is queried on near ties alone.

    Parameters
    ----------
    oracle : Oracle
        Around such a teacher.
    X : ndarray, csr_matrix or DataFrame of shape (n, n_features)
    proba : ndarray of shape (n, n_classes)
    classes : ndarray of shape (n_classes,)

    Returns
    -------
    decisions : ndarray of shape (n_kept,)
    kept : ndarray of shape (n_kept,)
        Positions of the rows that did not fail.
    """
    decisions = classes[np.argmax(proba, axis=1)]
    failed = np.zeros(len(proba), dtype=bool)
    if _known_class(innermost(oracle)) not in _EXACT:
        close = np.flatnonzero(_near_ties(proba))
        if len(close):  # the same rows: they count once
            found, also = oracle._kept(take_rows(X, close), "predict", count=False)
            decisions[close[also]] = one_column(found)
            failed[np.delete(close, also)] = True
    kept = np.flatnonzero(~failed)
    decisions = take_kept(decisions, kept)
    _store_derived(oracle, take_kept(X, kept), decisions)
    return decisions, kept


def _store_derived(oracle: Oracle, X: Any, decisions: np.ndarray) -> None:
    """Store labels that follow from probabilities, so that they are not queried again."""
    if oracle._store is not None:
        with oracle._lock:
            keys = row_keys(X)
            first = distinct(keys)
            _, known = oracle._store.get("predict", keys[first])
            new = first[~known]
            if len(new):
                oracle._store.add("predict", keys[new], decisions[new])
    inner = oracle._inner()
    if inner is not None:
        _store_derived(inner, X, decisions)


def _near_ties(proba: np.ndarray, tolerance: float = 1e-6) -> np.ndarray:
    """Which rows' two most probable classes are as probable up to rounding, of shape (n,)."""
    if proba.shape[1] < 2:
        return np.zeros(len(proba), dtype=bool)
    top = np.partition(proba, -2, axis=1)[:, -2:]
    return np.asarray(top[:, 1] - top[:, 0] <= tolerance)


def take_kept(X: Any, kept: np.ndarray) -> Any:
    """Return rows at increasing positions; X itself, uncopied, where these are all."""
    return X if len(kept) == X.shape[0] else take_rows(X, kept)


def innermost(teacher: Any) -> Any:
    """Return the predictor inside oracles and frozen estimators."""
    predictor = unfrozen(teacher)
    while hasattr(type(predictor), "_inner"):  # an Oracle
        predictor = unfrozen(predictor._predictor)
    return predictor

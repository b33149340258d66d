"""Which classifiers predict their most probable class, so that one query gives both."""

from __future__ import annotations

import sys
from inspect import getattr_static
from typing import Any

import numpy as np

from skdistill.teachers._kind import unfrozen

__all__ = ["near_ties", "predicts_most_probable", "resolves_ties_by_order"]

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


def resolves_ties_by_order(predictor: Any) -> bool:
    """Whether the argmax of the probabilities is the label even where classes tie."""
    return _known_class(predictor) in _EXACT


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


def near_ties(proba: np.ndarray, tolerance: float = 1e-6) -> np.ndarray:
    """Which rows' two most probable classes are as probable up to rounding, of shape (n,)."""
    if proba.shape[1] < 2:
        return np.zeros(len(proba), dtype=bool)
    top = np.partition(proba, -2, axis=1)[:, -2:]
    return np.asarray(top[:, 1] - top[:, 0] <= tolerance)

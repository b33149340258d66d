"""Fidelity as a scorer, for searches and cross-validation."""

from __future__ import annotations

from typing import Any

from skdistill.metrics._fidelity import METRICS, fidelity_score
from skdistill.metrics._pair import answer, find_pair, is_regression

__all__ = ["FidelityScorer"]


class FidelityScorer:
    """Score a student by its fidelity to its teacher, without y.

    Use it as ``scoring`` in ``GridSearchCV``, ``cross_validate`` and their
    like: it asks the teacher of the very student that it scores, on the rows
    of the test fold.

    Parameters
    ----------
    teacher : predictor or callable, default=None
        Another teacher to compare with, which sees rows as the scored
        estimator does. Needed where the student may have none, as in a grid
        over ``{"teacher": [None, ...]}``. Never copied by a clone.
    metric : str, default="auto"
        See :func:`fidelity_score`; "auto" is agreement for classes and R² for
        real values. Metrics that are best at zero are negated, so that greater
        is always better.

    See Also
    --------
    fidelity_report : Everything about one student, with intervals.

    Notes
    -----
    Every candidate asks the teacher the same test rows again; a
    :class:`skdistill.CachedTeacher` answers them once.

    Examples
    --------
    >>> from sklearn.datasets import load_breast_cancer
    >>> from sklearn.ensemble import RandomForestClassifier
    >>> from sklearn.model_selection import GridSearchCV
    >>> from skdistill import DistilledTreeClassifier, FidelityScorer
    >>> from skdistill.trees import CartGrower
    >>> X, y = load_breast_cancer(return_X_y=True)
    >>> forest = RandomForestClassifier(n_estimators=20, random_state=0).fit(X, y)
    >>> search = GridSearchCV(
    ...     DistilledTreeClassifier(forest, grower=CartGrower(), random_state=0),
    ...     {"max_leaf_nodes": [2, 16]},
    ...     scoring=FidelityScorer(),
    ... ).fit(X)
    >>> search.best_params_
    {'max_leaf_nodes': 16}
    """

    def __init__(self, teacher: Any = None, *, metric: str = "auto"):
        self.teacher = teacher
        self.metric = metric

    def __sklearn_clone__(self) -> FidelityScorer:
        # Holds no state: nested searches share it, and the teacher with it.
        return self

    def __repr__(self) -> str:
        parts = [] if self.teacher is None else [f"teacher={self.teacher!r}"]
        parts += [] if self.metric == "auto" else [f"metric={self.metric!r}"]
        return f"FidelityScorer({', '.join(parts)})"

    def __call__(self, estimator: Any, X: Any, y: Any = None, sample_weight: Any = None) -> float:
        """Score a fitted student on rows.

        Parameters
        ----------
        estimator : fitted estimator
            A distiller, a pipeline that ends in one, or a search over either.
        X : array-like or DataFrame of shape (n_samples, n_features)
            Rows that the student was not fitted on.
        y : Ignored
            Not used.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights of the rows.

        Returns
        -------
        score : float
            Greater is better.
        """
        metric = self.metric
        student, rows, teacher, teacher_rows = find_pair(estimator, X, self.teacher)
        if metric == "auto":
            metric = "r2" if is_regression(student) else "agreement"
        if metric not in METRICS:
            raise ValueError(f"metric must be 'auto' or one of {sorted(METRICS)}, got {metric!r}.")
        _, on_probabilities, greater_is_better = METRICS[metric]
        method = "predict_proba" if on_probabilities else "predict"
        score = fidelity_score(
            answer(teacher, teacher_rows, method),
            answer(student, rows, method),
            metric=metric,
            sample_weight=sample_weight,
        )
        return score if greater_is_better else -score

"""Fidelity as a scorer, for searches and cross-validation."""

from __future__ import annotations

import warnings
from typing import Any

from skdistill.exceptions import DistillationWarning
from skdistill.metrics._fidelity import METRICS, ON_VALUES, fidelity_score
from skdistill.metrics._pair import find_pair

__all__ = ["FidelityScorer"]


class FidelityScorer:
    """Score a student by its fidelity to its teacher, without y.

    Use it as ``scoring`` in ``GridSearchCV``, ``cross_validate`` and their
    like: it queries the teacher of the very student that it scores, with the
    rows of the test fold. The teacher's labels are those of its ``predict``,
    even where that is not its most probable class.

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
    For every candidate the teacher is queried with the same test rows again; a
    :class:`skdistill.CachedTeacher` predicts them once. Metrics of
    probabilities query a teacher with each row twice, for its label and for its
    probabilities, unless one follows from the other.

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

        Warns
        -----
        DistillationWarning
            If the teacher has no prediction for some rows
            (``Oracle(teacher, on_error="drop")``): the score is that of the
            others.
        """
        if self.metric != "auto" and self.metric not in METRICS:
            raise ValueError(
                f"metric must be 'auto' or one of {sorted(METRICS)}, got {self.metric!r}."
            )
        pair = find_pair(estimator, X, self.teacher)
        soft = self.metric != "auto" and METRICS[self.metric][1]
        # Classes that are numbers may be read as values.
        found = pair.compare(soft=soft, any_kind=self.metric in ON_VALUES)
        metric = self.metric
        if metric == "auto":
            metric = "r2" if found.is_values else "agreement"
        if found.n_left_out:
            warnings.warn(
                f"The teacher has no prediction for {found.n_left_out} of "
                f"{found.n_left_out + len(found.kept)} rows: the score is that of the others.",
                DistillationWarning,
                stacklevel=2,
            )
        score = fidelity_score(
            *(found.proba if soft else (found.y_teacher, found.y_student)),
            metric=metric,
            sample_weight=found.take(sample_weight, "sample_weight"),
        )
        return score if METRICS[metric][2] else -score

"""Rows on which the teacher is uncertain.

Source: D. D. Lewis, W. A. Gale, "A sequential algorithm for training text
classifiers", SIGIR 1994.
"""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from skdistill._validation import OneOf
from skdistill.exceptions import DistillationWarning
from skdistill.teachers import name_of, teacher_kind, unfrozen
from skdistill.transfer._active._active_set import ACTIVE_RULES, Queries, QueriesTeacherMixin
from skdistill.transfer._active._resample import keep_by_weight
from skdistill.transfer._base import BaseTransferSet
from skdistill.transfer._given._inner import draw_inner, fit_inner, merge
from skdistill.transfer._tables import Encoded

__all__ = ["UncertaintyTransferSet", "uncertainty"]


class UncertaintyTransferSet(QueriesTeacherMixin, BaseTransferSet):
    """Rows of another transfer set, kept with the teacher's uncertainty.

    Candidates are drawn from ``base`` and the teacher is queried for their
    probabilities. A candidate is kept with a probability in proportion to the
    teacher's uncertainty. The other rows come from ``base`` as they are.

    Parameters
    ----------
    teacher : predictor, default=None
        A classifier with ``predict_proba``. Fitted, or unfitted (then a clone
        is fitted on ``X, y``). In a distiller, the distiller's teacher.
    base : transfer set or generator, default=None
        Where candidates come from; a :class:`MungeTransferSet` by default. A
        clone is fitted, with this set's ``categorical_features``.
    measure : {"margin", "entropy", "least_confident"}, default="margin"
        Measure of the teacher's uncertainty: one minus the difference of its two largest
        probabilities; the entropy of all; one minus the largest.
    density : float, default=0.5
        Share of rows that are kept whatever the teacher predicts, in [0, 1].
    max_queries : int, default=10_000
        Candidates, all of which are queried in :meth:`fit`.
    n_samples : int or "auto", default="auto"
        Number of samples drawn by default. "auto" adds to the rows of X until
        there are 10,000; from 10,000 rows on, it draws as many as X has.
    categorical_features : "from_dtype", None, mask, positions or names, \
            default="from_dtype"
        Categorical columns. "from_dtype" takes a frame's columns of a
        categorical dtype, of text, and of objects, unless text or objects hold
        only numbers.
    n_jobs : int, default=None
        Jobs of the neighbour search and of the teacher's batches.
    random_state : int, RandomState instance or None, default=None
        Seeds :meth:`fit` and :meth:`sample`.

    Attributes
    ----------
    base_ : BaseTransferSet
        The fitted base.
    uncertainty_ : ndarray of shape (max_queries,)
        Of each candidate, in [0, 1].
    n_queries_ : int
        Rows with which the teacher was queried.
    n_samples_ : int
        Number of samples drawn by default.
    categorical_features_ : ndarray of shape (n_features,), dtype bool
        Which columns are categorical.
    teacher_ : predictor
        The fitted teacher.
    n_features_in_ : int
        Number of columns.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the columns, where X has them.

    See Also
    --------
    BoundaryTransferSet : Needs no probabilities, and makes rows of its own.
    CommitteeTransferSet : Rows on which students disagree.

    Notes
    -----
    Candidate i is expected n u_i / Σu times among n rows kept for their
    uncertainty u, and comes that often, rounded down or up, but never much more
    than four times as often as the mean one: so none comes twice where there are
    four candidates a row. What is cut off goes to the others.

    The cost is ``max_queries`` queries, and memory for as many rows. Sampling
    makes no queries.

    References
    ----------
    .. [1] D. D. Lewis, W. A. Gale, "A sequential algorithm for training text
       classifiers", SIGIR 1994, 3-12. :arxiv:`cmp-lg/9407020`

    Examples
    --------
    >>> from sklearn.datasets import load_breast_cancer
    >>> from sklearn.ensemble import RandomForestClassifier
    >>> from skdistill import UncertaintyTransferSet
    >>> X, y = load_breast_cancer(return_X_y=True)
    >>> forest = RandomForestClassifier(n_estimators=20, random_state=0).fit(X, y)
    >>> unsure = UncertaintyTransferSet(forest, density=0, random_state=0).fit(X)
    >>> sure = forest.predict_proba(unsure.sample(1000)).max(axis=1)
    >>> bool(sure.mean() < forest.predict_proba(unsure.base_.sample(1000)).max(axis=1).mean())
    True
    """

    _parameter_rules = ACTIVE_RULES | {"measure": [OneOf("margin", "entropy", "least_confident")]}

    def __init__(
        self,
        teacher: Any = None,
        *,
        base: Any = None,
        measure: str = "margin",
        density: float = 0.5,
        max_queries: int = 10_000,
        n_samples: Any = "auto",
        categorical_features: Any = "from_dtype",
        n_jobs: int | None = None,
        random_state: Any = None,
    ):
        self.teacher = teacher
        self.base = base
        self.measure = measure
        self.density = density
        self.max_queries = max_queries
        self.n_samples = n_samples
        self.categorical_features = categorical_features
        self.n_jobs = n_jobs
        self.random_state = random_state

    def _check_kind(self, teacher: Any) -> str:
        if teacher_kind(unfrozen(teacher)) == "regressor" or not hasattr(teacher, "predict_proba"):
            raise TypeError(
                f"{type(self).__name__} needs probabilities, but the teacher "
                f"({name_of(unfrozen(teacher))}) has no predict_proba. Use a BoundaryTransferSet "
                "(for labels) or a CommitteeTransferSet (for labels or values)."
            )
        return "classifier"

    def _learn_by_queries(self, rows: Encoded, queries: Queries, rng: np.random.Generator) -> None:
        self.base_, _ = fit_inner(self.base, self, rows, rng)
        queries.table = self._table  # the base's, which may have more categories
        self._candidates, self._parents = draw_inner(self.base_, self.max_queries, rng)
        proba = queries.labels(self._candidates, soft=True).targets
        self.uncertainty_ = uncertainty(proba, self.measure)
        if not self.uncertainty_.any():
            warnings.warn(
                f"The teacher ({name_of(unfrozen(self.teacher_))}) is certain of all "
                f"{len(proba)} candidates: they are kept alike.",
                DistillationWarning,
                stacklevel=3,
            )

    def _draw_block(self, size: int, rng: np.random.Generator) -> tuple[Encoded, np.ndarray | None]:
        from_base = rng.binomial(size, self.density)
        chosen = keep_by_weight(self.uncertainty_, size - from_base, rng)
        parents = None if self._parents is None else self._parents[chosen]
        kept = self._candidates.take(chosen), parents
        return merge(kept, draw_inner(self.base_, from_base, rng), rng) if from_base else kept


def uncertainty(proba: np.ndarray, measure: str) -> np.ndarray:
    """Return how unsure probabilities are.

    Parameters
    ----------
    proba : ndarray of shape (n, n_classes)
        Rows sum to one.
    measure : {"margin", "entropy", "least_confident"}

    Returns
    -------
    unsure : ndarray of shape (n,)
        From 0 for a certain class to 1 for equal probabilities.
    """
    n_classes = proba.shape[1]
    if n_classes < 2:
        return np.zeros(len(proba))
    if measure == "margin":
        top = np.partition(proba, n_classes - 2, axis=1)[:, -2:]
        unsure = 1.0 - (top[:, 1] - top[:, 0])
    elif measure == "entropy":
        logs = np.log(proba, out=np.zeros_like(proba), where=proba > 0)
        unsure = -(proba * logs).sum(axis=1) / np.log(n_classes)
    else:
        unsure = (1.0 - proba.max(axis=1)) * n_classes / (n_classes - 1)
    return np.clip(unsure, 0.0, 1.0)

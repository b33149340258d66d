"""Rows that the teacher is unsure of.

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
from skdistill.transfer._active._asks_teacher import ASKING_RULES, AsksTeacherMixin
from skdistill.transfer._active._inner import draw_inner, fit_inner, merge
from skdistill.transfer._active._resample import keep_by_weight
from skdistill.transfer._base import BaseTransferSet
from skdistill.transfer._tables._table import Encoded

__all__ = ["UncertaintyTransferSet", "uncertainty"]


class UncertaintyTransferSet(AsksTeacherMixin, BaseTransferSet):
    """Rows of another transfer set, kept with the teacher's uncertainty.

    Candidates are drawn from ``base`` and the teacher's probabilities are
    asked for. A candidate is kept with a probability in proportion to how
    unsure the teacher is. The other rows come from ``base`` as they are.

    Parameters
    ----------
    teacher : predictor, default=None
        A classifier with ``predict_proba``. Fitted, or unfitted (then a clone
        is fitted on ``X, y``). A distiller lends its own.
    base : transfer set or generator, default=None
        Where candidates come from; a :class:`MungeTransferSet` by default. A
        clone is fitted, with this set's ``categorical_features``.
    measure : {"margin", "entropy", "least_confident"}, default="margin"
        How unsure the teacher is: one minus the difference of its two largest
        probabilities; the entropy of all; one minus the largest.
    density : float, default=0.5
        Share of rows that are kept whatever the teacher says, in [0, 1].
    max_queries : int, default=10_000
        Candidates, all of which the teacher is asked about in :meth:`fit`.
    n_samples : int or "auto", default="auto"
        Rows made by default: so many that those of X and these are 10,000
        together; as many as X has where it has 10,000 by itself.
    categorical_features : "from_dtype", None, mask, positions or names, \
            default="from_dtype"
        Columns that hold levels. "from_dtype" takes a frame's categorical,
        string and object columns.
    n_jobs : int, default=None
        For the neighbour search and the teacher's batches.
    random_state : int, RandomState instance or None, default=None
        Seeds :meth:`fit` and :meth:`sample`.

    Attributes
    ----------
    base_ : BaseTransferSet
        The fitted base.
    uncertainty_ : ndarray of shape (max_queries,)
        Of each candidate, in [0, 1].
    n_queries_ : int
        Rows that the teacher was asked.
    n_samples_ : int
        What ``n_samples`` came to.
    categorical_features_ : ndarray of shape (n_features,), dtype bool
        Which columns were taken as levels.
    teacher_ : predictor
        What was asked.
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

    The cost is ``max_queries`` questions, and memory for as many rows.
    Sampling asks nothing.

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

    _parameter_rules = ASKING_RULES | {"measure": [OneOf("margin", "entropy", "least_confident")]}

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
                f"{type(self).__name__} asks for probabilities, but the teacher "
                f"({name_of(unfrozen(teacher))}) has no predict_proba. Use a BoundaryTransferSet "
                "(for labels) or a CommitteeTransferSet (for labels or values)."
            )
        return "classifier"

    def _learn_asking(self, rows: Encoded, rng: np.random.Generator) -> None:
        self.base_, rows = fit_inner(self.base, self, rows, rng)
        self._candidates, self._parents = draw_inner(self.base_, self.max_queries, rng)
        proba = self._query(self._candidates, soft=True).targets
        assert proba is not None
        self.uncertainty_ = uncertainty(proba, self.measure)
        if not self.uncertainty_.any():
            warnings.warn(
                f"The teacher ({name_of(unfrozen(self.teacher_))}) is certain of all "
                f"{len(proba)} candidates: they are kept alike.",
                DistillationWarning,
                stacklevel=4,
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
        From 0 for a sure answer to 1 for classes that are all alike.
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

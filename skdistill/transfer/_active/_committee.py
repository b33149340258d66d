"""Rows on which a committee of students disagrees.

Source: H. S. Seung, M. Opper, H. Sompolinsky, "Query by committee", COLT 1992;
by bootstrap samples: N. Abe, H. Mamitsuka, "Query learning strategies using
boosting and bagging", ICML 1998.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.base import is_classifier, is_regressor
from sklearn.dummy import DummyClassifier
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from skdistill._labels import Values
from skdistill._validation import Instance, Number
from skdistill.teachers import seeded_clone, teacher_kind
from skdistill.transfer._active._active_set import ACTIVE_RULES, Queries, QueriesTeacherMixin
from skdistill.transfer._active._resample import CHOICE, keep_by_weight
from skdistill.transfer._base import BaseTransferSet
from skdistill.transfer._given._inner import draw_inner, fit_inner, merge
from skdistill.transfer._tables import Encoded, fit_standardizer

__all__ = ["CommitteeTransferSet", "disagreement"]


class CommitteeTransferSet(QueriesTeacherMixin, BaseTransferSet):
    """Rows of another transfer set, kept where a committee of students disagrees.

    Students are fitted on bootstrap samples of the rows labelled so far; where
    they disagree, the teacher's prediction is not yet known. Such rows are
    queried, the students are fitted anew, and so on in rounds (active learning
    by a committee). The new rows are drawn from ``base`` and kept with the
    disagreement of the last committee. It needs no probabilities and takes
    classifiers and regressors.

    Parameters
    ----------
    teacher : predictor or callable, default=None
        Whose predictions the committee learns. Fitted, or unfitted (then a clone
        is fitted on ``X, y``). A bare callable is taken as one of real values.
        In a distiller, the distiller's teacher.
    base : transfer set or generator, default=None
        Where candidates come from; a :class:`MungeTransferSet` by default. A
        clone is fitted, with this set's ``categorical_features``.
    student : estimator, default=None
        Clones of it are the committee, best of the kind that is to be
        distilled into; trees by default. It sees standardised numbers,
        missing values filled and marked, and categories as one-hot indicators.
    n_estimators : int, default=10
        Number of students in the committee.
    n_rounds : int, default=4
        Number of rounds of queries, after the real rows.
    density : float, default=0.5
        Share of rows that are kept whatever the committee predicts, in [0, 1].
    max_queries : int, default=10_000
        Maximum number of rows with which the teacher is queried in :meth:`fit`:
        up to half of them real ones.
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
    estimators_ : list of estimator
        The last committee.
    disagreement_ : ndarray of shape (n_rounds,)
        Mean disagreement over each round's candidates; it falls as the
        committee learns.
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
    BoundaryTransferSet : Rows where the teacher's label changes.
    UncertaintyTransferSet : Rows that the teacher is unsure of.

    Notes
    -----
    Disagreement is the entropy of the votes, over its largest value; for real
    values the standard deviation of the predictions. For each row kept, four
    candidates are looked at, and none is kept twice; where too few are disputed,
    others fill up.

    The cost is ``max_queries`` queries and ``n_estimators * (n_rounds + 1)``
    fits of the student. Sampling makes no queries.

    References
    ----------
    .. [1] H. S. Seung, M. Opper, H. Sompolinsky, "Query by committee", COLT
       1992, 287-294. :doi:`10.1145/130385.130417`
    .. [2] N. Abe, H. Mamitsuka, "Query learning strategies using boosting and
       bagging", ICML 1998, 1-9.

    Examples
    --------
    >>> from sklearn.datasets import load_diabetes
    >>> from sklearn.svm import SVR
    >>> from skdistill import CommitteeTransferSet
    >>> X, y = load_diabetes(return_X_y=True)
    >>> teacher = SVR(C=1e3).fit(X, y)
    >>> rows = CommitteeTransferSet(teacher, max_queries=2000, random_state=0).fit(X)
    >>> rows.sample(100).shape, rows.n_queries_
    ((100, 10), 2000)
    """

    _parameter_rules = ACTIVE_RULES | {
        "student": [
            Instance(
                "an estimator with fit and predict, or None",
                lambda value: (
                    value is None
                    or (
                        hasattr(value, "fit")
                        and hasattr(value, "predict")
                        and not isinstance(value, type)
                    )
                ),
            )
        ],
        "n_estimators": [Number(2, whole=True)],
        "n_rounds": [Number(1, whole=True)],
    }

    def __init__(
        self,
        teacher: Any = None,
        *,
        base: Any = None,
        student: Any = None,
        n_estimators: int = 10,
        n_rounds: int = 4,
        density: float = 0.5,
        max_queries: int = 10_000,
        n_samples: Any = "auto",
        categorical_features: Any = "from_dtype",
        n_jobs: int | None = None,
        random_state: Any = None,
    ):
        self.teacher = teacher
        self.base = base
        self.student = student
        self.n_estimators = n_estimators
        self.n_rounds = n_rounds
        self.density = density
        self.max_queries = max_queries
        self.n_samples = n_samples
        self.categorical_features = categorical_features
        self.n_jobs = n_jobs
        self.random_state = random_state

    def _learn_by_queries(self, rows: Encoded, queries: Queries, rng: np.random.Generator) -> None:
        self.base_, rows = fit_inner(self.base, self, rows, rng)
        queries.table = self._table  # the base's, which may have more categories
        self._standardize = fit_standardizer(rows)
        self._classification = teacher_kind(self.teacher_) == "classifier"
        targets: list[np.ndarray] = []
        positions = queries.label_part(
            len(rows), lambda part: targets.append(self._targets(queries, rows.take(part))), rng
        )
        known = [self._standardize(rows.take(positions))]
        found = []
        for left in range(self.n_rounds, 0, -1):
            self.estimators_ = self._fit_committee(known, targets, rng)
            batch = queries.left // left
            candidates, _ = draw_inner(self.base_, CHOICE * max(batch, 1), rng)
            unclear = self._disagreement(candidates)
            found.append(unclear.mean())
            if batch:
                chosen = candidates.take(keep_by_weight(unclear, batch, rng))
                targets.append(self._targets(queries, chosen))
                known.append(self._standardize(chosen))
        self.estimators_ = self._fit_committee(known, targets, rng)
        self.disagreement_ = np.array(found)

    def _targets(self, queries: Queries, rows: Encoded) -> np.ndarray:
        """Labels or values, an ndarray of shape (n,) or (n, n_outputs)."""
        if self._classification:
            return queries.decisions(rows)
        labels = queries.labels(rows)
        assert isinstance(labels, Values)
        return labels.values

    def _fit_committee(
        self, known: list[np.ndarray], found: list[np.ndarray], rng: np.random.Generator
    ) -> list[Any]:
        """Fit a committee on bootstrap samples."""
        student = self.student
        if student is None:
            student = DecisionTreeClassifier() if self._classification else DecisionTreeRegressor()
        if is_regressor(student) if self._classification else is_classifier(student):
            raise TypeError(
                f"The teacher predicts {'classes' if self._classification else 'real values'}, but "
                f"student={student!r} learns the other kind."
            )
        rows, targets = np.concatenate(known), np.concatenate(found)
        members = []
        for _ in range(self.n_estimators):
            sample = rng.integers(len(rows), size=len(rows))
            seeds = np.random.RandomState(rng.integers(2**31 - 1))
            member = seeded_clone(student, seeds)
            if self._classification and np.all(targets[sample] == targets[sample[0]]):
                member = DummyClassifier()  # many classifiers refuse a single class
            members.append(member.fit(rows[sample], targets[sample]))
        return members

    def _disagreement(self, rows: Encoded) -> np.ndarray:
        matrix = self._standardize(rows)
        predictions = np.stack([member.predict(matrix) for member in self.estimators_])
        return disagreement(predictions, classification=self._classification)

    def _draw_block(self, size: int, rng: np.random.Generator) -> tuple[Encoded, np.ndarray | None]:
        from_base = rng.binomial(size, self.density)
        candidates, parents = draw_inner(self.base_, CHOICE * (size - from_base), rng)
        kept: tuple[Encoded, np.ndarray | None] = candidates, parents
        if len(candidates):
            chosen = keep_by_weight(self._disagreement(candidates), size - from_base, rng)
            kept = candidates.take(chosen), None if parents is None else parents[chosen]
        return merge(kept, draw_inner(self.base_, from_base, rng), rng) if from_base else kept


def disagreement(predictions: np.ndarray, *, classification: bool) -> np.ndarray:
    """Return how much members disagree about each row.

    Parameters
    ----------
    predictions : ndarray of shape (n_estimators, n) or (n_estimators, n, n_outputs)
        Labels or values.
    classification : bool
        Which of both.

    Returns
    -------
    unclear : ndarray of shape (n,)
        Entropy of the votes over its largest value, in [0, 1]; for values the
        standard deviation, over outputs the root of the mean variance.
    """
    if not classification:
        variance = predictions.var(axis=0)
        return np.asarray(np.sqrt(variance if variance.ndim == 1 else variance.mean(axis=1)))
    labels, codes = np.unique(predictions, return_inverse=True)
    n_estimators, n = predictions.shape
    place = codes.reshape(predictions.shape) * n + np.arange(n)
    share = np.bincount(place.ravel(), minlength=len(labels) * n).reshape(-1, n) / n_estimators
    logs = np.log(share, out=np.zeros_like(share), where=share > 0)
    return np.asarray(-(share * logs).sum(axis=0) / np.log(max(min(n_estimators, len(labels)), 2)))

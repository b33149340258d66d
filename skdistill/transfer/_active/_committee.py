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

from skdistill._validation import Instance, Number
from skdistill.teachers import seeded_clone, teacher_kind
from skdistill.transfer._active._asks_teacher import ASKING_RULES, AsksTeacherMixin
from skdistill.transfer._active._inner import draw_inner, fit_inner, merge
from skdistill.transfer._active._resample import CHOICE, keep_by_weight
from skdistill.transfer._base import BaseTransferSet
from skdistill.transfer._near._neighbors import fit_picture
from skdistill.transfer._tables._table import Encoded

__all__ = ["CommitteeTransferSet", "disagreement"]


class CommitteeTransferSet(AsksTeacherMixin, BaseTransferSet):
    """Rows of another transfer set, kept where a committee of students disagrees.

    Students are fitted on bootstrap samples of what the teacher has labelled
    so far; where they disagree, the teacher's answer is not yet known. The
    teacher is asked about such rows, the students are fitted anew, and so on
    in rounds. The new rows are drawn from ``base`` and kept with the
    disagreement of the last committee. It needs no probabilities and takes
    classifiers and regressors.

    Parameters
    ----------
    teacher : predictor or callable, default=None
        Whose answers the committee learns. Fitted, or unfitted (then a clone
        is fitted on ``X, y``). A bare callable is taken as one of real values.
        A distiller lends its own.
    base : transfer set or generator, default=None
        Where candidates come from; a :class:`MungeTransferSet` by default. A
        clone is fitted, with this set's ``categorical_features``.
    student : estimator, default=None
        Clones of it are the committee, best of the kind that is to be
        distilled into; trees by default. It sees standardised numbers, gaps
        filled and marked, and levels as indicators.
    n_members : int, default=10
        Students in the committee.
    n_rounds : int, default=4
        Times that the teacher is asked, beside the real rows.
    density : float, default=0.5
        Share of rows that are kept whatever the committee says, in [0, 1].
    max_queries : int, default=10_000
        The most rows that the teacher is asked in :meth:`fit`: up to half of
        them real ones.
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
    members_ : list of estimator
        The last committee.
    disagreement_ : ndarray of shape (n_rounds,)
        Mean disagreement over each round's candidates; it falls as the
        committee learns.
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
    BoundaryTransferSet : Rows where the teacher's label changes.
    UncertaintyTransferSet : Rows that the teacher is unsure of.

    Notes
    -----
    Disagreement is the entropy of the votes, over its largest value; for real
    values the standard deviation of the answers. For each row kept, four
    candidates are looked at, and none is kept twice; where too few are disputed,
    others fill up.

    The cost is ``max_queries`` questions and
    ``n_members * (n_rounds + 1)`` fits of the student. Sampling asks nothing
    of the teacher.

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

    _parameter_rules = ASKING_RULES | {
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
        "n_members": [Number(2, whole=True)],
        "n_rounds": [Number(1, whole=True)],
    }

    def __init__(
        self,
        teacher: Any = None,
        *,
        base: Any = None,
        student: Any = None,
        n_members: int = 10,
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
        self.n_members = n_members
        self.n_rounds = n_rounds
        self.density = density
        self.max_queries = max_queries
        self.n_samples = n_samples
        self.categorical_features = categorical_features
        self.n_jobs = n_jobs
        self.random_state = random_state

    def _learn_asking(self, rows: Encoded, rng: np.random.Generator) -> None:
        self.base_, rows = fit_inner(self.base, self, rows, rng)
        self._picture = fit_picture(rows)
        self._classification = teacher_kind(self.teacher_) == "classifier"
        answers: list[np.ndarray] = []
        positions = self._known_part(
            len(rows), lambda part: answers.append(self._answers(rows.take(part))), rng
        )
        known = [self._picture(rows.take(positions))]
        found = []
        for left in range(self.n_rounds, 0, -1):
            self.members_ = self._elect(known, answers, rng)
            batch = int(self._oracle.left) // left
            candidates, _ = draw_inner(self.base_, CHOICE * max(batch, 1), rng)
            unclear = self._disagreement(candidates)
            found.append(unclear.mean())
            if batch:
                chosen = candidates.take(keep_by_weight(unclear, batch, rng))
                answers.append(self._answers(chosen))
                known.append(self._picture(chosen))
        self.members_ = self._elect(known, answers, rng)
        self.disagreement_ = np.array(found)

    def _answers(self, rows: Encoded) -> np.ndarray:
        """Labels or values, an ndarray of shape (n,) or (n, n_outputs)."""
        if self._classification:
            return self._query_decisions(rows)
        values = self._query(rows).values
        assert values is not None
        return values

    def _elect(
        self, known: list[np.ndarray], answers: list[np.ndarray], rng: np.random.Generator
    ) -> list[Any]:
        """Fit a committee on bootstrap samples."""
        student = self.student
        if student is None:
            student = DecisionTreeClassifier() if self._classification else DecisionTreeRegressor()
        if is_regressor(student) if self._classification else is_classifier(student):
            raise TypeError(
                f"The teacher answers {'labels' if self._classification else 'real values'}, but "
                f"student={student!r} learns the other kind."
            )
        rows, targets = np.concatenate(known), np.concatenate(answers)
        members = []
        for _ in range(self.n_members):
            sample = rng.integers(len(rows), size=len(rows))
            seeds = np.random.RandomState(rng.integers(2**31 - 1))
            member = seeded_clone(student, seeds)
            if self._classification and np.all(targets[sample] == targets[sample[0]]):
                member = DummyClassifier()  # many classifiers refuse a single class
            members.append(member.fit(rows[sample], targets[sample]))
        return members

    def _disagreement(self, rows: Encoded) -> np.ndarray:
        picture = self._picture(rows)
        answers = np.stack([member.predict(picture) for member in self.members_])
        return disagreement(answers, classification=self._classification)

    def _draw_block(self, size: int, rng: np.random.Generator) -> tuple[Encoded, np.ndarray | None]:
        from_base = rng.binomial(size, self.density)
        candidates, parents = draw_inner(self.base_, CHOICE * (size - from_base), rng)
        kept: tuple[Encoded, np.ndarray | None] = candidates, parents
        if len(candidates):
            chosen = keep_by_weight(self._disagreement(candidates), size - from_base, rng)
            kept = candidates.take(chosen), None if parents is None else parents[chosen]
        return merge(kept, draw_inner(self.base_, from_base, rng), rng) if from_base else kept


def disagreement(answers: np.ndarray, *, classification: bool) -> np.ndarray:
    """Return how much members disagree about each row.

    Parameters
    ----------
    answers : ndarray of shape (n_members, n) or (n_members, n, n_outputs)
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
        variance = answers.var(axis=0)
        return np.sqrt(variance if variance.ndim == 1 else variance.mean(axis=1))
    labels, codes = np.unique(answers, return_inverse=True)
    n_members, n = answers.shape
    place = codes.reshape(answers.shape) * n + np.arange(n)
    share = np.bincount(place.ravel(), minlength=len(labels) * n).reshape(-1, n) / n_members
    logs = np.log(share, out=np.zeros_like(share), where=share > 0)
    return -(share * logs).sum(axis=0) / np.log(max(min(n_members, len(labels)), 2))

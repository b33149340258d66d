"""A classifier in rules whose order does not matter."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin

from skdistill._validation import Number, OneOf
from skdistill.base import BaseDistiller
from skdistill.boxes import BinnedRows, BoxList, Limits
from skdistill.rule_learners._candidates import CandidatePool
from skdistill.rule_learners._set_search import SetSearch
from skdistill.rule_learners._student import RULE_PARAMETERS, RuleStudentMixin

__all__ = ["RuleSetClassifier"]


class RuleSetClassifier(RuleStudentMixin, BaseDistiller, ClassifierMixin, BaseEstimator):
    """Distil a classifier into rules for each class but one, which is the default.

    Every rule can be read alone: "if these conditions hold, the class is A".
    Rules of one class may overlap, and predict the same in any order. With two
    classes that is all there is: a row is of the rarer class if any rule holds,
    and of the default otherwise. With more, rules of two classes may hold for
    one row: then the rarer class is predicted, in the order of ``precedence_``.

    Parameters
    ----------
    teacher : predictor or callable, default=None
        What is distilled. Fitted: used as it is, never refitted or changed.
        Unfitted: a clone is fitted on ``X, y``. None: the rules are learned
        from y itself.
    max_rules : int, default=16
        Maximum number of rules, the default among them.
    max_rule_length : int, default=None
        Maximum number of conditions of a rule.
    max_conditions : int, default=None
        Maximum number of conditions in all.
    condition_cost : float, default=0.0005
        Share of the transfer set, by weight, that a condition must set right to
        be worth its place. Larger means shorter rules, and fewer.
    solver : {"greedy", "milp"}, default="greedy"
        How rules are chosen: one by one, with exchanges; or, starting there,
        the best set of many candidates for one class after the other, by
        ``scipy.optimize.milp``.
    time_limit : float, default=10.0
        Seconds for the solver "milp". Where they do not suffice there is a
        warning, and the rules are at least as good as the greedy ones.
    labels : {"auto", "soft", "hard"}, default="auto"
        What the rules learn: the teacher's probabilities or its labels.
        "auto" is hard.
    alpha : float, default=0.0
        Share in [0, 1] of the true label in the target of a real row.
    class_weight : dict or "balanced", default=None
        Weights of the teacher's classes.
    transfer_set : "auto", None or transfer set, default="auto"
        Synthetic rows beside those of X: local Gaussian ones up to 10,000 in
        all, where X is dense and has fewer ("auto"); none; or those of any
        estimator with ``fit`` and ``sample``. Without a teacher nothing can
        label them, and the rules are learned from X alone.
    real_weight : float, default=2.0
        How many synthetic rows a real one counts as, where there are some: the
        rules, their coverage and their distributions are those of so many
        copies of each real row.
    max_queries : int, default=None
        Maximum number of rows for which the teacher is queried in ``fit``.
    n_trees : int, default=16
        Number of trees whose nodes are where the search for a rule begins.
    n_jobs : int, default=None
        Batches of rows that are queried in parallel.
    random_state : int, RandomState instance or None, default=None
        Seeds the rows, the trees, and an unfitted teacher without a seed of
        its own.

    Attributes
    ----------
    rules_ : RuleSet
        The rules of each class stand together, in the order of ``precedence_``;
        the default is the last one, without conditions. As a ``RuleSet`` it is
        ordered, so that precedence holds in every export. Coverage, support,
        fidelity and distribution of each rule are of the rows of the transfer
        set for which it is the first that holds, so they are in-sample.
    precedence_ : ndarray of shape (n_classes,)
        Classes from the rarest on the transfer set to the most frequent, which
        is the default.
    classes_ : ndarray of shape (n_classes,)
        The teacher's, seen or not.
    teacher_ : predictor or None
        The fitted teacher.
    transfer_set_ : transfer set or None
        The fitted transfer set.
    n_queries_ : int
        Number of rows for which the teacher was queried.
    row_hashes_ : ndarray of uint64
        Sorted hashes of the real rows that the student, or a teacher that was
        fitted with it, has seen, so that a certificate tells fresh rows from
        them. Eight bytes a row.
    fidelity_ : InSampleFidelity
        Agreement with the teacher on the rows that the rules were found on.
    encoder_ : FrameEncoder or None
        How categorical columns were read in the search.
    n_features_in_ : int
        Number of columns of X.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the columns, where X has them.

    See Also
    --------
    RuleListClassifier : Rules in order: more faithful with as many rules.
    skdistill.metrics.fidelity_report : Fidelity on fresh rows.

    Notes
    -----
    The search is that of :class:`RuleListClassifier`, among lists in which the
    classes stand in the order of ``precedence_``. The solver's choice is exact
    among its candidates, for one class with the rules of the others fixed: so
    with two classes it is exact in all.

    A rule predicts its own class even where another class has the larger share
    among the rows for which it is the first that holds. So with more than two
    classes ``predict`` is not always the most probable class of
    ``predict_proba``.

    Cost: as :class:`RuleListClassifier`; the solver takes up to `time_limit` on
    top.

    References
    ----------
    .. [1] S. Dash, O. Gunluk, D. Wei, "Boolean decision rules via column
       generation", NeurIPS 2018. :arxiv:`1805.09901`

    Examples
    --------
    >>> from sklearn.datasets import load_breast_cancer
    >>> from sklearn.ensemble import RandomForestClassifier
    >>> from skdistill import RuleSetClassifier
    >>> X, y = load_breast_cancer(return_X_y=True)
    >>> forest = RandomForestClassifier(random_state=0).fit(X, y)
    >>> rules = RuleSetClassifier(forest, max_rules=5, random_state=0).fit(X)
    >>> [rule.outcome for rule in rules.rules_]
    [0, 0, 0, 0, 1]
    """

    precedence_: np.ndarray

    _kind = "classifier"
    _parameter_rules = RULE_PARAMETERS | {
        "solver": [OneOf("greedy", "milp")],
        "time_limit": [Number(0, closed="neither")],
    }

    def __init__(
        self,
        teacher: Any = None,
        *,
        max_rules: int = 16,
        max_rule_length: int | None = None,
        max_conditions: int | None = None,
        condition_cost: float = 0.0005,
        solver: str = "greedy",
        time_limit: float = 10.0,
        labels: str = "auto",
        alpha: float = 0.0,
        class_weight: Any = None,
        transfer_set: Any = "auto",
        real_weight: float = 2.0,
        max_queries: int | None = None,
        n_trees: int = 16,
        n_jobs: int | None = None,
        random_state: Any = None,
    ):
        self.teacher = teacher
        self.max_rules = max_rules
        self.max_rule_length = max_rule_length
        self.max_conditions = max_conditions
        self.condition_cost = condition_cost
        self.solver = solver
        self.time_limit = time_limit
        self.labels = labels
        self.alpha = alpha
        self.class_weight = class_weight
        self.transfer_set = transfer_set
        self.real_weight = real_weight
        self.max_queries = max_queries
        self.n_trees = n_trees
        self.n_jobs = n_jobs
        self.random_state = random_state

    def _search(
        self, rows: BinnedRows, pool: CandidatePool, limits: Limits, rng: np.random.RandomState
    ) -> BoxList:
        order = np.argsort(rows.mass.sum(axis=0), kind="stable")
        self.precedence_ = self.classes_[order]
        search = SetSearch(pool, rng, order[:-1])
        found = search.run(BoxList(rows, limits, int(order[-1])))
        return search.solve(found, self.time_limit) if self.solver == "milp" else found

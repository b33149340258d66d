"""A classifier in one list of rules."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin

from skdistill.base import BaseDistiller
from skdistill.boxes import BinnedRows, BoxList, Limits
from skdistill.rule_learners._candidates import CandidatePool
from skdistill.rule_learners._list_search import ListSearch
from skdistill.rule_learners._student import RULE_PARAMETERS, RuleStudentMixin

__all__ = ["RuleListClassifier"]


class RuleListClassifier(RuleStudentMixin, BaseDistiller, ClassifierMixin, BaseEstimator):
    """Distil a classifier into one list of rules: if, else if, else.

    The teacher labels the rows of X and synthetic samples near them; rules are
    sought that together predict the same. The first rule that holds predicts,
    so each may be short: it need not repeat what the rules before it exclude.

    Parameters
    ----------
    teacher : predictor or callable, default=None
        What is distilled. Fitted: used as it is, never refitted or changed.
        Unfitted: a clone is fitted on ``X, y``. None: the rules are learned
        from y itself.
    max_rules : int, default=16
        Maximum number of rules, the last one ("else") among them.
    max_rule_length : int, default=None
        Maximum number of conditions of a rule.
    max_conditions : int, default=None
        Maximum number of conditions in all.
    condition_cost : float, default=0.0005
        Share of the transfer set, by weight, that a condition must set right to
        be worth its place. Larger means shorter rules, and fewer.
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
        In order, the last without conditions. Coverage, support, fidelity and
        distribution of each are of the rows of the transfer set for which it
        is the first that holds, so they are in-sample.
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
    RuleSetClassifier : Rules without an order.
    skdistill.DistilledTreeClassifier : One tree instead.
    skdistill.metrics.fidelity_report : Fidelity on fresh rows.

    Notes
    -----
    What a rule adds to a list, all others fixed, is a sum over rows. So each
    rule is sought anew again and again, given all the others: from the nodes of
    `n_trees` trees on the labelled rows, of which the best are improved one
    condition at a time, where the best interval on a column is the segment of
    its bins (at most 256) with the largest sum [2]_. Rules worth little are
    exchanged for better ones, and moved, until nothing gains any more [1]_;
    then some are removed at random and others added in their place, and the
    better list is kept. The result is a local optimum.

    Equal rows are merged and the others are put in the order of their hashes,
    so weights are the same as repetitions and the order of rows never matters.
    Numbers are searched and compared in single precision, as in trees. A
    missing value in a column that had none in ``fit`` meets no condition. Of
    more than 64 encoded columns those are searched that trees use most.

    Cost: O(n_rows * n_columns) for each of some thousand steps, most of them
    over a part of the rows, and O(n_rows * (n_columns + n_trees)) memory, beside
    the teacher's labels.

    References
    ----------
    .. [1] R. Rivest, "Learning decision lists", Machine Learning 2, 1987.
       :doi:`10.1007/BF00058680`
    .. [2] M. Mampaey, S. Nijssen, A. Feelders, A. Knobbe, "Efficient
       algorithms for finding richer subgroup descriptions in numeric and
       nominal data", ICDM 2012. :doi:`10.1109/ICDM.2012.117`

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.ensemble import RandomForestClassifier
    >>> from skdistill import RuleListClassifier
    >>> iris = load_iris(as_frame=True)
    >>> forest = RandomForestClassifier(random_state=0).fit(iris.data, iris.target)
    >>> rules = RuleListClassifier(forest, max_rules=3, random_state=0).fit(iris.data)
    >>> len(rules.rules_), rules.rules_[-1].conditions
    (3, ())
    >>> rules.fidelity_ > 0.9
    True
    """

    _kind = "classifier"
    _parameter_rules = RULE_PARAMETERS

    def __init__(
        self,
        teacher: Any = None,
        *,
        max_rules: int = 16,
        max_rule_length: int | None = None,
        max_conditions: int | None = None,
        condition_cost: float = 0.0005,
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
        default = int(rows.mass.sum(axis=0).argmax())
        return ListSearch(pool, rng).run(BoxList(rows, limits, default))

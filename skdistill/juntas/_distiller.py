"""Relevant-feature search (junta): a teacher's few relevant columns, found exactly."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.feature_selection import SelectorMixin
from sklearn.utils import (
    check_consistent_length,
    check_random_state,
)
from sklearn.utils.validation import check_is_fitted, column_or_1d

from skdistill._rows import check_rows
from skdistill._validation import Number, OneOf, validate_parameters
from skdistill.exceptions import DistillationWarning
from skdistill.juntas._budget import failure_chance
from skdistill.juntas._codes import code_domain
from skdistill.juntas._predictor import PredictorMixin
from skdistill.juntas._proof import Witness
from skdistill.juntas._readable import ReadableMixin
from skdistill.juntas._rounds import QueryRounds
from skdistill.juntas._run import AUTO_VARIABLES, Outcome, run_search
from skdistill.juntas._search import Search
from skdistill.teachers import (
    TeacherHolderMixin,
    as_teacher,
    check_teacher_columns,
    name_of,
    resolve_teacher,
    teacher_kind,
)

__all__ = ["JuntaDistiller"]

_PROVEN = ("exact", "certified")


class JuntaDistiller(
    PredictorMixin, ReadableMixin, TeacherHolderMixin, SelectorMixin, BaseEstimator
):
    """Find the few columns that a teacher depends on, by queries.

    A *junta* is a function of few of its many inputs. The search keeps a set S
    of proven columns and an anchored student, g(x) = f(x on S, the anchor
    elsewhere). Where fresh rows show that the student is wrong, a binary
    search over hybrids of two rows finds a new column in log2(d) queries, with
    a witness: two rows that differ in that column alone and get different
    predictions. A deterministic teacher therefore never yields a false positive.

    It is a classifier or a regressor by its teacher's kind, and a selector of
    columns.

    Parameters
    ----------
    teacher : predictor or callable, default=None
        The model that is queried; required. Fitted: used as it is. Unfitted: a
        clone is fitted on ``X, y``. A plain function that returns floats is a
        regressor, any other one a classifier.
    max_variables : int, default=None
        With ``mode="exact"`` the promise, which it needs: the maximum number
        of relevant columns. Otherwise where the search gives up, 12 by
        default.
    mode : {"certified", "exact", "tolerant"}, default="certified"
        When to stop. "certified": when Pr[teacher != student] <= epsilon is
        shown with the given confidence. "exact": when, under the promise,
        nothing can be missing (with that confidence, or without any chance).
        "tolerant": like certified, for teachers that are noisy or only nearly
        juntas: cells are decided by majority, and a column must pass an
        influence test.
    epsilon : float, default=0.01
        Share of rows on which the student may differ; in the tolerant mode
        this must be more than the noise.
    confidence : float, default=0.99
        Probability that the statement is right.
    domain : object, default="background"
        Input space of the queries, as :func:`skdistill.domains.as_domain`
        takes it. "background": values of X, each column drawn independently
        with the frequencies of X. "binary": {0, 1}. "sign": {-1, 1}. One entry
        for all columns, or a list with one for each: a pair ``(low, high)``, a
        list of values, :class:`~skdistill.domains.Integers` or another part. A
        mapping from some columns to their entry; the others come from the
        background.
    tol : float, default=0
        Real values that differ by at most this are taken for equal, as are
        those that differ by rounding (1e-9 of the largest). A network in single
        precision needs more: 1e-5 of its values, say.
    n_ways : int, default=1
        Interior hybrids queried in one round of a search: more of them cost more
        queries and fewer rounds.
    n_parallel : int, default=1
        Columns searched at the same time: likewise.
    max_queries : int, default=None
        Maximum number of rows that the teacher is queried with in ``fit``.
    random_state : int, RandomState instance or None, default=None
        Seeds the rows, and an unfitted teacher without a seed of its own.

    Attributes
    ----------
    status_ : str
        "exact" or "certified": proven. "inconclusive": the student is wrong on
        more rows than allowed and no column explains it.
        "max_variables_exceeded": more columns than that are proven.
        "max_queries_reached": ended early. In the last three cases what was
        found is proven all the same, and ``predict`` is the best student so
        far.
    witnesses_ : list of Witness
        One for each relevant column, in the order of discovery.
    truth_table_ : TruthTable
        One row for each cell. Only where the student is proven and its table
        is finite; otherwise reading it is an error that gives the reason.
    certificate_ : FidelityCertificate, PromiseCertificate or None
        What is proven of the student; prints as a sentence.
    n_queries_ : int
        Number of rows that the teacher was queried with.
    n_rounds_ : int
        Number of queries, of any number of rows, that had to wait for earlier
        predictions.
    teacher_ : predictor
        The fitted teacher.
    classes_ : ndarray of shape (n_classes,)
        Class labels, where the teacher is a classifier.
    n_features_in_ : int
        Number of columns.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the columns, where X has them.

    See Also
    --------
    membership_query_budget : The cost of a run, before it.
    skdistill.theory.fidelity_certificate : A certificate on rows of your own.

    Notes
    -----
    Queries, for k relevant columns of d: about 690 + k log2(d) + 2^k in the
    certified mode at the default epsilon and confidence; k log2(d) + 2^k in the
    exact mode with ``max_variables=k``, and twice the cells with one more.
    Memory does not depend on the number of queries beyond a few bytes each:
    rows are described by seeds and built in blocks of at most 64 MB.

    The certificate speaks of rows drawn from the domain. With a background
    these have independent columns, unlike the rows of X.

    References
    ----------
    .. [1] N. H. Bshouty, A. Costa, "Exact learning of juntas from membership
       queries", Theoretical Computer Science 742 (2018).
       :doi:`10.1016/j.tcs.2017.12.032`
    .. [2] E. Boix-Adsera, "Towards a theory of model distillation", 2024.
       :arxiv:`2403.09053`

    Examples
    --------
    >>> import numpy as np
    >>> from skdistill.juntas import JuntaDistiller
    >>> def model(X):  # 1000 inputs, of which it uses three
    ...     return np.where(X[:, 7] == 1, X[:, 500], X[:, 123])
    >>> search = JuntaDistiller(model, domain="binary", mode="exact", max_variables=3,
    ...                         random_state=0)
    >>> search = search.fit(np.zeros((1, 1000), dtype=int))
    >>> search.get_support(indices=True).tolist(), search.n_queries_ < 80
    ([7, 123, 500], True)
    >>> print(search.to_dnf())
    1 if
      not x7 and x123
      or x7 and x500
    """

    _parameter_rules = {
        "max_variables": [OneOf(None), Number(0, whole=True)],
        "mode": [OneOf("certified", "exact", "tolerant")],
        "epsilon": [Number(0, 1, closed="neither")],
        "confidence": [Number(0, 1, closed="neither")],
        "tol": [Number(0)],
        "n_ways": [Number(1, whole=True)],
        "n_parallel": [Number(1, whole=True)],
        "max_queries": [OneOf(None), Number(1, whole=True)],
    }

    def __init__(
        self,
        teacher: Any = None,
        *,
        max_variables: int | None = None,
        mode: str = "certified",
        epsilon: float = 0.01,
        confidence: float = 0.99,
        domain: Any = "background",
        tol: float = 0,
        n_ways: int = 1,
        n_parallel: int = 1,
        max_queries: int | None = None,
        random_state: Any = None,
    ):
        self.teacher = teacher
        self.max_variables = max_variables
        self.mode = mode
        self.epsilon = epsilon
        self.confidence = confidence
        self.domain = domain
        self.tol = tol
        self.n_ways = n_ways
        self.n_parallel = n_parallel
        self.max_queries = max_queries
        self.random_state = random_state

    # -- fit -------------------------------------------------------------

    def fit(self, X: Any, y: Any = None) -> JuntaDistiller:
        """Query the teacher until its relevant columns are found.

        Parameters
        ----------
        X : array-like or DataFrame of shape (n_samples, n_features)
            The background; where ``domain`` gives the values of every column,
            one row is enough, which says how many columns there are and of
            what type.
        y : array-like of shape (n_samples,), default=None
            Labels, needed by an unfitted teacher alone.

        Returns
        -------
        self : JuntaDistiller
            The fitted distiller.
        """
        validate_parameters(self)
        if self.teacher is None:
            raise ValueError(
                "JuntaDistiller queries its teacher, so it needs one: "
                "JuntaDistiller(teacher=model). Got teacher=None."
            )
        max_variables = self._limit()
        X = check_rows(self, X, reset=True, accept_sparse=False, accept_polars=False)
        if y is not None:
            y = column_or_1d(y, warn=True)
            check_consistent_length(X, y)
        rng = check_random_state(self.random_state)
        teacher, kind = self._resolve(X, y, rng)
        domain = code_domain(self.domain, X, self._names())
        rounds = QueryRounds(
            teacher,
            domain,
            kind=kind,
            tol=self.tol,
            max_queries=self.max_queries,
            deterministic=self.mode != "tolerant",
        )
        search, outcome = run_search(
            rounds,
            domain,
            np.random.default_rng(rng.randint(2**31 - 1)),
            mode=self.mode,
            max_variables=max_variables,
            epsilon=self.epsilon,
            delta=failure_chance(self.confidence),
            n_ways=self.n_ways,
            n_parallel=self.n_parallel,
        )
        self._keep(search, outcome)
        return self

    def _limit(self) -> int:
        if self.max_variables is not None:
            return self.max_variables
        if self.mode == "exact":
            raise ValueError(
                'mode="exact" rests on the promise that at most max_variables columns are '
                'relevant. Give max_variables, or use mode="certified", which needs no promise.'
            )
        return AUTO_VARIABLES

    def _resolve(self, X: Any, y: Any, rng: Any) -> tuple[Any, str | None]:
        """The fitted teacher and its kind (None: its predictions will tell)."""
        bare = not hasattr(self.teacher, "predict")
        kind = None if bare else teacher_kind(as_teacher(self.teacher))
        if kind == "classifier" and self.tol > 0:
            raise ValueError(
                f"tol={self.tol} is for real values, but the teacher ({name_of(self.teacher)}) is "
                "a classifier. Leave tol=0."
            )
        seeds = None if self.random_state is None else rng
        teacher = resolve_teacher(self.teacher, X, y, kind=kind, rng=seeds)
        check_teacher_columns(teacher, X, getattr(self, "feature_names_in_", None))
        return teacher, kind

    def _keep(self, search: Search, outcome: Outcome) -> None:
        """Set the fitted attributes."""
        rounds, student = search.rounds, search.student
        self.teacher_ = rounds.teacher
        self._kind = rounds.kind
        self._student = student
        self._labels = self._classes = rounds.classes
        if self._labels is not None:
            named = getattr(self.teacher_, "classes_", None) is not None
            self.classes_ = self._classes = self._labels if named else np.unique(self._labels)
        elif hasattr(self, "classes_"):
            del self.classes_
        self.status_ = outcome.status
        self._no_table = outcome.reason
        self.certificate_ = outcome.certificate
        self.n_queries_, self.n_rounds_ = rounds.n_queries, rounds.n_rounds
        names = self._names() or [f"x{j}" for j in range(self.n_features_in_)]
        self.witnesses_ = [
            Witness(
                finding.column,
                names[finding.column],
                tuple(self._decode(finding.predictions).tolist()),
                finding.rows.codes(search.domain, 0, 2),
                search.domain,
            )
            for finding in search.findings
        ]
        if outcome.status not in _PROVEN:
            warnings.warn(
                f"JuntaDistiller ended with status_={outcome.status!r}: {outcome.reason}. The "
                f"witnesses of {len(student.columns)} columns stand; predict is the best student "
                "so far.",
                DistillationWarning,
                stacklevel=3,
            )

    def _names(self) -> list[str] | None:
        names = getattr(self, "feature_names_in_", None)
        return None if names is None else [str(name) for name in names]

    def _decode(self, predictions: np.ndarray) -> np.ndarray:
        """Answers of the search as labels or values."""
        return predictions if self._labels is None else self._labels[predictions]

    # -- selector --------------------------------------------------------

    def _get_support_mask(self) -> np.ndarray:
        check_is_fitted(self, "status_")
        mask = np.zeros(self.n_features_in_, dtype=bool)
        mask[self._student.columns] = True
        return mask

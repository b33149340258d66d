"""The only one that queries a teacher: counted, in batches, checked, within a budget."""

from __future__ import annotations

import copy
import math
import threading
from typing import Any

import numpy as np
from sklearn.utils.metaestimators import available_if

from skdistill._labels import Labels
from skdistill._rows import as_rows
from skdistill._validation import Instance, Number, OneOf, validate_parameters
from skdistill.exceptions import AllRowsFailedError, OutOfQueriesError, TeacherAnswerError
from skdistill.teachers._batches import Outcome
from skdistill.teachers._face import TeacherFace
from skdistill.teachers._fingerprint import describe_teacher
from skdistill.teachers._kind import is_fitted_teacher, name_of, teacher_kind, unfrozen
from skdistill.teachers._labelling import decision_rule, label
from skdistill.teachers._queries import query_store, query_teacher
from skdistill.teachers._resolve import as_teacher
from skdistill.teachers._store import AnswerStore, MemoryStore

__all__ = ["Oracle"]


def _teacher_has(method: str) -> Any:
    return lambda self: hasattr(self._predictor, method)


class Oracle(TeacherFace):
    """Query a teacher in batches, in parallel, within a budget, and check what it predicts.

    Everything in skdistill that needs a teacher's predictions holds one: then
    batches, counts, retries and failures are the same everywhere. Pass one as
    ``teacher`` to say how yours is to be queried.

    Parameters
    ----------
    teacher : predictor or callable
        Fitted. A plain callable returns real values, or labels with
        ``kind="classifier"``.
    kind : {"classifier", "regressor"}, default=None
        What is predicted; None leaves it to the teacher.
    max_queries : int, default=None
        Budget: the maximum number of rows.
    batch_size : int or "auto", default="auto"
        Rows of one call. "auto" is the teacher's own ``batch_size`` where it has
        one (:class:`TorchTeacher`, :class:`CallableTeacher`); up to 16,384 for
        estimators; for functions, batches grow from four rows until a call takes
        a tenth of a second, and take about one second from there on.
    n_jobs : int, default=None
        Batches queried at once, through joblib: in threads, unless
        ``joblib.parallel_config`` names another backend ("loky" for a
        simulation in pure Python, "dask" for a cluster).
    retries : int, default=0
        How often a call that raised an error is repeated.
    on_error : {"raise", "drop"}, default="raise"
        What becomes of a row for which the teacher raises an error or returns
        NaN: an error, or it is left out of what students are fitted on, and
        counted in ``n_failed_``.
    store : AnswerStore, default=None
        Where predictions are kept; rows that are in it are not queried again.

    Attributes
    ----------
    n_queries_ : int
        Rows that the teacher was queried with; each counts once, whichever of
        its methods were called.
    n_hits_ : int
        Rows that were found in ``store``.
    n_failed_ : int
        Rows that were left out.

    See Also
    --------
    CachedTeacher : Keeps the predictions, in memory or in a file.

    Notes
    -----
    Memory beside the predictions: one batch of rows for each job.

    Examples
    --------
    A service that takes 100 rows at a time, and fails for some of them:

    >>> import numpy as np
    >>> from skdistill.teachers import Oracle
    >>> def service(X):
    ...     if (X[:, 0] > 1.9).any():
    ...         raise TimeoutError("no connection")
    ...     return X[:, 0] * X[:, 1]
    >>> X = np.random.default_rng(0).uniform(0, 2, size=(300, 2))
    >>> oracle = Oracle(service, batch_size=100, on_error="drop")
    >>> labels, kept = oracle.label(X)
    >>> oracle.n_queries_, oracle.n_failed_, len(labels)
    (300, 16, 284)
    """

    # Whether batches are measured whatever the teacher is, and made small if it is slow.
    _measures_all = False
    _parameter_rules: dict[str, list[Any]] = {
        "kind": [OneOf("classifier", "regressor", None)],
        "max_queries": [OneOf(None), Number(0, whole=True)],
        "batch_size": [OneOf("auto"), Number(1, whole=True)],
        "n_jobs": [OneOf(None), Number(whole=True)],
        "retries": [Number(0, whole=True)],
        "on_error": [OneOf("raise", "drop")],
        "store": [
            OneOf(None),
            Instance(
                "an AnswerStore with the methods bind, get, add and clear",
                lambda store: all(hasattr(store, name) for name in ("bind", "get", "add", "clear")),
            ),
        ],
    }

    def __init__(
        self,
        teacher: Any,
        *,
        kind: str | None = None,
        max_queries: int | None = None,
        batch_size: int | str = "auto",
        n_jobs: int | None = None,
        retries: int = 0,
        on_error: str = "raise",
        store: AnswerStore | None = None,
    ):
        self.teacher = teacher
        self.kind = kind
        self.max_queries = max_queries
        self.batch_size = batch_size
        self.n_jobs = n_jobs
        self.retries = retries
        self.on_error = on_error
        self.store = store
        self._store: Any = store
        self._bound = False
        self._parent: Oracle | None = None
        self.n_queries_ = self.n_hits_ = self.n_failed_ = 0
        self._lock = threading.RLock()

    @property
    def _predictor(self) -> Any:
        return as_teacher(self.teacher, kind=self.kind)

    @property
    def _output(self) -> Any:
        return None

    @property
    def _decides_by_proba(self) -> bool:
        return decision_rule(self._predictor) is not None

    def decide(self, probabilities: np.ndarray) -> np.ndarray:
        """Return the label of each row, as the teacher gets it from its probabilities.

        Parameters
        ----------
        probabilities : ndarray of shape (n_samples, n_classes)
            As ``predict_proba`` returns them.

        Returns
        -------
        y : ndarray of shape (n_samples,)
            Labels.
        """
        rule = decision_rule(self._predictor)
        return super().decide(probabilities) if rule is None else rule(probabilities)

    def __getattr__(self, name: str) -> Any:
        # Learned attributes of the teacher are visible; methods that could
        # change it are not.
        if name.startswith("_") or not name.endswith("_") or "teacher" not in self.__dict__:
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        return getattr(unfrozen(self._predictor), name)

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in vars(self).items() if name != "_lock"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state, _lock=threading.RLock())

    def __sklearn_tags__(self) -> Any:
        inner = unfrozen(self._predictor)
        if hasattr(inner, "__sklearn_tags__"):
            return inner.__sklearn_tags__()
        tags = super().__sklearn_tags__()
        tags.estimator_type = teacher_kind(inner)
        return tags

    def __sklearn_is_fitted__(self) -> bool:
        return is_fitted_teacher(self._predictor)

    @property
    def left(self) -> float:
        """Rows that the budget still allows."""
        own = math.inf if self.max_queries is None else self.max_queries - self.n_queries_
        around = [oracle.left for oracle in (self._parent, self._inner()) if oracle is not None]
        return min(own, *around) if around else own

    def _limit(self) -> int | None:
        """The budget that is in force: its own, or the one that it is part of."""
        around = [oracle for oracle in (self._parent, self._inner()) if oracle is not None]
        tight = min(around, key=lambda oracle: oracle.left, default=self)
        own = math.inf if self.max_queries is None else self.max_queries - self.n_queries_
        return self.max_queries if tight is self or own <= tight.left else tight._limit()

    @property
    def remembers(self) -> bool:
        """Whether rows that were queried are not queried again."""
        return self._store is not None

    def remember(self) -> None:
        """Keep what is predicted from now on, in memory."""
        self._store, self._bound = MemoryStore(), False

    def forget(self) -> None:
        """Let go of what was kept in memory."""
        self._store = None

    def within(self, max_queries: int | None) -> Oracle:
        """Return an oracle with a budget of its own inside this one's.

        Parameters
        ----------
        max_queries : int or None
            Its budget.

        Returns
        -------
        oracle : Oracle
            Shares the store; its queries are counted here too.
        """
        part = copy.copy(self)
        part.max_queries, part._parent, part._lock = max_queries, self, self._lock
        part.n_queries_ = part.n_hits_ = part.n_failed_ = 0
        return part

    @property
    def known_rows_only(self) -> bool:
        """Whether predictions exist for stored rows and no others."""
        return bool(getattr(unfrozen(self._predictor), "known_rows_only", False))

    def predict(self, X: Any) -> np.ndarray:
        """Query the teacher for labels or values.

        Parameters
        ----------
        X : array-like or DataFrame of shape (n_samples, n_features)
            Rows, as the teacher takes them.

        Returns
        -------
        y : ndarray of shape (n_samples,) or (n_samples, n_outputs)
            What it predicts.
        """
        return self._all(X, "predict")

    @available_if(_teacher_has("predict_proba"))
    def predict_proba(self, X: Any) -> np.ndarray:
        """Query the teacher for probabilities.

        Parameters
        ----------
        X : array-like or DataFrame of shape (n_samples, n_features)
            Rows, as the teacher takes them.

        Returns
        -------
        P : ndarray of shape (n_samples, n_classes)
            One row of probabilities a row of X.
        """
        return self._all(X, "predict_proba")

    @available_if(_teacher_has("decision_function"))
    def decision_function(self, X: Any) -> np.ndarray:
        """Query the teacher for scores.

        Parameters
        ----------
        X : array-like or DataFrame of shape (n_samples, n_features)
            Rows, as the teacher takes them.

        Returns
        -------
        scores : ndarray of shape (n_samples,) or (n_samples, n_classes)
            What it returns.
        """
        return self._all(X, "decision_function")

    def label(self, X: Any, *, soft: bool = False) -> tuple[Labels, np.ndarray]:
        """Label rows: what students learn and fidelity is measured against.

        Parameters
        ----------
        X : array-like or DataFrame of shape (n_samples, n_features)
            Rows, as the teacher takes them.
        soft : bool, default=False
            Query for probabilities too (classifiers alone). The decisions are
            always those of ``predict``.

        Returns
        -------
        labels : ClassLabels or Values
            Of the rows that are kept.
        kept : ndarray of int
            Positions of those rows: all, unless ``on_error="drop"``.

        Raises
        ------
        TeacherAnswerError
            If predictions are missing, of another shape, or labels that are
            none of the teacher's classes.
        OutOfQueriesError
            If the budget does not reach; nothing is queried then.
        """
        return label(self, as_rows(X), soft)

    def _all(self, X: Any, method: str) -> np.ndarray:
        X = as_rows(X)
        predictions, kept = self._kept(X, method)
        if len(kept) < X.shape[0]:
            raise TeacherAnswerError(
                f"The teacher ({name_of(self.teacher)}) failed on {X.shape[0] - len(kept)} of "
                f"{X.shape[0]} rows, so {method} cannot return one prediction a row. Use "
                "label(X), which leaves them out."
            )
        return predictions

    def _kept(self, X: Any, method: str, *, count: bool = True) -> tuple[np.ndarray, np.ndarray]:
        """Predictions of the rows that did not fail, and their positions."""
        outcome = self._query(X, method, self.n_jobs, count)
        if len(outcome.failed) and outcome.failed.all():
            raise AllRowsFailedError(
                f"The teacher ({name_of(self.teacher)}) failed on all {len(outcome.failed)} rows. "
                f"The first failure: {outcome.error}"
            )
        return outcome.predictions, np.flatnonzero(~outcome.failed)

    def _check_budget(self, n_rows: int) -> None:
        if n_rows > self.left:
            raise OutOfQueriesError(
                f"max_queries={self._limit()} allows {self.left} more rows, but {n_rows} were to "
                "be queried."
            )

    def _count(self, *, queries: int = 0, hits: int = 0, failed: int = 0) -> None:
        self.n_queries_ += queries
        self.n_hits_ += hits
        self.n_failed_ += failed
        if self._parent is not None:
            self._parent._count(queries=queries, hits=hits, failed=failed)

    def _query(self, X: Any, method: str, n_jobs: int | None, count: bool) -> Outcome:
        """Predict with the teacher or the store; ``count=False`` where these rows count already."""
        validate_parameters(self)
        if len(X.shape) < 2:
            raise ValueError(
                f"{type(self).__name__} takes rows of shape (n_samples, n_features), but X has "
                f"shape {X.shape}. For a single row use X.reshape(1, -1), for a single column "
                "X.reshape(-1, 1)."
            )
        if not is_fitted_teacher(self._predictor):
            raise ValueError(
                f"{type(self).__name__} needs a fitted teacher, but this {name_of(self.teacher)} "
                "is not fitted. Fit it first."
            )
        with self._lock:
            if self._store is not None:
                self._bind()
                outcome = query_store(self, X, method, n_jobs, count)
            else:
                self._check_budget(X.shape[0] if count else 0)
                outcome = query_teacher(self, X, method, n_jobs, count)
        self._count(failed=int(outcome.failed.sum()))
        return outcome

    def _bind(self) -> None:
        """Have the store check, once, that it is this teacher's."""
        if not self._bound:
            validate_parameters(self)
            self._store.bind(self._describe())
            self._bound = True

    def _describe(self) -> dict[str, str]:
        """What distinguishes the teacher of a store from others."""
        return describe_teacher(self._predictor)

    def _inner(self) -> Oracle | None:
        """The teacher, where it is an oracle with batches, a store and a count of its own."""
        predictor = unfrozen(self._predictor)
        return predictor if isinstance(predictor, Oracle) else None

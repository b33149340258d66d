"""The only one that queries a teacher: counted, in batches, checked, within a budget."""

from __future__ import annotations

import copy
import math
import threading
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.utils.metaestimators import available_if

from skdistill._labels import ClassLabels, Labels, Values, class_codes
from skdistill._rows import as_rows, row_keys, take_rows
from skdistill.exceptions import OutOfQueriesError, TeacherAnswerError
from skdistill.teachers._batches import Call, iter_batches, join_batches
from skdistill.teachers._checks import check_proba, one_column
from skdistill.teachers._decisions import (
    near_ties,
    predicts_most_probable,
    resolves_ties_by_order,
)
from skdistill.teachers._face import TeacherFace, answers_probabilities
from skdistill.teachers._kind import is_fitted_teacher, name_of, teacher_kind, unfrozen
from skdistill.teachers._resolve import as_teacher
from skdistill.teachers._store import AnswerStore, MemoryStore

__all__ = ["Oracle", "gives_both"]


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
    >>> from skdistill import DistilledTreeRegressor
    >>> from skdistill.teachers import Oracle
    >>> def service(X):
    ...     if (X[:, 0] > 1.9).any():
    ...         raise TimeoutError("no connection")
    ...     return X[:, 0] * X[:, 1]
    >>> X = np.random.default_rng(0).uniform(0, 2, size=(300, 2))
    >>> oracle = Oracle(service, batch_size=100, on_error="drop")
    >>> tree = DistilledTreeRegressor(oracle, transfer_set=None).fit(X)
    >>> oracle.n_queries_, oracle.n_failed_
    (300, 13)
    """

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
        self._parent: Oracle | None = None
        self.n_queries_ = self.n_hits_ = self.n_failed_ = 0
        self._lock = threading.RLock()

    @property
    def _predictor(self) -> Any:
        return as_teacher(self.teacher, kind=self.kind)

    @property
    def _output(self) -> Any:
        return None

    def __getattr__(self, name: str) -> Any:
        # What the teacher has learned is seen through; methods that could
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
        return own if self._parent is None else min(own, self._parent.left)

    @property
    def remembers(self) -> bool:
        """Whether rows that were queried are not queried again."""
        return self._store is not None

    def remember(self) -> None:
        """Keep what is predicted from now on, in memory."""
        self._store = MemoryStore()

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
        part.max_queries, part._parent = max_queries, self
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
        X = as_rows(X)
        if (self.kind or teacher_kind(self._predictor)) == "regressor":
            values, kept = self._kept(X, "predict")
            return Values(self._as_values(values)), kept
        if not soft:
            labels, kept = self._kept(X, "predict")
            return self._as_classes(labels), kept
        return self._soft(X)

    def _soft(self, X: Any) -> tuple[ClassLabels, np.ndarray]:
        if not hasattr(self._predictor, "predict_proba"):
            raise ValueError(
                f'labels="soft" needs probabilities, but the teacher ({name_of(self.teacher)}) has '
                'no predict_proba. Use labels="hard", or wrap it in sklearn.calibration.'
                "CalibratedClassifierCV first."
            )
        classes = _classes_of(self._predictor)
        proba, kept = self._kept(X, "predict_proba")
        proba = check_proba(proba, self._predictor, None if classes is None else len(classes))
        decide = _decides_by_proba(self._predictor)
        if decide is not None:  # one pass of a network gives both
            decisions = decide(proba)
        elif classes is not None and gives_both(self):
            decisions, also = self._most_probable(_take(X, kept), proba, classes)
            kept, proba = _take(kept, also), _take(proba, also)
        else:
            # The same rows: they count once.
            decisions, also = self._kept(take_rows(X, kept), "predict", count=False)
            kept, proba = kept[also], proba[also]
        if classes is None:
            classes = _numbered_classes(decisions, proba.shape[1], self.teacher)
        labels = self._as_classes(decisions, classes)
        return labels.with_distribution(proba), kept

    def _most_probable(
        self, X: Any, proba: np.ndarray, classes: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Decisions of a teacher that predicts the argmax; it is queried on near ties alone.

        Returns (decisions of the rows that did not fail, their positions).
        """
        decisions = classes[np.argmax(proba, axis=1)]
        failed = np.zeros(len(proba), dtype=bool)
        if not resolves_ties_by_order(_innermost(self)):
            close = np.flatnonzero(near_ties(proba))
            if len(close):  # the same rows: they count once
                found, also = self._kept(take_rows(X, close), "predict", count=False)
                decisions[close[also]] = one_column(found)
                failed[np.delete(close, also)] = True
        kept = np.flatnonzero(~failed)
        decisions = _take(decisions, kept)
        self._add_derived(_take(X, kept), decisions)
        return decisions, kept

    def _add_derived(self, X: Any, decisions: np.ndarray) -> None:
        """Store decisions that follow from probabilities, so that nobody queries them again."""
        if self._store is not None:
            with self._lock:
                keys = row_keys(X)
                new, first = np.unique(keys, return_index=True)
                _, known = self._store.get("predict", new)
                self._store.add("predict", new[~known], decisions[first[~known]])
        inner = unfrozen(self._predictor)
        if isinstance(inner, Oracle):
            inner._add_derived(X, decisions)

    def _as_values(self, values: np.ndarray) -> np.ndarray:
        if values.ndim > 2 or values.dtype.kind not in "fiub":
            raise TeacherAnswerError(
                f"The teacher ({name_of(self.teacher)}) must predict real values of shape "
                f"(n_samples,) or (n_samples, n_outputs). It predicted {values.dtype} of shape "
                f"{values.shape}."
            )
        return one_column(values)

    def _as_classes(self, labels: np.ndarray, classes: np.ndarray | None = None) -> ClassLabels:
        labels = one_column(labels)
        if labels.ndim != 1:
            raise TeacherAnswerError(
                f"The teacher ({name_of(self.teacher)}) must predict one label a row, but its "
                f"predictions have shape {labels.shape}. If they are probabilities, wrap it: "
                'CallableTeacher(function, output="probabilities").'
            )
        classes = _classes_of(self._predictor) if classes is None else classes
        if classes is None:
            if labels.dtype.kind == "f" and np.any(labels != np.floor(labels)):
                raise TeacherAnswerError(
                    f"The teacher ({name_of(self.teacher)}) must predict labels, but predicted "
                    "continuous values. Use a distilling regressor, or threshold the values in "
                    "the teacher."
                )
            return ClassLabels.from_decisions(labels)
        try:
            return ClassLabels(classes, class_codes(labels, classes, "The teacher's predictions"))
        except ValueError as error:
            raise TeacherAnswerError(str(error)) from None

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
        predictions, failed = self._query(X, method, self.n_jobs, count)
        self._count(failed=int(failed.sum()))
        return predictions, np.flatnonzero(~failed)

    def _spend(self, n_rows: int) -> None:
        if n_rows > self.left:
            raise OutOfQueriesError(
                f"max_queries={self.max_queries} allows {self.left} more rows, but {n_rows} were "
                "to be queried."
            )
        self._count(queries=n_rows)

    def _count(self, *, queries: int = 0, hits: int = 0, failed: int = 0) -> None:
        self.n_queries_ += queries
        self.n_hits_ += hits
        self.n_failed_ += failed
        if self._parent is not None:
            self._parent._count(queries=queries, hits=hits, failed=failed)

    def _query(
        self, X: Any, method: str, n_jobs: int | None, count: bool
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return (predictions of rows that did not fail, mask of those that did)."""
        if not is_fitted_teacher(self._predictor):
            raise ValueError(
                f"{type(self).__name__} needs a fitted teacher, but this {name_of(self.teacher)} "
                "is not fitted. Fit it first."
            )
        with self._lock:
            if self._store is not None:
                return self._query_store(X, method, n_jobs, count)
            self._spend(X.shape[0] if count else 0)
            return self._ask(X, method, n_jobs, count)

    def _query_store(
        self, X: Any, method: str, n_jobs: int | None, count: bool
    ) -> tuple[np.ndarray, np.ndarray]:
        keys, store = row_keys(X), self._store
        found, known = store.get(method, keys)
        if not known.all():
            missing, first = np.unique(keys[~known], return_index=True)
            new = np.flatnonzero(~known)[first]
            self._spend(len(new) if count else 0)
            self._count(hits=-len(new) if count else 0)
            self._ask(take_rows(X, new), method, n_jobs, count, missing)
            found, known = store.get(method, keys)
        self._count(hits=X.shape[0] if count else 0)
        if found is None:  # no rows at all
            return self._ask(X, method, n_jobs, count)
        return found, ~known

    def _ask(
        self, X: Any, method: str, n_jobs: int | None, count: bool, keys: np.ndarray | None = None
    ) -> tuple[np.ndarray, np.ndarray]:
        """Query the teacher itself; under their keys, predictions are stored as they arrive."""
        predictor = unfrozen(self._predictor)
        if isinstance(predictor, Oracle):  # which has batches, a store and a count of its own
            predictions, failed = predictor._query(X, method, n_jobs or predictor.n_jobs, count)
            if keys is not None:
                self._store.add(method, keys[~failed], predictions)
            return predictions, failed
        call = Call(self._predictor, method, self.retries, self.on_error == "drop")
        batches = []
        for batch in iter_batches(
            call,
            X,
            size=self._size(predictor),
            measured=_may_be_slow(predictor),
            n_jobs=n_jobs,
        ):
            if keys is not None:
                self._store.add(method, keys[batch.part][~batch.failed], batch.predictions)
            batches.append(batch)
        return join_batches(batches, predictor)

    def _size(self, predictor: Any) -> int | None:
        if self.batch_size != "auto":
            return int(self.batch_size)
        own = getattr(predictor, "batch_size", None) if isinstance(predictor, TeacherFace) else None
        return own if isinstance(own, int) else None


def _may_be_slow(predictor: Any) -> bool:
    """Whether nothing is known of a predictor's speed: functions, and what is no estimator."""
    return isinstance(predictor, TeacherFace) or not isinstance(predictor, BaseEstimator)


def _decides_by_proba(predictor: Any) -> Any:
    """How a teacher of our own gets its labels from probabilities; None for others."""
    predictor = _innermost(predictor)
    own = isinstance(predictor, TeacherFace) and answers_probabilities(predictor)
    return predictor.decide if own else None


def _take(X: Any, kept: np.ndarray) -> Any:
    """Rows at increasing positions; X itself, uncopied, where these are all."""
    return X if len(kept) == X.shape[0] else take_rows(X, kept)


def _innermost(teacher: Any) -> Any:
    """The predictor inside oracles and frozen estimators."""
    predictor = unfrozen(teacher)
    while isinstance(predictor, Oracle):
        predictor = unfrozen(predictor._predictor)
    return predictor


def gives_both(teacher: Any) -> bool:
    """Whether one query of a row gives its label and its probabilities."""
    predictor = _innermost(teacher)
    if not hasattr(predictor, "predict_proba"):
        return False
    return _decides_by_proba(predictor) is not None or predicts_most_probable(predictor)


def _classes_of(teacher: Any) -> np.ndarray | None:
    """The labels that a teacher knows; None where it does not say."""
    classes = getattr(teacher, "classes_", None)
    if isinstance(classes, list) and any(np.ndim(labels) for labels in classes):
        raise TeacherAnswerError(
            f"The teacher ({name_of(teacher)}) has {len(classes)} outputs. Distil one output at "
            'a time: CallableTeacher(lambda X: teacher.predict(X)[:, 0], output="label").'
        )
    return None if classes is None else np.asarray(classes)


def _numbered_classes(decisions: np.ndarray, n_classes: int, teacher: Any) -> np.ndarray:
    """Classes 0, 1, ... of a teacher that names none, if that is what it predicts."""
    labels = one_column(decisions)
    numbers = labels.dtype.kind in "iufb" and np.isin(labels, np.arange(n_classes)).all()
    if not numbers:
        raise TeacherAnswerError(
            f"The teacher ({name_of(teacher)}) has probabilities but no classes_, and predicts "
            f"labels such as {np.unique(labels)[:3].tolist()}: nobody knows which column of its "
            "probabilities is which label. Give it a classes_ attribute, or use labels='hard'."
        )
    return np.arange(n_classes)

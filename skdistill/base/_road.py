"""The road that every distiller walks: teacher, transfer set, labels.

:meth:`BaseDistiller._walk` resolves the teacher, draws the rows, has them
labelled and hands back :class:`LabelledRows`; a subclass fits its student on
them. What a parameter means is therefore decided here, once for all students.
"""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import sparse
from sklearn.utils import (
    assert_all_finite,
    check_array,
    check_consistent_length,
    check_random_state,
)
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import column_or_1d

from skdistill._rows import (
    check_rows,
    has_missing,
    like_rows,
    row_hashes,
    stack_rows,
    take_rows,
)
from skdistill._sklearn import check_sample_weight
from skdistill._validation import Instance, Number, OneOf, validate_parameters
from skdistill.base._targets import blend, own_labels, snap, warn_if_constant, warn_if_repeats
from skdistill.metrics import InSampleFidelity, fidelity_score
from skdistill.teachers._ask import Labels, ask_labels
from skdistill.teachers._cached import CachedTeacher
from skdistill.teachers._holder import TeacherHolderMixin
from skdistill.teachers._kind import is_fitted_teacher, unfrozen
from skdistill.teachers._resolve import (
    as_teacher,
    check_teacher_columns,
    resolve_teacher,
    seeded_clone,
)
from skdistill.transfer import LocalGaussianTransferSet, default_size
from skdistill.transfer._asks_teacher import asking_sets
from skdistill.transfer._base import ENOUGH_ROWS

__all__ = ["BaseDistiller", "LabelledRows", "teacher_limits"]


@dataclass(frozen=True)
class LabelledRows:
    """What a student is fitted on.

    Parameters
    ----------
    X : ndarray, csr_matrix or DataFrame of shape (n, n_features)
        Real rows first, then synthetic ones.
    labels : Labels
        The targets; probabilities where labels are soft or blended.
    sample_weight : ndarray of shape (n,) or None
        Synthetic rows weigh as much as the mean real one.
    n_real : int
        How many rows are real.

    Examples
    --------
    >>> import numpy as np
    >>> from skdistill.base import LabelledRows
    >>> from skdistill.teachers import as_teacher, ask_labels
    >>> teacher = as_teacher(lambda X: X[:, 0] > 0, kind="classifier")
    >>> X = np.array([[-1.0], [2.0], [3.0]])
    >>> labels = ask_labels(teacher, X, soft=False, classification=True)
    >>> LabelledRows(X, labels, None, n_real=3).labels.codes.tolist()
    [0, 1, 1]
    """

    X: Any
    labels: Labels
    sample_weight: np.ndarray | None
    n_real: int


def teacher_limits(tags: Any, teacher: Any) -> Any:
    """Take from a student's tags what its teacher says that it cannot read.

    Tags only tell; it is the teacher itself that refuses rows.
    """
    teacher = unfrozen(teacher)
    if hasattr(teacher, "__sklearn_tags__") and not isinstance(teacher, type):
        own = teacher.__sklearn_tags__()
        if not own.no_validation:
            tags.input_tags.allow_nan &= own.input_tags.allow_nan
            tags.input_tags.sparse &= own.input_tags.sparse
    return tags


class BaseDistiller(TeacherHolderMixin):
    """Base of all students that learn from labelled rows.

    A subclass is an estimator with the parameters ``teacher``,
    ``transfer_set``, ``alpha``, ``max_queries``, ``n_jobs`` and
    ``random_state``, and for classes ``labels``; it says its ``_kind``.

    See Also
    --------
    LabelledRows : What a subclass is handed.
    DistilledClassifier : The road with any student at its end.

    Examples
    --------
    A student that only learns what its teacher says most often:

    >>> import numpy as np
    >>> from sklearn.base import BaseEstimator, ClassifierMixin
    >>> from skdistill.base import BaseDistiller
    >>> class DistilledMajority(BaseDistiller, ClassifierMixin, BaseEstimator):
    ...     _kind = "classifier"
    ...
    ...     def __init__(self, teacher=None, *, alpha=0.0, transfer_set=None,
    ...                  max_queries=None, n_jobs=None, random_state=None):
    ...         self.teacher = teacher
    ...         self.alpha = alpha
    ...         self.transfer_set = transfer_set
    ...         self.max_queries = max_queries
    ...         self.n_jobs = n_jobs
    ...         self.random_state = random_state
    ...
    ...     def fit(self, X, y=None, sample_weight=None):
    ...         labels = self._walk(X, y, sample_weight).labels
    ...         self.classes_ = labels.classes
    ...         self.label_ = labels.classes[np.bincount(labels.codes).argmax()]
    ...         return self
    ...
    ...     def predict(self, X):
    ...         return np.full(len(X), self.label_)
    >>> X = [[-1.0], [2.0], [3.0]]
    >>> DistilledMajority(lambda X: X[:, 0] > 0).fit(X).predict(X).tolist()
    [True, True, True]
    """

    _kind: str
    transfer_set: Any
    alpha: float
    max_queries: int | None
    n_jobs: int | None
    random_state: Any

    _parameter_rules = {
        "transfer_set": [
            OneOf("auto", None),
            Instance(
                "a transfer set with fit and sample",
                lambda value: hasattr(value, "fit") and hasattr(value, "sample"),
            ),
        ],
        "alpha": [Number(0, 1)],
        "max_queries": [OneOf(None), Number(1, whole=True)],
    }

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()  # type: ignore[misc]
        teacher = self.teacher
        learns_y = teacher is None or (hasattr(teacher, "fit") and not is_fitted_teacher(teacher))
        tags.target_tags.required = learns_y
        return teacher_limits(tags, teacher)

    def _use_soft(self, teacher: Any) -> bool:
        """Whether to ask the teacher for probabilities; classifiers decide."""
        return False

    def _check_predict_rows(self, X: Any) -> Any:
        """Validate rows to predict; gaps pass where fit saw some, or all can take them."""
        tags = self.__sklearn_tags__()
        return check_rows(
            self, X, reset=False, allow_nan=self._saw_missing or tags.input_tags.allow_nan
        )

    def _walk(self, X: Any, y: Any, sample_weight: Any) -> LabelledRows:
        """Walk the road up to the labels; sets ``teacher_`` and what was asked.

        Parameters
        ----------
        X : array-like, sparse matrix or DataFrame of shape (n_samples, n_features)
        y : array-like of shape (n_samples,) or None
        sample_weight : array-like of shape (n_samples,) or None

        Returns
        -------
        rows : LabelledRows
        """
        validate_parameters(self)
        X = check_rows(self, X, reset=True)
        self._saw_missing = has_missing(X)
        teacher = None if self.teacher is None else as_teacher(self.teacher, kind=self._kind)
        y = self._check_y(X, y, teacher)
        X, y, sample_weight = _drop_weightless(X, y, sample_weight)
        rng = check_random_state(self.random_state)
        self.transfer_set_ = None
        self.n_queries_ = 0
        self._memory: CachedTeacher | None = None
        if teacher is None:
            del self._memory
            self.teacher_ = None
            self.row_hashes_ = np.sort(row_hashes(X))
            return LabelledRows(X, own_labels(y, self._kind), sample_weight, X.shape[0])

        self.teacher_ = self._resolve(teacher, X, y, sample_weight, rng)
        check_teacher_columns(self.teacher_, X, getattr(self, "feature_names_in_", None))
        everything = X
        X, y, sample_weight, n_real = self._gather(X, y, sample_weight, rng)
        # A teacher that was fitted here has seen the rows beyond the budget too.
        known = take_rows(X, slice(n_real)) if self.teacher_ is teacher else everything
        self.row_hashes_ = np.sort(row_hashes(known))
        labels = self._label(X)
        self.n_queries_ = X.shape[0] if self._memory is None else self._memory.n_queries_
        if self._memory is not None:
            self._memory.clear()  # the transfer set keeps it, but its answers have served
        del self._memory
        warn_if_constant(labels, self.teacher_)
        if n_real == X.shape[0]:
            warn_if_repeats(labels, y, self.teacher_)
        labels = blend(labels, y, self.alpha, n_real)
        if labels.targets is not None:
            labels = Labels(labels.classes, labels.codes, snap(labels.targets))
        return LabelledRows(X, labels, sample_weight, n_real)

    def _gather(
        self, X: Any, y: Any, sample_weight: Any, rng: Any
    ) -> tuple[Any, np.ndarray | None, np.ndarray | None, int]:
        """The rows that the teacher is to label: real ones within the budget, then drawn ones.

        Returns the rows, the labels y of the real ones, the weights of all, and
        how many are real.
        """
        X, y, sample_weight = self._keep_budget(X, y, sample_weight, rng)
        n_real = X.shape[0]
        synthetic = self._draw(X, rng)
        if synthetic is not None:
            X = stack_rows(X, synthetic)
            if sample_weight is not None:
                extra = np.full(X.shape[0] - n_real, sample_weight.mean())
                sample_weight = np.concatenate([sample_weight, extra])
        return X, y, sample_weight, n_real

    def _label(self, X: Any) -> Labels:
        """The teacher's labels, from memory where a transfer set has asked already."""
        classification = self._kind == "classifier"
        return ask_labels(
            self.teacher_ if self._memory is None else self._memory,
            X,
            soft=classification and self._use_soft(self.teacher_),
            classification=classification,
            n_jobs=self.n_jobs,
        )

    def _check_y(self, X: Any, y: Any, teacher: Any) -> np.ndarray | None:
        """Validate y as far as it will be read."""
        if y is None:
            if teacher is None:
                raise ValueError(
                    f"{type(self).__name__} with teacher=None learns from y itself: it requires y "
                    "to be passed, but the target y is None."
                )
            return None
        if self._kind == "classifier":
            y = column_or_1d(y, warn=True)
            assert_all_finite(y, input_name="y", estimator_name=type(self).__name__)
            check_classification_targets(y)
        else:
            y = check_array(
                y,
                ensure_2d=False,
                dtype=np.float64,
                # Missing means unlabelled, which needs a teacher to label it.
                ensure_all_finite=True if teacher is None else "allow-nan",
                input_name="y",
                estimator=self,
            )
            if y.ndim == 2 and y.shape[1] == 1:
                y = column_or_1d(y, warn=True)
        check_consistent_length(X, y)
        return y

    def _resolve(self, teacher: Any, X: Any, y: Any, sample_weight: Any, rng: Any) -> Any:
        """Return the fitted teacher; one that is unfitted learns the labelled rows."""
        if y is not None and y.dtype.kind == "f" and not is_fitted_teacher(teacher):
            labelled = ~np.isnan(y.reshape(len(y), -1)).any(axis=1)
            if not labelled.all():
                X, y = take_rows(X, labelled), y[labelled]
                sample_weight = None if sample_weight is None else sample_weight[labelled]
        seeds = None if self.random_state is None else rng
        return resolve_teacher(
            teacher, X, y, kind=self._kind, sample_weight=sample_weight, rng=seeds
        )

    def _keep_budget(self, X: Any, y: Any, sample_weight: Any, rng: Any) -> tuple[Any, Any, Any]:
        """A random part of the rows where ``max_queries`` does not reach for all."""
        if self.max_queries is None or X.shape[0] <= self.max_queries:
            return X, y, sample_weight
        kept = np.sort(rng.choice(X.shape[0], self.max_queries, replace=False))
        return (
            take_rows(X, kept),
            None if y is None else y[kept],
            None if sample_weight is None else sample_weight[kept],
        )

    def _draw(self, X: Any, rng: Any) -> Any:
        """Draw synthetic rows; None where there are none to be drawn."""
        transfer_set, n_rows = self.transfer_set, X.shape[0]
        if self.max_queries is not None and self.max_queries <= n_rows:
            return None  # nothing is left to ask about
        if isinstance(transfer_set, str):  # "auto"
            if sparse.issparse(X) or n_rows >= ENOUGH_ROWS:
                return None
            transfer_set = LocalGaussianTransferSet(n_jobs=self.n_jobs)
        if transfer_set is None:
            return None
        transfer_set = seeded_clone(transfer_set, rng)
        if not self._lend_teacher(transfer_set, X):
            return None
        transfer_set.fit(X)
        n_samples = getattr(transfer_set, "n_samples_", default_size(n_rows))
        if self.max_queries is not None:
            asked = n_rows if self._memory is None else self._memory.n_queries_
            n_samples = min(n_samples, self.max_queries - asked)
        self.transfer_set_ = transfer_set
        if n_samples <= 0:
            return None
        arguments = {}
        # KernelDensity takes its seed here and nowhere else.
        takes_seed = "random_state" in inspect.signature(transfer_set.sample).parameters
        if takes_seed and not hasattr(transfer_set, "random_state"):
            arguments["random_state"] = int(rng.randint(2**31 - 1))
        drawn = transfer_set.sample(n_samples, **arguments)
        drawn = drawn[0] if isinstance(drawn, tuple) else drawn  # GaussianMixture: (X, component)
        return like_rows(drawn, X)

    def _lend_teacher(self, transfer_set: Any, X: Any) -> bool:
        """Lend the teacher to transfer sets that ask one and have none.

        What they ask is remembered, counted, and at most half of the budget.
        Returns whether the budget allows for them.
        """
        sets = asking_sets(transfer_set)
        if not sets:
            return True
        self._memory = CachedTeacher(self.teacher_)
        self._label(X)  # so that these rows cost nothing when they are asked about again
        for part in sets:
            part.teacher = self._memory
            if self.max_queries is not None:
                left = (self.max_queries - X.shape[0]) // (2 * len(sets))
                if left < 1:
                    return False
                part.max_queries = min(part.max_queries, left)
        return True

    def _measure(self, rows: LabelledRows, answers: np.ndarray) -> InSampleFidelity:
        """In-sample fidelity of a student's answers (codes or values) on its rows."""
        labels = rows.labels
        truth: Any = labels.targets if labels.codes is None else labels.codes
        metric = "r2" if labels.codes is None else "agreement"
        if metric == "r2" and len(answers) < 2:  # R² of one row is not defined
            return InSampleFidelity(float(np.allclose(truth, answers)), metric, len(answers))
        value = fidelity_score(truth, answers, metric=metric, sample_weight=rows.sample_weight)
        return InSampleFidelity(value, metric, len(answers))


def _drop_weightless(X: Any, y: Any, sample_weight: Any) -> tuple[Any, Any, np.ndarray | None]:
    """Rows of weight zero count for nothing: not even for the columns' bounds."""
    if sample_weight is None:
        return X, y, None
    sample_weight = check_sample_weight(sample_weight, X)
    if np.all(sample_weight):
        return X, y, sample_weight
    kept = np.flatnonzero(sample_weight)
    return take_rows(X, kept), None if y is None else y[kept], sample_weight[kept]

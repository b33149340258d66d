"""What every distiller is: parameters, the teacher, and a fit on labelled rows."""

from __future__ import annotations

import warnings
from dataclasses import replace
from typing import Any

import numpy as np
from sklearn.utils import (
    assert_all_finite,
    check_array,
    check_consistent_length,
    check_random_state,
)
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import column_or_1d

from skdistill._hashes import row_hashes
from skdistill._labels import ClassLabels, Labels, Values
from skdistill._rows import check_rows, has_missing, take_rows
from skdistill._sklearn import check_sample_weight
from skdistill._validation import Instance, Number, OneOf, validate_parameters
from skdistill.base._labelled import LabelledRows
from skdistill.base._workflow import RealRows, label_rows
from skdistill.exceptions import DistillationWarning
from skdistill.metrics import InSampleFidelity, fidelity_score
from skdistill.teachers import (
    Oracle,
    TeacherHolderMixin,
    as_teacher,
    check_teacher_columns,
    is_fitted_teacher,
    name_of,
    resolve_teacher,
    unfrozen,
)

__all__ = ["BaseDistiller", "teacher_limits"]

# Of a share of decisions up to this that probabilities lose, labels="auto" takes
# no notice: that is rounding, or a tie.
_LOST_SHARE = 0.001


def teacher_limits(tags: Any, distiller: Any) -> Any:
    """Take from a student's tags what its teacher says that it cannot read.

    Tags only tell; it is the teacher itself that refuses rows. A fitted
    distiller knows them from its fit, so that predict leaves the teacher alone.
    """
    limits = vars(distiller).get("_teacher_limits")
    if limits is None:
        limits = _limits_of(unfrozen(distiller.teacher))
    allow_nan, sparse = limits
    tags.input_tags.allow_nan &= allow_nan
    tags.input_tags.sparse &= sparse
    return tags


def _limits_of(teacher: Any) -> tuple[bool, bool]:
    """Whether a teacher reads missing values, and sparse rows; what does not say so may."""
    if hasattr(teacher, "__sklearn_tags__") and not isinstance(teacher, type):
        own = teacher.__sklearn_tags__()
        if not own.no_validation:
            return own.input_tags.allow_nan, own.input_tags.sparse
    return True, True


class BaseDistiller(TeacherHolderMixin):
    """Base of all students that learn from labelled rows.

    A subclass is an estimator with the parameters ``teacher``,
    ``transfer_set``, ``alpha``, ``max_queries``, ``n_jobs`` and
    ``random_state``, and for classes ``labels``; it says its ``_kind``.

    See Also
    --------
    LabelledRows : What a subclass fits on.
    DistilledClassifier : For any student.

    Examples
    --------
    A student that only learns what its teacher predicts most often:

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
    ...         labels = self._label_rows(X, y, sample_weight).labels
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
    real_weight: float = 1.0
    labels: str = "hard"

    _parameter_rules = {
        "transfer_set": [
            OneOf("auto", None),
            Instance(
                "a transfer set with fit and sample",
                lambda value: (
                    hasattr(value, "fit")
                    and hasattr(value, "sample")
                    and not isinstance(value, type)
                ),
            ),
        ],
        "alpha": [Number(0, 1)],
        "max_queries": [OneOf(None), Number(1, whole=True)],
    }

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()  # type: ignore[misc]
        tags.target_tags.required = self._needs_y()
        return teacher_limits(tags, self)

    def _needs_y(self) -> bool:
        """Whether fit needs y; a fitted distiller remembers it, so that predict leaves it be."""
        teacher = self.teacher
        of, needed = vars(self).get("_y_needed", (self, False))
        if of is teacher:
            return bool(needed)
        return teacher is None or (hasattr(teacher, "fit") and not is_fitted_teacher(teacher))

    def __sklearn_is_fitted__(self) -> bool:
        return "row_hashes_" in vars(self)

    def _use_soft(self, teacher: Any) -> bool:
        """Whether to query the teacher for probabilities."""
        return self._kind == "classifier" and self.labels == "soft"

    def _check_predict_rows(self, X: Any) -> Any:
        """Validate rows to predict; missing values pass where fit saw some, or all take them."""
        return check_rows(self, X, reset=False, allow_nan=self._takes_missing)

    def _open(
        self, X: Any, y: Any, sample_weight: Any
    ) -> tuple[Oracle | None, RealRows, np.random.RandomState]:
        """Validate everything, and open the fitted teacher; sets ``teacher_``.

        Returns the oracle (None where the student learns from y itself), the rows
        that weigh something, and the source of random numbers.
        """
        validate_parameters(self)
        # Without the last one, a fit that fails leaves no estimator that looks fitted.
        for name in ("_teacher_limits", "_y_needed", "row_hashes_"):
            vars(self).pop(name, None)
        X = check_rows(self, X, reset=True)
        teacher = None if self.teacher is None else as_teacher(self.teacher, kind=self._kind)
        y = self._check_y(X, y, teacher)
        if sample_weight is not None:
            sample_weight = check_sample_weight(sample_weight, X)
        real = RealRows(X, y, sample_weight).weighted()
        rng = check_random_state(self.random_state)
        self.teacher_ = None
        if teacher is not None:
            self.teacher_ = self._resolve(teacher, real, rng)
            check_teacher_columns(self.teacher_, real.X, getattr(self, "feature_names_in_", None))
        self._teacher_limits = _limits_of(unfrozen(self.teacher_))
        self._y_needed = (self.teacher, self._needs_y())
        self._saw_missing = has_missing(X)
        self._takes_missing = self._saw_missing or self.__sklearn_tags__().input_tags.allow_nan
        self.transfer_set_, self.n_queries_ = None, 0
        if teacher is None:
            return None, real, rng
        oracle = Oracle(
            self.teacher_, kind=self._kind, max_queries=self.max_queries, n_jobs=self.n_jobs
        )
        return oracle, real, rng

    def _label_rows(self, X: Any, y: Any, sample_weight: Any) -> LabelledRows:
        """Return the labelled transfer set; sets what ``fit`` learns of the teacher.

        Parameters
        ----------
        X : array-like, sparse matrix or DataFrame of shape (n_samples, n_features)
        y : array-like of shape (n_samples,) or None
        sample_weight : array-like of shape (n_samples,) or None

        Returns
        -------
        rows : LabelledRows
        """
        oracle, real, rng = self._open(X, y, sample_weight)
        if oracle is None:
            assert real.y is not None
            self.row_hashes_ = np.sort(row_hashes(real.X))
            own = ClassLabels.from_decisions if self._kind == "classifier" else Values
            labels: Labels = own(real.y)
            return LabelledRows(real.X, labels, real.sample_weight, on_grid=False)
        rows, self.transfer_set_ = label_rows(
            oracle,
            real,
            self.transfer_set,
            soft=self._use_soft(self.teacher_),
            rng=rng,
            alpha=self.alpha,
            real_weight=float(self.real_weight),
        )
        self._close(oracle, real, rows)
        return self._protect_decisions(rows)

    def _close(self, oracle: Oracle, real: RealRows, rows: LabelledRows) -> None:
        """Set the number of queries, and the hashes of the rows that were seen."""
        self.n_queries_ = oracle.n_queries_
        if oracle.remembers:
            oracle.forget()  # a transfer set holds it, but the predictions have served
        # A teacher that was fitted here has seen the rows beyond the budget too.
        fitted_here = self.teacher_ is not as_teacher(self.teacher) and not is_fitted_teacher(
            self.teacher
        )
        seen = real.X if fitted_here else take_rows(rows.X, slice(rows.n_real))
        self.row_hashes_ = np.sort(row_hashes(seen))

    def _protect_decisions(self, rows: LabelledRows) -> LabelledRows:
        """Warn, or leave soft labels, where the teacher's decisions are not its probabilities'."""
        if not (isinstance(rows.teacher, ClassLabels) and rows.teacher.soft):
            return rows
        lost = float(np.mean(rows.teacher.lost_decisions()))
        if lost <= _LOST_SHARE:
            return rows
        if self.labels == "auto":
            return replace(rows, teacher=rows.teacher.hard())
        warnings.warn(
            f"On {100 * lost:.1f}% of the rows, what the teacher ({name_of(self.teacher_)}) "
            "predicts is not its most probable class (a tuned threshold, say), so soft labels "
            'lose those decisions. labels="auto" or "hard" keeps them.',
            DistillationWarning,
            stacklevel=4,
        )
        return rows

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
        checked: np.ndarray = y
        return checked

    def _resolve(self, teacher: Any, real: RealRows, rng: np.random.RandomState) -> Any:
        """Return the fitted teacher; one that is unfitted learns the labelled rows."""
        y = real.y
        if y is not None and y.dtype.kind == "f" and not is_fitted_teacher(teacher):
            labelled = ~np.isnan(y.reshape(len(y), -1)).any(axis=1)
            if not labelled.all():
                real = real.take(np.flatnonzero(labelled))
        return resolve_teacher(
            teacher,
            real.X,
            real.y,
            kind=self._kind,
            sample_weight=real.sample_weight,
            rng=None if self.random_state is None else rng,
        )

    def _measure(self, rows: LabelledRows, predicted: np.ndarray) -> InSampleFidelity:
        """In-sample fidelity of a student's predictions (codes or values) on its rows."""
        if isinstance(rows.teacher, ClassLabels):
            metric, truth = "agreement", rows.teacher.codes
        else:
            metric, truth = "r2", rows.teacher.values
        if metric == "r2" and len(predicted) < 2:  # R² of one row is not defined
            return InSampleFidelity(float(np.allclose(truth, predicted)), metric, len(predicted))
        value = fidelity_score(truth, predicted, metric=metric, sample_weight=rows.sample_weight)
        return InSampleFidelity(value, metric, len(predicted))

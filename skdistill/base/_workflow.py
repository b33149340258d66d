"""Teacher, transfer set, labels: the workflow that every distiller shares, as functions.

:func:`label_rows` draws the transfer set, has an :class:`~skdistill.teachers.Oracle`
label it, and returns :class:`LabelledRows`. What budgets, weights and failed rows
mean is decided here, once for all students.
"""

from __future__ import annotations

import inspect
import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import sparse

from skdistill._labels import ClassLabels, Labels
from skdistill._rows import ENOUGH_ROWS, default_size, like_rows, stack_rows, take_rows
from skdistill.base._labelled import LabelledRows, true_labels
from skdistill.exceptions import DistillationWarning
from skdistill.teachers import Oracle, name_of, seeded_clone

__all__ = ["RealRows", "label_rows"]


@dataclass(frozen=True)
class RealRows:
    """The user's own rows, validated.

    Parameters
    ----------
    X : ndarray, csr_matrix or DataFrame of shape (n_samples, n_features)
    y : ndarray of shape (n_samples,) or (n_samples, n_outputs), or None
    sample_weight : ndarray of shape (n_samples,) or None
    """

    X: Any
    y: np.ndarray | None = None
    sample_weight: np.ndarray | None = None

    def __len__(self) -> int:
        return int(self.X.shape[0])

    def take(self, index: np.ndarray) -> RealRows:
        """Return a part of the rows."""
        return RealRows(
            take_rows(self.X, index),
            None if self.y is None else self.y[index],
            None if self.sample_weight is None else self.sample_weight[index],
        )

    def weighted(self) -> RealRows:
        """Return the rows that weigh something: others count for nothing, not even for bounds."""
        if self.sample_weight is None or np.all(self.sample_weight):
            return self
        return self.take(np.flatnonzero(self.sample_weight))

    def within(self, max_rows: float, rng: np.random.RandomState) -> RealRows:
        """Return a random part of so many rows; all of them where there are no more."""
        if len(self) <= max_rows:
            return self
        return self.take(np.sort(rng.choice(len(self), int(max_rows), replace=False)))


def label_rows(
    oracle: Oracle,
    real: RealRows,
    transfer_set: Any,
    *,
    soft: bool,
    rng: np.random.RandomState,
    alpha: float = 0.0,
    real_weight: float = 1.0,
) -> tuple[LabelledRows, Any]:
    """Draw a transfer set and label it.

    Parameters
    ----------
    oracle : Oracle
        Over the fitted teacher, with the budget of this fit.
    real : RealRows
        A random part of them is labelled where the budget does not reach.
    transfer_set : "auto", None or transfer set
        Where synthetic rows come from; it is cloned, not changed.
    soft : bool
        Whether to query for probabilities.
    rng : RandomState
        Seeds the part and the transfer set.
    alpha : float, default=0.0
        Share of the true label in what students learn.
    real_weight : float, default=1.0
        How many synthetic rows a real one counts as.

    Returns
    -------
    rows : LabelledRows
        Rows for which the teacher failed are left out.
    transfer_set : transfer set or None
        The fitted one.

    Examples
    --------
    >>> import numpy as np
    >>> from skdistill.base import RealRows, label_rows
    >>> from skdistill.teachers import Oracle
    >>> X = np.random.default_rng(0).normal(size=(100, 2))
    >>> oracle = Oracle(lambda X: X[:, 0] > 0, kind="classifier", max_queries=150)
    >>> rows, _ = label_rows(
    ...     oracle, RealRows(X), "auto", soft=False, rng=np.random.RandomState(0))
    >>> len(rows), rows.n_real
    (150, 100)
    """
    real = real.within(oracle.left, rng)
    synthetic, fitted = _draw(oracle, real, transfer_set, soft, rng)
    X = real.X if synthetic is None else stack_rows(real.X, synthetic)
    weight = real.sample_weight
    if weight is not None and synthetic is not None:
        weight = np.concatenate([weight, np.full(X.shape[0] - len(real), weight.mean())])
    teacher, kept = oracle.label(X, soft=soft)
    n_real = len(real)
    if len(kept) < X.shape[0]:
        _warn_of_failures(oracle, X.shape[0] - len(kept), X.shape[0])
        X, weight = take_rows(X, kept), None if weight is None else weight[kept]
        n_real = int(np.searchsorted(kept, n_real))
        real = real.take(kept[:n_real])
    y, known = true_labels(real.y, teacher, alpha)
    rows = LabelledRows(X, teacher, weight, n_real, y, known, alpha, real_weight)
    _warn_if_constant(teacher, oracle.teacher)
    if n_real == len(rows):
        _warn_if_repeats(rows, real.y, oracle.teacher)
    return rows, fitted


def _draw(
    oracle: Oracle, real: RealRows, transfer_set: Any, soft: bool, rng: np.random.RandomState
) -> tuple[Any, Any]:
    """Return (synthetic rows, the fitted transfer set); None where there are none."""
    if oracle.known_rows_only and transfer_set is not None:
        warnings.warn(
            "The teacher consists of stored predictions, which exist for their own rows and no "
            "others: transfer_set draws nothing, and the student learns from the rows of X alone. "
            "Pass transfer_set=None to say so.",
            DistillationWarning,
            stacklevel=5,
        )
        return None, None
    if oracle.left <= len(real):
        return None, None  # no queries are left
    if isinstance(transfer_set, str):  # "auto"
        if sparse.issparse(real.X) or len(real) >= ENOUGH_ROWS:
            return None, None
        # Generators of transfer sets are loaded where one draws, not for every tree.
        from skdistill.transfer import LocalGaussianTransferSet

        transfer_set = LocalGaussianTransferSet(n_jobs=oracle.n_jobs)
    if transfer_set is None:
        return None, None
    transfer_set = seeded_clone(transfer_set, rng)
    if not _share_oracle(oracle, real, transfer_set, soft):
        return None, None
    transfer_set.fit(real.X)
    n_samples = getattr(transfer_set, "n_samples_", None)
    if n_samples is None:
        n_samples = default_size(len(real))
    # Real rows that were labelled for an active transfer set are paid for.
    n_samples = min(n_samples, oracle.left - (0 if oracle.n_queries_ else len(real)))
    if n_samples <= 0:
        return None, transfer_set
    arguments = {}
    # KernelDensity takes its seed here and nowhere else.
    takes_seed = "random_state" in inspect.signature(transfer_set.sample).parameters
    if takes_seed and not hasattr(transfer_set, "random_state"):
        arguments["random_state"] = int(rng.randint(2**31 - 1))
    drawn = transfer_set.sample(int(n_samples), **arguments)
    drawn = drawn[0] if isinstance(drawn, tuple) else drawn  # GaussianMixture: (X, component)
    return like_rows(drawn, real.X), transfer_set


def _share_oracle(oracle: Oracle, real: RealRows, transfer_set: Any, soft: bool) -> bool:
    """Give the oracle to active transfer sets that have no teacher of their own.

    What they query is remembered, counted, and at most half of the budget.
    Returns whether the budget allows for them.
    """
    active = _without_teacher(transfer_set)
    if not active:
        return True
    oracle.remember()
    oracle.label(real.X, soft=soft)  # so that these rows cost nothing when they are queried again
    for part in active:
        part.teacher = oracle
        if np.isfinite(oracle.left):
            left = int(oracle.left) // (2 * len(active))
            if left < 1:
                return False
            part.max_queries = min(part.max_queries, left)
    return True


def _without_teacher(transfer_set: Any) -> list[Any]:
    """Active transfer sets that were given no teacher, in a set and inside it."""
    found: list[Any] = []
    waiting, seen = [transfer_set], set()
    while waiting:
        value = waiting.pop()
        if isinstance(value, (list, tuple)):
            waiting.extend(value)
        elif hasattr(value, "sample") and hasattr(value, "get_params") and id(value) not in seen:
            seen.add(id(value))
            if getattr(value, "_queries_teacher", False) and value.teacher is None:
                found.append(value)
            waiting.extend(value.get_params(deep=False).values())
    return found


def _warn_of_failures(oracle: Oracle, n_failed: int, n_rows: int) -> None:
    warnings.warn(
        f"The teacher ({name_of(oracle.teacher)}) failed on {n_failed} of {n_rows} rows of the "
        'transfer set, which are left out (on_error="drop").',
        DistillationWarning,
        stacklevel=5,
    )


def _warn_if_constant(labels: Labels, teacher: Any) -> None:
    found = labels.targets if not isinstance(labels, ClassLabels) or labels.soft else labels.codes
    if len(labels) > 1 and np.all(found == found[:1]):
        warnings.warn(
            f"The teacher ({name_of(teacher)}) predicts the same on all {len(labels)} rows of the "
            "transfer set: there is nothing to learn from it.",
            DistillationWarning,
            stacklevel=5,
        )


def _warn_if_repeats(rows: LabelledRows, y: np.ndarray | None, teacher: Any) -> None:
    """Warn where the teacher predicts just the labels of its own training rows."""
    if y is None or len(y) < 2:
        return
    labels = rows.teacher
    predicted = labels.decisions() if isinstance(labels, ClassLabels) else labels.values
    if np.array_equal(predicted, y):
        warnings.warn(
            f"The teacher ({name_of(teacher)}) merely repeats y on all {len(y)} rows, so a student "
            "of its labels learns what it would learn from y alone. Let it label other rows: "
            'transfer_set="auto", or rows that the teacher was not fitted on.',
            DistillationWarning,
            stacklevel=5,
        )

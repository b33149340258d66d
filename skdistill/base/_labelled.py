"""Rows that a teacher has labelled: what every student is fitted on."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from skdistill._labels import ClassLabels, Labels, Values, class_codes
from skdistill._rows import take_rows

__all__ = ["LabelledRows", "snap", "true_labels"]

# The label of a row without one, where it is no class of the teacher; as in
# sklearn.semi_supervised.
UNLABELLED = -1


def snap(values: np.ndarray) -> np.ndarray:
    """Round to multiples of 2^-24 of the range, exactly representable.

    Sums of such numbers are exact, so a tree grown on them is the same for
    weighted and for repeated rows, and for rows in any order.

    Parameters
    ----------
    values : ndarray of shape (n,) or (n, n_outputs)
        Each column has its own range; one without stays as it is.

    Returns
    -------
    snapped : ndarray, float64
    """
    values = np.asarray(values, dtype=np.float64)
    spread = np.ptp(values, axis=0)
    varies = spread > np.finfo(np.float64).tiny * 2.0**24
    # The power of two next above the range, times 2^-24: divisions by it are exact.
    mantissa, exponent = np.frexp(np.where(varies, spread, 2.0**24))
    step = np.ldexp(1.0, exponent - (mantissa == 0.5) - 24)
    return np.where(varies, np.rint(values / step) * step, values)


@dataclass(frozen=True)
class LabelledRows:
    """Real and synthetic rows with the teacher's labels, and true ones where they are known.

    Parameters
    ----------
    X : ndarray, csr_matrix or DataFrame of shape (n, n_features)
        Real rows first, then synthetic ones.
    teacher : ClassLabels or Values
        What the teacher predicts; nothing is blended in.
    sample_weight : ndarray of shape (n,), default=None
        Of the rows as the user weighs them; a synthetic one weighs the mean.
    n_real : int, default=-1
        How many rows are real; -1 for all.
    y : ClassLabels or Values, default=None
        True labels, over the teacher's classes, of the rows at ``known``.
    known : ndarray of int, default=None
        Positions of the rows with a true label.
    alpha : float, default=0.0
        Share in [0, 1] of the true label in ``labels``.
    real_weight : float, default=1.0
        How many synthetic rows a real one counts as in a fit.
    on_grid : bool, default=True
        Whether ``labels`` are rounded to multiples of 2^-24 of their range, so that
        sums over rows are exact in any order. True labels alone are left as they are.

    Attributes
    ----------
    labels : ClassLabels or Values
        What a student learns: the teacher's labels with a share ``alpha`` of
        the true ones. Decisions stay the teacher's.
    weight : ndarray of shape (n,) or None
        What a row weighs in a fit: ``sample_weight``, with real rows raised by
        ``real_weight`` where there are synthetic ones; None where all weigh one.
    is_real : ndarray of shape (n,), dtype bool
        Which rows are real.

    Examples
    --------
    >>> import numpy as np
    >>> from skdistill.base import LabelledRows
    >>> from skdistill.teachers import Oracle
    >>> X = np.array([[-1.0], [2.0], [3.0]])
    >>> labels, _ = Oracle(lambda X: X[:, 0] > 0, kind="classifier").label(X)
    >>> rows = LabelledRows(X, labels, n_real=1, real_weight=2.0)
    >>> rows.labels.codes.tolist(), rows.weight.tolist()
    ([0, 1, 1], [2.0, 1.0, 1.0])
    """

    X: Any
    teacher: Labels
    sample_weight: np.ndarray | None = None
    n_real: int = -1
    y: Labels | None = None
    known: np.ndarray | None = None
    alpha: float = 0.0
    real_weight: float = 1.0
    on_grid: bool = True

    def __post_init__(self) -> None:
        if self.n_real < 0:
            object.__setattr__(self, "n_real", len(self.teacher))

    def __len__(self) -> int:
        return len(self.teacher)

    @property
    def is_real(self) -> np.ndarray:
        return np.arange(len(self)) < self.n_real

    @property
    def weight(self) -> np.ndarray | None:
        if self.real_weight == 1.0 or self.n_real == len(self):
            return self.sample_weight
        weight = np.ones(len(self)) if self.sample_weight is None else self.sample_weight.copy()
        weight[: self.n_real] *= self.real_weight
        return weight

    @cached_property
    def labels(self) -> Labels:
        teacher, y, alpha = self.teacher, self.y, self.alpha
        if isinstance(teacher, Values):
            values = teacher.values
            if alpha and isinstance(y, Values):
                values = values.astype(np.float64)
                values[self.known] += alpha * (y.values - values[self.known])
            return Values(snap(values) if self.on_grid else values)
        if alpha and isinstance(y, ClassLabels):
            mixed = teacher.distribution().copy()
            mixed[self.known] += alpha * (y.distribution() - mixed[self.known])
            teacher = teacher.with_distribution(mixed)
        if self.on_grid and teacher.proba is not None:
            return teacher.with_distribution(snap(teacher.proba))
        return teacher

    def take(self, index: np.ndarray) -> LabelledRows:
        """Return a part of the rows.

        Parameters
        ----------
        index : ndarray of int
            Positions; rising, so that real rows stay first.

        Returns
        -------
        rows : LabelledRows
            A new one.
        """
        index = np.asarray(index)
        y = known = None
        if self.y is not None:
            place = np.full(len(self), -1)
            place[self.known] = np.arange(len(self.y))
            known = np.flatnonzero(place[index] >= 0)
            y = self.y.take(place[index][known])
        return LabelledRows(
            take_rows(self.X, index),
            self.teacher.take(index),
            None if self.sample_weight is None else self.sample_weight[index],
            int(np.searchsorted(index, self.n_real)),
            y,
            known,
            self.alpha,
            self.real_weight,
            self.on_grid,
        )


def true_labels(
    y: np.ndarray | None, teacher: Labels, alpha: float
) -> tuple[Labels | None, np.ndarray | None]:
    """Return (true labels over the teacher's classes, positions of the rows that have one).

    Parameters
    ----------
    y : ndarray of shape (n_real,) or (n_real, n_outputs), or None
        -1, where it is no class, or NaN marks a row without a label.
    teacher : ClassLabels or Values
        Of the real rows and perhaps more.
    alpha : float
        Share that they will have in what is learned.

    Raises
    ------
    ValueError
        If labels are none of the teacher's classes; or of another shape, or None,
        where ``alpha`` is above zero.
    """
    if y is None:
        if alpha > 0:
            raise ValueError(f"alpha={alpha} blends true labels in, so fit needs y. Got y=None.")
        return None, None
    if isinstance(teacher, Values):
        if y.shape[1:] != teacher.values.shape[1:]:
            if alpha == 0:
                return None, None
            raise ValueError(
                f"y has shape {y.shape}, but the teacher predicts shape "
                f"{teacher.values.shape[1:]} for each row."
            )
        known = np.flatnonzero(~np.isnan(y.reshape(len(y), -1)).any(axis=1))
        return Values(y[known]), known
    known = np.arange(len(y))
    if y.dtype.kind in "iuf" and UNLABELLED not in teacher.classes:
        known = np.flatnonzero(y != UNLABELLED)
    codes = class_codes(y[known], teacher.classes, "The labels y")
    return ClassLabels(teacher.classes, codes), known

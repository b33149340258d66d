"""Losses of certificates: how far a student is from its teacher on a row.

A loss is a number in [0, 1] for each row. A *binary* one is 0 or 1 and gets an
exact bound; the others get a betting bound on their mean.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from skdistill.theory._betting import check_losses
from skdistill.theory._checks import NOT_NEGATIVE, POSITIVE, check_number

__all__ = ["ClippedError", "Disagreement", "Loss", "Tolerance", "as_loss"]


class Loss:
    """Base of the losses; compares a teacher's predictions with a student's."""

    needs_proba = False
    binary = True
    limit = 1.0  # what a loss of 1 means in the user's unit

    def rows(self, y_teacher: np.ndarray, y_student: np.ndarray) -> np.ndarray:
        """Return one loss in [0, 1] for each row; booleans where binary."""
        raise NotImplementedError

    @property
    def description(self) -> str:
        """What happens where the loss is 1, or what is averaged."""
        raise NotImplementedError


@dataclass(frozen=True)
class Disagreement(Loss):
    """Labels differ; the loss named "disagreement"."""

    def rows(self, y_teacher: np.ndarray, y_student: np.ndarray) -> np.ndarray:
        differ: np.ndarray = np.asarray(y_teacher != y_student, dtype=bool)
        return np.asarray(differ.reshape(len(y_teacher), -1).any(axis=1))

    @property
    def description(self) -> str:
        return "disagree"


@dataclass(frozen=True)
class _TotalVariation(Loss):
    """Half the absolute differences of the probabilities; named "total_variation"."""

    needs_proba = True
    binary = False

    def rows(self, y_teacher: np.ndarray, y_student: np.ndarray) -> np.ndarray:
        variation: np.ndarray = np.clip(0.5 * np.abs(y_teacher - y_student).sum(axis=1), 0.0, 1.0)
        return variation

    @property
    def description(self) -> str:
        return "the total variation"


def _distance(y_teacher: np.ndarray, y_student: np.ndarray) -> np.ndarray:
    """Absolute difference of values; the largest of several outputs."""
    for predictions in (y_teacher, y_student):
        if predictions.dtype.kind not in "fiub":
            raise ValueError(
                "Tolerance and ClippedError compare real values, but the predictions are "
                f'{predictions.dtype} labels. Use loss="disagreement".'
            )
    apart = np.abs(y_teacher.astype(np.float64) - y_student).reshape(len(y_teacher), -1)
    distance: np.ndarray = apart.max(axis=1)
    return distance


@dataclass(frozen=True)
class Tolerance(Loss):
    """Count the rows on which two values are further apart than a tolerance.

    Parameters
    ----------
    tolerance : float
        In the teacher's unit; at least 0. Of several outputs, the worst
        counts.

    See Also
    --------
    ClippedError : The mean distance.
    fidelity_certificate : Where to give it.

    Examples
    --------
    >>> import numpy as np
    >>> from skdistill.theory import Tolerance
    >>> Tolerance(5.0).rows(np.array([10.0, 20.0]), np.array([14.0, 26.0]))
    array([False,  True])
    """

    tolerance: float

    def __post_init__(self) -> None:
        check_number("tolerance", self.tolerance, NOT_NEGATIVE)

    def rows(self, y_teacher: np.ndarray, y_student: np.ndarray) -> np.ndarray:
        """Return whether values are further apart than the tolerance.

        Parameters
        ----------
        y_teacher, y_student : ndarray of shape (n,) or (n, n_outputs)
            The teacher's values and the student's.

        Returns
        -------
        losses : ndarray of shape (n,), dtype bool
            One a row.
        """
        return _distance(y_teacher, y_student) > self.tolerance

    @property
    def description(self) -> str:
        """What happens where the loss is 1."""
        return f"differ by more than {self.tolerance:g}"


@dataclass(frozen=True)
class ClippedError(Loss):
    """Average the distance of two values, counted as the limit where it is larger.

    A mean can only be certified where no single row can spoil it. Choose the
    limit by what an error costs you, or by the range of the teacher's values on
    the rows that the student was fitted on; never by looking at the errors on
    the rows of the certificate.

    Parameters
    ----------
    limit : float
        In the teacher's unit; above 0. Of several outputs, the worst counts.

    See Also
    --------
    Tolerance : The share of rows with a larger distance.
    fidelity_certificate : Where to give it.

    Examples
    --------
    >>> import numpy as np
    >>> from skdistill.theory import ClippedError
    >>> ClippedError(8.0).rows(np.array([10.0, 20.0]), np.array([14.0, 40.0]))
    array([0.5, 1. ])
    """

    limit: float
    binary = False

    def __post_init__(self) -> None:
        check_number("limit", self.limit, POSITIVE)

    def rows(self, y_teacher: np.ndarray, y_student: np.ndarray) -> np.ndarray:
        """Return the distance as a share of the limit, at most 1.

        Parameters
        ----------
        y_teacher, y_student : ndarray of shape (n,) or (n, n_outputs)
            The teacher's values and the student's.

        Returns
        -------
        losses : ndarray of shape (n,)
            One a row.
        """
        return np.minimum(_distance(y_teacher, y_student) / self.limit, 1.0)

    @property
    def description(self) -> str:
        """What is averaged."""
        return f"the absolute difference (counted as {self.limit:g} where larger)"


@dataclass(frozen=True)
class _FunctionLoss(Loss):
    """A user's own function of the predictions, bounded in the mean."""

    function: Callable[[np.ndarray, np.ndarray], Any]
    binary = False

    def rows(self, y_teacher: np.ndarray, y_student: np.ndarray) -> np.ndarray:
        losses = check_losses(self.function(y_teacher, y_student))
        if losses.shape != (len(y_teacher),):
            raise ValueError(
                f"The loss {self._name} must return one number a row, shape ({len(y_teacher)},), "
                f"but it returned shape {losses.shape}."
            )
        return losses

    @property
    def _name(self) -> str:
        return getattr(self.function, "__name__", type(self.function).__name__)

    @property
    def description(self) -> str:
        return f"the loss {self._name}"


_NAMED: dict[str, Loss] = {"disagreement": Disagreement(), "total_variation": _TotalVariation()}


def as_loss(loss: Any) -> Loss | None:
    """Turn the ``loss`` parameter of a certificate into a loss.

    Parameters
    ----------
    loss : None, str, Loss or callable

    Returns
    -------
    loss : Loss or None
        None where the predictions decide.

    Raises
    ------
    ValueError
        If it is nothing that can be counted.
    """
    if loss is None or isinstance(loss, Loss):
        return loss
    if isinstance(loss, str) and loss in _NAMED:
        return _NAMED[loss]
    if callable(loss) and not isinstance(loss, type):
        return _FunctionLoss(loss)
    raise ValueError(
        f"loss must be None, one of {sorted(_NAMED)}, Tolerance(...), ClippedError(...) or a "
        f"function of the predictions of teacher and student, got {loss!r}."
    )

"""What a teacher predicts for some rows: classes, or real values.

Two small immutable objects stand between the teacher's predictions and every
loss. Students, growers and rule learners read them; nobody else tests whether
labels are hard or soft, or builds one-hot rows.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import numpy as np

__all__ = ["ClassLabels", "Labels", "Values", "class_codes"]


def class_codes(labels: np.ndarray, classes: np.ndarray, owner: str) -> np.ndarray:
    """Return the index of each label in ``classes``.

    Parameters
    ----------
    labels : ndarray of shape (n,)
    classes : ndarray of shape (n_classes,)
        In any order, without repeats.
    owner : str
        Whose labels these are, for the message.

    Returns
    -------
    codes : ndarray of shape (n,), dtype intp

    Raises
    ------
    ValueError
        Listing the labels that are not in ``classes``.
    """
    order = np.argsort(classes, kind="stable")
    ranked = classes[order]
    try:
        place = np.minimum(np.searchsorted(ranked, labels), len(ranked) - 1)
        unknown = ranked[place] != labels
    except TypeError:  # labels of another type cannot even be compared
        unknown, place = np.ones(len(labels), dtype=bool), np.zeros(len(labels), dtype=np.intp)
    if np.any(unknown):
        raise ValueError(
            f"{owner} contain labels that the teacher does not know: "
            f"{np.unique(labels[unknown])[:10].tolist()}. Its classes are {classes.tolist()}."
        )
    return order[place]


@dataclass(frozen=True)
class ClassLabels:
    """Labels of n rows: what was predicted, and perhaps with which probabilities.

    Parameters
    ----------
    classes : ndarray of shape (n_classes,)
        The labels that may occur.
    codes : ndarray of shape (n,), dtype intp
        Index of each row's label in ``classes``: what ``predict`` returns, even
        where that is not the most probable class.
    proba : ndarray of shape (n, n_classes), default=None
        Probabilities, where labels are soft.

    Examples
    --------
    >>> import numpy as np
    >>> from skdistill._labels import ClassLabels
    >>> labels = ClassLabels(np.array(["no", "yes"]), np.array([0, 1]))
    >>> labels.distribution().tolist(), labels.decisions().tolist()
    ([[1.0, 0.0], [0.0, 1.0]], ['no', 'yes'])
    """

    classes: np.ndarray
    codes: np.ndarray
    proba: np.ndarray | None = None

    def __len__(self) -> int:
        return len(self.codes)

    @classmethod
    def from_decisions(cls, labels: Any) -> ClassLabels:
        """Make hard labels of what was predicted, with the classes that occur."""
        classes, codes = np.unique(np.asarray(labels), return_inverse=True)
        return cls(classes, codes)

    @property
    def soft(self) -> bool:
        """Whether there are probabilities."""
        return self.proba is not None

    @property
    def targets(self) -> np.ndarray:
        """What a loss compares with, of shape (n, n_classes): the distribution."""
        return self.distribution()

    def distribution(self) -> np.ndarray:
        """Return the probabilities, or one-hot rows where labels are hard."""
        return np.eye(len(self.classes))[self.codes] if self.proba is None else self.proba

    def decisions(self) -> np.ndarray:
        """Return the labels themselves, of shape (n,)."""
        labels: np.ndarray = self.classes[self.codes]
        return labels

    def take(self, index: Any) -> ClassLabels:
        """Return the labels of some rows."""
        proba = None if self.proba is None else self.proba[index]
        return replace(self, codes=self.codes[index], proba=proba)

    def concat(self, other: ClassLabels) -> ClassLabels:
        """Return these labels, then others over the same classes."""
        proba = None
        if self.soft or other.soft:
            proba = np.concatenate([self.distribution(), other.distribution()])
        return replace(self, codes=np.concatenate([self.codes, other.codes]), proba=proba)

    def hard(self) -> ClassLabels:
        """Return the same labels without probabilities."""
        return replace(self, proba=None)

    def with_distribution(self, proba: np.ndarray) -> ClassLabels:
        """Return the same decisions with other probabilities."""
        return replace(self, proba=proba)

    def softened(self, temperature: float) -> ClassLabels:
        """Return probabilities in proportion to ``proba ** (1 / temperature)``.

        That is the softmax of the logits divided by the temperature (Hinton,
        Vinyals & Dean 2015, eq. 1), since logits are log-probabilities up to a
        constant. Hard labels stay as they are.
        """
        if self.proba is None or temperature == 1:
            return self
        with np.errstate(divide="ignore"):
            logits = np.log(self.proba) / temperature
        powers = np.exp(logits - logits.max(axis=1, keepdims=True))
        return replace(self, proba=powers / powers.sum(axis=1, keepdims=True))

    def recoded(self, classes: np.ndarray) -> ClassLabels:
        """Return the same labels over a larger set of classes that contains these."""
        place = class_codes(self.classes, classes, "The teacher's predictions")
        proba = None
        if self.proba is not None:
            proba = np.zeros((len(self), len(classes)))
            proba[:, place] = self.proba
        return ClassLabels(classes, place[self.codes], proba)

    def lost_decisions(self) -> np.ndarray:
        """Return which rows' label is not a most probable class; a tie loses nothing."""
        if self.proba is None:
            return np.zeros(len(self), dtype=bool)
        own = self.proba[np.arange(len(self)), self.codes]
        # Probabilities in single precision tie up to their rounding.
        lost: np.ndarray = own < self.proba.max(axis=1) - 1e-6
        return lost


@dataclass(frozen=True)
class Values:
    """Real values of n rows.

    Parameters
    ----------
    values : ndarray of shape (n,) or (n, n_outputs)

    Examples
    --------
    >>> import numpy as np
    >>> from skdistill._labels import Values
    >>> Values(np.array([1.0, 2.0])).take([1]).targets.tolist()
    [[2.0]]
    """

    values: np.ndarray
    classes = None  # so that `plain_tree` and others take labels of either kind

    def __len__(self) -> int:
        return len(self.values)

    @property
    def targets(self) -> np.ndarray:
        """What a loss compares with, of shape (n, n_outputs)."""
        return self.values.reshape(len(self.values), -1)

    def take(self, index: Any) -> Values:
        """Return the values of some rows."""
        return Values(self.values[index])

    def concat(self, other: Values) -> Values:
        """Return these values, then others."""
        return Values(np.concatenate([self.values, other.values]))


Labels: TypeAlias = ClassLabels | Values

"""Labelled rows as a search over conjunctions reads them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from skdistill._labels import ClassLabels, Labels
from skdistill.base import LabelledRows
from skdistill.trees import scale_values

__all__ = ["Pool", "same_classes"]


@dataclass(frozen=True)
class Pool:
    """Encoded rows with their labels and weights.

    Parameters
    ----------
    X : ndarray of shape (n, n_features), dtype float32
    targets : ndarray of shape (n, n_targets)
        Label distributions, or values: what the search compares.
    labels : ClassLabels or Values
        What the teacher predicts: what fidelity is measured against.
    weight : ndarray of shape (n,)
    """

    X: np.ndarray
    targets: np.ndarray
    labels: Labels
    weight: np.ndarray

    @classmethod
    def of_rows(cls, rows: LabelledRows, encoded: np.ndarray) -> Pool:
        """Return labelled rows, encoded as a tree reads them."""
        weight = np.ones(len(rows)) if rows.weight is None else rows.weight
        return cls(encoded, rows.labels.targets, rows.teacher, weight)

    def __len__(self) -> int:
        return len(self.X)

    def take(self, index: np.ndarray) -> Pool:
        """Return the rows at ``index``."""
        return Pool(self.X[index], self.targets[index], self.labels.take(index), self.weight[index])

    def replace(self, fixed: dict[int, bool], fresh: Pool, mass: float, middle: float) -> Pool:
        """Put fresh rows in the place of those of a subcube.

        Parameters
        ----------
        fixed : dict of int to bool
            The subcube: columns that are low (True) or high (False).
        fresh : Pool
            Rows drawn in it.
        mass : float
            Their weight in all: the subcube's share of the weight of the cube.
        middle : float
            Half-way between the two values of a column.
        """
        held = np.ones(len(self), dtype=bool)
        for column, low in fixed.items():
            held &= (self.X[:, column] <= middle) == low
        rest = self.take(np.flatnonzero(~held))
        return Pool(
            np.concatenate([rest.X, fresh.X]),
            np.concatenate([rest.targets, fresh.targets]),
            rest.labels.concat(fresh.labels),  # type: ignore[arg-type]
            np.concatenate([rest.weight, np.full(len(fresh), mass / len(fresh))]),
        )

    def scaled_targets(self) -> np.ndarray:
        """Targets with values between 0 and 1, so that their squares lose no digits."""
        return self.targets if isinstance(self.labels, ClassLabels) else scale_values(self.targets)

    def scaled_weight(self) -> np.ndarray:
        """Weights about one, so that their unit does not matter; integers as they are.

        Sums of integers are exact, so a weight equals repetition.
        """
        integers = np.array_equal(self.weight, np.rint(self.weight))
        return self.weight if integers else self.weight / np.median(self.weight)

    def labelled(self) -> LabelledRows:
        """Return the same rows as measures of fidelity take them."""
        uniform = bool(np.all(self.weight == 1.0))
        return LabelledRows(self.X, self.labels, None if uniform else self.weight)


def same_classes(labels: Labels, like: Labels) -> Labels:
    """Return further labels over the classes of the first ones.

    A teacher without ``classes_`` has, in each batch of labels, the classes that
    occur there.

    Parameters
    ----------
    labels : ClassLabels or Values
        The further ones.
    like : ClassLabels or Values
        The first ones.

    Raises
    ------
    ValueError
        If there is a class that the first labels do not have.
    """
    if not isinstance(labels, ClassLabels) or not isinstance(like, ClassLabels):
        return labels
    new = np.setdiff1d(labels.classes, like.classes)
    if len(new):
        raise ValueError(
            f"The teacher predicts {new[:10].tolist()} in a subcube, but never did on the first "
            "rows. Name all its classes: "
            'CallableTeacher(function, output="label", classes=...).'
        )
    return labels.recoded(like.classes)

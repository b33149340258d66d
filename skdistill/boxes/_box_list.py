"""Boxes in order, each with a class: what they predict, and what a change would gain."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from skdistill.boxes._binned import BinnedRows
from skdistill.boxes._climb import Box, covered

__all__ = ["BoxList", "Limits"]


@dataclass(frozen=True)
class Limits:
    """How long a list may be, and what its conditions cost.

    Parameters
    ----------
    max_rules : int
        Maximum number of rules, the default among them.
    max_length : int
        Maximum number of conditions of a rule.
    max_conditions : int
        Maximum number of conditions in all.
    cost : float
        Weight of the rows that a condition must set right to be worth its place.
    """

    max_rules: int
    max_length: int
    max_conditions: int
    cost: float


class BoxList:
    """Boxes of which the first that covers a row predicts its class, and a default.

    Parameters
    ----------
    rows : BinnedRows
    limits : Limits
    default : int
        The class of rows in no box.

    Attributes
    ----------
    boxes : list of Box
    labels : list of int
        The class of each.
    covers : ndarray of bool of shape (n_boxes, n_rows)
    default : int
    """

    def __init__(self, rows: BinnedRows, limits: Limits, default: int):
        self.rows, self.limits, self.default = rows, limits, default
        self.boxes: list[Box] = []
        self.labels: list[int] = []
        self.covers = np.zeros((0, len(rows.mass)), dtype=bool)

    def __len__(self) -> int:
        return len(self.boxes)

    def copy(self) -> BoxList:
        """The same list, to be changed apart from this one."""
        twin = BoxList(self.rows, self.limits, self.default)
        twin.take_over(self)
        return twin

    def take_over(self, other: BoxList) -> None:
        """Become a copy of another list."""
        self.boxes, self.labels = list(other.boxes), list(other.labels)
        self.covers, self.default = other.covers.copy(), other.default

    def put(self, place: int, box: Box, label: int) -> None:
        """Replace the box at a place."""
        self.boxes[place], self.labels[place] = box, label
        self.covers[place] = covered(self.rows.codes, self.rows.n_bins, box)

    def insert(self, place: int, box: Box, label: int) -> None:
        """Put a box in front of the one at a place."""
        self.boxes.insert(place, box)
        self.labels.insert(place, label)
        inside = covered(self.rows.codes, self.rows.n_bins, box)
        self.covers = np.insert(self.covers, place, inside, axis=0)

    def remove(self, place: int) -> None:
        """Take a box away."""
        del self.boxes[place], self.labels[place]
        self.covers = np.delete(self.covers, place, axis=0)

    def arrange(self, order: list[int]) -> None:
        """Put the boxes into another order."""
        self.boxes = [self.boxes[k] for k in order]
        self.labels = [self.labels[k] for k in order]
        self.covers = self.covers[order]

    def first(self) -> np.ndarray:
        """Place of the first box that covers each row; the number of boxes for the default."""
        return _first(self.covers)

    def agreement(self, order: list[int] | None = None) -> float:
        """Weight of the rows whose label is predicted, also with the boxes in another order."""
        covers = self.covers if order is None else self.covers[order]
        labels = self.labels if order is None else [self.labels[k] for k in order]
        predicted = np.array([*labels, self.default])[_first(covers)]
        return float(self.rows.mass[np.arange(len(predicted)), predicted].sum())

    def worth(self) -> float:
        """Agreement, less what the conditions cost."""
        return self.agreement() - self.limits.cost * sum(map(len, self.boxes))

    def longest(self, without: int | None = None) -> int:
        """Conditions that one more box may have, or one in the place of another."""
        lengths = [len(box) for k, box in enumerate(self.boxes) if k != without]
        return min(self.limits.max_length, self.limits.max_conditions - sum(lengths))

    def gain_at(self, place: int, *, instead: bool) -> tuple[np.ndarray, np.ndarray]:
        """Return what it would gain to cover the rows that reach a place.

        Parameters
        ----------
        place : int
        instead : bool
            Whether the box there is replaced.

        Returns
        -------
        rows : ndarray of int of shape (n_reaching,)
        gain : ndarray of shape (n_reaching, n_classes)
            Of each row, if a box here predicted each class instead of what the
            boxes behind it, or the default, predict.
        """
        rows = np.flatnonzero(~self.covers[:place].any(axis=0))
        behind = slice(place + instead, None)
        labels = np.array([*self.labels[behind], self.default])
        predicted = labels[_first(self.covers[behind][:, rows])]
        mass = self.rows.mass[rows]
        return rows, mass - mass[np.arange(len(rows)), predicted][:, np.newaxis]

    def contributions(self) -> np.ndarray:
        """What each box adds to the worth of the list, of shape (n_boxes,)."""
        worth = []
        for place, (box, label) in enumerate(zip(self.boxes, self.labels, strict=True)):
            rows, gain = self.gain_at(place, instead=True)
            inside = self.covers[place][rows]
            worth.append(gain[inside, label].sum() - self.limits.cost * len(box))
        return np.array(worth)

    def mass_by_box(self) -> np.ndarray:
        """Weight of each class among the rows of which each box, or the default, is the first.

        Returns
        -------
        mass : ndarray of shape (n_boxes + 1, n_classes)
        """
        first, mass = self.first(), self.rows.mass
        counts = [np.bincount(first, column, minlength=len(self) + 1) for column in mass.T]
        return np.column_stack(counts)


def _first(covers: np.ndarray) -> np.ndarray:
    """Which row of covers is the first True one in each column; their number where none is."""
    if not len(covers):
        return np.zeros(covers.shape[1], dtype=np.intp)
    return np.where(covers.any(axis=0), np.argmax(covers, axis=0), len(covers))

"""Rows as a search over trees reads them: binned, with the loss of every prediction."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from skdistill._lattice import leaf_error
from skdistill.base import snap
from skdistill.trees._binned_tree import BinnedTree
from skdistill.trees._bins import MISSING, BinnedRows
from skdistill.trees._growth import GrowthTask, Limits
from skdistill.trees._monotone import is_monotone
from skdistill.trees._scale import scale_values
from skdistill.trees._subtrees import Subtrees

__all__ = ["Cut", "SearchRows"]

# Histogram entries computed at a time.
_BATCH = 200_000


@dataclass(frozen=True)
class Cut:
    """A split, and what it would change.

    Parameters
    ----------
    value : float
        Loss of the rows that go left, less their loss if they went right.
    feature, cut : int
    missing_left : bool
    """

    value: float
    feature: int
    cut: int
    missing_left: bool


class SearchRows:
    """What a search over trees needs of the rows.

    Parameters
    ----------
    task : GrowthTask
        Its X are binned rows as numbers.
    bins : BinnedRows
        The same rows.

    Attributes
    ----------
    limits : Limits
    total : float
        Error of a tree that is one leaf.
    """

    def __init__(self, task: GrowthTask, bins: BinnedRows):
        self.task, self.bins = task, bins
        self.limits: Limits = task.limits
        targets = task.targets if task.classification else scale_values(snap(task.targets))
        weight = task.weight
        self._targets, self._weight = targets, weight
        weighted = targets * weight[:, np.newaxis]
        self._columns = np.column_stack([weight, (weighted * targets).sum(axis=1), weighted])
        # Loss of each row under each class; values have too many predictions for a table.
        self._loss = np.ascontiguousarray((weight[:, np.newaxis] - weighted).T)
        self._legal = _legal_cuts(bins)
        self._scratch = np.empty(len(weight))
        self.index = np.arange(len(weight))
        self.total = float(self.errors(self._columns.sum(axis=0)[np.newaxis])[0])
        self.slack = 1e-9 * max(self.total, np.finfo(float).tiny)

    def some(self, rows: np.ndarray, share: float) -> np.ndarray:
        """Draw a share of some rows, so that equal rows are drawn together.

        A row of weight two is thus drawn as two equal rows are.
        """
        rng = self.task.rng
        words = rng.randint(1, 2**31 - 1, size=(2, len(self.bins.codes)))
        keys = np.zeros((2, len(rows)), dtype=np.int64)
        for column, pair in zip(self.bins.codes, words.T, strict=True):
            keys += pair[:, np.newaxis] * (column[rows] + 1)
        # Two sums that a small change of one code scrambles.
        mixed = (keys[0] ^ (keys[1] * 0x5851F42D4C957F2D)) >> 11
        return np.asarray(rows[(mixed & 0xFFFFF) < share * 2**20])

    def errors(self, sums: np.ndarray) -> np.ndarray:
        """Error of some leaves by their sums of shape (n, 2 + n_targets)."""
        return leaf_error(sums.T, self.task.classification)

    def sums(self, rows: np.ndarray) -> np.ndarray:
        """Weight, weighted squared norm of the targets, and weighted targets of some rows."""
        return np.asarray(self._columns[rows].sum(axis=0))

    def alike(self, rows: np.ndarray) -> bool:
        """Whether no column distinguishes some rows from one another."""
        codes = self.bins.codes
        return len(rows) == 0 or all((column[rows] == column[rows[0]]).all() for column in codes)

    def prediction(self, rows: np.ndarray) -> int | np.ndarray:
        """What a leaf that holds some rows predicts: a class, or values."""
        sums = self.sums(rows)
        return int(sums[2:].argmax()) if self.task.classification else sums[2:] / sums[0]

    def predictions(
        self, tree: BinnedTree, reached: dict[int, np.ndarray]
    ) -> dict[int, int | np.ndarray]:
        """What every leaf that some rows reach predicts."""
        return {
            node: self.prediction(rows)
            for node, rows in reached.items()
            if tree.left[node] == -1 and len(rows)
        }

    def losses(
        self,
        tree: BinnedTree,
        root: int,
        rows: np.ndarray,
        predictions: dict[int, int | np.ndarray],
    ) -> np.ndarray:
        """Loss of each of some rows if it went down from a root."""
        for node, here in tree.rows_by_node(self.bins, rows, root).items():
            if tree.left[node] != -1:
                continue
            prediction = predictions[node]
            if self.task.classification:
                self._scratch[here] = self._loss[prediction][here]
            else:
                apart = ((self._targets[here] - prediction) ** 2).sum(axis=1)
                self._scratch[here] = self._weight[here] * apart
        return self._scratch.take(rows)

    def cuts(self, rows: np.ndarray, gain: np.ndarray) -> Iterator[Cut]:
        """Yield the best cut of every column, best column first.

        O(rows with a gain * columns) time.

        Parameters
        ----------
        rows : ndarray of int
        gain : ndarray of shape (len(rows),)
            What a row adds to the value of a cut if it goes left.
        """
        care = np.flatnonzero(gain)
        codes, gain = self.bins.codes, gain[care]
        rows, n_columns = rows[care], len(codes)
        held = np.empty((n_columns, MISSING + 1))
        step = max(1, _BATCH // max(1, len(rows)))
        for start in range(0, n_columns, step):
            part = codes[start : start + step, rows].astype(np.intp)
            part += (MISSING + 1) * np.arange(len(part))[:, np.newaxis]
            flat = np.bincount(
                part.ravel(), np.tile(gain, len(part)), minlength=len(part) * (MISSING + 1)
            )
            held[start : start + step] = flat.reshape(len(part), MISSING + 1)
        along = np.cumsum(held[:, :MISSING], axis=1)
        # Sums in another order are not to decide between equals.
        value = np.stack([along, along + held[:, MISSING:]], axis=1)
        value = np.round(value / self.slack) * self.slack
        value[~self._legal] = np.inf
        least = value.min(axis=(1, 2))
        for column in np.argsort(least, kind="stable").tolist():
            if least[column] < np.inf:
                missing_left, cut = _middle(value[column])
                yield Cut(float(least[column]), column, cut, missing_left)

    def most_go_left(self, feature: int, cut: int, rows: np.ndarray) -> bool:
        """Whether more than half of the weight of some rows is at most at a cut."""
        goes = self.bins.codes[feature][rows] <= cut
        return bool(2.0 * self._weight[rows[goes]].sum() > self._weight[rows].sum())

    def place_missing(self, tree: BinnedTree, rows: np.ndarray) -> None:
        """Send missing values with the larger part where CART saw none in a node.

        CART counts rows there; weights make a row of weight two two equal rows.

        Parameters
        ----------
        tree : BinnedTree
            Changed.
        rows : ndarray of int
            Those that CART saw.
        """
        for node, here in tree.rows_by_node(self.bins, rows).items():
            feature = tree.feature[node]
            if tree.left[node] != -1 and not (self.bins.codes[feature][here] == MISSING).any():
                tree.missing_left[node] = self.most_go_left(feature, tree.cut[node], here)

    def error(self, tree: BinnedTree) -> float:
        """Error of a tree, of any shape."""
        reached = tree.rows_by_node(self.bins, self.index)
        leaves = [rows for node, rows in reached.items() if tree.left[node] == -1]
        return float(self.errors(np.array([self.sums(rows) for rows in leaves])).sum())

    def without(self, held: np.ndarray) -> SearchRows:
        """Return the rows but for some."""
        kept = np.setdiff1d(self.index, held)
        return SearchRows(self.task.take(kept), self.bins.take(kept))

    def error_on(self, rows: np.ndarray, tree: BinnedTree, search: SearchRows) -> float:
        """Error on some rows of a tree that predicts what is best on another search's rows."""
        predictions = search.predictions(tree, tree.rows_by_node(search.bins, search.index))
        return float(self.losses(tree, 0, rows, predictions).sum())

    def is_monotone(self, tree: BinnedTree) -> bool:
        """Whether a tree keeps to the constraints on the direction of its predictions."""
        if self.limits.monotonic is None:
            return True
        reached = tree.rows_by_node(self.bins, self.index)
        predictions = [0.0] * len(tree.left)
        for node, rows in reached.items():
            if tree.left[node] == -1:
                sums = self.sums(rows)
                predictions[node] = float(sums[-1] / sums[0])  # of two classes, the second
        return is_monotone(
            tree.left, tree.right, tree.feature, tree.cut, predictions, self.limits.monotonic
        )

    def prune(self, tree: BinnedTree, max_leaves: int) -> float:
        """Cut a tree back to its best subtree with at most so many leaves; returns its error."""
        reached = tree.rows_by_node(self.bins, self.index)
        order = list(reached)
        sums = np.zeros((len(tree.left), self._columns.shape[1]))
        counts = np.zeros(len(tree.left))
        for node in reversed(order):
            counts[node] = len(reached[node])
            if tree.left[node] == -1:
                sums[node] = self.sums(reached[node])
            else:
                sums[node] = sums[tree.left[node]] + sums[tree.right[node]]
        error = self.errors(sums)
        error[self.limits.too_small(counts, sums[:, 0]) | (counts == 0)] = np.inf
        error[0] = error[0] if np.isfinite(error[0]) else self.total
        for node in order:
            if counts[node] < self.limits.split_rows:
                tree.cut_off(node)
        order = tree.order()
        subtrees = Subtrees(tree.left, tree.right, order, error.tolist(), max_leaves)
        kept = set(subtrees.inner(max_leaves))
        for node in order:
            if node not in kept:
                tree.cut_off(node)
        return float(subtrees.error[-1])


def _legal_cuts(bins: BinnedRows) -> np.ndarray:
    """Which cuts of a column leave something on both sides: (n_features, missing left?, cut)."""
    count = np.array([len(thresholds) for thresholds in bins.thresholds])
    between = np.arange(MISSING) < count[:, np.newaxis]
    legal = np.stack([between, between & bins.missing[:, np.newaxis]], axis=1)
    legal[:, 0, MISSING - 1] |= bins.missing  # the known from the missing
    return legal


def _middle(value: np.ndarray) -> tuple[bool, int]:
    """The middle of the first run of least values: (missing left?, cut).

    Parameters
    ----------
    value : ndarray of shape (2, n_cuts)
    """
    side = int(np.argmin(value.min(axis=1)))
    equal = np.flatnonzero(value[side] == value[side].min())
    run = equal[: 1 + np.flatnonzero(np.diff(equal, append=-1) != 1)[0]]
    return bool(side), int(run[len(run) // 2])

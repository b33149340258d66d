"""A lattice of conjunctions: what a beam search keeps of all possible trees.

Level w holds conjunctions of w literals. Each is split by the few literals
that score best: by how linearly a model represents the two children, or by how
pure these are under the labels. Equal conjunctions, reached in another order,
are one. :mod:`skdistill._lattice._best_trees` then finds the best trees within.

Only the rows of a conjunction are touched: sums over those that satisfy a
literal give all literals and both children, since the right child holds what
the left one leaves. Expanding thus costs O(expanded * rows in parent *
(rank + classes) * literals), never a pass over all conjunctions.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from skdistill._lattice._problem import TINY, Problem, impurity, leaf_error

__all__ = ["Lattice", "Level"]

# Numbers held at a time while conjunctions of a level are scored together.
_BATCH = 5_000_000


@dataclass
class Level:
    """Conjunctions of one length, and how they are split.

    Attributes
    ----------
    rows : list of ndarray
        Rows on which each conjunction is true.
    error : list of float
        Error of each as a leaf.
    ranked : dict of int to tuple of two ndarrays of shape (n_ranked, 3)
        Of a conjunction that was scored: literals, best first, by probe
        residual and by impurity, each with the errors of both children.
    width : dict of int to int
        How many times the usual number of splits it may have.
    splits : dict of int to dict of int to pair
        By conjunction and literal: the places of left and right child in the
        next level. The children of the last splits are always leaves: there it
        is their errors.
    """

    rows: list[np.ndarray] = field(default_factory=list)
    error: list[float] = field(default_factory=list)
    ranked: dict[int, tuple[np.ndarray, np.ndarray]] = field(default_factory=dict)
    width: dict[int, int] = field(default_factory=dict)
    splits: dict[int, dict[int, tuple]] = field(default_factory=dict)
    _place: dict[int, int] = field(default_factory=dict)


class Lattice:
    """Conjunctions, level by level, and the splits between them.

    Parameters
    ----------
    problem : Problem
    depth : int
        The longest conjunctions.
    n_probe, n_label : int
        Splits kept of each conjunction by probe residual, and by impurity.
    min_leaf : float
        Minimum weight of a child, which has at least one row.
    max_frontier : int
        Maximum number of conjunctions expanded at a level: those of largest error.
    max_width : int
        Maximum multiple of the usual number of splits.
    rng : Generator
        For the hashes by which equal sets of rows are recognised.

    Attributes
    ----------
    levels : list of Level
        ``depth`` of them.
    n_probes : int
        Conjunctions whose residual was computed.
    """

    def __init__(
        self,
        problem: Problem,
        *,
        depth: int,
        n_probe: int,
        n_label: int,
        min_leaf: float = 0.0,
        max_frontier: int = 2_000,
        max_width: int = 8,
        rng: np.random.Generator,
    ):
        self.problem, self.depth = problem, depth
        probes = problem.basis.shape[1] > 0
        self.n_probe, self.n_label = (n_probe, n_label) if probes else (0, n_probe + n_label)
        self.max_frontier = max_frontier
        self._most = max_width * max(self.n_probe, self.n_label)
        self._words = rng.integers(1, 2**63, size=len(problem.weight), dtype=np.uint64)
        weighted = problem.targets * problem.weight[:, np.newaxis]
        square = (weighted * problem.targets).sum(axis=1)
        self._labels = np.column_stack([problem.weight, square, weighted])
        if np.isin(self._labels, (0.0, 1.0)).all():  # sums of these are exact up to 2^24 rows
            self._labels = self._labels.astype(np.float32)
        self._basis = problem.basis.astype(np.float32)
        self._total = float(problem.weight.sum())
        # A child has at least one row; sums are rounded.
        lightest = max(float(problem.weight.min()), TINY * self._total)
        self._least = max(min_leaf, lightest) * (1.0 - 1e-6)
        self.levels = [Level() for _ in range(depth)]
        self.n_probes = 0
        rows = np.arange(len(problem.weight))
        sums = self._labels.sum(axis=0, dtype=np.float64)[:, np.newaxis]
        self._add(0, rows, float(leaf_error(sums, problem.classification)[0]))

    def grow(self) -> None:
        """Expand every conjunction to its width, from the root down."""
        if not len(self.problem.literals):
            return
        for level, here in enumerate(self.levels):
            error = np.array(here.error)
            impure = np.flatnonzero(error > TINY * self._total)
            if len(impure) > self.max_frontier:
                impure = impure[np.argsort(-error[impure], kind="stable")[: self.max_frontier]]
            last = level + 1 == self.depth
            fresh = [k for k in impure.tolist() if k not in here.ranked]
            for batch in self._batches([here.rows[k] for k in fresh], last):
                nodes = fresh[batch]
                if last:
                    self._split_last(nodes)
                else:
                    self._rank(level, nodes)
            if not last:
                for k in impure.tolist():
                    self._split(level, k)

    def widen(self, nodes: list[tuple[int, int]]) -> bool:
        """Double the splits of some conjunctions; returns whether there is anything to add."""
        more = False
        for level, k in nodes:
            here = self.levels[level]
            if level + 1 < self.depth and k in here.ranked:
                here.width[k] = 2 * here.width.get(k, 1)
                more |= len(here.splits[k]) < max(map(len, here.ranked[k]))
        return more

    def _batches(self, groups: list[np.ndarray], last: bool) -> Iterator[slice]:
        """Cut conjunctions into slices that are scored together."""
        width = self._labels.shape[1] + (0 if last or not self.n_probe else self._basis.shape[1])
        columns = len(self.problem.literals.first)
        cost = np.array([width * len(self.problem.literals) + columns * len(g) for g in groups])
        part = np.cumsum(cost) // _BATCH
        starts = np.flatnonzero(np.diff(part, prepend=-1))
        stops = np.append(starts[1:], len(groups))[: len(starts)]
        for start, stop in zip(starts.tolist(), stops.tolist(), strict=True):
            yield slice(start, stop)

    def _add(self, level: int, rows: np.ndarray, error: float) -> int:
        """Place of a conjunction, given by its rows; made where it is new."""
        here = self.levels[level]
        key = int(self._words[rows].sum(dtype=np.uint64))
        place = here._place.setdefault(key, len(here.rows))
        if place == len(here.rows):
            here.rows.append(rows)
            here.error.append(error)
        return place

    def _split(self, level: int, k: int) -> None:
        """Split a conjunction by its best literals, as many as its width allows."""
        here, rows = self.levels[level], self.levels[level].rows[k]
        splits, width = here.splits.setdefault(k, {}), here.width.get(k, 1)
        for order, count in zip(here.ranked[k], (self.n_probe, self.n_label), strict=True):
            for literal, *errors in order[: count * width].tolist():
                literal = int(literal)
                if literal not in splits:
                    left = self.problem.incidence.satisfied(rows, literal)
                    splits[literal] = (
                        self._add(level + 1, rows[left], errors[0]),
                        self._add(level + 1, rows[~left], errors[1]),
                    )

    def _rank(self, level: int, nodes: list[int]) -> None:
        """Rank the literals of some conjunctions, by probe residual and by impurity.

        Each column is ranked by its best literal alone, since neighbouring
        thresholds are near copies.
        """
        here = self.levels[level]
        groups = [here.rows[k] for k in nodes]
        left, right, legal = self._children(groups)
        errors = [leaf_error(child, self.problem.classification) for child in (left, right)]
        by_probe = by_label = [np.empty((0, 3))] * len(nodes)
        if self.n_label:
            by_label = self._best_by_column(impurity(left) + impurity(right), legal, errors)
        if self.n_probe:
            self.n_probes += 2 * int(legal.sum())
            share = self._residual_share(groups, left[:, 0], right[:, 0])
            by_probe = self._best_by_column(share, legal, errors)
        here.ranked.update(zip(nodes, zip(by_probe, by_label, strict=True), strict=True))

    def _children(self, groups: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Label sums of both children by every literal, and which splits are legal.

        Of shapes (n_groups, 2 + n_targets, n_literals), twice, and
        (n_groups, n_literals).
        """
        left = self.problem.incidence.sums(groups, self._labels)
        right = self._totals(groups, self._labels) - left
        return left, right, (left[:, 0] >= self._least) & (right[:, 0] >= self._least)

    def _totals(self, groups: list[np.ndarray], values: np.ndarray) -> np.ndarray:
        sums = [values[rows].sum(axis=0, dtype=np.float64) for rows in groups]
        return np.stack(sums)[:, :, np.newaxis]

    def _residual_share(
        self, groups: list[np.ndarray], left: np.ndarray, right: np.ndarray
    ) -> np.ndarray:
        """Residual over variance of the two children by every literal, taken together.

        Parameters
        ----------
        groups : list of ndarray
            Rows of the conjunctions.
        left, right : ndarray of shape (n_groups, n_literals)
            Weights of the children.
        """
        here = self.problem.incidence.sums(groups, self._basis)
        rest = self._totals(groups, self._basis) - here
        explained = np.einsum("kij,kij->kj", here, here) + np.einsum("kij,kij->kj", rest, rest)
        variance = left - left**2 / self._total + right - right**2 / self._total
        share: np.ndarray = 1.0 - explained / np.maximum(variance, TINY)
        return share

    def _best_by_column(
        self, score: np.ndarray, legal: np.ndarray, errors: list[np.ndarray]
    ) -> list[np.ndarray]:
        """The best legal literal of each column, best column first, for each conjunction.

        As rows (literal, error of the left child, error of the right one).
        """
        # Rounded, so that the order of a sum does not decide between equals.
        score = np.round(np.where(legal, score, np.inf), 6)
        first, n_literals = self.problem.literals.first, score.shape[1]
        each = np.arange(len(score))[:, np.newaxis]
        best = np.broadcast_to(np.arange(n_literals), score.shape)
        if len(first) < n_literals:
            count = np.diff(first, append=n_literals)
            least = np.repeat(np.minimum.reduceat(score, first, axis=1), count, axis=1)
            equal = score == least
            # Of equals the middle one, which is farthest from the values on either side.
            rank = np.cumsum(equal, axis=1)
            start = np.repeat(rank[:, first] - equal[:, first], count, axis=1)
            size = np.repeat(np.add.reduceat(equal, first, axis=1), count, axis=1)
            middle = equal & (rank - start == (size + 1) // 2)
            best = np.nonzero(middle)[1].reshape(len(score), len(first))
        order = np.argsort(score[each, best], axis=1, kind="stable")
        # The widest beam keeps no more than these.
        best = best[each, order[:, : self._most]]
        found = np.stack([best, errors[0][each, best], errors[1][each, best]], axis=2)
        known = np.isfinite(score[each, best])
        return [rows[keep] for rows, keep in zip(found, known, strict=True)]

    def _split_last(self, nodes: list[int]) -> None:
        """Split conjunctions into two leaves, by the literal of least error.

        No score is needed here: leaves have exact errors. Of literals of equal
        error the best represented one is taken, or the purest.
        """
        here = self.levels[-1]
        groups = [here.rows[k] for k in nodes]
        left, right, legal = self._children(groups)
        errors = [leaf_error(child, self.problem.classification) for child in (left, right)]
        total = np.round(np.where(legal, errors[0] + errors[1], np.inf), 6)
        least = total.min(axis=1, keepdims=True)
        tied = (total == least) & legal
        score = np.round(impurity(left) + impurity(right), 6)
        if self.n_probe:
            for i in np.flatnonzero(tied.sum(axis=1) > 1).tolist():
                self.n_probes += 2 * int(tied[i].sum())
                share = self._residual_share(groups[i : i + 1], left[[i], 0], right[[i], 0])
                score[i] = np.round(share[0], 6)
        score[~tied] = np.inf
        for i, k in enumerate(nodes):
            here.ranked[k] = (np.empty((0, 3)), np.empty((0, 3)))
            if not tied[i].any():
                continue
            best = np.flatnonzero(score[i] == score[i].min())
            best = best[
                self.problem.literals.feature[best] == self.problem.literals.feature[best[0]]
            ]
            literal = int(best[(len(best) - 1) // 2])
            here.splits[k] = {literal: (float(errors[0][i, literal]), float(errors[1][i, literal]))}

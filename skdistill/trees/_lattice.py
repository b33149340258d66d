"""A lattice of conjunctions: what a beam search keeps of all possible trees.

Level w holds conjunctions of w literals. Each is split by the few literals
that look best, by how linearly a model represents the two halves, or by how
pure they are under the labels; equal conjunctions, reached in another order,
are one. :mod:`skdistill.trees._best_tree` then finds the best trees within.

Only the rows of a conjunction are touched: one product ``G[rows]ᵀ Z[rows]``
answers for all its literals and both signs, since what the negative half holds
is what the positive one leaves. The cost of expanding is thus O(expanded *
rows in parent * (rank + classes) * literals), never of all conjunctions.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from skdistill.trees._literals import Literals

__all__ = ["Lattice", "Problem", "leaf_error"]

_TINY = 1e-12


@dataclass(frozen=True)
class Problem:
    """What the search is about.

    Parameters
    ----------
    answers : ndarray of shape (n, n_literals), float32
        One where a row answers yes to a literal.
    literals : Literals
    targets : ndarray of shape (n, n_targets)
        One-hot or soft labels, or values, of each row.
    weight : ndarray of shape (n,)
    basis : ndarray of shape (n, rank)
        See :func:`skdistill.trees._probe_basis.probe_basis`; no columns where
        splits are chosen by labels alone.
    classification : bool
        Whether a leaf's error is disagreement, or squared error.
    """

    answers: np.ndarray
    literals: Literals
    targets: np.ndarray
    weight: np.ndarray
    basis: np.ndarray
    classification: bool


def leaf_error(sums: np.ndarray, mass: np.ndarray, square: np.ndarray, hard: bool) -> np.ndarray:
    """Error of a leaf that answers best: disagreement, or squared error.

    Parameters
    ----------
    sums : ndarray of shape (n_targets, ...)
        Weighted sums of the targets.
    mass, square : ndarray of shape (...)
        Weights, and weighted squared norms of the targets.
    hard : bool
        Disagreement with the most frequent class; squared error otherwise.
    """
    if hard:
        return np.maximum(mass - sums.max(axis=0), 0.0)
    spread = square - (sums**2).sum(axis=0) / np.maximum(mass, _TINY)
    return np.maximum(spread, 0.0)


@dataclass
class Level:
    """Conjunctions of one length, and how they are split.

    Attributes
    ----------
    rows : list of ndarray
        Rows on which each conjunction is true.
    error : list of float
        Error of each as a leaf.
    ranked : dict of int to tuple of two ndarrays
        Of a conjunction that was scored: literals, best first, by probe
        residual and by impurity.
    width : dict of int to int
        How many times the usual number of splits it may have.
    splits : dict of int to dict of int to pair
        By conjunction and literal: the two halves' places in the next level.
        The halves of the last splits are leaves alone: there it is their
        errors.
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
        Least weight of a half.
    max_frontier : int
        The most conjunctions expanded at a level: those of largest error.
    rng : Generator
        For the words by which sets of rows are recognised.

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
        min_leaf: float = 1.0,
        max_frontier: int = 2_000,
        rng: np.random.Generator,
    ):
        self.problem, self.depth = problem, depth
        self.n_probe = n_probe if problem.basis.shape[1] else 0
        self.n_label, self.min_leaf, self.max_frontier = n_label, min_leaf, max_frontier
        self._words = rng.integers(1, 2**63, size=len(problem.weight), dtype=np.uint64)
        weighted = problem.targets * problem.weight[:, np.newaxis]
        square = (weighted * problem.targets).sum(axis=1)
        self._labels = np.column_stack([problem.weight, square, weighted])
        if problem.classification:  # sums of counts are exact up to 2^24 rows
            self._labels = self._labels.astype(np.float32)
        self._basis = problem.basis.astype(np.float32)
        self._total = float(problem.weight.sum())
        self.levels = [Level() for _ in range(depth)]
        self.n_probes = 0
        if depth:
            self._add(0, np.arange(len(problem.weight)))

    def grow(self) -> None:
        """Expand every conjunction to its width, from the root down."""
        for level, here in enumerate(self.levels):
            error = np.array(here.error)
            impure = np.flatnonzero(error > _TINY * self._total)
            if len(impure) > self.max_frontier:
                impure = impure[np.argsort(-error[impure], kind="stable")[: self.max_frontier]]
            for k in impure.tolist():
                if level + 1 == self.depth:
                    self._split_last(k)
                else:
                    self._split(level, k)

    def widen(self, nodes: list[tuple[int, int]]) -> bool:
        """Double the splits of some conjunctions; says whether there is anything to add."""
        more = False
        for level, k in nodes:
            here = self.levels[level]
            if level + 1 < self.depth and k in here.ranked:
                here.width[k] = 2 * here.width.get(k, 1)
                more |= len(here.splits[k]) < max(map(len, here.ranked[k]))
        return more

    def _add(self, level: int, rows: np.ndarray) -> int:
        """Place of a conjunction, given by its rows; made where it is new."""
        here = self.levels[level]
        key = int(self._words[rows].sum(dtype=np.uint64))
        place = here._place.setdefault(key, len(here.rows))
        if place == len(here.rows):
            here.rows.append(rows)
            mass, square, *sums = self._labels[rows].sum(axis=0, dtype=np.float64)
            error = leaf_error(np.array(sums), mass, square, self.problem.classification)
            here.error.append(float(error))
        return place

    def _split(self, level: int, k: int) -> None:
        """Split a conjunction by its best literals, as many as its width allows."""
        here, rows = self.levels[level], self.levels[level].rows[k]
        if k not in here.ranked:
            here.ranked[k] = self._rank(rows)
        splits, width = here.splits.setdefault(k, {}), here.width.get(k, 1)
        for order, count in zip(here.ranked[k], (self.n_probe, self.n_label), strict=True):
            for literal in order[: count * width].tolist():
                if literal not in splits:
                    yes = self.problem.answers[rows, literal] > 0
                    splits[literal] = (
                        self._add(level + 1, rows[yes]),
                        self._add(level + 1, rows[~yes]),
                    )

    def _rank(self, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Literals of a conjunction, best first: by probe residual, and by impurity.

        Of each column only its best literal stands in a ranking, since
        neighbouring thresholds are near copies.
        """
        answers = self.problem.answers[rows]
        yes, no, legal = self._halves(rows, answers)
        by_label = self._best_by_column(_impurity(yes) + _impurity(no), legal)
        by_probe = np.empty(0, dtype=np.intp)
        if self.n_probe:
            self.n_probes += 2 * int(legal.sum())
            share = self._residual_share(rows, answers, yes[0], no[0])
            by_probe = self._best_by_column(share, legal)
        return by_probe, by_label

    def _halves(
        self, rows: np.ndarray, answers: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Mass, squares and label sums of both halves of every literal; which are legal."""
        labels = self._labels[rows]
        yes = (labels.T @ answers).astype(np.float64)
        no = labels.sum(axis=0, dtype=np.float64)[:, np.newaxis] - yes
        return yes, no, (yes[0] >= self.min_leaf) & (no[0] >= self.min_leaf)

    def _residual_share(
        self, rows: np.ndarray, answers: np.ndarray, yes: np.ndarray, no: np.ndarray
    ) -> np.ndarray:
        """Residual over variance of the two halves of every literal, taken together."""
        basis = self._basis[rows]
        held = basis.T @ answers
        left = basis.sum(axis=0)[:, np.newaxis] - held
        explained = np.einsum("ij,ij->j", held, held) + np.einsum("ij,ij->j", left, left)
        variance = yes - yes**2 / self._total + no - no**2 / self._total
        return 1.0 - explained / np.maximum(variance, _TINY)

    def _best_by_column(self, score: np.ndarray, legal: np.ndarray) -> np.ndarray:
        """The best legal literal of each column, best column first."""
        score = np.where(legal, score, np.inf)
        first = self.problem.literals.first
        best = np.arange(len(score))
        if len(first) < len(score):
            column = np.repeat(np.arange(len(first)), np.diff(first, append=len(score)))
            least = np.minimum.reduceat(score, first)[column]
            equal = np.flatnonzero(score <= least + _TINY)
            # Among equals the one in their middle, farthest from what it must not cross.
            start = np.searchsorted(column[equal], np.arange(len(first)))
            stop = np.append(start[1:], len(equal))
            best = equal[(start + stop - 1) // 2]
        best = best[np.isfinite(score[best])]
        # Rounded, so that sums in another order do not decide between equals.
        return best[np.argsort(np.round(score[best], 6), kind="stable")]

    def _split_last(self, k: int) -> None:
        """Split a conjunction into two leaves, by the literal of least error.

        Nothing needs to be guessed by a score here. Among literals of equal
        error the best represented one decides, or the purest.
        """
        here = self.levels[-1]
        if k in here.ranked:
            return
        rows = here.rows[k]
        answers = self.problem.answers[rows]
        yes, no, legal = self._halves(rows, answers)
        here.ranked[k] = (np.empty(0, dtype=np.intp), np.flatnonzero(legal))
        if not legal.any():
            return
        hard = self.problem.classification
        errors = [leaf_error(half[2:], half[0], half[1], hard) for half in (yes, no)]
        total = np.where(legal, np.round(errors[0] + errors[1], 6), np.inf)
        best = np.flatnonzero(total == total.min())
        if len(best) > 1:
            if self.n_probe:
                self.n_probes += 2 * len(best)
                tie = self._residual_share(rows, answers[:, best], yes[0, best], no[0, best])
            else:
                tie = _impurity(yes[:, best]) + _impurity(no[:, best])
            tie = np.round(tie, 6)
            best = best[tie == tie.min()]
            best = best[
                self.problem.literals.feature[best] == self.problem.literals.feature[best[0]]
            ]
        literal = int(best[(len(best) - 1) // 2])
        here.splits[k] = {literal: (float(errors[0][literal]), float(errors[1][literal]))}


def _impurity(half: np.ndarray) -> np.ndarray:
    """Squared error of the targets about their mean (Gini impurity times mass for one-hot)."""
    return half[1] - (half[2:] ** 2).sum(axis=0) / np.maximum(half[0], _TINY)

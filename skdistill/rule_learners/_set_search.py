"""Local search over rules without an order, and exact choices among candidates."""

from __future__ import annotations

import warnings

import numpy as np

from skdistill.boxes import Box, BoxList, Climber, covered
from skdistill.exceptions import DistillationWarning
from skdistill.rule_learners._best_union import best_union
from skdistill.rule_learners._candidates import CandidatePool
from skdistill.rule_learners._list_search import ListSearch

__all__ = ["SetSearch"]

_N_CANDIDATES = 80
_N_CLIMBED = 8


class SetSearch(ListSearch):
    """The search over lists, among those alone where order does not matter within a class.

    Parameters
    ----------
    pool : CandidatePool
    rng : RandomState
    precedence : ndarray of int
        Classes that rules may have; those of one class stand together, in
        this order.
    """

    def __init__(self, pool: CandidatePool, rng: np.random.RandomState, precedence: np.ndarray):
        super().__init__(pool, rng)
        self.precedence = precedence
        self._rank = {int(label): rank for rank, label in enumerate(precedence)}

    def labels_at(self, rules: BoxList, place: int, *, instead: bool) -> np.ndarray:
        """The class that stands there; for a new box, those whose last box is in front of it."""
        if instead:
            return np.array([rules.labels[place]])
        ends = [self._span(rules, label)[1] for label in self.precedence.tolist()]
        allowed: np.ndarray = self.precedence[np.array(ends, dtype=int) == place]
        return allowed

    def _span(self, rules: BoxList, label: int) -> tuple[int, int]:
        """First place of a class's boxes and the one after its last."""
        ranks = np.array([self._rank[own] for own in rules.labels], dtype=int)
        return tuple(np.searchsorted(ranks, [self._rank[label], self._rank[label] + 1]).tolist())

    def _relabel(self, rules: BoxList, mass: np.ndarray) -> None:
        """Classes stay, and so does the default: rules are sought for them."""

    def reorder(self, rules: BoxList) -> None:
        """There is no order to be changed."""

    def solve(self, rules: BoxList, time_limit: float) -> BoxList:
        """Choose the rules of each class anew, the best ones of many candidates.

        Parameters
        ----------
        rules : BoxList
            Changed in place where that is worth more, and returned.
        time_limit : float
            Seconds for the solver, over all classes.
        """
        proven = True
        for label in self.precedence.tolist():
            proven &= self._solve_class(rules, label, time_limit / len(self.precedence))
        if not proven:
            warnings.warn(
                f"The solver reached its time_limit of {time_limit:g} seconds: its rules may not "
                "be the best of their candidates, and another machine may find others. Raise "
                'time_limit, or use solver="greedy".',
                DistillationWarning,
                stacklevel=4,
            )
        return rules

    def _solve_class(self, rules: BoxList, label: int, time_limit: float) -> bool:
        """Choose the rules of one class anew; return whether they are proven to be the best."""
        start, stop = self._span(rules, label)
        trial = rules.copy()
        for place in reversed(range(start, stop)):
            trial.remove(place)
        rows, gain = trial.gain_at(start, instead=False)
        gain = np.ascontiguousarray(gain[:, label])
        own = rules.boxes[start:stop]
        boxes = self._many(trial, rows, gain, label, own)
        if not boxes:
            return True
        codes = np.ascontiguousarray(rules.rows.codes[:, rows])
        covers = np.array([covered(codes, rules.rows.n_bins, box) for box in boxes])
        left = rules.limits.max_conditions - sum(map(len, trial.boxes))
        union = best_union(
            covers,
            gain,
            np.array([len(box) for box in boxes]),
            cost=rules.limits.cost,
            max_rules=rules.limits.max_rules - 1 - len(trial),
            max_conditions=left,
            time_limit=time_limit,
        )
        if union is None:
            return False
        for place, candidate in enumerate(union.chosen.tolist()):
            trial.insert(start + place, boxes[candidate], label)
        if trial.worth() > rules.worth():
            rules.take_over(trial)
        return union.proven

    def _many(
        self, rules: BoxList, rows: np.ndarray, gain: np.ndarray, label: int, own: list[Box]
    ) -> list[Box]:
        """Candidates for one class: its boxes, nodes of trees, and ends of climbs from the best."""
        everywhere = np.zeros_like(rules.rows.mass)
        everywhere[rows, label] = gain
        longest, cost = rules.longest(), rules.limits.cost
        if longest < 1 or not len(rows):
            return own
        nodes = self.pool.best(everywhere, cost=cost, max_length=longest, n_best=_N_CANDIDATES)
        codes = np.ascontiguousarray(rules.rows.codes[:, rows])
        climber = Climber(codes, rules.rows.n_bins, cost, longest)
        boxes = [*own, *(box for _, box, _ in nodes)]
        boxes += [climber.climb(gain, box)[0] for _, box, _ in nodes[:_N_CLIMBED]]
        distinct = {tuple(sorted(box.items())): box for box in boxes if box}
        return list(distinct.values())

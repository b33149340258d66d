"""Local search over lists of rules: each rule anew, given all the others.

What a rule adds to a list is a sum over rows: those that reach it and that it
covers go from the class that the rest of the list predicts to the rule's own.
So the best rule at a place, all others fixed, is the box with the largest sum of
known gains; candidates and climbs find a good one.
"""

from __future__ import annotations

import numpy as np

from skdistill.boxes import Box, BoxList, Climber
from skdistill.rule_learners._candidates import CandidatePool

__all__ = ["ListSearch"]

_EPSILON = 1e-9
# Places to climb from, beside the box itself and the whole space.
_N_CLIMBS = 4
_N_FRESH = 2
_MAX_ROUNDS = 10
_N_ATTEMPTS = 4

Start = tuple[Box, int]


class ListSearch:
    """Build a list and improve it until nothing does.

    Parameters
    ----------
    pool : CandidatePool
        Where rules come from.
    rng : RandomState
        Chooses the rules that are removed before a fresh attempt.
    """

    def __init__(self, pool: CandidatePool, rng: np.random.RandomState):
        self.pool, self.rng = pool, rng

    def run(self, rules: BoxList) -> BoxList:
        """Improve a list, perhaps an empty one, in place, and return it.

        Parameters
        ----------
        rules : BoxList

        Returns
        -------
        rules : BoxList
            The same one; never worth less than before.

        Notes
        -----
        Iterated local search: where nothing improves the list any more, some
        rules are removed, others added in their place, and the new list is kept
        if it is worth more.
        """
        self.ascend(rules)
        for _ in range(_N_ATTEMPTS):
            trial = rules.copy()
            n_out = min(len(trial), 1 + len(trial) // 5)
            for place in sorted(self.rng.permutation(len(trial))[:n_out], reverse=True):
                trial.remove(int(place))
            self.prune(trial)
            self.grow(trial)
            self.sweep(trial)
            if trial.worth() > rules.worth() + _EPSILON * (1 + abs(rules.worth())):
                rules.take_over(trial)
        return rules

    def ascend(self, rules: BoxList) -> None:
        """Grow, improve, exchange and move rules until nothing gains."""
        for _ in range(_MAX_ROUNDS):
            before = rules.worth()
            self.grow(rules)
            self.sweep(rules)
            while self.exchange(rules):
                pass
            self.reorder(rules)
            if rules.worth() <= before + 1e-6 * rules.rows.mass.sum():
                break

    def labels_at(self, rules: BoxList, place: int, *, instead: bool) -> np.ndarray:
        """Which classes a box at a place may have; in a list all of them."""
        return np.arange(rules.rows.mass.shape[1])

    def grow(self, rules: BoxList) -> None:
        """Add the rule that gains most, anywhere, while the limits allow it and it gains."""
        while len(rules) < rules.limits.max_rules - 1:
            found = self.best_addition(rules)
            if found is None:
                return
            rules.insert(*found)
            self.prune(rules)

    def sweep(self, rules: BoxList) -> None:
        """Find a better box for every place, one after the other."""
        for place in range(len(rules)):
            self.improve(rules, place)
        self.prune(rules)

    def improve(self, rules: BoxList, place: int) -> bool:
        """Find a better box for a place, all others fixed; return whether there was one."""
        rows, gain = rules.gain_at(place, instead=True)
        box, label = rules.boxes[place], rules.labels[place]
        now = gain[rules.covers[place][rows], label].sum() - rules.limits.cost * len(box)
        allowed = self.labels_at(rules, place, instead=True)
        longest = rules.longest(without=place)
        starts: list[Start] = [(box, label)]
        starts += [found[1:] for found in self._candidates(rules, rows, gain, allowed, longest)]
        starts += _fresh_starts(gain, allowed)
        worth, start = self._climb(rules, rows, gain, starts, longest)
        if start is None or worth <= now + _EPSILON * (1 + abs(now)):
            return False
        rules.put(place, *start)
        return True

    def best_addition(self, rules: BoxList) -> tuple[int, Box, int] | None:
        """Place, box and class of a new rule that gains most; None where none gains."""
        longest = rules.longest()
        if longest < 1:
            return None
        at: dict[int, tuple[np.ndarray, np.ndarray]] = {}
        ranked: list[tuple[float, int, Box, int]] = []
        for place in range(len(rules) + 1):
            allowed = self.labels_at(rules, place, instead=False)
            if not len(allowed):
                continue
            rows, gain = at[place] = rules.gain_at(place, instead=False)
            for worth, box, label in self._candidates(rules, rows, gain, allowed, longest)[:2]:
                ranked.append((worth, place, box, label))
        ranked = sorted(ranked, key=lambda found: -found[0])[:_N_CLIMBS]
        best: float = _EPSILON * (1 + rules.rows.mass.sum())
        chosen: tuple[int, Box, int] | None = None
        for place in sorted(at):
            starts: list[Start] = [found[2:] for found in ranked if found[1] == place]
            allowed = self.labels_at(rules, place, instead=False)
            if place == len(rules) or len(allowed) < rules.rows.mass.shape[1]:
                starts += _fresh_starts(at[place][1], allowed)
            worth, start = self._climb(rules, *at[place], starts, longest)
            if start is not None and worth > best:
                best, chosen = worth, (place, *start)
        return chosen

    def _candidates(
        self, rules: BoxList, rows: np.ndarray, gain: np.ndarray, allowed: np.ndarray, longest: int
    ) -> list[tuple[float, Box, int]]:
        """Nodes of trees that gain most on the rows that reach a place."""
        everywhere = np.zeros_like(rules.rows.mass)
        everywhere[np.ix_(rows, allowed)] = gain[:, allowed]
        return self.pool.best(
            everywhere, cost=rules.limits.cost, max_length=longest, n_best=_N_CLIMBS
        )

    def _climb(
        self, rules: BoxList, rows: np.ndarray, gain: np.ndarray, starts: list[Start], longest: int
    ) -> tuple[float, Start | None]:
        """The best box at the end of climbs from some starts."""
        best: float = -np.inf
        chosen: Start | None = None
        if not len(rows) or not starts:
            return best, chosen
        codes = np.ascontiguousarray(rules.rows.codes[:, rows])
        climber = Climber(codes, rules.rows.n_bins, rules.limits.cost, longest)
        for start, label in starts:
            box, worth = climber.climb(np.ascontiguousarray(gain[:, label]), start)
            if box and worth > best:
                best, chosen = worth, (box, label)
        return best, chosen

    def prune(self, rules: BoxList) -> None:
        """Give every rule the class of most of its rows, and drop those not worth their cost."""
        while True:
            mass = rules.mass_by_box()
            self._relabel(rules, mass)
            contributions = rules.contributions()
            if not len(rules) or contributions.min() > 0:
                return
            rules.remove(int(np.argmin(contributions)))

    def _relabel(self, rules: BoxList, mass: np.ndarray) -> None:
        rules.default = int(mass[-1].argmax())
        for place, own in enumerate(mass[:-1]):
            if own.any():
                rules.labels[place] = int(own.argmax())

    def exchange(self, rules: BoxList, n_tries: int = 3) -> bool:
        """Exchange one of the least worthy rules for a better one; return whether that gained."""
        before = rules.worth()
        for place in np.argsort(rules.contributions(), kind="stable")[:n_tries].tolist():
            trial = rules.copy()
            trial.remove(place)
            self.prune(trial)
            found = self.best_addition(trial)
            if found is not None:
                trial.insert(*found)
                self.prune(trial)
            if trial.worth() > before + _EPSILON * (1 + abs(before)):
                rules.take_over(trial)
                return True
        return False

    def reorder(self, rules: BoxList) -> None:
        """Move each rule to the place where the list agrees best."""
        for rule in range(len(rules)):
            others = [k for k in range(len(rules)) if k != rule]
            orders = [[*others[:p], rule, *others[p:]] for p in range(len(rules))]
            agreement = [rules.agreement(order) for order in orders]
            best = int(np.argmax(agreement))
            if agreement[best] > agreement[rule] + _EPSILON * (1 + abs(agreement[rule])):
                rules.arrange(orders[best])
        self.prune(rules)


def _fresh_starts(gain: np.ndarray, allowed: np.ndarray) -> list[Start]:
    """The whole space, for the classes that have most to gain."""
    hope = np.maximum(gain[:, allowed], 0.0).sum(axis=0)
    kept = np.argsort(-hope, kind="stable")[:_N_FRESH]
    return [({}, int(label)) for label in allowed[kept]]

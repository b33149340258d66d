"""Local search over lists of rules: each rule anew, given all the others.

What a rule adds to a list is a sum over rows: those that reach it and that it
covers go from what the rest of the list says to what the rule says. So the
best rule at a place, all others fixed, is the box with the largest sum of
known gains; candidates and climbs find a good one.
"""

from __future__ import annotations

import numpy as np

from skdistill.boxes._box_list import BoxList
from skdistill.boxes._climb import Box, Climber
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
        Which rules are given up for a fresh attempt.
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
        rules are taken out, others grow in their place, and the new list stays
        if it is worth more.
        """
        self.ascend(rules)
        for _ in range(_N_ATTEMPTS):
            trial = rules.copy()
            n_out = min(len(trial), 1 + len(trial) // 5)
            for place in sorted(self.rng.permutation(len(trial))[:n_out], reverse=True):
                trial.remove(int(place))
            self.settle(trial)
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
        """Which classes a box at a place may answer; in a list all of them."""
        return np.arange(rules.rows.mass.shape[1])

    def grow(self, rules: BoxList) -> None:
        """Add the rule that gains most, anywhere, while there is room and it gains."""
        while len(rules) < rules.limits.max_rules - 1:
            found = self.best_addition(rules)
            if found is None:
                return
            rules.insert(*found)
            self.settle(rules)

    def sweep(self, rules: BoxList) -> None:
        """Find a better box for every place, one after the other."""
        for place in range(len(rules)):
            self.improve(rules, place)
        self.settle(rules)

    def improve(self, rules: BoxList, place: int) -> bool:
        """Find a better box for a place, all others fixed; return whether there was one."""
        rows, gain = rules.gain_at(place, instead=True)
        box, label = rules.boxes[place], rules.labels[place]
        now = gain[rules.covers[place][rows], label].sum() - rules.limits.price * len(box)
        allowed = self.labels_at(rules, place, instead=True)
        room = rules.room(without=place)
        starts: list[Start] = [(box, label)]
        starts += [found[1:] for found in self._candidates(rules, rows, gain, allowed, room)]
        starts += _fresh_starts(gain, allowed)
        worth, start = self._climb(rules, rows, gain, starts, room)
        if start is None or worth <= now + _EPSILON * (1 + abs(now)):
            return False
        rules.put(place, *start)
        return True

    def best_addition(self, rules: BoxList) -> tuple[int, Box, int] | None:
        """Place, box and class of a new rule that gains most; None where none gains."""
        room = rules.room()
        if room < 1:
            return None
        at: dict[int, tuple[np.ndarray, np.ndarray]] = {}
        ranked: list[tuple[float, int, Box, int]] = []
        for place in range(len(rules) + 1):
            allowed = self.labels_at(rules, place, instead=False)
            if not len(allowed):
                continue
            rows, gain = at[place] = rules.gain_at(place, instead=False)
            for worth, box, label in self._candidates(rules, rows, gain, allowed, room)[:2]:
                ranked.append((worth, place, box, label))
        ranked = sorted(ranked, key=lambda found: -found[0])[:_N_CLIMBS]
        best: float = _EPSILON * (1 + rules.rows.mass.sum())
        chosen: tuple[int, Box, int] | None = None
        for place in sorted(at):
            starts: list[Start] = [found[2:] for found in ranked if found[1] == place]
            allowed = self.labels_at(rules, place, instead=False)
            if place == len(rules) or len(allowed) < rules.rows.mass.shape[1]:
                starts += _fresh_starts(at[place][1], allowed)
            worth, start = self._climb(rules, *at[place], starts, room)
            if start is not None and worth > best:
                best, chosen = worth, (place, *start)
        return chosen

    def _candidates(
        self, rules: BoxList, rows: np.ndarray, gain: np.ndarray, allowed: np.ndarray, room: int
    ) -> list[tuple[float, Box, int]]:
        """Nodes of trees that gain most on the rows that come to a place."""
        everywhere = np.zeros_like(rules.rows.mass)
        everywhere[np.ix_(rows, allowed)] = gain[:, allowed]
        return self.pool.best(
            everywhere, price=rules.limits.price, max_length=room, n_best=_N_CLIMBS
        )

    def _climb(
        self, rules: BoxList, rows: np.ndarray, gain: np.ndarray, starts: list[Start], room: int
    ) -> tuple[float, Start | None]:
        """The best box that climbs from some starts come to."""
        best: float = -np.inf
        chosen: Start | None = None
        if not len(rows) or not starts:
            return best, chosen
        codes = np.ascontiguousarray(rules.rows.codes[:, rows])
        climber = Climber(codes, rules.rows.n_bins, rules.limits.price, room)
        for start, label in starts:
            box, worth = climber.climb(np.ascontiguousarray(gain[:, label]), start)
            if box and worth > best:
                best, chosen = worth, (box, label)
        return best, chosen

    def settle(self, rules: BoxList) -> None:
        """Let every rule answer what most of its rows are, and drop those not worth it."""
        while True:
            mass = rules.answered_mass()
            self._answer_most(rules, mass)
            contributions = rules.contributions()
            if not len(rules) or contributions.min() > 0:
                return
            rules.remove(int(np.argmin(contributions)))

    def _answer_most(self, rules: BoxList, mass: np.ndarray) -> None:
        rules.default = int(mass[-1].argmax())
        for place, own in enumerate(mass[:-1]):
            if own.any():
                rules.labels[place] = int(own.argmax())

    def exchange(self, rules: BoxList, n_tries: int = 3) -> bool:
        """Give up one of the rules worth least for a better one; return whether that gained."""
        before = rules.worth()
        for place in np.argsort(rules.contributions(), kind="stable")[:n_tries].tolist():
            trial = rules.copy()
            trial.remove(place)
            self.settle(trial)
            found = self.best_addition(trial)
            if found is not None:
                trial.insert(*found)
                self.settle(trial)
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
        self.settle(rules)


def _fresh_starts(gain: np.ndarray, allowed: np.ndarray) -> list[Start]:
    """The whole space, for the classes that have most to gain."""
    hope = np.maximum(gain[:, allowed], 0.0).sum(axis=0)
    kept = np.argsort(-hope, kind="stable")[:_N_FRESH]
    return [({}, int(label)) for label in allowed[kept]]

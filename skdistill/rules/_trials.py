"""What ordered rules predict on given rows, and what a change of some rules would cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from skdistill.rules._conditions import Condition

__all__ = ["Trial", "TrialRows"]


class Trial:
    """A change that was tried.

    Parameters
    ----------
    masks : dict of int to ndarray of shape (n_samples,)
        For the rules changed: where they hold now.
    rows : ndarray
        Rows on which some rule holds otherwise than before.
    first : ndarray
        Which rule is the first to hold on these rows now.
    cost : float
        Fidelity lost; negative where it is gained.
    changes : bool
        Whether any row gets another outcome.
    """

    def __init__(self, masks: Any, rows: np.ndarray, first: np.ndarray, cost: float, changes: bool):
        self.masks, self.rows, self.first = masks, rows, first
        self.cost, self.changes = cost, changes


class TrialRows:
    """Rows on which changes of ordered rules are tried; the last rule holds always.

    Parameters
    ----------
    conditions : sequence of (sequence of Interval or Categories)
        Of each rule.
    outcomes : sequence
        Of each rule.
    columns : dict of str to array or Series of length n_samples
        Those that the conditions read.
    target : ndarray of shape (n_samples,) or (n_samples, n_outputs)
        What the rules should predict.
    values : bool
        Whether fidelity is R² instead of agreement.
    """

    def __init__(
        self,
        conditions: Sequence[Sequence[Condition]],
        outcomes: Sequence[Any],
        columns: Mapping[str, Any],
        target: np.ndarray,
        values: bool,
    ):
        n_rows, n_rules = len(target), len(conditions)
        self.columns, self.n_rows = columns, n_rows
        self.met = [[self.mask(c) for c in rule] for rule in conditions]
        self.held = np.empty((n_rows, n_rules), dtype=bool, order="F")
        for k in range(n_rules):
            self.held[:, k] = self.holds(k)
        self.first = np.argmax(self.held, axis=1)
        distinct = list(dict.fromkeys(outcomes))
        self.code = np.array([distinct.index(outcome) for outcome in outcomes])
        self.target, self.values = target, values
        if values:
            self.outcomes = np.array(distinct, dtype=float).reshape(len(distinct), -1)
            self.target = np.asarray(target, dtype=float).reshape(n_rows, -1)
            total = ((self.target - self.target.mean(axis=0)) ** 2).sum()
            self.scale = float(total) if total > 0 else np.finfo(float).tiny
        else:
            lookup = {outcome: code for code, outcome in enumerate(distinct)}
            self.target = np.array([lookup.get(t, -1) for t in target.tolist()], dtype=np.intp)
            self.scale = float(n_rows)

    def mask(self, condition: Condition) -> np.ndarray:
        """Where one condition is met."""
        return condition.covers(self.columns[condition.column])

    def holds(self, rule: int, without: int | None = None) -> np.ndarray:
        """Where all conditions of a rule are met, perhaps but one."""
        held = np.ones(self.n_rows, dtype=bool)
        for place, met in enumerate(self.met[rule]):
            if place != without:
                held &= met
        return held

    def holds_with(self, rule: int, place: int, condition: Condition) -> np.ndarray:
        """Where a rule holds if one of its conditions is another."""
        held = self.holds(rule, without=place)
        held &= self.mask(condition)
        return held

    def _loss(self, first: np.ndarray, rows: np.ndarray) -> float:
        code = self.code[first]
        if self.values:
            return float(((self.outcomes[code] - self.target[rows]) ** 2).sum()) / self.scale
        return np.count_nonzero(code != self.target[rows]) / self.scale

    def try_masks(self, masks: Mapping[int, np.ndarray]) -> Trial:
        """Return what it would cost if some rules held elsewhere.

        Parameters
        ----------
        masks : dict of int to ndarray of shape (n_samples,), dtype bool

        Returns
        -------
        trial : Trial

        Notes
        -----
        Only the rows on which one of the masks differs are predicted again:
        O(n_samples) for the comparison, O(rows * rules) for the predictions.
        """
        touched = np.zeros(self.n_rows, dtype=bool)
        for rule, mask in masks.items():
            # Rows for which an earlier rule holds do not notice.
            touched |= (mask != self.held[:, rule]) & (self.first >= rule)
        rows = np.flatnonzero(touched)
        held = self.held[rows]
        for rule, mask in masks.items():
            held[:, rule] = mask[rows]
        first = np.argmax(held, axis=1)
        before = self.first[rows]
        cost = self._loss(first, rows) - self._loss(before, rows)
        changes = bool((self.code[first] != self.code[before]).any())
        return Trial(masks, rows, first, cost, changes)

    def accept(self, trial: Trial) -> None:
        """Make a change that was tried; the caller keeps ``met`` in step."""
        for rule, mask in trial.masks.items():
            self.held[:, rule] = mask
        self.first[trial.rows] = trial.first

"""The mode for teachers that are noisy, or only nearly juntas.

A cell of S is answered by a majority over several random completions. Rows
outvoted in their cell are either noise or a sign of a missing variable: a
binary search proposes a candidate, and only one whose change really changes
predictions nearby (an influence test) is added to S.
"""

from __future__ import annotations

import numpy as np
from scipy.stats import binom, binomtest

from skdistill.juntas._hybrids import Finding, Pair, search_pairs
from skdistill.juntas._modes import agreements_needed, stage_delta
from skdistill.juntas._points import Points, Rows, random_seeds
from skdistill.juntas._search import Search, TooManyVariables
from skdistill.theory import binomial_upper_bound

__all__ = ["TolerantSearch", "run_tolerant"]

VOTES = 9  # a cell's first completions
MOST_VOTES = 45
TRIALS = 24  # pairs of one influence test
LOOKS = 5  # at the rows of a certificate, each time twice as many


class TolerantSearch(Search):
    """A search whose student predicts by majority.

    Parameters are those of :class:`Search`; ``epsilon`` is the share of rows
    that may differ.
    """

    epsilon: float
    delta: float

    def start(self, epsilon: float, delta: float) -> None:
        """Set the tolerated share of rows that differ, and the chance of failure."""
        self.epsilon, self.delta = epsilon, delta
        self._excused: list[np.ndarray] = []  # rows whose candidate failed its test

    # -- votes -----------------------------------------------------------

    def _tested(self) -> tuple[np.ndarray, np.ndarray]:
        """Cells and predictions of all stored rows, each of shape (n,)."""
        cells = [self.student.index(parts) for parts in self._parts]
        return np.concatenate(cells), np.concatenate(self._predictions)

    def vote(self) -> tuple[np.ndarray, np.ndarray]:
        """Query until every cell is decided or has had its share of votes.

        Returns
        -------
        n_votes, n_outvoted : ndarray of shape (n_cells,)
        """
        n_cells = self.student.n_cells
        while True:
            have = np.zeros(n_cells, dtype=np.int64)
            lost = np.zeros(n_cells, dtype=np.int64)
            if self._parts:
                cells, predictions = self._tested()
                self._elect(cells, predictions)
                have += np.bincount(cells, minlength=n_cells)
                wrong = self.rounds.differ(predictions, self.student.values[cells])
                lost += np.bincount(cells[wrong], minlength=n_cells)
            wish = np.maximum(VOTES - have, 0)
            undecided = (have >= VOTES) & (have < MOST_VOTES) & ~_decided(have, lost)
            wish[undecided] = VOTES - 1
            if not wish.any():
                return have, lost
            self._query_and_store(self.random_completions(np.repeat(np.arange(n_cells), wish)))

    def _elect(self, cells: np.ndarray, predictions: np.ndarray) -> None:
        """The majority of each cell, or the median of real values."""
        student = self.student
        student.values = np.zeros(student.n_cells, dtype=predictions.dtype)
        student.known = np.zeros(student.n_cells, dtype=bool)
        order = np.lexsort((predictions, cells))
        cells, predictions = cells[order], predictions[order]
        present, first, count = np.unique(cells, return_index=True, return_counts=True)
        student.known[present] = True
        if self.rounds.kind == "regressor":
            student.values[present] = predictions[first + count // 2]
            return
        votes = np.zeros((student.n_cells, int(predictions.max()) + 1), dtype=np.int64)
        np.add.at(votes, (cells, predictions), 1)
        student.values[present] = np.argmax(votes, axis=1)[present]

    def random_completions(self, index: np.ndarray) -> Points:
        """One fresh row in each of the given cells."""
        cells = self.student.cells(index)
        return Points(cells.parts, cells.columns, seeds=random_seeds(self.rng, len(index)))

    def _query_and_store(self, points: Points) -> np.ndarray:
        (predictions,) = self.rounds.query(points)
        self._store(points, predictions)
        self._excused.append(np.zeros(len(points), dtype=bool))
        return predictions

    # -- candidates ------------------------------------------------------

    def follow_outvoted(self, worth: np.ndarray, limit: int) -> bool:
        """Look for a variable behind outvoted rows.

        Parameters
        ----------
        worth : ndarray of shape (n_cells,)
            Cells with more are tried first; those with zero are not.
        limit : int
            Candidates that may fail.

        Returns
        -------
        grown : bool
        """
        cells, predictions = self._tested()
        excused = np.concatenate(self._excused)
        wrong = self.rounds.differ(predictions, self.student.values[cells]) & ~excused
        places = np.flatnonzero(wrong & (worth[cells] > 0))
        places = places[np.lexsort((self.rng.random(len(places)), -worth[cells[places]]))]
        for start in range(0, min(limit, len(places)), self.n_parallel):
            chosen = places[start : start + self.n_parallel]
            pairs = [self._voting_pair(int(p), cells, predictions) for p in chosen]
            findings = search_pairs(
                self.rounds, pairs, n_ways=self.n_ways, n_parallel=self.n_parallel, rng=self.rng
            )
            kept = self._influential(findings)
            if kept:
                self._grow_by(kept)
                return True
            self._excuse(chosen)
        return False

    def _row(self, place: int) -> np.ndarray:
        """Codes of one stored row."""
        for points in self._batches:
            if place < len(points):
                return points.codes(self.domain, place, place + 1)[0]
            place -= len(points)
        raise IndexError(place)

    def _voting_pair(self, place: int, cells: np.ndarray, predictions: np.ndarray) -> Pair:
        """An outvoted row and a row of the majority in its cell."""
        same = np.flatnonzero(
            (cells == cells[place])
            & ~self.rounds.differ(predictions, self.student.values[cells[place]])
        )
        other = int(self.rng.choice(same))
        return Pair(self._row(other), self._row(place), predictions[other], predictions[place])

    def _excuse(self, places: np.ndarray) -> None:
        ends = np.cumsum([len(mask) for mask in self._excused])
        for place in places:
            batch = int(np.searchsorted(ends, place, side="right"))
            start = 0 if batch == 0 else ends[batch - 1]
            self._excused[batch][place - start] = True

    def _influential(self, findings: list[Finding]) -> list[Finding]:
        """Candidates that change the prediction near their witness more often than noise does.

        A noisy teacher changes at most twice as many predictions as it gets wrong;
        pairs are drawn near the witness, where its variable is known to matter.
        """
        findings = [f for f in findings if f.column not in self.student.columns]
        if not findings:
            return []
        blocks = [Rows(self._nearby(finding)) for finding in findings]
        again = [Rows(block.matrix[:TRIALS]) for block in blocks]
        predictions = self.rounds.query(*blocks, *again)
        kept = []
        for i, (finding, block) in enumerate(zip(findings, blocks, strict=True)):
            first, second = predictions[i][:TRIALS], predictions[i][TRIALS:]
            changed = np.flatnonzero(self.rounds.differ(first, second))
            # How often the teacher changes its mind about the very same row.
            fickle = int(self.rounds.differ(first, predictions[len(blocks) + i]).sum())
            noise = min(1.0, max(2 * self.epsilon, (fickle + 1) / (TRIALS + 1)))
            if binom.sf(len(changed) - 1, TRIALS, noise) < self.delta / 20:
                place = int(changed[0])
                pair = Rows(block.matrix[[place, place + TRIALS]])
                found = np.array([first[place], second[place]])
                kept.append(Finding(finding.column, pair, found))
        return kept

    def _nearby(self, finding: Finding) -> np.ndarray:
        """Rows near a witness, then the same with its column changed: (2 * trials, d)."""
        low, high = finding.rows.codes(self.domain, 0, 2)
        d = len(low)
        fresh = self.domain.random_codes(random_seeds(self.rng, TRIALS), None)
        rate = min(0.5, max(0.1, 3.0 / d))
        moved = self.rng.random((TRIALS, d), dtype=np.float32) < rate
        moved[:, self.student.columns] = False
        first = np.where(moved, fresh, low)
        second = first.copy()
        first[:, finding.column], second[:, finding.column] = (
            low[finding.column],
            high[finding.column],
        )
        return np.concatenate([first, second])

    def _grow_by(self, findings: list[Finding]) -> None:
        for finding in findings:
            if finding.column in self.student.columns:
                continue
            self.findings.append(finding)
            self.student.grow(finding.column)
            for i, points in enumerate(self._batches):
                column = points.column(self.domain, finding.column)
                self._parts[i] = np.column_stack([self._parts[i], column])
        if not self.student.tabled or len(self.student.columns) > self.max_variables:
            if self.student.tabled:
                self._elect(*self._tested())
            raise TooManyVariables

    # -- certificate -----------------------------------------------------

    def certify(self, delta: float) -> tuple[int, int, float]:
        """Fresh rows against the votes, twice as many at each look, a few looks at most.

        Returns
        -------
        n_rows, n_outvoted : int
        bound : float
            Holds with probability 1 - delta.
        """
        n_rows = n_outvoted = 0
        share = delta / LOOKS
        size = agreements_needed(self.epsilon, share)
        for look in range(LOOKS):
            points = self.stratified(size if look == 0 else n_rows)
            values = self.student.values[self.student.index(points.parts)]
            n_outvoted += int(self.rounds.differ(self._query_and_store(points), values).sum())
            n_rows += len(points)
            bound = float(binomial_upper_bound(n_outvoted, n_rows, share))
            if bound <= self.epsilon or n_outvoted > (2.0 - 0.25 * look) * self.epsilon * n_rows:
                break
        return n_rows, n_outvoted, bound


def _decided(have: np.ndarray, lost: np.ndarray) -> np.ndarray:
    """Whether a majority is one beyond doubt: a two-sided test against a fair coin."""
    table = {
        (n, m): binomtest(m, n).pvalue < 0.01
        for n, m in set(zip(have.tolist(), lost.tolist(), strict=True))
        if n > 0
    }
    return np.array(
        [table.get(key, False) for key in zip(have.tolist(), lost.tolist(), strict=True)],
        dtype=bool,
    )


def run_tolerant(search: TolerantSearch, epsilon: float, delta: float) -> tuple[int, int, float]:
    """Grow a majority student until its disagreement is shown to be at most epsilon.

    Returns
    -------
    n_rows, n_outvoted : int
        Of the last test.
    bound : float
        Upper bound on the disagreement; above epsilon where the search is
        inconclusive.
    """
    search.start(epsilon, delta)
    stage = 0
    while True:
        have, lost = search.vote()
        # Cells with more outvoted rows than the tolerated noise explains.
        chance = binom.sf(lost - 1, have, epsilon)
        worth = np.where(chance < 0.05, 1.0 - chance, 0.0)
        if search.follow_outvoted(worth, limit=16 + 4 * int((worth > 0).sum())):
            continue
        result = search.certify(stage_delta(stage, delta))
        stage += 1
        if result[2] <= epsilon:
            return result
        _, lost = search.vote()
        if not search.follow_outvoted(lost.astype(float), limit=40):
            return result

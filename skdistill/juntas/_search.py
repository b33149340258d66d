"""The search: compare the anchored student with the teacher, and grow it where they differ."""

from __future__ import annotations

from typing import Any

import numpy as np

from skdistill.juntas._hybrids import Finding, Pair, search_pairs
from skdistill.juntas._points import Points, Rows, random_seeds
from skdistill.juntas._student import AnchoredStudent

__all__ = ["Search", "StepsWithinTolerance", "TooManyVariables"]


class TooManyVariables(Exception):
    """More variables are proven than ``max_variables`` allows."""


class StepsWithinTolerance(Exception):
    """The student is wrong, but no single column changes the prediction by more than tol."""


class Search:
    """State of a search, shared by the modes.

    Parameters
    ----------
    rounds : QueryRounds
        Queries the teacher.
    domain : CubeCodes or ColumnCodes
        Where rows come from.
    rng : Generator
        All randomness.
    max_variables : int
        One more proven variable ends the search.
    max_cells : int
        Maximum number of cells of a table.
    n_ways, n_parallel : int
        See :func:`search_pairs`.

    Attributes
    ----------
    student : AnchoredStudent
        Of the proven variables.
    findings : list of Finding
        Their witnesses, in the order of discovery.
    """

    def __init__(
        self,
        rounds: Any,
        domain: Any,
        rng: np.random.Generator,
        *,
        max_variables: int,
        max_cells: int,
        n_ways: int = 1,
        n_parallel: int = 1,
    ):
        self.rounds, self.domain, self.rng = rounds, domain, rng
        self.max_variables = max_variables
        self.n_ways, self.n_parallel = n_ways, n_parallel
        anchor = domain.anchor(random_seeds(rng, 1))
        self.student = AnchoredStudent(domain, anchor, max_cells)
        self.findings: list[Finding] = []
        self._batches: list[Points] = []
        self._predictions: list[np.ndarray] = []
        # Tested rows as (columns of S) and predictions; `_open` marks, where there
        # is no table, the rows that were last seen to differ.
        self._parts: list[np.ndarray] = []
        self._open: list[np.ndarray] = []

    # -- tests -----------------------------------------------------------

    def test(self, points: Points) -> bool:
        """Query fresh rows and compare; they are stored for later students.

        Parameters
        ----------
        points : Points
            Whose fixed columns are those of S.

        Returns
        -------
        agree : bool
            Whether the student is right on all of them.
        """
        student = self.student
        if student.tabled:
            # Where rounds are dear, what earlier rows need goes into the same one.
            along = self._parts if self.n_parallel > 1 else []
            missing = student.missing(np.concatenate([points.parts, *along]))
            predictions, cells = self.rounds.query(points, student.cells(missing))
            self._learn(missing, cells)
            guess = student.values[student.index(points.parts)]
        else:
            predictions, guess = self.rounds.query(points, student.anchored(points.parts))
        differ = self.rounds.differ(predictions, guess)
        self._store(points, predictions)
        self._open[-1] = differ
        if student.tabled and self.n_parallel > 1:
            self._compare()
        return self._all_agree()

    def retest(self) -> bool:
        """Compare every stored row with the present student; True where all agree.

        Known cells cost nothing and come first; the others are queried, each
        once for ever. Without a table only rows that differed before are
        looked at again.
        """
        if not self._batches:
            return True
        if not self.student.tabled:
            return self._retest_open()
        complete = self._compare()
        if not complete and self._all_agree():
            missing = self.student.missing(np.concatenate(self._parts))
            (cells,) = self.rounds.query(self.student.cells(missing))
            self._learn(missing, cells)
            self._compare()
        return self._all_agree()

    def _learn(self, index: np.ndarray, predictions: np.ndarray) -> None:
        """Fill cells; the anchor's own is queried again in the next round."""
        first = not self.student.known.any()
        self.student.learn(index, predictions)
        if first:
            anchor = self.student.anchored(self.student.anchor[np.newaxis, self.student.columns])
            cell = self.student.index(anchor.parts)
            self.rounds.query_again(anchor, self.student.values[cell])

    def _all_agree(self) -> bool:
        return not any(mask.any() for mask in self._open)

    def _compare(self) -> bool:
        """Mark stored rows that differ in known cells; True where every cell is known."""
        student, complete = self.student, True
        for i, (parts, predictions) in enumerate(zip(self._parts, self._predictions, strict=True)):
            index = student.index(parts)
            known = student.known[index]
            complete = complete and bool(known.all())
            self._open[i] = known & self.rounds.differ(predictions, student.values[index])
        return complete

    def _retest_open(self) -> bool:
        for i, mask in enumerate(self._open):
            rows = np.flatnonzero(mask)
            if not len(rows):
                continue
            (guess,) = self.rounds.query(self.student.anchored(self._parts[i][rows]))
            mask[rows] = self.rounds.differ(self._predictions[i][rows], guess)
        return self._all_agree()

    # -- growth ----------------------------------------------------------

    def grow(self) -> None:
        """Find relevant columns behind stored rows that differ, and add them to S.

        Raises
        ------
        TooManyVariables
            With the student grown by what was found.
        StepsWithinTolerance
            If several rows differ but none leads to a single column.
        """
        places = [(i, int(r)) for i, mask in enumerate(self._open) for r in np.flatnonzero(mask)]
        order = self.rng.permutation(len(places))
        for start in range(0, min(len(places), 8 * self.n_parallel), self.n_parallel):
            chosen = [places[k] for k in order[start : start + self.n_parallel]]
            findings = search_pairs(
                self.rounds,
                [self._pair(*place) for place in chosen],
                n_ways=self.n_ways,
                n_parallel=self.n_parallel,
                rng=self.rng,
            )
            if findings:
                self.add(findings)
                return
        raise StepsWithinTolerance

    def _pair(self, batch: int, row: int) -> Pair:
        """A stored row and the anchored row of its cell."""
        second = self._batches[batch].codes(self.domain, row, row + 1)[0]
        first = self.student.anchor.copy()
        first[self.student.columns] = second[self.student.columns]
        if self.student.tabled:
            guess = self.student.values[self.student.index(self._parts[batch][row : row + 1])][0]
        else:
            # It differed in the last round; it is queried once more.
            (guess,) = self.rounds.query(self.student.anchored(self._parts[batch][row : row + 1]))
            guess = guess[0]
        return Pair(first, second, guess, self._predictions[batch][row])

    def add(self, findings: list[Finding]) -> None:
        """Add columns to S with their witnesses, which are queried again in the next round."""
        for finding in findings:
            if finding.column in self.student.columns:
                continue
            finding.rows = Rows(finding.rows.codes(self.domain, 0, 2))
            self.rounds.query_again(finding.rows, finding.predictions)
            self.findings.append(finding)
            self.student.grow(finding.column)
            for i, points in enumerate(self._batches):
                column = points.column(self.domain, finding.column)
                self._parts[i] = np.column_stack([self._parts[i], column])
        if len(self.student.columns) > self.max_variables:
            self.rounds.check_twins()
            raise TooManyVariables

    # -- rows ------------------------------------------------------------

    def stratified(self, n: int) -> Points:
        """Fresh rows of the domain, one in each of n equally likely strata of S.

        Each row is drawn independently inside its stratum, so that n agreements
        are at least as much evidence as for independent rows: the product of
        the strata's chances is at most the n-th power of their mean.
        """
        place = (self.rng.permutation(n) + self.rng.random(n)) / n
        parts = np.empty((n, len(self.student.columns)), dtype=self.student.anchor.dtype)
        for i, column in enumerate(self.student.columns):
            size = self.student.sizes[i]
            if size == 0:
                parts[:, i] = self.domain.from_unit(column, place)
                place = self.rng.random(n)
                continue
            ends = np.cumsum(self.domain.weights(column))
            value = np.minimum(np.searchsorted(ends, place, side="right"), size - 1)
            starts = np.concatenate([[0.0], ends[:-1]])
            place = np.clip((place - starts[value]) / (ends[value] - starts[value]), 0.0, 1.0)
            parts[:, i] = value
        return Points(parts, self.student.columns.copy(), seeds=random_seeds(self.rng, n))

    def completions(self, index: np.ndarray) -> Points:
        """Fresh rows in given cells, each with all its cyclic shifts among the values."""
        n_shifts = self.domain.max_values
        parts = np.repeat(self.student.cells(index).parts, n_shifts, axis=0)
        seeds = np.repeat(random_seeds(self.rng, len(index)), n_shifts)
        shifts = np.tile(np.arange(n_shifts), len(index))
        return Points(parts, self.student.columns.copy(), seeds=seeds, shifts=shifts)

    def shifted_anchors(self, index: np.ndarray) -> Points:
        """All the shifts of the anchor in given cells, but the anchor itself."""
        n_shifts = self.domain.max_values - 1
        cells = self.student.cells(index)
        parts = np.repeat(cells.parts, n_shifts, axis=0)
        shifts = np.tile(np.arange(1, n_shifts + 1), len(index))
        return Points(parts, cells.columns, base=self.student.anchor, shifts=shifts)

    def fill_table(self, n_checks: int = 0) -> None:
        """Query the cells that are not yet known, and compare every stored row for free.

        Parameters
        ----------
        n_checks : int
            Fresh rows queried and compared in the same round.
        """
        points = self.stratified(n_checks)
        missing = np.flatnonzero(~self.student.known)
        cells, predictions = self.rounds.query(self.student.cells(missing), points)
        self._learn(missing, cells)
        self._store(points, predictions)
        self._compare()

    def _store(self, points: Points, predictions: np.ndarray) -> None:
        """Keep tested rows for later students."""
        self._batches.append(points)
        self._predictions.append(predictions)
        self._parts.append(points.parts)
        self._open.append(np.zeros(len(points), dtype=bool))

"""When a search may stop: certified, or exact under a promise."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from skdistill.juntas._search import Search

__all__ = [
    "agreements_needed",
    "completions_needed",
    "fill",
    "follow",
    "run_certified",
    "run_exact",
    "stage_delta",
]


def stage_delta(stage: int, delta: float) -> float:
    """The share of delta that one stage of the certified mode may spend.

    Nine tenths go to the first ten stages in equal parts, the rest to all the
    others: sum over n >= 0 of 1 / ((n + 1)(n + 2)) is one.
    """
    if stage < 10:
        return 0.09 * delta
    n = stage - 10
    return 0.1 * delta / ((n + 1) * (n + 2))


def agreements_needed(epsilon: float, delta: float) -> int:
    """Agreements in a row that show an error of at most epsilon: (1 - epsilon)^n <= delta."""
    return math.ceil(math.log(1.0 / delta) / -math.log1p(-epsilon))


def completions_needed(unknown: int, n_stages: int, delta: float, n_values: int = 2) -> int:
    """Groups of shifted rows a cell that uncover one of ``unknown`` variables.

    If the teacher is not constant in the cell, some pattern of the unknown
    variables has another prediction than the anchor. A random row and its shifts
    (for two values: its complement) meet it with probability L^(1 - unknown).
    With one unknown variable the anchor and its own shifts are exact.

    Parameters
    ----------
    unknown : int
        Undiscovered variables, at most.
    n_stages : int
        Over how many stages delta is spread.
    delta : float
        Chance of failure.
    n_values : int
        Maximum number of values of a column.

    Returns
    -------
    n_groups : int
        Each of ``n_values`` rows; of one less for one unknown variable.
    """
    if unknown <= 1:
        return unknown
    chance = float(n_values) ** (1 - unknown)
    return math.ceil(math.log(n_stages / delta) / -math.log1p(-chance))


def run_certified(search: Search, epsilon: float, delta: float) -> tuple[int, float]:
    """Grow the student until n fresh rows in a row agree with it.

    Returns
    -------
    n_tests : int
        Rows that agreed with the last student, drawn after it was fixed;
        0 where S holds every column that varies, and nothing is left to test.
    delta : float
        The last stage's share of delta.
    """
    stage = 0
    first = 16 * search.n_parallel
    while True:
        if search.n_parallel == 1:
            follow(search)
        if len(search.student.columns) == search.domain.varying:
            return 0, delta
        spent = stage_delta(stage, delta)
        needed, agreed, size = agreements_needed(epsilon, spent), 0, first
        while agreed < needed:
            size = min(size, needed - agreed)
            if not search.test(search.stratified(size)):
                search.grow()
                stage += 1
                break
            agreed += size
            size = agreed
        else:
            return needed, spent


def run_exact(search: Search, delta: float) -> bool:
    """Find every variable of a teacher that has at most ``search.max_variables``.

    Returns
    -------
    certain : bool
        Whether no chance is involved: all variables were found, or the last
        one was excluded by shifts of the anchor.

    Notes
    -----
    The promise itself is checked a little, on a twentieth more fresh rows: a
    teacher that clearly breaks it ends with one variable too many.
    """
    limit = min(search.max_variables, search.domain.varying)
    while True:
        if search.n_parallel == 1:
            follow(search)
        unknown = limit - len(search.student.columns)
        if unknown > 0 and not _exact_stage(search, unknown, delta):
            continue
        if fill(search, max(16, search.rounds.n_queries // 20)):
            return unknown <= 1


def _exact_stage(search: Search, unknown: int, delta: float) -> bool:
    """Test every cell of S for undiscovered variables; True where there are none."""
    n_cells = search.student.n_cells
    n_groups = completions_needed(unknown, search.max_variables, delta, search.domain.max_values)
    size = 1 if search.n_parallel == 1 else search.n_parallel * (1 if search.findings else 4)
    done, total, order = 0, n_groups * n_cells, search.rng.permutation(n_cells)
    while done < total:
        # Whole passes over the cells, each in its own random order.
        size = min(size, total - done)
        while len(order) < size:
            order = np.concatenate([order, search.rng.permutation(n_cells)])
        index, order = order[:size], order[size:]
        rows: Any = search.shifted_anchors(index) if unknown == 1 else search.completions(index)
        if not search.test(rows):
            search.grow()
            return False
        done += size
        size = min(2 * size, 1 << 14)
    return True


def follow(search: Search) -> None:
    """Grow the student until every stored row agrees with it."""
    while not search.retest():
        search.grow()


def fill(search: Search, n_checks: int = 0) -> bool:
    """Complete the table; stored rows are compared for free, and what differs is followed.

    Parameters
    ----------
    search : Search
    n_checks : int
        Fresh rows queried and compared along.

    Returns
    -------
    unchanged : bool
        Whether the student stayed as it was.
    """
    before = len(search.student.columns)
    if search.student.tabled:
        search.fill_table(n_checks)
        while not search.retest():
            search.grow()
            search.fill_table()
    return len(search.student.columns) == before

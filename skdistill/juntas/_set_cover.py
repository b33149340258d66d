"""Smallest set covers, with a proof: reductions first, then integer programming."""

from __future__ import annotations

import time

import numpy as np
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse.csgraph import connected_components

__all__ = ["smallest_cover"]


def smallest_cover(
    covers: np.ndarray, cost: np.ndarray, time_limit: float
) -> tuple[np.ndarray, bool]:
    """Choose columns that cover every row, as few as can be, of those the cheapest.

    Parameters
    ----------
    covers : ndarray of shape (n_rows, n_columns), dtype bool
        Which column covers which row; each row has one at least.
    cost : ndarray of shape (n_columns,)
        Small whole numbers; they decide between covers of the same size.
    time_limit : float
        Seconds.

    Returns
    -------
    chosen : ndarray of int
        Columns, ascending.
    proven : bool
        False where the time ended before the proof that no cover has fewer
        columns; the cover is then the best one found.
    """
    deadline = time.monotonic() + time_limit
    rows, columns, chosen = _reduce(covers, cost)
    if not len(rows):
        return np.sort(np.array(chosen, dtype=np.intp)), True
    core = covers[np.ix_(rows, columns)]
    n = len(rows)
    links = sparse.bmat([[None, sparse.csr_matrix(core)], [sparse.csr_matrix(core.T), None]])
    n_parts, part = connected_components(links, directed=False)
    proven = True
    for i in range(n_parts):
        inside = columns[part[n:] == i]
        piece = core[np.ix_(part[:n] == i, part[n:] == i)]
        picked, exact = _solve(piece, cost[inside], deadline)
        proven = proven and exact
        chosen.extend(inside[picked].tolist())
    return np.sort(np.array(chosen, dtype=np.intp)), proven


def _reduce(covers: np.ndarray, cost: np.ndarray) -> tuple[np.ndarray, np.ndarray, list[int]]:
    """Take columns that must be, leave out rows and columns that others dominate.

    Returns
    -------
    rows, columns : ndarray of int
        What is left.
    chosen : list of int
        Columns that every smallest cover may be assumed to have.
    """
    rows, columns = np.arange(covers.shape[0]), np.arange(covers.shape[1])
    chosen: list[int] = []
    while True:
        before = len(rows), len(columns)
        live = covers[np.ix_(rows, columns)]
        lonely = live.sum(axis=1) == 1
        needed = np.unique(np.argmax(live[lonely], axis=1))
        if len(needed):
            chosen.extend(columns[needed].tolist())
            rows = rows[~live[:, needed].any(axis=1)]
            columns = np.delete(columns, needed)
            if not len(rows):
                return rows, columns, chosen
        rows = rows[~_dominated(~covers[np.ix_(rows, columns)], np.zeros(len(rows)))]
        columns = columns[~_dominated(covers[np.ix_(rows, columns)].T, cost[columns])]
        if (len(rows), len(columns)) == before:
            return rows, columns, chosen


def _dominated(sets: np.ndarray, cost: np.ndarray) -> np.ndarray:
    """Which sets are contained in another one that costs no more (one of equals stays).

    Parameters
    ----------
    sets : ndarray of shape (n, m), dtype bool
    cost : ndarray of shape (n,)
    """
    number = sets.astype(np.float32)
    common = number @ number.T
    size = number.sum(axis=1)
    inside = (common == size[:, np.newaxis]) & (cost[:, np.newaxis] >= cost[np.newaxis, :])
    equal = inside & inside.T
    earlier = np.arange(len(sets))[:, np.newaxis] > np.arange(len(sets))[np.newaxis, :]
    return np.any(inside & (~equal | earlier), axis=1)


def _solve(covers: np.ndarray, cost: np.ndarray, deadline: float) -> tuple[np.ndarray, bool]:
    """Solve one connected core: the fewest columns, then the cheapest of as many.

    A local search finds a cover that is nearly always as small as can be. What
    remains is the proof that no smaller one exists, which integer programming
    gives quickly once it need not look for covers itself.
    """
    start = time.monotonic()
    fewest = _fewest(covers)
    best = _shrink(covers, _greedy(covers, cost), fewest, deadline)
    picked, proven = None, len(best) <= fewest
    if not proven:
        number = np.ones(covers.shape[1])
        picked, proven = _milp(covers, number, len(best) - 1, deadline - time.monotonic())
    if picked is not None:
        best = picked
    now = time.monotonic()
    # Polishing takes no longer than all that was before.
    picked, _ = _milp(covers, cost, len(best), min(deadline - now, max(now - start, 0.1)))
    if picked is not None and cost[picked].sum() <= cost[best].sum():
        best = picked
    return best, proven


def _milp(
    covers: np.ndarray, cost: np.ndarray, size: int, seconds: float
) -> tuple[np.ndarray | None, bool]:
    """The cheapest cover of at most ``size`` columns.

    Returns
    -------
    picked : ndarray of int or None
        None where there is none, or none was found in time.
    proven : bool
        Whether this is the prediction, and not the end of the time.
    """
    if seconds <= 0:
        return None, False
    rows = LinearConstraint(sparse.csr_matrix(covers.astype(float)), lb=np.ones(len(covers)))
    prediction = milp(
        cost,
        integrality=np.ones(covers.shape[1]),
        bounds=Bounds(0, 1),
        constraints=[rows, LinearConstraint(np.ones((1, covers.shape[1])), ub=size)],
        options={"time_limit": seconds, "mip_rel_gap": 0.0},
    )
    picked = None if prediction.x is None else np.flatnonzero(prediction.x > 0.5)
    return picked, prediction.status in (0, 2)  # optimal, or infeasible


def _fewest(covers: np.ndarray) -> int:
    """A lower bound on the size of a cover: the linear relaxation, rounded up."""
    rows = sparse.csr_matrix(-covers.astype(float))
    n_rows, n_columns = covers.shape
    prediction = linprog(np.ones(n_columns), A_ub=rows, b_ub=-np.ones(n_rows), bounds=(0, 1))
    return int(np.ceil(prediction.fun - 1e-6)) if prediction.status == 0 else 1


def _shrink(
    covers: np.ndarray, start: np.ndarray, fewest: int, deadline: float, n_steps: int = 1500
) -> np.ndarray:
    """Make a cover smaller by exchanging columns.

    Row weighting local search (Gao, Weise & Li, 2015): rows that stay uncovered
    grow heavier until some column is worth taking for them.

    Parameters
    ----------
    covers : ndarray of shape (n_rows, n_columns), dtype bool
    start : ndarray of int
        A cover.
    fewest : int
        No cover has fewer columns.
    deadline : float
        On the monotonic clock.
    n_steps : int
        Exchanges.

    Returns
    -------
    cover : ndarray of int
        The smallest one seen.
    """
    rng = np.random.default_rng(0)
    by_column = np.ascontiguousarray(covers.T, dtype=np.float64)
    inside = np.zeros(covers.shape[1], dtype=bool)
    inside[start] = True
    count = covers[:, inside].sum(axis=1)
    weight = np.ones(len(covers))
    moved = np.zeros(covers.shape[1], dtype=np.int64)
    best, last = np.sort(start), -1
    for step in range(1, n_steps + 1):
        while count.all():
            best = np.flatnonzero(inside)
            if len(best) <= max(fewest, 2):
                return best
            out = _cheapest(by_column, weight * (count == 1), inside, moved, -1)
            inside[out] = False
            count -= covers[:, out]
        if step % 100 == 0 and time.monotonic() > deadline:
            break
        out = _cheapest(by_column, weight * (count == 1), inside, moved, last)
        inside[out], moved[out] = False, step
        count -= covers[:, out]
        row = rng.choice(np.flatnonzero(count == 0))
        options = np.flatnonzero(covers[row] & ((moved < step) | inside))
        gain = by_column[options] @ (weight * (count == 0))
        last = int(options[np.lexsort((moved[options], -gain))[0]])
        inside[last], moved[last] = True, step
        count += covers[:, last]
        weight[count == 0] += 1.0
    return best


def _cheapest(
    by_column: np.ndarray, weight: np.ndarray, inside: np.ndarray, moved: np.ndarray, banned: int
) -> int:
    """The column of a cover whose rows it alone covers weigh least; the oldest of equals."""
    columns = np.flatnonzero(inside)
    if len(columns) > 1:
        columns = columns[columns != banned]
    loss = by_column[columns] @ weight
    return int(columns[np.lexsort((moved[columns], loss))[0]])


def _greedy(covers: np.ndarray, cost: np.ndarray) -> np.ndarray:
    """A cover that takes the column with most uncovered rows again and again."""
    left = np.ones(covers.shape[0], dtype=bool)
    chosen = []
    while left.any():
        gain = covers[left].sum(axis=0)
        best = int(np.lexsort((cost, -gain))[0])
        chosen.append(best)
        left &= ~covers[:, best]
    return np.array(chosen, dtype=np.intp)

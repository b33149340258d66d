"""Disjoint pairs of near rows, over one table or several copies of it at once."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from skdistill.transfer._near._neighbors import NeighborGraph

__all__ = ["Partners", "disjoint_layers"]

# Further rounds of looking for a free partner find few.
_ROUNDS = 3


@dataclass(frozen=True)
class Partners:
    """Random near rows.

    Parameters
    ----------
    graph : NeighborGraph
        With at least one neighbour a row.
    n_copies : int
        The table may stand so many times one after another: row i of copy c
        is row ``c * n + i``, and its partners stand in the same copy.
    """

    graph: NeighborGraph
    n_copies: int
    _near: np.ndarray = field(init=False, repr=False)

    def __post_init__(self) -> None:
        graph = self.graph
        near = graph.neighbors[graph.group]
        if self.single:
            near = graph.members[near]
        tables = [near + copy * self._step for copy in range(self.n_copies)]
        object.__setattr__(self, "_near", np.concatenate(tables).ravel())

    @property
    def single(self) -> bool:
        """Whether no row is repeated in the table: then groups are rows."""
        return len(self.graph.start) == len(self.graph.group)

    @property
    def _step(self) -> int:
        """What separates one copy from the next: groups, or rows where these are the same."""
        return len(self.graph.start)

    def draw(self, rows: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Return a random near row for each of ``rows``."""
        graph, k = self.graph, self.graph.neighbors.shape[1]
        kind = np.uint8 if k < 256 else np.uint32
        near = self._near.take(rows * k + rng.integers(0, k, len(rows), dtype=kind))
        if self.single:
            return near
        copy, group = np.divmod(near, self._step)
        step = (rng.random(len(rows)) * graph.count[group]).astype(np.intp)
        return graph.members[graph.start[group] + step] + copy * len(graph.group)


def _any_order(n: int, rng: np.random.Generator) -> np.ndarray:
    """The numbers below n from a random one on, around, forward or backward.

    Of any two, each comes first as often as the other, and each stands as often
    in any place: as in a random permutation, at a tenth of its price.
    """
    start = int(rng.integers(n))
    rows = np.arange(start, start + n)
    rows[n - start :] -= n
    return rows[::-1].copy() if rng.random() < 0.5 else rows


def _disjoint(a: np.ndarray, b: np.ndarray, n_rows: int) -> np.ndarray:
    """Positions of edges (a, b) such that no row stands in two of those kept.

    No row stands twice in ``a``. An edge is kept if no later one touches either
    of its rows; the last one always is.
    """
    edge = np.arange(len(a))
    asks, asked = np.full((2, n_rows), -1)
    asks[a], asked[b] = edge, edge  # of several, the last one stands
    kept = asked.take(a) <= edge
    kept &= asked.take(b) == edge
    kept &= asks.take(b) <= edge
    return np.flatnonzero(kept)


def disjoint_layers(
    partners: Partners, n_rows: int, rng: np.random.Generator
) -> list[tuple[np.ndarray, np.ndarray]]:
    """Pair every row with a random near one, in layers of disjoint pairs.

    Parameters
    ----------
    partners : Partners
    n_rows : int
        Rows in all: a multiple of the table's.
    rng : Generator

    Returns
    -------
    layers : list of (a, b)
        Row numbers of the pairs. Within a layer no row stands twice, so its
        pairs may be handled at once and in any order; together the layers
        reach every row at least once. Rows that find no free neighbour form
        the later, small layers.
    """
    waiting = _any_order(n_rows, rng)
    free = np.ones(n_rows, dtype=bool)
    first: list[tuple[np.ndarray, np.ndarray]] = []
    layers: list[tuple[np.ndarray, np.ndarray]] = []
    while len(waiting):
        a, b = waiting, partners.draw(waiting, rng)
        looking = len(first) < _ROUNDS  # for partners that are free as well
        if looking and first:
            both = np.flatnonzero(free.take(b))
            a, b = a.take(both), b.take(both)
        kept = _disjoint(a, b, n_rows)
        a, b = a.take(kept), b.take(kept)
        (first if looking else layers).append((a, b))
        free[a] = free[b] = False
        waiting = waiting.take(np.flatnonzero(free.take(waiting)))
    ours, theirs = zip(*first, strict=True)
    return [(np.concatenate(ours), np.concatenate(theirs)), *layers]

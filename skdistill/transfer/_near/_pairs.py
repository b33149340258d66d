"""Disjoint pairs of near rows, and exchange between them."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from skdistill._rows import iter_slices
from skdistill.transfer._near._neighbors import NeighborGraph

__all__ = ["Partners", "disjoint_layers", "exchange_categories", "exchange_numbers", "spread_of"]

# Values of a matrix handled at a time: all that is made of them stays in the
# processor's cache, which halves the time.
_PART_VALUES = 16_384

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
        The table may be repeated so many times: row i of copy c is row
        ``c * n + i``, and its partners are in the same copy.
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
            return np.asarray(near)
        copy, group = np.divmod(near, self._step)
        step = (rng.random(len(rows)) * graph.count[group]).astype(np.intp)
        return np.asarray(graph.members[graph.start[group] + step] + copy * len(graph.group))


def _any_order(n: int, rng: np.random.Generator) -> np.ndarray:
    """The numbers below n from a random one on, around, forward or backward.

    Of any two, each comes first as often as the other, and each is as often
    in any position: as in a random permutation, at a tenth of its price.
    """
    start = int(rng.integers(n))
    rows = np.arange(start, start + n)
    rows[n - start :] -= n
    return rows[::-1].copy() if rng.random() < 0.5 else rows


def _disjoint(a: np.ndarray, b: np.ndarray, n_rows: int) -> np.ndarray:
    """Positions of edges (a, b) such that no row is in two of those kept.

    No row is twice in ``a``. An edge is kept if no later one touches either
    of its rows; the last one always is.
    """
    edge = np.arange(len(a))
    leaving, entering = np.full((2, n_rows), -1)
    leaving[a], entering[b] = edge, edge  # of several, the last one is kept
    kept = entering.take(a) <= edge
    kept &= entering.take(b) == edge
    kept &= leaving.take(b) <= edge
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
        Row numbers of the pairs. Within a layer no row occurs twice, so its
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


def spread_of(one: np.ndarray, other: np.ndarray, s: float) -> np.ndarray:
    """Deviation |one - other| / s; zero at a missing value, which is exchanged as it is."""
    spread = one - other
    np.abs(spread, out=spread)
    spread /= spread.dtype.type(s)
    if np.isnan(spread.sum()):
        np.nan_to_num(spread, copy=False, nan=0.0)
    return np.asarray(spread)


def _swapped(size: int, p: float, rng: np.random.Generator) -> np.ndarray:
    """Each of ``range(size)`` with probability p."""
    if p >= 1:
        return np.arange(size)
    return np.flatnonzero(rng.integers(0, 2**32, size, np.uint32) < np.uint32(p * 2**32))


def _whole_rows(matrix: np.ndarray) -> np.ndarray:
    """Each row of a contiguous matrix as one item of its size: copied four times as fast."""
    size = matrix.itemsize * matrix.shape[1]
    return matrix.view(np.dtype((np.void, size))).reshape(len(matrix))


def exchange_numbers(
    numbers: np.ndarray,
    a: np.ndarray,
    b: np.ndarray,
    p: float,
    s: float,
    rng: np.random.Generator,
) -> None:
    """Let disjoint pairs of rows exchange numbers, in place.

    Parameters
    ----------
    numbers : ndarray of shape (n, n_numeric), in C order
    a, b : ndarray of shape (n_pairs,)
        Rows; none occurs twice.
    p : float
        Probability of an exchange, drawn once a pair and attribute.
    s : float
        New values are normal with deviation |difference| / s.
    rng : Generator
    """
    width = numbers.shape[1]
    if not width:
        return
    rows = _whole_rows(numbers)
    for part in iter_slices(len(a), max(_PART_VALUES // width, 1)):
        first, second = rows.take(a[part]), rows.take(b[part])
        left, right = first.view(numbers.dtype), second.view(numbers.dtype)
        # Only exchanged entries are drawn for: half of the normals, with p = 1/2.
        place = _swapped(left.size, p, rng)
        one, other = left.take(place), right.take(place)
        new = rng.standard_normal((2, len(place)), dtype=numbers.dtype)
        new *= spread_of(one, other, s)
        new[0] += other
        new[1] += one
        left[place], right[place] = new
        np.put(rows, a[part], first)
        np.put(rows, b[part], second)


def exchange_categories(
    codes: np.ndarray, a: np.ndarray, b: np.ndarray, p: float, rng: np.random.Generator
) -> None:
    """Let disjoint pairs of rows swap categories, in place; see `exchange_numbers`."""
    width = codes.shape[1]
    if not width:
        return
    for part in iter_slices(len(a), max(_PART_VALUES // width, 1)):
        left, right = codes.take(a[part], axis=0), codes.take(b[part], axis=0)
        place = _swapped(left.size, p, rng)
        one = left.ravel().take(place)
        left.ravel()[place] = right.ravel().take(place)
        right.ravel()[place] = one
        codes[a[part]], codes[b[part]] = left, right

"""Rows in blocks, handed out in chunks of any size.

A generator draws in blocks of a fixed size, each from a random stream of its
own. Users take chunks: whatever their size, the rows are the same, and no more
than one block and one chunk are held at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from sklearn.utils import check_random_state

from skdistill._rows import iter_slices
from skdistill.transfer._tables._table import Encoded, Table

__all__ = ["Block", "iter_chunks", "seeds_of"]

Block = tuple[Encoded, np.ndarray | None]


def seeds_of(random_state: Any) -> np.random.SeedSequence:
    """Seeds for independent streams, from anything scikit-learn takes as a random state."""
    rng = check_random_state(random_state)
    return np.random.SeedSequence(rng.randint(0, 2**31 - 1, size=4).tolist())


def _iter_blocks(
    draw: Callable[[int, np.random.Generator], Block],
    n_samples: int,
    block_rows: int,
    seeds: np.random.SeedSequence,
) -> Iterator[Block]:
    """Draw blocks of ``block_rows`` rows, the last one shorter."""
    for part in iter_slices(n_samples, block_rows):
        rng = np.random.Generator(np.random.SFC64(seeds.spawn(1)[0]))
        yield draw(part.stop - part.start, rng)


def iter_chunks(
    table: Table,
    draw: Callable[[int, np.random.Generator], Block],
    n_samples: int,
    *,
    block_rows: int,
    chunk_size: int,
    seeds: np.random.SeedSequence,
) -> Iterator[tuple[Any, np.ndarray | None]]:
    """Yield decoded rows and their parents, ``chunk_size`` at a time.

    Parameters
    ----------
    table : Table
        Turns numbers and codes into the user's kind of rows.
    draw : callable
        ``draw(size, rng)`` returns encoded rows and their parents, or None in
        place of these.
    n_samples : int
        Rows in all.
    block_rows : int
        Rows that ``draw`` draws at a time.
    chunk_size : int
        Rows that are yielded at a time; the last chunk may be shorter.
    seeds : SeedSequence
        Each block's stream is a child of it.

    Yields
    ------
    rows : ndarray or DataFrame of shape (chunk_size, n_features)
    parents : ndarray of shape (chunk_size,), or None

    Notes
    -----
    Memory: one chunk and one block. Each block is decoded right into its place
    in the chunk.
    """
    blocks = _iter_blocks(draw, n_samples, block_rows, seeds)
    left: Encoded | None = None
    ancestors: np.ndarray | None = None
    for part in iter_slices(n_samples, chunk_size) if n_samples else [slice(0, 0)]:
        size, filled = part.stop - part.start, 0
        chunk = table.allocate(size)
        parents = np.empty(size, dtype=np.intp)
        while filled < size:
            if left is None or not len(left):
                left, ancestors = next(blocks)
            step = min(size - filled, len(left))
            place = slice(filled, filled + step)
            chunk.fill(place, left.take(slice(step)))
            if ancestors is not None:
                parents[place], ancestors = ancestors[:step], ancestors[step:]
            left = left.take(slice(step, None))
            filled += step
        known = ancestors is not None or not size
        yield chunk.finish(), parents if known else None

"""Binary search over the hybrids of two rows that get different predictions.

Exchange the columns in which the rows differ one after the other: somewhere on
the way from the first row to the second the prediction changes, and the column
exchanged there is relevant. Asking one interior hybrid a round halves the way;
``n_ways`` of them cut it into ``n_ways + 1`` pieces, and every piece whose ends
differ holds a relevant column, so several can be followed at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from skdistill.juntas._points import Hybrids

__all__ = ["Finding", "Pair", "search_pairs"]


@dataclass
class Pair:
    """Two rows with different predictions.

    Parameters
    ----------
    first, second : ndarray of shape (d,)
        Codes.
    first_prediction, second_prediction : number
        As the rounds gives them.
    """

    first: np.ndarray
    second: np.ndarray
    first_prediction: Any
    second_prediction: Any


@dataclass
class Finding:
    """A relevant column and its witness.

    Parameters
    ----------
    column : int
        The only one in which the two rows differ.
    rows : Hybrids or Rows
        The two rows.
    predictions : ndarray of shape (2,)
        Theirs.
    pair : int
        Which pair led there.
    """

    column: int
    rows: Any
    predictions: np.ndarray
    pair: int = 0


@dataclass
class _Piece:
    """A stretch of the way between the rows of one pair, with the predictions at its ends."""

    pair: int
    low: int
    high: int
    low_prediction: Any
    high_prediction: Any

    def interior(self, n_ways: int) -> np.ndarray:
        """Cuts that divide the stretch as evenly as can be."""
        n = min(n_ways, self.high - self.low - 1)
        steps = np.arange(1, n + 1) * (self.high - self.low)
        return self.low + steps // (n + 1)


def search_pairs(
    rounds: Any,
    pairs: list[Pair],
    *,
    n_ways: int,
    n_parallel: int,
    rng: np.random.Generator,
) -> list[Finding]:
    """Find a relevant column for each pair, several in one round.

    Parameters
    ----------
    rounds : QueryRounds
        Queries the teacher.
    pairs : list of Pair
        Whose predictions differ.
    n_ways : int
        Interior hybrids queried for one stretch in one round.
    n_parallel : int
        Stretches followed at the same time, at most.
    rng : Generator
        Chooses among stretches where there are too many.

    Returns
    -------
    findings : list of Finding
        One at least for classes; real values may change in steps that each
        stay within the tolerance, and then there may be none.
    """
    orders = [np.flatnonzero(pair.first != pair.second) for pair in pairs]
    pieces = [
        _Piece(i, 0, len(order), pair.first_prediction, pair.second_prediction)
        for i, (pair, order) in enumerate(zip(pairs, orders, strict=True))
    ]
    while any(piece.high - piece.low > 1 for piece in pieces):
        cuts = [piece.interior(n_ways) for piece in pieces]
        blocks = [
            Hybrids(pairs[p.pair].first, pairs[p.pair].second, orders[p.pair], c)
            for p, c in zip(pieces, cuts, strict=True)
        ]
        predictions = rounds.query(*blocks)
        pieces = _refine(rounds, orders, pieces, cuts, predictions, n_parallel, rng)
    findings = []
    for piece in pieces:
        pair, order = pairs[piece.pair], orders[piece.pair]
        found = np.array([piece.low_prediction, piece.high_prediction])
        if rounds.differ(found[:1], found[1:])[0]:
            rows = Hybrids(pair.first, pair.second, order, np.array([piece.low, piece.high]))
            findings.append(Finding(int(order[piece.low]), rows, found, piece.pair))
    return findings


def _refine(
    rounds: Any,
    orders: list[np.ndarray],
    pieces: list[_Piece],
    cuts: list[np.ndarray],
    predictions: list[np.ndarray],
    n_parallel: int,
    rng: np.random.Generator,
) -> list[_Piece]:
    """The stretches whose ends differ, at most ``n_parallel`` of them, over disjoint columns."""
    finer: list[tuple[Any, Any, _Piece]] = []
    for piece, places, values in zip(pieces, cuts, predictions, strict=True):
        at = np.concatenate([[piece.low], places, [piece.high]])
        value = np.concatenate([[piece.low_prediction], values, [piece.high_prediction]])
        changed = np.flatnonzero(rounds.differ(value[:-1], value[1:]))
        if not len(changed):  # real values only: follow the largest step
            changed = np.array([np.argmax(np.abs(np.diff(value)))])
        order = orders[piece.pair]
        for i in changed:
            part = _Piece(piece.pair, int(at[i]), int(at[i + 1]), value[i], value[i + 1])
            finer.append((order[part.low], order[part.high - 1], part))
    # Stretches over disjoint ranges of columns hold different variables; of two
    # that overlap one is enough. Short ones first: they leave room for more.
    tie = rng.random(len(finer))
    chosen: list[tuple[Any, Any, _Piece]] = []
    for place in sorted(range(len(finer)), key=lambda p: (finer[p][1] - finer[p][0], tie[p])):
        first, last, _ = finer[place]
        if len(chosen) < n_parallel and all(last < a or first > b for a, b, _ in chosen):
            chosen.append(finer[place])
    return [part for _, _, part in chosen]

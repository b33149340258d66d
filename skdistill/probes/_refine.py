"""Refinement by queries: impure nodes are searched again on fresh rows of their subcube.

A conjunction of w literals holds on 2^-w of the rows of the cube, so deep in a
tree there are few rows to choose splits by. On a cube the teacher may be
queried anywhere: an impure node gets fresh rows from its own subcube, and is
searched again there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from skdistill._labels import ClassLabels
from skdistill._lattice import FoundTree
from skdistill._rows import take_rows
from skdistill.base import LabelledRows
from skdistill.exceptions import AllRowsFailedError
from skdistill.probes._cube import Cube
from skdistill.probes._pool import Pool, same_classes
from skdistill.probes._search import ProbeSearch
from skdistill.teachers import Oracle

__all__ = ["SPAN", "SubcubeSearch", "refine"]

# Levels of one lattice where nodes can be searched again by queries.
SPAN = 5


@dataclass
class SubcubeSearch:
    """Find the best subtree for a node, on fresh rows of its subcube.

    Parameters
    ----------
    search : ProbeSearch
    oracle : Oracle
        That of the whole fit, so that one budget holds for all its queries.
    cube : Cube
    encode : callable
        From rows as the teacher takes them to those that a tree reads.
    pool : Pool
        The rows so far. Fresh rows replace those of their subcube, and weigh
        what the subcube does.
    n_fresh : int
        Rows drawn in each subcube.
    max_depth : int
        Of the whole tree.
    rng : Generator

    Attributes
    ----------
    n_probes : int
        Conjunctions whose residual was computed.
    """

    search: ProbeSearch
    oracle: Oracle
    cube: Cube
    encode: Callable[[Any], np.ndarray]
    pool: Pool
    n_fresh: int
    max_depth: int
    rng: np.random.Generator

    def __post_init__(self) -> None:
        self.n_probes = 0
        self._total = float(self.pool.weight.sum())
        labels = self.pool.labels
        self._soft = isinstance(labels, ClassLabels) and labels.soft

    @property
    def affordable(self) -> float:
        """Nodes for which the budget has enough queries left."""
        left = self.oracle.left
        return left // self.n_fresh if np.isfinite(left) else left

    def __call__(
        self, fixed: dict[int, bool], node: FoundTree, max_leaves: int
    ) -> FoundTree | None:
        """Return the best subtree; None where the teacher failed on all the rows.

        Parameters
        ----------
        fixed : dict of int to bool
            The subcube: columns that are low (True) or high (False).
        node : FoundTree
        max_leaves : int
            Of the subtree.
        """
        points = self.cube.draw(self.n_fresh, self.rng, fixed)
        try:
            labels, kept = self.oracle.label(points, soft=self._soft)
        except AllRowsFailedError:  # elsewhere it may still predict
            return None
        points = take_rows(points, kept)
        fresh = LabelledRows(points, same_classes(labels, self.pool.labels), n_real=0)
        pool = Pool.of_rows(fresh, self.encode(points))
        found = self.search.find(
            points,
            pool,
            depth=min(SPAN, self.max_depth - node.depth),
            max_leaves=max_leaves,
            rng=self.rng,
        )
        self.n_probes += found.n_probes
        share = 2.0 ** -len(fixed)
        self.pool = self.pool.replace(fixed, pool, share * self._total, self.cube.middle)
        return found.tree(found.best.max_leaves, share / len(pool), node.depth)


def _impure(
    node: FoundTree, fixed: dict[int, bool], least_depth: int, tolerance: float
) -> list[tuple[FoundTree, dict[int, bool]]]:
    """Topmost nodes with errors, at a depth or deeper or leaves, with their paths."""
    if node.error <= tolerance:
        return []
    if node.depth >= least_depth or not node.children:
        return [(node, fixed)]
    return [
        found
        for child, low in zip(node.children, (True, False), strict=True)
        for found in _impure(child, fixed | {node.feature: low}, least_depth, tolerance)
    ]


def refine(
    tree: FoundTree,
    solve: Callable[[dict[int, bool], FoundTree, int], FoundTree | None],
    *,
    max_depth: int,
    max_leaves: int,
    span: int,
    max_refinements: float,
    tolerance: float = 1e-9,
) -> int:
    """Search the impure nodes of a tree again, each in its own subcube; in place.

    Parameters
    ----------
    tree : FoundTree
    solve : callable
        ``solve(fixed, node, max_leaves)`` returns the best subtree for a node,
        by fresh rows in its subcube (columns that are low, or not), or None.
    max_depth, max_leaves : int
        Of the whole tree.
    span : int
        Levels of one lattice: nodes half as deep are searched again first.
    max_refinements : int
        Maximum number of nodes searched again, those of largest error first.

    Returns
    -------
    n_refinements : int
    """
    step = max(1, span // 2)
    waiting = _impure(tree, {}, step, tolerance)
    done = 0
    while waiting and done < max_refinements:
        waiting.sort(key=lambda pair: -pair[0].error)
        node, fixed = waiting.pop(0)
        if not 0 < node.depth < max_depth:
            continue
        room = max_leaves - tree.n_leaves + node.n_leaves
        better = solve(fixed, node, room)
        done += 1
        if better is None:
            continue
        node.error, node.children = better.error, better.children
        node.feature, node.threshold = better.feature, better.threshold
        waiting += [
            (below, path)
            for below, path in _impure(node, fixed, node.depth + step, tolerance)
            if below.depth > len(fixed)
        ]
    return done

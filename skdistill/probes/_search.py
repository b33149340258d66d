"""The search for the best trees on labelled rows, guided by probes of activations."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from skdistill._lattice import (
    BestTrees,
    FoundTree,
    Problem,
    find_literals,
    found_tree,
    search_trees,
    two_values,
)
from skdistill.probes._basis import probe_basis
from skdistill.probes._pool import Pool

__all__ = ["ProbeSearch", "Searched"]


@dataclass(frozen=True)
class Searched:
    """The best trees on some rows, of every size.

    Parameters
    ----------
    problem : Problem
    best : BestTrees
    n_probes : int
        Conjunctions whose residual was computed.
    """

    problem: Problem
    best: BestTrees
    n_probes: int

    def tree(self, n_leaves: int, mass: float, depth: int = 0) -> FoundTree:
        """Return the best tree with at most so many leaves; see :func:`found_tree`."""
        return found_tree(self.best.tree(n_leaves), self.problem.literals, mass, depth)

    def sizes(self) -> list[int]:
        """Return the numbers of leaves with which a tree beats all smaller ones."""
        error = self.best.error
        better = np.diff(error, prepend=np.inf) < -1e-9 * error[0]
        return (np.flatnonzero(better) + 1).tolist()


@dataclass(frozen=True)
class ProbeSearch:
    """Find the best trees on labelled rows; parameters as in LinearProbeTreeClassifier.

    Parameters
    ----------
    activations : callable
        Of rows as the teacher takes them; called where probes choose splits.
    classification : bool
    split_score : {"auto", "both", "residual", "impurity"}
    n_candidates, n_rounds, rank : int
    ridge : float
    binning : int or None
    """

    activations: Callable[[Any], Any]
    classification: bool
    split_score: str
    n_candidates: int
    n_rounds: int
    ridge: float
    rank: int
    binning: int | None

    def splits_kept(self, X: np.ndarray) -> tuple[int, int]:
        """Splits kept of each conjunction of encoded rows, by residual and by impurity.

        On tables, probes were measured to add nothing to the labels
        (benchmarks/results/linear_probe_tables.md), so "auto" probes two-valued columns alone.
        """
        score = self.split_score
        if score == "auto":
            score = "both" if two_values(X) is not None else "impurity"
        if score == "both":
            by_label = max(1, self.n_candidates // 4) if self.n_candidates > 1 else 0
            return self.n_candidates - by_label, by_label
        return (self.n_candidates, 0) if score == "residual" else (0, self.n_candidates)

    def reads_activations(self, X: np.ndarray) -> bool:
        """Whether splits of encoded rows are chosen by probes."""
        return self.splits_kept(X)[0] > 0

    def problem(self, rows: Any, pool: Pool, rng: np.random.Generator) -> Problem:
        """Return literals, probes and targets of some rows.

        Parameters
        ----------
        rows : ndarray, csr_matrix or DataFrame of shape (n, n_features)
            As the teacher takes them.
        pool : Pool
            The same rows, encoded and labelled.
        rng : Generator
            For the randomised decomposition of the activations.
        """
        if self.binning is None and two_values(pool.X) is None:
            raise ValueError(
                "binning=None takes only columns of 0 and 1, or of -1 and 1, but X has others. "
                "Set binning to the maximum number of intervals that a column is cut into, such "
                "as 16."
            )
        weight, basis = pool.scaled_weight(), None
        literals = find_literals(pool.X, pool.weight, self.binning or 2)
        if self.reads_activations(pool.X):
            # With more directions than a quarter of the rows, any conjunction is fitted.
            rank = max(1, min(self.rank, len(pool) // 4))
            basis = probe_basis(
                self.activations(rows), weight, rank=rank, ridge=self.ridge, rng=rng
            )
        return Problem.of_rows(
            pool.X,
            literals,
            pool.scaled_targets(),
            weight,
            classification=self.classification,
            basis=basis,
        )

    def find(
        self, rows: Any, pool: Pool, *, depth: int, max_leaves: int, rng: np.random.Generator
    ) -> Searched:
        """Find the best trees up to a depth and a number of leaves; see :meth:`problem`."""
        problem = self.problem(rows, pool, rng)
        n_probe, n_label = self.splits_kept(pool.X)
        lattice, best = search_trees(
            problem,
            depth=depth,
            max_leaves=min(max_leaves, 2**depth),
            n_probe=n_probe,
            n_label=n_label,
            n_rounds=self.n_rounds,
            rng=rng,
        )
        return Searched(problem, best, lattice.n_probes)

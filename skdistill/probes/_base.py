"""The road of the linear-probe trees: rows, activations, lattice, tree."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from scipy import sparse
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted

from skdistill._encoding import encode
from skdistill._lattice._answers import answers_to
from skdistill._lattice._best_tree import BestTrees
from skdistill._lattice._lattice import Problem
from skdistill._lattice._literals import find_literals, two_values
from skdistill._lattice._search import search_trees
from skdistill._rows import take_rows
from skdistill._sklearn import plain_tree
from skdistill._validation import Number, OneOf
from skdistill.base import BaseDistiller, LabelledRows
from skdistill.exceptions import DistillationWarning
from skdistill.probes._basis import probe_basis
from skdistill.probes._cube import draw_cube
from skdistill.probes._lrh_report import LRHReport, probe_errors
from skdistill.rules import RuleSet, node_rules
from skdistill.teachers import Oracle, hidden_representation
from skdistill.trees import (
    DistilledTreeMixin,
    FoundTree,
    Pool,
    SizedTree,
    fill_tree,
    found_tree,
    leaf_predictions,
    node_indicators,
    refine,
    same_classes,
    shorten_thresholds,
    tree_splits,
)

__all__ = ["LinearProbeTreeMixin"]

# Rows probed by default: of the cube, and of tables.
_CUBE_ROWS, _TABLE_ROWS = 4_000, 10_000
# The largest tree, where only the depth is bounded.
_MOST_LEAVES = 1_024
# Levels of one lattice where nodes can be probed again by queries.
_SPAN = 5


class LinearProbeTreeMixin(DistilledTreeMixin):
    """What the linear-probe trees share; they say what a target is."""

    alpha = 0.0
    _order_categories = False  # networks are probed for yes-or-no questions
    domain: str
    layers: Any
    max_depth: int
    max_leaf_nodes: int | None
    split_score: str
    n_candidates: int
    n_rounds: int
    n_samples: Any
    ridge: float
    rank: int
    binning: int | None
    max_refinements: int

    _parameter_rules = BaseDistiller._parameter_rules | {
        "domain": [OneOf("auto", "boolean")],
        "max_depth": [Number(1, whole=True)],
        "max_leaf_nodes": [OneOf(None), Number(1, whole=True)],
        "split_score": [OneOf("auto", "both", "residual", "impurity")],
        "n_candidates": [Number(1, whole=True)],
        "n_rounds": [Number(0, whole=True)],
        "n_samples": [OneOf("auto"), Number(2, whole=True)],
        "ridge": [Number(0)],
        "rank": [Number(1, whole=True)],
        "binning": [OneOf(None), Number(2, whole=True)],
        "max_refinements": [Number(0, whole=True)],
    }

    def _label_rows(self, X: Any, y: Any, sample_weight: Any) -> LabelledRows:
        if self.domain != "boolean":
            if self.max_refinements:
                raise ValueError(
                    f"max_refinements={self.max_refinements} draws rows inside subcubes, which "
                    f'needs domain="boolean". Got domain={self.domain!r}.'
                )
            return super()._label_rows(X, y, sample_weight)
        if self.transfer_set is not None:
            raise ValueError(
                f'domain="boolean" draws its rows from the cube, but transfer_set='
                f'{self.transfer_set!r}. Leave it None, or use domain="auto".'
            )
        # X shows the coding of the cube; the rows come from all of it.
        if sparse.issparse(X):
            raise TypeError('domain="boolean" needs dense rows, but X is sparse. Use X.toarray().')
        oracle, real, rng = self._open(X, y, sample_weight)
        assert oracle is not None
        n_samples = _CUBE_ROWS if self.n_samples == "auto" else self.n_samples
        points = draw_cube(real.X, int(min(n_samples, oracle.left)), _generator(rng, "rows"))
        labels, kept = oracle.label(points, soft=self._use_soft(self.teacher_))
        rows = LabelledRows(take_rows(points, kept), labels, n_real=0)
        self._close(oracle, real, rows)
        return self._protect_decisions(rows)

    def _fit_tree(self, X: Any, y: Any, sample_weight: Any) -> Any:
        """Walk the road, search, and adopt the tree; returns the classes, or None."""
        if self.teacher is None:
            raise ValueError(
                f"{type(self).__name__} reads the inside of a teacher, but teacher=None. Pass a "
                "fitted network, forest or pipeline: LinearProbeTreeClassifier(model).fit(X)."
            )
        rows = self._label_rows(X, y, sample_weight)
        encoded = self._encode_rows(rows)
        encoded = encoded.toarray() if sparse.issparse(encoded) else encoded
        weight = np.ones(len(encoded)) if rows.sample_weight is None else rows.sample_weight
        rng = _generator(check_random_state(self.random_state), "search")
        probed = self._choose(len(encoded), rng)
        labels = rows.labels
        pool = Pool(encoded, labels.targets, labels, weight)
        part = pool.take(probed)
        self.n_probes_ = 0
        tree, problem = self._search(take_rows(rows.X, probed), part, rng)
        pool = self._refine(tree, pool, rows.X, rng)
        filled = fill_tree(
            tree_splits(tree),
            pool.X,
            pool.targets,
            pool.weight,
            classification=self._kind == "classifier",
        )
        filled = shorten_thresholds(filled, pool.X)
        classes = labels.classes
        final = LabelledRows(
            pool.X, pool.labels, None if _uniform(pool.weight) else pool.weight, rows.n_real
        )
        self._set_tree(
            plain_tree(filled, classes=classes, params=self._plain_params()), final, pool.X
        )
        self._inspect(part.X, problem)
        return classes

    def _choose(self, n: int, rng: np.random.Generator) -> np.ndarray:
        """Which rows are probed."""
        most = _TABLE_ROWS if self.n_samples == "auto" else self.n_samples
        return np.arange(n) if n <= most else np.sort(rng.choice(n, most, replace=False))

    def _problem(self, X: Any, pool: Pool, rng: np.random.Generator) -> Problem:
        """Literals, activations and targets of some rows."""
        boolean = two_values(pool.X) is not None
        if self.binning is None and not boolean:
            raise ValueError(
                "binning=None takes columns of 0 and 1, or of -1 and 1, alone, but X has others. "
                "Set binning to the most intervals that a column is cut into, such as 16."
            )
        literals = find_literals(pool.X, pool.weight, self.binning or 2)
        weight = pool.scaled_weight()
        basis = np.zeros((len(pool.X), 0))
        if not self._splits_kept(boolean)[0]:
            if self.layers is not None:
                warnings.warn(
                    f"layers={self.layers!r} is not read: splits are chosen by the labels alone. "
                    'Use split_score="both" or "residual" to probe.',
                    DistillationWarning,
                    stacklevel=5,
                )
        else:
            activations = hidden_representation(self.teacher_, X, self.layers)
            # More directions than a quarter of the rows fit any conjunction.
            rank = max(1, min(self.rank, len(pool.X) // 4))
            basis = probe_basis(activations, weight, rank=rank, ridge=self.ridge, rng=rng)
        return Problem(
            answers_to(pool.X, literals),
            literals,
            pool.scaled_targets(),
            weight,
            basis,
            self._kind == "classifier",
        )

    def _splits_kept(self, boolean: bool) -> tuple[int, int]:
        """Splits of each conjunction by residual and by impurity."""
        score = self.split_score
        if score == "auto":
            score = "both" if boolean else "impurity"
        if score == "both":
            by_label = max(1, self.n_candidates // 4) if self.n_candidates > 1 else 0
            return self.n_candidates - by_label, by_label
        return (self.n_candidates, 0) if score == "residual" else (0, self.n_candidates)

    def _best_trees(
        self, X: Any, pool: Pool, depth: int, max_leaves: int, rng: np.random.Generator
    ) -> tuple[Problem, BestTrees]:
        """Find the best trees of all sizes on some rows; counts the probes."""
        problem = self._problem(X, pool, rng)
        n_probe, n_label = self._splits_kept(two_values(pool.X) is not None)
        lattice, best = search_trees(
            problem,
            depth=depth,
            max_leaves=min(max_leaves, 2**depth),
            n_probe=n_probe,
            n_label=n_label,
            n_rounds=self.n_rounds,
            rng=rng,
        )
        self.n_probes_ += lattice.n_probes
        return problem, best

    def _search(self, X: Any, pool: Pool, rng: np.random.Generator) -> tuple[FoundTree, Problem]:
        """Find the best trees on the probed rows; sets what is known of each size."""
        span = min(self.max_depth, _SPAN) if self.max_refinements else self.max_depth
        problem, best = self._best_trees(X, pool, span, self.max_leaf_nodes or _MOST_LEAVES, rng)
        mass = 1.0 / problem.weight.sum()
        sizes = np.flatnonzero(np.diff(best.error, prepend=np.inf) < -1e-9 * best.error[0])
        trees = [found_tree(best.tree(k), problem.literals, mass) for k in (sizes + 1).tolist()]
        self.size_path_ = [self._sized(tree, pool) for tree in trees]
        return trees[-1], problem

    def _sized(self, tree: FoundTree, pool: Pool) -> SizedTree:
        """One size of the path, as a plain tree with its fidelity."""
        classification = self._kind == "classifier"
        filled = fill_tree(
            tree_splits(tree), pool.X, pool.targets, pool.weight, classification=classification
        )
        plain = plain_tree(filled, classes=pool.labels.classes, params=self._plain_params())
        answers = leaf_predictions(filled, self._kind)[filled.apply(pool.X)]
        measured = self._measure(pool.labelled(), answers)
        return SizedTree(tree.n_leaves, measured, plain)

    def _refine(self, tree: FoundTree, pool: Pool, X: Any, rng: np.random.Generator) -> Pool:
        """Probe impure nodes again by queries; returns the rows with the fresh ones."""
        n_fresh = _CUBE_ROWS if self.n_samples == "auto" else self.n_samples
        most, total = self.max_refinements, pool.weight.sum()
        if self.max_queries is not None:
            most = min(most, (self.max_queries - self.n_queries_) // n_fresh)

        def solve(fixed: dict[int, bool], node: FoundTree, max_leaves: int) -> FoundTree:
            nonlocal pool
            points = draw_cube(X, n_fresh, rng, fixed)
            oracle = Oracle(self.teacher_, kind=self._kind, n_jobs=self.n_jobs)
            labels, _ = oracle.label(points, soft=self._use_soft(self.teacher_))
            self.n_queries_ += oracle.n_queries_
            labels = same_classes(labels, pool.labels)
            fresh = Pool(encode(self.encoder_, points), labels.targets, labels, np.ones(n_fresh))
            depth = min(_SPAN, self.max_depth - node.depth)
            problem, best = self._best_trees(points, fresh, depth, max_leaves, rng)
            share = 2.0 ** -len(fixed)
            better = found_tree(
                best.tree(best.max_leaves), problem.literals, share / n_fresh, node.depth
            )
            pool = pool.replace(fixed, fresh, share * total)
            return better

        self.n_refinements_ = refine(
            tree,
            solve,
            max_depth=self.max_depth,
            max_leaves=self.max_leaf_nodes or 2**self.max_depth,
            span=_SPAN,
            max_refinements=most,
        )
        return pool

    def _inspect(self, X: np.ndarray, problem: Problem) -> None:
        """Measure how linearly each node of the tree is represented."""
        indicators = node_indicators(self.tree_, X)
        share = problem.weight @ indicators / problem.weight.sum()
        self._node_share = share
        self._node_error = np.full(len(share), np.nan)
        if problem.basis.shape[1]:
            self._node_error = probe_errors(indicators, problem.basis, problem.weight)
        variance = share * (1.0 - share)
        self.probe_residuals_ = np.divide(
            self._node_error, variance, out=np.full(len(share), np.nan), where=variance > 0
        )

    def lrh_report(self) -> LRHReport:
        """Report whether the linear representation hypothesis holds on this tree, by depth.

        Returns
        -------
        report : LRHReport
            Prints as a table.

        Raises
        ------
        ValueError
            If nothing was probed, since splits were chosen by labels alone.
        """
        check_is_fitted(self)
        if np.isnan(self._node_error).all():
            raise ValueError(
                "Nothing was probed: splits were chosen by the labels alone, as "
                'split_score="auto" does on tables, or the layers are the same on all rows that '
                'fit was given. Use split_score="both" or "residual", and layers and rows that '
                'differ (domain="boolean" draws its own). Rules of the leaves: extract_rules.'
            )
        return LRHReport.from_nodes(
            self.tree_, self._node_error, self._node_share, float(self.fidelity_)
        )

    def to_rules(self, *, feature_names: Any = None, class_names: Any = None) -> RuleSet:
        """Return the linearly represented conjunctions that the tree uses, as rules.

        Parameters
        ----------
        feature_names, class_names : sequence of str, default=None
            See :func:`skdistill.extract_rules`, which reads all the leaves.

        Returns
        -------
        rules : RuleSet
            One for each node, inner ones too, whose conjunction is represented
            (see :class:`LRHReport`); a node comes before those below it.
        """
        report = self.lrh_report()
        return node_rules(
            self, report.represented_nodes, feature_names=feature_names, class_names=class_names
        )


def _generator(rng: Any, purpose: str) -> np.random.Generator:
    """Independent numbers for each purpose, even from equal states."""
    return np.random.default_rng([*purpose.encode(), *rng.randint(2**31 - 1, size=4).tolist()])


def _uniform(weight: np.ndarray) -> bool:
    return bool(np.all(weight == 1.0))

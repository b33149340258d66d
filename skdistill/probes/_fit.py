"""From a teacher to a linear-probe tree: label rows, search, refine, build the tree."""

from __future__ import annotations

import warnings
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
from scipy import sparse
from sklearn.utils import check_random_state

from skdistill._encoding import encode
from skdistill._lattice import FoundTree, Problem
from skdistill._rows import take_rows
from skdistill._sklearn import plain_tree
from skdistill._validation import Number, OneOf, validate_parameters
from skdistill.base import BaseDistiller, LabelledRows, RealRows, label_rows
from skdistill.exceptions import DistillationWarning
from skdistill.probes._cube import CODINGS, Cube
from skdistill.probes._lrh_report import node_probe_errors
from skdistill.probes._pool import Pool
from skdistill.probes._refine import SPAN, SubcubeSearch, refine
from skdistill.probes._search import ProbeSearch, Searched
from skdistill.teachers import Oracle, hidden_representation
from skdistill.trees import SizedTree, fill_tree, leaf_predictions, shorten_thresholds, tree_splits

__all__ = ["PROBE_RULES", "fit_probe_tree"]

# Rows probed by default: of the cube, and of tables.
_CUBE_ROWS, _TABLE_ROWS = 4_000, 10_000
# Leaves of the largest tree, where only the depth is bounded.
_MOST_LEAVES = 1_024

PROBE_RULES = BaseDistiller._parameter_rules | {
    "domain": [OneOf("auto", *CODINGS)],
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


class _Drawn(NamedTuple):
    """Labelled points of a cube, with the oracle that stays open for refinement."""

    oracle: Oracle
    real: RealRows
    rows: LabelledRows
    cube: Cube


def fit_probe_tree(tree: Any, X: Any, y: Any, sample_weight: Any) -> Any:
    """Fit a linear-probe tree; sets its attributes, and returns the classes, or None.

    Parameters
    ----------
    tree : LinearProbeTreeClassifier or LinearProbeTreeRegressor
    X, y, sample_weight : array-like
        As ``fit`` gets them.
    """
    _check_parameters(tree)
    drawn = None if tree.domain == "auto" else _label_cube(tree, X, y, sample_weight)
    rows = tree._label_rows(X, y, sample_weight) if drawn is None else drawn.rows
    encoded = tree._encode_rows(rows)
    encoded = encoded.toarray() if sparse.issparse(encoded) else encoded
    pool, rng = Pool.of_rows(rows, encoded), _generator(tree, "search")
    search = _search_of(tree)
    _warn_if_not_read(tree, search, encoded)
    probed = _choose(len(pool), tree.n_samples, rng)
    part = pool.take(probed)
    best, found = _find(tree, search, take_rows(rows.X, probed), part, rng)
    if drawn is not None:
        subcubes = SubcubeSearch(
            search,
            drawn.oracle,
            drawn.cube,
            lambda rows: encode(tree.encoder_, rows),
            pool,
            n_fresh=_n_fresh(tree),
            max_depth=tree.max_depth,
            rng=rng,
        )
        _refine(tree, best, subcubes)
        pool = subcubes.pool
        tree._close(drawn.oracle, drawn.real, rows)
    _build(tree, best, pool)
    _measure_probes(tree, part, found.problem)
    return rows.teacher.classes


def _check_parameters(tree: Any) -> None:
    """Refuse parameters that exclude each other, before the teacher is queried."""
    validate_parameters(tree)
    if tree.teacher is None:
        raise ValueError(
            f"{type(tree).__name__} reads the activations of a teacher, but teacher=None. Pass a "
            f"fitted network, forest or pipeline: {type(tree).__name__}(model).fit(X)."
        )
    if tree.domain == "auto" and tree.max_refinements:
        raise ValueError(
            f"max_refinements={tree.max_refinements} draws rows in subcubes, which needs "
            f'domain="binary" or "sign". Got domain={tree.domain!r}.'
        )
    if tree.domain in CODINGS and tree.transfer_set is not None:
        raise ValueError(
            f"domain={tree.domain!r} draws its rows from the cube, but transfer_set="
            f'{tree.transfer_set!r}. Leave it None, or use domain="auto".'
        )


def _label_cube(tree: Any, X: Any, y: Any, sample_weight: Any) -> _Drawn:
    """Draw and label points of the cube, of which X shows columns and dtypes."""
    if sparse.issparse(X):
        raise TypeError(
            f"domain={tree.domain!r} needs dense rows, but X is sparse. Use X.toarray()."
        )
    oracle, real, rng = tree._open(X, y, sample_weight)
    cube = Cube(tree.domain, real.X)
    n_samples = int(min(_n_fresh(tree), oracle.left))
    points = cube.draw(n_samples, _generator(tree, "rows", rng))
    soft = tree._use_soft(tree.teacher_)
    rows, _ = label_rows(oracle, RealRows(points), None, soft=soft, rng=rng)
    return _Drawn(oracle, real, tree._protect_decisions(replace(rows, n_real=0)), cube)


def _n_fresh(tree: Any) -> int:
    """Rows drawn from a cube or a subcube."""
    return _CUBE_ROWS if tree.n_samples == "auto" else int(tree.n_samples)


def _choose(n: int, n_samples: Any, rng: np.random.Generator) -> np.ndarray:
    """Positions of the rows that are probed."""
    most = _TABLE_ROWS if n_samples == "auto" else n_samples
    return np.arange(n) if n <= most else np.sort(rng.choice(n, most, replace=False))


def _search_of(tree: Any) -> ProbeSearch:
    return ProbeSearch(
        activations=lambda rows: hidden_representation(tree.teacher_, rows, tree.layers),
        classification=tree._kind == "classifier",
        split_score=tree.split_score,
        n_candidates=tree.n_candidates,
        n_rounds=tree.n_rounds,
        ridge=tree.ridge,
        rank=tree.rank,
        binning=tree.binning,
    )


def _find(
    tree: Any, search: ProbeSearch, rows: Any, pool: Pool, rng: np.random.Generator
) -> tuple[FoundTree, Searched]:
    """Find the best trees on the probed rows; sets what is known of each size."""
    found = search.find(
        rows,
        pool,
        depth=min(tree.max_depth, SPAN) if tree.max_refinements else tree.max_depth,
        max_leaves=tree.max_leaf_nodes or _MOST_LEAVES,
        rng=rng,
    )
    mass = 1.0 / found.problem.weight.sum()
    trees = [found.tree(k, mass) for k in found.sizes()]
    tree.size_path_ = [_sized(tree, candidate, pool) for candidate in trees]
    tree.n_probes_, tree.n_refinements_ = found.n_probes, 0
    return trees[-1], found


def _warn_if_not_read(tree: Any, search: ProbeSearch, encoded: np.ndarray) -> None:
    if tree.layers is not None and not search.reads_activations(encoded):
        warnings.warn(
            f"layers={tree.layers!r} is not read: splits are chosen by the labels alone. "
            'Use split_score="both" or "residual" to probe.',
            DistillationWarning,
            stacklevel=4,
        )


def _filled(tree: Any, found: FoundTree, pool: Pool) -> Any:
    """Return a found tree as a scikit-learn ``Tree`` whose nodes hold the means of rows."""
    return fill_tree(
        tree_splits(found),
        pool.X,
        pool.targets,
        pool.weight,
        classification=tree._kind == "classifier",
    )


def _sized(tree: Any, found: FoundTree, pool: Pool) -> SizedTree:
    """Return one size of the path, as a plain tree with its fidelity."""
    filled = _filled(tree, found, pool)
    plain = plain_tree(filled, classes=pool.labels.classes, params=tree._plain_params())
    predicted = leaf_predictions(filled, tree._kind)[filled.apply(pool.X)]
    return SizedTree(found.n_leaves, tree._measure(pool.labelled(), predicted), plain)


def _refine(tree: Any, found: FoundTree, subcubes: SubcubeSearch) -> None:
    """Search impure nodes again by queries, in place, as far as the budget reaches."""
    tree.n_refinements_ = refine(
        found,
        subcubes,
        max_depth=tree.max_depth,
        max_leaves=tree.max_leaf_nodes or 2**tree.max_depth,
        span=SPAN,
        max_refinements=min(tree.max_refinements, subcubes.affordable),
    )
    tree.n_probes_ += subcubes.n_probes


def _build(tree: Any, found: FoundTree, pool: Pool) -> None:
    """Fill the found tree with all rows, and measure it on them."""
    filled = shorten_thresholds(_filled(tree, found, pool), pool.X)
    plain = plain_tree(filled, classes=pool.labels.classes, params=tree._plain_params())
    tree._set_tree(plain, pool.labelled(), pool.X)


def _measure_probes(tree: Any, pool: Pool, problem: Problem) -> None:
    """Measure how linearly each node of the tree is represented on the probed rows."""
    error, share = node_probe_errors(tree.tree_, pool.X, problem.basis, problem.weight)
    tree._node_error, tree._node_share = error, share
    variance = share * (1.0 - share)
    tree.probe_residuals_ = np.divide(
        error, variance, out=np.full(len(share), np.nan), where=variance > 0
    )


def _generator(tree: Any, purpose: str, rng: Any = None) -> np.random.Generator:
    """Independent numbers for each purpose, even from equal states."""
    rng = check_random_state(tree.random_state) if rng is None else rng
    return np.random.default_rng([*purpose.encode(), *rng.randint(2**31 - 1, size=4).tolist()])

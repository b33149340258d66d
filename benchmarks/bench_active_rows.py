"""Do rows that are queried where data is thin make larger trees more faithful?

A few hundred real rows, a fixed number of queries, trees of 16 and of 64
leaves: the same number of further rows comes from a density, from transfer
sets that query the teacher where it is unsure, or from regions in which the tree
holds few rows (in the manner of TREPAN: M. Craven, J. Shavlik, NIPS 1995).
Fidelity is the agreement with the teacher on test rows, in points above that of
rows drawn by the default density.

Run::

    python benchmarks/bench_active_rows.py            # about 15 minutes on one core
    python benchmarks/bench_active_rows.py --quick    # two tables

Needs ``pip install "skdistill[benchmarks]"``.
"""

from __future__ import annotations

import os

os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1", MKL_NUM_THREADS="1")

import argparse
import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd
from _lib.data import SETS, TEACHERS, split, trained_teacher
from _lib.results import add_output, markdown_table, write_study
from sklearn.base import BaseEstimator

from skdistill import (
    BoundaryTransferSet,
    CommitteeTransferSet,
    DistilledTreeClassifier,
    LocalGaussianTransferSet,
    MungeTransferSet,
    UncertaintyTransferSet,
    fidelity_score,
)
from skdistill.trees import PrunedGrower

N_REAL, N_QUERIES, LEAVES = 300, 2_000, (16, 64)
# titanic has only a handful of distinct rows.
TABLES = tuple(name for name in SETS if name != "titanic")


class ThinLeaves(BaseEstimator):
    """Half of the rows as the density has them, half where a first tree holds few.

    Candidates are drawn without querying the teacher, and those in the leaves with the fewest
    rows are kept, so that the leaves fill up evenly.
    """

    def __init__(self, teacher: Any, leaves: int, seed: int):
        self.teacher = teacher
        self.leaves = leaves
        self.seed = seed

    def __sklearn_clone__(self) -> ThinLeaves:
        return self

    def fit(self, X: Any, y: Any = None) -> ThinLeaves:
        self.X_, self.density_ = X, LocalGaussianTransferSet(random_state=self.seed).fit(X)
        self.n_samples_ = N_QUERIES - len(X)
        return self

    def sample(self, n_samples: int) -> Any:
        drawn = self.density_.sample(20 * n_samples)
        half = n_samples // 2
        first, candidates = _take(drawn, slice(half)), _take(drawn, slice(half, None))
        tree = DistilledTreeClassifier(
            self.teacher,
            transfer_set=_Given(first),
            grower=PrunedGrower(),
            max_leaf_nodes=self.leaves,
            random_state=self.seed,
        ).fit(self.X_)
        held = np.bincount(
            np.concatenate([tree.apply(self.X_), tree.apply(first)]),
            minlength=tree.tree_.node_count,
        )
        leaf = tree.apply(candidates)
        order = np.argsort(leaf, kind="stable")
        starts = np.flatnonzero(np.diff(leaf[order], prepend=-1))
        sizes = np.diff(np.append(starts, len(leaf)))
        filled = np.empty(len(leaf), dtype=np.intp)
        # How full a leaf would be when this row is taken after those before it.
        filled[order] = np.arange(len(leaf)) - np.repeat(starts, sizes)
        filled += held[leaf]
        kept = np.argsort(filled, kind="stable")[: n_samples - half]
        return _join(first, _take(candidates, kept))


class _Given(BaseEstimator):
    def __init__(self, rows: Any):
        self.rows = rows

    def __sklearn_clone__(self) -> _Given:
        return self

    def fit(self, X: Any, y: Any = None) -> _Given:
        self.n_samples_ = len(self.rows)
        return self

    def sample(self, n_samples: int) -> Any:
        return self.rows


def _take(rows: Any, index: Any) -> Any:
    return rows.iloc[index] if hasattr(rows, "iloc") else rows[index]


def _join(first: Any, second: Any) -> Any:
    if hasattr(first, "iloc"):
        return pd.concat([first, second], ignore_index=True)
    return np.concatenate([first, second])


def methods(teacher: Any, leaves: int, seed: int) -> dict[str, Callable[[], Any]]:
    """Transfer sets by name; what they query themselves counts towards the budget."""
    return {
        "local Gaussian": LocalGaussianTransferSet,
        "MUNGE": MungeTransferSet,
        "boundary": BoundaryTransferSet,
        "uncertainty": UncertaintyTransferSet,
        "committee": CommitteeTransferSet,
        "thin leaves": lambda: ThinLeaves(teacher, leaves, seed),
    }


def measure(name: str, kind: str, seed: int) -> list[dict[str, Any]]:
    """Fidelity of every method on one table, teacher and seed."""
    data = split(name, seed)
    teacher = trained_teacher(kind, name, seed, data)
    real = _take(data.X, np.random.default_rng(seed).permutation(len(data.X))[:N_REAL])
    truth, records = teacher.predict(data.X_test), []
    for leaves in LEAVES:
        for method, make in methods(teacher, leaves, seed).items():
            tree = DistilledTreeClassifier(
                teacher,
                transfer_set=make(),
                max_queries=N_QUERIES,
                max_leaf_nodes=leaves,
                random_state=seed,
            ).fit(real)
            value = fidelity_score(truth, tree.predict(data.X_test))
            cell = {"set": name, "teacher": kind, "seed": seed, "leaves": leaves}
            records.append(cell | {"method": method, "fidelity": 100 * value})
    return records


def report(results: pd.DataFrame, seconds: float) -> str:
    """The section for the results file."""
    cell = ["set", "teacher", "seed"]
    rows = []
    for method in results["method"].unique():
        row: list[Any] = [method]
        for leaves in LEAVES:
            wide = results[results["leaves"] == leaves].pivot_table(
                index=cell, columns="method", values="fidelity"
            )
            gain = wide[method] - wide["local Gaussian"]
            error = gain.std() / np.sqrt(len(gain))
            row.append(f"{wide[method].mean():.2f} ({gain.mean():+.2f} ± {error:.2f})")
        rows.append(row)
    n = results.groupby(cell).ngroups
    return f"""
`benchmarks/bench_active_rows.py`: percent of test fidelity of the default tree, fitted on {N_REAL}
real rows and as many others as make {N_QUERIES} queries in all, over {n} cells; in brackets the
points above rows of the default density with the standard error. {seconds / 60:.0f} minutes.

{markdown_table(["further rows", *(f"{k} leaves" for k in LEAVES)], rows)}
"""


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="two tables")
    parser.add_argument("--seeds", type=int, default=1, help="how many seeds (default: 1)")
    add_output(parser, __file__)
    options = parser.parse_args(arguments)
    start, records = time.perf_counter(), []
    for name in TABLES[:2] if options.quick else TABLES:
        for kind in TEACHERS:
            for seed in range(options.seeds):
                records += measure(name, kind, seed)
                print(f"{time.perf_counter() - start:6.0f} s  {name} {kind} {seed}", flush=True)
    text = report(pd.DataFrame(records), time.perf_counter() - start)
    write_study("Rows queried where data is thin", text, options)


if __name__ == "__main__":
    main()

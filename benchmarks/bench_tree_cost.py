"""What does growing a distilled tree cost, in CPU time and in memory?

Rows on a bent sheet, labelled by a small random network; more than 10,000 of
them, so that none are drawn. Each measurement is made in a process of its own,
one thread, after a small fit has loaded everything: CPU seconds of ``fit``
without the teacher's, and by how much the peak of the process's memory rises
during it. Memory is given in units of the binned data, one byte a value; the
rows are held in single precision, as scikit-learn's trees read them, or in
double. The yardstick is scikit-learn's CART on the same rows and labels.

Run::

    python benchmarks/bench_tree_cost.py
    python benchmarks/bench_tree_cost.py --quick    # the smaller table alone, once
"""

from __future__ import annotations

import os

# One thread on all sides, so that CPU time is comparable.
os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1", MKL_NUM_THREADS="1")

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from _lib.cells import Stopwatch
from _lib.memory import peak_mb
from _lib.methods import CART, GROWERS
from _lib.results import add_output, markdown_table, write_study
from bench_transfer_speed import correlated_rows
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from skdistill import DistilledTreeClassifier, DistilledTreeRegressor

LEAVES = 16
TASKS = ("2 classes", "6 classes", "values")
OURS = "default"
# (rows, columns, precision, tasks, methods, repeats)
LARGE = (1_000_000, 20, "float32", TASKS, (CART, OURS), 1)
SMALL = (20_000, 50, "float32", TASKS, (CART, OURS, *GROWERS), 3)
DOUBLE = (20_000, 50, "float64", TASKS[:1], (CART, OURS), 3)


class RandomNetwork:
    """A teacher: a random network of one hidden layer, as quick as its products of matrices.

    Parameters
    ----------
    n_features : int
    n_outputs : int
        As many classes, or one value.
    """

    def __init__(self, n_features: int, n_outputs: int):
        rng = np.random.default_rng(0)
        self._first = rng.standard_normal((n_features, 32)) / np.sqrt(n_features)
        self._second = rng.standard_normal((32, n_outputs))
        if n_outputs > 1:
            self.classes_ = np.arange(n_outputs)

    def predict(self, X: np.ndarray) -> np.ndarray:
        parts = [self._scores(X[i : i + 1000]) for i in range(0, len(X), 1000)]
        return np.concatenate(parts)

    def predict_proba(self, X: np.ndarray) -> np.ndarray:
        return np.eye(len(self.classes_))[self.predict(X)]

    def _scores(self, X: np.ndarray) -> np.ndarray:
        scores = np.tanh(3 * X @ self._first) @ self._second
        return scores[:, 0] if scores.shape[1] == 1 else scores.argmax(axis=1)


def make_teacher(task: str, n_features: int) -> Stopwatch:
    """The teacher of a task; it shows probabilities where it has classes."""
    n_outputs = 1 if task == "values" else int(task.split()[0])
    return Stopwatch(RandomNetwork(n_features, n_outputs))


def fit_function(task: str, method: str, teacher: Stopwatch) -> Callable[[np.ndarray], Any]:
    """What is to be measured, as a function of the rows."""
    plain, distilled = (
        (DecisionTreeRegressor, DistilledTreeRegressor)
        if task == "values"
        else (DecisionTreeClassifier, DistilledTreeClassifier)
    )
    if method == CART:
        tree = plain(max_leaf_nodes=LEAVES, random_state=0)
        return lambda X: tree.fit(X, teacher.predict(X))
    params = {} if method == OURS else {"grower": GROWERS[method]()}
    return distilled(teacher, max_leaf_nodes=LEAVES, random_state=0, **params).fit


def rows_of(n: int, d: int, precision: str) -> np.ndarray:
    """Rows made in parts, so that making them leaves no peak: shape (n, d)."""
    X = np.empty((n, d), dtype=precision)
    for seed, start in enumerate(range(0, n, 50_000)):
        part = X[start : start + 50_000]
        part[:] = correlated_rows(len(part), d, seed)
    return X


def measure_here(
    n: int, d: int, precision: str, task: str, method: str, repeats: int
) -> dict[str, float]:
    """CPU seconds (the least) and rise of the peak of memory (the first), in this process."""
    X, teacher = rows_of(n, d, precision), make_teacher(task, d)
    fit = fit_function(task, method, teacher)
    fit(X[:300])
    seconds, rise = [], 0.0
    for k in range(repeats):
        before = peak_mb(reset=True)
        queried, start = teacher.seconds, time.process_time()
        fit(X)
        seconds.append(time.process_time() - start - (teacher.seconds - queried))
        rise = peak_mb() - before if k == 0 else rise
    return {"seconds": min(seconds), "rise": rise}


def measure(n: int, d: int, precision: str, task: str, method: str, repeats: int) -> dict:
    """The same in a process of its own."""
    case = json.dumps([n, d, precision, task, method, repeats])
    run = subprocess.run(
        [sys.executable, __file__, "--case", case], capture_output=True, text=True, check=False
    )
    if run.returncode:
        raise RuntimeError(f"{case} failed:\n{run.stderr}")
    return json.loads(run.stdout.splitlines()[-1])


def table(
    n: int,
    d: int,
    precision: str,
    tasks: Sequence[str],
    methods: Sequence[str],
    repeats: int,
) -> str:
    """Time and memory of all methods on all tasks of one size."""
    rows, binned = [], n * d / 2**20
    for task in tasks:
        of_cart = None
        for method in methods:
            found = measure(n, d, precision, task, method, repeats)
            of_cart = of_cart or found["seconds"]
            rows.append(
                [
                    f"{task}, {method}",
                    found["seconds"],
                    f"{found['seconds'] / of_cart:.1f}x",
                    f"{found['rise']:.1f}",
                    f"{found['rise'] / binned:.1f}x",
                ]
            )
            print(f"{n:,} x {d}", *rows[-1], file=sys.stderr)
    header = ["task, method", "CPU seconds", "ratio to CART", "MB", "MB / binned data"]
    return (
        f"## {n:,} rows x {d} columns, {precision}\n\nBinned data: {binned:.1f} MB.\n\n"
        f"{markdown_table(header, rows)}"
    )


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="the smaller table alone, once")
    parser.add_argument("--case", type=json.loads, help=argparse.SUPPRESS)
    add_output(parser, __file__)
    options = parser.parse_args(arguments)
    if options.case:
        print(json.dumps(measure_here(*options.case)))
        return
    cases = [(*SMALL[:-1], 1)] if options.quick else [SMALL, DOUBLE, LARGE]
    parts = [
        f"`benchmarks/bench_tree_cost.py`: {LEAVES} leaves, one thread, no drawn rows; CPU seconds "
        "of `fit` without the teacher's, and by how much the peak of the process's memory rises.",
        *(table(*case) for case in cases),
    ]
    write_study("Cost of growing trees", "\n\n".join(parts), options)


if __name__ == "__main__":
    main()

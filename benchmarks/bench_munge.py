"""How fast are MUNGE rows drawn, against the plain loop and against the floor?

For n = 10,000 rows of d = 20 numbers, ten times as many new rows are drawn.
Ratios, all measured in one run on one thread:

* against the plain loop over passes, rows and attributes, with the neighbours
  given to both sides, with the neighbour search on both sides, and with the
  search on our side alone;
* against the floor: what ``numpy.random.default_rng`` needs for as many
  standard normals and as many uniforms as there are values;
* peak memory of ``sample`` against the size of what it returns.

The plain loop is the algorithm as its published implementations run it: on
arrays, value by value, with numpy's global generator; with probability p an
attribute is drawn from a normal centred on the nearest neighbour's, with
standard deviation |difference| / s. In most of them the row alone changes, in
the paper the neighbour as well: both are measured. Beside them stands the
fastest plain loop that we could write, on lists with Python's ``random``. The
loops' neighbour search takes one row of distances at a time, once for all
passes.

Rule: C. Bucila, R. Caruana, A. Niculescu-Mizil, "Model compression", KDD 2006,
section 3.3.

Run::

    python benchmarks/bench_munge.py
    python benchmarks/bench_munge.py --quick    # 2,000 rows, for a look
"""

from __future__ import annotations

import os

# One thread on both sides: matrix products in the searches are threaded else.
os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1", MKL_NUM_THREADS="1")

import argparse
import random
import time
import tracemalloc
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from _results import RESULTS, markdown_table, write_section

from skdistill import MungeTransferSet

P_SWAP, LOCAL_VARIANCE = 0.5, 1.0


def correlated_rows(n: int, d: int) -> np.ndarray:
    """Rows on a bent sheet of five dimensions in d, as real tables are: shape (n, d)."""
    rng = np.random.default_rng(0)
    hidden = rng.standard_normal((n, 5))
    return np.tanh(hidden @ rng.standard_normal((5, d))) + 0.1 * rng.standard_normal((n, d))


def loop_search(X: np.ndarray) -> np.ndarray:
    """Nearest other row of each row, one row of distances at a time: shape (n,)."""
    nearest = np.empty(len(X), dtype=np.intp)
    for i in range(len(X)):
        distance = ((X - X[i]) ** 2).sum(axis=1)
        distance[i] = np.inf
        nearest[i] = np.argmin(distance)
    return nearest


def published_loop(X: np.ndarray, nearest: np.ndarray, n_passes: int) -> np.ndarray:
    """The plain loop; each row changes alone: shape (n_passes * n, d)."""
    np.random.seed(0)
    n, d = X.shape
    made = np.empty((n_passes * n, d))
    for k in range(n_passes):
        new = X.copy()
        for i in range(n):
            e = nearest[i]
            for j in range(d):
                if np.random.uniform() < P_SWAP:
                    own, other = X[i, j], X[e, j]
                    new[i, j] = np.random.normal(other, abs(own - other) / LOCAL_VARIANCE)
        made[k * n : (k + 1) * n] = new
    return made


def exchanging_loop(X: np.ndarray, nearest: np.ndarray, n_passes: int) -> np.ndarray:
    """The plain loop; a row and its neighbour both change: shape (n_passes * n, d)."""
    np.random.seed(0)
    n, d = X.shape
    made = np.empty((n_passes * n, d))
    for k in range(n_passes):
        new = X.copy()
        for i in range(n):
            e = nearest[i]
            for j in range(d):
                if np.random.uniform() < P_SWAP:
                    own, other = new[i, j], new[e, j]
                    spread = abs(own - other) / LOCAL_VARIANCE
                    new[i, j] = np.random.normal(other, spread)
                    new[e, j] = np.random.normal(own, spread)
        made[k * n : (k + 1) * n] = new
    return made


def tuned_loop(X: np.ndarray, nearest: np.ndarray, n_passes: int) -> np.ndarray:
    """The loop tuned by hand, on lists of floats: shape (n_passes * n, d)."""
    source = random.Random(0)
    uniform, normal = source.random, source.gauss
    rows, partners = X.tolist(), nearest.tolist()
    new = []
    for _ in range(n_passes):
        for row, partner in zip(rows, partners, strict=True):
            made = []
            for value, other in zip(row, rows[partner], strict=True):
                if uniform() < P_SWAP:
                    value = normal(other, abs(value - other) / LOCAL_VARIANCE)
                made.append(value)
            new.append(made)
    return np.array(new)


LOOPS = {
    "plain loop, row alone": published_loop,
    "plain loop, both rows": exchanging_loop,
    "loop tuned by hand, row alone": tuned_loop,
}


def best_times(parts: dict[str, Callable[[], Any]], repeats: int) -> dict[str, float]:
    """Least CPU seconds of each part, in turns, so that a busy moment hits them alike."""
    seconds: dict[str, float] = dict.fromkeys(parts, np.inf)
    for _ in range(repeats):
        for name, function in parts.items():
            start = time.process_time()
            function()
            seconds[name] = min(seconds[name], time.process_time() - start)
    return seconds


def floor(size: int) -> Callable[[], None]:
    """A function that draws ``size`` normals and ``size`` uniforms into warm memory."""
    rng = np.random.default_rng(0)
    normals, uniforms = np.empty(size), np.empty(size)

    def draw() -> None:
        rng.standard_normal(out=normals)
        rng.random(out=uniforms)

    return draw


def peak_ratio(munge: MungeTransferSet, n_samples: int) -> float:
    """Peak memory allocated in ``sample``, its output included, over that output's size."""
    tracemalloc.start()
    drawn = munge.sample(n_samples, random_state=0)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak / drawn.nbytes


def measure(n: int, d: int, n_passes: int, repeats: int) -> dict[str, float]:
    """All times in seconds, and the ratio of memory."""
    X = correlated_rows(n, d)
    n_samples = n_passes * n
    munge = MungeTransferSet(p_swap=P_SWAP, local_variance=LOCAL_VARIANCE, random_state=0)
    nearest = loop_search(X)
    fast = {
        "fit (the neighbour search)": lambda: munge.fit(X),
        "sample": lambda: munge.sample(n_samples),
        "floor": floor(n_samples * d),
    }
    slow = {
        "search of the loops": lambda: loop_search(X),
        **{name: partial(loop, X, nearest, n_passes) for name, loop in LOOPS.items()},
    }
    times = best_times(fast, repeats) | best_times(slow, 3)
    return times | {"peak": peak_ratio(munge, n_samples)}


def report(t: dict[str, float], n: int, d: int, n_passes: int) -> str:
    """The section for the results file."""
    ours, whole = t["sample"], t["fit (the neighbour search)"] + t["sample"]
    ratios = []
    for name in LOOPS:
        searching = t["search of the loops"] + t[name]
        cells = [t[name] / ours, searching / whole, t[name] / whole]
        ratios.append([name, *(f"{cell:.1f}x" for cell in cells)])
    header = ["faster than", "neighbours given", "search on both sides", "search on our side alone"]
    limits = [
        ["time of sampling over the floor (normals and uniforms)", f"{ours / t['floor']:.2f}"],
        ["peak memory of sampling over its output", f"{t['peak']:.2f}"],
    ]
    seconds = [[name, f"{t[name]:.4f}"] for name in t if name != "peak"]
    return f"""
`benchmarks/bench_munge.py`: {n_passes * n:,} MUNGE rows from {n:,} of {d} numbers, one thread,
CPU time, the best of several runs.

{markdown_table(header, ratios)}

{markdown_table(["limit", "ratio"], limits)}

{markdown_table(["part", "seconds"], seconds)}
"""


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="2,000 rows, fewer repeats")
    parser.add_argument("--output", type=Path, default=RESULTS, help="the results file")
    options = parser.parse_args(arguments)
    n, d, n_passes = (2_000 if options.quick else 10_000), 20, 10
    times = measure(n, d, n_passes, 5 if options.quick else 15)
    write_section("Speed of MUNGE", report(times, n, d, n_passes), options.output)


if __name__ == "__main__":
    main()

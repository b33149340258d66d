"""How fast are rows drawn, neighbours found, and how much memory does it take?

Four parts, all on one thread, in CPU seconds:

* MUNGE against a plain loop over rows and attributes (``_lib/plain_munge.py``) and
  against the floor, which is what ``numpy.random.default_rng`` needs for as many
  standard normals and as many uniforms as there are values;
* every transfer set: fitted on 10,000 rows of 20 numbers, 1,000,000 sampled;
* the neighbour search, exact and approximate, as rows grow in number: time, and
  how much further than the exact neighbours the found ones lie;
* peak memory of ``sample`` and of ``iter_samples`` against the size of the rows.

Run::

    python benchmarks/bench_transfer_speed.py
    python benchmarks/bench_transfer_speed.py --quick    # a tenth of the rows, for a look
    python benchmarks/bench_transfer_speed.py --parts munge memory
"""

from __future__ import annotations

import os

# One thread on all sides: matrix products in the searches are threaded else.
os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1", MKL_NUM_THREADS="1")

import argparse
import time
import tracemalloc
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np
from _lib.plain_munge import LOCAL_VARIANCE, LOOPS, P_SWAP, loop_search
from _lib.results import add_output, markdown_table, write_study
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KernelDensity, NearestNeighbors

from skdistill import MungeTransferSet, transfer
from skdistill.transfer._near._projection_forest import ProjectionForest

WIDTH = 20


def correlated_rows(n: int, d: int, seed: int = 0) -> np.ndarray:
    """Rows on a bent sheet of five dimensions in d, as real tables are: shape (n, d)."""
    rng = np.random.default_rng(seed)
    hidden = rng.standard_normal((n, 5))
    bend = np.random.default_rng(0).standard_normal((5, d))
    return np.tanh(hidden @ bend) + 0.1 * rng.standard_normal((n, d))


def seconds_of(function: Callable[[], Any]) -> float:
    """CPU seconds of one call."""
    start = time.process_time()
    function()
    return time.process_time() - start


def best_times(parts: dict[str, Callable[[], Any]], repeats: int) -> dict[str, float]:
    """Least CPU seconds of each part, in turns, so that a busy moment hits them alike."""
    seconds: dict[str, float] = dict.fromkeys(parts, np.inf)
    for _ in range(repeats):
        for name, function in parts.items():
            seconds[name] = min(seconds[name], seconds_of(function))
    return seconds


def floor(size: int) -> Callable[[], None]:
    """A function that draws ``size`` normals and ``size`` uniforms into warm memory."""
    rng = np.random.default_rng(0)
    normals, uniforms = np.empty(size), np.empty(size)

    def draw() -> None:
        rng.standard_normal(out=normals)
        rng.random(out=uniforms)

    return draw


def measure_munge(n: int, d: int, repeats: int) -> dict[str, float]:
    """Seconds of ten passes over n rows of d numbers, ours and theirs."""
    X = correlated_rows(n, d)
    munge = MungeTransferSet(p_swap=P_SWAP, local_variance=LOCAL_VARIANCE, random_state=0)
    nearest = loop_search(X)
    fast = {
        "fit (the neighbour search)": lambda: munge.fit(X),
        "sample": lambda: munge.sample(10 * n),
        "floor": floor(10 * n * d),
    }
    slow = {
        "search of the loops": lambda: loop_search(X),
        **{name: partial(loop, X, nearest, 10) for name, loop in LOOPS.items()},
    }
    return best_times(fast, repeats) | best_times(slow, 3)


def report_munge(quick: bool) -> str:
    """MUNGE against plain loops, for two widths."""
    n, text = (2_000 if quick else 10_000), []
    for d in (10, WIDTH):
        t = measure_munge(n, d, 5 if quick else 15)
        ours, whole = t["sample"], t["fit (the neighbour search)"] + t["sample"]
        ratios = [
            [
                name,
                f"{t[name]:.3f}",
                f"{t[name] / ours:.1f}x",
                f"{(t['search of the loops'] + t[name]) / whole:.1f}x",
                f"{t[name] / whole:.1f}x",
            ]
            for name in LOOPS
        ]
        header = ["faster than", "seconds", "neighbours given", "search on both sides"]
        table = markdown_table([*header, "search on our side alone"], ratios)
        text.append(
            f"{10 * n:,} rows from {n:,} of {d} numbers: {ours:.4f} s, "
            f"{ours / t['floor']:.2f} times the floor; the neighbour search took "
            f"{t['fit (the neighbour search)']:.3f} s, that of the loops "
            f"{t['search of the loops']:.2f} s.\n\n{table}"
        )
    return "## MUNGE against a plain loop\n\n" + "\n\n".join(text)


def every_set(X: np.ndarray) -> dict[str, Any]:
    """One of each public transfer set, with what it cannot do without."""
    teacher = LogisticRegression().fit(X, X[:, 0] > 0)
    needs: dict[str, dict[str, Any]] = {
        "AdapterTransferSet": {"generator": KernelDensity(bandwidth=0.1)},
        "BoundaryTransferSet": {"teacher": teacher},
        "CommitteeTransferSet": {"teacher": teacher},
        "InvarianceTransferSet": {"transformations": [transfer.UnitScaling([0, 1])]},
        "MixtureTransferSet": {
            "transfer_sets": [
                ("near", transfer.NoiseTransferSet()),
                ("far", transfer.UniformTransferSet()),
            ]
        },
        "PoolTransferSet": {"pool": correlated_rows(100_000, X.shape[1], seed=1)},
        "UncertaintyTransferSet": {"teacher": teacher},
    }
    return {
        name: getattr(transfer, name)(random_state=0, **needs.get(name, {}))
        for name in transfer.__all__
        if name.endswith("TransferSet") and name != "BaseTransferSet"
    }


def report_sets(quick: bool) -> str:
    """Every transfer set: seconds of fit and of a million rows."""
    X, n_samples = correlated_rows(10_000, WIDTH), 100_000 if quick else 1_000_000
    rows = []
    for name, each in every_set(X).items():
        fit = seconds_of(partial(each.fit, X))
        try:
            rows.append([name, fit, seconds_of(partial(each.sample, n_samples))])
        except ValueError as error:  # a budget or a pool may hold fewer rows
            rows.append([name, fit, f"({error})"])
        print(*rows[-1], flush=True)
    table = markdown_table(["transfer set", "fit", "sample"], rows)
    return (
        f"## Every transfer set\n\nFitted on 10,000 rows of {WIDTH} numbers, then sampled for "
        f"{n_samples:,} rows; CPU seconds.\n\n{table}"
    )


def neighbour_quality(X: np.ndarray, found: np.ndarray, n_checked: int) -> tuple[float, float]:
    """Mean distance over that of the exact neighbours, and recall, on some rows."""
    checked = np.random.default_rng(1).choice(len(X), n_checked, replace=False)
    k = found.shape[1]
    exact = NearestNeighbors(n_neighbors=k + 1, algorithm="brute").fit(X)
    distance, place = (each[:, 1:] for each in exact.kneighbors(X[checked]))
    ours = np.linalg.norm(X[checked][:, np.newaxis] - X[found[checked]], axis=2)
    common = [len(np.intersect1d(a, b)) for a, b in zip(place, found[checked], strict=True)]
    return ours.mean() / distance.mean(), float(np.mean(common)) / k


def report_search(quick: bool) -> str:
    """Exact and approximate search as rows grow in number."""
    rows = []
    for n in (1_000, 10_000, 20_000, 50_000, 100_000, 1_000_000)[: 5 if quick else None]:
        for kind in ("sheet", "independent"):
            X = (
                correlated_rows(n, WIDTH)
                if kind == "sheet"
                else np.random.default_rng(2).standard_normal((n, WIDTH))
            )
            X = (X - X.mean(axis=0)) / X.std(axis=0)
            exact = np.nan
            if n <= 50_000:
                search = NearestNeighbors(n_neighbors=5, algorithm="brute").fit(X)
                exact = seconds_of(partial(search.kneighbors, return_distance=False))
            forest = ProjectionForest(5)
            seconds = seconds_of(partial(forest.fit, X))
            ratio, recall = neighbour_quality(X, forest.kneighbors(), min(500, n))
            rows.append([f"{n:,}", kind, exact, seconds, f"{ratio:.3f}", recall])
            print(*rows[-1], flush=True)
    header = ["rows", "kind", "exact", "forest", "distance over exact", "recall"]
    return (
        f"## Neighbour search\n\nFive neighbours among rows of {WIDTH} numbers, on a sheet of "
        "five dimensions or all independent (where all distances are nearly alike, the worst "
        f"case); CPU seconds.\n\n{markdown_table(header, rows)}"
    )


def peak_of(function: Callable[[], Any]) -> float:
    """Bytes allocated at most, at one time, during a call."""
    tracemalloc.start()
    function()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak


def report_memory(quick: bool) -> str:
    """Peaks of one sample of 100,000,000 values, and of the same in chunks."""
    n_samples, rows = (500_000 if quick else 5_000_000), []
    size = n_samples * WIDTH * 8
    for n in (10_000, n_samples // 5):
        munge = MungeTransferSet(random_state=0).fit(correlated_rows(n, WIDTH))
        whole = peak_of(partial(munge.sample, n_samples))
        chunks = munge.iter_samples(n_samples, chunk_size=100_000)
        parts = peak_of(lambda c=chunks: sum(len(chunk) for chunk in c))
        rows.append([f"{n:,}", whole / size, parts / size])
    header = ["real rows", "sample", "iter_samples, 100,000 rows at a time"]
    return (
        f"## Memory\n\nPeak memory over that of the {n_samples * WIDTH:,} values drawn, the "
        f"output included; `MungeTransferSet`.\n\n{markdown_table(header, rows)}"
    )


PARTS = {
    "munge": report_munge,
    "sets": report_sets,
    "search": report_search,
    "memory": report_memory,
}


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="a tenth of the rows, few repeats")
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=list(PARTS))
    add_output(parser, __file__)
    options = parser.parse_args(arguments)
    body = "\n\n".join(PARTS[part](options.quick) for part in options.parts)
    head = "`benchmarks/bench_transfer_speed.py`: one thread, CPU seconds, no missing values."
    write_study("Speed of transfer sets", f"{head}\n\n{body}", options)


if __name__ == "__main__":
    main()

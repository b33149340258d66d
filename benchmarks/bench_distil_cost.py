"""What does distilling a tree cost beyond what cannot be saved?

Distilling a tree by CART must draw the rows, query the teacher on them, and
let scikit-learn grow a tree on its labels. Those three, timed alone on the
very same rows, are the floor; the ratio of the whole ``fit`` to their sum is
what the workflow itself costs. ``--profile`` shows where the rest goes.

The second table compares the import of every public name with that of the
scikit-learn modules that it uses (those in ``sys.modules`` after it), each in
processes of their own, without the start of the interpreter.

Run::

    python benchmarks/bench_distil_cost.py
    python benchmarks/bench_distil_cost.py --quick
    python benchmarks/bench_distil_cost.py --profile
"""

from __future__ import annotations

import os

# One thread on both sides, so that CPU time is comparable.
os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1", MKL_NUM_THREADS="1")

import argparse
import cProfile
import pstats
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from _lib.data import encoder, fit_teacher, split
from _lib.imports import measure_imports
from _lib.results import add_output, markdown_table, write_study
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from skdistill import DistilledTreeClassifier, MungeTransferSet
from skdistill.trees import CartGrower

LEAVES = 16
# (table, teacher, labels, MUNGE rows)
SETTINGS = (
    ("breast_cancer", "forest", "hard", True),
    ("german", "forest", "hard", True),
    ("magic", "forest", "hard", True),
    ("magic", "forest", "soft", True),
    ("breast_cancer", "logistic", "hard", True),
    ("breast_cancer", "logistic", "soft", True),
    ("magic", "logistic", "hard", True),
    ("magic", "logistic", "soft", True),
    ("penbased", "logistic", "hard", True),
    ("penbased", "logistic", "soft", True),
    # The hardest: nothing is drawn, and the teacher predicts at once.
    ("breast_cancer", "logistic", "hard", False),
    ("breast_cancer", "logistic", "soft", False),
    ("magic", "logistic", "hard", False),
    ("magic", "logistic", "soft", False),
)
QUICK_SETTINGS = (SETTINGS[0], SETTINGS[4], SETTINGS[5])


@dataclass(frozen=True)
class Parts:
    """Functions that do the whole, and each part of the floor, anew."""

    whole: Callable[[], Any]
    draw: Callable[[], Any]
    label: Callable[[], Any]
    grow: Callable[[], Any]


def train(name: str, kind: str) -> tuple[Any, Any]:
    """Return (training rows, fitted teacher)."""
    data = split(name, 0)
    if kind == "logistic":
        model = LogisticRegression(max_iter=1000)
        return data.X, make_pipeline(encoder(data.X, scale=True), model).fit(data.X, data.y)
    return data.X, fit_teacher(kind, data.X, data.y, 0)


def stack(X: Any, drawn: Any) -> Any:
    if isinstance(X, pd.DataFrame):
        return pd.concat([X, drawn], ignore_index=True)
    return np.concatenate([X, drawn])


def sklearn_fit(rows: Any, labels: np.ndarray) -> Any:
    """scikit-learn's own tree on hard labels (1-d) or on probabilities (2-d)."""
    soft = labels.ndim == 2
    tree = (DecisionTreeRegressor if soft else DecisionTreeClassifier)(
        max_leaf_nodes=LEAVES, random_state=0
    )
    # Two probabilities are one number.
    target = labels[:, 1] if soft and labels.shape[1] == 2 else labels
    return make_pipeline(encoder(rows), tree).fit(rows, target)


def parts(X: Any, teacher: Any, labels: str, drawn: bool) -> Parts:
    """The whole and its floor, on the same rows."""
    munge = MungeTransferSet(random_state=0) if drawn else None
    student = DistilledTreeClassifier(
        teacher,
        labels=labels,
        transfer_set=munge,
        grower=CartGrower(),
        real_weight=1.0,
        max_leaf_nodes=LEAVES,
        random_state=0,
    )

    def draw() -> Any:
        return X[:0] if munge is None else munge.fit(X).sample()

    rows = stack(X, draw())
    query = teacher.predict_proba if labels == "soft" else teacher.predict
    taught = query(rows)
    return Parts(
        whole=lambda: student.fit(X),
        draw=draw,
        label=lambda: query(rows),
        grow=lambda: sklearn_fit(rows, taught),
    )


def seconds(function: Callable[[], Any]) -> float:
    start = time.process_time()
    function()
    return time.process_time() - start


def measure(work: Parts, repeats: int) -> dict[str, float]:
    """Median CPU seconds of the whole and its parts, and the median ratio, in turns."""
    names = ("whole", "draw", "label", "grow")
    for name in names:
        getattr(work, name)()  # warm
    table = np.array([[seconds(getattr(work, k)) for k in names] for _ in range(repeats)])
    ratio = table[:, 0] / table[:, 1:].sum(axis=1)
    return dict(zip(names, np.median(table, axis=0), strict=True)) | {"ratio": np.median(ratio)}


def profile(work: Parts, title: str) -> None:
    """Print where the time of the whole goes."""
    profiler = cProfile.Profile()
    profiler.runcall(work.whole)
    print(f"\n## {title}")
    pstats.Stats(profiler).sort_stats("tottime").print_stats(12)


def report(rows: list[list[Any]], imports: dict[str, float]) -> str:
    """The section for the results file."""
    header = ["table, teacher, labels", "n", "draw", "label", "grow", "fit", "fit / floor"]
    import_rows = [
        ["every public name of skdistill", f"{imports['ours']:.3f}"],
        ["import the scikit-learn modules that it uses", f"{imports['theirs']:.3f}"],
        ["ratio", f"{imports['ratio']:.2f}"],
    ]
    return f"""
`benchmarks/bench_distil_cost.py`: CPU seconds, medians, one thread, {LEAVES} leaves. The floor is
drawing the rows, the teacher's predictions, and scikit-learn's own fit, on the same rows; n real
rows and 10,000 - n drawn ones (n, where the real ones are 10,000 already), or the real ones alone.

{markdown_table(header, rows)}

{markdown_table(["import", "CPU seconds"], import_rows)}
"""


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="three settings, fewer repeats")
    parser.add_argument("--profile", action="store_true", help="print profiles, write nothing")
    add_output(parser, __file__)
    options = parser.parse_args(arguments)
    repeats = 3 if options.quick else 9
    rows = []
    for name, kind, labels, drawn in QUICK_SETTINGS if options.quick else SETTINGS:
        X, teacher = train(name, kind)
        work = parts(X, teacher, labels, drawn)
        title = f"{name}, {kind}, {labels}" + ("" if drawn else ", X alone")
        if options.profile:
            profile(work, title)
            continue
        t = measure(work, repeats)
        cells = [f"{t[key]:.3f}" for key in ("draw", "label", "grow", "whole")]
        rows.append([title, len(X), *cells, f"{t['ratio']:.3f}"])
        print(*rows[-1], file=sys.stderr)
    if not options.profile:
        write_study("Cost of distilling", report(rows, measure_imports(repeats)), options)


if __name__ == "__main__":
    main()

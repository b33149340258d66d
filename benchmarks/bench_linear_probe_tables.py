"""Linear probes on real tables: where do they bring anything?

Teachers: a two-layer ``MLPClassifier``, a skorch net of the same shape and a
random forest, each behind its preprocessing. On the training rows with the
teacher's hard labels grow

* plain CART,
* ``DistilledTreeClassifier`` grown by CART too, which draws rows besides,
* ``LinearProbeTreeClassifier`` by label impurity alone (its default on
  tables), by probe residual alone, by both, and by both with a *random* basis
  in place of the teacher's hidden layers.

The table gives fidelity on the test rows at 8, 16 and 32 leaves, and CPU seconds
of one fit (all three sizes of a probe tree come from one, through its
``size_path_``).

Run::

    python benchmarks/bench_linear_probe_tables.py            # all, about half an hour
    python benchmarks/bench_linear_probe_tables.py --quick    # two tables
"""

from __future__ import annotations

import argparse
import sys
import time
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from _lib.data import fit_teacher, load
from _lib.results import add_output, markdown_table, write_study
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler
from sklearn.tree import DecisionTreeClassifier

from skdistill import DistilledTreeClassifier, LinearProbeTreeClassifier
from skdistill.trees import CartGrower

SETS = ("breast_cancer", "digits", "phoneme", "spambase", "ring", "satimage", "magic")
QUICK_SETS = ("breast_cancer", "phoneme")
TEACHERS = ("mlp", "skorch", "forest")
SIZES = (8, 16, 32)
SCORES = ("impurity", "both", "residual", "random basis")


def skorch_teacher(X: np.ndarray, y: np.ndarray, seed: int) -> Any:
    """A net of two hidden layers of 100, fitted."""
    import torch
    from skorch import NeuralNetClassifier

    torch.manual_seed(seed)
    module = torch.nn.Sequential(
        torch.nn.Linear(X.shape[1], 100),
        torch.nn.ReLU(),
        torch.nn.Linear(100, 100),
        torch.nn.ReLU(),
        torch.nn.Linear(100, len(np.unique(y))),
    )
    net = NeuralNetClassifier(
        module,
        criterion=torch.nn.CrossEntropyLoss,
        optimizer=torch.optim.Adam,
        lr=1e-3,
        max_epochs=40,
        verbose=0,
    )
    single = FunctionTransformer(np.float32)
    return make_pipeline(StandardScaler(), single, net).fit(X, y.astype(np.int64))


def random_basis(X: Any) -> np.ndarray:
    """Numbers that know nothing of the rows, as many as two layers of 100 have."""
    return np.random.default_rng(0).standard_normal((len(X), 200)).astype(np.float32)


def probe_tree(teacher: Any, score: str) -> LinearProbeTreeClassifier:
    """An unfitted probe tree of up to 32 leaves."""
    return LinearProbeTreeClassifier(
        teacher,
        split_score="both" if score == "random basis" else score,
        layers=random_basis if score == "random basis" else None,
        max_depth=6,
        max_leaf_nodes=max(SIZES),
        random_state=0,
    )


def timed(fit: Callable[[], Any]) -> tuple[Any, float]:
    """What a fit returns, and its CPU seconds."""
    start = time.process_time()
    return fit(), time.process_time() - start


def cells(name: str, kind: str, seed: int) -> list[dict[str, Any]]:
    """Every tree of one table and teacher."""
    X, y = load_digits(return_X_y=True) if name == "digits" else load(name)
    X, X_test, y, _ = train_test_split(X, y, test_size=0.4, random_state=seed, stratify=y)
    teacher = skorch_teacher(X, y, seed) if kind == "skorch" else fit_teacher(kind, X, y, seed)
    labels, truth = teacher.predict(X), teacher.predict(X_test)
    rows = []

    def add(method: str, size: int, tree: Any, seconds: float) -> None:
        fidelity = 100 * float(np.mean(tree.predict(X_test) == truth))
        rows.append(
            {"table": name, "teacher": kind, "method": method, "leaves": size,
             "fidelity": fidelity, "seconds": seconds}
        )  # fmt: skip

    for size in SIZES:
        cart = DecisionTreeClassifier(max_leaf_nodes=size, random_state=0)
        add("CART", size, *timed(lambda cart=cart: cart.fit(X, labels)))
        tree = DistilledTreeClassifier(
            teacher, grower=CartGrower(), real_weight=1.0, max_leaf_nodes=size, random_state=0
        )
        add("distilled tree", size, *timed(lambda tree=tree: tree.fit(X)))
    for score in SCORES:
        tree, seconds = timed(lambda score=score: probe_tree(teacher, score).fit(X))
        for size in SIZES:
            best = [sized for sized in tree.size_path_ if sized.n_leaves <= size][-1]
            # It predicts positions in the teacher's classes already.
            add(score, size, best.tree, seconds)
    return rows


def report(table: pd.DataFrame) -> str:
    """The tables of the section."""
    methods = ["CART", "distilled tree", *SCORES]
    wide = table.pivot_table(
        index=["table", "teacher", "leaves"], columns="method", values="fidelity", sort=False
    )[methods]
    gain = wide.sub(wide["CART"], axis=0)
    seconds = table.groupby("method")["seconds"].median()
    summary = [
        [
            method,
            *(f"{gain.xs(size, level='leaves')[method].mean():+.2f}" for size in SIZES),
            f"{gain[method].mean():+.2f}",
            f"{int((gain[method] > 1e-9).sum())}/{int((gain[method] < -1e-9).sum())}",
            f"{seconds[method]:.2f}",
        ]
        for method in methods[1:]
    ]
    head = ["points over CART", *(f"{s} leaves" for s in SIZES), "mean", "win/loss", "CPU s"]
    each = [[*map(str, key), *(f"{v:.2f}" for v in row)] for key, row in zip(
        wide.index, wide.to_numpy(), strict=True)]  # fmt: skip
    detail = markdown_table(["table", "teacher", "leaves", *methods], each)
    taught = table.groupby("table", sort=False)["teacher"].unique()
    pairs = "; ".join(f"{name}: {', '.join(kinds)}" for name, kinds in taught.items())
    which = f"`benchmarks/{Path(__file__).name}`. Tables and teachers: {pairs}."
    return f"{which}\n\n{markdown_table(head, summary)}\n\n## Fidelity in percent\n\n{detail}"


def main(arguments: Sequence[str] | None = None) -> None:
    """Run, print, and write the section."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--quick", action="store_true", help="two tables")
    parser.add_argument("--sets", nargs="+", default=SETS, help="these tables alone")
    parser.add_argument("--seeds", type=int, default=1, help="splits of each table (default: 1)")
    add_output(parser, __file__)
    parser.add_argument("--raw", type=Path, help="a CSV file for every single measurement")
    options = parser.parse_args(arguments)
    warnings.simplefilter("ignore")
    rows: list[dict[str, Any]] = []
    for name in QUICK_SETS if options.quick else options.sets:
        for kind in TEACHERS:
            for seed in range(options.seeds):
                rows += cells(name, kind, seed)
                print(name, kind, seed, file=sys.stderr, flush=True)
                if options.raw is not None:
                    pd.DataFrame(rows).to_csv(options.raw, index=False)
    write_study("Linear probes on real tables", report(pd.DataFrame(rows)), options)


if __name__ == "__main__":
    main()

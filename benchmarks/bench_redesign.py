"""What did a change cost, or save? An older checkout and this one, measured in one run.

Each round runs every case in a process of its own, by turns on the older
checkout and on this one, so that both see the same machine in the same minutes.
A case gives CPU seconds on one thread, or an overhead: the CPU seconds of a call
over those of the work that it cannot do without, measured by turns in the same
process. Reported are medians over rounds; ratios are those of the two runs of
one round.

* fits: the default tree on two tables, and soft labels for other students;
* ``predict`` over that of the plain scikit-learn student, on one row and on
  50,000 rows of a data frame of 30 columns;
* ``predict`` on 50,000 rows with five categorical columns, over mapping the
  categories by NumPy and applying the tree;
* ``fidelity_report`` over querying the teacher and the student once each;
* importing every public name, over importing the scikit-learn modules that they use.

Run::

    git worktree add ../older SOME_COMMIT
    python benchmarks/bench_redesign.py --before ../older            # about ten minutes
    python benchmarks/bench_redesign.py --before ../older --quick    # one round

Needs ``pip install "skdistill[benchmarks]"``.
"""

from __future__ import annotations

import os

# One thread on both sides, so that CPU time is comparable.
os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1", MKL_NUM_THREADS="1")

import argparse
import json
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from _lib.data import load
from _lib.imports import measure_imports, run_python
from _lib.results import add_output, markdown_table, write_study
from sklearn.compose import make_column_selector, make_column_transformer
from sklearn.datasets import load_breast_cancer
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.tree import DecisionTreeClassifier

import skdistill
from skdistill import DistilledClassifier, DistilledTreeClassifier, fidelity_report
from skdistill.trees import CartGrower

ROOT = Path(__file__).resolve().parents[1]
N_ROWS, N_CATEGORICAL, N_CATEGORIES = 50_000, 5, 12


def seconds(call: Callable[[], Any], n_calls: int = 1) -> float:
    """CPU seconds of one call."""
    start = time.process_time()
    for _ in range(n_calls):
        call()
    return (time.process_time() - start) / n_calls


def overhead(
    ours: Callable[[], Any], floor: Callable[[], Any], *, n_calls: int = 1, repeats: int = 11
) -> float:
    """CPU seconds of one call over those of another, by turns; the median."""
    ours(), floor()  # warm
    return float(
        np.median([seconds(ours, n_calls) / seconds(floor, n_calls) for _ in range(repeats)])
    )


def forest_on(X: Any, y: np.ndarray, n_trees: int = 100) -> RandomForestClassifier:
    """A fitted teacher."""
    return RandomForestClassifier(n_trees, max_leaf_nodes=200, random_state=0).fit(X, y)


def cancer_frame(n_rows: int) -> tuple[pd.DataFrame, pd.DataFrame, RandomForestClassifier]:
    """569 real rows of 30 columns, any number of rows like them, and a teacher."""
    X, y = load_breast_cancer(return_X_y=True, as_frame=True)
    rows = X.sample(n_rows, replace=True, random_state=0).reset_index(drop=True)
    return X, rows, forest_on(X, y)


# Cases: what each returns is named in SECONDS or OVERHEADS below.


def fits() -> dict[str, float]:
    """Whole fits, the teacher's predictions included."""
    found = {}
    for name in ("breast_cancer", "phoneme"):
        X, y = load(name)
        teacher = forest_on(X, y)
        soft = partial(DistilledClassifier, teacher, labels="soft", random_state=0)
        logistic = make_pipeline(StandardScaler(), LogisticRegression())
        for key, distiller in (
            ("tree", DistilledTreeClassifier(teacher, random_state=0)),
            ("logistic", soft(logistic)),
            ("cart", soft(DecisionTreeClassifier(max_leaf_nodes=16))),
        ):
            distiller.fit(X[:200])  # loads everything
            times = [seconds(partial(distiller.fit, X)) for _ in range(3)]
            found[f"{name} {key}"] = min(times)
    return found


def predictions() -> dict[str, float]:
    """Overheads of predict on a data frame of 30 columns."""
    X, rows, teacher = cancer_frame(N_ROWS)
    one = rows.iloc[:1]
    tree = DistilledTreeClassifier(teacher, grower=CartGrower(), random_state=0).fit(X)
    student = DecisionTreeClassifier(max_leaf_nodes=16)
    other = DistilledClassifier(teacher, student, random_state=0).fit(X)
    found = {}
    for name, ours, plain in (("tree", tree, tree.to_sklearn()), ("other", other, other.student_)):
        few = overhead(partial(ours.predict, one), partial(plain.predict, one), n_calls=40)
        many = overhead(partial(ours.predict, rows), partial(plain.predict, rows))
        found |= {f"{name} one": few, f"{name} many": many}
    return found


def mixed_frame(n_rows: int) -> pd.DataFrame:
    """Five categorical columns and five of numbers."""
    rng = np.random.default_rng(0)
    words = [f"category {k}" for k in range(N_CATEGORIES)]
    columns: dict[str, Any] = {
        f"word{j}": pd.Categorical(rng.choice(words, n_rows), categories=words)
        for j in range(N_CATEGORICAL)
    }
    columns |= {f"number{j}": rng.normal(size=n_rows) for j in range(5)}
    return pd.DataFrame(columns)


def categories() -> dict[str, float]:
    """Overhead of predict over NumPy's own mapping of the categories, and ``apply``."""
    rows = mixed_frame(N_ROWS)
    X = rows[:3000]
    rank = np.random.default_rng(1).permutation(N_CATEGORIES).astype(np.float32)
    effect = sum(rank[X[f"word{j}"].cat.codes] for j in range(N_CATEGORICAL))
    y = (effect + 5 * X["number0"] > np.median(effect)).astype(int)
    encoder = make_column_transformer(
        (OneHotEncoder(), make_column_selector(dtype_include="category")), remainder="passthrough"
    )
    teacher = make_pipeline(encoder, RandomForestClassifier(30, random_state=0)).fit(X, y)
    tree = DistilledTreeClassifier(
        teacher, grower=CartGrower(), transfer_set=None, max_leaf_nodes=16, random_state=0
    ).fit(X)

    def by_numpy() -> np.ndarray:
        columns = [
            rank[column.cat.codes.to_numpy()]
            if isinstance(column.dtype, pd.CategoricalDtype)
            else column.to_numpy(np.float32)
            for _, column in rows.items()
        ]
        leaves = tree.tree_.apply(np.column_stack(columns))
        return tree.classes_[tree.tree_.value[:, 0].argmax(axis=1)[leaves]]

    return {"categories": overhead(lambda: tree.predict(rows), by_numpy)}


def reports() -> dict[str, float]:
    """Overhead of a report over one query of the teacher and of the student."""
    X, rows, teacher = cancer_frame(5000)
    tree = DistilledTreeClassifier(teacher, grower=CartGrower(), random_state=0).fit(X)

    def query_once() -> None:
        teacher.predict_proba(rows)
        tree.predict_proba(rows)

    return {"report": overhead(lambda: fidelity_report(tree, rows), query_once, repeats=9)}


CASES: dict[str, Callable[[], dict[str, float]]] = {
    "fits": fits,
    "predictions": predictions,
    "categories": categories,
    "reports": reports,
}
SECONDS = {
    f"{name} {key}": f"fit, {words}, {name}"
    for key, words in (
        ("tree", "`DistilledTreeClassifier`, default"),
        ("logistic", "`DistilledClassifier`, soft, logistic regression"),
        ("cart", "`DistilledClassifier`, soft, CART"),
    )
    for name in ("breast_cancer", "phoneme")
}
# What is measured: (words, the most that it may be).
OVERHEADS = {
    "tree one": ("`DistilledTreeClassifier.predict`, one row, over `to_sklearn()`", "1.3"),
    "other one": ("`DistilledClassifier.predict`, one row, over `student_`", "1.3"),
    "tree many": ("`DistilledTreeClassifier.predict`, 50,000 rows, over `to_sklearn()`", "1.05"),
    "other many": ("`DistilledClassifier.predict`, 50,000 rows, over `student_`", "1.05"),
    "categories": ("`predict`, 50,000 rows with five categorical columns, over NumPy", "3"),
    "report": ("`fidelity_report`, 5,000 rows, over one query of each", "1.3"),
    "import": ("importing every public name, over the scikit-learn modules it uses", "1.3"),
}


def measure(root: Path) -> dict[str, float]:
    """Run every case once on a checkout, each in a fresh process."""
    found = {}
    for case in CASES:
        text = run_python(__file__, "--case", case, "--root", str(root), root=root)
        found |= json.loads(text.splitlines()[-1])
    return found | {"import": measure_imports(3, root)["ratio"]}


def measure_rounds(before: Path, n_rounds: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Rounds on the older checkout and on this one; which goes first alternates."""
    rounds: dict[Path, list[dict[str, float]]] = {before: [], ROOT: []}
    for number in range(n_rounds):
        for root in (before, ROOT) if number % 2 == 0 else (ROOT, before):
            rounds[root].append(measure(root))
        print(f"round {number + 1} of {n_rounds}", file=sys.stderr, flush=True)
    return pd.DataFrame(rounds[before]), pd.DataFrame(rounds[ROOT])


def report(before: pd.DataFrame, after: pd.DataFrame) -> str:
    """The body of the results file.

    Parameters
    ----------
    before, after : DataFrame
        A round a row, a measurement a column.
    """
    fits = [
        [
            words,
            before[key].median(),
            after[key].median(),
            f"{(after[key] / before[key]).median():.3f}",
        ]
        for key, words in SECONDS.items()
    ]
    overheads = [
        [words, before[key].median(), after[key].median(), most]
        for key, (words, most) in OVERHEADS.items()
    ]
    return f"""
`benchmarks/bench_redesign.py`: medians over {len(after)} rounds that alternate between an older
checkout and this one; one thread.

## CPU seconds of a fit

The teacher's own time is included.

{markdown_table(["fit", "before", "after", "after / before"], fits)}

## Overheads

CPU seconds of a call over those of the work that it cannot do without.

{markdown_table(["call", "before", "after", "at most"], overheads)}
"""


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure both checkouts, or, as a child process, one case of one of them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--before", type=Path, help="an older checkout to compare with")
    parser.add_argument("--rounds", type=int, default=5, help="how many rounds (default: 5)")
    parser.add_argument("--quick", action="store_true", help="one round")
    parser.add_argument("--case", choices=CASES, help=argparse.SUPPRESS)
    parser.add_argument("--root", type=Path, help=argparse.SUPPRESS)
    add_output(parser, __file__)
    options = parser.parse_args(arguments)
    if options.case:
        found = Path(skdistill.__file__).resolve().parents[1]
        if found != options.root.resolve():
            parser.error(f"skdistill comes from {found}, not from {options.root}")
        print(json.dumps(CASES[options.case]()))
        return
    if options.before is None or not (options.before / "skdistill").is_dir():
        parser.error(f"--before must be a checkout of the repository, got {options.before}")
    before, after = measure_rounds(options.before.resolve(), 1 if options.quick else options.rounds)
    write_study("Before and after a change", report(before, after), options)


if __name__ == "__main__":
    main()

"""Is a list of 16 rules as faithful as a tree of 16 leaves, and shorter to read?

For each table, teacher and seed, 60 percent of the rows train the teacher and
are handed to the students; fidelity is the agreement with the teacher on the
other 40 percent. Conditions are counted over all rules: of a tree, over the
rules of its leaves after those on one column are merged. CPU seconds are those
of ``fit`` without the teacher's predictions, which are cached.

Run::

    python benchmarks/bench_rules.py            # all, about 20 minutes on one core
    python benchmarks/bench_rules.py --quick    # five tables, one seed

Needs ``pip install "skdistill[benchmarks]"``.
"""

from __future__ import annotations

import argparse
import sys
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from _lib.cells import Stopwatch
from _lib.data import SETS, TEACHERS, Split, encoder, split, trained_teacher
from _lib.results import add_output, markdown_table, write_study
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.datasets import make_classification
from sklearn.ensemble import RandomForestClassifier
from sklearn.tree import DecisionTreeClassifier

from skdistill import (
    CachedTeacher,
    DistilledTreeClassifier,
    RuleListClassifier,
    RuleSetClassifier,
    extract_rules,
)
from skdistill.exceptions import DistillationWarning

SIZE = 16
QUICK_SETS = ("banana", "magic", "satimage", "german", "breast_cancer")
TREE, LIST = "distilled tree", "rule list"


class Cart(ClassifierMixin, BaseEstimator):
    """scikit-learn alone: CART on the teacher's labels of the training rows."""

    def __init__(self, teacher: Any, random_state: int):
        self.teacher = teacher
        self.random_state = random_state

    def fit(self, X: Any) -> Cart:
        self.encoder_ = encoder(X)
        rows = X if isinstance(self.encoder_, str) else self.encoder_.fit_transform(X)
        tree = DecisionTreeClassifier(max_leaf_nodes=SIZE, random_state=self.random_state)
        self.student_ = tree.fit(rows, self.teacher.predict(X))
        return self

    def predict(self, X: Any) -> np.ndarray:
        rows = X if isinstance(self.encoder_, str) else self.encoder_.transform(X)
        return self.student_.predict(rows)


# Each makes an unfitted student of a teacher and a seed.
STUDENTS: dict[str, Callable[[Any, int], Any]] = {
    "CART": Cart,
    TREE: lambda teacher, seed: DistilledTreeClassifier(
        teacher, max_leaf_nodes=SIZE, random_state=seed
    ),
    LIST: lambda teacher, seed: RuleListClassifier(teacher, max_rules=SIZE, random_state=seed),
    "rule list, condition_cost=0.002": lambda teacher, seed: RuleListClassifier(
        teacher, max_rules=SIZE, condition_cost=0.002, random_state=seed
    ),
    "rule set": lambda teacher, seed: RuleSetClassifier(teacher, max_rules=SIZE, random_state=seed),
    "rule set, milp": lambda teacher, seed: RuleSetClassifier(
        teacher, max_rules=SIZE, solver="milp", random_state=seed
    ),
}


def cells(sets: Sequence[str], seeds: Sequence[int]) -> Iterator[tuple[dict[str, Any], Split, Any]]:
    """What each student is given: names of the cell, rows, and a fitted teacher."""
    for seed in seeds:
        for name in sets:
            data = split(name, seed)
            for kind in TEACHERS:
                teacher = trained_teacher(kind, name, seed, data)
                yield {"set": name, "teacher": kind, "seed": seed}, data, teacher


def measure(data: Split, teacher: Any, make: Callable[[Any, int], Any], seed: int) -> dict:
    """Fidelity on unseen rows, what there is to read, and CPU seconds of one student."""
    watch = Stopwatch(teacher)
    remembered = CachedTeacher(watch)
    truth = remembered.predict(data.X_test)
    watch.seconds = 0.0
    start = time.process_time()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DistillationWarning)  # a solver that ran out of time
        student = make(remembered, seed).fit(data.X)
    seconds = time.process_time() - start - watch.seconds
    rules = student.rules_ if hasattr(student, "rules_") else extract_rules(student)
    return {
        "fidelity": 100 * float(np.mean(student.predict(data.X_test) == truth)),
        "rules": len(rules),
        "conditions": rules.n_conditions,
        "seconds": seconds,
    }


def run(
    sets: Sequence[str], seeds: Sequence[int], names: Sequence[str], raw: Path | None
) -> pd.DataFrame:
    """Every student on every cell; single measurements go into a CSV file if one is given."""
    records = []
    for cell, data, teacher in cells(sets, seeds):
        for name in names:
            found = measure(data, teacher, STUDENTS[name], cell["seed"])
            records.append(cell | {"student": name} | found)
        if raw:
            pd.DataFrame(records).to_csv(raw, index=False)
        print(cell, file=sys.stderr)
    return pd.DataFrame(records)


def means_table(results: pd.DataFrame) -> str:
    """Means of each student over all cells, and its gain over the distilled tree."""
    wide = results.pivot_table(index=["set", "teacher", "seed"], columns="student")
    rows = []
    for name in results["student"].unique():
        own = wide.xs(name, axis=1, level="student").mean()
        row = [name, own["fidelity"]]
        if TREE in wide["fidelity"]:
            gain = wide["fidelity"][name] - wide["fidelity"][TREE]
            win, loss = int((gain > 1e-9).sum()), int((gain < -1e-9).sum())
            row += [f"{gain.mean():+.2f}", f"{win}/{len(gain) - win - loss}/{loss}"]
        rows.append([*row, own["rules"], own["conditions"], own["seconds"]])
    against = ["against the tree", "win/draw/loss"] if TREE in wide["fidelity"] else []
    header = ["student", "fidelity", *against, "rules", "conditions", "CPU s"]
    return markdown_table(header, rows)


def sets_table(results: pd.DataFrame, column: str) -> str:
    """Means by table and teacher, a student a column."""
    names = results["student"].unique()
    part = results.pivot_table(index=["set", "teacher"], columns="student", values=column)
    rows = [
        [f"{name}, {teacher}", *(float(own[student]) for student in names)]
        for (name, teacher), own in part.iterrows()
    ]
    return markdown_table(["table, teacher", *names], rows)


def cost(n_rows: int = 10_000, n_columns: int = 20) -> float:
    """CPU seconds of a default list on as many real rows as the default transfer set has."""
    X, y = make_classification(n_rows, n_columns, n_informative=10, n_redundant=0, random_state=0)
    forest = RandomForestClassifier(50, random_state=0).fit(X, y)
    made = STUDENTS[LIST]
    return measure(Split(X, y, X[:10], y[:10]), forest, made, 0)["seconds"]


def report(results: pd.DataFrame, seconds: float) -> str:
    """The section for the results file."""
    n_cells = len(results.groupby(["set", "teacher", "seed"]))
    return f"""
`benchmarks/bench_rules.py`: percent of unseen rows on which a student of at most {SIZE} rules
(leaves) predicts what its teacher predicts, conditions in all its rules, and CPU seconds without
the teacher's; means over {n_cells} cells ({results["set"].nunique()} tables, \
{results["teacher"].nunique()} teachers, {results["seed"].nunique()} seeds). \
{seconds / 60:.0f} minutes.

{means_table(results)}

A default list on 10,000 rows and 20 columns takes {cost():.1f} CPU seconds.

## Fidelity by table

{sets_table(results, "fidelity")}

## Conditions by table

{sets_table(results, "conditions")}
"""


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="five tables, one seed")
    parser.add_argument("--sets", nargs="+", help="names of tables (default: all)")
    parser.add_argument("--seeds", type=int, default=3, help="how many seeds (default: 3)")
    parser.add_argument("--students", nargs="+", help="these rows alone are measured")
    add_output(parser, __file__)
    parser.add_argument("--raw", type=Path, help="a CSV file for every single measurement")
    options = parser.parse_args(arguments)
    sets = options.sets or (QUICK_SETS if options.quick else SETS)
    seeds = range(1 if options.quick else options.seeds)
    start = time.perf_counter()
    results = run(sets, seeds, options.students or list(STUDENTS), options.raw)
    body = report(results, time.perf_counter() - start)
    write_study("Rule lists and rule sets", body, options)


if __name__ == "__main__":
    main()

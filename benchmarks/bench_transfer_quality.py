"""Which transfer set makes the best small trees of few labelled rows?

The design of PRELIM (see ``_lib/few_rows.py``) on eight real tables: a teacher sees
100 or 400 labelled rows; trees of 8 and of 16 leaves learn those rows and
synthetic ones, 10,000 in all, that it labels. Each generator is compared with
the tree that is fitted directly on the labelled rows, with a kernel density of
one averaged bandwidth (that study's favourite), and with real unlabelled rows
as the ceiling. Measured on test rows: accuracy, balanced accuracy, fidelity to
the teacher.

Also measured: soft against hard labels, 1,000 to 30,000 rows, a forest against
boosting as the teacher, and whether the two-sample AUC (how easily synthetic
rows are told from real ones) predicts which generator teaches best.

What ``transfer_set="auto"`` takes and the generators' defaults follow these
tables.

Run::

    python benchmarks/bench_transfer_quality.py --raw quality.csv    # about two hours on one core
    python benchmarks/bench_transfer_quality.py --quick              # two tables, two seeds

``--raw`` holds every single measurement; what it holds already is not measured
again, so that a run may be stopped, and generators added.
"""

from __future__ import annotations

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import argparse
import csv
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from _lib.few_rows import SETS, Cell, Scores, make_cell, scores, small_tree
from _lib.generators import BASELINE, CEILING, GENERATORS, draw
from _lib.quality_report import DIRECT, report
from _lib.results import add_output, write_study

from skdistill.metrics import two_sample_auc

SIZES = (100, 400)
TEACHERS = ("forest", "boosting")
ROWS = 10_000
QUICK_SETS = ("banana", "magic")

# What is measured for some generators, or for the first seeds, alone.
SOFT = (BASELINE, CEILING, "LocalGaussian", "Munge")
AMOUNT_GENERATORS = (BASELINE, "LocalGaussian", "Munge")
AMOUNTS, AMOUNT_SEEDS = (1_000, 3_000, 30_000), 3
AUC_ROWS, AUC_SEEDS = 1_000, 2


@dataclass(frozen=True)
class Task:
    """One generator on one cell, and what is measured: its students or its two-sample AUC."""

    set: str
    n: int
    seed: int
    teacher: str
    generator: str
    rows: int
    what: str = "students"

    @property
    def cell(self) -> tuple[str, int, int, str]:
        return self.set, self.n, self.seed, self.teacher


KEYS = [field.name for field in fields(Task)]
MEASURED = [field.name for field in fields(Scores)]
COLUMNS = [*KEYS, "labels", "leaves", *MEASURED, "teacher_accuracy", "auc", "seconds"]


def all_tasks(
    sets: Sequence[str], seeds: int, teachers: Sequence[str], generators: Sequence[str]
) -> Iterator[Task]:
    """Every task, the most important first, those of a cell one after the other."""
    for seed, name, n, teacher in product(range(seeds), sets, SIZES, teachers):
        yield Task(name, n, seed, teacher, DIRECT, n)
        for generator in generators:
            yield Task(name, n, seed, teacher, generator, ROWS)
    if "forest" not in teachers:
        return
    for seed, name, n in product(range(min(seeds, AMOUNT_SEEDS)), sets, SIZES):
        for generator, rows in product(AMOUNT_GENERATORS, AMOUNTS):
            if generator in generators:
                yield Task(name, n, seed, "forest", generator, rows)
    for seed, name, n in product(range(min(seeds, AUC_SEEDS)), sets, SIZES):
        for generator in generators:
            yield Task(name, n, seed, "forest", generator, ROWS, "auc")


def told_apart(task: Task, cell: Cell) -> float:
    """Two-sample AUC against real rows that the generator did not see."""
    new = draw(task.generator, cell, AUC_ROWS)
    return two_sample_auc(cell.X_test[:AUC_ROWS], new, cv=3, random_state=cell.seed)


def students(task: Task, cell: Cell) -> tuple[dict[str, Any], float]:
    """Fit the trees of a task, by their kind of labels; and CPU seconds to draw the rows."""
    start = time.process_time()
    if task.generator == DIRECT:
        return {"true": small_tree(cell, cell.X, cell.y)}, 0.0
    rows = np.vstack([cell.X, draw(task.generator, cell, task.rows - cell.n)])
    seconds = time.process_time() - start
    proba = cell.query(rows)
    trees = {"hard": small_tree(cell, rows, (proba > 0.5).astype(int))}
    if task.generator in SOFT and task.rows == ROWS:
        trees["soft"] = small_tree(cell, rows, proba)
    return trees, seconds


def measure(task: Task, cell: Cell) -> list[list[Any]]:
    """Rows of the table of results."""
    key = [getattr(task, name) for name in KEYS]
    if task.what == "auc":
        return [[*key, "", 0, *[""] * len(MEASURED), "", told_apart(task, cell), ""]]
    trees, seconds = students(task, cell)
    teacher = np.mean(cell.labels == (cell.y_test == 1))
    return [
        [*key, labels, leaves, *(getattr(found, name) for name in MEASURED), teacher, "", seconds]
        for labels, tree in trees.items()
        for leaves, found in scores(cell, tree).items()
    ]


def run(tasks: Sequence[Task], path: Path) -> pd.DataFrame:
    """Measure what the file does not hold, adding to it, and return all of it."""
    done: set[tuple[Any, ...]] = set()
    if path.exists():
        done = set(pd.read_csv(path)[KEYS].drop_duplicates().itertuples(index=False, name=None))
    else:
        path.write_text(",".join(COLUMNS) + "\n")
    todo = [t for t in tasks if tuple(getattr(t, name) for name in KEYS) not in done]
    cell, key, start = None, None, time.perf_counter()
    for i, task in enumerate(todo):
        if task.cell != key:
            cell, key = make_cell(*task.cell), task.cell
            print(f"{time.perf_counter() - start:6.0f} s  {i}/{len(todo)} {key}", file=sys.stderr)
        assert cell is not None
        with path.open("a", newline="") as file:
            csv.writer(file).writerows(measure(task, cell))
    return pd.read_csv(path)


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="two tables, two seeds")
    parser.add_argument("--sets", nargs="+", default=SETS)
    parser.add_argument("--seeds", type=int, default=10, help="how many seeds (default: 10)")
    parser.add_argument("--teachers", nargs="+", default=TEACHERS)
    parser.add_argument("--generators", nargs="+", default=list(GENERATORS))
    parser.add_argument("--report-only", action="store_true", help="measure nothing")
    add_output(parser, __file__)
    parser.add_argument("--raw", type=Path, default=Path("transfer_quality.csv"))
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> None:
    options = parse(arguments)
    sets, seeds = (QUICK_SETS, 2) if options.quick else (options.sets, options.seeds)
    tasks = list(all_tasks(sets, seeds, options.teachers, options.generators))
    results = run([] if options.report_only else tasks, options.raw)
    write_study("Quality of transfer sets", report(results), options)


if __name__ == "__main__":
    main()

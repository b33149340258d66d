"""Which transfer set makes the best small trees of few labelled rows?

The design of PRELIM (see ``_few_rows.py``) on eight real tables: a teacher sees
100 or 400 labelled rows; trees of 8 and of 16 leaves learn those rows and
synthetic ones, 10,000 in all, that it labels. Each generator is compared with
the tree that is fitted directly on the labelled rows, with a kernel density of
one averaged bandwidth (that study's favourite), and with real unlabelled rows
as the ceiling. Measured on test rows: accuracy, balanced accuracy, fidelity to
the teacher.

Also measured: soft against hard labels, 1,000 to 30,000 rows, a forest against
boosting as the teacher, and whether the two-sample AUC (how easily synthetic
rows are told from real ones) says which generator teaches best.

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
from _few_rows import SETS, Cell, Scores, make_cell, scores, small_tree
from _generators import BASELINE, CEILING, GENERATORS, draw
from _quality_report import DIRECT, report
from _results import RESULTS, write_section

from skdistill.metrics import two_sample_auc

SIZES = (100, 400)
TEACHERS = ("forest", "boosting")
ROWS = 10_000
QUICK_SETS = ("banana", "magic")

# What is measured for some generators, or for the first seeds, alone.
SOFT = (BASELINE, CEILING, "LocalGaussian", "Munge")
AMOUNTS, AMOUNT_SEEDS = (1_000, 3_000, 30_000), 5
AUC_ROWS, AUC_SEEDS = 1_000, 3


@dataclass(frozen=True)
class Task:
    """One generator on one cell."""

    set: str
    n: int
    seed: int
    teacher: str
    generator: str
    rows: int

    @property
    def cell(self) -> tuple[str, int, int, str]:
        return self.set, self.n, self.seed, self.teacher


KEYS = [field.name for field in fields(Task)]
MEASURED = [field.name for field in fields(Scores)]
COLUMNS = [*KEYS, "labels", "leaves", *MEASURED, "teacher_accuracy", "auc", "seconds"]


def all_tasks(
    sets: Sequence[str], seeds: int, teachers: Sequence[str], generators: Sequence[str]
) -> Iterator[Task]:
    """Every task, those of a cell one after the other."""
    for seed, name, n, teacher in product(range(seeds), sets, SIZES, teachers):
        yield Task(name, n, seed, teacher, DIRECT, n)
        for generator in generators:
            yield Task(name, n, seed, teacher, generator, ROWS)
        if teacher == "forest" and seed < AMOUNT_SEEDS:
            for generator, rows in product(SOFT, AMOUNTS):
                if generator in generators and generator != CEILING:
                    yield Task(name, n, seed, teacher, generator, rows)


def told_apart(task: Task, cell: Cell, new: np.ndarray) -> float | str:
    """Two-sample AUC against real rows that the generator did not see."""
    if task.seed >= AUC_SEEDS or task.rows != ROWS or task.teacher != "forest":
        return ""
    chosen = np.random.default_rng(cell.seed).permutation(len(new))[:AUC_ROWS]
    return two_sample_auc(cell.X_test[:AUC_ROWS], new[chosen], cv=3, random_state=cell.seed)


def measure(task: Task, cell: Cell) -> list[list[Any]]:
    """Draw, label, and fit and score the students: rows of the table of results."""
    start, auc = time.process_time(), ""
    if task.generator == DIRECT:
        trees = {"true": small_tree(cell, cell.X, cell.y)}
        seconds = time.process_time() - start
    else:
        new = draw(task.generator, cell, task.rows - cell.n)
        seconds = time.process_time() - start
        rows = np.vstack([cell.X, new])
        proba = cell.ask(rows)
        trees = {"hard": small_tree(cell, rows, (proba > 0.5).astype(int))}
        if task.generator in SOFT and task.rows == ROWS:
            trees["soft"] = small_tree(cell, rows, proba)
        auc = told_apart(task, cell, new)
    key = [getattr(task, name) for name in KEYS]
    teacher = np.mean(cell.answers == (cell.y_test == 1))
    return [
        [*key, labels, leaves, *(getattr(found, name) for name in MEASURED), teacher, auc, seconds]
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
    parser.add_argument("--output", type=Path, default=RESULTS, help="the results file")
    parser.add_argument("--raw", type=Path, default=Path("transfer_quality.csv"))
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> None:
    options = parse(arguments)
    sets, seeds = (QUICK_SETS, 2) if options.quick else (options.sets, options.seeds)
    tasks = list(all_tasks(sets, seeds, options.teachers, options.generators))
    results = run([] if options.report_only else tasks, options.raw)
    write_section("Quality of transfer sets", report(results), options.output)


if __name__ == "__main__":
    main()

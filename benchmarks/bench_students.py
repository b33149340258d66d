"""Soft or hard labels for students other than trees?

``DistilledClassifier`` hands a teacher's labels to any scikit-learn student.
Here a logistic regression and a histogram gradient boosting learn from soft
and from hard labels, on the training rows alone and with the default MUNGE
rows; the cells are those of ``bench_munge_amounts.py``. Measured on the test rows:
fidelity (agreement with the teacher's labels) and total variation between the
probabilities of teacher and student.

What ``labels="auto"`` takes for such students follows this table.

Run::

    python benchmarks/bench_students.py            # all, about half an hour on one core
    python benchmarks/bench_students.py --quick    # five tables, one seed
"""

from __future__ import annotations

import argparse
import sys
import time
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd
from _lib.data import SETS, encoder
from _lib.results import add_output, markdown_table, write_study
from bench_munge_amounts import AMOUNTS, QUICK_SETS, Task, tasks
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from skdistill import DistilledClassifier, fidelity_score

STUDENTS = ("logistic regression", "gradient boosting")
ROWS = ("none", "up to 10,000")
LABELS = ("hard", "soft")


def make_student(name: str, X: Any) -> Any:
    """An unfitted student for rows of the kind of X."""
    if name == "logistic regression":
        return make_pipeline(encoder(X, scale=True), LogisticRegression(max_iter=1000))
    return HistGradientBoostingClassifier()  # reads category columns by itself


def distil(task: Task, student: str, labels: str, amount: str) -> DistilledClassifier:
    """One fitted student."""
    X = task.data.X
    distiller = DistilledClassifier(
        task.teacher,
        make_student(student, X),
        labels=labels,
        transfer_set=task.rows("default", AMOUNTS[amount](len(X))),
        random_state=task.seed,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return distiller.fit(X)


def measure(task: Task) -> list[dict[str, Any]]:
    """Every student on one task."""
    X_test = task.data.X_test
    probabilities = task.teacher.predict_proba(X_test)
    records = []
    for student in STUDENTS:
        for amount in ROWS:
            for labels in LABELS:
                fitted = distil(task, student, labels, amount)
                records.append(
                    {
                        "set": task.name,
                        "teacher": task.teacher_kind,
                        "seed": task.seed,
                        "student": student,
                        "amount": amount,
                        "labels": labels,
                        "fidelity": 100 * task.fidelity(fitted),
                        "variation": 100
                        * fidelity_score(
                            probabilities, fitted.predict_proba(X_test), metric="total_variation"
                        ),
                    }
                )
    return records


def summary_table(results: pd.DataFrame) -> str:
    """Means, and soft against hard cell by cell, for each student and amount of rows."""
    rows = []
    for (student, amount), part in results.groupby(["student", "amount"], sort=False):
        cells = part.pivot(index=["set", "teacher", "seed"], columns="labels")
        gain = cells["fidelity"]["soft"] - cells["fidelity"]["hard"]
        win, loss = (gain > 1e-9).sum(), (gain < -1e-9).sum()
        means = [float(cells[m][k].mean()) for m in ("fidelity", "variation") for k in LABELS]
        rows.append([f"{student}, {amount}", *means, f"{win}/{len(gain) - win - loss}/{loss}"])
    header = ["student, MUNGE rows", "fidelity hard", "fidelity soft"]
    header += ["variation hard", "variation soft", "fidelity: soft wins/draws/losses"]
    return markdown_table(header, rows)


def sets_table(results: pd.DataFrame, student: str) -> str:
    """Mean fidelity of a student for each table and teacher."""
    part = results[results["student"] == student]
    means = part.groupby(["set", "teacher", "amount", "labels"], sort=False)["fidelity"].mean()
    rows = [
        [f"{name}, {teacher}"] + [float(means[name, teacher, a, k]) for a in ROWS for k in LABELS]
        for name, teacher in dict.fromkeys(zip(part["set"], part["teacher"], strict=True))
    ]
    header = ["table, teacher", *(f"{k}, {a}" for a in ROWS for k in LABELS)]
    return markdown_table(header, rows)


def report(results: pd.DataFrame, seconds: float) -> str:
    """The section for the results file."""
    cells = results.groupby(["set", "teacher", "seed"]).ngroups
    by_set = "\n\n".join(
        f"## Fidelity by table: {student}\n\n{sets_table(results, student)}" for student in STUDENTS
    )
    return f"""
`benchmarks/bench_students.py`: percent of test fidelity (more is better) and of total variation
(less is better), means over {cells} cells: tables, teachers and seeds. {seconds / 60:.0f} minutes.

{summary_table(results)}

{by_set}
"""


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="five tables, one seed")
    parser.add_argument("--seeds", type=int, default=3, help="how many seeds (default: 3)")
    add_output(parser, __file__)
    parser.add_argument("--raw", type=Path, help="a CSV file for every single measurement")
    options = parser.parse_args(arguments)
    sets = QUICK_SETS if options.quick else SETS
    start, records = time.perf_counter(), []
    for task in tasks(sets, range(1 if options.quick else options.seeds)):
        records += measure(task)
        elapsed = time.perf_counter() - start
        print(f"{elapsed:6.0f} s  {task.name} {task.teacher_kind} {task.seed}", file=sys.stderr)
        if options.raw:
            pd.DataFrame(records).to_csv(options.raw, index=False)
    body = report(pd.DataFrame(records), time.perf_counter() - start)
    write_study("Labels for other students", body, options)


if __name__ == "__main__":
    main()

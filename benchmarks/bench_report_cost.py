"""What does a fidelity report cost beside querying teacher and student once each?

CPU seconds of ``fidelity_report`` over those of one pass of each: the teacher's
``predict`` (or ``predict_proba``, where that is the cheaper one that gives
both) and the student's ``predict``, by turns on the same fresh rows, one thread;
the median of some rounds. The student is a distilled tree of 16 leaves. With the
default ``soft="auto"`` and with ``soft=True``, which compares probabilities for
any teacher.

Run::

    python benchmarks/bench_report_cost.py            # a minute
    python benchmarks/bench_report_cost.py --quick    # fewer rows, printed alone
"""

from __future__ import annotations

import os

# One thread on all sides, so that CPU time is comparable.
os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1", MKL_NUM_THREADS="1")

import argparse
import time
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
from _lib.results import add_output, markdown_table, write_study
from lightgbm import LGBMClassifier
from sklearn.datasets import make_classification, make_regression
from sklearn.ensemble import (
    HistGradientBoostingClassifier,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import FixedThresholdClassifier
from sklearn.svm import SVC

from skdistill import (
    CachedTeacher,
    DistilledTreeClassifier,
    DistilledTreeRegressor,
    fidelity_report,
)
from skdistill.trees import CartGrower

N_FITTED, N_ROWS, N_COLUMNS = 2000, 20_000, 20
FOREST = RandomForestClassifier(100, random_state=0)
CLASSIFIERS = {
    "random forest": FOREST,
    "forest in a `CachedTeacher`, emptied": FOREST,
    "gradient boosting": HistGradientBoostingClassifier(random_state=0),
    "LightGBM": LGBMClassifier(n_jobs=1, verbose=-1),
    "forest with a threshold": FixedThresholdClassifier(FOREST, threshold=0.3),
    "SVC(probability=True)": SVC(probability=True, random_state=0),
    "logistic regression": LogisticRegression(),
}


def seconds(call: Callable[[], Any]) -> float:
    """CPU seconds of one call."""
    start = time.process_time()
    call()
    return time.process_time() - start


def ratio(report: Callable[[], Any], once: Callable[[], Any], rounds: int) -> float:
    """Median of the CPU seconds of a report over those of one pass."""
    report(), once()  # warm
    return float(np.median([seconds(report) / seconds(once) for _ in range(rounds)]))


def measure(name: str, teacher: Any, data: Any, rounds: int) -> list[object]:
    """One row of the table: the teacher, and the ratios."""
    X, y, rows = data
    teacher = teacher.fit(X, y)
    queried = CachedTeacher(teacher) if "Cached" in name else teacher
    regressor = name.endswith("regression forest")
    distiller = DistilledTreeRegressor if regressor else DistilledTreeClassifier
    student = distiller(teacher, grower=CartGrower(), max_leaf_nodes=16, transfer_set=None).fit(X)

    def once() -> None:
        teacher.predict(rows)
        student.predict(rows)

    def report(**options: Any) -> Any:
        if queried is not teacher:
            queried.clear()
        return fidelity_report(student, rows, teacher=queried, **options)

    default = report()
    with_proba = "yes" if "total_variation" in default.scores else "no"
    cells = [name, seconds(once), ratio(report, once, rounds), with_proba]
    soft = "" if regressor else f"{ratio(lambda: report(soft=True), once, rounds):.2f}"
    return [*cells, soft]


def main() -> None:
    """Measure all teachers."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="fewer rows and rounds")
    add_output(parser, __file__)
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    n_rows, rounds = (2000, 3) if options.quick else (N_ROWS, 7)
    X, y = make_classification(N_FITTED + n_rows, N_COLUMNS, n_informative=8, random_state=0)
    table = [
        measure(name, teacher, (X[:N_FITTED], y[:N_FITTED], X[N_FITTED:]), rounds)
        for name, teacher in CLASSIFIERS.items()
    ]
    X, y = make_regression(N_FITTED + n_rows, N_COLUMNS, random_state=0)
    forest = RandomForestRegressor(100, random_state=0)
    data = X[:N_FITTED], y[:N_FITTED], X[N_FITTED:]
    table.append(measure("regression forest", forest, data, rounds))
    header = ["teacher", "once, s", 'report, "auto"', "probabilities", "soft=True"]
    body = (
        f"`fidelity_report` on {n_rows:,} fresh rows of {N_COLUMNS} columns, CPU time over that of "
        "one pass of\n`predict` of teacher and student. Probabilities: whether the default report "
        f"compares them.\n\n{markdown_table(header, table)}"
    )
    write_study("What a fidelity report costs", body, options)


if __name__ == "__main__":
    main()

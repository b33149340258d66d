"""Do all exports predict every row as the student does?

For each table a forest is distilled into a tree and into a list of rules. The
rules are written as SQL (run by sqlite and duckdb), Python, pandas, polars, C
and JSON, and the tree as ONNX; each is executed on 10,000 rows, real ones and
synthetic ones, and compared with the student row by row. The last table has
categories, and missing values in every column.

Run::

    python benchmarks/bench_exports.py            # about five minutes on one core
    python benchmarks/bench_exports.py --quick    # two tables

Needs ``pip install "skdistill[tests,benchmarks]"``, a C compiler, and the
repository's own ``tests``, where the runners of the languages are.
"""

from __future__ import annotations

import os

os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1", MKL_NUM_THREADS="1")

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from _lib.data import SETS, split, trained_teacher
from _lib.results import add_output, markdown_table, write_study
from sklearn.compose import make_column_selector, make_column_transformer
from sklearn.ensemble import RandomForestClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder

sys.path.insert(0, str(Path(__file__).parents[1]))

from skdistill import (
    DistilledTreeClassifier,
    LocalGaussianTransferSet,
    RuleListClassifier,
    extract_rules,
)
from tests.rules._runners import RUNNERS, run_c

N_ROWS = 10_000
MISSING = "german, missing values"


def as_frame(X: Any) -> pd.DataFrame:
    """Rows with names of columns, categories as text."""
    if not hasattr(X, "columns"):
        return pd.DataFrame(X, columns=[f"x{j}" for j in range(X.shape[1])])
    columns = X.select_dtypes("category").columns
    return X.astype(dict.fromkeys(columns, object))


def with_missing(X: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """A twentieth of all cells is missing."""
    return X.mask(rng.random(X.shape) < 0.05)


def missing_values_teacher(X: pd.DataFrame, y: np.ndarray) -> Any:
    """A forest behind an encoder, both of which take missing values."""
    categorical = make_column_selector(dtype_include=["object", "category"])
    one_hot = OneHotEncoder(handle_unknown="ignore", sparse_output=False)
    encoder = make_column_transformer((one_hot, categorical), remainder="passthrough")
    return make_pipeline(encoder, RandomForestClassifier(300, random_state=0)).fit(X, y)


def table(name: str) -> tuple[Any, Any, Any]:
    """A teacher, real rows, and the rows that exports are run on."""
    data = split(name.removesuffix(", missing values"), 0)
    if name == MISSING:
        rng = np.random.default_rng(0)
        X, X_test = (with_missing(as_frame(part), rng) for part in (data.X, data.X_test))
        return missing_values_teacher(X, data.y), X, X_test
    teacher = trained_teacher("forest", name, 0, data)
    return teacher, data.X, data.X_test


def mismatches(rules: Any, rows: pd.DataFrame, truth: list[Any]) -> dict[str, int]:
    """Number of rows that each language predicts differently."""
    with tempfile.TemporaryDirectory() as folder:
        predictions = {run.__name__.removeprefix("run_"): run(rules, rows) for run in RUNNERS}
        predictions["c"] = run_c(rules, rows, Path(folder))
    return {
        name: sum(a != b for a, b in zip(predicted, truth, strict=True))
        for name, predicted in predictions.items()
    }


def onnx_mismatches(tree: Any, X: np.ndarray, truth: list[Any]) -> int:
    """Number of rows that the ONNX runtime predicts differently."""
    import onnxruntime
    from skl2onnx import to_onnx

    rows = np.asarray(X, dtype=np.float32)
    model = to_onnx(tree.to_sklearn(), rows[:1], options={"zipmap": False})
    session = onnxruntime.InferenceSession(model.SerializeToString())
    predicted = session.run(["label"], {session.get_inputs()[0].name: rows})[0]
    return sum(a != b for a, b in zip(predicted.tolist(), truth, strict=True))


def measure(name: str) -> list[list[Any]]:
    """One row of the report for each student of a table."""
    teacher, X, X_test = table(name)
    drawn = LocalGaussianTransferSet(random_state=1).fit(X).sample(N_ROWS)
    frame = isinstance(X, pd.DataFrame)
    rows = pd.concat([X_test, drawn]) if frame else np.concatenate([X_test, drawn])
    rows = rows[:N_ROWS].reset_index(drop=True) if frame else rows[:N_ROWS]
    found = []
    for student in (DistilledTreeClassifier, RuleListClassifier):
        fitted = student(teacher, random_state=0).fit(X)
        truth = fitted.predict(rows).tolist()
        is_tree = hasattr(fitted, "tree_")
        rules = extract_rules(fitted) if is_tree else fitted.rules_
        counts = mismatches(rules, as_frame(rows), truth)
        onnx: Any = onnx_mismatches(fitted, rows, truth) if is_tree and not frame else "-"
        label = "tree" if is_tree else "list"
        found.append([f"{name}, {label}", len(rules), *counts.values(), onnx])
        print(found[-1], flush=True)
    return found


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="two tables")
    add_output(parser, __file__)
    options = parser.parse_args(arguments)
    names = ("banana", MISSING) if options.quick else (*SETS, MISSING)
    rows = [row for name in names for row in measure(name)]
    languages = [run.__name__.removeprefix("run_") for run in RUNNERS]
    header = ["table, student", "rules", *languages, "c", "onnx"]
    text = f"""
`benchmarks/bench_exports.py`: rows of {N_ROWS} that an export predicts otherwise than the
student that it was made from ("-": not run; lists are no trees, and categories need a pipeline in
ONNX).

{markdown_table(header, rows)}
"""
    write_study("Exports of rules", text, options)


if __name__ == "__main__":
    main()

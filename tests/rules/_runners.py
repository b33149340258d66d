"""Exports, each executed by its own language on the rows of a frame."""

import ctypes
import shutil
import sqlite3
import subprocess
from functools import lru_cache

import numpy as np
import pytest

from skdistill import RuleSet
from skdistill.rules._export._dialect import column_kinds, identifiers


def with_none(X):
    """Cells as Python's own scalars, None where missing."""
    return X.astype(object).where(X.notna(), None)


def run_sqlite(rules, X):
    """SQL in sqlite."""
    base = sqlite3.connect(":memory:")
    names = ", ".join('"' + name.replace('"', '""') + '"' for name in X.columns)
    base.execute(f"CREATE TABLE rows ({names})")
    marks = ", ".join("?" * X.shape[1])
    rows = with_none(X).itertuples(index=False, name=None)
    base.executemany(f"INSERT INTO rows VALUES ({marks})", rows)
    return [row[-1] for row in base.execute(rules.to_sql("rows"))]


@lru_cache
def duckdb_base():
    """One database for all tests: to start one takes longer than the rules."""
    return pytest.importorskip("duckdb").connect()


def run_duckdb(rules, X):
    """SQL in duckdb."""
    base = duckdb_base()
    base.register("rows", X)
    return [row[-1] for row in base.execute(rules.to_sql("rows")).fetchall()]


def run_python(rules, X):
    """The function of one row."""
    space = {}
    exec(rules.to_python("student"), space)
    return [space["student"](row) for row in X.to_dict(orient="records")]


def run_pandas(rules, X):
    """The function of a frame."""
    space = {}
    exec(rules.to_pandas("student"), space)
    predicted = space["student"](X)
    assert predicted.index.equals(X.index)
    return predicted.tolist()


def run_polars(rules, X):
    """The expression, in a lazy frame."""
    pl = pytest.importorskip("polars")
    columns = {  # numbers keep their NaN, which polars tells from null
        name: (with_none(X[[name]])[name] if X[name].dtype == object else X[name]).tolist()
        for name in X.columns
    }
    frame = pl.DataFrame(columns).lazy()
    return frame.select(rules.to_polars()).collect()["prediction"].to_list()


def run_json(rules, X):
    """Written and read again."""
    return RuleSet.from_json(rules.to_json()).predict(X).tolist()


def run_c(rules, X, folder):
    """The function, compiled."""
    compiler = shutil.which("cc") or pytest.skip("no C compiler")
    source, library = folder / "rules.c", folder / "rules.so"
    source.write_text(rules.to_c("student"), encoding="utf-8")
    flags = ["-std=c99", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-O1"]
    command = [compiler, *flags, "-shared", "-fPIC", str(source), "-o", str(library)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    kinds = column_kinds(rules)
    fields = [
        (word, ctypes.c_char_p if kinds[name] == "text" else ctypes.c_double)
        for name, word in identifiers(kinds, taken=["student"]).items()
    ]
    row_type = type("Row", (ctypes.Structure,), {"_fields_": fields})
    function = ctypes.CDLL(str(library)).student
    function.restype = ctypes.c_double if rules.classes_ is None else ctypes.c_int
    columns = []
    for name, kind in kinds.items():
        column = X[name].tolist()
        if kind == "text":
            column = [
                None if value != value or value is None else value.encode() for value in column
            ]
        columns.append(column)
    codes = [function(ctypes.byref(row_type(*row))) for row in zip(*columns, strict=True)]
    return codes if rules.classes_ is None else np.array(rules.classes_)[codes].tolist()


RUNNERS = [run_sqlite, run_duckdb, run_python, run_pandas, run_polars, run_json]

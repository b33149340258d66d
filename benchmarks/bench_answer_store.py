"""What does it cost to keep a teacher's predictions, and to look them up?

Keys of rows are random, as hashes are, and a prediction is one number or the
probabilities of three classes. CPU time for each row: written one at a time (a
transaction each), written in batches, and looked up in random order, of which
half are known. Beside each store stands bare ``sqlite3`` on a table of its own
with the same keys and columns, in the write-ahead log: ``INSERT`` one at a time,
``executemany`` in batches, and ``SELECT ... WHERE key IN (?, ?, ...)``. The last
line is the hash itself, of 30 columns of doubles, which every row costs.

Run::

    python benchmarks/bench_answer_store.py
    python benchmarks/bench_answer_store.py --quick    # 20,000 rows, printed only
"""

from __future__ import annotations

import argparse
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from _lib.results import add_output, markdown_table, write_study

from skdistill._hashes import row_keys
from skdistill.teachers import MemoryStore, SQLiteStore

BATCH = 4096
SINGLES, PART = 2000, 500
REPEATS = 3
WORDS = [("a", np.uint64), ("b", np.uint64)]


class BareSQLite:
    """The floor: the same table without anything around it.

    Parameters
    ----------
    path : Path
    width : int
        Numbers a row.
    """

    def __init__(self, path: Path, width: int):
        self.connection = sqlite3.connect(path, isolation_level=None)
        self.connection.execute("PRAGMA journal_mode = WAL")
        self.connection.execute("PRAGMA synchronous = NORMAL")
        columns = ", ".join(f"y{j} REAL" for j in range(width))
        self.connection.execute(f"CREATE TABLE t (key BLOB PRIMARY KEY, {columns}) WITHOUT ROWID")
        self.insert = f"INSERT INTO t VALUES (?{', ?' * width})"

    def add(self, method: str, keys: np.ndarray, predictions: np.ndarray) -> None:
        rows = _rows_of(keys, predictions)
        self.connection.execute("BEGIN")
        self.connection.executemany(self.insert, rows)
        self.connection.execute("COMMIT")

    def get(self, method: str, keys: np.ndarray) -> None:
        names = _names(keys)
        for start in range(0, len(names), 500):
            part = names[start : start + 500]
            marks = ", ".join("?" * len(part))
            self.connection.execute(f"SELECT * FROM t WHERE key IN ({marks})", part).fetchall()


def _names(keys: np.ndarray) -> list[bytes]:
    blob = keys.tobytes()
    return [blob[i : i + 16] for i in range(0, len(blob), 16)]


def _rows_of(keys: np.ndarray, predictions: np.ndarray) -> Iterator[tuple[Any, ...]]:
    values = predictions.reshape(len(predictions), -1).T.tolist()
    return zip(_names(keys), *values, strict=True)


def _seconds(run: Callable[[], Any]) -> float:
    before = time.process_time()
    run()
    return time.process_time() - before


def measure(store: Any, keys: np.ndarray, predictions: np.ndarray) -> tuple[float, float, float]:
    """Return microseconds a row: (written singly, written in batches, looked up)."""
    n = len(keys) // 2
    rng = np.random.default_rng(1)

    def singly(start: int) -> None:
        for i in range(start, start + PART):
            store.add("predict", keys[i : i + 1], predictions[i : i + 1])

    def batches() -> None:
        for i in range(SINGLES, n, BATCH):
            part = slice(i, min(i + BATCH, n))
            store.add("predict", keys[part], predictions[part])

    one = min(_seconds(lambda i=i: singly(i)) for i in range(0, SINGLES, PART)) / PART
    many = _seconds(batches) / (n - SINGLES)
    looked_up = []
    for _ in range(REPEATS):
        some = rng.permutation(len(keys))[:20_000]
        looked_up.append(_seconds(lambda some=some: store.get("predict", keys[some])) / len(some))
    return one * 1e6, many * 1e6, min(looked_up) * 1e6


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="20,000 rows, printed only")
    add_output(parser, __file__)
    options = parser.parse_args()
    n_rows = 20_000 if options.quick else 100_000
    rng = np.random.default_rng(0)
    keys = np.empty(2 * n_rows, dtype=WORDS)
    for word in ("a", "b"):
        keys[word] = rng.integers(0, 2**64, size=2 * n_rows, dtype=np.uint64)
    table = []
    for width, what in ((1, "one value"), (3, "three probabilities")):
        predictions = rng.random((2 * n_rows, width)).squeeze()
        stores: dict[str, Callable[[Path], Any]] = {
            "memory": lambda path: MemoryStore(),
            "SQLite file": SQLiteStore,
            "bare sqlite3": lambda path, width=width: BareSQLite(path, width),
        }
        for name, new in stores.items():
            with tempfile.TemporaryDirectory() as folder:
                runs = []
                for i in range(REPEATS):
                    runs.append(measure(new(Path(folder) / f"{i}.sqlite"), keys, predictions))
            best = [f"{min(run[j] for run in runs):.1f}" for j in range(3)]
            table.append([f"{name}, {what}", *best])
    X = rng.normal(size=(n_rows, 30))
    hashed = min(_seconds(lambda: row_keys(X)) for _ in range(REPEATS)) / n_rows * 1e6
    header = ["microseconds a row", "written singly", "in batches", "looked up"]
    body = (
        f"{n_rows:,} rows written, the first {SINGLES:,} one at a time and the others in batches "
        f"of {BATCH:,}; 20,000 looked up, half of them known. CPU time, the best of {REPEATS} "
        f"runs; SQLite {sqlite3.sqlite_version}. Bare sqlite3 is the same table without anything "
        "around it, looked up with `key IN (...)`.\n\n"
        f"{markdown_table(header, table)}\n\n"
        f"Hashing a row of 30 doubles into its key: {hashed:.1f} microseconds."
    )
    write_study("Stores of predictions", body, options)


if __name__ == "__main__":
    main()

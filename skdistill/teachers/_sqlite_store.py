"""Predictions in a SQLite file, shared by processes and readable by anything."""

from __future__ import annotations

import functools
import json
import os
import sqlite3
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np

from skdistill.teachers._fingerprint import check_same_teacher

__all__ = ["SQLiteStore"]

_FORMAT = "1"
# Rows of one look-up: their tuples take some 100 bytes each for a moment.
_LOOKUP_ROWS = 65_536
# A connection must not be used, nor closed, by a process that was forked from
# its own: it would let go of locks. There it is kept and left alone.
_INHERITED: list[sqlite3.Connection] = []

# One statement for all keys: the recursion cuts the blob ?1 into keys of 16 bytes.
# Half the time of "key IN (?, ?, ...)" (benchmarks/bench_answer_store.py).
_LOOKUP = """
WITH RECURSIVE query(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM query WHERE i + 1 < ?2)
SELECT i, {columns} FROM query CROSS JOIN "{table}" ON key = substr(?1, 16 * i + 1, 16)
"""


@dataclass(frozen=True)
class _Layout:
    """How the predictions of one method stand in their table.

    Parameters
    ----------
    dtype : str
        As numpy writes it; ``"|O"`` with ``objects`` for Python objects.
    shape : tuple of int
        Of one row's prediction: () where it is one value.
    objects : str
        Of Python objects "str", or "mixed" for texts beside numbers; empty for others.
    """

    dtype: str
    shape: tuple[int, ...]
    objects: str = ""

    @classmethod
    def of(cls, predictions: np.ndarray) -> _Layout:
        dtype, objects = predictions.dtype, ""
        if dtype.kind == "O":
            types = {type(value) for value in predictions.reshape(-1)}
            objects = "str" if types <= {str, np.str_} else "mixed"
            if not types <= {str, np.str_, int, float}:
                raise TypeError(
                    "A SQLite file holds numbers, booleans and texts, not predictions of "
                    f"{sorted(t.__name__ for t in types)}. Use store=None."
                )
        elif dtype.kind not in "fiubUSmM" or (dtype.itemsize > 8 and dtype.kind == "f"):
            raise TypeError(
                f"A SQLite file cannot hold predictions of dtype {dtype} exactly. Use store=None."
            )
        return cls(dtype.str, tuple(predictions.shape[1:]), objects)

    @classmethod
    @functools.lru_cache
    def read(cls, text: str) -> _Layout:
        parts = json.loads(text)
        return cls(parts["dtype"], tuple(parts["shape"]), parts["objects"])

    def write(self) -> str:
        return json.dumps({"dtype": self.dtype, "shape": self.shape, "objects": self.objects})

    @property
    def column_names(self) -> list[str]:
        return [f"y{j}" for j in range(int(np.prod(self.shape, dtype=int)))]

    @property
    def storage(self) -> str:
        """Type of the columns; none, where a column holds texts beside numbers."""
        if self.objects:
            return "TEXT" if self.objects == "str" else ""
        kind = np.dtype(self.dtype).kind
        return {"f": "REAL", "U": "TEXT", "S": "BLOB"}.get(kind, "INTEGER")

    def joined(self, new: _Layout, path: str) -> _Layout:
        """Return the layout of both, where one table can hold them."""
        if self == new:
            return self
        kinds = {self.storage, new.storage}
        together = len(kinds) == 1 or kinds == {"REAL", "INTEGER"}
        if self.shape != new.shape or not together or bool(self.objects) != bool(new.objects):
            raise ValueError(
                f"{path!r} holds predictions of dtype {self.dtype} and shape (n, "
                f"{', '.join(map(str, self.shape))}), so it cannot take others of dtype "
                f"{new.dtype} and shape (n, {', '.join(map(str, new.shape))}). Is this another "
                "teacher? Use another file for it."
            )
        if self.objects:
            return self
        dtype = np.result_type(np.dtype(self.dtype), np.dtype(new.dtype))
        return _Layout(dtype.str, self.shape)

    def to_columns(self, predictions: np.ndarray) -> list[list[Any]]:
        """Columns of Python objects that SQLite has types for."""
        flat = predictions.reshape(len(predictions), -1)
        if flat.dtype.kind in "mM" or flat.dtype == np.uint64:  # the same 64 bits
            flat = flat.view(np.int64)
        return [flat[:, j].tolist() for j in range(flat.shape[1])]

    def to_array(self, rows: list[tuple[Any, ...]]) -> tuple[np.ndarray, np.ndarray]:
        """Return (positions, predictions) of rows that hold a position and the columns."""
        dtype, width = np.dtype(self.dtype), len(self.column_names) + 1
        shape = (len(rows), *self.shape)
        if dtype.kind in "OUS":
            flat = np.empty((len(rows), width), dtype=object)
            flat[:] = rows if rows else flat
            values = flat[:, 1:]
            return flat[:, 0].astype(np.intp), values.astype(dtype).reshape(shape)
        # Positions are exact in doubles as well.
        wide = np.float64 if dtype.kind == "f" else np.int64
        flat = np.fromiter(chain.from_iterable(rows), wide, len(rows) * width)
        flat = flat.reshape(len(rows), width)
        values = np.ascontiguousarray(flat[:, 1:])
        same_bits = dtype.kind in "mM" or dtype == np.uint64
        values = values.view(dtype) if same_bits else values.astype(dtype, copy=False)
        return flat[:, 0].astype(np.intp), values.reshape(shape)


class SQLiteStore:
    """Keep predictions in a SQLite file, which survives the process.

    Parameters
    ----------
    path : str or path-like
        Of the file; it is made if it is not there. Not on a network drive, which
        SQLite's write-ahead log cannot use.
    timeout : float, default=60.0
        Seconds to wait for other processes that write at the same time.

    See Also
    --------
    MemoryStore : The same in memory.

    Notes
    -----
    One table a method (``predict``, ``predict_proba``, ``decision_function``)
    with the row's key and columns ``y0``, ``y1``, ... of SQLite's own types, and
    a table ``meta`` that describes the teacher. Read them with
    ``pandas.read_sql("SELECT * FROM predict", sqlite3.connect(path))``, also while
    they are written.

    Each call of `add` is a transaction in a write-ahead log, so a killed process loses
    nothing that was added. A pickled store opens the same file again.

    Examples
    --------
    >>> import sqlite3, tempfile
    >>> from pathlib import Path
    >>> from skdistill import CachedTeacher
    >>> path = Path(tempfile.mkdtemp()) / "answers.sqlite"
    >>> def simulate(X):
    ...     return X[:, 0] ** 2
    >>> _ = CachedTeacher(simulate, store=path).predict([[1.0], [2.0]])
    >>> later = CachedTeacher(simulate, store=path)  # the same as store=SQLiteStore(path)
    >>> later.predict([[2.0], [3.0]]).tolist(), later.n_queries_
    ([4.0, 9.0], 1)
    >>> sqlite3.connect(path).execute("SELECT y0 FROM predict ORDER BY y0").fetchall()
    [(1.0,), (4.0,), (9.0,)]
    """

    def __init__(self, path: str | os.PathLike[str], *, timeout: float = 60.0):
        self.path = os.path.abspath(os.fsdecode(path))
        self.timeout = timeout
        self._process, self._lock = os.getpid(), threading.RLock()
        self._connection: sqlite3.Connection | None = None

    def __repr__(self) -> str:
        return f"SQLiteStore({self.path!r})"

    def __getstate__(self) -> dict[str, Any]:
        return {"path": self.path, "timeout": self.timeout}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__init__(state["path"], timeout=state["timeout"])  # type: ignore[misc]

    def __del__(self) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; the next use opens it again."""
        connection = vars(self).pop("_connection", None)
        self._connection = None
        if connection is not None and self._process == os.getpid():
            connection.close()
        elif connection is not None:
            _INHERITED.append(connection)

    def bind(self, teacher: Mapping[str, str]) -> None:
        """Take note of the teacher, or refuse another one.

        Parameters
        ----------
        teacher : mapping of str to str
            What distinguishes it from other teachers.

        Raises
        ------
        ValueError
            If the file holds predictions of another teacher.
        """
        with self._transaction() as connection:
            known = dict(connection.execute("SELECT name, value FROM meta"))
        check_same_teacher(known, teacher, f"{self.path!r}")
        if any(name not in known for name in teacher):
            with self._transaction("IMMEDIATE") as connection:
                known = dict(connection.execute("SELECT name, value FROM meta"))
                check_same_teacher(known, teacher, f"{self.path!r}")
                connection.executemany(
                    "INSERT OR IGNORE INTO meta VALUES (?, ?)", list(teacher.items())
                )

    def get(self, method: str, keys: np.ndarray) -> tuple[np.ndarray | None, np.ndarray]:
        """Look up predictions.

        Parameters
        ----------
        method : {"predict", "predict_proba", "decision_function"}
            Which predictions.
        keys : ndarray of shape (n,)
            Of the rows.

        Returns
        -------
        predictions : ndarray of shape (n_known, ...) or None
            Of the known rows, in their order; None where nothing was ever stored
            for that method.
        known : ndarray of shape (n,), dtype bool
            Which rows are known.
        """
        known = np.zeros(len(keys), dtype=bool)
        with self._transaction() as connection:  # one state of the file for all of it
            layout = self._layout(connection, method)
            if layout is None:
                return None, known
            order, blob = _sorted_blob(keys)
            lookup = _LOOKUP.format(table=method, columns=", ".join(layout.column_names))
            positions, parts = [np.empty(0, np.intp)], [layout.to_array([])[1]]
            for start in range(0, len(keys), _LOOKUP_ROWS):
                part = blob[16 * start : 16 * (start + _LOOKUP_ROWS)]
                rows = connection.execute(lookup, (part, len(part) // 16)).fetchall()
                place, values = layout.to_array(rows)
                positions.append(order[start + place])
                parts.append(values)
        found = np.concatenate(positions)
        known[found] = True
        return np.concatenate(parts)[np.argsort(found, kind="stable")], known

    def add(self, method: str, keys: np.ndarray, predictions: np.ndarray) -> None:
        """Keep predictions, in one transaction; those that are known stay as they are.

        Parameters
        ----------
        method : {"predict", "predict_proba", "decision_function"}
            Which predictions.
        keys : ndarray of shape (n,)
            Of the rows, distinct.
        predictions : ndarray of shape (n, ...)
            One a row.

        Raises
        ------
        TypeError
            If predictions are of a type that SQLite cannot hold exactly.
        ValueError
            If they are of another shape or type than those in the file.
        """
        if not len(keys):
            return
        new = _Layout.of(predictions)
        order, blob = _sorted_blob(keys)
        columns = new.to_columns(predictions[order])
        with self._transaction("IMMEDIATE") as connection:
            old = self._layout(connection, method)
            layout = new if old is None else old.joined(new, self.path)
            if old is None:
                self._create(connection, method, new)
            if layout != old:
                entry = f"table {method}", layout.write()
                connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", entry)
            marks = ", ".join("?" * (1 + len(columns)))
            connection.executemany(
                f'INSERT OR IGNORE INTO "{method}" VALUES ({marks})',
                zip((blob[i : i + 16] for i in range(0, len(blob), 16)), *columns, strict=True),
            )

    def clear(self) -> None:
        """Forget everything, the teacher too."""
        with self._transaction("IMMEDIATE") as connection:
            names = connection.execute("SELECT name FROM meta WHERE name LIKE 'table %'").fetchall()
            for (name,) in names:
                connection.execute(f'DROP TABLE "{name.partition(" ")[2]}"')
            connection.execute("DELETE FROM meta WHERE name != 'format'")

    def _layout(self, connection: sqlite3.Connection, method: str) -> _Layout | None:
        query = "SELECT value FROM meta WHERE name = ?"
        found = connection.execute(query, (f"table {method}",)).fetchone()
        return None if found is None else _Layout.read(found[0])

    def _create(self, connection: sqlite3.Connection, method: str, layout: _Layout) -> None:
        if len(layout.column_names) > 1999:
            raise ValueError("SQLite takes at most 1999 values a row. Use store=None.")
        columns = ", ".join(f"{name} {layout.storage}" for name in layout.column_names)
        # Rows in the order of their keys: one tree to search, not two.
        connection.execute(
            f'CREATE TABLE "{method}" (key BLOB PRIMARY KEY, {columns}) WITHOUT ROWID'
        )

    @contextmanager
    def _transaction(self, kind: str = "DEFERRED") -> Iterator[sqlite3.Connection]:
        """Everything or nothing; all reads see one state of the file."""
        if self._process != os.getpid():  # forked, perhaps while another thread held the lock
            self.close()
            self._process, self._lock = os.getpid(), threading.RLock()
        with self._lock:
            if self._connection is None:
                self._connection = self._open()
            connection = self._connection
            try:
                connection.execute(f"BEGIN {kind}")
                yield connection
                connection.execute("COMMIT")
            finally:  # whatever happened, Ctrl-C too
                if connection.in_transaction:
                    connection.execute("ROLLBACK")

    def _open(self) -> sqlite3.Connection:
        try:
            connection = sqlite3.connect(
                self.path, timeout=self.timeout, isolation_level=None, check_same_thread=False
            )
        except sqlite3.OperationalError as error:
            raise OSError(f"Cannot open {self.path!r}: {error}.") from error
        try:
            self._prepare(connection)
        except BaseException as error:
            connection.close()
            if isinstance(error, sqlite3.DatabaseError) and "not a database" in str(error):
                raise ValueError(f"{self.path!r} is not a SQLite file.") from error
            raise
        return connection

    def _prepare(self, connection: sqlite3.Connection) -> None:
        """Make an empty file a store; refuse one that is something else."""
        tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
        if tables and "meta" not in tables:
            raise ValueError(
                f"{self.path!r} is a SQLite file of something else, with the tables "
                f"{sorted(tables)[:5]}. Use another file."
            )
        limit = time.monotonic() + self.timeout
        while connection.execute("PRAGMA journal_mode").fetchone() != ("wal",):
            try:
                connection.execute("PRAGMA journal_mode = WAL")
                break
            except sqlite3.OperationalError:  # does not wait by itself for other processes
                if time.monotonic() > limit:
                    raise
                time.sleep(0.02)
        # In a write-ahead log, this is safe against everything but a power failure,
        # which may cost the last transactions, never the file.
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA cache_size = -32768")
        if "meta" not in tables:
            connection.execute("BEGIN IMMEDIATE")
            connection.execute(
                "CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT)"
            )
            connection.execute("INSERT OR IGNORE INTO meta VALUES ('format', ?)", (_FORMAT,))
            connection.execute("COMMIT")
        found = connection.execute("SELECT value FROM meta WHERE name = 'format'").fetchone()
        if found != (_FORMAT,):
            raise ValueError(
                f"{self.path!r} is no store of predictions that this version of skdistill reads. "
                "Use another file."
            )


def _sorted_blob(keys: np.ndarray) -> tuple[np.ndarray, bytes]:
    """Return (the order that sorts keys as SQLite does, the sorted keys of 16 bytes each)."""
    order = np.argsort(keys["a"], kind="stable")
    return order, keys[order].view(np.uint64).astype(">u8").tobytes()

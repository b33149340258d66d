"""Where a teacher's predictions are kept, by the content of the rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import numpy as np

from skdistill.teachers._checks import join_arrays
from skdistill.teachers._fingerprint import check_same_teacher

__all__ = ["AnswerStore", "MemoryStore", "distinct"]


def distinct(keys: np.ndarray) -> np.ndarray:
    """Return the position at which each distinct key stands first, in the order of the rows."""
    order = np.lexsort((keys["b"], keys["a"]))  # stable
    ranked = keys[order]
    first = np.ones(len(keys), dtype=bool)
    first[1:] = (ranked["a"][1:] != ranked["a"][:-1]) | (ranked["b"][1:] != ranked["b"][:-1])
    return np.sort(order[first])


class AnswerStore(Protocol):
    """What a store of predictions has to do.

    Predictions are kept by the method that was called and by the key of the row.
    Any object with these four methods can be the ``store`` of an
    :class:`Oracle` or a :class:`CachedTeacher`.

    See Also
    --------
    MemoryStore : Keeps them in memory.
    SQLiteStore : Keeps them in a file.

    Notes
    -----
    Keys are structured arrays of two 64-bit words, ``a`` and ``b``: a hash of the
    row.

    Examples
    --------
    A dictionary of one label each:

    >>> import numpy as np
    >>> from skdistill import CachedTeacher
    >>> class Dictionary(dict):
    ...     def bind(self, teacher):
    ...         print(teacher["teacher"])
    ...
    ...     def get(self, method, keys):
    ...         names = [(method, key.tobytes()) for key in keys]
    ...         known = np.array([name in self for name in names], dtype=bool)
    ...         return np.array([self[name] for name in names if name in self]), known
    ...
    ...     def add(self, method, keys, predictions):
    ...         self.update(zip([(method, key.tobytes()) for key in keys], predictions))
    >>> store = Dictionary()
    >>> CachedTeacher(np.linalg.det, store=store, batch_size=1).predict(np.ones((2, 1, 1)))
    numpy.linalg.det
    array([1., 1.])
    >>> len(store)
    1
    """

    def bind(self, teacher: Mapping[str, str]) -> None:
        """Take note of the teacher; called before anything else.

        Parameters
        ----------
        teacher : mapping of str to str
            What distinguishes it from other teachers.

        Raises
        ------
        ValueError
            If the predictions of another teacher are stored.
        """

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

    def add(self, method: str, keys: np.ndarray, predictions: np.ndarray) -> None:
        """Keep predictions; must have taken effect when it returns.

        Parameters
        ----------
        method : {"predict", "predict_proba", "decision_function"}
            Which predictions.
        keys : ndarray of shape (n,)
            Of the rows, distinct.
        predictions : ndarray of shape (n, ...)
            One a row.
        """

    def clear(self) -> None:
        """Forget everything, the teacher too."""


class _Run:
    """Predictions in arrays that are sorted by their keys."""

    def __init__(self, keys: np.ndarray, predictions: np.ndarray):
        order = np.lexsort((keys["b"], keys["a"]))
        self.first, self.second = keys["a"][order], keys["b"][order]
        self.predictions = predictions[order]

    def __len__(self) -> int:
        return len(self.first)

    @property
    def keys(self) -> np.ndarray:
        keys = np.empty(len(self), dtype=[("a", np.uint64), ("b", np.uint64)])
        keys["a"], keys["b"] = self.first, self.second
        return keys

    def find(self, keys: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return (positions, known) for keys, both of shape (len(keys),)."""
        last = len(self) - 1
        place = np.minimum(np.searchsorted(self.first, keys["a"]), last)
        # The first word finds the place, but for rows that share it (2^-64 a pair).
        while (
            behind := (self.first[place] == keys["a"])
            & (self.second[place] < keys["b"])
            & (place < last)
        ).any():
            place[behind] += 1
        return place, (self.first[place] == keys["a"]) & (self.second[place] == keys["b"])


class MemoryStore:
    """Keep predictions in memory: 16 bytes a row and method, and the predictions.

    See Also
    --------
    SQLiteStore : The same in a file.

    Notes
    -----
    A log-structured merge: sorted runs, of which each is more than twice as long
    as the next. A look-up of m among n rows costs O(m log² n), and adding rows one
    at a time O(log n) each, amortised.

    Examples
    --------
    >>> from skdistill import CachedTeacher
    >>> from skdistill.teachers import MemoryStore
    >>> store = MemoryStore()
    >>> teacher = CachedTeacher(lambda X: X[:, 0], store=store)
    >>> teacher.predict([[1.0], [2.0]]).tolist(), teacher.n_queries_
    ([1.0, 2.0], 2)
    """

    def __init__(self) -> None:
        self._runs: dict[str, list[_Run]] = {}
        self._teacher: dict[str, str] = {}

    def bind(self, teacher: Mapping[str, str]) -> None:
        """Take note of the teacher, or refuse another one.

        Parameters
        ----------
        teacher : mapping of str to str
            What distinguishes it from other teachers.
        """
        check_same_teacher(self._teacher, teacher, "This MemoryStore")
        self._teacher = {**teacher, **self._teacher}

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
        runs = self._runs.get(method)
        if not runs:
            return None, known
        found, places = [], []
        for run in runs:
            place, here = run.find(keys)
            here &= ~known
            known |= here
            places.append(np.flatnonzero(here))
            found.append(run.predictions[place[here]])
        order = np.argsort(np.concatenate(places), kind="stable")
        return join_arrays(found, self)[order], known

    def add(self, method: str, keys: np.ndarray, predictions: np.ndarray) -> None:
        """Keep predictions.

        Parameters
        ----------
        method : {"predict", "predict_proba", "decision_function"}
            Which predictions.
        keys : ndarray of shape (n,)
            Of the rows, distinct.
        predictions : ndarray of shape (n, ...)
            One a row.
        """
        if not len(keys):
            return
        runs = self._runs.setdefault(method, [])
        new = _Run(keys, predictions)
        while runs and len(runs[-1]) <= 2 * len(new):
            old = runs.pop()
            new = _Run(
                np.concatenate([old.keys, new.keys]),
                join_arrays([old.predictions, new.predictions], self),
            )
        runs.append(new)

    def clear(self) -> None:
        """Forget everything, the teacher too."""
        self._runs.clear()
        self._teacher.clear()

"""Where a teacher's predictions are kept, by the content of the rows."""

from __future__ import annotations

from typing import Protocol

import numpy as np

__all__ = ["AnswerStore", "MemoryStore"]


class AnswerStore(Protocol):
    """Predictions by the keys of rows and the method that was called.

    Keys are structured arrays of two 64-bit words, as `skdistill._rows.row_keys`
    makes them.
    """

    def get(self, method: str, keys: np.ndarray) -> tuple[np.ndarray | None, np.ndarray]:
        """Return (predictions of the known rows in their order, mask of known rows).

        Predictions are None where nothing was ever stored for that method.
        """

    def add(self, method: str, keys: np.ndarray, predictions: np.ndarray) -> None:
        """Keep the predictions of new rows, whose keys are distinct."""

    def clear(self) -> None:
        """Forget everything."""


class _Table:
    """Predictions of one method in arrays sorted by key.

    A look-up of m rows among n known ones costs O(m log n), a merge of m new
    ones O(n + m log m).
    """

    def __init__(self, keys: np.ndarray, predictions: np.ndarray):
        order = np.argsort(keys, order=("a", "b"), kind="stable")
        self.keys, self.predictions = keys[order], predictions[order]

    def find(self, keys: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return (positions, known) for keys, both of shape (len(keys),)."""
        # The first word finds the place; the second confirms it. Two rows that
        # share the first word only (2^-64 a pair) are queried again.
        place = np.searchsorted(self.keys["a"], keys["a"])
        place = np.minimum(place, len(self.keys) - 1)
        return place, self.keys[place] == keys


class MemoryStore:
    """Predictions in memory: 16 bytes a row and method, and the predictions."""

    def __init__(self) -> None:
        self._tables: dict[str, _Table] = {}

    def get(self, method: str, keys: np.ndarray) -> tuple[np.ndarray | None, np.ndarray]:
        table = self._tables.get(method)
        if table is None:
            return None, np.zeros(len(keys), dtype=bool)
        place, known = table.find(keys)
        return table.predictions[place[known]], known

    def add(self, method: str, keys: np.ndarray, predictions: np.ndarray) -> None:
        if not len(keys):
            return
        table = self._tables.get(method)
        if table is not None:
            keys = np.concatenate([table.keys, keys])
            predictions = np.concatenate([table.predictions, predictions])
        self._tables[method] = _Table(keys, predictions)

    def clear(self) -> None:
        self._tables.clear()

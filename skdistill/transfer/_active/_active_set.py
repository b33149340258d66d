"""What active transfer sets share: a teacher at ``fit``, queried within a budget."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from sklearn.utils import check_consistent_length, check_random_state

from skdistill._labels import ClassLabels, Labels
from skdistill._validation import Number
from skdistill.teachers import (
    Oracle,
    check_teacher_columns,
    is_fitted_teacher,
    resolve_teacher,
    unfrozen,
)
from skdistill.transfer._base import COMMON_RULES
from skdistill.transfer._given import BASE_RULE
from skdistill.transfer._tables import Encoded, Table, seeds_of

__all__ = ["ACTIVE_RULES", "Queries", "QueriesTeacherMixin"]

ACTIVE_RULES = {
    "base": [BASE_RULE],
    "density": [Number(0, 1)],
    "max_queries": [Number(1, whole=True)],
    **COMMON_RULES,
}


class Queries:
    """The teacher's labels of encoded rows, within the budget of an active transfer set.

    Parameters
    ----------
    oracle : Oracle
        Remembers, so that equal rows, and rows that it knows, cost nothing.
    table : Table
        Decodes rows.
    max_queries : int
        The budget.
    """

    def __init__(self, oracle: Oracle, table: Table, max_queries: int):
        self._oracle, self._max_queries = oracle, max_queries
        self.table = table

    @property
    def n_queries(self) -> int:
        """Rows queried so far."""
        return int(self._oracle.n_queries_)

    @property
    def left(self) -> int:
        """Rows that may still be queried."""
        return int(self._oracle.left)

    def labels(self, rows: Encoded, *, soft: bool = False) -> Labels:
        """Label encoded rows."""
        labels, kept = self._oracle.label(self.table.decode(rows), soft=soft)
        if len(kept) < len(rows):
            raise ValueError(
                "Active transfer sets compare predictions row by row, so they take no teacher that "
                'leaves rows out. Use on_error="raise", or another transfer set.'
            )
        return labels

    def decisions(self, rows: Encoded) -> np.ndarray:
        """The teacher's predicted classes of encoded rows, an ndarray of shape (n,)."""
        labels = self.labels(rows)
        assert isinstance(labels, ClassLabels)
        return labels.decisions()

    def label_part(
        self, n: int, label: Callable[[np.ndarray], Any], rng: np.random.Generator
    ) -> np.ndarray:
        """Label as many of n rows as half the budget allows, in random order.

        Parameters
        ----------
        n : int
            Number of rows.
        label : callable
            ``label(positions)`` labels the rows at these positions here.
        rng : Generator

        Returns
        -------
        positions : ndarray
            Those that ``label`` was called with, in the same order.
        """
        order, done = rng.permutation(n), 0
        half = max(self._max_queries // 2, 1)
        # Rows that the oracle remembers cost nothing, so there may be several turns.
        while done < n and self.n_queries < half:
            part = order[done : done + half - self.n_queries]
            label(part)
            done += len(part)
        return order[:done]


class QueriesTeacherMixin:
    """Give a transfer set its teacher at ``fit``, and a budget.

    All queries are made in ``fit``, none in ``sample``. It goes before
    ``BaseTransferSet``, and its class has the parameters ``max_queries`` and
    ``n_jobs``. The set learns in ``_learn_by_queries(rows, queries, rng)``.
    """

    _queries_teacher = True
    teacher: Any
    max_queries: int
    n_jobs: int | None
    random_state: Any
    n_queries_: int
    _table: Table

    def _learn_by_queries(self, rows: Encoded, queries: Queries, rng: np.random.Generator) -> None:
        """Learn from encoded rows and the teacher's labels, and set attributes."""
        raise NotImplementedError

    def _check_kind(self, teacher: Any) -> str | None:
        """Refuse a teacher of the wrong kind; return the kind that is needed."""
        return None

    def fit(self, X: Any, y: Any = None) -> Any:
        """Query the teacher, and learn where its predictions are uncertain.

        Parameters
        ----------
        X : array-like or DataFrame of shape (n_samples, n_features)
            Real rows. Missing values are legal where the teacher takes them.
        y : array-like of shape (n_samples,), default=None
            Labels, needed only by an unfitted teacher.

        Returns
        -------
        self : object
            The fitted transfer set.

        Raises
        ------
        ValueError
            If there is no teacher.
        """
        if self.teacher is None:
            raise ValueError(
                f"{type(self).__name__} queries a teacher, but teacher=None. Pass teacher=..., or "
                "pass the transfer set to a distiller, whose teacher it then queries."
            )
        rows = self._read_rows(X)  # type: ignore[attr-defined]
        X = self._table.decode(rows)
        kind = self._check_kind(self.teacher)
        if y is not None:
            check_consistent_length(X, y)
        seed = None if self.random_state is None else check_random_state(self.random_state)
        self.teacher_ = resolve_teacher(self.teacher, X, y, kind=kind, rng=seed)
        check_teacher_columns(self.teacher_, X, getattr(self, "feature_names_in_", None))
        queries = Queries(self._open_oracle(kind), self._table, self.max_queries)
        rng = np.random.Generator(np.random.SFC64(seeds_of(self.random_state)))
        self._learn_by_queries(rows, queries, rng)
        self.n_queries_ = queries.n_queries
        return self

    def _open_oracle(self, kind: str | None) -> Oracle:
        """Query within the budget; a distiller's own oracle knows rows that cost nothing."""
        teacher = unfrozen(self.teacher_)
        if isinstance(teacher, Oracle) and teacher.remembers:
            return teacher.within(self.max_queries)
        oracle = Oracle(self.teacher_, kind=kind, max_queries=self.max_queries, n_jobs=self.n_jobs)
        oracle.remember()
        return oracle

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()  # type: ignore[misc]
        teacher = self.teacher
        tags.target_tags.required = hasattr(teacher, "fit") and not is_fitted_teacher(teacher)
        if hasattr(unfrozen(teacher), "__sklearn_tags__"):
            own = unfrozen(teacher).__sklearn_tags__()
            tags.input_tags.allow_nan &= own.input_tags.allow_nan
        return tags

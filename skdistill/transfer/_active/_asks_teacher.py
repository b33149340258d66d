"""Transfer sets that ask the teacher where rows are worth having."""

from __future__ import annotations

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
from skdistill.transfer._active._inner import BASE_RULE
from skdistill.transfer._rules import COMMON_RULES
from skdistill.transfer._tables._sampling import seeds_of
from skdistill.transfer._tables._table import Encoded, Table

__all__ = ["ASKING_RULES", "AsksTeacherMixin"]

ASKING_RULES = {
    "base": [BASE_RULE],
    "density": [Number(0, 1)],
    "max_queries": [Number(1, whole=True)],
    **COMMON_RULES,
}


class AsksTeacherMixin:
    """Give a transfer set its teacher at ``fit``, and a budget.

    All questions are asked in ``fit``; ``sample`` asks nothing. It goes before
    ``BaseTransferSet``, and its class has the parameters ``max_queries`` and
    ``n_jobs``. The set learns in ``_learn_asking(rows, rng)``.
    """

    _queries_teacher = True
    teacher: Any
    max_queries: int
    n_jobs: int | None
    random_state: Any
    n_queries_: int
    _oracle: Oracle
    _table: Table

    def _learn_asking(self, rows: Encoded, rng: np.random.Generator) -> None:
        """Learn from encoded rows and the teacher's answers, and set attributes."""
        raise NotImplementedError

    def _check_kind(self, teacher: Any) -> str | None:
        """Refuse a teacher of the wrong kind; return the kind that is needed."""
        return None

    def fit(self, X: Any, y: Any = None) -> Any:
        """Learn where rows are worth having; asks the teacher.

        Parameters
        ----------
        X : array-like or DataFrame of shape (n_samples, n_features)
            Real rows. Missing values are legal where the teacher takes them.
        y : array-like of shape (n_samples,), default=None
            Labels, needed by an unfitted teacher alone.

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
                f"{type(self).__name__} asks a teacher which rows are worth having, but "
                "teacher=None. Pass teacher=..., or hand the set to a distiller, which lends it "
                "its own."
            )
        self._y = y
        try:
            return super().fit(X, y)  # type: ignore[misc]
        finally:
            del self._y

    def _learn(self, rows: Encoded) -> None:
        X = self._table.decode(rows)
        kind = self._check_kind(self.teacher)
        if self._y is not None:
            check_consistent_length(X, self._y)
        seed = None if self.random_state is None else check_random_state(self.random_state)
        self.teacher_ = resolve_teacher(self.teacher, X, self._y, kind=kind, rng=seed)
        check_teacher_columns(self.teacher_, X, getattr(self, "feature_names_in_", None))
        self.n_queries_ = 0
        self._oracle = self._open_oracle(kind)
        rng = np.random.Generator(np.random.SFC64(seeds_of(self.random_state)))
        try:
            self._learn_asking(rows, rng)
        finally:
            del self._oracle

    def _open_oracle(self, kind: str | None) -> Oracle:
        """Query within the budget; a distiller's own oracle knows rows that cost nothing."""
        teacher = unfrozen(self.teacher_)
        if isinstance(teacher, Oracle) and teacher.remembers:
            return teacher.within(self.max_queries)
        oracle = Oracle(self.teacher_, kind=kind, max_queries=self.max_queries, n_jobs=self.n_jobs)
        oracle.remember()
        return oracle

    def _query(self, rows: Encoded, *, soft: bool = False) -> Labels:
        """Label encoded rows; equal rows, and rows that are known, cost nothing."""
        labels, kept = self._oracle.label(self._table.decode(rows), soft=soft)
        self.n_queries_ = self._oracle.n_queries_
        if len(kept) < len(rows):
            raise ValueError(
                f"{type(self).__name__} compares predictions row by row, so it takes no teacher "
                'that leaves rows out. Use on_error="raise", or another transfer set.'
            )
        return labels

    def _query_decisions(self, rows: Encoded) -> np.ndarray:
        """The teacher's labels of encoded rows, an ndarray of shape (n,)."""
        labels = self._query(rows)
        assert isinstance(labels, ClassLabels)
        return labels.decisions()

    def _known_part(self, n: int, ask: Any, rng: np.random.Generator) -> np.ndarray:
        """Ask about as many of n rows as half the budget allows, in random order.

        Parameters
        ----------
        n : int
            Rows there are.
        ask : callable
            ``ask(positions)``, which counts what it asked.
        rng : Generator

        Returns
        -------
        positions : ndarray
            Those that ``ask`` was called with, in its order.
        """
        order, done = rng.permutation(n), 0
        half = max(self.max_queries // 2, 1)
        # Rows that the teacher remembers cost nothing, so there may be several turns.
        while done < n and self._oracle.n_queries_ < half:
            part = order[done : done + half - self._oracle.n_queries_]
            ask(part)
            done += len(part)
        return order[:done]

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()  # type: ignore[misc]
        teacher = self.teacher
        tags.target_tags.required = hasattr(teacher, "fit") and not is_fitted_teacher(teacher)
        if hasattr(unfrozen(teacher), "__sklearn_tags__"):
            own = unfrozen(teacher).__sklearn_tags__()
            tags.input_tags.allow_nan &= own.input_tags.allow_nan
        return tags

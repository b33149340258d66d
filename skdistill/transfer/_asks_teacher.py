"""Transfer sets that ask the teacher where rows are worth having."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.utils import check_consistent_length, check_random_state

from skdistill._rows import row_hashes
from skdistill._validation import Number
from skdistill.teachers._ask import Labels, ask_labels
from skdistill.teachers._cached import CachedTeacher
from skdistill.teachers._kind import is_fitted_teacher, unfrozen
from skdistill.teachers._resolve import check_teacher_columns, resolve_teacher
from skdistill.transfer._base import BaseTransferSet
from skdistill.transfer._inner import BASE_RULE
from skdistill.transfer._rules import COMMON_RULES
from skdistill.transfer._sampling import seeds_of
from skdistill.transfer._table import Encoded, Table

__all__ = ["ASKING_RULES", "AsksTeacherMixin", "asking_sets"]

ASKING_RULES = {
    "base": [BASE_RULE],
    "density": [Number(0, 1)],
    "max_queries": [Number(1, whole=True)],
    **COMMON_RULES,
}


def asking_sets(transfer_set: Any) -> list[AsksTeacherMixin]:
    """Find the transfer sets that wait for a teacher, in a set and inside it.

    Parameters
    ----------
    transfer_set : transfer set
        Unfitted.

    Returns
    -------
    sets : list of transfer sets
        Those that ask a teacher and were given none.
    """
    found: list[AsksTeacherMixin] = []
    waiting, seen = [transfer_set], set()
    while waiting:
        value = waiting.pop()
        if isinstance(value, (list, tuple)):
            waiting.extend(value)
        elif hasattr(value, "get_params") and not isinstance(value, type) and id(value) not in seen:
            seen.add(id(value))
            if isinstance(value, AsksTeacherMixin) and value.teacher is None:
                found.append(value)
            if isinstance(value, BaseTransferSet):
                waiting.extend(value.get_params(deep=False).values())
    return found


class AsksTeacherMixin:
    """Give a transfer set its teacher at ``fit``, and a budget.

    All questions are asked in ``fit``; ``sample`` asks nothing. It goes before
    ``BaseTransferSet``, and its class has the parameters ``max_queries`` and
    ``n_jobs``. The set learns in ``_learn_asking(rows, rng)``.
    """

    _asks_teacher = True
    teacher: Any
    max_queries: int
    n_jobs: int | None
    random_state: Any
    n_queries_: int
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
        rng = np.random.Generator(np.random.SFC64(seeds_of(self.random_state)))
        self._learn_asking(rows, rng)

    def _queries_left(self) -> int:
        return self.max_queries - self.n_queries_

    def _ask(self, rows: Encoded, *, soft: bool = False, classification: bool = True) -> Labels:
        """Ask the teacher about encoded rows, and count them.

        Equal rows are asked about once, and what a :class:`CachedTeacher`
        remembers is not counted.
        """
        keys = row_hashes(np.hstack([rows.numbers, rows.codes]))
        _, first, place = np.unique(keys, return_index=True, return_inverse=True)
        teacher: Any = unfrozen(self.teacher_)
        remembers = isinstance(teacher, CachedTeacher)
        before = teacher.n_queries_ if remembers else 0
        labels = ask_labels(
            self.teacher_,
            self._table.decode(rows.take(first)),
            soft=soft,
            classification=classification,
            n_jobs=self.n_jobs,
        )
        self.n_queries_ += teacher.n_queries_ - before if remembers else len(first)
        return Labels(
            labels.classes,
            None if labels.codes is None else labels.codes[place],
            None if labels.targets is None else labels.targets[place],
        )

    def _ask_labels(self, rows: Encoded) -> np.ndarray:
        """The teacher's labels of encoded rows, an ndarray of shape (n,)."""
        labels = self._ask(rows)
        assert labels.classes is not None
        return labels.classes[labels.codes]

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
        while done < n and self.n_queries_ < half:
            part = order[done : done + half - self.n_queries_]
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

"""A teacher that is never asked the same row twice."""

from __future__ import annotations

import threading
from typing import Any

import numpy as np
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_array

from skdistill._rows import is_frame, row_hashes, take_rows
from skdistill.teachers._ask import ask
from skdistill.teachers._face import TeacherFace
from skdistill.teachers._kind import is_fitted_teacher, name_of, teacher_kind, unfrozen
from skdistill.teachers._resolve import as_teacher

__all__ = ["CachedTeacher"]


def _inner_has(method: str) -> Any:
    return lambda self: hasattr(self._predictor, method)


class _Memory:
    """Answers by the 128-bit hash of their rows, in sorted arrays.

    A look-up of m rows among n known ones costs O(m log n), a merge of m new
    ones O(n + m log m).
    """

    def __init__(self) -> None:
        self.keys = np.empty(0, dtype=[("a", np.uint64), ("b", np.uint64)])
        self.answers: np.ndarray | None = None

    def find(self, keys: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return (positions, known) for keys, both of shape (len(keys),)."""
        if not len(self.keys):
            return np.zeros(len(keys), dtype=np.intp), np.zeros(len(keys), dtype=bool)
        # The first word finds the place; the second confirms it. Two rows that
        # share the first word only (2^-64 a pair) are asked anew.
        place = np.searchsorted(self.keys["a"], keys["a"])
        place = np.minimum(place, len(self.keys) - 1)
        return place, self.keys[place] == keys

    def add(self, keys: np.ndarray, answers: np.ndarray) -> None:
        if self.answers is not None:
            keys = np.concatenate([self.keys, keys])
            answers = np.concatenate([self.answers, answers])
        order = np.argsort(keys["a"], kind="stable")
        self.keys, self.answers = keys[order], answers[order]


class CachedTeacher(TeacherFace):
    """Remember a teacher's answers by the content of the rows.

    A grid search asks for the same rows in every candidate, and every fit
    labels the training rows anew. Where the teacher is slow, its answers are
    worth keeping.

    Parameters
    ----------
    teacher : predictor or callable
        A fitted teacher. A bare callable is taken as one of real values; wrap
        it in :class:`CallableTeacher` to say otherwise.

    Attributes
    ----------
    n_queries_ : int
        Rows that the wrapped teacher was really asked.
    n_hits_ : int
        Rows that were answered from memory.

    See Also
    --------
    CallableTeacher : Give a function the face of a predictor.

    Notes
    -----
    Memory: 16 bytes a row and method, and the answers. Two different rows are
    taken for one with probability 2^-128. The answers travel with a pickle, so
    worker processes start with what was known when they were sent; what they
    learn is not sent back. The teacher must be deterministic.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.ensemble import RandomForestClassifier
    >>> from skdistill import CachedTeacher
    >>> X, y = load_iris(return_X_y=True)
    >>> teacher = CachedTeacher(RandomForestClassifier(random_state=0).fit(X, y))
    >>> _ = teacher.predict(X[:100])
    >>> _ = teacher.predict(X)
    >>> teacher.n_queries_, teacher.n_hits_  # iris repeats a row
    (149, 101)
    """

    def __init__(self, teacher: Any):
        self.teacher = teacher
        self.clear()

    @property
    def _predictor(self) -> Any:
        return as_teacher(self.teacher)

    def clear(self) -> None:
        """Forget all answers and set the counters to zero."""
        self._memories: dict[str, _Memory] = {}
        self._lock = threading.Lock()
        self.n_queries_ = 0
        self.n_hits_ = 0

    def __getattr__(self, name: str) -> Any:
        # What the teacher has learned is seen through; methods that could
        # change it are not.
        if name.startswith("_") or not name.endswith("_") or "teacher" not in self.__dict__:
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        return getattr(self._predictor, name)

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in vars(self).items() if name != "_lock"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state, _lock=threading.Lock())

    def __sklearn_tags__(self) -> Any:
        inner = unfrozen(self._predictor)
        if hasattr(inner, "__sklearn_tags__"):
            return inner.__sklearn_tags__()
        tags = super().__sklearn_tags__()
        tags.estimator_type = teacher_kind(inner)
        return tags

    def __sklearn_is_fitted__(self) -> bool:
        return is_fitted_teacher(self._predictor)

    def _ask(self, method: str, X: Any) -> np.ndarray:
        if not is_fitted_teacher(self._predictor):
            raise ValueError(
                f"CachedTeacher needs a fitted teacher, but this {name_of(self.teacher)} is not "
                "fitted. Fit it first."
            )
        rows = (
            X
            if is_frame(X)
            else check_array(X, accept_sparse="csr", ensure_all_finite=False, dtype=None)
        )
        keys = np.empty(rows.shape[0], dtype=[("a", np.uint64), ("b", np.uint64)])
        keys["a"], keys["b"] = row_hashes(rows, 0), row_hashes(rows, 1)
        with self._lock:
            memory = self._memories.setdefault(method, _Memory())
            place, known = memory.find(keys)
            if not known.all():
                missing, first = np.unique(keys[~known], return_index=True)
                new = np.flatnonzero(~known)[first]
                memory.add(missing, ask(self._predictor, take_rows(rows, new), method))
                self.n_queries_ += len(new)
                self.n_hits_ -= len(new)
                place, known = memory.find(keys)
            self.n_hits_ += rows.shape[0]
            if memory.answers is None:  # no rows at all
                return ask(self._predictor, rows, method)
            answers = memory.answers[place]
        if not known.all():  # a shared first word: never answered from memory
            answers[~known] = ask(self._predictor, take_rows(rows, ~known), method)
        return answers

    def predict(self, X: Any) -> np.ndarray:
        """Answer from memory, and ask the teacher for the rest.

        Parameters
        ----------
        X : array-like or DataFrame of shape (n_samples, n_features)
            Rows, as the teacher takes them.

        Returns
        -------
        y : ndarray of shape (n_samples,) or (n_samples, n_outputs)
            The teacher's answers.
        """
        return self._ask("predict", X)

    @available_if(_inner_has("predict_proba"))
    def predict_proba(self, X: Any) -> np.ndarray:
        """Answer probabilities from memory, and ask the teacher for the rest.

        Parameters
        ----------
        X : array-like or DataFrame of shape (n_samples, n_features)
            Rows, as the teacher takes them.

        Returns
        -------
        P : ndarray of shape (n_samples, n_classes)
            The teacher's probabilities.
        """
        return self._ask("predict_proba", X)

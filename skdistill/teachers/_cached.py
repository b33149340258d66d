"""A teacher that is never queried with the same row twice."""

from __future__ import annotations

import os
from typing import Any

from skdistill._validation import Instance, OneOf
from skdistill.teachers._fingerprint import describe_teacher
from skdistill.teachers._oracle import Oracle
from skdistill.teachers._sqlite_store import SQLiteStore
from skdistill.teachers._store import AnswerStore, MemoryStore
from skdistill.teachers._stored import stored_predictions

__all__ = ["CachedTeacher"]


class CachedTeacher(Oracle):
    """Keep a teacher's predictions by the content of the rows, in memory or in a file.

    A grid search queries the same rows for every candidate, and every fit
    labels the training rows anew. Where the teacher is slow, its predictions
    are worth keeping. They are stored batch by batch as they arrive, so an
    error, Ctrl-C or a killed process costs at most the batches under way, and
    the next fit queries only what is missing.

    Parameters
    ----------
    teacher : predictor or callable
        A fitted teacher. A bare callable is taken as one of real values; wrap
        it in :class:`CallableTeacher` to say otherwise.
    store : str, path-like or AnswerStore, default=None
        A SQLite file, which later runs and other processes share; None keeps
        predictions in memory. See :class:`~skdistill.teachers.SQLiteStore`.
    version : str, default=None
        Your name for the state of the teacher, such as a date of training. A
        store that was made with another version is refused.
    batch_size : int or "auto", default="auto"
        Rows of one call; see :class:`~skdistill.teachers.Oracle`. "auto"
        measures estimators too.
    n_jobs : int, default=None
        Batches queried at once; see :class:`~skdistill.teachers.Oracle`.
    retries : int, default=0
        How often a call that raised an error is repeated.
    on_error : {"raise", "drop"}, default="raise"
        What becomes of a row that fails; see
        :class:`~skdistill.teachers.Oracle`.

    Attributes
    ----------
    n_queries_ : int
        Rows that the wrapped teacher was really queried with.
    n_hits_ : int
        Rows whose predictions were known.
    n_failed_ : int
        Rows that were left out.

    See Also
    --------
    CallableTeacher : Make a predictor of a function.
    Oracle : How a teacher is queried.

    Notes
    -----
    The key of a row is a 128-bit hash of what kind of table it stands in (array,
    sparse matrix, frame of pandas or polars), of the names of its columns in their
    order, and of its values. Equal numbers of any type are equal, but a number is
    never equal to a text. A column of texts or categories enters with 64 bits. The
    index of a frame, and the rows around it, do not count.

    A file also keeps a description of the teacher: the names of its class or
    function, its classes and columns, its plain parameters, and the code of a
    function. Another teacher is refused with an error. What such a description
    cannot see, such as a model that was trained again on other rows, is what
    ``version`` is for. Where it is given, parameters and code are not compared.

    Predictions in memory travel with a pickle, so worker processes start with
    what was known when they were sent; what they learn is not sent back. A file
    is shared. The teacher must be deterministic.

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

    _measures_all = True
    _parameter_rules = {
        **Oracle._parameter_rules,
        "store": [
            OneOf(None),
            Instance("a path", lambda store: isinstance(store, (str, os.PathLike))),
            *Oracle._parameter_rules["store"][1:],
        ],
        "version": [OneOf(None), Instance("a string", lambda value: isinstance(value, str))],
    }

    def __init__(
        self,
        teacher: Any,
        *,
        store: str | os.PathLike[str] | AnswerStore | None = None,
        version: str | None = None,
        batch_size: int | str = "auto",
        n_jobs: int | None = None,
        retries: int = 0,
        on_error: str = "raise",
    ):
        super().__init__(
            teacher,
            batch_size=batch_size,
            n_jobs=n_jobs,
            retries=retries,
            on_error=on_error,
            store=store,  # type: ignore[arg-type]
        )
        self.version = version
        if store is None:
            self._store = MemoryStore()
        elif isinstance(store, (str, os.PathLike)):
            self._store = SQLiteStore(store)

    @classmethod
    def from_answers(
        cls,
        X: Any,
        answers: Any,
        *,
        kind: str | None = None,
        classes: Any = None,
        store: str | os.PathLike[str] | AnswerStore | None = None,
        on_error: str = "raise",
    ) -> CachedTeacher:
        """Make a teacher of stored predictions: it labels their rows and no others.

        Labels in a file, past runs and out-of-fold scores then teach like a
        model. Where a distiller would draw synthetic rows it draws none, with a
        warning, unless it has ``transfer_set=None``.

        Parameters
        ----------
        X : array-like, sparse matrix or DataFrame of shape (n_samples, n_features)
            The rows.
        answers : array-like of shape (n_samples,), (n_samples, n_classes) or \
                (n_samples, n_outputs)
            A label or a value for each row; or class probabilities, with
            ``classes``; or several values, with ``kind="regressor"``. Rows whose
            prediction is missing (NaN, None, masked) are left out.
        kind : {"classifier", "regressor"}, default=None
            What is predicted. By default texts and booleans are labels and
            fractions are values; whole numbers may be both, so whoever uses them
            decides.
        classes : array-like of shape (n_classes,), default=None
            The labels, in the order of the columns of probabilities.
        store : str, path-like or AnswerStore, default=None
            A file that the predictions are added to, or memory.
        on_error : {"raise", "drop"}, default="raise"
            Whether a row without a prediction is an error or left out.

        Returns
        -------
        teacher : CachedTeacher
            Of probabilities, it predicts the most probable class.

        Raises
        ------
        ValueError
            If equal rows have different predictions, or probabilities come
            without classes, are negative or do not sum to one.

        Examples
        --------
        >>> import numpy as np
        >>> from skdistill import CachedTeacher, DistilledTreeClassifier
        >>> X = np.random.default_rng(0).normal(size=(200, 2))
        >>> labels = np.where(X[:, 0] > 0, "yes", "no")
        >>> teacher = CachedTeacher.from_answers(X, labels)
        >>> tree = DistilledTreeClassifier(teacher, transfer_set=None).fit(X)
        >>> tree.get_n_leaves(), teacher.n_queries_
        (np.int64(2), 0)
        """
        inner, tables = stored_predictions(X, answers, kind=kind, classes=classes)
        teacher = cls(inner, store=store, on_error=on_error)
        teacher._add(tables)
        return teacher

    def _add(self, tables: Any) -> None:
        """Store predictions by method; those that contradict what is stored are refused."""
        self._bind()
        for method, (keys, predictions) in tables.items():
            found, known = self._store.get(method, keys)
            if known.any() and not (found == predictions[known]).all():
                raise ValueError(
                    f"{int((found != predictions[known]).sum())} predictions differ from those "
                    f"that {self.store!r} holds for the same rows. Use another file."
                )
            self._store.add(method, keys[~known], predictions[~known])

    def _describe(self) -> dict[str, str]:
        return describe_teacher(self._predictor, self.version)

    def clear(self) -> None:
        """Forget all predictions, in a file as well, and set the counters to zero."""
        self._store.clear()
        self._bound = False
        self.n_queries_ = self.n_hits_ = self.n_failed_ = 0

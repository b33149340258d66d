"""Predictions that exist already, as a teacher that knows their rows and no others."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.utils.metaestimators import available_if

from skdistill._hashes import row_keys
from skdistill._labels import class_codes
from skdistill._rows import as_rows, is_frame
from skdistill.teachers._checks import check_proba, one_column, plain_array
from skdistill.teachers._face import TeacherFace, predicts_probabilities
from skdistill.teachers._store import distinct

__all__ = ["StoredPredictions", "stored_predictions"]


class StoredPredictions(TeacherFace):
    """What stands behind a ``CachedTeacher.from_answers``: all that it knows is in the store.

    Parameters
    ----------
    output : {"value", "label", "probabilities"} or None
        None where whole numbers may be labels or values.
    classes : ndarray of shape (n_classes,) or None
    rows : str
        What the rows were, for messages.
    """

    known_rows_only = True
    _outputs = ("value", "label", "probabilities")

    def __init__(self, output: str | None, *, classes: Any = None, rows: str = "array"):
        self.output = output
        self.classes = classes
        self.rows = rows

    def unknown(self, n_unknown: int, X: Any) -> str:
        """Say how many rows have no prediction, and what to do."""
        kind = type(X).__name__
        other = f" They were stored for rows in a {self.rows}, but X is a {kind}."
        return (
            f"{n_unknown} of {X.shape[0]} rows have no stored prediction (a missing one counts as "
            "none). Rows are recognised by their content and the names of the columns."
            f"{other if kind != self.rows else ''} Pass the rows that were stored; or add "
            'predictions for the others; or leave them out: on_error="drop" in '
            "CachedTeacher.from_answers."
        )

    def predict(self, X: Any) -> np.ndarray:
        """Refuse: no other rows have predictions.

        Parameters
        ----------
        X : array-like or DataFrame of shape (n_samples, n_features)
            Rows without stored predictions.
        """
        raise ValueError(self.unknown(X.shape[0], X))

    @available_if(predicts_probabilities)
    def predict_proba(self, X: Any) -> np.ndarray:
        """Refuse: no other rows have predictions.

        Parameters
        ----------
        X : array-like or DataFrame of shape (n_samples, n_features)
            Rows without stored predictions.
        """
        raise ValueError(self.unknown(X.shape[0], X))


def stored_predictions(
    X: Any, answers: Any, *, kind: str | None, classes: Any
) -> tuple[StoredPredictions, dict[str, tuple[np.ndarray, np.ndarray]]]:
    """Check predictions, and return a teacher of them and what it stores.

    Parameters
    ----------
    X : array-like, sparse matrix or DataFrame of shape (n, n_features)
    answers : array-like of shape (n,) or (n, k)
    kind : {"classifier", "regressor"} or None
    classes : array-like of shape (n_classes,) or None

    Returns
    -------
    teacher : StoredPredictions
    tables : dict of str to (keys, predictions)
        By method: distinct rows with a prediction.
    """
    index: Any = getattr(X, "index", None)
    own: Any = getattr(answers, "index", None)
    if hasattr(index, "equals") and hasattr(own, "equals") and not index.equals(own):
        raise ValueError(
            "X and answers have different indices. Predictions belong to rows by position, so "
            "bring them into the order of X first: answers.loc[X.index]; or drop the index: "
            "answers.to_numpy()."
        )
    X = as_rows(X)
    if kind not in (None, "classifier", "regressor"):
        raise ValueError(f"kind must be None, 'classifier' or 'regressor'. Got {kind!r} instead.")
    if kind == "regressor" and classes is not None:
        raise ValueError('classes are for labels and probabilities, but kind="regressor".')
    if len(X.shape) != 2:
        raise ValueError(f"X must have the shape (n_samples, n_features), but it has {X.shape}.")
    values, missing = plain_array(answers if hasattr(answers, "shape") else _listed(answers))
    values = one_column(values)
    if len(values) != X.shape[0]:
        raise ValueError(f"X has {X.shape[0]} rows, but answers hold {len(values)} predictions.")
    keys, values = row_keys(X)[~missing], values[~missing]
    _refuse_contradictions(keys, values, np.flatnonzero(~missing))
    first = distinct(keys)
    keys = keys[first]
    teacher, methods = _teacher_of(values[first], kind, classes, type(X).__name__)
    teacher.n_features_in_ = X.shape[1]
    if is_frame(X) and all(isinstance(name, str) for name in X.columns):
        teacher.feature_names_in_ = np.asarray(list(X.columns), dtype=object)
    return teacher, {method: (keys, found) for method, found in methods.items()}


def _listed(answers: Any) -> np.ndarray:
    """An array of a list, in which a number beside a text or None stays one."""
    answers = list(answers)
    flat = [v for row in answers for v in (row if isinstance(row, (list, tuple)) else [row])]
    mixed = len({isinstance(v, (str, bytes)) for v in flat}) > 1
    return np.array(answers, dtype=object if mixed or None in flat else None)


def _teacher_of(
    values: np.ndarray, kind: str | None, classes: Any, rows: str
) -> tuple[StoredPredictions, dict[str, np.ndarray]]:
    """Return the teacher and its predictions by method."""
    classes = None if classes is None else np.asarray(classes)
    fractions = values.dtype.kind == "f" and bool(np.any(values != np.floor(values)))
    if values.ndim == 1 and fractions and classes is not None and len(classes) == 2:
        # One probability a row, that of the second class, as CallableTeacher reads them.
        values = np.column_stack([1.0 - values, values])
    if values.ndim == 2 and kind != "regressor":
        if classes is None:
            raise ValueError(
                f"answers of {values.shape[1]} columns are probabilities, with classes=[...] in "
                'the order of the columns, or several values, with kind="regressor".'
            )
        teacher = StoredPredictions("probabilities", classes=classes, rows=rows)
        proba = check_proba(values, teacher, len(classes))
        return teacher, {"predict_proba": proba, "predict": teacher.decide(proba)}
    if values.ndim > 2:
        raise ValueError(f"answers must have one or two dimensions, but have shape {values.shape}.")
    if kind is None:
        if classes is not None or values.dtype.kind not in "fiu":
            kind = "classifier"
        elif fractions or values.ndim == 2:
            kind = "regressor"
    if kind == "regressor" and values.dtype.kind not in "fiub":
        raise ValueError(f'kind="regressor" takes numbers, but answers are of {values.dtype}.')
    if kind == "classifier":
        classes = np.unique(values) if classes is None else classes
        class_codes(values, classes, "answers")
    output = {"classifier": "label", "regressor": "value", None: None}[kind]
    return StoredPredictions(output, classes=classes, rows=rows), {"predict": values}


def _refuse_contradictions(keys: np.ndarray, values: np.ndarray, positions: np.ndarray) -> None:
    """Refuse equal rows with different predictions, naming two of them."""
    order = np.lexsort((keys["b"], keys["a"]))
    same = keys[order][1:] == keys[order][:-1]
    flat = values[order].reshape(len(values), -1)
    odd = np.flatnonzero(same & (flat[1:] != flat[:-1]).any(axis=1))
    if len(odd):
        first, second = sorted(positions[order[odd[0] : odd[0] + 2]].tolist())
        raise ValueError(
            f"{len(odd)} rows of X repeat another row but have another prediction, for example "
            f"rows {first} and {second}. A teacher predicts one thing for one row: remove them, "
            "or aggregate their predictions first."
        )

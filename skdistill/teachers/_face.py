"""What our own teachers share: one interface, cloned by reference, never refitted."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.base import BaseEstimator

from skdistill.teachers._checks import check_proba

__all__ = ["TeacherFace", "predicts_probabilities"]


def predicts_probabilities(teacher: Any) -> bool:
    """Whether a teacher of our own predicts class probabilities."""
    return getattr(teacher, "_output", None) in ("probabilities", "logits")


class TeacherFace(BaseEstimator):
    """Base of the teachers that wrap something which is already trained.

    ``sklearn.base.clone`` hands the very same object on, so that searches and
    pipelines never copy what it holds; for the same reason its parameters
    cannot be changed after construction.
    """

    _outputs: tuple[str, ...] = ()

    @property
    def _output(self) -> Any:
        """What is predicted."""
        return self.__dict__.get("output")

    @property
    def _decides_by_proba(self) -> bool:
        """Whether `decide` gives what ``predict`` returns."""
        return predicts_probabilities(self)

    def _check_output(self) -> None:
        output = self._output
        if output not in self._outputs:
            options = " or ".join(repr(option) for option in self._outputs)
            raise ValueError(
                f"The 'output' parameter of {type(self).__name__} must be {options}. "
                f"Got {output!r} instead."
            )

    def __getattr__(self, name: str) -> Any:
        # Only called where normal look-up fails: so `classes_` exists exactly
        # where the user named the classes.
        if name == "classes_" and self.__dict__.get("classes") is not None:
            return np.asarray(self.__dict__["classes"])
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

    def __sklearn_clone__(self) -> TeacherFace:
        return self

    def __sklearn_is_fitted__(self) -> bool:
        return True

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        # An invalid output has no kind; `predict` raises for it.
        if self._output in self._outputs:
            tags.estimator_type = "regressor" if self._output == "value" else "classifier"
        tags.requires_fit = False
        tags.no_validation = True
        return tags

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Return the constructor's parameters, never those of what it holds.

        Parameters
        ----------
        deep : bool, default=True
            Ignored.

        Returns
        -------
        params : dict
            Parameters by name.
        """
        params: dict[str, Any] = super().get_params(deep=False)
        return params

    def set_params(self, **params: Any) -> TeacherFace:
        """Refuse: what is trained is not changed.

        Parameters
        ----------
        **params : dict
            Anything at all is refused.

        Returns
        -------
        self : object
            The teacher, unchanged.
        """
        if params:
            raise ValueError(
                f"{type(self).__name__} holds a trained predictor and cannot change "
                f"{sorted(params)}. Build a new {type(self).__name__} instead."
            )
        return self

    def decide(self, probabilities: np.ndarray) -> np.ndarray:
        """Return the most probable label of each row.

        Parameters
        ----------
        probabilities : ndarray of shape (n_samples, n_classes)
            As ``predict_proba`` returns them.

        Returns
        -------
        y : ndarray of shape (n_samples,)
            Labels: the first one where several are as probable.

        Raises
        ------
        TeacherAnswerError
            If probabilities are missing, negative, do not sum to one, or are
            not as many as the classes.
        """
        classes = getattr(self, "classes_", None)
        n_classes = None if classes is None else len(classes)
        best = np.argmax(check_proba(probabilities, self, n_classes), axis=1)
        labels: np.ndarray = best if classes is None else classes[best]
        return labels

    @staticmethod
    def _two_columns(found: Any) -> np.ndarray:
        """Return one probability a row, that of the second class, as two columns.

        Masked probabilities become NaN, which the checks then refuse: stacking
        columns would lose the mask.
        """
        if isinstance(found, np.ma.MaskedArray) and np.ma.getmaskarray(found).any():
            found = np.ma.filled(found.astype(np.float64), np.nan)
        proba = np.asarray(found)
        if proba.ndim == 1 or (proba.ndim == 2 and proba.shape[1] == 1):
            second = proba.reshape(-1)
            return np.column_stack([1.0 - second, second])
        return proba

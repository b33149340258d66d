"""What our own teachers share: one face, cloned by reference, never refitted."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.base import BaseEstimator

__all__ = ["TeacherFace", "answers_probabilities"]


def answers_probabilities(teacher: Any) -> bool:
    """Whether a teacher of our own answers with class probabilities."""
    return teacher._output in ("probabilities", "logits")


class TeacherFace(BaseEstimator):
    """Base of the teachers that wrap something which is already trained.

    ``sklearn.base.clone`` hands the very same object on, so that searches and
    pipelines never copy what it holds; for the same reason its parameters
    cannot be changed after construction.
    """

    _outputs: tuple[str, ...] = ()

    @property
    def _output(self) -> Any:
        """What the answers are."""
        return self.__dict__.get("output")

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
        # where the user said which classes there are.
        if name == "classes_" and self.__dict__.get("classes") is not None:
            return np.asarray(self.__dict__["classes"])
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

    def __sklearn_clone__(self) -> TeacherFace:
        return self

    def __sklearn_is_fitted__(self) -> bool:
        return True

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        # An output that is none of ours is no kind either: `predict` says so.
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
        return super().get_params(deep=False)

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

    def _most_probable(self, probabilities: np.ndarray) -> np.ndarray:
        """Return the label of the largest probability of each row."""
        if probabilities.ndim != 2:
            raise ValueError(
                f"{type(self).__name__} with output={self._output!r} needs "
                "answers of shape (n_samples, n_classes), but they have shape "
                f"{probabilities.shape}."
            )
        best = np.argmax(probabilities, axis=1)
        classes = getattr(self, "classes_", None)
        if classes is None:
            return best
        if len(classes) != probabilities.shape[1]:
            raise ValueError(
                f"{type(self).__name__} was given {len(classes)} classes, but its answers have "
                f"{probabilities.shape[1]} columns."
            )
        return classes[best]

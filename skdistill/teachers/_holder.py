"""The contract of everything that holds a teacher in a ``teacher`` parameter.

``sklearn.base.clone`` un-fits estimators, and nested parameters reach into
them. Without care a grid search over a fitted teacher trains another teacher
in every fold, and a grid over ``teacher__C`` changes the user's own model.
"""

from __future__ import annotations

import copy
from typing import Any

from sklearn.frozen import FrozenEstimator

from skdistill._sklearn import clone_parametrized
from skdistill.teachers._face import TeacherFace
from skdistill.teachers._kind import is_fitted_teacher, name_of
from skdistill.teachers._resolve import freeze_teacher

__all__ = ["TeacherHolderMixin"]


class TeacherHolderMixin:
    """Carry a fitted teacher through ``clone`` and keep parameters out of it."""

    teacher: Any

    def __sklearn_clone__(self) -> Any:
        """Clone with a fitted teacher frozen, an unfitted one cloned."""
        shell = copy.copy(self)
        shell.teacher = freeze_teacher(self.teacher)
        return clone_parametrized(shell)

    def set_params(self, **params: Any) -> Any:
        """Set parameters; those of a fitted teacher are refused.

        Parameters
        ----------
        **params : dict
            Parameters by name; ``teacher__<name>`` reaches an unfitted teacher.

        Returns
        -------
        self : object
            The estimator.

        Raises
        ------
        ValueError
            If a parameter of a fitted or frozen teacher is named: it would
            change a model that is already trained.
        """
        inside = sorted(name for name in params if name.startswith("teacher__"))
        teacher = params.get("teacher", self.teacher)
        if inside and teacher is not None:
            held = isinstance(teacher, (FrozenEstimator, TeacherFace))
            if held or is_fitted_teacher(teacher):
                raise ValueError(
                    f"Cannot set {inside}: the teacher ({name_of(teacher)}) is already fitted and "
                    "is never changed. Pass an unfitted teacher to search over its parameters, or "
                    "set teacher=... to another one."
                )
        return super().set_params(**params)  # type: ignore[misc]

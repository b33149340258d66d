"""What kind of predictor is this, and is it fitted?"""

from __future__ import annotations

import sys
from typing import Any

from sklearn.base import is_classifier, is_regressor
from sklearn.exceptions import NotFittedError
from sklearn.frozen import FrozenEstimator
from sklearn.utils.validation import check_is_fitted

__all__ = [
    "is_fitted_teacher",
    "is_instance_of",
    "is_skorch_net",
    "is_torch_module",
    "name_of",
    "teacher_kind",
    "unfrozen",
]


def name_of(teacher: Any) -> str:
    """A teacher's name for messages: its class, or the function's name."""
    return getattr(teacher, "__name__", type(teacher).__name__)


def unfrozen(teacher: Any) -> Any:
    """Return what a ``FrozenEstimator`` holds; anything else as it came."""
    while isinstance(teacher, FrozenEstimator):
        teacher = teacher.estimator
    return teacher


def is_instance_of(obj: Any, module: str, name: str) -> bool:
    """isinstance against a class of a library that may not be imported at all."""
    library = sys.modules.get(module)
    cls = getattr(library, name, None)
    return cls is not None and isinstance(obj, cls)


def is_torch_module(obj: Any) -> bool:
    """Whether obj is a ``torch.nn.Module``; never imports torch."""
    return is_instance_of(obj, "torch.nn", "Module")


def is_skorch_net(obj: Any) -> bool:
    """Whether obj is a ``skorch.NeuralNet``; never imports skorch."""
    return is_instance_of(obj, "skorch", "NeuralNet")


def is_fitted_teacher(teacher: Any) -> bool:
    """Whether a teacher can predict as it is.

    Parameters
    ----------
    teacher : object
        Whatever cannot be fitted (no ``fit``), or not as a clone (no
        ``get_params``), is used as it is: it counts as fitted.

    Returns
    -------
    fitted : bool
    """
    teacher = unfrozen(teacher)
    try:
        if hasattr(teacher, "__sklearn_is_fitted__"):
            return bool(teacher.__sklearn_is_fitted__())
        if not hasattr(teacher, "fit") or not hasattr(teacher, "get_params"):
            return True
        check_is_fitted(teacher)
    except NotFittedError:
        return False
    except (AttributeError, TypeError):
        # No estimator of today's scikit-learn: fall back on the convention that learned
        # attributes end in an underscore.
        return any(v.endswith("_") and not v.startswith("__") for v in vars(teacher))
    return True


def teacher_kind(teacher: Any) -> str | None:
    """Return "classifier", "regressor", or None where a predictor does not declare it."""
    teacher = unfrozen(teacher)
    if hasattr(teacher, "__sklearn_tags__"):
        if is_classifier(teacher):
            return "classifier"
        return "regressor" if is_regressor(teacher) else None
    if hasattr(teacher, "classes_") or hasattr(teacher, "predict_proba"):
        return "classifier"
    declared = getattr(teacher, "_estimator_type", None)
    return declared if declared in ("classifier", "regressor") else None

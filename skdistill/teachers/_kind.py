"""What kind of predictor is this, and is it fitted?"""

from __future__ import annotations

import sys
from typing import Any

from sklearn.base import is_classifier, is_regressor
from sklearn.exceptions import NotFittedError
from sklearn.utils.validation import check_is_fitted

__all__ = ["is_fitted_teacher", "is_skorch_net", "is_torch_module", "name_of", "teacher_kind"]


def name_of(teacher: Any) -> str:
    """A teacher's name for messages: its class, or the function's name."""
    return getattr(teacher, "__name__", type(teacher).__name__)


def _is_instance_of(obj: Any, module: str, name: str) -> bool:
    """isinstance against a class of a library that may not be imported at all."""
    library = sys.modules.get(module)
    cls = getattr(library, name, None)
    return cls is not None and isinstance(obj, cls)


def is_torch_module(obj: Any) -> bool:
    """Whether obj is a ``torch.nn.Module``; never imports torch."""
    return _is_instance_of(obj, "torch.nn", "Module")


def is_skorch_net(obj: Any) -> bool:
    """Whether obj is a ``skorch.NeuralNet``; never imports skorch."""
    return _is_instance_of(obj, "skorch", "NeuralNet")


def is_fitted_teacher(teacher: Any) -> bool:
    """Whether a teacher can answer as it is.

    Parameters
    ----------
    teacher : object
        Whatever cannot be fitted (no ``fit`` method) counts as fitted.

    Returns
    -------
    fitted : bool
    """
    if not hasattr(teacher, "fit"):
        return True
    try:
        check_is_fitted(teacher)
    except NotFittedError:
        return False
    except (AttributeError, TypeError):
        # No scikit-learn estimator: fall back on the convention that learned
        # attributes end in an underscore.
        return any(v.endswith("_") and not v.startswith("__") for v in vars(teacher))
    return True


def teacher_kind(teacher: Any) -> str | None:
    """Return "classifier", "regressor", or None where a predictor does not say."""
    if hasattr(teacher, "__sklearn_tags__"):
        if is_classifier(teacher):
            return "classifier"
        return "regressor" if is_regressor(teacher) else None
    if hasattr(teacher, "classes_") or hasattr(teacher, "predict_proba"):
        return "classifier"
    declared = getattr(teacher, "_estimator_type", None)
    return declared if declared in ("classifier", "regressor") else None

"""From whatever the user calls a teacher to a fitted predictor."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from sklearn.base import clone
from sklearn.frozen import FrozenEstimator
from sklearn.pipeline import Pipeline
from sklearn.utils.validation import has_fit_parameter

from skdistill.exceptions import DistillationWarning
from skdistill.teachers._callable import CallableTeacher
from skdistill.teachers._face import TeacherFace
from skdistill.teachers._kind import (
    is_fitted_teacher,
    is_skorch_net,
    is_torch_module,
    name_of,
    teacher_kind,
    unfrozen,
)

__all__ = [
    "as_teacher",
    "check_teacher_columns",
    "freeze_teacher",
    "resolve_teacher",
    "seeded_clone",
    "weight_arguments",
]


def as_teacher(teacher: Any, *, kind: str | None = None) -> Any:
    """Make a predictor of whatever is called a teacher.

    Parameters
    ----------
    teacher : object
        A predictor (anything with ``predict``) is returned as it is, fitted or
        not. A fitted skorch net is wrapped in :class:`TorchTeacher`, any other
        callable ``f(X) -> y`` in :class:`CallableTeacher`. A bare
        ``torch.nn.Module`` is refused, since only its owner knows whether it
        returns logits, probabilities or values.
    kind : {"classifier", "regressor"}, default=None
        What is needed. A bare callable is then taken as one that returns
        labels or values; a predictor of the other kind is refused.

    Returns
    -------
    predictor : object
        With ``predict``, and ``predict_proba`` where it has one.

    Raises
    ------
    TypeError
        If it cannot predict, or is of the other kind.
    ValueError
        If a torch module comes without its kind of output.

    See Also
    --------
    CallableTeacher : What a function becomes.
    TorchTeacher : What a network becomes.

    Examples
    --------
    >>> from skdistill.teachers import as_teacher
    >>> as_teacher(lambda X: X[:, 0] > 0, kind="classifier").output
    'label'
    """
    if isinstance(teacher, type):
        raise TypeError(
            f"The teacher must be an instance, but it is the class {teacher.__name__}. "
            f"Pass a fitted {teacher.__name__}(...)."
        )
    inner = unfrozen(teacher)
    if is_skorch_net(inner) and is_fitted_teacher(inner):
        from skdistill.teachers._torch import TorchTeacher

        teacher = TorchTeacher(inner)
    elif is_torch_module(teacher):
        raise ValueError(
            "A torch module does not say what its outputs mean. Wrap it: "
            'TorchTeacher(module, output="logits"), or "probabilities", or "value".'
        )
    elif not hasattr(teacher, "predict"):
        if not callable(teacher):
            if isinstance(teacher, (list, tuple)) or hasattr(teacher, "__array__"):
                raise TypeError(
                    f"The teacher must be a predictor, but it is a {type(teacher).__name__} of "
                    "values. Predictions that exist already become a teacher with "
                    "CachedTeacher.from_answers(X, answers), where X holds their rows."
                )
            raise TypeError(
                "The teacher must be a predictor (with a predict method), a callable f(X) -> y, "
                f"or a TorchTeacher. Got {teacher!r}."
            )
        teacher = CallableTeacher(teacher, output="label" if kind == "classifier" else "value")
    found = teacher_kind(teacher)
    if kind is not None and found is not None and found != kind:
        raise TypeError(_wrong_kind(teacher, found))
    return teacher


def _wrong_kind(teacher: Any, found: str) -> str:
    if found == "classifier":
        return (
            f"The teacher ({name_of(teacher)}) is a classifier, but this distiller learns real "
            "values. Use a distilling classifier, or distil one probability with "
            "CallableTeacher(lambda X: teacher.predict_proba(X)[:, 1])."
        )
    return (
        f"The teacher ({name_of(teacher)}) is a regressor, but this distiller learns classes. Use "
        "a distilling regressor, or declare its predictions to be labels with "
        'CallableTeacher(function, output="label"), or Oracle(function, kind="classifier").'
    )


def freeze_teacher(teacher: Any) -> Any:
    """Wrap a teacher so that ``sklearn.base.clone`` hands it on untouched.

    Parameters
    ----------
    teacher : object
        Any value of a ``teacher`` parameter.

    Returns
    -------
    teacher : object
        A fitted estimator inside a ``FrozenEstimator``; functions, modules and
        other objects that no clone can copy marked so that it holds the very
        same one; the rest (unfitted, None, frozen already) as it came.
    """
    if teacher is None or isinstance(teacher, (type, TeacherFace, FrozenEstimator)):
        return teacher
    if is_torch_module(teacher) or not hasattr(teacher, "get_params"):
        return _ByReference(teacher)
    return FrozenEstimator(teacher) if is_fitted_teacher(teacher) else teacher


def check_teacher_columns(teacher: Any, X: Any, names: Any = None) -> None:
    """Refuse rows with other columns than the teacher was fitted on.

    Parameters
    ----------
    teacher : predictor
        Fitted; one without ``n_features_in_`` takes any columns.
    X : array-like or DataFrame of shape (n_samples, n_features)
    names : array-like of str, default=None
        Names of the columns of X, where it has them.

    Raises
    ------
    ValueError
        Naming what differs.
    """
    expected = getattr(teacher, "n_features_in_", X.shape[1])
    if expected != X.shape[1]:
        raise ValueError(
            f"X has {X.shape[1]} features, but the teacher ({name_of(teacher)}) was fitted on "
            f"{expected}. Pass X with the teacher's own columns."
        )
    theirs = getattr(teacher, "feature_names_in_", None)
    if theirs is not None and names is not None and list(theirs) != list(names):
        odd = [name for name, other in zip(names, theirs, strict=True) if name != other]
        raise ValueError(
            f"X has other columns than the teacher ({name_of(teacher)}) was fitted on, or in "
            f"another order: {odd[:5]}. Pass X[teacher.feature_names_in_]."
        )


class _ByReference:
    """Carries an object through one ``clone`` without a copy; see `freeze_teacher`."""

    def __init__(self, obj: Any):
        self.obj = obj

    def __sklearn_clone__(self) -> Any:
        return self.obj


def seeded_clone(estimator: Any, rng: np.random.RandomState | None) -> Any:
    """Clone an unfitted estimator and seed every ``random_state`` left at None.

    Parameters
    ----------
    estimator : estimator
    rng : RandomState or None
        None leaves the clone unseeded.

    Returns
    -------
    clone : estimator
    """
    fresh = clone(estimator)
    if rng is not None:
        seeds = {
            name: int(rng.randint(np.iinfo(np.int32).max))
            for name, value in sorted(fresh.get_params(deep=True).items())
            if (name == "random_state" or name.endswith("__random_state")) and value is None
        }
        if seeds:
            fresh.set_params(**seeds)
    return fresh


def weight_arguments(estimator: Any, sample_weight: Any) -> dict[str, Any] | None:
    """Return the keyword arguments that carry weights into ``estimator.fit``.

    Parameters
    ----------
    estimator : estimator or Pipeline
    sample_weight : ndarray of shape (n_samples,) or None

    Returns
    -------
    arguments : dict or None
        Empty where there are no weights; None where the estimator cannot take
        them.
    """
    if sample_weight is None:
        return {}
    if isinstance(estimator, Pipeline):
        name, last = estimator.steps[-1]
        inner = weight_arguments(last, sample_weight)
        return inner and {f"{name}__{key}": value for key, value in inner.items()}
    return (
        {"sample_weight": sample_weight} if has_fit_parameter(estimator, "sample_weight") else None
    )


def resolve_teacher(
    teacher: Any,
    X: Any,
    y: Any,
    *,
    kind: str | None = None,
    sample_weight: Any = None,
    rng: np.random.RandomState | None = None,
) -> Any:
    """Return a fitted predictor; fit a clone where the teacher is unfitted.

    Parameters
    ----------
    teacher : object
        See :func:`as_teacher`. A fitted one is used as it is: never refitted,
        copied or changed.
    X : array-like or DataFrame of shape (n_samples, n_features)
        Labelled rows.
    y : array-like of shape (n_samples,) or None
        Their labels, needed by an unfitted teacher alone.
    kind : {"classifier", "regressor"}, default=None
        What is needed.
    sample_weight : ndarray of shape (n_samples,), default=None
        Passed on where the teacher takes weights; otherwise it is fitted
        without them, with a warning.
    rng : RandomState, default=None
        Seeds the clone's unset random states.

    Returns
    -------
    predictor : object
        Fitted.
    """
    teacher = as_teacher(teacher, kind=kind)
    if is_fitted_teacher(teacher):
        return teacher
    if isinstance(teacher, (FrozenEstimator, TeacherFace)):
        raise ValueError(
            f"The teacher is frozen, but what it holds is not fitted: {teacher!r}. "
            "Fit it before freezing it."
        )
    if y is None:
        raise ValueError(
            f"The teacher is an unfitted {name_of(teacher)}: training it requires y to be passed, "
            "but the target y is None. Pass y, or fit the teacher first."
        )
    teacher = seeded_clone(teacher, rng)
    arguments = weight_arguments(teacher, sample_weight)
    if arguments is None:
        warnings.warn(
            f"The teacher ({name_of(teacher)}) takes no sample_weight: it is fitted without it, "
            "and only the student is weighted.",
            DistillationWarning,
            stacklevel=4,
        )
        arguments = {}
    if is_skorch_net(teacher):
        from skdistill.teachers._torch import fit_net

        return as_teacher(fit_net(teacher, X, y), kind=kind)
    return as_teacher(teacher.fit(X, y, **arguments), kind=kind)

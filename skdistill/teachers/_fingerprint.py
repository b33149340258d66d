"""What distinguishes one teacher from another, as far as can be seen from outside."""

from __future__ import annotations

import dis
import functools
import hashlib
import inspect
import sys
from collections.abc import Mapping
from types import CodeType, ModuleType
from typing import Any

import numpy as np

from skdistill.teachers._face import TeacherFace
from skdistill.teachers._kind import unfrozen

__all__ = ["check_same_teacher", "describe_teacher"]

_PLAIN = (bool, int, float, str, type(None))
# Parameters that change how a model computes, not what it predicts.
_HOW = ("n_jobs", "verbose", "memory", "batch_size", "pre_dispatch", "cache_size", "device")


def describe_teacher(teacher: Any, version: str | None = None) -> dict[str, str]:
    """Describe a fitted teacher by its name, classes, columns and parameters.

    Parameters
    ----------
    teacher : predictor
        Fitted.
    version : str, default=None
        A name that the user gives to its state. It stands in place of
        parameters and code.

    Returns
    -------
    description : dict of str
    """
    teacher = unfrozen(teacher)
    if hasattr(type(teacher), "_describe"):  # an oracle describes the teacher that it holds
        return {**teacher._describe(), **({} if version is None else {"version": version})}
    inner = teacher
    if isinstance(teacher, TeacherFace):
        inner = vars(teacher).get("function", vars(teacher).get("network", teacher))
    found = {"teacher": _name(inner), "version": version or ""}
    if inner is not teacher:
        found["output"] = str(teacher._output)
    for name in ("classes_", "feature_names_in_", "n_features_in_"):
        value = _attribute(teacher, name)
        if value is not None:
            found[name] = repr(np.asarray(value).tolist() if np.ndim(value) < 2 else value)
    if version is None:
        found.update(_parameters(inner))
        found.update(_values_around(inner))
        code = _code(inner)
        if code:  # differs between versions of Python
            found["code in Python {}.{}".format(*sys.version_info)] = code
    return found


def check_same_teacher(known: Mapping[str, str], given: Mapping[str, str], place: str) -> None:
    """Refuse a teacher that is not the one whose predictions are stored.

    Parameters
    ----------
    known, given : mapping of str to str
        Descriptions; what only one of them names is not compared.
    place : str
        Where the predictions are.

    Raises
    ------
    ValueError
        Naming what differs.
    """
    odd = [name for name in known if name in given and known[name] != given[name]]
    if odd:
        differences = "; ".join(
            f"{name} was {_short(known[name])} and is {_short(given[name])}" for name in odd[:3]
        )
        raise ValueError(
            f"{place} holds the predictions of another teacher, or of this one before it was "
            f"changed ({differences}). Use another file, or forget what is stored: "
            "CachedTeacher(teacher, store=...).clear(). With version=... from the start, you name "
            "the state of a teacher yourself, and its code and parameters are not compared."
        )


def _short(text: str) -> str:
    return repr(text if len(text) <= 60 else f"{text[:57]}...")


def _attribute(teacher: Any, name: str) -> Any:
    try:
        return getattr(teacher, name, None)
    except Exception:  # a property of something that is not there
        return None


def _name(obj: Any) -> str:
    if isinstance(obj, functools.partial):
        return f"partial of {_name(obj.func)}"
    named = obj if hasattr(obj, "__qualname__") else type(obj)
    name = f"{getattr(named, '__module__', '')}.{named.__qualname__}"
    steps = getattr(obj, "steps", None)
    if isinstance(steps, list) and steps and isinstance(steps[0], tuple):
        return f"{name}({', '.join(_name(step[-1]) for step in steps)})"
    return name


def _parameters(obj: Any) -> dict[str, str]:
    """Parameters that are plain numbers and words, a name each."""
    if isinstance(obj, functools.partial):
        named: dict[Any, Any] = {**dict(enumerate(obj.args)), **obj.keywords}
        return {f"argument {k}": repr(v) for k, v in named.items() if isinstance(v, _PLAIN)}
    if not hasattr(obj, "get_params"):
        return {}
    try:
        named = obj.get_params()
    except Exception:  # of a class that keeps none: it is described by the rest
        return {}
    return {
        # 1 and 1.0 are one setting.
        f"parameter {name}": repr(float(value) if type(value) is int else value)
        for name, value in named.items()
        if isinstance(value, _PLAIN) and name.rpartition("__")[2] not in _HOW
    }


def _code(obj: Any) -> str:
    """A digest of what a function, a method or a callable object does; empty for estimators."""
    while isinstance(obj, functools.partial):
        obj = obj.func
    function, _ = _function_and_owner(obj)
    if function is None:
        return ""
    text = repr(_of_function(function, set()))
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


def _function_and_owner(obj: Any) -> tuple[Any, Any]:
    """The Python function behind a function, a method or a callable object, and the object."""
    owner = getattr(obj, "__self__", None)
    function = getattr(obj, "__func__", obj)
    if not hasattr(function, "__code__"):
        if hasattr(obj, "get_params") or hasattr(obj, "predict"):
            return None, None
        owner, function = obj, type(obj).__call__
    return (function, owner) if hasattr(function, "__code__") else (None, None)


def _values_around(obj: Any) -> dict[str, str]:
    """Numbers, texts and arrays that a function reads, or its object was constructed with.

    A name each, so that what is absent is not compared. Flags are left out: they turn
    failures and messages on and off more often than they change predictions.
    """
    while isinstance(obj, functools.partial):
        obj = obj.func
    function, owner = _function_and_owner(obj)
    if function is None:
        return {}
    scope = function.__globals__
    read = {f"constant {n}": scope.get(n) for n in sorted(_global_names(function.__code__))}
    read |= {f"parameter {n}": value for n, value in _constructed(owner).items()}
    texts = {
        name: _constant(float(value) if type(value) is int else value)
        for name, value in read.items()
        if value is not None and not isinstance(value, bool)
    }
    return {name: text for name, text in texts.items() if text}


def _of_function(function: Any, seen: set[int]) -> list[Any]:
    """Code of a function and of those that it calls in its module, with defaults and closures."""
    if id(function) in seen:
        return []
    seen.add(id(function))
    code, scope = function.__code__, function.__globals__
    cells = [_contents(cell) for cell in function.__closure__ or ()]
    around = [*(function.__defaults__ or ()), *(function.__kwdefaults__ or {}).values(), *cells]
    named = {name: scope.get(name) for name in sorted(_global_names(code))}
    helpers = [
        _of_function(value, seen)
        for value in (*named.values(), *cells)
        if hasattr(value, "__code__") and value.__module__ == function.__module__
    ]
    return [_digestible(code), [_constant(value) for value in around], helpers]


def _global_names(code: CodeType) -> set[str]:
    """Names that code reads from its module and does not assign to, as a counter would be."""
    read, written = set(), set()
    for step in dis.get_instructions(code):
        if step.opname in ("LOAD_GLOBAL", "LOAD_NAME"):
            read.add(step.argval)
        elif step.opname == "STORE_GLOBAL":
            written.add(step.argval)
        elif isinstance(step.argval, CodeType):
            read |= _global_names(step.argval)
    return read - written


def _constant(value: Any) -> str:
    """Text of a value that does not change by itself; empty for any other one."""
    if isinstance(value, _PLAIN):
        return repr(value)
    if isinstance(value, tuple) and all(isinstance(part, _PLAIN) for part in value):
        return repr(value)
    if isinstance(value, np.ndarray) and value.dtype.kind in "fiubUS":
        digest = hashlib.blake2b(np.ascontiguousarray(value).tobytes(), digest_size=8)
        return f"{value.dtype} {value.shape} {digest.hexdigest()}"
    return ""


def _constructed(owner: Any) -> dict[str, Any]:
    """What an object was constructed with: other attributes may be counters."""
    if owner is None or isinstance(owner, ModuleType):
        return {}
    own = getattr(owner, "__dict__", {})
    try:
        parameters = inspect.signature(type(owner)).parameters
    except (TypeError, ValueError):
        return {}
    return {name: own[name] for name in sorted(parameters) if name in own}


def _contents(cell: Any) -> Any:
    try:
        return cell.cell_contents
    except ValueError:  # not filled yet
        return None


def _digestible(code: CodeType) -> list[Any]:
    """Instructions with what they work on: neither line numbers nor the docstring."""
    return [(step.opname, _operand(step.argval)) for step in dis.get_instructions(code)]


def _operand(value: Any) -> Any:
    if isinstance(value, CodeType):
        return _digestible(value)
    # The order of a set depends on the process.
    return sorted(map(repr, value)) if isinstance(value, frozenset) else repr(value)

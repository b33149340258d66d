"""Declarative validation of constructor parameters.

An estimator lists its rules in ``_parameter_rules``; ``validate_parameters``
checks them at ``fit``, never in the constructor. Every message names the
parameter, what would work, and what it got.
"""

from __future__ import annotations

import numbers
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

__all__ = ["Instance", "Number", "OneOf", "validate_parameters"]


@dataclass(frozen=True)
class Number:
    """A real or whole number between two bounds.

    Parameters
    ----------
    low, high : float or None
        Bounds; None means unbounded.
    whole : bool
        Whether only integers are taken.
    closed : {"both", "left", "right", "neither"}
        Which bounds belong to the interval.
    """

    low: float | None = None
    high: float | None = None
    whole: bool = False
    closed: str = "both"

    def accepts(self, value: Any) -> bool:
        kind: Any = numbers.Integral if self.whole else numbers.Real
        if isinstance(value, (bool, np.bool_)) or not isinstance(value, kind):
            return False
        if value != value:  # NaN
            return False
        left, right = self.closed in ("both", "left"), self.closed in ("both", "right")
        above = self.low is None or value > self.low or (left and value == self.low)
        below = self.high is None or value < self.high or (right and value == self.high)
        return bool(above and below)

    def __str__(self) -> str:
        noun = "an integer" if self.whole else "a number"
        if self.low is None and self.high is None:
            return noun
        if self.high is None:
            sign = ">=" if self.closed in ("both", "left") else ">"
            return f"{noun} {sign} {self.low}"
        left = "[" if self.closed in ("both", "left") and self.low is not None else "("
        right = "]" if self.closed in ("both", "right") else ")"
        low = "-inf" if self.low is None else self.low
        return f"{noun} in {left}{low}, {self.high}{right}"


class OneOf:
    """One of a few literal values; None and strings alike."""

    def __init__(self, *options: Any):
        self.options = options

    def accepts(self, value: Any) -> bool:
        return any(
            value is o or (isinstance(o, str) and value == o)
            for o in self.options
            if o is None or isinstance(value, type(o))
        )

    def __str__(self) -> str:
        return " or ".join(repr(option) for option in self.options)


class Instance:
    """Anything that passes a test, described in words."""

    def __init__(self, words: str, test: Callable[[Any], bool]):
        self.words, self.test = words, test

    def accepts(self, value: Any) -> bool:
        return bool(self.test(value))

    def __str__(self) -> str:
        return self.words


def validate_parameters(estimator: Any) -> None:
    """Check an estimator's parameters against its ``_parameter_rules``.

    Parameters
    ----------
    estimator : estimator
        ``estimator._parameter_rules`` maps a parameter's name to the rules of
        which one must accept it.

    Raises
    ------
    ValueError
        Naming the estimator, the parameter, what it got and what would work.
    """
    for name, rules in estimator._parameter_rules.items():
        value = getattr(estimator, name)
        if not any(rule.accepts(value) for rule in rules):
            wanted = ", or ".join(str(rule) for rule in rules)
            raise ValueError(
                f"The {name!r} parameter of {type(estimator).__name__} must be {wanted}. "
                f"Got {value!r} instead."
            )

"""Declarative rules for constructor parameters, and what their messages say."""

import math
from fractions import Fraction

import numpy as np
import pytest

from skdistill._validation import Instance, Number, OneOf, validate_parameters


@pytest.mark.parametrize(
    ("rule", "good", "bad"),
    [
        (Number(), [0, -1.5, math.inf, np.float32(2), np.int8(3), Fraction(1, 3)], ["1", None, 1j]),
        (Number(0, 1), [0, 1, 0.5, np.float64(1.0)], [-1e-9, 1.0001, math.inf]),
        (Number(0, 1, closed="neither"), [0.5], [0, 1]),
        (Number(0, 1, closed="left"), [0, 0.999], [1]),
        (Number(0, 1, closed="right"), [1, 0.001], [0]),
        (Number(1, whole=True), [1, 10**12, np.int64(1), np.uint8(7)], [0, 1.0, 2.5, "1"]),
        (Number(high=3), [-math.inf, 3], [3.1]),
        (OneOf("auto", None), ["auto", None, np.str_("auto")], ["Auto", 0, False, "", ["auto"]]),
        (OneOf("a"), ["a"], [None, np.array(["a"]), object()]),
        (Instance("a list", lambda v: isinstance(v, list)), [[], [1]], [(), None]),
    ],
)
def test_rules(rule, good, bad):
    for value in good:
        assert rule.accepts(value) is True, value
    for value in bad:
        assert rule.accepts(value) is False, value


@pytest.mark.parametrize("rule", [Number(), Number(0, 1), Number(0, whole=True)])
def test_numbers_are_neither_booleans_nor_nan(rule):
    for value in (True, False, np.True_, float("nan"), np.nan):
        assert rule.accepts(value) is False


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (Number(), "a number"),
        (Number(whole=True), "an integer"),
        (Number(0), "a number >= 0"),
        (Number(0, closed="neither"), "a number > 0"),
        (Number(1, whole=True), "an integer >= 1"),
        (Number(0, 1), "a number in [0, 1]"),
        (Number(0, 1, closed="left"), "a number in [0, 1)"),
        (Number(0, 1, closed="right"), "a number in (0, 1]"),
        (Number(0, 1, closed="neither"), "a number in (0, 1)"),
        (Number(high=5), "a number in (-inf, 5]"),
        (OneOf("auto", None), "'auto' or None"),
        (Instance("a mask", bool), "a mask"),
    ],
)
def test_words(rule, words):
    assert str(rule) == words


class Settings:
    """An object with parameters and rules for some of them."""

    _parameter_rules = {"size": [Number(1, whole=True), OneOf("auto")], "name": [OneOf("a", "b")]}

    def __init__(self, size=1, name="a", free=None):
        self.size, self.name, self.free = size, name, free


def test_validate_parameters():
    """Any rule is enough; what has no rule is free."""
    validate_parameters(Settings())
    validate_parameters(Settings(size="auto", name="b", free=object()))
    with pytest.raises(
        ValueError, match=r"^The 'size' parameter of Settings must be an integer >= 1"
    ):
        validate_parameters(Settings(size=0))
    message = r"must be an integer >= 1, or 'auto'. Got 'all' instead\.$"
    with pytest.raises(ValueError, match=message):
        validate_parameters(Settings(size="all"))
    with pytest.raises(
        ValueError, match=r"'name' parameter of Settings must be 'a' or 'b'. Got 3 in"
    ):
        validate_parameters(Settings(name=3))

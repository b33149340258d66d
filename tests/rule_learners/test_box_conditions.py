"""Boxes as conditions hold for the rows that they were found on."""

import numpy as np
import pytest

from skdistill.boxes import BoxList, Limits, bin_rows, box_thresholds
from skdistill.rules import PathColumn, Rule, RuleSet, bounds_conditions
from tests.boxes._boxes import all_boxes, binned

NO_LIMITS = Limits(max_rules=99, max_length=99, max_conditions=999, cost=0.0)


def _random_list(rows, seed, n_boxes=5):
    """Boxes that cover something, in any order, with any class."""
    rng = np.random.default_rng(seed)
    rules = BoxList(rows, NO_LIMITS, default=0)
    boxes = [box for box in all_boxes(rows, 2) if box]
    for place in range(n_boxes):
        rules.insert(place, boxes[rng.integers(len(boxes))], int(rng.integers(2)))
    return rules


def _rule_set(rules, values, columns):
    """The list as an ordered rule set whose outcomes are places."""
    bounds = box_thresholds(rules, values)
    conditions = [*(bounds_conditions(own, columns) for own in bounds), ()]
    names = list(dict.fromkeys(column.name for column in columns))
    own = [Rule(each, place, 0.0, None, {}) for place, each in enumerate(conditions)]
    return RuleSet(own, names, ordered=True)


@pytest.mark.parametrize("missing", [0.0, 0.2])
@pytest.mark.parametrize("seed", range(10))
def test_the_same_rule_predicts_every_row(seed, missing):
    """Thresholds move and needless bounds go, and no row notices."""
    rows, values = binned(seed, missing=missing)
    rules = _random_list(rows, seed)
    columns = [
        PathColumn(f"x{j}", has_missing=bool(rows.missing[j]), unseen_missing=False)
        for j in range(3)
    ]
    found = _rule_set(rules, values, columns)
    np.testing.assert_array_equal(found.predict(values), rules.first())
    assert found.n_conditions <= sum(map(len, rules.boxes))


@pytest.mark.parametrize("seed", range(5))
def test_ranks_become_categories(seed):
    """A column of ranks is named by its categories, few or all but few."""
    rows, values = binned(seed, n_values=5)
    rules = _random_list(rows, seed)
    columns = [PathColumn(f"x{j}", categories=tuple("abcde")) for j in range(3)]
    found = _rule_set(rules, values, columns)
    named = np.array(list("abcde"), dtype=object)[values.astype(int)]
    np.testing.assert_array_equal(found.predict(named), rules.first())
    for rule in found:
        assert all(len(condition.categories) <= 3 for condition in rule.conditions)


def test_thresholds_lie_in_the_middle_between_rows():
    """Between the rows that no earlier box covers, and with few digits."""
    rows, values = binned(0, n_rows=300, n_columns=2)
    rules = BoxList(rows, NO_LIMITS, default=0)
    rules.insert(0, {0: (0, 2, False)}, 1)
    rules.insert(1, {0: (0, 3, False), 1: (1, 4, False)}, 0)
    columns = [PathColumn("a", unseen_missing=False), PathColumn("b", unseen_missing=False)]
    first, second = (bounds_conditions(own, columns) for own in box_thresholds(rules, values))
    assert [str(condition) for condition in first] == ["a <= 1.5"]
    assert [str(condition) for condition in second] == ["a <= 2.5", "b > 0.5"]


@pytest.mark.parametrize("seed", range(5))
def test_boxes_on_doubles(seed):
    """Values that are equal in single precision are told apart, in bins and in conditions."""
    rng = np.random.default_rng(seed)
    X = 1.0 + 1e-12 * rng.integers(5, size=(80, 3))
    mass = np.eye(2)[rng.integers(2, size=80)]
    rows, place, values = bin_rows(X, mass, np.arange(3))
    assert values.dtype == np.float64
    rules = _random_list(rows, seed)
    columns = [PathColumn(f"x{j}", dtype="float64", unseen_missing=False) for j in range(3)]
    found = _rule_set(rules, values, columns)
    np.testing.assert_array_equal(found.predict(X), rules.first()[place])

"""Boxes told in words hold for the rows that they were found on."""

import numpy as np
import pytest
from skdistill.rule_learners._box_conditions import box_conditions

from skdistill.boxes._box_list import BoxList, Limits
from skdistill.rules import RuleSet
from skdistill.rules._paths import PathColumn
from skdistill.rules._rule import Rule
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


def _told(rules, values, columns):
    """The list as an ordered rule set whose outcomes are places."""
    conditions = [*box_conditions(rules, values, columns), ()]
    names = list(dict.fromkeys(column.name for column in columns))
    told = [Rule(own, place, 0.0, None, {}) for place, own in enumerate(conditions)]
    return RuleSet(told, names, ordered=True)


@pytest.mark.parametrize("gaps", [0.0, 0.2])
@pytest.mark.parametrize("seed", range(10))
def test_every_row_is_answered_by_the_same_rule(seed, gaps):
    """Thresholds move and needless bounds go, and no row notices."""
    rows, values = binned(seed, gaps=gaps)
    rules = _random_list(rows, seed)
    columns = [PathColumn(f"x{j}", gaps=bool(rows.missing[j]), unseen=False) for j in range(3)]
    told = _told(rules, values, columns)
    np.testing.assert_array_equal(told.predict(values), rules.first())
    assert told.n_conditions <= sum(map(len, rules.boxes))


@pytest.mark.parametrize("seed", range(5))
def test_ranks_are_told_as_levels(seed):
    """A column of ranks is told by the names of its levels, few or all but few."""
    rows, values = binned(seed, n_values=5)
    rules = _random_list(rows, seed)
    columns = [PathColumn(f"x{j}", levels=tuple("abcde")) for j in range(3)]
    told = _told(rules, values, columns)
    named = np.array(list("abcde"), dtype=object)[values.astype(int)]
    np.testing.assert_array_equal(told.predict(named), rules.first())
    for rule in told:
        assert all(len(condition.categories) <= 3 for condition in rule.conditions)


def test_thresholds_lie_in_the_middle_of_their_gap():
    """Between the rows that come so far, and with few digits."""
    rows, values = binned(0, n_rows=300, n_columns=2)
    rules = BoxList(rows, NO_LIMITS, default=0)
    rules.insert(0, {0: (0, 2, False)}, 1)
    rules.insert(1, {0: (0, 3, False), 1: (1, 4, False)}, 0)
    columns = [PathColumn("a", unseen=False), PathColumn("b", unseen=False)]
    first, second = box_conditions(rules, values, columns)
    assert [str(condition) for condition in first] == ["a <= 1.5"]
    assert [str(condition) for condition in second] == ["a <= 2.5", "b > 0.5"]

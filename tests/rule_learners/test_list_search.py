"""Lists of rules: what changes gain, and how near the search comes to the best."""

import itertools

import numpy as np
import pytest

from skdistill.boxes import BoxList, Limits
from skdistill.rule_learners._candidates import CandidatePool, grow_trees
from skdistill.rule_learners._list_search import ListSearch
from skdistill.rule_learners._set_search import SetSearch
from tests.boxes._boxes import all_boxes, binned


def _limits(max_rules=4, max_length=3, max_conditions=99, cost=0.5):
    return Limits(max_rules, max_length, max_conditions, cost)


def _pool(rows):
    trees = grow_trees(rows, n_trees=4, max_leaves=16, rng=np.random.RandomState(0))
    return CandidatePool(trees, rows)


def _predicted(boxes, labels, default, rows):
    """Row by row, in plain Python."""
    predictions = []
    for row in rows.codes.T.tolist():
        for box, label in zip(boxes, labels, strict=True):
            if all(
                low <= row[j] < high or (missing and row[j] == rows.n_bins[j])
                for j, (low, high, missing) in box.items()
            ):
                predictions.append(label)
                break
        else:
            predictions.append(default)
    return np.array(predictions)


def _agreement(boxes, labels, default, rows):
    predicted = _predicted(boxes, labels, default, rows)
    return rows.mass[np.arange(len(predicted)), predicted].sum()


@pytest.mark.parametrize("missing", [0.0, 0.2])
@pytest.mark.parametrize("n_classes", [2, 3])
def test_gains_are_what_changes_bring(n_classes, missing):
    """Gains at a place, contributions and agreement against predictions row by row."""
    rows, _ = binned(0, n_classes=n_classes, missing=missing)
    boxes = [box for box in all_boxes(rows, 2) if box][::40][:4]
    rules = BoxList(rows, _limits(cost=0.0), default=0)
    for place, box in enumerate(boxes):
        rules.insert(place, box, place % n_classes)
    labels = list(rules.labels)
    now = _agreement(boxes, labels, 0, rows)
    assert rules.agreement() == pytest.approx(now)
    assert rules.agreement([3, 1, 0, 2]) == pytest.approx(
        _agreement([boxes[k] for k in (3, 1, 0, 2)], [labels[k] for k in (3, 1, 0, 2)], 0, rows)
    )
    for place in range(4):
        kept = [k for k in range(4) if k != place]
        without = _agreement([boxes[k] for k in kept], [labels[k] for k in kept], 0, rows)
        assert rules.contributions()[place] == pytest.approx(now - without)
        reach, gain = rules.gain_at(place, instead=False)
        longer = rules.copy()
        longer.insert(place, {0: (0, 2, False)}, 1)
        inside = longer.covers[place][reach]
        assert longer.agreement() - now == pytest.approx(gain[inside, 1].sum())
    np.testing.assert_allclose(rules.mass_by_box().sum(axis=0), rows.mass.sum(axis=0))


def _best_list(rows, max_rules, cost):
    """The best list of short rules, by trying every one."""
    boxes = [box for box in all_boxes(rows, 2) if box]
    best = -np.inf
    for size in range(max_rules):
        for chosen in itertools.permutations(range(len(boxes)), size):
            own = [boxes[k] for k in chosen]
            rules = BoxList(rows, _limits(), default=0)
            for place, box in enumerate(own):
                rules.insert(place, box, 0)
            mass = rules.mass_by_box()
            best = max(best, mass.max(axis=1).sum() - cost * sum(map(len, own)))
    return best


def test_near_the_best_of_all_lists():
    """Never above the best list of two rules and a default, and there in most problems."""
    reached = 0
    for seed in range(8):
        rows, _ = binned(seed, n_rows=40, n_columns=3, n_values=2)
        best = _best_list(rows, 3, cost=0.5)
        found = ListSearch(_pool(rows), np.random.RandomState(0)).run(
            BoxList(rows, _limits(3, 2), default=0)
        )
        assert found.worth() <= best + 1e-9
        reached += found.worth() >= best - 1e-9
    assert reached >= 5


@pytest.mark.parametrize("kind", ["list", "set"])
@pytest.mark.parametrize("seed", range(2))
def test_budgets_are_kept_and_worth_never_falls(kind, seed):
    """Rules, their length and all conditions; running it again changes nothing for the worse."""
    rows, _ = binned(seed, n_rows=100, n_columns=4, n_values=5, n_classes=3, missing=0.1)
    pool, order = _pool(rows), np.argsort(rows.mass.sum(axis=0))
    rng = np.random.RandomState(0)
    search = ListSearch(pool, rng) if kind == "list" else SetSearch(pool, rng, order[:-1])
    for limits in (_limits(), _limits(6, 1), _limits(6, 3, 5), _limits(1), _limits(6, 3, 0)):
        rules = BoxList(rows, limits, default=int(order[-1]))
        plain = rules.worth()
        worth = search.run(rules).worth()
        assert worth >= plain
        assert len(rules) <= limits.max_rules - 1
        assert all(1 <= len(box) <= limits.max_length for box in rules.boxes)
        assert sum(map(len, rules.boxes)) <= limits.max_conditions
        assert search.run(rules).worth() >= worth - 1e-9
        predicted = _predicted(rules.boxes, rules.labels, rules.default, rows)
        np.testing.assert_array_equal(
            np.array([*rules.labels, rules.default])[rules.first()], predicted
        )


@pytest.mark.parametrize("seed", range(4))
def test_sets_stand_in_the_order_of_their_classes(seed):
    """Classes together, the default's none; the solver's choice is worth at least as much."""
    rows, _ = binned(seed, n_rows=200, n_columns=4, n_values=6, n_classes=3)
    order = np.argsort(rows.mass.sum(axis=0))
    search = SetSearch(_pool(rows), np.random.RandomState(0), order[:-1])
    rules = search.run(BoxList(rows, _limits(6, 2), default=int(order[-1])))
    rank = [order.tolist().index(label) for label in rules.labels]
    assert rank == sorted(rank)
    assert rules.default == order[-1]
    assert int(order[-1]) not in rules.labels
    worth = rules.worth()
    solved = search.solve(rules, time_limit=30.0)
    assert solved.worth() >= worth
    assert len(solved) <= 5
    rank = [order.tolist().index(label) for label in solved.labels]
    assert rank == sorted(rank)

"""Simplification keeps its promise and reports the fidelity that it loses."""

import itertools

import numpy as np
import pytest
from sklearn.datasets import load_iris
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import r2_score
from sklearn.tree import DecisionTreeClassifier

from skdistill import DistilledTreeClassifier, RuleSet, extract_rules
from skdistill.rules import Categories, Interval, Rule
from skdistill.rules._join import join_rules, union_of

INF = float("inf")


def test_nothing_changes_without_tolerance(problem):
    """Not one of 10,000 predictions; and there are fewer conditions."""
    rules, X = problem.rules, problem.X
    simpler = rules.simplify(X)
    np.testing.assert_array_equal(simpler.predict(X), rules.predict(X))
    assert len(simpler) <= len(rules)
    share = 0.8 if rules.classes_ is not None else 1.0  # values seldom repeat in another leaf
    assert simpler.n_conditions < share * rules.n_conditions
    assert simpler.ordered
    assert not simpler[-1].conditions
    assert all(step.cost == 0 for step in simpler.steps_)
    last = simpler.steps_[-1]
    assert (last.n_rules, last.n_conditions) == (len(simpler), simpler.n_conditions)
    assert [rule.support for rule in simpler] == np.bincount(simpler.apply(X)).tolist()
    again = simpler.simplify(X)
    np.testing.assert_array_equal(again.predict(X), rules.predict(X))
    assert again.n_conditions <= simpler.n_conditions


@pytest.mark.parametrize("tolerance", [0.002, 0.03])
def test_costs_add_up_and_stay_within_the_tolerance(problem, tolerance):
    """Fidelity lost is the sum of the steps' costs, in agreement or in R²."""
    rules, X = problem.rules, problem.X
    before = rules.predict(X)
    simpler = rules.simplify(X, tolerance=tolerance)
    now = simpler.predict(X)
    lost = np.mean(now != before) if rules.classes_ is not None else 1 - r2_score(before, now)
    np.testing.assert_allclose(lost, sum(step.cost for step in simpler.steps_), atol=1e-12)
    assert lost <= tolerance + 1e-12
    exact = rules.simplify(X)
    assert simpler.n_conditions <= exact.n_conditions


def test_fidelity_to_the_teacher_is_kept():
    """With the teacher's labels fidelity counts, not the rules' own predictions."""
    X, y = load_iris(return_X_y=True)
    teacher = RandomForestClassifier(20, random_state=0).fit(X, y)
    tree = DistilledTreeClassifier(teacher, max_leaf_nodes=12, random_state=0).fit(X)
    rows = np.random.default_rng(0).normal(X.mean(axis=0), X.std(axis=0), (3000, 4))
    y_teacher, rules = teacher.predict(rows), extract_rules(tree)
    before = np.mean(rules.predict(rows) == y_teacher)
    simpler = rules.simplify(rows, y_teacher, tolerance=0.01)
    after = np.mean(simpler.predict(rows) == y_teacher)
    assert before - after <= 0.01 + 1e-12
    np.testing.assert_allclose(sum(step.cost for step in simpler.steps_), before - after)
    total = sum(rule.coverage * rule.fidelity for rule in simpler)
    np.testing.assert_allclose(total, after)
    np.testing.assert_allclose(
        simpler.predict_proba(rows).mean(axis=0), rules.predict_proba(rows).mean(axis=0)
    )
    strict = rules.simplify(rows, y_teacher)
    np.testing.assert_array_equal(strict.predict(rows), rules.predict(rows))


def conditions_of_all_kinds():
    """Intervals and categories on one column each, with every way of taking missing values."""
    bounds = [-INF, 0.0, 1.0, 2.0, INF]
    for low, high in itertools.combinations(bounds, 2):
        for missing in (True, False):
            yield Interval("a", low, high, missing)
    yield Interval("a", low=INF, missing=True)
    for size in (1, 2):
        for named in itertools.combinations(["p", "q", None], size):
            yield Categories("b", named)
            yield Categories("b", named, negated=True)


def test_unions_hold_where_either_does():
    """Against the conditions themselves, for all pairs on one column."""
    values = {"a": [-1.0, 0.0, 0.5, 1.0, 1.5, 2.0, 3.0, np.nan], "b": ["p", "q", "r", None]}
    joined = 0
    for first, second in itertools.product(conditions_of_all_kinds(), repeat=2):
        if first.column != second.column:
            assert union_of(first, second) is None
            continue
        union = union_of(first, second)
        either = first.covers(values[first.column]) | second.covers(values[first.column])
        if union is None:
            assert not either.all()
            continue
        joined += 1
        held = np.ones(len(either), dtype=bool)
        for condition in union:
            held &= condition.covers(values[condition.column])
        np.testing.assert_array_equal(held, either)
    assert joined > 200


def grid_tree(seed):
    """A deep tree on a small grid of whole numbers, and all the rows of the grid."""
    rows = np.array(list(itertools.product(range(4), repeat=3)), dtype=float)
    y = np.random.default_rng(seed).integers(0, 2, len(rows))
    tree = DecisionTreeClassifier(max_depth=4, random_state=seed).fit(rows, y)
    return extract_rules(tree), rows


@pytest.mark.parametrize("seed", range(5))
def test_joining_is_exact_for_every_row(seed):
    """On all cells of a grid the joined rules are disjoint and predict the same."""
    rules, rows = grid_tree(seed)
    kept, done = join_rules(list(rules), ordered=False)
    joined = RuleSet(kept, rules.feature_names)
    assert len(joined) == len(rules) - len(done)
    assert (joined.covers(rows).sum(axis=1) == 1).all()
    np.testing.assert_array_equal(joined.predict(rows), rules.predict(rows))
    np.testing.assert_allclose(sum(rule.coverage for rule in joined), 1)
    assert sum(rule.support for rule in joined) == len(rows)


@pytest.mark.parametrize("seed", range(5))
def test_nothing_more_can_be_dropped(seed):
    """Dropping any one rule or condition more would change a prediction."""
    rules, rows = grid_tree(seed)
    simpler = rules.simplify(rows)
    predicted = rules.predict(rows)
    names, n_tried = rules.feature_names, 0
    for k, rule in enumerate(simpler[:-1]):
        shorter = [
            Rule(rule.conditions[:c] + rule.conditions[c + 1 :], rule.outcome, 0.0, None, {})
            for c in range(len(rule))
        ]
        for left in [[], *([each] for each in shorter)]:
            fewer = [*simpler.rules[:k], *left, *simpler.rules[k + 1 :]]
            assert (RuleSet(fewer, names, ordered=True).predict(rows) != predicted).any()
            n_tried += 1
    assert n_tried > len(simpler) - 1


def test_siblings_with_one_outcome_are_joined():
    """A leaf cut in two for nothing is one again."""
    X, y = load_iris(return_X_y=True)
    tree = DecisionTreeClassifier(max_depth=2, random_state=0).fit(X, y)
    rules = extract_rules(tree)
    rules = RuleSet([*rules[:2], *_halves(rules[2])], rules.feature_names)
    simpler = rules.simplify(X)
    assert len(simpler) == 3
    assert any(step.what == "join two rules for 2" for step in simpler.steps_)


def _halves(rule):
    """The same rule in two parts."""
    figures = (rule.outcome, rule.coverage / 2, rule.fidelity, rule.distribution, rule.support)
    low = Interval("x0", high=6.0, dtype="float32")
    high = Interval("x0", low=6.0, dtype="float32")
    return [Rule((*rule.conditions, part), *figures) for part in (low, high)]


def test_thresholds_get_the_fewest_digits():
    """As few as tell the rows apart; digits that matter stay."""
    rules = RuleSet(
        [
            Rule((Interval("x", high=2.4567),), "low", 0.5, 1.0, {"low": 1.0, "high": 0.0}),
            Rule((Interval("x", low=2.4567),), "high", 0.5, 1.0, {"low": 0.0, "high": 1.0}),
        ],
        ["x"],
    )
    for low, high, text in ((0, 5, "x > 2"), (2.42, 2.6, "x > 2.5"), (2.456, 2.458, "x > 2.457")):
        simpler = rules.simplify([[low], [high]])
        assert str(simpler[0].conditions[0]) == text
        assert simpler.predict([[low], [high]]).tolist() == ["low", "high"]
        assert simpler.steps_[-1].what == f"round x at 2.4567 to {text[4:]}"


def test_rules_after_one_that_always_holds_are_cut():
    """No row ever reaches them."""
    always = Rule((), "a", 1.0, 1.0, {"a": 1.0, "b": 0.0})
    never = Rule((Interval("x", high=0.0),), "b", 0.0, 1.0, {"a": 0.0, "b": 1.0})
    simpler = RuleSet([always, never], ["x"], ordered=True).simplify([[-1.0], [1.0]])
    assert [rule.outcome for rule in simpler] == ["a"]


def test_errors(numbers):
    """Tolerances out of range, unknown labels, wrong shapes."""
    rules, X = numbers.rules, numbers.X.iloc[:50]
    for wrong in (-0.1, 1.5, True, float("nan")):
        with pytest.raises(ValueError, match=r"tolerance must be a number in \[0, 1\]"):
            rules.simplify(X, tolerance=wrong)
    with pytest.raises(
        ValueError, match=r"labels \['0'\], but the classes of the rules are \['g', 'h'\]"
    ):
        rules.simplify(X, np.zeros(50, dtype=int))
    with pytest.raises(ValueError, match=r"y has shape \(49,\)"):
        rules.simplify(X, rules.predict(X)[:49])

"""Rules without an order as the student."""

import numpy as np
import pytest
from sklearn.datasets import load_breast_cancer, load_iris
from sklearn.ensemble import RandomForestClassifier

from skdistill import RuleSet, RuleSetClassifier
from skdistill.exceptions import DistillationWarning
from tests.rule_learners._learners import passengers, planted


def shuffled(rules, rng):
    """The same set with the rules of each class in another order."""
    own, default = list(rules[:-1]), rules[-1]
    labels = list(dict.fromkeys(rule.outcome for rule in own))
    mixed = []
    for label in labels:
        block = [rule for rule in own if rule.outcome == label]
        mixed += [block[k] for k in rng.permutation(len(block))]
    return RuleSet([*mixed, default], rules.feature_names, ordered=True)


@pytest.mark.parametrize("solver", ["greedy", "milp"])
@pytest.mark.parametrize("n_classes", [2, 3])
def test_order_does_not_matter_within_a_class(solver, n_classes):
    """Shuffled within classes the rules predict the same; the frequent class needs no rule."""
    X, y = load_iris(return_X_y=True)
    X, y = X[y >= 3 - n_classes][10:], y[y >= 3 - n_classes][10:]
    forest = RandomForestClassifier(20, random_state=0).fit(X, y)
    student = RuleSetClassifier(forest, solver=solver, max_rules=6, n_trees=4, random_state=0)
    student.fit(X)
    rules = student.rules_
    rows = np.concatenate([X, student.transfer_set_.sample(2000, random_state=1)])
    rng = np.random.default_rng(0)
    for _ in range(3):
        np.testing.assert_array_equal(shuffled(rules, rng).predict(rows), rules.predict(rows))
    assert rules[-1].outcome == student.precedence_[-1]
    assert rules[-1].conditions == ()
    assert student.precedence_[-1] not in [rule.outcome for rule in rules[:-1]]
    order = [student.precedence_.tolist().index(rule.outcome) for rule in rules]
    assert order == sorted(order)
    assert set(student.precedence_) == set(student.classes_)
    assert student.fidelity_ > 0.9


def test_two_classes_are_a_union():
    """A row is of the rarer class exactly where some rule holds."""
    X, y = load_breast_cancer(return_X_y=True)
    student = RuleSetClassifier(max_rules=6, n_trees=4, random_state=0).fit(X, y)
    held = student.rules_[:-1].covers(X).any(axis=1)
    np.testing.assert_array_equal(student.predict(X), np.where(held, 0, 1))


def test_a_planted_union_is_found():
    """Two conjunctions, exactly as many conditions, whichever way they are sought."""
    X, _ = planted(3000)
    y = ((X[:, 0] > 0.7) & (X[:, 1] <= 0.5)) | ((X[:, 2] <= -0.4) & (X[:, 3] > 0.2))
    y &= np.random.default_rng(0).random(len(y)) < 0.98
    for solver in ("greedy", "milp"):
        student = RuleSetClassifier(solver=solver, n_trees=4, condition_cost=0.002, random_state=0)
        rules = student.fit(X, y).rules_
        assert [rule.outcome for rule in rules] == [True, True, False]
        assert rules.n_conditions == 4
        assert student.fidelity_ > 0.985


@pytest.mark.parametrize("max_rules", [3, 5])
def test_the_solver_is_at_least_as_good(max_rules):
    """Fidelity less the cost of conditions, on the rows that both were found on."""
    X, y = load_breast_cancer(return_X_y=True)
    worth = []
    for solver in ("greedy", "milp"):
        student = RuleSetClassifier(
            solver=solver, max_rules=max_rules, n_trees=4, max_conditions=6, random_state=0
        ).fit(X, y)
        assert len(student.rules_) <= max_rules
        assert student.rules_.n_conditions <= 6
        worth.append(float(student.fidelity_) - 0.0005 * student.rules_.n_conditions)
    assert worth[1] >= worth[0] - 1e-9


def test_a_solver_without_time_says_so():
    """The greedy rules stay, with a warning that names the parameter."""
    X, y = planted(1500)
    greedy = RuleSetClassifier(n_trees=4, random_state=0).fit(X, y == "b")
    hasty = RuleSetClassifier(n_trees=4, solver="milp", time_limit=1e-6, random_state=0)
    with pytest.warns(DistillationWarning, match="time_limit of 1e-06 seconds"):
        hasty.fit(X, y == "b")
    assert hasty.fidelity_ >= greedy.fidelity_ - 1e-9


def test_categories_and_exports():
    """A frame with categories and missing values, into SQL and back from JSON."""
    X, y = passengers()
    student = RuleSetClassifier(max_rules=6, random_state=0).fit(X, y)
    assert student.fidelity_ > 0.97
    assert RuleSet.from_json(student.rules_.to_json()) == student.rules_
    np.testing.assert_array_equal(student.predict(X), student.rules_.predict(X))
    assert "CASE" in student.rules_.to_sql()


@pytest.mark.parametrize(
    ("params", "words"), [({"solver": "best"}, "solver"), ({"time_limit": 0}, "time_limit")]
)
def test_wrong_parameters(params, words):
    """The message names the parameter."""
    X, y = planted(20)
    with pytest.raises(ValueError, match=words):
        RuleSetClassifier(**params).fit(X, y)

"""A weight is a repetition: of the user's, and of real rows beside synthetic ones."""

import numpy as np
import pytest
from sklearn.base import BaseEstimator
from sklearn.ensemble import RandomForestClassifier

from skdistill import RuleListClassifier, RuleSetClassifier
from tests.rule_learners._learners import planted


class TheseRows(BaseEstimator):
    """A transfer set that always draws the same rows, whatever it was fitted on."""

    def __init__(self, rows):
        self.rows = rows

    def fit(self, X, y=None):
        self.n_samples_ = len(self.rows)
        return self

    def sample(self, n_samples):
        return self.rows[:n_samples]


@pytest.fixture(scope="module")
def labelled():
    """A teacher, real rows, and synthetic ones on which it predicts otherwise than near those."""
    X, _ = planted(200)
    teacher = RandomForestClassifier(8, max_depth=4, random_state=0).fit(*planted(400, seed=2))
    return teacher, X, planted(300, seed=5)[0] + 0.3


def learned(student):
    """All that real_weight may change: conditions, outcomes, coverage and distributions."""
    return [
        (rule.conditions, rule.outcome, round(rule.coverage, 12), rule.distribution.keys())
        for rule in student.rules_
    ], np.array([list(rule.distribution.values()) for rule in student.rules_])


@pytest.mark.parametrize(
    ("kind", "labels", "given", "times"),
    [
        (RuleListClassifier, "hard", {}, 2),
        (RuleListClassifier, "soft", {"real_weight": 3.0}, 3),
        (RuleSetClassifier, "hard", {}, 2),
    ],
)
def test_real_weight_repeats_real_rows(labelled, kind, labels, given, times):
    """By default a real row counts as two synthetic ones: exactly as if it stood there twice."""
    teacher, X, synthetic = labelled
    shared = {
        "labels": labels,
        "transfer_set": TheseRows(synthetic),
        "max_rules": 6,
        "n_trees": 2,
        "random_state": 0,
    }
    weighted = kind(teacher, **shared, **given).fit(X)
    repeated = kind(teacher, **shared, real_weight=1.0).fit(np.repeat(X, times, axis=0))
    once = kind(teacher, **shared, real_weight=1.0).fit(X)
    rules, shares = learned(weighted)
    expected, expected_shares = learned(repeated)
    assert rules == expected
    np.testing.assert_allclose(shares, expected_shares)
    assert rules != learned(once)[0]
    # Support and fidelity are of the rows themselves.
    assert sum(rule.support for rule in weighted.rules_) == len(X) + len(synthetic)
    agreement = sum(rule.support * rule.fidelity for rule in weighted.rules_ if rule.support)
    assert agreement / (len(X) + len(synthetic)) == pytest.approx(float(weighted.fidelity_))


@pytest.mark.parametrize("kind", [RuleListClassifier, RuleSetClassifier])
def test_real_weight_means_nothing_without_synthetic_rows(labelled, kind):
    """All rows are real then, and weigh the same."""
    teacher, X, _ = labelled
    shared = {"transfer_set": None, "max_rules": 5, "n_trees": 2, "random_state": 0}
    light = kind(teacher, **shared, real_weight=1.0).fit(X)
    heavy = kind(teacher, **shared, real_weight=7.0).fit(X)
    assert light.rules_ == heavy.rules_


@pytest.mark.parametrize("kind", [RuleListClassifier, RuleSetClassifier])
@pytest.mark.parametrize("wrong", [0, -1.0, "two"])
def test_real_weight_is_positive(labelled, kind, wrong):
    """The message names the parameter."""
    teacher, X, _ = labelled
    with pytest.raises(ValueError, match=r"'real_weight' parameter of .* must be a number > 0"):
        kind(teacher, real_weight=wrong).fit(X)

"""Predictions of rule learners: rows are validated once, and the teacher is left alone."""

import re

import numpy as np
import pytest
from sklearn.base import BaseEstimator
from sklearn.datasets import load_iris
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression

from skdistill import RuleListClassifier, RuleSetClassifier
from tests.rule_learners._learners import passengers, planted

pd = pytest.importorskip("pandas")


class Once(BaseEstimator):
    """A teacher that refuses every call after it is switched off."""

    def __init__(self, on=True):
        self.on = on

    def predict(self, X):
        assert self.on
        return (np.asarray(X)[:, 0] > 0).astype(int)


@pytest.fixture(scope="module")
def student():
    """A rule list on a frame of numbers and categories."""
    X, y = passengers()
    return RuleListClassifier(max_rules=6, n_trees=4, random_state=0).fit(X, y), X


@pytest.mark.parametrize("kind", [RuleListClassifier, RuleSetClassifier])
def test_the_teacher_is_not_queried(kind):
    """Neither for labels nor for probabilities."""
    X, _ = planted(200)
    teacher = Once()
    rules = kind(teacher, transfer_set=None, n_trees=2, max_rules=3, random_state=0).fit(X)
    before = rules.predict(X), rules.predict_proba(X)
    teacher.on = False
    np.testing.assert_array_equal(rules.predict(X), before[0])
    np.testing.assert_array_equal(rules.predict_proba(X), before[1])


def test_rows_one_by_one(student):
    """The same predictions as all at once, and as the rule set."""
    rules, X = student
    expected = rules.predict(X)
    np.testing.assert_array_equal(rules.rules_.predict(X), expected)
    single = [rules.predict(X.iloc[[i]])[0] for i in range(40)]
    np.testing.assert_array_equal(single, expected[:40])
    shares = np.concatenate([rules.predict_proba(X.iloc[[i]]) for i in range(40)])
    np.testing.assert_array_equal(shares, rules.predict_proba(X)[:40])


def test_wrong_rows_are_refused(student):
    """Other names or another order, infinite numbers, dates, and no rows at all."""
    rules, X = student
    with pytest.raises(ValueError, match="feature names should match"):
        rules.predict(X.rename(columns={"age": "years"}))
    with pytest.raises(ValueError, match="feature names should match"):
        rules.predict(X[X.columns[::-1]])
    read = {c.column for rule in rules.rules_ for c in rule.conditions}
    assert {"age", "sex"} <= read
    with pytest.raises(ValueError, match="infinity in column 'age'"):
        rules.predict(X.assign(age=np.inf))
    with pytest.raises(TypeError, match="holds datetime64"):
        rules.predict(X.assign(age=pd.to_datetime("2020-01-01")))
    with pytest.raises(ValueError, match="0 sample"):
        rules.predict(X.iloc[:0])
    with pytest.raises(NotFittedError):
        RuleListClassifier().predict(X)


def test_missing_values_that_the_teacher_refuses():
    """A teacher on rows without any, which takes none: its students refuse them too."""
    iris = load_iris(as_frame=True)
    teacher = LogisticRegression(max_iter=1000).fit(iris.data, iris.target)
    rules = RuleListClassifier(teacher, transfer_set=None, n_trees=2, max_rules=4, random_state=0)
    rules.fit(iris.data)
    read = rules.rules_[0].conditions[0].column
    with pytest.raises(ValueError, match=rf"contains missing values in column '{re.escape(read)}'"):
        rules.predict(iris.data.assign(**{read: np.nan}))

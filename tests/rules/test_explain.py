"""Explanations: the rule that predicts, and the smallest change for another prediction."""

import itertools

import numpy as np
import pytest
from sklearn.datasets import load_iris
from sklearn.tree import DecisionTreeClassifier

from skdistill import RuleSet, extract_rules
from skdistill.rules import Categories, Interval, Rule


def rule(outcome, *conditions):
    """A rule without figures."""
    return Rule(conditions, outcome, 0.5, 1.0, {})


def test_in_words():
    """The rule, its fidelity, and the nearest other prediction."""
    rules = RuleSet(
        [
            rule("no", Interval("age", high=30.0), Categories("port", ("C",))),
            rule("yes", Interval("age", high=30.0), Categories("port", ("C",), negated=True)),
            rule("yes", Interval("age", low=30.0)),
        ],
        ["age", "port"],
    )
    explained = rules.explain({"age": 29.5, "port": "C"})
    assert str(explained).splitlines() == [
        "no, because age <= 30 and port = C (coverage 0.50, fidelity 1.00).",
        "It would be yes if age were above 30.",
    ]
    assert explained.index == 0
    assert explained.other is rules[2]
    assert list(explained.changes) == list(explained.values) == ["age"]
    far = rules.explain({"age": -1000.0, "port": "C"}, X=[[0.0, 0], [1.0, 0]])
    assert str(far).endswith("if port were none of {C}.")
    back = rules.explain([20.0, "Q"])
    assert str(back).endswith("It would be no if port were C.")
    both = rules.explain({"age": 70, "port": None})
    assert str(both).endswith("It would be no if age were at most 30 and port were C.")


def test_order_and_missing_values():
    """Rules tried before are mentioned; being missing may be the change."""
    rules = RuleSet(
        [rule("a", Interval("x", 1.0, 2.0, missing=True)), rule("b")], ["x"], ordered=True
    )
    explained = rules.explain([0.5])
    assert str(explained).splitlines() == [
        "b, because no earlier rule holds (coverage 0.50, fidelity 1.00).",
        "It would be a if x were above 1.",
    ]
    assert rules.predict([[explained.values["x"]]]).tolist() == ["a"]
    assert str(rules.explain([np.nan])).endswith("It would be b if x were at most 1.")
    assert str(rules.explain([-1e6], X=[[0.0], [1.0]])).endswith("a if x were missing.")
    (only,) = (RuleSet([rule("b")], ["x"]),)
    assert "No small change was found" in str(only.explain([1.0]))


@pytest.mark.parametrize("max_leaf_nodes", [4, 12])
def test_changes_change_the_prediction_and_fewer_columns_do_not(max_leaf_nodes):
    """Against all rows of a fine grid that differ in fewer columns, for list and tree."""
    X, y = load_iris(return_X_y=True)
    tree = DecisionTreeClassifier(max_leaf_nodes=max_leaf_nodes, random_state=0).fit(X, y)
    whole = extract_rules(tree)
    grid = np.linspace(0, 8, 161) + 0.003
    for rules, x in itertools.product((whole, whole.simplify(X)), X[::15]):
        explained = rules.explain(x)
        here = rules.predict([x])[0]
        assert explained.rule.outcome == here
        assert explained.index == rules.apply([x])[0]
        changed = x.copy()
        changed[[rules.feature_names.index(name) for name in explained.values]] = list(
            explained.values.values()
        )
        assert rules.predict([changed])[0] == explained.other.outcome != here
        if len(explained.values) > 1:
            for j in range(4):
                rows = np.tile(x, (len(grid), 1))
                rows[:, j] = grid
                assert (rules.predict(rows) == here).all()


def test_rows_of_every_kind(categories):
    """Series, mappings, frames of one row and arrays are explained alike."""
    rules, X = categories.rules, categories.X
    for i in (0, 50, 77):
        texts = {
            str(rules.explain(x))
            for x in (X.iloc[i], X.iloc[i].to_dict(), X.iloc[[i]], X.iloc[i].tolist())
        }
        assert len(texts) == 1
        explained = rules.explain(X.iloc[i], X)
        assert explained.rule == rules[rules.apply(X.iloc[[i]])[0]]


def test_errors():
    """Rows for which no rule or several hold, several rows, and lacking values."""
    low, high = rule("a", Interval("x", high=1.0)), rule("b", Interval("x", low=0.0))
    rules = RuleSet([low, high], ["x"])
    with pytest.raises(ValueError, match=r"rules \[0, 1\] all hold"):
        rules.explain([0.5])
    with pytest.raises(ValueError, match="nothing to explain"):
        rules[:1].explain([2.0])
    with pytest.raises(ValueError, match="takes one row, got 2"):
        rules.explain([[0.0], [2.0]])
    with pytest.raises(ValueError, match=r"no values for \['x'\]"):
        rules.explain({"y": 1.0})

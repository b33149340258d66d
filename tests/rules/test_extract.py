"""Rules predict exactly what the tree does, in the user's columns."""

import numpy as np
import pytest
from sklearn.base import is_classifier
from sklearn.datasets import load_breast_cancer, load_diabetes, load_iris, load_wine
from sklearn.ensemble import RandomForestClassifier
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import GaussianNB
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from skdistill import (
    DistilledClassifier,
    DistilledTreeClassifier,
    DistilledTreeRegressor,
    RuleSet,
    extract_rules,
)
from skdistill.rules import Categories, Interval

LOADERS = [load_iris, load_wine, load_breast_cancer]


def assert_rules_are_the_tree(rules, tree, X):
    """Exactly one rule a row; rules and leaves part the rows alike, and predict the same."""
    held = rules.covers(X)
    np.testing.assert_array_equal(held.sum(axis=1), 1)
    which, leaf = np.argmax(held, axis=1), tree.apply(X)
    assert len(set(zip(which, leaf, strict=True))) == len(set(which)) == len(set(leaf))
    predicted = np.array([rule.outcome for rule in rules])[which]
    if is_classifier(tree):
        np.testing.assert_array_equal(predicted, tree.predict(X))
        proba = np.array([list(rule.distribution.values()) for rule in rules])[which]
        np.testing.assert_allclose(proba, tree.predict_proba(X))
        assert [list(rule.distribution) == tree.classes_.tolist() for rule in rules]
    else:
        np.testing.assert_allclose(predicted, tree.predict(X))
    np.testing.assert_allclose(sum(rule.coverage for rule in rules), 1)
    assert len(rules) == tree.get_n_leaves()


@pytest.mark.parametrize("load", LOADERS)
def test_plain_trees(load):
    """Coverage and fidelity of a plain tree are shares of its training rows."""
    X, y = load(return_X_y=True)
    tree = DecisionTreeClassifier(max_leaf_nodes=10, random_state=0).fit(X, y)
    rules = extract_rules(tree)
    assert_rules_are_the_tree(rules, tree, X)
    held = rules.covers(X)
    for k, rule in enumerate(rules):
        np.testing.assert_allclose(rule.coverage, held[:, k].mean())
        np.testing.assert_allclose(rule.fidelity, (y[held[:, k]] == rule.outcome).mean())


@pytest.mark.parametrize("load", LOADERS)
@pytest.mark.parametrize("labels", ["hard", "soft"])
def test_distilled_trees(load, labels):
    """Fidelity of a rule is the share of its rows for which the teacher predicts its outcome."""
    X, y = load(return_X_y=True)
    teacher = RandomForestClassifier(n_estimators=20, random_state=0).fit(X, y)
    weight = np.random.default_rng(0).random(len(X)) + 0.5
    tree = DistilledTreeClassifier(
        teacher, labels=labels, transfer_set=None, max_leaf_nodes=10, random_state=0
    ).fit(X, sample_weight=weight)
    rules = extract_rules(tree)
    assert_rules_are_the_tree(rules, tree, X)
    held, y_teacher = rules.covers(X), teacher.predict(X)
    for k, rule in enumerate(rules):
        here = held[:, k]
        np.testing.assert_allclose(rule.coverage, weight[here].sum() / weight.sum())
        same = y_teacher[here] == rule.outcome
        np.testing.assert_allclose(rule.fidelity, np.average(same, weights=weight[here]))


def test_synthetic_rows_count():
    """Coverage and fidelity are of the whole transfer set, real and synthetic."""
    X, y = load_iris(return_X_y=True)
    teacher = GaussianNB().fit(X, y)
    tree = DistilledTreeClassifier(teacher, real_weight=1.0, max_leaf_nodes=5, random_state=0)
    rules = extract_rules(tree.fit(X))
    assert_rules_are_the_tree(rules, tree, X)
    total = sum(rule.coverage * rule.fidelity for rule in rules)
    np.testing.assert_allclose(total, tree.fidelity_)


def test_regression_trees():
    """Values as outcomes; no fidelity and no distribution."""
    X, y = load_diabetes(return_X_y=True)
    for tree in (
        DecisionTreeRegressor(max_leaf_nodes=9, random_state=0).fit(X, y),
        DistilledTreeRegressor(lambda X: X[:, 2] * 100 + X[:, 8], random_state=0).fit(X),
    ):
        rules = extract_rules(tree)
        assert_rules_are_the_tree(rules, tree, X)
        assert all(rule.fidelity is None and rule.distribution == {} for rule in rules)
        assert "fidelity" not in str(rules)


def test_several_outputs():
    """Values of several outputs are tuples, written with six digits at most."""
    X, _ = load_iris(return_X_y=True)
    tree = DistilledTreeRegressor(max_leaf_nodes=3, random_state=0).fit(X, X[:, :2] / 3)
    rules = extract_rules(tree)
    assert [len(rule.outcome) for rule in rules] == [2, 2, 2]
    for rule in rules:
        assert f"then ({rule.outcome[0]:.6g}, {rule.outcome[1]:.6g}) (coverage" in str(rule)
    with pytest.raises(TypeError, match="one output"):
        extract_rules(DecisionTreeClassifier().fit(X, np.ones((150, 2), dtype=int)))


def test_exact_text_on_iris():
    """CART on iris, as people know it."""
    iris = load_iris()
    X, names = iris.data[:, :3], iris.feature_names[:3]
    tree = DecisionTreeClassifier(max_leaf_nodes=3, random_state=0).fit(X, iris.target)
    rules = extract_rules(tree, feature_names=names, class_names=iris.target_names)
    setosa = "if petal length (cm) <= 2.45 then setosa (coverage 0.33, fidelity 1.00)"
    assert str(rules[0]) == setosa
    assert str(rules) == "\n".join(map(str, rules))
    assert repr(rules).startswith("<RuleSet of 3 rules on 3 columns; figures in-sample>\nif petal")


def test_conditions_of_a_path_are_merged():
    """However often a path splits a column, its rule has one condition on it."""
    X = np.random.default_rng(0).uniform(size=(800, 2))
    y = ((X[:, 0] > 0.3) & (X[:, 0] < 0.7) & (X[:, 1] > 0.5)).astype(int)
    tree = DecisionTreeClassifier(min_samples_leaf=5, random_state=0).fit(X, y)
    deep = DecisionTreeClassifier(splitter="random", random_state=0).fit(X, y)
    for each in (tree, deep):
        rules = extract_rules(each)
        assert_rules_are_the_tree(rules, each, X)
        for rule in rules:
            columns = [condition.column for condition in rule.conditions]
            assert len(columns) == len(set(columns)) <= 2
    assert deep.get_depth() > 2
    box = next(rule for rule in extract_rules(tree) if rule.outcome == 1)
    low, high = 0.3, 0.7
    assert any(
        abs(c.low - low) < 0.02 and abs(c.high - high) < 0.02
        for c in box.conditions
        if c.column == "x0"
    )


def test_a_stump_of_one_leaf():
    """No conditions: the rule holds always."""
    tree = DecisionTreeClassifier().fit([[0.0], [1.0]], ["same", "same"])
    (rule,) = extract_rules(tree)
    assert str(rule) == "always same (coverage 1.00, fidelity 1.00)"
    assert len(rule) == 0
    assert extract_rules(tree).covers([[5.0]]).tolist() == [[True]]


@pytest.fixture
def mixed():
    """Numbers and categories, some of both missing."""
    pd = pytest.importorskip("pandas")
    rng = np.random.default_rng(0)
    n = 500
    age, port = rng.normal(40, 12, n).round(1), rng.choice(["C", "Q", "S"], n)
    sex = rng.choice(["female", "male"], n)
    y = np.where((sex == "female") & (port != "Q") | (age < 25), "yes", "no")
    X = pd.DataFrame(
        {"age": age, "sex": sex, "port": pd.Categorical(port), "z": rng.normal(size=n)}
    )
    X.loc[::6, "age"] = np.nan
    X.loc[::7, "port"] = None
    X.loc[::13, "sex"] = None
    return X, y


@pytest.mark.parametrize("max_leaf_nodes", [4, 40])
def test_categories_and_missing_values(mixed, max_leaf_nodes):
    """Rules part frames as the tree does, and name the categories."""
    X, y = mixed
    tree = DistilledTreeClassifier(max_leaf_nodes=max_leaf_nodes, random_state=0).fit(X, y)
    rules = extract_rules(tree)
    assert_rules_are_the_tree(rules, tree, X)
    assert_rules_are_the_tree(rules, tree, X.iloc[::-3])
    kinds = {(c.column, type(c)) for rule in rules for c in rule.conditions}
    assert kinds <= {("age", Interval), ("sex", Categories), ("port", Categories), ("z", Interval)}
    assert "sex = female" in str(rules)
    assert "or missing)" in str(rules)
    assert "=female" not in str(rules)
    for rule in rules:  # one category met says all that others not met say
        columns = [c.column for c in rule.conditions]
        assert len(columns) == len(set(columns))


def test_teacher_on_raw_columns(mixed):
    """The same for the rules of a student of a teacher on raw columns."""
    X, _ = mixed

    def teacher(X):
        return np.where((X["sex"] == "female") & (X["z"] > 0), "in", "out")

    tree = DistilledTreeClassifier(teacher, max_leaf_nodes=3, random_state=0).fit(X)
    rules = extract_rules(tree)
    assert_rules_are_the_tree(rules, tree, X)
    (inside,) = [rule for rule in rules if rule.outcome == "in"]
    assert {str(condition).split()[0] for condition in inside.conditions} == {"sex", "z"}
    assert "sex = female" in str(inside)


def test_unseen_categories_meet_what_none_of_the_seen_meet(mixed):
    """A category that fit did not see: the rules follow the tree there too."""
    X, y = mixed
    tree = DistilledTreeClassifier(max_leaf_nodes=20, random_state=0).fit(X, y)
    assert_rules_are_the_tree(
        extract_rules(tree), tree, X.astype({"port": object}).assign(port="elsewhere")
    )


def test_missing_against_known():
    """Where a split is between missing and known, the rules say so; in plain trees too."""
    X = np.random.default_rng(0).normal(size=(100, 2))
    X[:50, 0] = np.nan
    y = np.repeat([1, 0], 50)
    for kind in (DistilledTreeClassifier, DecisionTreeClassifier):
        tree = kind(random_state=0).fit(X, y)
        rules = extract_rules(tree)
        assert_rules_are_the_tree(rules, tree, X)
        assert [str(rule).split(" then")[0] for rule in rules] == [
            "if x0 is known",
            "if x0 is missing",
        ]


def test_where_trees_are_found():
    """Inside a generic distiller, and what that was given as a student."""
    X, y = load_iris(return_X_y=True)
    inside = DistilledClassifier(
        GaussianNB().fit(X, y), DecisionTreeClassifier(max_leaf_nodes=3), random_state=0
    ).fit(X)
    assert_rules_are_the_tree(extract_rules(inside), inside.student_, X)


def test_no_tree_to_read():
    """What is no tree is a TypeError with the way out; what is unfitted says so."""
    X, y = load_iris(return_X_y=True)
    for model in (
        LogisticRegression(max_iter=1000).fit(X, y),
        RandomForestClassifier(3).fit(X, y),
        DistilledClassifier(GaussianNB().fit(X, y), GaussianNB(), random_state=0).fit(X),
    ):
        with pytest.raises(TypeError, match=r"has no tree_. Distil it into one first"):
            extract_rules(model)
    with pytest.raises(NotFittedError):
        extract_rules(DistilledTreeClassifier())


def test_rule_sets_are_sequences():
    """Length, slices, equality and hashes."""
    X, y = load_wine(return_X_y=True)
    tree = DecisionTreeClassifier(max_leaf_nodes=5, random_state=0).fit(X, y)
    rules, again = extract_rules(tree), extract_rules(tree)
    assert rules == again
    assert hash(rules) == hash(again)
    assert len({*rules, *again}) == 5
    assert rules != rules[:2]
    assert rules != list(rules)
    assert isinstance(rules[1:3], RuleSet)
    assert list(rules[1:3]) == [rules[1], rules[2]]
    assert rules[-1] is rules.rules[-1]
    assert rules[0] in rules
    assert rules[:2].covers(X).shape == (len(X), 2)

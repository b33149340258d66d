"""One list of rules as the student."""

import pickle

import numpy as np
import pytest
from scipy import sparse
from sklearn.base import clone
from sklearn.datasets import load_breast_cancer, load_digits, load_iris
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, train_test_split
from sklearn.neighbors import KNeighborsClassifier
from sklearn.tree import DecisionTreeClassifier

from skdistill import FidelityScorer, RuleListClassifier, RuleSet, extract_rules, fidelity_score
from skdistill.metrics import student_complexity
from skdistill.rules import Categories, Interval
from tests.rule_learners._learners import passengers, planted


@pytest.fixture(scope="module")
def iris_list():
    """A list that is faithful to a forest on iris, the forest, and the rows."""
    X, y = load_iris(return_X_y=True)
    forest = RandomForestClassifier(30, random_state=0).fit(X, y)
    return RuleListClassifier(forest, max_rules=5, random_state=0).fit(X), forest, X


def test_planted_rules_are_found():
    """A list of three rules is found again, with as many conditions and nearly its thresholds."""
    X, y = planted()
    rules = RuleListClassifier(max_rules=4, random_state=0).fit(X, y)
    assert rules.fidelity_ > 0.995
    assert len(rules.rules_) == 4
    assert rules.rules_.n_conditions == 5
    X_new, y_new = planted(5000, seed=1)
    assert (rules.predict(X_new) == y_new).mean() > 0.99


def test_it_predicts_what_its_rules_do(iris_list):
    """Predictions, probabilities and figures are those of the ordered rule set."""
    rules, forest, X = iris_list
    own = rules.rules_
    assert isinstance(own, RuleSet)
    assert own.ordered
    assert own[-1].conditions == ()
    assert len(own) <= 5
    np.testing.assert_array_equal(own.predict(X), rules.predict(X))
    np.testing.assert_allclose(own.predict_proba(X), rules.predict_proba(X))
    shares = rules.predict_proba(X)
    np.testing.assert_array_equal(rules.classes_[shares.argmax(axis=1)], rules.predict(X))
    rows = np.concatenate([X, rules.transfer_set_.sample(10, random_state=0)])
    assert own.apply(rows).max() < len(own)
    assert sum(rule.support for rule in own) == rules.n_queries_ == 10_000
    assert sum(rule.coverage for rule in own) == pytest.approx(1.0)
    agreement = sum(rule.support * rule.fidelity for rule in own) / 10_000
    assert agreement == pytest.approx(float(rules.fidelity_))
    assert student_complexity(rules)["conditions"] == own.n_conditions
    assert fidelity_score(forest.predict(X), rules.predict(X)) > 0.9
    assert "because" in str(own.explain(X[0], X))
    assert RuleSet.from_json(own.to_json()) == own
    assert len(own.to_frame()) == len(own)
    single = {c.dtype for rule in own for c in rule.conditions if isinstance(c, Interval)}
    assert single == {"float32"}


def test_figures_of_rules_are_those_of_their_rows():
    """Without synthetic rows support, coverage and fidelity can be counted again."""
    X, y = planted()
    weight = np.random.default_rng(0).integers(1, 4, len(X)).astype(float)
    teacher = LogisticRegression().fit(X, y)
    rules = RuleListClassifier(teacher, transfer_set=None, max_rules=6, random_state=0)
    rules.fit(X, sample_weight=weight)
    which, y_teacher = rules.rules_.apply(X), teacher.predict(X)
    for k, rule in enumerate(rules.rules_):
        own = which == k
        assert rule.support == own.sum()
        assert rule.coverage == pytest.approx(weight[own].sum() / weight.sum())
        assert rule.fidelity == pytest.approx(
            np.average(y_teacher[own] == rule.outcome, weights=weight[own])
        )
        for label, share in rule.distribution.items():
            assert share == pytest.approx(np.average(y_teacher[own] == label, weights=weight[own]))


@pytest.mark.parametrize(
    "budget",
    [
        {"max_rules": 3},
        {"max_rule_length": 1},
        {"max_conditions": 4},
        {"max_rules": 6, "max_rule_length": 2, "max_conditions": 7},
    ],
)
def test_budgets(budget):
    """Never more rules, conditions in a rule or conditions in all than allowed."""
    X, y = load_breast_cancer(return_X_y=True)
    rules = RuleListClassifier(n_trees=4, random_state=0, **budget).fit(X, y).rules_
    assert len(rules) <= budget.get("max_rules", 16)
    assert max(map(len, rules)) <= budget.get("max_rule_length", 99)
    assert 0 < rules.n_conditions <= budget.get("max_conditions", 999)


@pytest.mark.parametrize("budget", [{"max_rules": 1}, {"max_conditions": 0}, {"condition_cost": 1}])
def test_no_conditions_leave_the_default(budget):
    """The most frequent class, with the shares of all."""
    X, y = load_iris(return_X_y=True)
    X, y = X[:120], y[:120]
    rules = RuleListClassifier(random_state=0, **budget).fit(X, y)
    assert len(rules.rules_) == 1
    assert set(rules.predict(X)) == {0}
    np.testing.assert_allclose(rules.predict_proba(X)[0], [50 / 120, 50 / 120, 20 / 120])


def test_a_higher_cost_makes_shorter_lists():
    """Conditions that set fewer rows right than they cost are left out."""
    X, y = load_breast_cancer(return_X_y=True)
    sizes = [
        RuleListClassifier(condition_cost=cost, n_trees=4, random_state=0)
        .fit(X, y)
        .rules_.n_conditions
        for cost in (0.002, 0.02, 0.1)
    ]
    assert sizes[0] > sizes[1] > sizes[2] > 0


@pytest.mark.parametrize("labels", ["hard", "soft"])
def test_neither_order_nor_repetition_matters(labels):
    """Shuffled rows, and weights instead of repetitions, give exactly the same rules."""
    X, _ = planted(400)
    teacher = DecisionTreeClassifier(max_depth=4, random_state=0).fit(*planted(300, seed=2))
    times = np.random.default_rng(0).integers(0, 3, len(X))
    rules = RuleListClassifier(
        teacher, labels=labels, transfer_set=None, max_rules=6, random_state=0
    )
    weighted = clone(rules).fit(X, sample_weight=times).rules_
    repeated = np.random.default_rng(1).permutation(np.repeat(np.arange(len(X)), times))
    assert clone(rules).fit(X[repeated]).rules_.to_sql() == weighted.to_sql()
    assert [r.conditions for r in clone(rules).fit(X[repeated]).rules_] == [
        r.conditions for r in weighted
    ]


def test_the_same_seed_gives_the_same_rules(iris_list):
    """Bit for bit, whatever n_jobs, and through pickle."""
    rules, forest, X = iris_list
    again = RuleListClassifier(forest, max_rules=5, n_jobs=2, random_state=0).fit(X)
    assert again.rules_ == rules.rules_
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(rules)).predict(X), rules.predict(X))


def test_more_faithful_than_a_tree_of_as_many_leaves():
    """On fresh rows, with fewer conditions than the paths to the leaves of CART have."""
    X, y = load_digits(return_X_y=True)
    X, X_test, y, _ = train_test_split(X[:, 20:44], y, test_size=0.4, random_state=0)
    teacher = KNeighborsClassifier().fit(X, y)
    y_teacher = teacher.predict(X_test)
    rules = RuleListClassifier(
        teacher, max_rules=12, condition_cost=0.002, n_trees=4, transfer_set=None, random_state=0
    ).fit(X)
    cart = DecisionTreeClassifier(max_leaf_nodes=12, random_state=0).fit(X, teacher.predict(X))
    fidelity = [(student.predict(X_test) == y_teacher).mean() for student in (rules, cart)]
    assert fidelity[0] > fidelity[1] + 0.02
    assert rules.rules_.n_conditions < extract_rules(cart).n_conditions


def test_classes_that_weigh_more_are_predicted_more():
    """A rare class is found where its weight says so."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(2000, 3))
    y = (X[:, 0] + rng.normal(scale=1.5, size=2000) > 2.5).astype(int)
    plain = RuleListClassifier(max_rules=4, condition_cost=0.005, random_state=0).fit(X, y)
    balanced = RuleListClassifier(
        max_rules=4, condition_cost=0.005, class_weight="balanced", random_state=0
    ).fit(X, y)
    named = RuleListClassifier(
        max_rules=4, condition_cost=0.005, class_weight={0: 1.0, 1: 50.0}, random_state=0
    ).fit(X, y)
    found = [rules.predict(X)[y == 1].mean() for rules in (plain, balanced, named)]
    assert found[0] < found[1] < found[2]


def test_categories_and_missing_values_of_a_frame():
    """Rules name categories, say where missing values go, and predict raw rows."""
    X, y = passengers()
    before = X.copy(deep=True)
    rules = RuleListClassifier(max_rules=6, random_state=0).fit(X, y)
    assert X.equals(before)
    assert rules.fidelity_ > 0.97
    conditions = [condition for rule in rules.rules_ for condition in rule.conditions]
    assert {type(condition) for condition in conditions} == {Interval, Categories}
    assert {condition.column for condition in conditions} <= set(X.columns)
    ages = [c for c in conditions if isinstance(c, Interval) and c.column == "age"]
    assert all(condition.missing is not None for condition in ages)
    np.testing.assert_array_equal(rules.predict(X), rules.rules_.predict(X))
    strange = X.iloc[:20].astype({"sex": object}).assign(sex="unknown", port="Z", fare=np.nan)
    assert set(rules.predict(strange)) <= {"yes", "no"}
    assert (rules.predict(X) == y).mean() == pytest.approx(float(rules.fidelity_))


def test_frames_of_polars():
    """The same rules as from pandas."""
    pl = pytest.importorskip("polars")
    X, y = passengers()
    columns = {
        name: pl.Series(name, X[name].astype(object).where(X[name].notna(), None).tolist())
        for name in X
    }
    frame = pl.DataFrame(columns).with_columns(pl.col("sex").cast(pl.Categorical))
    from_pandas = RuleListClassifier(max_rules=6, random_state=0).fit(X, y)
    from_polars = RuleListClassifier(max_rules=6, random_state=0).fit(frame, y)
    assert (from_polars.predict(frame) == from_pandas.predict(X)).mean() > 0.98


def test_sparse_rows():
    """The same rules and predictions as for the dense rows."""
    X, y = planted(600)
    X = np.where(np.abs(X) < 0.6, 0.0, X)
    dense = RuleListClassifier(max_rules=5, random_state=0).fit(X, y)
    rows = sparse.csr_matrix(X)
    thin = RuleListClassifier(max_rules=5, random_state=0).fit(rows, y)
    assert thin.rules_ == dense.rules_
    np.testing.assert_array_equal(thin.predict(rows), dense.predict(X))


def test_many_columns():
    """Of more columns than are searched, those that matter are found."""
    X, y = planted(800)
    rng = np.random.default_rng(3)
    wide = rng.normal(size=(len(X), 120))
    wide[:, [7, 30, 60, 90, 110]] = X[:, :5]
    rules = RuleListClassifier(max_rules=4, n_trees=4, random_state=0).fit(wide, y)
    used = {condition.column for rule in rules.rules_ for condition in rule.conditions}
    assert {"x7", "x30", "x90"} <= used
    assert rules.fidelity_ > 0.97


def test_in_a_search():
    """The number of rules is chosen by fidelity, without labels."""
    X, _ = planted(300)
    teacher = LogisticRegression().fit(*planted(300, seed=2))
    search = GridSearchCV(
        RuleListClassifier(teacher, transfer_set=None, n_trees=2, random_state=0),
        {"max_rules": [1, 6]},
        scoring=FidelityScorer(),
        cv=3,
    ).fit(X)
    assert search.best_params_ == {"max_rules": 6}


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"max_rules": 0}, "max_rules"),
        ({"max_rule_length": 0}, "max_rule_length"),
        ({"max_conditions": -1}, "max_conditions"),
        ({"condition_cost": 2.0}, "condition_cost"),
        ({"n_trees": 0}, "n_trees"),
        ({"class_weight": "even"}, "class_weight"),
        ({"labels": "warm"}, "labels"),
    ],
)
def test_wrong_parameters(params, words):
    """The message names the parameter."""
    X, y = planted(20)
    with pytest.raises(ValueError, match=words):
        RuleListClassifier(**params).fit(X, y)

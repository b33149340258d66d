"""Rule sets predict rows as their trees do, in every kind of rows."""

import numpy as np
import pytest
from sklearn.base import is_classifier
from sklearn.datasets import load_iris, load_wine
from sklearn.tree import DecisionTreeClassifier

from skdistill import DistilledTreeRegressor, RuleSet, extract_rules, fidelity_report
from skdistill.rules import Categories, Interval, Rule


@pytest.fixture(scope="module")
def wine():
    """Rules of a small tree, the tree, and its rows."""
    X, y = load_wine(return_X_y=True)
    tree = DecisionTreeClassifier(max_leaf_nodes=5, random_state=0).fit(X, y)
    return extract_rules(tree), tree, X


def test_predictions_are_the_trees(problem):
    """Row by row, to the last bit; distributions too."""
    rules, tree, X = problem.rules, problem.tree, problem.X
    np.testing.assert_array_equal(rules.predict(X), tree.predict(X))
    which, leaf = rules.apply(X), tree.apply(X)
    assert len(set(zip(which, leaf, strict=True))) == len(set(leaf))
    if is_classifier(tree):
        np.testing.assert_allclose(rules.predict_proba(X), tree.predict_proba(X), rtol=1e-15)
        assert rules.classes_ == tree.classes_.tolist()
    else:
        assert rules.classes_ is None
        with pytest.raises(ValueError, match="have no distribution over classes"):
            rules.predict_proba(X)
    support = tree.tree_.n_node_samples[tree.tree_.children_left == -1]
    assert sorted(rule.support for rule in rules) == sorted(support)


def test_every_kind_of_rows(categories):
    """Polars, nullable columns, columns in another order, and few of them."""
    pl = pytest.importorskip("polars")
    X, rules = categories.X, categories.rules
    expected = rules.predict(X)
    nullable = X.convert_dtypes()
    assert {"Float64", "string"} <= {str(dtype) for dtype in nullable.dtypes}
    used = {condition.column for rule in rules for condition in rule.conditions}
    typed = X.astype({name: "category" for name in X if X[name].dtype == object})
    tables = [nullable, typed, X[X.columns[::-1]], X[list(used)], X.assign(other=0)]
    columns = {name: X[name].astype(object).where(X[name].notna(), None).tolist() for name in X}
    tables += [pl.DataFrame(columns)]
    for table in tables:
        np.testing.assert_array_equal(rules.predict(table), expected)


def test_arrays(wine):
    """Single precision, lists, sparse matrices and no rows at all."""
    from scipy import sparse

    rules, tree, X = wine
    expected = tree.predict(X)
    for rows in (X.astype(np.float32), X.tolist(), sparse.csr_matrix(X), sparse.coo_array(X)):
        np.testing.assert_array_equal(rules.predict(rows), expected)
    assert rules.predict(X[:0]).shape == (0,)
    assert rules.predict_proba(X[:0]).shape == (0, 3)
    with pytest.raises(ValueError, match=r"shape \(178, 12\), but .* 13 columns"):
        rules.predict(X[:, :12])


def test_several_outputs():
    """Outcomes of several values make a row each."""
    X, _ = load_iris(return_X_y=True)
    tree = DistilledTreeRegressor(max_leaf_nodes=6, random_state=0).fit(X, X[:, :2] / 3)
    np.testing.assert_array_equal(extract_rules(tree).predict(X), tree.predict(X))


def test_a_rule_set_is_a_predictor(wine):
    """fidelity_report takes one as the student."""
    rules, tree, X = wine
    assert fidelity_report(rules, X, teacher=tree).fidelity.value == 1.0


def test_order():
    """In order, the first rule that holds predicts; the text has else."""
    rules = RuleSet(
        [
            Rule((Interval("a", high=0.0),), "low", 0.5, 1.0, {}),
            Rule((Interval("a", high=1.0), Categories("b", (1,))), "mid", 0.3, 1.0, {}, 3),
            Rule((), "high", 0.2, None, {}),
        ],
        ["a", "b"],
        ordered=True,
    )
    X = [[-1.0, 1], [0.5, 1], [0.5, 0], [np.nan, 1]]
    assert rules.predict(X).tolist() == ["low", "mid", "high", "high"]
    assert rules.apply(X).tolist() == [0, 1, 2, 2]
    assert str(rules).splitlines() == [
        "if a <= 0 then low (coverage 0.50, fidelity 1.00)",
        "else if a <= 1 and b = 1 then mid (coverage 0.30, fidelity 1.00)",
        "else high (coverage 0.20)",
    ]
    assert rules.classes_ == ["low", "mid", "high"]
    assert rules.n_conditions == 3
    assert rules[:2].ordered
    assert rules != RuleSet(rules.rules, ["a", "b"])
    assert rules != RuleSet(rules.rules, ["a", "b", "c"], ordered=True)
    assert rules != RuleSet(rules.rules, ["a", "b"], ordered=True, generated_names=True)
    assert rules[:2].apply(X).tolist() == [0, 1, -1, -1]
    with pytest.raises(ValueError, match="No rule holds for 2 rows, the first of which is row 2"):
        rules[:2].predict(X)
    with pytest.raises(ValueError, match=r"rules \[0, 1, 2\] all hold for row 0.*ordered=True"):
        RuleSet(rules.rules, ["a", "b"]).predict(X)
    assert rules[:0].apply(X).tolist() == [-1] * 4


def test_labels_of_two_kinds_stay_apart():
    """numpy would turn the number into text."""
    rules = RuleSet(
        [Rule((Interval("a", high=0.0),), 1, 0.5, 1.0, {}), Rule((), "other", 0.5, 1.0, {})],
        ["a"],
        ordered=True,
    )
    assert rules.predict([[0.0], [1.0]]).tolist() == [1, "other"]


def test_missing_values_that_fit_did_not_see(plain_values):
    """They go where the tree sends them, and nothing is printed about them."""
    assert "missing" not in str(plain_values.rules)
    X = plain_values.X
    assert (plain_values.rules.covers(X).sum(axis=1) == 1).all()
    strict = extract_rules(plain_values.tree, unseen_missing=False)
    assert str(strict) == str(plain_values.rules)
    known = X.notna().all(axis=1).to_numpy()
    assert (strict.apply(X[known]) >= 0).all()
    assert (strict.apply(X[~known]) < 0).any()
    assert len(strict.to_sql()) < len(plain_values.rules.to_sql())


def test_missing_values_that_fit_saw_stay(categories):
    """Without the unseen ones, those that the tree knew go where they went."""
    strict = extract_rules(categories.tree, unseen_missing=False)
    assert str(strict) == str(categories.rules)
    which, expected = strict.apply(categories.X), categories.rules.apply(categories.X)
    assert set(which[which != expected]) <= {-1}
    assert (which >= 0).mean() > 0.95


def test_to_frame(wine, values):
    """One row a rule, distributions beside."""
    pytest.importorskip("pandas")
    rules, _, X = wine
    table = rules.to_frame()
    names = ["rule", "outcome", "coverage", "support", "fidelity", "length"]
    assert table.columns.tolist() == [*names, "p(0)", "p(1)", "p(2)"]
    assert table["rule"].tolist() == [rule.premise_text for rule in rules]
    np.testing.assert_array_equal(table["support"], np.bincount(rules.apply(X)))
    np.testing.assert_allclose(table[["p(0)", "p(1)", "p(2)"]].sum(axis=1), 1)
    np.testing.assert_array_equal(table["length"], [len(rule) for rule in rules])
    table = values.rules.to_frame()
    assert table.columns.tolist() == names
    assert table["fidelity"].isna().all()
    assert table["outcome"].dtype == float
    assert table.attrs["figures"].startswith("in-sample")
    assert "| fidelity (in-sample) |" in rules.to_markdown()
    assert "<th>fidelity (in-sample)</th>" in rules.to_html()

"""Rules of trees that split categories in groups: exact for every category, seen or not."""

import numpy as np
import pytest

from skdistill import DistilledTreeClassifier, DistilledTreeRegressor, extract_rules
from skdistill.rules import Categories, Interval
from skdistill.rules._paths import PathColumn, Step, merge_steps
from tests.rules._runners import RUNNERS, duckdb_base, run_c

pd = pytest.importorskip("pandas")

TOWNS = ["Bern", "Bonn", "Graz", "it's", "Köln", "Linz", "Rom"]


@pytest.fixture(scope="module", autouse=True)
def close_databases():
    """Databases end with the tests that use them."""
    yield
    duckdb_base.cache_clear()


def people(n, seed=0):
    """A column of towns, some missing, one of two categories, and a number; and a value."""
    rng = np.random.default_rng(seed)
    town = rng.choice(np.array([*TOWNS, None], dtype=object), n)
    sex = rng.choice(["female", "male"], n)
    age = rng.normal(40, 12, n).round(1)
    near = np.isin(town.astype(str), ["Bern", "Graz", "Linz", "None"])
    value = 3.0 * near + 2.0 * ((sex == "male") & (age > 35)) + (town == "Rom") * age / 40
    return pd.DataFrame({"town": town, "age": age, "sex": sex}), value


def with_news(X):
    """The same rows, and more with categories and missing values that fit did not see."""
    rng = np.random.default_rng(1)
    more = X.sample(len(X), replace=True, random_state=0).astype({"sex": object})
    more["town"] = rng.choice(np.array(["Oslo", "Rom", None], dtype=object), len(X))
    more["sex"] = rng.choice(np.array(["unknown", "male", None], dtype=object), len(X))
    return pd.concat([X.astype({"sex": object}), more], ignore_index=True)


@pytest.fixture(scope="module", params=["classes", "values"])
def grown(request):
    """A tree, its rules, and rows of which half are new to it."""
    X, value = people(1500)
    if request.param == "classes":
        tree = DistilledTreeClassifier(max_leaf_nodes=14, random_state=0)
        tree.fit(X, np.where(value > 2.4, "far", "near"))
    else:
        tree = DistilledTreeRegressor(max_leaf_nodes=14, random_state=0).fit(X, value)
    return tree, extract_rules(tree), with_news(X)


def test_rules_are_the_tree(grown):
    """One rule a row, also for unseen categories; one condition a column."""
    tree, rules, X = grown
    held = rules.covers(X)
    np.testing.assert_array_equal(held.sum(axis=1), 1)
    np.testing.assert_array_equal(rules.predict(X), tree.predict(X))
    leaf = tree.apply(X)
    assert len(set(zip(held.argmax(axis=1), leaf, strict=True))) == len(set(leaf))
    for rule in rules:
        columns = [condition.column for condition in rule.conditions]
        assert len(columns) == len(set(columns))
    groups = [c for rule in rules for c in rule.conditions if c.column == "town"]
    assert any(len(c.categories) > 1 for c in groups)
    assert "in {" in str(rules)
    assert {str(c) for rule in rules for c in rule.conditions if c.column == "sex"} <= {
        "sex = female", "sex = male", "sex != female", "sex != male",
    }  # fmt: skip


def test_categories_are_named_on_the_side_that_unseen_ones_do_not_take(grown):
    """Positive conditions hold for named categories alone, negated ones for all unseen ones."""
    _, rules, _ = grown
    conditions = {c for rule in rules for c in rule.conditions if isinstance(c, Categories)}
    assert {c.negated for c in conditions} == {False, True}
    for condition in conditions:
        assert condition.covers(np.array(["Oslo"], dtype=object)).all() == condition.negated
        assert 0 < len(condition.categories) < len(TOWNS) + 1


@pytest.mark.parametrize("run", RUNNERS)
def test_exports_predict_as_the_tree(grown, run):
    """Row by row, in every language, for unseen categories too."""
    tree, rules, X = grown
    np.testing.assert_array_equal(np.array(run(rules, X)), tree.predict(X))


def test_c_predicts_as_the_tree(grown, tmp_path):
    """Compiled."""
    tree, rules, X = grown
    np.testing.assert_array_equal(np.array(run_c(rules, X, tmp_path)), tree.predict(X))


def test_simplified_rules_predict_alike(grown):
    """On the rows given, unseen categories among them, no prediction changes."""
    _, rules, X = grown
    simpler = rules.simplify(X)
    np.testing.assert_array_equal(simpler.predict(X), rules.predict(X))
    assert simpler.n_conditions <= rules.n_conditions


def test_explanations_name_categories(grown):
    """A category is changed to another one, and the prediction with it."""
    _, rules, X = grown
    for row in range(0, 60, 7):
        explanation = rules.explain(X.iloc[row], X)
        assert explanation.rule == rules[rules.apply(X.iloc[[row]])[0]]
        known = {k: v for k, v in explanation.values.items() if v is None or type(v) is str}
        if len(known) == len(explanation.values):
            changed = X.iloc[[row]].astype(object).assign(**known)
            assert rules.predict(changed)[0] == explanation.other.outcome


def test_frames_of_polars():
    """The same rules from a frame of polars, and for its rows."""
    pl = pytest.importorskip("polars")
    X, value = people(1500)
    labels = value > 2.4
    of_pandas = DistilledTreeClassifier(max_leaf_nodes=14, random_state=0).fit(X, labels)
    frame = pl.DataFrame({name: X[name].tolist() for name in X})
    tree = DistilledTreeClassifier(max_leaf_nodes=14, random_state=0).fit(frame, labels)
    rules = extract_rules(tree)
    assert sorted(map(str, rules)) == sorted(map(str, extract_rules(of_pandas)))
    news = with_news(X)
    rows = pl.DataFrame({name: news[name].tolist() for name in news})
    expected = tree.predict(rows)
    np.testing.assert_array_equal(expected, of_pandas.predict(news))
    np.testing.assert_array_equal(rules.predict(rows), expected)
    np.testing.assert_array_equal(tree.to_sklearn().predict(rows), expected)
    lazy = rows.lazy().select(rules.to_polars()).collect()["prediction"].to_numpy()
    np.testing.assert_array_equal(lazy, expected)


def test_merging_of_steps():
    """Each kind of column, by hand."""
    columns = [
        PathColumn("n"),
        PathColumn("g", has_missing=True),
        PathColumn("r", categories=("a", None, "b", "c")),
        PathColumn("i", category=("x",)),
        PathColumn("i", category=("y",)),
        PathColumn("m", unseen_missing=False),
    ]
    left, right = True, False
    steps = [
        Step(2, 0.5, right, True),  # not a
        Step(0, 3.0, left, True),
        Step(2, 2.5, left, True),  # not c
        Step(1, 1.0, right, False),
        Step(3, 0.5, left, True),  # not x
        Step(0, 1.0, right, True),
        Step(4, 0.5, left, False),  # not y
        Step(5, 2.0, left, True),
    ]
    merged = merge_steps(steps, columns)
    assert merged == (
        Categories("r", ("a", "c"), negated=True),
        Interval("n", 1.0, 3.0, unseen_missing=True, dtype="float32"),
        Interval("g", 1.0, missing=False, dtype="float32"),
        Categories("i", ("x", "y"), negated=True),
        Interval("m", high=2.0, dtype="float32"),
    )
    steps[2] = Step(2, 2.5, left, False)
    steps[6] = Step(4, 0.5, right, False)
    merged = merge_steps(steps, columns)
    assert merged[0] == Categories("r", (None, "b"))
    assert merged[3] == Categories("i", ("y",))
    assert str(merged[0]) == "r in {missing, b}"

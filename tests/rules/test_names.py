"""Rule sets read frames by name, and refuse names that they cannot tell apart."""

import re
import sqlite3

import numpy as np
import pytest
from sklearn.datasets import load_iris
from sklearn.tree import DecisionTreeClassifier

from skdistill import (
    DistilledTreeClassifier,
    RuleListClassifier,
    RuleSet,
    extract_rules,
)
from skdistill.rules import Categories, Interval, Rule

pd = pytest.importorskip("pandas")

NAMES = ["sl", "sw", "pl", "pw"]


@pytest.fixture(scope="module")
def iris():
    """A frame, a tree that was fitted on it, and one on the bare array."""
    X, y = load_iris(return_X_y=True)
    frame = pd.DataFrame(X, columns=NAMES)
    named = DecisionTreeClassifier(max_leaf_nodes=5, random_state=0).fit(frame, y)
    bare = DecisionTreeClassifier(max_leaf_nodes=5, random_state=0).fit(X, y)
    return frame, y, named, bare


def frames(X):
    """The same rows as a frame of either library."""
    pl = pytest.importorskip("polars")
    return [X, pl.DataFrame({name: X[name].to_numpy() for name in X.columns})]


def test_names_are_read_wherever_they_stand(iris):
    """In another order, and with other columns beside them."""
    frame, _, tree, _ = iris
    rules, expected = extract_rules(tree), tree.predict(frame)
    assert rules.feature_names == NAMES
    assert not rules.generated_names
    for X in frames(frame):
        np.testing.assert_array_equal(rules.predict(X), expected)
        np.testing.assert_array_equal(rules.predict(X[NAMES[::-1]]), expected)
    more = frame[NAMES[::-1]].assign(other=1.0, x0=2.0)
    np.testing.assert_array_equal(rules.predict(more), expected)
    np.testing.assert_array_equal(rules.predict(frame.to_numpy()), expected)


@pytest.mark.parametrize("names", [list("abcd"), ["sl", "sw", "length", "width"], [0, 1, 2, 3]])
def test_frames_with_other_names_are_refused(iris, names):
    """As the tree refuses them; the message says which columns are missing."""
    frame, _, tree, _ = iris
    rules, renamed = extract_rules(tree), frame.set_axis(names, axis=1)
    read = dict.fromkeys(c.column for rule in rules for c in rule.conditions)
    missing = [name for name in read if name not in names]
    assert missing
    for X in [renamed] if names[0] == 0 else frames(renamed):
        with pytest.raises(ValueError, match=re.escape(f"X has no columns {missing}, which")):
            rules.predict(X)
    with pytest.raises(ValueError, match=r"shape \(150, 3\), but the rules read rows with 4"):
        rules.predict(frame.to_numpy()[:, :3])


def test_generated_names_stand_for_positions(iris):
    """A tree without names reads any frame as wide as its rows by position, and so do its rules."""
    frame, _, _, tree = iris
    rules, expected = extract_rules(tree), tree.predict(frame.to_numpy())
    assert rules.generated_names
    for X in frames(frame):
        np.testing.assert_array_equal(rules.predict(X), expected)
    np.testing.assert_array_equal(rules.predict(frame.set_axis(range(4), axis=1)), expected)
    own = frame.set_axis(["x0", "x1", "x2", "x3"], axis=1)
    np.testing.assert_array_equal(rules.predict(own[["x3", "x1", "x2", "x0"]]), expected)
    with pytest.raises(ValueError, match="X has 3 columns, but the rules were made on 4 columns"):
        rules.predict(frame[NAMES[:3]])
    with pytest.raises(ValueError, match="X has no columns"):  # some of the names, but not all
        rules.predict(own.rename(columns={"x2": "other", "x3": "more"}))
    simpler = rules.simplify(frame)
    assert simpler.generated_names
    assert rules[:2].generated_names
    again = RuleSet.from_json(rules.to_json())
    np.testing.assert_array_equal(again.predict(frame), expected)


def test_names_that_users_give_are_names(iris):
    """They rename the columns of the tree: rows need the new names from then on."""
    frame, _, tree, bare = iris
    for each in (tree, bare):
        rules = extract_rules(each, feature_names=list("abcd"), class_names=["s", "e", "i"])
        assert rules[0].conditions[0].column in ("c", "d")
        assert rules[0].outcome == "s"
        renamed = frame.set_axis(list("abcd"), axis=1)
        codes = np.array([["s", "e", "i"].index(label) for label in rules.predict(renamed)])
        np.testing.assert_array_equal(codes, tree.predict(frame))
        with pytest.raises(ValueError, match="X has no columns"):
            rules.predict(frame)
    numbers = extract_rules(bare, feature_names=[10, 20, 30, 40])
    assert numbers.feature_names == ["10", "20", "30", "40"]
    ten = frame.set_axis([10, 20, 30, 40], axis=1)
    np.testing.assert_array_equal(numbers.predict(ten[[40, 30, 20, 10]]), tree.predict(frame))
    with pytest.raises(ValueError, match="3 names, but the tree was fitted on 4 columns"):
        extract_rules(tree, feature_names=list("abc"))
    with pytest.raises(ValueError, match=r"2 names, but the tree knows the 3 classes \[0, 1, 2\]"):
        extract_rules(tree, class_names=["s", "e"])


def test_repeated_names_are_refused(iris):
    """Of columns and of classes, given by the user or by the frame."""
    frame, y, tree, _ = iris
    with pytest.raises(ValueError, match=r"feature_names has the names \['a'\] more than once"):
        extract_rules(tree, feature_names=["a", "a", "b", "c"])
    with pytest.raises(ValueError, match=r"class_names has the names \['high'\] more than once"):
        extract_rules(tree, class_names=["low", "high", "high"])
    with pytest.raises(ValueError, match=r"feature_names has the names \['a'\] more than once"):
        RuleSet([], ["a", "a"])
    with pytest.raises(ValueError, match=r"columns \['z'\], which are not in feature_names"):
        RuleSet([Rule((Interval("z", 1.0),), 1, 1.0, 1.0, {})], ["a"])
    twice = frame.set_axis(["a", "b", "a", "c"], axis=1)
    plain = DecisionTreeClassifier(max_leaf_nodes=3, random_state=0).fit(frame.to_numpy(), y)
    expected = plain.predict(frame.to_numpy())
    plain.feature_names_in_ = np.array(["a", "b", "a", "c"], dtype=object)  # as older releases do
    with pytest.raises(ValueError, match=r"data frame .* has the names \['a'\] more than once"):
        extract_rules(plain)
    with pytest.raises(ValueError, match=r"column names \['a'\] more than once"):
        RuleListClassifier().fit(twice, y)
    named = extract_rules(plain, feature_names=list("abcd"))
    np.testing.assert_array_equal(named.predict(frame.to_numpy()), expected)


def test_frames_with_a_column_twice(iris):
    """No matter where the rules do not read it; refused where they do."""
    frame, _, tree, _ = iris
    rules = extract_rules(tree)
    read = rules[0].conditions[0].column
    doubled = pd.concat([frame, frame[[read]]], axis=1)
    with pytest.raises(ValueError, match=rf"several columns named \['{read}'\]"):
        rules.predict(doubled)
    beside = pd.concat([frame, frame[["sl"]].set_axis(["z"], axis=1)], axis=1)
    beside = pd.concat([beside, beside[["z"]]], axis=1)
    np.testing.assert_array_equal(rules.predict(beside), tree.predict(frame))
    series = doubled.iloc[0]
    with pytest.raises(ValueError, match="several columns named"):
        rules.explain(series)


def test_explanations_read_by_name(iris):
    """Series, mappings and frames of one row; by position only without names."""
    frame, _, tree, bare = iris
    rules, row = extract_rules(tree), frame.iloc[60]
    expected = str(rules.explain(row.to_numpy()))
    for x in (
        row,
        row[NAMES[::-1]],
        row.to_dict(),
        frame.iloc[[60]],
        frame[NAMES[::-1]].iloc[[60]],
    ):
        assert str(rules.explain(x)) == expected
    wrong = row.set_axis(list("abcd"))
    with pytest.raises(ValueError, match="X has no columns"):
        rules.explain(wrong)
    with pytest.raises(ValueError, match="x has no values for"):
        rules.explain(wrong.to_dict())
    generated = extract_rules(bare)
    explained = generated.explain(row.to_numpy())
    assert str(generated.explain(row)) == str(generated.explain(wrong)) == str(explained)
    with pytest.raises(ValueError, match="X has no columns"):
        rules.explain(row, frame.set_axis(list("abcd"), axis=1))


def test_a_frame_with_numbers_for_names():
    """Of a distilled tree with categories, and of a rule list: read as the student reads it."""
    rng = np.random.default_rng(0)
    X = pd.DataFrame({0: rng.normal(size=300), 1: rng.choice(list("abcd"), 300)})
    y = ((X[0] > 0) & X[1].isin(["a", "b"])).to_numpy()
    tree = DistilledTreeClassifier(max_leaf_nodes=4, random_state=0).fit(X, y)
    rules = extract_rules(tree)
    np.testing.assert_array_equal(rules.predict(X), tree.predict(X))
    student = RuleListClassifier(max_rules=4, n_trees=2, random_state=0).fit(X, y)
    np.testing.assert_array_equal(student.rules_.predict(X), student.predict(X))
    assert (student.predict(X) == y).mean() > 0.95


def test_lists_keep_numbers_beside_texts():
    """numpy alone would turn the number into text, and miss the category."""
    rules = RuleSet(
        [
            Rule((Interval("a", 1.0), Categories("b", (2,))), "in", 0.5, 1.0, {}),
            Rule((), "out", 0.5, 1.0, {}),
        ],
        ["a", "b", "c"],
        ordered=True,
    )
    rows = [[1.5, 2, "x"], [1.5, "2", "x"], [None, 2, "x"]]
    assert rules.predict(rows).tolist() == ["in", "out", "out"]
    masked = np.ma.masked_array([[1.5, 2.0, 0.0], [1.5, 2.0, 0.0]], mask=[[1, 0, 0], [0, 0, 0]])
    assert rules.predict(masked).tolist() == ["out", "in"]


def test_sparse_rows_of_another_width(iris):
    """Refused like arrays."""
    from scipy import sparse

    frame, _, tree, _ = iris
    rules = extract_rules(tree)
    rows = sparse.csr_matrix(frame.to_numpy())
    np.testing.assert_array_equal(rules.predict(rows), tree.predict(frame))
    with pytest.raises(ValueError, match=r"shape \(150, 3\)"):
        rules.predict(rows[:, :3])


@pytest.mark.parametrize("name", ["1", "select", 'a"b', "a.b", "a b", "x0", "größe"])
def test_identifiers_of_sql(iris, name):
    """Every name is quoted as one identifier, and the query predicts like the tree."""
    frame, y, _, _ = iris
    X = frame.rename(columns={"pl": name})
    tree = DecisionTreeClassifier(max_leaf_nodes=4, random_state=0).fit(X[[name, "sw"]], y)
    rules = extract_rules(tree)
    base = sqlite3.connect(":memory:")
    X.to_sql("flowers", base, index=False)
    predicted = [row[-1] for row in base.execute(rules.to_sql("flowers"))]
    np.testing.assert_array_equal(predicted, tree.predict(X[[name, "sw"]]))
    quoted = '"' + name.replace('"', '""') + '"'
    assert re.search(rf"WHEN {re.escape(quoted)} <= ", rules.to_sql())

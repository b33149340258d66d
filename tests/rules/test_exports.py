"""Every export, executed on 10,000 rows, predicts as the tree does, row by row."""

import html
import json
import re
import sqlite3

import numpy as np
import pytest
from sklearn.datasets import load_iris
from sklearn.tree import DecisionTreeClassifier

from skdistill import DistilledTreeRegressor, RuleSet, extract_rules
from skdistill.rules import Categories, Interval, Rule
from tests.rules._runners import RUNNERS, duckdb_base, run_c


@pytest.fixture(scope="module", autouse=True)
def close_databases():
    """Databases end with the tests that use them."""
    yield
    duckdb_base.cache_clear()


EVERY = pytest.mark.parametrize("run", RUNNERS)


@EVERY
def test_exports_predict_as_the_tree(problem, run):
    """To the last bit, also at the thresholds, for missing values and for strange names."""
    assert len(problem.X) == 10_000
    predicted = np.array(run(problem.rules, problem.X))
    np.testing.assert_array_equal(predicted, problem.tree.predict(problem.X))


def test_c_predicts_as_the_tree(problem, tmp_path):
    """Compiled without a warning."""
    predicted = np.array(run_c(problem.rules, problem.X, tmp_path))
    np.testing.assert_array_equal(predicted, problem.tree.predict(problem.X))


@pytest.fixture(scope="module")
def simpler(categories, values):
    """Ordered rule sets with a default, and their rows."""
    return [(each.rules.simplify(each.X), each.X) for each in (categories, values)]


@EVERY
def test_ordered_sets(simpler, run):
    """Order and default go along."""
    for rules, X in simpler:
        np.testing.assert_array_equal(np.array(run(rules, X)), rules.predict(X))


def test_ordered_sets_in_c(simpler, tmp_path):
    """Order and default go along."""
    for place, (rules, X) in enumerate(simpler):
        (folder := tmp_path / str(place)).mkdir()
        np.testing.assert_array_equal(np.array(run_c(rules, X, folder)), rules.predict(X))


@pytest.fixture
def table():
    """Three rows: met, not met, missing."""
    pd = pytest.importorskip("pandas")
    return pd.DataFrame({"x": [0.0, 2.0, np.nan], "b": ["p", "q", None]}, index=[5, 5, 7])


@EVERY
def test_one_rule_that_always_holds(table, run):
    """The prediction of a stump needs no column."""
    rules = RuleSet([Rule((), "same", 1.0, 1.0, {"same": 1.0})], ["x", "b"])
    assert list(run(rules, table)) == ["same"] * 3


@pytest.mark.parametrize("run", RUNNERS[:-1])
@pytest.mark.parametrize("outcome", ["it's", 3, 2.5, True])
def test_nothing_where_no_rule_holds(table, run, outcome):
    """NULL, None or NaN, where ``predict`` would raise."""
    met = (Interval("x", high=1.0), Categories("b", ("p", "q")))
    rules = RuleSet([Rule(met, outcome, 0.5, 1.0, {})], ["x", "b"])
    predicted = run(rules, table)
    assert predicted[0] == outcome
    assert all(each is None or each != each for each in predicted[1:])


def conditions():
    """Every form of condition on the columns of ``table``."""
    for missing in (True, False, None):
        for bounds in ((-np.inf, 1.0), (1.0, np.inf), (-1.0, 1.0), (-np.inf, np.inf)):
            for unseen in (True, False):
                yield Interval("x", *bounds, missing, unseen)
        yield Interval("x", np.inf, np.inf, missing)
    for named in (("p",), ("p", "q"), ("p", None), (None,)):
        yield Categories("b", named)
        yield Categories("b", named, negated=True)


@EVERY
def test_every_form_of_condition(table, run):
    """Each holds in the other language where it holds here."""
    for condition in conditions():
        rules = RuleSet(
            [Rule((condition,), 1, 0.5, 1.0, {}), Rule((), 0, 0.5, 1.0, {})],
            ["x", "b"],
            ordered=True,
        )
        assert list(run(rules, table)) == rules.predict(table).tolist(), repr(condition)


def test_every_form_of_condition_in_c(table, tmp_path):
    """The same, compiled."""
    for k, condition in enumerate(conditions()):
        rules = RuleSet(
            [Rule((condition,), "in", 0.5, 1.0, {}), Rule((), "out", 0.5, 1.0, {})],
            ["x", "b"],
            ordered=True,
        )
        if k % 4 == 0:  # compilers are slow
            (folder := tmp_path / str(k)).mkdir()
            assert run_c(rules, table, folder) == rules.predict(table).tolist(), repr(condition)


def read_condition(text, X):
    """Where a printed condition on a number holds, read as a person would in float32."""
    number = r"-?[\d.]+(?:e[+-]?\d+)?"
    low, column, high = (
        re.fullmatch(rf"(?:({number}) < )?(moment \d)(?: <= ({number}))?", text).groups()
        if ">" not in text
        else (text.split(" > ")[1], text.split(" > ")[0], None)
    )
    value = X[column].to_numpy(np.float32)
    held = np.ones(len(X), dtype=bool)
    if low is not None:
        held &= value > np.float32(low)
    if high is not None:
        held &= value <= np.float32(high)
    return held


def markdown_rows(rules):
    """Rule and outcome of every line."""
    lines = rules.to_markdown().splitlines()[2:]
    return [[cell.strip() for cell in line.strip("|").split(" | ")][:2] for line in lines]


def html_rows(rules):
    """Rule and outcome of every line."""
    body = rules.to_html().split("<tbody>")[1]
    rows = re.findall(r"<tr>(.*)</tr>", body)
    return [
        [html.unescape(cell) for cell in re.findall(r"<td>(.*?)</td>", row)][:2] for row in rows
    ]


def text_rows(rules):
    """Rule and outcome of every line."""
    return [re.match(r"if (.*) then (\S+)", line).groups() for line in str(rules).splitlines()]


@pytest.mark.parametrize("read", [markdown_rows, html_rows, text_rows])
def test_tables_and_text_are_the_same(values, read):
    """Somebody who reads the printed numbers in single precision predicts as the tree does."""
    which = np.full(len(values.X), -1)
    rows = read(values.rules)
    for k, (premise, outcome) in enumerate(rows):
        held = np.ones(len(values.X), dtype=bool)
        for condition in premise.split(" and "):
            held &= read_condition(condition, values.X)
        which[held] = k
        assert outcome == f"{values.rules[k].outcome:.6g}"
    np.testing.assert_array_equal(which, values.rules.apply(values.X))


def test_tables_escape_what_they_must():
    """Names stay what they are, whatever they hold."""
    name = "a|b <script> *x* _y_ & [z] `q` \\ \n end"
    rules = RuleSet([Rule((Interval(name, high=1.0),), "<b>&amp;", 1.0, None, {})], [name])
    lines = rules.to_markdown().splitlines()
    assert lines[0] == "| rule | outcome | coverage |"
    assert lines[2] == (
        "| a\\|b &lt;script> \\*x\\* \\_y\\_ & \\[z\\] \\`q\\` \\\\ end <= 1 "
        "| &lt;b>&amp;amp; | 1.00 |"
    )
    text = rules.to_html()
    assert "<script>" not in text
    assert "&lt;b&gt;&amp;amp;" in text
    assert rules._repr_html_() == text


HOSTILE = ['x"; DROP TABLE rows; --', "y'); --", "z\n\\", "w */ int", '"""', "class", "1st", ""]


def test_hostile_names_and_categories(tmp_path):
    """Quotes, comments, line ends and words of the languages do no harm."""
    pd = pytest.importorskip("pandas")
    X = pd.DataFrame(dict.fromkeys([*HOSTILE[:-1], "Class", "CLASS "], HOSTILE))
    conditions = tuple(Categories(name, (HOSTILE[0], HOSTILE[4], HOSTILE[2])) for name in X.columns)
    rules = RuleSet(
        [Rule(conditions, HOSTILE[0], 0.5, 1.0, {}), Rule((), HOSTILE[2], 0.5, 1.0, {})],
        list(X.columns),
        ordered=True,
    )
    for run in RUNNERS:
        if run.__name__ != "run_sqlite":  # duplicates but for capitals are not its own
            assert list(run(rules, X)) == rules.predict(X).tolist(), run.__name__
    assert run_c(rules, X, tmp_path) == rules.predict(X).tolist()


def test_quotes_of_databases():
    """sqlite takes all three kinds of names; backslashes escape beside backticks."""
    rules = RuleSet(
        [Rule((Categories("a]`b", ("it's",)),), "y\\", 0.5, 1.0, {}), Rule((), "n", 0.5, 1.0, {})],
        ["a]`b"],
        ordered=True,
    )
    base = sqlite3.connect(":memory:")
    base.execute('CREATE TABLE rows ("a]`b")')
    base.executemany("INSERT INTO rows VALUES (?)", [("it's",), ("no",)])
    query = rules.to_sql("main.rows", name="student")
    assert base.execute(query).fetchall() == [("it's", "y\\"), ("no", "n")]
    assert 'AS "student"\nFROM "main"."rows"' in query
    backticks, brackets = rules.to_sql(quote="`"), rules.to_sql(quote="[")
    assert "`a]``b` = 'it\\'s' THEN 'y\\\\'" in backticks
    assert "[a]]`b] = 'it''s' THEN 'y\\'" in brackets
    with pytest.raises(ValueError, match="quote must be one of"):
        rules.to_sql(quote="'")


def test_json_is_the_same_again(problem):
    """Equal rules, and strict JSON."""
    text = problem.rules.to_json(indent=1)
    assert RuleSet.from_json(text) == problem.rules
    ordered = problem.rules[:3].simplify(problem.X[problem.rules.apply(problem.X) < 3])
    assert RuleSet.from_json(ordered.to_json()) == ordered

    def refuse(constant):
        raise AssertionError(constant)

    document = json.loads(text, parse_constant=refuse)
    assert set(document["rules"][0]) == {
        "if",
        "then",
        "coverage",
        "support",
        "fidelity",
        "distribution",
    }
    for condition in document["rules"][0]["if"]:
        assert set(condition) <= {
            "column",
            "above",
            "at_most",
            "missing",
            "unseen_missing",
            "dtype",
            "in",
            "not_in",
        }


def test_json_that_holds_no_rules():
    """Other documents, later versions and lacking parts are told apart."""
    with pytest.raises(ValueError, match="holds no rule set"):
        RuleSet.from_json('{"rules": []}')
    with pytest.raises(ValueError, match="version 2, but version 1 is read"):
        RuleSet.from_json('{"format": "skdistill.RuleSet", "version": 2}')
    with pytest.raises(ValueError, match="lacks a part that it must have: 'rules'"):
        RuleSet.from_json('{"format": "skdistill.RuleSet", "version": 1, "classes": null}')
    with pytest.raises(ValueError, match="Expecting value"):
        RuleSet.from_json("rules")


def test_several_outputs():
    """Python and JSON carry tuples; the others say that they cannot."""
    pytest.importorskip("polars")
    pd = pytest.importorskip("pandas")
    X, _ = load_iris(return_X_y=True)
    tree = DistilledTreeRegressor(max_leaf_nodes=6, random_state=0).fit(X, X[:, :2] / 3)
    rules = extract_rules(tree)
    space = {}
    exec(rules.to_python(), space)
    rows = pd.DataFrame(X, columns=rules.feature_names).to_dict(orient="records")
    np.testing.assert_array_equal([space["predict"](row) for row in rows], tree.predict(X))
    assert RuleSet.from_json(rules.to_json()) == rules
    for write in (rules.to_sql, rules.to_c, rules.to_pandas, rules.to_polars):
        with pytest.raises(TypeError, match="one outcome a row, but these rules have several"):
            write()


def test_categories_that_cannot_be_written():
    """Times as categories, and categories of two kinds in C."""
    pd = pytest.importorskip("pandas")
    time = RuleSet([Rule((Categories("t", (pd.Timestamp("2020"),)),), 1, 1.0, 1.0, {})], ["t"])
    for write in (time.to_sql, time.to_c, time.to_pandas, time.to_python, time.to_json):
        with pytest.raises(TypeError, match=r"of type Timestamp\. Turn it into text"):
            write()
    both = RuleSet([Rule((Categories("t", (1, "one")),), 1, 1.0, 1.0, {})], ["t"])
    with pytest.raises(TypeError, match="categories of one kind"):
        both.to_c()


@pytest.mark.parametrize("name", ["", "1st", "class", "a b", "df"])
def test_names_of_functions(name):
    """They must be names in the language, and not those that the export uses."""
    X, y = load_iris(return_X_y=True)
    rules = extract_rules(DecisionTreeClassifier(max_leaf_nodes=2).fit(X, y))
    for write in (rules.to_python, rules.to_c, rules.to_pandas):
        with pytest.raises(ValueError, match="name must be an identifier"):
            write(name)

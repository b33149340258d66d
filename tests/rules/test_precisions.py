"""Every export predicts as ``predict`` does, for thresholds of single and of double precision."""

import numpy as np
import pytest

from skdistill import RuleSet
from skdistill.rules import Interval, Rule
from tests.rules._runners import RUNNERS, duckdb_base, run_c
from tests.rules.conftest import edge_values

pd = pytest.importorskip("pandas")


@pytest.fixture(scope="module", autouse=True)
def close_databases():
    """Databases end with the tests that use them."""
    yield
    duckdb_base.cache_clear()


def thresholds():
    """Short and long decimals, neighbours of float32 values, and some that SQLite once misread."""
    rng = np.random.default_rng(0)
    single = rng.normal(size=6).astype(np.float32).astype(float)
    known = [0.0, 1.0, 0.1, 0.1 + 0.2, 0.890847, 0.0942898, 2.449999988079071, 1e-7, -12345.678]
    return np.unique([*known, *rng.normal(size=6), *single, *(single * 1e6)])


def cells(dtype):
    """A list with one rule for each interval between thresholds, and rows around all of them."""
    cuts = thresholds()
    bounds = zip([-np.inf, *cuts], [*cuts, np.inf], strict=True)
    rules = [
        Rule((Interval("x", low, high, dtype=dtype),), k, 0.1, 1.0, {})
        for k, (low, high) in enumerate(bounds)
    ]
    rules.append(Rule((), len(rules), 0.1, 1.0, {}))
    rows = np.concatenate([edge_values(cuts), np.nextafter(cuts, np.inf), [np.nan, 0.5]])
    return RuleSet(rules, ["x"], ordered=True), pd.DataFrame({"x": rows})


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_predictions_compare_in_the_precision(dtype):
    """Against numpy itself: which cell each rounded value falls into."""
    rules, X = cells(dtype)
    value = X["x"].to_numpy().astype(dtype).astype(float)
    expected = np.searchsorted(thresholds(), value, side="left")
    expected[np.isnan(value)] = len(rules) - 1
    np.testing.assert_array_equal(rules.predict(X), expected)


@pytest.mark.parametrize("run", RUNNERS)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_exports_agree_at_every_threshold(dtype, run):
    """At the thresholds, their neighbours among doubles, and between float32 values."""
    rules, X = cells(dtype)
    np.testing.assert_array_equal(np.array(run(rules, X)), rules.predict(X))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_c_agrees_at_every_threshold(dtype, tmp_path):
    """The same, compiled."""
    rules, X = cells(dtype)
    np.testing.assert_array_equal(np.array(run_c(rules, X, tmp_path)), rules.predict(X))


@pytest.mark.parametrize("run", RUNNERS)
def test_both_precisions_on_one_column(run):
    """A column may be compared in both: each condition keeps its own."""
    rules = RuleSet(
        [
            Rule((Interval("x", high=0.5, dtype="float32"),), "single", 0.3, 1.0, {}),
            Rule((Interval("x", high=0.5 + 1e-7),), "double", 0.3, 1.0, {}),
            Rule((), "above", 0.3, 1.0, {}),
        ],
        ["x"],
        ordered=True,
    )
    X = pd.DataFrame({"x": [0.5, 0.5 + 1e-9, 0.5 + 9e-8, 0.5 + 1e-7, 0.5 + 2e-7]})
    expected = ["single", "single", "double", "double", "above"]
    assert rules.predict(X).tolist() == expected
    assert list(run(rules, X)) == expected


def test_columns_of_single_precision():
    """A float32 column is compared as the doubles that its values are."""
    pl = pytest.importorskip("polars")
    for dtype in ("float32", "float64"):
        rules, X = cells(dtype)
        single = X.astype(np.float32)
        expected = rules.predict(single)
        np.testing.assert_array_equal(rules.predict(single.astype(float)), expected)
        space = {}
        exec(rules.to_pandas(), space)
        np.testing.assert_array_equal(space["predict"](single), expected)
        frame = pl.DataFrame({"x": pl.Series(single["x"].to_numpy())})
        np.testing.assert_array_equal(frame.select(rules.to_polars())["prediction"], expected)


def test_hand_made_bounds_are_what_they_say():
    """A double bound is written as it is, and JSON keeps the precision."""
    rules = RuleSet([Rule((Interval("a", low=1.0),), 1, 1.0, 1.0, {})], ["a"])
    assert '"a" > 1.0e0 ' in rules.to_sql()
    assert "> 1.0:" in rules.to_python()
    again = RuleSet.from_json(rules.to_json())
    assert again[0].conditions[0].dtype == "float64"
    single = RuleSet([Rule((Interval("a", 1.0, dtype="float32"),), 1, 1.0, 1.0, {})], ["a"])
    assert RuleSet.from_json(single.to_json()) == single != rules
    assert '"a" > 1.0000000596046448e0 ' in single.to_sql()
    without = rules.to_json().replace(', "dtype": "float64"', "")
    with pytest.raises(ValueError, match="lacks a part that it must have: 'dtype'"):
        RuleSet.from_json(without)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_rounded_and_joined_rules_keep_the_precision(dtype):
    """Simplification works within a precision, and never joins two of them."""
    low = Rule((Interval("x", high=0.123456789, dtype=dtype),), "a", 0.5, 1.0, {})
    high = Rule((Interval("x", low=0.123456789, dtype=dtype),), "b", 0.5, 1.0, {})
    rows = np.array([[0.12345], [0.1234567], [0.1234569], [0.13]])
    rules = RuleSet([low, high], ["x"])
    simpler = rules.simplify(rows)
    assert simpler[0].conditions[0].dtype == dtype
    np.testing.assert_array_equal(simpler.predict(rows), rules.predict(rows))
    other = "float64" if dtype == "float32" else "float32"
    split = [
        Rule((Interval("x", high=0.5, dtype=dtype),), "a", 0.5, 1.0, {}),
        Rule((Interval("x", low=0.5, dtype=other),), "a", 0.5, 1.0, {}),
        Rule((), "b", 0.0, 1.0, {}),
    ]
    mixed = RuleSet(split, ["x"], ordered=True)
    near = np.array([[0.5 - 1e-9], [0.5 + 1e-9], [0.5 - 1e-3], [0.5 + 1e-3]])
    np.testing.assert_array_equal(mixed.simplify(near).predict(near), mixed.predict(near))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_explained_changes_cross_the_threshold(dtype):
    """The values named are the nearest ones on the other side, in the precision."""
    rules, _ = cells(dtype)
    for x in (0.05, 0.1, 3.0, -20000.0):
        explained = rules.explain([x])
        assert rules.predict([[explained.values["x"]]])[0] == explained.other.outcome
        assert explained.other.outcome != explained.rule.outcome

"""Columns of levels as ranks in the order of a number, or as indicators."""

import pickle
from itertools import combinations

import numpy as np
import pytest
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from skdistill._encoding import (
    EncodedColumn,
    encode,
    fit_encoder,
    ordering_values,
    to_transformer,
)
from skdistill._labels import ClassLabels, Values

pd = pytest.importorskip("pandas")


def column_of_levels(seed, k, n=120, gaps=False):
    """A frame with one column of k levels, and how likely a label is on each."""
    rng = np.random.default_rng(seed)
    words = np.array([f"l{j}" for j in range(k)], dtype=object)
    if gaps:
        words[rng.integers(k)] = None
    codes = rng.integers(k, size=n)
    return pd.DataFrame({"c": words[codes]}), rng.random(k)[codes], rng


def best_grouping(levels, y, weight, loss):
    """The smallest loss over all ways to part the levels in two, by brute force."""
    names = list(dict.fromkeys(levels))
    found = []
    for size in range(1, len(names) // 2 + 1):
        for chosen in combinations(names, size):
            left = np.isin(np.array(levels, dtype=str), np.array(chosen, dtype=str))
            found.append(loss(y[left], weight[left]) + loss(y[~left], weight[~left]))
    return min(found)


def squared_error(y, weight):
    """Of the mean; of labels 0 and 1 it is half their Gini impurity times the weight."""
    mean = np.average(y, weights=weight)
    return (weight * (y - mean) ** 2).sum()


@pytest.mark.parametrize("gaps", [False, True])
@pytest.mark.parametrize("k", range(2, 8))
def test_one_split_of_the_ranks_is_the_best_grouping(k, gaps):
    """Fisher and Breiman: no grouping of levels, of gaps too, has less impurity."""
    for seed in range(4):
        X, p, rng = column_of_levels(seed, k, gaps=gaps)
        weight = rng.integers(1, 4, size=len(X)).astype(float)
        labels = (rng.random(len(X)) < p).astype(int)
        for y, stump in (
            (labels, DecisionTreeClassifier(max_depth=1)),
            (p + rng.normal(size=len(X)), DecisionTreeRegressor(max_depth=1)),
        ):
            rows = encode(fit_encoder(X, y.astype(float), weight), X)
            tree = stump.fit(rows, y, weight).tree_
            loss = tree.impurity[1:] @ tree.weighted_n_node_samples[1:]
            loss /= 2 if y is labels else 1
            best = best_grouping(X["c"].tolist(), y, weight, squared_error)
            np.testing.assert_allclose(loss, best, rtol=1e-9)


def test_order_is_that_of_the_means():
    """Weighted means, ties in the order of the names, gaps in their own place."""
    X = pd.DataFrame({"a": ["x", "y", "z", None, "w", "x"], "n": np.arange(6.0)})
    values = np.array([3.0, 1.0, 1.0, 2.0, 9.0, 6.0])
    encoder = fit_encoder(X, values)
    assert encoder.category_order == {"a": ["y", "z", None, "x", "w"]}
    weighted = fit_encoder(X, values, np.array([1.0, 1, 1, 1, 1, 1e6]))
    assert weighted.category_order["a"] == ["y", "z", None, "x", "w"]
    heavier = fit_encoder(X.assign(a=["x", "y", "x", None, "w", "y"]), values, np.arange(6.0) + 1)
    assert heavier.category_order["a"] == ["x", None, "y", "w"]  # 1.5, 2, 4.75, 9
    np.testing.assert_array_equal(
        encode(encoder, X), np.column_stack([X["n"], [3, 0, 1, 2, 4, 3]]).astype(np.float32)
    )
    assert encoder.labels.tolist() == ["n", "a"]
    assert encoder.columns == [
        EncodedColumn("n"),
        EncodedColumn("a", levels=("y", "z", None, "x", "w")),
    ]


def test_weights_are_repeats_and_rows_have_no_order():
    """Also where means of different levels are equal but for rounding."""
    rng = np.random.default_rng(0)
    X = pd.DataFrame({"a": rng.choice(list("pqrst"), 200), "b": rng.choice(list("xyz"), 200)})
    values = rng.choice([0.1, 0.2, 0.7], 200)
    weight = rng.integers(0, 4, 200)
    order = fit_encoder(X, values, weight.astype(float)).category_order
    again = np.repeat(np.arange(200), weight)
    shuffled = rng.permutation(again)
    for rows in (again, shuffled):
        assert fit_encoder(X.iloc[rows], values[rows]).category_order == order
    equal = np.tile([0.1, 0.2, 0.3, 0.7], 50)
    same = pd.DataFrame({"a": np.repeat(list("edcba"), 40)})
    assert fit_encoder(same, equal).category_order == {"a": list("abcde")}


def test_what_fit_did_not_see_has_no_rank():
    """Other levels, and gaps in a column without any, become NaN."""
    X = pd.DataFrame({"a": ["x", "y", "x", "y"], "b": ["p", None, "q", "r"]})
    encoder = fit_encoder(X, np.array([0.0, 1.0, 2.0, 3.0]))
    new = pd.DataFrame({"a": ["new", None, "x", "y"], "b": ["new", np.nan, "p", None]})
    nan = np.nan
    np.testing.assert_array_equal(encode(encoder, new), [[nan, nan], [nan, 1], [0, 0], [1, 1]])


GAPS = [None, np.nan, pd.NA]


@pytest.mark.parametrize("gap", GAPS)
def test_every_kind_of_gap_is_one_level(gap):
    """None, NaN and pandas.NA, whichever fit saw; as a rank and as an indicator."""
    words = pd.Series(["x", gap, "y", "z", gap, "y"], dtype=object)
    X = pd.DataFrame({"a": words}).convert_dtypes()
    encoder = fit_encoder(X, np.array([1.0, 2, 3, 4, 2, 3]))
    assert encoder.category_order == {"a": ["x", None, "y", "z"]}
    indicators = fit_encoder(X)
    for other in GAPS:
        new = pd.DataFrame({"a": pd.Series(["y", other, "x"], dtype=object)})
        new = new.convert_dtypes() if other is pd.NA else new
        np.testing.assert_array_equal(encode(encoder, new)[:, 0], [2, 1, 0])
        asked = list(indicators.labels).index("a=missing")
        np.testing.assert_array_equal(encode(indicators, new)[:, asked], [0, 1, 0])


@pytest.mark.parametrize(
    "levels", [[3, 1, 2, 0], [True, False], [1.5, -2.0, 0.5, 7.0], ["missing", None, "m", "n"]]
)
def test_levels_of_every_kind(levels):
    """Numbers in any order, flags, and a word that might stand for a gap."""
    values = np.array([2.0, 0.0, 1.0, 3.0][: len(levels)])
    X = pd.DataFrame({"a": pd.Categorical(levels), "b": list("uvwx")[: len(levels)]})
    encoder = fit_encoder(X, values)
    expected = [levels[place] for place in np.argsort(values)]
    order = encoder.category_order
    assert order["a"] == expected
    assert list(map(type, order["a"])) == list(map(type, expected))
    assert order["b"] == ["uvwx"[place] for place in np.argsort(values)]
    place = [expected.index(level) for level in levels]
    names = encoder.labels.tolist()
    np.testing.assert_array_equal(encode(encoder, X)[:, names.index("a")], place)


def test_three_levels_are_indicators():
    """Each grouping is one level against the others, so every node may take the best."""
    X = pd.DataFrame({"a": list("xyzx"), "b": ["p", None, "q", "p"], "c": list("uvwx")})
    encoder = fit_encoder(X, np.arange(4.0))
    assert set(encoder.category_order) == {"c"}
    assert sorted(encoder.labels) == [
        "a=x", "a=y", "a=z", "b=missing", "b=p", "b=q", "c",
    ]  # fmt: skip


def test_frames_of_polars():
    """Categories, text and enumerations, with nulls."""
    pl = pytest.importorskip("polars")
    words = ["q", None, "p", "r", "q", None]
    values = np.array([3.0, 1.0, 2.0, 0.0, 3.0, 1.0])
    for kind in (pl.String, pl.Categorical, pl.Enum(["p", "q", "r", "s"])):
        X = pl.DataFrame({"n": values, "a": pl.Series(words, dtype=kind)})
        encoder = fit_encoder(X, values)
        assert encoder.category_order == {"a": ["r", None, "p", "q"]}
        np.testing.assert_array_equal(encode(encoder, X)[:, 1], [3, 1, 2, 0, 3, 1])
        new = pl.DataFrame({"n": [0.0, 0.0], "a": pl.Series(["s", None], dtype=kind)})
        np.testing.assert_array_equal(encode(encoder, new)[:, 1], [np.nan, 1])


def test_pickles_need_scikit_learn_alone():
    """Whoever loads the encoder need not have this package."""
    X = pd.DataFrame({"a": ["x", None, "y", "z"], "b": list("pqpq"), "c": list("uvwu")})
    X = X.assign(d=pd.Categorical([2, 1, 2, 1]), e=["g", None, "h", "g"])
    encoder = fit_encoder(X, np.array([1.0, 0.0, 2.0, 3.0]))
    stored = pickle.dumps(encoder)
    assert b"skdistill" not in stored
    again = pickle.loads(stored)
    np.testing.assert_array_equal(encode(again, X), encode(encoder, X))
    assert again.columns == encoder.columns


def test_indicators_where_there_is_no_order():
    """One column a level, with gaps as a level; others are none of them."""
    X = pd.DataFrame({"a": ["x", "y", None, "x"], "n": np.arange(4.0)})
    encoder = fit_encoder(X)
    assert encoder.labels.tolist() == ["n", "a=x", "a=y", "a=missing"]
    by_hand = np.column_stack([X["n"], X["a"] == "x", X["a"] == "y", X["a"].isna()])
    np.testing.assert_array_equal(encode(encoder, X), by_hand.astype(np.float32))
    np.testing.assert_array_equal(encode(encoder, X.assign(a="z"))[:, 1:], 0)
    assert encoder.category_order == {}
    assert [column.level for column in encoder.columns][1:3] == [("x",), ("y",)]


def test_constraints_are_for_numbers():
    """Each column of the tree has one; levels none."""
    X = pd.DataFrame({"a": ["x", "y", None], "n": np.arange(3.0), "b": list("pqp")})
    for values in (None, np.arange(3.0)):
        encoder = fit_encoder(X, values)
        n_columns = encode(encoder, X).shape[1]
        constraints = encoder.constraints([0, 1, 0])
        assert constraints.tolist() == [1] + [0] * (n_columns - 1)
        with pytest.raises(ValueError, match=r"must be 0 for the columns \['a', 'b'\]"):
            encoder.constraints([1, 0, -1])


def test_what_levels_are_ordered_by():
    """The second of two classes, or a single value; nothing else is one number."""
    codes, shares = np.array([0, 1, 1]), np.array([[0.9, 0.1], [0.4, 0.6], [0.2, 0.8]])
    two, three = np.array(["a", "b"]), np.array(["a", "b", "c"])
    assert ordering_values(ClassLabels(two, codes)).tolist() == [0.0, 1.0, 1.0]
    assert ordering_values(ClassLabels(two, codes, shares)).tolist() == [0.1, 0.6, 0.8]
    assert ordering_values(ClassLabels(three, codes)) is None
    assert ordering_values(Values(shares[:, 0])).tolist() == [0.9, 0.4, 0.2]
    assert ordering_values(Values(shares[:, :1])).tolist() == [0.9, 0.4, 0.2]
    assert ordering_values(Values(shares)) is None

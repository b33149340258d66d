"""Categorical columns as ranks in the order of a number, or as indicators; at X's positions."""

import pickle
import warnings
from decimal import Decimal
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
from skdistill.exceptions import DistillationWarning

pd = pytest.importorskip("pandas")


def categorical_column(seed, k, n=120, missing=False):
    """A frame with one column of k categories, and how likely a label is on each."""
    rng = np.random.default_rng(seed)
    words = np.array([f"l{j}" for j in range(k)], dtype=object)
    if missing:
        words[rng.integers(k)] = None
    codes = rng.integers(k, size=n)
    return pd.DataFrame({"c": words[codes]}), rng.random(k)[codes], rng


def best_grouping(categories, y, weight, loss):
    """The smallest loss over all ways to split the categories into two groups, by brute force."""
    names = list(dict.fromkeys(categories))
    found = []
    for size in range(1, len(names) // 2 + 1):
        for chosen in combinations(names, size):
            left = np.isin(np.array(categories, dtype=str), np.array(chosen, dtype=str))
            found.append(loss(y[left], weight[left]) + loss(y[~left], weight[~left]))
    return min(found)


def squared_error(y, weight):
    """Of the mean; of labels 0 and 1 it is half their Gini impurity times the weight."""
    mean = np.average(y, weights=weight)
    return (weight * (y - mean) ** 2).sum()


@pytest.mark.parametrize("missing", [False, True])
@pytest.mark.parametrize("k", range(2, 8))
def test_one_split_of_the_ranks_is_the_best_grouping(k, missing):
    """Fisher and Breiman: no grouping of categories, missing values too, has less impurity."""
    for seed in range(4):
        X, p, rng = categorical_column(seed, k, missing=missing)
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
    """Weighted means, ties in the order of the names, missing values in their own place."""
    X = pd.DataFrame({"a": ["x", "y", "z", None, "w", "x"], "n": np.arange(6.0)})
    values = np.array([3.0, 1.0, 1.0, 2.0, 9.0, 6.0])
    encoder = fit_encoder(X, values)
    assert encoder.category_order == {"a": ["y", "z", None, "x", "w"]}
    weighted = fit_encoder(X, values, np.array([1.0, 1, 1, 1, 1, 1e6]))
    assert weighted.category_order["a"] == ["y", "z", None, "x", "w"]
    heavier = fit_encoder(X.assign(a=["x", "y", "x", None, "w", "y"]), values, np.arange(6.0) + 1)
    assert heavier.category_order["a"] == ["x", None, "y", "w"]  # 1.5, 2, 4.75, 9
    np.testing.assert_array_equal(
        encode(encoder, X), np.column_stack([[3, 0, 1, 2, 4, 3], X["n"]]).astype(np.float32)
    )
    assert encoder.labels.tolist() == ["a", "n"]
    assert encoder.columns == [
        EncodedColumn("a", 0, categories=("y", "z", None, "x", "w")),
        EncodedColumn("n", 1),
    ]


def test_weights_are_repeats_and_rows_have_no_order():
    """Also where means of different categories are equal but for rounding."""
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
    """Other categories, and missing values in a column without any, become NaN."""
    X = pd.DataFrame({"a": ["x", "y", "x", "y"], "b": ["p", None, "q", "r"]})
    encoder = fit_encoder(X, np.array([0.0, 1.0, 2.0, 3.0]))
    new = pd.DataFrame({"a": ["new", None, "x", "y"], "b": ["new", np.nan, "p", None]})
    nan = np.nan
    np.testing.assert_array_equal(encode(encoder, new), [[nan, nan], [nan, 1], [0, 0], [1, 1]])


MISSING = [None, np.nan, pd.NA]


@pytest.mark.parametrize("missing", MISSING)
def test_every_kind_of_missing_value_is_one_category(missing):
    """None, NaN and pandas.NA, whichever fit saw; as a rank and as an indicator."""
    words = pd.Series(["x", missing, "y", "z", missing, "y"], dtype=object)
    X = pd.DataFrame({"a": words}).convert_dtypes()
    encoder = fit_encoder(X, np.array([1.0, 2, 3, 4, 2, 3]))
    assert encoder.category_order == {"a": ["x", None, "y", "z"]}
    indicators = fit_encoder(X)
    for other in MISSING:
        new = pd.DataFrame({"a": pd.Series(["y", other, "x"], dtype=object)})
        new = new.convert_dtypes() if other is pd.NA else new
        np.testing.assert_array_equal(encode(encoder, new)[:, 0], [2, 1, 0])
        column = list(indicators.labels).index("a=missing")
        np.testing.assert_array_equal(encode(indicators, new)[:, column], [0, 1, 0])


@pytest.mark.parametrize(
    "categories", [[3, 1, 2, 0], [True, False], [1.5, -2.0, 0.5, 7.0], ["missing", None, "m", "n"]]
)
def test_categories_of_every_kind(categories):
    """Numbers in any order, flags, and a word that might stand for a missing value."""
    values = np.array([2.0, 0.0, 1.0, 3.0][: len(categories)])
    X = pd.DataFrame({"a": pd.Categorical(categories), "b": list("uvwx")[: len(categories)]})
    encoder = fit_encoder(X, values)
    expected = [categories[place] for place in np.argsort(values)]
    order = encoder.category_order
    assert order["a"] == expected
    assert list(map(type, order["a"])) == list(map(type, expected))
    assert order["b"] == ["uvwx"[place] for place in np.argsort(values)]
    place = [expected.index(category) for category in categories]
    names = encoder.labels.tolist()
    np.testing.assert_array_equal(encode(encoder, X)[:, names.index("a")], place)


def test_three_categories_are_indicators():
    """Each grouping is one category against the others, so every node may take the best."""
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


def test_indicators_where_there_is_no_order():
    """The first indicator stands at the column's position, the others after all columns."""
    X = pd.DataFrame({"a": ["x", "y", None, "x"], "n": np.arange(4.0), "b": list("qpqp")})
    encoder = fit_encoder(X)
    assert encoder.labels.tolist() == ["a=x", "n", "b=p", "a=y", "a=missing", "b=q"]
    assert encoder.places.tolist() == [0, 1, 2, 0, 0, 2]
    by_hand = [X["a"] == "x", X["n"], X["b"] == "p", X["a"] == "y", X["a"].isna(), X["b"] == "q"]
    np.testing.assert_array_equal(encode(encoder, X), np.column_stack(by_hand).astype(np.float32))
    assert not encode(encoder, X.assign(a="z"))[:, [0, 3, 4]].any()
    assert encoder.category_order == {}
    assert [c.category for c in encoder.columns if c.place == 0] == [("x",), ("y",), (None,)]


def everything(n, rng, *, missing, unseen=False):
    """A frame with categorical columns and numbers of every dtype."""
    words = np.array(["x", "y", "z", "w"] + ["new"] * unseen, dtype=object)

    def holes(values, nothing):
        values = np.array(values, dtype=object)
        if missing:
            values[rng.random(n) < 0.2] = nothing
        return values

    def drawn():
        return words[rng.integers(len(words), size=n)]

    return pd.DataFrame(
        {
            "number": rng.normal(size=n),
            "object": holes(drawn(), None),
            "whole": rng.integers(5, size=n),
            "nan": holes(drawn(), np.nan),
            "NA": holes(drawn(), pd.NA),
            "category": pd.Categorical(holes(drawn(), None)),
            "string": pd.array(holes(drawn(), pd.NA), dtype="string[python]"),
            "three": holes(drawn() if unseen else rng.choice(list("ab"), n), None),
            "coded": pd.Categorical(rng.choice([3, 1, 2, 9], n)),
            "flags": pd.Categorical(rng.choice([True, False], n)),
            "Int64": pd.array(holes(rng.integers(5, size=n), pd.NA), dtype="Int64"),
            "bool": rng.random(n) > 0.5,
            "boolean": pd.array(holes(rng.random(n) > 0.5, pd.NA), dtype="boolean"),
            "nested": pd.Series(pd.array(holes(drawn(), pd.NA), dtype="string")).astype("category"),
        }
    )


@pytest.mark.parametrize("missing", [False, True])
@pytest.mark.parametrize("ordered", [False, True])
def test_scikit_learn_encodes_the_same(ordered, missing):
    """The exported transformer gives the same numbers, whatever is missing or unseen."""
    rng = np.random.default_rng(0)
    X = everything(60, rng, missing=missing)
    encoder = fit_encoder(X, rng.normal(size=60) if ordered else None)
    transformer = pickle.loads(pickle.dumps(to_transformer(encoder)))
    assert b"skdistill" not in pickle.dumps(transformer)
    for new in (X, *(everything(40, rng, missing=holes, unseen=True) for holes in (True, False))):
        expected = np.asarray(transformer.transform(new)).astype(np.float32)
        np.testing.assert_array_equal(encode(encoder, new), expected)


def test_names_that_are_no_text_or_repeated():
    """Columns are known by their position."""
    X = pd.DataFrame([[1.0, "x", 2.0], [2.0, "y", 1.0], [3.0, "x", 0.0], [0.0, "z", 5.0]])
    for names in ([0, 1, 2], [("a", 1), ("a", 2), ("b", 1)], ["a", "a", "b"], [7, 7, 7]):
        frame = X.set_axis(names, axis=1)
        encoder = fit_encoder(frame)
        rows = encode(encoder, frame)
        np.testing.assert_array_equal(rows[:, [0, 2]], X[[0, 2]].to_numpy(float))
        np.testing.assert_array_equal(rows[:, 1], X[1] == "x")
        if frame.columns.is_unique:  # scikit-learn refuses others
            np.testing.assert_array_equal(to_transformer(encoder).transform(frame), rows)


def test_categories_of_several_types():
    """Scikit-learn's encoders refuse them, and the error says what to do."""
    X = pd.DataFrame({"a": np.array(["x", 1, "y", 2.5], dtype=object)})
    encoder = fit_encoder(X, np.arange(4.0))
    np.testing.assert_array_equal(encode(encoder, X)[:, 0], np.arange(4))
    with pytest.raises(TypeError, match=r"'a' has categories of several types \(float, int, str"):
        to_transformer(encoder)


def test_rows_of_another_kind_are_refused():
    """Arrays in place of frames; text or times where fit saw numbers; infinity."""
    X = pd.DataFrame({"a": ["x", "y"], "n": [1.0, 2.0]})
    encoder = fit_encoder(X, np.arange(2.0))
    with pytest.raises(TypeError, match=r"must be a data frame with the columns .*'a', 'n'"):
        encode(encoder, X.to_numpy())
    for odd in (["p", "q"], pd.to_datetime(["2020-01-01", "2021-01-01"])):
        with pytest.raises(ValueError, match=r"Column 'n' of X .* in fit, but it holds"):
            encode(encoder, X.assign(n=odd))
    for large in (np.inf, -np.inf, 1e39):
        with pytest.raises(ValueError, match=r"infinity or a value too large .* in column 'n'"):
            encode(encoder, X.assign(n=[0.0, large]))


def test_identifiers_are_told_of():
    """A column with nearly as many categories as real rows, by its name."""
    n = 40
    X = pd.DataFrame({"id": [f"u{k}" for k in range(n)], "town": list("pqrs") * 10})
    with pytest.warns(DistillationWarning, match=r"own in 'id' \(40 categories in 40 rows\)"):
        fit_encoder(X)
    drawn = pd.concat([X] + [X.sample(n, random_state=k, replace=True) for k in range(20)])
    with pytest.warns(DistillationWarning, match="'id'"):
        fit_encoder(drawn, n_real=n)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        fit_encoder(X[["town"]])
        fit_encoder(X.iloc[:20])  # too few rows to tell
        fit_encoder(X.assign(id=np.arange(n)))


def test_constraints_are_for_numbers():
    """One for each encoded column; zero for categories."""
    X = pd.DataFrame({"a": ["x", "y", None], "n": np.arange(3.0), "b": list("pqp")})
    for values in (None, np.arange(3.0)):
        encoder = fit_encoder(X, values)
        n_columns = encode(encoder, X).shape[1]
        constraints = encoder.constraints([0, 1, 0])
        assert constraints.tolist() == [0, 1] + [0] * (n_columns - 2)
        with pytest.raises(ValueError, match=r"must be 0 for the columns \['a', 'b'\]"):
            encoder.constraints([1, 0, -1])


def test_what_categories_are_ordered_by():
    """The second of two classes, or a single value; nothing else is one number."""
    codes, shares = np.array([0, 1, 1]), np.array([[0.9, 0.1], [0.4, 0.6], [0.2, 0.8]])
    two, three = np.array(["a", "b"]), np.array(["a", "b", "c"])
    assert ordering_values(ClassLabels(two, codes)).tolist() == [0.0, 1.0, 1.0]
    assert ordering_values(ClassLabels(two, codes, shares)).tolist() == [0.1, 0.6, 0.8]
    assert ordering_values(ClassLabels(three, codes)) is None
    assert ordering_values(Values(shares[:, 0])).tolist() == [0.9, 0.4, 0.2]
    assert ordering_values(Values(shares[:, :1])).tolist() == [0.9, 0.4, 0.2]
    assert ordering_values(Values(shares)) is None


NUMBERS = [1.5, 2.0, None, 4.0, -3.25, 0.0]


def written(kind):
    """The same numbers as objects, decimals or text, beside a column of categories."""
    write = {"object": float, "decimal": Decimal, "text": str, "string": str}[kind]
    values = [None if value is None else write(value) for value in NUMBERS]
    column = pd.Series(values, dtype="string[python]" if kind == "string" else object)
    return pd.DataFrame({"n": column, "c": list("pqrspq")})


@pytest.mark.parametrize("kind", ["object", "decimal", "text", "string"])
@pytest.mark.parametrize("rest", [["n"], ["n", "c"]])
def test_numbers_in_columns_of_objects(kind, rest):
    """Numbers are numbers whatever the dtype; what fit decided holds for later rows."""
    X = written(kind)[rest]
    encoder = fit_encoder(X, np.arange(6.0))
    expected = np.array(NUMBERS, dtype=np.float32)
    for frame in (X, X.assign(n=pd.Series(NUMBERS, dtype="Float64")), X.assign(n=NUMBERS)):
        np.testing.assert_array_equal(encode(encoder, frame)[:, 0], expected)
        np.testing.assert_array_equal(
            np.asarray(to_transformer(encoder).transform(frame)).astype(np.float32),
            encode(encoder, frame),
        )
    assert encoder.category_order == ({"c": ["p", "r", "q", "s"]} if "c" in rest else {})
    missing = X.assign(n=pd.Series([None] * 6, dtype=object))
    assert np.isnan(encode(encoder, missing)[:, 0]).all()
    with pytest.raises(ValueError, match="'n' of X is read as numbers"):
        encode(encoder, X.assign(n="many"))


def test_categories_stay_categories():
    """Also where later rows happen to hold digits alone."""
    X = pd.DataFrame({"floor": ["1", "2", "ground", "3"]})
    encoder = fit_encoder(X, np.arange(4.0))
    assert encode(encoder, X.iloc[[3, 1]])[:, 0].tolist() == [3, 1]


def test_numbers_in_text_of_polars():
    """Of decimals too, and with nulls."""
    pl = pytest.importorskip("polars")
    for column in (
        pl.Series([None if v is None else str(v) for v in NUMBERS]),
        pl.Series(NUMBERS).cast(pl.Decimal(10, 2)),
    ):
        X = pl.DataFrame({"n": column, "c": list("pqrspq")})
        encoder = fit_encoder(X, np.arange(6.0))
        np.testing.assert_array_equal(encode(encoder, X)[:, 0], np.array(NUMBERS, np.float32))
        np.testing.assert_array_equal(
            np.asarray(to_transformer(encoder).transform(X)).astype(np.float32), encode(encoder, X)
        )

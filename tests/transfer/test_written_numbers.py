"""Numbers in columns of text and objects: they are numbers, and are written in the same way."""

import copy
import pickle
from decimal import Decimal

import numpy as np
import pytest

from skdistill import (
    CallableTeacher,
    DistilledTreeClassifier,
    LocalGaussianTransferSet,
    MixtureTransferSet,
    MungeTransferSet,
    PoolTransferSet,
)
from skdistill.transfer import BootstrapTransferSet, MarginalTransferSet, UniformTransferSet
from skdistill.trees import CartGrower

pd = pytest.importorskip("pandas")

N = 300


def numbers(seed):
    rng = np.random.default_rng(seed)
    return rng.normal(size=N).round(3), rng.integers(0, 50, N)


def as_floats(x, k):
    return pd.DataFrame({"x": x, "k": k.astype(float)})


def as_objects(x, k):
    return pd.DataFrame({"x": x.tolist(), "k": k.tolist()}, dtype=object)


def as_text(x, k):
    return pd.DataFrame({"x": [str(v) for v in x], "k": [str(v) for v in k]}, dtype=object)


def as_strings(x, k):
    return as_text(x, k).astype("string")


def as_decimals(x, k):
    return pd.DataFrame({"x": [Decimal(str(v)) for v in x], "k": [Decimal(int(v)) for v in k]})


def as_polars_text(x, k):
    return pytest.importorskip("polars").from_dict(as_text(x, k).to_dict("list"))


def as_polars_objects(x, k):
    pl = pytest.importorskip("polars")
    return pl.DataFrame(
        {
            "x": pl.Series(x.tolist(), dtype=pl.Object),
            "k": pl.Series(k.tolist(), dtype=pl.Object),
        }
    )


WRITTEN = [as_objects, as_text, as_strings, as_decimals, as_polars_text, as_polars_objects]


def rows_of(table):
    """Rows as lists of Python objects."""
    return table.to_numpy().tolist() if hasattr(table, "iloc") else list(map(list, table.rows()))


def rule(X):
    """A teacher that reads numbers however they are written."""
    values = X.to_numpy().astype(float)
    return (values[:, 0] > 0.2) ^ (values[:, 1] > 25)


@pytest.mark.parametrize("write", WRITTEN)
def test_a_student_is_as_faithful_as_with_floats(write):
    """On new rows, whose numbers were never seen; categories would be unknown ones there."""
    teacher = CallableTeacher(rule, output="label")
    fresh = numbers(1)
    agreement = {}
    for name, make in (("floats", as_floats), ("written", write)):
        tree = DistilledTreeClassifier(
            teacher, grower=CartGrower(), max_leaf_nodes=8, transfer_set=None, random_state=0
        ).fit(make(*numbers(0)))
        assert tree.n_features_in_ == tree.tree_.n_features == 2
        agreement[name] = np.mean(tree.predict(make(*fresh)) == rule(as_floats(*fresh)))
    assert agreement["written"] == agreement["floats"] > 0.95


@pytest.mark.parametrize("write", WRITTEN)
@pytest.mark.parametrize(
    "transfer_set",
    [
        MungeTransferSet(random_state=0),
        LocalGaussianTransferSet(random_state=0),
        UniformTransferSet(random_state=0),
        MixtureTransferSet(
            transfer_sets=[("one", MarginalTransferSet()), ("two", UniformTransferSet())],
            random_state=0,
        ),
    ],
    ids=lambda transfer_set: type(transfer_set).__name__,
)
def test_samples_are_those_of_floats_in_the_same_words(transfer_set, write):
    """The same numbers, rounded to the digits that were seen, as the same objects."""
    x, k = numbers(0)
    table = write(x, k)
    fitted = copy.deepcopy(transfer_set).fit(table)
    assert not fitted.categorical_features_.any()
    new = fitted.sample(200)
    assert list(new.dtypes) == list(table.dtypes)
    kinds = {type(value) for row in rows_of(table) for value in row}
    assert {type(value) for row in rows_of(new) for value in row} == kinds
    expected = transfer_set.fit(as_floats(x, k)).sample(200).to_numpy()
    found = np.array(rows_of(new), dtype=object).astype(float)
    np.testing.assert_allclose(
        found, expected, rtol=0, atol=0 if write is as_objects else 0.0005001
    )
    assert all(float(row[1]).is_integer() for row in rows_of(new))
    again = pickle.loads(pickle.dumps(fitted)).sample(200)
    assert rows_of(again) == rows_of(new)


@pytest.mark.parametrize("write", WRITTEN)
def test_real_rows_come_back_as_they_were(write):
    """Text digit by digit: "3.50" would not become "3.5"."""
    table = write(*numbers(0))
    new, parents = BootstrapTransferSet(random_state=0).fit(table).sample(50, return_parents=True)
    real = rows_of(table)
    assert rows_of(new) == [real[i] for i in parents]
    pool = PoolTransferSet(pool=table, random_state=0).fit(table[:40]).sample(N)
    assert sorted(map(str, rows_of(pool))) == sorted(map(str, real))


def test_formats_of_text_and_decimals():
    """Trailing zeros and exponents are kept where all entries have them."""
    table = pd.DataFrame(
        {
            "price": ["3.50", "12.00", "7.25"] * 10,
            "tiny": ["1e-05", "2.5e-07", "1e-06"] * 10,
            "amount": [Decimal("1.10"), Decimal("2.20"), Decimal("3.30")] * 10,
            "flag": [True, False, True] * 10,
            "huge": [2**60, 2**60 + 1, 2**60 + 3] * 10,
        },
        dtype=object,
    )
    table.loc[::7, ["price", "flag", "huge"]] = None
    new, parents = BootstrapTransferSet(random_state=0).fit(table).sample(40, return_parents=True)
    assert new.equals(table.iloc[parents].reset_index(drop=True))
    drawn = LocalGaussianTransferSet(random_state=0).fit(table).sample(200)
    assert drawn["price"].dropna().str.fullmatch(r"\d+\.\d\d").all()
    assert all(value.as_tuple().exponent == -2 for value in drawn["amount"])
    assert set(map(type, drawn["flag"])) == {bool, type(None)}
    assert set(map(type, drawn["huge"].dropna())) == {int}
    assert drawn["huge"].dropna().between(2**60, 2**60 + 3).all()


@pytest.mark.parametrize(
    "words",
    [
        ["12", "3.5", "many"],  # a mixture
        ["02139", "10001", "94107"],  # codes: with leading zeros,
        ["+4930", "+4420", "+3312"],  # with a plus,
        ["4111111111111111", "4111111111111112", "4111111111111113"],  # too long for floats
        ["1,5", "2,5", "3,5"],
        ["nan", "1", "2"],
        ["inf", "1", "2"],
        ["1_000", "1", "2"],
        ["٣", "1", "2"],
        ["", "1", "2"],
        [b"1", b"2", b"3"],
        [None, None, None],
    ],
    ids=repr,
)
def test_what_is_no_number_is_a_category(words):
    table = pd.DataFrame({"x": np.arange(30.0), "code": pd.Series(words * 10, dtype=object)})
    fitted = MungeTransferSet(random_state=0).fit(table)
    assert fitted.categorical_features_.tolist() == [False, True]
    assert set(fitted.sample(300)["code"]) == set(words)


def test_categories_stay_categories():
    """A categorical dtype says so, and so does a name in categorical_features."""
    table = pd.DataFrame({"x": np.arange(30.0), "k": [str(v % 3) for v in range(30)]})
    declared = table.astype({"k": "category"})
    for fitted in (
        MungeTransferSet(random_state=0).fit(declared),
        MungeTransferSet(categorical_features=["k"], random_state=0).fit(table),
    ):
        assert fitted.categorical_features_.tolist() == [False, True]
        assert set(fitted.sample(100)["k"]) == {"0", "1", "2"}


@pytest.mark.parametrize("odd", ["abc", "007", b"1"])
def test_words_after_fit_are_an_error_that_names_them(odd):
    table = as_text(*numbers(0))
    fitted = MungeTransferSet(random_state=0).fit(table)
    table.loc[5, "x"] = odd
    with pytest.raises(ValueError, match=f"Column 'x' of X is read as numbers.* holds {odd!r}"):
        fitted.transform(table)
    table.loc[5, "x"] = None
    assert fitted.transform(table).shape == (N, 2)


def test_infinite_objects_are_refused():
    table = as_objects(*numbers(0))
    table.loc[3, "x"] = np.inf
    with pytest.raises(ValueError, match="infinity in column 'x'"):
        MungeTransferSet().fit(table)

"""Trees on data frames with levels and gaps."""

import numpy as np
import pytest
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import RandomForestClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder
from sklearn.tree import DecisionTreeClassifier

from skdistill import DistilledTreeClassifier, DistilledTreeRegressor
from skdistill._encoding import encode, without_na
from skdistill.trees import CartGrower

LEVELS = ["sex", "port"]


def one_hot():
    """The user's own encoder, for a teacher on raw columns."""
    return ColumnTransformer(
        [("levels", OneHotEncoder(handle_unknown="ignore"), LEVELS)],
        remainder="passthrough",
        sparse_threshold=0,
    )


def test_levels_of_two_classes_are_ranks(mixed):
    """A column of levels stays one column, in the order of how often they say yes."""
    X, y = mixed
    tree = DistilledTreeClassifier(max_leaf_nodes=12, random_state=0).fit(X, y)
    assert tree.tree_feature_names_.tolist() == ["age", "fare", "sex", "port"]
    yes = (y == "yes").astype(float)
    order = {
        name: sorted(shares, key=shares.get)
        for name, shares in (
            (name, {level: yes[(words == level).to_numpy()].mean() for level in words.unique()})
            for name, words in ((name, X[name].astype(object).fillna("gap")) for name in LEVELS)
        )
    }
    said = tree.category_order_
    assert {name: [w or "gap" for w in said[name]] for name in LEVELS} == order
    ranks = [
        X[name].astype(object).fillna("gap").map(order[name].index).to_numpy() for name in LEVELS
    ]
    by_hand = np.column_stack([X["age"], X["fare"], *ranks]).astype(np.float32)
    np.testing.assert_array_equal(encode(tree.encoder_, X), by_hand)
    np.testing.assert_array_equal(tree.apply(X), tree.tree_.apply(by_hand))
    assert (tree.predict(X) == y).mean() > 0.95


def test_levels_of_three_classes_are_indicators(mixed):
    """Where there is no order, a level is one column."""
    X, y = mixed
    y = np.where(X["fare"] > 50, "rich", y)
    tree = DistilledTreeClassifier(max_leaf_nodes=12, random_state=0).fit(X, y)
    assert tree.tree_feature_names_.tolist() == [
        "age", "fare", "sex=female", "sex=male", "port=C", "port=Q", "port=S", "port=missing",
    ]  # fmt: skip
    columns = [X["age"], X["fare"], X["sex"] == "female", X["sex"] == "male"]
    columns += [X["port"] == port for port in "CQS"] + [X["port"].isna()]
    by_hand = np.column_stack([np.asarray(column, dtype=np.float32) for column in columns])
    np.testing.assert_array_equal(encode(tree.encoder_, X), by_hand)
    np.testing.assert_array_equal(tree.apply(X), tree.tree_.apply(by_hand))
    assert tree.category_order_ == {}
    assert (tree.predict(X) == y).mean() > 0.9
    new = X.iloc[:5].astype({"sex": object}).assign(port="Z", sex="unknown")
    np.testing.assert_array_equal(encode(tree.encoder_, new)[:, 2:], 0)


def test_teacher_sees_raw_columns(mixed):
    """A teacher on raw columns labels real and synthetic rows; the student is true to it."""
    X, y = mixed
    teacher = make_pipeline(one_hot(), RandomForestClassifier(30, random_state=0)).fit(X, y)
    before = X.copy(deep=True)
    tree = DistilledTreeClassifier(teacher, random_state=0).fit(X)
    assert X.equals(before)
    assert tree.n_queries_ == 10_000
    assert (tree.predict(X) == teacher.predict(X)).mean() > 0.95
    assert tree.n_features_in_ == 4
    assert tree.feature_names_in_.tolist() == list(X.columns)


def test_unknown_levels_go_where_missing_values_do(mixed):
    """A level that fit did not see has no rank: the tree sends it where it sends NaN."""
    X, y = mixed
    tree = DistilledTreeClassifier(max_leaf_nodes=12, random_state=0).fit(X, y)
    new = X.iloc[:5].astype({"sex": object}).assign(port="Z", sex="unknown")
    rows = encode(tree.encoder_, new)
    assert np.isnan(rows[:, 2:]).all()
    np.testing.assert_array_equal(tree.apply(new), tree.tree_.apply(rows))
    np.testing.assert_array_equal(tree.predict(new), tree.to_sklearn().predict(new))


def test_weights_are_repeats(mixed):
    """Of levels too: the same order, and the same answers."""
    X, y = mixed
    weight = np.random.default_rng(0).integers(0, 4, len(X))
    again = np.repeat(np.arange(len(X)), weight)
    score = (y == "yes") + X["fare"].round().to_numpy() / 512
    for kind, target in ((DistilledTreeClassifier, y), (DistilledTreeRegressor, score)):
        one = kind(max_leaf_nodes=12, random_state=0).fit(X, target, sample_weight=weight)
        other = kind(max_leaf_nodes=12, random_state=0).fit(X.iloc[again], target[again])
        assert one.category_order_ == other.category_order_
        np.testing.assert_array_equal(one.predict(X), other.predict(X))


def test_several_values_a_row_are_no_order(mixed):
    """A column a level; one value in a column of its own is one value."""
    X, _ = mixed
    y = np.column_stack([X["fare"], X["sex"] == "male"]).astype(float)
    assert DistilledTreeRegressor(random_state=0).fit(X, y).category_order_ == {}
    assert set(DistilledTreeRegressor(random_state=0).fit(X, y[:, 1]).category_order_) == {
        *LEVELS
    }


def test_other_frames_are_refused(mixed):
    """Columns missing, renamed or in another order; arrays in place of frames."""
    X, y = mixed
    tree = DistilledTreeClassifier(random_state=0).fit(X, y)
    with pytest.raises(ValueError, match="feature names"):
        tree.predict(X.rename(columns={"age": "years"}))
    with pytest.raises(ValueError, match="feature names"):
        tree.predict(X[X.columns[::-1]])
    with pytest.raises(ValueError, match="feature names"):
        tree.predict(X[["age", "sex"]])


def test_nullable_dtypes(mixed):
    """pandas.NA is a gap like any other, in numbers and in levels."""
    pd = pytest.importorskip("pandas")
    X, y = mixed
    nullable = X.assign(
        age=pd.array(X["age"], dtype="Float64"), port=pd.array(X["port"], dtype="string")
    )
    one = DistilledTreeClassifier(max_leaf_nodes=12, random_state=0).fit(X, y)
    other = DistilledTreeClassifier(max_leaf_nodes=12, random_state=0).fit(nullable, y)
    before = nullable.copy(deep=True)
    np.testing.assert_array_equal(other.predict_proba(nullable), one.predict_proba(X))
    np.testing.assert_array_equal(other.to_sklearn().predict(nullable), one.predict(X))
    assert nullable.equals(before)
    plain = without_na(nullable)
    assert plain["age"].dtype == np.float64
    assert plain["port"].isna().sum() == X["port"].isna().sum()


def test_monotonic_constraints_speak_of_the_columns_of_X(mixed):
    """One constraint a column of the frame; levels have no order."""
    X, y = mixed
    X = X.dropna()
    score = (y[X.index] == "yes").astype(float) + X["fare"].to_numpy() / 100
    for sign in (-1, 1):
        tree = DistilledTreeRegressor(monotonic_cst=[0, 0, sign, 0], max_leaf_nodes=20)
        tree.fit(X, score)
        for row in range(10):
            grid = X.iloc[[row] * 30].assign(fare=np.linspace(1, 200, 30))
            assert (sign * np.diff(tree.predict(grid)) >= 0).all()
        assert ("fare" in tree.tree_feature_names_[tree.tree_.feature]) == (sign == 1)
    with pytest.raises(ValueError, match=r"must be 0 for the columns \['sex'\]"):
        DistilledTreeRegressor(monotonic_cst=[0, 1, 0, 0]).fit(X, score)
    with pytest.raises(ValueError, match=r"shape \(2,\), but X has 4 columns"):
        DistilledTreeRegressor(monotonic_cst=[0, 1]).fit(X, score)


def test_frames_of_numbers_need_no_encoder(mixed):
    """Numbers, flags and gaps alone: the tree reads the columns themselves."""
    X, y = mixed
    numbers = X[["age", "fare"]].assign(rich=X["fare"] > 30)
    tree = DistilledTreeClassifier(grower=CartGrower(), random_state=0).fit(numbers, y)
    assert tree.encoder_ is None
    assert tree.tree_feature_names_.tolist() == ["age", "fare", "rich"]
    plain = DecisionTreeClassifier(max_leaf_nodes=16, random_state=0)
    plain.fit(numbers.to_numpy(np.float32), y)
    np.testing.assert_array_equal(
        tree.predict(numbers), plain.predict(numbers.to_numpy(np.float32))
    )

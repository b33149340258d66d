"""Trees on data frames with categories and missing values."""

from decimal import Decimal

import numpy as np
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import RandomForestClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder
from sklearn.tree import DecisionTreeClassifier

from skdistill import DistilledTreeClassifier, DistilledTreeRegressor, RuleListClassifier
from skdistill.exceptions import DistillationWarning
from skdistill.trees import CartGrower

CATEGORICAL = ["sex", "port"]


def one_hot():
    """The user's own encoder, for a teacher on raw columns."""
    return ColumnTransformer(
        [("categories", OneHotEncoder(handle_unknown="ignore"), CATEGORICAL)],
        remainder="passthrough",
        sparse_threshold=0,
    )


def test_categories_of_two_classes_are_ranks(mixed):
    """A categorical column stays one column at its position, ordered by its share of "yes"."""
    X, y = mixed
    tree = DistilledTreeClassifier(max_leaf_nodes=12, random_state=0).fit(X, y)
    assert tree.tree_feature_names_.tolist() == list(X.columns)
    assert tree.tree_columns_.tolist() == [0, 1, 2, 3]
    yes = (y == "yes").astype(float)
    words = {name: X[name].astype(object).fillna("missing") for name in CATEGORICAL}
    order = {}
    for name, column in words.items():
        share = {word: yes[(column == word).to_numpy()].mean() for word in column.unique()}
        order[name] = sorted(share, key=share.get)
    found = tree.category_order_
    assert {name: [word or "missing" for word in found[name]] for name in CATEGORICAL} == order
    by_hand = X.copy()
    for name in CATEGORICAL:
        by_hand[name] = words[name].map(order[name].index)
    by_hand = by_hand.to_numpy(np.float32)
    np.testing.assert_array_equal(tree.encoder_.transform(X), by_hand)
    np.testing.assert_array_equal(tree.apply(X), tree.tree_.apply(by_hand))
    assert (tree.predict(X) == y).mean() > 0.95


def test_categories_of_three_classes_are_indicators(mixed):
    """Where there is no order, a category is one column; numbers keep their positions."""
    X, y = mixed
    y = np.where(X["fare"] > 50, "rich", y)
    tree = DistilledTreeClassifier(max_leaf_nodes=12, random_state=0).fit(X, y)
    assert tree.tree_feature_names_.tolist() == [
        "age", "sex=female", "fare", "port=C", "sex=male", "port=Q", "port=S", "port=missing",
    ]  # fmt: skip
    assert tree.tree_columns_.tolist() == [0, 1, 2, 3, 1, 3, 3, 3]
    columns = [X["age"], X["sex"] == "female", X["fare"], X["port"] == "C", X["sex"] == "male"]
    columns += [X["port"] == port for port in "QS"] + [X["port"].isna()]
    by_hand = np.column_stack([np.asarray(column, dtype=np.float32) for column in columns])
    np.testing.assert_array_equal(tree.encoder_.transform(X), by_hand)
    np.testing.assert_array_equal(tree.apply(X), tree.tree_.apply(by_hand))
    assert tree.category_order_ == {}
    assert (tree.predict(X) == y).mean() > 0.9
    new = X.iloc[:5].astype({"sex": object}).assign(port="Z", sex="unknown")
    np.testing.assert_array_equal(tree.encoder_.transform(new)[:, [1, 3, 4, 5, 6, 7]], 0)


def test_unseen_categories_under_constraints(mixed):
    """They pass, and the exported pipeline predicts the same; missing numbers pass neither."""
    X, y = mixed
    X, y = X.dropna(), y[X.notna().all(axis=1)]
    tree = DistilledTreeClassifier(grower=CartGrower(), monotonic_cst=[0, 0, 1, 0], random_state=0)
    tree.fit(X, y)
    new = X.iloc[:50].astype({"sex": object}).assign(sex="unknown")
    np.testing.assert_array_equal(tree.predict(new), tree.to_sklearn().predict(new))
    with pytest.raises(ValueError, match="NaN"):
        tree.predict(new.assign(age=np.nan))


def test_teacher_sees_raw_columns(mixed):
    """A teacher on raw columns labels real and synthetic rows; the student is faithful to it."""
    X, y = mixed
    teacher = make_pipeline(one_hot(), RandomForestClassifier(30, random_state=0)).fit(X, y)
    before = X.copy(deep=True)
    tree = DistilledTreeClassifier(teacher, random_state=0).fit(X)
    assert X.equals(before)
    assert tree.n_queries_ == 10_000
    assert (tree.predict(X) == teacher.predict(X)).mean() > 0.95
    assert tree.n_features_in_ == 4
    assert tree.feature_names_in_.tolist() == list(X.columns)


@pytest.mark.parametrize("columns", [["age", "fare"], ["age", "sex", "fare", "port"]])
def test_predict_leaves_the_teacher_alone(mixed, columns):
    """Not even its tags are read: a teacher that fails at everything does no harm."""
    X = mixed[0][columns]

    class Teacher(ClassifierMixin, BaseEstimator):
        alive = True

        def __sklearn_is_fitted__(self):
            assert self.alive
            return True

        def __sklearn_tags__(self):
            assert self.alive
            return super().__sklearn_tags__()

        def predict(self, rows):
            assert self.alive
            return np.where(rows["fare"] > 30, "yes", "no")

    teacher = Teacher()
    tree = DistilledTreeClassifier(teacher, grower=CartGrower(), random_state=0).fit(X)
    expected = tree.to_sklearn().predict(X)
    teacher.alive = False
    np.testing.assert_array_equal(tree.predict(X), expected)
    np.testing.assert_array_equal(tree.predict_proba(X).argmax(axis=1), expected == "yes")


def test_unknown_categories_go_where_missing_values_do(mixed):
    """A category that fit did not see has no rank: the tree sends it where it sends NaN."""
    X, y = mixed
    tree = DistilledTreeClassifier(max_leaf_nodes=12, random_state=0).fit(X, y)
    new = X.iloc[:5].astype({"sex": object}).assign(port="Z", sex="unknown")
    rows = tree.encoder_.transform(new)
    assert np.isnan(rows[:, [1, 3]]).all()
    np.testing.assert_array_equal(tree.apply(new), tree.tree_.apply(rows))
    np.testing.assert_array_equal(tree.predict(new), tree.to_sklearn().predict(new))


def test_weights_are_repeats(mixed):
    """Of categories too: the same order, and the same predictions."""
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
    """An indicator a category; one value in a column of its own is one value."""
    X, _ = mixed
    y = np.column_stack([X["fare"], X["sex"] == "male"]).astype(float)
    assert DistilledTreeRegressor(random_state=0).fit(X, y).category_order_ == {}
    assert set(DistilledTreeRegressor(random_state=0).fit(X, y[:, 1]).category_order_) == {
        *CATEGORICAL
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
    """pandas.NA is missing like any other, in numbers and in categories."""
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


def test_numbers_as_text_or_decimals_give_the_same_tree(mixed):
    """Numbers are numbers, whatever the dtype that they come in."""
    X, y = mixed
    plain = DistilledTreeClassifier(grower=CartGrower(), random_state=0).fit(X, y)
    for write in (str, Decimal):
        column = [None if np.isnan(age) else write(str(age)) for age in X["age"]]
        tree = clone(plain).fit(X.assign(age=column), y)
        np.testing.assert_array_equal(tree.tree_.threshold, plain.tree_.threshold)
        np.testing.assert_array_equal(tree.tree_.feature, plain.tree_.feature)
        np.testing.assert_array_equal(tree.predict(X.assign(age=column)), plain.predict(X))


def test_identifiers_are_told_of(mixed):
    """The warning names the column, for trees and for rule learners."""
    X, y = mixed
    X = X.iloc[:60].assign(name=[f"n{k}" for k in range(60)])
    tree = DistilledTreeClassifier(grower=CartGrower(), random_state=0)
    for student in (tree, RuleListClassifier(max_rules=2, random_state=0)):
        with pytest.warns(DistillationWarning, match="of its own in 'name'"):
            student.fit(X, y[:60])


def test_monotonic_constraints_speak_of_the_columns_of_X(mixed):
    """One constraint a column of the frame; categories have no order."""
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
    """Numbers, flags and missing values alone: the tree reads the columns themselves."""
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

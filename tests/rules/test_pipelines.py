"""Rules of scaled trees are in raw units, exactly; what cannot be undone is refused."""

import numpy as np
import pytest
from sklearn.compose import ColumnTransformer
from sklearn.datasets import load_breast_cancer, load_iris
from sklearn.decomposition import PCA
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    MaxAbsScaler,
    MinMaxScaler,
    RobustScaler,
    StandardScaler,
)
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from skdistill import DistilledClassifier, DistilledTreeClassifier, extract_rules
from skdistill.rules import Categories

pd = pytest.importorskip("pandas")


def near_thresholds(rules, X):
    """Rows of X, and for every threshold rows that lie on it and one double on either side."""
    rows = [np.asarray(X, dtype=float)]
    rng = np.random.default_rng(0)
    for condition in {c for rule in rules for c in rule.conditions}:
        j = rules.feature_names.index(condition.column)
        for bound in (condition.low, condition.high):
            if np.isfinite(bound):
                more = rows[0][rng.integers(len(rows[0]), size=9)].copy()
                sides = [np.nextafter(bound, -np.inf), bound, np.nextafter(bound, np.inf)]
                more[:, j] = np.repeat(sides, 3)
                rows.append(more)
    return np.concatenate(rows)


SCALERS = [
    [StandardScaler()],
    [StandardScaler(with_mean=False)],
    [StandardScaler(with_std=False)],
    [MinMaxScaler((-1, 3))],
    [MinMaxScaler(clip=True)],
    [RobustScaler()],
    [RobustScaler(with_centering=False, with_scaling=False)],
    [MaxAbsScaler()],
    ["passthrough"],
    [StandardScaler(), "passthrough", MinMaxScaler(), RobustScaler()],
    [make_pipeline(MaxAbsScaler(), StandardScaler().set_output(transform="pandas"))],
]


@pytest.mark.parametrize("scalers", SCALERS, ids=str)
@pytest.mark.parametrize("kind", ["classifier", "regressor", "distilled"])
def test_rules_predict_raw_rows_as_the_pipeline(scalers, kind):
    """To the last double on both sides of every threshold, in raw units."""
    X, y = load_breast_cancer(return_X_y=True)
    X = X[:, :6] * [1e-6, 1.0, -1e5, 1.0, 1.0, 1.0]
    tree = {
        "classifier": DecisionTreeClassifier(max_leaf_nodes=12, random_state=0),
        "regressor": DecisionTreeRegressor(max_leaf_nodes=12, random_state=0),
        "distilled": DistilledTreeClassifier(max_leaf_nodes=8, random_state=0),
    }[kind]
    pipeline = make_pipeline(*scalers, tree).fit(X, y)
    rules = extract_rules(pipeline)
    rows = near_thresholds(rules, X)
    np.testing.assert_array_equal(rules.predict(rows), pipeline.predict(rows))
    for condition in {c for rule in rules for c in rule.conditions}:
        assert condition.dtype == ("float32" if scalers == ["passthrough"] else "float64")
        column = X[:, rules.feature_names.index(condition.column)]
        bounds = [bound for bound in (condition.low, condition.high) if np.isfinite(bound)]
        assert all(column.min() <= bound <= column.max() for bound in bounds)


def test_names_are_those_of_the_pipeline():
    """The frame's, though a scaler hands over an array; missing values pass through."""
    iris = load_iris(as_frame=True)
    X = iris.data.mask(np.random.default_rng(0).random(iris.data.shape) < 0.1)
    pipeline = make_pipeline(StandardScaler(), DecisionTreeClassifier(max_leaf_nodes=6))
    pipeline.fit(X, iris.target)
    rules = extract_rules(pipeline)
    assert rules.feature_names == list(X.columns)
    assert not rules.generated_names
    np.testing.assert_array_equal(rules.predict(X), pipeline.predict(X))
    np.testing.assert_array_equal(rules.predict(X[X.columns[::-1]]), pipeline.predict(X))
    renamed = extract_rules(pipeline, feature_names=list("abcd"))
    assert renamed.feature_names == list("abcd")
    with pytest.raises(ValueError, match="X has no columns"):
        rules.predict(X.set_axis(list("abcd"), axis=1))


@pytest.mark.parametrize(
    "columns",
    [
        (["b", "d"], ["a"]),
        ([1, 3], [0]),
        (slice(2, 4), [1]),
        (slice("b", "c"), ["d"]),
        ([False, True, False, True], [2]),
        (lambda X: ["d", "a"], []),
    ],
    ids=["names", "positions", "slice", "slice of names", "mask", "callable"],
)
@pytest.mark.parametrize("remainder", ["passthrough", "drop", MaxAbsScaler()], ids=str)
def test_parts_of_the_columns(columns, remainder):
    """However a ColumnTransformer chooses them, in whatever order they come out."""
    X, y = load_iris(return_X_y=True)
    X = pd.DataFrame(X, columns=list("abcd"))
    one, other = columns
    scale = ColumnTransformer(
        [("scaled", StandardScaler(), one), ("robust", RobustScaler(), other)],
        remainder=remainder,
    )
    pipeline = make_pipeline(scale, DecisionTreeClassifier(max_leaf_nodes=8, random_state=0))
    pipeline.fit(X, y)
    rules = extract_rules(pipeline)
    assert rules.feature_names == list("abcd")
    rows = pd.DataFrame(near_thresholds(rules, X), columns=list("abcd"))
    np.testing.assert_array_equal(rules.predict(rows), pipeline.predict(rows))


def test_categories_pass_beside_scaled_numbers():
    """A distilled tree behind a ColumnTransformer that hands it a frame."""
    rng = np.random.default_rng(0)
    X = pd.DataFrame({"age": rng.normal(40, 10, 400), "port": rng.choice(list("ABCD"), 400)})
    y = ((X["age"] > 35) & X["port"].isin(["A", "D"])).to_numpy()
    scale = ColumnTransformer([("s", StandardScaler(), ["age"])], remainder="passthrough")
    scale.set_output(transform="pandas")
    tree = DistilledTreeClassifier(max_leaf_nodes=6, random_state=0)
    pipeline = make_pipeline(scale, tree).fit(X, y)
    rules = extract_rules(pipeline)
    np.testing.assert_array_equal(rules.predict(X), pipeline.predict(X))
    kinds = {c.column: type(c) for rule in rules for c in rule.conditions}
    assert kinds["port"] is Categories
    assert "age >" in str(rules)


def test_a_pipeline_as_the_student():
    """The scaler inside the student is undone, and the one before the distiller too."""
    X, y = load_iris(return_X_y=True)
    inner = make_pipeline(MinMaxScaler(), DecisionTreeClassifier(max_leaf_nodes=5, random_state=0))
    for distiller in (
        DistilledClassifier(student=inner),
        make_pipeline(StandardScaler(), DistilledClassifier(student=inner)),
    ):
        distiller.fit(X, y)
        rules = extract_rules(distiller)
        rows = near_thresholds(rules, X)
        np.testing.assert_array_equal(rules.predict(rows), distiller.predict(rows))


@pytest.mark.parametrize(
    ("step", "words"),
    [
        (PCA(2), r"step 'mix' \(PCA\)"),
        (FunctionTransformer(np.abs), r"step 'mix' \(FunctionTransformer\)"),
        (Pipeline([("inner", PCA(2))]), r"step 'mix__inner' \(PCA\)"),
        (ColumnTransformer([("inner", PCA(1), [0, 1])]), r"step 'mix__inner' \(PCA\)"),
    ],
    ids=str,
)
def test_what_cannot_be_undone_is_refused(step, words):
    """By the name of the step, with a way out."""
    X, y = load_iris(return_X_y=True)
    tree = DecisionTreeClassifier(max_leaf_nodes=3)
    pipeline = Pipeline([("scale", StandardScaler()), ("mix", step), ("tree", tree)]).fit(X, y)
    with pytest.raises(ValueError, match=words):
        extract_rules(pipeline)
    assert len(extract_rules(pipeline[-1])) == 3


def test_resampling_steps_are_for_fit_alone():
    """imbalanced-learn skips them when it predicts, and so do the rules."""
    imblearn = pytest.importorskip("imblearn.pipeline")
    sampling = pytest.importorskip("imblearn.under_sampling")
    X, y = load_iris(return_X_y=True)
    pipeline = imblearn.make_pipeline(
        StandardScaler(),
        sampling.RandomUnderSampler(random_state=0),
        DecisionTreeClassifier(max_leaf_nodes=4, random_state=0),
    ).fit(X[20:], y[20:])
    rules = extract_rules(pipeline)
    np.testing.assert_array_equal(rules.predict(X), pipeline.predict(X))

"""Distilled trees of polars frames, whose teacher reads them raw."""

import numpy as np
import pytest
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import RandomForestRegressor
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KernelDensity
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from skdistill import DistilledTreeClassifier, DistilledTreeRegressor, MungeTransferSet
from skdistill.rules import extract_rules

pl = pytest.importorskip("polars")


def people(n=300, kind=pl.Categorical):
    """A frame with numbers, missing values, a flag and a categorical column; and labels."""
    rng = np.random.default_rng(0)
    age, pay = rng.integers(18, 80, n), rng.normal(30, 8, n)
    home = rng.choice(["own", "rent", "none"], n)
    frame = pl.DataFrame(
        {
            "age": age,
            "pay": np.where(rng.random(n) < 0.1, None, pay).astype(float),
            "home": pl.Series(home).cast(kind),
            "flag": rng.random(n) > 0.5,
        },
        nan_to_null=True,
    )
    return frame, ((age > 40) & (home == "own")) | (pay > 40)


def teacher_of_columns():
    """A pipeline that names the columns of a raw frame."""
    scaled = make_pipeline(SimpleImputer(), StandardScaler())
    columns = ColumnTransformer(
        [
            ("numbers", scaled, ["age", "pay"]),
            ("categories", OneHotEncoder(), ["home"]),
            ("flags", "passthrough", ["flag"]),
        ]
    )
    return make_pipeline(columns, LogisticRegression())


@pytest.mark.parametrize("kind", [pl.Categorical, pl.String, pl.Enum(["none", "own", "rent"])])
def test_a_tree_of_a_pipeline_on_raw_columns(kind):
    """Categories and missing values go through teacher, transfer set, tree, rules and export."""
    X, y = people(kind=kind)
    teacher = teacher_of_columns().fit(X, y)
    seen = []

    def watching(rows):
        seen.append(rows)
        return teacher.predict(rows)

    tree = DistilledTreeClassifier(watching, max_leaf_nodes=8, random_state=0).fit(X)
    assert all(rows.schema == X.schema for rows in seen)
    assert sum(map(len, seen)) == tree.n_queries_ == 10_000
    predictions = tree.predict(X)
    assert (predictions == teacher.predict(X)).mean() > 0.93
    assert list(tree.feature_names_in_) == X.columns
    assert {"home=own", "home=rent", "home=none"} < set(tree.tree_feature_names_)
    np.testing.assert_array_equal(tree.to_sklearn().predict(X), predictions)
    covered = np.zeros(len(X), dtype=int)
    for rule in extract_rules(tree):
        met = np.ones(len(X), dtype=bool)
        for condition in rule.conditions:
            met &= condition.covers(X[condition.column])
        assert (predictions[met] == rule.outcome).all()
        covered += met
    assert (covered == 1).all()


def test_an_unfitted_teacher_learns_the_frame():
    """An unfitted pipeline is fitted on the frame itself; its labels come as a series."""
    X, y = people()
    tree = DistilledTreeClassifier(teacher_of_columns(), max_leaf_nodes=8, random_state=0)
    assert tree.fit(X, pl.Series(y)).score(X, y) > 0.85


def test_numbers_alone():
    """Frames without categories need no encoder; generators of bare numbers serve them too."""
    X, _ = people()
    X = X[["age", "pay"]].fill_null(30.0)
    y = X["age"].to_numpy() * 1.0
    teacher = RandomForestRegressor(10, random_state=0).fit(X, y)
    for rows in (MungeTransferSet(), KernelDensity(), None):
        tree = DistilledTreeRegressor(teacher, transfer_set=rows, random_state=0).fit(X)
        assert tree.score(X, y) > 0.95
        np.testing.assert_array_equal(tree.to_sklearn().predict(X), tree.predict(X))


def test_fit_resample():
    """Rows of old and new come back as one frame, with the teacher's labels."""
    X, y = people()
    teacher = teacher_of_columns().fit(X, y)
    rows, labels = MungeTransferSet(teacher, n_samples=70, random_state=0).fit_resample(X)
    assert rows.schema == X.schema
    assert rows[: len(X)].equals(X)
    np.testing.assert_array_equal(labels, teacher.predict(rows))

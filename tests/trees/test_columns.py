"""What users pair with the names of X's columns is in X's columns."""

import numpy as np
import pytest
from sklearn.compose import make_column_transformer
from sklearn.ensemble import RandomForestClassifier
from sklearn.feature_selection import SelectFromModel
from sklearn.inspection import permutation_importance
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder
from sklearn.tree import export_graphviz, export_text, plot_tree

from skdistill import (
    DistilledTreeClassifier,
    DistilledTreeRegressor,
    LinearProbeTreeClassifier,
    extract_rules,
)
from skdistill.trees import CartGrower

pd = pytest.importorskip("pandas")

HOMES = ["own", "rent", "free", "none"]


@pytest.fixture(scope="module")
def people():
    """A categorical column stands before the number that decides."""
    rng = np.random.default_rng(0)
    return pd.DataFrame(
        {
            "home": rng.choice(HOMES, 300),
            "noise": rng.normal(size=300),
            "age": rng.integers(18, 80, 300),
        }
    )


def old(rows):
    """The function that is distilled: only ``age`` matters."""
    return np.asarray(rows["age"] > 40)


def older(rows):
    """Three classes by ``age`` alone."""
    return np.digitize(rows["age"], [40, 60])


def probed(people):
    """A small forest over an encoder, which probes can read."""
    encoder = make_column_transformer(
        (OneHotEncoder(), ["home"]), remainder="passthrough", sparse_threshold=0
    )
    forest = RandomForestClassifier(5, random_state=0)
    return make_pipeline(encoder, forest).fit(people, old(people))


def fitted(kind, people):
    """A tree of each kind whose only column is ``age``."""
    given = {"grower": CartGrower(), "max_leaf_nodes": 4, "random_state": 0}
    if kind == "two classes":
        return DistilledTreeClassifier(old, **given).fit(people)
    if kind == "three classes":
        return DistilledTreeClassifier(older, **given).fit(people)
    if kind == "values":
        return DistilledTreeRegressor(lambda rows: old(rows) * 1.0, **given).fit(people)
    if kind == "outputs":
        target = np.column_stack([old(people), older(people)]) * 1.0
        return DistilledTreeRegressor(**given).fit(people, target)
    return LinearProbeTreeClassifier(probed(people), max_leaf_nodes=4, random_state=0).fit(people)


KINDS = ["two classes", "three classes", "values", "outputs", "probes"]


@pytest.fixture(scope="module", params=KINDS)
def tree(request, people):
    """A tree of each kind."""
    return fitted(request.param, people)


def test_importances_are_those_of_the_columns_of_X(tree, people):
    """Paired with the names, the column that decides has the most; the sums are kept."""
    importance = dict(zip(tree.feature_names_in_, tree.feature_importances_, strict=True))
    assert max(importance, key=importance.get) == "age"
    np.testing.assert_allclose(sum(importance.values()), 1.0)
    own = tree.tree_.compute_feature_importances()
    for j, name in enumerate(people):
        np.testing.assert_allclose(importance[name], own[tree.tree_columns_ == j].sum())


def test_every_column_that_is_one_number_keeps_its_position(tree, people):
    """Numbers stand where they stand in X, and have their names there."""
    assert tree.tree_feature_names_[[1, 2]].tolist() == ["noise", "age"]
    np.testing.assert_array_equal(tree.tree_columns_[:3], np.arange(3))
    rows = tree.encoder_.transform(people)
    np.testing.assert_array_equal(rows[:, 1:3], people[["noise", "age"]].to_numpy(np.float32))
    assert set(tree.tree_columns_[3:]) <= {0}


def test_selection_keeps_the_column_that_decides(tree, people):
    """``SelectFromModel`` reads the importances by position."""
    chosen = SelectFromModel(tree, prefit=True, threshold="mean").fit(people)
    assert people.columns[chosen.get_support()].tolist() == ["age"]


@pytest.mark.parametrize("kind", ["two classes", "values"])
def test_tools_name_the_right_column(kind, people):
    """With ranks alone, the names of X are those of the tree in every tool."""
    tree, names = fitted(kind, people), list(people.columns)
    assert tree.tree_feature_names_.tolist() == names
    text = export_text(tree, feature_names=names)
    assert "age <= 40" in text
    assert "home" not in text
    assert "age &le; 40" in export_graphviz(tree, feature_names=names, special_characters=True)
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    figure, ax = plt.subplots()
    root = plot_tree(tree, feature_names=names, ax=ax)[0]
    plt.close(figure)
    assert root.get_text().startswith("age <= 40")


def test_indicators_bring_their_own_names(people):
    """Where ``home`` decides among three classes, its indicators are summed; exports name them."""

    def teacher(rows):
        return rows["home"].map({"own": 0, "rent": 1, "free": 2, "none": 2}).to_numpy()

    tree = DistilledTreeClassifier(teacher, grower=CartGrower(), random_state=0).fit(people)
    np.testing.assert_allclose(tree.feature_importances_, [1.0, 0.0, 0.0])
    assert np.count_nonzero(tree.tree_.compute_feature_importances()) == 2
    text = export_text(tree, feature_names=list(tree.tree_feature_names_))
    assert "home=own <= 0.50" in text
    with pytest.raises(ValueError, match="must contain 6 elements, got 3"):
        export_text(tree, feature_names=list(people.columns))
    assert {c.column for rule in extract_rules(tree) for c in rule.conditions} == {"home"}
    drop = permutation_importance(tree, people, teacher(people), random_state=0, n_repeats=2)
    assert (drop.importances_mean > 0).tolist() == [True, False, False]


def test_arrays_and_numeric_frames_have_their_own_columns(people):
    """Nothing is encoded there: the tree's columns are X's."""
    X = people[["noise", "age"]]
    for rows in (X, X.to_numpy()):
        tree = DistilledTreeClassifier(grower=CartGrower()).fit(rows, old(people))
        assert tree.tree_columns_.tolist() == [0, 1]
        np.testing.assert_allclose(tree.feature_importances_, [0.0, 1.0])
        np.testing.assert_array_equal(
            tree.feature_importances_, tree.to_sklearn().feature_importances_
        )
    with pytest.raises(ValueError, match="not fitted"):
        _ = DistilledTreeClassifier().feature_importances_

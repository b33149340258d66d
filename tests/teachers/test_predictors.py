"""Predictors of every kind: pipelines on raw columns, margins, clusters, outputs."""

import numpy as np
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.cluster import KMeans
from sklearn.compose import make_column_transformer
from sklearn.ensemble import (
    HistGradientBoostingRegressor,
    IsolationForest,
    RandomForestClassifier,
    RandomForestRegressor,
    VotingClassifier,
)
from sklearn.frozen import FrozenEstimator
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, RidgeClassifier
from sklearn.model_selection import GridSearchCV
from sklearn.naive_bayes import GaussianNB
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.svm import SVC, LinearSVC
from sklearn.tree import DecisionTreeClassifier

from skdistill import (
    CachedTeacher,
    DistilledClassifier,
    DistilledRegressor,
    DistilledTreeClassifier,
    DistilledTreeRegressor,
    FidelityScorer,
)
from skdistill.exceptions import TeacherAnswerError
from tests.teachers._kinds import Plain


@pytest.mark.parametrize("teacher", [LinearSVC(), SVC(), RidgeClassifier()], ids=repr)
def test_margins_give_hard_labels(teacher, iris):
    """A classifier with only ``decision_function`` is distilled by its labels."""
    X, y = iris
    teacher.fit(X, y)
    for distiller in (
        DistilledTreeClassifier(teacher, transfer_set=None, max_leaf_nodes=None),
        DistilledClassifier(teacher, transfer_set=None),
        DistilledClassifier(teacher, LogisticRegression(max_iter=2000), transfer_set=None),
    ):
        student = distiller.fit(X)
        assert np.mean(student.predict(X) == teacher.predict(X)) > 0.9
        with pytest.raises(ValueError, match=r'"soft" needs probabilities.* has no predict_proba'):
            clone(distiller).set_params(labels="soft").fit(X)
    calibrated = CalibratedClassifierCV(FrozenEstimator(teacher)).fit(X, y)  # the way out
    soft = DistilledTreeClassifier(calibrated, labels="soft", transfer_set=None).fit(X)
    assert soft.fidelity_ > 0.9


def test_predict_alone(cancer):
    """An object with nothing but ``predict`` is distilled as classes or as values."""
    X, _ = cancer
    labels = DistilledTreeClassifier(Plain(), transfer_set=None, max_leaf_nodes=2).fit(X)
    values = DistilledTreeRegressor(Plain(), transfer_set=None, max_leaf_nodes=2).fit(X)
    np.testing.assert_array_equal(labels.predict(X), X[:, 0] > 0)
    np.testing.assert_array_equal(values.predict(X), X[:, 0] > 0)
    with pytest.raises(ValueError, match=r"\(Plain\) has no predict_proba"):
        DistilledTreeClassifier(Plain(), labels="soft").fit(X)


@pytest.mark.parametrize(
    "hold",
    [lambda t: t, CachedTeacher, FrozenEstimator],
    ids=["bare", "cached", "frozen"],
)
@pytest.mark.parametrize("labels", ["hard", "soft"])
def test_several_outputs_are_refused(labels, hold, iris):
    """Of classes, one output at a time; the message says how."""
    X, y = iris
    forest = RandomForestClassifier(n_estimators=2).fit(X, np.column_stack([y, y > 0]))
    with pytest.raises(TeacherAnswerError, match=r"has 2 outputs. Distil one .*predict\(X\)\[:, 0"):
        DistilledTreeClassifier(hold(forest), labels=labels, transfer_set=None).fit(X)
    with pytest.raises(ValueError, match=r"y should be a 1d array, got an array of shape \(150, 2"):
        DistilledClassifier(GaussianNB()).fit(X, np.column_stack([y, y]))


def test_several_values_are_welcome(diabetes):
    """A regressor of several outputs is distilled whole."""
    X, y = diabetes
    Y = np.column_stack([y, X[:, 0] * 3])
    forest = RandomForestRegressor(n_estimators=3, random_state=0).fit(X, Y)
    for cls in (DistilledRegressor, DistilledTreeRegressor):
        params = {} if cls is DistilledRegressor else {"max_leaf_nodes": None}
        student = cls(forest, transfer_set=None, **params).fit(X)
        np.testing.assert_allclose(student.predict(X), forest.predict(X), atol=1e-4)


def test_clusters_and_outliers(iris):
    """Whatever labels rows is a teacher: a clustering becomes a readable tree."""
    X, _ = iris
    clusters = KMeans(3, n_init=1, random_state=0).fit(X)
    tree = DistilledTreeClassifier(clusters, transfer_set=None).fit(X)
    np.testing.assert_array_equal(tree.predict(X), clusters.predict(X))
    odd = IsolationForest(n_estimators=10, random_state=0).fit(X)
    tree = DistilledTreeClassifier(odd, transfer_set=None, max_leaf_nodes=None).fit(X)
    assert tree.classes_.tolist() == [-1, 1]
    np.testing.assert_array_equal(tree.predict(X), odd.predict(X))


def test_meta_estimators(cancer):
    """Searches, ensembles and nets are teachers, fitted or not."""
    X, y = cancer
    teachers = [
        GridSearchCV(LogisticRegression(), {"C": [0.1, 1]}, cv=2),
        VotingClassifier([("a", GaussianNB()), ("b", LogisticRegression())], voting="soft"),
        MLPClassifier((4,), max_iter=1500, random_state=0, alpha=1.0),
    ]
    for teacher in teachers:
        fitted = clone(teacher).fit(X, y)
        one = DistilledTreeClassifier(fitted, transfer_set=None, random_state=0).fit(X)
        two = DistilledTreeClassifier(teacher, transfer_set=None, random_state=0).fit(X, y)
        np.testing.assert_array_equal(one.predict(X), two.predict(X))
        assert one.fidelity_ > 0.95


def test_a_distiller_is_a_teacher_too(cancer):
    """A student may teach: a tree of a network's tree."""
    X, y = cancer
    large = DistilledTreeClassifier(GaussianNB().fit(X, y), random_state=0, max_queries=900)
    large.set_params(max_leaf_nodes=30).fit(X)
    small = DistilledTreeClassifier(large, random_state=0, max_queries=900, max_leaf_nodes=4).fit(X)
    assert small.teacher_ is large
    assert clone(small).teacher.estimator is large


class Watching(ClassifierMixin, BaseEstimator):
    """Keeps the dtypes of every table that reaches it."""

    def __init__(self, estimator):
        self.estimator = estimator

    def fit(self, X, y):
        self.tables_ = [X.dtypes]
        self.estimator_ = clone(self.estimator).fit(X, y)
        self.classes_ = self.estimator_.classes_
        return self

    def predict(self, X):
        self.tables_.append(X.dtypes)
        return self.estimator_.predict(X)

    def predict_proba(self, X):
        self.tables_.append(X.dtypes)
        return self.estimator_.predict_proba(X)


@pytest.fixture
def passengers():
    """A raw table: numbers, categories, texts, booleans, missing values; and labels."""
    pd = pytest.importorskip("pandas")
    rng = np.random.default_rng(0)
    n = 300
    age = rng.uniform(1, 80, n)
    cabin = rng.integers(1, 4, n)
    frame = pd.DataFrame(
        {
            "age": np.where(rng.random(n) < 0.15, np.nan, age),
            "siblings": rng.integers(0, 5, n),
            "cabin": pd.Categorical(np.array(["first", "second", "third"])[cabin - 1]),
            "port": np.where(rng.random(n) < 0.1, None, rng.choice(["C", "Q", "S"], n)),
            "crew": rng.random(n) < 0.2,
        }
    )
    return frame, np.where((cabin == 1) | (age < 15), "saved", "lost")


def pipeline():
    """Preprocessing inside the teacher, as the documentation recommends."""
    return make_pipeline(
        make_column_transformer(
            (make_pipeline(SimpleImputer(), StandardScaler()), ["age", "siblings"]),
            (OneHotEncoder(handle_unknown="ignore"), ["cabin", "port"]),
            ("passthrough", ["crew"]),
        ),
        RandomForestClassifier(n_estimators=15, random_state=0),
    )


@pytest.mark.parametrize("labels", ["hard", "soft"])
@pytest.mark.parametrize("fitted", [True, False])
def test_pipelines_see_raw_columns(fitted, labels, passengers):
    """Names, dtypes and categories reach the teacher as the user holds them, drawn rows too."""
    frame, y = passengers
    before = frame.copy(deep=True)
    teacher = Watching(pipeline())
    teacher = teacher.fit(frame, y) if fitted else teacher
    tree = DistilledTreeClassifier(teacher, labels=labels, random_state=0, max_queries=2000)
    tree.fit(frame, None if fitted else y)
    assert tree.n_queries_ == 2000
    assert len(tree.teacher_.tables_) >= 2
    for dtypes in tree.teacher_.tables_:
        assert dtypes.equals(frame.dtypes)
    assert frame.equals(before)
    assert tree.classes_.tolist() == ["lost", "saved"]
    assert np.mean(tree.predict(frame) == tree.teacher_.predict(frame)) > 0.85
    names = tree.tree_feature_names_.tolist()
    assert {"age", "siblings", "crew", "cabin=first", "port"} <= set(names)


def test_pipelines_in_a_search(passengers):
    """The same through GridSearchCV in two processes, with a cache around the pipeline."""
    frame, y = passengers
    for teacher in (pipeline().fit(frame, y), CachedTeacher(pipeline().fit(frame, y))):
        search = GridSearchCV(
            DistilledTreeClassifier(teacher, random_state=0, max_queries=600),
            {"max_leaf_nodes": [2, 8]},
            scoring=FidelityScorer(),
            cv=2,
            n_jobs=2,
            error_score="raise",
        ).fit(frame)
        assert search.best_params_ == {"max_leaf_nodes": 8}
        assert search.best_score_ > 0.8


def test_generic_students_of_raw_columns(passengers):
    """A student that is a pipeline of its own is explained in the same columns."""
    frame, y = passengers
    teacher = pipeline().fit(frame, y)
    student = make_pipeline(pipeline()[:-1], DecisionTreeClassifier(max_leaf_nodes=12))
    distilled = DistilledClassifier(teacher, student, random_state=0, max_queries=2000).fit(frame)
    assert distilled.fidelity_ > 0.85
    assert distilled.student_.feature_names_in_.tolist() == frame.columns.tolist()
    soft = clone(distilled).set_params(
        labels="soft",
        student=make_pipeline(pipeline()[:-1], LogisticRegression(max_iter=500)),
        student__logisticregression__C=10.0,
    )
    assert soft.fit(frame).fidelity_ > 0.8


def test_missing_values_reach_a_teacher_that_takes_them(diabetes):
    X, y = diabetes
    X = np.where(np.random.default_rng(0).random(X.shape) < 0.1, np.nan, X)
    teacher = HistGradientBoostingRegressor(max_iter=10).fit(X, y)
    tree = DistilledTreeRegressor(teacher, random_state=0, max_queries=1000).fit(X)
    assert tree.fidelity_ > 0.5
    assert np.isfinite(tree.predict(X)).all()

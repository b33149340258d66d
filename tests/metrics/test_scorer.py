"""Fidelity as a scorer, in every search that scikit-learn has."""

import pickle

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.datasets import load_breast_cancer, load_diabetes, load_iris
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.model_selection import (
    GridSearchCV,
    KFold,
    RandomizedSearchCV,
    cross_val_score,
    cross_validate,
)
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier

from skdistill import (
    CachedTeacher,
    DistilledTreeClassifier,
    DistilledTreeRegressor,
    FidelityScorer,
    fidelity_score,
)


@pytest.fixture(scope="module")
def cancer():
    """A forest on breast cancer."""
    X, y = load_breast_cancer(return_X_y=True)
    return RandomForestClassifier(n_estimators=10, random_state=0).fit(X, y), X, y


def student(teacher, **params):
    """A small tree on the rows of X alone."""
    return DistilledTreeClassifier(
        teacher, **{"transfer_set": None, "max_leaf_nodes": 4, "random_state": 0} | params
    )


@pytest.mark.parametrize(
    ("metric", "method", "sign"),
    [
        ("auto", "predict", 1),
        ("agreement", "predict", 1),
        ("balanced_agreement", "predict", 1),
        ("total_variation", "predict_proba", -1),
        ("kl_divergence", "predict_proba", -1),
    ],
)
def test_one_student(cancer, metric, method, sign):
    """The score is fidelity_score of the answers, negated where zero is best."""
    forest, X, _ = cancer
    tree = student(forest).fit(X[:300])
    weight = np.random.default_rng(0).random(len(X[300:]))
    y_teacher, y_student = (getattr(each, method)(X[300:]) for each in (forest, tree))
    name = "agreement" if metric == "auto" else metric
    scorer = FidelityScorer(metric=metric)
    assert scorer(tree, X[300:]) == sign * fidelity_score(y_teacher, y_student, metric=name)
    assert scorer(tree, X[300:], sample_weight=weight) == sign * fidelity_score(
        y_teacher, y_student, metric=name, sample_weight=weight
    )


def test_values():
    """R² by default for real values; an error is negated."""
    X, y = load_diabetes(return_X_y=True)
    teacher = LinearRegression().fit(X, y)
    tree = DistilledTreeRegressor(teacher, random_state=0).fit(X)
    y_teacher, y_student = teacher.predict(X), tree.predict(X)
    assert FidelityScorer()(tree, X) == fidelity_score(y_teacher, y_student, metric="r2")
    assert FidelityScorer(metric="rmse")(tree, X) == -fidelity_score(
        y_teacher, y_student, metric="rmse"
    )


def test_grid_search_without_y(cancer):
    """A search over sizes, by hand and by GridSearchCV; no y anywhere."""
    forest, X, _ = cancer
    folds = KFold(3)
    search = GridSearchCV(
        student(forest), {"max_leaf_nodes": [2, 8]}, scoring=FidelityScorer(), cv=folds
    ).fit(X)
    by_hand = [
        np.mean(
            [
                np.mean(
                    student(forest, max_leaf_nodes=size).fit(X[train]).predict(X[test])
                    == forest.predict(X[test])
                )
                for train, test in folds.split(X)
            ]
        )
        for size in (2, 8)
    ]
    np.testing.assert_allclose(search.cv_results_["mean_test_score"], by_hand)
    assert search.best_params_ == {"max_leaf_nodes": 8}
    np.testing.assert_allclose(search.score(X), np.mean(search.predict(X) == forest.predict(X)))


@pytest.mark.filterwarnings("ignore:.*merely repeats y")
def test_several_metrics(cancer):
    """A dict of metrics, ours beside scikit-learn's own."""
    forest, X, y = cancer
    scoring = {
        "fidelity": FidelityScorer(),
        "distance": FidelityScorer(metric="total_variation"),
        "accuracy": "accuracy",
    }
    search = GridSearchCV(
        student(forest), {"max_leaf_nodes": [2, 6]}, scoring=scoring, refit="fidelity", cv=3
    ).fit(X, y)
    assert (search.cv_results_["mean_test_distance"] <= 0).all()
    assert (search.cv_results_["mean_test_accuracy"] > 0.8).all()
    scores = cross_validate(student(forest), X, scoring={"f": FidelityScorer()}, cv=3)
    assert len(scores["test_f"]) == 3


def test_nested_search(cancer):
    """A search inside a cross-validation: the best student of each fold is scored."""
    forest, X, _ = cancer
    search = GridSearchCV(
        student(forest), {"max_leaf_nodes": [2, 8]}, scoring=FidelityScorer(), cv=2
    )
    scores = cross_val_score(search, X, scoring=FidelityScorer(), cv=3)
    assert scores.shape == (3,)
    assert (scores > 0.85).all()
    default = cross_val_score(search, X, cv=3)  # the search's own score is the scorer's
    np.testing.assert_allclose(default, scores)


def test_randomised_search_in_processes(cancer):
    """The scorer travels to workers."""
    forest, X, _ = cancer
    search = RandomizedSearchCV(
        student(forest),
        {"max_leaf_nodes": [2, 4, 8]},
        n_iter=2,
        scoring=FidelityScorer(),
        cv=2,
        n_jobs=2,
        random_state=0,
    ).fit(X)
    assert search.best_score_ > 0.85
    scorer = pickle.loads(pickle.dumps(FidelityScorer(metric="agreement")))
    assert scorer(search, X) == FidelityScorer()(search, X)


def test_pipelines(cancer):
    """At the end of a pipeline the teacher is asked about transformed rows."""
    _, X, y = cancer
    scaler = StandardScaler().fit(X)
    teacher = LogisticRegression().fit(scaler.transform(X), y)
    pipeline = make_pipeline(StandardScaler(), student(teacher)).fit(X)
    y_teacher = teacher.predict(scaler.transform(X))
    assert FidelityScorer()(pipeline, X) == np.mean(y_teacher == pipeline.predict(X))
    search = GridSearchCV(
        pipeline, {"distilledtreeclassifier__max_leaf_nodes": [2, 4]}, scoring=FidelityScorer()
    ).fit(X)
    assert search.best_score_ > 0.85


@pytest.mark.filterwarnings("ignore:.*merely repeats y")
def test_explicit_teacher(cancer):
    """A teacher in the scorer is compared with students that have none, on the rows of X."""
    forest, X, y = cancer
    scorer = FidelityScorer(forest)
    plain = DecisionTreeClassifier(max_depth=2, random_state=0).fit(X, y)
    assert scorer(plain, X) == np.mean(plain.predict(X) == forest.predict(X))
    search = GridSearchCV(
        student(None),
        {"teacher": [None, CachedTeacher(forest)]},
        scoring=scorer,
        cv=3,
    ).fit(X, y)
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()
    pipeline = make_pipeline(StandardScaler(), GaussianNB()).fit(X, y)
    assert scorer(pipeline, X) == np.mean(pipeline.predict(X) == forest.predict(X))
    assert FidelityScorer(lambda X: X[:, 0] * 0)(plain, X) == np.mean(plain.predict(X) == 0)


def test_clones_share_the_teacher(cancer):
    """No clone copies the teacher, not even inside a search that is cloned."""
    forest, X, _ = cancer
    scorer = FidelityScorer(forest, metric="agreement")
    assert clone(scorer) is scorer
    assert clone(scorer).teacher is forest
    search = clone(GridSearchCV(student(forest), {"max_leaf_nodes": [2]}, scoring=scorer, cv=2))
    assert search.scoring.teacher is forest
    before = forest.predict_proba(X)
    search.fit(X)
    np.testing.assert_array_equal(forest.predict_proba(X), before)


def test_a_cached_teacher_answers_once(cancer):
    """Every candidate asks the same rows: a cache has them answered once."""
    forest, X, _ = cancer
    teacher = CachedTeacher(forest)
    GridSearchCV(
        student(teacher), {"max_leaf_nodes": [2, 4, 8]}, scoring=FidelityScorer(), cv=3
    ).fit(X)
    assert teacher.n_queries_ == len(np.unique(X, axis=0))
    assert teacher.n_hits_ == 9 * len(X)  # nine fits with scores, and the last fit


def test_errors_and_print(cancer):
    """Unknown metrics and missing teachers; what it prints."""
    forest, X, y = cancer
    tree = student(forest).fit(X)
    with pytest.raises(ValueError, match="metric must be 'auto' or one of"):
        FidelityScorer(metric="accuracy")(tree, X)
    with pytest.raises(ValueError, match=r"no teacher to compare with.*FidelityScorer\(teacher="):
        FidelityScorer()(GaussianNB().fit(X, y), X)
    assert repr(FidelityScorer()) == "FidelityScorer()"
    assert repr(FidelityScorer(GaussianNB(), metric="rmse")) == (
        "FidelityScorer(teacher=GaussianNB(), metric='rmse')"
    )


def test_unlabelled_folds_of_three_classes():
    """Folds in which the teacher says one class alone still score."""
    X, y = load_iris(return_X_y=True)  # sorted by class
    teacher = GaussianNB().fit(X, y)
    scores = cross_val_score(student(teacher), X, scoring=FidelityScorer(), cv=KFold(3))
    assert np.isfinite(scores).all()

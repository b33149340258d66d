"""Gradient boosting libraries with a scikit-learn face are teachers like any other."""

import pickle

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV

from skdistill import (
    CachedTeacher,
    DistilledTreeClassifier,
    DistilledTreeRegressor,
    FidelityScorer,
)
from skdistill.teachers._kind import is_fitted_teacher, teacher_kind

LIBRARIES = ["lightgbm", "xgboost"]


def boosters(name, kind):
    """An unfitted booster of a library: small, seeded, silent."""
    library = pytest.importorskip(name)
    settings = {"n_estimators": 10, "random_state": 0, "n_jobs": 1}
    if name == "lightgbm":
        cls = library.LGBMClassifier if kind == "classifier" else library.LGBMRegressor
        return cls(verbose=-1, min_child_samples=5, **settings)
    return (library.XGBClassifier if kind == "classifier" else library.XGBRegressor)(**settings)


@pytest.mark.parametrize("labels", ["hard", "soft"])
@pytest.mark.parametrize("name", LIBRARIES)
def test_classifiers(name, labels, iris):
    """Fitted: queried, never changed; the student's labels and shares are the booster's."""
    X, y = iris
    booster = boosters(name, "classifier").fit(X, y)
    before = pickle.dumps(booster)
    tree = DistilledTreeClassifier(
        booster, labels=labels, transfer_set=None, max_leaf_nodes=None
    ).fit(X)
    assert teacher_kind(booster) == "classifier"
    assert tree.teacher_ is booster
    np.testing.assert_array_equal(tree.predict(X), booster.predict(X))
    if labels == "soft":
        np.testing.assert_allclose(tree.predict_proba(X), booster.predict_proba(X), atol=1e-6)
    assert clone(tree).teacher.estimator is booster
    assert pickle.dumps(booster) == before


@pytest.mark.parametrize("name", LIBRARIES)
def test_regressors(name, diabetes):
    X, y = diabetes
    booster = boosters(name, "regressor").fit(X, y)
    tree = DistilledTreeRegressor(booster, transfer_set=None, max_leaf_nodes=None).fit(X)
    np.testing.assert_allclose(tree.predict(X), booster.predict(X), rtol=1e-5)
    with pytest.raises(TypeError, match="is a regressor"):
        DistilledTreeClassifier(booster).fit(X)


@pytest.mark.parametrize("name", LIBRARIES)
def test_unfitted(name, cancer):
    """A clone learns X, y; a search over its own parameters trains one a candidate."""
    X, y = cancer
    booster = boosters(name, "classifier")
    search = GridSearchCV(
        DistilledTreeClassifier(booster, transfer_set=None, random_state=0),
        {"teacher__n_estimators": [1, 8]},
        cv=2,
        error_score="raise",
    ).fit(X, y)
    best = search.best_params_["teacher__n_estimators"]
    assert search.best_estimator_.teacher_.n_estimators == best
    assert not is_fitted_teacher(booster)


@pytest.mark.parametrize("name", LIBRARIES)
def test_gaps_and_levels(name, cancer):
    """Boosters take missing values and categorical columns as they are; so does the tree of one."""
    pd = pytest.importorskip("pandas")
    X, y = cancer
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(X.copy(), columns=list("abcde"))
    frame.loc[rng.random(len(frame)) < 0.2, "a"] = np.nan
    frame["f"] = pd.Categorical(np.array(["low", "mid", "high"])[np.digitize(X[:, 1], [-0.5, 0.5])])
    booster = boosters(name, "classifier")
    if name == "xgboost":
        booster.set_params(enable_categorical=True)
    booster.fit(frame, y)
    tree = DistilledTreeClassifier(booster, random_state=0, max_queries=1500).fit(frame)
    assert tree.n_queries_ == 1500
    assert np.mean(tree.predict(frame) == booster.predict(frame)) > 0.9
    assert tree.tree_.n_features == 5 + 3


@pytest.mark.parametrize("name", LIBRARIES)
def test_search_with_memory(name, cancer):
    X, y = cancer
    cached = CachedTeacher(boosters(name, "classifier").fit(X, y))
    search = GridSearchCV(
        DistilledTreeClassifier(cached, transfer_set=None, random_state=0),
        {"max_leaf_nodes": [2, 4, 8]},
        scoring=FidelityScorer(),
        cv=2,
        error_score="raise",
    ).fit(X)
    assert cached.n_queries_ == len(X)  # all folds together are X
    assert search.best_estimator_.teacher_ is cached

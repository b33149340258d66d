"""What scikit-learn's users expect of any estimator, with a fitted teacher inside."""

import numpy as np
import pytest
from sklearn import config_context
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from tests._instances import distillers
from tests.contract._cases import CASES


def test_every_distiller_is_under_contract():
    """A new distiller cannot be forgotten here."""
    assert {type(d) for d in distillers()} <= {type(case.instance) for case in CASES}


def test_default_scoring(learner):
    """Without ``scoring`` a search uses ``score`` against y: accuracy, or R²."""
    distiller = learner.case.make(learner.fitted_teacher())
    scores = cross_val_score(distiller, learner.X, learner.y, cv=2, error_score="raise")
    first, second = np.arange(0, 120), np.arange(120, 240)
    if learner.case.kind == "regressor":  # plain folds, no stratification
        by_hand = [
            clone(distiller).fit(learner.X[train]).score(learner.X[test], learner.y[test])
            for train, test in ((second, first), (first, second))
        ]
        np.testing.assert_allclose(scores, by_hand)
    search = GridSearchCV(distiller, {"alpha": [0.0, 0.5]}, cv=2, error_score="raise")
    search.fit(learner.X, learner.y)
    np.testing.assert_allclose(search.cv_results_["mean_test_score"][0], scores.mean())


def test_weights_are_routed(learner):
    """With metadata routing on, a search hands weights to fit; a clone keeps the request."""
    distiller = learner.case.make(learner.fitted_teacher(), transfer_set=None, max_queries=None)
    weight = np.random.default_rng(0).integers(1, 4, size=len(learner.X)).astype(float)
    with config_context(enable_metadata_routing=True):
        distiller.set_fit_request(sample_weight=True).set_score_request(sample_weight=False)
        search = GridSearchCV(distiller, {"alpha": [0.5]}, cv=2, error_score="raise")
        search.fit(learner.X, learner.y, sample_weight=weight)
        pipeline = make_pipeline(StandardScaler().set_fit_request(sample_weight=False), distiller)
        clone(pipeline).fit(learner.X, learner.y, sample_weight=weight)
    by_hand = clone(distiller).set_params(alpha=0.5).fit(learner.X, learner.y, sample_weight=weight)
    np.testing.assert_array_equal(search.predict(learner.X), by_hand.predict(learner.X))


def test_repr_and_html(bench):
    """Both name the teacher, fitted or not, and do not fail."""
    for teacher in (bench.fitted_teacher(), bench.new_teacher(), np.sin):
        distiller = bench.case.make(teacher)
        name = getattr(teacher, "__name__", type(teacher).__name__)
        assert name in repr(distiller)
        assert name in distiller._repr_html_()
        assert name in repr(clone(distiller))


def test_parameters_are_validated_in_fit_alone(learner):
    """A constructor takes anything; fit names the parameter, the value and what would work."""
    teacher = learner.fitted_teacher()
    for name, value, words in (
        ("alpha", 1.5, r"a number in \[0, 1\]"),
        ("alpha", "much", r"a number in \[0, 1\]"),
        ("max_queries", 0, "None, or an integer >= 1"),
        ("max_queries", 2.5, "None, or an integer >= 1"),
        ("transfer_set", "munge", "'auto' or None, or a transfer set with fit and sample"),
    ):
        distiller = learner.case.make(teacher, **{name: value})
        assert distiller.get_params()[name] == value
        with pytest.raises(ValueError, match=rf"The '{name}' parameter of \w+ must be {words}"):
            distiller.fit(learner.X, learner.y)
    if "labels" in learner.case.instance.get_params():
        with pytest.raises(ValueError, match=r"'auto' or 'soft' or 'hard'. Got 'firm' instead"):
            learner.case.make(teacher, labels="firm").fit(learner.X)


def test_predict_checks_columns(bench):
    """The number of columns, and their names where there were some, are those of fit."""
    pd = pytest.importorskip("pandas")
    distiller = bench.case.make(bench.fitted_teacher()).fit(bench.X)
    assert distiller.n_features_in_ == 5
    with pytest.raises(ValueError, match=r"X has 3 features, but \w+ is expecting 5"):
        distiller.predict(bench.X[:, :3])
    frame = pd.DataFrame(bench.X, columns=list("abcde"))
    teacher = bench.new_teacher().fit(frame, bench.y)
    distiller = bench.case.make(teacher).fit(frame)
    assert distiller.feature_names_in_.tolist() == list("abcde")
    with pytest.raises(ValueError, match="feature names should match"):
        distiller.predict(frame[list("edcba")])

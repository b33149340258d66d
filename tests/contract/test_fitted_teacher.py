"""A fitted teacher is used as it is: never refitted, copied or changed."""

import pickle

import joblib
import numpy as np
import pytest
from sklearn.base import clone
from sklearn.frozen import FrozenEstimator
from sklearn.model_selection import GridSearchCV, cross_val_score, cross_validate
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

from skdistill import CachedTeacher, CallableTeacher, FidelityScorer


def state(teacher):
    """Everything that a teacher is, as bytes."""
    return pickle.dumps(teacher)


def assert_untouched(bench, teacher, before, answers):
    assert bench.fits == []
    assert state(teacher) == before
    np.testing.assert_array_equal(teacher.predict(bench.X), answers)


def test_fit_uses_the_very_teacher(bench):
    """``teacher_`` is the user's object; fit neither refits it nor touches a bit of it."""
    teacher = bench.fitted_teacher()
    before, answers = state(teacher), teacher.predict(bench.X)
    distiller = bench.case.make(teacher).fit(bench.X)
    assert distiller.teacher is teacher
    assert distiller.teacher_ is teacher
    assert distiller.n_queries_ >= len(bench.X)
    distiller.fit(bench.X, bench.y)  # y is welcome, and changes nothing
    assert_untouched(bench, teacher, before, answers)


def test_y_is_optional_and_changes_nothing(bench):
    """With alpha=0 the true labels are not learned."""
    teacher = bench.fitted_teacher()
    without = bench.case.make(teacher).fit(bench.X).predict(bench.X)
    given = bench.case.make(teacher).fit(bench.X, bench.y).predict(bench.X)
    np.testing.assert_array_equal(without, given)


def test_clone_freezes_the_teacher(bench):
    """A clone holds the very same teacher, in a FrozenEstimator; so does a clone of it."""
    teacher = bench.fitted_teacher()
    before, answers = state(teacher), teacher.predict(bench.X)
    distiller = bench.case.make(teacher).fit(bench.X)
    first = clone(distiller)
    second = clone(first)
    assert distiller.teacher is teacher  # cloning does not change what is cloned
    for copy in (first, second):
        assert isinstance(copy.teacher, FrozenEstimator)
        assert copy.teacher.estimator is teacher
        assert not hasattr(copy, "teacher_")
        np.testing.assert_array_equal(
            copy.fit(bench.X).predict(bench.X), distiller.predict(bench.X)
        )
    assert_untouched(bench, teacher, before, answers)


def test_clone_keeps_all_other_parameters(learner):
    distiller = learner.case.make(learner.fitted_teacher(), alpha=0.25, max_queries=1234)
    theirs = clone(distiller).get_params(deep=False)
    ours = distiller.get_params(deep=False)
    assert theirs.keys() == ours.keys()
    assert theirs["alpha"] == 0.25
    assert theirs["max_queries"] == 1234
    assert repr(theirs["transfer_set"]) == repr(ours["transfer_set"])


@pytest.mark.parametrize(
    "hold",
    [
        lambda teacher: teacher,
        FrozenEstimator,
        CachedTeacher,
        lambda teacher: CallableTeacher(teacher.predict),
        lambda teacher: teacher.predict,
    ],
    ids=["fitted", "frozen", "cached", "callable", "bare callable"],
)
def test_nested_parameters_are_refused(bench, hold):
    """Nothing reaches into a trained teacher, not even through a pipeline or its wrapper."""
    teacher = bench.fitted_teacher()
    before, answers = state(teacher), teacher.predict(bench.X)
    held = hold(teacher)
    distiller = bench.case.make(held)
    knob = bench.case.knob
    for name in (knob, "estimator", f"estimator__{knob}", "teacher", "function", "classes"):
        with pytest.raises(ValueError, match=rf"Cannot set \['teacher__{name}'\].*already fitted"):
            distiller.set_params(**{f"teacher__{name}": 100.0})
        with pytest.raises(ValueError, match="already fitted"):
            Pipeline([("student", distiller)]).set_params(**{f"student__teacher__{name}": 100.0})
    assert distiller.teacher is held
    assert_untouched(bench, teacher, before, answers)


def test_search_over_a_fitted_teachers_parameter_is_refused(bench):
    """A grid over ``teacher__C`` would train other models than the one to be distilled."""
    teacher = bench.fitted_teacher()
    before, answers = state(teacher), teacher.predict(bench.X)
    search = GridSearchCV(
        bench.case.make(teacher), {f"teacher__{bench.case.knob}": [0.01, 1.0]}, cv=2
    )
    with pytest.raises(ValueError, match="already fitted"):
        search.fit(bench.X, bench.y)
    assert_untouched(bench, teacher, before, answers)


def test_another_teacher_may_be_set(bench):
    """``teacher`` itself is a parameter like any other; its own ones then belong to it."""
    old, new = bench.fitted_teacher(), bench.new_teacher()
    distiller = bench.case.make(old).set_params(
        **{"teacher": new, f"teacher__{bench.case.knob}": 3}
    )
    assert distiller.teacher is new
    assert getattr(new, bench.case.knob) == 3
    with pytest.raises(ValueError, match="already fitted"):
        distiller.set_params(**{"teacher": old, f"teacher__{bench.case.knob}": 3})


def test_search_in_two_processes(bench):
    """A search over tree and rows neither refits the teacher in any process nor changes it."""
    teacher = bench.fitted_teacher()
    before, answers = state(teacher), teacher.predict(bench.X)
    search = GridSearchCV(
        bench.case.make_for_grid(teacher),
        bench.case.grid(),
        scoring=FidelityScorer(),
        cv=2,
        n_jobs=2,
        error_score="raise",
    ).fit(bench.X)
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()
    if len(bench.case.grid()) > 1:  # a larger tree is a truer one
        assert len(np.unique(search.cv_results_["mean_test_score"])) > 1
    best = search.best_estimator_
    assert best.teacher_.estimator is teacher
    assert_untouched(bench, teacher, before, answers)
    alone = GridSearchCV(
        bench.case.make_for_grid(teacher), bench.case.grid(), scoring=FidelityScorer(), cv=2
    ).fit(bench.X)
    np.testing.assert_array_equal(
        alone.cv_results_["mean_test_score"], search.cv_results_["mean_test_score"]
    )


def test_grid_with_and_without_teacher(learner):
    """``{"teacher": [None, FrozenEstimator(t)]}`` asks honestly what the teacher is good for."""
    teacher = learner.fitted_teacher()
    before, answers = state(teacher), teacher.predict(learner.X)
    frozen = FrozenEstimator(teacher)
    search = GridSearchCV(
        learner.case.make(teacher),
        {"teacher": [None, frozen]},
        scoring=FidelityScorer(teacher),
        cv=2,
        error_score="raise",
    ).fit(learner.X, learner.y)
    scores = [
        cross_val_score(
            learner.case.make(t), learner.X, learner.y, scoring=FidelityScorer(teacher), cv=2
        ).mean()
        for t in (None, frozen)
    ]
    np.testing.assert_array_equal(search.cv_results_["mean_test_score"], scores)
    assert search.best_estimator_.teacher_ is [None, frozen][search.best_index_]
    assert_untouched(learner, teacher, before, answers)
    learner = clone(search.estimator).set_params(teacher=None).fit(learner.X, learner.y)
    assert learner.teacher_ is None
    assert learner.n_queries_ == 0


def test_bare_values_of_a_grid_are_unfitted_by_the_search(bench):
    """What no design can catch: a search clones the values of its grid before we see them.

    A bare fitted estimator listed there arrives unfitted: it is trained anew
    on every fold, or refused where there is no y. The user's own object stays
    as it is. ``FrozenEstimator`` (above) is the way out.
    """
    teacher = bench.fitted_teacher()
    before = state(teacher)
    search = GridSearchCV(
        bench.case.make(None),
        {"teacher": [teacher]},
        scoring=FidelityScorer(),
        cv=2,
        error_score="raise",
    )
    with pytest.raises(ValueError, match="requires y"):
        search.fit(bench.X)
    assert bench.fits == []
    search.fit(bench.X, bench.y)
    assert bench.fits == [120, 120, 240]
    assert search.best_estimator_.teacher_ is not teacher
    assert state(teacher) == before


def test_cross_validate(bench):
    """Each fold's student asks the one teacher."""
    teacher = bench.fitted_teacher()
    before, answers = state(teacher), teacher.predict(bench.X)
    result = cross_validate(
        bench.case.make(teacher),
        bench.X,
        scoring={"fidelity": FidelityScorer()},
        cv=3,
        return_estimator=True,
        error_score="raise",
    )
    assert np.isfinite(result["test_fidelity"]).all()
    assert all(student.teacher_.estimator is teacher for student in result["estimator"])
    assert_untouched(bench, teacher, before, answers)


def test_inside_a_pipeline(bench):
    """The teacher sees what the earlier steps hand on; a clone of the pipeline freezes it."""
    scaler = StandardScaler().fit(bench.X)
    teacher = bench.new_teacher().fit(scaler.transform(bench.X), bench.y)
    bench.log.unlink()
    before, answers = state(teacher), teacher.predict(bench.X)
    pipeline = Pipeline([("scale", StandardScaler()), ("student", bench.case.make(teacher))])
    copy = clone(pipeline)
    predicted = pipeline.fit(bench.X).predict(bench.X)
    assert pipeline.named_steps["student"].teacher_ is teacher
    assert copy.named_steps["student"].teacher.estimator is teacher
    np.testing.assert_array_equal(copy.fit(bench.X).predict(bench.X), predicted)
    direct = bench.case.make(teacher).fit(scaler.transform(bench.X))
    np.testing.assert_array_equal(direct.predict(scaler.transform(bench.X)), predicted)
    assert_untouched(bench, teacher, before, answers)


@pytest.mark.parametrize("way", ["pickle", "joblib"])
def test_round_trip(bench, way, tmp_path):
    """Fitted or not, a distiller and its teacher come back from disk with the same answers."""
    teacher = bench.fitted_teacher()
    distiller = bench.case.make(teacher).fit(bench.X)
    if way == "pickle":
        back = pickle.loads(pickle.dumps(distiller))
    else:
        joblib.dump(distiller, tmp_path / "distiller.joblib")
        back = joblib.load(tmp_path / "distiller.joblib")
    np.testing.assert_array_equal(back.predict(bench.X), distiller.predict(bench.X))
    np.testing.assert_array_equal(back.teacher_.predict(bench.X), teacher.predict(bench.X))
    assert back.n_queries_ == distiller.n_queries_
    assert float(back.fidelity_) == float(distiller.fidelity_)
    # and it can be fitted again, with the teacher that came along
    np.testing.assert_array_equal(clone(back).fit(bench.X).predict(bench.X), back.predict(bench.X))
    assert bench.fits == []


def test_same_seed_same_result(bench):
    """One random_state, one result, bit for bit; another one gives other rows."""
    teacher = bench.fitted_teacher()
    one, two = (bench.case.make_for_grid(teacher).fit(bench.X) for _ in range(2))
    np.testing.assert_array_equal(one.predict(bench.X), two.predict(bench.X))
    assert pickle.dumps(one) == pickle.dumps(two)
    np.testing.assert_array_equal(one.transfer_set_.sample(50), two.transfer_set_.sample(50))
    seeds = [
        bench.case.make(teacher, transfer_set=clone(one.transfer_set), random_state=seed)
        .set_params(transfer_set__random_state=None)
        .fit(bench.X)
        .transfer_set_.sample(50)
        for seed in (0, 0, 1)
    ]
    np.testing.assert_array_equal(seeds[0], seeds[1])
    assert not np.array_equal(seeds[0], seeds[2])


def test_same_result_whatever_n_jobs(bench):
    """Labelling in many batches, one after the other or at once, gives the same student."""
    teacher = bench.fitted_teacher()
    X = np.tile(bench.X, (70, 1)) + np.random.default_rng(0).normal(size=(70 * 240, 5)) / 10
    assert len(X) > 16_384  # more than one batch
    students = [
        bench.case.make(teacher, transfer_set=None, max_queries=None, n_jobs=n_jobs).fit(X)
        for n_jobs in (1, 2)
    ]
    assert students[0].n_queries_ == len(X)
    np.testing.assert_array_equal(students[0].predict(X), students[1].predict(X))
    if hasattr(students[0], "predict_proba"):
        np.testing.assert_array_equal(students[0].predict_proba(X), students[1].predict_proba(X))


def test_callers_rows_are_never_changed(learner):
    """X, y and weights come out of fit and predict as they went in."""
    pd = pytest.importorskip("pandas")
    teacher = learner.case.teacher_class(log=str(learner.log)).fit(
        pd.DataFrame(learner.X), learner.y
    )
    y, weight = np.array(learner.y), np.linspace(0, 2, len(learner.y))
    for X in (
        np.array(learner.X),
        pd.DataFrame(learner.X),
        pd.DataFrame(learner.X, dtype=np.float32),
    ):
        X_before, y_before, weight_before = X.copy(), y.copy(), weight.copy()
        if not isinstance(X, pd.DataFrame):
            fitted = learner.fitted_teacher()
        else:
            fitted = teacher
        learner.case.make(fitted, alpha=0.5).fit(X, y, sample_weight=weight).predict(X)
        same = X.equals(X_before) if isinstance(X, pd.DataFrame) else np.array_equal(X, X_before)
        assert same
        np.testing.assert_array_equal(y, y_before)
        np.testing.assert_array_equal(weight, weight_before)

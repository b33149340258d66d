"""An unfitted teacher is cloned and fitted inside ``fit``, on the rows of that fit alone."""

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV, cross_validate
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.validation import check_is_fitted

from skdistill import FidelityScorer


def assert_unfitted(estimator):
    with pytest.raises(NotFittedError):
        check_is_fitted(estimator)


def test_a_clone_is_fitted_and_the_users_own_is_not(bench):
    teacher = bench.new_teacher(**{bench.case.knob: 0.5})
    distiller = bench.case.make(teacher).fit(bench.X, bench.y)
    assert bench.fits == [len(bench.X)]
    assert distiller.teacher is teacher
    assert distiller.teacher_ is not teacher
    assert_unfitted(teacher)
    by_hand = clone(teacher).fit(bench.X, bench.y)
    np.testing.assert_array_equal(distiller.teacher_.predict(bench.X), by_hand.predict(bench.X))
    np.testing.assert_array_equal(
        bench.case.make(by_hand).fit(bench.X).predict(bench.X), distiller.predict(bench.X)
    )


def test_y_is_required(learner):
    """Without y an unfitted teacher cannot learn, and the message says both ways out."""
    with pytest.raises(ValueError, match=r"unfitted Logged\w+: training it requires y.*Pass y, or"):
        learner.case.make(learner.new_teacher()).fit(learner.X)
    with pytest.raises(ValueError, match=r"teacher=None learns from y itself.*requires y"):
        learner.case.make(None).fit(learner.X)
    assert learner.fits == []


def test_clone_copies_it_unfitted(bench):
    teacher = bench.new_teacher(**{bench.case.knob: 0.5})
    distiller = bench.case.make(teacher).fit(bench.X, bench.y)
    copy = clone(distiller)
    assert type(copy.teacher) is type(teacher)
    assert copy.teacher is not teacher
    assert getattr(copy.teacher, bench.case.knob) == 0.5
    assert_unfitted(copy.teacher)


def test_nested_parameters_reach_it(bench):
    knob = bench.case.knob
    distiller = bench.case.make(bench.new_teacher())
    distiller.set_params(**{f"teacher__{knob}": 7.0})
    assert getattr(distiller.teacher, knob) == 7.0
    pipeline = Pipeline([("student", distiller)]).set_params(**{f"student__teacher__{knob}": 8.0})
    assert getattr(distiller.teacher, knob) == 8.0
    pipeline.fit(bench.X, bench.y)
    assert getattr(distiller.teacher_, knob) == 8.0


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_search_over_its_parameters_is_honest(bench, n_jobs):
    """Each candidate trains its own teacher in each fold, on that fold's rows."""
    knob, values = bench.case.knob, [1e-3, 1e3]
    teacher = bench.new_teacher()
    search = GridSearchCV(
        Pipeline([("scale", StandardScaler()), ("student", bench.case.make(teacher))]),
        {f"student__teacher__{knob}": values},
        cv=2,
        n_jobs=n_jobs,
        error_score="raise",
    ).fit(bench.X, bench.y)
    assert bench.fits == [120, 120, 120, 120, 240]
    best = search.best_params_[f"student__teacher__{knob}"]
    assert getattr(search.best_estimator_.named_steps["student"].teacher_, knob) == best
    assert len(np.unique(search.cv_results_["mean_test_score"])) == 2
    assert getattr(teacher, knob) == 1.0
    assert_unfitted(teacher)


def test_cross_validation_gives_each_fold_its_own(bench):
    result = cross_validate(
        bench.case.make(bench.new_teacher()),
        bench.X,
        bench.y,
        scoring=FidelityScorer(),
        cv=3,
        return_estimator=True,
        error_score="raise",
    )
    assert bench.fits == [160, 160, 160]
    teachers = [student.teacher_ for student in result["estimator"]]
    assert len({id(teacher) for teacher in teachers}) == 3
    assert not np.array_equal(teachers[0].coef_, teachers[1].coef_)


def test_same_seed_seeds_the_teacher(bench):
    """Two fits with one random_state train equal teachers and equal students."""
    teacher = bench.new_teacher()
    one, two = (bench.case.make(teacher).fit(bench.X, bench.y) for _ in range(2))
    np.testing.assert_array_equal(one.teacher_.coef_, two.teacher_.coef_)
    np.testing.assert_array_equal(one.predict(bench.X), two.predict(bench.X))

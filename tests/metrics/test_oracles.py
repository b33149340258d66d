"""Teachers that leave rows out, keep to a budget or store predictions, in every measure."""

import numpy as np
import pytest
from sklearn.naive_bayes import GaussianNB

from skdistill import (
    CachedTeacher,
    DistilledTreeClassifier,
    FidelityScorer,
    SequentialCertificate,
    fidelity_certificate,
    fidelity_report,
)
from skdistill.exceptions import (
    DistillationWarning,
    OutOfQueriesError,
    TeacherAnswerError,
)
from skdistill.metrics import stability_score
from skdistill.teachers import Oracle
from skdistill.trees import CartGrower
from tests.metrics._measures import MEASURES, measured, overlapping_classes, small_tree


@pytest.fixture(scope="module")
def table():
    """Rows with labels, and fresh ones."""
    return overlapping_classes()


def failing(function, X_bad=0.0):
    """A service that fails wherever the second column is above a bound."""

    def service(X):
        if (X[:, 1] > X_bad).any():
            raise TimeoutError("no connection")
        return function(X)

    return service


def test_rows_left_out_are_counted_and_reported(table):
    """A teacher that fails on some rows is compared on the others, everywhere."""
    X, y, fresh = table
    tree, model = small_tree(X, y), GaussianNB().fit(X, y)
    oracle = Oracle(failing(model.predict), kind="classifier", on_error="drop")
    kept = fresh[:, 1] <= 0
    n_left_out = int(np.sum(~kept))
    expected = np.mean(model.predict(fresh[kept]) == tree.predict(fresh[kept]))

    with pytest.warns(DistillationWarning, match=rf"no prediction for {n_left_out} of 300 rows"):
        assert FidelityScorer(oracle)(tree, fresh) == pytest.approx(expected)
    weight = np.random.default_rng(0).random(300)
    truth = model.predict(fresh)
    report = fidelity_report(
        tree, fresh, truth, teacher=oracle, sample_weight=weight, n_rows_shown=100
    )
    assert (report.n_rows, report.n_left_out) == (kept.sum(), n_left_out)
    assert report.teacher_accuracy.value == 1
    same = model.predict(fresh[kept]) == tree.predict(fresh[kept])
    assert report.fidelity.value == pytest.approx(np.average(same, weights=weight[kept]))
    assert f"{n_left_out} more rows left out: the teacher has no prediction" in str(report)
    for row in (row for leaf in report.leaves for row in leaf.rows):  # positions are those in X
        assert row.values == {f"x{j}": fresh[row.index, j] for j in range(5)}
        assert row.y_teacher != row.y_student == tree.predict(fresh[[row.index]])[0]

    certificate = fidelity_certificate(oracle, tree, fresh)
    alone = fidelity_certificate(model, tree, fresh[kept])
    assert certificate.bound == alone.bound
    assert (certificate.n_rows, certificate.n_left_out) == (kept.sum(), n_left_out)
    assert f"{n_left_out} more left out without a prediction of the teacher" in str(certificate)
    groups = np.arange(300) % 2
    by_group = fidelity_certificate(oracle, tree, fresh, groups=groups)
    for label, each in by_group.items():
        assert each.n_rows == np.sum(kept & (groups == label))
        assert each.n_left_out == np.sum(~kept & (groups == label))
    with pytest.raises(ValueError, match="number of others of the pool"):
        fidelity_certificate(oracle, tree, fresh, pool_size=1000)
    watch = SequentialCertificate(oracle, tree)
    watch.update(fresh[:100])
    assert watch.update(fresh[100:]).n_left_out == n_left_out
    assert watch.certificate_.n_rows == kept.sum()


@pytest.mark.filterwarnings("ignore:.*rows of the transfer set, which are left out")
def test_rows_left_out_of_fits(table):
    """Stability says how many of the rows the students were really fitted on."""
    X, y, _ = table
    model = GaussianNB().fit(X, y)
    oracle = Oracle(failing(model.predict), kind="classifier", on_error="drop")
    student = DistilledTreeClassifier(oracle, grower=CartGrower(), transfer_set=None)
    found = stability_score(student, X, n_runs=2, random_state=0)
    assert found.n_seen == np.sum(X[:, 1] <= 0)
    assert not found.in_sample


def test_everything_left_out(table):
    """A teacher that fails everywhere is an error, with its first failure."""
    X, y, fresh = table
    oracle = Oracle(failing(None, X_bad=-np.inf), kind="classifier", on_error="drop")
    for measure in MEASURES.values():
        with pytest.raises(TeacherAnswerError, match="failed on all 300 rows"):
            measure(small_tree(X, y), fresh, oracle)


@measured
def test_budgets_hold(table, measure):
    """A teacher that keeps to a budget keeps to it here too."""
    X, y, fresh = table
    oracle = Oracle(GaussianNB().fit(X, y), max_queries=299)
    with pytest.raises(OutOfQueriesError):
        measure(small_tree(X, y), fresh, oracle)
    assert oracle.n_queries_ == 0
    measure(small_tree(X, y), fresh[:200], oracle)
    assert oracle.n_queries_ == 200


@measured
def test_cached_teachers(table, measure):
    """Rows whose predictions are known are not queried again, by any measure."""
    X, y, fresh = table
    cached = CachedTeacher(GaussianNB().fit(X, y))
    first = fidelity_report(small_tree(X, y), fresh, teacher=cached).fidelity.value
    assert measure(small_tree(X, y), fresh, cached) == pytest.approx(first)
    assert cached.n_queries_ == len(fresh)


@pytest.mark.parametrize("kind", ["labels", "probabilities"])
@measured
def test_stored_predictions_are_a_teacher(table, measure, kind):
    """Labels in a file, or probabilities of an earlier run, for the rows that they belong to."""
    X, y, fresh = table
    tree, model = small_tree(X, y), GaussianNB().fit(X, y)
    if kind == "labels":
        stored = CachedTeacher.from_answers(fresh, model.predict(fresh), kind="classifier")
    else:
        stored = CachedTeacher.from_answers(fresh, model.predict_proba(fresh), classes=[0, 1])
    expected = np.mean(model.predict(fresh) == tree.predict(fresh))
    assert measure(tree, fresh, stored) == pytest.approx(expected)
    report = fidelity_report(tree, fresh, teacher=stored)
    assert ("total_variation" in report.scores) == (kind == "probabilities")
    assert report.not_compared == ""
    with pytest.raises(ValueError, match="300 of 300 rows have no stored prediction"):
        measure(tree, X, stored)


@pytest.mark.filterwarnings("ignore:The teacher has no prediction for 200 of 300 rows")
@measured
def test_rows_without_a_stored_prediction_may_be_left_out(table, measure):
    """The measure is that of the others."""
    X, y, fresh = table
    tree, model = small_tree(X, y), GaussianNB().fit(X, y)
    stored = CachedTeacher.from_answers(
        fresh[:100], model.predict(fresh[:100]), kind="classifier", on_error="drop"
    )
    expected = np.mean(model.predict(fresh[:100]) == tree.predict(fresh[:100]))
    assert measure(tree, fresh, stored) == pytest.approx(expected)
    assert fidelity_report(tree, fresh, teacher=stored).n_left_out == 200
    assert fidelity_certificate(stored, tree, fresh).n_left_out == 200


@pytest.mark.filterwarnings("ignore:.*rows of the transfer set, which are left out")
def test_stability_of_students_of_stored_predictions(table):
    """The transfer set draws nothing; rows without a prediction are no rows of the fit."""
    X, y, fresh = table
    stored = CachedTeacher.from_answers(X[:200], y[:200], kind="classifier", on_error="drop")
    student = DistilledTreeClassifier(stored, grower=CartGrower(), transfer_set=None)
    found = stability_score(student, X, X_eval=np.vstack([X, fresh]), n_runs=2, random_state=0)
    assert (found.n_rows, found.n_seen) == (600, 200)

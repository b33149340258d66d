"""Metrics against closed forms and scikit-learn's."""

import pickle

import numpy as np
import pytest
from scipy.special import rel_entr
from sklearn.metrics import (
    accuracy_score,
    balanced_accuracy_score,
    log_loss,
    r2_score,
    root_mean_squared_error,
)

from skdistill import fidelity_score
from skdistill.metrics import InSampleFidelity
from skdistill.metrics._fidelity import METRICS

RNG = np.random.default_rng(0)
Y_TEACHER, Y_STUDENT = RNG.integers(0, 3, 200), RNG.integers(0, 3, 200)
P, Q = RNG.dirichlet([1, 1, 1], 200), RNG.dirichlet([1, 1, 1], 200)
WEIGHT = RNG.random(200)


@pytest.mark.parametrize("weight", [None, WEIGHT], ids=["plain", "weighted"])
@pytest.mark.parametrize(
    "names", [None, np.array(["a", "b", "c"]), np.array(["a", "b", "c"], object)]
)
def test_labels(weight, names):
    """Agreement is accuracy with the teacher as truth; balanced likewise; labels of any kind."""
    y_teacher, y_student = (
        (Y_TEACHER, Y_STUDENT) if names is None else (names[Y_TEACHER], names[Y_STUDENT])
    )
    np.testing.assert_allclose(
        fidelity_score(y_teacher, y_student, sample_weight=weight),
        accuracy_score(y_teacher, y_student, sample_weight=weight),
    )
    np.testing.assert_allclose(
        fidelity_score(y_teacher, y_student, metric="balanced_agreement", sample_weight=weight),
        balanced_accuracy_score(y_teacher, y_student, sample_weight=weight),
    )


@pytest.mark.parametrize("weight", [None, WEIGHT], ids=["plain", "weighted"])
def test_probabilities(weight):
    """Total variation and KL divergence by their definitions."""
    np.testing.assert_allclose(
        fidelity_score(P, Q, metric="total_variation", sample_weight=weight),
        np.average(np.maximum(P - Q, 0).sum(axis=1), weights=weight),
    )
    np.testing.assert_allclose(
        fidelity_score(P, Q, metric="kl_divergence", sample_weight=weight),
        np.average(rel_entr(P, Q).sum(axis=1), weights=weight),
    )


def test_divergence_from_sure_teachers():
    """KL from a one-hot teacher is the log loss; a student's zero is costly, not infinite."""
    sure = np.eye(3)[Y_TEACHER]
    np.testing.assert_allclose(
        fidelity_score(sure, Q, metric="kl_divergence"), log_loss(Y_TEACHER, Q), rtol=1e-6
    )
    wrong = fidelity_score([[1.0, 0.0]], [[0.0, 1.0]], metric="kl_divergence")
    np.testing.assert_allclose(wrong, -np.log(np.finfo(float).eps))
    assert fidelity_score(sure, sure, metric="kl_divergence") == 0


@pytest.mark.parametrize("weight", [None, WEIGHT], ids=["plain", "weighted"])
@pytest.mark.parametrize("width", [None, 2])
def test_values(weight, width):
    """R² and root mean squared error as in scikit-learn, of one output and of several."""
    shape = 200 if width is None else (200, width)
    y_teacher = RNG.normal(size=shape)
    y_student = y_teacher + RNG.normal(size=shape) / 3
    np.testing.assert_allclose(
        fidelity_score(y_teacher, y_student, metric="r2", sample_weight=weight),
        r2_score(y_teacher, y_student, sample_weight=weight),
    )
    if width is None:
        np.testing.assert_allclose(
            fidelity_score(y_teacher, y_student, metric="rmse", sample_weight=weight),
            root_mean_squared_error(y_teacher, y_student, sample_weight=weight),
        )


def test_best_and_worst():
    """Equal answers are best in every metric; the sign of each is as documented."""
    for metric, (_, on_probabilities, greater_is_better) in METRICS.items():
        one, other = (P, Q) if on_probabilities else (Y_TEACHER, Y_STUDENT)
        best, worse = (fidelity_score(one, each, metric=metric) for each in (one, other))
        np.testing.assert_allclose(best, 1 if greater_is_better else 0, atol=1e-12)
        assert (worse < best) == greater_is_better
    assert fidelity_score([[1.0, 0.0]], [[0.0, 1.0]], metric="total_variation") == 1


def test_balanced_agreement_counts_the_teachers_classes():
    """A class that only the student says is no class of the mean."""
    assert fidelity_score(["a", "a", "a", "b"], ["a", "a", "c", "c"]) == 0.5
    score = fidelity_score(["a", "a", "a", "b"], ["a", "a", "c", "c"], metric="balanced_agreement")
    np.testing.assert_allclose(score, (2 / 3 + 0) / 2)
    weighted = fidelity_score(
        ["a", "b"], ["a", "a"], metric="balanced_agreement", sample_weight=[1, 0]
    )
    assert weighted == 1  # a class without weight does not count


@pytest.mark.parametrize(
    ("y_teacher", "y_student", "metric", "message"),
    [
        ([0, 1], [0, 1], "accuracy", r"metric must be one of \['agreement'"),
        ([0, 1], [0, 1, 1], "agreement", r"different shapes: \(2,\) and \(3,\)"),
        ([], [], "agreement", "y_teacher is empty"),
        ([0, 1], [0, 1], "kl_divergence", "compares probabilities of shape"),
        (P, P[:, :2], "total_variation", "different shapes"),
    ],
)
def test_errors(y_teacher, y_student, metric, message):
    """What cannot be compared is an error in plain words."""
    with pytest.raises(ValueError, match=message):
        fidelity_score(y_teacher, y_student, metric=metric)


def test_in_sample_fidelity():
    """A float that says in-sample when printed, and survives a pickle."""
    value = InSampleFidelity(0.9712, "agreement", 500)
    assert repr(value) == "0.971 agreement in-sample (500 rows the student was fitted on)"
    assert str(value) == repr(value)
    assert value > 0.97
    assert value + 0 == 0.9712
    assert f"{value:.2f}" == "0.97"
    again = pickle.loads(pickle.dumps(value))
    assert (again, again.metric, again.n_rows) == (value, "agreement", 500)
    assert isinstance(again, InSampleFidelity)

"""Sample weights: weight k is k repeats, weight zero is no row."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsRegressor
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from skdistill import (
    CallableTeacher,
    DistilledClassifier,
    DistilledRegressor,
    DistilledTreeClassifier,
    DistilledTreeRegressor,
)
from tests.base._students import RecordingRegressor, three_shares

RNG = np.random.default_rng(0)
X = RNG.normal(size=(150, 4))
Y = np.digitize(X[:, 0] + X[:, 1], [-0.5, 0.5])
WEIGHT = RNG.integers(0, 4, size=150)
SOFT = CallableTeacher(three_shares, output="probabilities")
SETTINGS = {"transfer_set": None, "random_state": 0}

STUDENTS = [
    DistilledTreeClassifier(**SETTINGS),
    DistilledTreeClassifier(SOFT, **SETTINGS),
    DistilledTreeClassifier(SOFT, labels="soft", **SETTINGS),
    DistilledTreeClassifier(SOFT, labels="soft", alpha=0.3, **SETTINGS),
    DistilledTreeClassifier(SOFT, labels="soft", class_weight="balanced", **SETTINGS),
    DistilledTreeClassifier(GaussianNB(), **SETTINGS),
    DistilledTreeRegressor(**SETTINGS),
    DistilledTreeRegressor(lambda X: np.sin(X[:, 0]) * X[:, 1], **SETTINGS),
    DistilledTreeRegressor(lambda X: np.exp(X[:, :2]), alpha=0.0, **SETTINGS),
    DistilledTreeRegressor(Ridge(), alpha=0.5, **SETTINGS),
    DistilledClassifier(SOFT, DecisionTreeClassifier(max_depth=4), labels="soft", **SETTINGS),
    DistilledClassifier(SOFT, DecisionTreeRegressor(max_depth=4), labels="soft", **SETTINGS),
    DistilledRegressor(lambda X: np.sin(X[:, 0]), DecisionTreeRegressor(max_depth=4), **SETTINGS),
]


@pytest.mark.parametrize("distiller", STUDENTS, ids=lambda d: type(d).__name__)
def test_weights_are_repeats(distiller):
    """Exactly the same student from weighted rows and from repeated ones, in any order."""
    rng = np.random.default_rng(1)
    y = Y if hasattr(distiller, "labels") else X[:, 0] * Y
    weighted = distiller.fit(X, y, sample_weight=WEIGHT).predict(X)
    fidelity = float(distiller.fidelity_)
    asked = distiller.n_queries_
    order = rng.permutation(np.repeat(np.arange(150), WEIGHT))
    repeated = distiller.fit(X[order], y[order]).predict(X)
    np.testing.assert_allclose(weighted, repeated, rtol=1e-12) if y.dtype.kind == "f" else (
        np.testing.assert_array_equal(weighted, repeated)
    )
    assert fidelity == pytest.approx(float(distiller.fidelity_), rel=1e-9)
    if distiller.teacher is not None:
        assert asked == np.count_nonzero(WEIGHT)
        assert distiller.n_queries_ == WEIGHT.sum()


def test_smooth_students_too():
    """A logistic and a linear student are nearly the same: their solvers end at a tolerance."""
    order = np.repeat(np.arange(150), WEIGHT)
    for student in (LogisticRegression(tol=1e-10, max_iter=1000), Ridge()):
        distiller = DistilledClassifier(SOFT, student, labels="soft", **SETTINGS)
        weighted = distiller.fit(X, sample_weight=WEIGHT).predict_proba(X)
        repeated = distiller.fit(X[order]).predict_proba(X)
        np.testing.assert_allclose(weighted, repeated, atol=1e-5)


def test_zero_weights_are_no_rows():
    """They are dropped before anything sees them: bounds, labels, teacher and student."""
    rows, weight = X.copy(), np.ones(150)
    rows[:3] *= 1e6  # outliers
    weight[:3] = 0
    y = Y.copy()
    y[:3] = 77  # labels that the teacher does not know
    seen = []

    def teacher(rows):
        seen.append(rows)
        return three_shares(rows)

    soft = CallableTeacher(teacher, output="probabilities", classes=[0, 1, 2])
    distiller = DistilledTreeClassifier(soft, labels="soft", alpha=0.5, random_state=0)
    distiller.fit(rows, y, sample_weight=weight)
    queried = np.concatenate(seen)  # in batches
    assert np.abs(queried).max() < 10
    assert len(queried) == distiller.n_queries_
    np.testing.assert_array_equal(queried[:147], X[3:])


def test_an_unfitted_teacher_is_weighted_too():
    taught = DistilledTreeClassifier(GaussianNB(), **SETTINGS).fit(X, Y, sample_weight=WEIGHT)
    by_hand = GaussianNB().fit(X, Y, sample_weight=WEIGHT)
    np.testing.assert_allclose(taught.teacher_.theta_, by_hand.theta_)


def test_weights_in_frames():
    rng = np.random.default_rng(1)
    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame(X, index=rng.permutation(150))
    one = DistilledTreeClassifier(SOFT, **SETTINGS).fit(frame, sample_weight=pd.Series(WEIGHT))
    two = DistilledTreeClassifier(SOFT, **SETTINGS).fit(X, sample_weight=WEIGHT)
    np.testing.assert_array_equal(one.predict(frame), two.predict(X))


@pytest.mark.parametrize(
    ("weight", "message"),
    [
        (np.zeros(150), "at least one non-zero number"),
        (np.full(150, np.nan), "sample_weight contains NaN"),
        (-np.ones(150), "[Nn]egative values in data passed to `?sample_weight"),
        (np.ones(3), r"sample_weight.shape == \(3,\), expected \(150,\)"),
        (np.ones((150, 2)), "must be 1D"),
    ],
)
def test_bad_weights(weight, message):
    with pytest.raises(ValueError, match=message):
        DistilledTreeClassifier(SOFT, **SETTINGS).fit(X, sample_weight=weight)


def test_students_without_weights():
    """They cannot be weighted; without weights and soft labels they are welcome."""
    teacher = CallableTeacher(lambda X: X[:, 0])
    student = DistilledRegressor(teacher, KNeighborsRegressor(), **SETTINGS)
    assert student.fit(X).fidelity_ > 0.5
    with pytest.raises(ValueError, match=r"\(KNeighborsRegressor\) takes no sample_weight"):
        student.fit(X, sample_weight=WEIGHT)


def test_one_number_weighs_all():
    """scikit-learn takes a number for equal weights; so do we."""
    distiller = DistilledRegressor(lambda X: X[:, 0], RecordingRegressor(), **SETTINGS)
    np.testing.assert_array_equal(
        distiller.fit(X, sample_weight=2.5).student_.sample_weight_, np.full(150, 2.5)
    )

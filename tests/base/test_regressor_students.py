"""Regressors as students of classes: they learn the probabilities."""

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.ensemble import GradientBoostingRegressor, RandomForestRegressor
from sklearn.linear_model import LinearRegression, Ridge
from sklearn.multioutput import MultiOutputRegressor
from sklearn.neighbors import KNeighborsRegressor
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import PolynomialFeatures, StandardScaler
from sklearn.svm import SVR
from sklearn.tree import DecisionTreeRegressor

from skdistill import CallableTeacher, DistilledClassifier
from skdistill.base import snap
from tests.base._students import RecordingRegressor, sigmoid_shares, three_shares

RNG = np.random.default_rng(0)
X = RNG.normal(size=(200, 3))
TWO = CallableTeacher(sigmoid_shares, output="probabilities", classes=["no", "yes"])
THREE = CallableTeacher(three_shares, output="probabilities", classes=["a", "b", "c"])
SETTINGS = {"transfer_set": None, "random_state": 0}


@pytest.mark.parametrize(
    "student",
    [Ridge(), GradientBoostingRegressor(n_estimators=5, random_state=0), SVR()],
    ids=lambda s: type(s).__name__,
)
def test_two_classes(student):
    """One target, the second class; its complement is the first; all clipped to [0, 1]."""
    got = DistilledClassifier(TWO, student, labels="soft", **SETTINGS).fit(X)
    by_hand = clone(student).fit(X, snap(sigmoid_shares(X))[:, 1]).predict(X)
    second = np.clip(by_hand, 0, 1)
    np.testing.assert_allclose(
        got.predict_proba(X), np.column_stack([1 - second, second]), atol=1e-9
    )
    np.testing.assert_array_equal(got.predict(X), np.where(by_hand > 0.5, "yes", "no"))
    assert type(got.student_) is type(student)


@pytest.mark.parametrize(
    "student",
    [Ridge(), RandomForestRegressor(n_estimators=3, random_state=0), KNeighborsRegressor()],
    ids=lambda s: type(s).__name__,
)
def test_three_classes(student):
    """Students of several outputs learn all classes at once."""
    got = DistilledClassifier(THREE, student, labels="soft", **SETTINGS).fit(X)
    values = clone(student).fit(X, snap(three_shares(X))).predict(X)
    values = np.clip(values, 0, None)
    expected = values / values.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(got.predict_proba(X), expected, atol=1e-9)
    np.testing.assert_array_equal(got.predict(X), np.array(["a", "b", "c"])[values.argmax(axis=1)])


@pytest.mark.parametrize("weighted", [False, True])
def test_students_of_one_output(weighted):
    """One that has a single output is fitted once a class."""
    rng = np.random.default_rng(1)
    weight = rng.uniform(0.5, 2, size=200) if weighted else None
    student = GradientBoostingRegressor(n_estimators=5, random_state=0)
    got = DistilledClassifier(THREE, student, labels="soft", **SETTINGS).fit(
        X, sample_weight=weight
    )
    assert isinstance(got.student_, MultiOutputRegressor)
    shares = snap(three_shares(X))
    values = np.column_stack(
        [clone(student).fit(X, shares[:, k], weight).predict(X) for k in range(3)]
    )
    np.testing.assert_allclose(
        got.predict_proba(X), values / values.sum(axis=1, keepdims=True), atol=1e-9
    )


@pytest.mark.parametrize("weighted", [False, True])
def test_pipelines_of_one_output(weighted):
    """In a pipeline, its last step alone is fitted once a class; weights find it."""
    rng = np.random.default_rng(1)
    weight = rng.uniform(0.5, 2, size=200) if weighted else None
    last = GradientBoostingRegressor(n_estimators=5, random_state=0)
    student = make_pipeline(StandardScaler(), last)
    got = DistilledClassifier(THREE, student, labels="soft", **SETTINGS).fit(
        X, sample_weight=weight
    )
    assert isinstance(got.student_, Pipeline)
    assert isinstance(got.student_[-1], MultiOutputRegressor)
    rows = StandardScaler().fit_transform(X)
    by_hand = MultiOutputRegressor(last).fit(rows, snap(three_shares(X)), weight).predict(rows)
    np.testing.assert_allclose(
        got.predict_proba(X), by_hand / by_hand.sum(axis=1, keepdims=True), atol=1e-9
    )
    assert isinstance(student[-1], GradientBoostingRegressor)


def test_pipelines_of_several_outputs():
    student = make_pipeline(PolynomialFeatures(3), LinearRegression())
    got = DistilledClassifier(THREE, student, labels="soft", **SETTINGS).fit(X)
    assert isinstance(got.student_[-1], LinearRegression)
    assert got.fidelity_ > 0.9


@pytest.mark.parametrize("teacher", [TWO, THREE])
def test_hard_labels_are_certainties(teacher):
    """With hard labels a regressor learns zeros and ones."""
    got = DistilledClassifier(teacher, RecordingRegressor(), labels="hard", **SETTINGS).fit(X)
    targets = got.student_.y_
    codes = np.searchsorted(teacher.classes_, teacher.predict(X))
    expected = np.eye(len(teacher.classes_))[codes]
    np.testing.assert_array_equal(
        targets, expected[:, 1] if len(teacher.classes_) == 2 else expected
    )


def test_students_that_cannot_be_weighted():
    for student in (KNeighborsRegressor(), make_pipeline(StandardScaler(), KNeighborsRegressor())):
        distiller = DistilledClassifier(THREE, student, labels="soft", **SETTINGS)
        assert distiller.fit(X).fidelity_ > 0.5
        with pytest.raises(ValueError, match=r"takes no sample_weight, so neither weights"):
            distiller.fit(X, sample_weight=np.ones(200))


def test_rows_without_any_share():
    """Where a regressor gives nothing to any class, all are equally probable."""

    class Nothing(RecordingRegressor):
        def predict(self, X):
            return -np.ones((len(X), 3))

    got = DistilledClassifier(THREE, Nothing(), labels="soft", **SETTINGS).fit(X)
    np.testing.assert_allclose(got.predict_proba(X), 1 / 3)


def test_a_regression_tree_is_the_classification_tree():
    """Both kinds of tree learn the same shares from soft labels."""
    got = DistilledClassifier(
        THREE, DecisionTreeRegressor(max_leaf_nodes=9, random_state=0), labels="soft", **SETTINGS
    ).fit(X)
    tree = clone(got).set_params(student=None, labels="soft").fit(X)
    assert got.predict_proba(X).shape == tree.predict_proba(X).shape == (200, 3)
    np.testing.assert_allclose(got.predict_proba(X).sum(axis=1), 1)

"""How labels reach students: by what a student can do, as codes where it needs them."""

import numpy as np
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from skdistill import CallableTeacher, DistilledClassifier, DistilledRegressor, FidelityScorer

X, CODES = load_iris(return_X_y=True)
WORDS = np.array(["setosa", "versicolor", "virginica"])
SETTINGS = {"transfer_set": None, "random_state": 0}


class SoftCentroids(ClassifierMixin, BaseEstimator):
    """Means weighted by the probabilities: its own way to learn soft labels."""

    def fit(self, X, y, sample_weight=None):
        raise AssertionError("fit_soft is there")

    def fit_soft(self, X, P, sample_weight=None):
        weight = P if sample_weight is None else P * sample_weight[:, np.newaxis]
        self.centers_ = (weight.T @ X) / weight.sum(axis=0)[:, np.newaxis]
        return self

    def predict_proba(self, X):
        near = np.exp(-((X[:, np.newaxis] - self.centers_) ** 2).sum(axis=2))
        return near / near.sum(axis=1, keepdims=True)

    def predict(self, X):
        return self.predict_proba(X).argmax(axis=1)


@pytest.fixture(scope="module")
def teacher():
    return GaussianNB().fit(X, WORDS[CODES])


def test_fit_soft_is_used(teacher):
    """Centroids equal those computed by hand from the teacher's probabilities."""
    student = DistilledClassifier(teacher, SoftCentroids(), **SETTINGS).fit(X)
    P = teacher.predict_proba(X)
    by_hand = (P.T @ X) / P.sum(axis=0)[:, np.newaxis]
    np.testing.assert_allclose(student.student_.centers_, by_hand, rtol=1e-6)
    assert student.labels_ == "soft"
    assert student.predict(X).dtype.kind == "U"
    assert np.mean(student.predict(X) == teacher.predict(X)) == pytest.approx(student.fidelity_)
    assert student.predict_proba(X).shape == (150, 3)


def test_fit_soft_with_weights_and_hard_labels(teacher):
    weight = np.random.default_rng(0).integers(1, 4, 150)
    student = DistilledClassifier(teacher, SoftCentroids(), labels="hard", **SETTINGS)
    weighted = student.fit(X, sample_weight=weight).student_.centers_
    repeated = student.fit(np.repeat(X, weight, axis=0)).student_.centers_
    np.testing.assert_allclose(weighted, repeated)
    counted = np.average(X[teacher.predict(X) == "setosa"], axis=0)
    np.testing.assert_allclose(student.fit(X).student_.centers_[0], counted)


@pytest.mark.parametrize("labels", ["soft", "hard"])
def test_xgboost_with_words(labels, teacher):
    """It takes the numbers 0, 1, ... alone: words are encoded, and decoded again."""
    xgboost = pytest.importorskip("xgboost")
    student = DistilledClassifier(
        teacher, xgboost.XGBClassifier(n_estimators=5), labels=labels, **SETTINGS
    ).fit(X)
    assert set(student.predict(X)) == set(WORDS)
    assert student.fidelity_ > 0.9
    np.testing.assert_allclose(student.predict_proba(X).sum(axis=1), 1, atol=1e-5)
    assert np.mean(WORDS[student.predict_proba(X).argmax(axis=1)] == teacher.predict(X)) > 0.9


def test_xgboost_without_a_class_that_is_never_seen(teacher):
    """Codes of the classes that occur have no hole, and probabilities stand at the right one."""
    xgboost = pytest.importorskip("xgboost")
    part = X[teacher.predict(X) != "versicolor"]
    student = DistilledClassifier(
        teacher, xgboost.XGBClassifier(n_estimators=5), labels="hard", **SETTINGS
    ).fit(part)
    assert set(student.predict(part)) == {"setosa", "virginica"}
    proba = student.predict_proba(part)
    assert proba.shape == (len(part), 3)
    assert np.all(proba[:, 1] == 0)
    assert student.classes_.tolist() == WORDS.tolist()


def test_lightgbm_with_words(teacher):
    lightgbm = pytest.importorskip("lightgbm")
    model = lightgbm.LGBMClassifier(n_estimators=5, verbose=-1)
    student = DistilledClassifier(teacher, model, labels="hard", **SETTINGS).fit(X)
    assert student.fidelity_ > 0.9


def test_an_error_of_the_student_is_its_own(teacher):
    """Where neither labels nor numbers are taken, the first error is what is raised."""

    class Picky(ClassifierMixin, BaseEstimator):
        def fit(self, X, y):
            raise ValueError(f"not with {y[0]!r}")

        def predict(self, X):
            return X

    with pytest.raises(ValueError, match=r"not with .*setosa"):
        DistilledClassifier(teacher, Picky(), labels="hard", **SETTINGS).fit(X)


@pytest.mark.parametrize("student", [LogisticRegression(), DecisionTreeClassifier(), GaussianNB()])
@pytest.mark.parametrize("labels", ["soft", "hard"])
def test_a_real_row_counts_as_several_synthetic_ones(student, labels, teacher):
    """real_weight is what repeating every real row would be."""
    transfer_set = Shifted()
    fitted = DistilledClassifier(
        teacher,
        student,
        labels=labels,
        transfer_set=transfer_set,
        real_weight=3,
        random_state=0,
    ).fit(X)
    rows = np.concatenate([X, X, X, X + 0.1])
    by_hand = DistilledClassifier(teacher, student, labels=labels, **SETTINGS).fit(rows)
    np.testing.assert_allclose(fitted.predict_proba(X), by_hand.predict_proba(X), atol=2e-3)


class Shifted(BaseEstimator):
    """Every row once more, moved a little."""

    def fit(self, X, y=None):
        self.X_ = X
        self.n_samples_ = len(X)
        return self

    def sample(self, n_samples=None):
        return self.X_ + 0.1


def test_real_rows_of_regressors_count_too():
    def teacher(X):
        return np.where(X[:, 0] > 5.8, 1.0, 0.0) + X[:, 1]

    student = DecisionTreeRegressor(max_leaf_nodes=4)
    fitted = DistilledRegressor(
        teacher, student, transfer_set=Shifted(), real_weight=3, random_state=0
    ).fit(X)
    rows = np.concatenate([X, X, X, X + 0.1])
    by_hand = DistilledRegressor(teacher, student, **SETTINGS).fit(rows)
    np.testing.assert_allclose(fitted.predict(X), by_hand.predict(X), atol=1e-6)


def test_students_without_weights_say_so(teacher):
    student = DistilledClassifier(
        teacher, KNeighborsClassifier(), labels="hard", transfer_set=Shifted(), real_weight=2
    )
    with pytest.raises(ValueError, match=r"takes no sample_weight.*real_weight=1"):
        student.fit(X)
    with pytest.raises(ValueError, match=r"'real_weight' parameter .* must be a number > 0"):
        student.set_params(real_weight=0).fit(X)


def test_codes_survive_a_search(teacher):
    """A grid over students of which some need codes."""
    xgboost = pytest.importorskip("xgboost")
    search = GridSearchCV(
        DistilledClassifier(teacher, labels="hard", **SETTINGS),
        {"student": [GaussianNB(), xgboost.XGBClassifier(n_estimators=3)]},
        scoring=FidelityScorer(),
        cv=3,
    ).fit(X[np.random.default_rng(0).permutation(150)])
    assert np.all(search.cv_results_["mean_test_score"] > 0.8)


def test_columns_of_values_come_back_as_a_vector():
    """A student whose predict is of shape (n, 1) predicts (n,) as the teacher does."""

    class Column(DecisionTreeRegressor):
        def predict(self, X):
            return super().predict(X)[:, np.newaxis]

    student = DistilledRegressor(lambda X: X[:, 0], Column(), transfer_set=None).fit(X)
    assert student.predict(X).shape == (150,)
    labels = CallableTeacher(lambda X: (X[:, :1] > 5.8).astype(int), output="label")
    assert DistilledClassifier(labels, transfer_set=None).fit(X).predict(X).shape == (150,)

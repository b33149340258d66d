"""MUNGE as a sampler: the teacher labels old rows and new ones."""

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.datasets import load_breast_cancer, load_diabetes, load_iris
from sklearn.ensemble import RandomForestClassifier
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LinearRegression
from sklearn.model_selection import GridSearchCV, train_test_split
from sklearn.naive_bayes import GaussianNB
from sklearn.tree import DecisionTreeClassifier
from sklearn.utils.validation import check_is_fitted

from skdistill import DistilledTreeClassifier, MungeTransferSet


def test_fitted_teacher_labels_everything():
    """Rows of X first, then n_samples_ new ones, all as the teacher says; y is not needed."""
    X, y = load_iris(return_X_y=True)
    teacher = GaussianNB().fit(X, y)
    munge = MungeTransferSet(teacher, n_samples=500, random_state=0)
    rows, labels = munge.fit_resample(X)
    assert rows.shape == (650, 4)
    np.testing.assert_array_equal(rows[:150], X)
    np.testing.assert_array_equal(rows[150:], munge.sample())
    np.testing.assert_array_equal(labels, teacher.predict(rows))
    assert munge.teacher_ is teacher
    again, _ = munge.fit_resample(X, np.roll(y, 1))  # y is not even read
    np.testing.assert_array_equal(again, rows)


def test_unfitted_teacher_is_cloned_and_fitted():
    """The teacher given stays unfitted; its clone learns the labelled rows."""
    X, y = load_iris(return_X_y=True)
    teacher = GaussianNB()
    munge = MungeTransferSet(teacher, n_samples=10, random_state=0)
    rows, labels = munge.fit_resample(X, y)
    with pytest.raises(NotFittedError):
        check_is_fitted(teacher)
    np.testing.assert_array_equal(labels, GaussianNB().fit(X, y).predict(rows))
    with pytest.raises(ValueError, match=r"unfitted GaussianNB.* requires y"):
        munge.fit_resample(X)


def test_unfitted_random_teacher_is_seeded():
    """A fixed random_state reaches a teacher without a seed of its own."""
    X, y = load_iris(return_X_y=True)
    teacher = RandomForestClassifier(n_estimators=3, max_depth=2)
    runs = [
        MungeTransferSet(teacher, n_samples=200, random_state=0).fit_resample(X, y)[1]
        for _ in range(2)
    ]
    np.testing.assert_array_equal(*runs)


def test_values_and_functions():
    """Regressors and bare functions label too."""
    X, y = load_diabetes(return_X_y=True)
    teacher = LinearRegression().fit(X, y)
    rows, values = MungeTransferSet(teacher, n_samples=50, random_state=0).fit_resample(X)
    np.testing.assert_array_equal(values, teacher.predict(rows))
    munge = MungeTransferSet(lambda X: X[:, 0] > 0, n_samples=50, random_state=0)
    rows, labels = munge.fit_resample(X)
    np.testing.assert_array_equal(labels, rows[:, 0] > 0)


def test_frames_go_to_the_teacher_as_frames(frame):
    """The teacher sees columns and dtypes; so does whoever learns from the rows."""
    seen = []

    def teacher(X):
        seen.append(X.dtypes)
        return (X["thing"] == "p").to_numpy()

    rows, labels = MungeTransferSet(teacher, n_samples=40, random_state=0).fit_resample(frame)
    assert len(rows) == len(labels) == len(frame) + 40
    assert rows.dtypes.equals(frame.dtypes)
    assert all(dtypes.equals(frame.dtypes) for dtypes in seen)


def test_imblearn_pipeline_is_a_whole_metamorphosis():
    """In imbalanced-learn's pipeline a plain tree learns the teacher, to the same tree as ours."""
    pipeline = pytest.importorskip("imblearn.pipeline")
    X, y = load_breast_cancer(return_X_y=True)
    X, X_test, y, _ = train_test_split(X, y, random_state=0)
    teacher = RandomForestClassifier(n_estimators=30, random_state=0).fit(X, y)
    before = teacher.predict_proba(X_test)
    munge = MungeTransferSet(teacher, n_samples=3000, random_state=0)
    plain = DecisionTreeClassifier(max_leaf_nodes=8, random_state=0)
    model = pipeline.make_pipeline(munge, plain).fit(X, np.zeros(len(X), dtype=int))
    assert (model.predict(X_test) == teacher.predict(X_test)).mean() > 0.9
    np.testing.assert_array_equal(teacher.predict_proba(X_test), before)
    rows, labels = clone(munge).fit_resample(X)
    by_hand = clone(plain).fit(rows, labels)
    np.testing.assert_array_equal(model[-1].apply(X_test), by_hand.apply(X_test))


def test_imblearn_pipeline_in_a_search():
    """p_swap is searched like any other parameter; the fitted teacher survives the clones."""
    pipeline = pytest.importorskip("imblearn.pipeline")
    X, y = load_iris(return_X_y=True)
    teacher = GaussianNB().fit(X, y)
    model = pipeline.Pipeline(
        [
            ("munge", MungeTransferSet(teacher, n_samples=300, random_state=0)),
            ("tree", DecisionTreeClassifier(max_leaf_nodes=4, random_state=0)),
        ]
    )
    search = GridSearchCV(model, {"munge__p_swap": [0.0, 0.5]}, cv=3).fit(X, y)
    assert search.best_score_ > 0.9
    used = search.best_estimator_.named_steps["munge"].teacher_
    np.testing.assert_array_equal(used.predict_proba(X), teacher.predict_proba(X))


def test_as_transfer_set_of_a_distiller():
    """A distiller draws from a clone of it and keeps what it drew from."""
    X, y = load_iris(return_X_y=True)
    teacher = GaussianNB().fit(X, y)
    munge = MungeTransferSet(n_samples=350, p_swap=1.0)
    tree = DistilledTreeClassifier(teacher, transfer_set=munge, random_state=0).fit(X)
    assert tree.n_queries_ == 500
    assert tree.transfer_set_ is not munge
    assert not hasattr(munge, "n_samples_")
    assert tree.transfer_set_.p_swap == 1.0

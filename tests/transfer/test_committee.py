"""Query by committee."""

import numpy as np
import pytest
from sklearn.datasets import load_diabetes, load_iris
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.tree import DecisionTreeClassifier

from skdistill import (
    CallableTeacher,
    CommitteeTransferSet,
    DistilledTreeClassifier,
    DistilledTreeRegressor,
)
from skdistill.transfer import UniformTransferSet
from skdistill.transfer._active._committee import disagreement


def test_disagreement_of_labels():
    """Entropy of the votes over its largest value, for labels of any kind."""
    votes = np.array([["a", "a", "a"], ["a", "a", "b"], ["a", "b", "c"], ["a", "b", "c"]])
    found = disagreement(votes, classification=True)
    entropy = [0.0, np.log(2), 1.5 * np.log(2)]  # 4:0, 2:2, and 1:1:2
    np.testing.assert_allclose(found, np.array(entropy) / np.log(3))
    np.testing.assert_allclose(disagreement(np.zeros((5, 2), int), classification=True), 0)


def test_disagreement_of_values():
    """Standard deviation of the answers; over outputs the root of the mean variance."""
    answers = np.array([[1.0, 5.0], [3.0, 5.0]])
    np.testing.assert_allclose(disagreement(answers, classification=False), [1, 0])
    outputs = np.stack([answers, answers + np.array([[0, 0], [4, 0]])], axis=2)
    np.testing.assert_allclose(
        disagreement(outputs, classification=False), [np.sqrt((1 + 9) / 2), 0]
    )


@pytest.mark.parametrize("max_queries", [1, 5, 100, 999])
def test_budget_is_kept(max_queries):
    """All queries are counted, and are never more than max_queries; sample queries none."""
    queried = []

    def teacher(X):
        queried.append(len(X))
        return X[:, 0] * X[:, 1]

    X = np.random.default_rng(0).normal(size=(80, 3))
    rows = CommitteeTransferSet(
        teacher, n_estimators=3, n_rounds=2, max_queries=max_queries, random_state=0
    ).fit(X)
    assert sum(queried) == rows.n_queries_ <= max_queries
    rows.sample(2000)
    assert sum(queried) == rows.n_queries_


def test_rows_gather_where_students_disagree():
    """Trees on a teacher that is flat but for a strip disagree in the strip, classes or values."""
    X = np.random.default_rng(0).uniform(-1, 1, size=(150, 2))

    def values(X):
        return np.where(np.abs(X[:, 0]) < 0.2, np.sin(20 * X[:, 1]), 0.0)

    def labels(X):
        return (values(X) > 0.5).astype(int)

    for teacher in (values, CallableTeacher(labels, output="label")):
        rows = CommitteeTransferSet(
            teacher,
            base=UniformTransferSet(),
            density=0,
            max_queries=400,
            n_rounds=2,
            random_state=0,
        ).fit(X)
        kept, plain = rows.sample(4000), rows.base_.sample(4000)
        inside = [np.mean(np.abs(drawn[:, 0]) < 0.3) for drawn in (kept, plain)]
        assert inside[0] > 1.5 * inside[1]
        unclear = [rows._disagreement(rows._table.encode(drawn)).mean() for drawn in (kept, plain)]
        assert unclear[0] > 2 * unclear[1]
        assert len(np.unique(kept, axis=0)) == 4000


def test_disagreement_falls():
    """Each round queries where students disagree, so that they agree more."""
    X = np.random.default_rng(0).uniform(-1, 1, size=(100, 2))
    rows = CommitteeTransferSet(
        lambda X: np.sin(3 * X[:, 0]) * X[:, 1],
        base=UniformTransferSet(),
        max_queries=2000,
        n_rounds=3,
        random_state=0,
    ).fit(X)
    assert rows.disagreement_.shape == (3,)
    assert rows.disagreement_[2] < rows.disagreement_[1] < rows.disagreement_[0]


def test_seeds_and_chunks():
    """The same seed gives the same rows, whatever the chunks."""
    X, y = load_iris(return_X_y=True, as_frame=True)
    teacher = LogisticRegression(max_iter=1000).fit(X, y)
    sets = [
        CommitteeTransferSet(
            teacher, n_estimators=3, n_rounds=1, max_queries=300, random_state=2
        ).fit(X)
        for _ in range(2)
    ]
    rows = sets[0].sample(500)
    assert rows.equals(sets[1].sample(500))
    chunks = list(sets[1].iter_samples(500, chunk_size=200))
    assert np.array_equal(rows, np.concatenate(chunks))


def test_any_student_and_mixed_columns(frame):
    """A student for numbers learns categories and missing values too, and a single class."""

    def teacher(table):
        return (table["code"] == 10).to_numpy() & (table["double"].fillna(0) > 0).to_numpy()

    for student in (LogisticRegression(), DecisionTreeClassifier(max_depth=2)):
        rows = CommitteeTransferSet(
            CallableTeacher(teacher, output="label"),
            student=student,
            n_estimators=3,
            max_queries=400,
            random_state=0,
        ).fit(frame)
        new = rows.sample(50)
        assert (new.dtypes == frame.dtypes).all()
    constant = CallableTeacher(lambda table: np.zeros(len(table), int), output="label")
    rows = CommitteeTransferSet(
        constant, student=LogisticRegression(), max_queries=100, random_state=0
    ).fit(frame)
    assert len(rows.sample(20)) == 20
    assert not rows.disagreement_.any()


def test_students_of_the_wrong_kind():
    """A classifier cannot learn values, nor a regressor labels."""
    X, y = load_diabetes(return_X_y=True)
    teacher = LinearRegression().fit(X, y)
    with pytest.raises(TypeError, match="learns the other kind"):
        CommitteeTransferSet(teacher, student=LogisticRegression()).fit(X)
    with pytest.raises(TypeError, match="learns the other kind"):
        CommitteeTransferSet(LogisticRegression(), student=LinearRegression()).fit(X, y > 100)
    with pytest.raises(ValueError, match="teacher=None"):
        CommitteeTransferSet().fit(X)


@pytest.mark.parametrize("kind", ["classifier", "regressor"])
def test_in_a_distiller(kind):
    """Either kind of distiller lends its teacher, within its budget."""
    X, y = load_diabetes(return_X_y=True)
    given = CommitteeTransferSet(n_estimators=3, n_rounds=2)
    if kind == "regressor":
        tree = DistilledTreeRegressor(LinearRegression(), transfer_set=given, max_queries=1500)
    else:
        tree = DistilledTreeClassifier(DecisionTreeClassifier(), transfer_set=given)
        tree.set_params(max_queries=1500)
        y = (y > 140).astype(int)
    tree.set_params(random_state=0).fit(X, y)
    assert 1000 < tree.n_queries_ <= 1500
    assert tree.transfer_set_.n_queries_ <= (1500 - len(X)) // 2

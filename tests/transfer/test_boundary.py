"""Rows near the decision boundary."""

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.datasets import load_iris
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.naive_bayes import GaussianNB

from skdistill import (
    BoundaryTransferSet,
    CachedTeacher,
    CallableTeacher,
    DistilledTreeClassifier,
    MixtureTransferSet,
    MungeTransferSet,
)
from skdistill.exceptions import DistillationWarning
from skdistill.transfer import NoiseTransferSet


class Counting:
    """A linear classifier that counts the rows it is queried with."""

    def __init__(self, weight, offset=0.0):
        self.weight, self.offset, self.queried = np.asarray(weight, float), offset, 0

    def distance(self, X):
        return (np.asarray(X) @ self.weight - self.offset) / np.linalg.norm(self.weight)

    def __call__(self, X):
        self.queried += len(X)
        return (self.distance(X) > 0).astype(int)


@pytest.fixture
def X():
    return np.random.default_rng(0).normal(size=(300, 4))


def test_rows_lie_on_a_hyperplane(X):
    """Rows of a linear teacher lie within 2^-n_steps of a pair's length of its plane."""
    teacher = Counting([1.0, -2.0, 0.5, 0.0], 0.4)
    for n_steps, tolerance in ((4, 0.2), (12, 1e-3)):
        near = BoundaryTransferSet(
            teacher, density=0, width=0, n_steps=n_steps, random_state=0
        ).fit(X)
        far = np.abs(teacher.distance(near.sample(2000)))
        assert far.max() < tolerance, n_steps
    assert far.max() < np.abs(teacher.distance(X)).min()


def test_width_is_the_step_off_the_boundary(X):
    """The spread around the plane grows in proportion to width, and both sides are met."""
    teacher = Counting([1.0, 1.0, 0.0, 0.0])
    spread = []
    for width in (0.1, 0.2):
        near = BoundaryTransferSet(teacher, density=0, width=width, n_steps=10, random_state=0).fit(
            X
        )
        distance = teacher.distance(near.sample(4000))
        assert 0.4 < (distance > 0).mean() < 0.6
        spread.append(distance.std())
    assert spread[1] / spread[0] == pytest.approx(2, rel=0.1)


@pytest.mark.parametrize("max_queries", [1, 2, 13, 200, 5000])
def test_budget_is_kept(X, max_queries):
    """The teacher is queried n_queries_ times, never more than max_queries, never by sample."""
    teacher = Counting([1.0, 0.0, 0.0, 0.0])
    near = BoundaryTransferSet(teacher, max_queries=max_queries, random_state=0)
    if max_queries < 10:
        with pytest.warns(DistillationWarning, match="No boundary was found"):
            near.fit(X)
    else:
        near.fit(X)
        assert near.n_crossings_ > 0
    assert teacher.queried == near.n_queries_ <= max_queries
    near.sample(5000)
    assert teacher.queried == near.n_queries_


def test_all_classes_of_iris():
    """Boundaries between neighbouring classes of three are found, in a data frame."""
    X, y = load_iris(return_X_y=True, as_frame=True)
    teacher = LogisticRegression(max_iter=1000).fit(X, y)
    near = BoundaryTransferSet(teacher, density=0, width=0, random_state=0).fit(X)
    rows = near.sample(1000)
    assert list(rows.columns) == list(X.columns)
    proba = np.sort(teacher.predict_proba(rows), axis=1)
    margin = proba[:, 2] - proba[:, 1]
    assert np.mean(margin) < 0.1 < np.mean(np.ptp(teacher.predict_proba(X), axis=1))
    assert set(teacher.predict(rows)) == {0, 1, 2}


def test_density_share_comes_from_the_base(X):
    """Of the rows a share `density` comes from the base, whose support is told apart."""
    teacher = Counting([1.0, 0.0, 0.0, 0.0])
    for density in (0.0, 0.25, 1.0):
        near = BoundaryTransferSet(
            teacher, density=density, width=0, n_steps=12, random_state=0
        ).fit(X)
        rows = near.sample(20_000)
        off = np.abs(rows[:, 0]) > 0.05
        from_base = np.abs(near.base_.sample(20_000, random_state=1)[:, 0]) > 0.05
        assert off.mean() == pytest.approx(density * from_base.mean(), abs=0.02)


def test_mixed_frame(frame):
    """A teacher that looks at a category and a number of a frame with every kind of column."""

    def teacher(table):
        return (table["double"].fillna(0) > 0).to_numpy() ^ (table["code"] == 10).to_numpy()

    near = BoundaryTransferSet(
        teacher, density=0, width=0, n_steps=12, max_queries=4000, random_state=0
    ).fit(frame)
    rows, parents = near.sample(3000, return_parents=True)
    assert (rows.dtypes == frame.dtypes).all()
    assert parents.min() >= 0
    assert parents.max() < len(frame)
    # Either a category is what changes, or the number is near its threshold.
    real = (frame["double"].abs() < 50).mean()
    assert (rows["double"].abs() < 50).mean() > 2 * real


def test_parents_are_an_end_of_the_pair(X):
    """A row is nearer to its parent than to most other rows."""
    near = BoundaryTransferSet(Counting([1.0, 0, 0, 0]), density=0, width=0, random_state=0).fit(X)
    rows, parents = near.sample(500, return_parents=True)
    own = np.linalg.norm(rows - X[parents], axis=1)
    other = np.linalg.norm(rows - X[np.roll(parents, 1)], axis=1)
    assert own.mean() < 0.6 * other.mean()


def test_same_seed_same_rows(X):
    """Seeds hold for fit and sample, whatever the size of chunks."""
    sets = [BoundaryTransferSet(Counting([1.0, 1, 0, 0]), random_state=3).fit(X) for _ in range(2)]
    rows = sets[0].sample(20_000)
    np.testing.assert_array_equal(rows, sets[1].sample(20_000))
    chunks = list(sets[1].iter_samples(20_000, chunk_size=7_000))
    np.testing.assert_array_equal(rows, np.concatenate(chunks))


def test_a_constant_teacher_falls_back_on_the_base(X):
    """Where no label changes a warning says so, and rows come from the base alone."""
    near = BoundaryTransferSet(lambda X: np.zeros(len(X), int), random_state=0)
    with pytest.warns(DistillationWarning, match="the same label on all"):
        near.fit(X)
    assert near.n_crossings_ == 0
    assert near.sample(10).shape == (10, 4)


def test_a_boundary_between_the_real_rows(X):
    """Where all real rows have one label, rows of the base are queried too."""

    def teacher(X):
        return np.abs(X[:, 0]) < 0.3

    outside = X[np.abs(X[:, 0]) > 0.5]
    near = BoundaryTransferSet(
        teacher, base=NoiseTransferSet(scale=1.0), density=0, width=0, random_state=0
    ).fit(outside)
    assert near.n_crossings_ > 0
    np.testing.assert_allclose(np.abs(near.sample(100)[:, 0]), 0.3, atol=0.1)


def test_one_crossing(X):
    """Two rows with two labels have one crossing between them."""
    near = BoundaryTransferSet(
        lambda X: X[:, 0] > 0.25, density=0, width=0, n_steps=15, random_state=0
    ).fit([[-0.5, -0.5], [1.0, 1.0]])
    assert near.n_crossings_ == 1
    np.testing.assert_allclose(near.sample(20), 0.25, atol=1e-4)


def test_unfitted_teacher_is_fitted_once():
    """An unfitted teacher needs y; its clone labels in fit_resample too."""
    X, y = load_iris(return_X_y=True)
    near = BoundaryTransferSet(GaussianNB(), n_samples=100, random_state=0)
    with pytest.raises(ValueError, match="requires y"):
        near.fit(X)
    rows, labels = near.fit_resample(X, y)
    assert rows.shape == (250, 4)
    np.testing.assert_array_equal(labels, GaussianNB().fit(X, y).predict(rows))
    assert not hasattr(near.teacher, "classes_")


@pytest.mark.parametrize(
    ("teacher", "error", "message"),
    [
        (None, ValueError, "teacher=None"),
        (LinearRegression(), TypeError, "is a regressor.*CommitteeTransferSet"),
        (CallableTeacher(lambda X: X[:, 0]), TypeError, "is a regressor"),
    ],
)
def test_teachers_that_do_not_fit(X, teacher, error, message):
    """No teacher, or one of real values: the error says what to do."""
    with pytest.raises(error, match=message):
        BoundaryTransferSet(teacher).fit(X, np.arange(len(X)))


@pytest.mark.parametrize(
    "params", [{"density": 1.1}, {"width": -1}, {"n_steps": 0}, {"max_queries": 0}, {"base": 3}]
)
def test_bad_parameters(X, params):
    """Parameters out of range are named."""
    with pytest.raises(ValueError, match=next(iter(params))):
        BoundaryTransferSet(Counting([1, 0, 0, 0]), **params).fit(X)


@pytest.mark.parametrize("max_queries", [None, 301, 302, 350, 1000])
@pytest.mark.parametrize("inside", [False, True])
def test_a_distiller_lends_its_teacher(X, max_queries, inside):
    """The set queries the distiller's teacher, within its budget, and all is counted."""
    teacher = Counting([1.0, -1.0, 0.0, 0.0])
    given = BoundaryTransferSet(max_queries=600)
    if inside:
        given = MixtureTransferSet(
            transfer_sets=[("near", given), ("wide", MungeTransferSet())], n_samples=500
        )
    tree = DistilledTreeClassifier(
        teacher, transfer_set=given, max_queries=max_queries, random_state=0
    )
    if max_queries in (302, 350):  # enough to query, not enough for all steps
        with pytest.warns(DistillationWarning) if max_queries == 302 else _nothing():
            tree.fit(X)
    else:
        tree.fit(X)
    assert teacher.queried == tree.n_queries_
    if max_queries is not None:
        assert tree.n_queries_ <= max_queries
    else:
        assert tree.n_queries_ > 300
    assert given.get_params().get("teacher") is None  # the user's own set is untouched
    clone(tree)


def _nothing():
    import contextlib

    return contextlib.nullcontext()


def test_real_rows_are_queried_once(X):
    """What the distiller has queried costs the set nothing: its budget goes into crossings."""
    tree = DistilledTreeClassifier(
        Counting([1.0, 1.0, 0.0, 0.0]),
        transfer_set=BoundaryTransferSet(n_steps=5),
        max_queries=len(X) + 200,
        random_state=0,
    ).fit(X)
    assert tree.transfer_set_.n_crossings_ == 20  # half of 200 queries, five a crossing
    assert tree.n_queries_ <= 500


def test_cached_answers_are_not_counted(X):
    """A CachedTeacher that knows the rows leaves the whole budget for new ones."""
    teacher = Counting([1.0, 1.0, 0.0, 0.0])
    cached = CachedTeacher(CallableTeacher(teacher, output="label"))
    cached.predict(X)
    near = BoundaryTransferSet(cached, max_queries=100, n_steps=5, random_state=0).fit(X)
    assert near.n_crossings_ == 20
    assert near.n_queries_ <= 100
    assert teacher.queried == 300 + near.n_queries_

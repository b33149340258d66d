"""Which rows the teacher is asked: those of X, synthetic ones, and no more than the budget."""

import numpy as np
import pytest
from scipy import sparse
from sklearn.mixture import GaussianMixture
from sklearn.neighbors import KernelDensity

from skdistill import (
    DistilledClassifier,
    DistilledRegressor,
    DistilledTreeClassifier,
    DistilledTreeRegressor,
    LocalGaussianTransferSet,
    MungeTransferSet,
)
from tests.base._students import RecordingRegressor

RNG = np.random.default_rng(0)
X = RNG.normal(size=(300, 3)) * [1.0, 10.0, 0.1]


def f(X):
    return np.asarray(X)[:, 0] + 2.0


def fit(transfer_set, X=X, **params):
    """A distiller whose student wrote down the rows."""
    distiller = DistilledRegressor(
        f, RecordingRegressor(), transfer_set=transfer_set, random_state=0, **params
    )
    return distiller.fit(X)


def test_none():
    distiller = fit(None)
    np.testing.assert_array_equal(distiller.student_.X_, X)
    assert distiller.transfer_set_ is None
    assert distiller.n_queries_ == 300


def test_auto():
    """X first, then drawn rows up to 10,000 together, each with its own answer."""
    distiller = fit("auto")
    rows = distiller.student_.X_
    assert rows.shape == (10_000, 3)
    assert distiller.n_queries_ == 10_000
    assert isinstance(distiller.transfer_set_, LocalGaussianTransferSet)
    np.testing.assert_array_equal(rows[:300], X)
    np.testing.assert_allclose(distiller.student_.y_, f(rows), rtol=0, atol=1e-6)
    # each column keeps its scale
    np.testing.assert_allclose(rows[300:].std(axis=0), X.std(axis=0), rtol=0.15)


def draws(transfer_set, seed):
    distiller = DistilledRegressor(
        f, RecordingRegressor(), transfer_set=transfer_set, random_state=seed, max_queries=400
    )
    return distiller.fit(X).student_.X_


@pytest.mark.parametrize(
    "transfer_set",
    [
        KernelDensity(bandwidth=0.3),
        GaussianMixture(2),
        MungeTransferSet(n_samples=50),
    ],
    ids=lambda t: type(t).__name__,
)
def test_any_estimator_with_fit_and_sample(transfer_set):
    """A clone is fitted on X and seeded by the distiller; the user's stays unfitted."""
    before = set(vars(transfer_set))
    distiller = fit(transfer_set, max_queries=900)
    expected = 350 if isinstance(transfer_set, MungeTransferSet) else 900
    assert distiller.n_queries_ == expected == len(distiller.student_.X_)
    assert type(distiller.transfer_set_) is type(transfer_set)
    assert distiller.transfer_set_ is not transfer_set
    assert set(vars(transfer_set)) == before
    np.testing.assert_array_equal(draws(transfer_set, 3), draws(transfer_set, 3))
    assert not np.array_equal(draws(transfer_set, 3), draws(transfer_set, 4))


def test_the_rows_are_those_of_the_generator():
    """Kernel density rows lie where the density says: near the rows of X."""
    rows = fit(KernelDensity(bandwidth=1e-6)).student_.X_[300:]
    assert rows.shape == (9700, 3)
    distance = np.abs(rows[:200, None, :] - X[None, :, :]).max(axis=2).min(axis=1)
    assert distance.max() < 1e-4


@pytest.mark.parametrize("make", [lambda: KernelDensity(bandwidth=0.5), lambda: GaussianMixture(2)])
def test_generators_of_arrays_give_frames(make):
    """Names and dtypes of a frame come back, whole columns whole and within their bounds."""
    rng = np.random.default_rng(1)
    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame(
        {
            "a": X[:, 0],
            "b": X[:, 1].astype(np.float32),
            "n": rng.integers(0, 4, 300).astype(np.uint8),
            "m": rng.integers(-3, 3, 300),
            "t": rng.random(300) < 0.5,
        }
    )
    seen = []

    def teacher(rows):
        seen.append(rows)
        return rows["a"].to_numpy() + rows["n"].to_numpy()

    tree = DistilledTreeRegressor(teacher, transfer_set=make(), random_state=0, max_queries=900)
    tree.fit(frame)
    assert all(part.dtypes.equals(frame.dtypes) for part in seen)
    rows = pd.concat(seen)
    assert rows.dtypes.equals(frame.dtypes)
    assert len(rows) == 900
    assert set(rows["n"]) <= set(range(8))  # no wrapping below zero
    assert rows["m"].nunique() > 3


def test_generators_of_arrays_know_no_levels():
    rng = np.random.default_rng(1)
    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame({"a": X[:, 0], "level": pd.Categorical(rng.integers(0, 3, 300))})
    distiller = DistilledTreeRegressor(lambda rows: rows["a"], transfer_set=KernelDensity())
    with pytest.raises(ValueError, match=r"only numbers.* columns \['level'\]. Use a MungeTransf"):
        distiller.fit(frame)


def test_types_of_arrays_are_kept():
    """float32 stays float32, whole numbers stay whole, for every generator."""
    for dtype in (np.float32, np.int64, np.uint8):
        rows = np.abs(X * 3).astype(dtype)
        for transfer_set in ("auto", KernelDensity(), GaussianMixture()):
            drawn = fit(transfer_set, rows, max_queries=700).student_.X_
            assert drawn.dtype == dtype
            assert len(drawn) == 700
            assert drawn.astype(float).max() <= rows.astype(float).max() + 30


def test_max_queries_below_the_rows():
    """A random part of X is asked, in its order; no synthetic row, no fit of a generator."""
    for transfer_set in (None, "auto", KernelDensity()):
        distiller = fit(transfer_set, max_queries=100)
        rows = distiller.student_.X_
        assert distiller.n_queries_ == 100 == len(rows)
        assert distiller.transfer_set_ is None
        place = [int(np.flatnonzero((row == X).all(axis=1))[0]) for row in rows]
        assert place == sorted(set(place))
        assert place != list(range(100))  # a random part
    other = fit(None, max_queries=100).set_params(random_state=1).fit(X)
    assert not np.array_equal(other.student_.X_, distiller.student_.X_)


@pytest.mark.parametrize("budget", [1, 299, 300, 301, 5000, 10_000, 50_000])
def test_max_queries_is_kept(budget):
    distiller = fit("auto", max_queries=budget)
    assert distiller.n_queries_ == min(budget, 10_000) == len(distiller.student_.X_)


def test_budget_keeps_labels_and_weights_with_their_rows():
    """Where only a part of X is asked, y and weights go with it."""
    y, weight = X[:, 1] * 100, np.arange(1.0, 301.0)
    distiller = DistilledRegressor(
        f, RecordingRegressor(), alpha=1.0, max_queries=50, transfer_set=None, random_state=0
    ).fit(X, y, sample_weight=weight)
    rows = distiller.student_.X_
    np.testing.assert_allclose(distiller.student_.y_, rows[:, 1] * 100, atol=1e-3)
    place = [int(np.flatnonzero((row == X).all(axis=1))[0]) for row in rows]
    np.testing.assert_array_equal(distiller.student_.sample_weight_, weight[place])


def test_an_unfitted_teacher_learns_all_rows():
    """The budget is on questions, not on what the teacher is trained on."""
    from sklearn.linear_model import LinearRegression

    distiller = DistilledTreeRegressor(LinearRegression(), max_queries=10, random_state=0)
    distiller.fit(X, X @ [1.0, 2.0, 3.0])
    np.testing.assert_allclose(distiller.teacher_.coef_, [1, 2, 3])
    assert distiller.n_queries_ == 10


def test_synthetic_rows_weigh_the_mean():
    rng = np.random.default_rng(1)
    weight = rng.uniform(0.5, 2, size=300)
    distiller = DistilledRegressor(f, RecordingRegressor(), max_queries=500, random_state=0)
    got = distiller.fit(X, sample_weight=weight).student_.sample_weight_
    np.testing.assert_array_equal(got[:300], weight)
    np.testing.assert_array_equal(got[300:], weight.mean())


def test_sparse_rows_stand_alone():
    """There is no auto for sparse rows; a generator that takes none says so."""
    rows = sparse.random(200, 20, density=0.2, random_state=0, format="csr")

    def teacher(rows):
        return np.asarray(rows[:, :3].sum(axis=1)).ravel()

    for kind in (sparse.csr_matrix, sparse.csc_matrix, sparse.csr_array):
        tree = DistilledTreeRegressor(teacher, random_state=0).fit(kind(rows))
        assert tree.n_queries_ == 200
        assert tree.transfer_set_ is None
        np.testing.assert_allclose(tree.predict(rows), tree.predict(rows.toarray()))
    with pytest.raises(TypeError, match=r"[Ss]parse data was passed"):
        DistilledTreeRegressor(teacher, transfer_set=MungeTransferSet()).fit(rows)


def test_sparse_rows_through_every_student(cancer):
    """Sparse and dense rows give the same student where both teacher and student take them."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.naive_bayes import GaussianNB

    dense, y = np.where(np.abs(cancer[0]) < 0.7, 0.0, cancer[0]), cancer[1]
    rows = sparse.csr_matrix(dense)
    teacher = LogisticRegression().fit(rows, y)
    for distiller in (
        DistilledTreeClassifier(teacher, transfer_set=None, random_state=0),
        DistilledTreeClassifier(teacher, labels="soft", transfer_set=None, random_state=0),
        DistilledClassifier(teacher, LogisticRegression(tol=1e-8), transfer_set=None),
        DistilledClassifier(teacher, transfer_set=None, random_state=0),
    ):
        assert distiller.__sklearn_tags__().input_tags.sparse
        one = distiller.fit(rows).predict(rows)
        two = distiller.fit(dense).predict(dense)
        np.testing.assert_array_equal(one, two)
    naive = GaussianNB().fit(dense, y)
    assert not DistilledTreeClassifier(naive).__sklearn_tags__().input_tags.sparse
    with pytest.raises(TypeError, match=r"[Ss]parse data was passed"):
        DistilledTreeClassifier(naive).fit(rows)
    with pytest.raises(TypeError, match=r"[Ss]parse data was passed"):
        DistilledClassifier(teacher, GaussianNB()).fit(rows)


@pytest.mark.parametrize(("n_rows", "asked"), [(9_000, 10_000), (10_000, 10_000), (12_000, 12_000)])
def test_auto_fills_small_tables_alone(n_rows, asked):
    """Up to 10,000 rows in all; a table that has them stands alone."""
    X = np.random.default_rng(0).normal(size=(n_rows, 2))
    tree = DistilledTreeRegressor(lambda X: X[:, 0], max_leaf_nodes=4, random_state=0).fit(X)
    assert tree.n_queries_ == asked
    assert (tree.transfer_set_ is None) == (n_rows >= 10_000)

"""Rows that the teacher is unsure of."""

import numpy as np
import pytest
from sklearn.datasets import load_iris
from sklearn.linear_model import LinearRegression, LogisticRegression, RidgeClassifier

from skdistill import (
    CallableTeacher,
    DistilledTreeClassifier,
    LocalGaussianTransferSet,
    PoolTransferSet,
    UncertaintyTransferSet,
)
from skdistill.exceptions import DistillationWarning
from skdistill.transfer._active._uncertainty import uncertainty

PROBA = np.array([[1.0, 0.0, 0.0], [0.5, 0.5, 0.0], [1 / 3, 1 / 3, 1 / 3], [0.6, 0.3, 0.1]])


@pytest.mark.parametrize(
    ("measure", "expected"),
    [
        ("margin", [0, 1, 1, 0.7]),
        ("entropy", [0, np.log(2) / np.log(3), 1, 0.8173454]),
        ("least_confident", [0, 0.75, 1, 0.6]),
    ],
)
def test_measures(measure, expected):
    """Closed forms: 0 for a sure answer, 1 where all classes are alike."""
    np.testing.assert_allclose(uncertainty(PROBA, measure), expected, atol=1e-6)
    np.testing.assert_allclose(uncertainty(np.ones((2, 1)), measure), 0)


@pytest.fixture
def pool():
    """1,000 rows of which the first column says how unsure the teacher is."""
    rng = np.random.default_rng(0)
    return np.column_stack([rng.random(1000), rng.normal(size=1000)])


def unsure_by_column(X):
    """Probabilities whose margin is 1 - x, so the uncertainty is x itself."""
    sure = 1.0 - X[:, 0]
    return np.column_stack([(1 + sure) / 2, (1 - sure) / 2])


TEACHER = CallableTeacher(unsure_by_column, output="probabilities")


@pytest.mark.parametrize("density", [0.0, 0.3, 1.0])
def test_expected_share(pool, density):
    """Rows of uncertainty x are kept in proportion to x, but for the share of density."""
    unsure = UncertaintyTransferSet(
        TEACHER, base=PoolTransferSet(pool=pool), density=density, max_queries=1000, random_state=0
    ).fit(pool[:20])
    np.testing.assert_allclose(np.sort(unsure.uncertainty_), np.sort(pool[:, 0]), atol=1e-12)
    kept = unsure.sample(10_000)[:, 0]
    for low in (0.0, 0.25, 0.5, 0.75):
        inside = (pool[:, 0] >= low) & (pool[:, 0] < low + 0.25)
        by_weight = pool[inside, 0].sum() / pool[:, 0].sum()
        due = density * inside.mean() + (1 - density) * by_weight
        assert np.mean((kept >= low) & (kept < low + 0.25)) == pytest.approx(due, abs=0.015)


def test_a_small_pool_is_queried_once(pool):
    """Where a pool has fewer rows than the budget, none of them is queried twice."""
    unsure = UncertaintyTransferSet(
        TEACHER, base=PoolTransferSet(pool=pool[:50]), max_queries=1000, random_state=0
    )
    assert unsure.fit(pool).n_queries_ == 50


def test_nothing_repeats_before_it_is_due(pool):
    """Of 1,000 candidates 300 are kept without a repeat: none weighs more than twice the mean."""
    unsure = UncertaintyTransferSet(
        TEACHER, base=PoolTransferSet(pool=pool), density=0, max_queries=1000, random_state=0
    ).fit(pool[:20])
    assert len(np.unique(unsure.sample(300)[:, 1])) == 300


def test_budget_and_seeds():
    """max_queries candidates are queried in fit, none in sample; seeds hold for both."""
    X, y = load_iris(return_X_y=True)
    teacher = LogisticRegression(max_iter=1000).fit(X, y)
    queried = []

    def proba(X):
        queried.append(len(X))
        return teacher.predict_proba(X)

    counting = CallableTeacher(proba, output="probabilities")
    sets = [
        UncertaintyTransferSet(counting, density=0.2, max_queries=777, random_state=1).fit(X)
        for _ in range(2)
    ]
    rows, parents = sets[0].sample(20_000, return_parents=True)
    assert sum(queried) == 2 * sets[0].n_queries_
    assert 700 < sets[0].n_queries_ <= 777  # candidates that repeat are queried once
    assert len(sets[0].uncertainty_) == 777
    np.testing.assert_array_equal(
        rows, np.concatenate(list(sets[1].iter_samples(20_000, chunk_size=3_000)))
    )
    assert parents.max() < 150
    unsure = uncertainty(teacher.predict_proba(rows), "margin").mean()
    plain = uncertainty(teacher.predict_proba(sets[0].base_.sample(5000)), "margin").mean()
    assert unsure > 1.2 * plain


def test_in_a_distiller():
    """The distiller's teacher is queried for probabilities; the count stays within the budget."""
    X, y = load_iris(return_X_y=True, as_frame=True)
    teacher = LogisticRegression(max_iter=1000).fit(X, y)
    given = UncertaintyTransferSet(base=LocalGaussianTransferSet(), max_queries=500, n_samples=400)
    tree = DistilledTreeClassifier(teacher, transfer_set=given, random_state=0).fit(X)
    # Hard labels: the real rows, the candidates, and those of them that were kept.
    assert 150 + 400 < tree.n_queries_ <= 150 + 500 + 400
    small = DistilledTreeClassifier(
        teacher, transfer_set=given, labels="soft", max_queries=500, random_state=0
    ).fit(X)
    assert small.transfer_set_.n_queries_ <= 175
    # Soft labels of candidates that were kept are known already.
    assert small.n_queries_ < 150 + 175 + 400


def test_a_certain_teacher(pool):
    """Where no candidate is unsure, all are kept alike, with a warning."""
    sure = CallableTeacher(lambda X: np.eye(2)[(X[:, 1] > 0) * 1], output="probabilities")
    unsure = UncertaintyTransferSet(sure, max_queries=300, random_state=0)
    with pytest.warns(DistillationWarning, match="certain of all 300"):
        unsure.fit(pool)
    assert unsure.sample(100).shape == (100, 2)


@pytest.mark.parametrize(
    ("teacher", "error", "message"),
    [
        (None, ValueError, "teacher=None"),
        (LinearRegression(), TypeError, "no predict_proba.*CommitteeTransferSet"),
        (RidgeClassifier(), TypeError, "no predict_proba"),
    ],
)
def test_teachers_that_do_not_fit(pool, teacher, error, message):
    """Probabilities are needed; the error says what takes labels or values."""
    with pytest.raises(error, match=message):
        UncertaintyTransferSet(teacher).fit(pool, (pool[:, 1] > 0).astype(int))


def test_bad_measure(pool):
    """An unknown measure is named."""
    with pytest.raises(ValueError, match="measure"):
        UncertaintyTransferSet(TEACHER, measure="variance").fit(pool)

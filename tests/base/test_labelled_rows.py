"""Labelled rows: unblended labels, from which every loss can be written."""

import numpy as np
import pytest

from skdistill._labels import ClassLabels, Values
from skdistill.base import LabelledRows, RealRows, label_rows
from skdistill.exceptions import DistillationWarning
from skdistill.teachers import Oracle

RNG = np.random.default_rng(0)
CLASSES = np.array(["a", "b", "c"])


def soft(n):
    proba = RNG.dirichlet(np.ones(3), size=n)
    return ClassLabels(CLASSES, proba.argmin(axis=1), proba)


def test_distributions():
    """Hard labels are one-hot rows; decisions are the codes, whatever is most probable."""
    labels = soft(20)
    np.testing.assert_array_equal(labels.hard().distribution(), np.eye(3)[labels.codes])
    assert labels.distribution() is labels.proba
    assert labels.decisions().tolist() == [CLASSES[k] for k in labels.codes]
    assert labels.lost_decisions().all()


@pytest.mark.parametrize("temperature", [0.5, 1, 2, 5])
def test_softened(temperature):
    """The softmax of logits over the temperature, from any logits with these probabilities."""
    logits = RNG.normal(size=(30, 3)) * 3
    proba = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    labels = ClassLabels(CLASSES, proba.argmax(axis=1), proba)
    expected = np.exp(logits / temperature)
    expected /= expected.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(labels.softened(temperature).proba, expected, rtol=1e-10)
    np.testing.assert_array_equal(labels.softened(temperature).codes, labels.codes)
    assert labels.hard().softened(temperature).proba is None


def test_softened_zeros_stay_zero():
    labels = ClassLabels(CLASSES, np.array([0]), np.array([[0.5, 0.5, 0.0]]))
    np.testing.assert_allclose(labels.softened(3).proba, [[0.5, 0.5, 0.0]])


def test_take_and_concat_are_inverse():
    labels, values = soft(10), Values(RNG.normal(size=(10, 2)))
    both = labels.take(slice(4)).concat(labels.take(np.arange(4, 10)))
    np.testing.assert_array_equal(both.codes, labels.codes)
    np.testing.assert_array_equal(both.proba, labels.proba)
    joined = values.take(slice(4)).concat(values.take(np.arange(4, 10)))
    np.testing.assert_array_equal(joined.targets, values.values)
    mixed = labels.hard().concat(labels)
    np.testing.assert_array_equal(mixed.proba[:10], np.eye(3)[labels.codes])


def test_recoded():
    """More classes, in another order: the same labels."""
    labels = soft(10)
    wider = labels.recoded(np.array(["c", "x", "a", "b"]))
    assert wider.decisions().tolist() == labels.decisions().tolist()
    np.testing.assert_array_equal(wider.proba[:, [2, 3, 0]], labels.proba)
    assert np.all(wider.proba[:, 1] == 0)


def test_weights_and_real_rows():
    rows = LabelledRows(np.zeros((5, 1)), Values(np.arange(5.0)), None, 2, real_weight=3.0)
    assert rows.weight.tolist() == [3, 3, 1, 1, 1]
    assert rows.is_real.tolist() == [True, True, False, False, False]
    part = rows.take(np.array([1, 3]))
    assert (part.n_real, part.weight.tolist()) == (1, [3, 1])
    assert LabelledRows(np.zeros((5, 1)), Values(np.arange(5.0)), real_weight=3.0).weight is None


@pytest.mark.parametrize("alpha", [0.0, 0.25, 1.0])
def test_true_labels_are_blended_where_they_are_known(alpha):
    """The teacher's own labels stay beside the blend."""
    y = ClassLabels(CLASSES, np.array([2, 0]))
    teacher = soft(4)
    rows = LabelledRows(
        np.zeros((4, 1)), teacher, None, 3, y=y, known=np.array([0, 2]), alpha=alpha
    )
    expected = teacher.proba.copy()
    expected[[0, 2]] = (1 - alpha) * expected[[0, 2]] + alpha * np.eye(3)[[2, 0]]
    np.testing.assert_allclose(rows.labels.distribution(), expected, atol=1e-7)
    np.testing.assert_array_equal(rows.labels.codes, teacher.codes)
    assert rows.teacher is teacher
    part = rows.take(np.array([1, 2, 3]))
    np.testing.assert_allclose(part.labels.distribution(), expected[1:], atol=1e-7)
    assert part.known.tolist() == [1]


def test_blended_values():
    rows = LabelledRows(
        np.zeros((3, 1)),
        Values(np.array([1.0, 2.0, 4.0])),
        y=Values(np.array([3.0])),
        known=np.array([1]),
        alpha=0.5,
    )
    np.testing.assert_allclose(rows.labels.values, [1.0, 2.5, 4.0], atol=1e-6)


def test_failed_rows_are_left_out_everywhere():
    """Rows, weights, true labels and the count of real rows stay aligned."""

    def teacher(X):
        if (X[:, 0] > 0.8).any():
            raise RuntimeError("no licence")
        return X[:, 0]

    X = RNG.random((100, 2))
    oracle = Oracle(teacher, on_error="drop", batch_size=10)
    real = RealRows(X, X[:, 1], np.arange(1.0, 101))
    with pytest.warns(DistillationWarning, match=r"failed on \d+ of 100 rows"):
        rows, _ = label_rows(
            oracle, real, None, soft=False, rng=np.random.RandomState(0), alpha=0.5
        )
    kept = X[:, 0] <= 0.8
    np.testing.assert_array_equal(rows.X, X[kept])
    np.testing.assert_array_equal(rows.sample_weight, np.arange(1.0, 101)[kept])
    assert rows.n_real == len(rows) == kept.sum()
    np.testing.assert_allclose(rows.labels.values, X[kept].mean(axis=1), atol=1e-6)
    assert oracle.n_failed_ == (~kept).sum()


def test_the_budget_holds():
    asked = []

    def teacher(X):
        asked.append(len(X))
        return X[:, 0]

    X = RNG.random((100, 2))
    for budget in (30, 100, 130):
        asked.clear()
        oracle = Oracle(teacher, max_queries=budget)
        rows, _ = label_rows(oracle, RealRows(X), "auto", soft=False, rng=np.random.RandomState(0))
        assert sum(asked) == budget == len(rows) == oracle.n_queries_
        assert rows.n_real == min(budget, 100)

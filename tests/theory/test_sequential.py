"""Sequential certificates: look as often as you like."""

import numpy as np
import pytest
from scipy.stats import binom
from sklearn.tree import DecisionTreeRegressor

from skdistill.theory import (
    ClippedError,
    SequentialCertificate,
    fidelity_certificate,
    sequential_betting_bound,
    sequential_binomial_bound,
)
from tests.theory._pairs import Remembering, teacher, uniform_rows


def test_counts_add_up_over_updates():
    """After every batch the bound of all rows so far, or a better one of an earlier look."""
    watch = SequentialCertificate(teacher, Remembering(), delta=0.1)
    errors = n = 0
    best = 1.0
    for seed, size in enumerate([1, 50, 200, 3, 500]):
        X = uniform_rows(seed, size)
        errors += np.sum(teacher(X) != Remembering().predict(X))
        n += size
        best = min(best, sequential_binomial_bound(errors, n, 0.1))
        certificate = watch.update(X)
        assert (certificate.n_disagreements, certificate.n_rows) == (errors, n)
        assert certificate.bound == best
        assert certificate is watch.certificate_
    assert watch.n_looks_ == 5
    assert "valid at every look" in str(certificate)
    assert repr(watch) == str(certificate)


def test_batches_do_not_matter_for_counts():
    """Row by row or all at once: the same count; more looks can only help."""
    X = uniform_rows(0, 300)
    once = SequentialCertificate(teacher, Remembering()).update(X)
    watch = SequentialCertificate(teacher, Remembering())
    for row in X:
        slow = watch.update(row[np.newaxis])
    assert slow.n_disagreements == once.n_disagreements
    assert slow.bound <= once.bound
    # The price against one look of a size that was fixed beforehand.
    assert fidelity_certificate(teacher, Remembering(), X).bound < once.bound


def test_real_values_keep_their_losses():
    """Averaged losses: the betting bound over all of them, in the teacher's unit."""
    X = uniform_rows(0, 600)
    student = DecisionTreeRegressor(max_leaf_nodes=8).fit(X[:100], X[:100, 0])
    watch = SequentialCertificate(lambda X: X[:, 0], student, loss=ClippedError(0.5))
    bounds = [watch.update(batch).bound for batch in np.split(X[100:], 10)]
    error = np.minimum(np.abs(X[100:, 0] - student.predict(X[100:])), 0.5)
    assert watch.certificate_.estimate == pytest.approx(error.mean())
    assert np.all(np.diff(bounds) <= 1e-9)
    any_order = 0.5 * sequential_betting_bound(np.random.default_rng(0).permutation(2 * error))
    assert error.mean() < bounds[-1] == pytest.approx(any_order, rel=0.1)


@pytest.mark.parametrize("loss", [None, "soft"])
def test_stopping_when_it_looks_best_misses_at_most_delta(loss):
    """Whoever stops at the least bound of 20 looks is wrong at most delta of the time."""

    def distance(t, s):
        return 0.5 * np.abs(t - s)

    misses, truth = 0, 0.05 if loss is None else 0.025
    for seed in range(100):
        watch = SequentialCertificate(
            teacher, Remembering(), delta=0.2, loss=None if loss is None else distance
        )
        for batch in np.split(uniform_rows(seed, 200), 20):
            certificate = watch.update(batch)
        misses += certificate.bound < truth
    assert binom.sf(misses - 1, 100, 0.2) > 0.001


def test_bad_input_leaves_the_count_alone():
    """Delta at once; rows and losses at the update, without a trace."""
    for delta in (0, 1, np.nan):
        with pytest.raises(ValueError, match="delta must be"):
            SequentialCertificate(teacher, Remembering(), delta=delta)
    with pytest.raises(ValueError, match="loss must be"):
        SequentialCertificate(teacher, Remembering(), loss="accuracy")
    watch = SequentialCertificate(teacher, Remembering())
    assert "no rows yet" in repr(watch)
    watch.update(uniform_rows(0, 10))
    with pytest.raises(ValueError, match="X is empty"):
        watch.update(np.empty((0, 2)))
    watch.student = lambda X: np.zeros(3)
    with pytest.raises(ValueError, match="queried with 10 rows"):
        watch.update(uniform_rows(1, 10))
    assert watch.certificate_.n_rows == 10
    assert watch.n_looks_ == 1

"""Teachers that are noisy or only nearly juntas."""

import numpy as np
import pytest

from skdistill.datasets import make_junta
from skdistill.exceptions import DistillationWarning, TeacherAnswerError
from skdistill.juntas import JuntaDistiller
from tests.juntas._teachers import Corrupted, Noisy, found, full_table, template


@pytest.mark.parametrize("family", ["random", "parity", "tree"])
@pytest.mark.parametrize("k", [3, 6])
def test_one_percent_of_the_points_corrupted(family, k):
    """Variables and table are recovered in at most 15,000 queries."""
    junta = make_junta(500, k, family=family, random_state=k)
    teacher = Corrupted(junta, 0.01, seed=0, n_features=500)
    search = JuntaDistiller(
        teacher, mode="tolerant", epsilon=0.03, domain="binary", random_state=0
    ).fit(template(500))
    assert search.status_ == "certified"
    assert np.array_equal(full_table(search, junta), junta.table)
    assert search.n_queries_ <= 15_000
    assert 0 < search.certificate_.estimate < search.certificate_.bound <= 0.03


@pytest.mark.parametrize("share", [0.01, 0.04])
def test_noise_that_changes_at_each_question(share):
    """Outvoted all the same."""
    junta = make_junta(200, 4, random_state=2)
    search = JuntaDistiller(
        Noisy(junta, share, seed=0), mode="tolerant", epsilon=0.08, domain="binary", random_state=0
    ).fit(template(200))
    assert search.status_ == "certified"
    assert np.array_equal(full_table(search, junta), junta.table)


@pytest.mark.parametrize("mode", ["exact", "certified"])
def test_the_other_modes_refuse_a_stochastic_teacher(mode):
    """A point that answers in two ways is an error that names the way out."""
    junta = make_junta(200, 4, random_state=2)
    search = JuntaDistiller(
        Noisy(junta, 0.3, seed=0), mode=mode, max_variables=5, domain="binary", random_state=0
    )
    with pytest.raises(TeacherAnswerError, match='mode="tolerant"'):
        search.fit(template(200))


def test_more_noise_than_allowed_is_inconclusive():
    """Said in the status, in a warning and in the certificate."""
    junta = make_junta(200, 3, random_state=0)
    search = JuntaDistiller(
        Noisy(junta, 0.1, seed=0), mode="tolerant", epsilon=0.03, domain="binary", random_state=0
    )
    with pytest.warns(DistillationWarning, match="Raise epsilon"):
        search.fit(template(200))
    assert search.status_ == "inconclusive"
    assert search.certificate_.bound > 0.03
    assert not hasattr(search, "truth_table_")


def test_misses_are_flagged():
    """A run that says "certified" is as true as it says, over many corrupted teachers."""
    for seed in range(12):
        family = ["random", "conjunction", "tree"][seed % 3]
        junta = make_junta(100, 4, family=family, random_state=seed)
        teacher = Corrupted(junta, 0.01, seed=seed, n_features=100)
        search = JuntaDistiller(
            teacher, mode="tolerant", epsilon=0.04, domain="binary", random_state=seed
        ).fit(template(100))
        assert found(search) <= set(junta.features.tolist())
        X = np.random.default_rng(seed).integers(0, 2, size=(4000, 100))
        assert np.mean(search.predict(X) != teacher.predict(X)) <= 0.04


def test_a_real_answer_with_noise():
    """Medians take the place of majorities."""
    rng = np.random.default_rng(0)

    def teacher(X):
        spikes = rng.random(len(X)) < 0.02
        return 4.0 * X[:, 5] * X[:, 9] + 0.01 * rng.random(len(X)) + 50.0 * spikes

    search = JuntaDistiller(
        teacher, mode="tolerant", tol=0.1, epsilon=0.06, domain="binary", random_state=0
    ).fit(template(60, np.float64))
    assert search.status_ == "certified"
    assert search.get_support(indices=True).tolist() == [5, 9]
    assert np.allclose(search.truth_table_.predictions, [[0, 0], [0, 4]], atol=0.02)

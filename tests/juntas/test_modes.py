"""The search finds what is there, within its budget, and nothing else."""

import math
import tracemalloc

import numpy as np
import pytest
from scipy.stats import binomtest

from skdistill.datasets import make_junta
from skdistill.exceptions import DistillationWarning
from skdistill.juntas import JuntaDistiller, membership_query_budget
from skdistill.juntas._modes import agreements_needed, completions_needed, stage_delta
from tests.juntas._teachers import Counted, found, full_table, template

FAMILIES = ["random", "parity", "conjunction", "majority", "tree"]


def _floor(d, k):
    return k * math.log2(d) + 2**k


@pytest.mark.parametrize("family", ["random", "parity"])
@pytest.mark.parametrize(("extra", "ratio"), [(0, 1.1), (1, 2.2)])
def test_exact_mode_at_a_million_columns(family, extra, ratio):
    """Variables and table, within a factor of k log2 d + 2^k."""
    junta = make_junta(10**6, 10, family=family, random_state=0)
    teacher = Counted(junta)
    search = JuntaDistiller(
        teacher, mode="exact", max_variables=10 + extra, domain="binary", random_state=0
    ).fit(template(10**6))
    assert search.status_ == "exact"
    assert np.array_equal(full_table(search, junta), junta.table)
    assert search.n_queries_ == teacher.n_rows <= ratio * _floor(10**6, 10)


def test_a_million_columns_fit_into_memory():
    """Rows are built in chunks, and stored ones are seeds."""
    junta = make_junta(10**6, 6, random_state=0)
    rows = template(10**6)
    tracemalloc.start()
    JuntaDistiller(junta, domain="binary", random_state=0).fit(rows)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 400e6


@pytest.mark.parametrize("seed", range(5))
def test_conjunctions(seed):
    """The hardest family of the exact mode: one cell of 2^k answers otherwise."""
    junta = make_junta(1000, 6, family="conjunction", random_state=seed)
    search = JuntaDistiller(
        junta, mode="exact", max_variables=6, domain="binary", random_state=seed
    ).fit(template(1000))
    assert np.array_equal(full_table(search, junta), junta.table)
    assert search.n_queries_ <= membership_query_budget(1000, 6, mode="exact").worst


@pytest.mark.parametrize("family", ["random", "parity", "tree"])
@pytest.mark.parametrize("k", [0, 1, 3, 5, 8])
def test_certified_mode(family, k):
    """At most k ceil(log2 d) + 2^k + 700 + 2 / epsilon queries, and never a false column."""
    junta = make_junta(1000, k, family=family, random_state=k)
    teacher = Counted(junta)
    search = JuntaDistiller(teacher, domain="binary", random_state=1).fit(template(1000))
    assert search.status_ == "certified"
    assert found(search) <= set(junta.features.tolist())
    assert teacher.n_rows == search.n_queries_ <= k * 10 + 2**k + 900
    assert search.certificate_.bound <= 0.01
    assert "99% confidence" in str(search.certificate_)
    X = np.random.default_rng(0).integers(0, 2, size=(2000, 1000))
    assert np.mean(search.predict(X) != junta.predict(X)) <= 0.01


def test_no_false_positives_in_many_runs():
    """Every column found is relevant, whatever the family, the mode and the seed."""
    rng = np.random.default_rng(0)
    for run in range(300):
        d, k = int(rng.integers(30, 300)), int(rng.integers(0, 6))
        junta = make_junta(d, k, family=FAMILIES[run % 5], random_state=run)
        mode = ("certified", "exact")[run // 5 % 2]
        search = JuntaDistiller(
            junta,
            mode=mode,
            epsilon=0.1,
            max_variables=max(k, 1) + run % 2,
            domain="binary",
            n_ways=1 + run % 3,
            n_parallel=1 + run % 2,
            random_state=run,
        ).fit(template(d))
        assert found(search) <= set(junta.features.tolist())
        for witness in search.witnesses_:
            first, second = witness.rows
            assert np.flatnonzero(first != second).tolist() == [witness.feature]
            assert junta.predict(witness.rows).tolist() == list(witness.predictions)
            assert witness.predictions[0] != witness.predictions[1]


@pytest.mark.parametrize("delta", [0.3, 0.1])
def test_failures_of_the_exact_mode_are_rarer_than_delta(delta):
    """Conjunctions are missed most often: a one-sided exact test against delta."""
    n_runs, failures = 300, 0
    for seed in range(n_runs):
        junta = make_junta(30, 4, family="conjunction", random_state=seed)
        search = JuntaDistiller(
            junta,
            mode="exact",
            max_variables=5,
            confidence=1 - delta,
            domain="binary",
            random_state=seed,
        ).fit(template(30))
        failures += found(search) != set(junta.features.tolist())
    assert binomtest(failures, n_runs, delta, alternative="greater").pvalue > 0.01


def test_failures_of_the_certified_mode_are_rarer_than_delta():
    """The chance that the student is wrong on more than epsilon, though certified."""
    n_runs, failures = 300, 0
    for seed in range(n_runs):
        junta = make_junta(30, 4, family="conjunction", random_state=seed)
        search = JuntaDistiller(
            junta, epsilon=0.06, confidence=0.7, domain="binary", random_state=seed
        ).fit(template(30))
        # One cell of 16 is 0.0625 of all rows.
        failures += found(search) != set(junta.features.tolist())
    assert binomtest(failures, n_runs, 0.3, alternative="greater").pvalue > 0.01


@pytest.mark.parametrize("family", ["random", "parity"])
def test_few_rounds(family):
    """Several hybrids of several pairs at once: 13 rounds, and at most 850 queries."""
    rounds = []
    for seed in range(7):
        junta = make_junta(10**4, 6, family=family, random_state=seed)
        teacher = Counted(junta)
        search = JuntaDistiller(
            teacher,
            mode="exact",
            max_variables=6,
            domain="binary",
            n_ways=21,
            n_parallel=6,
            random_state=seed,
        ).fit(template(10**4))
        assert np.array_equal(full_table(search, junta), junta.table)
        assert search.n_queries_ <= 850
        assert search.n_rounds_ <= len(teacher.batches)  # a round may come in chunks
        rounds.append(search.n_rounds_)
    assert np.median(rounds) <= 13


@pytest.mark.parametrize("n_values", [3, 4])
def test_exact_mode_with_more_values(n_values):
    """Shifts among the values replace the complement; brute force over the table."""
    rng = np.random.default_rng(n_values)
    table = rng.integers(0, 2, size=(n_values,) * 3)

    def teacher(X):
        return table[X[:, 4], X[:, 9], X[:, 17]]

    search = JuntaDistiller(
        teacher, mode="exact", max_variables=4, domain=list(range(n_values)), random_state=0
    ).fit(template(20, np.int64))
    assert search.get_support(indices=True).tolist() == [4, 9, 17]
    assert np.array_equal(search.truth_table_.predictions, table)
    assert search.certificate_.delta == 0


@pytest.mark.parametrize("mode", ["certified", "exact", "tolerant"])
def test_many_classes(mode):
    """Any number of answers, and labels that are words."""
    junta = make_junta(100, 4, n_classes=4, random_state=0)
    words = np.array(["north", "east", "south", "west"])
    search = JuntaDistiller(
        lambda X: words[junta.predict(X)],
        mode=mode,
        max_variables=5,
        epsilon=0.02,
        domain="binary",
        random_state=0,
    ).fit(template(100))
    assert np.array_equal(full_table(search, junta), words[junta.table])
    assert search.classes_.tolist() == sorted(words)


def test_real_answers_with_a_tolerance():
    """Steps within tol are no differences; those above it are found."""

    def teacher(X):
        return 5.0 * X[:, 3] + 2.0 * X[:, 3] * X[:, 8] + 0.01 * X[:, 12]

    rows = template(50, np.float64)
    coarse = JuntaDistiller(teacher, tol=0.1, domain="binary", random_state=0).fit(rows)
    fine = JuntaDistiller(teacher, tol=1e-6, domain="binary", random_state=0).fit(rows)
    assert coarse.get_support(indices=True).tolist() == [3, 8]
    assert fine.get_support(indices=True).tolist() == [3, 8, 12]
    X = np.random.default_rng(0).integers(0, 2, size=(200, 50)).astype(float)
    assert np.abs(coarse.predict(X) - teacher(X)).max() <= 0.1
    assert np.allclose(fine.predict(X), teacher(X))


def test_many_small_steps_are_inconclusive():
    """They add up to more than tol, but no single column does."""

    def teacher(X):
        return X.mean(axis=1)

    search = JuntaDistiller(teacher, tol=0.02, domain="binary", random_state=0)
    with pytest.warns(DistillationWarning, match="stay within"):
        search.fit(template(200, np.float64))
    assert search.status_ == "inconclusive"
    assert found(search) == set()


def test_no_junta_ends_with_more_witnesses_than_allowed():
    """The majority of 301 columns: a warning, a status, six proofs, no table."""

    def teacher(X):
        return X.sum(axis=1) > 150

    search = JuntaDistiller(teacher, max_variables=5, domain="binary", random_state=0)
    with pytest.warns(DistillationWarning, match="no junta of max_variables=5"):
        search.fit(template(301, np.int64))
    assert search.status_ == "max_variables_exceeded"
    assert len(search.witnesses_) > 5
    for witness in search.witnesses_:
        assert teacher(witness.rows).tolist() == list(witness.predictions)
    assert search.certificate_ is None
    for ask in (lambda: search.truth_table_, search.to_dnf, search.to_tree):
        with pytest.raises(AttributeError, match="no junta of max_variables=5"):
            ask()
    X = np.random.default_rng(0).integers(0, 2, size=(50, 301))
    assert set(search.predict(X).tolist()) <= {False, True}


def test_a_broken_promise_shows():
    """The exact mode checks its promise on fresh rows."""
    junta = make_junta(200, 5, random_state=0)
    search = JuntaDistiller(junta, mode="exact", max_variables=3, domain="binary", random_state=0)
    with pytest.warns(DistillationWarning, match="max_variables=3"):
        search.fit(template(200))
    assert search.status_ == "max_variables_exceeded"
    assert found(search) < set(junta.features.tolist())


@pytest.mark.parametrize("mode", ["certified", "exact", "tolerant"])
@pytest.mark.parametrize("budget", [1, 5, 40, 80])
def test_an_early_end_keeps_what_it_proved(mode, budget):
    """The budget is never exceeded; witnesses stand, and predict answers."""
    junta = make_junta(200, 5, random_state=1)
    teacher = Counted(junta)
    search = JuntaDistiller(
        teacher, mode=mode, max_variables=6, max_queries=budget, domain="binary", random_state=0
    )
    with pytest.warns(DistillationWarning, match=f"max_queries={budget}"):
        search.fit(template(200))
    assert search.status_ == "max_queries_reached"
    assert teacher.n_rows == search.n_queries_ <= budget
    assert found(search) <= set(junta.features.tolist())
    assert set(search.predict(np.eye(200, dtype=int)).tolist()) <= {0, 1}
    with pytest.raises(AttributeError, match="Raise max_queries"):
        _ = search.truth_table_


def test_all_columns_found_is_exact():
    """Nothing is left to test where every column is proven."""
    junta = make_junta(4, 4, family="parity", random_state=0)
    search = JuntaDistiller(junta, domain="binary", random_state=0).fit(template(4))
    assert search.status_ == "exact"
    assert search.n_queries_ < 60


def test_a_constant_teacher_is_a_junta_of_no_column():
    """Certified, with a table of one cell."""
    search = JuntaDistiller(lambda X: np.full(len(X), "same"), domain="binary", random_state=0).fit(
        template(30)
    )
    assert search.status_ == "certified"
    assert found(search) == set()
    assert search.truth_table_["prediction"].tolist() == ["same"]
    assert str(search.to_dnf()) == "always same"
    assert search.to_tree().get_n_leaves() == 1


def test_same_seed_same_run():
    """Bit for bit, and another seed is another run."""
    junta = make_junta(500, 5, random_state=0)

    def run(seed):
        search = JuntaDistiller(junta, domain="binary", random_state=seed).fit(template(500))
        return search.n_queries_, [w.rows.tolist() for w in search.witnesses_]

    assert run(3) == run(3)
    assert run(3) != run(4)


def test_shares_of_delta_sum_to_delta():
    """Over all stages there may ever be."""
    total = sum(stage_delta(stage, 0.05) for stage in range(100_000))
    assert 0.0499 < total <= 0.05


def test_numbers_of_tests_and_completions():
    """Closed forms: (1 - epsilon)^n <= delta, and pairs that hit a corner."""
    assert agreements_needed(0.01, 0.001) == math.ceil(math.log(1000) / -math.log(0.99)) == 688
    assert completions_needed(0, 5, 0.01) == 0
    assert completions_needed(1, 5, 0.01) == 1
    n_groups = completions_needed(3, 5, 0.01)
    assert (1 - 2**-2) ** n_groups <= 0.01 / 5 < (1 - 2**-2) ** (n_groups - 1)

"""What a run may cost is what it costs."""

import math

import pytest

from skdistill.datasets import make_junta
from skdistill.juntas import JuntaDistiller, membership_query_budget
from tests.juntas._teachers import template


@pytest.mark.parametrize("mode", ["certified", "exact", "tolerant"])
@pytest.mark.parametrize("k", [0, 2, 5])
def test_runs_stay_within_the_worst_case(mode, k):
    """And near the typical one, for functions that are easy to tell from constants."""
    for seed in range(4):
        junta = make_junta(300, k, family="parity", random_state=seed)
        search = JuntaDistiller(
            junta, mode=mode, max_variables=k + 1, epsilon=0.03, domain="binary", random_state=seed
        ).fit(template(300))
        budget = membership_query_budget(300, k, mode=mode, max_variables=k + 1, epsilon=0.03)
        assert search.n_queries_ <= budget.worst + 16 + search.n_queries_ // 20
        if mode != "tolerant":
            assert search.n_queries_ <= 1.5 * budget.typical + 40


def test_closed_forms():
    """k ceil(log2 d) + 2^k, and the tests on top."""
    budget = membership_query_budget(10**6, 10, mode="exact")
    assert budget.cells == 1024
    assert budget.search == 10 * (20 + 2) + 1
    assert budget.tests == 0
    assert membership_query_budget(10**6, 10, mode="exact", max_variables=11).tests == 1024
    certified = membership_query_budget(1000, 3)
    assert certified.tests == math.ceil(math.log(1 / 0.0009) / -math.log(0.99))
    assert "at worst" in str(certified)


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        ((0, 0), "d must"),
        ((5, 6), "k must"),
        ((5, 2, {"mode": "magic"}), "mode"),
        ((5, 2, {"max_variables": 1}), "max_variables"),
        ((5, 2, {"epsilon": 0}), "epsilon"),
        ((5, 2, {"confidence": 1.0}), "confidence"),
        ((5, 2, {"n_values": 1}), "n_values"),
        ((5, 2, {"n_ways": 0}), "n_ways"),
    ],
)
def test_bad_arguments(arguments, word):
    """Named in the message."""
    *plain, options = arguments if isinstance(arguments[-1], dict) else (*arguments, {})
    with pytest.raises(ValueError, match=word):
        membership_query_budget(*plain, **options)

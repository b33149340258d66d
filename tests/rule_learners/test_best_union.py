"""The solver's choice against all choices."""

import itertools

import numpy as np
import pytest

from skdistill.rule_learners._best_union import best_union


def _value(covers, gain, lengths, cost, chosen):
    union = covers[list(chosen)].any(axis=0) if len(chosen) else np.zeros(len(gain), dtype=bool)
    return gain[union].sum() - cost * sum(lengths[list(chosen)])


@pytest.mark.parametrize(("max_rules", "max_conditions"), [(2, 99), (4, 99), (4, 5), (8, 99)])
@pytest.mark.parametrize("seed", range(4))
def test_no_choice_is_better(seed, max_rules, max_conditions):
    """Worth as much as the best of all subsets within the budgets, and within them itself."""
    rng = np.random.default_rng(seed)
    covers = rng.random((8, 40)) < 0.3
    gain = rng.normal(size=40)
    lengths = rng.integers(1, 4, size=8)
    found = best_union(
        covers,
        gain,
        lengths,
        cost=0.1,
        max_rules=max_rules,
        max_conditions=max_conditions,
        time_limit=30.0,
    )
    assert found.proven
    assert len(found.chosen) <= max_rules
    assert lengths[found.chosen].sum() <= max_conditions
    best = max(
        _value(covers, gain, lengths, 0.1, chosen)
        for size in range(max_rules + 1)
        for chosen in itertools.combinations(range(8), size)
        if lengths[list(chosen)].sum() <= max_conditions
    )
    assert _value(covers, gain, lengths, 0.1, found.chosen) == pytest.approx(best)


def test_nothing_is_chosen_where_all_lose():
    """An empty union is a choice too."""
    covers = np.ones((3, 5), dtype=bool)
    found = best_union(
        covers,
        -np.ones(5),
        np.ones(3, dtype=int),
        cost=0.0,
        max_rules=3,
        max_conditions=9,
        time_limit=10.0,
    )
    assert found.proven
    assert len(found.chosen) == 0

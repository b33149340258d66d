"""How many rows a certificate needs: the least number that reaches the power."""

import math

import numpy as np
import pytest
from scipy.stats import binom

from skdistill.theory import binomial_upper_bound, certificate_sample_size

CASES = [
    (0.05, 0.05, 0.03, 0.9),
    (0.2, 0.1, 0.1, 0.8),
    (0.5, 0.05, 0.4, 0.9),
    (0.5, 0.5, 0.4, 0.5),
    (0.1, 0.001, 0.02, 0.95),
]


@pytest.mark.parametrize("case", CASES)
def test_it_is_the_least_number_of_rows(case):
    """By trying all numbers: the first whose bound is small enough often enough."""
    epsilon, delta, expected, power = case
    for n in range(1, 2000):
        certified = np.flatnonzero(binomial_upper_bound(np.arange(n + 1), n, delta) <= epsilon)
        if len(certified) and binom.cdf(certified[-1], n, expected) >= power:
            break
    assert certificate_sample_size(epsilon, delta, expected=expected, power=power) == n


@pytest.mark.parametrize("epsilon", [0.3, 0.05, 0.001])
@pytest.mark.parametrize("delta", [0.2, 0.01])
def test_without_errors_it_is_a_closed_form(epsilon, delta):
    """(1 - epsilon)^n <= delta."""
    expected = math.ceil(math.log(delta) / math.log(1 - epsilon))
    assert certificate_sample_size(epsilon, delta) == expected


def test_it_has_the_power_that_was_planned():
    """Simulated students reach the certificate about as often as planned."""
    epsilon, delta, expected, power = 0.1, 0.05, 0.06, 0.8
    n = certificate_sample_size(epsilon, delta, expected=expected, power=power)
    errors = np.random.default_rng(0).binomial(n, expected, size=4000)
    success = np.mean(binomial_upper_bound(errors, n, delta) <= epsilon)
    assert power - 0.02 < success < power + 0.06


def test_harder_targets_need_more_rows():
    """A tighter epsilon, a smaller delta, a worse student, a higher power."""
    base = certificate_sample_size(0.1, 0.05, expected=0.05, power=0.8)
    for epsilon, delta, expected in [(0.08, 0.05, 0.05), (0.1, 0.01, 0.05), (0.1, 0.05, 0.07)]:
        assert certificate_sample_size(epsilon, delta, expected=expected, power=0.8) > base
    assert certificate_sample_size(0.1, 0.05, expected=0.05, power=0.95) > base


@pytest.mark.parametrize("name", ["epsilon", "delta", "power"])
@pytest.mark.parametrize("value", [0.0, 1.0, np.nan, -1, "half"])
def test_numbers_out_of_range(name, value):
    """Every message names the parameter."""
    with pytest.raises(ValueError, match=rf"{name} must be a number in \(0, 1\)"):
        certificate_sample_size(**({"epsilon": 0.1} | {name: value}))


def test_what_is_not_true_cannot_be_certified():
    """The expected disagreement must lie below epsilon."""
    for expected in (0.1, 0.5):
        with pytest.raises(ValueError, match="expected must be below epsilon"):
            certificate_sample_size(0.1, expected=expected)
    with pytest.raises(ValueError, match=r"expected must be a number in \[0, 1\)"):
        certificate_sample_size(0.1, expected=-0.1)

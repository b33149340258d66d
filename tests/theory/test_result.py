"""How certificates print."""

import re

import numpy as np
import pytest

from skdistill.theory import FidelityCertificate


def _text(**changes):
    fields = {
        "bound": 0.04046,
        "estimate": 0.03,
        "n_rows": 1000,
        "n_disagreements": 30,
        "delta": 0.05,
        "method": "clopper-pearson",
        "loss": "disagree",
        "source": "the claims of May",
        "n_known": 0,
    }
    return str(FidelityCertificate(**(fields | changes)))


def test_it_prints_one_honest_sentence():
    """Source, rows, disagreements, delta and bound; bounds are rounded up, confidence down."""
    assert _text() == (
        "With 95% confidence (delta = 0.05), student and teacher disagree on at most 4.05% of rows "
        "like these: on 30 of 1000 rows of the claims of May, none of which the student was fitted "
        "on (exact binomial bound)."
    )
    assert "at most 4.05%" in _text(bound=0.040401)
    assert "at most 4.05%" in _text(bound=0.0405)
    assert "at most 100%" in _text(bound=1.0)
    assert "at most 0% of" in _text(bound=0.0)
    assert "at most 29% of" in _text(bound=0.29)
    assert "With 98.333% confidence (delta = 0.0167)" in _text(delta=0.05 / 3)
    assert "assumed to be fresh since the student keeps no record of its rows" in _text(
        n_known=None
    )
    assert "12 of which equal rows that the student was fitted on" in _text(n_known=12)
    soft = _text(n_disagreements=None, loss="the total variation", method="betting")
    assert "the total variation between student and teacher is at most 0.0405 in the mean" in soft
    assert "0.03 over 1000 rows" in soft


@pytest.mark.parametrize("value", np.random.default_rng(0).random(20) ** 4)
def test_printed_bounds_are_never_too_small(value):
    """What is printed is at least the bound, and at most one in the third digit above."""
    printed = float(re.search(r"at most ([\d.e+-]+)%", _text(bound=value)).group(1)) / 100
    assert value * (1 - 1e-9) <= printed <= value * 1.0101

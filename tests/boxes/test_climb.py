"""Climbs over boxes against all the boxes that there are."""

import numpy as np
import pytest

from skdistill.boxes import Climber, bin_rows, covered
from tests.boxes._boxes import all_boxes, binned


def _worth(rows, gain, box, cost):
    return gain[covered(rows.codes, rows.n_bins, box)].sum() - cost * len(box)


@pytest.mark.parametrize("missing", [0.0, 0.2])
@pytest.mark.parametrize("seed", range(5))
def test_one_condition_is_the_best_of_all(seed, missing):
    """A box of at most one condition is found exactly, where bounds cost nothing extra."""
    rows, _ = binned(seed, missing=missing)
    gain = np.random.default_rng(seed).normal(size=rows.codes.shape[1])
    climber = Climber(rows.codes, rows.n_bins, 0.0, max_length=1)
    box, worth = climber.climb(gain, {}, max_steps=1)
    best = max(_worth(rows, gain, each, 0.0) for each in all_boxes(rows, 1))
    assert worth == pytest.approx(best)
    assert worth == pytest.approx(_worth(rows, gain, box, 0.0))


@pytest.mark.parametrize("missing", [0.0, 0.2])
@pytest.mark.parametrize("seed", range(5))
def test_no_change_of_one_condition_gains_at_the_end(seed, missing):
    """Where a climb ends, no box that differs in one column is worth more; nor is its start."""
    rows, _ = binned(seed, missing=missing)
    rng = np.random.default_rng(seed)
    gain = rng.normal(size=rows.codes.shape[1])
    climber = Climber(rows.codes, rows.n_bins, 0.0, max_length=3)
    boxes = list(all_boxes(rows, 3))
    for start in rng.choice(len(boxes), 10):
        box, worth = climber.climb(gain, boxes[start])
        assert worth >= _worth(rows, gain, boxes[start], 0.0) - 1e-9
        for other in boxes:
            changed = {j for j in range(3) if box.get(j) != other.get(j)}
            if len(changed) == 1:
                assert _worth(rows, gain, other, 0.0) <= worth + 1e-9


@pytest.mark.parametrize("max_length", [1, 2])
def test_length_and_cost_are_kept(max_length):
    """Never more conditions than allowed, and none that does not pay for itself."""
    rows, _ = binned(0, n_rows=200, n_columns=5)
    gain = np.random.default_rng(0).normal(size=rows.codes.shape[1])
    for cost in (0.0, 1.0, 100.0):
        box, worth = Climber(rows.codes, rows.n_bins, cost, max_length).climb(gain, {})
        assert len(box) <= max_length
        for column in box:
            shorter = {j: condition for j, condition in box.items() if j != column}
            assert _worth(rows, gain, shorter, cost) <= worth + 1e-9
    assert not box  # a hundred a condition is too much


def test_bins_keep_every_split_of_few_values_and_quantiles_of_many():
    """Codes are ranks among the cuts, missing values the last; equal rows are merged."""
    X = np.array([[3.0], [1.0], [np.nan], [3.0], [2.0]], dtype=np.float32)
    mass = np.arange(10.0).reshape(5, 2)
    rows, place, values = bin_rows(X, mass, np.array([0]))
    assert rows.mass.sum() == mass.sum()
    assert len(rows.hashes) == 4
    np.testing.assert_array_equal(values[place], X)
    assert rows.cuts[0].tolist() == [[1.0, 2.0], [2.0, 3.0]]
    assert rows.codes[0][place].tolist() == [2, 0, 3, 2, 1]
    many = np.random.default_rng(0).normal(size=(5000, 1)).astype(np.float32)
    rows, place, values = bin_rows(many, np.ones((5000, 1)), np.array([0]), max_bins=16)
    counts = np.bincount(rows.codes[0])
    assert len(counts) == 16
    assert counts.min() > 300
    below, above = rows.cuts[0].T
    assert (below < above).all()
    np.testing.assert_array_equal(rows.codes[0], np.searchsorted(above, values[:, 0], "right"))

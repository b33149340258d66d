"""Candidates are the nodes of trees, and their sums those of their rows."""

import numpy as np
import pytest

from skdistill.boxes import covered
from skdistill.rule_learners._candidates import CandidatePool, grow_trees
from tests.boxes._boxes import binned


@pytest.fixture(params=[0.0, 0.15], ids=["none missing", "some missing"])
def pool(request):
    rows, _ = binned(1, n_rows=300, n_columns=4, n_values=12, n_classes=3, missing=request.param)
    trees = grow_trees(rows, n_trees=3, max_leaves=20, rng=np.random.RandomState(0))
    return rows, trees, CandidatePool(trees, rows)


def test_boxes_hold_the_rows_of_their_nodes(pool):
    """A row lies in a node's box exactly where the tree leads it through that node."""
    rows, trees, candidates = pool
    paths = [tree.tree_.decision_path(rows.numbers()).toarray().astype(bool) for tree in trees]
    covers = [covered(rows.codes, rows.n_bins, box) for box in candidates.boxes]
    np.testing.assert_array_equal(np.array(covers), np.concatenate(paths, axis=1).T)
    assert candidates.lengths.tolist() == [len(box) for box in candidates.boxes]


def test_sums_and_the_best_of_them(pool):
    """Sums over nodes are those over their rows; the best come first, within the length."""
    rows, _, candidates = pool
    gain = np.random.default_rng(0).normal(size=rows.mass.shape)
    covers = np.array([covered(rows.codes, rows.n_bins, box) for box in candidates.boxes])
    sums = covers @ gain
    np.testing.assert_allclose(candidates.sums(gain), sums, atol=1e-9)
    best = candidates.best(gain, cost=0.1, max_length=2, n_best=5)
    worth = [value for value, _, _ in best]
    assert worth == sorted(worth, reverse=True)
    allowed = (candidates.lengths > 0) & (candidates.lengths <= 2)
    expected = (sums - 0.1 * candidates.lengths[:, np.newaxis])[allowed].max()
    assert worth[0] == pytest.approx(expected)
    for value, box, label in best:
        assert 0 < len(box) <= 2
        inside = covered(rows.codes, rows.n_bins, box)
        assert value == pytest.approx(gain[inside, label].sum() - 0.1 * len(box))


def test_nothing_comes_where_nothing_gains(pool):
    """Boxes that are worth nothing are no candidates."""
    rows, _, candidates = pool
    loss = -np.ones_like(rows.mass)
    assert candidates.best(loss, cost=0.0, max_length=9, n_best=3) == []

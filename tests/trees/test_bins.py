"""Columns cut into intervals, and trees over them."""

import numpy as np
import pytest

from skdistill.trees import GrowthTask
from skdistill.trees._assembly import filled
from skdistill.trees._binned_tree import BinnedTree
from skdistill.trees._bins import MISSING, bin_rows
from skdistill.trees._search_rows import SearchRows


def odd_rows(n=900, seed=0):
    """Columns of many kinds: wide, tiny, huge, close, few-valued, constant, with missing values."""
    rng = np.random.default_rng(seed)
    near = np.float32(1.0)
    columns = [
        rng.normal(size=n),
        rng.normal(size=n) * 1e-38,
        rng.normal(size=n) * 1e37,
        np.where(rng.random(n) < 0.5, near, np.nextafter(near, np.float32(2.0))),
        rng.integers(0, 3, n),
        np.zeros(n),
        np.where(rng.random(n) < 0.3, np.nan, rng.normal(size=n)),
        np.where(rng.random(n) < 0.5, np.nan, 7.0),
        np.full(n, np.nan),
        rng.permutation(n),
    ]
    return np.column_stack(columns).astype(np.float32)


def test_codes_keep_every_comparison():
    """A value is at most a threshold where its code is at most the threshold's place."""
    X = odd_rows()
    rows = bin_rows(X, np.ones(len(X)))
    assert rows.codes.dtype == np.uint8
    assert rows.codes.shape == X.T.shape
    for column, thresholds in enumerate(rows.thresholds):
        values, codes = X[:, column].astype(np.float64), rows.codes[column]
        missing = np.isnan(values)
        np.testing.assert_array_equal(codes == MISSING, missing)
        assert rows.missing[column] == missing.any()
        assert len(thresholds) < MISSING
        assert (np.diff(thresholds) > 0).all()
        for place, threshold in enumerate(thresholds):
            np.testing.assert_array_equal(
                values[~missing] <= threshold, codes[~missing] <= place, err_msg=f"{column}"
            )
            assert rows.threshold(column, place) == threshold
            assert 0 < (codes <= place).sum() < len(values)
        assert rows.threshold(column, len(thresholds)) == np.inf
    assert [len(thresholds) for thresholds in rows.thresholds] == [
        254, 254, 254, 1, 2, 0, 254, 0, 0, 254,
    ]  # fmt: skip


@pytest.mark.parametrize("n", [254, 255, 256, 257, 511])
def test_as_many_intervals_as_codes(n):
    """Up to 255 values each have their own; above, none holds much more than its share."""
    X = np.random.default_rng(0).permutation(n).astype(np.float32)[:, np.newaxis]
    rows = bin_rows(X, np.ones(n))
    counts = np.bincount(rows.codes[0])
    assert len(counts) <= 255
    if n <= 255:
        np.testing.assert_array_equal(counts, 1)
    else:
        assert counts.max() <= np.ceil(n / 255) + 1


def test_weights_are_repeats():
    """Quantiles of weighted rows are those of repeated ones, in any order."""
    rng = np.random.default_rng(1)
    X = odd_rows(400)
    weight = rng.integers(1, 6, len(X))
    order = rng.permutation(np.repeat(np.arange(len(X)), weight))
    one, other = bin_rows(X, weight.astype(float)), bin_rows(X[order], np.ones(len(order)))
    for ours, theirs in zip(one.thresholds, other.thresholds, strict=True):
        np.testing.assert_array_equal(ours, theirs)
    np.testing.assert_array_equal(one.codes[:, order], other.codes)


def test_numbers_and_parts():
    """Rows for CART hold the codes, with missing values as they were; parts are parts."""
    X = odd_rows(300)
    rows = bin_rows(X, np.ones(300))
    numbers = rows.numbers()
    assert numbers.dtype == np.float32
    np.testing.assert_array_equal(np.isnan(numbers), np.isnan(X))
    known = ~np.isnan(X)
    np.testing.assert_array_equal(numbers[known], rows.codes.T[known])
    part = rows.take(np.array([5, 2, 9]))
    np.testing.assert_array_equal(part.numbers(), numbers[[5, 2, 9]])


def grown(X, y, **params):
    """CART on the codes of rows; the tree over intervals, the rows, and the task."""
    task = GrowthTask.from_labels(X, y, **params)
    bins = bin_rows(task.X, task.weight)
    tree = task.with_rows(bins.numbers()).cart()
    return tree, BinnedTree.read(tree), bins, task


@pytest.mark.parametrize("seed", range(3))
def test_a_tree_over_codes_is_one_over_values(seed):
    """CART's tree on codes, read, walked, counted, written out: always the same leaves."""
    X = odd_rows(300, seed)
    y = np.random.default_rng(seed).integers(0, 3, 300)
    plain, tree, bins, task = grown(X, y, max_leaf_nodes=40)
    leaf = plain.apply(bins.numbers())
    reached = tree.rows_by_node(bins, np.arange(300))
    for node in np.flatnonzero(plain.children_left == -1):
        np.testing.assert_array_equal(reached[node], np.flatnonzero(leaf == node))
    assert tree.n_leaves() == plain.n_leaves
    assert max(tree.depths().values()) == plain.max_depth
    written = filled(tree.splits(bins), task)
    assert (written.children_left < np.arange(written.node_count) + 2).all()
    same = np.unique(np.column_stack([written.apply(task.X), leaf]), axis=0)
    assert len(same) == plain.n_leaves
    search = SearchRows(task.with_rows(bins.numbers()), bins)
    wrong = (y != written.value[written.apply(task.X), 0].argmax(axis=1)).sum()
    np.testing.assert_allclose(search.error(tree), wrong)


def test_changes_of_a_tree():
    """Grafts, replacements and cuts change what they name, and copies are apart."""
    rng = np.random.default_rng(2)
    X, y = rng.integers(0, 9, (200, 3)), rng.integers(0, 2, 200)
    _, tree, bins, task = grown(X, y, max_leaf_nodes=6)
    _, other, _, _ = grown(X, 1 - y, max_leaf_nodes=4)
    rows = np.arange(200)
    before = tree.rows_by_node(bins, rows)
    leaf = next(node for node in before if tree.left[node] == -1 and len(before[node]) > 20)
    wide = tree.copy()
    wide.graft(leaf, other)
    assert tree.left[leaf] == -1
    assert wide.n_leaves() == 6 + 4 - 1
    assert wide.n_leaves(leaf) == 4
    below = wide.rows_by_node(bins, before[leaf], leaf)
    expected = other.rows_by_node(bins, before[leaf])
    sizes = [len(below[node]) for node in wide.order(leaf)]
    assert sizes == [len(expected[node]) for node in other.order()]
    wide.cut_off(leaf)
    assert wide.order() == tree.order()
    for node in (n for n in tree.order() if tree.left[n] != -1):
        bypassed = tree.copy()
        bypassed.replace(node, tree.left[node])
        assert bypassed.n_leaves() == 6 - tree.n_leaves(tree.right[node])
    assert task.X.dtype == np.float32


def test_neighbouring_floats_are_told_apart():
    """A threshold in double precision lies between two neighbours in single precision."""
    low = np.float32(0.1)
    high = np.nextafter(low, np.float32(1.0))
    X = np.array([[low], [high]] * 20, dtype=np.float32)
    y = np.array([0, 1] * 20)
    _, tree, bins, task = grown(X, y)
    written = filled(tree.splits(bins), task)
    np.testing.assert_array_equal(written.value[written.apply(X), 0].argmax(axis=1), y)
    assert low <= written.threshold[0] < high

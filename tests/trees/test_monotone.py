"""Whether a tree is monotone, against every point of a grid."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skdistill.trees._monotone import is_monotone

# Cuts are 0, 1, 2; points are 0, 1, 2, 3: one between each two cuts.
SIDE = 4


def random_tree(n_leaves, n_columns, rng):
    """Children, columns and cuts of a tree whose leaves all hold points of the grid."""
    left, right, feature, cut = [-1], [-1], [-2], [-2.0]
    boxes = {0: (np.zeros(n_columns, dtype=int), np.full(n_columns, SIDE))}
    for _ in range(n_leaves - 1):
        open_ = [k for k in boxes if left[k] == -1 and (np.ptp(boxes[k], axis=0) > 1).any()]
        if not open_:
            break
        node = int(rng.choice(open_))
        low, high = boxes[node]
        column = int(rng.choice(np.flatnonzero(high - low > 1)))
        at = int(rng.integers(low[column], high[column] - 1))
        feature[node], cut[node] = column, float(at)
        left[node], right[node] = len(left), len(left) + 1
        for child, side, value in ((left[node], 1, at + 1), (right[node], 0, at + 1)):
            box = low.copy(), high.copy()
            box[side][column] = value
            boxes[child] = box
            for values, empty in ((left, -1), (right, -1), (feature, -2), (cut, -2.0)):
                values.append(empty)
    return left, right, feature, cut


def by_grid(left, right, feature, cut, predictions, monotonic):
    """Whether no step from a point of the grid to the next goes the wrong way."""
    shape = (SIDE,) * len(monotonic)
    value = np.empty(shape)
    for point in itertools.product(range(SIDE), repeat=len(monotonic)):
        node = 0
        while left[node] != -1:
            node = left[node] if point[feature[node]] <= cut[node] else right[node]
        value[point] = predictions[node]
    steps = [np.diff(value, axis=k) * way for k, way in enumerate(monotonic) if way]
    return all((step >= 0).all() for step in steps)


@settings(max_examples=300, deadline=None)
@given(
    n_leaves=st.integers(1, 7),
    monotonic=st.lists(st.sampled_from([-1, 0, 1]), min_size=1, max_size=3),
    ordered=st.booleans(),
    seed=st.integers(0, 100_000),
)
def test_against_a_grid(n_leaves, monotonic, ordered, seed):
    """Random predictions, and ones that mostly rise, so that both outcomes come up."""
    rng = np.random.default_rng(seed)
    tree = random_tree(n_leaves, len(monotonic), rng)
    predictions = rng.integers(0, 3, len(tree[0])).astype(float)
    if ordered:
        predictions = np.sort(predictions) * (1 if rng.random() < 0.5 else -1)
    way = np.array(monotonic)
    assert is_monotone(*tree, predictions.tolist(), way) == by_grid(*tree, predictions, way)


def test_both_outcomes_come_up():
    """The comparison above is of both kinds, and leaves that do not meet are free."""
    rng = np.random.default_rng(0)
    outcomes = []
    for _ in range(200):
        tree = random_tree(5, 2, rng)
        predictions = rng.integers(0, 3, len(tree[0])).astype(float)
        outcomes.append(is_monotone(*tree, predictions.tolist(), np.array([1, 0])))
    assert 0.1 < np.mean(outcomes) < 0.9


def test_leaves_apart_in_another_column_are_not_compared():
    """A fall along the diagonal is no fall along a column."""
    # x0 <= 0 and x1 <= 0: 2; x0 <= 0 and x1 > 0: 0; x0 > 0 and x1 <= 0: 3; both above: 1.
    left, right = [1, 3, 5, -1, -1, -1, -1], [2, 4, 6, -1, -1, -1, -1]
    feature, cut = [0, 1, 1, -2, -2, -2, -2], [0.0, 0.0, 0.0] + [-2.0] * 4
    predictions = [0.0, 0.0, 0.0, 2.0, 0.0, 3.0, 1.0]
    assert is_monotone(left, right, feature, cut, predictions, np.array([1, 0]))
    assert is_monotone(left, right, feature, cut, predictions, np.array([1, -1]))
    assert not is_monotone(left, right, feature, cut, predictions, np.array([1, 1]))
    assert not is_monotone(left, right, feature, cut, predictions, np.array([-1, 0]))


@pytest.mark.parametrize("apart", [0.0, 1e-15])
def test_rounding_is_no_fall(apart):
    """Predictions that differ by a rounding error alone are equal."""
    tree = [1, -1, -1], [2, -1, -1], [0, -2, -2], [0.5, -2.0, -2.0]
    assert is_monotone(*tree, [0.0, 0.5 + apart, 0.5], np.array([1]))

"""The dynamic program is exhaustive search."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skdistill._lattice import BestTrees, Lattice, search_trees
from tests._lattice._problems import (
    KINDS,
    all_trees,
    error_of,
    least_errors,
    literal_mask,
    make_problem,
    make_targets,
)


def grown(problem, depth, **settings):
    """A lattice, by labels alone, with all splits unless told otherwise."""
    settings = {"n_probe": 0, "n_label": 1_000} | settings
    lattice = Lattice(problem, depth=depth, rng=np.random.default_rng(0), **settings)
    lattice.grow()
    return lattice


def trees_within(lattice, level=0, place=0):
    """Sizes and errors of every tree in a lattice, one after the other."""
    here = lattice.levels[level]
    sizes, errors = [np.ones(1, dtype=int)], [np.array([here.error[place]])]
    for left, right in here.splits.get(place, {}).values():
        if level + 1 == lattice.depth:
            children = [(np.ones(1, dtype=int), np.array([error])) for error in (left, right)]
        else:
            children = [trees_within(lattice, level + 1, child) for child in (left, right)]
        sizes.append(np.add.outer(children[0][0], children[1][0]).ravel())
        errors.append(np.add.outer(children[0][1], children[1][1]).ravel())
    return np.concatenate(sizes), np.concatenate(errors)


def leaves_of(node, rows, problem, mask):
    """Rows of the leaves of a found tree, which it is to have."""
    if not node.children:
        return [rows]
    left, right = node.children
    side = mask[rows, node.literal]
    return [
        *leaves_of(left, rows[side], problem, mask),
        *leaves_of(right, rows[~side], problem, mask),
    ]


def check_traced(best, problem, max_leaves):
    """Each traced tree has the error and no more than the size that was requested."""
    mask, rows = literal_mask(problem), np.arange(len(problem.weight))
    for k in range(1, max_leaves + 1):
        tree = best.tree(k)
        leaves = leaves_of(tree, rows, problem, mask)
        assert len(leaves) <= k
        assert len(tree.inner()) == len(leaves) - 1
        assert min(map(len, leaves)) > 0
        error = sum(error_of(problem, leaf) for leaf in leaves)
        np.testing.assert_allclose(error, best.error[k - 1], atol=1e-6)
        np.testing.assert_allclose(tree.error, error, atol=1e-6)
        if k > 1 and best.error[k - 1] >= best.error[k - 2] - 1e-9:
            assert len(leaves) < k  # no leaf for nothing


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("d", "depth"), [(4, 1), (5, 2), (4, 3), (5, 3)])
def test_best_of_all_possible_trees(d, depth, kind, weighted):
    """With every split kept: the least error of each size, over all trees there are."""
    rng = np.random.default_rng(d * depth)
    X = rng.integers(0, 2, size=(24, d))
    targets, classification = make_targets(kind, 24, rng)
    weight = rng.uniform(0.1, 3.0, 24) if weighted else None
    problem = make_problem(X, targets, classification, weight)
    max_leaves = 2**depth
    best = BestTrees(grown(problem, depth), max_leaves)
    expected = least_errors(*all_trees(problem, depth), max_leaves)
    np.testing.assert_allclose(best.error, expected, atol=1e-6)
    check_traced(best, problem, max_leaves)


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    kind=st.sampled_from(KINDS),
    depth=st.integers(1, 3),
    n_candidates=st.integers(1, 3),
    max_leaves=st.integers(1, 10),
    n_rows=st.integers(1, 20),
)
def test_best_of_all_trees_in_a_lattice(seed, kind, depth, n_candidates, max_leaves, n_rows):
    """With few splits kept, on columns of many values: the best of what there is."""
    rng = np.random.default_rng(seed)
    X = rng.integers(0, 5, size=(n_rows, 3))
    targets, classification = make_targets(kind, n_rows, rng)
    problem = make_problem(X, targets, classification)
    lattice = grown(problem, depth, n_label=n_candidates)
    best = BestTrees(lattice, max_leaves)
    assert best.error.shape == (max_leaves,)
    expected = least_errors(*trees_within(lattice), max_leaves)
    np.testing.assert_allclose(best.error, expected, atol=1e-9)
    check_traced(best, problem, max_leaves)


@pytest.mark.parametrize("kind", KINDS)
def test_two_leaves_are_the_best_of_all_thresholds(kind):
    """At the end of a lattice no split is left out, whatever the beam."""
    rng = np.random.default_rng(3)
    targets, classification = make_targets(kind, 40, rng)
    problem = make_problem(rng.normal(size=(40, 3)), targets, classification, n_bins=40)
    assert len(problem.literals) == 3 * 39
    best = BestTrees(grown(problem, 1, n_label=1), 2)
    np.testing.assert_allclose(best.error, least_errors(*all_trees(problem, 1), 2), atol=1e-6)


@pytest.mark.parametrize("kind", KINDS)
def test_least_weight_of_a_leaf(kind):
    """Trees with lighter leaves do not count."""
    rng = np.random.default_rng(4)
    targets, classification = make_targets(kind, 24, rng)
    weight = rng.integers(1, 4, 24).astype(float)
    problem = make_problem(rng.integers(0, 2, (24, 4)), targets, classification, weight)
    found = [BestTrees(grown(problem, 3, min_leaf=m), 8).error for m in (0.0, 6.0)]
    expected = least_errors(*all_trees(problem, 3, min_leaf=6.0), 8)
    np.testing.assert_allclose(found[1], expected, atol=1e-6)
    assert found[0][-1] < found[1][-1]


def test_parity_needs_the_whole_tree():
    """Where no smaller tree helps, the smallest of equals is a leaf; the right one is found."""
    X = np.array(np.meshgrid(*[[0, 1]] * 4)).reshape(4, -1).T
    parity = X[:, :3].sum(axis=1) % 2
    problem = make_problem(X, np.eye(2)[parity], True)
    best = BestTrees(grown(problem, 3), 8)
    np.testing.assert_array_equal(best.error, [8, 8, 8, 6, 4, 4, 2, 0])
    assert not best.tree(3).children
    assert len(best.tree(8).inner()) == 7
    assert {node.literal for node in best.tree(8).inner()} == {0, 1, 2}


def test_deep_lattices_are_solved_level_by_level():
    """Sizes beyond the largest useful one are not searched, but every size has a tree."""
    rng = np.random.default_rng(5)
    X = rng.integers(0, 2, (300, 12))
    problem = make_problem(X, np.eye(2)[X[:, :6].sum(axis=1) % 2], True)
    lattice = grown(problem, 8, n_label=2, max_frontier=50)
    best = BestTrees(lattice, 1_000)
    assert best.error.shape == (1_000,)
    assert (np.diff(best.error) <= 0).all()
    widths = [len(least[0]) for least in best._least]
    assert all(w <= 2 * below for w, below in pairwise(widths))
    assert widths[-1] == 2
    assert widths[0] < 128  # of 256 leaves that there is room for
    assert best.error[widths[0] - 1] == best.error[-1] < best.error[widths[0] - 2]
    np.testing.assert_array_equal(best.error[:20], BestTrees(lattice, 20).error)


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_to_split(kind):
    """Constant columns, a single row, or one label on all rows: a leaf."""
    targets, classification = make_targets(kind, 6, np.random.default_rng(0))
    same = np.repeat(targets[:1], 6, axis=0)
    for X, labels in (
        (np.ones((6, 2)), targets),
        (np.ones((1, 2)), targets[:1]),
        (np.arange(12).reshape(6, 2), same),
    ):
        problem = make_problem(X, labels, classification)
        _, best = search_trees(
            problem,
            depth=2,
            max_leaves=4,
            n_probe=0,
            n_label=4,
            n_rounds=3,
            rng=np.random.default_rng(0),
        )
        assert not best.tree(4).children
        expected = error_of(problem, np.arange(len(X)))
        np.testing.assert_allclose(best.error, [expected] * 4, atol=1e-9)

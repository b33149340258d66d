"""What a beam search scores, keeps, and adds when it is widened."""

from dataclasses import replace
from itertools import combinations, product

import numpy as np
import pytest

from skdistill._lattice import BinnedIncidence, DenseIncidence, Lattice, search_trees
from skdistill.probes._basis import probe_basis
from tests._lattice._problems import (
    KINDS,
    error_of,
    literal_mask,
    make_problem,
    make_targets,
)


def lattice_of(problem, depth=3, seed=0, **settings):
    """A grown lattice."""
    settings = {"n_probe": 0, "n_label": 100} | settings
    lattice = Lattice(problem, depth=depth, rng=np.random.default_rng(seed), **settings)
    lattice.grow()
    return lattice


def boolean_problem(d=5, n=60, *, width=0, weighted=False, kind="hard", seed=0):
    """Random labels on random bits, with the basis of a random layer, and the activations."""
    rng = np.random.default_rng(seed)
    X = rng.integers(0, 2, size=(n, d)).astype(float)
    targets, classification = make_targets(kind, n, rng)
    weight = rng.uniform(0.2, 2.0, n) if weighted else np.ones(n)
    A = np.tanh(X @ rng.normal(size=(d, width)) + rng.normal(size=width)) if width else None
    basis = None
    if width:
        basis = probe_basis(A, weight, rank=width, ridge=0.0, rng=rng)
    return make_problem(X, targets, classification, weight, basis), A


def probe_residual(A, f, weight):
    """Weighted residual of the best linear probe of f, and variance of f; by lstsq."""
    root = np.sqrt(weight)
    rows = np.column_stack([np.ones(len(A)), A]) * root[:, np.newaxis]
    left = root * f - rows @ np.linalg.lstsq(rows, root * f, rcond=None)[0]
    return left @ left, weight @ (f - np.average(f, weights=weight)) ** 2


@pytest.mark.parametrize("weighted", [False, True])
def test_shares_are_those_of_least_squares(weighted):
    """Residual mass over variance mass of both children, by probes of each child."""
    problem, A = boolean_problem(width=8, weighted=weighted)
    lattice = lattice_of(problem, depth=3, n_probe=2, n_label=1)
    mask, n = literal_mask(problem), len(A)
    for level in (0, 1):
        groups = lattice.levels[level].rows
        left, right, legal = lattice._children(groups)
        share = lattice._residual_share(groups, left[:, 0], right[:, 0])
        for rows, found, fine in zip(groups, share, legal, strict=True):
            here = np.isin(np.arange(n), rows)
            for j in np.flatnonzero(fine):
                children = [here & mask[:, j], here & ~mask[:, j]]
                pairs = [probe_residual(A, f.astype(float), problem.weight) for f in children]
                left, variance = np.sum(pairs, axis=0)
                np.testing.assert_allclose(found[j], left / variance, atol=1e-4)


def test_splits_are_ranked_by_share_and_by_impurity():
    """The splits kept are the best by either score, best first; each counts two probes."""
    problem, A = boolean_problem(d=6, width=8, seed=1)
    lattice = lattice_of(problem, depth=2, n_probe=2, n_label=1)
    mask, weight = literal_mask(problem), problem.weight

    def share(j):
        pairs = [probe_residual(A, f.astype(float), weight) for f in (mask[:, j], ~mask[:, j])]
        return np.divide(*np.sum(pairs, axis=0))

    def impurity(j):
        children = [problem.targets[side] for side in (mask[:, j], ~mask[:, j])]
        return sum(((child - child.mean(axis=0)) ** 2).sum() for child in children)

    by_probe, by_label = lattice.levels[0].ranked[0]
    assert by_probe[:, 0].tolist() == sorted(range(6), key=share)
    assert by_label[:, 0].tolist() == sorted(range(6), key=impurity)
    kept = [*by_probe[:2, 0], *by_label[:1, 0]]
    assert list(lattice.levels[0].splits[0]) == list(dict.fromkeys(kept))
    assert lattice.n_probes >= 12


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("form", [DenseIncidence, BinnedIncidence])
def test_a_column_gives_its_best_threshold_alone(kind, form):
    """Neighbouring thresholds are near copies: each column stands once in a ranking."""
    rng = np.random.default_rng(2)
    targets, classification = make_targets(kind, 50, rng)
    problem = make_problem(rng.normal(size=(50, 4)), targets, classification, form=form)
    assert len(problem.literals) == 4 * 7
    _, ranked = lattice_of(problem, depth=2).levels[0].ranked[0]
    feature = problem.literals.feature
    assert sorted(feature[ranked[:, 0].astype(int)].tolist()) == [0, 1, 2, 3]
    mask = literal_mask(problem)
    children = [(targets[mask[:, j]], targets[~mask[:, j]]) for j in range(28)]
    score = np.array([sum(len(h) * h.var(axis=0).sum() for h in pair) for pair in children])
    for literal, error_left, error_right in ranked:
        j = int(literal)
        np.testing.assert_allclose(score[j], score[feature == feature[j]].min(), atol=2e-6)
        rows = np.arange(50)
        for error, side in ((error_left, mask[:, j]), (error_right, ~mask[:, j])):
            np.testing.assert_allclose(error, error_of(problem, rows[side]), atol=1e-4)
    order = score[ranked[:, 0].astype(int)]
    assert (np.diff(order) >= -2e-6).all()


def test_the_middle_of_equal_thresholds():
    """Where thresholds do equally well, the one farthest from what it must not cross."""
    X = np.arange(8)[:, np.newaxis]
    literals = make_problem(X, np.eye(2)[(X[:, 0] > 5).astype(int)], True)
    # The root was split at seven thresholds; on rows without 3, 4 and 5 four of them are equal.
    few = np.array([0, 1, 2, 6, 7])
    problem = replace(
        literals,
        incidence=DenseIncidence(X[few], literals.literals),
        targets=literals.targets[few],
        weight=np.ones(5),
    )
    (literal,) = lattice_of(problem, 1).levels[0].splits[0]
    assert problem.literals.threshold[literal] == 3.5
    (literal,) = lattice_of(problem, 2, n_label=1).levels[0].splits[0]
    assert problem.literals.threshold[literal] == 3.5


@pytest.mark.parametrize("form", ["dense", "binned"])
def test_equal_conjunctions_are_one(form):
    """However they are reached: as many places as there are sets of rows."""
    rng = np.random.default_rng(3)
    X = rng.integers(0, 2, size=(200, 5))
    problem = make_problem(
        X,
        np.eye(2)[rng.integers(0, 2, 200)],
        True,
        form=DenseIncidence if form == "dense" else BinnedIncidence,
    )
    lattice = lattice_of(problem, depth=3)
    for w, level in enumerate(lattice.levels):
        expected = set()
        for columns in combinations(range(5), w):
            for signs in product([0, 1], repeat=w):
                rows = np.flatnonzero((X[:, list(columns)] == signs).all(axis=1))
                expected.add(rows.tobytes())
        assert {rows.tobytes() for rows in level.rows} == expected
        assert len(level.rows) == len(expected) == [1, 10, 40][w]
        for rows, error in zip(level.rows, level.error, strict=True):
            assert error == error_of(problem, rows)


def test_halves_belong_to_their_parents():
    """The children of a split are its parent's rows that satisfy the literal, and the rest."""
    problem, _ = boolean_problem(n=80)
    mask = literal_mask(problem)
    lattice = lattice_of(problem, depth=3, n_label=2)
    for level, below in zip(lattice.levels, lattice.levels[1:], strict=False):
        for k, splits in level.splits.items():
            assert 1 <= len(splits) <= 2
            for literal, (left, right) in splits.items():
                side = mask[level.rows[k], literal]
                np.testing.assert_array_equal(below.rows[left], level.rows[k][side])
                np.testing.assert_array_equal(below.rows[right], level.rows[k][~side])


def test_dense_and_binned_lattices_are_one():
    """Whatever form the incidence has: the same conjunctions, splits and errors."""
    rng = np.random.default_rng(4)
    X, targets = rng.normal(size=(80, 4)), np.eye(3)[rng.integers(0, 3, 80)]
    found = [
        lattice_of(make_problem(X, targets, True, form=form), n_label=2)
        for form in (DenseIncidence, BinnedIncidence)
    ]
    for dense, binned in zip(found[0].levels, found[1].levels, strict=True):
        assert dense.splits == binned.splits
        assert dense.error == binned.error


def test_the_frontier_is_capped():
    """Of each level only those of largest error are expanded."""
    problem, _ = boolean_problem(d=6, n=150)
    lattice = lattice_of(problem, depth=4, max_frontier=3)
    for level in lattice.levels[:-1]:
        assert len(level.splits) <= 3
    for level in lattice.levels[1:]:
        expanded = sorted(level.splits)
        rest = np.delete(level.error, expanded)
        assert len(expanded) == 3
        assert min(np.array(level.error)[expanded]) >= rest.max()


def test_pure_conjunctions_are_not_split():
    """Neither are those of which all rows are alike."""
    X = np.array([[0, 0], [0, 1], [1, 0], [1, 1]] * 3)
    problem = make_problem(X, np.eye(2)[X[:, 0]], True)
    lattice = lattice_of(problem, depth=3)
    assert set(lattice.levels[0].splits[0]) == {0, 1}
    second = lattice.levels[1]
    assert [k for k in range(len(second.rows)) if second.splits.get(k)] == [
        k for k in range(len(second.rows)) if second.error[k]
    ]


@pytest.mark.parametrize("unit", [1.0, 0.37])
def test_least_weights(unit):
    """Every child weighs at least the minimum, in sums of weights; by default it has a row."""
    rng = np.random.default_rng(5)
    weight = rng.integers(1, 5, 60) * unit
    problem = make_problem(
        rng.normal(size=(60, 3)), np.eye(2)[rng.integers(0, 2, 60)], True, weight
    )
    for least in (0.0, 12 * unit):
        lattice = lattice_of(problem, depth=3, min_leaf=least)
        lightest = min(weight[rows].sum() for level in lattice.levels for rows in level.rows)
        mask = literal_mask(problem)
        for rows, k in zip(lattice.levels[-1].rows, range(10**6), strict=False):
            for literal in lattice.levels[-1].splits.get(k, ()):
                side = mask[rows, literal]
                sums = weight[rows[side]].sum(), weight[rows[~side]].sum()
                lightest = min(lightest, *sums)
        assert lightest >= least - 1e-9
        assert lightest < least + 3 * unit
        assert lightest > 0


def test_weights_of_all_sizes():
    """Rows of next to no weight make no split, but no error either."""
    rng = np.random.default_rng(6)
    weight = 10.0 ** rng.uniform(-30, 3, 60)
    problem = make_problem(
        rng.integers(0, 2, (60, 5)), np.eye(2)[rng.integers(0, 2, 60)], True, weight
    )
    lattice = lattice_of(problem, depth=4)
    assert all(len(rows) for level in lattice.levels for rows in level.rows)


def test_widening_keeps_what_was_scored():
    """A wider beam has all that it had, at the same places, and computes few new probes."""
    problem, _ = boolean_problem(d=8, n=120, width=10)
    lattice = lattice_of(problem, depth=3, n_probe=1, n_label=1)
    before = [dict(level.splits) for level in lattice.levels]
    ranked = [dict(level.ranked) for level in lattice.levels]
    rows = [list(level.rows) for level in lattice.levels]
    n_probes = lattice.n_probes
    assert lattice.widen([(0, 0)])
    lattice.grow()
    root = lattice.levels[0]
    assert root.width == {0: 2}
    assert list(root.splits[0])[: len(before[0][0])] == list(before[0][0])
    assert 2 <= len(root.splits[0]) <= 4
    new = sum(len(level.ranked) for level in lattice.levels[:-1]) - sum(map(len, ranked[:-1]))
    assert 0 < new <= 4
    assert n_probes < lattice.n_probes <= n_probes + 2 * 8 * len(lattice.levels[1].rows)
    for level, old_splits, old_ranked, old_rows in zip(
        lattice.levels, before, ranked, rows, strict=True
    ):
        for k, pair in old_ranked.items():
            assert level.ranked[k] is pair
        for k, splits in old_splits.items():
            assert splits.items() <= level.splits[k].items()
        for kept, known in zip(old_rows, level.rows, strict=False):
            assert kept is known
    n_probes = lattice.n_probes
    lattice.grow()
    assert lattice.n_probes == n_probes


@pytest.mark.parametrize("beam", [(1, 0), (0, 1), (1, 1)])
def test_widening_ends(beam):
    """Where all columns are kept there is nothing to add."""
    problem, _ = boolean_problem(d=3, width=2)
    lattice = lattice_of(problem, depth=2, n_probe=beam[0], n_label=beam[1])
    assert lattice.widen([(0, 0)])
    lattice.grow()
    lattice.widen([(0, 0)])
    lattice.grow()
    assert len(lattice.levels[0].splits[0]) == 3
    assert not lattice.widen([(0, 0)])
    assert not lattice.widen([(1, 0)])  # the last splits are the best of all
    assert not lattice.widen([])


def test_without_activations_labels_choose():
    """No column of a basis: all splits that are to be kept are chosen by impurity."""
    problem, _ = boolean_problem(d=6)
    lattice = lattice_of(problem, depth=2, n_probe=3, n_label=1)
    assert len(lattice.levels[0].splits[0]) == 4
    assert lattice.n_probes == 0


def test_rounds_of_widening_find_what_a_beam_misses():
    """A beam of one follows a decoy; doubled where both sides err, it finds the tree."""
    rng = np.random.default_rng(7)
    X = rng.integers(0, 2, size=(400, 6))
    y = np.where(X[:, 0], X[:, 1], X[:, 2])
    X[:, 5] = np.where(rng.random(400) < 0.85, y, X[:, 5])  # nearly the label
    problem = make_problem(X, np.eye(2)[y], True)
    errors = []
    for n_rounds in (0, 3):
        lattice, best = search_trees(
            problem,
            depth=2,
            max_leaves=4,
            n_probe=0,
            n_label=1,
            n_rounds=n_rounds,
            rng=np.random.default_rng(0),
        )
        errors.append(best.error[-1])
    assert errors[0] > 0 == errors[1]
    assert best.tree(4).literal == 0
    assert lattice.levels[0].width[0] > 1

"""Rows inside the leaves of a forest: boxes, members, and what leaves keep."""

import numpy as np
import pytest
from scipy import stats
from sklearn.ensemble import RandomForestClassifier

from skdistill.transfer import ForestDensityTransferSet, MarginalTransferSet
from skdistill.transfer._density._leaves import learn_leaves


def ring(n=1500, seed=0):
    """Points on a circle: no correlation, but a strong dependence."""
    rng = np.random.default_rng(seed)
    angle = rng.uniform(0, 2 * np.pi, n)
    return np.column_stack([np.cos(angle), np.sin(angle)]) + rng.normal(scale=0.05, size=(n, 2))


def forest_of(rng, n=300, width=4):
    """A forest on two classes, and the rows of one of them."""
    X = rng.normal(size=(2 * n, width)).astype(np.float32)
    y = np.repeat([0, 1], n)
    X[:n, 0] += X[:n, 1]
    return RandomForestClassifier(5, random_state=0).fit(X, y), X[:n]


@pytest.mark.parametrize("least", [1, 4, 50, 1000])
def test_leaves(least):
    """They part the rows of every tree, hold enough of them, and their boxes hold them."""
    forest, X = forest_of(np.random.default_rng(0))
    leaves = learn_leaves(forest, X, 3, least)
    n = len(X)
    assert leaves.of_row.shape == (5, n)
    assert (leaves.count >= min(least, n)).all()
    assert leaves.low.shape == leaves.high.shape == (len(leaves.count), 3)
    for tree, of_row in enumerate(leaves.of_row):
        for leaf in np.unique(of_row):
            here = slice(leaves.start[leaf], leaves.start[leaf] + leaves.count[leaf])
            members = np.sort(leaves.members[here])
            np.testing.assert_array_equal(members, np.flatnonzero(of_row == leaf))
            inside = X[members, :3]
            assert (inside >= leaves.low[leaf]).all()
            assert (inside <= leaves.high[leaf]).all()
        if least == 1:  # nothing is undone where each side holds a row
            reached = forest.estimators_[tree].apply(X)
            assert len(np.unique(reached)) == len(np.unique(of_row))
            assert len(np.unique(np.column_stack([reached, of_row]), axis=0)) == len(
                np.unique(reached)
            )
    if least == 1000:
        assert len(leaves.count) == 5
        assert np.isinf(leaves.low).all()


def test_moments_of_leaves():
    """Mean and deviation of the entries present in each leaf."""
    rng = np.random.default_rng(0)
    forest, X = forest_of(rng)
    leaves = learn_leaves(forest, X, 4, 5)
    values = X.astype(np.float64)
    values[rng.random(values.shape) < 0.2] = np.nan
    mean, deviation = leaves.moments(values)
    for leaf in (0, 7, len(leaves.count) - 1):
        members = leaves.members[leaves.start[leaf] :][: leaves.count[leaf]]
        np.testing.assert_allclose(mean[leaf], np.nan_to_num(np.nanmean(values[members], axis=0)))
        np.testing.assert_allclose(
            deviation[leaf], np.nan_to_num(np.nanstd(values[members], axis=0)), atol=1e-12
        )


def test_rows_keep_a_shape_that_no_correlation_shows():
    """On a circle rows stay near it, where independent columns do not; marginals are kept."""
    X = ring()
    forest = ForestDensityTransferSet(random_state=0).fit(X)
    new = forest.sample(5000)
    off = np.abs(np.linalg.norm(new, axis=1) - 1)
    free = MarginalTransferSet(random_state=0).fit(X).sample(5000)
    assert np.median(off) < 0.4 * np.median(np.abs(np.linalg.norm(free, axis=1) - 1))
    for j in range(2):
        assert stats.ks_2samp(new[:, j], X[:, j]).statistic < 0.04
    np.testing.assert_allclose(new.std(axis=0), X.std(axis=0), rtol=0.03)
    assert np.isin(new[:, 0], X[:, 0]).mean() < 0.05  # new values


def test_forests_end_when_they_cannot_tell():
    """The first can tell columns that depend; rounds end at guessing, or at their number."""
    forest = ForestDensityTransferSet(random_state=0, max_iter=6).fit(ring(600))
    assert forest.oob_scores_[0] > 0.65
    assert len(forest.oob_scores_) < 6
    assert forest.oob_scores_[-1] <= 0.5
    forest = ForestDensityTransferSet(random_state=0, max_iter=1).fit(ring(600))
    assert forest.oob_scores_.shape == (1,)


def test_rows_stay_in_the_box_of_their_leaf():
    """A new row lies in the box of one of its parent's leaves, up to rounding."""
    X = ring(400) * [1, 1000]
    forest = ForestDensityTransferSet(n_estimators=3, random_state=0).fit(X)
    new, parents = forest.sample(2000, return_parents=True)
    leaf = forest._leaves.of_row[:, parents]  # (3, 2000)
    slack = 1e-5 * X.std(axis=0)
    inside = (new >= forest._low[leaf] - slack) & (new <= forest._high[leaf] + slack)
    assert inside.all(axis=2).any(axis=0).all()


def test_categories_missing_and_atoms_come_from_the_leaf():
    """Two groups hardly ever mix; a column of few values gets no new ones."""
    rng = np.random.default_rng(0)
    group = np.repeat([0, 1], 300)
    X = np.column_stack(
        [
            rng.normal(size=600) + 20 * group,
            np.where(group == 1, np.nan, rng.normal(size=600)),
            rng.choice([1, 2], 600) + 2 * group,
            rng.integers(0, 3, 600) / 2 + group,
        ]
    )
    forest = ForestDensityTransferSet(categorical_features=[2], random_state=0).fit(X)
    new, parents = forest.sample(3000, return_parents=True)
    right = group[parents] == 1
    for drawn_right in (new[:, 0] > 10, np.isnan(new[:, 1]), new[:, 2] > 2):
        assert (drawn_right != right).mean() < 0.01
    assert set(new[:, 3]) <= set(X[:, 3])
    assert len(np.unique(new[:, 2:], axis=0)) >= 12


@pytest.mark.parametrize("parameter", ["n_estimators", "min_samples_leaf", "max_iter"])
def test_parameters(parameter):
    """Each is named with what it got."""
    for value in (0, 1.5, None):
        with pytest.raises(ValueError, match=f"'{parameter}' parameter of ForestDensity"):
            ForestDensityTransferSet(**{parameter: value}).fit(np.zeros((5, 2)))

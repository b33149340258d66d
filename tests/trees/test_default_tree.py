"""What the distilled trees do with their growers: the choice, the weights, the names."""

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from sklearn.ensemble import RandomForestClassifier

from skdistill import (
    CallableTeacher,
    DistilledTreeClassifier,
    DistilledTreeRegressor,
    RuleListClassifier,
    extract_rules,
    fidelity_report,
)
from skdistill.transfer import NoiseTransferSet
from skdistill.trees import AlternatingGrower, CartGrower, GrowthTask, PrunedGrower
from skdistill.trees._default_grower import resolve_grower


def rows_of(n=300, seed=0):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, 4)).astype(np.float32)
    return X, (X[:, 0] * X[:, 1] + X[:, 2] > 0.2).astype(int)


@pytest.mark.parametrize(
    ("params", "grower"),
    [
        ({}, AlternatingGrower),
        ({"max_leaf_nodes": 128}, AlternatingGrower),
        ({"max_leaf_nodes": 129}, PrunedGrower),
        ({"max_leaf_nodes": None}, PrunedGrower),
    ],
    ids=str,
)
def test_auto_takes_the_grower_that_fits(params, grower):
    """A search over few leaves; pruning alone for many; a grower that is named stays."""
    X, y = rows_of()
    task = GrowthTask.from_labels(X, y, **{"max_leaf_nodes": 16} | params)
    assert type(resolve_grower("auto", task)) is grower
    assert type(resolve_grower("auto", task.with_rows(sparse.csr_matrix(X)))) is PrunedGrower
    named = CartGrower()
    assert resolve_grower(named, task) is named


def test_soft_labels_keep_their_probabilities():
    """Where one class always wins, leaves still hold how clearly."""
    X, _ = rows_of()

    def shares(rows):
        rare = 0.4 / (1 + np.exp(-rows[:, 0]))
        return np.column_stack([1 - rare, rare])

    rare = CallableTeacher(shares, output="probabilities")
    tree = DistilledTreeClassifier(rare, labels="soft", max_leaf_nodes=4, random_state=0).fit(X)
    assert set(tree.predict(X)) == {0}
    assert len(np.unique(tree.predict_proba(X), axis=0)) == tree.get_n_leaves() == 4


@pytest.mark.parametrize("weight", [1.0, 3.0])
def test_a_real_row_counts_as_so_many_synthetic_ones(weight):
    """As if weights had been given; fidelity is of rows, however they weigh."""
    X, y = rows_of()
    forest = RandomForestClassifier(5, random_state=0).fit(X, y)
    drawn = NoiseTransferSet(n_samples=200, random_state=0)
    tree = DistilledTreeClassifier(
        forest, transfer_set=drawn, real_weight=weight, grower=CartGrower(), random_state=0
    ).fit(X)
    assert tree.tree_.weighted_n_node_samples[0] == pytest.approx(weight * len(X) + 200)
    everything = np.concatenate([X, tree.transfer_set_.sample(200)])
    agree = tree.predict(everything) == forest.predict(everything)
    assert float(tree.fidelity_) == pytest.approx(agree.mean())
    assert tree.size_path_[-1].fidelity == pytest.approx(agree.mean())


def test_held_out_rows_decide_and_then_count():
    """The tree is still one of all rows, within its budget, and the same for a seed."""
    X, y = rows_of(600)
    task = {"max_leaf_nodes": 6, "random_state": 1}
    grower = AlternatingGrower(n_kicks=4, held_out=0.3)
    first, second = (grower.grow(GrowthTask.from_labels(X, y, **task))[0] for _ in range(2))
    assert first.n_leaves <= 6
    assert first.n_node_samples[0] == len(X)
    np.testing.assert_array_equal(first.threshold, second.threshold)
    plain = CartGrower().grow(GrowthTask.from_labels(X, y, **task))[0]
    right = [
        np.mean(tree.value[:, 0].argmax(axis=1)[tree.apply(X)] == y) for tree in (first, plain)
    ]
    assert right[0] > right[1]


def test_a_part_of_the_rows_says_its_least_numbers_of_rows():
    """Where a part is searched, half of the rows stand for half as many in a leaf."""
    X, y = rows_of(400)
    task = GrowthTask.from_labels(
        X, y, min_samples_leaf=40, min_samples_split=100, max_leaf_nodes=8
    )
    part = task.take(np.arange(0, 400, 2))
    assert (part.limits.leaf_rows, part.limits.split_rows) == (20, 50)
    shares = GrowthTask.from_labels(X, y, min_samples_leaf=0.1).take(np.arange(100))
    assert shares.limits.leaf_rows == 10
    tree = AlternatingGrower(n_kicks=2, max_rows=100).grow(task)[0]
    assert tree.n_leaves > 1
    assert tree.n_node_samples[tree.children_left == -1].min() >= 40


@pytest.mark.parametrize("leaves", [0, -3, 1, 2.5])
@pytest.mark.parametrize("kind", [DistilledTreeClassifier, DistilledTreeRegressor])
def test_a_budget_of_leaves_is_two_at_least(kind, leaves):
    """Nothing else is taken for "no limit"."""
    X, y = rows_of()
    with pytest.raises(ValueError, match=r"'max_leaf_nodes' .* integer >= 2\. Got"):
        kind(max_leaf_nodes=leaves).fit(X, y)


def test_columns_whose_names_are_no_text():
    """Categories under numbers for names: rules, reports, lists and allowed columns."""
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(
        {0: pd.Categorical(rng.choice(list("abcd"), 300)), 1: rng.normal(size=300)}
    )

    def rule(rows):
        return np.where((rows[1] > 0) & rows[0].isin(["a", "c"]), "yes", "no")

    tree = DistilledTreeClassifier(
        rule, max_leaf_nodes=3, allowed_features=[0, 1], random_state=0
    ).fit(frame)
    np.testing.assert_array_equal(tree.predict(frame), rule(frame))
    named = frame.rename(columns={0: "x0", 1: "x1"})
    assert list(extract_rules(tree).predict(named)) == list(rule(frame))
    assert tree.leaf_names() == [each.premise_text for each in extract_rules(tree)]
    assert fidelity_report(tree, frame).fidelity.value == 1
    rules = RuleListClassifier(rule, max_rules=2, random_state=0).fit(frame)
    np.testing.assert_array_equal(rules.predict(frame), rule(frame))

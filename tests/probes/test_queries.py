"""What the teacher is queried with, and what becomes of what it predicts."""

import numpy as np
import pytest
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import FixedThresholdClassifier

from skdistill import CallableTeacher, LinearProbeTreeClassifier, LinearProbeTreeRegressor
from skdistill.datasets import make_boolean_tree
from skdistill.exceptions import DistillationWarning
from skdistill.teachers import Oracle

TRUTH = make_boolean_tree(10, 6, random_state=0)
X = TRUTH.sample(300, random_state=1)
DEEP = {
    "domain": "sign",
    "split_score": "impurity",
    "n_samples": 150,
    "max_depth": 8,
    "max_refinements": 6,
    "n_candidates": 2,
    "n_rounds": 0,
    "random_state": 0,
}


def counted(kind, seen):
    """An estimator and its teacher, a function that keeps the rows of every call."""

    def hard(rows):
        seen.append(rows)
        return TRUTH.predict(rows)

    def soft(rows):
        high = 0.2 + 0.6 * hard(rows)
        return np.column_stack([1 - high, high])

    if kind == "hard":
        return LinearProbeTreeClassifier(CallableTeacher(hard, output="label", classes=[0, 1]))
    if kind == "soft":
        return LinearProbeTreeClassifier(
            CallableTeacher(soft, output="probabilities"), labels="soft"
        )
    return LinearProbeTreeRegressor(CallableTeacher(hard))


@pytest.mark.parametrize("kind", ["hard", "soft", "values"])
@pytest.mark.parametrize(
    ("domain", "budget", "spent"),
    [
        ("sign", 7, 7),
        ("sign", 299, 150),
        ("sign", 300, 300),
        ("sign", 10**6, 150 * 7),
        ("auto", 40, 40),
        ("auto", 10**6, 300),
    ],
)
def test_a_budget_holds_over_the_whole_fit(kind, domain, budget, spent):
    """First rows and refinement together: counted in the teacher itself."""
    seen = []
    tree = counted(kind, seen).set_params(**DEEP, max_queries=budget)
    if domain == "auto":
        tree.set_params(domain="auto", max_refinements=0)
    tree.fit(X)
    assert sum(map(len, seen)) == tree.n_queries_ == spent
    assert tree.n_queries_ == 150 * tree.n_refinements_ + min(
        spent, 150 if domain == "sign" else spent
    )


def test_the_budget_counts_rows_of_both_methods_once():
    """Decisions and probabilities of a row are one query."""
    model = LogisticRegression().fit(X, TRUTH.predict(X))
    tree = LinearProbeTreeClassifier(model, labels="soft", **DEEP, max_queries=450).fit(X)
    assert tree.n_queries_ == 450
    assert tree.n_refinements_ == 2


@pytest.fixture(scope="module")
def cautious():
    """A classifier that predicts 1 only where it is sure: not its most probable class."""
    y = (X[:, 0] > 0) & ((X[:, 1] > 0) | (X[:, 2] > 0))
    model = FrozenEstimator(LogisticRegression(C=0.1).fit(X, y))
    return FixedThresholdClassifier(model, threshold=0.8, response_method="predict_proba").fit(X, y)


@pytest.mark.parametrize("domain", ["auto", "sign"])
def test_decisions_of_a_tuned_threshold(cautious, domain):
    """Fidelity is agreement with predict; soft labels lose decisions, and a warning says so."""
    params = DEEP | {"domain": domain, "n_samples": 300}
    if domain == "auto":
        params["max_refinements"] = 0
    tree = LinearProbeTreeClassifier(cautious, **params).fit(X)
    assert np.mean(tree.predict(X) == cautious.predict(X)) > 0.97
    with pytest.warns(DistillationWarning, match=r"is not its most probable class"):
        soft = LinearProbeTreeClassifier(cautious, labels="soft", **params).fit(X)
    agreement = np.mean(soft.predict(X) == cautious.predict(X))
    assert agreement < 0.95
    assert float(soft.fidelity_) < 0.95
    if domain == "auto":  # measured on these very rows
        np.testing.assert_allclose(soft.fidelity_, agreement)
        assert soft.size_path_[-1].fidelity == soft.fidelity_
    proba, leaf = cautious.predict_proba(X), soft.apply(X)
    if domain == "auto":
        for node in np.unique(leaf):
            np.testing.assert_allclose(
                soft.tree_.value[node, 0], proba[leaf == node].mean(axis=0), atol=1e-6
            )


def fails_at(rows):
    """A fixed quarter of the cube, and all of one subcube."""
    corner = (rows[:, :2] > 0).all(axis=1)
    scattered = (rows @ 2 ** np.arange(rows.shape[1])) % 8 == 1
    return corner | scattered


@pytest.mark.parametrize("way", ["raise", "nan"])
@pytest.mark.parametrize("kind", ["classes", "values"])
@pytest.mark.filterwarnings("ignore:The teacher.*failed on")
def test_failed_rows_are_left_out_of_the_cube(kind, way):
    """Rows that failed are in no node, neither at first nor after refinement."""
    kept = []

    def predict(rows):
        bad = fails_at(rows)
        if way == "raise" and bad.any():
            raise TimeoutError("no connection")
        values = TRUTH.predict(rows).astype(float)
        values[bad] = np.nan
        kept.append(rows[~bad])
        return values

    if kind == "classes":
        oracle = Oracle(
            CallableTeacher(predict, output="label", classes=[0.0, 1.0]), on_error="drop"
        )
        tree = LinearProbeTreeClassifier(oracle, **DEEP)
    else:
        oracle = Oracle(predict, on_error="drop")
        tree = LinearProbeTreeRegressor(oracle, **DEEP)
    with pytest.warns(DistillationWarning, match=r"failed on \d+ of 150 rows"):
        tree.set_params(max_refinements=0).fit(X)
    assert tree.n_queries_ == 150
    assert 50 < tree.tree_.n_node_samples[0] == sum(map(len, kept)) < 120
    tree.set_params(max_refinements=12, max_queries=150 * 11).fit(X)
    assert 0 < tree.n_refinements_ <= 10
    assert tree.n_queries_ == 150 * (1 + tree.n_refinements_) <= 150 * 11
    fine = X[~fails_at(X)]
    assert np.mean(np.rint(tree.predict(fine)) == TRUTH.predict(fine)) > 0.8
    assert np.isfinite(tree.tree_.value).all()
    reached = set(tree.apply(np.unique(np.concatenate(kept), axis=0)).tolist())
    leaves = np.flatnonzero(tree.tree_.children_left == -1)
    assert {leaf for leaf in leaves.tolist() if tree.tree_.n_node_samples[leaf]} <= reached


def test_an_oracle_is_seen_through(boolean_network):
    """Hidden layers are read through an oracle, and the tree is that of the network itself."""
    network, truth = boolean_network
    rows = truth.sample(10, random_state=1)
    trees = [
        LinearProbeTreeClassifier(
            teacher, domain="sign", max_depth=3, n_samples=500, random_state=0
        ).fit(rows)
        for teacher in (network, Oracle(network, batch_size=100))
    ]
    np.testing.assert_array_equal(trees[0].tree_.feature, trees[1].tree_.feature)
    np.testing.assert_array_equal(trees[0].probe_residuals_, trees[1].probe_residuals_)


def test_a_subcube_in_which_every_row_fails():
    """Its node stays as it was, and refinement goes on elsewhere: an outage in the third query."""
    seen = []

    def predict(rows):
        index = np.arange(len(seen), len(seen) + len(rows))
        seen.extend(rows.tolist())
        return np.where(index // 150 == 2, np.nan, TRUTH.predict(rows))

    tree = LinearProbeTreeRegressor(Oracle(predict, on_error="drop"), **DEEP).fit(X)
    assert tree.n_refinements_ == DEEP["max_refinements"]
    assert tree.n_queries_ == len(seen) == 150 * (1 + tree.n_refinements_)
    seen = np.array(seen)
    failed = seen[300:450]
    same = (failed == failed[0]).all(axis=0)
    assert 2 <= same.sum() <= 5  # a subcube
    assert np.isfinite(tree.tree_.value).all()
    fresh = TRUTH.sample(2000, random_state=5)
    assert np.mean(np.rint(tree.predict(fresh)) == TRUTH.predict(fresh)) > 0.7

"""Trees found in networks that have learned one, end to end."""

import copy
import pickle

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.ensemble import RandomForestClassifier
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor, export_text

from skdistill import (
    CallableTeacher,
    LinearProbeTreeClassifier,
    LinearProbeTreeRegressor,
    extract_rules,
)
from skdistill.datasets import make_boolean_tree
from skdistill.teachers import hidden_representation

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


def same_splits(first, second):
    """Whether two trees split alike, up to the coding, and predict the same labels."""
    for name in ("children_left", "children_right", "feature"):
        np.testing.assert_array_equal(getattr(first.tree_, name), getattr(second.tree_, name))
    np.testing.assert_array_equal(
        first.tree_.value.argmax(axis=-1), second.tree_.value.argmax(axis=-1)
    )


def agreement(teacher, tree, X):
    """Share of rows on which both predict the same."""
    return np.mean(teacher.predict(X) == tree.predict(X))


def probed(network, X, **params):
    """A probe tree of depth 3 on the cube, unless told otherwise."""
    params = {"domain": "sign", "max_depth": 3, "random_state": 0} | params
    return LinearProbeTreeClassifier(network, **params).fit(X)


@pytest.fixture(scope="module")
def found(boolean_network):
    """The tree that is found in the network."""
    network, truth = boolean_network
    return probed(network, truth.sample(10, random_state=1))


def test_the_tree_is_recovered_exactly(boolean_network, found):
    """Every leaf of the truth, from a few rows that show columns and dtypes; a genuine tree."""
    network, truth = boolean_network
    fresh = truth.sample(20_000, random_state=2)
    np.testing.assert_array_equal(found.predict(fresh), truth.predict(fresh))
    assert agreement(network, found, fresh) == 1.0
    assert found.fidelity_ == 1.0
    assert isinstance(found, DecisionTreeClassifier)
    assert found.get_n_leaves() == truth.n_leaves
    assert found.get_depth() == 3
    assert found.n_queries_ == found.tree_.n_node_samples[0]
    np.testing.assert_array_equal(np.unique(found.tree_.threshold), [-2, 0])
    np.testing.assert_array_equal(found.classes_, [0, 1])
    np.testing.assert_allclose(found.predict_proba(fresh).max(axis=1), 1.0)


def test_what_is_represented(boolean_network, found):
    """The residual of each node is that of a probe fitted on one half and tested on the other."""
    network, truth = boolean_network
    residuals = found.probe_residuals_
    assert np.isnan(residuals[0])
    assert residuals[1:].max() < 0.02
    report = found.lrh_report()
    assert report.holds
    assert report.n_conjunctions.tolist() == [2, 4, 8]
    assert (report.error < report.threshold / 10).all()
    np.testing.assert_allclose(report.threshold, 4.0**-report.depth, rtol=0.2)
    # An independent view of the same numbers.
    X = truth.sample(4000, random_state=3)
    H = np.column_stack([np.ones(4000), hidden_representation(network, X)])
    F = found.decision_path(X).toarray()[:, 1:].astype(float)
    probe = np.linalg.lstsq(H[:2000], F[:2000], rcond=None)[0]
    left = ((F[2000:] - H[2000:] @ probe) ** 2).mean(axis=0) / F[2000:].var(axis=0)
    np.testing.assert_allclose(residuals[1:], left, atol=0.01)
    n_literals = 2 * 12
    assert n_literals < found.n_probes_ < 24 * (1 + 24 + 24 * 22)


def test_both_codings_give_one_tree(boolean_network, found):
    """{0, 1} and {-1, 1}, and a constant column of either."""
    network, truth = boolean_network
    zeros = copy.deepcopy(network)  # the same function of x = 2 b - 1
    zeros.coefs_[0] = 2.0 * network.coefs_[0]
    zeros.intercepts_[0] = network.intercepts_[0] - network.coefs_[0].sum(axis=0)
    bits = (truth.sample(10, random_state=1) + 1) // 2
    bits[:, 3] = 1
    tree = probed(zeros, bits, domain="binary")
    same_splits(tree, found)
    assert np.unique(tree.tree_.threshold).tolist() == [-2, 0.5]
    fresh = truth.sample(500, random_state=4)
    np.testing.assert_array_equal(tree.predict((fresh + 1) // 2), found.predict(fresh))


@pytest.mark.parametrize("dtype", [bool, np.int64, np.float32])
def test_frames_keep_their_names(boolean_network, found, dtype):
    """A frame goes to a teacher that knows its columns, and the tree is explained in them."""
    pd = pytest.importorskip("pandas")
    network, truth = boolean_network
    names = [f"bit {j}" for j in range(12)]
    X = pd.DataFrame((truth.sample(2000, random_state=0) + 1) // 2, columns=names).astype(dtype)
    seen = []

    def predict(X):
        seen.append(X)
        return network.predict(2 * X.to_numpy().astype(int) - 1)

    def hidden(X):
        return hidden_representation(network, 2 * X.to_numpy().astype(int) - 1)

    teacher = CallableTeacher(predict, output="label", classes=[0, 1])
    tree = probed(teacher, X, layers=hidden, domain="binary")
    same_splits(tree, found)
    assert all(list(part.columns) == names and (part.dtypes == dtype).all() for part in seen)
    assert tree.feature_names_in_.tolist() == names
    assert "bit 0" in export_text(tree, feature_names=names)
    assert all("bit " in str(rule) for rule in tree.to_rules())


def test_a_network_that_holds_no_tree():
    """Random weights: the report says so, and the tree's fidelity is honest."""
    truth = make_boolean_tree(30, 3, random_state=0)
    X, fresh = truth.sample(500, random_state=0), truth.sample(5000, random_state=1)
    network = MLPClassifier((40, 40), max_iter=1, random_state=0).fit(X, truth.predict(X))
    rng = np.random.default_rng(0)
    network.coefs_ = [rng.normal(size=c.shape) / np.sqrt(len(c)) for c in network.coefs_]
    score = network.predict_proba(fresh)[:, 1]
    network.intercepts_[-1] -= np.median(np.log(score / (1 - score)))
    tree = probed(network, X[:10])
    report = tree.lrh_report()
    assert len(report.depth) == 3
    assert not report.holds
    assert "does not hold" in str(report)
    assert report.represented[-1] < 0.5
    held_out = agreement(network, tree, fresh)
    assert 0.55 < held_out < 0.9
    assert abs(tree.fidelity_ - held_out) < 0.08


def test_a_network_that_is_nearly_right(boolean_network):
    """A teacher at some 99 %: its tree is still found, and is more accurate than the teacher."""
    _, truth = boolean_network
    X = truth.sample(4000, random_state=0)
    network = MLPClassifier((64,), max_iter=3, learning_rate_init=0.01, random_state=0)
    network.fit(X, truth.predict(X))
    fresh = truth.sample(20_000, random_state=2)
    accuracy = np.mean(network.predict(fresh) == truth.predict(fresh))
    assert 0.95 < accuracy < 0.999
    tree = probed(network, X[:10])
    np.testing.assert_array_equal(tree.predict(fresh), truth.predict(fresh))
    np.testing.assert_allclose(tree.fidelity_, accuracy, atol=0.01)
    assert tree.probe_residuals_[1:].max() > 0.02


def test_correlated_inputs(boolean_network):
    """Rows whose columns have pairwise correlation 0.5, weighted as they come."""
    _, truth = boolean_network
    rng = np.random.default_rng(0)
    share = np.sin(np.pi / 4)
    normals = np.sqrt(1 - share) * rng.standard_normal((8000, 12))
    normals += np.sqrt(share) * rng.standard_normal((8000, 1))
    X = np.where(normals > 0, 1, -1)
    assert abs(np.corrcoef(X.T)[np.triu_indices(12, 1)].mean() - 0.5) < 0.03
    network = MLPClassifier((64,), max_iter=30, learning_rate_init=0.01, random_state=0)
    network.fit(X[:4000], truth.predict(X[:4000]))
    tree = probed(network, X[:4000], domain="auto")
    assert agreement(network, tree, X[4000:]) > 0.9995
    assert tree.n_queries_ == 4000
    assert tree.lrh_report().holds


def test_several_classes():
    """Three labels, of which the names are the teacher's."""
    truth = make_boolean_tree(10, 2, n_classes=3, random_state=3)
    X, fresh = truth.sample(2000, random_state=0), truth.sample(5000, random_state=1)
    names = np.array(["no", "perhaps", "yes"])
    network = MLPClassifier((64,), max_iter=30, learning_rate_init=0.01, random_state=0)
    network.fit(X, names[truth.predict(X)])
    tree = probed(network, X[:10], max_depth=2)
    np.testing.assert_array_equal(tree.predict(fresh), names[truth.predict(fresh)])
    assert tree.classes_.tolist() == names.tolist()
    assert tree.lrh_report().holds


def test_soft_labels(boolean_network):
    """The leaves predict the mean probability; the same tree is found."""
    network, truth = boolean_network
    X = truth.sample(2000, random_state=5)
    tree = probed(network, X, domain="auto", labels="soft")
    np.testing.assert_array_equal(tree.predict(X), truth.predict(X))
    leaf, proba = tree.apply(X), network.predict_proba(X)
    for node in np.unique(leaf):
        expected = proba[leaf == node].mean(axis=0)
        np.testing.assert_allclose(tree.tree_.value[node, 0], expected, atol=1e-6)


def test_regression():
    """Values at the leaves, and only the columns that matter."""
    rng = np.random.default_rng(0)
    X, fresh = rng.choice([-1, 1], (3000, 10)), rng.choice([-1, 1], (5000, 10))

    def value(X):
        return np.where(X[:, 0] > 0, 1.0 + 2.0 * X[:, 3], -1.0 * X[:, 5])

    network = MLPRegressor(hidden_layer_sizes=(64,), max_iter=40, random_state=0)
    network.set_params(learning_rate_init=0.01).fit(X, value(X))
    tree = LinearProbeTreeRegressor(network, domain="sign", max_depth=2, random_state=0)
    tree.fit(X[:10])
    assert isinstance(tree, DecisionTreeRegressor)
    assert sorted(set(tree.tree_.feature[tree.tree_.feature >= 0].tolist())) == [0, 3, 5]
    np.testing.assert_allclose(tree.predict(fresh), value(fresh), atol=0.1)
    assert tree.fidelity_ > 0.99
    assert tree.fidelity_.metric == "r2"
    assert tree.lrh_report().holds
    sizes = [sized.n_leaves for sized in tree.size_path_]
    assert sizes == [1, 2, 3, 4]


def test_a_forest_as_teacher(boolean_network):
    """Its activations are a sparse table of leaves, and the tree is that of what it learned."""
    _, truth = boolean_network
    X = truth.sample(2000, random_state=0)
    forest = RandomForestClassifier(8, max_features=None, min_samples_leaf=20, random_state=0)
    forest.fit(X, truth.predict(X))
    assert hidden_representation(forest, X).nnz == 8 * len(X)
    tree = probed(forest, X[:10], n_samples=1000)
    np.testing.assert_array_equal(tree.predict(X), truth.predict(X))
    assert tree.probe_residuals_[1:].max() < 0.3
    assert tree.n_probes_ > 0


def test_the_path_of_sizes(boolean_network):
    """Every tree is of its size and better than all smaller ones; the last one is the tree."""
    network, truth = boolean_network
    X = truth.sample(1500, random_state=5)
    tree = probed(network, X, domain="auto", max_depth=4, max_leaf_nodes=7)
    path = tree.size_path_
    assert [sized.n_leaves for sized in path] == sorted({sized.n_leaves for sized in path})
    assert (np.diff([sized.fidelity for sized in path]) > 0).all()
    assert path[0].n_leaves == 1
    assert path[-1].n_leaves <= 7
    labels = network.predict(X)
    for sized in path:
        assert type(sized.tree) is DecisionTreeClassifier
        assert sized.tree.get_n_leaves() == sized.n_leaves
        np.testing.assert_allclose(np.mean(sized.tree.predict(X) == labels), sized.fidelity)
    same_splits(path[-1].tree, tree)
    assert path[-1].fidelity == tree.fidelity_


def test_rules_are_the_represented_conjunctions(boolean_network, found):
    """One for each node below the root; it covers the rows that pass through the node."""
    _, truth = boolean_network
    rules = found.to_rules()
    assert len(rules) == 2 + 4 + 8
    X = truth.sample(1000, random_state=3)
    paths = {column.tobytes() for column in found.decision_path(X).toarray().astype(bool).T}
    covers = {np.ascontiguousarray(column).tobytes() for column in rules.covers(X).T}
    assert covers < paths
    assert len(paths - covers) == 1  # the root's
    assert len(extract_rules(found)) == 8


def test_every_tool_reads_it(boolean_network, found):
    """export_text, plot_tree and a plain tree that knows no teacher."""
    plt = pytest.importorskip("matplotlib.pyplot")
    from sklearn.tree import plot_tree

    _, truth = boolean_network
    X = truth.sample(300, random_state=3)
    plain = found.to_sklearn()
    assert type(plain) is DecisionTreeClassifier
    np.testing.assert_array_equal(plain.predict_proba(X), found.predict_proba(X))
    assert export_text(found) == export_text(plain)
    figure, axis = plt.subplots()
    assert len(plot_tree(found, ax=axis)) >= 15
    plt.close(figure)


def test_pickle_and_clone(boolean_network, found):
    """A pickled tree predicts and reports the same; a clone is unfitted with its teacher."""
    _, truth = boolean_network
    X = truth.sample(300, random_state=3)
    again = pickle.loads(pickle.dumps(found))
    np.testing.assert_array_equal(again.predict_proba(X), found.predict_proba(X))
    assert str(again.lrh_report()) == str(found.lrh_report())
    assert again.lrh_report().to_dict() == found.lrh_report().to_dict()
    assert pickle.loads(pickle.dumps(found.size_path_))[-1].n_leaves == 8
    copied = clone(found)
    assert not hasattr(copied, "tree_")
    same_splits(copied.fit(X[:10]), found)


def test_same_seed_same_tree(boolean_network):
    """Bit for bit, whatever n_jobs; another seed draws other rows."""
    network, truth = boolean_network
    X = truth.sample(10, random_state=1)
    trees = [probed(network, X, n_samples=300, n_jobs=jobs) for jobs in (None, 2)]
    for name in ("feature", "threshold", "value", "n_node_samples"):
        first, second = (getattr(tree.tree_, name) for tree in trees)
        np.testing.assert_array_equal(first, second)
    np.testing.assert_array_equal(trees[0].probe_residuals_, trees[1].probe_residuals_)
    other = probed(network, X, n_samples=300, random_state=1)
    assert (other.tree_.n_node_samples != trees[0].tree_.n_node_samples).any()


@pytest.mark.parametrize("unit", [1e-7, 0.1, 1e7])
def test_the_unit_of_weights_does_not_matter(boolean_network, unit):
    """Weights that sum to one, or to billions, give the tree of the same weights about one."""
    network, truth = boolean_network
    X = truth.sample(800, random_state=5)
    weight = np.random.default_rng(0).uniform(0.5, 2.0, 800)
    params = {"domain": "auto", "teacher": network, "max_depth": 3, "random_state": 0}
    trees = [
        LinearProbeTreeClassifier(**params).fit(X, sample_weight=weight * factor)
        for factor in (1.0, unit)
    ]
    same_splits(*trees)
    np.testing.assert_allclose(trees[0].probe_residuals_, trees[1].probe_residuals_, atol=1e-5)
    np.testing.assert_array_equal(trees[1].predict(X), truth.predict(X))


def test_an_unfitted_teacher_is_fitted_on_the_rows(boolean_network):
    """A clone learns X and y, and is probed; the given one is left alone."""
    _, truth = boolean_network
    X = truth.sample(2000, random_state=0)
    network = MLPClassifier((64,), max_iter=30, learning_rate_init=0.01)
    tree = LinearProbeTreeClassifier(network, domain="sign", max_depth=3, random_state=0)
    with pytest.warns(ConvergenceWarning):
        tree.fit(X, truth.predict(X))
    assert not hasattr(network, "coefs_")
    fresh = truth.sample(5000, random_state=2)
    assert agreement(tree.teacher_, tree, fresh) > 0.999
    assert len(tree.row_hashes_) == 2000


def test_budget(boolean_network):
    """max_queries bounds the queries, on rows and on the cube."""
    network, truth = boolean_network
    X = truth.sample(2000, random_state=0)
    for domain in ("auto", "sign"):
        tree = probed(network, X, domain=domain, max_queries=700)
        assert tree.n_queries_ == 700
        assert tree.tree_.n_node_samples[0] == 700

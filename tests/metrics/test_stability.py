"""How much students change: against plain loops over runs that are fitted by hand."""

import copy
import pickle
from functools import partial
from itertools import combinations

import numpy as np
import pytest
from joblib import parallel_config
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.datasets import load_breast_cancer, load_diabetes
from sklearn.ensemble import RandomForestClassifier
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier

from skdistill import (
    CachedTeacher,
    DistilledClassifier,
    LinearProbeTreeClassifier,
    MungeTransferSet,
    extract_rules,
    trees,
)
from skdistill.metrics import Stability, stability_score

# The cheapest trees: what is measured here does not depend on how they grow.
DistilledTreeClassifier = partial(trees.DistilledTreeClassifier, grower=trees.CartGrower())
DistilledTreeRegressor = partial(trees.DistilledTreeRegressor, grower=trees.CartGrower())


class CountingForest(RandomForestClassifier):
    """A forest that counts all fits of its kind."""

    n_fits = 0

    def fit(self, X, y, sample_weight=None):
        type(self).n_fits += 1
        return super().fit(X, y, sample_weight)


@pytest.fixture(scope="module")
def cancer():
    """A fitted forest, its rows and fresh ones; ten columns."""
    X, y = load_breast_cancer(return_X_y=True)
    X = X[:, :10]
    forest = CountingForest(n_estimators=10, random_state=0).fit(X[:300], y[:300])
    return forest, X[:300], y[:300], X[300:]


def runs_by_hand(student, X, n_runs, random_state):
    """The seeds of each run: one of numpy's legacy generator, which seeds the student."""
    seeds = np.random.RandomState(random_state).randint(2**31 - 1, size=n_runs)
    for seed in seeds:
        own = np.random.RandomState(seed).randint(2**31 - 1)
        yield clone(student).set_params(random_state=own).fit(X)


def test_against_loops(cancer):
    """Agreement, columns, first splits and sizes of trees that were fitted one by one."""
    forest, X, _, fresh = cancer
    student = DistilledTreeClassifier(forest, max_leaf_nodes=5, random_state=7)
    found = stability_score(student, X, X_eval=fresh, n_runs=4, random_state=3)
    grown = list(runs_by_hand(student, X, 4, random_state=3))
    answers = [tree.predict(fresh) for tree in grown]
    expected = [np.mean(answers[i] == answers[j]) for i, j in combinations(range(4), 2)]
    assert found == pytest.approx(np.mean(expected))
    np.testing.assert_allclose(np.sort(found.pairs), np.sort(expected))
    np.testing.assert_allclose(np.diag(found.agreement), 1)
    np.testing.assert_allclose(found.agreement, found.agreement.T)
    assert len(set(expected)) > 1  # fresh seeds give other trees
    used = [{c.column for rule in extract_rules(tree) for c in rule.conditions} for tree in grown]
    overlaps = [len(a & b) / len(a | b) for a, b in combinations(used, 2)]
    assert found.jaccard == pytest.approx(np.mean(overlaps))
    assert found.feature_share == {
        name: pytest.approx(np.mean([name in own for own in used])) for name in set().union(*used)
    }
    assert list(found.feature_share.values()) == sorted(found.feature_share.values(), reverse=True)
    roots = [(f"x{tree.tree_.feature[0]}", tree.tree_.threshold[0]) for tree in grown]
    assert found.roots == tuple(roots)
    for name, share in found.root_share.items():
        own = sorted(cut for root, cut in roots if root == name)
        assert share == len(own) / 4
        np.testing.assert_allclose(found.root_thresholds[name], own)
    assert found.sizes.tolist() == [tree.get_n_leaves() for tree in grown]
    assert (found.n_runs, found.n_rows, found.n_seen) == (4, len(fresh), 0)


def test_values():
    """Concordance of values, pair by pair; columns as for classes."""
    X, y = load_diabetes(return_X_y=True)
    student = DistilledTreeRegressor(LinearRegression().fit(X, y), max_leaf_nodes=4)
    found = stability_score(student, X[:300], X_eval=X[300:], n_runs=3, random_state=0)
    answers = [tree.predict(X[300:]) for tree in runs_by_hand(student, X[:300], 3, 0)]
    expected = []
    for a, b in combinations(answers, 2):
        covariance = np.mean((a - a.mean()) * (b - b.mean()))
        expected.append(2 * covariance / (a.var() + b.var() + (a.mean() - b.mean()) ** 2))
    np.testing.assert_allclose(np.sort(found.pairs), np.sort(expected))
    assert found.metric == "concordance"
    assert "concordance" in repr(found)


def test_several_outputs_and_constants():
    """The mean over outputs; equal constants are in concordance."""
    X, y = load_diabetes(return_X_y=True)
    teacher = LinearRegression().fit(X, np.column_stack([y, np.zeros(len(y))]))
    student = DistilledTreeRegressor(teacher, max_leaf_nodes=4)
    found = stability_score(student, X, n_runs=2, random_state=0)
    single = stability_score(
        DistilledTreeRegressor(LinearRegression().fit(X, y), max_leaf_nodes=4),
        X,
        n_runs=2,
        random_state=0,
    )
    assert found == pytest.approx((single + 1) / 2)


def test_a_fitted_teacher_is_never_refitted(cancer):
    """Nor changed, nor asked twice about X where it is cached; an unfitted one is fitted anew."""
    forest, X, y, fresh = cancer
    n_fits, before = CountingForest.n_fits, forest.predict_proba(fresh)
    stability_score(DistilledTreeClassifier(forest), X, y, n_runs=3, random_state=0)
    assert CountingForest.n_fits == n_fits
    np.testing.assert_array_equal(forest.predict_proba(fresh), before)
    cached = CachedTeacher(forest)
    student = DistilledTreeClassifier(cached, transfer_set=None)
    stability_score(student, X, n_runs=3, random_state=0)
    assert cached.n_queries_ == len(np.unique(X, axis=0))
    unfitted = CountingForest(n_estimators=3, random_state=0)
    stability_score(DistilledTreeClassifier(unfitted), X, y, n_runs=3, random_state=0)
    assert CountingForest.n_fits == n_fits + 3
    assert not hasattr(unfitted, "estimators_")


def test_seeds(cancer):
    """Every seed but the teacher's is replaced, also in parts and where it was fixed."""
    forest, X, y, fresh = cancer

    class Recorder(ClassifierMixin, BaseEstimator):
        """Remembers the seeds that each fit was given."""

        seen = []

        def __init__(self, random_state=0, part=None, teacher=None, frozen=None):
            self.random_state = random_state
            self.part = part
            self.teacher = teacher
            self.frozen = frozen

        def fit(self, X, y=None):
            held = self.frozen.estimator.random_state
            self.seen.append(
                (self.random_state, self.part.random_state, self.teacher.random_state, held)
            )
            return self

        def predict(self, X):
            return np.zeros(len(X))

    recorder = Recorder(
        part=MungeTransferSet(random_state=1),
        teacher=RandomForestClassifier(random_state=2),
        frozen=FrozenEstimator(DecisionTreeClassifier(random_state=3).fit(X, y)),
    )
    stability_score(recorder, X, n_runs=5, random_state=0)
    own, part, teacher, frozen = zip(*Recorder.seen, strict=True)
    assert len(set(own) | set(part)) == 10
    assert set(teacher) == {2}
    assert set(frozen) == {3}
    assert recorder.random_state == 0  # the one given is not touched

    student = DistilledTreeClassifier(
        forest, max_leaf_nodes=6, transfer_set=MungeTransferSet(random_state=0), random_state=0
    )
    first, second, third = (
        stability_score(student, X, X_eval=fresh, n_runs=3, random_state=seed) for seed in (0, 0, 1)
    )
    np.testing.assert_array_equal(first.agreement, second.agreement)
    assert first.roots == second.roots
    assert first.roots != third.roots
    assert first < 1  # the fixed seeds would have given one tree three times


def test_jobs_change_nothing(cancer):
    """One fit at a time or two, a seed or a generator: the same numbers."""
    forest, X, _, fresh = cancer
    student = DistilledTreeClassifier(forest, max_leaf_nodes=4)
    one = stability_score(student, X, X_eval=fresh, n_runs=2, random_state=0)
    with parallel_config(backend="threading"):
        two = stability_score(student, X, X_eval=fresh, n_runs=2, n_jobs=2, random_state=0)
    assert one.to_dict() == two.to_dict()
    rng = np.random.RandomState(0)
    again = stability_score(student, X, X_eval=fresh, n_runs=2, random_state=rng)
    assert again.to_dict() == one.to_dict()


def test_resampled_rows(cancer):
    """A student without seeds is the same in every run, unless the rows change."""
    _, X, y, fresh = cancer
    student = make_pipeline(StandardScaler(), LogisticRegression())
    assert stability_score(student, X, y, X_eval=fresh, n_runs=3) == 1
    found = stability_score(student, X, y, X_eval=fresh, n_runs=3, resample=True, random_state=0)
    answers = []
    for seed in np.random.RandomState(0).randint(2**31 - 1, size=3):
        rng = np.random.RandomState(seed)
        rng.randint(2**31 - 1)  # that of the regression
        rows = rng.randint(len(X), size=len(X))
        answers.append(clone(student).fit(X[rows], y[rows]).predict(fresh))
    expected = [np.mean(a == b) for a, b in combinations(answers, 2)]
    np.testing.assert_allclose(np.sort(found.pairs), np.sort(expected))
    assert found < 1


def test_students_of_all_kinds(cancer):
    """Pipelines, searches and distillers with a tree have its columns; others have none."""
    forest, X, y, fresh = cancer
    tree = DistilledTreeClassifier(max_leaf_nodes=3, transfer_set=None)
    found = stability_score(make_pipeline(StandardScaler(), tree), X, y, n_runs=2)
    assert found.sizes.tolist() == [3, 3]
    search = GridSearchCV(tree, {"max_leaf_nodes": [2]}, cv=2)
    assert stability_score(search, X, y, n_runs=2).sizes.tolist() == [2, 2]
    inside = DistilledClassifier(forest, DecisionTreeClassifier(max_leaf_nodes=4))
    assert stability_score(inside, X, n_runs=2).sizes.tolist() == [4, 4]
    probed = LinearProbeTreeClassifier(forest, split_score="impurity", max_leaf_nodes=4)
    found = stability_score(probed, X, n_runs=2, random_state=0)
    assert set(found.feature_share) <= {f"x{j}" for j in range(10)}
    found = stability_score(DistilledClassifier(forest, GaussianNB()), X, X_eval=fresh, n_runs=2)
    assert found.columns is found.used is found.jaccard is None
    assert (found.feature_share, found.root_share, found.root_thresholds) == ({}, {}, {})
    assert "columns" not in str(found)
    constant = stability_score(DecisionTreeClassifier(), X, np.zeros(len(X)), n_runs=2)
    assert (constant.jaccard, constant.feature_share) == (1.0, {})
    assert constant.root_share == {"none": 1.0}


class RuleLearner(ClassifierMixin, BaseEstimator):
    """Two rules in order, about a column that its seed chooses."""

    def __init__(self, random_state=None):
        self.random_state = random_state

    def fit(self, X, y=None):
        column = self.random_state % 2
        tree = DecisionTreeClassifier(max_leaf_nodes=2)
        tree.fit(X[:, [column]], X[:, column] > np.median(X[:, column]))
        rules = extract_rules(tree, feature_names=[f"x{column}"])
        rules.feature_names = [f"x{j}" for j in range(X.shape[1])]
        self.rules_ = rules.simplify(X)
        self.classes_ = np.array([False, True])
        return self

    def predict(self, X):
        return self.rules_.predict(X)


def test_rule_lists(cancer):
    """Rules are counted, their columns compared; the first rule is the first split."""
    _, X, _, _ = cancer
    found = stability_score(RuleLearner(), X, n_runs=6, random_state=0)
    seeds = np.random.RandomState(0).randint(2**31 - 1, size=6)
    odd = [np.random.RandomState(seed).randint(2**31 - 1) % 2 for seed in seeds]
    assert 0 < sum(odd) < 6
    assert [name for name, _ in found.roots] == [f"x{k}" for k in odd]
    assert found.root_thresholds == {}
    assert "\n  rules               2 (2 to 2)\n" in str(found)
    assert "\n  first rule\n" in str(found)
    assert found.sizes.tolist() == [2] * 6
    assert found.jaccard == pytest.approx(np.mean([a == b for a, b in combinations(odd, 2)]))


def test_frames_with_levels():
    """Columns are those of the frame; what cuts levels has no threshold."""
    pd = pytest.importorskip("pandas")
    rng = np.random.default_rng(0)
    X = pd.DataFrame({"a": rng.normal(size=200), "port": rng.choice(["A", "B", "C"], 200)})
    student = DistilledTreeClassifier(
        lambda X: (X["port"] == "B").to_numpy(), max_leaf_nodes=2, transfer_set=None
    )
    found = stability_score(student, X, n_runs=2, resample=True, random_state=0)
    assert found == 1
    assert found.feature_share == {"port": 1.0}
    assert found.root_thresholds == {}


def test_text_and_dict(cancer):
    """The range, the columns and the first splits are told; so is what is in-sample."""
    forest, X, _, fresh = cancer
    student = DistilledTreeClassifier(forest, max_leaf_nodes=4)
    found = stability_score(student, X, X_eval=fresh, n_runs=3, random_state=0)
    text = str(found)
    assert text.startswith(f"Stability over 3 runs, on {len(fresh)} rows\n")
    assert f"{found:.3f} between two students" in text
    assert "\n  leaves              4 (4 to 4)\n" in text
    for name, share in found.feature_share.items():
        assert f"{100 * share:.0f}% of the runs  {name}\n" in text
    assert repr(found) == f"{float(found):.3f} agreement between 3 runs, on {len(fresh)} rows"
    stored = found.to_dict()
    assert stored["value"] == float(found)
    assert (stored["low"], stored["high"]) == (found.pairs.min(), found.pairs.max())
    assert stored["in_sample"] is False
    own = stability_score(student, X, n_runs=2, random_state=0)
    assert "IN-SAMPLE" in str(own)
    assert repr(own).endswith("rows in-sample")
    assert own.to_dict()["in_sample"] is True
    mixed = stability_score(student, X, X_eval=X[:10], n_runs=2, random_state=0)
    assert mixed.in_sample
    some = np.vstack([X[:10], fresh])
    mixed = stability_score(student, X, X_eval=some, n_runs=2, random_state=0)
    assert (mixed.n_seen, mixed.in_sample) == (10, False)
    assert "10 of which equal rows of the fit" in str(mixed)
    unknown = stability_score(GaussianNB(), X, forest.predict(X), X_eval=fresh, n_runs=2)
    assert (unknown.n_seen, unknown.in_sample) == (None, None)


def test_it_is_a_number():
    """Arithmetic, pickle and copies; long lists are cut."""
    agreement = np.array([[1.0, 0.5, 0.75], [0.5, 1.0, 1.0], [0.75, 1.0, 1.0]])
    names = [f"c{j}" for j in range(9)]
    used = np.ones((3, 9), dtype=bool)
    found = Stability(
        agreement, n_rows=8, columns=names, used=used, roots=[("c0", 1.5)] * 3, sizes=np.full(3, 10)
    )
    assert found == 0.75
    assert np.mean([found, 0.25]) == 0.5
    for other in (pickle.loads(pickle.dumps(found)), copy.deepcopy(found), copy.copy(found)):
        assert isinstance(other, Stability)
        assert str(other) == str(found)
    assert "100% of the runs  c5" in str(found)
    assert "c6" not in str(found)
    assert "and 3 more" in str(found)
    assert "c0 at 1.5" in str(found)


def test_errors(cancer):
    """Too few runs, no rows."""
    _, X, y, _ = cancer
    for n_runs in (1, 0, 2.5, None):
        with pytest.raises(ValueError, match="n_runs must be an integer >= 2"):
            stability_score(GaussianNB(), X, y, n_runs=n_runs)
    with pytest.raises(ValueError, match="X_eval is empty"):
        stability_score(GaussianNB(), X, y, X_eval=X[:0])

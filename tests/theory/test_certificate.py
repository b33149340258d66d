"""Certificates of fidelity: the right bound on the right answers, y_teacher honestly."""

import numpy as np
import pytest
from scipy.stats import binom, binomtest
from sklearn.datasets import load_diabetes
from sklearn.decomposition import PCA
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import GridSearchCV, train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from skdistill import DistilledTreeClassifier, FidelityScorer
from skdistill.exceptions import DistillationWarning, TeacherAnswerError
from skdistill.theory import (
    ClippedError,
    GroupCertificates,
    Tolerance,
    binomial_upper_bound,
    fidelity_certificate,
    hypergeometric_upper_bound,
)
from tests.theory._pairs import Remembering, teacher, uniform_rows


@pytest.fixture(scope="module")
def forest_and_tree():
    """A forest, a small tree of its labels, and rows that neither saw."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(1500, 4))
    y = (X[:, 0] * X[:, 1] > 0).astype(int) + (X[:, 2] > 1)
    X, X_fresh, y, _ = train_test_split(X, y, random_state=0)
    forest = RandomForestClassifier(20, random_state=0).fit(X, y)
    tree = DecisionTreeClassifier(max_leaf_nodes=12, random_state=0).fit(X, forest.predict(X))
    return forest, tree, X_fresh


def test_labels_get_scipys_exact_bound(forest_and_tree):
    """Disagreements counted by hand, their bound by scipy."""
    forest, tree, X = forest_and_tree
    certificate = fidelity_certificate(forest, tree, X, delta=0.02)
    differ = int(np.sum(forest.predict(X) != tree.predict(X)))
    assert certificate.n_disagreements == differ > 0
    assert certificate.n_rows == len(X)
    assert certificate.estimate == pytest.approx(differ / len(X))
    exact = binomtest(differ, len(X), alternative="less").proportion_ci(0.98, "exact").high
    assert certificate.bound == pytest.approx(exact, rel=1e-9)
    assert certificate.method == "clopper-pearson"
    assert certificate.to_dict()["bound"] == certificate.bound


def test_probabilities_get_a_betting_bound(forest_and_tree):
    """The mean total variation, bounded more tightly than by Hoeffding's inequality."""
    forest, tree, X = forest_and_tree
    certificate = fidelity_certificate(forest, tree, X, loss="total_variation")
    losses = 0.5 * np.abs(forest.predict_proba(X) - tree.predict_proba(X)).sum(axis=1)
    assert certificate.estimate == pytest.approx(losses.mean())
    assert certificate.n_disagreements is None
    hoeffding = losses.mean() + np.sqrt(np.log(20) / (2 * len(X)))
    assert losses.mean() < certificate.bound < hoeffding
    # The rows are the same in another order, and so is what can be y_student.
    again = fidelity_certificate(forest, tree, X[::-1], loss="total_variation")
    assert again.bound == certificate.bound


def test_betting_may_be_asked_for_counts(forest_and_tree):
    """It holds too, and is less tight than the exact bound."""
    forest, tree, X = forest_and_tree
    betting = fidelity_certificate(forest, tree, X, method="betting")
    exact = fidelity_certificate(forest, tree, X, method="clopper-pearson")
    assert betting.n_disagreements == exact.n_disagreements
    assert exact.bound < betting.bound < 1.5 * exact.bound


def test_real_values_by_tolerance_and_by_clipped_error():
    """Both in the teacher's unit, against what numpy says."""
    X, y = load_diabetes(return_X_y=True)
    model = Ridge().fit(X[:200], y[:200])
    tree = DecisionTreeRegressor(max_leaf_nodes=8, random_state=0)
    tree.fit(X[:200], model.predict(X[:200]))
    error = np.abs(model.predict(X[200:]) - tree.predict(X[200:]))
    share = fidelity_certificate(model, tree, X[200:], loss=Tolerance(20.0))
    assert share.n_disagreements == np.sum(error > 20.0)
    assert share.bound == binomial_upper_bound(share.n_disagreements, len(error))
    mean = fidelity_certificate(model, tree, X[200:], loss=ClippedError(40.0))
    assert mean.estimate == pytest.approx(np.minimum(error, 40.0).mean())
    assert mean.estimate < mean.bound < 40.0
    # The bound of a mean is equivariant: twice the unit, twice the bound.
    double = fidelity_certificate(
        lambda X: 2 * model.predict(X),
        lambda X: 2 * tree.predict(X),
        X[200:],
        loss=ClippedError(80.0),
    )
    assert double.bound == pytest.approx(2 * mean.bound)


def test_several_outputs_count_by_the_worst():
    """A row is as far off as its worst output."""
    answers = np.array([[0.0, 0.0], [1.0, 5.0], [2.0, 2.0]])
    X = np.arange(6.0).reshape(3, 2)
    certificate = fidelity_certificate(
        lambda X: answers, lambda X: np.zeros((3, 2)), X, loss=Tolerance(3.0)
    )
    assert certificate.n_disagreements == 1
    mean = fidelity_certificate(
        lambda X: answers, lambda X: np.zeros((3, 2)), X, loss=ClippedError(10.0)
    )
    assert mean.estimate == pytest.approx(7 / 3)


def test_a_loss_of_ones_own():
    """Any function of the answers into [0, 1]."""
    X = uniform_rows(0, 200)
    certificate = fidelity_certificate(
        lambda X: X[:, 0], lambda X: X[:, 1], X, loss=lambda t, s: np.abs(t - s) / 2
    )
    assert certificate.estimate == pytest.approx(np.mean(np.abs(X[:, 0] - X[:, 1]) / 2))
    assert certificate.method == "betting"
    with pytest.raises(ValueError, match=r"must lie in \[0, 1\]"):
        fidelity_certificate(teacher, teacher, X, loss=lambda t, s: t + 2.0)
    with pytest.raises(ValueError, match=r"must return one number a row, shape \(200,\)"):
        fidelity_certificate(teacher, teacher, X, loss=lambda t, s: np.zeros((200, 2)))
    with pytest.raises(ValueError, match="losses contain NaN"):
        fidelity_certificate(teacher, teacher, X, loss=lambda t, s: np.full(200, np.nan))


def test_a_finite_pool():
    """Hypergeometric for counts, betting without replacement for means; tighter than without."""
    X = uniform_rows(1, 400)
    student = Remembering()
    pool = fidelity_certificate(teacher, student, X, pool_size=500)
    every = fidelity_certificate(teacher, student, X)
    count = hypergeometric_upper_bound(pool.n_disagreements, 400, 500)
    assert pool.bound == count / 500 < every.bound
    assert f"at most {count} (" in str(pool)
    soft = fidelity_certificate(
        teacher, student, X, pool_size=500, loss=lambda t, s: 0.5 * np.abs(t - s)
    )
    assert soft.estimate < soft.bound < every.bound
    whole = fidelity_certificate(teacher, student, X, pool_size=400)
    assert whole.bound == whole.estimate


def test_groups_hold_together():
    """One certificate a group, each at delta over their number; sizes of pools by group."""
    X = uniform_rows(2, 600)
    groups = np.where(X[:, 1] > 0, "high", "low")
    by_group = fidelity_certificate(teacher, Remembering(), X, delta=0.1, groups=groups)
    assert isinstance(by_group, GroupCertificates)
    assert list(by_group) == ["high", "low"]
    assert len(by_group) == 2
    for label, each in by_group.items():
        alone = fidelity_certificate(teacher, Remembering(), X[groups == label], delta=0.05)
        assert each.bound == alone.bound
        assert each.n_rows == np.sum(groups == label)
        assert each.delta == 0.05
    assert by_group[by_group.worst].bound == max(each.bound for each in by_group.values())
    assert by_group.to_dict()["low"]["n_rows"] == by_group["low"].n_rows
    pooled = fidelity_certificate(
        teacher,
        Remembering(),
        X,
        delta=0.1,
        groups=groups,
        pool_size={"high": 400, "low": 1000, "nobody": 3},
    )
    assert pooled["high"].pool_size == 400
    assert pooled["high"].bound < by_group["high"].bound
    # One group is no group at all.
    one = fidelity_certificate(teacher, Remembering(), X, groups=np.zeros(600, dtype=int))
    assert one[0].bound == fidelity_certificate(teacher, Remembering(), X).bound


def test_groups_with_soft_losses_keep_their_rows(forest_and_tree):
    """The order by content moves losses, labels and known rows alike."""
    forest, tree, X = forest_and_tree
    groups = forest.predict(X)
    by_group = fidelity_certificate(forest, tree, X, groups=groups, loss="total_variation")
    losses = 0.5 * np.abs(forest.predict_proba(X) - tree.predict_proba(X)).sum(axis=1)
    for label, each in by_group.items():
        assert each.estimate == pytest.approx(losses[groups == label].mean())


def _share_of_misses(loss_of, mean, draw, repeats=300, delta=0.1):
    bounds = [
        fidelity_certificate(
            loss_of, lambda X: np.zeros(len(X)), draw(seed), delta=delta, loss=lambda t, s: t
        ).bound
        for seed in range(repeats)
    ]
    return int(np.sum(np.array(bounds) < mean))


@pytest.mark.parametrize("kind", ["continuous", "cells"])
def test_sorted_rows_do_no_harm(kind):
    """Rows that come sorted by their loss, of a continuous and of a coarse table."""

    def draw(seed):
        rng = np.random.default_rng(seed)
        values = rng.random(100) if kind == "continuous" else rng.integers(0, 8, 100) / 7
        return np.sort(values)[:, np.newaxis]

    misses = _share_of_misses(lambda X: X[:, 0], 0.5, draw)
    assert binom.sf(misses - 1, 300, 0.1) > 0.001


def test_real_student_on_samples_of_a_real_pool(cancer):
    """Bounds from small samples, against the truth on all rows of the pool."""
    X, y = cancer
    model = LogisticRegression().fit(X[:60], y[:60])
    tree = DecisionTreeClassifier(max_depth=2, random_state=0).fit(X[:60], model.predict(X[:60]))
    y_teacher, y_student = model.predict(X[60:]), tree.predict(X[60:])
    truth, rng, misses = np.mean(y_teacher != y_student), np.random.default_rng(0), 0
    assert truth > 0.02
    for _ in range(200):
        drawn = 60 + rng.choice(180, 60, replace=False)
        certificate = fidelity_certificate(model, tree, X[drawn], delta=0.1, pool_size=180)
        misses += certificate.bound < truth - 1e-12
    assert binom.sf(misses - 1, 200, 0.1) > 0.001


def test_own_teacher_in_a_pipeline_and_in_a_search(cancer):
    """None is the student's teacher, which sees the transformed rows as the student does."""
    X, y = cancer
    X_scaled = StandardScaler().fit_transform(X)
    model = LogisticRegression().fit(X_scaled[:150], y[:150])
    pipeline = make_pipeline(StandardScaler(), DistilledTreeClassifier(model, random_state=0))
    pipeline.fit(X[:150])
    rows = pipeline[:-1].transform(X[150:])
    differ = np.sum(model.predict(rows) != pipeline.predict(X[150:]))
    assert fidelity_certificate(None, pipeline, X[150:]).n_disagreements == differ
    search = GridSearchCV(
        pipeline, {"distilledtreeclassifier__max_leaf_nodes": [4]}, scoring=FidelityScorer(), cv=3
    ).fit(X[:150])
    differ = np.sum(model.predict(rows) != search.predict(X[150:]))
    assert fidelity_certificate(None, search, X[150:]).n_disagreements == differ
    # A given teacher sees X itself.
    raw = fidelity_certificate(lambda X: X[:, 0] > 0, pipeline, X[150:])
    assert raw.n_disagreements == np.sum((X[150:, 0] > 0) != pipeline.predict(X[150:]))


def test_frames_and_string_labels():
    """Raw columns with levels go to both as they are."""
    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame(
        {"age": np.arange(60), "town": pd.Categorical(["a", "b", None] * 20)}, index=range(100, 160)
    )

    def by_town(X):
        return np.where(X["town"] == "a", "yes", "no")

    def by_age(X):
        return np.where(X["age"] % 3 == 0, "yes", np.where(X["age"] < 6, "yes", "no"))

    certificate = fidelity_certificate(by_town, by_age, frame)
    assert certificate.n_disagreements == 4
    soft = fidelity_certificate(by_town, by_age, frame, loss=lambda t, s: 0.3 * (t != s))
    again = fidelity_certificate(
        by_town, by_age, frame.iloc[::-1], loss=lambda t, s: 0.3 * (t != s)
    )
    assert soft.bound == again.bound


def test_probabilities_over_other_classes_are_aligned():
    """A student that never saw a class gives it probability zero."""
    X = np.array([[0.0], [1.0], [2.0]] * 20)
    full = DecisionTreeClassifier().fit(X, X[:, 0])
    part = DecisionTreeClassifier().fit(X, np.minimum(X[:, 0], 1.0))
    certificate = fidelity_certificate(full, part, X, loss="total_variation")
    assert certificate.estimate == pytest.approx(1 / 3)
    assert fidelity_certificate(part, full, X, loss="total_variation").estimate == pytest.approx(
        1 / 3
    )


def test_a_certificate_that_says_nothing_warns():
    """All rows disagree."""
    X = uniform_rows(3, 20)
    with pytest.warns(DistillationWarning, match="is vacuous"):
        fidelity_certificate(lambda X: np.zeros(len(X)), lambda X: np.ones(len(X)), X)


@pytest.mark.parametrize("delta", [0, 1, -0.1, 1.1, np.nan, "5%", None])
def test_bad_delta(delta):
    """A probability that leaves room."""
    with pytest.raises(ValueError, match=r"delta must be a number in \(0, 1\), got"):
        fidelity_certificate(teacher, Remembering(), uniform_rows(0, 5), delta=delta)


def test_bad_rows():
    """No rows, one dimension, three dimensions."""
    for X, message in [
        (np.empty((0, 2)), "X is empty"),
        (np.arange(3.0), r"shape \(n_samples, n_features\), got an array of shape \(3,\)"),
        (np.zeros((2, 2, 2)), r"shape \(n_samples, n_features\)"),
    ]:
        with pytest.raises(ValueError, match=message):
            fidelity_certificate(teacher, Remembering(), X)


def test_bad_predictions():
    """Missing ones, too few, other shapes, other kinds of labels."""
    X = uniform_rows(0, 5)
    with pytest.raises(TeacherAnswerError, match=r"teacher .* predicted NaN"):
        fidelity_certificate(lambda X: np.full(len(X), np.nan), teacher, X)
    with pytest.raises(ValueError, match=r"student .* predicted NaN, infinity or None on 5 of 5"):
        fidelity_certificate(teacher, lambda X: np.full(5, np.inf), X)
    with pytest.raises(ValueError, match=r"queried with 5 rows, but its predictions have shape"):
        fidelity_certificate(teacher, lambda X: np.zeros(4), X)
    with pytest.raises(ValueError, match="different shapes"):
        fidelity_certificate(teacher, lambda X: np.zeros((5, 2)), X)
    with pytest.raises(ValueError, match="would never be equal"):
        fidelity_certificate(teacher, lambda X: np.array(["0"] * 5), X)
    with pytest.raises(ValueError, match="compare real values"):
        fidelity_certificate(
            lambda X: np.array(["a"] * len(X)), lambda X: np.array(["a"] * 5), X, loss=Tolerance(1)
        )


def test_real_values_want_a_loss():
    """For regressors and functions of real values; the message says how."""
    X = uniform_rows(0, 30)
    ridge = Ridge().fit(X, X[:, 0])
    for student in (DecisionTreeRegressor().fit(X, X[:, 0]), lambda X: X[:, 0]):
        with pytest.raises(ValueError, match=r"loss=Tolerance\(...\)"):
            fidelity_certificate(ridge, student, X)


def test_bad_losses_and_methods(forest_and_tree):
    """Unknown names, and bounds that do not fit."""
    forest, tree, X = forest_and_tree
    for loss in ("accuracy", 0.5, Tolerance):
        with pytest.raises(ValueError, match="loss must be None, one of"):
            fidelity_certificate(forest, tree, X, loss=loss)
    with pytest.raises(ValueError, match="method must be one of"):
        fidelity_certificate(forest, tree, X, method="wald")
    with pytest.raises(ValueError, match="counts rows, but this loss is averaged"):
        fidelity_certificate(forest, tree, X, loss="total_variation", method="clopper-pearson")
    with pytest.raises(ValueError, match="needs the size of the pool"):
        fidelity_certificate(forest, tree, X, method="hypergeometric")
    with pytest.raises(ValueError, match="not for a finite pool"):
        fidelity_certificate(forest, tree, X, method="clopper-pearson", pool_size=10**6)
    with pytest.raises(ValueError, match=r"the student .* has no predict_proba"):
        fidelity_certificate(forest, lambda X: X[:, 0], X, loss="total_variation")
    for make in (lambda: Tolerance(-1), lambda: Tolerance(np.nan), lambda: ClippedError(0)):
        with pytest.raises(ValueError, match="must be"):
            make()


def test_bad_pools_and_groups():
    """Too small, broken, missing."""
    X = uniform_rows(0, 10)
    for size in (9, 10.5, "all"):
        with pytest.raises(ValueError, match="pool_size must be a whole number of at least the 10"):
            fidelity_certificate(teacher, Remembering(), X, pool_size=size)
    groups = np.array(["a", "b"] * 5)
    with pytest.raises(ValueError, match="pool_size must map each label"):
        fidelity_certificate(teacher, Remembering(), X, pool_size=100, groups=groups)
    with pytest.raises(ValueError, match=r"no entry for the groups \['b'\]"):
        fidelity_certificate(teacher, Remembering(), X, pool_size={"a": 9}, groups=groups)
    with pytest.raises(ValueError, match="pool_size of group 'a' must be"):
        fidelity_certificate(teacher, Remembering(), X, pool_size={"a": 4, "b": 9}, groups=groups)
    with pytest.raises(ValueError, match=r"one label a row, shape \(10,\), got shape \(9,\)"):
        fidelity_certificate(teacher, Remembering(), X, groups=groups[:9])
    for gaps in ([1.0, np.nan] * 5, ["a", None] * 5):
        with pytest.raises(ValueError, match="missing labels"):
            fidelity_certificate(teacher, Remembering(), X, groups=gaps)


def test_a_student_without_teacher():
    """None asks for the student's own, and a plain tree has none."""
    X = uniform_rows(0, 30)
    tree = DecisionTreeClassifier().fit(X, teacher(X))
    with pytest.raises(ValueError, match="DecisionTreeClassifier has no teacher"):
        fidelity_certificate(None, tree, X)


def test_steps_without_numbers_of_their_own_change_nothing():
    """A plain pipeline as a student: its rows are transformed once, its answers the same."""
    X = uniform_rows(5, 200, d=4)
    student = make_pipeline(PCA(2), LogisticRegression()).fit(X[:100], teacher(X[:100]))
    certificate = fidelity_certificate(teacher, student, X[100:])
    assert certificate.n_disagreements == np.sum(teacher(X[100:]) != student.predict(X[100:]))

"""What the student is told: the teacher's answers, and true labels blended in."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.ensemble import RandomForestRegressor
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier

from skdistill import (
    CallableTeacher,
    DistilledClassifier,
    DistilledRegressor,
    DistilledTreeClassifier,
    DistilledTreeRegressor,
)
from skdistill.exceptions import DistillationWarning
from skdistill.trees import CartGrower
from tests.base._students import (
    RecordingClassifier,
    RecordingRegressor,
    sigmoid_shares,
    three_shares,
)

GRAIN = 2.0**-24
RNG = np.random.default_rng(0)
X = RNG.normal(size=(120, 3))
BINARY = CallableTeacher(sigmoid_shares, output="probabilities")
TERNARY = CallableTeacher(three_shares, output="probabilities", classes=["a", "b", "c"])


def soft_targets(alpha, y, teacher=TERNARY, **params):
    """What a regressor is told about soft labels."""
    distiller = DistilledClassifier(
        teacher, RecordingRegressor(), labels="soft", alpha=alpha, transfer_set=None, **params
    )
    return distiller.fit(X, y).student_.y_


@pytest.mark.parametrize("alpha", [0.0, 0.25, 0.5, 1.0])
def test_alpha_with_soft_labels(alpha):
    """target = (1 - alpha) p + alpha e(y), for three classes."""
    rng = np.random.default_rng(1)
    y = rng.choice(["a", "b", "c"], size=len(X))
    one_hot = (y[:, None] == ["a", "b", "c"]).astype(float)
    expected = (1 - alpha) * three_shares(X) + alpha * one_hot
    np.testing.assert_allclose(soft_targets(alpha, y), expected, rtol=0, atol=GRAIN)


@pytest.mark.parametrize("alpha", [0.0, 0.3, 1.0])
def test_alpha_with_two_classes(alpha):
    """A regressor learns the second class alone."""
    rng = np.random.default_rng(1)
    y = rng.integers(0, 2, size=len(X))
    expected = (1 - alpha) * sigmoid_shares(X)[:, 1] + alpha * y
    np.testing.assert_allclose(soft_targets(alpha, y, BINARY), expected, rtol=0, atol=GRAIN)


@pytest.mark.parametrize("alpha", [0.0, 0.3, 0.5, 1.0])
def test_alpha_with_hard_labels(alpha):
    """Hard labels are blended as certainties: the root of a tree holds their mean."""
    rng = np.random.default_rng(1)
    y = rng.choice(["a", "b", "c"], size=len(X))
    names = np.array(["a", "b", "c"])
    hard = names[three_shares(X).argmax(axis=1)]
    tree = DistilledTreeClassifier(TERNARY, labels="hard", alpha=alpha, transfer_set=None)
    expected = [(1 - alpha) * np.mean(hard == c) + alpha * np.mean(y == c) for c in names]
    np.testing.assert_allclose(tree.fit(X, y).tree_.value[0, 0], expected, atol=2 * GRAIN)
    assert tree.classes_.tolist() == ["a", "b", "c"]


@pytest.mark.parametrize("alpha", [0.0, 0.4, 1.0])
def test_alpha_with_values(alpha):
    """target = (1 - alpha) f(x) + alpha y, for one and for several outputs."""
    rng = np.random.default_rng(1)
    for function in (lambda X: X[:, 0] ** 2, lambda X: X[:, :2] ** 2):
        answers = function(X)
        y = rng.normal(size=answers.shape)
        student = DistilledRegressor(
            function, RecordingRegressor(), alpha=alpha, transfer_set=None
        ).fit(X, y)
        expected = (1 - alpha) * answers + alpha * y
        scale = np.ptp(expected)
        np.testing.assert_allclose(student.student_.y_, expected, rtol=0, atol=scale * GRAIN)


def test_alpha_one_learns_y_alone():
    """With everything from y the tree is the one that plain CART grows on y."""
    rng = np.random.default_rng(1)
    y = rng.integers(0, 3, size=len(X))
    teacher = CallableTeacher(three_shares, output="probabilities")
    taught = DistilledTreeClassifier(
        teacher, alpha=1.0, labels="soft", transfer_set=None, random_state=0
    ).fit(X, y)
    alone = DistilledTreeClassifier(grower=CartGrower(), random_state=0).fit(X, y)
    np.testing.assert_array_equal(taught.predict(X), alone.predict(X))
    assert taught.n_queries_ == len(X)
    # fidelity is still that to the teacher
    hard = three_shares(X).argmax(axis=1)
    assert float(taught.fidelity_) == np.mean(taught.predict(X) == hard)


def test_alpha_touches_real_rows_alone():
    """Synthetic rows have no true label: their targets are the teacher's."""
    rng = np.random.default_rng(1)
    y = rng.choice(["a", "b", "c"], size=len(X))
    distiller = DistilledClassifier(
        TERNARY, RecordingRegressor(), labels="soft", alpha=0.5, max_queries=500, random_state=0
    ).fit(X, y)
    rows, targets = distiller.student_.X_, distiller.student_.y_
    assert rows.shape == (500, 3)
    np.testing.assert_array_equal(rows[:120], X)
    np.testing.assert_allclose(targets[120:], three_shares(rows[120:]), rtol=0, atol=GRAIN)
    assert np.abs(targets[:120] - three_shares(X)).max() > 0.1


def test_alpha_without_y():
    for distiller in (
        DistilledTreeClassifier(BINARY, alpha=0.5),
        DistilledTreeRegressor(lambda X: X[:, 0], alpha=0.5),
        DistilledClassifier(BINARY, alpha=0.5),
        DistilledRegressor(lambda X: X[:, 0], alpha=0.5),
    ):
        with pytest.raises(ValueError, match=r"alpha=0.5 blends true labels in, so fit needs y"):
            distiller.fit(X)


def test_minus_one_is_unlabelled():
    """-1 marks rows without a label where the teacher has no such class."""
    rng = np.random.default_rng(1)
    teacher = CallableTeacher(three_shares, output="probabilities", classes=[0, 1, 2])
    y = rng.integers(0, 3, size=len(X))
    y[::2] = -1
    targets = soft_targets(0.5, y, teacher)
    shares = three_shares(X)
    np.testing.assert_allclose(targets[::2], shares[::2], rtol=0, atol=GRAIN)
    expected = 0.5 * shares[1::2] + 0.5 * np.eye(3)[y[1::2]]
    np.testing.assert_allclose(targets[1::2], expected, rtol=0, atol=GRAIN)
    nobody = soft_targets(1.0, np.full(len(X), -1), teacher)
    np.testing.assert_allclose(nobody, shares, rtol=0, atol=GRAIN)
    # as floats too, and beside labels of text
    np.testing.assert_array_equal(soft_targets(0.5, y.astype(float), teacher), targets)
    np.testing.assert_allclose(soft_targets(0.5, np.full(len(X), -1)), shares, rtol=0, atol=GRAIN)


def test_minus_one_may_be_a_class():
    """Where the teacher knows -1, it is a label like any other."""
    rng = np.random.default_rng(1)
    teacher = CallableTeacher(sigmoid_shares, output="probabilities", classes=[-1, 1])
    y = rng.choice([-1, 1], size=len(X))
    expected = 0.5 * sigmoid_shares(X)[:, 1] + 0.5 * (y == 1)
    np.testing.assert_allclose(soft_targets(0.5, y, teacher), expected, rtol=0, atol=GRAIN)
    fitted = GaussianNB().fit(X, y)
    tree = DistilledTreeClassifier(fitted, alpha=1.0, transfer_set=None, max_leaf_nodes=None)
    np.testing.assert_array_equal(tree.fit(X, y).predict(X), y)


def test_nan_is_unlabelled():
    """Of values, NaN marks rows without one; a row needs all of its outputs."""
    y = np.where(np.arange(len(X)) % 3 == 0, np.nan, 7.0)
    student = DistilledRegressor(
        lambda X: X[:, 0], RecordingRegressor(), alpha=0.5, transfer_set=None
    ).fit(X, y)
    expected = np.where(np.isnan(y), X[:, 0], 0.5 * X[:, 0] + 3.5)
    np.testing.assert_allclose(student.student_.y_, expected, rtol=0, atol=10 * GRAIN)
    Y = np.column_stack([y, np.ones(len(X))])
    student = DistilledRegressor(
        lambda X: X[:, :2], RecordingRegressor(), alpha=1.0, transfer_set=None
    ).fit(X, Y)
    expected = np.where(np.isnan(y)[:, None], X[:, :2], Y)
    np.testing.assert_allclose(student.student_.y_, expected, rtol=0, atol=10 * GRAIN)


def test_unfitted_regressor_learns_labelled_rows_alone():
    """It is trained on the rows that have a value, with their weights."""
    rng = np.random.default_rng(1)
    y = X @ [1.0, 2.0, 3.0] + rng.normal(size=len(X))
    known = np.arange(len(X)) % 4 > 0
    weight = rng.uniform(1, 5, size=len(X))
    distiller = DistilledTreeRegressor(LinearRegression(), transfer_set=None)
    distiller.fit(X, np.where(known, y, np.nan), sample_weight=weight)
    by_hand = LinearRegression().fit(X[known], y[known], weight[known])
    np.testing.assert_allclose(distiller.teacher_.coef_, by_hand.coef_)
    assert distiller.n_queries_ == len(X)  # but it answers on all


def test_nan_and_infinity_in_y():
    """Without a teacher every row needs a value; infinity is none; classes know no NaN."""
    y = X[:, 0].copy()
    y[3] = np.nan
    with pytest.raises(ValueError, match="Input y contains NaN"):
        DistilledTreeRegressor().fit(X, y)
    y[3] = np.inf
    with pytest.raises(ValueError, match="Input y contains infinity"):
        DistilledTreeRegressor(LinearRegression()).fit(X, y)
    labels = np.zeros(len(X))
    labels[3] = np.nan
    with pytest.raises(ValueError, match="Input y contains NaN"):
        DistilledTreeClassifier(BINARY).fit(X, labels)


@pytest.mark.parametrize("alpha", [0.0, 0.5])
def test_unknown_labels_are_listed(alpha):
    """Also where y is not blended in: a wrong y is a mistake to be told."""
    rng = np.random.default_rng(1)
    y = rng.integers(0, 2, size=len(X))
    y[[5, 9, 11]] = 7, 9, 7
    teacher = GaussianNB().fit(X, X[:, 0] > 0)
    for cls in (DistilledTreeClassifier, DistilledClassifier):
        with pytest.raises(
            ValueError, match=r"labels y contain .* not know: \[7, 9\]. Its classes are \[False, Tr"
        ):
            cls(teacher, alpha=alpha, transfer_set=None).fit(X, y)
        with pytest.raises(ValueError, match=r"not know: \['no', 'yes'\]"):
            cls(BINARY, alpha=alpha, transfer_set=None).fit(X, np.where(y > 0, "yes", "no"))


def test_continuous_y_is_no_label():
    with pytest.raises(ValueError, match="Unknown label type: continuous"):
        DistilledTreeClassifier(BINARY).fit(X, X[:, 0])


def test_shapes_of_y():
    """A column is flattened with a warning; other shapes than the teacher's are an error."""
    with pytest.warns(UserWarning, match="A column-vector y was passed"):
        DistilledTreeRegressor(lambda X: X[:, 0], transfer_set=None).fit(X, X[:, 1:2])
    with pytest.raises(ValueError, match=r"y has shape \(120, 2\), but the teacher predicts shape"):
        DistilledTreeRegressor(lambda X: X[:, 0], alpha=0.5, transfer_set=None).fit(X, X[:, :2])
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        DistilledTreeRegressor(LinearRegression()).fit(X, X[:7, 0])


def test_auto_labels():
    """Soft where teacher and student can; hard for trees, margins and students without weights."""

    def told(teacher, student):
        distiller = DistilledClassifier(teacher, student, transfer_set=None).fit(X)
        return distiller.student_

    y = (X[:, 0] > 0).astype(int)
    soft, hard = GaussianNB().fit(X, y), CallableTeacher(lambda X: X[:, 0] > 0, output="label")
    assert len(np.unique(told(soft, RecordingRegressor()).y_)) > 2
    assert len(told(soft, RecordingClassifier()).y_) > len(X)  # one copy a class
    assert len(np.unique(told(hard, RecordingRegressor()).y_)) == 2
    assert len(told(hard, RecordingClassifier()).y_) == len(X)
    told(soft, KNeighborsClassifier(1))  # takes no weights
    with pytest.raises(ValueError, match=r"\(KNeighborsClassifier\) takes no sample_weight, so"):
        DistilledClassifier(soft, KNeighborsClassifier(), labels="soft").fit(X)
    for tree in (DistilledTreeClassifier(soft, transfer_set=None), DistilledClassifier(soft)):
        tree.fit(X)
        value = tree.tree_ if hasattr(tree, "tree_") else tree.student_.tree_
        root = value.value[0, 0] * value.weighted_n_node_samples[0]
        np.testing.assert_allclose(root, np.rint(root))  # counts: hard labels


def test_constant_teacher():
    """One answer for all rows is legal, and doubtful."""
    for distiller in (
        DistilledTreeClassifier(lambda X: np.ones(len(X), int), transfer_set=None),
        DistilledTreeRegressor(lambda X: np.full(len(X), 0.1), transfer_set=None),
        DistilledClassifier(lambda X: np.full(len(X), "a"), transfer_set=None),
        DistilledRegressor(lambda X: np.full(len(X), 0.1), transfer_set=None),
    ):
        with pytest.warns(DistillationWarning, match=r"predicts the same on all"):
            distiller.fit(X)
        answers = distiller.teacher_.predict(X)
        if answers.dtype.kind == "f":
            np.testing.assert_allclose(distiller.predict(X), answers, rtol=1e-12)
        else:
            np.testing.assert_array_equal(distiller.predict(X), answers)


def test_constant_labels_may_hide_shares():
    """Soft labels that vary are worth learning though their labels are all the same."""

    def rare(X):
        return 0.3 * sigmoid_shares(X) + [0.7, 0.0]

    teacher = CallableTeacher(rare, output="probabilities")
    soft = DistilledTreeClassifier(
        teacher, labels="soft", grower=CartGrower(), transfer_set=None, max_leaf_nodes=None
    )
    np.testing.assert_allclose(soft.fit(X).predict_proba(X), rare(X), atol=1e-6)
    with pytest.warns(DistillationWarning, match="predicts the same on all"):
        DistilledTreeClassifier(teacher, labels="hard", transfer_set=None).fit(X)


def test_classes_that_are_never_given():
    """``classes_`` is the teacher's, whatever it answers here; shares of the rest are zero."""
    y = np.digitize(X[:, 0], [-0.5, 0.5])
    teacher = GaussianNB().fit(X, y)
    some = X[teacher.predict(X) != 1]
    assert set(teacher.predict(some)) == {0, 2}
    for labels in ("hard", "soft"):
        for student in (None, LogisticRegression(), RecordingRegressor(), RecordingClassifier()):
            distiller = DistilledClassifier(teacher, student, labels=labels, transfer_set=None)
            distiller.fit(some)
            proba = distiller.predict_proba(X)
            assert distiller.classes_.tolist() == [0, 1, 2]
            assert proba.shape == (len(X), 3)
            np.testing.assert_allclose(proba.sum(axis=1), 1.0)
            if labels == "hard":
                np.testing.assert_array_equal(proba[:, 1], 0.0)
        tree = DistilledTreeClassifier(teacher, labels=labels, transfer_set=None).fit(some)
        assert tree.tree_.value.shape[2] == 3
        assert tree.n_classes_ == 3


def test_without_a_teacher():
    """None: the student learns y itself, asks nobody, and says so."""
    y = np.array(["u", "v"])[(X[:, 1] > 0).astype(int)]
    distiller = DistilledTreeClassifier(max_leaf_nodes=2).fit(X, y)
    np.testing.assert_array_equal(distiller.predict(X), y)
    assert distiller.teacher_ is None
    assert distiller.transfer_set_ is None
    assert distiller.n_queries_ == 0
    assert distiller.fidelity_ == 1.0
    assert distiller.fidelity_.n_rows == len(X)
    values = DistilledRegressor().fit(X, X[:, 0])
    np.testing.assert_allclose(values.predict(X), X[:, 0])


@settings(max_examples=25, deadline=None)
@given(alpha=st.floats(0, 1), share=st.floats(0, 1), seed=st.integers(0, 99))
def test_blended_targets_are_distributions(alpha, share, seed):
    """Whatever is blended and unlabelled, targets stay in [0, 1] and sum to one."""
    rng = np.random.default_rng(seed)
    teacher = CallableTeacher(three_shares, output="probabilities", classes=[0, 1, 2])
    y = np.where(rng.random(len(X)) < share, -1, rng.integers(0, 3, size=len(X)))
    targets = soft_targets(alpha, y, teacher)
    assert targets.min() >= 0
    assert targets.max() <= 1
    np.testing.assert_allclose(targets.sum(axis=1), 1.0, rtol=0, atol=3 * GRAIN)


def test_fidelity_is_in_sample(cancer):
    """It says so, and of how many rows."""
    rows, y = cancer
    forest = RandomForestRegressor(n_estimators=3, random_state=0).fit(rows, y)
    tree = DistilledTreeRegressor(forest, max_queries=700, random_state=0).fit(rows)
    assert tree.fidelity_.metric == "r2"
    assert tree.fidelity_.n_rows == 700
    assert "in-sample (700 rows" in repr(tree.fidelity_)

"""How labels reach students that are classifiers: trees directly, others by weighted copies."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import BernoulliNB, GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from skdistill import CallableTeacher, DistilledClassifier, DistilledTreeClassifier
from skdistill.base import snap
from skdistill.base._students import takes_soft_labels
from skdistill.trees import CartGrower
from tests.base._students import RecordingClassifier, sigmoid_shares, three_shares

RNG = np.random.default_rng(0)
X = RNG.normal(size=(200, 3))
NAMES = np.array(["a", "b", "c"])
SOFT = CallableTeacher(three_shares, output="probabilities", classes=NAMES)
SETTINGS = {"transfer_set": None, "random_state": 0}


def distilled(student, labels="soft", **params):
    return DistilledClassifier(SOFT, student, labels=labels, **SETTINGS).fit(X, **params)


def test_expanded_rows():
    """Each row stands once a class of positive probability, weighted by it."""
    rng = np.random.default_rng(1)
    shares = np.where(rng.random((200, 3)) < 0.3, 0.0, three_shares(X))
    shares[:, 0] += 1e-3
    shares /= shares.sum(axis=1, keepdims=True)

    def answers(rows):
        return shares[[int(np.flatnonzero((x == X).all(axis=1))[0]) for x in rows]]

    teacher = CallableTeacher(answers, output="probabilities", classes=NAMES)
    weight = rng.uniform(0.5, 2, size=200)
    student = DistilledClassifier(teacher, RecordingClassifier(), labels="soft", **SETTINGS)
    got = student.fit(X, sample_weight=weight).student_
    assert len(got.y_) == np.count_nonzero(shares)
    mass = np.zeros((200, 3))
    row = [int(np.flatnonzero((x == X).all(axis=1))[0]) for x in got.X_]
    np.add.at(mass, (row, np.searchsorted(NAMES, got.y_)), got.sample_weight_)
    np.testing.assert_allclose(mass, shares * weight[:, None], atol=2e-7)


@pytest.mark.parametrize(
    "student",
    [
        LogisticRegression(tol=1e-8, max_iter=2000),
        GaussianNB(),
        BernoulliNB(),
        make_pipeline(StandardScaler(), LogisticRegression(tol=1e-8, max_iter=2000)),
    ],
    ids=lambda s: "".join(repr(s).split()),
)
def test_expanded_rows_equal_a_direct_construction(student):
    """The same as fitting by hand on all rows once a class; zero weights are no rows."""
    shares = snap(three_shares(X))
    rows = np.repeat(X, 3, axis=0)
    fit_name = "logisticregression__sample_weight" if hasattr(student, "steps") else "sample_weight"
    by_hand = student.fit(rows, np.tile(NAMES, 200), **{fit_name: shares.ravel()})
    got = distilled(student)
    np.testing.assert_allclose(got.predict_proba(X), by_hand.predict_proba(X), atol=1e-6)


def test_expanded_frames():
    """Rows of a frame are repeated as rows of a frame."""
    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame(X, columns=["u", "v", "w"])
    got = DistilledClassifier(SOFT, RecordingClassifier(), labels="soft", **SETTINGS).fit(frame)
    assert got.student_.X_.columns.tolist() == ["u", "v", "w"]
    assert len(got.student_.X_) == 600


def test_soft_labels_calibrate_a_student():
    """A logistic student of a logistic teacher recovers its probabilities; hard labels do not."""
    teacher = CallableTeacher(sigmoid_shares, output="probabilities")
    student = LogisticRegression(C=1e6, tol=1e-10, max_iter=5000)
    soft = DistilledClassifier(teacher, student, labels="soft", **SETTINGS).fit(X)
    hard = DistilledClassifier(teacher, student, labels="hard", **SETTINGS).fit(X)
    np.testing.assert_allclose(soft.predict_proba(X), sigmoid_shares(X), atol=1e-3)
    assert np.abs(hard.predict_proba(X) - sigmoid_shares(X)).max() > 0.1


@pytest.mark.parametrize("least", [1, 20, 60])
def test_a_tree_keeps_its_leaf_size(least):
    """min_samples_leaf counts rows of the transfer set, not weighted copies of them."""
    student = DecisionTreeClassifier(min_samples_leaf=least, random_state=0)
    tree = distilled(student).student_.tree_
    leaves = tree.children_left == -1
    assert tree.n_node_samples[0] == 200
    assert tree.n_node_samples[leaves].min() >= least
    # where weighted copies would have counted each row up to three times
    copies = student.fit(
        np.repeat(X, 3, axis=0), np.tile(NAMES, 200), sample_weight=three_shares(X).ravel()
    ).tree_
    if least > 1:
        smallest = (copies.n_node_samples[copies.children_left == -1] / 3).min()
        assert smallest < least


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize(
    "params",
    [
        {},
        {"max_depth": 3},
        {"max_leaf_nodes": 7},
        {"min_samples_leaf": 15},
        {"max_features": 2},
        {"min_weight_fraction_leaf": 0.1},
    ],
    ids=str,
)
def test_a_tree_is_the_multi_output_regression(params, weighted):
    """CART on soft labels: splits and shares of a regression tree on the probabilities."""
    rng = np.random.default_rng(1)
    weight = rng.uniform(0.5, 2, size=200) if weighted else None
    got = distilled(DecisionTreeClassifier(random_state=1, **params), sample_weight=weight)
    shares = snap(three_shares(X))
    by_hand = DecisionTreeRegressor(random_state=1, **params).fit(X, shares, sample_weight=weight)
    tree = got.student_.tree_
    assert isinstance(got.student_, DecisionTreeClassifier)
    np.testing.assert_array_equal(tree.feature, by_hand.tree_.feature)
    np.testing.assert_array_equal(tree.threshold, by_hand.tree_.threshold)
    np.testing.assert_allclose(tree.value[:, 0, :], by_hand.tree_.value[:, :, 0], atol=1e-12)
    np.testing.assert_allclose(got.predict_proba(X), by_hand.predict(X), atol=1e-12)
    # the impurity that is stored is the expected Gini impurity
    gini = 1 - (tree.value[:, 0, :] ** 2).sum(axis=1)
    np.testing.assert_allclose(tree.impurity, gini)


def test_growth_limits_are_in_units_of_gini():
    """min_impurity_decrease and ccp_alpha mean on soft labels what they mean on hard ones.

    On labels that are certain, the soft tree and scikit-learn's classifier on
    the labels themselves are one tree, whatever the limit.
    """
    certain = CallableTeacher(
        lambda X: np.eye(3)[three_shares(X).argmax(axis=1)], output="probabilities", classes=NAMES
    )
    for params in ({"min_impurity_decrease": 0.02}, {"ccp_alpha": 0.015}):
        student = DecisionTreeClassifier(random_state=0, **params)
        soft = DistilledClassifier(certain, student, labels="soft", **SETTINGS).fit(X).student_
        hard = DistilledClassifier(certain, student, labels="hard", **SETTINGS).fit(X).student_
        assert 1 < soft.get_n_leaves() < 30
        np.testing.assert_array_equal(soft.tree_.feature, hard.tree_.feature)
        np.testing.assert_allclose(soft.tree_.value, hard.tree_.value, atol=1e-12)
        np.testing.assert_allclose(soft.tree_.impurity, hard.tree_.impurity, atol=1e-12)


@pytest.mark.parametrize("class_weight", [{"a": 1, "b": 5, "c": 2}, "balanced"])
def test_class_weights_of_a_soft_tree(class_weight):
    """As if each row stood once a class: shares of a leaf are those of weighted copies."""
    student = DecisionTreeClassifier(max_leaf_nodes=6, class_weight=class_weight, random_state=0)
    got = distilled(student).student_
    shares = snap(three_shares(X))
    if class_weight == "balanced":
        factor = 200 / (3 * shares.sum(axis=0))
    else:
        factor = np.array([1.0, 5.0, 2.0])
    leaf = got.apply(X)
    for node in np.unique(leaf):
        mass = (shares[leaf == node] * factor).sum(axis=0)
        np.testing.assert_allclose(got.tree_.value[node, 0], mass / mass.sum(), atol=1e-7)


def test_only_gini_grows_soft_labels():
    with pytest.raises(ValueError, match=r"grown by the Gini impurity. Got criterion='entropy'"):
        distilled(DecisionTreeClassifier(criterion="entropy"))
    assert distilled(DecisionTreeClassifier(criterion="entropy"), labels="hard").fidelity_ == 1.0


def test_the_tree_distiller_and_the_generic_one_agree():
    """One road: both grow the same tree."""
    for labels in ("hard", "soft"):
        generic = distilled(DecisionTreeClassifier(max_leaf_nodes=8, random_state=0), labels)
        tree = DistilledTreeClassifier(
            SOFT, labels=labels, grower=CartGrower(), max_leaf_nodes=8, **SETTINGS
        ).fit(X)
        np.testing.assert_array_equal(generic.predict(X), tree.predict(X))
        np.testing.assert_allclose(generic.predict_proba(X), tree.predict_proba(X))
        assert float(generic.fidelity_) == float(tree.fidelity_)


def test_hard_labels_reach_any_classifier():
    """Students without weights or probabilities learn labels; they have no predict_proba."""
    for student, has_proba in ((KNeighborsClassifier(1), True), (LinearSVC(), False)):
        got = distilled(student, "hard")
        assert hasattr(got, "predict_proba") == has_proba
        assert got.fidelity_ > 0.85
        np.testing.assert_array_equal(got.student_.predict(X), got.predict(X))
    assert float(distilled(KNeighborsClassifier(1), "hard").fidelity_) == 1.0


def test_which_students_take_soft_labels():
    assert takes_soft_labels(DecisionTreeClassifier())
    assert takes_soft_labels(DecisionTreeRegressor())
    assert takes_soft_labels(LogisticRegression())
    assert takes_soft_labels(make_pipeline(StandardScaler(), LogisticRegression()))
    assert not takes_soft_labels(KNeighborsClassifier())
    assert not takes_soft_labels(make_pipeline(StandardScaler(), KNeighborsClassifier()))


def test_the_users_student_stays_unfitted():
    student = LogisticRegression()
    got = distilled(student)
    assert got.student is student
    assert not hasattr(student, "coef_")
    assert not hasattr(got.student_, "random_state") or got.student_.random_state is not None


@pytest.mark.parametrize("student", ["tree", LogisticRegression, 3])
def test_students_must_be_estimators(student):
    with pytest.raises(
        ValueError, match="'student' parameter of DistilledClassifier must be an es"
    ):
        DistilledClassifier(SOFT, student).fit(X)

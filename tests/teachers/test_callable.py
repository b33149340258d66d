"""A function as a fitted predictor."""

import numpy as np
import pytest
from sklearn.base import clone, is_classifier, is_regressor

from skdistill import (
    CallableTeacher,
    DistilledClassifier,
    DistilledRegressor,
    DistilledTreeClassifier,
    DistilledTreeRegressor,
)
from skdistill.exceptions import TeacherAnswerError
from skdistill.trees import CartGrower

X = np.random.default_rng(0).normal(size=(200, 3))


def halves(X):
    return np.where(X[:, 0] > 0, "right", "left")


def shares(X):
    second = 1 / (1 + np.exp(-3 * X[:, 0]))
    return np.column_stack([1 - second, second])


def test_values():
    """One value a row, or several; what a regressor distils."""
    teacher = CallableTeacher(lambda X: X @ [1.0, 2.0, 3.0])
    np.testing.assert_array_equal(teacher.predict(X), X @ [1.0, 2.0, 3.0])
    assert is_regressor(teacher)
    assert not hasattr(teacher, "predict_proba")
    assert not hasattr(teacher, "classes_")
    several = CallableTeacher(lambda X: X[:, :2])
    assert DistilledTreeRegressor(several, transfer_set=None).fit(X).predict(X).shape == (200, 2)
    column = CallableTeacher(lambda X: X[:, :1])
    assert DistilledRegressor(column, transfer_set=None).fit(X).predict(X).shape == (200,)


def test_labels():
    """Labels of any type; the classes are those seen, or those named."""
    teacher = CallableTeacher(halves, output="label")
    assert is_classifier(teacher)
    assert not hasattr(teacher, "predict_proba")
    tree = DistilledTreeClassifier(teacher, transfer_set=None, max_leaf_nodes=2).fit(X)
    assert tree.classes_.tolist() == ["left", "right"]
    np.testing.assert_array_equal(tree.predict(X), halves(X))
    named = CallableTeacher(halves, output="label", classes=["up", "right", "left"])
    assert named.classes_.tolist() == ["up", "right", "left"]
    tree = DistilledTreeClassifier(named, transfer_set=None, max_leaf_nodes=2).fit(X)
    assert tree.classes_.tolist() == ["up", "right", "left"]
    np.testing.assert_array_equal(tree.predict(X), halves(X))
    np.testing.assert_array_equal(tree.predict_proba(X)[:, 0], 0.0)
    np.testing.assert_array_equal(tree.predict_proba(X)[:, 1], halves(X) == "right")


def test_probabilities():
    """Columns mean 0, 1, ... or the classes; the label is the most probable one."""
    teacher = CallableTeacher(shares, output="probabilities")
    np.testing.assert_array_equal(teacher.predict_proba(X), shares(X))
    np.testing.assert_array_equal(teacher.predict(X), (X[:, 0] > 0).astype(int))
    named = CallableTeacher(shares, output="probabilities", classes=["left", "right"])
    np.testing.assert_array_equal(named.predict(X), halves(X))
    soft = DistilledTreeClassifier(named, labels="soft", transfer_set=None, max_leaf_nodes=None)
    np.testing.assert_allclose(soft.fit(X).predict_proba(X), shares(X), atol=2**-23)


@pytest.mark.parametrize("classes", [["right", "left"], ["left", "right"]])
def test_classes_in_any_order(classes):
    """Columns stay with their classes, whatever order a student sorts them into."""
    from sklearn.linear_model import LogisticRegression

    order = [["left", "right"].index(name) for name in classes]
    teacher = CallableTeacher(
        lambda X: shares(X)[:, order], output="probabilities", classes=classes
    )
    student = DistilledClassifier(
        teacher, LogisticRegression(C=1e6), labels="soft", transfer_set=None
    ).fit(X)
    assert student.classes_.tolist() == classes
    np.testing.assert_allclose(student.predict_proba(X), teacher.predict_proba(X), atol=0.01)
    np.testing.assert_array_equal(student.predict(X), halves(X))
    assert student.fidelity_ == 1.0


def test_wrong_output_is_named():
    teacher = CallableTeacher(halves, output="labels")
    message = r"The 'output' parameter of CallableTeacher must be 'value' or 'label' or 'probab"
    with pytest.raises(ValueError, match=message):
        teacher.predict(X)
    for distiller in (DistilledTreeClassifier(teacher), DistilledTreeRegressor(teacher)):
        with pytest.raises(ValueError, match=message):
            distiller.fit(X)


@pytest.mark.parametrize("classes", [None, ["left", "right"]])
@pytest.mark.parametrize("shape", [(-1,), (-1, 1)])
def test_one_probability_a_row(shape, classes):
    """The output of a sigmoid: that of the second of two classes."""
    teacher = CallableTeacher(
        lambda X: shares(X)[:, 1].reshape(shape), output="probabilities", classes=classes
    )
    expected = (X[:, 0] > 0).astype(int) if classes is None else halves(X)
    np.testing.assert_allclose(teacher.predict_proba(X), shares(X), atol=1e-15)
    np.testing.assert_array_equal(teacher.predict(X), expected)
    for labels in ("soft", "hard"):
        tree = DistilledTreeClassifier(
            teacher, labels=labels, transfer_set=None, grower=CartGrower(), max_leaf_nodes=8
        ).fit(X)
        assert np.mean(tree.predict(X) == expected) > 0.98


BAD_SHARES = {
    "NaN": (lambda P: np.where(P > 0.9, np.nan, P), "predicted NaN or infinity on"),
    "masked": (lambda P: np.ma.masked_greater(P, 0.9), "predicted NaN or infinity on"),
    "negative, though they sum to one": (lambda P: 3 * P - 1, "are negative or do not sum to 1"),
    "scores": (lambda P: P * 2, "are negative or do not sum to 1"),
    "masked sigmoid": (lambda P: np.ma.masked_greater(P[:, 1:], 0.9), "predicted NaN or inf"),
    "sigmoid beyond one": (lambda P: P[:, 1] * 2, "are negative or do not sum to 1"),
    "words": (lambda P: np.where(P > 0.5, "a", "b"), "must be numbers"),
}


@pytest.mark.parametrize("labels", ["hard", "soft"])
@pytest.mark.parametrize("name", BAD_SHARES)
def test_bad_probabilities_are_no_labels(name, labels):
    """An argmax would make the first class of NaN; hard labels are checked as soft ones are."""
    change, message = BAD_SHARES[name]
    teacher = CallableTeacher(lambda X: change(shares(X)), output="probabilities")
    with pytest.raises(TeacherAnswerError, match=message):
        DistilledTreeClassifier(teacher, labels=labels, transfer_set=None).fit(X)
    with pytest.raises(TeacherAnswerError, match=message):
        teacher.predict(X)


def test_wrong_shapes_are_named():
    three = CallableTeacher(shares, output="probabilities", classes=["a", "b", "c"])
    with pytest.raises(ValueError, match=r"\(200, 2\); \(200, 3\) was expected"):
        three.predict(X)
    for labels in ("hard", "soft"):
        with pytest.raises(ValueError, match=r"probabilities .* 2\); \(\d+, 3\) was expected"):
            DistilledTreeClassifier(three, labels=labels, transfer_set=None).fit(X)
    with pytest.raises(ValueError, match=r'one label a row.*output="probabilities"'):
        DistilledTreeClassifier(shares, transfer_set=None).fit(X)


def test_parameters_are_fixed():
    teacher = CallableTeacher(halves, output="label")
    assert teacher.get_params() == {
        "function": halves,
        "output": "label",
        "classes": None,
        "batch_size": None,
    }
    assert clone(teacher) is teacher
    assert teacher.set_params() is teacher
    with pytest.raises(ValueError, match=r"cannot change \['output'\]. Build a new Callable"):
        teacher.set_params(output="value")
    assert "halves" in repr(teacher)


def test_a_frame_arrives_as_a_frame():
    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame(X, columns=["a", "b", "c"]).assign(d=pd.Categorical(["u", "v"] * 100))
    seen = []

    def rule(rows):
        seen.append(rows.dtypes)
        return rows["a"] + (rows["d"] == "u")

    tree = DistilledTreeRegressor(rule, random_state=0, max_queries=500).fit(frame)
    assert tree.n_queries_ == 500
    for dtypes in seen:
        assert dtypes.equals(frame.dtypes)
    assert set(tree.tree_feature_names_) == {"a", "b", "c", "d"}

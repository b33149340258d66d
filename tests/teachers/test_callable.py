"""A function with the face of a predictor."""

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


def test_wrong_shapes_are_named():
    flat = CallableTeacher(lambda X: X[:, 0], output="probabilities")
    with pytest.raises(ValueError, match=r"needs answers of shape \(n_samples, n_classes\)"):
        flat.predict(X)
    three = CallableTeacher(shares, output="probabilities", classes=["a", "b", "c"])
    with pytest.raises(ValueError, match="was given 3 classes, but its answers have 2 columns"):
        three.predict(X)
    with pytest.raises(ValueError, match=r"probabilities .* \(200, 2\); \(200, 3\) was expected"):
        DistilledTreeClassifier(three, labels="soft", transfer_set=None).fit(X)
    with pytest.raises(ValueError, match=r'one label a row.*output="probabilities"'):
        DistilledTreeClassifier(shares, transfer_set=None).fit(X)


def test_parameters_are_fixed():
    teacher = CallableTeacher(halves, output="label")
    assert teacher.get_params() == {"function": halves, "output": "label", "classes": None}
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

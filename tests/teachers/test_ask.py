"""Questions in batches, and every answer looked at before it becomes a label."""

import joblib
import numpy as np
import pytest
from scipy import sparse
from skdistill.teachers._ask import CHUNK_ROWS, class_codes
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import GaussianNB

from skdistill.exceptions import TeacherAnswerError
from skdistill.teachers import ask, ask_labels
from tests.teachers._kinds import Broken, BrokenSoft, Counting


def test_batches(cancer):
    """Consecutive batches of at most CHUNK_ROWS rows, and the answers in order."""
    X, y = cancer
    model = LogisticRegression().fit(X, y)
    rows = np.tile(X, (150, 1))
    teacher = Counting(model)
    np.testing.assert_array_equal(ask(teacher, rows), model.predict(rows))
    assert teacher.asked == [CHUNK_ROWS, CHUNK_ROWS, 150 * len(X) - 2 * CHUNK_ROWS]
    teacher.asked.clear()
    ask(teacher, rows[:CHUNK_ROWS], "predict_proba")
    assert teacher.asked == [CHUNK_ROWS]


@pytest.mark.parametrize("kind", ["array", "frame", "sparse"])
def test_jobs_and_kinds_of_rows(kind, cancer):
    """The same answers from one job, several threads or processes, for every kind of rows."""
    X, y = cancer
    rows = np.tile(X, (80, 1))
    if kind == "frame":
        pd = pytest.importorskip("pandas")
        X, rows = pd.DataFrame(X), pd.DataFrame(rows)
    if kind == "sparse":
        X, rows = sparse.csr_matrix(X), sparse.csr_matrix(rows)
    model = LogisticRegression().fit(X, y)
    one = ask(model, rows, "predict_proba")
    np.testing.assert_array_equal(one, ask(model, rows, "predict_proba", n_jobs=2))
    with joblib.parallel_config(backend="loky"):
        np.testing.assert_array_equal(one, ask(model, rows, "predict_proba", n_jobs=2))
    np.testing.assert_allclose(one, model.predict_proba(rows), rtol=1e-12)


def test_lists_of_rows(iris):
    X, y = iris
    model = GaussianNB().fit(X, y)
    np.testing.assert_array_equal(ask(model, X.tolist()), model.predict(X))
    np.testing.assert_array_equal(ask(model, X, "predict_joint_log_proba").shape, (150, 3))


BAD_ANSWERS = {
    "nan": (lambda X: np.where(X[:, 0] > 5.8, np.nan, 1.0), "answered NaN or infinity on 7. of"),
    "inf": (lambda X: np.where(X[:, 0] > 5.8, np.inf, 1.0), "answered NaN or infinity on 7. of"),
    "none": (lambda X: np.array(["a", None] * 75, dtype=object), "NaN or infinity on 75 of 150"),
    "short": (lambda X: np.ones(len(X) - 1), "was asked 150 rows and gave 149 answers"),
    "long": (lambda X: np.ones(len(X) + 1), "was asked 150 rows and gave 151 answers"),
    "single": (lambda X: 1.0, "was asked 150 rows and gave a single value"),
}


@pytest.mark.parametrize("classification", [True, False])
@pytest.mark.parametrize("name", BAD_ANSWERS)
def test_broken_answers(name, classification, iris):
    """Missing, infinite, or not one a row: an error of its own that is a ValueError too."""
    function, message = BAD_ANSWERS[name]
    with pytest.raises(TeacherAnswerError, match=rf"The teacher \(Broken\) .*{message}"):
        ask_labels(Broken(function), iris[0], soft=False, classification=classification)
    assert issubclass(TeacherAnswerError, ValueError)


def test_broken_answers_in_a_later_batch():
    """Each batch is checked, not only the first."""

    def function(X):
        return np.where(X[:, 0] == CHUNK_ROWS + 5, np.nan, 0.0)

    rows = np.arange(CHUNK_ROWS + 10.0)[:, None]
    for n_jobs in (1, 2):
        with pytest.raises(TeacherAnswerError, match="on 1 of 10 rows"):
            ask(Broken(function), rows, n_jobs=n_jobs)


def test_labels_must_be_labels(iris):
    """Continuous values are none, nor is a matrix."""
    X, _ = iris
    with pytest.raises(TeacherAnswerError, match=r"answered continuous values.*threshold"):
        ask_labels(Broken(lambda X: X[:, 0]), X, soft=False, classification=True)
    with pytest.raises(TeacherAnswerError, match=r"one label a row, but its answers have shape"):
        ask_labels(Broken(lambda X: X[:, :2]), X, soft=False, classification=True)
    with pytest.raises(TeacherAnswerError, match=r"must answer real values.*shape \(150, 1, 1\)"):
        ask_labels(Broken(lambda X: X[:, :1, None]), X, soft=False, classification=False)
    with pytest.raises(TeacherAnswerError, match=r"must answer real values.*It answered <U1"):
        ask_labels(Broken(lambda X: np.full(len(X), "a")), X, soft=False, classification=False)


def test_unknown_answers(iris):
    """A teacher that contradicts its own classes is caught, with the labels."""
    teacher = Broken(lambda X: np.where(X[:, 0] > 5, 3, 1), classes=[0, 1, 2])
    with pytest.raises(
        ValueError, match=r"teacher's answers contain .* \[3\]. Its classes are \[0"
    ):
        ask_labels(teacher, iris[0], soft=False, classification=True)


def test_values(iris):
    """A single column of values is a plain vector; several stay."""
    X, _ = iris
    for function, shape in (
        (lambda X: X[:, 0], (150,)),
        (lambda X: X[:, :1], (150,)),
        (lambda X: X[:, :2], (150, 2)),
        (lambda X: X[:, 0] > 5, (150,)),
    ):
        labels = ask_labels(Broken(function), X, soft=False, classification=False)
        assert labels.classes is None
        assert labels.codes is None
        assert labels.targets.shape == shape


def test_hard_labels(iris):
    """Codes are positions in the teacher's classes; a column of labels is flattened."""
    X, y = iris
    names = np.array(["u", "v", "w"])
    for function in (lambda X: names[y], lambda X: names[y][:, None]):
        for classes in (None, ["w", "x", "u", "v"]):
            labels = ask_labels(Broken(function, classes), X, soft=False, classification=True)
            assert labels.targets is None
            np.testing.assert_array_equal(labels.classes[labels.codes], names[y])
            assert labels.classes.tolist() == (classes or ["u", "v", "w"])


def test_soft_labels(iris):
    """Probabilities as float64, codes by the largest."""
    X, y = iris
    model = GaussianNB().fit(X, y)
    labels = ask_labels(model, X, soft=True, classification=True)
    np.testing.assert_array_equal(labels.targets, model.predict_proba(X))
    np.testing.assert_array_equal(labels.classes[labels.codes], model.predict(X))
    single = BrokenSoft(lambda X: model.predict_proba(X).astype(np.float32))
    labels = ask_labels(single, X, soft=True, classification=True)
    assert labels.targets.dtype == np.float64
    assert labels.classes.tolist() == [0, 1, 2]


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (lambda X: X[:, 0], r"have shape \(150,\); \(150, 3\) was expected"),
        (lambda X: X[:, :2] / X[:, :2].sum(1, keepdims=True), r"\(150, 2\); \(150, 3\)"),
        (lambda X: X[:, :3], r"negative or do not sum to 1 \(sums from .* to .*output=\"logits\""),
        (lambda X: np.tile([1.5, -0.25, -0.25], (150, 1)), "negative or do not sum to 1"),
        (lambda X: np.full((150, 3), np.nan), "NaN or infinity on 150 of 150"),
        (lambda X: [X[:, :2], X[:, :2]], "has several outputs: its predict_proba returns a list"),
    ],
)
def test_broken_probabilities(function, message, iris):
    teacher = BrokenSoft(function, classes=[0, 1, 2])
    with pytest.raises(TeacherAnswerError, match=message):
        ask_labels(teacher, iris[0], soft=True, classification=True)


def test_no_probabilities(iris):
    with pytest.raises(ValueError, match=r'\(Broken\) has no predict_proba.*"hard".*Calibrated'):
        ask_labels(Broken(lambda X: X[:, 0]), iris[0], soft=True, classification=True)


def test_class_codes():
    """Positions in classes of any order and type; unknown ones are listed, ten at most."""
    classes = np.array(["b", "a", "c"])
    labels = np.array(["c", "a", "b", "b"])
    np.testing.assert_array_equal(class_codes(labels, classes, "They"), [2, 1, 0, 0])
    assert class_codes(np.array([]), np.array([1, 2]), "They").shape == (0,)
    with pytest.raises(ValueError, match=r"They contain .* know: \['d', 'e'\]. .* \['b', 'a', 'c'"):
        class_codes(np.array(["e", "a", "d", "d"]), classes, "They")
    with pytest.raises(ValueError, match=r"know: \[1, 2\]"):
        class_codes(np.array([1, 2]), classes, "They")
    with pytest.raises(ValueError, match=r"know: \[3, 4, 5, 6, 7, 8, 9, 10, 11, 12\]"):
        class_codes(np.arange(3, 100), np.array([1, 2]), "They")

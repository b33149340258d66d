"""Bad rows, bad teachers, edge sizes: a message that says what to do, or a sound result."""

import numpy as np
import pytest
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.naive_bayes import GaussianNB
from sklearn.tree import DecisionTreeClassifier

from skdistill import (
    CallableTeacher,
    DistilledClassifier,
    DistilledRegressor,
    DistilledTreeClassifier,
    DistilledTreeRegressor,
)
from skdistill.exceptions import DistillationWarning, TeacherAnswerError

RNG = np.random.default_rng(0)
X = RNG.normal(size=(80, 3))
Y = (X[:, 0] > 0).astype(int)

CLASSIFIERS = [DistilledTreeClassifier, DistilledClassifier]
REGRESSORS = [DistilledTreeRegressor, DistilledRegressor]
DISTILLERS = CLASSIFIERS + REGRESSORS


def answers(cls):
    """A function that a distiller of this class can learn from."""
    if cls in CLASSIFIERS:
        return lambda X: (np.asarray(X)[:, 0] > 0).astype(int)
    return lambda X: np.asarray(X, dtype=float)[:, 0]


@pytest.mark.parametrize("cls", DISTILLERS)
def test_empty_rows(cls):
    pd = pytest.importorskip("pandas")
    for rows in (np.empty((0, 3)), pd.DataFrame({"a": [], "b": []})):
        with pytest.raises(ValueError, match=r"Found array with 0 sample\(s\)"):
            cls(answers(cls)).fit(rows)
    for rows in (np.empty((5, 0)), pd.DataFrame(index=range(5))):
        with pytest.raises(ValueError, match=r"0 feature\(s\) \(shape=\(5, 0\)\)"):
            cls(answers(cls)).fit(rows)


@pytest.mark.parametrize("cls", DISTILLERS)
def test_rows_that_are_no_table(cls):
    with pytest.raises(ValueError, match="Expected 2D array, got 1D array"):
        cls(answers(cls)).fit(X[:, 0])
    with pytest.raises(ValueError, match="could not convert string to float"):
        cls(answers(cls)).fit(np.array([["a", "b"], ["c", "d"]], dtype=object))
    with pytest.raises(ValueError, match="Complex data not supported"):
        cls(answers(cls)).fit(X + 1j)


@pytest.mark.parametrize("transfer_set", [None, "auto"])
@pytest.mark.parametrize("cls", DISTILLERS)
def test_one_row(cls, transfer_set):
    """Its copies are all that there is to learn from."""
    distiller = cls(answers(cls), transfer_set=transfer_set, max_queries=50)
    if transfer_set is None:
        distiller.fit(X[:1])
    else:
        with pytest.warns(DistillationWarning, match="predicts the same on all"):
            distiller.fit(X[:1])
    np.testing.assert_allclose(distiller.predict(X[:1]), answers(cls)(X[:1]))
    assert distiller.fidelity_ == 1.0


@pytest.mark.parametrize("cls", DISTILLERS)
def test_constant_and_duplicate_columns_and_rows(cls):
    """Nothing to split on in most columns, and every row ten times: normal input."""
    rows = np.column_stack([X[:8, 0], np.full(8, 3.0), X[:8, 0], np.zeros(8)])
    rows = np.tile(rows, (10, 1))
    distiller = cls(answers(cls), max_queries=300, random_state=0).fit(rows)
    np.testing.assert_allclose(distiller.predict(rows), answers(cls)(rows), atol=0.5)
    assert distiller.n_queries_ == 300
    with pytest.warns(DistillationWarning, match="predicts the same on all"):
        cls(answers(cls), max_queries=300).fit(np.full((20, 3), 2.0))


@pytest.mark.parametrize("cls", DISTILLERS)
def test_infinite_rows(cls):
    """Infinity is refused, in arrays and frames, and the column is named where it has a name."""
    pd = pytest.importorskip("pandas")
    rows = X.copy()
    rows[4, 1] = np.inf
    with pytest.raises(ValueError, match=r"Input X contains infinity"):
        cls(answers(cls)).fit(rows)
    with pytest.raises(ValueError, match=r"Input X contains infinity in column 'b'"):
        cls(answers(cls)).fit(pd.DataFrame(rows, columns=list("abc")))
    distiller = cls(answers(cls), transfer_set=None).fit(X)
    with pytest.raises(ValueError, match=r"Input X contains infinity"):
        distiller.predict(rows)


def test_gaps_that_the_teacher_cannot_read():
    """It is the teacher that refuses; its own words say so."""
    rows = X.copy()
    rows[4, 1] = np.nan
    for distiller in (
        DistilledTreeClassifier(GaussianNB().fit(X, Y)),
        DistilledTreeRegressor(LinearRegression().fit(X, Y)),
    ):
        with pytest.raises(
            ValueError, match=r"Input X contains NaN.\s*(GaussianNB|LinearRegressi)"
        ):
            distiller.fit(rows)


def test_gaps_that_the_student_cannot_read():
    rows = X.copy()
    rows[4, 1] = np.nan

    def teacher(X):
        return (np.nan_to_num(X)[:, 0] > 0).astype(int)

    with pytest.raises(ValueError, match=r"Input X contains NaN.\s*LogisticRegression"):
        DistilledClassifier(teacher, LogisticRegression()).fit(rows)
    fine = DistilledTreeClassifier(teacher, transfer_set=None).fit(rows)  # trees take them
    np.testing.assert_array_equal(fine.predict(rows), teacher(rows))
    whole = DistilledClassifier(teacher, LogisticRegression(), transfer_set=None).fit(X)
    with pytest.raises(ValueError, match="Input X contains NaN"):
        whole.predict(rows)


def test_gaps_at_predict_alone():
    """Where fit saw none and the teacher takes none, predict refuses them by column."""
    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame(X, columns=list("abc"))
    gap = frame.mask(frame < -2)
    assert gap.isna().to_numpy().any()
    student = DistilledClassifier(GaussianNB().fit(frame, Y), transfer_set=None).fit(frame)
    with pytest.raises(ValueError, match=r"NaN in column '[abc]', but DistilledClassifier"):
        student.predict(gap)
    with pytest.raises(ValueError, match=r"Input X contains NaN"):
        DistilledTreeClassifier(GaussianNB().fit(X, Y), transfer_set=None).fit(X).predict(
            gap.to_numpy()
        )


@pytest.mark.parametrize("cls", DISTILLERS)
def test_times_are_no_numbers(cls):
    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame({"a": X[:, 0], "day": pd.date_range("2024-01-01", periods=80)})
    with pytest.raises(TypeError, match=r"Column 'day' of X holds datetime64.*days since a date"):
        cls(answers(cls)).fit(frame)


@pytest.mark.parametrize("cls", DISTILLERS)
def test_rows_with_other_columns_than_the_teachers(cls):
    """Fewer columns, or other names, or another order."""
    pd = pytest.importorskip("pandas")
    model = GaussianNB() if cls in CLASSIFIERS else LinearRegression()
    with pytest.raises(
        ValueError, match=r"X has 2 features, but the teacher \(\w+\) was fitted on 3"
    ):
        cls(model.fit(X, Y), transfer_set=None).fit(X[:, :2])
    frame = pd.DataFrame(X, columns=list("abc"))
    teacher = model.fit(frame, Y)
    with pytest.raises(ValueError, match=r"has other columns than the teacher"):
        cls(teacher, transfer_set=None).fit(frame.rename(columns={"a": "z"}))
    with pytest.raises(ValueError, match=r"has other columns than the teacher"):
        cls(teacher, transfer_set=None).fit(frame[["c", "b", "a"]])


@pytest.mark.parametrize("transfer_set", [None, "auto"])
@pytest.mark.parametrize("cls", DISTILLERS)
@pytest.mark.parametrize(
    ("broken", "message"),
    [
        (lambda X: np.where(X[:, 0] > 0, np.nan, 1.0), "predicted NaN or infinity on"),
        (lambda X: np.where(X[:, 0] > 0, -np.inf, 1.0), "predicted NaN or infinity on"),
        (lambda X: np.ones(len(X) // 2), r"was queried with \d+ rows and returned \d+ predictions"),
        (lambda X: 1, "returned a single value"),
        (lambda X: None, "returned a single value"),
    ],
    ids=["nan", "inf", "too few", "one", "none"],
)
def test_broken_teachers(cls, transfer_set, broken, message):
    distiller = cls(broken, transfer_set=transfer_set, max_queries=200)
    with pytest.raises(TeacherAnswerError, match=message):
        distiller.fit(X)


def test_teachers_that_contradict_themselves():
    teacher = CallableTeacher(lambda X: np.full(len(X), "d"), output="label", classes=["a", "b"])
    with pytest.raises(
        ValueError, match=r"predictions contain .* \['d'\]. Its classes are \['a', 'b'\]"
    ):
        DistilledTreeClassifier(teacher).fit(X)


@pytest.mark.parametrize("cls", CLASSIFIERS)
def test_soft_labels_without_probabilities(cls):
    teacher = CallableTeacher(lambda X: X[:, 0] > 0, output="label")
    with pytest.raises(
        ValueError, match=r'labels="soft" needs probabilities, but the teacher \(Call'
    ):
        cls(teacher, labels="soft").fit(X)
    with pytest.raises(TypeError, match="is a regressor, but this distiller learns classes"):
        cls(LinearRegression().fit(X, Y), labels="soft").fit(X)


@pytest.mark.parametrize("cls", DISTILLERS)
def test_no_teacher_at_all(cls):
    for nothing in (3, "teacher", object()):
        with pytest.raises(TypeError, match="must be a predictor"):
            cls(nothing).fit(X, Y)
    with pytest.raises(TypeError, match="must be an instance, but it is the class GaussianNB"):
        cls(GaussianNB).fit(X, Y)


def test_errors_of_the_teacher_pass_through():
    """What a teacher raises is the user's to see, not ours to hide."""

    def failing(X):
        raise ZeroDivisionError("the simulation diverged")

    with pytest.raises(ZeroDivisionError, match="the simulation diverged"):
        DistilledTreeRegressor(failing).fit(X)


def test_a_failed_fit_leaves_the_parameters():
    tree = DistilledTreeClassifier(lambda X: None, max_leaf_nodes=3)
    with pytest.raises(TeacherAnswerError):
        tree.fit(X)
    tree.set_params(teacher=DecisionTreeClassifier(max_depth=2, random_state=0).fit(X, Y))
    assert tree.fit(X).get_n_leaves() <= 3


@pytest.mark.parametrize("cls", DISTILLERS)
def test_a_fit_that_fails_leaves_nothing_fitted(cls):
    """Also where an earlier one succeeded: predictions would be those of another teacher."""
    distiller = cls(answers(cls), transfer_set=None).fit(X)
    distiller.set_params(teacher=lambda X: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        distiller.fit(X)
    with pytest.raises(NotFittedError):
        distiller.predict(X)

"""Predictions that exist already are a teacher of their own rows."""

import pickle
import warnings

import numpy as np
import pytest
from scipy import sparse
from sklearn.base import clone, is_classifier, is_regressor
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.model_selection import GridSearchCV, cross_val_predict
from sklearn.naive_bayes import GaussianNB

from skdistill import (
    CachedTeacher,
    DistilledClassifier,
    DistilledRegressor,
    DistilledTreeClassifier,
    DistilledTreeRegressor,
    FidelityScorer,
)
from skdistill.exceptions import DistillationWarning, TeacherAnswerError
from skdistill.teachers import Oracle, as_teacher
from skdistill.trees import CartGrower

SETTINGS = {"grower": CartGrower(), "transfer_set": None, "random_state": 0}


@pytest.mark.parametrize("n_jobs", [1, 2])
@pytest.mark.parametrize("file", [True, False])
def test_labels_teach_like_their_model(n_jobs, file, cancer, tmp_path):
    """The same tree as from the model itself, also in searches and pipelines of processes."""
    X, y = cancer
    model = GaussianNB().fit(X, y)
    store = tmp_path / "answers.sqlite" if file else None
    labels = np.array(["benign", "malignant"])[model.predict(X)]
    teacher = CachedTeacher.from_answers(X, labels, store=store)
    assert is_classifier(teacher)
    assert teacher.classes_.tolist() == ["benign", "malignant"]
    tree = DistilledTreeClassifier(teacher, **SETTINGS).fit(X)
    reference = DistilledTreeClassifier(model, **SETTINGS).fit(X)
    np.testing.assert_array_equal(tree.tree_.threshold, reference.tree_.threshold)
    assert clone(tree).teacher is teacher
    search = GridSearchCV(
        tree,
        {"max_leaf_nodes": [2, 4]},
        scoring=FidelityScorer(),
        cv=2,
        n_jobs=n_jobs,
        error_score="raise",
    ).fit(X)
    assert search.best_score_ > 0.8
    if n_jobs == 1:
        assert teacher.n_queries_ == 0
        assert teacher.n_hits_ > 0


def test_values_and_several_of_them(diabetes):
    X, y = diabetes
    predictions = LinearRegression().fit(X, y).predict(X)
    teacher = CachedTeacher.from_answers(X, predictions)
    assert is_regressor(teacher)
    tree = DistilledTreeRegressor(teacher, **SETTINGS).fit(X)
    assert tree.fidelity_ > 0.5
    np.testing.assert_array_equal(teacher.predict(X[::-1]), predictions[::-1])
    both = np.column_stack([predictions, y])
    several = CachedTeacher.from_answers(X, both, kind="regressor")
    np.testing.assert_array_equal(several.predict(X), both)
    assert DistilledRegressor(several, transfer_set=None).fit(X).predict(X).shape == both.shape


def test_out_of_fold_probabilities(iris):
    """Scores of models that have not seen their rows: soft labels without a leak."""
    X, y = iris
    X, first = np.unique(X, axis=0, return_index=True)
    y, names = y[first], np.array(["setosa", "versicolor", "virginica"])
    proba = cross_val_predict(LogisticRegression(max_iter=500), X, y, method="predict_proba")
    teacher = CachedTeacher.from_answers(X, proba, classes=names)
    np.testing.assert_array_equal(teacher.predict_proba(X), proba)
    np.testing.assert_array_equal(teacher.predict(X), names[proba.argmax(axis=1)])
    for labels in ("soft", "hard"):
        tree = DistilledTreeClassifier(teacher, labels=labels, **SETTINGS).fit(X)
        assert tree.classes_.tolist() == names.tolist()
        assert tree.fidelity_ > 0.95
    generic = DistilledClassifier(teacher, labels="soft", transfer_set=None).fit(X)
    assert generic.fidelity_ > 0.95


def test_whole_numbers_are_what_is_needed(iris):
    """Labels to a classifier, values to a regressor; kind= and classes= settle it."""
    X, y = iris
    X, first = np.unique(X, axis=0, return_index=True)
    y = y[first]
    open_ = CachedTeacher.from_answers(X, y)
    assert not is_classifier(open_)
    assert not is_regressor(open_)
    assert DistilledTreeClassifier(open_, **SETTINGS).fit(X).classes_.tolist() == [0, 1, 2]
    assert DistilledTreeRegressor(open_, **SETTINGS).fit(X).fidelity_ > 0.9
    assert is_classifier(CachedTeacher.from_answers(X, y, kind="classifier"))
    assert CachedTeacher.from_answers(X, y, classes=[3, 2, 1, 0]).classes_.tolist() == [3, 2, 1, 0]
    regressor = CachedTeacher.from_answers(X, y, kind="regressor")
    with pytest.raises(TypeError, match="is a regressor, but this distiller learns classes"):
        DistilledTreeClassifier(regressor, **SETTINGS).fit(X)


def test_no_rows_are_drawn(cancer):
    """A transfer set would only draw rows without predictions: a warning, and the rows of X."""
    X, y = cancer
    teacher = CachedTeacher.from_answers(X, y > 0)
    tree = DistilledTreeClassifier(teacher, grower=CartGrower(), random_state=0)
    with pytest.warns(DistillationWarning, match="transfer_set draws nothing"):
        tree.fit(X)
    assert tree.n_queries_ == len(X)
    with warnings.catch_warnings():
        warnings.simplefilter("error", DistillationWarning)
        tree.set_params(transfer_set=None).fit(X)


def test_unknown_rows_are_counted(cancer):
    """Never a guess: an error that counts them, or they are left out."""
    X, y = cancer
    teacher = CachedTeacher.from_answers(X[:200], y[:200], kind="classifier")
    message = r"40 of 240 rows have no stored prediction.*on_error=\"drop\" in Cached"
    for held in (teacher, Oracle(teacher), pickle.loads(pickle.dumps(teacher))):
        with pytest.raises(ValueError, match=message):
            held.predict(X)
        with pytest.raises(ValueError, match=message):
            DistilledTreeClassifier(held, **SETTINGS).fit(X)
        np.testing.assert_array_equal(held.predict(X[:200]), y[:200])
    dropping = CachedTeacher.from_answers(X[:200], y[:200], kind="classifier", on_error="drop")
    labels, kept = Oracle(dropping).label(X)
    assert kept.tolist() == list(range(200))
    np.testing.assert_array_equal(labels.decisions(), y[:200])
    with pytest.warns(DistillationWarning, match="failed on 40 of 240 rows"):
        tree = DistilledTreeClassifier(dropping, **SETTINGS).fit(X)
    reference = DistilledTreeClassifier(teacher, **SETTINGS).fit(X[:200])
    np.testing.assert_array_equal(tree.predict(X), reference.predict(X))
    with pytest.raises(TeacherAnswerError, match=r"failed on all 40 rows.*40 of 40 rows have no"):
        Oracle(dropping).label(X[200:])


def test_other_columns_are_other_rows(cancer):
    """Renamed or reordered ones, an array for a frame, another number: named, not guessed."""
    pd = pytest.importorskip("pandas")
    X, y = cancer
    frame = pd.DataFrame(X, columns=list("abcde"))
    teacher = CachedTeacher.from_answers(frame, y, kind="classifier")
    assert teacher.feature_names_in_.tolist() == list("abcde")
    assert teacher.n_features_in_ == 5
    np.testing.assert_array_equal(teacher.predict(frame.iloc[::-1]), y[::-1])
    for other in (frame[list("edcba")], frame.rename(columns={"a": "z"}), frame[list("abcd")]):
        with pytest.raises(ValueError, match="240 of 240 rows have no stored prediction"):
            teacher.predict(other)
        with pytest.raises(ValueError, match=r"other columns|features, but the teacher"):
            DistilledTreeClassifier(teacher, **SETTINGS).fit(other)
    with pytest.raises(ValueError, match="stored for rows in a DataFrame, but X is a ndarray"):
        teacher.predict(X)


@pytest.mark.parametrize(
    ("answers", "missing"),
    [
        (np.array([1.0, np.nan, 3.0, np.nan]), [1, 3]),
        ([1, None, 3, None], [1, 3]),
        (["a", None, "b", "a"], [1]),
        (np.array(["a", None, "b", np.nan], dtype=object), [1, 3]),
        (np.ma.array([1, 2, 3, 4], mask=[0, 1, 0, 0]), [1]),
        (np.ma.array(["a", "b", "c", "d"], mask=[0, 1, 0, 0]), [1]),
        ([True, None, False, True], [1]),
        ([2, 1, 3, 4], []),
    ],
)
def test_missing_predictions_are_unknown_rows(answers, missing):
    X = np.arange(8.0).reshape(4, 2)
    teacher = CachedTeacher.from_answers(X, answers)
    kept = [i for i in range(4) if i not in missing]
    assert teacher.predict(X[kept]).tolist() == [list(answers)[i] for i in kept]
    assert teacher.predict(X[kept]).dtype.kind != "O" or isinstance(answers[0], str)
    if missing:
        with pytest.raises(ValueError, match=f"{len(missing)} of 4 rows have no stored"):
            teacher.predict(X)


def test_missing_predictions_of_data_frames():
    """Nullable columns of pandas, and frames of polars."""
    pd, pl = pytest.importorskip("pandas"), pytest.importorskip("polars")
    X = np.arange(6.0).reshape(3, 2)
    for answers in (
        pd.Series([1, None, 3], dtype="Int64"),
        pd.Series(["a", pd.NA, "b"], dtype="string"),
        pd.Series([True, pd.NA, False], dtype="boolean"),
        pl.Series(["a", None, "b"]),
        pl.Series([1.5, None, 2.5]),
        pd.Series(["a", None, "b"], dtype="category"),
    ):
        teacher = CachedTeacher.from_answers(X, answers)
        assert teacher.predict(X[[0, 2]]).tolist() == [answers[0], answers[2]]
        with pytest.raises(ValueError, match="1 of 3 rows have no stored"):
            teacher.predict(X)
    proba = pd.DataFrame({"no": [0.5, np.nan, 1.0], "yes": [0.5, 0.5, 0.0]})
    teacher = CachedTeacher.from_answers(X, proba, classes=proba.columns)
    assert teacher.predict(X[[0, 2]]).tolist() == ["no", "no"]


def test_contradictions_are_an_error(tmp_path):
    """One row, two predictions: within one call, and against what a file holds."""
    X = np.array([[1.0], [2.0], [1.0], [2.0]])
    with pytest.raises(ValueError, match=r"1 rows of X repeat another .* example rows 1 and 3"):
        CachedTeacher.from_answers(X, ["a", "b", "a", "c"])
    with pytest.raises(ValueError, match=r"2 rows of X repeat"):
        CachedTeacher.from_answers(X, [1.5, 2.5, 3.5, 4.5])
    proba = np.array([[0.5, 0.5], [1, 0], [0.5, 0.5], [0.9, 0.1]])
    with pytest.raises(ValueError, match=r"rows 1 and 3"):
        CachedTeacher.from_answers(X, proba, classes=[0, 1])
    same = CachedTeacher.from_answers(X, ["a", "b", "a", None])
    assert same.predict(X).tolist() == ["a", "b", "a", "b"]
    store = tmp_path / "answers.sqlite"
    CachedTeacher.from_answers(X, [1.5, 2.5, 1.5, 2.5], store=store)
    more = CachedTeacher.from_answers([[1.0], [3.0]], [1.5, 3.5], store=store)
    assert more.predict([[1.0], [2.0], [3.0]]).tolist() == [1.5, 2.5, 3.5]
    with pytest.raises(ValueError, match="1 predictions differ from those"):
        CachedTeacher.from_answers([[1.0], [3.0]], [1.5, 9.5], store=store)


@pytest.mark.parametrize(
    ("X", "answers", "parameters", "message"),
    [
        ([[1.0], [2.0]], [1, 2, 3], {}, "X has 2 rows, but answers hold 3 predictions"),
        ([1.0, 2.0], [1, 2], {}, r"shape \(n_samples, n_features\), but it has \(2,\)"),
        ([[1.0], [2.0]], [1, 2], {"kind": "labels"}, "kind must be .* Got 'labels'"),
        ([[1.0], [2.0]], ["a", "b"], {"kind": "regressor"}, "takes numbers, but answers are of <U"),
        ([[1.0], [2.0]], ["a", "b"], {"classes": ["a"]}, r"answers contain labels .*\['b'\]"),
        ([[1.0], [2.0]], np.eye(2), {}, r"2 columns are probabilities, with classes=\[...\]"),
        ([[1.0], [2.0]], np.eye(2), {"classes": [1, 2, 3]}, r"\(2, 2\); \(2, 3\) was expected"),
        ([[1.0], [2.0]], 2 * np.eye(2), {"classes": [1, 2]}, "do not sum to 1"),
        ([[1.0], [2.0]], [1.0, 2], {"kind": "regressor", "classes": [1]}, "classes are for labels"),
        ([[1.0], [2.0]], np.ones((2, 2, 2)), {"kind": "regressor"}, "one or two dimensions"),
    ],
)
def test_wrong_input(X, answers, parameters, message):
    with pytest.raises(ValueError, match=message):
        CachedTeacher.from_answers(X, answers, **parameters)


def test_rows_of_every_kind(cancer):
    """Lists, arrays of objects, sparse matrices, frames of both libraries."""
    pd, pl = pytest.importorskip("pandas"), pytest.importorskip("polars")
    X, _ = cancer
    X = X[np.unique(X[:, 0], return_index=True)[1]]
    y = (X[:, 1] > 0).astype(int)
    words = np.column_stack([X[:, 0].astype(object), np.where(X[:, 1] > 0, "u", "v")])
    table = {"a": X[:, 0], "b": words[:, 1]}
    for rows in (
        X.tolist(),
        X.astype(np.float32),
        words,
        sparse.csr_matrix(X),
        sparse.csc_array(X),
        pd.DataFrame(table),
        pd.DataFrame(table).astype({"b": "category"}),
        pl.DataFrame(table),
    ):
        teacher = CachedTeacher.from_answers(rows, y, kind="classifier")
        np.testing.assert_array_equal(teacher.predict(rows), y)
    frame = pd.DataFrame(table)
    teacher = CachedTeacher.from_answers(frame, y, kind="classifier")
    tree = DistilledTreeClassifier(teacher, **SETTINGS).fit(frame)
    assert FidelityScorer()(tree, frame) == tree.fidelity_


@pytest.mark.parametrize(
    "array", [np.array([0, 1]), [0, 1], (0, 1), "series", "frame", "polars"], ids=repr
)
def test_an_array_is_no_teacher(array, cancer):
    """The error says how stored predictions become one."""
    if isinstance(array, str) and array == "series":
        array = pytest.importorskip("pandas").Series([0, 1])
    elif isinstance(array, str) and array == "frame":
        array = pytest.importorskip("pandas").DataFrame({"a": [0, 1]})
    elif isinstance(array, str):
        array = pytest.importorskip("polars").Series([0, 1])
    message = r"but it is a \w+ of values.* CachedTeacher.from_answers\(X, answers\)"
    with pytest.raises(TypeError, match=message):
        as_teacher(array)
    for distiller in (DistilledTreeClassifier(array), DistilledRegressor(array)):
        with pytest.raises(TypeError, match=message):
            distiller.fit(cancer[0])
    with pytest.raises(TypeError, match=message):
        Oracle(array).predict(cancer[0])


def test_one_probability_a_row(cancer):
    """Of the second of two classes, as a function may return them."""
    X, _ = cancer
    second = np.linspace(0.01, 0.99, len(X))
    teacher = CachedTeacher.from_answers(X, second, classes=["no", "yes"])
    np.testing.assert_allclose(teacher.predict_proba(X), np.column_stack([1 - second, second]))
    assert teacher.predict(X[-1:]).tolist() == ["yes"]


def test_answers_of_another_order(cancer):
    """Rows and predictions belong together by position; indices that differ are an error."""
    pd = pytest.importorskip("pandas")
    X, y = pd.DataFrame(cancer[0], columns=list("abcde")), pd.Series(cancer[1])
    with pytest.raises(ValueError, match="different indices"):
        CachedTeacher.from_answers(X, y[::-1])
    shuffled = X[::-1]
    teacher = CachedTeacher.from_answers(shuffled, y.loc[shuffled.index], kind="classifier")
    np.testing.assert_array_equal(teacher.predict(X), y)

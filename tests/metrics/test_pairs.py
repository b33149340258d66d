"""Scorer, report and certificates query teacher and student alike, with the same checks."""

import warnings

import numpy as np
import pytest
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.model_selection import (
    FixedThresholdClassifier,
    GridSearchCV,
    TunedThresholdClassifierCV,
)
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from skdistill import (
    DistilledClassifier,
    DistilledTreeClassifier,
    FidelityScorer,
    extract_rules,
    fidelity_certificate,
    fidelity_report,
    fidelity_score,
)
from skdistill.exceptions import (
    DistillationWarning,
    TeacherAnswerError,
)
from skdistill.teachers import CallableTeacher
from skdistill.theory import Tolerance
from skdistill.trees import CartGrower
from tests.metrics._measures import MEASURES, measured, overlapping_classes, small_tree


@pytest.fixture(scope="module")
def table():
    """Rows with labels, and fresh ones."""
    return overlapping_classes()


class Says:
    """A predictor whose predictions are those of a function; no scikit-learn estimator."""

    def __init__(self, function):
        self.predict = function


@measured
def test_single_columns(table, measure):
    """(n, 1) predictions of teacher or student are one label a row."""
    X, y, fresh = table
    teacher, tree = GaussianNB().fit(X, y), small_tree(X, y)
    expected = np.mean(teacher.predict(fresh) == tree.predict(fresh))
    wide_teacher = Says(lambda X: teacher.predict(X).reshape(-1, 1))
    wide_student = Says(lambda X: tree.predict(X).reshape(-1, 1))
    assert measure(tree, fresh, wide_teacher) == pytest.approx(expected)
    assert measure(wide_student, fresh, teacher) == pytest.approx(expected)
    assert measure(wide_student, fresh, wide_teacher) == pytest.approx(expected)
    assert measure(tree, fresh, wide_teacher.predict) == pytest.approx(expected)


@pytest.mark.parametrize("metric", ["r2", "rmse"])
def test_single_columns_of_values(table, metric):
    """So are values; 'scores' of models that return columns."""
    X, _, fresh = table
    model = LinearRegression().fit(X, X[:, [0]] * X[:, [1]])
    tree = DecisionTreeRegressor(max_depth=3).fit(X, model.predict(X))
    expected = fidelity_score(model.predict(fresh)[:, 0], tree.predict(fresh), metric=metric)
    sign = 1 if metric == "r2" else -1
    assert FidelityScorer(model, metric=metric)(tree, fresh) == pytest.approx(sign * expected)
    assert fidelity_report(tree, fresh, teacher=model).scores[metric] == pytest.approx(expected)
    wide = fidelity_certificate(model, tree, fresh, loss=Tolerance(0.3))
    flat = fidelity_certificate(lambda X: model.predict(X)[:, 0], tree, fresh, loss=Tolerance(0.3))
    assert wide.bound == flat.bound


MISSING = {
    "NaN": lambda X: np.where(X[:, 0] > 0, np.nan, 1.0),
    "None": lambda X: np.where(X[:, 0] > 0, None, "a"),
    "infinity": lambda X: np.where(X[:, 0] > 0, np.inf, 1.0),
    "masked": lambda X: np.ma.masked_array((X[:, 0] > 0) * 1, mask=X[:, 0] > 0),
}


@measured
@pytest.mark.parametrize("missing", MISSING.values(), ids=MISSING)
def test_missing_predictions_name_whose_they_are(table, measure, missing):
    """Of the teacher or of the student; a mask hides what is no prediction."""
    X, y, fresh = table
    tree = small_tree(X, y)
    with pytest.raises(TeacherAnswerError, match=r"The teacher \(\w+\) predicted NaN"):
        measure(tree, fresh, missing)
    with pytest.raises(ValueError, match=r"The student \(Says\) predicted NaN, infinity or None"):
        measure(Says(missing), fresh, small_tree(X, y))


def test_missing_values_of_pandas(table):
    """NA says neither yes nor no when it is compared; it is missing all the same."""
    pd = pytest.importorskip("pandas")
    X, y, fresh = table

    def with_gaps(X):
        return pd.Series(np.where(X[:, 0] > 0, "a", "b"), dtype="string").mask(X[:, 1] > 0)

    with pytest.raises(TeacherAnswerError, match="predicted NaN"):
        fidelity_report(small_tree(X, y), fresh, teacher=with_gaps)
    with pytest.raises(ValueError, match=r"student .* predicted NaN"):
        FidelityScorer(lambda X: np.full(len(X), "a"))(with_gaps, fresh)


@measured
def test_as_many_predictions_as_rows(table, measure):
    """One a row, and of one output."""
    X, y, fresh = table
    tree = small_tree(X, y)
    with pytest.raises(TeacherAnswerError, match="must return one prediction a row"):
        measure(tree, fresh, lambda X: tree.predict(X)[:-1])
    with pytest.raises(ValueError, match=r"student \(Says\).*must return one prediction a row"):
        measure(Says(lambda X: tree.predict(X)[:-1]), fresh, tree)
    with pytest.raises(ValueError, match=r"student \(Says\).*have predictions of different shapes"):
        measure(Says(lambda X: np.zeros((len(X), 2), dtype=int)), fresh, tree)
    with pytest.raises(TypeError, match="student must be a predictor"):
        measure("tree", fresh, tree)


@measured
def test_text_is_no_number(table, measure):
    """Labels "1" and 1 never agree, which is an error that names both; so do True and "True"."""
    X, y, fresh = table
    numbers, words = small_tree(X, y), small_tree(X, y.astype(str))
    for student, teacher in (
        (words, numbers),
        (numbers, words),
        (words.predict, numbers),
        (numbers, words.predict),
        (words.predict, numbers.predict),
        (small_tree(X, (y > 0).astype(str)), small_tree(X, y > 0)),
        (lambda X: numbers.predict(X).astype(str).astype(object), numbers),
        (lambda X: numbers.predict(X).astype(bytes), numbers.predict),
    ):
        with pytest.raises(ValueError, match=r"never (be equal|agree)") as error:
            measure(student, fresh, teacher)
        assert "teacher" in str(error.value)
        assert "student" in str(error.value)


def test_text_among_numbers(table):
    """Where some labels are the same and some are only written alike."""
    _, _, fresh = table
    one = np.array([1, "a"], dtype=object)
    other = np.array(["1", "a"], dtype=object)

    def teacher(X):
        return one[(X[:, 0] > 0) * 1]

    with pytest.raises(ValueError, match=r"1 \(a number\).*'1' \(text\)"):
        fidelity_score(teacher(fresh), other[(fresh[:, 0] > 0) * 1])
    assert fidelity_score(teacher(fresh), teacher(fresh)) == 1


@measured
@pytest.mark.parametrize("dtype", [float, np.float32, bool, np.int8, object])
def test_equal_numbers_of_other_types(table, measure, dtype):
    """1, 1.0 and True are equal, as in Python."""
    X, y, fresh = table
    teacher, tree = GaussianNB().fit(X, y), small_tree(X, y)
    expected = np.mean(teacher.predict(fresh) == tree.predict(fresh))
    assert measure(small_tree(X, y.astype(dtype)) if dtype is not object else
                   (lambda X: tree.predict(X).astype(object)), fresh, teacher) == pytest.approx(
        expected
    )  # fmt: skip


@pytest.mark.filterwarnings("ignore:The certificate on 300 rows of X is vacuous")
@measured
def test_other_classes(table, measure):
    """Classes that have nothing in common are an error; a few unknown labels only disagree."""
    X, y, fresh = table
    with pytest.raises(ValueError, match=r"\[5, 6\], are none of the teacher's \[0, 1\]"):
        measure(small_tree(X, y + 5), fresh, small_tree(X, y))
    tree = small_tree(X, y)
    part = small_tree(X, y + 1)  # 1 and 2 instead of 0 and 1
    expected = np.mean(part.predict(fresh) == tree.predict(fresh))
    assert measure(part, fresh, tree) == pytest.approx(expected)
    with pytest.warns(DistillationWarning, match=r"predicts \[7\] alone, none of which"):
        assert measure(lambda X: np.full(len(X), 7), fresh, tree) == 0


@measured
def test_classes_and_values(table, measure):
    """They cannot be compared: whatever agreed would be chance."""
    X, y, fresh = table
    with pytest.raises((TypeError, ValueError), match=r"real values|Real values"):
        measure(LinearRegression().fit(X, y), fresh, small_tree(X, y))
    with pytest.raises((TypeError, ValueError), match=r"real values|Real values"):
        measure(small_tree(X, y), fresh, LinearRegression().fit(X, y))


def test_classes_that_are_numbers_may_be_read_as_values(table):
    """Where the metric or the loss says so."""
    X, y, fresh = table
    tree, line = small_tree(X, y), LinearRegression().fit(X, y)
    expected = fidelity_score(tree.predict(fresh), line.predict(fresh), metric="rmse")
    assert FidelityScorer(tree, metric="rmse")(line, fresh) == pytest.approx(-expected)
    far = np.abs(tree.predict(fresh) - line.predict(fresh)) > 0.5
    certificate = fidelity_certificate(tree, line, fresh, loss=Tolerance(0.5))
    assert certificate.n_disagreements == far.sum()
    with pytest.raises(ValueError, match="compares real values, but the predictions are labels"):
        fidelity_score(["a", "b"], ["a", "b"], metric="r2")


@measured
def test_a_teacher_is_queried_in_batches_and_once(table, measure):
    """60,000 rows in more than one call, each row once."""
    X, y, _ = table
    tree, sizes = small_tree(X, y), []

    class Counting(GaussianNB):
        def predict(self, X):
            sizes.append(len(X))
            return super().predict(X)

        def predict_proba(self, X):
            sizes.append(len(X))
            return super().predict_proba(X)

    teacher = Counting().fit(X, y)
    rows = np.random.default_rng(0).normal(size=(60_000, 5))
    measure(tree, rows, teacher)
    assert sum(sizes) == 60_000
    assert max(sizes) <= 16_384


THRESHOLDS = {
    "fixed": FixedThresholdClassifier(GaussianNB(), threshold=0.8),
    "tuned": TunedThresholdClassifierCV(GaussianNB(), scoring="f1", cv=3),
    "SVC": SVC(probability=True, C=0.1, gamma=1, random_state=0),
}


@pytest.mark.filterwarnings("ignore:.*probability.*:FutureWarning")
@pytest.mark.parametrize("teacher", THRESHOLDS.values(), ids=THRESHOLDS)
def test_fidelity_is_to_what_the_teacher_predicts(table, teacher):
    """Also where that is not the most probable class, and probabilities are compared too."""
    X, y, fresh = table
    if not isinstance(teacher, SVC):
        y = y * (np.random.default_rng(0).random(len(y)) < 0.6)  # the second class is rare
    teacher = teacher.fit(X, y)
    decisions = teacher.predict(fresh)
    most_probable = teacher.classes_[teacher.predict_proba(fresh).argmax(axis=1)]
    assert (decisions != most_probable).mean() > 0.02
    for student in (
        small_tree(X, teacher.predict(X)),
        DistilledClassifier(teacher, LogisticRegression(), random_state=0).fit(X),
        DistilledTreeClassifier(teacher, grower=CartGrower(), random_state=0).fit(X),
    ):
        expected = np.mean(student.predict(fresh) == decisions)
        for measure in MEASURES.values():
            assert measure(student, fresh, teacher) == pytest.approx(expected)
        report = fidelity_report(student, fresh, teacher=teacher, soft=True)
        assert report.fidelity.value == pytest.approx(expected)
        assert report.scores["total_variation"] == fidelity_score(
            teacher.predict_proba(fresh), student.predict_proba(fresh), metric="total_variation"
        )


def test_probabilities_are_compared_where_that_is_free(table):
    """By default a teacher is never queried twice; the report says what was left."""
    X, y, fresh = table
    tree = small_tree(X, y)
    forest = RandomForestClassifier(5, random_state=0).fit(X, y)
    threshold = FixedThresholdClassifier(forest, threshold=0.4).fit(X, y)
    assert "total_variation" in fidelity_report(tree, fresh, teacher=forest).scores
    report = fidelity_report(tree, fresh, teacher=threshold)
    assert "total_variation" not in report.scores
    assert "not compared: that would query the teacher twice (soft=True)" in str(report)
    assert report.to_dict()["not_compared"] == report.not_compared != ""
    report = fidelity_report(tree, fresh, teacher=forest, soft=False)
    assert "total_variation" not in report.scores
    assert "not compared" not in str(report)
    with pytest.raises(ValueError, match=r"teacher .* has no predict_proba"):
        fidelity_report(tree, fresh, teacher=lambda X: tree.predict(X), soft=True)
    with pytest.raises(ValueError, match="soft must be True, False or 'auto'"):
        fidelity_report(tree, fresh, teacher=forest, soft="yes")
    sure = CallableTeacher(lambda X: forest.predict_proba(X)[:, [1]], output="probabilities")
    assert "total_variation" in fidelity_report(tree, fresh, teacher=sure).scores


@pytest.mark.parametrize("metric", ["total_variation", "kl_divergence"])
def test_columns_of_probabilities_are_those_of_the_same_class(table, metric):
    """A teacher with its classes in another order; a student that does not say which is which."""
    X, y, fresh = table
    tree = small_tree(X, np.array(["no", "yes"])[y])
    model = GaussianNB().fit(X, y)
    turned = CallableTeacher(
        lambda X: model.predict_proba(X)[:, ::-1], output="probabilities", classes=["yes", "no"]
    )
    expected = fidelity_score(model.predict_proba(fresh), tree.predict_proba(fresh), metric=metric)
    assert FidelityScorer(turned, metric=metric)(tree, fresh) == pytest.approx(-expected)
    report = fidelity_report(tree, fresh, teacher=turned)
    assert report.scores[metric] == pytest.approx(expected)

    nameless = Says(tree.predict)
    nameless.predict_proba = tree.predict_proba
    with pytest.raises(ValueError, match="has probabilities but no classes_"):
        FidelityScorer(turned, metric=metric)(nameless, fresh)
    assert "no classes_" in fidelity_report(nameless, fresh, teacher=turned).not_compared
    nameless.predict_proba = lambda X: 2 * tree.predict_proba(X)
    nameless.classes_ = tree.classes_
    with pytest.raises(ValueError, match=r"student \(Says\) returned probabilities .* not sum to"):
        FidelityScorer(turned, metric=metric)(nameless, fresh)


@pytest.mark.filterwarnings("ignore:.*merely repeats y")
@measured
def test_students_of_every_kind(table, measure):
    """Pipelines, searches, rules, functions, frozen ones: what counts is what they predict."""
    X, y, fresh = table
    model = GaussianNB().fit(X, y)
    tree = small_tree(X, y)
    distilled = DistilledTreeClassifier(model, grower=CartGrower(), random_state=0)
    students = [
        make_pipeline(StandardScaler(), DecisionTreeClassifier(max_depth=3)).fit(X, y),
        GridSearchCV(distilled, {"max_leaf_nodes": [4]}, cv=2).fit(X, y),
        make_pipeline(StandardScaler(), GridSearchCV(tree, {"max_depth": [2]}, cv=2)).fit(X, y),
        FrozenEstimator(tree),
        FrozenEstimator(make_pipeline(StandardScaler(), tree).fit(X, y)),
        small_tree(X, y),
        extract_rules(small_tree(X, y)),
        small_tree(X, y).predict,
        DistilledClassifier(model, LogisticRegression(), random_state=0).fit(X),
    ]
    for student in students:
        predict = getattr(student, "predict", student)
        expected = np.mean(predict(fresh) == model.predict(fresh))
        assert measure(student, fresh, model) == pytest.approx(expected)
    rows = fresh.tolist()
    assert measure(tree, rows, model) == pytest.approx(
        np.mean(tree.predict(rows) == model.predict(rows))
    )


def test_teachers_of_a_frozen_student(table):
    """A student knows its teacher through whatever stands around it."""
    X, y, fresh = table
    model = GaussianNB().fit(X, y)
    tree = DistilledTreeClassifier(model, grower=CartGrower(), random_state=0).fit(X)
    expected = np.mean(tree.predict(fresh) == model.predict(fresh))
    for student in (FrozenEstimator(tree), FrozenEstimator(FrozenEstimator(tree))):
        assert FidelityScorer()(student, fresh) == expected
        assert fidelity_report(student, fresh).n_seen == 0
        with pytest.raises(ValueError, match="All 300 rows of X"):
            fidelity_certificate(None, student, X)


def test_functions_of_values(table):
    """Where neither declares it, predictions decide: whole numbers are labels, others values."""
    _, _, fresh = table
    report = fidelity_report(lambda X: X[:, 0], fresh, teacher=lambda X: X[:, 0] + X[:, 1])
    assert report.kind == "values"
    report = fidelity_report(lambda X: np.sign(X[:, 0]), fresh, teacher=lambda X: np.sign(X[:, 1]))
    assert report.kind == "classes"
    assert FidelityScorer(lambda X: X[:, :2])(lambda X: X[:, :2], fresh) == 1


def test_weights_and_labels_have_one_entry_a_row(table):
    """Errors name them."""
    X, y, fresh = table
    tree, model = small_tree(X, y), GaussianNB().fit(X, y)
    with pytest.raises(ValueError, match=r"sample_weight has shape \(3,\), but X has 300 rows"):
        fidelity_report(tree, fresh, teacher=model, sample_weight=[1, 2, 3])
    with pytest.raises(ValueError, match=r"y has shape \(3,\), but X has 300 rows"):
        fidelity_report(tree, fresh, [0, 1, 1], teacher=model)
    with pytest.raises(ValueError, match=r"y labels such as '1' \(text\)"):
        fidelity_report(tree, fresh, np.full(300, "1"), teacher=model)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        column = model.predict(fresh).reshape(-1, 1)
        assert fidelity_report(tree, fresh, column, teacher=model).teacher_accuracy.value == 1


def test_regressors(table):
    """Several outputs, and trees of forests."""
    X, _, fresh = table
    forest = RandomForestRegressor(5, random_state=0).fit(X, X[:, :2])
    tree = DecisionTreeRegressor(max_depth=4).fit(X, forest.predict(X))
    expected = fidelity_score(forest.predict(fresh), tree.predict(fresh), metric="r2")
    assert FidelityScorer(forest)(tree, fresh) == expected
    with pytest.raises(ValueError, match="different shapes"):
        FidelityScorer(forest)(DecisionTreeRegressor().fit(X, X[:, 0]), fresh)

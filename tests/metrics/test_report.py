"""The report: every number against an independent computation."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import beta, binomtest
from sklearn.datasets import load_diabetes, load_iris, load_wine
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.metrics import r2_score
from sklearn.model_selection import GridSearchCV, train_test_split
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier

from skdistill import (
    DistilledClassifier,
    DistilledRegressor,
    DistilledTreeClassifier,
    DistilledTreeRegressor,
    RuleSet,
    extract_rules,
    fidelity_report,
    fidelity_score,
)
from skdistill.metrics import FidelityReport, Share, student_complexity


@pytest.fixture(scope="module")
def wine():
    """A small tree of a forest on wine, with fresh rows."""
    X, X_test, y, y_test = train_test_split(*load_wine(return_X_y=True), random_state=0)
    forest = RandomForestClassifier(n_estimators=20, random_state=0).fit(X, y)
    tree = DistilledTreeClassifier(forest, max_leaf_nodes=3, random_state=0).fit(X)
    return forest, tree, X_test, y_test


def clopper_pearson(hits, n, confidence):
    """The exact interval by the quantiles of beta distributions."""
    tail = (1 - confidence) / 2
    low = beta.ppf(tail, hits, n - hits + 1) if hits else 0.0
    high = beta.ppf(1 - tail, hits + 1, n - hits) if hits < n else 1.0
    return low, high


def assert_share(share, hits, confidence=0.95):
    """A share with its exact interval."""
    low, high = clopper_pearson(hits.sum(), len(hits), confidence)
    exact = binomtest(int(hits.sum()), len(hits)).proportion_ci(confidence, method="exact")
    np.testing.assert_allclose([low, high], [exact.low, exact.high])
    np.testing.assert_allclose([share.value, share.low, share.high], [hits.mean(), low, high])
    assert share.n_rows == len(hits)


@pytest.mark.parametrize("confidence", [0.8, 0.95, 0.99])
def test_classes(wine, confidence):
    """Every share, its interval, and every score."""
    forest, tree, X, y = wine
    report = fidelity_report(tree, X, y, confidence=confidence)
    y_teacher, y_student = forest.predict(X), tree.predict(X)
    assert_share(report.fidelity, y_teacher == y_student, confidence)
    assert_share(report.teacher_accuracy, y_teacher == y, confidence)
    assert_share(report.student_accuracy, y_student == y, confidence)
    assert list(report.per_class) == [0, 1, 2]
    for label, share in report.per_class.items():
        assert_share(share, y_student[y_teacher == label] == label, confidence)
    assert list(report.scores) == [
        "agreement", "balanced_agreement", "total_variation", "kl_divergence",
    ]  # fmt: skip
    for name, score in report.scores.items():
        soft = name in ("total_variation", "kl_divergence")
        pair = (forest.predict_proba(X), tree.predict_proba(X)) if soft else (y_teacher, y_student)
        assert score == fidelity_score(*pair, metric=name)
    assert report.complexity == student_complexity(tree)
    assert (report.kind, report.n_rows, report.confidence) == ("classes", len(X), confidence)


def test_interval_by_hand():
    """No error in n rows: the interval starts at (alpha / 2)^(1 / n)."""
    X = np.linspace(-1, 1, 51).reshape(-1, 1)
    y = (X[:, 0] > 0).astype(int)
    tree = DistilledTreeClassifier(
        DecisionTreeClassifier().fit(X, y), transfer_set=None, random_state=0
    ).fit(X)
    report = fidelity_report(tree, X[:10])
    assert report.fidelity.value == 1
    np.testing.assert_allclose(report.fidelity.low, 0.025 ** (1 / 10))
    assert report.fidelity.high == 1
    assert list(report.per_class) == [0]  # of the rows that there are
    assert report.teacher_accuracy is None
    assert report.student_accuracy is None


def test_weights_have_no_interval(wine):
    """Weighted shares are not binomial: values alone."""
    forest, tree, X, y = wine
    weight = np.random.default_rng(0).random(len(X))
    report = fidelity_report(tree, X, y, sample_weight=weight)
    y_teacher, y_student = forest.predict(X), tree.predict(X)
    np.testing.assert_allclose(
        report.fidelity.value, np.average(y_teacher == y_student, weights=weight)
    )
    np.testing.assert_allclose(
        report.student_accuracy.value, np.average(y_student == y, weights=weight)
    )
    assert report.fidelity.low is None
    assert "[" not in str(report)


@pytest.mark.parametrize("dtype", [object, str])
def test_labels_of_any_type(dtype):
    """Names as labels, also as objects, which is what data frames give."""
    iris = load_iris()
    y = iris.target_names[iris.target].astype(dtype)
    forest = RandomForestClassifier(n_estimators=10, random_state=0).fit(iris.data, y)
    tree = DistilledTreeClassifier(forest, max_leaf_nodes=3, random_state=0).fit(iris.data)
    report = fidelity_report(tree, iris.data, y)
    assert list(report.per_class) == ["setosa", "versicolor", "virginica"]
    assert "class setosa" in str(report)
    assert report.student_accuracy.value > 0.9


def test_values():
    """R² and root mean squared error, to the teacher and to the truth; no shares."""
    X, y = load_diabetes(return_X_y=True)
    forest = RandomForestRegressor(n_estimators=10, random_state=0).fit(X[:300], y[:300])
    tree = DistilledTreeRegressor(forest, transfer_set=None, random_state=0).fit(X[:300])
    report = fidelity_report(tree, X[300:], y[300:])
    y_teacher, y_student = forest.predict(X[300:]), tree.predict(X[300:])
    assert report.kind == "values"
    assert report.scores == {
        "r2": fidelity_score(y_teacher, y_student, metric="r2"),
        "rmse": fidelity_score(y_teacher, y_student, metric="rmse"),
        "teacher_r2_to_y": r2_score(y[300:], y_teacher),
        "student_r2_to_y": r2_score(y[300:], y_student),
    }
    assert set(fidelity_report(tree, X[300:]).scores) == {"r2", "rmse"}
    assert report.fidelity is None
    assert report.per_class == {}
    text = str(report)
    assert text.startswith("Fidelity on 142 rows\n  r2 ")
    assert f"{report.scores['rmse']:.4g}" in text
    assert "leaves 16" in text


def test_text_and_dict(wine):
    """Every number of the report is in its text and in its dict, as plain numbers."""
    _, tree, X, y = wine
    report = fidelity_report(tree, X, y)
    text = str(report)
    assert text.splitlines()[0] == f"Fidelity on {len(X)} rows, 95% intervals"
    for share in (report.fidelity, report.teacher_accuracy, *report.per_class.values()):
        assert str(share) in text
    for score in list(report.scores.values())[1:]:
        assert f"{score:.3f}" in text
    stored = report.to_dict()
    assert stored["fidelity"]["value"] == report.fidelity.value
    assert stored["per_class"][1]["n_rows"] == report.per_class[1].n_rows
    assert stored["complexity"]["leaves"] == 3

    def leaves(value):
        if isinstance(value, (dict, list, tuple)):
            for each in value.values() if isinstance(value, dict) else value:
                yield from leaves(each)
        else:
            yield value

    assert {type(value) for value in leaves(stored)} <= {str, int, float, bool, type(None)}
    assert str(FidelityReport("classes", 1, 0.9, {}, Share(1.0, 0.05, 1.0, 1), n_seen=0)) == (
        "Fidelity on 1 rows, 90% intervals\n  fidelity            1.000 [0.050, 1.000] (1 rows)"
    )


@pytest.mark.filterwarnings("ignore:.*merely repeats y")
def test_students_wherever_they_are(wine):
    """In a pipeline the teacher sees transformed rows; in a search the best one is measured."""
    forest, _, X, y = wine
    scaled = StandardScaler().fit(X)
    teacher = LogisticRegression().fit(scaled.transform(X), y)
    student = DistilledTreeClassifier(teacher, max_leaf_nodes=4, transfer_set=None)
    pipeline = make_pipeline(StandardScaler(), student).fit(X)
    report = fidelity_report(pipeline, X)
    y_teacher = teacher.predict(scaled.transform(X))
    assert_share(report.fidelity, y_teacher == pipeline.predict(X))
    assert report.complexity["leaves"] == 4
    search = GridSearchCV(
        DistilledTreeClassifier(forest, transfer_set=None), {"max_leaf_nodes": [3]}, cv=2
    ).fit(X, y)
    report = fidelity_report(search, X)
    assert_share(report.fidelity, forest.predict(X) == search.predict(X))
    assert report.complexity["leaves"] == 3


def test_another_teacher(wine):
    """Any predictor against any other, or against a function."""
    forest, tree, X, y = wine
    report = fidelity_report(GaussianNB().fit(X, y), X, teacher=forest)
    assert "total_variation" in report.scores
    assert report.complexity == {}
    report = fidelity_report(tree, X, teacher=lambda X: np.zeros(len(X), dtype=int))
    assert_share(report.fidelity, tree.predict(X) == 0)
    assert "total_variation" not in report.scores  # a function of labels has no probabilities
    values = LinearRegression().fit(X, y)
    report = fidelity_report(values, X, teacher=lambda X: X[:, 0])
    np.testing.assert_allclose(
        report.scores["r2"], fidelity_score(X[:, 0], values.predict(X), metric="r2")
    )


def test_errors(wine):
    """No teacher, no sense in the confidence, no rows."""
    _, tree, X, y = wine
    with pytest.raises(ValueError, match="GaussianNB has no teacher to compare with"):
        fidelity_report(GaussianNB().fit(X, y), X)
    with pytest.raises(ValueError, match="no teacher"):
        fidelity_report(DistilledTreeClassifier().fit(X, y), X)
    for confidence in (0, 1, 95, -0.5):
        with pytest.raises(ValueError, match=r"confidence must be in \(0, 1\)"):
            fidelity_report(tree, X, confidence=confidence)
    with pytest.raises(ValueError, match="0 sample"):
        fidelity_report(tree, X[:0])


@pytest.mark.parametrize("max_leaf_nodes", [2, 7, None])
def test_complexity(max_leaf_nodes):
    """Leaves, depth, path length and columns, against the paths of the rows."""
    X, y = load_wine(return_X_y=True)
    tree = DecisionTreeClassifier(max_leaf_nodes=max_leaf_nodes, random_state=0).fit(X, y)
    found = student_complexity(tree)
    path = tree.decision_path(X)
    assert found["leaves"] == tree.get_n_leaves()
    assert found["depth"] == tree.get_depth() == path.sum(axis=1).max() - 1
    np.testing.assert_allclose(found["mean_path_length"], path.sum(axis=1).mean() - 1)
    assert found["features_used"] == (tree.feature_importances_ > 0).sum()


def test_complexity_of_weighted_rows():
    """The mean path is that of the mean row by weight."""
    X, y = load_wine(return_X_y=True)
    weight = np.random.default_rng(0).random(len(X))
    tree = DecisionTreeClassifier(max_leaf_nodes=6, random_state=0)
    tree.fit(X, y, sample_weight=weight)
    length = np.asarray(tree.decision_path(X).sum(axis=1)).ravel() - 1
    np.testing.assert_allclose(
        student_complexity(tree)["mean_path_length"], np.average(length, weights=weight)
    )


def test_probabilities_are_compared_over_the_classes_of_both(wine):
    """A class that a student does not know has probability 0; not all rules have a distribution."""
    forest, tree, X, _ = wine
    two = forest.predict(X) < 2
    student = DecisionTreeClassifier(random_state=0).fit(X[two], forest.predict(X[two]))
    report = fidelity_report(student, X, teacher=forest)
    proba = np.column_stack([student.predict_proba(X), np.zeros(len(X))])
    assert report.scores["total_variation"] == pytest.approx(
        0.5 * np.abs(forest.predict_proba(X) - proba).sum(axis=1).mean()
    )
    rules = extract_rules(tree)
    assert "kl_divergence" in fidelity_report(rules, X, teacher=forest).scores
    bare = RuleSet([replace(rule, distribution={}) for rule in rules], rules.feature_names)
    report = fidelity_report(bare, X, teacher=forest)
    assert set(report.scores) == {"agreement", "balanced_agreement"}
    assert "some rules of the student have none" in str(report)
    assert_share(report.fidelity, forest.predict(X) == tree.predict(X))


def test_complexity_of_others():
    """A student inside a distiller is counted; what is no tree has nothing to count."""
    X, y = load_iris(return_X_y=True)
    inside = DistilledClassifier(student=DecisionTreeClassifier(max_leaf_nodes=4)).fit(X, y)
    assert student_complexity(inside)["leaves"] == 4
    assert student_complexity(DistilledRegressor(student=LinearRegression()).fit(X, y)) == {}
    rules = extract_rules(DecisionTreeClassifier(max_leaf_nodes=3, random_state=0).fit(X, y))
    assert student_complexity(rules) == {
        "rules": 3,
        "conditions": sum(len(rule.conditions) for rule in rules),
        "features_used": len({c.column for rule in rules for c in rule.conditions}),
    }
    single = DecisionTreeClassifier().fit(X, np.zeros(150))
    assert student_complexity(single) == {
        "leaves": 1, "depth": 0, "mean_path_length": 0.0, "features_used": 0,
    }  # fmt: skip


def test_rows_of_the_fit_are_labelled_as_such(wine):
    """A report on rows that the student was fitted on says so; on fresh ones it does not."""
    forest, _, X, _ = wine
    tree = DistilledTreeClassifier(forest, transfer_set=None).fit(X[:20])
    assert "IN-SAMPLE" in str(fidelity_report(tree, X[:20]))
    assert fidelity_report(tree, X[:20]).n_seen == 20
    mixed = fidelity_report(tree, X[10:40])
    assert mixed.n_seen == 10
    assert "10 of them equal rows that the student was fitted on" in str(mixed)
    assert fidelity_report(tree, X[20:40]).n_seen == 0
    for rows, expected in ((X[:20], True), (X[10:40], False), (X[20:40], False)):
        report = fidelity_report(tree, rows)
        assert report.in_sample is expected
        assert report.to_dict()["in_sample"] is expected
    # In a pipeline, and where the teacher is another one, the student still remembers.
    pipeline = make_pipeline(StandardScaler(), DistilledTreeClassifier(random_state=0))
    pipeline.fit(X[:20], forest.predict(X[:20]))
    assert fidelity_report(pipeline, X[:30], teacher=forest).n_seen == 20


def test_who_remembers_nothing_is_not_called_held_out(wine):
    """A student without memory, or rows that cannot be compared: nobody can tell."""
    forest, tree, X, y = wine
    for student in (GaussianNB().fit(X, y), extract_rules(tree)):
        report = fidelity_report(student, X, teacher=forest)
        assert report.n_seen is None
        assert report.to_dict()["in_sample"] is None
        assert "in-sample or not: the student keeps no record" in str(report)


def test_arrays_of_objects_are_the_rows_that_they_hold(wine):
    """Numbers that came as objects are the same rows."""
    forest, _, X, _ = wine
    tree = DistilledTreeClassifier(forest, transfer_set=None).fit(X[:20])
    assert fidelity_report(tree, X[:30].astype(object)).n_seen == 20


def test_what_cannot_be_compared_is_refused(wine):
    """Labels in another coding, models instead of answers, students that are not fitted."""
    forest, tree, X, y = wine
    with pytest.raises(ValueError, match=r"are none of the teacher's classes \[0, 1, 2\]"):
        fidelity_report(tree, X, y + 5)
    named = extract_rules(tree, class_names=["red", "white", "rosé"])
    with pytest.raises(ValueError, match=r"none of the teacher's \[0, 1, 2\].*leave class_names"):
        fidelity_report(named, X, teacher=forest)
    with pytest.raises(TypeError, match=r"compares predictions, not models"):
        fidelity_score(forest, tree)
    with pytest.raises(NotFittedError, match=r"DistilledTreeClassifier is not fitted yet"):
        fidelity_report(DistilledTreeClassifier(forest), X)


def test_features_used_are_columns_of_the_frame():
    """Also where a tree reads a column of categories as several indicators."""
    pd = pytest.importorskip("pandas")
    rng = np.random.default_rng(0)
    X = pd.DataFrame(
        {
            "a=b": rng.normal(size=300),
            "port": rng.choice(["A", "B", "C"], 300),
            "a": rng.random(300),
        }
    )
    codes = {"A": 0, "B": 1, "C": 2}
    tree = DistilledTreeClassifier(
        lambda X: X["port"].map(codes).to_numpy(), max_leaf_nodes=3, transfer_set=None
    ).fit(X)
    assert len(set(tree.tree_.feature[tree.tree_.feature >= 0])) == 2  # two indicators
    assert student_complexity(tree)["features_used"] == 1
    (leaf, *_) = fidelity_report(tree, X, teacher=lambda X: np.zeros(len(X), dtype=int)).leaves
    assert next(iter(leaf.rows[0].values)) == "port"


@pytest.mark.parametrize("dtype", ["float64", "float32", "Float64", "int32", "object"])
def test_rows_of_frames_are_known_in_every_dtype(wine, dtype):
    """Frames of floats, whole numbers, nullable ones and objects: the rows are the same."""
    pd = pytest.importorskip("pandas")
    _, _, X, _ = wine
    frame = pd.DataFrame(np.round(X), columns=[f"c{j}" for j in range(X.shape[1])]).astype(dtype)
    tree = DistilledTreeClassifier(transfer_set=None).fit(frame[:20], np.arange(20) % 2)
    teacher = lambda X: np.arange(len(X)) % 2  # noqa: E731
    assert fidelity_report(tree, frame[:30], teacher=teacher).n_seen == 20
    assert fidelity_report(tree, frame[20:], teacher=teacher).n_seen == 0

"""Fidelity is measured against what the teacher predicts, whatever its probabilities say."""

import numpy as np
import pytest
from sklearn.datasets import make_classification
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import FixedThresholdClassifier, TunedThresholdClassifierCV
from sklearn.naive_bayes import GaussianNB
from sklearn.svm import SVC

from skdistill import (
    CallableTeacher,
    DistilledClassifier,
    DistilledTreeClassifier,
    RuleListClassifier,
    fidelity_report,
)
from skdistill.exceptions import DistillationWarning
from skdistill.trees import CartGrower

X, Y = make_classification(
    600, 5, n_informative=4, n_redundant=0, weights=[0.7], class_sep=0.7, random_state=0
)
FRESH, _ = make_classification(
    2000, 5, n_informative=4, n_redundant=0, weights=[0.7], class_sep=0.7, random_state=0
)


class Contrary:
    """A classifier that predicts the less probable of two classes."""

    classes_ = np.array(["no", "yes"])

    def predict_proba(self, X):
        second = 1 / (1 + np.exp(-np.asarray(X)[:, 0]))
        return np.column_stack([1 - second, second])

    def predict(self, X):
        return self.classes_[np.argmin(self.predict_proba(X), axis=1)]


def threshold():
    """Logistic regression that says yes from a probability of 0.2 on."""
    return FixedThresholdClassifier(LogisticRegression(), threshold=0.2).fit(X, Y)


def tuned():
    """The same with a threshold chosen by cross-validation."""
    model = TunedThresholdClassifierCV(LogisticRegression(), scoring="balanced_accuracy", cv=3)
    return model.fit(X, Y)


def support_vectors():
    """Whose probabilities are calibrated afterwards, on other folds."""
    return SVC(probability=True, random_state=0, C=100).fit(X, Y)


TEACHERS = [threshold, tuned, support_vectors, Contrary]


def agreement(student, teacher):
    return np.mean(student.predict(FRESH) == teacher.predict(FRESH))


@pytest.mark.filterwarnings("ignore:The default value of probability:FutureWarning")
@pytest.mark.filterwarnings("ignore:.*probability.*:FutureWarning")
@pytest.mark.parametrize("make", TEACHERS)
def test_auto_keeps_the_decision(make):
    """As faithful as with hard labels, which it says that it took."""
    teacher = make()
    lost = np.mean(teacher.classes_[teacher.predict_proba(X).argmax(axis=1)] != teacher.predict(X))
    settings = {"transfer_set": None, "random_state": 0}
    auto = DistilledClassifier(teacher, LogisticRegression(), **settings).fit(X)
    hard = DistilledClassifier(teacher, LogisticRegression(), labels="hard", **settings).fit(X)
    if lost > 0.001:
        assert auto.labels_ == "hard"
        assert agreement(auto, teacher) == agreement(hard, teacher)
    assert auto.fidelity_ == pytest.approx(np.mean(auto.predict(X) == teacher.predict(X)))


def test_a_fixed_threshold():
    """The numbers: soft labels lose the decisions that hard ones keep."""
    teacher = threshold()
    settings = {"transfer_set": None, "random_state": 0}
    with pytest.warns(DistillationWarning, match=r"On \d+\.\d% of the rows, what the teacher"):
        soft = DistilledClassifier(teacher, LogisticRegression(), labels="soft", **settings).fit(X)
    auto = DistilledClassifier(teacher, LogisticRegression(), **settings).fit(X)
    assert soft.labels_ == "soft"
    assert agreement(auto, teacher) > 0.98 > 0.9 > agreement(soft, teacher)
    # What it says of itself is what can be counted.
    assert soft.fidelity_ == pytest.approx(np.mean(soft.predict(X) == teacher.predict(X)))
    report = fidelity_report(soft, FRESH)
    assert report.fidelity.value == pytest.approx(agreement(soft, teacher))


@pytest.mark.parametrize("labels", ["soft", "hard"])
@pytest.mark.parametrize(
    "student",
    [
        DistilledTreeClassifier(grower=CartGrower(), max_leaf_nodes=8),
        RuleListClassifier(max_rules=4, n_trees=2),
        DistilledClassifier(student=GaussianNB()),
        DistilledClassifier(student=RandomForestClassifier(5)),
    ],
    ids=lambda s: type(s).__name__ + type(getattr(s, "student", None)).__name__,
)
def test_fidelity_is_to_predict(student, labels):
    """In-sample fidelity of every kind of student is counted against the decisions."""
    teacher = Contrary()
    student.set_params(teacher=teacher, labels=labels, transfer_set=None, random_state=0)
    if labels == "soft":
        with pytest.warns(DistillationWarning, match="is not its most probable class"):
            student.fit(X)
        assert student.fidelity_ < 0.2
    else:
        assert student.fit(X).fidelity_ > 0.8
    expected = np.mean(student.predict(X) == teacher.predict(X))
    assert float(student.fidelity_) == pytest.approx(expected)


def test_one_pass_of_a_network_gives_both():
    """Teachers of ours that decide by their probabilities are called once a row."""
    rows = []

    def shares(X):
        rows.append(len(X))
        second = 1 / (1 + np.exp(-X[:, 0]))
        return np.column_stack([1 - second, second])

    teacher = CallableTeacher(shares, output="probabilities")
    student = DistilledClassifier(teacher, LogisticRegression(), transfer_set=None).fit(X)
    assert student.labels_ == "soft"
    assert sum(rows) == len(X) == student.n_queries_


def test_a_row_counts_once_for_both_methods():
    student = DistilledClassifier(GaussianNB().fit(X, Y), LogisticRegression(), transfer_set=None)
    assert student.fit(X).n_queries_ == len(X)


def test_ties_lose_nothing():
    """Two classes as probable: either may be predicted."""
    teacher = CallableTeacher(
        lambda X: np.full((len(X), 2), 0.5), output="probabilities", classes=["a", "b"]
    )
    with pytest.warns(DistillationWarning, match="predicts the same on all"):
        student = DistilledClassifier(teacher, GaussianNB(), transfer_set=None).fit(X)
    assert student.labels_ == "soft"

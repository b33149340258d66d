"""Labels that follow from probabilities: exact for every teacher, known or not."""

import numpy as np
import pytest
from sklearn.calibration import CalibratedClassifierCV
from sklearn.datasets import make_classification
from sklearn.discriminant_analysis import (
    LinearDiscriminantAnalysis,
    QuadraticDiscriminantAnalysis,
)
from sklearn.ensemble import (
    AdaBoostClassifier,
    BaggingClassifier,
    ExtraTreesClassifier,
    GradientBoostingClassifier,
    HistGradientBoostingClassifier,
    RandomForestClassifier,
    StackingClassifier,
    VotingClassifier,
)
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import FixedThresholdClassifier, GridSearchCV
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier

from skdistill import CachedTeacher
from skdistill.teachers import Oracle, gives_both

SMALL = {"n_estimators": 4, "random_state": 0}
KNOWN = [
    RandomForestClassifier(max_depth=3, **SMALL),
    ExtraTreesClassifier(max_depth=3, **SMALL),
    BaggingClassifier(**SMALL),
    GradientBoostingClassifier(**SMALL),
    HistGradientBoostingClassifier(max_iter=4),
    AdaBoostClassifier(**SMALL),
    CalibratedClassifierCV(GaussianNB(), cv=2),
    VotingClassifier([("a", GaussianNB()), ("b", DecisionTreeClassifier())], voting="soft"),
    LogisticRegression(),
    LinearDiscriminantAnalysis(),
    QuadraticDiscriminantAnalysis(),
    GaussianNB(),
    KNeighborsClassifier(4),  # many ties
    KNeighborsClassifier(4, weights="distance"),
    MLPClassifier(4, max_iter=5, random_state=0),
    DecisionTreeClassifier(max_depth=3),
    make_pipeline(StandardScaler(), RandomForestClassifier(max_depth=3, **SMALL)),
    GridSearchCV(GaussianNB(), {"var_smoothing": [1e-9]}, cv=2),
    StackingClassifier([("a", GaussianNB())], LogisticRegression(), cv=2),
]


class Cautious(RandomForestClassifier):
    """A forest that needs to be sure of the last class."""

    def predict(self, X):
        sure = self.predict_proba(X)[:, -1] > 0.9
        return np.where(sure, self.classes_[-1], self.classes_[0])


UNKNOWN = [
    SVC(probability=True, random_state=0),
    FixedThresholdClassifier(GaussianNB(), threshold=0.2),
    Cautious(**SMALL),
    make_pipeline(StandardScaler(), FixedThresholdClassifier(GaussianNB(), threshold=0.2)),
    GridSearchCV(Cautious(**SMALL), {"max_depth": [3]}, cv=2),
    StackingClassifier([("a", GaussianNB())], SVC(probability=True), cv=2),
]


def rows(n_classes):
    """Few values, so that many rows are near a border."""
    X, y = make_classification(
        300, 6, n_informative=4, n_classes=n_classes, flip_y=0.3, random_state=0
    )
    return np.round(X), np.array(["a", "b", "c"])[y]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("n_classes", [2, 3])
@pytest.mark.parametrize("teacher", KNOWN, ids=lambda t: type(t).__name__)
def test_one_query_gives_both(teacher, n_classes):
    """Decisions are exactly those of `predict`, of which only near ties are queried."""
    X, y = rows(n_classes)
    teacher = teacher.fit(X, y)
    assert gives_both(teacher)
    assert gives_both(FrozenEstimator(teacher))
    assert gives_both(CachedTeacher(teacher))
    oracle = Oracle(teacher)
    labels, kept = oracle.label(X, soft=True)
    np.testing.assert_array_equal(labels.decisions(), teacher.predict(X))
    np.testing.assert_array_equal(labels.proba, teacher.predict_proba(X))
    assert len(kept) == oracle.n_queries_ == len(X)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("teacher", UNKNOWN, ids=lambda t: type(t).__name__)
def test_other_teachers_are_queried_for_both(teacher):
    """Thresholds, overridden methods and what stands around them are not known."""
    X, y = rows(2)
    teacher = teacher.fit(X, y)
    assert not gives_both(teacher)
    labels, _ = Oracle(teacher).label(X, soft=True)
    np.testing.assert_array_equal(labels.decisions(), teacher.predict(X))


@pytest.mark.parametrize("library", ["lightgbm", "xgboost"])
def test_boosters(library):
    """Of the installed versions."""
    module = pytest.importorskip(library)
    options = {"lightgbm": {"verbose": -1}, "xgboost": {}}[library]
    cls = getattr(module, {"lightgbm": "LGBMClassifier", "xgboost": "XGBClassifier"}[library])
    for n_classes in (2, 3):
        X, _ = rows(n_classes)
        y = np.arange(300) % n_classes
        teacher = cls(n_estimators=3, max_depth=2, n_jobs=1, **options).fit(X, y)
        assert gives_both(teacher)
        labels, _ = Oracle(teacher).label(X, soft=True)
        np.testing.assert_array_equal(labels.decisions(), teacher.predict(X))


def test_a_method_of_an_instance_is_not_known():
    """Somebody replaced it: it may be anything."""
    X, y = rows(2)
    forest = RandomForestClassifier(**SMALL).fit(X, y)
    forest.predict = lambda X: np.full(len(X), "a")
    assert not gives_both(forest)
    assert set(Oracle(forest).label(X, soft=True)[0].decisions()) == {"a"}


def test_stores_keep_what_followed():
    """Labels that followed from probabilities are not queried again."""
    X, y = rows(3)
    calls = []

    class Counting(GaussianNB):
        def _joint_log_likelihood(self, X):
            calls.append(len(X))
            return super()._joint_log_likelihood(X)

    cached = CachedTeacher(Counting().fit(X, y))
    Oracle(cached).label(X, soft=True)
    n_distinct = len(np.unique(X, axis=0))
    assert sum(calls) == cached.n_queries_ == n_distinct
    np.testing.assert_array_equal(cached.predict(X), cached.teacher.predict(X))
    assert cached.n_queries_ == n_distinct

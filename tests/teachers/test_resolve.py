"""Whatever is called a teacher becomes a predictor, or an error with the way out."""

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.cluster import KMeans
from sklearn.ensemble import RandomForestClassifier
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier

from skdistill import CachedTeacher, CallableTeacher, DistilledClassifier
from skdistill.exceptions import DistillationWarning
from skdistill.teachers import as_teacher
from skdistill.teachers._kind import is_fitted_teacher, name_of, teacher_kind, unfrozen
from skdistill.teachers._resolve import (
    freeze_teacher,
    resolve_teacher,
    seeded_clone,
    weight_arguments,
)
from tests.teachers._kinds import Plain, PlainFittable


@pytest.mark.parametrize(
    "teacher",
    [
        GaussianNB(),
        make_pipeline(StandardScaler(), GaussianNB()),
        FrozenEstimator(GaussianNB()),
        Plain(),
        CallableTeacher(np.sum, output="label"),
        CachedTeacher(Plain()),
    ],
    ids=lambda teacher: type(teacher).__name__,
)
def test_predictors_pass_as_they_are(teacher):
    assert as_teacher(teacher) is teacher
    assert as_teacher(teacher, kind="classifier") is teacher


def test_callables_are_wrapped_for_what_is_needed():
    """A bare function gives labels to a classifier and values to a regressor."""

    def f(X):
        return X[:, 0]

    for kind, output in ((None, "value"), ("regressor", "value"), ("classifier", "label")):
        teacher = as_teacher(f, kind=kind)
        assert isinstance(teacher, CallableTeacher)
        assert teacher.output == output
        assert teacher.function is f


def test_a_class_is_refused():
    with pytest.raises(TypeError, match=r"must be an instance, but it is the class GaussianNB\. "):
        as_teacher(GaussianNB)


@pytest.mark.parametrize("nothing", [3, "forest", object(), StandardScaler()])
def test_what_cannot_predict(nothing):
    with pytest.raises(TypeError, match=r"must be a predictor .* a callable .* Got "):
        as_teacher(nothing)


@pytest.mark.parametrize("hold", [lambda t: t, FrozenEstimator, CachedTeacher])
def test_the_other_kind_is_refused(hold, iris):
    """Each message says how to distil it all the same."""
    X, y = iris
    with pytest.raises(TypeError, match=r"is a classifier, but .* real values.*CallableTeacher\("):
        as_teacher(hold(GaussianNB().fit(X, y)), kind="regressor")
    with pytest.raises(TypeError, match=r'is a regressor, but .* classes\..*output="label"'):
        as_teacher(hold(LinearRegression().fit(X, y)), kind="classifier")


@pytest.mark.parametrize(
    ("teacher", "kind"),
    [
        (GaussianNB(), "classifier"),
        (make_pipeline(StandardScaler(), LinearRegression()), "regressor"),
        (FrozenEstimator(LinearRegression()), "regressor"),
        (FrozenEstimator(Plain()), None),
        (KMeans(), None),
        (Plain(), None),
        (CachedTeacher(Plain()), None),
        (CachedTeacher(FrozenEstimator(GaussianNB())), "classifier"),
        (CallableTeacher(np.sum), "regressor"),
        (CallableTeacher(np.sum, output="label"), "classifier"),
        (CallableTeacher(np.sum, output="probabilities"), "classifier"),
        (CallableTeacher(np.sum, output="nonsense"), None),
    ],
)
def test_kind(teacher, kind):
    """What a predictor does not say stays open; it is never guessed."""
    assert teacher_kind(teacher) == kind


def test_kind_of_strangers():
    """Without scikit-learn's tags, probabilities, classes or the old attribute tell."""

    class Old(Plain):
        _estimator_type = "regressor"

    class Soft(Plain):
        def predict_proba(self, X):
            return X

    assert teacher_kind(Old()) == "regressor"
    assert teacher_kind(Soft()) == "classifier"


def test_is_fitted(iris):
    """Fitted: check_is_fitted says so; or nothing can be fitted; or a clone cannot be made."""
    X, y = iris
    for estimator in (
        GaussianNB(),
        make_pipeline(StandardScaler(), GaussianNB()),
        RandomForestClassifier(n_estimators=2),
    ):
        assert not is_fitted_teacher(estimator)
        assert not is_fitted_teacher(FrozenEstimator(estimator))
        assert not is_fitted_teacher(CachedTeacher(estimator))
        fitted = clone(estimator).fit(X, y)
        assert is_fitted_teacher(fitted)
        assert is_fitted_teacher(FrozenEstimator(fitted))
        assert is_fitted_teacher(CachedTeacher(fitted))
    assert is_fitted_teacher(Plain())
    assert is_fitted_teacher(PlainFittable())
    assert is_fitted_teacher(lambda X: X)


def test_is_fitted_by_trailing_underscores():
    """Estimators from before scikit-learn's tags are judged by their learned attributes."""

    class Old:
        def get_params(self, deep=True):
            return {}

        def fit(self, X, y):
            self.mean_ = 0.0
            return self

        def predict(self, X):
            return np.zeros(len(X))

    assert not is_fitted_teacher(Old())
    assert is_fitted_teacher(Old().fit(None, None))


def test_names_and_unfrozen():
    def risk(X):
        return X

    assert name_of(risk) == "risk"
    assert name_of(GaussianNB()) == "GaussianNB"
    model = GaussianNB()
    assert unfrozen(FrozenEstimator(FrozenEstimator(model))) is model
    assert unfrozen(model) is model


def test_freeze(iris):
    """Frozen: the fitted ones. As they come: unfitted, frozen, ours, classes, None."""
    X, y = iris
    fitted = GaussianNB().fit(X, y)
    assert isinstance(freeze_teacher(fitted), FrozenEstimator)
    assert freeze_teacher(fitted).estimator is fitted
    frozen, cached, unfitted = FrozenEstimator(fitted), CachedTeacher(fitted), GaussianNB()
    for teacher in (None, frozen, cached, unfitted, GaussianNB):
        assert freeze_teacher(teacher) is teacher
    for teacher in (Plain(), PlainFittable(), len):
        assert clone(freeze_teacher(teacher), safe=False) is teacher


def test_resolve_uses_fitted_ones_and_fits_clones(iris):
    X, y = iris
    fitted = GaussianNB().fit(X, y)
    assert resolve_teacher(fitted, X, None) is fitted
    unfitted = GaussianNB()
    trained = resolve_teacher(unfitted, X, y)
    assert trained is not unfitted
    assert not is_fitted_teacher(unfitted)
    np.testing.assert_array_equal(trained.predict_proba(X), fitted.predict_proba(X))


def test_resolve_without_y(iris):
    with pytest.raises(ValueError, match="unfitted GaussianNB: training it requires y"):
        resolve_teacher(GaussianNB(), iris[0], None)


@pytest.mark.parametrize("hold", [FrozenEstimator, CachedTeacher])
def test_resolve_frozen_but_unfitted(hold, iris):
    """What is declared trained and is not is never trained behind the user's back."""
    with pytest.raises(ValueError, match=r"is frozen, but what it holds is not fitted.*Fit it be"):
        resolve_teacher(hold(GaussianNB()), *iris)


def test_a_fittable_that_cannot_be_cloned_is_used_as_it_is(iris):
    """Networks of other libraries have ``fit`` but no ``get_params``: they come trained."""
    X, y = iris
    teacher = PlainFittable()
    assert resolve_teacher(teacher, X, y) is teacher
    distiller = DistilledClassifier(teacher, transfer_set=None).fit(X - X.mean(axis=0), y > 0)
    assert teacher.n_fits == 0
    assert distiller.fidelity_ == 1.0
    with pytest.raises(ValueError, match="already fitted"):
        distiller.set_params(teacher__n_fits=3)


def test_resolve_weights(iris):
    """Weights reach a teacher that takes them, also inside a pipeline; others warn."""
    X, y = iris
    weight = np.linspace(0.1, 3, len(y))
    by_hand = GaussianNB().fit(X, y, sample_weight=weight)
    for teacher in (GaussianNB(), make_pipeline(GaussianNB())):
        trained = resolve_teacher(teacher, X, y, sample_weight=weight)
        np.testing.assert_allclose(trained.predict_proba(X), by_hand.predict_proba(X))
    with pytest.warns(DistillationWarning, match=r"KNeighborsClassifier\) takes no sample_weight"):
        trained = resolve_teacher(KNeighborsClassifier(), X, y, sample_weight=weight)
    assert is_fitted_teacher(trained)


def test_weight_arguments():
    weight = np.ones(3)
    assert weight_arguments(GaussianNB(), None) == {}
    assert weight_arguments(GaussianNB(), weight) == {"sample_weight": weight}
    assert weight_arguments(KNeighborsClassifier(), weight) is None
    nested = make_pipeline(StandardScaler(), make_pipeline(GaussianNB()))
    assert weight_arguments(nested, weight) == {"pipeline__gaussiannb__sample_weight": weight}
    assert weight_arguments(make_pipeline(KNeighborsClassifier()), weight) is None


def test_seeded_clone():
    """Every seed left open is set, at any depth; those that were chosen stay."""
    pipeline = make_pipeline(StandardScaler(), DecisionTreeClassifier())
    one, two, three = (seeded_clone(pipeline, np.random.RandomState(s)) for s in (0, 0, 1))
    name = "decisiontreeclassifier__random_state"
    assert isinstance(one.get_params()[name], int)
    assert one.get_params()[name] == two.get_params()[name] != three.get_params()[name]
    assert pipeline.get_params()[name] is None
    chosen = DecisionTreeClassifier(random_state=7)
    assert seeded_clone(chosen, np.random.RandomState(0)).random_state == 7
    assert seeded_clone(DecisionTreeClassifier(), None).random_state is None
    assert seeded_clone(LogisticRegression(), None) is not None

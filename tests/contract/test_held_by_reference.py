"""Functions, networks and our own teachers are handed on by reference, never copied."""

import copy
import pickle

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.frozen import FrozenEstimator
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import Pipeline

from skdistill import CachedTeacher, CallableTeacher, FidelityScorer, TorchTeacher


class Precious:
    """A function of rows that refuses to be copied."""

    def __init__(self, kind):
        self.kind = kind

    def __call__(self, X):
        score = np.asarray(X)[:, 0] - np.asarray(X)[:, 1]
        return (score > 0).astype(int) if self.kind == "classifier" else score

    def __deepcopy__(self, memo):
        raise AssertionError("the teacher was copied")

    def __copy__(self):
        raise AssertionError("the teacher was copied")


class PreciousPredictor(Precious):
    """The same with the face of a predictor that is no scikit-learn estimator."""

    __call__ = None

    def predict(self, X):
        return Precious.__call__(self, X)


class SoftPrecious(Precious):
    def __call__(self, X):
        second = 1 / (1 + np.exp(-super().__call__(X).astype(float)))
        return np.column_stack([1 - second, second])


def _teacher(bench, cls):
    """A teacher around ``cls`` that the case can learn from (with probabilities if it asks)."""
    soft = getattr(bench.case.instance, "labels", None) == "soft"
    if not soft:
        return cls(bench.case.kind)
    function = SoftPrecious("regressor")
    return CallableTeacher(function, output="probabilities")


@pytest.mark.parametrize("cls", [Precious, PreciousPredictor])
def test_functions_and_plain_predictors(bench, cls):
    """A clone, a clone of a clone, and one inside a pipeline hold the very same object."""
    teacher = _teacher(bench, cls)
    distiller = bench.case.make(teacher).fit(bench.X)
    second = clone(clone(distiller))
    assert second.teacher is teacher
    assert clone(Pipeline([("student", distiller)])).named_steps["student"].teacher is teacher
    np.testing.assert_array_equal(second.fit(bench.X).predict(bench.X), distiller.predict(bench.X))


@pytest.mark.parametrize("cls", [Precious, PreciousPredictor])
def test_functions_and_plain_predictors_in_a_search(bench, cls):
    teacher = _teacher(bench, cls)
    search = GridSearchCV(
        bench.case.make_for_grid(teacher),
        {"transfer_set__p_swap": [0.3, 0.6]},
        scoring=FidelityScorer(),
        cv=2,
        error_score="raise",
    ).fit(bench.X)
    assert search.best_estimator_.teacher is teacher


def test_a_plain_predictor_may_be_frozen_by_hand(bench):
    """As a value of a grid it must be: a search copies those."""
    frozen = FrozenEstimator(_teacher(bench, PreciousPredictor))
    search = GridSearchCV(
        bench.case.make_for_grid(None),
        {"teacher": [frozen]},
        scoring=FidelityScorer(),
        cv=2,
        error_score="raise",
    ).fit(bench.X)
    assert search.best_estimator_.teacher_ is frozen


def test_our_own_teachers(bench):
    """Cached and callable teachers clone to themselves."""
    teacher = CachedTeacher(bench.fitted_teacher())
    assert clone(teacher) is teacher
    distiller = bench.case.make(teacher)
    assert clone(clone(distiller)).teacher is teacher
    clone(distiller).fit(bench.X)
    asked = teacher.n_queries_
    assert asked > 0
    clone(distiller).fit(bench.X)
    assert teacher.n_queries_ == asked  # the memory is shared by all clones


def test_torch_modules(bench):
    """A network is not copied by a clone, wrapped or bare (the latter is refused in fit)."""
    torch = pytest.importorskip("torch")

    class Network(torch.nn.Linear):
        def __deepcopy__(self, memo):
            raise AssertionError("the network was copied")

    network = Network(5, 2 if bench.case.kind == "classifier" else 1)
    output = "logits" if bench.case.kind == "classifier" else "value"
    teacher = TorchTeacher(network, output=output)
    distiller = bench.case.make(teacher)
    second = clone(clone(distiller))
    assert second.teacher is teacher
    before = copy.copy(network.state_dict())
    second.fit(bench.X)
    assert second.teacher_.network is network
    for name, value in network.state_dict().items():
        assert torch.equal(value, before[name])
    bare = bench.case.make(network)
    assert clone(bare).teacher is network
    with pytest.raises(ValueError, match="does not say what its outputs mean"):
        bare.fit(bench.X)


def test_torch_teacher_in_two_processes(bench):
    """Networks travel to the workers of a search and stay what they were."""
    torch = pytest.importorskip("torch")
    torch.manual_seed(0)
    network = torch.nn.Linear(5, 2 if bench.case.kind == "classifier" else 1)
    output = "logits" if bench.case.kind == "classifier" else "value"
    before = pickle.dumps(network.state_dict())
    search = GridSearchCV(
        bench.case.make_for_grid(TorchTeacher(network, output=output)),
        {"transfer_set__p_swap": [0.3, 0.6]},
        scoring=FidelityScorer(),
        cv=2,
        n_jobs=2,
        error_score="raise",
    ).fit(bench.X)
    assert search.best_estimator_.teacher_.network is network
    assert pickle.dumps(network.state_dict()) == before

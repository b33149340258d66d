"""skorch nets as teachers: trained ones are queried, untrained ones cloned and trained."""

import pickle

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.frozen import FrozenEstimator
from sklearn.model_selection import GridSearchCV

from skdistill import (
    CachedTeacher,
    DistilledClassifier,
    DistilledTreeClassifier,
    DistilledTreeRegressor,
    FidelityScorer,
    TorchTeacher,
)
from skdistill.exceptions import DistillationWarning, TeacherAnswerError
from skdistill.teachers import Oracle, as_teacher
from skdistill.teachers._kind import is_fitted_teacher, is_skorch_net, teacher_kind
from skdistill.trees import CartGrower

torch = pytest.importorskip("torch")
skorch = pytest.importorskip("skorch")


class Network(torch.nn.Module):
    """One hidden layer, with dropout that must be off when the teacher predicts."""

    def __init__(self, n_outputs=2, flat=False):
        super().__init__()
        self.layers = torch.nn.Sequential(
            torch.nn.Linear(5, 16),
            torch.nn.ReLU(),
            torch.nn.Dropout(0.2),
            torch.nn.Linear(16, n_outputs),
        )
        self.flat = flat

    def forward(self, X):
        scores = self.layers(X)
        return scores[:, 0] if self.flat else scores


SETTINGS = {"max_epochs": 8, "verbose": 0, "train_split": None, "batch_size": 32, "lr": 0.1}


def new_classifier():
    return skorch.NeuralNetClassifier(Network, criterion=torch.nn.CrossEntropyLoss, **SETTINGS)


def new_regressor(**params):
    optimiser = {"optimizer": torch.optim.Adam, "lr": 0.02}
    return skorch.NeuralNetRegressor(
        Network, module__n_outputs=1, **{**SETTINGS, **optimiser}, **params
    )


@pytest.fixture(autouse=True)
def seeded():
    torch.manual_seed(0)


@pytest.fixture
def trained(cancer):
    X, y = cancer
    return new_classifier().fit(X.astype(np.float32), y)


@pytest.fixture
def values(diabetes):
    """Rows and standardised targets of a regression."""
    X, y = diabetes
    return X, (y - y.mean()) / y.std()


def test_a_trained_classifier(cancer, trained):
    """It knows its outputs and classes; rows of any float type reach it."""
    X, y = cancer
    teacher = as_teacher(trained, kind="classifier")
    assert isinstance(teacher, TorchTeacher)
    assert teacher.network is trained
    assert teacher_kind(teacher) == "classifier"
    np.testing.assert_array_equal(teacher.classes_, [0, 1])
    expected = trained.predict_proba(X.astype(np.float32))
    np.testing.assert_array_equal(teacher.predict_proba(X), expected)
    np.testing.assert_array_equal(teacher.predict(X), expected.argmax(axis=1))
    assert np.mean(teacher.predict(X) == y) > 0.85
    tree = DistilledTreeClassifier(trained, labels="soft", max_queries=1000, random_state=0)
    assert tree.fit(X).fidelity_ > 0.85
    assert tree.teacher_.network is trained


def test_training_mode_is_left_as_it_was(cancer, trained):
    """skorch leaves a net in training mode after fit; it predicts without dropout all the same."""
    X, _ = cancer
    trained.module_.train()
    trained.module_.layers[1].eval()
    modes = [part.training for part in trained.module_.modules()]
    teacher = TorchTeacher(trained)
    np.testing.assert_array_equal(teacher.predict_proba(X), teacher.predict_proba(X))
    teacher.predict(X)
    assert [part.training for part in trained.module_.modules()] == modes


def test_a_trained_regressor(values):
    X, y = values
    net = new_regressor().fit(X.astype(np.float32), y.astype(np.float32)[:, None])
    teacher = as_teacher(net, kind="regressor")
    assert teacher_kind(teacher) == "regressor"
    assert not hasattr(teacher, "predict_proba")
    tree = DistilledTreeRegressor(
        net, transfer_set=None, grower=CartGrower(), max_leaf_nodes=None
    ).fit(X)
    np.testing.assert_allclose(tree.predict(X), teacher.predict(X).ravel(), atol=1e-5)
    with pytest.raises(TypeError, match="is a regressor"):
        DistilledTreeClassifier(net).fit(X)


def test_a_binary_classifier(cancer):
    """skorch's net of a single logit has two columns of probabilities."""
    X, y = cancer
    net = skorch.NeuralNetBinaryClassifier(
        Network, module__n_outputs=1, module__flat=True, **SETTINGS
    )
    net.fit(X.astype(np.float32), y.astype(np.float32))
    soft = DistilledTreeClassifier(net, labels="soft", max_leaf_nodes=None, transfer_set=None)
    soft.fit(X)
    np.testing.assert_allclose(
        soft.predict_proba(X), net.predict_proba(X.astype(np.float32)), atol=1e-6
    )


@pytest.mark.parametrize("labels", ["hard", "soft"])
def test_a_threshold_decides(labels, cancer):
    """Of a binary net, as in its own predict; probabilities alone would lose it."""
    X, y = cancer
    net = skorch.NeuralNetBinaryClassifier(
        Network, module__n_outputs=1, module__flat=True, threshold=0.9, **SETTINGS
    )
    net.fit(X.astype(np.float32), y.astype(np.float32))
    decisions = net.predict(X.astype(np.float32))
    assert (decisions != (net.predict_proba(X.astype(np.float32))[:, 1] > 0.5)).any()
    np.testing.assert_array_equal(as_teacher(net).predict(X), decisions)
    found, _ = Oracle(net, kind="classifier").label(X, soft=labels == "soft")
    np.testing.assert_array_equal(found.decisions(), decisions)


class Cautious(skorch.NeuralNetClassifier):
    """Decides in a way of its own."""

    def predict(self, X):
        return (self.predict_proba(X)[:, 1] > 0.95).astype(int)


@pytest.mark.parametrize("labels", ["hard", "soft"])
@pytest.mark.parametrize("cls", [skorch.NeuralNetClassifier, Cautious])
def test_nan_is_no_class(cls, labels, cancer):
    """skorch's argmax makes a class of it; nets that decide for themselves are checked too."""
    X, y = cancer
    net = cls(Network, criterion=torch.nn.CrossEntropyLoss, **SETTINGS)
    net.fit(X.astype(np.float32), y)
    found, _ = Oracle(net, kind="classifier").label(X, soft=labels == "soft")
    np.testing.assert_array_equal(found.decisions(), net.predict(X.astype(np.float32)))
    with torch.no_grad():
        net.module_.layers[0].weight.fill_(torch.nan)
    assert set(net.predict(X.astype(np.float32))) <= {0, 1}
    with pytest.raises(TeacherAnswerError, match="NaN or infinity on"):
        DistilledTreeClassifier(net, labels=labels, transfer_set=None).fit(X)


def test_clones_share_the_trained_net(cancer, trained):
    X, _ = cancer
    distiller = DistilledTreeClassifier(trained, transfer_set=None, random_state=0).fit(X)
    copy = clone(clone(distiller))
    assert isinstance(copy.teacher, FrozenEstimator)
    assert copy.teacher.estimator is trained
    assert copy.fit(X).teacher_.network is trained
    np.testing.assert_array_equal(copy.predict(X), distiller.predict(X))
    with pytest.raises(ValueError, match="already fitted"):
        distiller.set_params(teacher__lr=1.0)


def test_search_in_two_processes(cancer, trained):
    X, _ = cancer
    before = pickle.dumps(trained.module_.state_dict())
    search = GridSearchCV(
        DistilledTreeClassifier(trained, random_state=0, max_queries=600),
        {"max_leaf_nodes": [2, 8]},
        scoring=FidelityScorer(),
        cv=2,
        n_jobs=2,
        error_score="raise",
    ).fit(X)
    assert search.best_estimator_.teacher_.network is trained
    assert pickle.dumps(trained.module_.state_dict()) == before


def test_pickle_and_cache(cancer, trained):
    X, _ = cancer
    expected = TorchTeacher(trained).predict_proba(X)
    back = pickle.loads(pickle.dumps(TorchTeacher(trained)))
    np.testing.assert_array_equal(back.predict_proba(X), expected)
    cached = CachedTeacher(trained)
    np.testing.assert_array_equal(cached.predict_proba(X), expected)
    np.testing.assert_array_equal(cached.classes_, [0, 1])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_an_untrained_classifier(dtype, cancer):
    """A clone is trained on float32 rows, whatever the type of X; the user's stays untrained."""
    X, y = cancer[0].astype(dtype), cancer[1]
    net = new_classifier()
    distiller = DistilledClassifier(net, transfer_set=None, random_state=0).fit(X, y)
    assert not is_fitted_teacher(net)
    assert not hasattr(net, "module_")
    assert distiller.teacher_.network is not net
    assert np.mean(distiller.teacher_.predict(X) == y) > 0.85
    with pytest.raises(ValueError, match="unfitted NeuralNetClassifier: training it requires y"):
        DistilledClassifier(net).fit(X)


@pytest.mark.parametrize("flat", [True, False])
def test_an_untrained_regressor(flat, values):
    """Targets take the shape of the module's answers, so that torch broadcasts nothing."""
    X, y = values
    net = new_regressor(module__flat=flat)
    torch.manual_seed(0)
    shape = (-1,) if flat else (-1, 1)
    by_hand = clone(net).fit(X.astype(np.float32), y.astype(np.float32).reshape(shape))
    distiller = DistilledTreeRegressor(net, transfer_set=None).fit(X, y)
    taught = distiller.teacher_.predict(X).ravel()
    trained = by_hand.predict(X.astype(np.float32)).ravel()
    # two trainings of one net from different starts: far nearer than to the mean of y
    assert np.corrcoef(taught, trained)[0, 1] > 0.9
    assert np.mean((taught - y) ** 2) < 0.75


def test_an_untrained_net_in_a_frame_and_with_weights(cancer):
    """Frames become tensors; weights do not reach skorch, which a warning says."""
    pd = pytest.importorskip("pandas")
    X, y = pd.DataFrame(cancer[0]), cancer[1]
    with pytest.warns(DistillationWarning, match="takes no sample_weight"):
        distiller = DistilledTreeClassifier(new_classifier(), transfer_set=None).fit(
            X, y, sample_weight=np.ones(len(y))
        )
    assert np.mean(distiller.teacher_.predict(X) == y) > 0.85


def test_a_search_over_an_untrained_net(cancer):
    """A grid over ``teacher__`` parameters trains a net of its own in each candidate."""
    X, y = cancer
    search = GridSearchCV(
        DistilledTreeClassifier(new_classifier(), transfer_set=None, random_state=0),
        {"teacher__max_epochs": [1, 9]},
        cv=2,
        error_score="raise",
    ).fit(X, y)
    epochs = len(search.best_estimator_.teacher_.network.history)
    assert epochs == search.best_params_["teacher__max_epochs"]


def test_a_wrapped_untrained_net_is_refused(cancer):
    X, y = cancer
    with pytest.raises(ValueError, match="is frozen, but what it holds is not fitted"):
        DistilledTreeClassifier(TorchTeacher(new_classifier())).fit(X, y)
    assert not is_fitted_teacher(TorchTeacher(new_classifier()))
    assert is_skorch_net(new_classifier())
    assert not is_skorch_net(torch.nn.Linear(1, 1))

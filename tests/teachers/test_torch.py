"""Torch networks and skorch nets as teachers."""

import pickle
import warnings

import numpy as np
import pytest
from scipy import sparse
from scipy.special import expit, softmax
from sklearn.base import clone, is_classifier, is_regressor

from skdistill import (
    CachedTeacher,
    DistilledTreeClassifier,
    DistilledTreeRegressor,
    TorchTeacher,
)
from skdistill.exceptions import TeacherAnswerError
from skdistill.teachers import as_teacher

torch = pytest.importorskip("torch")
nn = torch.nn

X = np.random.default_rng(0).normal(size=(101, 4))


@pytest.fixture
def linear():
    """Three scores of four columns, by a matrix that the tests know."""
    module = nn.Linear(4, 3)
    with torch.no_grad():
        module.weight.copy_(torch.tensor(np.arange(12).reshape(3, 4) / 10 - 0.5))
        module.bias.copy_(torch.tensor([0.1, 0.2, -0.3]))
    return module


@pytest.fixture
def scores(linear):
    """What ``linear`` gives, by numpy."""
    weight, bias = (p.detach().numpy().astype(float) for p in linear.parameters())
    return X @ weight.T + bias


def test_logits(linear, scores):
    teacher = TorchTeacher(linear, output="logits")
    proba = teacher.predict_proba(X)
    np.testing.assert_allclose(proba, softmax(scores, axis=1), atol=1e-6)
    assert proba.dtype == np.float64
    np.testing.assert_allclose(proba.sum(axis=1), 1.0, atol=1e-12)
    np.testing.assert_array_equal(teacher.predict(X), scores.argmax(axis=1))
    named = TorchTeacher(linear, output="logits", classes=["x", "y", "z"])
    np.testing.assert_array_equal(named.predict(X), np.array(["x", "y", "z"])[scores.argmax(1)])
    assert is_classifier(teacher)
    assert not hasattr(teacher, "classes_")
    assert named.classes_.tolist() == ["x", "y", "z"]


def test_probabilities(linear, scores):
    teacher = TorchTeacher(nn.Sequential(linear, nn.Softmax(dim=1)), output="probabilities")
    np.testing.assert_allclose(teacher.predict_proba(X), softmax(scores, axis=1), atol=1e-6)
    np.testing.assert_array_equal(teacher.predict(X), scores.argmax(axis=1))


def test_values(linear, scores):
    teacher = TorchTeacher(linear, output="value")
    np.testing.assert_allclose(teacher.predict(X), scores, atol=1e-6)
    assert is_regressor(teacher)
    assert not hasattr(teacher, "predict_proba")
    column = TorchTeacher(nn.Sequential(linear, nn.Linear(3, 1)), output="value")
    assert column.predict(X).shape == (101,)
    tree = DistilledTreeRegressor(teacher, transfer_set=None, max_leaf_nodes=None).fit(X)
    np.testing.assert_allclose(tree.predict(X), scores, atol=1e-6)


@pytest.mark.parametrize("flat", [True, False])
@pytest.mark.parametrize("output", ["logits", "probabilities"])
def test_a_single_score_is_the_second_of_two_classes(flat, output, linear, scores):
    layers = [linear, nn.Linear(3, 1, bias=False)]
    with torch.no_grad():
        layers[1].weight.fill_(1.0)
    layers += [nn.Sigmoid()] * (output == "probabilities") + [nn.Flatten(0)] * flat
    teacher = TorchTeacher(nn.Sequential(*layers), output=output, classes=["no", "yes"])
    second = expit(scores.sum(axis=1))
    expected = np.column_stack([1 - second, second])
    np.testing.assert_allclose(teacher.predict_proba(X), expected, atol=1e-6)
    np.testing.assert_array_equal(teacher.predict(X), np.where(second > 0.5, "yes", "no"))
    tree = DistilledTreeClassifier(teacher, max_leaf_nodes=None, transfer_set=None).fit(X)
    np.testing.assert_array_equal(tree.predict(X), teacher.predict(X))


def test_batches(linear):
    """No batch is larger than it may be, and none is lost."""
    sizes = []

    class Watching(nn.Module):
        def forward(self, rows):
            sizes.append(len(rows))
            return linear(rows)

    small = TorchTeacher(Watching(), output="value", batch_size=20).predict(X)
    assert sizes == [20, 20, 20, 20, 20, 1]
    np.testing.assert_allclose(small, TorchTeacher(linear, output="value").predict(X), rtol=1e-5)


def test_evaluation_mode_and_back():
    """Dropout and batch normalisation are off; each part is left in the mode that it had."""
    module = nn.Sequential(
        nn.Linear(4, 8),
        nn.BatchNorm1d(8),
        nn.Dropout(0.9),
        nn.Sequential(nn.ReLU(), nn.Linear(8, 2)),
    )
    module.train()
    module[1].eval()  # a frozen part in a training network
    module[3][0].eval()
    modes = [part.training for part in module.modules()]
    assert len(set(modes)) == 2
    before = {name: value.clone() for name, value in module.state_dict().items()}
    teacher = TorchTeacher(module, output="logits")
    np.testing.assert_array_equal(teacher.predict_proba(X), teacher.predict_proba(X))
    assert [part.training for part in module.modules()] == modes
    for name, value in module.state_dict().items():  # running means too
        assert torch.equal(value, before[name])


def test_modes_come_back_after_an_error():
    class Failing(nn.Module):
        def forward(self, rows):
            raise RuntimeError("out of order")

    module = nn.Sequential(nn.Dropout(), Failing()).train()
    with pytest.raises(RuntimeError, match="out of order"):
        TorchTeacher(module, output="value").predict(X)
    assert all(part.training for part in module.modules())


def test_no_gradients(linear):
    grads = []

    class Watching(nn.Module):
        def forward(self, rows):
            grads.append(torch.is_grad_enabled())
            return linear(rows)

    DistilledTreeClassifier(TorchTeacher(Watching(), output="logits"), transfer_set=None).fit(X)
    assert grads == [False]
    assert torch.is_grad_enabled()
    assert all(p.grad is None and p.requires_grad for p in linear.parameters())


@pytest.mark.parametrize("writeable", [True, False])
def test_rows_are_never_changed(writeable):
    """A network that works in place works on a copy, even of float32 rows."""
    module = nn.Sequential(nn.ReLU(inplace=True), nn.Linear(4, 2))
    rows = X.astype(np.float32)
    rows.flags.writeable = writeable
    before = rows.copy()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        TorchTeacher(module, output="logits").predict(rows)
    np.testing.assert_array_equal(rows, before)


def test_kinds_of_rows(linear):
    """Lists and frames become tensors; sparse rows are refused; dtype is the user's to say."""
    pd = pytest.importorskip("pandas")
    teacher = TorchTeacher(linear, output="value")
    expected = teacher.predict(X)
    for rows in (X.tolist(), pd.DataFrame(X), np.asfortranarray(X), X.astype(np.float32)):
        np.testing.assert_array_equal(teacher.predict(rows), expected)
    with pytest.raises(TypeError, match=r"take dense rows, but X is sparse. Use X.toarray\(\)"):
        teacher.predict(sparse.csr_matrix(X))
    double = TorchTeacher(linear.double(), output="value", dtype="float64")
    np.testing.assert_allclose(double.predict(X), expected, atol=1e-5)


def test_what_a_bare_module_means_must_be_said(linear):
    with pytest.raises(ValueError, match=r'Wrap it: TorchTeacher\(module, output="logits"\)'):
        as_teacher(linear)
    with pytest.raises(ValueError, match="does not say what its outputs mean"):
        CachedTeacher(linear).predict(X)
    message = r"'output' parameter of TorchTeacher must be 'logits' or 'prob.* Got None instead"
    for distiller in (DistilledTreeClassifier, DistilledTreeRegressor):
        with pytest.raises(ValueError, match=message):
            distiller(TorchTeacher(linear)).fit(X)
    with pytest.raises(ValueError, match="Got 'label' instead"):
        TorchTeacher(linear, output="label").predict(X)
    with pytest.raises(ValueError, match=r"have shape \(101, 3\); \(101, 2\) was expected"):
        TorchTeacher(linear, output="logits", classes=["a", "b"]).predict(X)


def test_network_is_held_by_reference(linear):
    teacher = TorchTeacher(linear, output="logits")
    assert clone(teacher) is teacher
    with pytest.raises(ValueError, match="cannot change"):
        teacher.set_params(batch_size=1)
    back = pickle.loads(pickle.dumps(teacher))
    np.testing.assert_array_equal(back.predict_proba(X), teacher.predict_proba(X))
    cached = CachedTeacher(teacher)
    np.testing.assert_array_equal(cached.predict_proba(X), teacher.predict_proba(X))
    assert is_classifier(cached)


@pytest.mark.parametrize("labels", ["hard", "soft"])
@pytest.mark.parametrize("output", ["logits", "probabilities"])
@pytest.mark.parametrize("n_outputs", [1, 2])
def test_nan_is_no_class(n_outputs, output, labels):
    """An argmax would make the first class of it, and of a negative probability."""

    class Odd(nn.Module):
        def forward(self, rows):
            scores = torch.sigmoid(rows[:, :n_outputs])
            if n_outputs == 2:
                scores = scores / scores.sum(dim=1, keepdim=True)
            return torch.where(rows[:, :1] > 1, torch.nan, scores)

    teacher = TorchTeacher(Odd(), output=output)
    distiller = DistilledTreeClassifier(teacher, labels=labels, transfer_set=None)
    with pytest.raises(TeacherAnswerError, match="NaN or infinity on"):
        distiller.fit(X)
    with pytest.raises(TeacherAnswerError, match="NaN or infinity on"):
        teacher.predict(X)
    assert len(np.unique(teacher.predict(X[X[:, 0] < 1]))) <= 2


def test_scores_are_no_probabilities(linear):
    teacher = TorchTeacher(linear, output="probabilities")
    for labels in ("hard", "soft"):
        with pytest.raises(TeacherAnswerError, match="negative or do not sum to 1"):
            DistilledTreeClassifier(teacher, labels=labels, transfer_set=None).fit(X)

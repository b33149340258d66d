"""What is read of torch networks: hidden layers with known weights."""

import numpy as np
import pytest

from skdistill import CachedTeacher, TorchTeacher
from skdistill.teachers import hidden_representation
from skdistill.teachers._representation import represent

pytest.importorskip("torch")

from tests.teachers._torch_networks import (
    Residual,
    X,
    assert_clean,
    hidden_of_plain,
    linear,
    nn,
    numbers,
    plain,
    relu,
    torch,
)


@pytest.fixture(autouse=True)
def seeded():
    torch.manual_seed(0)


# ----- what is read -----


def test_a_known_network():
    """By default: each hidden layer once, after its activation."""
    network = plain()
    found = represent(network, X)
    assert found.widths == (6, 5)
    assert found.values.dtype == np.float32
    np.testing.assert_allclose(found.values, np.hstack(hidden_of_plain(network)), atol=1e-6)


@pytest.mark.parametrize(
    ("layers", "which"),
    [("1", [0]), (["4"], [1]), (["4", "1"], [1, 0]), (("3:input", "5:input"), [0, 1])],
)
def test_named_layers(layers, which):
    """Names as in ``named_modules``, in the given order; ``:input`` is what a layer is given."""
    network = plain()
    expected = np.hstack([hidden_of_plain(network)[i] for i in which])
    np.testing.assert_allclose(hidden_representation(network, X, layers), expected, atol=1e-6)
    named = represent(network, X, layers).layers
    assert list(named) == ([layers] if isinstance(layers, str) else list(layers))


def test_what_the_default_names_can_be_named():
    network = Residual()
    found = represent(network, X)
    again = hidden_representation(network, X, found.layers)
    np.testing.assert_array_equal(found.values, again)


def test_residual_networks_without_modules_for_the_sums():
    """The residual stream and functional activations are read where the next layer reads them."""
    network = Residual()
    stream = [relu(linear(network.read_in, X))]
    inner = []
    for block in network.blocks:
        inner.append(relu(linear(block.up, stream[-1])))
        stream.append(stream[-1] + linear(block.down, inner[-1]))
    found = represent(network, X)
    assert found.layers == (
        "blocks.0.up:input",
        "blocks.0.down:input",
        "blocks.1.up:input",
        "blocks.1.down:input",
        "read_out:input",
    )
    expected = [stream[0], inner[0], stream[1], inner[1], stream[2]]
    np.testing.assert_allclose(found.values, np.hstack(expected), atol=1e-5)
    block = hidden_representation(network, X, "blocks.1")
    np.testing.assert_allclose(block, stream[2], atol=1e-5)


def test_images():
    """Feature maps are flattened; pooling counts as part of what comes before."""
    network = nn.Sequential(
        nn.BatchNorm2d(1), nn.Conv2d(1, 2, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(),
        nn.Linear(18, 3),
    )  # fmt: skip
    images = np.random.default_rng(0).normal(size=(10, 1, 8, 8)).astype(np.float32)
    maps = hidden_representation(network, images, "2", batch_size=4).reshape(10, 2, 6, 6)
    kernel, bias = numbers(network[1].weight), numbers(network[1].bias)
    windows = np.lib.stride_tricks.sliding_window_view(images / np.sqrt(1 + 1e-5), (3, 3), (2, 3))
    expected = np.einsum("nkijab,ckab->ncij", windows, kernel) + bias[:, None, None]
    np.testing.assert_allclose(maps, relu(expected), atol=1e-5)
    found = represent(network, images)
    assert (found.layers, found.widths) == (("5:input",), (18,))
    pooled = relu(expected).reshape(10, 2, 3, 2, 3, 2).max(axis=(3, 5))
    np.testing.assert_allclose(found.values, pooled.reshape(10, 18), atol=1e-5)


class Shared(nn.Module):
    """One square layer, run three times."""

    def __init__(self):
        super().__init__()
        self.step = nn.Linear(4, 4)
        self.out = nn.Linear(4, 1)

    def forward(self, x):
        for _ in range(3):
            x = torch.tanh(self.step(x))
        return self.out(x)


def test_shared_layers_give_all_their_runs():
    network = Shared()
    runs, H = [], X
    for _ in range(3):
        runs.append(linear(network.step, H))
        H = np.tanh(runs[-1])
    found = hidden_representation(network, X, "step", batch_size=50)
    np.testing.assert_allclose(found, np.hstack(runs), atol=1e-5)
    hidden = np.tanh(np.hstack(runs))  # the first run reads the network's own input
    default = represent(network, X)
    assert default.layers == ("step:input", "out:input")
    np.testing.assert_allclose(default.values, hidden, atol=1e-5)


class Branches(nn.Module):
    """Reads its input twice, its hidden layer twice, and some of it in place."""

    def __init__(self):
        super().__init__()
        self.norm = nn.BatchNorm1d(4)
        self.a, self.b = nn.Linear(4, 3), nn.Linear(4, 3)
        self.c, self.d = nn.Linear(3, 2), nn.Linear(3, 2)
        self.skip = nn.Linear(2, 2)

    def forward(self, x):
        normed = self.norm(x)
        h = self.a(normed)
        h += self.b(normed)
        h.relu_()
        return self.c(h) * self.d(h) + self.skip(x[:, :2])


def test_each_tensor_once_and_never_the_input():
    network = Branches()
    found = represent(network, X, batch_size=30)
    normed = X / np.sqrt(1 + 1e-5)
    expected = relu(linear(network.a, normed) + linear(network.b, normed))
    assert found.layers == ("c:input",)
    np.testing.assert_allclose(found.values, expected, atol=1e-5)


def test_work_in_place_is_read_when_it_was_written():
    """A layer's output is taken down before an in-place activation overwrites it."""
    network = nn.Sequential(nn.Linear(4, 3), nn.ReLU(inplace=True), nn.Linear(3, 1))
    before = X.copy()
    found = hidden_representation(network, X, ["0", "1"])
    first = linear(network[0], X)
    np.testing.assert_allclose(found, np.hstack([first, relu(first)]), atol=1e-6)
    np.testing.assert_array_equal(X, before)


class Recurrent(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(7, 5)
        self.lstm = nn.LSTM(5, 3, batch_first=True)
        self.attend = nn.MultiheadAttention(3, 1, batch_first=True)
        self.out = nn.Linear(3, 2)

    def forward(self, tokens):
        states, _ = self.lstm(self.embed(tokens))
        mixed, _ = self.attend(states, states, states)
        return self.out(mixed.mean(dim=1))


def test_tuples_and_whole_numbers():
    """Of a tuple the first tensor is taken; ``TorchTeacher`` says that rows are whole numbers."""
    network = Recurrent()
    tokens = np.random.default_rng(0).integers(0, 7, size=(20, 4))
    teacher = TorchTeacher(network, output="logits", dtype="int64", batch_size=8)
    with torch.no_grad():
        states = network.lstm(network.embed(torch.tensor(tokens)))[0].numpy()
    found = hidden_representation(teacher, tokens, "lstm")
    np.testing.assert_allclose(found, states.reshape(20, 12), atol=1e-6)
    widths = represent(teacher, tokens).widths
    assert widths == (20, 12, 3)  # the embedding, the states, the mean


def test_types():
    """float64 stays float64, half becomes float32, whole numbers and truth values float32."""
    double = plain().double()
    found = hidden_representation(TorchTeacher(double, dtype="float64"), X)
    assert found.dtype == np.float64
    np.testing.assert_allclose(found, np.hstack(hidden_of_plain(double)), atol=1e-12)

    class Signs(nn.Module):
        def forward(self, x):
            return x > 0

    network = nn.Sequential(nn.Linear(4, 3), Signs())
    found = hidden_representation(network, X, "1")
    assert found.dtype == np.float32
    np.testing.assert_array_equal(found, linear(network[0], X) > 0)

    class Half(nn.Module):
        def forward(self, x):
            return x.to(torch.bfloat16)

    found = hidden_representation(nn.Sequential(Half(), nn.Flatten()), X, "0")
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, X, rtol=2**-8)


def test_wrappers():
    """TorchTeacher, bare or in a CachedTeacher, and compiled or weight-normed networks."""
    network = plain()
    expected = hidden_representation(network, X)
    teacher = TorchTeacher(network, output="logits")
    compiled = nn.Module()  # like what torch.compile returns, which takes seconds
    compiled._orig_mod = network
    for wrapped in (teacher, CachedTeacher(teacher), compiled):
        np.testing.assert_array_equal(hidden_representation(wrapped, X), expected)
    for i in (0, 3, 5):
        nn.utils.parametrizations.weight_norm(network[i])
    found = represent(network, X)
    assert found.widths == (6, 5)
    np.testing.assert_allclose(found.values, expected, atol=1e-6)


def test_skorch_nets():
    skorch = pytest.importorskip("skorch")
    y = (X[:, 0] > 0).astype(np.int64)
    net = skorch.NeuralNetClassifier(
        plain, criterion=nn.CrossEntropyLoss, max_epochs=2, verbose=0, train_split=None
    )
    with pytest.raises(ValueError, match="is not fitted"):
        hidden_representation(net, X)
    net.fit(X, y)
    expected = np.hstack(hidden_of_plain(net.module_))
    net.module_.train()
    for teacher in (net, TorchTeacher(net)):
        found = hidden_representation(teacher, X.astype(float), batch_size=40)
        np.testing.assert_allclose(found, expected, atol=1e-6)
    assert net.module_.training
    assert_clean(net.module_)


def test_pipelines_that_end_in_a_net():
    skorch = pytest.importorskip("skorch")
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import FunctionTransformer

    net = skorch.NeuralNetClassifier(
        plain, criterion=nn.CrossEntropyLoss, max_epochs=1, verbose=0, train_split=None
    )
    halve = FunctionTransformer(lambda X: (X / 2).astype(np.float32))
    pipeline = make_pipeline(halve, net).fit(2 * X, (X[:, 0] > 0).astype(np.int64))
    expected = np.hstack(hidden_of_plain(pipeline[-1].module_))
    np.testing.assert_allclose(hidden_representation(pipeline, 2 * X), expected, atol=1e-6)

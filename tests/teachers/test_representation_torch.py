"""The hidden layers of torch networks: known weights, hooks that leave nothing behind."""

import functools
import threading

import numpy as np
import pytest

from skdistill import CachedTeacher, TorchTeacher
from skdistill.exceptions import DistillationWarning
from skdistill.teachers import hidden_representation
from skdistill.teachers._representation import represent

torch = pytest.importorskip("torch")
nn = torch.nn

X = np.random.default_rng(0).normal(size=(101, 4)).astype(np.float32)


@pytest.fixture(autouse=True)
def seeded():
    torch.manual_seed(0)


def numbers(parameter):
    return parameter.detach().numpy().astype(float)


def linear(layer, rows):
    """What a linear layer gives, by numpy in float64."""
    return rows @ numbers(layer.weight).T + numbers(layer.bias)


def relu(values):
    return np.maximum(values, 0)


def plain():
    return nn.Sequential(
        nn.Linear(4, 6), nn.ReLU(), nn.Dropout(0.5), nn.Linear(6, 5), nn.Tanh(), nn.Linear(5, 2)
    )


def hidden_of_plain(network):
    first = relu(linear(network[0], X))
    return first, np.tanh(linear(network[3], first))


class Block(nn.Module):
    """Functions, no submodules, for the activation and the sum."""

    def __init__(self, width):
        super().__init__()
        self.up, self.down = nn.Linear(width, 2 * width), nn.Linear(2 * width, width)

    def forward(self, h):
        return h + self.down(torch.relu(self.up(h)))


class Residual(nn.Module):
    def __init__(self):
        super().__init__()
        self.read_in = nn.Linear(4, 3)
        self.blocks = nn.ModuleList(Block(3) for _ in range(2))
        self.read_out = nn.Linear(3, 1)

    def forward(self, x):
        h = torch.relu(self.read_in(x))
        for block in self.blocks:
            h = block(h)
        return self.read_out(h)[:, 0]


def assert_clean(network):
    """No hook is left on any part."""
    for part in network.modules():
        assert not part._forward_hooks
        assert not part._forward_pre_hooks
        assert not part._forward_hooks_with_kwargs
        assert not part._forward_pre_hooks_with_kwargs


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
    """Names as in ``named_modules``, in the order asked; ``:input`` is what a layer is given."""
    network = plain()
    expected = np.hstack([hidden_of_plain(network)[i] for i in which])
    np.testing.assert_allclose(hidden_representation(network, X, layers), expected, atol=1e-6)
    named = represent(network, X, layers).layers
    assert list(named) == ([layers] if isinstance(layers, str) else list(layers))


def test_what_the_default_names_can_be_asked_for():
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


# ----- nothing depends on the batches, nothing is left behind -----


def test_batches():
    """The size of the batches changes rounding at most; dropout is off."""
    network = plain().train()
    H = hidden_representation(network, X)
    np.testing.assert_array_equal(hidden_representation(network, X), H)
    for batch_size in (1, 2, 7, 100, 101, 5000):
        found = hidden_representation(network, X, batch_size=batch_size)
        np.testing.assert_allclose(found, H, rtol=1e-5, atol=1e-6)


def test_batches_exactly():
    """On whole numbers there is no rounding: equal bit for bit."""
    network = plain()
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.copy_((4 * parameter).round())
    network[4] = nn.ReLU()
    rows = np.round(4 * X)
    H = hidden_representation(network, rows)
    for batch_size in (1, 13, 64):
        np.testing.assert_array_equal(
            hidden_representation(network, rows, batch_size=batch_size), H
        )


def test_the_network_is_asked_in_batches():
    """Of the size that is asked for, or of its TorchTeacher; three rows go ahead."""
    network = plain()
    asked = []
    network.register_forward_pre_hook(lambda part, args: asked.append(len(args[0])))
    hidden_representation(network, X, batch_size=50)
    assert asked == [3, 50, 50, 1]
    asked.clear()
    hidden_representation(TorchTeacher(network, batch_size=100), X)
    assert asked == [3, 100, 1]
    asked.clear()
    hidden_representation(network, X[:2])
    assert asked == [2, 2]


def test_everything_is_put_back():
    """Modes one by one, gradients, buffers, and the user's own hooks."""
    network = nn.Sequential(nn.BatchNorm1d(4), *plain())
    network.train()
    network[3].eval()
    seen = []
    handle = network[2].register_forward_hook(lambda *args: seen.append(1))
    modes = [part.training for part in network.modules()]
    state = {name: value.clone() for name, value in network.state_dict().items()}
    H = hidden_representation(network, X)
    assert isinstance(H, np.ndarray)
    assert [part.training for part in network.modules()] == modes
    assert all(torch.equal(value, state[name]) for name, value in network.state_dict().items())
    assert all(parameter.grad is None for parameter in network.parameters())
    assert seen == [1, 1]
    assert list(network[2]._forward_hooks) == [handle.id]
    handle.remove()
    assert_clean(network)
    network(torch.tensor(X)).sum().backward()  # it can still be trained


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt])
@pytest.mark.parametrize("layers", [None, "1"])
@pytest.mark.parametrize("at", [1, 3])
def test_everything_is_put_back_after_an_error(error, layers, at):
    """In the first pass or a later one, whoever raises."""

    class Fails(nn.Module):
        passes = 0

        def forward(self, x):
            self.passes += 1
            if self.passes == at:
                raise error("stop")
            return x

    network = nn.Sequential(nn.Linear(4, 3), nn.ReLU(), Fails(), nn.Linear(3, 1)).train()
    network[1].eval()
    with pytest.raises(error, match="stop"):
        hidden_representation(network, X, layers, batch_size=50)
    assert network[2].passes == at
    assert_clean(network)
    assert [part.training for part in network] == [True, False, True, True]


def test_other_threads_are_not_heard():
    """What another thread asks the same network in the meantime is no part of the answer."""
    network = plain().eval()
    expected = hidden_representation(network, X)
    other = []

    def meanwhile(part, args):
        if threading.current_thread() is threading.main_thread():
            thread = threading.Thread(target=lambda: other.append(network(torch.zeros(9, 4))))
            thread.start()
            thread.join()

    network[3].register_forward_pre_hook(meanwhile)
    np.testing.assert_array_equal(hidden_representation(network, X, batch_size=101), expected)
    assert len(other) == 2


# ----- refusals -----


@pytest.mark.parametrize("layers", ["7", ["1", "relu"], 1, ["body:input"]])
def test_layers_that_do_not_exist(layers):
    network = plain()
    with pytest.raises(
        ValueError, match=r"Sequential has no layer .*Its layers are '0', '1', '2', '3', '4', '5'"
    ):
        hidden_representation(network, X, layers)
    assert_clean(network)


def test_layers_that_never_run():
    network = Residual()
    with pytest.raises(ValueError, match=r"'blocks' of Residual never runs"):
        hidden_representation(network, X, ["blocks.0", "blocks"])
    assert_clean(network)


def test_networks_without_hidden_layers():
    for network in (nn.Linear(4, 2), nn.Sequential(nn.Flatten(), nn.Linear(4, 2)), nn.ReLU()):
        with pytest.raises(ValueError, match="no hidden layer that layers=None would find"):
            hidden_representation(network, X)
    assert hidden_representation(nn.Linear(4, 2), X, "").shape == (101, 2)  # itself


class Gives(nn.Module):
    """Anything in the middle of a network."""

    def __init__(self, function):
        super().__init__()
        self.middle = nn.Identity()
        self.middle.forward = function
        self.out = nn.Linear(4, 1)

    def forward(self, x):
        self.middle(x)
        return self.out(x)


@pytest.mark.parametrize(
    ("function", "error", "words"),
    [
        (lambda x: {"h": x}, TypeError, "'middle' of Gives gives neither a tensor nor"),
        (lambda x: (None, "h"), TypeError, "'middle' of Gives gives neither a tensor nor"),
        (lambda x: x.T, ValueError, r"gives shape \(4, 3\) on 3 rows: its first dimension"),
        (lambda x: x.sum(), ValueError, r"gives shape \(\) on 3 rows"),
        (lambda x: torch.fft.fft(x), TypeError, "gives complex numbers"),
        (lambda x: x[:, : 2 + len(x) // 50], ValueError, "gives another shape, or runs another"),
        (lambda x: x if len(x) < 50 else None, ValueError, "gives another shape"),
        (lambda x: x / 0, ValueError, "Layer 'middle' gives NaN or infinity on 50 of the 50 rows"),
    ],
)
def test_layers_that_make_no_table(function, error, words):
    network = Gives(function).train()
    with pytest.raises(error, match=words):
        hidden_representation(network, X, "middle", batch_size=50)
    assert_clean(network)
    assert network.middle.training


class RunsOften(nn.Module):
    """Runs a layer once more on large batches, or once less."""

    def __init__(self, more):
        super().__init__()
        self.more = more
        self.step, self.out = nn.Linear(4, 4), nn.Linear(4, 1)

    def forward(self, x):
        times = 2 + self.more * (len(x) > 10)
        return self.out(functools.reduce(lambda h, _: torch.tanh(self.step(h)), range(times), x))


@pytest.mark.parametrize("more", [-1, 1])
def test_layers_that_run_now_and_then(more):
    network = RunsOften(more)
    for layers in (None, "step"):
        with pytest.raises(ValueError, match="runs another number of times"):
            hidden_representation(network, X, layers)
    assert_clean(network)


def test_broken_numbers():
    """Which layer, and how many rows."""
    network = plain()
    rows = X.copy()
    rows[[3, 70]] = np.nan
    with pytest.raises(ValueError, match=r"Layer '3:input' gives NaN or infinity on 2 of the 101"):
        hidden_representation(network, rows)
    with torch.no_grad():
        network[3].weight[0, 0] = torch.inf
    with pytest.raises(ValueError, match=r"Layer '4' gives NaN|Layer '3' gives NaN"):
        hidden_representation(network, X, ["1", "3"])
    assert_clean(network)


def test_constant_layers_are_told():
    network = plain()
    with torch.no_grad():
        network[0].bias.fill_(-1e6)
    with pytest.warns(DistillationWarning, match="Sequential .* '1', '4'") as told:
        hidden_representation(network, X, ["0", "1", "4"])
    assert "'0'" not in str(told[0].message)


def test_what_is_no_network():
    with pytest.raises(TypeError, match=r"torch.nn.Module was expected, but this is sum"):
        hidden_representation(TorchTeacher(np.sum, output="value"), X)
    from scipy import sparse

    with pytest.raises(TypeError, match="dense rows"):
        hidden_representation(plain(), sparse.csr_matrix(X))

"""Hooks on torch networks: batches do not matter, nothing is left behind, refusals."""

import functools
import threading

import numpy as np
import pytest

from skdistill import TorchTeacher
from skdistill.exceptions import DistillationWarning
from skdistill.teachers import hidden_representation

pytest.importorskip("torch")

from tests.teachers._torch_networks import (
    Residual,
    X,
    assert_clean,
    nn,
    plain,
    torch,
)


@pytest.fixture(autouse=True)
def seeded():
    torch.manual_seed(0)


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


def test_the_network_runs_in_batches():
    """Of the size that was chosen, or of its TorchTeacher; three rows go ahead."""
    network = plain()
    calls = []
    network.register_forward_pre_hook(lambda part, args: calls.append(len(args[0])))
    hidden_representation(network, X, batch_size=50)
    assert calls == [3, 50, 50, 1]
    calls.clear()
    hidden_representation(TorchTeacher(network, batch_size=100), X)
    assert calls == [3, 100, 1]
    calls.clear()
    hidden_representation(network, X[:2])
    assert calls == [2, 2]


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
    """What another thread runs on the same network in the meantime is no part of the result."""
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
        (lambda x: x / 0, ValueError, "Layer 'middle' gives NaN or infinity on 50 of 50 rows"),
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
    with pytest.raises(ValueError, match=r"Layer '3:input' gives NaN or infinity on 2 of 101"):
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
    with pytest.warns(DistillationWarning, match="Sequential .* '1', '4'") as caught:
        hidden_representation(network, X, ["0", "1", "4"])
    assert "'0'" not in str(caught[0].message)


def test_what_is_no_network():
    with pytest.raises(TypeError, match=r"torch.nn.Module was expected, but this is sum"):
        hidden_representation(TorchTeacher(np.sum, output="value"), X)
    from scipy import sparse

    with pytest.raises(TypeError, match="dense rows"):
        hidden_representation(plain(), sparse.csr_matrix(X))

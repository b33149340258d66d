"""Small torch networks with known weights, and what numpy says that they hold."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")
nn = torch.nn

X = np.random.default_rng(0).normal(size=(101, 4)).astype(np.float32)


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

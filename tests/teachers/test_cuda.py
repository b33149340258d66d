"""Networks on a GPU are teachers as on the CPU; skipped where there is none."""

import numpy as np
import pytest

from skdistill import (
    CachedTeacher,
    DistilledClassifier,
    DistilledTreeClassifier,
    LinearProbeTreeClassifier,
    TorchTeacher,
)
from skdistill.teachers import Oracle, hidden_representation
from skdistill.trees import CartGrower

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")

X = np.random.default_rng(0).normal(size=(3000, 6))


@pytest.fixture(scope="module")
def networks():
    """The same network with dropout on both devices, left in training mode."""
    torch.manual_seed(0)
    layers = [torch.nn.Linear(6, 32), torch.nn.ReLU(), torch.nn.Dropout(), torch.nn.Linear(32, 3)]
    cpu = torch.nn.Sequential(*layers)
    gpu = torch.nn.Sequential(
        torch.nn.Linear(6, 32), torch.nn.ReLU(), torch.nn.Dropout(), torch.nn.Linear(32, 3)
    ).cuda()
    gpu.load_state_dict(cpu.state_dict())
    return cpu.train(), gpu.train()


def teachers(networks):
    return [TorchTeacher(network, output="logits", batch_size=512) for network in networks]


def test_predictions_are_those_of_the_cpu(networks):
    cpu, gpu = teachers(networks)
    np.testing.assert_allclose(gpu.predict_proba(X), cpu.predict_proba(X), atol=1e-4)
    assert np.mean(gpu.predict(X) == cpu.predict(X)) > 0.999
    np.testing.assert_array_equal(gpu.predict(X), gpu.predict(X))  # no dropout


def test_the_network_is_left_as_it_was(networks):
    _, gpu = networks
    before = {name: value.clone() for name, value in gpu.state_dict().items()}
    TorchTeacher(gpu, output="logits").predict(X)
    assert gpu.training
    assert all(part.device.type == "cuda" for part in gpu.parameters())
    assert all(torch.equal(before[name], value) for name, value in gpu.state_dict().items())


def test_queries(networks):
    """Batches, parallel or not, give the same labels; a cache gives them again."""
    _, gpu = teachers(networks)
    one, _ = Oracle(gpu).label(X, soft=True)
    two, _ = Oracle(gpu, batch_size=100, n_jobs=2).label(X, soft=True)
    np.testing.assert_array_equal(one.codes, two.codes)
    cached = CachedTeacher(gpu)
    np.testing.assert_array_equal(cached.predict(X), gpu.predict(X))
    cached.predict(X[::-1])
    assert cached.n_queries_ == len(X)


def test_hidden_layers(networks):
    cpu, gpu = (hidden_representation(teacher, X[:200]) for teacher in teachers(networks))
    np.testing.assert_allclose(np.asarray(gpu), np.asarray(cpu), atol=1e-4)


def test_students(networks):
    """A tree, a soft student and a linear-probe tree of a network on the GPU."""
    _, gpu = teachers(networks)
    tree = DistilledTreeClassifier(gpu, grower=CartGrower(), random_state=0).fit(X[:500])
    assert tree.fidelity_ > 0.7
    soft = DistilledClassifier(gpu, transfer_set=None, labels="soft").fit(X)
    assert soft.fidelity_ > 0.9
    probe = LinearProbeTreeClassifier(gpu, max_depth=3, n_samples=500, random_state=0)
    assert probe.fit(X[:500]).fidelity_ > 0.5

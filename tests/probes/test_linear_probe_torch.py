"""Trees found in torch networks: residual blocks, modes, batches, layers."""

import copy
import pickle

import numpy as np
import pytest

from skdistill import LinearProbeTreeClassifier, LinearProbeTreeRegressor, TorchTeacher
from skdistill.datasets import make_boolean_tree

torch = pytest.importorskip("torch")


class Residual(torch.nn.Module):
    """Blocks h + relu(W h), with dropout between them, and one logit."""

    def __init__(self, n_features, width=48, n_blocks=2):
        super().__init__()
        self.first = torch.nn.Linear(n_features, width)
        self.blocks = torch.nn.ModuleList(torch.nn.Linear(width, width) for _ in range(n_blocks))
        self.dropout = torch.nn.Dropout(0.05)
        self.readout = torch.nn.Linear(width, 1)

    def forward(self, x):
        h = torch.relu(self.first(x))
        for block in self.blocks:
            h = h + torch.relu(block(self.dropout(h)))
        return self.readout(h)[:, 0]


@pytest.fixture(scope="module")
def trained():
    """A small residual network that has learned a tree of depth 2 over 10 bits."""
    truth = make_boolean_tree(10, 2, random_state=0)
    X = torch.tensor(truth.sample(1024, random_state=0), dtype=torch.float32)
    y = torch.tensor(truth.predict(X.numpy()), dtype=torch.float32)
    with torch.random.fork_rng():
        torch.manual_seed(0)
        module = Residual(10)
        optimiser = torch.optim.Adam(module.parameters(), lr=0.003)
        for step in range(300):
            part = slice(128 * (step % 8), 128 * (step % 8 + 1))
            loss = torch.nn.functional.binary_cross_entropy_with_logits(module(X[part]), y[part])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
    return module.eval(), truth


def probed(module, truth, **params):
    """A probe tree of depth 2 of a module."""
    own = {name: params.pop(name) for name in ("batch_size",) if name in params}
    params = {"domain": "sign", "max_depth": 2, "random_state": 0, "n_samples": 500} | params
    teacher = TorchTeacher(module, output="logits", **own)
    return LinearProbeTreeClassifier(teacher, **params).fit(truth.sample(10, random_state=1))


def test_the_tree_is_recovered_exactly(trained):
    """From the activations of a residual network; the hypothesis holds."""
    module, truth = trained
    tree = probed(module, truth)
    fresh = truth.sample(5000, random_state=2)
    np.testing.assert_array_equal(tree.predict(fresh), truth.predict(fresh))
    np.testing.assert_array_equal(tree.predict(fresh), tree.teacher_.predict(fresh))
    assert tree.lrh_report().holds
    again = pickle.loads(pickle.dumps(tree))
    np.testing.assert_array_equal(again.predict(fresh), tree.predict(fresh))


def test_the_module_is_left_as_it_was(trained):
    """Every part's mode, its hooks and its weights; dropout was off meanwhile."""
    module = copy.deepcopy(trained[0]).train()
    module.blocks[0].eval()
    modes = [part.training for part in module.modules()]
    weights = [weight.detach().clone() for weight in module.parameters()]
    tree = probed(module, trained[1])
    assert [part.training for part in module.modules()] == modes
    assert all(torch.equal(a, b) for a, b in zip(weights, module.parameters(), strict=True))
    assert all(weight.grad is None for weight in module.parameters())
    for part in module.modules():
        assert not part._forward_hooks
        assert not part._forward_pre_hooks
    quiet = probed(trained[0], trained[1])
    np.testing.assert_array_equal(tree.tree_.value, quiet.tree_.value)
    np.testing.assert_allclose(tree.probe_residuals_, quiet.probe_residuals_)


def test_batches_do_not_matter(trained):
    """The same tree, whatever batches the teacher is queried in."""
    trees = [probed(*trained, batch_size=size) for size in (4096, 64)]
    np.testing.assert_array_equal(trees[0].tree_.feature, trees[1].tree_.feature)
    np.testing.assert_array_equal(trees[0].tree_.value, trees[1].tree_.value)
    np.testing.assert_allclose(trees[0].probe_residuals_, trees[1].probe_residuals_, atol=1e-4)


def test_chosen_layers(trained):
    """Named layers are read; the first one holds literals, and the last ones conjunctions."""
    module, truth = trained
    first = probed(module, truth, layers="first").lrh_report()
    last = probed(module, truth, layers=["blocks.1", "readout:input"]).lrh_report()
    assert last.holds
    assert last.error[1] < first.error[1]


def test_layers_that_do_not_exist(trained):
    """The error lists those that do."""
    with pytest.raises(ValueError, match=r"no layer 'blocks\.7'.*'first'.*'blocks\.1'"):
        probed(*trained, layers="blocks.7")


def test_broken_weights(trained):
    """Activations that are not finite are refused, with the layer's name."""
    module = copy.deepcopy(trained[0])

    class Overflowing(torch.nn.Module):
        """Predicts well, although a layer beside overflows."""

        def __init__(self):
            super().__init__()
            self.inner, self.beside = module, torch.nn.Linear(10, 3)
            torch.nn.init.constant_(self.beside.weight, torch.inf)

        def forward(self, x):
            self.beside(x)
            return self.inner(x)

    with pytest.raises(ValueError, match=r"'beside'.*NaN or infinity"):
        probed(Overflowing(), trained[1], layers="beside")


def test_values(trained):
    """The same network as a regression of its logit."""
    module, truth = trained
    teacher = TorchTeacher(module, output="value")
    tree = LinearProbeTreeRegressor(
        teacher, domain="sign", max_depth=2, n_samples=500, random_state=0
    )
    tree.fit(truth.sample(10, random_state=1))
    fresh = truth.sample(2000, random_state=2)
    np.testing.assert_array_equal(tree.predict(fresh) > 0, truth.predict(fresh))
    assert tree.score(fresh, teacher.predict(fresh)) > 0.9

"""Networks trained on random Boolean trees, kept in a cache outside the repository.

The network is a ReLU network of residual blocks h + relu(W h + b) in
maximal-update parametrisation: inputs are mixed with standard deviation
1 / sqrt(d), blocks with sqrt(2 / width), the readout starts at zero and is divided by
the width; Adam's step is ``rate`` for the biases and the readout, ``rate`` /
width for the blocks, and ``rate`` 100 / d for the input layer, so that every
layer learns features at any width (G. Yang et al., "Tensor programs V",
arXiv:2203.03466, table 8) and any number of inputs. It learns the labels -1 and
1 by squared error on a fixed sample of uniform points of the cube, as in
E. Boix-Adsera, "Towards a theory of model distillation", arXiv:2403.09053,
figure 5.

What was trained lies in the folder ``SKDISTILL_BENCH_CACHE``, by default
``~/.cache/skdistill-bench``; what is missing is trained at first use. Run
``python benchmarks/_lib/networks.py`` to train everything that the benchmarks need.
"""

from __future__ import annotations

import math
import os
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from skdistill.datasets import BooleanTree, make_boolean_tree

__all__ = [
    "KINDS",
    "NETWORKS",
    "Recipe",
    "ResidualNetwork",
    "TrainedNetwork",
    "accuracy",
    "correlated_points",
    "load_network",
    "main",
    "recipe_for",
    "scores",
    "trained_network",
]

_N_FRESH = 20_000

# What a network is, and how its recipe differs from that of a well-trained one.
KINDS: dict[str, dict[str, Any]] = {
    "trained": {},
    "stopped": {"stop_at": 0.99},
    "correlated": {"correlation": 0.5},
    "untrained": {"n_rows": 0},
}
# (depth, seed, inputs, kind) of everything that the benchmarks read.
NETWORKS = (
    *((depth, seed, 100, "trained") for depth in (2, 3, 4) for seed in range(3)),
    (5, 0, 100, "trained"),
    (4, 0, 1000, "trained"),
    *((4, 0, 100, kind) for kind in ("stopped", "correlated", "untrained")),
    *((5, seed, 100, "trained") for seed in (1, 2)),
)


class ResidualNetwork(torch.nn.Module):
    """A ReLU network of residual blocks with a single output, in maximal-update parametrisation.

    Parameters
    ----------
    n_features : int
        Inputs.
    width : int
        Hidden units a layer.
    n_layers : int
        Hidden layers: one from the inputs, and ``n_layers - 1`` blocks.
    """

    def __init__(self, n_features: int, width: int, n_layers: int = 5):
        super().__init__()
        self.first = torch.nn.Linear(n_features, width)
        self.blocks = torch.nn.ModuleList(
            torch.nn.Linear(width, width) for _ in range(n_layers - 1)
        )
        self.readout = torch.nn.Linear(width, 1, bias=False)
        for layer in (self.first, *self.blocks):
            gain = 1.0 if layer is self.first else math.sqrt(2.0)
            torch.nn.init.normal_(layer.weight, std=gain / math.sqrt(layer.in_features))
            torch.nn.init.zeros_(layer.bias)
        torch.nn.init.zeros_(self.readout.weight)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Scores of shape (n_samples,), above zero for the second class."""
        h = torch.relu(self.first(x))
        for block in self.blocks:
            h = h + torch.relu(block(h))
        return self.readout(h)[:, 0] / self.readout.in_features

    def parameter_groups(self, rate: float) -> list[dict[str, Any]]:
        """Adam's step by the kind of the parameter."""
        matrices = {id(block.weight) for block in self.blocks} | {id(self.first.weight)}
        return [
            {"params": [p for p in self.parameters() if id(p) not in matrices], "lr": rate},
            {"params": [self.first.weight], "lr": rate * 100 / self.first.in_features},
            {
                "params": [block.weight for block in self.blocks],
                "lr": rate / self.readout.in_features,
            },
        ]


@dataclass(frozen=True)
class Recipe:
    """How a network is trained.

    Parameters
    ----------
    n_features, depth, seed : int
        Of the tree.
    n_rows : int
        Points in the fixed sample.
    width, n_layers : int
        Of the network.
    rate : float
        Adam's first step for biases and readout; it falls as a cosine to zero.
    batch_size, n_epochs : int
        Rows a step, and passes.
    stop_at : float, optional
        Training ends above this accuracy on fresh points.
    correlation : float
        Between any two inputs of the sample.
    """

    n_features: int
    depth: int
    seed: int
    n_rows: int = 100_000
    width: int = 256
    n_layers: int = 5
    rate: float = 0.02
    batch_size: int = 500
    n_epochs: int = 8
    stop_at: float | None = None
    correlation: float = 0.0

    @property
    def path(self) -> Path:
        """The file in the cache; every setting is in its name."""
        default = Path.home() / ".cache" / "skdistill-bench"
        folder = Path(os.environ.get("SKDISTILL_BENCH_CACHE", default))
        name = (
            f"d{self.n_features}-depth{self.depth}-seed{self.seed}-n{self.n_rows}"
            f"-w{self.width}x{self.n_layers}-rate{self.rate:g}-b{self.batch_size}"
            f"-e{self.n_epochs}-stop{self.stop_at}-corr{self.correlation:g}.pt"
        )
        return folder / name


@dataclass(frozen=True)
class TrainedNetwork:
    """A network from the cache.

    Parameters
    ----------
    module : ResidualNetwork
        In evaluation mode.
    tree : BooleanTree
        The truth that it was trained on.
    recipe : Recipe
    accuracy : float
        On 20,000 fresh points drawn like its sample.
    uniform_accuracy : float
        On 20,000 uniform points of the cube.
    seconds : float
        CPU seconds of the training.
    """

    module: ResidualNetwork
    tree: BooleanTree
    recipe: Recipe
    accuracy: float
    uniform_accuracy: float
    seconds: float


def correlated_points(
    n_samples: int, n_features: int, correlation: float, rng: np.random.Generator
) -> np.ndarray:
    """Draw points of {-1, 1}^d, any two of whose inputs have the given correlation.

    They are signs of normals that share a factor; the signs of two normals of
    correlation r have the correlation (2 / pi) arcsin(r).

    Parameters
    ----------
    n_samples, n_features : int
    correlation : float
        From 0, the uniform distribution, to below 1.
    rng : numpy.random.Generator

    Returns
    -------
    X : ndarray of shape (n_samples, n_features)
        As int8.
    """
    if correlation == 0.0:
        return 2 * rng.integers(0, 2, size=(n_samples, n_features), dtype=np.int8) - 1
    r = math.sin(math.pi * correlation / 2)
    X = np.empty((n_samples, n_features), dtype=np.int8)
    for start in range(0, n_samples, 10_000):
        part = X[start : start + 10_000]
        normals = math.sqrt(1 - r) * rng.standard_normal(part.shape)
        normals += math.sqrt(r) * rng.standard_normal((len(part), 1))
        part[:] = np.where(normals > 0, 1, -1)
    return X


def scores(module: torch.nn.Module, X: np.ndarray) -> np.ndarray:
    """A network's scores of shape (n_samples,) on rows of shape (n_samples, n_features)."""
    with torch.inference_mode():
        parts = [module(torch.as_tensor(X[i : i + 4096]).float()) for i in range(0, len(X), 4096)]
    return torch.cat(parts).numpy()


def accuracy(module: torch.nn.Module, X: np.ndarray, y: np.ndarray) -> float:
    """Share of rows on which the sign of a network's score gives the label.

    Parameters
    ----------
    module : torch.nn.Module
    X : ndarray of shape (n_samples, n_features)
    y : ndarray of shape (n_samples,)
        Labels 0 and 1.

    Returns
    -------
    accuracy : float
    """
    return float(np.mean((scores(module, X) > 0) == y))


def _batches(
    X: torch.Tensor, y: torch.Tensor, size: int, generator: torch.Generator
) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
    """One pass in random order."""
    for part in torch.randperm(len(X), generator=generator).split(size):
        yield X[part].float(), y[part]


def _train(recipe: Recipe, tree: BooleanTree, verbose: bool) -> ResidualNetwork:
    """Train for all passes, or until the accuracy on fresh points is reached."""
    torch.manual_seed(recipe.seed)
    generator = torch.Generator().manual_seed(recipe.seed)
    rng = np.random.default_rng([recipe.seed, 0])
    sample = correlated_points(recipe.n_rows, recipe.n_features, recipe.correlation, rng)
    fresh = correlated_points(_N_FRESH, recipe.n_features, recipe.correlation, rng)
    truth = tree.predict(fresh)
    X = torch.from_numpy(sample)
    y = torch.from_numpy(2.0 * tree.predict(sample) - 1.0).float()

    module = ResidualNetwork(recipe.n_features, recipe.width, recipe.n_layers)
    optimiser = torch.optim.Adam(module.parameter_groups(recipe.rate))
    n_steps = recipe.n_epochs * math.ceil(recipe.n_rows / recipe.batch_size)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda step: 0.5 * (1 + math.cos(math.pi * step / n_steps))
    )
    few = _N_FRESH // 5
    for epoch in range(recipe.n_epochs):
        total = 0.0
        for rows, labels in _batches(X, y, recipe.batch_size, generator):
            loss = torch.nn.functional.mse_loss(module(rows), labels)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
            total += float(loss.detach()) * len(rows)
            if recipe.stop_at and accuracy(module, fresh[:few], truth[:few]) > recipe.stop_at:
                return module
        if verbose:
            reached = accuracy(module, fresh, truth)
            print(f"  pass {epoch + 1}: loss {total / len(X):.5f}, {reached:.5f}", flush=True)
    return module


def _random(recipe: Recipe) -> ResidualNetwork:
    """Random weights, but no share of the mean activation in the readout: both signs occur."""
    torch.manual_seed(recipe.seed)
    module = ResidualNetwork(recipe.n_features, recipe.width, recipe.n_layers)
    points = correlated_points(1_000, recipe.n_features, 0.0, np.random.default_rng(recipe.seed))
    seen: list[torch.Tensor] = []
    with torch.no_grad(), module.readout.register_forward_pre_hook(lambda _, h: seen.append(h[0])):
        module(torch.from_numpy(points).float())
        mean = seen[0].mean(dim=0)
        weight = torch.randn_like(mean)
        module.readout.weight.copy_((weight - mean * (weight @ mean) / (mean @ mean))[None])
    return module


def trained_network(recipe: Recipe, *, verbose: bool = False) -> TrainedNetwork:
    """Take a network from the cache, or train it and put it there.

    Parameters
    ----------
    recipe : Recipe
        With no rows: a network with random weights.
    verbose : bool, default=False
        Print each pass.

    Returns
    -------
    network : TrainedNetwork
    """
    tree = make_boolean_tree(recipe.n_features, recipe.depth, random_state=recipe.seed)
    if recipe.path.exists():
        kept = torch.load(recipe.path, weights_only=True)
        module = ResidualNetwork(recipe.n_features, recipe.width, recipe.n_layers)
        module.load_state_dict(kept.pop("state"))
        return TrainedNetwork(module.eval(), tree, recipe, **kept)
    start = time.process_time()
    if recipe.n_rows:
        module = _train(recipe, tree, verbose)
    else:
        module = _random(recipe)
    kept = {"seconds": time.process_time() - start}
    rng = np.random.default_rng([recipe.seed, 1])
    for name, correlation in (("accuracy", recipe.correlation), ("uniform_accuracy", 0.0)):
        fresh = correlated_points(_N_FRESH, recipe.n_features, correlation, rng)
        kept[name] = accuracy(module, fresh, tree.predict(fresh))
    recipe.path.parent.mkdir(parents=True, exist_ok=True)
    torch.save({"state": module.state_dict(), **kept}, recipe.path)
    return TrainedNetwork(module.eval(), tree, recipe, **kept)


def recipe_for(depth: int, seed: int, d: int = 100, kind: str = "trained") -> Recipe:
    """Return the recipe of one of the benchmarks' networks.

    Parameters
    ----------
    depth, seed, d : int
        Of the tree; d is the number of inputs.
    kind : {"trained", "stopped", "correlated", "untrained"}, default="trained"
        Trained to the end, stopped at 99 %, trained on inputs of pairwise
        correlation 0.5, or with random weights.

    Returns
    -------
    recipe : Recipe
    """
    hard = depth > 4 or d > 500
    size = {"n_rows": 1_000_000, "n_epochs": 3} if hard else {}
    return Recipe(d, depth, seed, **{**size, **KINDS[kind]})


def load_network(
    depth: int, seed: int, d: int = 100, kind: str = "trained"
) -> tuple[ResidualNetwork, BooleanTree]:
    """Return a network and the tree that it learned; train it at first use.

    Parameters
    ----------
    depth, seed, d, kind
        As for :func:`recipe_for`.

    Returns
    -------
    module : ResidualNetwork
        Its output of shape (n_samples,) is a logit of the second class.
    tree : BooleanTree
    """
    network = trained_network(recipe_for(depth, seed, d, kind))
    return network.module, network.tree


def main() -> None:
    """Train all networks that are not in the cache."""
    verbose = "--verbose" in sys.argv
    for case in NETWORKS:
        network = trained_network(recipe_for(*case), verbose=verbose)
        print(
            f"depth {case[0]}, seed {case[1]}, d = {case[2]}, {case[3]}: "
            f"{network.recipe.path} accuracy={network.accuracy:.5f} "
            f"uniform={network.uniform_accuracy:.5f} cpu_seconds={network.seconds:.1f}",
            flush=True,
        )


if __name__ == "__main__":
    main()

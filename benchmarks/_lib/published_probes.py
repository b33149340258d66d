"""The published way from a network to a tree, plainly: probes trained by gradient.

Depth by depth, every conjunction that was kept is extended by every literal. A
linear probe of each extension is trained on the activations of the probe rows
by Adam, all probes of a depth in one matrix, and its mean squared error is
taken on held-out rows. The ``k`` conjunctions of least error are extended in
turn. In the end, dynamic programming finds the best tree among the
best conjunctions of each depth.

Source: E. Boix-Adsera, "Towards a theory of model distillation",
arXiv:2403.09053, section 4 and figure 5; our own code. The numbers of rows,
steps and conjunctions are the published ones; the tree is scored against the
teacher's labels, since the truth is what a user does not have.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np
import torch

__all__ = ["PublishedTree", "published_tree"]

# Probes that are trained at once, and the conjunctions of a depth that a tree may use.
_AT_ONCE, _PER_DEPTH = 20_000, 1_000


@dataclass(frozen=True)
class PublishedTree:
    """A tree as its leaves.

    Parameters
    ----------
    literals : ndarray of shape (n_leaves, n_features)
        1 where an input must be high, -1 where low, 0 where either.
    labels : ndarray of shape (n_leaves,)
        0 or 1.
    n_probes : int
        Probes that were trained on the way.
    seconds : float
        CPU seconds, after the forward pass.
    """

    literals: np.ndarray
    labels: np.ndarray
    n_probes: int
    seconds: float

    def predict(self, X: np.ndarray) -> np.ndarray:
        """Labels of rows of {-1, 1}^d."""
        return self.labels[_indicators(X, self.literals).argmax(axis=1)]


def _indicators(X: np.ndarray, literals: np.ndarray) -> np.ndarray:
    """Whether each row satisfies each conjunction: shape (n, n_conjunctions)."""
    true = X.astype(np.float32) @ literals.T.astype(np.float32)
    return true > np.abs(literals).sum(axis=1) - 0.5


def _extend(literals: np.ndarray) -> np.ndarray:
    """Every conjunction and one literal more, each once: shape (n_extended, d)."""
    extended = []
    for conjunction in literals:
        for side in (-1, 1):
            free = np.flatnonzero(conjunction == 0)
            longer = np.repeat(conjunction[np.newaxis], len(free), axis=0)
            longer[np.arange(len(free)), free] = side
            extended.append(longer)
    return np.unique(np.concatenate(extended), axis=0)


def _probe_errors(
    H: torch.Tensor,
    targets: torch.Tensor,
    H_held: torch.Tensor,
    targets_held: torch.Tensor,
    n_steps: int,
    rate: float,
) -> np.ndarray:
    """Train one linear probe a column of targets; mean squared errors on held-out rows."""
    probe = torch.nn.Linear(H.shape[1], targets.shape[1])
    torch.nn.init.zeros_(probe.weight)
    torch.nn.init.zeros_(probe.bias)
    optimiser = torch.optim.Adam(probe.parameters(), lr=rate)
    for _ in range(n_steps):
        optimiser.zero_grad()
        ((probe(H) - targets) ** 2).mean(dim=0).sum().backward()
        optimiser.step()
    with torch.no_grad():
        return ((probe(H_held) - targets_held) ** 2).mean(dim=0).numpy()


def _scaled(H: np.ndarray) -> torch.Tensor:
    """Activations whose rows have a mean squared norm of one."""
    table = torch.from_numpy(np.ascontiguousarray(H, dtype=np.float32))
    return table * (len(table) ** 0.5 / table.norm())


def _best_tree(levels: list[np.ndarray], X: np.ndarray, y: np.ndarray) -> list[tuple[int, int]]:
    """Dynamic programming over conjunctions; the leaves, as (index, label)."""
    conjunctions = np.concatenate(levels)
    inside = _indicators(X, conjunctions)
    ones = y @ inside
    zeros = inside.sum(axis=0) - ones
    value = np.maximum(ones, zeros)
    label = (ones > zeros).astype(int)
    place = {row.tobytes(): i for i, row in enumerate(conjunctions)}
    children: dict[int, tuple[int, int]] = {}
    for i in range(len(conjunctions) - 1, -1, -1):  # longer conjunctions come last
        child = conjunctions[i].copy()
        for j in np.flatnonzero(child == 0):
            child[j] = -1
            low = place.get(child.tobytes())
            child[j] = 1
            high = place.get(child.tobytes())
            child[j] = 0
            if low is not None and high is not None and value[low] + value[high] > value[i]:
                value[i] = value[low] + value[high]
                children[i] = (low, high)
    leaves, open_nodes = [], [0]
    while open_nodes:
        i = open_nodes.pop()
        if i in children:
            open_nodes.extend(children[i])
        else:
            leaves.append((i, int(label[i])))
    return leaves


def published_tree(
    H: np.ndarray,
    X: np.ndarray,
    H_held: np.ndarray,
    X_held: np.ndarray,
    y_held: np.ndarray,
    *,
    depth: int,
    k: int,
    n_steps: int = 101,
    rate: float = 0.01,
) -> PublishedTree:
    """Search a network's activations for the conjunctions of a tree.

    Parameters
    ----------
    H : ndarray of shape (n_samples, n_units)
        Activations on the probe rows.
    X : ndarray of shape (n_samples, n_features)
        Probe rows of {-1, 1}^d.
    H_held, X_held, y_held : ndarray
        Held-out rows, for the probes' errors and the tree, with the teacher's labels 0 and 1.
    depth : int
        Literals of the longest conjunctions.
    k : int
        Conjunctions of each depth that are extended.
    n_steps : int, default=101
        Full-batch steps of Adam.
    rate : float, default=0.01
        Of Adam.

    Returns
    -------
    tree : PublishedTree
    """
    start = time.process_time()
    activations, activations_held = _scaled(H), _scaled(H_held)
    levels = [np.zeros((1, X.shape[1]), dtype=np.int8)]
    kept, n_probes = levels[0], 0
    for _ in range(depth):
        extended = _extend(kept)
        errors = [
            _probe_errors(
                activations,
                torch.from_numpy(2.0 * _indicators(X, part) - 1.0).float(),
                activations_held,
                torch.from_numpy(2.0 * _indicators(X_held, part) - 1.0).float(),
                n_steps,
                rate,
            )
            for part in np.split(extended, range(_AT_ONCE, len(extended), _AT_ONCE))
        ]
        n_probes += len(extended)
        order = np.argsort(np.concatenate(errors), kind="stable")
        levels.append(extended[order[:_PER_DEPTH]])
        kept = extended[order[:k]]
    leaves = _best_tree(levels, X_held, y_held)
    literals = np.concatenate(levels)[[i for i, _ in leaves]]
    labels = np.array([label for _, label in leaves])
    return PublishedTree(literals, labels, n_probes, time.process_time() - start)

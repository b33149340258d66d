"""From networks to the trees that they learned: linear probes, against the published procedure.

Random decision trees over d inputs, 5-layer networks trained on them until
they are right on 20,000 fresh points, and the question whether the tree comes
out of the network again:

* ours, ``LinearProbeTreeClassifier`` with its defaults, and the published
  procedure (probes trained by gradient, k conjunctions kept at each depth) on the
  same networks in the same run: agreement with the teacher on 20,000 fresh
  points, whether the tree is exactly the true function, probes, their share of
  all conjunctions of at most that many literals, CPU seconds on one thread
  after the forward pass;
* d = 1,000: CPU seconds and peak memory;
* networks that are stopped early, trained on correlated inputs, or not trained
  at all: what the report on the linear representation hypothesis finds.

Networks are trained at first use and kept in a cache, see ``_lib/networks.py``.
Source: E. Boix-Adsera, "Towards a theory of model distillation",
arXiv:2403.09053, figure 5.

Run::

    python benchmarks/bench_linear_probe_trees.py
    python benchmarks/bench_linear_probe_trees.py --quick    # without the slow baselines
"""

from __future__ import annotations

import os

# One thread on both sides.
os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1", MKL_NUM_THREADS="1")

import argparse
import math
import time
import warnings
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from typing import Any

import numpy as np
import torch
from _lib.memory import peak_mb
from _lib.networks import correlated_points, load_network, recipe_for, scores, trained_network
from _lib.published_probes import published_tree
from _lib.results import add_output, markdown_table, write_study

from skdistill import LinearProbeTreeClassifier, TorchTeacher
from skdistill.datasets import BooleanTree
from skdistill.teachers import hidden_representation

N_FRESH, N_PROBE, N_HELD = 20_000, 1_000, 10_000
# Depth, seeds, and for the baseline: k and its seeds.
CASES: tuple[tuple[int, tuple[int, ...], dict[int, tuple[int, ...]]], ...] = (
    (2, (0, 1, 2), {10: (0, 1, 2)}),
    (3, (0, 1, 2), {10: (0, 1, 2)}),
    (4, (0, 1, 2), {10: (0, 1, 2), 50: (0,)}),
    (5, (0, 1, 2), {}),
)
SLOW_K = 50


class TimedTeacher:
    """The CPU seconds that a module's forward passes take.

    Parameters
    ----------
    module : torch.nn.Module

    Attributes
    ----------
    seconds : float
    teacher : TorchTeacher
    """

    def __init__(self, module: torch.nn.Module):
        self.seconds = 0.0
        self.teacher = TorchTeacher(module, output="logits")
        self._handles = [
            module.register_forward_pre_hook(self._start),
            module.register_forward_hook(self._stop),
        ]

    def _start(self, module: Any, args: Any) -> None:
        self._started = time.process_time()

    def _stop(self, module: Any, args: Any, output: Any) -> None:
        self.seconds += time.process_time() - self._started

    def close(self) -> None:
        """Take the clocks off."""
        for handle in self._handles:
            handle.remove()


@dataclass(frozen=True)
class Outcome:
    """What one search found.

    Parameters
    ----------
    agreement : float
        With the teacher, on fresh uniform points.
    exact : float
        Share of the whole cube on which the tree is the true tree.
    n_probes : int
    seconds : float
        CPU, after the forward pass.
    """

    agreement: float
    exact: float
    n_probes: int
    seconds: float


def leaf_literals(tree: Any, n_features: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the leaves of a scikit-learn tree on {-1, 1}^d.

    Parameters
    ----------
    tree : sklearn.tree._tree.Tree
    n_features : int

    Returns
    -------
    literals : ndarray of shape (n_leaves, n_features)
        1 where an input must be high, -1 where low, 0 where either.
    classes : ndarray of shape (n_leaves,)
        Positions of the labels.
    """
    literals = np.zeros((tree.node_count, n_features), dtype=np.int8)
    for node in np.flatnonzero(tree.children_left != -1):  # parents come first
        for child, side in ((tree.children_left[node], -1), (tree.children_right[node], 1)):
            literals[child] = literals[node]
            literals[child, tree.feature[node]] = side
    leaves = tree.children_left == -1
    return literals[leaves], tree.value[leaves, 0].argmax(axis=1)


def share_of_agreement(
    first: tuple[np.ndarray, np.ndarray], second: tuple[np.ndarray, np.ndarray]
) -> float:
    """Return the share of {-1, 1}^d on which two trees agree, without drawing any point.

    Parameters
    ----------
    first, second : tuple of (literals, labels)
        The leaves of each tree.

    Returns
    -------
    share : float
        Two leaves share 2^-w of the cube, where w inputs occur in either of
        them, or nothing where they contradict each other.
    """
    a, b = first[0].astype(float), second[0].astype(float)
    both = np.abs(a) @ np.abs(b).T
    either = np.abs(a).sum(axis=1)[:, np.newaxis] + np.abs(b).sum(axis=1) - both
    meet = (a @ b.T == both) * 0.5**either
    return float(meet[first[1][:, np.newaxis] == second[1]].sum())


def ours(
    module: torch.nn.Module,
    truth: BooleanTree,
    depth: int,
    seed: int,
    X: np.ndarray | None = None,
) -> tuple[Outcome, LinearProbeTreeClassifier]:
    """Search with the package's defaults, on the whole cube, or on given rows."""
    clock = TimedTeacher(module)
    tree = LinearProbeTreeClassifier(
        clock.teacher,
        domain="sign" if X is None else "auto",
        max_depth=depth,
        random_state=seed,
    )
    X = truth.sample(100, random_state=0) if X is None else X
    start = time.process_time()
    tree.fit(X)
    seconds = time.process_time() - start - clock.seconds
    clock.close()
    fresh = truth.sample(N_FRESH, random_state=10_000 + seed)
    agreement = float(np.mean(tree.predict(fresh) == clock.teacher.predict(fresh)))
    literals, codes = leaf_literals(tree.tree_, truth.n_features)
    true_leaves = truth.leaf_literals, truth.labels
    exact = share_of_agreement((literals, np.asarray(tree.classes_)[codes]), true_leaves)
    return Outcome(agreement, exact, int(tree.n_probes_), seconds), tree


def _published_activations(teacher: TorchTeacher, X: np.ndarray) -> np.ndarray:
    """What the published procedure reads: every layer before and after ReLU, and the output."""
    n_blocks = len(teacher.network.blocks)
    before = ["first", *(f"blocks.{i}" for i in range(n_blocks)), "readout"]
    after = [*(f"blocks.{i}:input" for i in range(n_blocks)), "readout:input"]
    output = 2.0 * teacher.predict(X) - 1.0
    return np.column_stack([hidden_representation(teacher, X, [*before, *after]), output])


def published(
    module: torch.nn.Module, truth: BooleanTree, depth: int, seed: int, k: int
) -> Outcome:
    """Search with probes trained by gradient."""
    teacher = TorchTeacher(module, output="logits")
    X = truth.sample(N_PROBE, random_state=20_000 + seed)
    held = truth.sample(N_HELD, random_state=30_000 + seed)
    H, H_held = _published_activations(teacher, X), _published_activations(teacher, held)
    tree = published_tree(H, X, H_held, held, teacher.predict(held), depth=depth, k=k)
    fresh = truth.sample(N_FRESH, random_state=10_000 + seed)
    agreement = float(np.mean(tree.predict(fresh) == teacher.predict(fresh)))
    exact = share_of_agreement((tree.literals, tree.labels), (truth.leaf_literals, truth.labels))
    return Outcome(agreement, exact, tree.n_probes, tree.seconds)


def n_conjunctions(d: int, depth: int) -> int:
    """Return the number of conjunctions of 1 to ``depth`` literals over d inputs."""
    return sum(math.comb(d, w) * 2**w for w in range(1, depth + 1))


def _cells(name: str, outcomes: list[Outcome], d: int, depth: int) -> list[object]:
    """A row of the table; medians, and the least agreement."""
    probes = int(np.median([o.n_probes for o in outcomes]))
    return [
        name,
        f"{min(o.agreement for o in outcomes):.4f}",
        f"{sum(o.exact == 1.0 for o in outcomes)}/{len(outcomes)}",
        f"{probes:,}",
        f"{probes / n_conjunctions(d, depth):.2g}",
        f"{np.median([o.seconds for o in outcomes]):.2f}",
        f"{max(o.seconds for o in outcomes):.2f}",
    ]


_HEADER = [
    "agreement, the least",
    "exact",
    "probes",
    "of all conjunctions",
    "CPU s, median",
    "worst",
]


def figure_5(quick: bool) -> str:
    """Both searches on the same networks."""
    warm_module, warm_truth = load_network(2, 0)
    ours(warm_module, warm_truth, 2, 0)  # imports and first allocations
    rows, ratios, accuracies = [], [], []
    for depth, seeds, baselines in CASES:
        networks = {seed: trained_network(recipe_for(depth, seed)) for seed in seeds}
        accuracies += [network.accuracy for network in networks.values()]
        found = [ours(n.module, n.tree, depth, seed)[0] for seed, n in networks.items()]
        rows.append(_cells(f"depth {depth}, ours", found, 100, depth))
        own = float(np.median([o.seconds for o in found]))
        for k, chosen in baselines.items():
            if quick and k >= SLOW_K:
                continue
            others = []
            for seed in chosen[: 1 if quick else None]:
                network = networks[seed]
                others.append(published(network.module, network.tree, depth, seed, k))
                print(f"depth {depth}, k = {k}, seed {seed}: {others[-1]}", flush=True)
            rows.append(_cells(f"depth {depth}, published, k = {k}", others, 100, depth))
            theirs = float(np.median([o.seconds for o in others]))
            ratios.append(f"depth {depth}, k = {k}: {theirs / own:,.0f}x")
    table = markdown_table(["d = 100", *_HEADER], rows)
    seeds_text = ", ".join(f"{len(seeds)} at depth {depth}" for depth, seeds, _ in CASES)
    return (
        f"Networks: {seeds_text}; their least accuracy on {N_FRESH:,} fresh points is "
        f"{min(accuracies):.5f}.\n\n{table}\n\n"
        "CPU seconds of the published procedure over ours: " + "; ".join(ratios) + ".\n\n"
        "Exact: the tree found is the true function on the whole cube, by comparing leaves. "
        "Ours reads the five hidden layers after ReLU; the published procedure reads them before "
        f"it as well, and the output. It is given {N_PROBE:,} probe rows and {N_HELD:,} held-out "
        "ones, trains 101 steps, and may build the tree from the 1,000 best conjunctions of each "
        "depth. CPU seconds on one thread, without the forward pass."
    )


def _wide(depth: int, seed: int, d: int) -> tuple[Outcome, float, float]:
    """Search at a large d in a process of its own; peak memory in MB before and after."""
    module, truth = load_network(depth, seed, d)
    before = peak_mb(reset=True)
    clock_free, _ = ours(module, truth, depth, seed)
    after = peak_mb()
    return clock_free, before, after


def wide(quick: bool) -> str:
    """Ten times the inputs."""
    depth, seed, d = 4, 0, 1000
    network = trained_network(recipe_for(depth, seed, d))
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        outcome, before, after = pool.submit(_wide, depth, seed, d).result()
    row = [*_cells(f"depth {depth}, ours", [outcome], d, depth), f"{before:.0f}", f"{after:.0f}"]
    header = [f"d = {d:,}", *_HEADER, "peak MB before", "after"]
    return (
        f"A network of accuracy {network.accuracy:.5f}. Memory is the peak of a process of its "
        "own, torch included, which tests the tree on 20,000 fresh points in the end.\n\n"
        + markdown_table(header, [row])
    )


def degraded(quick: bool) -> str:
    """Networks, and rows, of which the hypothesis is not expected to hold, or not as well."""
    cases = (
        ("trained to the end", "trained", 0.0),
        ("stopped at 99 %", "stopped", 0.0),
        ("trained on inputs of correlation 0.5", "correlated", 0.0),
        ("the same, probed on such rows", "correlated", 0.5),
        ("random weights", "untrained", 0.0),
    )
    depth, seed = 4, 0
    rows, reports = [], []
    for name, kind, correlation in cases:
        network = trained_network(recipe_for(depth, seed, kind=kind))
        rng = np.random.default_rng(seed)
        X = correlated_points(4_000, 100, correlation, rng) if correlation else None
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            outcome, tree = ours(network.module, network.tree, depth, seed, X)
        fresh = correlated_points(N_FRESH, 100, correlation, rng)
        same = np.mean(tree.predict(fresh) == (scores(network.module, fresh) > 0))
        report = tree.lrh_report()
        left = report.error / np.maximum(report.trivial_error, 1e-12)
        rows.append(
            [
                name,
                f"{network.accuracy:.4f}",
                f"{tree.fidelity_:.4f}",
                f"{same:.4f}",
                f"{outcome.agreement:.4f}",
                f"{outcome.exact:.4f}",
                report.verdict,
                f"{np.mean(report.represented):.0%}" if left.size else "-",
                f"{left.max():.2f}" if left.size else "-",
                f"{outcome.seconds:.2f}",
            ]
        )
        warned = "; ".join(sorted({str(w.message) for w in caught}))
        reports.append(f"{name}:\n{report}" + (f"\nwarned: {warned}" if warned else ""))
    header = [
        "network, depth 4, d = 100",
        "its accuracy",
        "fidelity_",
        "agreement",
        "on the cube",
        "true tree",
        "hypothesis",
        "represented",
        "worst residual",
        "CPU s",
    ]
    return (
        "Accuracy: of the network, on points drawn as those it was trained on. Agreement: with the "
        "network, on fresh points drawn as those that were probed; on the cube: on uniform ones. "
        "True tree: share of the cube on which the tree found is the true one. Represented: share "
        "of its conjunctions that are, the mean over their lengths. Worst residual: the largest "
        "mean over a length, as a share of the variance.\n\n"
        + markdown_table(header, rows)
        + "\n\n```text\n"
        + "\n\n".join(reports)
        + "\n```"
    )


PARTS = {"figure 5": figure_5, "many inputs": wide, "where it does not carry": degraded}


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the parts, and write them down unless only some are asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="without the slow baselines")
    parser.add_argument("--part", choices=list(PARTS), help="only this one, printed alone")
    add_output(parser, __file__)
    options = parser.parse_args(arguments)
    torch.set_num_threads(1)
    body = []
    for name in [options.part] if options.part else PARTS:
        body.append(f"## {name.capitalize()}\n\n{PARTS[name](options.quick)}")
        print(f"{body[-1]}\n", flush=True)
    if not options.part:
        write_study("Linear-probe trees", "\n\n".join(body), options)


if __name__ == "__main__":
    main()

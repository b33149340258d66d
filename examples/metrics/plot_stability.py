"""
Stability: would another run give another tree?
===============================================

With another draw of the synthetic samples the same distiller grows another tree, often as faithful
as the first. Measure how much changes before you present the rules of one of them:
:func:`~skdistill.metrics.stability_score` fits the student several times, and compares.
"""

# %%
# Ten students of one forest
# --------------------------
# The teacher is a forest on the breast cancer data, fitted once. Each student is a tree of at most
# eight leaves, on a bootstrap sample of the rows and with seeds of its own. First they learn the
# real rows alone.

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_breast_cancer
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import train_test_split

from skdistill import DistilledTreeClassifier
from skdistill.metrics import stability_score

data = load_breast_cancer(as_frame=True)
X, X_test, y, y_test = train_test_split(data.data, data.target, test_size=0.4, random_state=0)
forest = RandomForestClassifier(n_estimators=100, random_state=0).fit(X, y)

student = DistilledTreeClassifier(forest, max_leaf_nodes=8, transfer_set=None)
alone = stability_score(student, X, X_eval=X_test, resample=True, random_state=0)
print(alone)

# %%
# The score is a float, the mean agreement of two students on fresh rows. It is high: they predict
# the same for most patients. But of the columns that two of them use, few are the same.

print(f"agreement {alone:.3f}, columns shared {alone.jaccard:.2f}")

# %%
# With synthetic samples
# ----------------------
# By default the forest also labels synthetic samples near the real rows, and the tree learns some
# thousands of them. Which few rows happened to be in the bootstrap sample then matters less.

both = stability_score(
    student.set_params(transfer_set="auto"), X, X_eval=X_test, resample=True, random_state=0
)
print(f"agreement {both:.3f}, columns shared {both.jaccard:.2f}")

# %%
# As a plot
# ---------
# A column of squares is a tree: it shows which measurements it tests. The dark one is its first
# split.

names = list({**both.feature_share, **alone.feature_share})
fig, axes = plt.subplots(1, 2, figsize=(10, 8), sharey=True, layout="constrained")
for ax, stability, title in zip(
    axes, (alone, both), ("real rows alone", "real and synthetic rows"), strict=True
):
    for j, name in enumerate(names):
        used = np.flatnonzero(stability.used[:, stability.columns.index(name)])
        first = [run for run in used if stability.roots[run][0] == name]
        ax.scatter(used + 1, np.full(len(used), j), marker="s", s=130, color="tab:blue", alpha=0.35)
        ax.scatter(np.add(first, 1), np.full(len(first), j), marker="s", s=130, color="tab:blue")
    ax.set_xticks(range(1, stability.n_runs + 1))
    ax.set_xlim(0.4, stability.n_runs + 0.6)
    ax.set(xlabel="run", title=f"{title}\n{stability.jaccard:.0%} of the columns shared")
    ax.grid(axis="y", alpha=0.3)
    ax.set_axisbelow(True)
axes[0].set_yticks(range(len(names)), names)
axes[0].invert_yaxis()
_ = fig.suptitle("Columns that ten trees of eight leaves use; dark: the first split")

# %%
# What to make of it
# ------------------
# * Where the same columns and thresholds return in every run, the rules describe the teacher. Where
#   they change and the predictions do not, they are one explanation of several.
# * Correlated columns (radius, perimeter and area of the same cells) are the usual reason. Leave
#   all but one out, and measure again.
# * ``resample=False`` keeps the rows, and shows what the draw of the transfer set alone changes:

seeds_alone = stability_score(student, X, X_eval=X_test, n_runs=5, random_state=0)
print(f"agreement {seeds_alone:.3f}, columns shared {seeds_alone.jaccard:.2f}")

"""
The leak: a frozen teacher in cross-validation
==============================================

Cross-validation works because the rows of the test fold are unseen. A fitted teacher has seen them
all, and its labels leak what it memorised to the student: the cross-validated accuracy is too high.
"""

# %%
# Labels without meaning
# ----------------------
# The rows are real, the labels are random. Nothing can be learned, so an unbiased estimate of the
# accuracy is one half. The same forest is the teacher of a cross-validated tree twice: once fitted
# on all rows before ("frozen": no cross-validation refits it), once unfitted, so that each fold
# fits it on its own training rows. The trees are large and many, so they grow by plain CART, which
# is fast.

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_diabetes
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import cross_validate

from skdistill import DistilledTreeClassifier, FidelityScorer
from skdistill.trees import CartGrower

X = load_diabetes().data
scoring = {"accuracy": "accuracy", "fidelity": FidelityScorer()}
teachers = {"frozen": [], "unfitted": []}
for seed in range(5):
    y = np.random.default_rng(seed).permutation(len(X)) % 2
    forest = RandomForestClassifier(n_estimators=25, random_state=seed)
    fitted = RandomForestClassifier(n_estimators=25, random_state=seed).fit(X, y)
    for name, teacher in (("frozen", fitted), ("unfitted", forest)):
        student = DistilledTreeClassifier(
            teacher, grower=CartGrower(), max_leaf_nodes=256, random_state=seed
        )
        teachers[name].append(cross_validate(student, X, y, cv=5, scoring=scoring))

scores = {
    (name, kind): np.array([run[f"test_{kind}"].mean() for run in runs])
    for name, runs in teachers.items()
    for kind in scoring
}
for (name, kind), values in scores.items():
    print(f"{name:8} teacher: {kind} {values.mean():.2f}")

# %%
# How labels leak
# ---------------
# The frozen teacher has memorised the labels of the test fold. The student never sees those rows,
# but it learns from synthetic samples near its own ones, where the teacher predicts what it
# memorised. So the student scores above one half although there is nothing to learn.

fig, axes = plt.subplots(1, 2, figsize=(10, 4.5), layout="constrained")
for ax, kind in zip(axes, scoring, strict=True):
    for place, (name, colour) in enumerate((("frozen", "tab:red"), ("unfitted", "tab:green"))):
        values = scores[name, kind]
        ax.bar(place, values.mean(), color=colour, alpha=0.4, width=0.6)
        ax.scatter(np.full(len(values), place), values, color=colour, s=18, zorder=3)
        ax.text(place, 0.04, f"{values.mean():.2f}", ha="center", fontsize=15)
    ax.set_xticks(
        [0, 1], ["frozen teacher\nhas seen all rows", "unfitted teacher\nfitted in each fold"]
    )
    ax.set(ylim=(0, 1), title=f"cross-validated {kind}")
axes[0].axhline(0.5, color="black", linestyle="--", linewidth=1)
axes[0].text(0.5, 0.515, "coin", ha="center")
_ = fig.suptitle("Students of forests on random labels; a dot is one draw of the labels")

# %%
# What to do
# ----------
# * To estimate **accuracy**, pass an unfitted teacher, or keep rows aside before the teacher is
#   fitted.
# * To estimate **fidelity** to a model that will be used as it is, use a frozen teacher. Still, its
#   predictions on its own training rows are partly memorised, which makes them hard to copy here:
#   its fidelity is the lower one. Fresh rows give both without bias.

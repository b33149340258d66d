"""
Recover a decision tree from a network
======================================

A network that has learned a tree represents the conjunctions of that tree in its hidden layers.
Linear probes of the activations find them, and dynamic programming builds the tree from them.
"""

# %%
# The truth, and a network that learned it
# ----------------------------------------
# A random decision tree over 16 inputs that are -1 or 1. A small network sees 6,000 of the
# 65,536 points with their labels, and is then right on points that it has not seen.

import matplotlib.pyplot as plt
import numpy as np
from sklearn.linear_model import Ridge
from sklearn.neural_network import MLPClassifier
from sklearn.tree import plot_tree

from skdistill import DistilledTreeClassifier, LinearProbeTreeClassifier
from skdistill.datasets import make_boolean_tree
from skdistill.teachers import hidden_representation
from skdistill.trees import CartGrower

truth = make_boolean_tree(n_features=16, depth=3, random_state=4)
X = truth.sample(6000, random_state=0)
network = MLPClassifier((64, 64), random_state=0).fit(X, truth.predict(X))

fresh = truth.sample(20_000, random_state=1)
y_teacher = network.predict(fresh)
accuracy = np.mean(y_teacher == truth.predict(fresh))
print(f"network and truth agree on {accuracy:.2%} of fresh points")

# %%
# Find the tree in the network
# ----------------------------
# ``domain="sign"``: the network is queried with points drawn from all rows of -1 and 1. ``X`` only
# shows the columns, so one row is enough, and no label is given.

tree = LinearProbeTreeClassifier(network, domain="sign", max_depth=3, random_state=0)
tree.fit(X[:1])
print(f"{tree.n_queries_} points queried, {tree.n_probes_} conjunctions probed")

agreement = np.mean(tree.predict(fresh) == y_teacher)
fig, axes = plt.subplots(1, 2, figsize=(15, 5.5), layout="constrained")
for ax, model, title in (
    (axes[0], truth.to_sklearn(), "The tree that the network was shown"),
    (axes[1], tree, f"The tree found in the network (agreement {agreement:.2%})"),
):
    plot_tree(
        model,
        feature_names=[f"x{j}" for j in range(16)],
        class_names=["no", "yes"],
        label="none",
        impurity=False,
        proportion=True,
        precision=2,
        filled=True,
        rounded=True,
        fontsize=8,
        ax=ax,
    )
    ax.set_title(title, fontsize=13)

# %%
# Numbers in a node: the condition, the share of all points, the shares of both classes, and the
# majority.
#
# Do the hidden layers help?
# --------------------------
# CART on the network's predictions alone takes the split that is purest at once. Here no single
# input is informative, so it starts badly and grows large. The default grower of distilled trees
# revises its splits, and comes closer. Below, the same search also reads the activations of a
# network of the same shape that has learned nothing. It still learns the trained network's
# predictions; only the hidden layers are another network's.

untrained = MLPClassifier((64, 64), learning_rate_init=1e-9, random_state=0)
untrained.partial_fit(X[:1], truth.predict(X[:1]), classes=network.classes_)

alternatives = {
    "CART on predictions, 8 leaves": DistilledTreeClassifier(
        network, grower=CartGrower(), max_leaf_nodes=8, transfer_set=None, random_state=0
    ).fit(X),
    "CART on predictions, unlimited": DistilledTreeClassifier(
        network, grower=CartGrower(), max_leaf_nodes=None, transfer_set=None, random_state=0
    ).fit(X),
    "default grower on predictions": DistilledTreeClassifier(
        network, max_leaf_nodes=8, transfer_set=None, random_state=0
    ).fit(X),
    "probes of an untrained network": LinearProbeTreeClassifier(
        network,
        layers=lambda points: hidden_representation(untrained, points),
        domain="sign",
        max_depth=3,
        random_state=0,
    ).fit(X[:1]),
    "probes of the network": tree,
}
for name, model in alternatives.items():
    fidelity = np.mean(model.predict(fresh) == y_teacher)
    print(f"{name:32} {model.get_n_leaves():4} leaves, agreement {fidelity:.3f}")

# %%
# Does the hypothesis hold?
# -------------------------
# The report tests it on the conjunctions of the tree that was found.

print(tree.lrh_report())

# %%
# The same by hand: a linear probe is a regression from the activations to the indicator of a
# conjunction. Each is fitted on half of some points and measured on the other half, in the
# trained and in the untrained network. The bars are at 4\ :sup:`-w` for w literals: an error
# below needs all of them together, since probes of shorter parts leave at least that much.
# The trained network is far below on every conjunction of its tree. The untrained one loses them
# as they get longer.

points = truth.sample(8000, random_state=2)
nodes = truth.to_sklearn().tree_.decision_path(points.astype(np.float32)).toarray()[:, 1:]
depth = np.repeat([1, 2, 3], [2, 4, 8])
fit, test = np.arange(4000), np.arange(4000, 8000)

fig, ax = plt.subplots(figsize=(7, 4.5), layout="constrained")
for shift, (name, model) in enumerate({"untrained": untrained, "trained": network}.items()):
    hidden = hidden_representation(model, points)
    probes = Ridge(1e-3).fit(hidden[fit], nodes[fit])
    error = np.mean((probes.predict(hidden[test]) - nodes[test]) ** 2, axis=0)
    place = depth + 0.08 * (2 * shift - 1)
    ax.plot(place, error, "o", color=["C1", "C0"][shift], alpha=0.7, label=f"{name} network")
ax.plot([1, 2, 3], 4.0 ** -np.arange(1, 4), "k_", markersize=60, label="threshold $4^{-w}$")
ax.set(
    yscale="log",
    xlim=(0.5, 3.5),
    xticks=[1, 2, 3],
    xlabel="literals in the conjunction (w)",
    ylabel="mean squared error of the best probe",
    title="Conjunctions represented in the network",
)
_ = ax.legend(markerscale=0.4, loc="center left", bbox_to_anchor=(1, 0.5), frameon=False)

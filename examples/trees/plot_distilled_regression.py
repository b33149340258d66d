"""
A surface in steps
==================

A regression teacher is a surface; its student is a staircase. With every doubling of the
leaves the steps follow the surface more closely, and there is more to read.
"""

# %%
# To see the surface, the teacher gets two columns of the diabetes data alone: body mass index
# and a blood serum measurement. It is a kernel machine, smooth everywhere.

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_diabetes
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVR

from skdistill import DistilledTreeRegressor, extract_rules, fidelity_report

data = load_diabetes(as_frame=True, scaled=False)
X = data.data[["bmi", "s5"]].rename(columns={"s5": "log triglycerides"})
X, X_test, y, y_test = train_test_split(X, data.target, test_size=0.4, random_state=0)
teacher = make_pipeline(StandardScaler(), SVR(C=100)).fit(X, y)

# %%
# Fidelity to a regressor is the share of its variance that the student explains (R²), measured
# on rows that neither has seen.

students = {
    leaves: DistilledTreeRegressor(teacher, max_leaf_nodes=leaves, random_state=0).fit(X)
    for leaves in (4, 8, 16, 64)
}
reports = {leaves: fidelity_report(student, X_test) for leaves, student in students.items()}

low, high = X.min(), X.max()
across, up = np.meshgrid(
    np.linspace(low.iloc[0], high.iloc[0], 200), np.linspace(low.iloc[1], high.iloc[1], 200)
)
grid = np.column_stack([across.ravel(), up.ravel()])
fig, axes = plt.subplots(1, 5, figsize=(14, 3.6), sharex=True, sharey=True, layout="constrained")
models = {"teacher": teacher} | {
    f"{leaves} leaves, R² {reports[leaves].scores['r2']:.3f}": student
    for leaves, student in students.items()
}
for ax, (title, model) in zip(axes, models.items(), strict=True):
    surface = model.predict(type(X)(grid, columns=X.columns)).reshape(across.shape)
    image = ax.pcolormesh(across, up, surface, vmin=50, vmax=270, rasterized=True)
    ax.scatter(X_test.iloc[:, 0], X_test.iloc[:, 1], s=3, color="white", alpha=0.6)
    ax.set_title(title)
    ax.set_xlabel("body mass index")
axes[0].set_ylabel("log triglycerides")
_ = fig.colorbar(image, ax=axes, label="disease progression")

# %%
# Four leaves are four rules. (White dots above are the unseen rows; where there are none, fidelity
# is neither measured nor aimed at.)

print(extract_rules(students[4]))

# %%

print(reports[16])

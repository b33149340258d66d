"""
Transfer sets side by side
==========================

All generators have the same methods: ``fit`` on real rows, then ``sample`` as many new ones as you
like. They differ in their model of the data, which two dimensions show.
"""

# %%
# A hundred and fifty rows
# ------------------------
# Two moons have what makes a density hard: curved, in two pieces, and with a valley between
# them. Grey dots are the real rows, coloured ones are a thousand new rows of each generator.

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import make_moons

from skdistill import (
    KernelDensityTransferSet,
    LocalGaussianTransferSet,
    MixtureTransferSet,
    MungeTransferSet,
    PoolTransferSet,
)
from skdistill.transfer import (
    BootstrapTransferSet,
    ForestDensityTransferSet,
    GaussianCopulaTransferSet,
    GaussianMixtureTransferSet,
    InterpolationTransferSet,
    MarginalTransferSet,
    NoiseTransferSet,
    UniformTransferSet,
)

X, _ = make_moons(150, noise=0.08, random_state=0)
more, _ = make_moons(1000, noise=0.08, random_state=1)

near_rows = [
    MungeTransferSet(),
    LocalGaussianTransferSet(),
    InterpolationTransferSet(),
    KernelDensityTransferSet(),
]
by_model = [
    NoiseTransferSet(),
    GaussianMixtureTransferSet(),
    GaussianCopulaTransferSet(),
    ForestDensityTransferSet(),
]
for_comparison = [
    MarginalTransferSet(),
    UniformTransferSet(),
    BootstrapTransferSet(),
    PoolTransferSet(pool=more),
]

fig, axes = plt.subplots(3, 4, figsize=(12, 6), sharex=True, sharey=True, layout="constrained")
for ax, generator in zip(axes.flat, near_rows + by_model + for_comparison, strict=True):
    new = generator.set_params(random_state=0).fit(X).sample(1000)
    ax.scatter(*new.T, s=5, alpha=0.5, linewidth=0)
    ax.scatter(*X.T, s=7, color="black", alpha=0.35, linewidth=0)
    ax.set_title(type(generator).__name__.removesuffix("TransferSet"))
    ax.set_aspect("equal")
_ = fig.suptitle("150 real rows (black) and 1,000 new ones")

# %%
# The first row makes new rows out of near ones. They follow the moons, except for the kernel
# density: its noise goes by the width of the whole *column*, so it fills the valley. The second
# row has noise of a chosen size, and models: a few normals, one normal behind the marginals, the
# leaves of a forest. The third is for comparison: columns without each other, the bounding box,
# the real rows again, and other real rows, which all the others imitate. New numbers never leave
# the bounds seen; what would have left them stands at the edge.
#
# A plot shows the model of a generator. How well a *student* learns its teacher from the samples is
# another question: measure its fidelity on real rows.

# %%
# Several at once
# ---------------
# A mixture takes them in shares. Here a tenth of the rows comes from the box, to show a student
# what the teacher does off the data. Its parts are named, so their parameters can be searched.

mixture = MixtureTransferSet(
    transfer_sets=[("near", LocalGaussianTransferSet()), ("far", UniformTransferSet())],
    weights=[0.9, 0.1],
    random_state=0,
)
fig, axes = plt.subplots(1, 3, figsize=(12, 2.6), sharex=True, sharey=True, layout="constrained")
for ax, floor in zip(axes, (0.0, 0.5, 1.5), strict=True):
    new = mixture.set_params(near__floor=floor).fit(X).sample(1000)
    ax.scatter(*new.T, s=5, alpha=0.5, linewidth=0)
    ax.set_title(f"near__floor={floor}")
    ax.set_aspect("equal")

# %%
# Categories and missing values
# -----------------------------
# Tables of mixed columns go through all of them: categories are drawn, never averaged,
# missing values occur again, integers stay integers. In this table those with a low income rent
# their home, and the income of many young people is missing. A copula and a forest keep both,
# independent columns neither.

import pandas as pd

rng = np.random.default_rng(0)
age = rng.integers(18, 80, 500)
income = np.round(age * rng.gamma(4.0, 10.0, 500))
people = pd.DataFrame(
    {
        "age": age,
        "income": np.where((age < 30) & (rng.random(500) < 0.7), np.nan, income),
        "home": pd.Categorical(np.where(income * rng.lognormal(0, 0.4, 500) < 1500, "rent", "own")),
    }
)


def summary(rows):
    """Relations between the columns."""
    return {
        "median income, rent": rows.loc[rows["home"] == "rent", "income"].median(),
        "median income, own": rows.loc[rows["home"] == "own", "income"].median(),
        "mean age, income missing": rows.loc[rows["income"].isna(), "age"].mean(),
    }


kinds = [GaussianCopulaTransferSet, ForestDensityTransferSet, MarginalTransferSet]
table = {"real rows": summary(people)}
for kind in kinds:
    table[kind.__name__] = summary(kind(random_state=0).fit(people).sample(5000))
pd.DataFrame(table).T.round(0)

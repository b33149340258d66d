"""
Six inputs of a thousand
========================

A network takes 1,000 inputs, and nobody knows which of them decide. Its weights may be out of
reach, and are no proof. Queries are: a few hundred well-chosen ones find the inputs that matter,
each with a witness, and the formula that the network computes.
"""

# %%
# A rule of six inputs, of which a network sees 8,000 examples. A penalty on the weights of each
# input makes it forget some of what it does not need.

import matplotlib.pyplot as plt
import numpy as np
import torch
from sklearn.tree import plot_tree

from skdistill import TorchTeacher
from skdistill.juntas import JuntaDistiller, membership_query_budget

rng = np.random.default_rng(3)
a, b, c, d, e, f = np.sort(rng.choice(1000, 6, replace=False))


def rule(X):
    on = X > 0
    return (on[:, a] & on[:, d]) | (on[:, b] & on[:, f]) | (on[:, c] & on[:, e])


X = rng.choice([-1.0, 1.0], size=(8000, 1000)).astype(np.float32)
rows, labels = torch.tensor(X), torch.tensor(rule(X), dtype=torch.float32)

torch.manual_seed(0)
network = torch.nn.Sequential(torch.nn.Linear(1000, 32), torch.nn.ReLU(), torch.nn.Linear(32, 1))
step, penalty = 3e-3, 0.7
optimiser = torch.optim.Adam(network.parameters(), lr=step)
for _ in range(40):
    for batch in torch.randperm(8000).split(500):
        optimiser.zero_grad()
        scores = network(rows[batch])[:, 0]
        torch.nn.functional.binary_cross_entropy_with_logits(scores, labels[batch]).backward()
        optimiser.step()
        with torch.no_grad():  # shrink the weights of each input together
            weight = network[0].weight
            weight *= torch.clamp(1 - step * penalty / weight.norm(dim=0).clamp_min(1e-9), min=0)

# %%
# What would it cost to find six of a thousand inputs? The first line is for a promise of at most
# six, the second for a certificate that needs no promise.

print(membership_query_budget(1000, 6, mode="exact"))
print(membership_query_budget(1000, 6))

# %%
# The network is queried in batches. ``X`` only shows how many inputs there are; every query is a
# new row of -1 and 1.

teacher = TorchTeacher(network, output="logits")
exact = JuntaDistiller(teacher, mode="exact", max_variables=6, domain="sign", random_state=0).fit(
    X[:1]
)
print(exact.n_queries_, "queries:", exact.get_support(indices=True))

certified = JuntaDistiller(teacher, domain="sign", random_state=0).fit(X[:1])
print(certified.n_queries_, "queries:", certified.get_support(indices=True))
print(certified.certificate_)

# %%
# Each input comes with a witness: two rows that differ in it alone, and two predictions.

for witness in certified.witnesses_:
    print(witness)

# %%
# What it computes, as the formula with the fewest terms, and whether that is the rule it was shown.

print(certified.to_dnf())
fresh = rng.choice([-1.0, 1.0], size=(10_000, 1000)).astype(np.float32)
print("as the rule:", np.mean(certified.predict(fresh) == rule(fresh)))
print("as the network:", np.mean(certified.predict(fresh) == teacher.predict(fresh)))

# %%
# On the left the queries, beside what it costs to change every input once in a few rows
# (Morris screening with 4 trajectories) or to shuffle every input once (permutation importance on
# 50 rows). On the right the smallest tree that predicts the same, a genuine scikit-learn tree.

costs = {
    "this search, exact": exact.n_queries_,
    "this search, certified": certified.n_queries_,
    "Morris screening": 4 * 1001,
    "permutation importance": 50 * 1001,
}
figure, (left, right) = plt.subplots(
    1, 2, figsize=(13, 5.5), width_ratios=[2, 3], layout="constrained"
)
bars = left.barh(list(costs), list(costs.values()), color=["C0", "C0", "0.7", "0.7"])
left.bar_label(bars, labels=[f"{cost:,}" for cost in costs.values()], padding=3)
left.invert_yaxis()
left.set(xscale="log", xlim=(50, 4e5), xlabel="queries", title="Six inputs of a thousand")
left.spines[["top", "right"]].set_visible(False)
tree = certified.to_tree()
plot_tree(
    tree,
    feature_names=[f"x{j}" for j in range(1000)],
    class_names=["no", "yes"],
    impurity=False,
    filled=True,
    rounded=True,
    fontsize=6,
    ax=right,
)
right.set_title(f"The smallest exact tree: {tree.get_n_leaves()} leaves")
plt.show()

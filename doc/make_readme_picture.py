"""Draw the README's plot: a forest in one tree of six leaves, with its fidelity.

Run it from anywhere: ``python doc/make_readme_picture.py``. Every number in it
is measured here. The file lands in ``doc/_static/distilled_tree.png``.
"""

from __future__ import annotations

from pathlib import Path

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
from PIL import Image
from sklearn.datasets import load_breast_cancer
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import train_test_split
from sklearn.tree import plot_tree

from skdistill import DistilledTreeClassifier, fidelity_report
from skdistill.rules import Interval

PICTURE = Path(__file__).parent / "_static" / "distilled_tree.png"


def node_text(tree, node, columns, classes):
    """Condition of an inner node; class, share of rows and fidelity of a leaf."""
    inner = tree.tree_
    if inner.children_left[node] != -1:
        column = columns[inner.feature[node]]
        return str(Interval(column, high=inner.threshold[node])).replace("<=", "≤")
    share = inner.n_node_samples[node] / inner.n_node_samples[0]
    label = classes[inner.value[node, 0].argmax()]
    return f"{label}\n{share:.0%} of rows\nfidelity {tree.leaf_fidelity_[node]:.0%}"


def main():
    """Distil, measure, draw."""
    data = load_breast_cancer(as_frame=True)
    X, X_test, y, y_test = train_test_split(data.data, data.target, test_size=0.4, random_state=0)
    forest = RandomForestClassifier(n_estimators=300, random_state=0).fit(X, y)
    tree = DistilledTreeClassifier(forest, max_leaf_nodes=6, random_state=0).fit(X)
    held_out = fidelity_report(tree, X_test, y_test).fidelity
    leaves = sum(each.get_n_leaves() for each in forest.estimators_)

    fig, ax = plt.subplots(figsize=(9, 5.4), layout="constrained")
    # The number of each node identifies its text.
    boxes = plot_tree(tree, ax=ax, filled=True, rounded=True, node_ids=True, fontsize=11)
    for box in boxes:
        first = box.get_text().split("\n")[0]
        if first.startswith("node #"):
            node = int(first[6:])
            box.set_text(node_text(tree, node, list(X.columns), data.target_names))
            if tree.tree_.children_left[node] != -1:
                box.get_bbox_patch().set_facecolor("#f2f2f2")  # colour marks predictions
        else:  # "True" and "False" beside the first arrows
            box.set_text(first.replace("True", "yes").replace("False", "no"))
    fig.suptitle(
        f"A forest of {len(forest.estimators_)} trees and {leaves:,} leaves, "
        f"distilled into {tree.get_n_leaves()}",
        fontsize=15,
        fontweight="bold",
    )
    ax.set_title(
        f"agrees with the forest on {held_out.value:.1%} of {held_out.n_rows} unseen patients "
        f"(95% interval {held_out.low:.1%} to {held_out.high:.1%})",
        fontsize=12,
    )
    ax.text(
        0.5,
        0,
        f"In the leaves: share of the {tree.n_queries_:,} rows that the tree was grown on "
        f"({X.shape[0]} real, the rest drawn near them),\n"
        "and of the leaf's rows to which the forest gives that label.",
        transform=ax.transAxes,
        ha="center",
        va="top",
        fontsize=9,
        color="#555555",
    )
    PICTURE.parent.mkdir(exist_ok=True)
    fig.savefig(PICTURE, dpi=200)
    # A drawing needs few colours, and the file a third of the bytes.
    Image.open(PICTURE).convert("RGB").quantize(64).save(PICTURE, optimize=True)
    print(f"{PICTURE}: {PICTURE.stat().st_size / 1e3:.0f} kB")


if __name__ == "__main__":
    main()

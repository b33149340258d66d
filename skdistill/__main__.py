"""The main job on real data: ``python -m skdistill``.

Trains a teacher on a data set that scikit-learn ships, distils it into one
small tree, reports how faithful the tree is on held-out rows, and prints its
rules.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from sklearn.datasets import load_breast_cancer, load_diabetes, load_iris, load_wine
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor
from sklearn.model_selection import train_test_split

from skdistill import (
    DistilledTreeClassifier,
    DistilledTreeRegressor,
    extract_rules,
    fidelity_report,
)

_DATA = {
    "breast_cancer": load_breast_cancer,
    "iris": load_iris,
    "wine": load_wine,
    "diabetes": load_diabetes,
}


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the whole workflow and print its report.

    Parameters
    ----------
    arguments : sequence of str, default=None
        Of the command line; ``sys.argv`` by default.
    """
    parser = argparse.ArgumentParser(
        prog="python -m skdistill", description="Distil a random forest into one readable tree."
    )
    parser.add_argument("--data", choices=sorted(_DATA), default="breast_cancer")
    parser.add_argument(
        "--leaves", type=int, default=6, help="maximum number of leaves (default: 6)"
    )
    parser.add_argument("--seed", type=int, default=0, help="random state (default: 0)")
    options = parser.parse_args(arguments)

    # Plain arrays and names: this much needs no pandas.
    data = _DATA[options.data]()
    X, X_test, y, y_test = train_test_split(
        data.data, data.target, test_size=0.4, random_state=options.seed
    )
    names = getattr(data, "target_names", None)
    forest = RandomForestRegressor if names is None else RandomForestClassifier
    student = DistilledTreeRegressor if names is None else DistilledTreeClassifier
    teacher = forest(n_estimators=300, n_jobs=-1, random_state=options.seed).fit(X, y)
    tree = student(teacher, max_leaf_nodes=options.leaves, random_state=options.seed).fit(X)

    leaves = sum(each.get_n_leaves() for each in teacher.estimators_)
    print(f"Teacher: {forest.__name__} of 300 trees with {leaves} leaves, on {options.data}.")
    print(f"Student: one tree with {tree.get_n_leaves()} leaves, {tree.n_queries_} rows queried.\n")
    rules = extract_rules(tree, feature_names=data.feature_names, class_names=names)
    print(fidelity_report(tree, X_test, y_test, leaf_names=rules), "\n")
    print("Rules (coverage and fidelity in-sample)")
    print(rules)


if __name__ == "__main__":
    main()

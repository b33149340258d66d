"""What measures of fidelity share in tests: how each is called, and a small table."""

import pytest
from sklearn.datasets import make_classification
from sklearn.tree import DecisionTreeClassifier

from skdistill import (
    FidelityScorer,
    SequentialCertificate,
    fidelity_certificate,
    fidelity_report,
)

# Agreement of a student with a teacher, by everything that measures it.
MEASURES = {
    "scorer": lambda student, X, teacher: FidelityScorer(teacher)(student, X),
    "report": lambda student, X, teacher: fidelity_report(student, X, teacher=teacher)
    .scores["agreement"],
    "certificate": lambda student, X, teacher: 1 - fidelity_certificate(teacher, student, X)
    .estimate,
    "sequential": lambda student, X, teacher: 1 - SequentialCertificate(teacher, student)
    .update(X).estimate,
}  # fmt: skip
measured = pytest.mark.parametrize("measure", MEASURES.values(), ids=MEASURES)


def overlapping_classes():
    """Rows to fit on and their labels, and fresh rows, in which the classes overlap."""
    X, y = make_classification(600, 5, flip_y=0.2, class_sep=0.6, random_state=0)
    return X[:300], y[:300], X[300:]


def small_tree(X, y):
    """A student of three levels."""
    return DecisionTreeClassifier(max_depth=3, random_state=0).fit(X, y)

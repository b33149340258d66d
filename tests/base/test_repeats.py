"""A teacher that says no more than y does."""

import warnings

import numpy as np
import pytest
from sklearn.datasets import load_iris
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor

from skdistill import DistilledClassifier, DistilledRegressor
from skdistill.exceptions import DistillationWarning
from skdistill.transfer import NoiseTransferSet

X, y = load_iris(return_X_y=True)
X, kept = np.unique(X, axis=0, return_index=True)
y = y[kept]


def test_a_teacher_that_repeats_y_is_told():
    """One neighbour knows its own rows by heart, as classes and as values."""
    parrot = KNeighborsClassifier(1).fit(X, y)
    with pytest.warns(DistillationWarning, match=r"merely repeats y on all \d+ rows.*transfer_set"):
        DistilledClassifier(parrot, transfer_set=None).fit(X, y)
    parrot = KNeighborsRegressor(1).fit(X, X[:, 0])
    with pytest.warns(DistillationWarning, match="merely repeats y"):
        DistilledRegressor(parrot, transfer_set=None).fit(X, X[:, 0])


@pytest.mark.parametrize("case", ["other rows", "other labels", "no y", "no teacher"])
def test_no_warning_where_there_is_something_to_learn(case):
    """Synthetic rows, another opinion, or nothing to compare with."""
    teacher = GaussianNB() if case == "other labels" else KNeighborsClassifier(1)
    drawn = NoiseTransferSet(random_state=0) if case == "other rows" else None
    student = DistilledClassifier(teacher.fit(X, y), transfer_set=drawn)
    if case == "no teacher":
        student.set_params(teacher=None)
    with warnings.catch_warnings():
        warnings.simplefilter("error", DistillationWarning)
        student.fit(X, None if case == "no y" else y)

"""The danger that the documentation warns of: a frozen teacher leaks the rows that it saw."""

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import KFold, cross_val_score

from skdistill import DistilledClassifier, DistilledTreeClassifier, FidelityScorer


@pytest.fixture(scope="module")
def noise():
    """Labels that have nothing to do with the rows: nobody can do better than chance."""
    rng = np.random.default_rng(0)
    return rng.normal(size=(600, 4)), rng.integers(0, 2, size=600)


@pytest.fixture(scope="module")
def forest():
    return RandomForestClassifier(n_estimators=30, random_state=0)


STUDENTS = [
    DistilledTreeClassifier(max_leaf_nodes=None, random_state=0, max_queries=3000),
    DistilledClassifier(
        student=RandomForestClassifier(10, random_state=0),
        labels="hard",
        random_state=0,
        max_queries=1500,
    ),
]


@pytest.mark.parametrize("student", STUDENTS, ids=lambda s: type(s).__name__)
def test_frozen_teachers_leak_into_accuracy(student, noise, forest):
    """On random labels, cross-validated accuracy must be 1/2; with a frozen teacher it is not.

    The forest has learned all labels by heart. Its answers on *synthetic* and
    training rows carry the labels of the test rows that it saw as well. 600
    rows have a standard error of 0.02 around 1/2.
    """
    X, y = noise
    folds = KFold(4, shuffle=True, random_state=0)
    frozen = clone(student).set_params(teacher=forest.fit(X, y))
    leaking = cross_val_score(frozen, X, y, cv=folds, error_score="raise").mean()
    honest = clone(student).set_params(teacher=RandomForestClassifier(30, random_state=0))
    chance = cross_val_score(honest, X, y, cv=folds, error_score="raise").mean()
    assert leaking > 0.5 + 3 * 0.0204
    assert abs(chance - 0.5) < 3 * 0.0204


def test_fidelity_to_a_frozen_teacher_is_not_flattered(noise, forest):
    """Fidelity may be cross-validated: the estimate is no higher than on fresh rows.

    (It may be lower: on rows that a forest has learned by heart its answers
    are harder to imitate than elsewhere.)
    """
    X, y = noise
    fitted = forest.fit(X, y)
    tree = DistilledTreeClassifier(fitted, random_state=0, max_queries=3000, max_leaf_nodes=None)
    folds = KFold(4, shuffle=True, random_state=0)
    estimated = cross_val_score(tree, X, scoring=FidelityScorer(), cv=folds).mean()
    fresh = np.random.default_rng(1).normal(size=(4000, 4))
    true = np.mean(tree.fit(X).predict(fresh) == fitted.predict(fresh))
    assert estimated < true + 0.02

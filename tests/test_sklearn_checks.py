"""Every public estimator passes all of scikit-learn's own checks; no expected failures."""

import pytest
from sklearn.utils.estimator_checks import parametrize_with_checks

from tests._instances import (
    distillers,
    grown_trees,
    probe_trees,
    query_learners,
    transfer_sets,
)

INSTANCES = [*distillers(), *grown_trees(), *probe_trees(), *query_learners(), *transfer_sets()]


# Some checks give a single class: the teacher is constant, and we say so.
@pytest.mark.filterwarnings("ignore::skdistill.exceptions.DistillationWarning")
@parametrize_with_checks(INSTANCES)
def test_sklearn_checks(estimator, check):
    """One check of scikit-learn's on one estimator."""
    check(estimator)

"""Every public estimator passes all of scikit-learn's own checks; no expected failures."""

from sklearn.utils.estimator_checks import parametrize_with_checks

from tests._instances import distillers, transfer_sets


@parametrize_with_checks(distillers() + transfer_sets())
def test_sklearn_checks(estimator, check):
    """One check of scikit-learn's on one estimator."""
    check(estimator)

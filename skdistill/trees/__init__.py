"""Tree students: every one of them is a genuine scikit-learn tree."""

from skdistill.trees._classifier import DistilledTreeClassifier
from skdistill.trees._regressor import DistilledTreeRegressor

__all__ = ["DistilledTreeClassifier", "DistilledTreeRegressor"]

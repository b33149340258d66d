"""Tree students: every one of them is a genuine scikit-learn tree."""

from skdistill.trees._classifier import DistilledTreeClassifier
from skdistill.trees._lrh_report import LRHReport
from skdistill.trees._probe_classifier import LinearProbeTreeClassifier
from skdistill.trees._probe_regressor import LinearProbeTreeRegressor
from skdistill.trees._probed import SizedTree
from skdistill.trees._regressor import DistilledTreeRegressor

__all__ = [
    "DistilledTreeClassifier",
    "DistilledTreeRegressor",
    "LRHReport",
    "LinearProbeTreeClassifier",
    "LinearProbeTreeRegressor",
    "SizedTree",
]

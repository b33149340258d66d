"""Trees read from the hidden layers of a teacher by linear probes."""

from skdistill.probes._classifier import LinearProbeTreeClassifier
from skdistill.probes._lrh_report import LRHReport
from skdistill.probes._regressor import LinearProbeTreeRegressor

__all__ = ["LRHReport", "LinearProbeTreeClassifier", "LinearProbeTreeRegressor"]

"""The road itself, and the distillers that are nothing but the road."""

from skdistill.base._generic import DistilledClassifier, DistilledRegressor
from skdistill.base._road import BaseDistiller, LabelledRows

__all__ = ["BaseDistiller", "DistilledClassifier", "DistilledRegressor", "LabelledRows"]

"""The road itself, and the distillers that are nothing but the road."""

from skdistill.base._classifier import DistilledClassifier
from skdistill.base._regressor import DistilledRegressor
from skdistill.base._road import BaseDistiller, LabelledRows
from skdistill.base._students import fit_student, grow_classification_tree

__all__ = [
    "BaseDistiller",
    "DistilledClassifier",
    "DistilledRegressor",
    "LabelledRows",
    "fit_student",
    "grow_classification_tree",
]

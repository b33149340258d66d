"""The workflow from a teacher to labelled rows, and distillers for any student."""

from skdistill.base._classifier import DistilledClassifier
from skdistill.base._distiller import BaseDistiller
from skdistill.base._distiller import teacher_limits as teacher_limits
from skdistill.base._labelled import LabelledRows
from skdistill.base._labelled import snap as snap
from skdistill.base._regressor import DistilledRegressor
from skdistill.base._soft_trees import fold_class_weight as fold_class_weight
from skdistill.base._soft_trees import grow_classification_tree
from skdistill.base._soft_trees import grow_on_distributions as grow_on_distributions
from skdistill.base._students import FittedStudent as FittedStudent
from skdistill.base._students import fit_student
from skdistill.base._workflow import RealRows as RealRows
from skdistill.base._workflow import label_rows as label_rows

# What other packages need of this one beside the API is imported above "as"
# itself; only __all__ is documented for users.
__all__ = [
    "BaseDistiller",
    "DistilledClassifier",
    "DistilledRegressor",
    "LabelledRows",
    "fit_student",
    "grow_classification_tree",
]

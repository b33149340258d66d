"""Teachers: one face for every predictor.

Whatever a user calls a teacher (a scikit-learn estimator or pipeline, a
booster, a torch network, a function) is resolved here into something with
``predict`` and, for classes, perhaps ``predict_proba``; it is asked in batches,
and its answers are checked before they become labels. Where it has an inside that
can be read, its hidden layers are read here as well.
"""

from skdistill.teachers._ask import ask, ask_labels
from skdistill.teachers._cached import CachedTeacher
from skdistill.teachers._callable import CallableTeacher
from skdistill.teachers._representation import hidden_representation
from skdistill.teachers._resolve import as_teacher
from skdistill.teachers._torch import TorchTeacher

__all__ = [
    "CachedTeacher",
    "CallableTeacher",
    "TorchTeacher",
    "as_teacher",
    "ask",
    "ask_labels",
    "hidden_representation",
]

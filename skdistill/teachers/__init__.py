"""Teachers: every kind of predictor behind one interface.

Whatever a user calls a teacher (a scikit-learn estimator or pipeline, a
booster, a torch network, a function) is resolved here into something with
``predict`` and, for classes, perhaps ``predict_proba``. An :class:`Oracle` queries it, and
checks its predictions before they become labels. The activations of its hidden
layers are read here as well.
"""

from skdistill.teachers._cached import CachedTeacher
from skdistill.teachers._callable import CallableTeacher
from skdistill.teachers._checks import one_column as one_column
from skdistill.teachers._checks import plain_array as plain_array
from skdistill.teachers._decisions import labels_of_proba as labels_of_proba
from skdistill.teachers._holder import TeacherHolderMixin as TeacherHolderMixin
from skdistill.teachers._kind import is_fitted_teacher as is_fitted_teacher
from skdistill.teachers._kind import name_of as name_of
from skdistill.teachers._kind import teacher_kind as teacher_kind
from skdistill.teachers._kind import unfrozen as unfrozen
from skdistill.teachers._labelling import gives_both as gives_both
from skdistill.teachers._oracle import Oracle
from skdistill.teachers._representation import hidden_representation
from skdistill.teachers._resolve import as_teacher
from skdistill.teachers._resolve import check_teacher_columns as check_teacher_columns
from skdistill.teachers._resolve import freeze_teacher as freeze_teacher
from skdistill.teachers._resolve import resolve_teacher as resolve_teacher
from skdistill.teachers._resolve import seeded_clone as seeded_clone
from skdistill.teachers._resolve import weight_arguments as weight_arguments
from skdistill.teachers._sqlite_store import SQLiteStore
from skdistill.teachers._steps import final_step as final_step
from skdistill.teachers._steps import final_step_and_rows as final_step_and_rows
from skdistill.teachers._store import AnswerStore, MemoryStore
from skdistill.teachers._torch import TorchTeacher

# What other packages need of this one beside the API is imported above "as"
# itself; only __all__ is documented for users.
__all__ = [
    "AnswerStore",
    "CachedTeacher",
    "CallableTeacher",
    "MemoryStore",
    "Oracle",
    "SQLiteStore",
    "TorchTeacher",
    "as_teacher",
    "hidden_representation",
]

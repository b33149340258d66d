"""Fidelity, complexity and stability of students."""

from skdistill.metrics._by_leaf import DisagreeingRow, LeafFidelity
from skdistill.metrics._comparison import Comparison as Comparison
from skdistill.metrics._complexity import student_complexity
from skdistill.metrics._fidelity import InSampleFidelity, fidelity_score
from skdistill.metrics._known_rows import count_seen as count_seen
from skdistill.metrics._pair import Pair as Pair
from skdistill.metrics._pair import find_pair as find_pair
from skdistill.metrics._report import FidelityReport, fidelity_report
from skdistill.metrics._scorer import FidelityScorer
from skdistill.metrics._share import Share
from skdistill.metrics._stability import Stability
from skdistill.metrics._stability_score import stability_score
from skdistill.metrics._two_sample import check_two_samples as check_two_samples
from skdistill.metrics._two_sample import two_sample_auc

# What other packages need of this one beside the API is imported above "as"
# itself; only __all__ is documented for users.
__all__ = [
    "DisagreeingRow",
    "FidelityReport",
    "FidelityScorer",
    "InSampleFidelity",
    "LeafFidelity",
    "Share",
    "Stability",
    "fidelity_report",
    "fidelity_score",
    "stability_score",
    "student_complexity",
    "two_sample_auc",
]

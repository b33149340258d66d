"""How true is a student, and how complex?"""

from skdistill.metrics._by_leaf import DisagreeingRow, LeafFidelity
from skdistill.metrics._complexity import student_complexity
from skdistill.metrics._fidelity import InSampleFidelity, fidelity_score
from skdistill.metrics._report import FidelityReport, fidelity_report
from skdistill.metrics._scorer import FidelityScorer
from skdistill.metrics._share import Share
from skdistill.metrics._stability import Stability
from skdistill.metrics._stability_score import stability_score
from skdistill.metrics._two_sample import two_sample_auc

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

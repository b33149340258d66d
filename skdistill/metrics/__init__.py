"""How true is a student, and how complex?"""

from skdistill.metrics._complexity import student_complexity
from skdistill.metrics._fidelity import InSampleFidelity, fidelity_score
from skdistill.metrics._report import FidelityReport, Share, fidelity_report
from skdistill.metrics._scorer import FidelityScorer
from skdistill.metrics._two_sample import two_sample_auc

__all__ = [
    "FidelityReport",
    "FidelityScorer",
    "InSampleFidelity",
    "Share",
    "fidelity_report",
    "fidelity_score",
    "student_complexity",
    "two_sample_auc",
]

"""How true is a student, and how complex?"""

from skdistill.metrics._fidelity import InSampleFidelity, fidelity_score

__all__ = ["InSampleFidelity", "fidelity_score"]

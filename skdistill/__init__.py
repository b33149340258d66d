"""skdistill: true, small students of any fitted predictor.

The road is always the same: a *teacher* labels a *transfer set*, a *student*
learns it, and its *fidelity* says how true it is.
"""

from skdistill.base import DistilledClassifier, DistilledRegressor
from skdistill.juntas import JuntaDistiller
from skdistill.metrics import FidelityScorer, fidelity_report, fidelity_score
from skdistill.probes import LinearProbeTreeClassifier, LinearProbeTreeRegressor
from skdistill.rule_learners import RuleListClassifier, RuleSetClassifier
from skdistill.rules import RuleSet, extract_rules
from skdistill.teachers import CachedTeacher, CallableTeacher, TorchTeacher
from skdistill.theory import SequentialCertificate, fidelity_certificate
from skdistill.transfer import (
    AdapterTransferSet,
    BoundaryTransferSet,
    CommitteeTransferSet,
    InvarianceTransferSet,
    KernelDensityTransferSet,
    LocalGaussianTransferSet,
    MixtureTransferSet,
    MungeTransferSet,
    PoolTransferSet,
    UncertaintyTransferSet,
)
from skdistill.trees import (
    DistilledTreeClassifier,
    DistilledTreeRegressor,
)

__version__ = "0.1.0"

__all__ = [
    "AdapterTransferSet",
    "BoundaryTransferSet",
    "CachedTeacher",
    "CallableTeacher",
    "CommitteeTransferSet",
    "DistilledClassifier",
    "DistilledRegressor",
    "DistilledTreeClassifier",
    "DistilledTreeRegressor",
    "FidelityScorer",
    "InvarianceTransferSet",
    "JuntaDistiller",
    "KernelDensityTransferSet",
    "LinearProbeTreeClassifier",
    "LinearProbeTreeRegressor",
    "LocalGaussianTransferSet",
    "MixtureTransferSet",
    "MungeTransferSet",
    "PoolTransferSet",
    "RuleListClassifier",
    "RuleSet",
    "RuleSetClassifier",
    "SequentialCertificate",
    "TorchTeacher",
    "UncertaintyTransferSet",
    "__version__",
    "extract_rules",
    "fidelity_certificate",
    "fidelity_report",
    "fidelity_score",
]

"""skdistill: small, faithful students of any fitted predictor.

The workflow is always the same: a *teacher* labels a *transfer set*, a *student*
is fitted on it, and its *fidelity* says how closely it follows the teacher.

Names are loaded from their packages when they are first used, so that
``import skdistill.trees`` does not load every generator of transfer sets.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
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
    from skdistill.trees import DistilledTreeClassifier, DistilledTreeRegressor

__version__ = "0.1.0"

# Which package every public name comes from.
_HOMES = {
    "AdapterTransferSet": "transfer",
    "BoundaryTransferSet": "transfer",
    "CachedTeacher": "teachers",
    "CallableTeacher": "teachers",
    "CommitteeTransferSet": "transfer",
    "DistilledClassifier": "base",
    "DistilledRegressor": "base",
    "DistilledTreeClassifier": "trees",
    "DistilledTreeRegressor": "trees",
    "FidelityScorer": "metrics",
    "InvarianceTransferSet": "transfer",
    "JuntaDistiller": "juntas",
    "KernelDensityTransferSet": "transfer",
    "LinearProbeTreeClassifier": "probes",
    "LinearProbeTreeRegressor": "probes",
    "LocalGaussianTransferSet": "transfer",
    "MixtureTransferSet": "transfer",
    "MungeTransferSet": "transfer",
    "PoolTransferSet": "transfer",
    "RuleListClassifier": "rule_learners",
    "RuleSet": "rules",
    "RuleSetClassifier": "rule_learners",
    "SequentialCertificate": "theory",
    "TorchTeacher": "teachers",
    "UncertaintyTransferSet": "transfer",
    "extract_rules": "rules",
    "fidelity_certificate": "theory",
    "fidelity_report": "metrics",
    "fidelity_score": "metrics",
}

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


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})

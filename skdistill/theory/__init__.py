"""PAC-distillation: sample sizes, query bounds and certificates of fidelity."""

from skdistill.theory import log_class_size
from skdistill.theory._betting import betting_upper_bound, sequential_betting_bound
from skdistill.theory._certificate import fidelity_certificate
from skdistill.theory._counts import (
    binomial_upper_bound,
    hypergeometric_upper_bound,
    sequential_binomial_bound,
)
from skdistill.theory._losses import ClippedError, Tolerance
from skdistill.theory._probes import ProbeBudget, linear_probe_budget, linear_probe_threshold
from skdistill.theory._result import FidelityCertificate, GroupCertificates
from skdistill.theory._sample_complexity import sample_complexity
from skdistill.theory._sample_size import certificate_sample_size
from skdistill.theory._sequential import SequentialCertificate

__all__ = [
    "ClippedError",
    "FidelityCertificate",
    "GroupCertificates",
    "ProbeBudget",
    "SequentialCertificate",
    "Tolerance",
    "betting_upper_bound",
    "binomial_upper_bound",
    "certificate_sample_size",
    "fidelity_certificate",
    "hypergeometric_upper_bound",
    "linear_probe_budget",
    "linear_probe_threshold",
    "log_class_size",
    "sample_complexity",
    "sequential_betting_bound",
    "sequential_binomial_bound",
]

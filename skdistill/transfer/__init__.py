"""Transfer sets: where the unlabelled rows come from.

A transfer set is fitted on real rows and samples new ones of the same kind,
in the manner of ``sklearn.neighbors.KernelDensity``.
"""

from skdistill.transfer._base import BaseTransferSet, default_size
from skdistill.transfer._kernel_density import KernelDensityTransferSet
from skdistill.transfer._local_gaussian import LocalGaussianTransferSet
from skdistill.transfer._munge import MungeTransferSet

__all__ = [
    "BaseTransferSet",
    "KernelDensityTransferSet",
    "LocalGaussianTransferSet",
    "MungeTransferSet",
    "default_size",
]

"""Transfer sets: where the unlabelled rows come from.

A transfer set is fitted on real rows and samples new ones of the same kind,
in the manner of ``sklearn.neighbors.KernelDensity``.
"""

from skdistill.transfer._adapter import AdapterTransferSet
from skdistill.transfer._base import BaseTransferSet, default_size
from skdistill.transfer._bootstrap import BootstrapTransferSet
from skdistill.transfer._boundary import BoundaryTransferSet
from skdistill.transfer._committee import CommitteeTransferSet
from skdistill.transfer._forest_density import ForestDensityTransferSet
from skdistill.transfer._gaussian_copula import GaussianCopulaTransferSet
from skdistill.transfer._gaussian_mixture import GaussianMixtureTransferSet
from skdistill.transfer._interpolation import InterpolationTransferSet
from skdistill.transfer._invariance import InvarianceTransferSet
from skdistill.transfer._kernel_density import KernelDensityTransferSet
from skdistill.transfer._local_gaussian import LocalGaussianTransferSet
from skdistill.transfer._marginal import MarginalTransferSet
from skdistill.transfer._mixture import MixtureTransferSet
from skdistill.transfer._munge import MungeTransferSet
from skdistill.transfer._noise import NoiseTransferSet
from skdistill.transfer._pool import PoolTransferSet
from skdistill.transfer._transformations import GroupPermutation, ImageShift, UnitScaling
from skdistill.transfer._uncertainty import UncertaintyTransferSet
from skdistill.transfer._uniform import UniformTransferSet

__all__ = [
    "AdapterTransferSet",
    "BaseTransferSet",
    "BootstrapTransferSet",
    "BoundaryTransferSet",
    "CommitteeTransferSet",
    "ForestDensityTransferSet",
    "GaussianCopulaTransferSet",
    "GaussianMixtureTransferSet",
    "GroupPermutation",
    "ImageShift",
    "InterpolationTransferSet",
    "InvarianceTransferSet",
    "KernelDensityTransferSet",
    "LocalGaussianTransferSet",
    "MarginalTransferSet",
    "MixtureTransferSet",
    "MungeTransferSet",
    "NoiseTransferSet",
    "PoolTransferSet",
    "UncertaintyTransferSet",
    "UniformTransferSet",
    "UnitScaling",
    "default_size",
]

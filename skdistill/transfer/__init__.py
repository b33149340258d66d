"""Transfer sets: where the unlabelled rows come from.

A transfer set is fitted on real rows and samples new ones of the same kind,
in the manner of ``sklearn.neighbors.KernelDensity``.
"""

from skdistill._rows import default_size
from skdistill.transfer._active._boundary import BoundaryTransferSet
from skdistill.transfer._active._committee import CommitteeTransferSet
from skdistill.transfer._active._uncertainty import UncertaintyTransferSet
from skdistill.transfer._adapter import AdapterTransferSet
from skdistill.transfer._base import BaseTransferSet
from skdistill.transfer._density._forest_density import ForestDensityTransferSet
from skdistill.transfer._density._gaussian_copula import GaussianCopulaTransferSet
from skdistill.transfer._density._gaussian_mixture import GaussianMixtureTransferSet
from skdistill.transfer._density._kernel_density import KernelDensityTransferSet
from skdistill.transfer._density._marginal import MarginalTransferSet
from skdistill.transfer._density._uniform import UniformTransferSet
from skdistill.transfer._mixture import MixtureTransferSet
from skdistill.transfer._near._bootstrap import BootstrapTransferSet
from skdistill.transfer._near._interpolation import InterpolationTransferSet
from skdistill.transfer._near._invariance import InvarianceTransferSet
from skdistill.transfer._near._local_gaussian import LocalGaussianTransferSet
from skdistill.transfer._near._munge import MungeTransferSet
from skdistill.transfer._near._noise import NoiseTransferSet
from skdistill.transfer._near._transformations import GroupPermutation, ImageShift, UnitScaling
from skdistill.transfer._pool import PoolTransferSet

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

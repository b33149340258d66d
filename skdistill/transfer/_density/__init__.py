"""Transfer sets that learn a density of all rows and sample from it."""

from skdistill.transfer._density._forest_density import ForestDensityTransferSet
from skdistill.transfer._density._gaussian_copula import GaussianCopulaTransferSet
from skdistill.transfer._density._gaussian_mixture import GaussianMixtureTransferSet
from skdistill.transfer._density._kernel_density import KernelDensityTransferSet
from skdistill.transfer._density._marginal import MarginalTransferSet
from skdistill.transfer._density._uniform import UniformTransferSet

__all__ = [
    "ForestDensityTransferSet",
    "GaussianCopulaTransferSet",
    "GaussianMixtureTransferSet",
    "KernelDensityTransferSet",
    "MarginalTransferSet",
    "UniformTransferSet",
]

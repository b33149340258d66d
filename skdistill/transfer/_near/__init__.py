"""Transfer sets whose samples stay near single rows: the rows again, noise, near neighbours."""

from skdistill.transfer._near._bootstrap import BootstrapTransferSet
from skdistill.transfer._near._interpolation import InterpolationTransferSet
from skdistill.transfer._near._local_gaussian import LocalGaussianTransferSet
from skdistill.transfer._near._munge import MungeTransferSet
from skdistill.transfer._near._near_rows import NearRows as NearRows
from skdistill.transfer._near._noise import NoiseTransferSet

__all__ = [
    "BootstrapTransferSet",
    "InterpolationTransferSet",
    "LocalGaussianTransferSet",
    "MungeTransferSet",
    "NoiseTransferSet",
]

"""Transfer sets: where unlabelled rows come from.

A transfer set is fitted on real rows and samples new ones of the same kind, in
the manner of ``sklearn.neighbors.KernelDensity``.

There are four families, each a subpackage: samples near single rows, from a
density of all rows, from what the user has or knows, and from active learning.
A family is imported when one of its names is used for the first time.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from skdistill._rows import default_size
    from skdistill.transfer._active import (
        BoundaryTransferSet,
        CommitteeTransferSet,
        UncertaintyTransferSet,
    )
    from skdistill.transfer._base import BaseTransferSet
    from skdistill.transfer._density import (
        ForestDensityTransferSet,
        GaussianCopulaTransferSet,
        GaussianMixtureTransferSet,
        KernelDensityTransferSet,
        MarginalTransferSet,
        UniformTransferSet,
    )
    from skdistill.transfer._given import (
        AdapterTransferSet,
        GroupPermutation,
        ImageShift,
        InvarianceTransferSet,
        MixtureTransferSet,
        PoolTransferSet,
        UnitScaling,
    )
    from skdistill.transfer._near import (
        BootstrapTransferSet,
        InterpolationTransferSet,
        LocalGaussianTransferSet,
        MungeTransferSet,
        NoiseTransferSet,
    )

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

_MODULES = {"BaseTransferSet": "skdistill.transfer._base", "default_size": "skdistill._rows"} | {
    name: f"skdistill.transfer.{family}"
    for family, names in {
        "_near": ["Bootstrap", "Interpolation", "LocalGaussian", "Munge", "Noise"],
        "_density": [
            "ForestDensity",
            "GaussianCopula",
            "GaussianMixture",
            "KernelDensity",
            "Marginal",
            "Uniform",
        ],
        "_given": ["Adapter", "Invariance", "Mixture", "Pool"],
        "_active": ["Boundary", "Committee", "Uncertainty"],
    }.items()
    for name in (f"{short}TransferSet" for short in names)
}
_MODULES |= dict.fromkeys(
    ["GroupPermutation", "ImageShift", "UnitScaling"], "skdistill.transfer._given"
)


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(_MODULES[name]), name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})

"""Transfer sets of what the user has or knows.

A pool of unlabelled rows, a generator of another library, several transfer sets
in shares, transformations that change no label.
"""

from skdistill.transfer._given._adapter import AdapterTransferSet
from skdistill.transfer._given._inner import BASE_RULE as BASE_RULE
from skdistill.transfer._given._inner import draw_inner as draw_inner
from skdistill.transfer._given._inner import fit_inner as fit_inner
from skdistill.transfer._given._inner import join as join
from skdistill.transfer._given._inner import merge as merge
from skdistill.transfer._given._invariance import InvarianceTransferSet
from skdistill.transfer._given._mixture import MixtureTransferSet
from skdistill.transfer._given._pool import PoolTransferSet
from skdistill.transfer._given._transformations import GroupPermutation, ImageShift, UnitScaling

__all__ = [
    "AdapterTransferSet",
    "GroupPermutation",
    "ImageShift",
    "InvarianceTransferSet",
    "MixtureTransferSet",
    "PoolTransferSet",
    "UnitScaling",
]

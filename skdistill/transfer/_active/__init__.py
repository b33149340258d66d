"""Transfer sets that query the teacher in ``fit``, and sample where its labels are uncertain."""

from skdistill.transfer._active._boundary import BoundaryTransferSet
from skdistill.transfer._active._committee import CommitteeTransferSet
from skdistill.transfer._active._uncertainty import UncertaintyTransferSet

__all__ = ["BoundaryTransferSet", "CommitteeTransferSet", "UncertaintyTransferSet"]

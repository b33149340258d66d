"""Peak memory of this process."""

from __future__ import annotations

import ctypes
import resource
from pathlib import Path

__all__ = ["peak_mb"]


def peak_mb(reset: bool = False) -> float:
    """Peak memory of this process in MB; on Linux since the last reset.

    A child's ``ru_maxrss`` starts at its parent's peak there, so it would
    measure the baseline before it.

    Parameters
    ----------
    reset : bool, default=False
        Whether freed memory is given back and the peak falls to what is held
        now, before it is read.

    Returns
    -------
    peak : float
    """
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    if reset:
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # of the GNU library
        if trim is not None:
            trim(0)
        Path("/proc/self/clear_refs").write_text("5")
    peak = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
    return int(peak.split()[1]) / 1024

"""Seeds for code that draws from global random states."""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

__all__ = ["seeded"]


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Seed the global states of Python, numpy and torch, and restore them after.

    Parameters
    ----------
    seed : int
        At least 0, below 2^32.

    Yields
    ------
    None
        Torch is seeded where it has been imported, and its devices too.
    """
    torch: Any = sys.modules.get("torch")
    cuda = torch is not None and torch.cuda.is_available()
    plain, legacy = random.getstate(), np.random.get_state()
    states = torch.get_rng_state() if torch is not None else None
    devices = torch.cuda.get_rng_state_all() if cuda else None
    random.seed(seed)
    np.random.seed(seed)
    if torch is not None:
        torch.manual_seed(seed)
    try:
        yield
    finally:
        random.setstate(plain)
        np.random.set_state(legacy)
        if torch is not None:
            torch.set_rng_state(states)
        if cuda:
            torch.cuda.set_rng_state_all(devices)

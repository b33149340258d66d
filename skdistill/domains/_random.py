"""Seeds, as scikit-learn and numpy take them."""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["generator_of"]


def generator_of(random_state: Any) -> np.random.Generator:
    """Return a Generator; a number seeds it as ``numpy.random.default_rng`` does."""
    if isinstance(random_state, np.random.RandomState):
        random_state = random_state.randint(0, 2**31 - 1, size=4).tolist()
    try:
        return np.random.default_rng(random_state)
    except (TypeError, ValueError) as error:
        raise ValueError(
            f"random_state must be an integer >= 0, a generator or None, got {random_state!r}."
        ) from error

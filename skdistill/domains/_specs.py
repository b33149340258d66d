"""From what users write for one column to a part."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy import sparse

from skdistill._rows import as_rows
from skdistill.domains._categories import Categories
from skdistill.domains._distribution import Distribution, is_frozen
from skdistill.domains._ranges import Integers, Reals

__all__ = ["BINARY", "PARTS", "SIGN", "as_part", "as_table", "is_entry", "part_of_column"]

PARTS = (Reals, Integers, Categories, Distribution)
# One object each: columns that share a part are drawn together.
BINARY = Integers(0, 1)
SIGN = Categories([-1, 1])

_CHOICES = (
    "a pair (low, high) for a range, Integers(low, high), a list of values or Categories, "
    '"binary", "sign", or a frozen distribution of scipy.stats'
)


def as_part(entry: Any, label: str) -> Any:
    """Read the domain of one column.

    Parameters
    ----------
    entry : object
        What the user wrote.
    label : str
        The column, for messages.

    Returns
    -------
    part : Reals, Integers, Categories or Distribution
    """
    try:
        if isinstance(entry, PARTS):
            return entry
        if isinstance(entry, str) and entry in ("binary", "sign"):
            return BINARY if entry == "binary" else SIGN
        if isinstance(entry, tuple):
            return _as_range(entry)
        if is_frozen(entry):
            return Distribution(entry)
        if is_entry(entry):
            return Categories(entry)
    except (TypeError, ValueError) as error:
        raise type(error)(f"The domain of {label} is invalid: {error}") from None
    raise ValueError(f"The domain of {label} must be {_CHOICES}. Got {entry!r} instead.")


def _as_range(entry: tuple[Any, ...]) -> Reals:
    if len(entry) != 2:
        raise ValueError(f"a tuple is a range (low, high), got {entry!r}. For values write a list.")
    return Reals(*entry)


def as_table(X: Any) -> Any:
    """Return rows in the kind that they have, once they have two dimensions."""
    X = as_rows(X)
    if sparse.issparse(X):
        raise TypeError("Domains need dense rows, but X is sparse. Use X.toarray().")
    if len(X.shape) != 2:
        raise ValueError(
            f"X must have shape (n_samples, n_features), got {X.shape}. For a single column write "
            "X.reshape(-1, 1)."
        )
    return X


def is_entry(entry: Any) -> bool:
    """Whether this can be the domain of one column (words alone cannot)."""
    if isinstance(entry, (str, bytes, dict)):
        return False
    if isinstance(entry, PARTS) or is_frozen(entry):
        return True
    flat = np.ndim(entry) == 1 if hasattr(entry, "ndim") else isinstance(entry, Sequence)
    return bool(flat)


def part_of_column(name: Any, names: list[Any] | None, n_features: int) -> int:
    """Position of a column, from its name or its position."""
    if names is not None and name in names:
        return names.index(name)
    whole = isinstance(name, (int, np.integer)) and not isinstance(name, bool)
    if whole and 0 <= name < n_features:
        return int(name)
    known = f"Its columns are {names[:20]}." if names else f"It has {n_features} columns."
    raise ValueError(f"There is no column {name!r} in the domain. {known}")

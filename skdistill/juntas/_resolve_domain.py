"""From what the user calls a domain to one that draws rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from skdistill._rows import has_missing, is_frame
from skdistill.juntas._domain import BitDomain, Box, ColumnDomain

__all__ = ["resolve_domain"]

_WORDS = (
    'domain must be "background", "binary", "sign", a Box, one list of levels for all columns, '
    "or a list (or a mapping from names) of levels and boxes, one a column"
)


def resolve_domain(domain: Any, X: Any, names: list[str] | None) -> BitDomain | ColumnDomain:
    """Build the domain of the queries.

    Parameters
    ----------
    domain : object
        The parameter of :class:`JuntaDistiller`.
    X : ndarray or DataFrame of shape (n, n_features)
        Validated rows.
    names : list of str or None
        Names of the columns, where X has them.

    Returns
    -------
    domain : BitDomain or ColumnDomain
    """
    n_features = X.shape[1]
    if isinstance(domain, str):
        if domain in ("binary", "sign"):
            return BitDomain(n_features, (0, 1) if domain == "binary" else (-1, 1), X)
        if domain != "background":
            raise ValueError(f"{_WORDS}. Got {domain!r} instead.")
        _check_background(X)
        return ColumnDomain(X, [None] * n_features, "the product of the columns of X")
    if isinstance(domain, Mapping):
        entries = _from_mapping(domain, names, n_features)
        if any(entry is None for entry in entries):
            _check_background(X)
    elif isinstance(domain, Box):
        low = np.broadcast_to(np.asarray(domain.low, dtype=float), n_features)
        high = np.broadcast_to(np.asarray(domain.high, dtype=float), n_features)
        entries = [Box(a, b) for a, b in zip(low, high, strict=True)]
    elif isinstance(domain, (list, tuple, np.ndarray)) and len(domain):
        nested = all(isinstance(e, (list, tuple, np.ndarray, Box)) for e in domain)
        entries = list(domain) if nested else [domain] * n_features
    else:
        raise ValueError(f"{_WORDS}. Got {domain!r} instead.")
    if len(entries) != n_features:
        raise ValueError(
            f"domain has {len(entries)} entries, but X has {n_features} columns. Give one list of "
            "levels or one Box for each column."
        )
    checked = [_check_entry(entry, j, X, names) for j, entry in enumerate(entries)]
    return ColumnDomain(X, checked, "the product of the given domain of each column")


def _from_mapping(domain: Mapping[Any, Any], names: list[str] | None, n_features: int) -> Any:
    entries: list[Any] = [None] * n_features
    for key, entry in domain.items():
        if names is not None and key in names:
            entries[names.index(key)] = entry
        elif isinstance(key, (int, np.integer)) and 0 <= key < n_features:
            entries[int(key)] = entry
        else:
            raise ValueError(f"domain names the column {key!r}, which X does not have.")
    return entries


def _check_background(X: Any) -> None:
    if X.shape[0] < 2:
        raise ValueError(
            f"A background of {X.shape[0]} sample (n_samples = 1) has no two values in any "
            'column. Pass more rows, or say what the columns may hold, as in domain="binary".'
        )
    if has_missing(X):
        raise ValueError(
            'Input X contains NaN, but domain="background" asks the teacher about values seen in '
            "X. Fill or drop the gaps, or give the levels of those columns in domain."
        )


def _check_entry(entry: Any, j: int, X: Any, names: list[str] | None) -> Any:
    name = f"column {j if names is None else names[j]!r}"
    if entry is None:
        return None
    if isinstance(entry, Box):
        if not (np.isfinite(entry.low) and np.isfinite(entry.high) and entry.low < entry.high):
            raise ValueError(f"The range of {name} must have low < high, got {entry!r}.")
        return entry
    levels = np.asarray(entry)
    if levels.dtype.kind not in "biuf":
        levels = np.asarray(list(entry), dtype=object)
    distinct = list(dict.fromkeys(levels.tolist()))
    if len(distinct) < 2:
        raise ValueError(
            f"The domain of {name} has the single level {distinct}: a column that never changes "
            "cannot be asked about. Give at least two levels, or leave the column out."
        )
    if len(distinct) < len(levels):
        raise ValueError(f"The domain of {name} names a level twice: {levels.tolist()}.")
    if levels.dtype.kind == "f" and not np.isfinite(levels).all():
        raise ValueError(f"The domain of {name} contains NaN or infinity: {levels.tolist()}.")
    if levels.dtype.kind == "O" and not is_frame(X):
        raise ValueError(
            f"The domain of {name} has levels that are no numbers, which an array X cannot hold. "
            "Pass X as a DataFrame."
        )
    return levels

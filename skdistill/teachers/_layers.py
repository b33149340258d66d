"""What all hidden representations share: a table of values, cut into named layers."""

from __future__ import annotations

import numbers
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import sparse

from skdistill._rows import iter_slices

__all__ = ["Representation", "check_finite", "choose_numbered", "layer_list", "listing"]


@dataclass(frozen=True)
class Representation:
    """The activations of some layers on n rows, side by side.

    Parameters
    ----------
    values : ndarray or csr_matrix of shape (n, sum of widths)
    layers : tuple of str
        Names of the layers, in the order of their columns.
    widths : tuple of int
        Columns of each layer.
    """

    values: Any
    layers: tuple[str, ...]
    widths: tuple[int, ...]

    def constant_layers(self) -> list[str]:
        """Names of the layers that are the same on all rows; none where there is one row."""
        n_rows = self.values.shape[0]
        ends = np.cumsum(self.widths)
        layers = list(zip(self.layers, ends - self.widths, ends, strict=True))
        for part in iter_slices(n_rows, 1024):  # layers that vary mostly do so in the first part
            if not layers:
                break
            varies = _varies(self.values[part], self.values[:1])
            layers = [layer for layer in layers if not varies[layer[1] : layer[2]].any()]
        return [name for name, _, _ in layers] if n_rows > 1 else []


def _varies(values: Any, first: Any) -> np.ndarray:
    """Which columns of values, of shape (n, width), differ from a first row, (1, width)."""
    if not sparse.issparse(values):
        return np.asarray((values != first).any(axis=0))
    first = first.toarray().ravel()
    bounds = values.min(axis=0), values.max(axis=0)
    low, high = (bound.toarray().ravel() for bound in bounds)
    return np.asarray((low != first) | (high != first))


def listing(names: Sequence[Any], limit: int = 30) -> str:
    """Names for a message, the first few of many."""
    shown = ", ".join(repr(name) for name in names[:limit])
    return shown + (f", ... ({len(names) - limit} more)" if len(names) > limit else "")


def layer_list(layers: Any) -> list[Any] | None:
    """Return the chosen layers as a list; None where they are not named.

    Parameters
    ----------
    layers : None, str, int, or sequence of str or int

    Returns
    -------
    layers : list or None

    Raises
    ------
    TypeError
        If a layer is neither a name nor a number.
    ValueError
        If the list is empty, or names a layer twice.
    """
    if layers is None:
        return None
    single = isinstance(layers, (str, numbers.Integral))
    chosen = [layers] if single else list(layers) if np.iterable(layers) else None
    kinds = (str, numbers.Integral)
    if chosen is None or not all(isinstance(a, kinds) and not isinstance(a, bool) for a in chosen):
        raise TypeError(
            "The 'layers' parameter must be None, the name or number of a layer, a list of "
            f"those, or a callable f(X) -> array. Got {layers!r}."
        )
    if not chosen:
        raise ValueError("The 'layers' parameter is empty. Name a layer, or pass None for all.")
    if len(set(chosen)) < len(chosen):
        raise ValueError(f"The 'layers' parameter names a layer twice: {chosen!r}.")
    return chosen


def choose_numbered(layers: Any, names: Sequence[str], owner: str) -> list[int]:
    """Return the positions of layers that are chosen by name or by number.

    Parameters
    ----------
    layers : None, str, int, or sequence of str or int
        None is all; negative numbers count from the end.
    names : sequence of str
        Those that there are.
    owner : str
        Whose layers these are, for the message.

    Returns
    -------
    positions : list of int
    """
    chosen = layer_list(layers)
    if chosen is None:
        return list(range(len(names)))
    places: dict[Any, int] = {name: position for position, name in enumerate(names)}
    places |= {position: position for position in range(len(names))}
    places |= {position - len(names): position for position in range(len(names))}
    unknown = [name for name in chosen if name not in places]
    if unknown:
        raise ValueError(
            f"{owner} has no layer {listing(unknown)}. Its layers are {listing(names)}, or 0 to "
            f"{len(names) - 1}."
        )
    positions = [places[name] for name in chosen]
    if len(set(positions)) < len(positions):
        raise ValueError(f"The 'layers' parameter names a layer twice: {chosen!r}.")
    return positions


def check_finite(values: np.ndarray, layer: str) -> None:
    """Raise ValueError where a layer gives NaN or infinity; values of shape (n, ...)."""
    if np.isfinite(values).all():
        return
    bad = ~np.isfinite(values.reshape(len(values), -1)).all(axis=1)
    raise ValueError(
        f"{layer} gives NaN or infinity on {bad.sum()} of {len(values)} rows. "
        "Look for missing or huge values in X, and for broken weights in the teacher."
    )

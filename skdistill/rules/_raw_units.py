"""Thresholds of a tree behind scalers, in the units of the pipeline's own columns.

A scaler that maps every column by itself keeps the order of its values, also in
floating point. So for each threshold there is one last double that still goes
left, and a bisection over the doubles finds it exactly.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from copy import copy
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.compose import ColumnTransformer
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    MaxAbsScaler,
    MinMaxScaler,
    RobustScaler,
    StandardScaler,
)

__all__ = ["RawColumn", "raw_columns", "raw_thresholds"]

# What each scaler has learned, one number a column.
_LEARNED = {
    StandardScaler: ("mean_", "scale_"),
    MinMaxScaler: ("min_", "scale_"),
    RobustScaler: ("center_", "scale_"),
    MaxAbsScaler: ("scale_",),
}
# Beyond that scaled values might overflow, which scalers refuse.
_FARTHEST = 1e100
_LARGEST = float(np.finfo(np.float64).max)


@dataclass(frozen=True)
class RawColumn:
    """Which raw column a scaled one is made of, and how.

    Parameters
    ----------
    position : int
        Of the raw column.
    scalers : tuple of fitted scalers
        Each of this one column alone, in their order.
    """

    position: int
    scalers: tuple[Any, ...] = ()

    def scaled(self, values: np.ndarray) -> np.ndarray:
        """Return scaled values, of shape (n,), of raw ones."""
        for scaler in self.scalers:
            values = np.asarray(scaler.transform(values[:, np.newaxis]))[:, 0]
        return values


def raw_columns(steps: Iterable[tuple[str, Any]], n_columns: int) -> list[RawColumn]:
    """Follow raw columns through the transformers of a pipeline.

    Parameters
    ----------
    steps : iterable of (str, fitted transformer or "passthrough")
    n_columns : int
        Of the raw columns.

    Returns
    -------
    columns : list of RawColumn
        One for each column that comes out.

    Raises
    ------
    ValueError
        Naming the step that does not map every column by itself and keep its order.
    """
    columns = [RawColumn(j) for j in range(n_columns)]
    for name, step in steps:
        columns = _after(name, step, columns)
    return columns


def _after(name: str, step: Any, columns: list[RawColumn]) -> list[RawColumn]:
    if step is None or isinstance(step, str) or _is_identity(step):  # "passthrough"
        return columns
    if isinstance(step, Pipeline):
        for inner, own in step.steps:
            columns = _after(f"{name}__{inner}", own, columns)
        return columns
    if isinstance(step, ColumnTransformer):
        found: list[RawColumn] = []
        for inner, own, chosen in step.transformers_:
            if isinstance(own, str) and own == "drop":
                continue
            positions = _positions(chosen, step)
            found += _after(f"{name}__{inner}", own, [columns[j] for j in positions])
        return found
    if type(step) not in _LEARNED:
        raise ValueError(
            f"extract_rules cannot express these rules in the pipeline's own columns: its step "
            f"{name!r} ({type(step).__name__}) does more than scale each column by itself. "
            "StandardScaler, MinMaxScaler, RobustScaler, MaxAbsScaler and 'passthrough' can be "
            "undone, also in a ColumnTransformer. Rules on what the tree itself sees: "
            "extract_rules(pipeline[-1])."
        )
    return [
        RawColumn(column.position, (*column.scalers, _of_one_column(step, j)))
        for j, column in enumerate(columns)
    ]


def _is_identity(step: Any) -> bool:
    """Whether it is what a ColumnTransformer puts in the place of "passthrough"."""
    return type(step) is FunctionTransformer and step.func is None


def _positions(chosen: Any, transformer: ColumnTransformer) -> list[int]:
    """Positions of the columns that a ColumnTransformer hands to one of its parts."""
    own = list(getattr(transformer, "feature_names_in_", []))
    if isinstance(chosen, slice) and any(isinstance(s, str) for s in (chosen.start, chosen.stop)):
        start = 0 if chosen.start is None else own.index(chosen.start)
        stop = len(own) if chosen.stop is None else own.index(chosen.stop) + 1
        return list(range(start, stop))
    if isinstance(chosen, (list, tuple, np.ndarray)) and any(isinstance(c, str) for c in chosen):
        return [own.index(name) for name in chosen]
    if isinstance(chosen, (list, tuple)) and not len(chosen):
        return []
    positions: list[int] = np.arange(transformer.n_features_in_)[chosen].tolist()
    return positions


def _of_one_column(scaler: Any, j: int) -> Any:
    """The same scaler, with its own arithmetic, for one of its columns."""
    single = copy(scaler)
    for name in _LEARNED[type(scaler)]:
        values = getattr(scaler, name, None)
        if values is not None:
            setattr(single, name, np.asarray(values)[[j]])
    single.n_features_in_ = 1
    vars(single).pop("feature_names_in_", None)
    return single


def raw_thresholds(column: RawColumn, thresholds: Sequence[float]) -> list[float]:
    """Return where thresholds on a scaled column lie in the raw one.

    Parameters
    ----------
    column : RawColumn
    thresholds : sequence of float
        Of a tree: scaled values are compared with them as float32.

    Returns
    -------
    raw : list of float
        A raw double x is at most the raw threshold exactly where the scaled
        and rounded one is at most the threshold.
    """
    wanted = np.asarray(thresholds, dtype=np.float64)
    finite = np.isfinite(wanted)

    def goes_left(values: np.ndarray) -> np.ndarray:
        with np.errstate(over="ignore"):
            return column.scaled(values).astype(np.float32) <= wanted

    # Doubles in their order are integers in theirs: the last that goes left lies in [low, high).
    low = np.full(len(wanted), _rank(-_FARTHEST))
    high = np.full(len(wanted), _rank(_FARTHEST))
    never, always = ~goes_left(_value(low)), goes_left(_value(high))
    for _ in range(64):
        middle = (low >> 1) + (high >> 1) + (low & high & 1)
        left = goes_left(_value(middle))
        low, high = np.where(left, middle, low), np.where(left, high, middle)
    raw = np.where(never, -_LARGEST, np.where(always, _LARGEST, _value(low)))
    return [float(value) for value in np.where(finite, raw, wanted)]


def _rank(value: float) -> int:
    """Place of a double among all of them, as a signed integer; 0 for zero."""
    bits = int(np.float64(value).view(np.int64))
    return bits if bits >= 0 else bits ^ 0x7FFFFFFFFFFFFFFF


def _value(rank: np.ndarray) -> np.ndarray:
    """The doubles at given places."""
    return np.where(rank >= 0, rank, rank ^ 0x7FFFFFFFFFFFFFFF).view(np.float64)

"""One table for rows of several transfer sets that were fitted on the same rows.

They differ where one knows more than those rows: a pool has categories, times and
bounds of its own.
"""

from __future__ import annotations

import math
from dataclasses import replace
from functools import reduce
from typing import Any

import numpy as np

from skdistill._frames import ColumnType
from skdistill.transfer._tables._layouts import ArrayLayout, CategoryColumn, FrameLayout, TickColumn
from skdistill.transfer._tables._table import Table

__all__ = ["common_table", "same_layout"]


def common_table(tables: list[Table]) -> Table:
    """Return the narrowest table that holds whatever the given ones hold.

    Parameters
    ----------
    tables : list of Table
        With the same columns, in the same order.

    Returns
    -------
    table : Table
        With the first one's very layout, where all are alike.
    """
    layout = reduce(_common_layout, [table.layout for table in tables])
    low = np.minimum.reduce([table.low for table in tables])
    high = np.maximum.reduce([table.high for table in tables])
    whole = np.logical_and.reduce([table.whole for table in tables])
    if isinstance(layout, FrameLayout):
        numeric = np.flatnonzero(~layout.categorical)
        for place, column in enumerate(layout.columns[j] for j in numeric):
            if isinstance(column, TickColumn):  # steps, counted from the first one
                low[place], high[place] = 0, (column.last - column.first) / column.step
    return replace(tables[0], layout=layout, low=low, high=high, whole=whole)


def same_layout(one: Table, common: Table) -> bool:
    """Whether codes and numbers of a table mean the same in the common one."""
    return _common_layout(common.layout, one.layout) is common.layout and (
        _common_layout(one.layout, common.layout) is one.layout
    )


def _common_layout(one: Any, other: Any) -> Any:
    if isinstance(one, ArrayLayout):
        if one.categories == other.categories:
            return one
        pairs = zip(one.categories, other.categories, strict=True)
        return replace(one, categories=[_union(ours, theirs) for ours, theirs in pairs])
    columns = [_common_column(*pair) for pair in zip(one.columns, other.columns, strict=True)]
    alike = all(new is old for new, old in zip(columns, one.columns, strict=True))
    return one if alike else replace(one, columns=columns)


def _common_column(one: Any, other: Any) -> Any:
    """Return a column that holds the values of both; ``one`` itself if it does."""
    changes: dict[str, Any]
    if isinstance(one, TickColumn):
        apart = other.first - one.first
        changes = {
            "first": min(one.first, other.first),
            "last": max(one.last, other.last),
            "step": math.gcd(one.step, other.step, apart),
        }
    else:
        changes = {"type": _common_type(one.type, other.type)}
        if isinstance(one, CategoryColumn):
            changes["categories"] = _union(one.categories, other.categories)
        else:
            changes["storage"] = np.result_type(one.storage, other.storage)
    known = all(
        getattr(one, name) is value or getattr(one, name) == value
        for name, value in changes.items()
    )
    return one if known else replace(one, **changes)


def _common_type(one: ColumnType, other: ColumnType) -> ColumnType:
    missing = other.missing if one.missing is None else one.missing
    written = one.written
    if written is not None and other.written is not None:
        written = written.union(other.written)
    same = missing is one.missing and written == one.written
    return one if same else replace(one, missing=missing, written=written)


def _union(ours: list[Any], theirs: list[Any]) -> list[Any]:
    return ours if ours == theirs else sorted({*ours, *theirs})

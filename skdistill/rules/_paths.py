"""From the steps on a path through a tree, or the bounds of a box, to conditions."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from skdistill._encoding import FrameEncoder
from skdistill.boxes import Bounds
from skdistill.rules._conditions import Categories, Condition, Interval

__all__ = [
    "PathColumn",
    "Step",
    "bounds_conditions",
    "merge_steps",
    "node_paths",
    "path_columns",
]


class Step(NamedTuple):
    """One split on the way to a node.

    Parameters
    ----------
    column : int
        Among those that the tree reads.
    threshold : float
    goes_left : bool
        Whether the way is that of values at most the threshold.
    takes_missing : bool
        Whether missing values go this way too.
    """

    column: int
    threshold: float
    goes_left: bool
    takes_missing: bool


@dataclass(frozen=True)
class PathColumn:
    """What a column that a tree reads means in X, and how its values are compared.

    Parameters
    ----------
    name : str
        Name of the column of X in conditions.
    category : tuple
        Of an indicator: its category. Empty otherwise.
    categories : tuple
        Of ranks: the category of each; None stands for missing. Empty otherwise.
    has_missing : bool
        Of numbers: whether some were missing, so that conditions name them.
    unseen_missing : bool
        Of numbers of which none was missing: whether a missing value meets
        conditions where the tree sends it. Otherwise it meets none.
    dtype : {"float32", "float64"}
        Of numbers: the precision in which values are compared.
    """

    name: str
    category: tuple[Any, ...] = ()
    categories: tuple[Any, ...] = ()
    has_missing: bool = False
    unseen_missing: bool = True
    dtype: str = "float32"


def path_columns(
    encoder: FrameEncoder | None,
    names: Sequence[str],
    has_missing: np.ndarray,
    *,
    unseen_missing: bool = True,
) -> list[PathColumn]:
    """Return what each column that a tree reads means in conditions.

    Parameters
    ----------
    encoder : FrameEncoder or None
        Of `fit_encoder`; None where the tree reads X itself.
    names : sequence of str
        What the columns of X are called in conditions, in their order.
    has_missing : ndarray of shape (n_encoded,), dtype bool
        Which columns had missing values.
    unseen_missing : bool
        As in `PathColumn`.

    Returns
    -------
    columns : list of PathColumn
        As many as the tree reads.
    """
    flags = np.asarray(has_missing).tolist()
    if encoder is None:
        return [
            PathColumn(name, has_missing=flag, unseen_missing=unseen_missing)
            for name, flag in zip(names, flags, strict=True)
        ]
    return [
        PathColumn(names[column.place], column.category, column.categories, flag, unseen_missing)
        for column, flag in zip(encoder.columns, flags, strict=True)
    ]


def node_paths(tree: Any) -> list[tuple[int, list[Step]]]:
    """Return the nodes of a tree, left to right, each with the steps that lead to it.

    Parameters
    ----------
    tree : sklearn.tree._tree.Tree

    Returns
    -------
    paths : list of (int, list of Step)
        A node comes before those below it.
    """
    left, right = tree.children_left.tolist(), tree.children_right.tolist()
    feature, threshold = tree.feature.tolist(), tree.threshold.tolist()
    missing_left = tree.missing_go_to_left.astype(bool).tolist()
    paths: list[tuple[int, list[Step]]] = []
    stack: list[tuple[int, list[Step]]] = [(0, [])]
    while stack:
        node, steps = stack.pop()
        paths.append((node, steps))
        if left[node] == -1:
            continue
        for child, goes_left in ((right[node], False), (left[node], True)):
            takes_missing = missing_left[node] == goes_left
            step = Step(feature[node], threshold[node], goes_left, takes_missing)
            stack.append((child, [*steps, step]))
    return paths


def merge_steps(steps: Iterable[Step], columns: Sequence[PathColumn]) -> tuple[Condition, ...]:
    """Merge the steps of a path: one condition a column of X, in the order of their first steps.

    Parameters
    ----------
    steps : iterable of Step
    columns : sequence of PathColumn

    Returns
    -------
    conditions : tuple of Interval or Categories
        They hold together exactly where all the steps do.
    """
    together: dict[Any, list[Step]] = {}
    for step in steps:
        column = columns[step.column]
        # Indicators of one column of X belong together.
        together.setdefault(column.name if column.category else step.column, []).append(step)
    merged: list[Condition] = []
    for own in together.values():
        column = columns[own[0].column]
        if column.category:
            merged.append(_met_indicators(own, columns))
            continue
        bounds = _bounds(own)
        merged += _met_ranks(bounds, column) if column.categories else [_met(bounds, column)]
    return tuple(merged)


def bounds_conditions(
    bounds: Mapping[int, Bounds], columns: Sequence[PathColumn]
) -> tuple[Condition, ...]:
    """Return a box as conditions.

    Parameters
    ----------
    bounds : dict of int to Bounds
        By column, among those that `columns` describes.
    columns : sequence of PathColumn

    Returns
    -------
    conditions : tuple of Interval or Categories
        A category that was never seen meets the side whose categories are not
        named.
    """
    steps: list[Step] = []
    for j, (low, high, takes_missing) in bounds.items():
        if columns[j].categories:
            n_met = sum(low < rank <= high for rank in range(len(columns[j].categories)))
            takes_missing = 2 * n_met > len(columns[j].categories)
        if low > -math.inf:
            steps.append(Step(j, low, False, takes_missing))
        if low < math.inf and (high < math.inf or low == -math.inf):
            steps.append(Step(j, high, True, takes_missing))
    return merge_steps(steps, columns)


def _bounds(steps: Iterable[Step]) -> Bounds:
    """Largest threshold below, smallest above, and whether missing values come all the way."""
    low, high, takes_missing = -math.inf, math.inf, True
    for step in steps:
        if step.goes_left:
            high = min(high, step.threshold)
        else:
            low = max(low, step.threshold)
        takes_missing = takes_missing and step.takes_missing
    return low, high, takes_missing


def _met(bounds: Bounds, column: PathColumn) -> Interval:
    low, high, takes_missing = bounds
    if column.has_missing:
        return Interval(column.name, low, high, missing=takes_missing, dtype=column.dtype)
    unseen = takes_missing and column.unseen_missing
    return Interval(column.name, low, high, unseen_missing=unseen, dtype=column.dtype)


def _met_ranks(bounds: Bounds, column: PathColumn) -> list[Categories]:
    """Name the categories on the side that unseen ones do not take: there the names are all."""
    low, high, takes_unseen = bounds
    met = [category for rank, category in enumerate(column.categories) if low < rank <= high]
    if not takes_unseen:
        return [Categories(column.name, tuple(met))]
    others = tuple(category for category in column.categories if category not in met)
    return [Categories(column.name, others, negated=True)] if others else []


def _met_indicators(steps: list[Step], columns: Sequence[PathColumn]) -> Categories:
    """One category met makes those not met needless."""
    name = columns[steps[0].column].name
    for step in steps:
        if not step.goes_left:
            return Categories(name, columns[step.column].category)
    others = tuple(columns[step.column].category[0] for step in steps)
    return Categories(name, others, negated=True)

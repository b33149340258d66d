"""From the steps on a path through a tree to conditions on the user's columns."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from skdistill.rules._conditions import Interval, Levels

__all__ = ["PathColumn", "Step", "merge_steps", "node_paths", "path_columns"]


class Step(NamedTuple):
    """One answer on the way to a node: whether a column is at most a threshold.

    Parameters
    ----------
    column : int
        Among those that the tree reads.
    threshold : float
    went_left : bool
        Whether the answer was yes.
    takes_nan : bool
        Whether NaN goes this way too.
    """

    column: int
    threshold: float
    went_left: bool
    takes_nan: bool


@dataclass(frozen=True)
class PathColumn:
    """How steps on one column that a tree reads are told.

    Parameters
    ----------
    name : str
        What the column of X is called in conditions.
    level : tuple
        Of an indicator: its level. Empty otherwise.
    levels : tuple
        Of ranks: the level of each; None stands for missing. Empty otherwise.
    gaps : bool
        Of numbers: whether there were gaps, so that conditions tell of them.
    unseen : bool
        Of numbers without gaps: whether a gap meets conditions where the tree
        sends it. Otherwise it meets none.
    """

    name: str
    level: tuple[Any, ...] = ()
    levels: tuple[Any, ...] = ()
    gaps: bool = False
    unseen: bool = True


def path_columns(
    encoder: Any, names: Sequence[str], gaps: np.ndarray, *, unseen: bool = True
) -> list[PathColumn]:
    """Tell what each column that a tree reads means in conditions.

    Parameters
    ----------
    encoder : FrameEncoder or None
        Of `fit_encoder`; None where the tree reads X itself.
    names : sequence of str
        What the columns of X are called in conditions, in their order.
    gaps : ndarray of shape (n_encoded,), dtype bool
        Which columns had gaps.
    unseen : bool
        As in `PathColumn`.

    Returns
    -------
    columns : list of PathColumn
        As many as the tree reads.
    """
    asked = np.asarray(gaps).tolist()
    if encoder is None:
        return [
            PathColumn(name, gaps=gap, unseen=unseen)
            for name, gap in zip(names, asked, strict=True)
        ]
    return [
        PathColumn(names[column.place], column.category, column.categories, gap, unseen)
        for column, gap in zip(encoder.columns, asked, strict=True)
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
    nan_left = tree.missing_go_to_left.astype(bool).tolist()
    paths: list[tuple[int, list[Step]]] = []
    stack: list[tuple[int, list[Step]]] = [(0, [])]
    while stack:
        node, steps = stack.pop()
        paths.append((node, steps))
        if left[node] == -1:
            continue
        for child, went_left in ((right[node], False), (left[node], True)):
            step = Step(feature[node], threshold[node], went_left, nan_left[node] == went_left)
            stack.append((child, [*steps, step]))
    return paths


def merge_steps(
    steps: Iterable[Step], columns: Sequence[PathColumn]
) -> tuple[Interval | Levels, ...]:
    """Merge the steps of a path: one condition a column of X, in the order of their first steps.

    Parameters
    ----------
    steps : iterable of Step
    columns : sequence of PathColumn

    Returns
    -------
    conditions : tuple of Interval or Levels
        They hold together exactly where all the steps do.
    """
    together: dict[Any, list[Step]] = {}
    for step in steps:
        column = columns[step.column]
        # Indicators of one column of X belong together.
        together.setdefault(column.name if column.level else step.column, []).append(step)
    merged: list[Interval | Levels] = []
    for own in together.values():
        column = columns[own[0].column]
        if column.level:
            merged.append(_met_indicators(own, columns))
        elif column.levels:
            merged += _met_ranks(own, column)
        else:
            merged.append(_met_numbers(own, column))
    return tuple(merged)


def _bounds(steps: Iterable[Step]) -> tuple[float, float, bool]:
    """Largest threshold below, smallest above, and whether NaN comes all the way."""
    low, high, nan = -math.inf, math.inf, True
    for step in steps:
        if step.went_left:
            high = min(high, step.threshold)
        else:
            low = max(low, step.threshold)
        nan = nan and step.takes_nan
    return low, high, nan


def _met_numbers(steps: list[Step], column: PathColumn) -> Interval:
    low, high, nan = _bounds(steps)
    if column.gaps:
        return Interval(column.name, low, high, missing=nan)
    return Interval(column.name, low, high, unseen_missing=nan and column.unseen)


def _met_ranks(steps: list[Step], column: PathColumn) -> list[Levels]:
    """Levels are named on the side that other ones do not take: there the names say all."""
    low, high, nan = _bounds(steps)
    met = [level for rank, level in enumerate(column.levels) if low < rank <= high]
    if not nan:
        return [Levels(column.name, tuple(met))]
    others = tuple(level for level in column.levels if level not in met)
    return [Levels(column.name, others, negated=True)] if others else []


def _met_indicators(steps: list[Step], columns: Sequence[PathColumn]) -> Levels:
    """One level met says all that the levels not met say."""
    name = columns[steps[0].column].name
    for step in steps:
        if not step.went_left:
            return Levels(name, columns[step.column].level)
    return Levels(name, tuple(columns[step.column].level[0] for step in steps), negated=True)

"""Where a student disagrees: leaf by leaf, with examples of rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import sparse

from skdistill._frames import is_polars
from skdistill._rows import is_frame, take_rows
from skdistill.metrics._leaves import RuleLeaves, TreeLeaves, find_leaves
from skdistill.metrics._share import Share, share_of

__all__ = ["DisagreeingRow", "LeafFidelity", "fidelity_by_leaf"]

# Columns of a row that are printed.
_COLUMNS_SHOWN = 3


@dataclass(frozen=True)
class DisagreeingRow:
    """A row for which student and teacher predict different things.

    Parameters
    ----------
    index : int
        Its position in X.
    y_teacher, y_student : object
        Their predictions.
    values : dict of str to object
        The row as the student sees it, the columns that its leaf tests first.
        Of a sparse row, what is not zero.

    Examples
    --------
    >>> from skdistill.metrics import DisagreeingRow
    >>> print(DisagreeingRow(17, "ill", "well", {"age": 71.0, "dose": 0.5}))
    row 17: teacher ill, student well (age=71, dose=0.5)
    """

    index: int
    y_teacher: Any
    y_student: Any
    values: dict[str, Any]

    def __str__(self) -> str:
        shown = [f"{k}={_text(v)}" for k, v in list(self.values.items())[:_COLUMNS_SHOWN]]
        shown += ["..."] if len(self.values) > _COLUMNS_SHOWN else []
        both = f"teacher {_text(self.y_teacher)}, student {_text(self.y_student)}"
        return f"row {self.index}: {both} ({', '.join(shown)})"


@dataclass(frozen=True)
class LeafFidelity:
    """Fidelity of a student in one of its leaves, or of one of its rules.

    Parameters
    ----------
    leaf : int
        Its position: ``extract_rules(tree)[leaf]`` is its rule.
    name : str
        Text of the rule, where it is known; empty otherwise.
    n_rows : int
        Rows of the report that fall into it.
    coverage : float
        Their share of all rows, by weight.
    prediction : object
        What the student predicts there; None if no row is there.
    teacher_prediction : object
        What the teacher predicts most often where it disagrees; None if it
        never does, and for real values.
    fidelity : Share or None
        Agreement; None if no row is there, and for real values.
    rmse : float or None
        Root mean squared error, of real values.
    error_share : float
        Share of all errors in the report, by weight: of the rows that
        disagree, or of the squared error. Leaves are sorted by it.
    rows : tuple of DisagreeingRow
        A few of the rows that disagree.
    part : {"leaf", "rule"}
        What it is.

    Examples
    --------
    >>> from skdistill.metrics import LeafFidelity, Share
    >>> print(LeafFidelity(
    ...     2, "age > 60", 12, 0.1, "well", "ill", Share(0.75, 0.43, 0.95, 12), None, 0.5))
    leaf 2: well        0.750 [0.430, 0.950] (12 rows), teacher mostly ill
    """

    leaf: int
    name: str
    n_rows: int
    coverage: float
    prediction: Any
    teacher_prediction: Any
    fidelity: Share | None
    rmse: float | None
    error_share: float
    rows: tuple[DisagreeingRow, ...] = ()
    part: str = "leaf"

    def __str__(self) -> str:
        text = f"{self.part} {self.leaf}: {_text(self.prediction)}"
        if self.rmse is None and self.fidelity is None:
            return f"{text:<19} ({self.n_rows} rows)"
        if self.rmse is not None:
            share = f"{100 * self.error_share:.0f}% of the squared error"
            return f"{text:<19} rmse {self.rmse:.4g} ({self.n_rows} rows), {share}"
        other = self.teacher_prediction
        instead = "" if other is None else f", teacher mostly {_text(other)}"
        return f"{text:<19} {self.fidelity}{instead}"


def _text(value: Any) -> str:
    """A value as text: real ones with four digits."""
    if isinstance(value, list):
        return f"[{', '.join(map(_text, value))}]"
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _plain(value: Any) -> Any:
    """A value as Python has it: numbers, text, None, or lists of these."""
    if isinstance(value, (np.ndarray, np.generic)):
        value = value.tolist()
    if value is None or isinstance(value, (bool, int, float, str, list)):
        return value
    return None if str(value) in ("<NA>", "NaT") else str(value)


def fidelity_by_leaf(
    student: Any,
    X: Any,
    y_teacher: np.ndarray,
    y_student: np.ndarray,
    *,
    values: bool,
    weight: np.ndarray | None,
    confidence: float,
    certainty: np.ndarray | None = None,
    index: np.ndarray | None = None,
    leaf_names: Any = None,
    n_rows_shown: int = 1,
) -> tuple[LeafFidelity, ...]:
    """Compare predictions in each leaf of a student.

    Parameters
    ----------
    student : fitted estimator
    X : array-like or DataFrame of shape (n, n_features)
        Rows as the student takes them.
    y_teacher, y_student : ndarray of shape (n,) or (n, n_outputs)
        What teacher and student predict.
    values : bool
        Whether these are real values.
    weight : ndarray of shape (n,) or None
    confidence : float
    certainty : ndarray of shape (n,) or None
        The teacher's highest probability: rows that disagree are shown in
        its order, largest first.
    index : ndarray of shape (n,) or None
        Positions of the rows in X, where they are not all.
    leaf_names : sequence of str, RuleSet or None
    n_rows_shown : int
        Rows to keep of each leaf.

    Returns
    -------
    leaves : tuple of LeafFidelity
        All of them, those with the largest share of the errors first; empty
        where the student has no leaves.
    """
    leaves, rows = find_leaves(student, X)
    if leaves is None:
        return ()
    names = _names(leaves, leaf_names)
    # Rules may have other names for the columns than the tree has.
    called = dict(
        zip(leaves.columns, getattr(leaf_names, "feature_names", leaves.columns), strict=False)
    )
    which = leaves.apply(rows)
    mass = np.ones(len(which)) if weight is None else weight
    if values:
        error = ((y_teacher - y_student) ** 2).reshape(len(y_teacher), -1).mean(axis=1)
    else:
        error = (y_teacher != y_student).astype(float)
    worst = _worst_rows(which, mass * error, error if values else certainty, n_rows_shown)
    shown = [i for positions in worst.values() for i in positions]
    held = dict(zip(shown, _row_values(rows, shown, leaves.columns), strict=True))
    wrong, total = (mass * error).sum(), mass.sum()
    order = np.argsort(which, kind="stable")
    groups = np.split(order, np.searchsorted(which[order], np.arange(1, len(leaves))))
    measured = []
    for leaf, here in enumerate(groups):
        own = mass[here] @ error[here]
        first = leaves.columns_of(leaf)
        examples = [
            DisagreeingRow(
                i if index is None else int(index[i]),
                _plain(y_teacher[i]),
                _plain(y_student[i]),
                {called.get(name, name): held[i][name] for name in _in_order(first, held[i])},
            )
            for i in worst.get(leaf, [])
        ]
        measured.append(
            LeafFidelity(
                leaf,
                names[leaf],
                len(here),
                float(mass[here].sum() / total),
                _plain(y_student[here[0]]) if len(here) else None,
                None if values else _most_frequent(y_teacher[here], y_student[here], mass[here]),
                None
                if values or not len(here)
                else share_of(
                    error[here] == 0, None if weight is None else weight[here], confidence
                ),
                _rmse(error[here], mass[here]) if values else None,
                float(own / wrong) if wrong > 0 else 0.0,
                tuple(examples),
                leaves.part,
            )
        )
    # Of leaves with as many errors, the one with fewer rows is the worse one.
    return tuple(sorted(measured, key=lambda each: (-each.error_share, each.coverage)))


def _names(leaves: TreeLeaves | RuleLeaves, given: Any) -> list[str]:
    """Names of the leaves: as given, or as they know themselves."""
    if given is None:
        return leaves.names() or [""] * len(leaves)
    if len(given) != len(leaves):
        raise ValueError(
            f"leaf_names has {len(given)} names, but the student has {len(leaves)} leaves. The "
            "rules of a tree are as many as its leaves: leaf_names=extract_rules(tree)."
        )
    if hasattr(given, "premise_text"):
        return [given.premise_text(k) for k in range(len(given))]
    return [str(name) for name in given]


def _worst_rows(
    which: np.ndarray, wrong: np.ndarray, badness: np.ndarray | None, n_rows: int
) -> dict[int, list[int]]:
    """Rows of each leaf that disagree: the worst ones first, then as they came."""
    rows = np.flatnonzero(wrong > 0)
    if not n_rows or not len(rows):
        return {}
    badness = np.zeros(len(which)) if badness is None else badness
    rows = rows[np.lexsort((rows, -badness[rows], which[rows]))]
    starts = np.flatnonzero(np.diff(which[rows], prepend=-2))
    stops = np.append(starts[1:], len(rows))
    return {
        int(which[rows[start]]): rows[start : min(stop, start + n_rows)].tolist()
        for start, stop in zip(starts, stops, strict=True)
    }


def _most_frequent(y_teacher: np.ndarray, y_student: np.ndarray, mass: np.ndarray) -> Any:
    """What the teacher predicts most often, by weight, where it disagrees."""
    other = y_teacher != y_student
    if not other.any():
        return None
    labels, codes = np.unique(y_teacher[other], return_inverse=True)
    return _plain(labels[np.bincount(codes, mass[other]).argmax()])


def _rmse(error: np.ndarray, mass: np.ndarray) -> float | None:
    """Root of the mean squared error by weight; None where no row is."""
    if not mass.any():
        return None
    return float(np.sqrt(np.average(error, weights=mass)))


def _row_values(rows: Any, index: list[int], columns: list[str]) -> list[dict[str, Any]]:
    """Values of some rows by column; of sparse rows, those that are not zero."""
    if not index:
        return []
    few = take_rows(rows, index)
    if is_frame(rows):
        names = [str(name) for name in rows.columns]
        objects = few.rows() if is_polars(few) else few.to_numpy(dtype=object)
        return [dict(zip(names, map(_plain, row), strict=True)) for row in objects]
    if sparse.issparse(few):
        return [
            {columns[j]: _plain(v) for j, v in zip(row.indices, row.data, strict=True)}
            for row in few
        ]
    return [dict(zip(columns, map(_plain, row), strict=True)) for row in few]


def _in_order(first: list[str], values: dict[str, Any]) -> list[str]:
    """Names of the values, those in ``first`` before the others."""
    return [name for name in dict.fromkeys([*first, *values]) if name in values]

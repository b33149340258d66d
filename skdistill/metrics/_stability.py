"""How similar the students of several runs are: a float with details."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import combinations
from typing import Any

import numpy as np

__all__ = ["Stability"]

# Columns and first splits that are printed.
_SHOWN = 6


class Stability(float):
    """Similarity of the students of several runs: a float with details.

    As a number it is the mean of ``agreement`` over all pairs of runs. It prints
    as a small report.

    Parameters
    ----------
    agreement : ndarray of shape (n_runs, n_runs)
        Of the predictions of each two runs: share of equal labels, or concordance
        of values.
    metric : {"agreement", "concordance"}
        Which of them.
    n_rows : int
        Rows on which they were compared.
    n_seen : int or None
        How many of these the students were fitted on; None where that is
        unknown.
    columns : sequence of str or None
        Names of the columns of X; None where the students are neither trees
        nor rules.
    used : ndarray of shape (n_runs, n_columns), dtype bool, or None
        Which columns each student tests.
    roots : sequence of (str, float or None)
        The first split of each run: its column and threshold. Of rules, the
        columns of the first one.
    sizes : ndarray of shape (n_runs,)
        Leaves or rules of each; empty where there are none.
    part : {"leaf", "rule"}
        Which of them.

    See Also
    --------
    stability_score : Where it comes from.

    Examples
    --------
    >>> import numpy as np
    >>> from skdistill.metrics import Stability
    >>> stability = Stability(np.array([[1.0, 0.9], [0.9, 1.0]]), n_rows=50, n_seen=0)
    >>> stability
    0.900 agreement between 2 runs, on 50 rows
    >>> stability > 0.8
    True
    """

    agreement: np.ndarray
    metric: str
    n_rows: int
    n_seen: int | None
    columns: list[str] | None
    used: np.ndarray | None
    roots: tuple[tuple[str, float | None], ...]
    sizes: np.ndarray
    part: str

    def __new__(
        cls,
        agreement: np.ndarray,
        metric: str = "agreement",
        *,
        n_rows: int,
        n_seen: int | None = None,
        columns: Sequence[str] | None = None,
        used: np.ndarray | None = None,
        roots: Sequence[tuple[str, float | None]] = (),
        sizes: np.ndarray | None = None,
        part: str = "leaf",
    ) -> Stability:
        pairs = agreement[np.triu_indices(len(agreement), 1)]
        self = super().__new__(cls, pairs.mean())
        self.agreement, self.metric = agreement, metric
        self.n_rows, self.n_seen = n_rows, n_seen
        self.columns = None if columns is None else list(columns)
        self.used, self.roots = used, tuple(roots)
        self.sizes = np.array([], dtype=int) if sizes is None else sizes
        self.part = part
        return self

    def __reduce__(self) -> Any:  # for pickle and copy
        details = {name: getattr(self, name) for name in _DETAILS}
        return _rebuild, (self.agreement, self.metric, details)

    @property
    def n_runs(self) -> int:
        """How many students were compared."""
        return len(self.agreement)

    @property
    def pairs(self) -> np.ndarray:
        """Agreement of each two runs, of shape (n_pairs,)."""
        return self.agreement[np.triu_indices(self.n_runs, 1)]

    @property
    def in_sample(self) -> bool | None:
        """Whether the students were fitted on all of the rows; None where that is unknown."""
        return None if self.n_seen is None else self.n_seen == self.n_rows

    @property
    def jaccard(self) -> float | None:
        """Overlap of the columns that two students use: shared ones to all, mean over pairs."""
        if self.used is None:
            return None
        overlaps = []
        for first, second in combinations(self.used, 2):
            either = np.count_nonzero(first | second)
            overlaps.append(np.count_nonzero(first & second) / either if either else 1.0)
        return float(np.mean(overlaps))

    @property
    def feature_share(self) -> dict[str, float]:
        """Share of the runs that use each column, the most used first; unused ones left out."""
        if self.used is None or self.columns is None:
            return {}
        share = self.used.mean(axis=0)
        order = np.argsort(-share, kind="stable")
        return {self.columns[j]: float(share[j]) for j in order if share[j] > 0}

    @property
    def root_share(self) -> dict[str, float]:
        """Share of the runs that begin with each column, the most frequent first."""
        counts = Counter(name for name, _ in self.roots)
        return {name: count / len(self.roots) for name, count in counts.most_common()}

    @property
    def root_thresholds(self) -> dict[str, np.ndarray]:
        """Sorted thresholds of the first splits on each column."""
        found = {
            name: [threshold for own, threshold in self.roots if own == name]
            for name in self.root_share
        }
        return {
            name: np.sort(np.array(thresholds, dtype=float))
            for name, thresholds in found.items()
            if None not in thresholds
        }

    def to_dict(self) -> dict[str, Any]:
        """Return everything as nested dicts and lists of plain values.

        Returns
        -------
        stability : dict
            The mean as ``value``, its range over the pairs, and what is known
            of columns, first splits and sizes.
        """
        return {
            "value": float(self),
            "metric": self.metric,
            "low": float(self.pairs.min()),
            "high": float(self.pairs.max()),
            "n_runs": self.n_runs,
            "n_rows": self.n_rows,
            "n_seen": self.n_seen,
            "in_sample": self.in_sample,
            "jaccard": self.jaccard,
            "feature_share": self.feature_share,
            "root_share": self.root_share,
            "root_thresholds": {name: t.tolist() for name, t in self.root_thresholds.items()},
            "sizes": self.sizes.tolist(),
        }

    def __repr__(self) -> str:
        where = " in-sample" if self.in_sample else ""
        return (
            f"{float(self):.3f} {self.metric} between {self.n_runs} runs, on {self.n_rows} "
            f"rows{where}"
        )

    def __str__(self) -> str:
        if self.in_sample:
            where = f"IN-SAMPLE: on the {self.n_rows} rows that the students were fitted on"
        else:
            where = f"on {self.n_rows} rows"
            where += f", {self.n_seen} of which equal rows of the fit" if self.n_seen else ""
        lines = [f"Stability over {self.n_runs} runs, {where}"]

        def line(name: str, value: str) -> None:
            lines.append(f"  {name:<20}{value}")

        low, high = self.pairs.min(), self.pairs.max()
        line(
            self.metric,
            f"{float(self):.3f} between two students (from {low:.3f} to {high:.3f})",
        )
        if self.jaccard is None:
            return "\n".join(lines)
        name = "leaves" if self.part == "leaf" else "rules"
        line(name, f"{np.mean(self.sizes):.4g} ({self.sizes.min()} to {self.sizes.max()})")
        line("columns shared", f"{self.jaccard:.2f} of those that either of two students uses")
        lines.append("  columns used")
        lines += _listed(self.feature_share, list(self.feature_share))
        lines.append("  first split" if self.part == "leaf" else "  first rule")
        lines += _listed(self.root_share, [f"{name}{self._cuts(name)}" for name in self.root_share])
        return "\n".join(lines)

    def _cuts(self, name: str) -> str:
        """Thresholds of the first splits on a column, as text."""
        cuts = self.root_thresholds.get(name)
        if cuts is None:
            return ""
        spread = f" ({cuts[0]:.4g} to {cuts[-1]:.4g})" if cuts[0] < cuts[-1] else ""
        return f" at {np.median(cuts):.4g}{spread}"


def _listed(shares: dict[str, float], texts: list[str]) -> list[str]:
    """Lines of a list of things by the share of the runs that have them."""
    lines = [
        f"    {f'{100 * share:.0f}% of the runs':>16}  {text}"
        for share, text in zip(shares.values(), texts, strict=True)
    ]
    more = len(lines) - _SHOWN
    return lines[:_SHOWN] + ([f"    {'':>16}  and {more} more"] if more > 0 else [])


_DETAILS = ("n_rows", "n_seen", "columns", "used", "roots", "sizes", "part")


def _rebuild(agreement: np.ndarray, metric: str, details: dict[str, Any]) -> Stability:
    return Stability(agreement, metric, **details)

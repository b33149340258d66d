"""Real and synthetic rows side by side, column by column."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.utils.validation import check_is_fitted

from skdistill._frames import NAT, library_of
from skdistill._rows import is_frame, take_column
from skdistill.metrics import check_two_samples, two_sample_auc
from skdistill.transfer import BaseTransferSet

__all__ = ["ColumnComparison", "TwoSampleDisplay"]

_MAX_CATEGORIES = 10
_BINS = 30


@dataclass(frozen=True)
class ColumnComparison:
    """One column of real and of synthetic rows.

    Parameters
    ----------
    name : str
        The column.
    edges : ndarray of shape (n_bins + 1,) or None
        Bounds of the bins of a numeric column.
    categories : list of str or None
        Those of a categorical column; the last one may be "others".
    real, synthetic : ndarray of shape (n_bins,) or (n_categories,)
        Share of the rows in each.
    distance : float
        The largest difference of the two cumulative distributions of numbers
        (Kolmogorov and Smirnov's), half the sum of the differences of shares
        of categories (total variation): 0 for the same, 1 for nothing in common.

    Examples
    --------
    >>> from skdistill.inspection import TwoSampleDisplay
    >>> display = TwoSampleDisplay.from_rows(
    ...     [[0.0], [1.0], [2.0], [3.0]] * 5, [[2.0], [3.0], [4.0], [5.0]] * 5)
    >>> display.columns[0].distance
    0.5
    """

    name: str
    edges: np.ndarray | None
    categories: list[str] | None
    real: np.ndarray
    synthetic: np.ndarray
    distance: float


def _compare_numbers(name: str, real: np.ndarray, synthetic: np.ndarray) -> ColumnComparison:
    """Compare numbers of shapes (n_real,) and (n_synthetic,); missing values are left out."""
    real, synthetic = real[~np.isnan(real)], synthetic[~np.isnan(synthetic)]
    both = np.concatenate([real, synthetic])
    edges = np.histogram_bin_edges(both if len(both) else [0.0], bins=_BINS)
    shares = [
        np.histogram(values, bins=edges)[0] / max(len(values), 1) for values in (real, synthetic)
    ]
    if not len(real) or not len(synthetic):
        distance = float(len(both) > 0)
    else:
        at = np.sort(both)
        below = [
            np.searchsorted(np.sort(values), at, side="right") / len(values)
            for values in (real, synthetic)
        ]
        distance = float(np.abs(below[0] - below[1]).max())
    return ColumnComparison(name, edges, None, shares[0], shares[1], distance)


def _compare_categories(
    name: str, codes: np.ndarray, categories: list[Any], n: int
) -> ColumnComparison:
    """Compare codes of real rows (the first n) and of synthetic ones; -1 is missing."""
    counts = [
        np.bincount(part + 1, minlength=len(categories) + 1) for part in (codes[:n], codes[n:])
    ]
    shares = np.array([count / count.sum() for count in counts])
    names = ["missing", *map(str, categories)]
    distance = float(np.abs(shares[0] - shares[1]).sum() / 2)
    order = np.argsort(-shares.sum(axis=0), kind="stable")
    order = order[shares.sum(axis=0)[order] > 0]
    kept = order if len(order) <= _MAX_CATEGORIES else order[: _MAX_CATEGORIES - 1]
    labels, shown = [names[k] for k in kept], shares[:, kept]
    if len(kept) < len(order):
        labels.append("others")
        shown = np.column_stack([shown, 1.0 - shown.sum(axis=1)])
    return ColumnComparison(name, None, labels, shown[0], shown[1], distance)


def _compare(real: Any, synthetic: Any) -> list[ColumnComparison]:
    """Compare all columns, those that differ most first."""
    found = []
    n = real.shape[0]
    for j in range(real.shape[1]):
        pair = take_column(real, j), take_column(synthetic, j)
        if not is_frame(real):
            found.append(_compare_numbers(f"column {j}", *pair))
            continue
        library, name = library_of(real), str(real.columns[j])
        kinds = {library.column_kind(column) for column in pair}
        kind = kinds.pop() if len(kinds) == 1 else "category"
        if kind == "number":
            values = [np.asarray(library.numbers(column), dtype=np.float64) for column in pair]
            found.append(_compare_numbers(name, *values))
        elif kind == "time":
            ticks = [library.ticks(column) for column in pair]
            values = [np.where(t == NAT, np.nan, t.astype(np.float64)) for t in ticks]
            found.append(_compare_numbers(name, *values))
        else:
            one, two = (library.factorize(column) for column in pair)
            categories = list(dict.fromkeys([*one[1], *two[1]]))
            place = {category: k for k, category in enumerate(categories)}
            codes = [
                np.append([place[category] for category in own], -1).astype(np.intp)[code]
                for code, own in (one, two)
            ]
            found.append(_compare_categories(name, np.concatenate(codes), categories, n))
    return sorted(found, key=lambda column: -column.distance)


class TwoSampleDisplay:
    """Real and synthetic rows side by side, and whether they can be distinguished.

    Create it with :meth:`from_rows` or :meth:`from_transfer_set`. Numbers are
    shown as histograms, categories as bars; the columns that differ most come
    first, and the title has the AUC of a classifier that distinguishes the rows.

    Parameters
    ----------
    columns : list of ColumnComparison
        Those that differ most first.
    auc : float
        See :func:`skdistill.metrics.two_sample_auc`.

    Attributes
    ----------
    axes_ : ndarray of matplotlib Axes
        One a column shown; after :meth:`plot`.
    figure_ : matplotlib Figure
        After :meth:`plot`.

    See Also
    --------
    skdistill.metrics.two_sample_auc : The number in the title.

    Notes
    -----
    The plot finds faults: a column that is shrunk, shifted, truncated or
    rounded. It does not show how good a student the rows make: choose by the
    student.

    Examples
    --------
    >>> from sklearn.datasets import load_wine
    >>> from skdistill import MungeTransferSet
    >>> from skdistill.inspection import TwoSampleDisplay
    >>> X, _ = load_wine(return_X_y=True, as_frame=True)
    >>> display = TwoSampleDisplay.from_transfer_set(
    ...     MungeTransferSet(random_state=0), X, random_state=0)
    >>> len(display.columns), display.columns[0].distance < 0.2
    (13, True)
    """

    def __init__(self, *, columns: list[ColumnComparison], auc: float):
        self.columns = columns
        self.auc = auc

    @classmethod
    def from_rows(
        cls,
        real: Any,
        synthetic: Any,
        *,
        cv: Any = 5,
        groups: Any = None,
        classifier: Any = None,
        n_jobs: int | None = None,
        random_state: Any = None,
        max_columns: int = 9,
        axes: Any = None,
    ) -> TwoSampleDisplay:
        """Compare two sets of rows, and draw them.

        Parameters
        ----------
        real, synthetic : array-like or DataFrame of shape (n_rows, n_features)
            With the same columns.
        cv : int or cross-validation splitter, default=5
            As for :func:`skdistill.metrics.two_sample_auc`, and so are the
            next four.
        groups : array-like of shape (n_real + n_synthetic,), default=None
            Rows that belong together.
        classifier : estimator, default=None
            Distinguishes the rows.
        n_jobs : int, default=None
            Folds at once.
        random_state : int, RandomState instance or None, default=None
            Seeds the folds and the classifier.
        max_columns : int, default=9
            Columns drawn; all are compared.
        axes : array of matplotlib Axes, default=None
            Where to draw, one a column; a new figure by default.

        Returns
        -------
        display : TwoSampleDisplay
            The comparison, drawn.
        """
        auc = two_sample_auc(
            real,
            synthetic,
            cv=cv,
            groups=groups,
            classifier=classifier,
            n_jobs=n_jobs,
            random_state=random_state,
        )
        display = cls(columns=_compare(*check_two_samples(real, synthetic)), auc=auc)
        return display.plot(max_columns=max_columns, axes=axes)

    @classmethod
    def from_transfer_set(
        cls,
        transfer_set: Any,
        X: Any,
        *,
        n_samples: int | None = None,
        groups: Any = None,
        cv: Any = 5,
        classifier: Any = None,
        n_jobs: int | None = None,
        random_state: Any = None,
        max_columns: int = 9,
        axes: Any = None,
    ) -> TwoSampleDisplay:
        """Compare real rows with those of a transfer set, and draw both.

        Where the set has the parents of its rows, a synthetic row stays in
        the fold of the real row that it came from.

        Parameters
        ----------
        transfer_set : transfer set
            Used as it is where it is fitted; else a clone is fitted on X.
        X : array-like or DataFrame of shape (n_rows, n_features)
            Real rows.
        n_samples : int, default=None
            Rows drawn; as many as X has by default.
        groups : array-like of shape (n_rows,), default=None
            Real rows that belong together; a synthetic row belongs to its
            parent's group.
        cv : int or cross-validation splitter, default=5
            As for :meth:`from_rows`, and so are the next five.
        classifier : estimator, default=None
            Distinguishes the rows.
        n_jobs : int, default=None
            Folds at once.
        random_state : int, RandomState instance or None, default=None
            Seeds the folds, the classifier and the rows.
        max_columns : int, default=9
            Columns drawn.
        axes : array of matplotlib Axes, default=None
            Where to draw.

        Returns
        -------
        display : TwoSampleDisplay
            The comparison, drawn.
        """
        X = X if hasattr(X, "shape") else np.asarray(X)
        try:
            check_is_fitted(transfer_set)
        except NotFittedError:
            transfer_set = clone(transfer_set).fit(X)
        n_samples = X.shape[0] if n_samples is None else n_samples
        rows, parents = _draw_with_parents(transfer_set, n_samples, random_state)
        return cls.from_rows(
            X,
            rows,
            cv=cv,
            groups=_family(X.shape[0], groups, parents),
            classifier=classifier,
            n_jobs=n_jobs,
            random_state=random_state,
            max_columns=max_columns,
            axes=axes,
        )

    def plot(self, *, max_columns: int = 9, axes: Any = None) -> TwoSampleDisplay:
        """Draw the columns that differ most.

        Parameters
        ----------
        max_columns : int, default=9
            How many, where ``axes`` are not given.
        axes : array of matplotlib Axes, default=None
            Where to draw, one a column; a new figure by default.

        Returns
        -------
        display : TwoSampleDisplay
            Itself.
        """
        try:
            import matplotlib.pyplot as plt
        except ImportError as error:
            raise ImportError("Plotting needs matplotlib: pip install skdistill[plots].") from error

        if axes is None:
            n = min(len(self.columns), max_columns)
            width = min(n, 3)
            height = -(-n // width)
            _, axes = plt.subplots(
                height,
                width,
                figsize=(3.6 * width, 2.6 * height + 0.6),
                squeeze=False,
                layout="constrained",
            )
            for ax in axes.ravel()[n:]:
                ax.remove()
            axes = axes.ravel()[:n]
        self.axes_ = np.atleast_1d(np.asarray(axes, dtype=object)).ravel()
        self.figure_ = self.axes_[0].figure
        for ax, column in zip(self.axes_, self.columns, strict=False):
            _draw(ax, column)
        handles, labels = self.axes_[0].get_legend_handles_labels()
        self.figure_.legend(handles, labels, loc="outside lower center", ncols=2, frameon=False)
        self.figure_.suptitle(
            f"A classifier distinguishes them with an AUC of {self.auc:.2f} (0.5: not at all)"
        )
        return self


def _draw_with_parents(transfer_set: Any, n_samples: int, random_state: Any) -> tuple[Any, Any]:
    """Draw rows, and their parents or None."""
    if isinstance(transfer_set, BaseTransferSet):
        # Whether rows have parents shows in a few of them.
        try:
            transfer_set.sample(1, random_state=0, return_parents=True)
        except ValueError:
            pass
        else:
            rows, parents = transfer_set.sample(
                n_samples, random_state=random_state, return_parents=True
            )
            return rows, parents
    return transfer_set.sample(n_samples, random_state=random_state), None


def _family(n_real: int, groups: Any, parents: np.ndarray | None) -> np.ndarray | None:
    """Return groups of real rows, then of synthetic ones, which follow their parents."""
    if groups is None and parents is None:
        return None
    own = np.arange(n_real) if groups is None else np.unique(groups, return_inverse=True)[1]
    if len(own) != n_real:
        raise ValueError(f"groups has {len(own)} entries, but X has {n_real} rows.")
    if parents is None:
        raise ValueError(
            "groups were given, but rows of this transfer set come from no single row, so they "
            "belong to no group. Leave groups out."
        )
    fresh = own.max() + 1 + np.arange(len(parents))
    return np.concatenate([own, np.where(parents < 0, fresh, own[parents])])


def _draw(ax: Any, column: ColumnComparison) -> None:
    """Draw one column: histograms over each other, or bars side by side."""
    both = (("real", column.real, "C0"), ("synthetic", column.synthetic, "C1"))
    if column.edges is not None:
        for label, shares, color in both:
            ax.stairs(shares, column.edges, label=label, color=color, fill=True, alpha=0.25)
            ax.stairs(shares, column.edges, color=color)
    else:
        assert column.categories is not None
        place = np.arange(len(column.categories))
        for step, (label, shares, color) in zip((-0.2, 0.2), both, strict=True):
            ax.bar(place + step, shares, width=0.4, label=label, color=color, alpha=0.7)
        labels = [each if len(each) <= 12 else each[:11] + "…" for each in column.categories]
        crowded = sum(map(len, labels)) > 24
        ax.set_xticks(
            place, labels, rotation=45 if crowded else 0, ha="right" if crowded else "center"
        )
    ax.set_yticks([])
    ax.set_title(f"{column.name}: distance {column.distance:.2f}", fontsize="medium")

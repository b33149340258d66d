"""Fidelity against the number of leaves, to choose a size."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from typing import Any

import numpy as np
from sklearn.model_selection import validation_curve
from sklearn.utils.validation import check_is_fitted

from skdistill.metrics import FidelityScorer, count_seen, fidelity_score, find_pair
from skdistill.teachers import final_step

__all__ = ["FidelityComplexityDisplay"]

# With more sizes than these, not every one is written below the axis.
_MOST_TICKS = 8


class FidelityComplexityDisplay:
    """Held-out fidelity against the number of leaves.

    Create it with :meth:`from_size_path`, which needs one fit for all sizes,
    or with :meth:`from_estimator`, which fits every size in every fold.

    Parameters
    ----------
    n_leaves : ndarray of shape (n_sizes,)
        Leaves allowed.
    in_sample : ndarray of shape (n_sizes,) or (n_sizes, n_folds)
        Fidelity on rows that each student was fitted on.
    held_out : ndarray of shape (n_sizes,) or (n_sizes, n_folds), default=None
        Fidelity on rows that it was not; None where it was not measured.
    score_name : str, default="fidelity"
        Label of the vertical axis.
    held_out_name : str, default="held-out"
        Label of the second curve.

    Attributes
    ----------
    ax_ : matplotlib Axes
        After :meth:`plot`.
    figure_ : matplotlib Figure
        After :meth:`plot`.
    lines_ : list of matplotlib Line2D
        The curves in-sample and, where there is one, held-out; after
        :meth:`plot`.

    See Also
    --------
    skdistill.FidelityScorer : To choose the size by a search.

    Examples
    --------
    >>> from sklearn.datasets import load_breast_cancer
    >>> from sklearn.ensemble import RandomForestClassifier
    >>> from skdistill import DistilledTreeClassifier
    >>> from skdistill.inspection import FidelityComplexityDisplay
    >>> from skdistill.trees import CartGrower
    >>> X, y = load_breast_cancer(return_X_y=True)
    >>> forest = RandomForestClassifier(n_estimators=20, random_state=0).fit(X, y)
    >>> display = FidelityComplexityDisplay.from_estimator(
    ...     DistilledTreeClassifier(forest, grower=CartGrower(), random_state=0),
    ...     X, n_leaves=[2, 8], cv=3)
    >>> display.held_out.shape
    (2, 3)

    From one fit, which has all sizes up to its own:

    >>> tree = DistilledTreeClassifier(forest, max_leaf_nodes=4, random_state=0).fit(X[:300])
    >>> display = FidelityComplexityDisplay.from_size_path(tree, X[300:])
    >>> display.n_leaves.tolist()
    [1, 2, 3, 4]
    """

    def __init__(
        self,
        *,
        n_leaves: np.ndarray,
        in_sample: np.ndarray,
        held_out: np.ndarray | None = None,
        score_name: str = "fidelity",
        held_out_name: str = "held-out",
    ):
        self.n_leaves = n_leaves
        self.in_sample = in_sample
        self.held_out = held_out
        self.score_name = score_name
        self.held_out_name = held_out_name

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        X: Any,
        y: Any = None,
        *,
        n_leaves: Sequence[int] = (2, 4, 8, 16, 32, 64),
        cv: Any = None,
        scoring: Any = None,
        n_jobs: int | None = None,
        ax: Any = None,
    ) -> FidelityComplexityDisplay:
        """Distil a tree of every size in every fold, and plot the curve.

        Parameters
        ----------
        estimator : estimator
            A distilled tree, or anything else with ``max_leaf_nodes``. It is
            cloned; a fitted teacher is not.
        X : array-like or DataFrame of shape (n_samples, n_features)
            Real rows.
        y : array-like of shape (n_samples,), default=None
            Labels, where the estimator needs them.
        n_leaves : sequence of int, default=(2, 4, 8, 16, 32, 64)
            Leaves allowed.
        cv : int, cross-validation generator or None, default=None
            Folds, as in ``sklearn.model_selection.cross_validate``.
        scoring : callable or str, default=None
            :class:`FidelityScorer` by default.
        n_jobs : int, default=None
            Fits at once.
        ax : matplotlib Axes, default=None
            Where to draw; a new figure by default.

        Returns
        -------
        display : FidelityComplexityDisplay
            The curve, drawn.
        """
        in_sample, held_out = validation_curve(
            estimator,
            X,
            y,
            param_name="max_leaf_nodes",
            param_range=list(n_leaves),
            cv=cv,
            scoring=FidelityScorer() if scoring is None else scoring,
            n_jobs=n_jobs,
        )
        name = "fidelity" if scoring is None else "score"
        display = cls(
            n_leaves=np.asarray(n_leaves), in_sample=in_sample, held_out=held_out, score_name=name
        )
        return display.plot(ax=ax)

    @classmethod
    def from_size_path(
        cls,
        tree: Any,
        X: Any = None,
        *,
        teacher: Any = None,
        sample_weight: Any = None,
        ax: Any = None,
    ) -> FidelityComplexityDisplay:
        """Draw the fidelity of every size on the path of one fit.

        Parameters
        ----------
        tree : fitted estimator
            A distilled tree with ``size_path_``, or a pipeline or search that
            ends in one.
        X : array-like or DataFrame of shape (n_samples, n_features), default=None
            Rows that the tree was not fitted on. The teacher is queried with
            them once, the tree at every size. By default the in-sample curve is
            drawn alone, which is too optimistic.
        teacher : predictor or callable, default=None
            Another teacher than the tree's own, which sees X itself.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights of these rows.
        ax : matplotlib Axes, default=None
            Where to draw; a new figure by default.

        Returns
        -------
        display : FidelityComplexityDisplay
            The curve, drawn, with one value a size. Where rows of X equal some
            that the tree was fitted on, or are left out because the teacher has
            no prediction for them, the name of the curve has their number.

        Raises
        ------
        AttributeError
            If the tree has no ``size_path_``.

        See Also
        --------
        FidelityComplexityDisplay.from_estimator : With folds, for any student.
        """
        student = final_step(tree)
        check_is_fitted(student)
        if not hasattr(student, "size_path_"):
            raise AttributeError(
                f"{type(student).__name__} has no size_path_, only one size. Use "
                "FidelityComplexityDisplay.from_estimator, which fits a tree of every size."
            )
        display = cls(
            n_leaves=np.array([size.n_leaves for size in student.size_path_]),
            in_sample=np.array([size.fidelity for size in student.size_path_], dtype=float),
        )
        if X is not None:
            display._hold_out(student, find_pair(tree, X, teacher), sample_weight)
        return display.plot(ax=ax)

    def _hold_out(self, student: Any, pair: Any, sample_weight: Any) -> None:
        """Measure the tree of every size on rows that the teacher is queried with once."""
        found = pair.compare()
        metric = "r2" if found.is_values else "agreement"
        sizes = [found.of(_at_size(student, size)) for size in student.size_path_]
        self.held_out = np.array(
            [
                fidelity_score(
                    sized.y_teacher,
                    sized.y_student,
                    metric=metric,
                    sample_weight=found.take(sample_weight, "sample_weight"),
                )
                for sized in sizes
            ]
        )
        n_seen = count_seen(student, found.rows)
        if n_seen:
            self.held_out_name = f"rows given, {n_seen} of {len(found.kept)} in-sample"
        if found.n_left_out:
            self.held_out_name += f", {found.n_left_out} left out"

    def plot(self, *, ax: Any = None) -> FidelityComplexityDisplay:
        """Draw the curves.

        Of several folds it is the mean, with one standard deviation around it.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to draw; a new figure by default.

        Returns
        -------
        display : FidelityComplexityDisplay
            Itself.
        """
        try:
            import matplotlib.pyplot as plt
        except ImportError as error:
            raise ImportError("Plotting needs matplotlib: pip install skdistill[plots].") from error

        if ax is None:
            _, ax = plt.subplots()
        self.lines_ = []
        curves = (("in-sample", self.in_sample, "--"), (self.held_out_name, self.held_out, "-"))
        for label, scores, style in curves:
            if scores is None:
                continue
            scores = np.asarray(scores)
            mean = scores if scores.ndim == 1 else scores.mean(axis=1)
            (line,) = ax.plot(self.n_leaves, mean, style, marker="o", label=label)
            if scores.ndim == 2:
                deviation = scores.std(axis=1)
                ax.fill_between(
                    self.n_leaves,
                    mean - deviation,
                    mean + deviation,
                    alpha=0.15,
                    color=line.get_color(),
                )
            self.lines_.append(line)
        ax.set_xscale("log", base=2)
        ticks = _ticks(self.n_leaves)
        ax.set_xticks(ticks, [str(n) for n in ticks])
        ax.set(xlabel="leaves allowed", ylabel=self.score_name)
        ax.legend()
        self.ax_, self.figure_ = ax, ax.figure
        return self


def _at_size(tree: Any, size: Any) -> Any:
    """Return the distilled tree as it is at one size of its path, sharing all the rest."""
    sized = copy(tree)
    sized.tree_ = size.tree.tree_
    return sized


def _ticks(sizes: np.ndarray) -> list[int]:
    """Sizes to write below the axis: all where they are few, otherwise powers of two."""
    whole: list[int] = np.asarray(sizes).tolist()
    if len(whole) <= _MOST_TICKS:
        return whole
    low, high = max(1, min(whole)), max(whole)
    powers = [2**k for k in range(high.bit_length()) if low <= 2**k]
    return powers if powers[-1] * 1.3 > high else [*powers, high]

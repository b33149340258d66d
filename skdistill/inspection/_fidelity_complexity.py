"""The curve people look at to choose a size: fidelity against leaves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from sklearn.model_selection import validation_curve

from skdistill.metrics import FidelityScorer

__all__ = ["FidelityComplexityDisplay"]


class FidelityComplexityDisplay:
    """Held-out fidelity against the number of leaves.

    Create it with :meth:`from_estimator`.

    Parameters
    ----------
    n_leaves : ndarray of shape (n_sizes,)
        Leaves allowed.
    in_sample, held_out : ndarray of shape (n_sizes, n_folds)
        Fidelity on the rows of X that each student was fitted on, and on those
        of X that it was not.
    score_name : str, default="fidelity"
        Label of the vertical axis.

    Attributes
    ----------
    ax_ : matplotlib Axes
        After :meth:`plot`.
    figure_ : matplotlib Figure
        After :meth:`plot`.
    lines_ : list of matplotlib Line2D
        The curves in-sample and held-out; after :meth:`plot`.

    See Also
    --------
    skdistill.FidelityScorer : To choose the size by a search.

    Examples
    --------
    >>> from sklearn.datasets import load_breast_cancer
    >>> from sklearn.ensemble import RandomForestClassifier
    >>> from skdistill import DistilledTreeClassifier
    >>> from skdistill.inspection import FidelityComplexityDisplay
    >>> X, y = load_breast_cancer(return_X_y=True)
    >>> forest = RandomForestClassifier(n_estimators=20, random_state=0).fit(X, y)
    >>> display = FidelityComplexityDisplay.from_estimator(
    ...     DistilledTreeClassifier(forest, random_state=0), X, n_leaves=[2, 8], cv=3)
    >>> display.held_out.shape
    (2, 3)
    """

    def __init__(
        self,
        *,
        n_leaves: np.ndarray,
        in_sample: np.ndarray,
        held_out: np.ndarray,
        score_name: str = "fidelity",
    ):
        self.n_leaves = n_leaves
        self.in_sample = in_sample
        self.held_out = held_out
        self.score_name = score_name

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
        """Distil a tree of every size in every fold, and draw the curve.

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

    def plot(self, *, ax: Any = None) -> FidelityComplexityDisplay:
        """Draw the mean over the folds, with one standard deviation around it.

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
        curves = (("in-sample", self.in_sample, "--"), ("held-out", self.held_out, "-"))
        for label, scores, style in curves:
            mean, deviation = scores.mean(axis=1), scores.std(axis=1)
            (line,) = ax.plot(self.n_leaves, mean, style, marker="o", label=label)
            ax.fill_between(
                self.n_leaves,
                mean - deviation,
                mean + deviation,
                alpha=0.15,
                color=line.get_color(),
            )
            self.lines_.append(line)
        ax.set_xscale("log", base=2)
        ax.set_xticks(self.n_leaves, [str(n) for n in self.n_leaves])
        ax.set(xlabel="leaves allowed", ylabel=self.score_name)
        ax.legend()
        self.ax_, self.figure_ = ax, ax.figure
        return self

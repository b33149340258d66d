"""Does the linear representation hypothesis hold here? A report by depth."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

__all__ = ["LRHReport", "node_probe_errors", "probe_errors"]


def probe_errors(F: np.ndarray, basis: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Mean squared error of the best linear probe of each function, leave-one-out.

    Parameters
    ----------
    F : ndarray of shape (n, n_functions)
        Values, such as indicators of conjunctions.
    basis : ndarray of shape (n, rank)
        See :func:`skdistill.probes._basis.probe_basis`.
    weight : ndarray of shape (n,)

    Returns
    -------
    error : ndarray of shape (n_functions,)
        Each row is predicted by the probe that was fitted without it (in closed
        form, by its leverage), so that a wide basis does not look better than
        it is.
    """
    share = weight / weight.sum()
    centred = F - share @ F
    left = centred - (basis @ (basis.T @ centred)) / weight[:, np.newaxis]
    leverage = share + np.einsum("ij,ij->i", basis, basis) / weight
    left /= np.maximum(1.0 - leverage, 1e-6)[:, np.newaxis]
    errors: np.ndarray = share @ left**2
    return errors


def node_probe_errors(
    tree: Any, X: np.ndarray, basis: np.ndarray, weight: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Error of the best probe of each node's conjunction, and share of the rows in it.

    Parameters
    ----------
    tree : sklearn.tree._tree.Tree
    X : ndarray of shape (n, n_features), dtype float32
    basis : ndarray of shape (n, rank)
        Errors are NaN where it has no columns.
    weight : ndarray of shape (n,)

    Returns
    -------
    error, share : ndarray of shape (node_count,)
    """
    indicators = tree.decision_path(X).toarray().astype(np.float64)
    share = weight @ indicators / weight.sum()
    if not basis.shape[1]:
        return np.full(len(share), np.nan), share
    return probe_errors(indicators, basis, weight), share


def node_depths(tree: Any) -> np.ndarray:
    """Literals above each node of a scikit-learn ``Tree``: shape (node_count,)."""
    depth = np.zeros(tree.node_count, dtype=np.intp)
    for node in np.flatnonzero(tree.children_left != -1):  # parents come first
        depth[[tree.children_left[node], tree.children_right[node]]] = depth[node] + 1
    return depth


@dataclass(frozen=True, repr=False)
class LRHReport:
    """How linearly a model represents the conjunctions of a tree, by their length.

    Parameters
    ----------
    depth : ndarray of shape (n_depths,)
        Literals in the conjunctions: 1, 2, ...
    n_conjunctions : ndarray of shape (n_depths,)
        Nodes of the tree at that depth that any probed row reaches.
    error : ndarray of shape (n_depths,)
        Mean squared error of their best linear probes, the mean over nodes;
        leave-one-out.
    largest_error : ndarray of shape (n_depths,)
        Of the worst.
    trivial_error : ndarray of shape (n_depths,)
        That of a constant, the mean over nodes.
    threshold : ndarray of shape (n_depths,)
        The square of the share of rows on which a conjunction is true, the mean
        over nodes: 4^-w for w literals on uniform points. Few conjunctions can
        be represented below it (the counting lemma), so the search is short
        where the hypothesis holds.
    represented : ndarray of shape (n_depths,)
        Share of the nodes whose error is below their threshold.
    fidelity : float
        Of the tree, on the rows that it was fitted on.
    represented_nodes : ndarray of shape (node_count,), dtype bool
        Which nodes those are.

    Notes
    -----
    A conjunction counts as represented where a probe leaves less than its
    threshold and at most half of its variance. Source: E. Boix-Adserà,
    arXiv:2403.09053, section 4.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.tree import DecisionTreeClassifier
    >>> from skdistill.probes import LRHReport
    >>> stump = DecisionTreeClassifier(max_depth=1).fit([[0.0], [1.0]], [0, 1]).tree_
    >>> error, share = np.array([0.0, 0.01, 0.01]), np.array([1.0, 0.5, 0.5])
    >>> LRHReport.from_nodes(stump, error, share, fidelity=1.0).holds
    True
    """

    depth: np.ndarray
    n_conjunctions: np.ndarray
    error: np.ndarray
    largest_error: np.ndarray
    trivial_error: np.ndarray
    threshold: np.ndarray
    represented: np.ndarray
    fidelity: float
    represented_nodes: np.ndarray = field(repr=False)

    @classmethod
    def from_nodes(
        cls, tree: Any, error: np.ndarray, share: np.ndarray, fidelity: float
    ) -> LRHReport:
        """Gather what is known of each node.

        Parameters
        ----------
        tree : sklearn.tree._tree.Tree
            Its nodes are the conjunctions.
        error : ndarray of shape (node_count,)
            Mean squared error of the best linear probe of each.
        share : ndarray of shape (node_count,)
            Share of the rows on which each is true.
        fidelity : float
            Of the tree.

        Returns
        -------
        report : LRHReport
        """
        depth = node_depths(tree)
        trivial, threshold = share * (1.0 - share), share**2
        reached = (depth > 0) & (share > 0)
        represented = reached & (error <= np.minimum(threshold, trivial / 2.0))
        depths = np.unique(depth[reached])
        levels = [reached & (depth == w) for w in depths]

        def over(values: np.ndarray, what: Any) -> np.ndarray:
            return np.array([what(values[level]) for level in levels], dtype=float)

        return cls(
            depths,
            over(error, len).astype(int),
            over(error, np.mean),
            over(error, np.max),
            over(trivial, np.mean),
            over(threshold, np.mean),
            over(represented, np.mean),
            fidelity,
            represented,
        )

    @property
    def holds(self) -> bool:
        """Whether every conjunction of the tree is represented linearly."""
        return bool(len(self.depth) and np.all(self.represented == 1.0))

    @property
    def verdict(self) -> str:
        """In words: "holds", "holds in part" or "does not hold".

        In part: some conjunctions are above their threshold, but at every
        depth the worst probe leaves less than half of what a constant does.
        """
        if self.holds:
            return "holds"
        explained = np.all(self.largest_error < self.trivial_error / 2.0)
        return "holds in part" if len(self.depth) and explained else "does not hold"

    def to_dict(self) -> dict[str, Any]:
        """Return the columns as lists, with ``fidelity`` and ``verdict``.

        Returns
        -------
        columns : dict of str to list, float or str
            For ``pandas.DataFrame(report.to_dict())`` or for JSON.
        """
        columns = {
            name: getattr(self, name).tolist()
            for name in (
                "depth",
                "n_conjunctions",
                "error",
                "largest_error",
                "trivial_error",
                "threshold",
                "represented",
            )
        }
        return columns | {"fidelity": self.fidelity, "verdict": self.verdict}

    def __repr__(self) -> str:
        return str(self)

    def __str__(self) -> str:
        if not len(self.depth):
            return "The tree is a single leaf: there is no conjunction to judge."
        lines = [
            f"The linear representation hypothesis {self.verdict} on this tree "
            f"(in-sample fidelity {self.fidelity:.4f}).",
            "depth  nodes  probe error  worst    constant  threshold  represented",
        ]
        lines += [
            f"{w:5.0f}  {n:5.0f}  {e:11.5f}  {worst:.5f}  {c:8.5f}  {t:9.5f}  {r:11.0%}"
            for w, n, e, worst, c, t, r in zip(
                self.depth,
                self.n_conjunctions,
                self.error,
                self.largest_error,
                self.trivial_error,
                self.threshold,
                self.represented,
                strict=True,
            )
        ]
        return "\n".join(lines)

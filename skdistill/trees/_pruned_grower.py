"""Grow wide, prune exactly."""

from __future__ import annotations

from typing import Any

from sklearn.base import BaseEstimator

from skdistill._validation import Number, OneOf, validate_parameters
from skdistill.trees._assembly import Splits, filled
from skdistill.trees._growth import GrowthTask
from skdistill.trees._size_path import best_subtrees, cut_tree

__all__ = ["PrunedGrower"]


class PrunedGrower(BaseEstimator):
    """Grow a wide tree by CART, and cut it back to its best subtree.

    The subtree is the one that disagrees least with the teacher (or has the
    least squared error) among all with at most so many leaves, by exact
    dynamic programming. CART stops where its budget ends, and has then often
    spent leaves on siblings that predict the same.

    Parameters
    ----------
    width : int, default=8
        How many times the budget of leaves the wide tree may have.
    criterion : str, default=None
        Impurity by which the wide tree grows; the distiller's by default.

    See Also
    --------
    AlternatingGrower : Goes on from here, and is the default.

    Notes
    -----
    Cost: one CART fit, of a wider tree; the pruning adds little.

    References
    ----------
    .. [1] M. Bohanec, I. Bratko, "Trading accuracy for simplicity in decision
       trees", Machine Learning 15, 1994. :doi:`10.1007/BF00993345`

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from skdistill.trees import GrowthTask, PrunedGrower
    >>> task = GrowthTask.from_labels(*load_iris(return_X_y=True), max_leaf_nodes=3)
    >>> int(PrunedGrower().grow(task)[0].n_leaves)
    3
    """

    _parameter_rules = {
        "width": [Number(1)],
        "criterion": [
            OneOf("gini", "entropy", "log_loss", None),
            OneOf("squared_error", "friedman_mse", "absolute_error", "poisson"),
        ],
    }

    def __init__(self, width: float = 8, criterion: str | None = None):
        self.width = width
        self.criterion = criterion

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags

    def grow(self, task: GrowthTask) -> list[Any]:
        """Grow a tree.

        Parameters
        ----------
        task : GrowthTask
            Labelled rows, and what the tree must keep to.

        Returns
        -------
        trees : list of two sklearn.tree._tree.Tree
            The best subtree, and the wide tree.

        Raises
        ------
        ValueError
            If a parameter is none that works.
        """
        validate_parameters(self)
        leaves = task.limits.leaves
        changed: dict[str, Any] = {}
        if leaves is not None:
            changed["max_leaf_nodes"] = max(2, int(self.width * leaves))
        if self.criterion is not None:
            changed["criterion"] = self.criterion
        wide = filled(Splits.read(task.cart(**changed)), task)
        subtrees = best_subtrees(wide, task)
        return [cut_tree(wide, subtrees.inner(len(subtrees.error))), wide]

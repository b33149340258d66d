"""The plain way: scikit-learn's CART, best first up to the budget."""

from __future__ import annotations

from typing import Any

from sklearn.base import BaseEstimator
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from skdistill._labels import ClassLabels
from skdistill.base import grow_classification_tree
from skdistill.trees._growth import GrowthTask

__all__ = ["CartGrower"]


class CartGrower(BaseEstimator):
    """Grow by scikit-learn's CART: the best split next, up to the budget of leaves.

    The cheapest grower, and the one to compare others with.

    See Also
    --------
    PrunedGrower : Grows wide and prunes exactly.
    AlternatingGrower : The default.

    Notes
    -----
    Cost: one fit of ``DecisionTreeClassifier`` or ``DecisionTreeRegressor``.

    References
    ----------
    .. [1] L. Breiman, J. Friedman, R. Olshen, C. Stone, "Classification and
       Regression Trees", 1984.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from skdistill.trees import CartGrower, GrowthTask
    >>> task = GrowthTask.from_labels(*load_iris(return_X_y=True), max_leaf_nodes=3)
    >>> int(CartGrower().grow(task)[0].n_leaves)
    3
    """

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
        trees : list of one sklearn.tree._tree.Tree
            Its nodes hold the means of the labels that reach them.
        """
        if isinstance(task.labels, ClassLabels):
            tree = DecisionTreeClassifier(**task.params)
            return [grow_classification_tree(tree, task.X, task.labels, task.row_weight).tree_]
        tree = DecisionTreeRegressor(**task.params)
        return [tree.fit(task.X, task.labels.values, sample_weight=task.row_weight).tree_]

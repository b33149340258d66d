"""The yardsticks of the fidelity studies, and the distilled trees, as methods of theirs."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from _lib.cells import Cell, Method, Student
from skdistill import trees

__all__ = ["CART", "GROWERS", "MUNGE", "tree_methods"]

CART, MUNGE = "CART", "CART + MUNGE"

# Growers to be measured by themselves; the default is alternating optimisation.
GROWERS: dict[str, Callable[[], Any]] = {
    "CartGrower": trees.CartGrower,
    "PrunedGrower": trees.PrunedGrower,
    "LatticeGrower": trees.LatticeGrower,
    "held_out=0.25": partial(trees.AlternatingGrower, held_out=0.25),
}


def _grow_cart(plain: type, cell: Cell, leaves: int, X: np.ndarray, labels: np.ndarray) -> Student:
    tree = plain(max_leaf_nodes=leaves, random_state=cell.seed).fit(X, labels)
    return Student(lambda: tree.predict(cell.X_test), tree.get_n_leaves())


def _distil(distilled: type, params: Callable[[], dict], cell: Cell, leaves: int) -> Student:
    tree = distilled(cell.teacher, max_leaf_nodes=leaves, random_state=cell.seed, **params())
    tree.fit(cell.data.X)
    return Student(lambda: cell.code(tree.predict(cell.data.X_test)), tree.get_n_leaves())


def tree_methods(plain: type, distilled: type) -> dict[str, Method]:
    """CART alone, CART with MUNGE rows, and the distilled tree as it comes and by grower.

    Parameters
    ----------
    plain, distilled : type
        The class of scikit-learn's tree and of ours, whose name is the column's.

    Returns
    -------
    methods : dict of callables
    """

    def cart(cell: Cell, leaves: int) -> Student:
        return _grow_cart(plain, cell, leaves, cell.X, cell.labels)

    def cart_munge(cell: Cell, leaves: int) -> Student:
        return _grow_cart(plain, cell, leaves, *cell.with_munge())

    methods: dict[str, Method] = {CART: cart, MUNGE: cart_munge}
    methods[distilled.__name__] = partial(_distil, distilled, dict)
    for name, make in GROWERS.items():
        methods[name] = partial(_distil, distilled, lambda make=make: {"grower": make()})
    return methods

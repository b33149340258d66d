"""What every grower is given: labelled rows, and what its tree must keep to."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from scipy import sparse
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from skdistill._labels import ClassLabels, Labels
from skdistill.base import fold_class_weight, grow_on_distributions, snap

__all__ = ["GrowthTask", "Limits", "dense_rows"]


@dataclass(frozen=True)
class Limits:
    """What a tree must keep to, whatever grows it.

    Parameters
    ----------
    leaves : int or None
        Maximum number of leaves.
    depth : int or None
        Maximum depth.
    leaf_rows : int
        Minimum number of rows in a leaf.
    leaf_weight : float
        Minimum weight of a leaf.
    split_rows : int
        Minimum number of rows in a node that is split.
    monotonic : ndarray of shape (n_features,) or None
        1 where predictions may only rise with a column, -1 where they may only
        fall, 0 elsewhere.
    """

    leaves: int | None
    depth: int | None
    leaf_rows: int
    leaf_weight: float
    split_rows: int
    monotonic: np.ndarray | None

    @property
    def free(self) -> bool:
        """Whether every split is legal that leaves a row on both sides."""
        least = self.leaf_rows <= 1 and self.leaf_weight <= 0 and self.split_rows <= 2
        return least and self.monotonic is None

    def too_small(self, counts: np.ndarray, weights: np.ndarray) -> np.ndarray:
        """Which nodes have too few rows, or too little weight, to be leaves."""
        # Sums in another order are not to decide.
        return (counts < self.leaf_rows) | (weights < self.leaf_weight * (1.0 - 1e-9))


@dataclass(frozen=True)
class GrowthTask:
    """Labelled rows, and what a tree grown on them must keep to.

    Parameters
    ----------
    X : ndarray or csr_matrix of shape (n, n_features)
        Rows as a tree reads them, in single precision; NaN where missing. Real
        rows first.
    labels : Labels
        The teacher's: values; hard labels; or soft ones, where it has targets.
    sample_weight : ndarray of shape (n,) or None
        Weights of the rows.
    n_real : int
        How many rows are real; growers choose between trees by these.
    params : mapping
        Parameters of a ``DecisionTreeClassifier`` or ``DecisionTreeRegressor``.
    rng : RandomState
        Where growers draw their numbers.
    real_weight : float, default=1.0
        How many synthetic rows a real one counts as.

    Attributes
    ----------
    targets : ndarray of shape (n, n_targets)
        Distributions over the classes, or values; made from the labels.
    weight : ndarray of shape (n,)
        Weights of the rows with those of the classes in it; made from both.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from skdistill.trees import GrowthTask, PrunedGrower
    >>> task = GrowthTask.from_labels(*load_iris(return_X_y=True), max_leaf_nodes=3)
    >>> int(PrunedGrower().grow(task)[0].n_leaves)
    3
    """

    X: Any
    labels: Labels
    sample_weight: np.ndarray | None
    n_real: int
    params: Mapping[str, Any]
    rng: np.random.RandomState
    real_weight: float = 1.0
    targets: np.ndarray = field(init=False, repr=False)
    weight: np.ndarray = field(init=False, repr=False)

    def __post_init__(self) -> None:
        targets, weight = fold_class_weight(
            self.labels, self.params.get("class_weight"), self.row_weight
        )
        object.__setattr__(self, "targets", targets)
        object.__setattr__(self, "weight", weight)

    @classmethod
    def from_labels(
        cls, X: Any, y: Any, *, sample_weight: Any = None, random_state: int = 0, **params: Any
    ) -> GrowthTask:
        """Make a classification task of plain labels, to use a grower alone.

        Parameters
        ----------
        X : array-like of shape (n, n_features)
        y : array-like of shape (n,)
            Labels.
        sample_weight : array-like of shape (n,), default=None
            Weights of the rows.
        random_state : int, default=0
            Seeds the growers.
        **params
            Of ``DecisionTreeClassifier``, such as ``max_leaf_nodes``.

        Returns
        -------
        task : GrowthTask
        """
        params = DecisionTreeClassifier(**params).get_params()
        weight = None if sample_weight is None else np.asarray(sample_weight, dtype=np.float64)
        rows = np.asarray(X, dtype=np.float32)
        rng = np.random.RandomState(random_state)
        return cls(rows, ClassLabels.from_decisions(y), weight, len(rows), params, rng)

    @property
    def row_weight(self) -> np.ndarray | None:
        """Weights of the rows, real ones raised; None where all weigh one."""
        n = self.X.shape[0]
        if self.real_weight == 1.0 or self.n_real == n:
            return self.sample_weight
        weight = np.ones(n) if self.sample_weight is None else self.sample_weight.copy()
        weight[: self.n_real] *= self.real_weight
        return weight

    @property
    def classification(self) -> bool:
        """Whether the tree predicts classes."""
        return isinstance(self.labels, ClassLabels)

    @property
    def limits(self) -> Limits:
        """What the parameters require of the finished tree."""
        params, n = self.params, self.X.shape[0]
        rows, split = (
            least if isinstance(least, (int, np.integer)) else math.ceil(least * n)
            for least in (params["min_samples_leaf"], params["min_samples_split"])
        )
        monotonic = params.get("monotonic_cst")
        return Limits(
            params["max_leaf_nodes"],
            params["max_depth"],
            int(rows),
            params["min_weight_fraction_leaf"] * float(self.weight.sum()),
            int(split),
            None if monotonic is None else np.asarray(monotonic),
        )

    def with_rows(self, X: Any) -> GrowthTask:
        """Return the same labels of the rows in another form.

        Parameters
        ----------
        X : ndarray of shape (n, n_columns)
            The rows.

        Returns
        -------
        task : GrowthTask
            A new one.
        """
        return replace(self, X=X)

    def draw(self, n_rows: int) -> np.ndarray:
        """Choose rows at random where there are too many.

        Parameters
        ----------
        n_rows : int
            Maximum number of rows.

        Returns
        -------
        index : ndarray of int
            Rising; all rows where there are no more.
        """
        n = self.X.shape[0]
        if n <= n_rows:
            return np.arange(n)
        return np.sort(self.rng.choice(n, n_rows, replace=False))

    def take(self, index: np.ndarray) -> GrowthTask:
        """Return a part of the rows, for which minimum numbers of rows are as much smaller.

        Parameters
        ----------
        index : ndarray of int
            Which; rising, so that real ones stay first.

        Returns
        -------
        task : GrowthTask
            A new one.
        """
        weight = None if self.sample_weight is None else self.sample_weight[index]
        return replace(
            self,
            X=self.X[index],
            labels=self.labels.take(index),
            sample_weight=weight,
            n_real=int(np.searchsorted(index, self.n_real)),
            params={**self.params, **self._least_rows(len(index) / self.X.shape[0])},
        )

    def _least_rows(self, share: float) -> dict[str, Any]:
        """Numbers of rows that the parameters name, scaled to a share of the rows."""
        return {
            name: max(low, math.ceil(share * self.params[name]))
            for name, low in (("min_samples_leaf", 1), ("min_samples_split", 2))
            if isinstance(self.params[name], (int, np.integer))
        }

    def cart(self, *, rows: np.ndarray | None = None, **changed: Any) -> Any:
        """Grow scikit-learn's CART on some of the rows, as they are weighted here.

        Parameters
        ----------
        rows : ndarray of int, default=None
            Which; all by default.
        **changed
            Parameters other than the task's own.

        Returns
        -------
        tree : sklearn.tree._tree.Tree
            Its splits are what counts: the values of soft labels are those of a
            regression.
        """
        params = {**self.params, **changed}
        params["random_state"] = int(self.rng.randint(2**31 - 1))
        X, targets, weight = self.X, self.targets, self.weight
        if rows is not None:
            X, targets, weight = X[rows], targets[rows], weight[rows]
        if not isinstance(self.labels, ClassLabels):
            y, params = _about_one(snap(targets), params)
            y = y if y.shape[1] > 1 else y[:, 0]
            return DecisionTreeRegressor(**params).fit(X, y, sample_weight=weight).tree_
        params.pop("class_weight", None)
        if not self.labels.soft:
            codes = self.labels.codes if rows is None else self.labels.codes[rows]
            return DecisionTreeClassifier(**params).fit(X, codes, sample_weight=weight).tree_
        return grow_on_distributions(params, X, targets, weight).tree_


def _about_one(values: np.ndarray, params: dict[str, Any]) -> tuple[np.ndarray, dict[str, Any]]:
    """Shift values to zero and scale them, and the bounds on their impurity, by a power of two.

    scikit-learn takes a variance below 2e-16 for none, whatever the unit, and a
    rounding error of equal values that are far from zero for more.
    """
    if params["criterion"] != "poisson":
        values = values - values.min(axis=0)
    power = -int(np.frexp(np.ptp(values, axis=0).max())[1])
    square = 2 if params["criterion"] in ("squared_error", "friedman_mse") else 1
    most = np.finfo(np.float64).max
    changed = {
        name: min(float(np.ldexp(params[name], square * power)), most)
        for name in ("min_impurity_decrease", "ccp_alpha")
    }
    return np.ldexp(values, power), {**params, **changed}


def dense_rows(task: GrowthTask, grower: Any) -> None:
    """Refuse sparse rows, in the name of a grower that takes none."""
    if sparse.issparse(task.X):
        raise TypeError(
            f"{type(grower).__name__} takes dense rows, but X is sparse. Use "
            'grower=PrunedGrower(), as "auto" does for sparse rows, or X.toarray().'
        )

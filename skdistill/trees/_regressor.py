"""A regressor in one small tree."""

from __future__ import annotations

from typing import Any

from sklearn.tree import DecisionTreeRegressor

from skdistill._validation import Number, OneOf
from skdistill.base import BaseDistiller
from skdistill.trees._default_grower import GROWER_RULE, grower_limits
from skdistill.trees._grow_tree import grow_tree
from skdistill.trees._mixin import DistilledTreeMixin

__all__ = ["DistilledTreeRegressor"]


class DistilledTreeRegressor(DistilledTreeMixin, BaseDistiller, DecisionTreeRegressor):
    """Distil a regressor or any real function into one small regression tree.

    The teacher predicts the rows of X and synthetic ones near them; a small tree
    is grown on its predictions, by default by a search for the most faithful
    one. The result is a ``sklearn.tree.DecisionTreeRegressor``.

    Parameters
    ----------
    teacher : predictor or callable, default=None
        What is distilled. Fitted: used as it is, never refitted or changed.
        Unfitted: a clone is fitted on ``X, y``. None: the tree learns from y
        itself.
    alpha : float, default=0.0
        Share in [0, 1] of the true value in the target of a real row.
    transfer_set : "auto", None or transfer set, default="auto"
        Synthetic rows beside those of X: local Gaussian ones up to 10,000 in all, where X is
        dense and has fewer ("auto"); none; or those of any estimator with
        ``fit`` and ``sample``.
    real_weight : float, default=5.0
        How many synthetic rows a real one counts as, where there are some.
    max_queries : int, default=None
        Maximum number of rows that the teacher is queried for in ``fit``.
    grower : "auto" or grower, default="auto"
        How the tree is grown: "auto" is :class:`~skdistill.trees.AlternatingGrower`,
        the most faithful; :class:`~skdistill.trees.PrunedGrower` where rows are
        sparse or ``max_leaf_nodes`` is more than 128; and
        :class:`~skdistill.trees.CartGrower`, the cheapest, where leaves do not
        predict means (``criterion="absolute_error"``
        or "poisson").
    max_leaf_nodes : int, default=16
        Maximum number of leaves, that is of rules. None grows without limit.
    max_depth : int, default=None
        Maximum depth.
    min_samples_split : int or float, default=2
        See ``sklearn.tree.DecisionTreeRegressor``, here and below. Rows are
        those of the transfer set.
    min_samples_leaf : int or float, default=1
        Minimum number of rows in a leaf, or share of them.
    min_weight_fraction_leaf : float, default=0.0
        Minimum share of the weight in a leaf.
    max_features : int, float or {"sqrt", "log2"}, default=None
        Columns considered for a split.
    criterion : {"squared_error", "friedman_mse", "absolute_error", "poisson"}, \
            default="squared_error"
        Loss.
    splitter : {"best", "random"}, default="best"
        How a split is chosen.
    min_impurity_decrease : float, default=0.0
        Minimum decrease of impurity by a split.
    ccp_alpha : float, default=0.0
        Cost-complexity pruning.
    monotonic_cst : array-like of int of shape (n_features,), default=None
        Monotonicity in each column.
    allowed_features : sequence of str, of int, or mask, default=None
        Columns that the tree may use, by name or position; all by default.
    n_jobs : int, default=None
        Batches of rows queried in parallel.
    random_state : int, RandomState instance or None, default=None
        Seeds the rows, ties between splits, and an unfitted teacher without a
        seed of its own.

    Attributes
    ----------
    tree_ : sklearn.tree._tree.Tree
        The tree; ``value`` holds the mean label of each node.
    teacher_ : predictor or None
        The fitted teacher.
    transfer_set_ : transfer set or None
        The fitted transfer set that synthetic rows were drawn from.
    n_queries_ : int
        Number of rows that the teacher was queried for.
    row_hashes_ : ndarray of uint64
        Sorted hashes of the real rows that the student, or a teacher that was
        fitted with it, has seen, by which a certificate recognises fresh rows.
        Eight bytes a row.
    fidelity_ : InSampleFidelity
        R² to the teacher on the rows that the tree was fitted on.
    size_path_ : list of SizedTree
        The most faithful tree of each size up to the budget, from this one fit
        (beyond 64 leaves of some sizes); each is more faithful than all smaller
        ones on the rows that it was fitted on.
    encoder_ : FrameEncoder or None
        Encodes the columns of a data frame (``transform``): categories as ranks,
        ordered by the teacher's mean prediction, where there is one output, else
        as one-hot indicators. None where all columns are numbers.
    category_order_ : dict of str to list
        The categories of each column that is read as ranks, from rank 0; None
        stands for missing.
    tree_feature_names_ : ndarray of shape (`tree_.n_features`,)
        Names of the columns of ``tree_``, for ``export_text`` and ``plot_tree``.
        A column that is one number has its name and position in X; a one-hot
        indicator is named ``column=category``.
    tree_columns_ : ndarray of shape (`tree_.n_features`,)
        Position in X of the column that each column of ``tree_`` was made of.
    missing_columns_ : ndarray of shape (`tree_.n_features`,), dtype bool
        Which columns of ``tree_`` had missing values in the transfer set.
    feature_importances_ : ndarray of shape (`n_features_in_`,)
        Importance of each column of X, those of its indicators summed.
    n_features_in_ : int
        Number of columns of X.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the columns, where X has them.

    See Also
    --------
    DistilledTreeClassifier : For classes.

    Notes
    -----
    The teacher's predictions are rounded to multiples of 2^-24 of their range, so
    that weighted rows and repeated rows give the same tree.

    Examples
    --------
    >>> from sklearn.datasets import load_diabetes
    >>> from sklearn.ensemble import RandomForestRegressor
    >>> from skdistill import DistilledTreeRegressor
    >>> X, y = load_diabetes(return_X_y=True, as_frame=True)
    >>> forest = RandomForestRegressor(random_state=0).fit(X, y)
    >>> tree = DistilledTreeRegressor(forest, max_leaf_nodes=8, random_state=0).fit(X)
    >>> 0.5 < tree.fidelity_ < 1
    True
    """

    _kind = "regressor"
    _parameter_rules = BaseDistiller._parameter_rules | {
        "grower": GROWER_RULE,
        "max_leaf_nodes": [OneOf(None), Number(2, whole=True)],
        "real_weight": [Number(0, closed="neither")],
    }

    def __init__(
        self,
        teacher: Any = None,
        *,
        alpha: float = 0.0,
        transfer_set: Any = "auto",
        real_weight: float = 5.0,
        max_queries: int | None = None,
        grower: Any = "auto",
        max_leaf_nodes: int | None = 16,
        max_depth: int | None = None,
        min_samples_split: int | float = 2,
        min_samples_leaf: int | float = 1,
        min_weight_fraction_leaf: float = 0.0,
        max_features: Any = None,
        criterion: str = "squared_error",
        splitter: str = "best",
        min_impurity_decrease: float = 0.0,
        ccp_alpha: float = 0.0,
        monotonic_cst: Any = None,
        allowed_features: Any = None,
        n_jobs: int | None = None,
        random_state: Any = None,
    ):
        super().__init__(
            criterion=criterion,
            splitter=splitter,
            max_depth=max_depth,
            min_samples_split=min_samples_split,
            min_samples_leaf=min_samples_leaf,
            min_weight_fraction_leaf=min_weight_fraction_leaf,
            max_features=max_features,
            max_leaf_nodes=max_leaf_nodes,
            random_state=random_state,
            min_impurity_decrease=min_impurity_decrease,
            monotonic_cst=monotonic_cst,
            ccp_alpha=ccp_alpha,
        )
        self.teacher = teacher
        self.alpha = alpha
        self.transfer_set = transfer_set
        self.real_weight = real_weight
        self.max_queries = max_queries
        self.grower = grower
        self.allowed_features = allowed_features
        self.n_jobs = n_jobs

    def fit(
        self, X: Any, y: Any = None, sample_weight: Any = None, check_input: bool = True
    ) -> DistilledTreeRegressor:
        """Let the teacher label the transfer set, and grow a tree on it.

        Parameters
        ----------
        X : array-like, sparse matrix or DataFrame of shape (n_samples, n_features)
            Real rows. The teacher sees them in the kind that they have.
        y : array-like of shape (n_samples,) or (n_samples, n_outputs), default=None
            True values: needed without a teacher, by an unfitted teacher and
            where ``alpha`` > 0. With a teacher, NaN marks a row without one.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights of the rows; a synthetic row weighs the mean.
        check_input : bool, default=True
            Ignored: a parameter of scikit-learn's own trees.

        Returns
        -------
        self : DistilledTreeRegressor
            The fitted tree.
        """
        rows = self._label_rows(X, y, sample_weight)
        encoded = self._encode_rows(rows)
        grown, self.size_path_ = grow_tree(self, rows, encoded, self._plain_params())
        self._set_tree(grown, rows, encoded)
        return self

    def __sklearn_tags__(self) -> Any:
        return grower_limits(super().__sklearn_tags__(), self.grower)

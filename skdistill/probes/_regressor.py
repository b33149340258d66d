"""A decision tree found by linear probes of a regressor's activations."""

from __future__ import annotations

from typing import Any

from sklearn.tree import DecisionTreeRegressor

from skdistill.base import BaseDistiller
from skdistill.probes._fit import PROBE_RULES, fit_probe_tree
from skdistill.probes._report_mixin import ProbeReportMixin
from skdistill.trees import DistilledTreeMixin

__all__ = ["LinearProbeTreeRegressor"]


class LinearProbeTreeRegressor(
    ProbeReportMixin, DistilledTreeMixin, BaseDistiller, DecisionTreeRegressor
):
    """Find a regression tree by linear probes of a network's hidden layers.

    As :class:`LinearProbeTreeClassifier`, for real values: trees are compared
    by squared error. The result is a ``sklearn.tree.DecisionTreeRegressor``.

    Parameters
    ----------
    teacher : predictor or torch.nn.Module in a TorchTeacher
        Whose activations are read: a network, ``MLPClassifier``, forest,
        boosting model, or a pipeline that ends in one. Fitted, or unfitted (then
        a clone is fitted on ``X, y``). Required.
    domain : {"auto", "binary", "sign"}, default="auto"
        Where the rows that are probed come from: X and its transfer set
        ("auto"), or uniform draws from all rows of zeros and ones ("binary") or
        of minus ones and ones ("sign"), of which X shows columns and dtypes.
    layers : str, list of str or callable, default=None
        Hidden layers whose activations are read; see
        :func:`skdistill.teachers.hidden_representation`.
    max_depth : int, default=5
        Maximum number of literals in a conjunction.
    max_leaf_nodes : int, default=None
        Maximum number of leaves; None leaves it to ``max_depth``, up to 1,024.
    split_score : {"auto", "both", "residual", "impurity"}, default="auto"
        How the splits to keep are chosen: by the residual of the linear
        probes, by the impurity of the labels, or three in four by the former.
        "auto" is "both" where every column has two values, and "impurity"
        elsewhere: probes were measured to bring nothing on tables (see Notes).
    n_candidates : int, default=4
        Splits kept of every conjunction. Where both children are leaves, the
        best of all splits is taken.
    n_rounds : int, default=3
        Maximum number of times that the beam is doubled at those nodes of the
        best tree both of whose children still have errors.
    n_samples : int or "auto", default="auto"
        Maximum number of rows probed. "auto" is 4,000 where rows are drawn,
        and 10,000 of X and its transfer set.
    ridge : float, default=1e-4
        Shrinkage of the probes, as a share of the largest variance.
    rank : int, default=256
        Maximum number of directions of the activations that probes use, and
        never more than a quarter of the rows.
    binning : int or None, default=16
        Maximum number of intervals that a column is cut into, by quantiles.
        None accepts only two-valued columns.
    transfer_set : "auto", None or transfer set, default=None
        Rows beside those of X, where ``domain="auto"``; see
        :class:`DistilledTreeClassifier`.
    max_refinements : int, default=0
        Maximum number of impure nodes that are searched again on fresh rows of
        their own subcube, for deep trees; needs ``domain="binary"`` or "sign".
        The search then stops at depth five, and goes on below by refinement.
    max_queries : int, default=None
        Maximum number of rows that the teacher is queried with in ``fit``,
        refinement included.
    n_jobs : int, default=None
        Number of batches that are queried in parallel.
    random_state : int, RandomState instance or None, default=None
        Seeds the rows, the decomposition, and an unfitted teacher without a
        seed of its own.

    Attributes
    ----------
    tree_ : sklearn.tree._tree.Tree
        The tree; ``value`` holds the mean label of each node.
    probe_residuals_ : ndarray of shape (node_count,)
        Share of the variance of each node's conjunction that the best linear
        probe leaves, leave-one-out: near zero where the network represents it.
        NaN at the root, and everywhere if nothing was probed.
    n_probes_ : int
        Conjunctions whose residual was computed.
    size_path_ : list of SizedTree
        The best tree of each size that is better than all smaller ones, on the
        rows that were probed, before any refinement.
    n_refinements_ : int
        Nodes searched again on fresh rows.
    teacher_ : predictor
        The fitted teacher.
    transfer_set_ : transfer set or None
        The fitted transfer set, if one drew rows.
    n_queries_ : int
        Number of rows that the teacher was queried with.
    row_hashes_ : ndarray of uint64
        Sorted hashes of the real rows that the student, or a teacher that was
        fitted with it, has seen.
    fidelity_ : InSampleFidelity
        R² to the teacher on the rows that the tree was fitted on.
    encoder_ : FrameEncoder or None
        Turns categorical columns into one-hot indicators.
    category_order_ : dict
        Empty: no column becomes ranks.
    tree_columns_ : ndarray of shape (`tree_.n_features`,)
        Position in X of each column that the nodes split.
    tree_feature_names_ : ndarray of shape (`tree_.n_features`,)
        Names of the columns that the nodes split.
    missing_columns_ : ndarray of shape (`tree_.n_features`,), dtype bool
        Which of those had missing values.
    n_features_in_ : int
        Number of columns of X.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the columns, where X has them.

    See Also
    --------
    LinearProbeTreeClassifier : For classes.
    DistilledTreeRegressor : Learns from predictions alone.
    JuntaDistiller : Exact from queries, where few columns matter.

    Notes
    -----
    Cost and limits are those of :class:`LinearProbeTreeClassifier`.

    References
    ----------
    .. [1] E. Boix-Adserà, "Towards a theory of model distillation",
       arXiv:2403.09053, 2024, section 4.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.neural_network import MLPRegressor
    >>> from skdistill import LinearProbeTreeRegressor
    >>> X = np.random.default_rng(0).integers(0, 2, size=(2000, 8))
    >>> y = np.where(X[:, 0], 1.0 + 2.0 * X[:, 3], -1.0 * X[:, 5])
    >>> network = MLPRegressor(hidden_layer_sizes=(32, 32), random_state=0).fit(X, y)
    >>> tree = LinearProbeTreeRegressor(
    ...     network, domain="binary", max_leaf_nodes=4, random_state=0).fit(X)
    >>> sorted({int(j) for j in tree.tree_.feature if j >= 0}), tree.fidelity_ > 0.98
    ([0, 3, 5], True)
    """

    _kind = "regressor"
    alpha = 0.0
    _order_categories = False  # a literal of a category is an indicator
    _parameter_rules = PROBE_RULES

    def __init__(
        self,
        teacher: Any = None,
        *,
        domain: str = "auto",
        layers: Any = None,
        max_depth: int = 5,
        max_leaf_nodes: int | None = None,
        split_score: str = "auto",
        n_candidates: int = 4,
        n_rounds: int = 3,
        n_samples: Any = "auto",
        ridge: float = 1e-4,
        rank: int = 256,
        binning: int | None = 16,
        transfer_set: Any = None,
        max_refinements: int = 0,
        max_queries: int | None = None,
        n_jobs: int | None = None,
        random_state: Any = None,
    ):
        super().__init__(
            max_depth=max_depth, max_leaf_nodes=max_leaf_nodes, random_state=random_state
        )
        self.teacher = teacher
        self.domain = domain
        self.layers = layers
        self.split_score = split_score
        self.n_candidates = n_candidates
        self.n_rounds = n_rounds
        self.n_samples = n_samples
        self.ridge = ridge
        self.rank = rank
        self.binning = binning
        self.transfer_set = transfer_set
        self.max_refinements = max_refinements
        self.max_queries = max_queries
        self.n_jobs = n_jobs

    def fit(
        self, X: Any, y: Any = None, sample_weight: Any = None, check_input: bool = True
    ) -> LinearProbeTreeRegressor:
        """Probe the teacher's activations, and find the most faithful tree.

        Parameters
        ----------
        X : array-like or DataFrame of shape (n_samples, n_features)
            Real rows. With ``domain="binary"`` or "sign" they only show columns
            and dtypes, and one is enough.
        y : array-like of shape (n_samples,), default=None
            True values; only an unfitted teacher needs them.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights of the rows; rows drawn by ``domain`` all weigh the same.
        check_input : bool, default=True
            Ignored: a parameter of scikit-learn's own trees.

        Returns
        -------
        self : LinearProbeTreeRegressor
            The fitted tree.

        Raises
        ------
        ValueError
            If there is no teacher, or the columns do not fit the domain.
        TypeError
            If the teacher has no activations that can be read.
        """
        fit_probe_tree(self, X, y, sample_weight)
        return self

"""A classifier's inside, read as one decision tree."""

from __future__ import annotations

from typing import Any

from sklearn.tree import DecisionTreeClassifier

from skdistill._validation import OneOf
from skdistill.base import BaseDistiller
from skdistill.probes._base import LinearProbeTreeMixin

__all__ = ["LinearProbeTreeClassifier"]


class LinearProbeTreeClassifier(LinearProbeTreeMixin, BaseDistiller, DecisionTreeClassifier):
    """Read a network's inside as one decision tree.

    Where a network has learned a tree, its hidden representation holds the
    conjunctions of that tree *linearly* (the linear representation
    hypothesis). A beam search finds them by linear probes in closed form, and
    dynamic programming puts the truest tree of every size together from what
    it keeps. The result is a ``sklearn.tree.DecisionTreeClassifier``.

    Parameters
    ----------
    teacher : predictor or torch.nn.Module in a TorchTeacher
        What is opened: a network, ``MLPClassifier``, forest, boosting model,
        or a pipeline that ends in one. Fitted, or unfitted (then a clone is
        fitted on ``X, y``). There is nothing to open without one.
    labels : {"auto", "soft", "hard"}, default="auto"
        What a tree is to agree with: the teacher's probabilities or its
        labels. "auto" is hard.
    domain : {"auto", "boolean"}, default="auto"
        Where rows to probe come from: X and its transfer set, or the whole
        Boolean cube, uniformly, in the coding that X shows ({0, 1} or
        {-1, 1}).
    layers : str, list of str or callable, default=None
        Which activations; see
        :func:`skdistill.teachers.hidden_representation`.
    max_depth : int, default=5
        The longest conjunctions.
    max_leaf_nodes : int, default=None
        The most leaves; None leaves it to ``max_depth``, up to 1,024.
    split_score : {"auto", "both", "residual", "impurity"}, default="auto"
        How the splits to keep are chosen: by the residual of the linear
        probes, by the impurity of the labels, or three in four by the former.
        "auto" is "both" where every column has two values, and "impurity"
        elsewhere: probes were measured to bring nothing on tables (see Notes).
    n_candidates : int, default=4
        Splits kept of every conjunction. The best of all is taken where they
        end in leaves.
    n_rounds : int, default=3
        Times that the beam is doubled at those nodes of the best tree that
        are in doubt.
    n_samples : int or "auto", default="auto"
        Rows probed, at most: 4,000 of the cube, 10,000 of tables.
    ridge : float, default=1e-4
        Shrinkage of the probes, as a share of the largest variance.
    rank : int, default=256
        The most directions of the representation that probes use, and never
        more than a quarter of the rows.
    binning : int or None, default=16
        The most intervals that a column is cut into, by quantiles. None takes
        two-valued columns alone.
    transfer_set : "auto", None or transfer set, default=None
        Rows beside those of X, where ``domain="auto"``; see
        :class:`DistilledTreeClassifier`.
    max_refinements : int, default=0
        The most impure nodes that are probed again on fresh rows of their own
        subcube, for deep trees; needs ``domain="boolean"``. A lattice then
        spans five levels, and what is impure below is probed again.
    max_queries : int, default=None
        The most rows that the teacher is asked in ``fit``.
    n_jobs : int, default=None
        Batches of rows asked at once.
    random_state : int, RandomState instance or None, default=None
        Seeds the rows, the decomposition, and an unfitted teacher without a
        seed of its own.

    Attributes
    ----------
    tree_ : sklearn.tree._tree.Tree
        The tree; ``value`` holds the mean label of each node.
    probe_residuals_ : ndarray of shape (node_count,)
        Share of the variance of each node's conjunction that the best linear
        probe leaves, leave-one-out: near zero where the network holds it. NaN
        at the root, and everywhere if nothing was probed.
    n_probes_ : int
        Conjunctions whose residual was computed.
    size_path_ : list of SizedTree
        The best tree of each size that is better than all smaller ones, on the
        rows that were probed, before any refinement.
    n_refinements_ : int
        Nodes probed again.
    classes_ : ndarray of shape (n_classes,)
        The teacher's, seen or not.
    teacher_ : predictor
        What was opened.
    transfer_set_ : transfer set or None
        Where synthetic rows came from.
    n_queries_ : int
        Rows that the teacher was asked.
    row_hashes_ : ndarray of uint64
        Sorted hashes of the real rows that the student, or a teacher that was
        fitted with it, has seen.
    fidelity_ : InSampleFidelity
        Agreement with the teacher on the rows that the tree was fitted on.
    leaf_fidelity_ : ndarray of shape (node_count,)
        The same of each leaf; NaN for inner nodes.
    encoder_ : FrameEncoder or None
        How categorical columns are read: as one column a level.
    category_order_ : dict
        Empty: no column is read as ranks.
    tree_feature_names_ : ndarray of shape (`tree_.n_features`,)
        Names of the columns that the nodes speak of.
    missing_columns_ : ndarray of shape (`tree_.n_features`,), dtype bool
        Which of those had gaps.
    n_features_in_ : int
        Number of columns of X.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the columns, where X has them.

    See Also
    --------
    LinearProbeTreeRegressor : For real values.
    DistilledTreeClassifier : Asks the teacher, without a look inside.
    JuntaDistiller : Exact from queries, where few columns matter.

    Notes
    -----
    Cost: the forward pass; O(n * width * rank) for the basis; and O(expanded *
    rows in parent * rank * literals) for the search, where a conjunction of w
    literals has n / 2^w rows. Memory: n * (width + literals + rank) floats.

    For deep trees with ``max_refinements``, ``split_score="residual"`` and
    ``n_candidates=1`` are the surer choice: labels say little at the top of a
    deep tree, and a wide beam there fits the rows by chance.

    The hypothesis carries on networks that have learned a tree of Boolean
    inputs. On real tables it does not: probes add nothing to the labels there,
    and the beam with the exact dynamic program is truer than CART for small
    trees alone (by 1.5 points at 8 leaves), and worse where trees have to be
    deeper than ``max_depth``. :meth:`lrh_report` tells where you stand.

    References
    ----------
    .. [1] E. Boix-Adserà, "Towards a theory of model distillation",
       arXiv:2403.09053, 2024, section 4.

    Examples
    --------
    >>> from sklearn.neural_network import MLPClassifier
    >>> from skdistill import LinearProbeTreeClassifier
    >>> from skdistill.datasets import make_boolean_tree
    >>> truth = make_boolean_tree(n_features=10, depth=2, random_state=0)
    >>> X = truth.sample(2000, random_state=0)
    >>> network = MLPClassifier((32, 32), random_state=0).fit(X, truth.predict(X))
    >>> tree = LinearProbeTreeClassifier(network, domain="boolean", max_depth=2, random_state=0)
    >>> tree = tree.fit(X[:10])
    >>> int(tree.get_n_leaves()), tree.lrh_report().holds
    (4, True)
    """

    _kind = "classifier"
    _parameter_rules = LinearProbeTreeMixin._parameter_rules | {
        "labels": [OneOf("auto", "soft", "hard")]
    }

    def __init__(
        self,
        teacher: Any = None,
        *,
        labels: str = "auto",
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
        self.labels = labels
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
    ) -> LinearProbeTreeClassifier:
        """Open the teacher, and find the truest tree.

        Parameters
        ----------
        X : array-like or DataFrame of shape (n_samples, n_features)
            Real rows. With ``domain="boolean"`` they show the coding of the
            cube, and a few are enough.
        y : array-like of shape (n_samples,), default=None
            True labels, needed by an unfitted teacher alone.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights of the rows; points of a cube all weigh the same.
        check_input : bool, default=True
            Ignored: a parameter of scikit-learn's own trees.

        Returns
        -------
        self : LinearProbeTreeClassifier
            The fitted tree.

        Raises
        ------
        ValueError
            If there is no teacher, or the columns do not fit the domain.
        TypeError
            If the teacher has no inside to read.
        """
        self.classes_ = self._fit_tree(X, y, sample_weight)
        self.n_classes_ = len(self.classes_)
        return self

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = False
        tags.classifier_tags.multi_label = False
        return tags

"""MUNGE: rows exchange attributes with a near neighbour.

Source: C. Bucila, R. Caruana, A. Niculescu-Mizil, "Model compression", KDD
2006, section 3.3.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from skdistill._validation import Number, OneOf
from skdistill.transfer._base import COMMON_RULES, BaseTransferSet, transformer_without_teacher
from skdistill.transfer._near._neighbors import build_graph
from skdistill.transfer._near._pairs import (
    Partners,
    disjoint_layers,
    exchange_categories,
    exchange_numbers,
    spread_of,
)
from skdistill.transfer._tables import Encoded, RowCopyMixin, RowDraws, fit_standardizer, pick_one

__all__ = ["MungeTransferSet"]

# Rows drawn at a time where X has fewer.
_BLOCK_ROWS = 16_384


@transformer_without_teacher
class MungeTransferSet(RowCopyMixin, BaseTransferSet):
    """New rows by exchange between near neighbours (MUNGE).

    A row and one of its nearest neighbours exchange each attribute with
    probability ``p_swap``: categories are swapped; of numbers, each row gets one
    drawn from a normal centred on the other's value, with standard deviation
    ``|difference| / local_variance``. Both rows change, which conserves the
    distribution of every column (exactly for categories, and for numbers as
    ``local_variance`` grows).

    Parameters
    ----------
    teacher : predictor or callable, default=None
        Labels the rows in :meth:`fit_resample`; not used otherwise. Fitted, or
        unfitted (then a clone is fitted on ``X, y``).
    p_swap : float, default=0.5
        Probability that a pair exchanges an attribute, in [0, 1].
    local_variance : float, default=1.0
        The paper's s > 0: the larger, the nearer new numbers lie to old ones.
        ``float("inf")`` swaps numbers exactly.
    n_neighbors : int, default=5
        The partner is a random one of so many nearest different rows. The
        paper takes 1.
    algorithm : {"auto", "exact", "approximate"}, default="auto"
        Of the neighbour search. "auto" is exact up to 20,000 distinct rows, and up
        to 100,000 in no more than six columns; beyond, a forest of random
        projections finds near ones in seconds.
    n_samples : int or "auto", default="auto"
        Number of samples drawn by default. "auto" adds to the rows of X until
        there are 10,000; from 10,000 rows on, it draws as many as X has.
    categorical_features : "from_dtype", None, mask, positions or names, \
            default="from_dtype"
        Categorical columns. "from_dtype" takes a frame's columns of a
        categorical dtype, of text, and of objects, unless text or objects hold
        only numbers.
    n_jobs : int, default=None
        Jobs of the neighbour search.
    random_state : int, RandomState instance or None, default=None
        Seeds :meth:`sample` and :meth:`transform`.

    Attributes
    ----------
    n_samples_ : int
        Number of samples drawn by default.
    categorical_features_ : ndarray of shape (n_features,), dtype bool
        Which columns are categorical.
    n_distinct_ : int
        Distinct rows among those given to ``fit``.
    teacher_ : predictor
        The fitted teacher; only after :meth:`fit_resample`.
    n_features_in_ : int
        Number of columns.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the columns, where X has them.

    See Also
    --------
    DistilledTreeClassifier : Draws such rows by itself.

    Notes
    -----
    The neighbour search is made once, over distinct rows. Exact, it takes O(n²)
    time in more than six columns; the forest takes O(n log n), and what it finds
    was measured to lie 2 to 4 % further away than the nearest rows on a bent
    sheet in 20 columns, and 10 to 18 % on 20 independent ones, where all
    distances are nearly alike (20,000 to 1,000,000 rows). A pass over n rows
    then costs a few array operations over disjoint pairs, whatever their order.
    Memory: the output and about one pass over X. Published implementations copy
    from the neighbour only to the row, which shrinks the spread of every
    column.

    The parent of a new row, in ``sample(return_parents=True)``, is the row whose
    place it takes; its partner is a second one, which is not returned.

    A missing value is exchanged like a category. New numbers stay within the
    bounds seen; columns of whole numbers, of floats too, stay whole; dates and
    durations stay on the grid of those seen, such as whole days.

    References
    ----------
    .. [1] C. Bucila, R. Caruana, A. Niculescu-Mizil, "Model compression",
       KDD 2006, 535-541. :doi:`10.1145/1150402.1150464`

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from skdistill import MungeTransferSet
    >>> X, _ = load_iris(return_X_y=True, as_frame=True)
    >>> new = MungeTransferSet(random_state=0).fit(X).sample(1000)
    >>> new.shape, list(new.columns) == list(X.columns)
    ((1000, 4), True)
    """

    _parameter_rules = {
        "p_swap": [Number(0, 1)],
        "local_variance": [Number(0, closed="neither")],
        "n_neighbors": [Number(1, whole=True)],
        "algorithm": [OneOf("auto", "exact", "approximate")],
        **COMMON_RULES,
    }

    def __init__(
        self,
        teacher: Any = None,
        *,
        p_swap: float = 0.5,
        local_variance: float = 1.0,
        n_neighbors: int = 5,
        algorithm: str = "auto",
        n_samples: Any = "auto",
        categorical_features: Any = "from_dtype",
        n_jobs: int | None = None,
        random_state: Any = None,
    ):
        self.teacher = teacher
        self.p_swap = p_swap
        self.local_variance = local_variance
        self.n_neighbors = n_neighbors
        self.algorithm = algorithm
        self.n_samples = n_samples
        self.categorical_features = categorical_features
        self.n_jobs = n_jobs
        self.random_state = random_state

    def _learn(self, rows: Encoded) -> None:
        self._rows = rows
        self._standardize = fit_standardizer(rows)
        matrix = self._standardize(rows)
        self._graph = build_graph(matrix, self.n_neighbors, self.n_jobs, self.algorithm)
        self.n_distinct_ = len(self._graph.start)
        # A block is one pass over all rows, or several where they are few.
        copies = max(_BLOCK_ROWS // self._n_rows, 1)
        self._block_rows = copies * self._n_rows
        self._partners = Partners(self._graph, copies) if self.n_distinct_ > 1 else None

    def _draw_block(self, size: int, rng: np.random.Generator) -> tuple[Encoded, np.ndarray]:
        n = self._n_rows
        copies = -(-size // n)
        parents = np.tile(np.arange(n), copies)
        rows = self._rows.take(parents)
        if self._partners is not None and self.p_swap:
            for a, b in disjoint_layers(self._partners, len(parents), rng):
                exchange_numbers(rows.numbers, a, b, self.p_swap, self.local_variance, rng)
                exchange_categories(rows.codes, a, b, self.p_swap, rng)
        if size == len(parents):
            return rows, parents
        whole = (copies - 1) * n  # and a random part of the last pass
        chosen = np.concatenate([np.arange(whole), whole + rng.permutation(n)[: size - whole]])
        return rows.take(chosen), parents[chosen]

    def _copy(self, rows: Encoded, draws: RowDraws) -> Encoded:
        """Take attributes of a random near row, never to an equal one."""
        own, other = rows.copy(), self._rows.take(self._near_rows(rows, draws))
        shape, dtype = own.numbers.shape, own.numbers.dtype
        noise = draws.standard_normal(shape, dtype)
        noise *= spread_of(own.numbers, other.numbers, self.local_variance)
        noise += other.numbers
        np.copyto(own.numbers, noise, where=draws.random(shape) < self.p_swap)
        np.copyto(own.codes, other.codes, where=draws.random(own.codes.shape) < self.p_swap)
        return own

    def _near_rows(self, rows: Encoded, draws: RowDraws) -> np.ndarray:
        """A near but different row of the fitted ones for each of ``rows``."""
        graph, k = self._graph, self._graph.neighbors.shape[1]
        if k == 0:
            return np.zeros(len(rows), dtype=np.intp)
        groups = graph.near_groups(self._standardize(rows))
        chosen = groups[np.arange(len(rows)), pick_one(k, draws.random(len(rows)))]
        step = pick_one(graph.count[chosen], draws.random(len(rows)))
        return np.asarray(graph.members[graph.start[chosen] + step])

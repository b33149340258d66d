"""MUNGE: rows exchange attributes with a near neighbour.

Source: C. Bucila, R. Caruana, A. Niculescu-Mizil, "Model compression", KDD
2006, section 3.3.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from skdistill._validation import Number, OneOf
from skdistill.transfer._base import BaseTransferSet, transformer_without_teacher
from skdistill.transfer._near._neighbors import build_graph, fit_picture
from skdistill.transfer._near._pairs import Partners, disjoint_layers
from skdistill.transfer._rules import COMMON_RULES
from skdistill.transfer._tables._draws import RowDraws, pick_one
from skdistill.transfer._tables._exchange import exchange_levels, exchange_numbers, spread_of
from skdistill.transfer._tables._row_copies import RowCopyMixin
from skdistill.transfer._tables._table import Encoded

__all__ = ["MungeTransferSet"]

# Rows drawn at a time where X has fewer.
_BLOCK_ROWS = 16_384


@transformer_without_teacher
class MungeTransferSet(RowCopyMixin, BaseTransferSet):
    """New rows by exchange between near neighbours (MUNGE).

    A row and one of its nearest neighbours exchange each attribute with
    probability ``p_swap``: levels are swapped; of numbers, each row gets one
    drawn from a normal centred on the other's value, with standard deviation
    ``|difference| / local_variance``. Both rows change, which conserves the
    distribution of every column (exactly for levels, and for numbers as
    ``local_variance`` grows).

    Parameters
    ----------
    teacher : predictor or callable, default=None
        Labels the rows in :meth:`fit_resample`, nothing else. Fitted, or
        unfitted (then a clone is fitted on ``X, y``).
    p_swap : float, default=0.5
        Probability that a pair exchanges an attribute, in [0, 1].
    local_variance : float, default=1.0
        The paper's s > 0: the larger, the nearer new numbers lie to old ones.
        ``float("inf")`` swaps numbers exactly.
    n_neighbors : int, default=5
        The partner is a random one of so many nearest different rows. The
        paper takes 1.
    neighbors : {"auto", "exact", "approximate"}, default="auto"
        How they are searched. "auto" is exact up to 20,000 distinct rows, and up
        to 100,000 in no more than six columns; beyond, a forest of random
        projections finds near ones in seconds.
    n_samples : int or "auto", default="auto"
        Rows made by default: so many that those of X and these are 10,000
        together; as many as X has where it has 10,000 by itself.
    categorical_features : "from_dtype", None, mask, positions or names, \
            default="from_dtype"
        Columns that hold levels. "from_dtype" takes a frame's categorical,
        string and object columns.
    n_jobs : int, default=None
        For the neighbour search.
    random_state : int, RandomState instance or None, default=None
        Seeds :meth:`sample` and :meth:`transform`.

    Attributes
    ----------
    n_samples_ : int
        What ``n_samples`` came to.
    categorical_features_ : ndarray of shape (n_features,), dtype bool
        Which columns were taken as levels.
    n_distinct_ : int
        Distinct rows among those given to ``fit``.
    teacher_ : predictor
        The teacher that labelled; after :meth:`fit_resample` alone.
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
    from the neighbour to the row alone, which shrinks the spread of every
    column.

    The parent of a new row, in ``sample(return_parents=True)``, is the row in
    whose place it stands; its partner is a second one, and stays unnamed.

    A missing entry is exchanged like a level. New numbers stay within the
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
        "neighbors": [OneOf("auto", "exact", "approximate")],
        **COMMON_RULES,
    }

    def __init__(
        self,
        teacher: Any = None,
        *,
        p_swap: float = 0.5,
        local_variance: float = 1.0,
        n_neighbors: int = 5,
        neighbors: str = "auto",
        n_samples: Any = "auto",
        categorical_features: Any = "from_dtype",
        n_jobs: int | None = None,
        random_state: Any = None,
    ):
        self.teacher = teacher
        self.p_swap = p_swap
        self.local_variance = local_variance
        self.n_neighbors = n_neighbors
        self.neighbors = neighbors
        self.n_samples = n_samples
        self.categorical_features = categorical_features
        self.n_jobs = n_jobs
        self.random_state = random_state

    def _learn(self, rows: Encoded) -> None:
        self._rows = rows
        self._picture = fit_picture(rows)
        picture = self._picture(rows)
        self._graph = build_graph(picture, self.n_neighbors, self.n_jobs, self.neighbors)
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
                exchange_levels(rows.codes, a, b, self.p_swap, rng)
        if size == len(parents):
            return rows, parents
        whole = (copies - 1) * n  # and a random part of the last pass
        chosen = np.concatenate([np.arange(whole), whole + rng.permutation(n)[: size - whole]])
        return rows.take(chosen), parents[chosen]

    def _copy(self, rows: Encoded, draws: RowDraws) -> Encoded:
        """Give way to a random near row, never to an equal one."""
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
        groups = graph.near_groups(self._picture(rows))
        chosen = groups[np.arange(len(rows)), pick_one(k, draws.random(len(rows)))]
        step = pick_one(graph.count[chosen], draws.random(len(rows)))
        return graph.members[graph.start[chosen] + step]

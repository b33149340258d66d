"""MUNGE: rows exchange attributes with a near neighbour.

Source: C. Bucila, R. Caruana, A. Niculescu-Mizil, "Model compression", KDD
2006, section 3.3.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.special import ndtri
from sklearn.base import OneToOneFeatureMixin, TransformerMixin
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted

from skdistill._rows import check_rows, mix_words, row_hashes
from skdistill._validation import Instance, Number, OneOf
from skdistill.transfer._base import BaseTransferSet, transformer_without_teacher
from skdistill.transfer._neighbors import build_graph, disjoint_layers, fit_picture
from skdistill.transfer._table import Encoded

__all__ = ["MungeTransferSet"]

_LIST_LIKE = Instance(
    "a mask, positions or names of columns",
    lambda value: hasattr(value, "__len__") and not isinstance(value, str),
)


@transformer_without_teacher
class MungeTransferSet(OneToOneFeatureMixin, TransformerMixin, BaseTransferSet):
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
    The neighbour search is made once, exactly, over distinct rows: O(n²) time
    in more than six columns. A pass over n rows then costs a few array
    operations over disjoint pairs, whatever their order, and memory of about
    three times its output. Published implementations copy from the neighbour
    to the row alone, which shrinks the spread of every column.

    A missing entry is exchanged like a level. New numbers stay within the
    bounds seen, whole columns stay whole.

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
        "n_samples": [Number(0, whole=True), OneOf("auto")],
        "categorical_features": [OneOf("from_dtype", None), _LIST_LIKE],
    }

    def __init__(
        self,
        teacher: Any = None,
        *,
        p_swap: float = 0.5,
        local_variance: float = 1.0,
        n_neighbors: int = 5,
        n_samples: Any = "auto",
        categorical_features: Any = "from_dtype",
        n_jobs: int | None = None,
        random_state: Any = None,
    ):
        self.teacher = teacher
        self.p_swap = p_swap
        self.local_variance = local_variance
        self.n_neighbors = n_neighbors
        self.n_samples = n_samples
        self.categorical_features = categorical_features
        self.n_jobs = n_jobs
        self.random_state = random_state

    def _learn(self, rows: Encoded) -> None:
        self._rows = rows
        self._picture = fit_picture(rows)
        self._graph = build_graph(self._picture(rows), self.n_neighbors, self.n_jobs)
        self._block_rows = self._n_rows  # a pass over all rows, which conserves marginals
        self.n_distinct_ = len(self._graph.start)

    def _draw_block(self, size: int, rng: np.random.Generator) -> tuple[Encoded, np.ndarray]:
        n = self._n_rows
        rows = self._rows.copy()
        self._exchange(rows, rng)
        if size == n:
            return rows, np.arange(n)
        chosen = rng.permutation(n)[:size]  # a random part of the last pass
        return rows.take(chosen), chosen

    def _exchange(self, rows: Encoded, rng: np.random.Generator) -> None:
        """Turn all rows into one munged copy of themselves, in place."""
        if not self._graph.neighbors.shape[1] or not self.p_swap:
            return
        for a, b in disjoint_layers(self._graph, rng):
            exchange_numbers(rows.numbers, a, b, self.p_swap, self.local_variance, rng)
            exchange_levels(rows.codes, a, b, self.p_swap, rng)

    def transform(self, X: Any) -> Any:
        """Return a synthetic copy of every row of X, row by row.

        Each row gives way to a random near one of the rows given to ``fit``
        (never to an equal one), in the way of :meth:`sample`. Not available
        where ``teacher`` is set: a step of a pipeline is a transformer or a
        sampler.

        Parameters
        ----------
        X : array-like or DataFrame of shape (n_samples, n_features)
            Rows; levels must have been seen by ``fit``.

        Returns
        -------
        X_new : ndarray or DataFrame of shape (n_samples, n_features)
            Row i is a munged copy of row i. With a fixed ``random_state`` it
            depends on that row's content alone, not on its place or batch.
        """
        check_is_fitted(self)
        X = check_rows(self, X, reset=False, accept_sparse=False, accept_times=True)
        rows = self._table.encode(X)
        seed = int(check_random_state(self.random_state).randint(2**31 - 1))
        own = rows.copy()
        partner = self._near_rows(rows, _uniforms(X, 2, seed))
        other = self._rows.take(partner)
        d, c = rows.numbers.shape[1], rows.codes.shape[1]
        draws = _uniforms(X, 2 * d + c, seed + 1)
        swap = draws[:, :d] < self.p_swap
        noise = ndtri(np.clip(draws[:, d : 2 * d], 1e-16, 1 - 1e-16))
        noise *= _spread(own.numbers, other.numbers, self.local_variance)
        np.copyto(own.numbers, noise + other.numbers, where=swap, casting="same_kind")
        np.copyto(own.codes, other.codes, where=draws[:, 2 * d :] < self.p_swap)
        return self._table.decode(own)

    def _near_rows(self, rows: Encoded, draws: np.ndarray) -> np.ndarray:
        """A near but different row of the fitted ones for each of ``rows``."""
        graph, k = self._graph, self._graph.neighbors.shape[1]
        if k == 0:
            return np.zeros(len(rows), dtype=np.intp)
        groups = graph.near_groups(self._picture(rows))
        pick = np.minimum((draws[:, 0] * k).astype(np.intp), k - 1)
        chosen = groups[np.arange(len(rows)), pick]
        step = (draws[:, 1] * graph.count[chosen]).astype(np.intp)
        return graph.members[graph.start[chosen] + step]


def _uniforms(X: Any, width: int, seed: int) -> np.ndarray:
    """Uniform numbers of shape (n_samples, width), a function of each row's content."""
    with np.errstate(over="ignore"):
        keys = row_hashes(X, seed)[:, np.newaxis] + np.arange(1, width + 1, dtype=np.uint64)
        return (mix_words(mix_words(keys)) >> np.uint64(11)) * 2.0**-53


def _spread(one: np.ndarray, other: np.ndarray, s: float) -> np.ndarray:
    """Deviation |one - other| / s; zero at a gap, which is exchanged as it is."""
    spread = np.abs(one - other)
    spread /= spread.dtype.type(s)
    if np.isnan(spread.sum()):
        np.nan_to_num(spread, copy=False, nan=0.0)
    return spread


def exchange_numbers(
    numbers: np.ndarray,
    a: np.ndarray,
    b: np.ndarray,
    p: float,
    s: float,
    rng: np.random.Generator,
) -> None:
    """Let disjoint pairs of rows exchange numbers, in place.

    Parameters
    ----------
    numbers : ndarray of shape (n, n_numeric)
    a, b : ndarray of shape (n_pairs,)
        Rows; none stands twice.
    p : float
        Probability of an exchange, drawn once a pair and attribute.
    s : float
        New values are normal with deviation |difference| / s.
    rng : Generator
    """
    width = numbers.shape[1]
    if not width:
        return
    # Only exchanged entries are gathered and drawn for: with p = 1/2 that is
    # half of the normals, and 3.5 times as fast as whole rows under a mask.
    swapped = np.flatnonzero(rng.random((len(a), width)).ravel() < p)
    pair, column = np.divmod(swapped, width)
    at_a, at_b = a[pair] * width + column, b[pair] * width + column
    flat = numbers.reshape(-1)  # a view: rows are contiguous
    left, right = flat[at_a], flat[at_b]
    spread = _spread(left, right, s)
    for place, other in ((at_a, right), (at_b, left)):
        new = rng.standard_normal(len(swapped), dtype=numbers.dtype)
        new *= spread
        new += other
        flat[place] = new


def exchange_levels(
    codes: np.ndarray, a: np.ndarray, b: np.ndarray, p: float, rng: np.random.Generator
) -> None:
    """Let disjoint pairs of rows swap levels, in place; see `exchange_numbers`."""
    if not codes.shape[1]:
        return
    left, right = codes[a], codes[b]
    swap = rng.random(left.shape, dtype=np.float32) < p
    codes[a] = np.where(swap, right, left)
    codes[b] = np.where(swap, left, right)

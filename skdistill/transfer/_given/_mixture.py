"""Rows from several transfer sets, in shares that are chosen.

Source: G. McLachlan, D. Peel, "Finite Mixture Models", 2000, section 1.4.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from skdistill._sklearn import BaseComposition
from skdistill._validation import Instance, OneOf
from skdistill.transfer._base import COMMON_RULES, BaseTransferSet
from skdistill.transfer._given._inner import BASE_RULE, draw_inner, fit_inner, join
from skdistill.transfer._tables import Encoded, common_table, same_layout, seeds_of

__all__ = ["MixtureTransferSet"]

_NAMED = Instance(
    "a list of (name, transfer set) pairs",
    lambda value: (
        isinstance(value, (list, tuple))
        and len(value) > 0
        and all(
            isinstance(pair, (list, tuple)) and len(pair) == 2 and isinstance(pair[0], str)
            for pair in value
        )
        and all(part is not None and BASE_RULE.accepts(part) for _name, part in value)
    ),
)
_WEIGHTS = Instance(
    "a list of numbers",
    lambda value: hasattr(value, "__len__") and not isinstance(value, (str, dict)),
)


class MixtureTransferSet(BaseComposition, BaseTransferSet):
    """Rows of several transfer sets, mixed by weight and shuffled.

    Parameters
    ----------
    teacher : predictor or callable, default=None
        Labels the rows in :meth:`fit_resample`; not used otherwise. Fitted, or
        unfitted (then a clone is fitted on ``X, y``).
    transfer_sets : list of (str, transfer set) tuples
        Names, by which nested parameters are set (``name__parameter``), and
        unfitted transfer sets, or other generators with ``fit`` and
        ``sample``; clones of them are fitted.
    weights : array-like of shape (n_transfer_sets,), default=None
        Their shares, in any unit; equal ones by default.
    n_samples : int or "auto", default="auto"
        Number of samples drawn by default. "auto" adds to the rows of X until
        there are 10,000; from 10,000 rows on, it draws as many as X has.
    categorical_features : "from_dtype", None, mask, positions or names, \
            default="from_dtype"
        Categorical columns. "from_dtype" takes a frame's columns of a
        categorical dtype, of text, and of objects, unless text or objects hold
        only numbers.
    random_state : int, RandomState instance or None, default=None
        Seeds :meth:`sample`, and the transfer sets that have no seed of their
        own.

    Attributes
    ----------
    transfer_sets_ : list of (str, transfer set) tuples
        The fitted clones.
    weights_ : ndarray of shape (n_transfer_sets,)
        Shares, which sum to one.
    n_samples_ : int
        Number of samples drawn by default.
    categorical_features_ : ndarray of shape (n_features,), dtype bool
        Which columns are categorical.
    teacher_ : predictor
        The fitted teacher; only after :meth:`fit_resample`.
    n_features_in_ : int
        Number of columns.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the columns, where X has them.

    See Also
    --------
    PoolTransferSet : Real rows, as one part of a mixture.

    Notes
    -----
    Of n rows, part m gets ``weights_[m]`` * n, rounded up or down at random,
    in every block of rows; within a block they are in random order. Parents
    are -1 where a row has none. ``n_samples``, ``categorical_features`` and the
    teacher that labels are the mixture's.

    References
    ----------
    .. [1] G. McLachlan, D. Peel, "Finite Mixture Models", Wiley 2000.
       :doi:`10.1002/0471721182`

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from skdistill import LocalGaussianTransferSet, MixtureTransferSet
    >>> from skdistill.transfer import UniformTransferSet
    >>> mixture = MixtureTransferSet(
    ...     transfer_sets=[("near", LocalGaussianTransferSet()), ("far", UniformTransferSet())],
    ...     weights=[9, 1], random_state=0)
    >>> mixture.set_params(near__floor=0.2).fit(load_iris().data).sample(1000).shape
    (1000, 4)
    """

    _parameter_rules = {
        "transfer_sets": [_NAMED],
        "weights": [OneOf(None), _WEIGHTS],
        **COMMON_RULES,
    }

    def __init__(
        self,
        teacher: Any = None,
        *,
        transfer_sets: Any = None,
        weights: Any = None,
        n_samples: Any = "auto",
        categorical_features: Any = "from_dtype",
        random_state: Any = None,
    ):
        self.teacher = teacher
        self.transfer_sets = transfer_sets
        self.weights = weights
        self.n_samples = n_samples
        self.categorical_features = categorical_features
        self.random_state = random_state

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Return parameters, those of the parts by ``name__parameter``.

        Parameters
        ----------
        deep : bool, default=True
            Whether to return the parts' parameters too.

        Returns
        -------
        params : dict
            Values by name.
        """
        params: dict[str, Any] = self._get_params("transfer_sets", deep=deep)
        return params

    def set_params(self, **params: Any) -> Any:
        """Set parameters, those of the parts by ``name__parameter``.

        Parameters
        ----------
        **params : dict
            Values by name; the name of a part by itself replaces it.

        Returns
        -------
        self : object
            The transfer set.
        """
        return self._set_params("transfer_sets", **params)

    def _shares(self) -> np.ndarray:
        n_parts = len(self.transfer_sets)
        given = np.ones(n_parts) if self.weights is None else np.asarray(self.weights, np.float64)
        if given.shape != (n_parts,):
            raise ValueError(
                f"weights has shape {given.shape}, but there are {n_parts} transfer sets: give "
                "one weight for each."
            )
        if not (np.isfinite(given) & (given >= 0)).all() or not given.any():
            raise ValueError(
                f"weights must be finite and >= 0, and not all zero. Got {given.tolist()}."
            )
        return np.asarray(given / given.sum())

    def _learn(self, rows: Encoded) -> None:
        self._validate_names([name for name, _part in self.transfer_sets])
        self.weights_ = self._shares()
        rng = np.random.Generator(np.random.SFC64(seeds_of(self.random_state)))
        table, self.transfer_sets_ = self._table, []
        for name, part in self.transfer_sets:
            self.transfer_sets_.append((name, fit_inner(part, self, rows, rng)[0]))
            self._table = table
        parts = [part for _name, part in self.transfer_sets_]
        self._table = common_table([table, *(part._table for part in parts)])
        self._alike = [same_layout(part._table, self._table) for part in parts]
        # A part that draws in passes of its own (without replacement, say) gets
        # one a block, unless a block holds many anyway.
        usual = BaseTransferSet._block_rows
        passes = [
            int(part._block_rows / share)
            for part, share in zip(parts, self.weights_, strict=True)
            if share > 0 and part._block_rows != usual
        ]
        self._block_rows = min((rows for rows in passes if rows > usual), default=usual)

    def _draw_block(self, size: int, rng: np.random.Generator) -> tuple[Encoded, np.ndarray | None]:
        ends = np.floor(np.cumsum(self.weights_) * size + rng.random()).astype(np.intp)
        ends[-1] = size  # a rounding error of the sum must not cost a row
        pieces: list[Encoded] = []
        ancestors: list[np.ndarray | None] = []
        for m, count in enumerate(np.diff(ends, prepend=0)):
            if count > 0:
                part = self.transfer_sets_[m][1]
                rows, parents = draw_inner(part, int(count), rng)
                if not self._alike[m]:
                    rows = self._table.encode(part._table.decode(rows))
                pieces.append(rows)
                ancestors.append(parents)
        order = rng.permutation(size)
        rows = join(pieces).take(order)
        if all(parents is None for parents in ancestors):
            return rows, None
        known = [
            np.full(len(piece), -1) if parents is None else parents
            for piece, parents in zip(pieces, ancestors, strict=True)
        ]
        return rows, np.concatenate(known)[order]

    def _check_count(self, n_samples: Any) -> int:
        count = super()._check_count(n_samples)
        for (_name, part), share in zip(self.transfer_sets_, self.weights_, strict=True):
            part._check_count(int(share * count))  # a pool that is too small warns
        return count

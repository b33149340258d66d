"""Real rows, drawn again with replacement.

Source: B. Efron, "Bootstrap methods: another look at the jackknife", Annals of
Statistics 7, 1979.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from skdistill.transfer._base import COMMON_RULES, BaseTransferSet
from skdistill.transfer._tables import Encoded

__all__ = ["BootstrapTransferSet"]


class BootstrapTransferSet(BaseTransferSet):
    """The real rows themselves, drawn with replacement.

    Parameters
    ----------
    teacher : predictor or callable, default=None
        Labels the rows in :meth:`fit_resample`; not used otherwise. Fitted, or
        unfitted (then a clone is fitted on ``X, y``).
    n_samples : int or "auto", default="auto"
        Number of samples drawn by default. "auto" adds to the rows of X until
        there are 10,000; from 10,000 rows on, it draws as many as X has.
    categorical_features : "from_dtype", None, mask, positions or names, \
            default="from_dtype"
        Categorical columns. "from_dtype" takes a frame's columns of a
        categorical dtype, of text, and of objects, unless text or objects hold
        only numbers.
    random_state : int, RandomState instance or None, default=None
        Seeds :meth:`sample`.

    Attributes
    ----------
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
    PoolTransferSet : Other real rows, which add information.
    NoiseTransferSet : Real rows with noise.

    Notes
    -----
    The teacher labels nothing new, so this is the baseline for what a student
    gains from another generator, with all else equal [1]_.

    References
    ----------
    .. [1] B. Efron, "Bootstrap methods: another look at the jackknife", Annals
       of Statistics 7, 1979, 1-26. :doi:`10.1214/aos/1176344552`

    Examples
    --------
    >>> from skdistill.transfer import BootstrapTransferSet
    >>> again = BootstrapTransferSet(random_state=0).fit([[1, 2], [3, 4]])
    >>> sorted(set(map(tuple, again.sample(50).tolist())))
    [(1, 2), (3, 4)]
    """

    _parameter_rules = {**COMMON_RULES}

    def __init__(
        self,
        teacher: Any = None,
        *,
        n_samples: Any = "auto",
        categorical_features: Any = "from_dtype",
        random_state: Any = None,
    ):
        self.teacher = teacher
        self.n_samples = n_samples
        self.categorical_features = categorical_features
        self.random_state = random_state

    def _draw_block(self, size: int, rng: np.random.Generator) -> tuple[Encoded, np.ndarray]:
        parents = rng.integers(self._n_rows, size=size)
        return self._rows.take(parents), parents

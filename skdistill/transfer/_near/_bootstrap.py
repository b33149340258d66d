"""Real rows, drawn again with replacement.

Source: B. Efron, "Bootstrap methods: another look at the jackknife", Annals of
Statistics 7, 1979.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from skdistill.transfer._base import BaseTransferSet
from skdistill.transfer._rules import COMMON_RULES
from skdistill.transfer._tables._table import Encoded

__all__ = ["BootstrapTransferSet"]


class BootstrapTransferSet(BaseTransferSet):
    """The real rows themselves, drawn with replacement.

    Parameters
    ----------
    teacher : predictor or callable, default=None
        Labels the rows in :meth:`fit_resample`, nothing else. Fitted, or
        unfitted (then a clone is fitted on ``X, y``).
    n_samples : int or "auto", default="auto"
        Rows made by default: so many that those of X and these are 10,000
        together; as many as X has where it has 10,000 by itself.
    categorical_features : "from_dtype", None, mask, positions or names, \
            default="from_dtype"
        Columns that hold levels. "from_dtype" takes a frame's categorical,
        string and object columns.
    random_state : int, RandomState instance or None, default=None
        Seeds :meth:`sample`.

    Attributes
    ----------
    n_samples_ : int
        What ``n_samples`` came to.
    categorical_features_ : ndarray of shape (n_features,), dtype bool
        Which columns were taken as levels.
    teacher_ : predictor
        The teacher that labelled; after :meth:`fit_resample` alone.
    n_features_in_ : int
        Number of columns.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the columns, where X has them.

    See Also
    --------
    PoolTransferSet : Other real rows, which tell more.
    NoiseTransferSet : Real rows with noise.

    Notes
    -----
    The teacher is asked nothing new: what a student gains over other
    generators shows against this one, with all else equal [1]_.

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

    def _learn(self, rows: Encoded) -> None:
        self._rows = rows

    def _draw_block(self, size: int, rng: np.random.Generator) -> tuple[Encoded, np.ndarray]:
        parents = rng.integers(self._n_rows, size=size)
        return self._rows.take(parents), parents

"""Every column by itself.

Source: L. Breiman, "Random forests", Machine Learning 45, 2001 (the second
class of an unsupervised forest).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from skdistill.transfer._base import BaseTransferSet
from skdistill.transfer._rules import COMMON_RULES
from skdistill.transfer._tables._marginals import draw_columns
from skdistill.transfer._tables._table import Encoded

__all__ = ["MarginalTransferSet"]


class MarginalTransferSet(BaseTransferSet):
    """Rows with the marginals of the real ones and nothing between the columns.

    Each entry is drawn from its own column, gaps included.

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
    UniformTransferSet : Not even the marginals.
    GaussianCopulaTransferSet : The marginals, and how columns go together.

    Notes
    -----
    Wherever columns depend on each other, most of these rows lie where no data
    are [1]_: a baseline, or a part of a mixture that shows the student what
    its teacher does off the data.

    References
    ----------
    .. [1] L. Breiman, "Random forests", Machine Learning 45, 2001, 5-32.
       :doi:`10.1023/A:1010933404324`

    Examples
    --------
    >>> from skdistill.transfer import MarginalTransferSet
    >>> X = [[0, 10], [1, 11], [2, 12]]
    >>> new = MarginalTransferSet(random_state=0).fit(X).sample(500)
    >>> len(set(map(tuple, new.tolist())))  # all pairs that there are
    9
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

    def _draw_block(self, size: int, rng: np.random.Generator) -> tuple[Encoded, None]:
        return draw_columns(self._rows, size, rng), None

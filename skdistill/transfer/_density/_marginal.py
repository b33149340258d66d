"""Every column by itself.

Source: L. Breiman, "Random forests", Machine Learning 45, 2001 (the second
class of an unsupervised forest).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from skdistill.transfer._base import COMMON_RULES, BaseTransferSet
from skdistill.transfer._tables import Encoded, draw_columns

__all__ = ["MarginalTransferSet"]


class MarginalTransferSet(BaseTransferSet):
    """Rows with the marginals of the real ones and independent columns.

    Each entry is drawn from its own column, missing values included.

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

    def _draw_block(self, size: int, rng: np.random.Generator) -> tuple[Encoded, None]:
        return draw_columns(self._rows, size, rng), None

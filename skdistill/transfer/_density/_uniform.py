"""The bounding box of the real rows, evenly filled.

Source: M. W. Craven, J. W. Shavlik, "Extracting tree-structured
representations of trained networks", NIPS 1995 (instances drawn for a teacher
to label).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from skdistill.transfer._base import COMMON_RULES, BaseTransferSet
from skdistill.transfer._tables import MISSING, Encoded, category_shares

__all__ = ["UniformTransferSet"]


class UniformTransferSet(BaseTransferSet):
    """Rows spread evenly over the box that holds the real ones.

    Numbers are uniform between the bounds seen, whole ones over all whole
    numbers there, levels over the levels seen. A column has as many gaps as it
    had, in random rows.

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
    MarginalTransferSet : With the distribution of each column.

    Notes
    -----
    Most of the box is empty of data, the more so the more columns there are: a
    student of such rows spends its leaves where nobody asks. This is for
    teachers that are true everywhere, such as functions and simulations, and
    for comparison.

    References
    ----------
    .. [1] M. W. Craven, J. W. Shavlik, "Extracting tree-structured
       representations of trained networks", NIPS 1995, 24-30.

    Examples
    --------
    >>> from skdistill.transfer import UniformTransferSet
    >>> box = UniformTransferSet(random_state=0).fit([[0.0, 5], [1.0, 9]])
    >>> new = box.sample(1000)
    >>> new.mean(axis=0).round(1)
    array([0.5, 7. ])
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
        dtype, whole = rows.numbers.dtype, self._table.whole
        # Half a step beyond both ends: then rounding gives each whole number alike.
        self._low = (self._table.low - 0.5 * whole).astype(dtype)
        self._high = (self._table.high + 0.5 * whole).astype(dtype)
        gaps = np.isnan(rows.numbers).mean(axis=0)
        self._low[gaps == 1] = self._high[gaps == 1] = 0  # nothing is known of them
        self._gaps = np.concatenate([gaps, (rows.codes == MISSING).mean(axis=0)])
        self._n_levels = np.array([len(share) for share in category_shares(rows.codes)], dtype=int)

    def _draw_block(self, size: int, rng: np.random.Generator) -> tuple[Encoded, None]:
        d = len(self._low)
        numbers = rng.random((size, d), dtype=self._low.dtype)
        # So written, no difference of the two bounds can overflow.
        numbers = numbers * self._high + (1 - numbers) * self._low
        codes = rng.integers(np.maximum(self._n_levels, 1), size=(size, len(self._n_levels)))
        if self._gaps.any():
            missing = rng.random((size, len(self._gaps))) < self._gaps
            numbers[missing[:, :d]] = np.nan
            codes[missing[:, d:]] = MISSING
        return Encoded(numbers, codes.astype(np.int32)), None

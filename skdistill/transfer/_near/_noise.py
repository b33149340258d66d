"""Real rows with a little noise.

Source: C. M. Bishop, "Training with noise is equivalent to Tikhonov
regularization", Neural Computation 7, 1995.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from skdistill._validation import Number
from skdistill.transfer._base import COMMON_RULES, BaseTransferSet, transformer_without_teacher
from skdistill.transfer._tables import (
    Draws,
    Encoded,
    PointMasses,
    RowCopyMixin,
    balanced_rows,
    category_shares,
    column_deviations,
    perturb,
)

__all__ = ["NoiseTransferSet"]


@transformer_without_teacher
class NoiseTransferSet(RowCopyMixin, BaseTransferSet):
    """Real rows with noise of a chosen size, whatever their number.

    Parameters
    ----------
    teacher : predictor or callable, default=None
        Labels the rows in :meth:`fit_resample`; not used otherwise. Fitted, or
        unfitted (then a clone is fitted on ``X, y``).
    scale : float, default=0.1
        Standard deviation of the normal noise, in those of each column.
    p_redraw : float, default=0.1
        Probability that a category is drawn anew from those of all rows,
        which may give the same.
    n_samples : int or "auto", default="auto"
        Number of samples drawn by default. "auto" adds to the rows of X until
        there are 10,000; from 10,000 rows on, it draws as many as X has.
    categorical_features : "from_dtype", None, mask, positions or names, \
            default="from_dtype"
        Categorical columns. "from_dtype" takes a frame's columns of a
        categorical dtype, of text, and of objects, unless text or objects hold
        only numbers.
    random_state : int, RandomState instance or None, default=None
        Seeds :meth:`sample` and :meth:`transform`.

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
    KernelDensityTransferSet : Noise whose size shrinks as rows are added.

    Notes
    -----
    To train on rows with noise is to penalise how steep the student is [1]_.
    Missing values stay missing. Every row is drawn from equally often, up to once.

    References
    ----------
    .. [1] C. M. Bishop, "Training with noise is equivalent to Tikhonov
       regularization", Neural Computation 7, 1995, 108-116.
       :doi:`10.1162/neco.1995.7.1.108`

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from skdistill.transfer import NoiseTransferSet
    >>> X, _ = load_iris(return_X_y=True)
    >>> noisy = NoiseTransferSet(scale=0.05, random_state=0).fit_transform(X)
    >>> bool((abs(noisy - X).std(axis=0) < 0.05 * X.std(axis=0)).all())
    True
    """

    _parameter_rules = {
        "scale": [Number(0, float("inf"), closed="left")],
        "p_redraw": [Number(0, 1)],
        **COMMON_RULES,
    }

    def __init__(
        self,
        teacher: Any = None,
        *,
        scale: float = 0.1,
        p_redraw: float = 0.1,
        n_samples: Any = "auto",
        categorical_features: Any = "from_dtype",
        random_state: Any = None,
    ):
        self.teacher = teacher
        self.scale = scale
        self.p_redraw = p_redraw
        self.n_samples = n_samples
        self.categorical_features = categorical_features
        self.random_state = random_state

    def _learn(self, rows: Encoded) -> None:
        self._rows = rows
        self._masses = PointMasses(rows.numbers)
        self._deviations = self.scale * column_deviations(rows.numbers)
        self._redraw = np.full(rows.codes.shape[1], self.p_redraw)
        self._shares = category_shares(rows.codes)

    def _draw_block(self, size: int, rng: np.random.Generator) -> tuple[Encoded, np.ndarray]:
        parents = balanced_rows(self._n_rows, size, rng)
        return self._copy(self._rows.take(parents), rng), parents

    def _copy(self, rows: Encoded, draws: Draws) -> Encoded:
        return perturb(rows, self._masses, self._deviations, self._redraw, self._shares, draws)

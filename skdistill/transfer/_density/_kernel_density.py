"""Smoothed bootstrap: rows drawn from a kernel density of mixed columns.

Sources: B. W. Silverman, "Density Estimation for Statistics and Data
Analysis", 1986; J. Aitchison, C. G. G. Aitken, "Multivariate binary
discrimination by the kernel method", Biometrika 63, 1976; Q. Li, J. Racine,
"Nonparametric estimation of distributions with categorical and continuous
data", Journal of Multivariate Analysis 86, 2003.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from skdistill._validation import Instance, Number, OneOf
from skdistill.transfer._base import COMMON_RULES, BaseTransferSet, transformer_without_teacher
from skdistill.transfer._tables import (
    Draws,
    Encoded,
    PointMasses,
    RowCopyMixin,
    balanced_rows,
    category_shares,
    column_deviations,
    multivariate_rule,
    perturb,
    rule_of_thumb,
    uniform_shares,
)

__all__ = ["KernelDensityTransferSet"]

_RULES = {"silverman": rule_of_thumb, "scott": multivariate_rule}
_ONE_A_COLUMN = Instance(
    "one number a column",
    lambda value: hasattr(value, "__len__") and not isinstance(value, (str, dict)),
)


@transformer_without_teacher
class KernelDensityTransferSet(RowCopyMixin, BaseTransferSet):
    """New rows from a kernel density: a real row and noise in each column's own scale.

    Numbers get normal noise whose deviation is a bandwidth times that of the
    column; categories are drawn anew with a small probability.

    Parameters
    ----------
    teacher : predictor or callable, default=None
        Labels the rows in :meth:`fit_resample`; not used otherwise. Fitted, or
        unfitted (then a clone is fitted on ``X, y``).
    bandwidth : "silverman", "scott", float or array-like of shape \
            (n_features,), default="silverman"
        A rule: Silverman's rule of thumb for one column, averaged over the
        columns, or Scott's for all at once, which is wider. Or how many
        standard deviations of each column. Or for each column the deviation of
        its noise in its own unit (for a categorical column: the probability
        that another category is drawn, at most 1 - 1 / n_categories).
    category_kernel : "swap" or "aitchison-aitken", default="swap"
        Where a category that is drawn anew comes from: those of all rows, so
        that the frequency of each is kept, or all categories alike.
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
    bandwidth_ : ndarray of shape (n_features,)
        Deviation of the noise in each column's own unit; for a
        categorical column, the probability that a category is replaced by
        another one under the Aitchison-Aitken kernel.
    teacher_ : predictor
        The fitted teacher; only after :meth:`fit_resample`.
    n_features_in_ : int
        Number of columns.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the columns, where X has them.

    See Also
    --------
    LocalGaussianTransferSet : Noise in the directions of the neighbours.
    NoiseTransferSet : Noise of a chosen size, by default a small one.

    Notes
    -----
    The density is a mean of product kernels, one around each row. With a
    factor f (a rule's, or the number given), the noise of column j has the
    deviation :math:`f \\sigma_j`, and a category is drawn anew with probability
    :math:`\\min(f^2, 1)`: the best bandwidth of categories shrinks like the
    square of that of numbers [2]_. From c categories, all alike, this gives the
    Aitchison-Aitken kernel [1]_ with :math:`\\lambda = f^2 (c - 1) / c`.

    Before it is brought inside the bounds seen, a column's variance is that of
    the real rows plus the square of its bandwidth. Missing values stay missing, and a
    point mass (a value that a tenth of the rows share) gets no noise. Every
    row is drawn from equally often, up to once.

    References
    ----------
    .. [1] J. Aitchison, C. G. G. Aitken, "Multivariate binary discrimination
       by the kernel method", Biometrika 63, 1976, 413-420.
       :doi:`10.1093/biomet/63.3.413`
    .. [2] Q. Li, J. Racine, "Nonparametric estimation of distributions with
       categorical and continuous data", Journal of Multivariate Analysis 86,
       2003, 266-292. :doi:`10.1016/S0047-259X(02)00025-8`

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from skdistill import KernelDensityTransferSet
    >>> X, _ = load_iris(return_X_y=True)
    >>> kde = KernelDensityTransferSet(random_state=0).fit(X)
    >>> kde.bandwidth_.round(2)
    array([0.26, 0.14, 0.56, 0.24])
    >>> kde.sample(1000).shape
    (1000, 4)
    """

    _parameter_rules = {
        "bandwidth": [OneOf(*_RULES), Number(0, float("inf"), closed="left"), _ONE_A_COLUMN],
        "category_kernel": [OneOf("swap", "aitchison-aitken")],
        **COMMON_RULES,
    }

    def __init__(
        self,
        teacher: Any = None,
        *,
        bandwidth: Any = "silverman",
        category_kernel: str = "swap",
        n_samples: Any = "auto",
        categorical_features: Any = "from_dtype",
        random_state: Any = None,
    ):
        self.teacher = teacher
        self.bandwidth = bandwidth
        self.category_kernel = category_kernel
        self.n_samples = n_samples
        self.categorical_features = categorical_features
        self.random_state = random_state

    def _learn(self, rows: Encoded) -> None:
        self._rows = rows
        self._masses = PointMasses(rows.numbers)
        shares = category_shares if self.category_kernel == "swap" else uniform_shares
        self._shares = shares(rows.codes)
        # Drawing anew gives another category in (c - 1) / c of the cases.
        n_categories = np.array([len(share) for share in self._shares])
        others = 1.0 - 1.0 / np.maximum(n_categories, 1)
        self._deviations, switch = self._bandwidths(rows, others)
        self._redraw = np.divide(switch, others, out=np.zeros_like(switch), where=others > 0)
        self.bandwidth_ = np.empty(len(self._table.categorical))
        self.bandwidth_[~self._table.categorical] = self._deviations
        self.bandwidth_[self._table.categorical] = switch

    def _bandwidths(self, rows: Encoded, others: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Deviations of noise, and probabilities of another category, by the parameter."""
        if _ONE_A_COLUMN.accepts(self.bandwidth):
            return self._given_bandwidths(others)
        if isinstance(self.bandwidth, str):
            factor, deviations = _RULES[self.bandwidth](rows.numbers)
        else:
            factor = float(self.bandwidth)
            deviations = factor * column_deviations(rows.numbers)
        return deviations, min(factor**2, 1.0) * others

    def _given_bandwidths(self, others: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        given = np.asarray(self.bandwidth, dtype=np.float64)
        mask = self._table.categorical
        if given.shape != mask.shape:
            raise ValueError(
                f"bandwidth has shape {given.shape}, but X has {len(mask)} columns: give one "
                "number for each."
            )
        if not (np.isfinite(given) & (given >= 0)).all():
            raise ValueError(f"bandwidth must be finite and >= 0, got {given.tolist()}.")
        if (given[mask] > others + 1e-12).any():
            raise ValueError(
                "In categorical columns, bandwidth is the probability of another category, at most "
                f"1 - 1 / n_categories: {others.tolist()}. Got {given[mask].tolist()}."
            )
        return given[~mask], given[mask]

    def _draw_block(self, size: int, rng: np.random.Generator) -> tuple[Encoded, np.ndarray]:
        parents = balanced_rows(self._n_rows, size, rng)
        return self._copy(self._rows.take(parents), rng), parents

    def _copy(self, rows: Encoded, draws: Draws) -> Encoded:
        return perturb(rows, self._masses, self._deviations, self._redraw, self._shares, draws)

"""A mixture of normals, with as many as the Bayesian information criterion finds.

Source: C. Fraley, A. E. Raftery, "Model-based clustering, discriminant
analysis, and density estimation", JASA 97, 2002.
"""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from sklearn import config_context
from sklearn.exceptions import ConvergenceWarning
from sklearn.mixture import GaussianMixture
from sklearn.utils import check_random_state

from skdistill._validation import Number, OneOf
from skdistill.transfer._base import COMMON_RULES, BaseTransferSet
from skdistill.transfer._tables import MISSING, Encoded, column_deviations, fit_standardizer

__all__ = ["GaussianMixtureTransferSet"]

# Added to the variances of standardised columns: no component becomes a point.
_MIN_VARIANCE = 1e-6


class GaussianMixtureTransferSet(BaseTransferSet):
    """Rows from a mixture of normals, fitted by expectation maximisation.

    Numbers come from the normal of a random component, categories and missing
    values with the frequencies that they have in that component.

    Parameters
    ----------
    teacher : predictor or callable, default=None
        Labels the rows in :meth:`fit_resample`; not used otherwise. Fitted, or
        unfitted (then a clone is fitted on ``X, y``).
    n_components : int or "bic", default="bic"
        How many normals; "bic" takes the number, from one to
        ``max_components``, with the smallest Bayesian information criterion.
    max_components : int, default=10
        The largest number that is tried.
    covariance_type : {"full", "tied", "diag", "spherical"}, default="full"
        Shape of the normals, as in :class:`sklearn.mixture.GaussianMixture`.
    n_samples : int or "auto", default="auto"
        Number of samples drawn by default. "auto" adds to the rows of X until
        there are 10,000; from 10,000 rows on, it draws as many as X has.
    categorical_features : "from_dtype", None, mask, positions or names, \
            default="from_dtype"
        Categorical columns. "from_dtype" takes a frame's columns of a
        categorical dtype, of text, and of objects, unless text or objects hold
        only numbers.
    random_state : int, RandomState instance or None, default=None
        Seeds :meth:`sample` and what ``fit`` leaves to chance.

    Attributes
    ----------
    n_components_ : int
        How many normals there are.
    weights_ : ndarray of shape (`n_components_`,)
        Their shares.
    bic_ : ndarray of shape (n_tried,)
        The criterion of one component, of two, and so on, as far as was tried;
        of the one number of components where that was given.
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
    KernelDensityTransferSet : One normal around every row.
    GaussianCopulaTransferSet : One normal behind the marginals.

    Notes
    -----
    The mixture is scikit-learn's, on standardised columns of numbers whose
    missing values are filled with the mean. Given the component, categories
    and missing values are independent of each other and of the numbers; their frequencies there are
    weighted by the rows' responsibilities. A table without numbers is laid out
    as one-hot indicators, with spherical normals.

    The search for the number of components ends once two more components in a
    row bring nothing, and tries no more of them than leave each twice as many
    rows as a full covariance has columns. It costs as many fits, each
    O(n_samples * n_features² * n_components) a step.

    References
    ----------
    .. [1] C. Fraley, A. E. Raftery, "Model-based clustering, discriminant
       analysis, and density estimation", Journal of the American Statistical
       Association 97, 2002, 611-631. :doi:`10.1198/016214502760047131`

    Examples
    --------
    >>> from sklearn.datasets import make_blobs
    >>> from skdistill.transfer import GaussianMixtureTransferSet
    >>> X, _ = make_blobs(300, centers=3, random_state=0, cluster_std=0.4)
    >>> mixture = GaussianMixtureTransferSet(random_state=0).fit(X)
    >>> mixture.n_components_, mixture.sample(500).shape
    (3, (500, 2))
    """

    _means: np.ndarray
    _factors: np.ndarray
    _parameter_rules = {
        "n_components": [Number(1, whole=True), OneOf("bic")],
        "max_components": [Number(1, whole=True)],
        "covariance_type": [OneOf("full", "tied", "diag", "spherical")],
        **COMMON_RULES,
    }

    def __init__(
        self,
        teacher: Any = None,
        *,
        n_components: Any = "bic",
        max_components: int = 10,
        covariance_type: str = "full",
        n_samples: Any = "auto",
        categorical_features: Any = "from_dtype",
        random_state: Any = None,
    ):
        self.teacher = teacher
        self.n_components = n_components
        self.max_components = max_components
        self.covariance_type = covariance_type
        self.n_samples = n_samples
        self.categorical_features = categorical_features
        self.random_state = random_state

    def _learn(self, rows: Encoded) -> None:
        numbers = rows.numbers
        if numbers.shape[1]:
            present = ~np.isnan(numbers)
            count = np.maximum(present.sum(axis=0), 1)
            center = np.where(present, numbers, 0).sum(axis=0, dtype=np.float64) / count
            scale = column_deviations(numbers)
            layout = np.where(present, numbers - center, 0.0) / np.where(scale > 0, scale, 1.0)
            shape = self.covariance_type
        else:
            layout, shape = fit_standardizer(rows)(rows).astype(np.float64), "spherical"
        # Our own arrays are numpy's: its k-means starts are refused where dispatch is on.
        with config_context(array_api_dispatch=False):
            belongs = self._fit_components(layout, shape)
        if numbers.shape[1]:
            self._means = (self._means * scale + center).astype(numbers.dtype)
            self._factors = (scale[:, np.newaxis] * self._factors).astype(numbers.dtype)
        self._incomplete = np.flatnonzero(np.isnan(numbers).any(axis=0))
        total = belongs.sum(axis=0)[:, np.newaxis]
        self._missing_shares = belongs.T @ np.isnan(numbers[:, self._incomplete]) / total
        self._category_shares = [_shares_within(column, belongs) for column in rows.codes.T]

    def _fit_components(self, layout: np.ndarray, shape: str) -> np.ndarray:
        """Set the components; return responsibilities of shape (n, n_components_)."""
        n, d = layout.shape
        if n == 1:  # no variance to learn
            self.bic_, self.weights_, self.n_components_ = np.array([0.0]), np.ones(1), 1
            self._means, self._factors = layout.copy(), np.zeros((1, d, d))
            return np.ones((1, 1))
        seed = int(check_random_state(self.random_state).randint(2**31 - 1))
        if self.n_components == "bic":
            most = min(self.max_components, n)
            if shape == "full":
                most = max(1, min(most, n // (2 * (d + 1))))
            found, self.bic_ = _smallest_bic(layout, most, shape, seed)
        else:
            found = _fit_mixture(layout, min(self.n_components, n), shape, seed)
            self.bic_ = np.array([found.bic(layout)])
        self.n_components_, self.weights_ = found.n_components, found.weights_
        self._means, self._factors = found.means_, _factors(found, d)
        return np.asarray(found.predict_proba(layout))

    def _draw_block(self, size: int, rng: np.random.Generator) -> tuple[Encoded, None]:
        share = self.weights_ / self.weights_.sum()
        component = rng.choice(self.n_components_, size=size, p=share)
        d, dtype = len(self._table.whole), self._means.dtype
        numbers = np.empty((size, d), dtype=dtype)
        codes = np.empty((size, len(self._category_shares)), dtype=np.int32)
        normal = rng.standard_normal((size, d), dtype=dtype)
        uniform = rng.random((size, codes.shape[1]))
        missing = rng.random((size, len(self._incomplete))) < self._missing_shares[component]
        for m in range(self.n_components_):
            here = np.flatnonzero(component == m)
            if d:
                numbers[here] = self._means[m] + normal[here] @ self._factors[m].T
            for k, shares in enumerate(self._category_shares):
                place = np.cumsum(shares[m]).searchsorted(uniform[here, k], side="right")
                codes[here, k] = np.minimum(place, shares.shape[1] - 1) + MISSING
        column = numbers[:, self._incomplete]
        column[missing] = np.nan
        numbers[:, self._incomplete] = column
        return Encoded(numbers, codes), None


def _fit_mixture(layout: np.ndarray, k: int, shape: str, seed: int) -> GaussianMixture:
    """Fit k components; repeated rows and slow convergence are no news to the user."""
    mixture = GaussianMixture(k, covariance_type=shape, reg_covar=_MIN_VARIANCE, random_state=seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return mixture.fit(layout)


def _smallest_bic(
    layout: np.ndarray, most: int, shape: str, seed: int
) -> tuple[GaussianMixture, np.ndarray]:
    """Fit one component, two, and so on; return the best and every criterion."""
    best, criteria = None, []
    for k in range(1, most + 1):
        mixture = _fit_mixture(layout, k, shape, seed)
        criteria.append(mixture.bic(layout))
        if best is None or criteria[-1] < criteria[best.n_components - 1]:
            best = mixture
        elif k - best.n_components == 2:
            break
    return best, np.array(criteria)


def _factors(mixture: GaussianMixture, d: int) -> np.ndarray:
    """Cholesky factors of the covariances, of shape (n_components, d, d)."""
    shape, given = mixture.covariance_type, mixture.covariances_
    if shape == "full":
        return np.linalg.cholesky(given)
    if shape == "tied":
        return np.tile(np.linalg.cholesky(given), (mixture.n_components, 1, 1))
    variances = given if shape == "diag" else np.tile(given[:, np.newaxis], d)
    return np.asarray(np.sqrt(variances)[:, :, np.newaxis] * np.eye(d))


def _shares_within(codes: np.ndarray, belongs: np.ndarray) -> np.ndarray:
    """Frequencies of categories, missing first, of shape (n_components, n_categories + 1)."""
    counts = np.array([np.bincount(codes - MISSING, weights=weight) for weight in belongs.T])
    return np.asarray(counts / counts.sum(axis=1, keepdims=True))

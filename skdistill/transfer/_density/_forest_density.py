"""Rows drawn inside the leaves of a forest.

Sources: P. Domingos, "Knowledge acquisition from examples via multiple
models", ICML 1997 (rows drawn from the regions of a model); D. S. Watson, K.
Blesch, J. Kapar, M. N. Wright, "Adversarial random forests for density
estimation and generative modeling", AISTATS 2023 (a forest made for it).
"""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from sklearn.ensemble import RandomForestClassifier
from sklearn.utils import check_random_state

from skdistill._validation import Number
from skdistill.transfer._base import COMMON_RULES, BaseTransferSet
from skdistill.transfer._density._leaves import Leaves, learn_leaves
from skdistill.transfer._tables import (
    Encoded,
    Standardizer,
    balanced_rows,
    draw_columns,
    fit_standardizer,
    has_atoms,
    pick_one,
    silverman_factor,
)

__all__ = ["ForestDensityTransferSet"]


class ForestDensityTransferSet(BaseTransferSet):
    """Rows drawn inside the leaves of a forest that separates real rows from independent columns.

    A forest learns to separate real rows from rows with independent columns.
    Where it cannot any more, in its leaves, columns are nearly independent:
    there, new rows take each column from a random real row of the leaf.

    Parameters
    ----------
    teacher : predictor or callable, default=None
        Labels the rows in :meth:`fit_resample`; not used otherwise. Fitted, or
        unfitted (then a clone is fitted on ``X, y``).
    n_estimators : int, default=20
        Number of trees.
    min_samples_leaf : int, default=3
        Minimum number of real rows in a leaf.
    max_iter : int, default=3
        Maximum number of forests, each of which learns to separate real rows
        from those that the last one drew; ends as soon as one cannot.
    n_samples : int or "auto", default="auto"
        Number of samples drawn by default. "auto" adds to the rows of X until
        there are 10,000; from 10,000 rows on, it draws as many as X has.
    categorical_features : "from_dtype", None, mask, positions or names, \
            default="from_dtype"
        Categorical columns. "from_dtype" takes a frame's columns of a
        categorical dtype, of text, and of objects, unless text or objects hold
        only numbers.
    n_jobs : int, default=None
        For the forest.
    random_state : int, RandomState instance or None, default=None
        Seeds :meth:`sample` and what ``fit`` leaves to chance.

    Attributes
    ----------
    oob_scores_ : ndarray of shape (n_iter,)
        Out-of-bag accuracy of separating real rows from drawn ones, with rows
        of independent columns first; 0.5 is guessing.
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
    MarginalTransferSet : A single leaf.
    GaussianCopulaTransferSet : One correlation everywhere.

    Notes
    -----
    Domingos draws rows inside the regions of the model that is to be
    distilled, for a student of it [1]_. The forest here does not need that
    model: it is an adversarial random forest [2]_, whose leaves part the
    columns' dependence, not a target.

    A row: a random tree, the leaf of a random real row (its parent), and each
    column from any real row of that leaf, missing values included. Then numbers get
    normal noise of Silverman's bandwidth in the leaf, shrunk towards the
    leaf's mean so that its variance stays, and folded back at the sides of its
    box. Columns where a value holds more than a tenth of the rows get none.

    Cost: ``max_iter`` forests on twice the rows; memory for
    ``n_estimators`` * (n_samples + 4 * n_leaves * n_features) numbers.

    References
    ----------
    .. [1] P. Domingos, "Knowledge acquisition from examples via multiple
       models", ICML 1997, 98-106.
    .. [2] D. S. Watson, K. Blesch, J. Kapar, M. N. Wright, "Adversarial random
       forests for density estimation and generative modeling", AISTATS 2023,
       5357-5375.

    Examples
    --------
    >>> from sklearn.datasets import load_wine
    >>> from skdistill.transfer import ForestDensityTransferSet
    >>> X, _ = load_wine(return_X_y=True)
    >>> ForestDensityTransferSet(random_state=0).fit(X).sample(1000).shape
    (1000, 13)
    """

    _parameter_rules = {
        "n_estimators": [Number(1, whole=True)],
        "min_samples_leaf": [Number(1, whole=True)],
        "max_iter": [Number(1, whole=True)],
        **COMMON_RULES,
    }

    def __init__(
        self,
        teacher: Any = None,
        *,
        n_estimators: int = 20,
        min_samples_leaf: int = 3,
        max_iter: int = 3,
        n_samples: Any = "auto",
        categorical_features: Any = "from_dtype",
        n_jobs: int | None = None,
        random_state: Any = None,
    ):
        self.teacher = teacher
        self.n_estimators = n_estimators
        self.min_samples_leaf = min_samples_leaf
        self.max_iter = max_iter
        self.n_samples = n_samples
        self.categorical_features = categorical_features
        self.n_jobs = n_jobs
        self.random_state = random_state

    def _learn(self, rows: Encoded) -> None:
        self._rows = rows
        self._smooth = np.flatnonzero(~has_atoms(rows.numbers))
        standardize = fit_standardizer(rows)
        layout = standardize(rows).astype(np.float32)
        seed = check_random_state(self.random_state)
        rng = np.random.default_rng(seed.randint(2**31 - 1))
        drawn, scores = draw_columns(rows, len(rows), rng), []
        for _ in range(self.max_iter):
            forest, score = self._part_from(layout, standardize(drawn).astype(np.float32), seed)
            scores.append(score)
            if len(scores) > 1 and score <= 0.5:
                break  # the leaves learned so far draw rows that cannot be separated
            leaves = learn_leaves(forest, layout, rows.numbers.shape[1], self.min_samples_leaf)
            self._learn_cells(leaves, standardize)
            drawn, _parents = self._draw_block(len(rows), rng)
        self.oob_scores_ = np.array(scores)

    def _part_from(
        self, real: np.ndarray, drawn: np.ndarray, seed: np.random.RandomState
    ) -> tuple[RandomForestClassifier, float]:
        """Fit a forest that separates real rows from drawn ones; also its out-of-bag accuracy."""
        forest = RandomForestClassifier(
            self.n_estimators,
            min_samples_leaf=self.min_samples_leaf,
            oob_score=len(real) > 1,
            n_jobs=self.n_jobs,
            random_state=seed.randint(2**31 - 1),
        )
        is_real = np.repeat([1, 0], [len(real), len(drawn)])
        with warnings.catch_warnings():
            # Few trees leave some rows without an out-of-bag prediction.
            warnings.simplefilter("ignore")
            forest.fit(np.vstack([real, drawn]), is_real)
        if len(real) == 1 or forest.n_classes_ == 1:
            return forest, 0.5
        votes = forest.oob_decision_function_
        known = ~np.isnan(votes[:, 0])
        return forest, float((votes[known].argmax(axis=1) == is_real[known]).mean())

    def _learn_cells(self, leaves: Leaves, standardize: Standardizer) -> None:
        """Keep the leaves, and what the noise in them needs, in the columns' own units."""
        j = self._smooth
        self._leaves = leaves
        if not len(j):
            return
        low = leaves.low[:, j] * standardize.scale[j] + standardize.center[j]
        high = leaves.high[:, j] * standardize.scale[j] + standardize.center[j]
        low = np.maximum(low, self._table.low[j])
        high = np.minimum(high, self._table.high[j])
        mean, deviation = leaves.moments(self._rows.numbers[:, j])
        h = silverman_factor(leaves.count, 1)[:, np.newaxis]
        dtype = self._rows.numbers.dtype
        self._low, self._high = low.astype(dtype), high.astype(dtype)
        self._mean = mean.astype(dtype)
        self._noise = (h * deviation).astype(dtype)
        self._shrink = (1 / np.sqrt(1 + h**2)).astype(dtype)

    def _draw_block(self, size: int, rng: np.random.Generator) -> tuple[Encoded, np.ndarray]:
        rows, leaves = self._rows, self._leaves
        d, c = rows.numbers.shape[1], rows.codes.shape[1]
        parents = balanced_rows(len(rows), size, rng)
        leaf = leaves.of_row[rng.integers(len(leaves.of_row), size=size), parents]
        step = pick_one(leaves.count[leaf, np.newaxis], rng.random((size, d + c)))
        donors = leaves.members[leaves.start[leaf, np.newaxis] + step]
        numbers = rows.numbers[donors[:, :d], np.arange(d)]
        codes = rows.codes[donors[:, d:], np.arange(c)]
        if len(self._smooth):
            numbers[:, self._smooth] = self._smoothed(numbers[:, self._smooth], leaf, rng)
        return Encoded(numbers, codes), parents

    def _smoothed(
        self, values: np.ndarray, leaf: np.ndarray, rng: np.random.Generator
    ) -> np.ndarray:
        """Add noise to values drawn from leaves; inside the box, with the same variance."""
        noise, mean = self._noise[leaf], self._mean[leaf]
        new = values - mean
        new += noise * rng.standard_normal(values.shape, dtype=values.dtype)
        new *= self._shrink[leaf]
        new += mean
        low, high = self._low[leaf], self._high[leaf]
        new = np.where(new < low, 2 * low - new, new)
        new = np.where(new > high, 2 * high - new, new)
        # Where all rows of the leaf agree there is no noise, and no rounding error either.
        return np.where(noise > 0, np.clip(new, low, high), values)

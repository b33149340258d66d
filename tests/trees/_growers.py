"""Every grower in a fast form, and rows to grow on."""

import numpy as np
import pytest
import sklearn
from sklearn.utils.fixes import parse_version

from skdistill import DistilledTreeClassifier, DistilledTreeRegressor
from skdistill.trees import (
    AlternatingGrower,
    CartGrower,
    LatticeGrower,
    PrunedGrower,
)

MISSING_IS_SOUND = parse_version(sklearn.__version__) >= parse_version("1.7")
LATTICE = LatticeGrower(3, depth=4, binning=8, n_rounds=0, max_frontier=60)
FAST = AlternatingGrower(n_kicks=4)
GROWERS = {"cart": CartGrower(), "pruned": PrunedGrower(), "fast": FAST, "lattice": LATTICE}
ALL = pytest.mark.parametrize("grower", GROWERS.values(), ids=GROWERS)


def make_rows(n=200, seed=0, missing=False):
    """Rows, labels of three classes, of two, and values; none of them easy."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, 4))
    X[:, 1] = rng.integers(0, 6, n)
    score = X[:, 0] + np.sin(2 * X[:, 2]) * (X[:, 1] > 2) + rng.normal(size=n) / 2
    if missing:
        X[rng.random((n, 4)) < 0.15] = np.nan
    return X, np.digitize(score, [-0.5, 0.7]), (score > 0).astype(int), score


def tree_of(kind, grower, **params):
    """An unfitted tree that learns y itself."""
    cls = DistilledTreeRegressor if kind == "values" else DistilledTreeClassifier
    return cls(grower=grower, **{"random_state": 0, **params})


def shares(X):
    """Probabilities of three classes."""
    X = np.nan_to_num(X)
    score = np.column_stack([X[:, 0], X[:, 2], 0.3 * X[:, 1] - 0.5])
    P = np.exp(score)
    return P / P.sum(axis=1, keepdims=True)

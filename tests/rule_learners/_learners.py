"""Rows that rule learners are tested on."""

import numpy as np
import pytest


def planted(n_rows=1500, seed=0):
    """Rows, and a list of three short rules that they are labelled by."""
    X = np.random.default_rng(seed).normal(size=(n_rows, 6))
    y = np.where(
        (X[:, 0] > 0.5) & (X[:, 3] <= 0.8),
        "b",
        np.where(X[:, 1] <= -1.0, "c", np.where((X[:, 2] > 0) & (X[:, 4] > 0), "b", "a")),
    )
    return X, y


def passengers(n_rows=400):
    """A frame of numbers and categories, some of both missing, and a label that needs both."""
    pd = pytest.importorskip("pandas")
    rng = np.random.default_rng(0)
    age, fare = rng.normal(40, 12, n_rows).round(1), rng.lognormal(3, 1, n_rows)
    port, sex = rng.choice(list("CQS"), n_rows), rng.choice(["female", "male"], n_rows)
    y = np.where((sex == "female") | (age < 18) | ((port == "C") & (fare > 30)), "yes", "no")
    table = pd.DataFrame(
        {"age": age, "sex": pd.Categorical(sex), "fare": fare, "port": port.astype(object)}
    )
    table.loc[::9, "age"] = np.nan
    table.loc[::11, "port"] = None
    return table, y

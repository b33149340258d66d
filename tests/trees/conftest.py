"""Teachers and rows that the tests of trees share."""

import warnings

import numpy as np
import pytest
from sklearn.datasets import load_breast_cancer, load_iris
from sklearn.ensemble import RandomForestClassifier
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier

from skdistill.datasets import make_boolean_tree


@pytest.fixture(scope="session")
def iris_forest():
    """A forest on iris, and its rows."""
    X, y = load_iris(return_X_y=True)
    return RandomForestClassifier(n_estimators=30, random_state=0).fit(X, y), X, y


@pytest.fixture(scope="session")
def cancer_forest():
    """A forest on breast cancer, and its rows."""
    X, y = load_breast_cancer(return_X_y=True)
    return RandomForestClassifier(n_estimators=30, random_state=0).fit(X, y), X, y


@pytest.fixture
def mixed():
    """A frame of numbers with gaps and levels with gaps, and a label that needs both."""
    pd = pytest.importorskip("pandas")
    rng = np.random.default_rng(0)
    n = 400
    age, fare = rng.normal(40, 12, n).round(1), rng.lognormal(3, 1, n)
    port, sex = rng.choice(["C", "Q", "S"], n), rng.choice(["female", "male"], n)
    y = np.where((sex == "female") | (age < 18) | ((port == "C") & (fare > 30)), "yes", "no")
    table = pd.DataFrame(
        {"age": age, "sex": pd.Categorical(sex), "fare": fare, "port": port.astype(object)}
    )
    table.loc[::9, "age"] = np.nan
    table.loc[::11, "port"] = None
    return table, y


@pytest.fixture(scope="session")
def boolean_network():
    """A network that has learned a random tree of depth 3 over 12 bits, and that tree."""
    truth = make_boolean_tree(12, 3, random_state=0)
    X = truth.sample(4000, random_state=0)
    network = MLPClassifier((64,), max_iter=30, learning_rate_init=0.01, random_state=0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return network.fit(X, truth.predict(X)), truth

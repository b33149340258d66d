"""What all tests share: scikit-learn's array API switch and a few real tables."""

import os

# Before scipy is imported: scikit-learn's checks of array API input need it.
os.environ.setdefault("SCIPY_ARRAY_API", "1")
# Tables are tiny here: more threads would only wait for each other.
os.environ.setdefault("OMP_NUM_THREADS", "1")

import warnings

import numpy as np
import pytest
from sklearn.datasets import load_breast_cancer, load_diabetes, load_iris
from sklearn.ensemble import RandomForestClassifier
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier
from sklearn.preprocessing import scale

from skdistill.datasets import make_boolean_tree


def _read_only(*arrays):
    """Arrays that raise where somebody writes into them."""
    for array in arrays:
        array.flags.writeable = False
    return arrays


@pytest.fixture(scope="session")
def cancer():
    """Two classes: 240 rows and 5 standardised columns of the breast cancer data."""
    X, y = load_breast_cancer(return_X_y=True)
    return _read_only(scale(X[:240, [0, 1, 4, 7, 24]]), y[:240].copy())


@pytest.fixture(scope="session")
def iris():
    """Three classes: 150 rows and 4 columns."""
    return _read_only(*load_iris(return_X_y=True))


@pytest.fixture(scope="session")
def diabetes():
    """Real values: 240 rows and 5 standardised columns of the diabetes data."""
    X, y = load_diabetes(return_X_y=True)
    return _read_only(scale(X[:240, [0, 2, 3, 6, 8]]), y[:240].copy())


@pytest.fixture
def frame():
    """A data frame with a column of every dtype, and gaps where the dtype has them."""
    pd = pytest.importorskip("pandas")
    rng = np.random.default_rng(0)
    n = 160
    table = pd.DataFrame(
        {
            "double": rng.normal(size=n) * 1e3,
            "single": rng.normal(size=n).astype(np.float32),
            "byte": rng.integers(0, 255, n).astype(np.uint8),
            "flag": rng.random(n) > 0.5,
            "whole": pd.array(rng.integers(-50, 50, n), dtype="Int64"),
            "maybe": pd.array(rng.random(n) > 0.5, dtype="boolean"),
            "size": pd.Categorical(
                rng.choice(["s", "m", "l"], n), categories=["s", "m", "l", "xl"], ordered=True
            ),
            "code": pd.Categorical(rng.choice([10, 20, 30], n)),
            "text": pd.array(rng.choice(["a", "b", "c"], n), dtype="string"),
            "thing": rng.choice(["p", "q"], n).astype(object),
        }
    )
    for step, name in enumerate(["double", "whole", "maybe", "size", "text"], start=5):
        table.loc[::step, name] = None
    return table


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

"""What all tests share: scikit-learn's array API switch and a few real tables."""

import os

# Before scipy is imported: scikit-learn's checks of array API input need it.
os.environ.setdefault("SCIPY_ARRAY_API", "1")
# Tables are tiny here: more threads would only wait for each other.
os.environ.setdefault("OMP_NUM_THREADS", "1")

import pytest
from sklearn.datasets import load_breast_cancer, load_diabetes, load_iris
from sklearn.preprocessing import scale


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

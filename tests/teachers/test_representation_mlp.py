"""The hidden layers of scikit-learn's networks."""

import warnings

import numpy as np
import pytest
from scipy import sparse
from scipy.special import expit, softmax
from sklearn.neural_network import MLPClassifier, MLPRegressor

from skdistill.teachers import hidden_representation

ACTIVATIONS = ["identity", "logistic", "relu", "tanh"]


def fitted(model, X, y):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a few steps are enough here
        return model.fit(X, y)


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_the_prediction_follows_from_the_last_hidden_layer(activation, iris, cancer, diabetes):
    """One more matrix on the last hidden layer gives the network's own predictions."""
    settings = {
        "hidden_layer_sizes": (7, 5),
        "activation": activation,
        "max_iter": 30,
        "random_state": 0,
    }
    for X, y, output in ((*iris, softmax), (*cancer, None)):
        network = fitted(MLPClassifier(**settings), X, y)
        Z = hidden_representation(network, X, -1) @ network.coefs_[-1] + network.intercepts_[-1]
        P = output(Z, axis=1) if output else np.column_stack([1 - expit(Z), expit(Z)])
        np.testing.assert_allclose(P, network.predict_proba(X), atol=1e-12)
    X, y = diabetes
    network = fitted(MLPRegressor(**settings), X, y)
    Z = hidden_representation(network, X, "hidden_1") @ network.coefs_[-1]
    np.testing.assert_allclose((Z + network.intercepts_[-1])[:, 0], network.predict(X), atol=1e-10)


def test_known_weights():
    """By hand: two layers of absolute values and sums."""
    network = fitted(
        MLPRegressor(hidden_layer_sizes=(2, 1), max_iter=1, random_state=0),
        [[0.0], [1.0]],
        [0.0, 1.0],
    )
    network.coefs_ = [np.array([[1.0, -1.0]]), np.array([[1.0], [1.0]]), np.array([[1.0]])]
    network.intercepts_ = [np.array([0.0, 1.0]), np.array([-1.0]), np.array([0.0])]
    H = hidden_representation(network, [[-2.0], [0.5], [3.0]])
    np.testing.assert_array_equal(H, [[0, 3, 2], [0.5, 0.5, 0], [3, 0, 2]])


def test_layers_are_chosen_and_ordered(iris):
    X, y = iris
    network = fitted(MLPClassifier((3, 4, 2), max_iter=10, random_state=0), X, y)
    H = hidden_representation(network, X)
    first, second, third = np.split(H, [3, 7], axis=1)
    for layers, expected in (
        ("hidden_0", first),
        (1, second),
        (-1, third),
        ([0, -1], np.hstack([first, third])),
        (["hidden_2", np.int64(0)], np.hstack([third, first])),
        (range(3), H),
    ):
        np.testing.assert_array_equal(hidden_representation(network, X, layers), expected)


def test_types_and_batches(iris):
    """float32 stays float32; sparse rows work; batches change rounding at most."""
    X, y = iris
    network = fitted(MLPClassifier((30, 20), max_iter=10, random_state=0), X, y)
    H = hidden_representation(network, X)
    assert H.dtype == np.float64
    for batch_size in (1, 7, 149, 10_000):
        found = hidden_representation(network, X, batch_size=batch_size)
        np.testing.assert_allclose(found, H, rtol=1e-13, atol=1e-13)
    for rows in (sparse.csr_matrix(X), sparse.csc_array(X), X.tolist()):
        np.testing.assert_allclose(hidden_representation(network, rows, batch_size=64), H)
    single = fitted(MLPClassifier(5, max_iter=10, random_state=0), X.astype(np.float32), y)
    assert hidden_representation(single, X.astype(np.float32)).dtype == np.float32
    whole = (10 * X).astype(int)
    np.testing.assert_array_equal(
        hidden_representation(network, whole), hidden_representation(network, whole.astype(float))
    )


def test_broken_numbers(iris):
    X, y = iris
    network = fitted(MLPClassifier((3, 4), max_iter=10, random_state=0), X, y)
    with pytest.raises(ValueError, match="contains NaN"):
        hidden_representation(network, np.where(X > 7, np.nan, X))
    with pytest.raises(ValueError, match="2 features, but MLPClassifier"):
        hidden_representation(network, X[:, :2])
    network.coefs_[1][0, 0] = np.nan
    with pytest.raises(ValueError, match="Layer 'hidden_1' of MLPClassifier gives NaN"):
        hidden_representation(network, X)
    hidden_representation(network, X, 0)

"""The hidden layers of scikit-learn's networks, from their public coefficients."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.special import expit
from sklearn.utils.extmath import safe_sparse_dot
from sklearn.utils.validation import validate_data

from skdistill._rows import iter_slices
from skdistill.teachers._kind import name_of
from skdistill.teachers._layers import Representation, check_finite, choose_numbered

__all__ = ["mlp_representation"]

_ACTIVATIONS = {
    "identity": lambda Z: Z,
    "logistic": expit,
    "relu": lambda Z: np.maximum(Z, 0),
    "tanh": np.tanh,
}


def mlp_representation(model: Any, X: Any, layers: Any, batch_size: int) -> Representation:
    """Read the hidden layers of an ``MLPClassifier`` or ``MLPRegressor``.

    Parameters
    ----------
    model : MLPClassifier or MLPRegressor
        Fitted.
    X : array-like, sparse matrix or DataFrame of shape (n_samples, n_features)
    layers : None, str, int, or sequence of str or int
        ``"hidden_0"`` or 0 is the first hidden layer.
    batch_size : int

    Returns
    -------
    representation : Representation
        float32 where both the rows and the coefficients are.
    """
    names = [f"hidden_{i}" for i in range(len(model.coefs_) - 1)]
    chosen = choose_numbered(layers, names, name_of(model))
    X = validate_data(model, X, reset=False, accept_sparse=["csr", "csc"])
    X = X.tocsr() if hasattr(X, "tocsr") else X
    if X.dtype.kind != "f":
        X = X.astype(model.coefs_[0].dtype)
    widths = [model.coefs_[i].shape[1] for i in chosen]
    places = dict(zip(chosen, np.cumsum(widths) - widths, strict=True))
    dtype = np.result_type(X.dtype, model.coefs_[0].dtype)
    values = np.empty((X.shape[0], sum(widths)), dtype=dtype)
    activate = _ACTIVATIONS[model.activation]
    for part in iter_slices(X.shape[0], batch_size):
        H = X[part]
        for i in range(max(chosen) + 1):
            H = activate(safe_sparse_dot(H, model.coefs_[i]) + model.intercepts_[i])
            check_finite(H, f"Layer {names[i]!r} of {name_of(model)}")
            if i in places:
                values[part, places[i] : places[i] + H.shape[1]] = H
    return Representation(values, tuple(names[i] for i in chosen), tuple(widths))
